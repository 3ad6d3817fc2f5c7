"""Order statistics: quantiles, percentiles and medians, by every method of NumPy, with and without NaN.

NumPy's thirteen methods all interpolate between two neighbours in sorted order. Where between, is asked of NumPy
itself: it is the same quantile of the ranks 0, 1, ..., n - 1. Where elements are equal the function has a kink, and the
derivative is that of one order of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

SLOPES = {
    "linear": -1.0,
    "weibull": 1.0,
    "hazen": 0.0,
    "interpolated_inverted_cdf": 0.0,
    "median_unbiased": 1.0 / 3.0,
    "normal_unbiased": 0.25,
}
"""The position in sorted order moves with `q` at the rate n plus this number, for the methods that are continuous."""


def by_slices(a: Any, axis: Any) -> Any:
    """`a` with the axes that are reduced flattened into the last one."""
    if axis is None:
        return np.reshape(a, -1)
    axes = [k % np.ndim(a) for k in (axis if isinstance(axis, tuple) else (axis,))]
    moved = np.moveaxis(a, axes, range(-len(axes), 0))
    return np.reshape(moved, (*moved.shape[: moved.ndim - len(axes)], -1))


def from_slices(slices: Any, a: Any, axis: Any) -> Any:
    """The reverse of `by_slices`."""
    if axis is None:
        return np.reshape(slices, np.shape(a))
    axes = [k % np.ndim(a) for k in (axis if isinstance(axis, tuple) else (axis,))]
    moved = np.moveaxis(a, axes, range(-len(axes), 0))
    return np.moveaxis(np.reshape(slices, moved.shape), range(-len(axes), 0), axes)


def neighbours(slices: Any, q: Any, method: Any, skip_nan: bool) -> tuple[Any, Any, Any, Any]:
    """Where in each slice the lower and the upper neighbour are, the weight of the upper, and the position itself.

    Each has the shape of `q` before that of the slices. Where the quantile is NaN, so is the weight.
    """
    order = np.argsort(slices, axis=-1, kind="stable")
    ranks: Any = np.where(np.isnan(np.take_along_axis(slices, order, -1)), np.nan, np.arange(slices.shape[-1]))
    if skip_nan:
        empty = np.isnan(ranks).all(axis=-1, keepdims=True)
        position = np.nanquantile(np.where(empty, 0.0, ranks), q, axis=-1, method=method)
        position = np.where(empty[..., 0], np.nan, position)
    else:
        position = np.quantile(ranks, q, axis=-1, method=method)
    known = np.where(np.isnan(position), 0.0, position)
    low = np.floor(known).astype(int)
    high = np.ceil(known).astype(int)
    order = np.broadcast_to(order, (*np.shape(q), *order.shape))
    pick = [np.take_along_axis(order, k[..., np.newaxis], -1)[..., 0] for k in (low, high)]
    return pick[0], pick[1], position - low, position


def q_slope(slices: Any, q: Any, method: Any, skip_nan: bool) -> Any:
    """The derivative of the quantiles with respect to `q`, in the shape of `q` before that of the slices."""
    low, high, _, position = neighbours(slices, q, method, skip_nan)
    if method not in SLOPES:
        return np.zeros(np.shape(position))
    stretched = np.broadcast_to(slices, (*np.shape(q), *slices.shape))
    lower = np.take_along_axis(stretched, low[..., np.newaxis], -1)[..., 0]
    upper = np.take_along_axis(stretched, high[..., np.newaxis], -1)[..., 0]
    count = (~np.isnan(slices)).sum(axis=-1) if skip_nan else slices.shape[-1]
    rate: Any = count + SLOPES[method]
    return rate * (upper - lower)


def refuse_quantile(overwrite_input: Any, weights: Any, out: Any, name: str) -> None:
    """Refuse what changes the meaning of the call."""
    if weights is not None:
        raise UnsupportedError(f"{name} with `weights=`", "Sort the data and interpolate the cumulative weights.")
    if out is not None:
        raise UnsupportedError(f"{name} with `out=`", "Assign the result instead.")
    if overwrite_input:
        raise UnsupportedError(f"{name} with overwrite_input=True", "Leave out `overwrite_input`.")


def quantile_gradient(gradient: Any, a: Any, q: Any, axis: Any, method: Any, skip_nan: bool) -> Any:
    """a_bar: the gradient shared by the two neighbours in sorted order. A quantile that is NaN gives NaN."""
    slices = by_slices(a, axis)
    low, high, weight, _ = neighbours(slices, q, method, skip_nan)
    gradient = np.reshape(gradient, np.shape(weight))
    slices_bar = np.zeros(slices.shape, np.result_type(gradient.dtype, np.float64))
    grid = np.indices(slices.shape[:-1], sparse=True)
    np.add.at(slices_bar, (*grid, low), gradient * (1.0 - weight))
    np.add.at(slices_bar, (*grid, high), gradient * weight)
    return unbroadcast(from_slices(slices_bar, a, axis), a)


def quantile_q_gradient(gradient: Any, a: Any, q: Any, axis: Any, method: Any, skip_nan: bool) -> Any:
    """q_bar: the gradient times the distance of the two neighbours, summed over the slices."""
    slope = q_slope(by_slices(a, axis), q, method, skip_nan)
    products = np.reshape(gradient, np.shape(slope)) * slope
    return unbroadcast(np.sum(products, axis=tuple(range(np.ndim(q), np.ndim(slope)))), q)


def neighbours_tangent(
    a: Any, q: Any, axis: Any, method: Any, skip_nan: bool, a_dot: Any, q_dot: Any, output: Any
) -> Any:
    """The tangent: that of the two neighbours, weighted, and that of the position between them."""
    slices = by_slices(a, axis)
    low, high, weight, _ = neighbours(slices, q, method, skip_nan)
    slices_dot = by_slices(np.broadcast_to(a_dot, np.shape(a)), axis)
    stretched = np.broadcast_to(slices_dot, (*np.shape(q), *slices_dot.shape))
    lower = np.take_along_axis(stretched, low[..., np.newaxis], -1)[..., 0]
    upper = np.take_along_axis(stretched, high[..., np.newaxis], -1)[..., 0]
    q_dot = np.reshape(q_dot, (*np.shape(q), *(1,) * (slices.ndim - 1)))
    total = (1.0 - weight) * lower + weight * upper + q_slope(slices, q, method, skip_nan) * q_dot
    return np.reshape(total, np.shape(output)).astype(output.dtype)


@adjoint(np.quantile, wrt="a", inline=False)
def quantile_a(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """a_bar of quantiles along `axis`."""
    refuse_quantile(overwrite_input, weights, out, "np.quantile")
    return quantile_gradient(gradient, a, q, axis, method, False)


@adjoint(np.quantile, wrt="q", inline=False)
def quantile_q(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """q_bar of quantiles along `axis`; zero for the methods that jump."""
    refuse_quantile(overwrite_input, weights, out, "np.quantile")
    return unbroadcast(quantile_q_gradient(gradient, a, q, axis, method, False), q)


@tangent(np.quantile, inline=False)
def quantile_tangent(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    a_dot: Any,
    q_dot: Any,
    output: Any,
) -> Any:
    """The tangent of quantiles along `axis`."""
    refuse_quantile(overwrite_input, weights, out, "np.quantile")
    return neighbours_tangent(a, q, axis, method, False, a_dot, q_dot, output)


@adjoint(np.nanquantile, wrt="a", inline=False)
def nanquantile_a(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """a_bar of nanquantiles along `axis`, NaN left out."""
    refuse_quantile(overwrite_input, weights, out, "np.nanquantile")
    return quantile_gradient(gradient, a, q, axis, method, True)


@adjoint(np.nanquantile, wrt="q", inline=False)
def nanquantile_q(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """q_bar of nanquantiles along `axis`, NaN left out; zero for the methods that jump."""
    refuse_quantile(overwrite_input, weights, out, "np.nanquantile")
    return unbroadcast(quantile_q_gradient(gradient, a, q, axis, method, True), q)


@tangent(np.nanquantile, inline=False)
def nanquantile_tangent(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    a_dot: Any,
    q_dot: Any,
    output: Any,
) -> Any:
    """The tangent of nanquantiles along `axis`, NaN left out."""
    refuse_quantile(overwrite_input, weights, out, "np.nanquantile")
    return neighbours_tangent(a, q, axis, method, True, a_dot, q_dot, output)


@adjoint(np.percentile, wrt="a", inline=False)
def percentile_a(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """a_bar of percentiles along `axis`."""
    refuse_quantile(overwrite_input, weights, out, "np.percentile")
    return quantile_gradient(gradient, a, np.true_divide(q, 100), axis, method, False)


@adjoint(np.percentile, wrt="q", inline=False)
def percentile_q(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """q_bar of percentiles along `axis`; zero for the methods that jump."""
    refuse_quantile(overwrite_input, weights, out, "np.percentile")
    return unbroadcast(quantile_q_gradient(gradient, a, np.true_divide(q, 100), axis, method, False) / 100, q)


@tangent(np.percentile, inline=False)
def percentile_tangent(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    a_dot: Any,
    q_dot: Any,
    output: Any,
) -> Any:
    """The tangent of percentiles along `axis`."""
    refuse_quantile(overwrite_input, weights, out, "np.percentile")
    return neighbours_tangent(a, np.true_divide(q, 100), axis, method, False, a_dot, np.true_divide(q_dot, 100), output)


@adjoint(np.nanpercentile, wrt="a", inline=False)
def nanpercentile_a(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """a_bar of nanpercentiles along `axis`, NaN left out."""
    refuse_quantile(overwrite_input, weights, out, "np.nanpercentile")
    return quantile_gradient(gradient, a, np.true_divide(q, 100), axis, method, True)


@adjoint(np.nanpercentile, wrt="q", inline=False)
def nanpercentile_q(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    gradient: Any,
) -> Any:
    """q_bar of nanpercentiles along `axis`, NaN left out; zero for the methods that jump."""
    refuse_quantile(overwrite_input, weights, out, "np.nanpercentile")
    return unbroadcast(quantile_q_gradient(gradient, a, np.true_divide(q, 100), axis, method, True) / 100, q)


@tangent(np.nanpercentile, inline=False)
def nanpercentile_tangent(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: Any = "linear",
    keepdims: bool = False,
    weights: Any = None,
    *,
    a_dot: Any,
    q_dot: Any,
    output: Any,
) -> Any:
    """The tangent of nanpercentiles along `axis`, NaN left out."""
    refuse_quantile(overwrite_input, weights, out, "np.nanpercentile")
    return neighbours_tangent(a, np.true_divide(q, 100), axis, method, True, a_dot, np.true_divide(q_dot, 100), output)


@adjoint(np.median, inline=False)
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False, *, gradient: Any
) -> Any:
    """a_bar of medians along `axis`: the mean of the two in the middle."""
    refuse_quantile(overwrite_input, None, out, "np.median")
    return quantile_gradient(gradient, a, 0.5, axis, "linear", False)


@tangent(np.median, inline=False)
def median_tangent(
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangent of medians along `axis`: the mean of the two in the middle."""
    refuse_quantile(overwrite_input, None, out, "np.median")
    return neighbours_tangent(a, 0.5, axis, "linear", False, a_dot, 0.0, output)


@adjoint(np.nanmedian, inline=False)
def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False, *, gradient: Any
) -> Any:
    """a_bar of medians along `axis`, NaN left out: the mean of the two in the middle."""
    refuse_quantile(overwrite_input, None, out, "np.nanmedian")
    return quantile_gradient(gradient, a, 0.5, axis, "linear", True)


@tangent(np.nanmedian, inline=False)
def nanmedian_tangent(
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangent of medians along `axis`, NaN left out: the mean of the two in the middle."""
    refuse_quantile(overwrite_input, None, out, "np.nanmedian")
    return neighbours_tangent(a, 0.5, axis, "linear", True, a_dot, 0.0, output)
