"""Sums, products and means: sum, prod, mean, average, trapezoid, and the sums that skip NaN.

An output that is cast to an integer by `dtype=` has no derivative and is refused. `out=` is refused by name.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, constant, linear, same, tangent
from srcdiff.runtime import expand, unbroadcast

__all__ = ["product_of_others", "reduced_size"]

constant(np.count_nonzero, shape="reduce")


def reduced_size(x: Any, axis: Any, keepdims: bool = False, where: Any = True) -> Any:
    """How many elements of `x` go into each element of a reduction."""
    if where is True:
        axes = range(np.ndim(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        size = 1
        for k in axes:
            size *= np.shape(x)[k]
        return size
    return np.broadcast_to(where, np.shape(x)).sum(axis=axis, keepdims=keepdims)


# Sums.


@linear(np.sum, shape="reduce")
def sum_adjoint(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, gradient: Any
) -> Any:
    """a_bar of a sum: `gradient`, the same for every element that went into it."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.sum with an integer `dtype`", "Sum in floating point, then convert.")
    if where is not True:
        return np.where(where, expand(gradient, a, axis, keepdims), 0)
    return expand(gradient, a, axis, keepdims)


@tangent(np.sum)
def sum_tangent(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, a_dot: Any
) -> Any:
    """The sum of the tangent."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.sum with an integer `dtype`", "Sum in floating point, then convert.")
    return np.sum(a_dot, axis=axis, dtype=dtype, keepdims=keepdims, where=where)


@linear(np.nansum, shape="reduce")
def nansum_adjoint(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, gradient: Any
) -> Any:
    """a_bar of a sum that takes NaN for zero."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.nansum with an integer `dtype`", "Sum in floating point, then convert.")
    return np.where(np.isnan(a) | np.logical_not(where), 0, expand(gradient, a, axis, keepdims))


@tangent(np.nansum)
def nansum_tangent(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, a_dot: Any
) -> Any:
    """The sum of the tangent where `a` is not NaN."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.nansum with an integer `dtype`", "Sum in floating point, then convert.")
    return np.sum(np.where(np.isnan(a), 0, a_dot), axis=axis, dtype=dtype, keepdims=keepdims, where=where)


# Products.


def exclusive_products(x: Any) -> Any:
    """The products of all earlier elements along the first axis."""
    return np.concatenate([np.ones_like(x[:1]), np.cumprod(x[:-1], axis=0)])


def product_of_others(a: Any, axis: Any, output: Any, keepdims: bool = False) -> Any:
    """For each element, the product of all others of its slice: exact where elements are zero, too."""
    if np.ndim(a) == 0:
        return np.ones_like(a)
    size = np.abs(output)
    if np.all((size > 1e-30) & (size < 1e30)):  # not zero, and no product has left the range on the way
        return expand(output, a, axis, keepdims) / a
    axes = tuple(range(np.ndim(a))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    moved = np.moveaxis(a, axes, range(len(axes)))
    flat = np.reshape(moved, (reduced_size(a, axes), *moved.shape[len(axes) :]))
    others = exclusive_products(flat) * exclusive_products(flat[::-1])[::-1]
    return np.moveaxis(np.reshape(others, moved.shape), range(len(axes)), axes)


@adjoint(np.prod, wrt="a", shape="reduce")
def prod_adjoint(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of a product: `gradient` times the product of all other elements."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.prod with an integer `dtype`", "Multiply in floating point, then convert.")
    if initial is None and where is True:
        others = product_of_others(a, axis, output, keepdims)
    else:
        others = product_of_chosen_others(a, axis, initial, where)
    return expand(gradient, a, axis, keepdims) * np.conj(others)


def product_of_chosen_others(a: Any, axis: Any, initial: Any, where: Any) -> Any:
    """As `product_of_others`, of the elements where `where` holds, and times `initial`; zero for the others."""
    chosen = np.where(where, a, 1).astype(a.dtype)
    others = product_of_others(chosen, axis, np.prod(chosen, axis=axis, keepdims=True), True)
    others = others if initial is None else others * initial
    return np.where(where, others, 0).astype(a.dtype)


@adjoint(np.prod, wrt="initial")
def prod_initial_adjoint(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    gradient: Any,
) -> Any:
    """initial_bar: `gradient` times the product without it, summed."""
    return unbroadcast(gradient * np.conj(np.prod(a, axis=axis, keepdims=keepdims, where=where)), initial)


@tangent(np.prod)
def prod_tangent(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
    a_dot: Any,
    initial_dot: Any = None,
    output: Any,
) -> Any:
    """The sum over all elements of the product with that one replaced by its tangent."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.prod with an integer `dtype`", "Multiply in floating point, then convert.")
    if initial is None and where is True:
        return np.sum(a_dot * product_of_others(a, axis, output, keepdims), axis=axis, dtype=dtype, keepdims=keepdims)
    others = product_of_chosen_others(a, axis, initial, where)
    output_dot = np.sum(a_dot * others, axis=axis, dtype=dtype, keepdims=keepdims)
    if initial is not None and initial_dot is not None:
        output_dot = output_dot + initial_dot * np.prod(a, axis=axis, keepdims=keepdims, where=where)
    return output_dot


@adjoint(np.nanprod, shape="reduce")
def nanprod_adjoint(a: Any, axis: Any = None, *, keepdims: Any = False, where: Any = True, gradient: Any) -> Any:
    """a_bar of a product that takes NaN for one."""
    others = product_of_chosen_others(a, axis, None, np.logical_not(np.isnan(a)) & where)
    return expand(gradient, a, axis, keepdims) * np.conj(others)


@tangent(np.nanprod)
def nanprod_tangent(a: Any, axis: Any = None, *, keepdims: Any = False, where: Any = True, a_dot: Any) -> Any:
    """The sum over the elements that are not NaN of the product with that one replaced by its tangent."""
    others = product_of_chosen_others(a, axis, None, np.logical_not(np.isnan(a)) & where)
    return np.sum(a_dot * others, axis=axis, keepdims=keepdims)


# Means.


@linear(np.mean, shape="reduce")
def mean_adjoint(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, gradient: Any
) -> Any:
    """a_bar of a mean: `gradient` divided by the number of elements, the same for every one."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.mean with an integer `dtype`", "Take the mean in floating point, then convert.")
    if where is not True:
        n = reduced_size(a, axis, keepdims, where)
        return np.where(where, expand(gradient / n, a, axis, keepdims), 0)
    if axis is None:
        n = np.size(a)
    elif isinstance(axis, int):
        n = np.shape(a)[axis]
    else:
        n = reduced_size(a, axis)
    return expand(gradient / n, a, axis, keepdims)


@tangent(np.mean)
def mean_tangent(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, a_dot: Any
) -> Any:
    """The mean of the tangent."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.mean with an integer `dtype`", "Take the mean in floating point, then convert.")
    return np.mean(a_dot, axis=axis, dtype=dtype, keepdims=keepdims, where=where)


@linear(np.nanmean, shape="reduce")
def nanmean_adjoint(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, gradient: Any
) -> Any:
    """a_bar of the mean of what is not NaN."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.nanmean with an integer `dtype`", "Take the mean in floating point, then convert.")
    present = np.logical_not(np.isnan(a)) & where
    n = np.sum(present, axis=axis, keepdims=keepdims)
    return np.where(present, expand(gradient / n, a, axis, keepdims), 0)


@tangent(np.nanmean)
def nanmean_tangent(
    a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False, where: Any = True, a_dot: Any
) -> Any:
    """The mean of the tangent where `a` is not NaN."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.nanmean with an integer `dtype`", "Take the mean in floating point, then convert.")
    present = np.logical_not(np.isnan(a)) & where
    return np.mean(a_dot, axis=axis, dtype=dtype, keepdims=keepdims, where=present)


same(np.sum, np.ndarray.sum)
same(np.prod, np.ndarray.prod)
same(np.mean, np.ndarray.mean)
