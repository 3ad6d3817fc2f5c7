"""Convolution, correlation, interpolation and finite differences along a line."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, multilinear, tangent
from srcdiff.runtime import add_at, unbroadcast

__all__ = ["convolution_gradient"]


def whole(gradient: Any, m: int, n: int, mode: Any, reverse: bool = False) -> Any:
    """The gradient of all m + n - 1 numbers of a convolution, of which `mode` returned some.

    `reverse` is for a correlation whose second operand is the longer one: NumPy computes it back to front.
    """
    total, small = m + n - 1, min(m, n)
    if mode == "full":
        return gradient
    start = small - 1 if mode == "valid" else (small - 1) // 2
    if reverse:
        start = total - start - len(gradient)
    found = np.zeros(total, gradient.dtype)
    found[start : start + len(gradient)] = gradient
    return found


def convolution_gradient(gradient: Any, a: Any, v: Any, mode: Any, wrt: int) -> Any:
    """The gradient of `np.convolve(a, v, mode)` with respect to operand `wrt`: a correlation with the other one."""
    full = whole(gradient, np.size(a), np.size(v), mode)
    x, other = (a, v) if wrt == 1 else (v, a)
    x_bar = np.convolve(full, np.conj(other)[::-1], "full")[np.size(other) - 1 :][: np.size(x)]
    return unbroadcast(np.reshape(x_bar, np.shape(x)), x)


@multilinear(np.convolve, "a", "v", wrt="a")
def convolve_a(a: Any, v: Any, mode: Any = "full", *, gradient: Any) -> Any:
    """a_bar of output[k] = sum_i a[i] * v[k - i]."""
    return convolution_gradient(gradient, np.atleast_1d(a), np.atleast_1d(v), mode, 1).reshape(np.shape(a))


@multilinear(np.convolve, "a", "v", wrt="v")
def convolve_v(a: Any, v: Any, mode: Any = "full", *, gradient: Any) -> Any:
    """v_bar of output[k] = sum_i a[i] * v[k - i]."""
    return convolution_gradient(gradient, np.atleast_1d(a), np.atleast_1d(v), mode, 2).reshape(np.shape(v))


@multilinear(np.correlate, "a", "v", wrt="a")
def correlate_a(a: Any, v: Any, mode: Any = "valid", *, gradient: Any) -> Any:
    """a_bar of output[k] = sum_i a[i + k] * conj(v[i]), which convolves with conj(v) reversed."""
    full = whole(gradient, np.size(a), np.size(v), mode, np.size(v) > np.size(a))
    return convolution_gradient(full, a, np.conj(v)[::-1], "full", 1)


@multilinear(np.correlate, "a", "v", wrt="v")
def correlate_v(a: Any, v: Any, mode: Any = "valid", *, gradient: Any) -> Any:
    """v_bar of output[k] = sum_i a[i + k] * conj(v[i])."""
    full = whole(gradient, np.size(a), np.size(v), mode, np.size(v) > np.size(a))
    reversed_bar = np.convolve(full, np.conj(a)[::-1], "full")[np.size(a) - 1 :][: np.size(v)]
    return unbroadcast(np.conj(reversed_bar)[::-1], v)


# Finite differences.


def diff_transpose(gradient: Any, a: Any, n: int, axis: int) -> Any:
    """The transpose of `n` differences of `a` along `axis`."""
    if n > np.shape(a)[axis]:
        return np.zeros_like(a)
    for _ in range(n):
        pad = [(1, 1) if k == axis % np.ndim(gradient) else (0, 0) for k in range(np.ndim(gradient))]
        gradient = -np.diff(np.pad(gradient, pad), axis=axis)
    return unbroadcast(gradient, a)


def edge_length(edge: Any, axis: int) -> int:
    """How many elements `prepend` or `append` adds along the axis."""
    if edge is None:
        return 0
    return 1 if np.ndim(edge) == 0 else int(np.shape(edge)[axis])


def cut(x: Any, start: int, stop: int, axis: int) -> Any:
    """A slice along one axis."""
    return x[(slice(None),) * (axis % np.ndim(x)) + (slice(start, stop),)]


@adjoint(np.diff, wrt="a")
def diff_a(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None, *, gradient: Any) -> Any:
    """a_bar of `n` differences along `axis`: differences of the gradient, negated, in zeros."""
    if prepend is None and append is None:
        return diff_transpose(gradient, a, n, axis)
    return joined_bar(gradient, a, n, axis, prepend, append)[1]


@adjoint(np.diff, wrt="prepend", inline=False)
def diff_prepend(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None, *, gradient: Any) -> Any:
    """The gradient of what stands before the array."""
    return joined_bar(gradient, a, n, axis, prepend, append)[0]


@adjoint(np.diff, wrt="append", inline=False)
def diff_append(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None, *, gradient: Any) -> Any:
    """The gradient of what stands after the array."""
    return joined_bar(gradient, a, n, axis, prepend, append)[2]


def joined_bar(gradient: Any, a: Any, n: int, axis: int, prepend: Any, append: Any) -> tuple[Any, Any, Any]:
    """The gradients of what stands before the array, of the array, and of what stands after it."""
    before, after, length = edge_length(prepend, axis), edge_length(append, axis), np.shape(a)[axis]
    shape = list(np.shape(a))
    shape[axis] = before + length + after
    bar = diff_transpose(gradient, np.zeros(shape, gradient.dtype), n, axis)
    a_bar = unbroadcast(cut(bar, before, before + length, axis), a)
    prepend_bar = None if prepend is None else unbroadcast(cut(bar, 0, before, axis), prepend)
    append_bar = None if append is None else unbroadcast(cut(bar, before + length, shape[axis], axis), append)
    return prepend_bar, a_bar, append_bar


@tangent(np.diff)
def diff_tangent(
    a: Any,
    n: int = 1,
    axis: int = -1,
    prepend: Any = None,
    append: Any = None,
    *,
    a_dot: Any,
    prepend_dot: Any,
    append_dot: Any,
) -> Any:
    """The differences of the tangent, what was joined to its ends included."""
    if prepend is None and append is None:
        return np.diff(a_dot, n, axis)
    edges = {name: x for name, x in (("prepend", prepend_dot), ("append", append_dot)) if x is not None}
    return np.diff(a_dot, n, axis, **edges)


@adjoint(np.ediff1d, active=("ary", "to_end", "to_begin"))
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None, *, gradient: Any) -> Any:
    """The gradients of the differences of a flattened array, with given numbers before and after."""
    before = 0 if to_begin is None else np.size(to_begin)
    count = max(np.size(ary) - 1, 0)
    inner = gradient[before : before + count]
    ary_bar = (
        np.reshape(diff_transpose(inner, np.reshape(ary, -1), 1, -1), np.shape(ary)) if count else np.zeros_like(ary)
    )
    end_bar = None if to_end is None else unbroadcast(np.reshape(gradient[before + count :], np.shape(to_end)), to_end)
    begin_bar = None if to_begin is None else unbroadcast(np.reshape(gradient[:before], np.shape(to_begin)), to_begin)
    return ary_bar, end_bar, begin_bar


@tangent(np.ediff1d)
def ediff1d_tangent(
    ary: Any, to_end: Any = None, to_begin: Any = None, *, ary_dot: Any, to_end_dot: Any, to_begin_dot: Any
) -> Any:
    """The differences of the tangent, with the tangents of what stands before and after."""
    return np.ediff1d(ary_dot, None if to_end is None else to_end_dot, None if to_begin is None else to_begin_dot)


def spacing_of(varargs: tuple[Any, ...], k: int, n: int) -> Any:
    """The distances of neighbours along the k-th axis that `np.gradient` differentiates."""
    given = 1.0 if not varargs else varargs[0] if len(varargs) == 1 else varargs[k]
    return np.diff(np.asarray(given)) if np.ndim(given) == 1 else np.full(n - 1, given)


def difference_weights(h: Any, edge_order: int) -> tuple[Any, Any, Any]:
    """The weights of np.gradient along one axis: of the neighbours inside, and of the first and last three points."""
    low, high = h[:-1], h[1:]
    inside = np.stack([-high / (low * (low + high)), (high - low) / (low * high), low / (high * (low + high))])
    if edge_order == 1:
        return inside, np.array([-1.0, 1.0]) / h[0], np.array([-1.0, 1.0]) / h[-1]
    p, q = h[0], h[1]
    first = np.array([-(2.0 * p + q) / (p * (p + q)), (p + q) / (p * q), -p / (q * (p + q))])
    p, q = h[-2], h[-1]
    last = np.array([q / (p * (p + q)), -(q + p) / (p * q), (2.0 * q + p) / (q * (p + q))])
    return inside, first, last


def gradient_transpose(bar: Any, h: Any, edge_order: int, axis: int) -> Any:
    """The transpose of np.gradient along one axis."""
    bar = np.moveaxis(bar, axis, -1)
    inside, first, last = difference_weights(h.astype(bar.real.dtype), edge_order)
    found = np.zeros_like(bar)
    middle = bar[..., 1:-1]
    found[..., :-2] += middle * inside[0]
    found[..., 1:-1] += middle * inside[1]
    found[..., 2:] += middle * inside[2]
    found[..., : len(first)] += bar[..., :1] * first
    found[..., -len(last) :] += bar[..., -1:] * last
    return np.moveaxis(found, -1, axis)


def gradient_axes(f: Any, axis: Any) -> list[int]:
    """The axes along which np.gradient differentiates."""
    if axis is None:
        return list(range(np.ndim(f)))
    return [k % np.ndim(f) for k in (axis if isinstance(axis, tuple) else (axis,))]


@adjoint(np.gradient, inline=False)
def gradient_(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1, gradient: Any) -> Any:
    """f_bar of second-order differences along each axis, evenly spaced or not; the spacings are constants."""
    axes = gradient_axes(f, axis)
    bars = gradient if isinstance(gradient, (tuple, list)) else (gradient,)
    total = np.zeros(np.shape(f), f.dtype)
    for k, (along, bar) in enumerate(zip(axes, bars, strict=True)):
        if bar is not None:
            bar = np.broadcast_to(bar, np.shape(f))
            h = spacing_of(varargs, k, np.shape(f)[along])
            total = total + unbroadcast(gradient_transpose(bar, h, edge_order, along), total)
    return total


@tangent(np.gradient)
def gradient_tangent(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1, f_dot: Any) -> Any:
    """The differences of the tangent."""
    return np.gradient(f_dot, *varargs, axis=axis, edge_order=edge_order)


# Piecewise linear interpolation.


def brackets(x: Any, xp: Any, period: Any) -> tuple[Any, Any, Any, Any, Any]:
    """For each x: the positions in `xp` of the points on both sides, its weights on them, and where it is outside.

    Returns left and right positions, the distance of the two points, the distance of x from the left one (0 outside),
    and -1, 0 or 1 for below, within and above.
    """
    x, xp = np.asarray(x), np.asarray(xp)
    if period is None:
        left = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(len(xp) - 2, 0))
        right = np.minimum(left + 1, len(xp) - 1)
        side = np.where(x < xp[0], -1, np.where(x > xp[-1], 1, 0))
        return left, right, xp[right] - xp[left], x - xp[left], side
    period = abs(period)
    order = np.argsort(xp % period)
    knots = (xp % period)[order]
    points = np.concatenate([knots[-1:] - period, knots, knots[:1] + period])
    place = np.clip(np.searchsorted(points, x % period, side="right") - 1, 0, len(points) - 2)
    cycle = np.concatenate([order[-1:], order, order[:1]])
    width, offset = points[place + 1] - points[place], x % period - points[place]
    return cycle[place], cycle[place + 1], width, offset, np.zeros(x.shape, int)


def interpolation(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Positions on both sides, the weight of the right one, the slope (0 outside), and which side of all points."""
    left, right, width, offset, side = brackets(x, xp, period)
    safe = np.where(width == 0, 1.0, width)
    weight = np.where(side == 0, offset / safe, np.where(side < 0, 0.0, 1.0))
    fp = np.asarray(fp)
    slope = np.where((side == 0) & (width != 0), (fp[right] - fp[left]) / safe, 0.0)
    return left, right, weight, slope, side


@adjoint(np.interp, active=("x", "xp", "fp", "left", "right"), inline=False)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None, *, gradient: Any) -> Any:
    """The gradients of piecewise linear interpolation with respect to all but the period.

    At a point of `xp` the slope is that of the piece to the right of it.
    """
    low, high, weight, slope, side = interpolation(x, xp, fp, period)
    left_given, right_given = left is not None and period is None, right is not None and period is None
    gradient = np.asarray(gradient)
    inner = np.where((side < 0) & left_given | (side > 0) & right_given, 0.0, gradient)
    fp_bar = np.zeros(np.shape(fp), np.result_type(gradient.dtype, np.float64))
    add_at(fp_bar, low, inner * (1.0 - weight))
    add_at(fp_bar, high, inner * weight)
    x_bar = (np.conj(gradient) * slope).real
    xp_bar = np.zeros(np.shape(xp))
    add_at(xp_bar, low, -x_bar * (1.0 - weight))
    add_at(xp_bar, high, -x_bar * weight)
    left_bar = unbroadcast(np.sum(np.where(side < 0, gradient, 0.0)), left) if left_given else None
    right_bar = unbroadcast(np.sum(np.where(side > 0, gradient, 0.0)), right) if right_given else None
    return unbroadcast(x_bar, x), unbroadcast(xp_bar, xp), unbroadcast(fp_bar, fp), left_bar, right_bar


@tangent(np.interp, inline=False)
def interp_tangent(
    x: Any,
    xp: Any,
    fp: Any,
    left: Any = None,
    right: Any = None,
    period: Any = None,
    *,
    x_dot: Any,
    xp_dot: Any,
    fp_dot: Any,
    left_dot: Any,
    right_dot: Any,
) -> Any:
    """The tangent of piecewise linear interpolation."""
    low, high, weight, slope, side = interpolation(x, xp, fp, period)
    xp_dot, fp_dot = np.asarray(xp_dot), np.asarray(fp_dot)
    inner = (1.0 - weight) * fp_dot[low] + weight * fp_dot[high]
    inner = inner + slope * (x_dot - (1.0 - weight) * xp_dot[low] - weight * xp_dot[high])
    if left is not None and period is None:
        inner = np.where(side < 0, left_dot, inner)
    if right is not None and period is None:
        inner = np.where(side > 0, right_dot, inner)
    return inner[()]
