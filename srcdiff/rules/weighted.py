"""Weighted sums: average and trapezoid."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import expand, unbroadcast

__all__ = ["along_axes"]


def along_axes(weights: Any, a: Any, axis: Any) -> Any:
    """`weights` with the rank of `a`: those of its own shape as they are, others set on the axes `axis`."""
    weights = np.asarray(weights)
    if np.shape(weights) == np.shape(a):
        return weights
    axes = [k % np.ndim(a) for k in (axis if isinstance(axis, tuple) else (axis,))]
    shape = [n if k in axes else 1 for k, n in enumerate(np.shape(a))]
    return np.reshape(np.transpose(weights, np.argsort(axes)), shape)


def total_weight(weights: Any, a: Any, axis: Any) -> Any:
    """The sum of the weights over the axes, which stay as 1."""
    return np.sum(np.broadcast_to(along_axes(weights, a, axis), np.shape(a)), axis=axis, keepdims=True)


@adjoint(np.average, wrt="a", shape="reduce")
def average_adjoint(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False, gradient: Any
) -> Any:
    """a_bar of sum(a * weights) / sum(weights): each element's share in the weights."""
    if returned:
        raise UnsupportedError("np.average with `returned=True`", "Add up the weights in a statement of their own.")
    if weights is None:
        return expand(gradient * np.size(gradient) / np.size(a), a, axis, keepdims)
    shares = along_axes(weights, a, axis) / total_weight(weights, a, axis)
    return unbroadcast(expand(gradient, shares * a, axis, keepdims) * np.conj(shares), a)


@adjoint(np.average, wrt="weights", inline=False)
def average_weights_adjoint(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: Any = False,
    output: Any,
    gradient: Any,
) -> Any:
    """weights_bar of output = sum(a * weights) / sum(weights): (a - output) / sum(weights)."""
    if returned:
        raise UnsupportedError("np.average with `returned=True`", "Add up the weights in a statement of their own.")
    spread = (a - output_along(output, a, axis, keepdims)) / total_weight(weights, a, axis)
    whole = expand(gradient, spread, axis, keepdims) * np.conj(spread)
    if np.shape(weights) == np.shape(a):
        return unbroadcast(whole, weights)
    axes = [k % np.ndim(a) for k in (axis if isinstance(axis, tuple) else (axis,))]
    others = tuple(k for k in range(np.ndim(a)) if k not in axes)
    return unbroadcast(np.transpose(np.sum(whole, axis=others), np.argsort(np.argsort(axes))), weights)


def output_along(output: Any, a: Any, axis: Any, keepdims: bool) -> Any:
    """The output of a reduction of `a`, with the reduced axes as 1."""
    return output if axis is None or keepdims else np.expand_dims(output, axis)


@tangent(np.average, inline=False)
def average_tangent(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: Any = False,
    a_dot: Any,
    weights_dot: Any = None,
    output: Any,
) -> Any:
    """The average of the tangent, and the tangent of the weights times the deviations."""
    if returned:
        raise UnsupportedError("np.average with `returned=True`", "Add up the weights in a statement of their own.")
    output_dot = np.average(a_dot, axis, weights, keepdims=keepdims)
    if weights is None or weights_dot is None:
        return output_dot
    spread = (a - output_along(output, a, axis, keepdims)) / total_weight(weights, a, axis)
    return output_dot + np.sum(spread * along_axes(weights_dot, a, axis), axis=axis, keepdims=keepdims)


# The trapezoidal rule: output = sum(width * (left + right) / 2).


def widths(y: Any, x: Any, dx: Any, axis: int) -> Any:
    """The widths of the intervals, ready to broadcast against those of `y` with `axis` moved to the end."""
    if x is None:
        return dx
    return np.diff(x) if np.ndim(x) == 1 else np.moveaxis(np.diff(x, axis=axis), axis, -1)


def middles(y: Any, axis: int) -> Any:
    """The mean of `y` at both ends of each interval, with `axis` moved to the end."""
    y = np.moveaxis(np.asarray(y), axis, -1)
    return (y[..., 1:] + y[..., :-1]) / 2


def to_ends(intervals: Any, sign: int, n: int) -> Any:
    """The transpose of right + sign * left along the last axis: the intervals' values added up at their `n` ends."""
    ends = np.zeros((*np.shape(intervals)[:-1], n), intervals.dtype)
    ends[..., 1:] += intervals
    ends[..., :-1] += sign * intervals
    return ends


@adjoint(np.trapezoid, wrt="y", inline=False)
def trapezoid_adjoint(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, gradient: Any) -> Any:
    """y_bar: half the width of the intervals on both sides."""
    half = np.conj(widths(y, x, dx, axis)) / 2
    shape = np.shape(middles(y, axis))
    intervals = np.broadcast_to(np.expand_dims(gradient, -1) * half, np.broadcast_shapes(shape, np.shape(half)))
    return unbroadcast(np.moveaxis(to_ends(intervals, 1, np.shape(y)[axis]), -1, axis), y)


@adjoint(np.trapezoid, wrt="x", inline=False)
def trapezoid_x_adjoint(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, gradient: Any) -> Any:
    """x_bar: the mean heights on the left less those on the right."""
    heights = np.expand_dims(gradient, -1) * np.conj(middles(y, axis))
    if np.ndim(x) == 1:
        return unbroadcast(to_ends(unbroadcast(heights, np.diff(x)), -1, np.size(x)), x)
    return unbroadcast(np.moveaxis(to_ends(heights, -1, np.shape(x)[axis]), -1, axis), x)


@adjoint(np.trapezoid, wrt="dx", inline=False)
def trapezoid_dx_adjoint(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, gradient: Any) -> Any:
    """dx_bar: the mean heights; nothing where `x` is given."""
    if x is not None:
        return np.zeros_like(dx)
    return unbroadcast(np.expand_dims(gradient, -1) * np.conj(middles(y, axis)), dx)


@tangent(np.trapezoid)
def trapezoid_tangent(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, y_dot: Any, x_dot: Any = None, dx_dot: Any = 0.0
) -> Any:
    """The integral of the tangent, and of `y` over the tangent of the widths."""
    if x is None:
        return np.trapezoid(y_dot, dx=dx, axis=axis) + np.trapezoid(y, dx=dx_dot, axis=axis)
    if x_dot is None:
        return np.trapezoid(y_dot, x, axis=axis)
    return np.trapezoid(y_dot, x, axis=axis) + np.trapezoid(y, x_dot, axis=axis)
