"""The largest and the smallest of many: max, min, ptp, and the versions that skip NaN.

Elements that tie share the gradient evenly, as JAX and PyTorch (`amax`) have it; `initial` takes part as one of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, same, tangent
from srcdiff.runtime import expand, unbroadcast

__all__ = ["attaining", "initial_share", "shares"]


def attaining(a: Any, output: Any, axis: Any, keepdims: bool, where: Any = True) -> Any:
    """Where `a` attains the extremum of its slice."""
    return (a == expand(output, a, axis, keepdims)) & where


def shares(
    a: Any, output: Any, axis: Any, keepdims: bool, initial: Any = None, where: Any = True, skip_nan: bool = False
) -> Any:
    """For each element its share in the extremum of its slice: one over the number that tie, or zero."""
    chosen = attaining(a, output, axis, keepdims, where)
    count = np.sum(chosen, axis=axis, keepdims=keepdims)
    if initial is not None:
        count = count + (output == initial)
    if initial is not None or skip_nan:
        count = np.maximum(count, 1)
    return expand(1 / count, a, axis, keepdims) * chosen


def initial_share(a: Any, output: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """The share of `initial` in each extremum."""
    count = np.sum(attaining(a, output, axis, keepdims, where), axis=axis, keepdims=keepdims)
    return (output == initial) / (count + 1)


@adjoint(np.max, wrt="a", shape="reduce")
def max_adjoint(
    a: Any,
    axis: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of an extremum: `gradient`, shared evenly by the elements that attain it."""
    if initial is not None or where is not True:
        return expand(gradient, a, axis, keepdims) * shares(a, output, axis, keepdims, initial, where)
    chosen = a == expand(output, a, axis, keepdims)
    return expand(gradient / np.sum(chosen, axis=axis, keepdims=keepdims), a, axis, keepdims) * chosen


@adjoint(np.max, wrt="initial")
def max_initial_adjoint(
    a: Any,
    axis: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    output: Any,
    gradient: Any,
) -> Any:
    """initial_bar: `gradient` where `initial` is the extremum."""
    return unbroadcast(gradient * initial_share(a, output, axis, keepdims, initial, where), initial)


@tangent(np.max)
def max_tangent(
    a: Any,
    axis: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    a_dot: Any,
    initial_dot: Any = None,
    output: Any,
) -> Any:
    """The mean tangent of the elements that attain the extremum."""
    output_dot = np.sum(a_dot * shares(a, output, axis, keepdims, initial, where), axis=axis, keepdims=keepdims)
    if initial is not None and initial_dot is not None:
        output_dot = output_dot + initial_dot * initial_share(a, output, axis, keepdims, initial, where)
    return output_dot


@adjoint(np.nanmax, wrt="a", shape="reduce")
def nanmax_adjoint(
    a: Any,
    axis: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of an extremum of what is not NaN; zero in a slice of NaN alone."""
    return expand(gradient, a, axis, keepdims) * shares(a, output, axis, keepdims, initial, where, True)


@adjoint(np.nanmax, wrt="initial")
def nanmax_initial_adjoint(
    a: Any,
    axis: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    output: Any,
    gradient: Any,
) -> Any:
    """initial_bar: `gradient` where `initial` is the extremum."""
    return unbroadcast(gradient * initial_share(a, output, axis, keepdims, initial, where), initial)


@tangent(np.nanmax)
def nanmax_tangent(
    a: Any,
    axis: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    a_dot: Any,
    initial_dot: Any = None,
    output: Any,
) -> Any:
    """The mean tangent of the elements that attain the extremum of what is not NaN."""
    weights = shares(a, output, axis, keepdims, initial, where, True)
    output_dot = np.sum(a_dot * weights, axis=axis, keepdims=keepdims)
    if initial is not None and initial_dot is not None:
        output_dot = output_dot + initial_dot * initial_share(a, output, axis, keepdims, initial, where)
    return output_dot


same(np.max, np.min, np.amax, np.amin, np.ndarray.max, np.ndarray.min)
same(np.nanmax, np.nanmin)


@adjoint(np.ptp, shape="reduce")
def ptp_adjoint(a: Any, axis: Any = None, *, keepdims: Any = False, gradient: Any) -> Any:
    """a_bar of largest less smallest: `gradient` to those that are largest, taken from those that are smallest."""
    highest = shares(a, np.max(a, axis=axis, keepdims=True), axis, True)
    lowest = shares(a, np.min(a, axis=axis, keepdims=True), axis, True)
    return expand(gradient, a, axis, keepdims) * (highest - lowest)


@tangent(np.ptp)
def ptp_tangent(a: Any, axis: Any = None, *, keepdims: Any = False, a_dot: Any) -> Any:
    """The mean tangent of those that are largest less that of those that are smallest."""
    highest = shares(a, np.max(a, axis=axis, keepdims=True), axis, True)
    lowest = shares(a, np.min(a, axis=axis, keepdims=True), axis, True)
    return np.sum(a_dot * (highest - lowest), axis=axis, keepdims=keepdims)
