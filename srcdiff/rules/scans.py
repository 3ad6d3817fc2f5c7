"""Cumulative sums and products.

The transpose of a cumulative sum is the cumulative sum from the other end. That of a cumulative product is a linear
recurrence from the other end, which is exact where elements are zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, linear, same, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["cumprod_directional", "cumprod_transpose", "cumsum_transpose"]


def cumsum_transpose(gradient: Any, axis: Any) -> Any:
    """The cumulative sum from the other end."""
    axis = 0 if axis is None else axis
    return np.flip(np.cumsum(np.flip(gradient, axis), axis=axis), axis)


def all_normal(x: Any) -> Any:
    """Whether no element is zero, or so small or large that a product may have left the range on the way."""
    size = np.abs(x)
    return np.all((size > 1e-30) & (size < 1e30))


def shifted_products(output: Any) -> Any:
    """From the cumulative products along the first axis, those without the last factor."""
    return np.concatenate([np.ones_like(output[:1]), output[:-1]])


def cumprod_transpose(gradient: Any, a: Any, output: Any, axis: Any) -> Any:
    """a_bar of the cumulative products of `a` along `axis`, of all elements in a row where `axis` is None."""
    if axis is None:
        return np.reshape(cumprod_transpose(gradient, np.reshape(a, -1), output, 0), np.shape(a))
    if np.size(a) > 0 and all_normal(output):
        return cumsum_transpose(gradient * np.conj(output), axis) / np.conj(a)
    gradient, factors = np.moveaxis(gradient, axis, 0), np.conj(np.moveaxis(a, axis, 0))
    before = shifted_products(np.conj(np.moveaxis(output, axis, 0)))
    after = np.array(gradient)
    for k in range(len(after) - 2, -1, -1):
        after[k] += factors[k + 1] * after[k + 1]
    return np.moveaxis(before * after, 0, axis)


def cumprod_directional(a_dot: Any, a: Any, output: Any, axis: Any) -> Any:
    """The tangent of the cumulative products of `a` along `axis`."""
    if axis is None:
        return cumprod_directional(np.reshape(a_dot, -1), np.reshape(a, -1), output, 0)
    if np.size(a) > 0 and all_normal(output):
        return np.cumsum(a_dot / a, axis=axis) * output
    factors = np.moveaxis(a, axis, 0)
    output_dot = np.moveaxis(a_dot, axis, 0) * shifted_products(np.moveaxis(output, axis, 0))
    for k in range(1, len(output_dot)):
        output_dot[k] += factors[k] * output_dot[k - 1]
    return np.moveaxis(output_dot, 0, axis)


@linear(np.cumsum)
def cumsum_adjoint(a: Any, axis: Any = None, dtype: Any = None, *, gradient: Any) -> Any:
    """a_bar of a cumulative sum: the cumulative sum of `gradient` from the other end."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.cumsum with an integer `dtype`", "Sum in floating point, then convert.")
    if axis is None:
        return unbroadcast(np.reshape(np.cumsum(gradient[::-1])[::-1], np.shape(a)), a)
    return unbroadcast(np.flip(np.cumsum(np.flip(gradient, axis), axis=axis), axis), a)


@tangent(np.cumsum)
def cumsum_tangent(a: Any, axis: Any = None, dtype: Any = None, *, a_dot: Any) -> Any:
    """The cumulative sum of the tangent."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.cumsum with an integer `dtype`", "Sum in floating point, then convert.")
    return np.cumsum(a_dot, axis=axis, dtype=dtype)


@linear(np.nancumsum)
def nancumsum_adjoint(a: Any, axis: Any = None, dtype: Any = None, *, gradient: Any) -> Any:
    """a_bar of a cumulative sum that takes NaN for zero."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.nancumsum with an integer `dtype`", "Sum in floating point, then convert.")
    return np.where(np.isnan(a), 0, unbroadcast(np.reshape(cumsum_transpose(gradient, axis), np.shape(a)), a))


@tangent(np.nancumsum)
def nancumsum_tangent(a: Any, axis: Any = None, dtype: Any = None, *, a_dot: Any) -> Any:
    """The cumulative sum of the tangent where `a` is not NaN."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.nancumsum with an integer `dtype`", "Sum in floating point, then convert.")
    return np.cumsum(np.where(np.isnan(a), 0, a_dot), axis=axis, dtype=dtype)


@adjoint(np.cumprod)
def cumprod_adjoint(a: Any, axis: Any = None, dtype: Any = None, *, output: Any, gradient: Any) -> Any:
    """a_bar of a cumulative product: what all later outputs owe to each element."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.cumprod with an integer `dtype`", "Multiply in floating point, then convert.")
    return unbroadcast(cumprod_transpose(gradient, a, output, axis), a)


@tangent(np.cumprod)
def cumprod_tangent(a: Any, axis: Any = None, dtype: Any = None, *, a_dot: Any, output: Any) -> Any:
    """The recurrence of the cumulative product, differentiated."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.cumprod with an integer `dtype`", "Multiply in floating point, then convert.")
    return cumprod_directional(a_dot, a, output, axis)


@adjoint(np.nancumprod)
def nancumprod_adjoint(a: Any, axis: Any = None, *, output: Any, gradient: Any) -> Any:
    """a_bar of a cumulative product that takes NaN for one."""
    missing = np.isnan(a)
    return np.where(missing, 0, cumprod_transpose(gradient, np.where(missing, 1, a), output, axis))


@tangent(np.nancumprod)
def nancumprod_tangent(a: Any, axis: Any = None, *, a_dot: Any, output: Any) -> Any:
    """The recurrence of the cumulative product, differentiated, where `a` is not NaN."""
    missing = np.isnan(a)
    return cumprod_directional(np.where(missing, 0, a_dot), np.where(missing, 1, a), output, axis)


same(np.cumsum, np.ndarray.cumsum)
same(np.cumprod, np.ndarray.cumprod)


def without_initial(x: Any, axis: Any) -> Any:
    """`x` without its first slice along `axis`."""
    return np.moveaxis(np.moveaxis(x, axis, 0)[1:], 0, axis)


if hasattr(np, "cumulative_sum"):  # NumPy 2.1

    @linear(np.cumulative_sum)
    def cumulative_sum_adjoint(
        x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False, gradient: Any
    ) -> Any:
        """x_bar of a cumulative sum; the zero that it may begin with owes nothing to `x`."""
        if dtype is not None and np.dtype(dtype).kind not in "fc":
            raise UnsupportedError("np.cumulative_sum with an integer `dtype`", "Sum in floating point, then convert.")
        sums = without_initial(gradient, 0 if axis is None else axis) if include_initial else gradient
        return unbroadcast(cumsum_transpose(sums, axis), x)

    @tangent(np.cumulative_sum)
    def cumulative_sum_tangent(
        x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False, x_dot: Any
    ) -> Any:
        """The cumulative sum of the tangent."""
        if dtype is not None and np.dtype(dtype).kind not in "fc":
            raise UnsupportedError("np.cumulative_sum with an integer `dtype`", "Sum in floating point, then convert.")
        return np.cumulative_sum(x_dot, axis=axis, dtype=dtype, include_initial=include_initial)

    @adjoint(np.cumulative_prod)
    def cumulative_prod_adjoint(
        x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False, output: Any, gradient: Any
    ) -> Any:
        """x_bar of a cumulative product; the one that it may begin with owes nothing to `x`."""
        if dtype is not None and np.dtype(dtype).kind not in "fc":
            raise UnsupportedError(
                "np.cumulative_prod with an integer `dtype`", "Multiply in floating point, then convert."
            )
        along = 0 if axis is None else axis
        if include_initial:
            products, owed = without_initial(output, along), without_initial(gradient, along)
        else:
            products, owed = output, gradient
        return unbroadcast(cumprod_transpose(owed, x, products, along), x)

    @tangent(np.cumulative_prod)
    def cumulative_prod_tangent(
        x: Any, *, axis: Any = None, dtype: Any = None, include_initial: Any = False, x_dot: Any, output: Any
    ) -> Any:
        """The recurrence of the cumulative product, differentiated."""
        if dtype is not None and np.dtype(dtype).kind not in "fc":
            raise UnsupportedError(
                "np.cumulative_prod with an integer `dtype`", "Multiply in floating point, then convert."
            )
        along = 0 if axis is None else axis
        if not include_initial:
            return cumprod_directional(x_dot, x, output, along)
        slopes = cumprod_directional(x_dot, x, without_initial(output, along), along)
        first = np.moveaxis(np.zeros_like(np.moveaxis(output, along, 0)[:1]), 0, along)
        return np.concatenate([first, slopes], axis=along)
