"""Ranges and windows: linspace, logspace, geomspace, arange, kaiser."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.elementwise import bessel_i1
from srcdiff.rules.registry import adjoint, constant, linear, tangent
from srcdiff.runtime import unbroadcast, zeros_like

__all__ = ["at_ends", "steps"]

constant(np.bartlett, np.blackman, np.hamming, np.hanning)


def steps(num: int, endpoint: Any, axis: int, rank: int) -> Any:
    """How far each sample is on its way from 0 at the start to 1 at the stop, along `axis` of `rank` axes."""
    return np.reshape(np.linspace(0.0, 1.0, num, endpoint), [-1 if k == axis % rank else 1 for k in range(rank)])


def at_ends(gradient: Any, start: Any, stop: Any, num: int, endpoint: Any, axis: int) -> tuple[Any, Any]:
    """The gradients of both ends of `np.linspace`."""
    t = steps(num, endpoint, axis, np.ndim(gradient))
    return (
        unbroadcast(np.sum(gradient * (1 - t), axis=axis), start),
        unbroadcast(np.sum(gradient * t, axis=axis), stop),
    )


@linear(np.linspace, "start", "stop")
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    gradient: Any,
) -> Any:
    """The gradients of both ends: each sample is their mean, weighted by its place."""
    if retstep:
        raise UnsupportedError("np.linspace with `retstep=True`", "Compute the step: (stop - start) / (num - 1).")
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return zeros_like(start), zeros_like(stop)
    return at_ends(gradient, start, stop, num, endpoint, axis)


@tangent(np.linspace)
def linspace_tangent(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    start_dot: Any,
    stop_dot: Any,
    output: Any,
) -> Any:
    """The samples between the tangents of both ends."""
    if retstep:
        raise UnsupportedError("np.linspace with `retstep=True`", "Compute the step: (stop - start) / (num - 1).")
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.linspace(start_dot, stop_dot, num, endpoint, dtype=dtype, axis=axis)


@adjoint(np.logspace, active=("start", "stop", "base"))
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """The gradients of output = base ** linspace(start, stop), and of a `base` that is a number."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.logspace with an integer `dtype`", "Compute in floating point, then convert.")
    if np.ndim(base) > 0:
        raise UnsupportedError("np.logspace with an array as `base`", "Write base ** np.linspace(start, stop, num).")
    start_bar, stop_bar = at_ends(gradient * np.conj(output * np.log(base)), start, stop, num, endpoint, axis)
    exponents = np.linspace(start, stop, num, endpoint, axis=axis)
    base_bar = unbroadcast(gradient * np.conj(exponents * output / base), base)
    return start_bar, stop_bar, None, None, base_bar


@tangent(np.logspace)
def logspace_tangent(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
    *,
    start_dot: Any,
    stop_dot: Any,
    base_dot: Any,
    output: Any,
) -> Any:
    """The tangent of base ** linspace(start, stop)."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.logspace with an integer `dtype`", "Compute in floating point, then convert.")
    if np.ndim(base) > 0:
        raise UnsupportedError("np.logspace with an array as `base`", "Write base ** np.linspace(start, stop, num).")
    exponents = np.linspace(start, stop, num, endpoint, axis=axis)
    exponents_dot = np.linspace(start_dot, stop_dot, num, endpoint, axis=axis)
    return output * (np.log(base) * exponents_dot + exponents * base_dot / base)


@adjoint(np.geomspace, active=("start", "stop"))
def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: Any = True,
    dtype: Any = None,
    axis: int = 0,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """The gradients of output = start ** (1 - t) * stop ** t, which is linear in the logarithms."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.geomspace with an integer `dtype`", "Compute in floating point, then convert.")
    t = steps(num, endpoint, axis, np.ndim(output))
    weighted = gradient * np.conj(output)
    start_bar = unbroadcast(np.sum(weighted * (1 - t), axis=axis) / np.conj(start), start)
    return start_bar, unbroadcast(np.sum(weighted * t, axis=axis) / np.conj(stop), stop)


@tangent(np.geomspace)
def geomspace_tangent(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: Any = True,
    dtype: Any = None,
    axis: int = 0,
    *,
    start_dot: Any,
    stop_dot: Any,
    output: Any,
) -> Any:
    """The logarithms' tangents go evenly from one end to the other."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.geomspace with an integer `dtype`", "Compute in floating point, then convert.")
    return output * np.linspace(start_dot / start, stop_dot / stop, num, endpoint, axis=axis)


@linear(np.arange, "start", "step")
def arange(start: Any, stop: Any = None, step: Any = 1, *, dtype: Any = None, gradient: Any) -> Any:
    """The gradients of output[k] = start + k * step; `stop` only tells how many there are."""
    if stop is None or (dtype is not None and np.dtype(dtype).kind not in "fc"):
        return zeros_like(start), None, zeros_like(step)
    return unbroadcast(gradient, start), None, unbroadcast(gradient * np.arange(len(gradient)), step)


@tangent(np.arange)
def arange_tangent(
    start: Any, stop: Any = None, step: Any = 1, *, dtype: Any = None, start_dot: Any, step_dot: Any, output: Any
) -> Any:
    """start_dot + k * step_dot."""
    if stop is None or (dtype is not None and np.dtype(dtype).kind not in "fc"):
        return np.zeros(np.shape(output))
    output_dot = start_dot + np.arange(len(output)) * step_dot
    return output_dot if dtype is None else output_dot.astype(dtype)


def kaiser_slope(M: Any, beta: Any, output: Any) -> Any:
    """The derivative of output = I0(beta * r) / I0(beta) by beta, where r falls from 1 in the middle to 0."""
    if M < 2:
        return np.zeros(np.shape(output))
    r = np.sqrt(np.maximum(1 - np.linspace(-1.0, 1.0, M) ** 2, 0))
    return (r * bessel_i1(beta * r) - output * bessel_i1(beta)) / np.i0(beta)


@adjoint(np.kaiser, active=("beta",))
def kaiser(M: Any, beta: Any, *, output: Any, gradient: Any) -> Any:
    """beta_bar of the window: I0' = I1."""
    return None, unbroadcast(gradient * kaiser_slope(M, beta, output), beta)


@tangent(np.kaiser)
def kaiser_tangent(M: Any, beta: Any, *, beta_dot: Any, output: Any) -> Any:
    """The derivative by beta times its tangent."""
    return kaiser_slope(M, beta, output) * beta_dot
