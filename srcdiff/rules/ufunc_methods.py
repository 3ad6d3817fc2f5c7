"""Methods of ufuncs: reduce, accumulate, outer and reduceat. (`at` writes into its argument: the transform's part.)

`reduce` and `accumulate` go along axis 0 where nothing else is said, unlike the functions of the same meaning.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.largest import shares
from srcdiff.rules.reductions import product_of_chosen_others, product_of_others
from srcdiff.rules.registry import adjoint, linear, multilinear, same, tangent
from srcdiff.rules.scans import cumprod_directional, cumprod_transpose
from srcdiff.runtime import expand, unbroadcast

__all__ = ["by_rows"]

# Reductions.


@linear(np.add.reduce, shape=None)
def add_reduce(
    array: Any, axis: Any = 0, dtype: Any = None, *, keepdims: Any = False, where: Any = True, gradient: Any
) -> Any:
    """array_bar of a sum: `gradient`, the same for every element that went into it."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.add.reduce with an integer `dtype`", "Sum in floating point, then convert.")
    if where is not True:
        return np.where(where, expand(gradient, array, axis, keepdims), 0)
    return expand(gradient, array, axis, keepdims)


@tangent(np.add.reduce)
def add_reduce_tangent(
    array: Any, axis: Any = 0, dtype: Any = None, *, keepdims: Any = False, where: Any = True, array_dot: Any
) -> Any:
    """The sum of the tangent."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.add.reduce with an integer `dtype`", "Sum in floating point, then convert.")
    return np.add.reduce(array_dot, axis=axis, dtype=dtype, keepdims=keepdims, where=where)


@adjoint(np.multiply.reduce)
def multiply_reduce(
    array: Any, axis: Any = 0, *, keepdims: Any = False, where: Any = True, output: Any, gradient: Any
) -> Any:
    """array_bar of a product: `gradient` times the product of all other elements."""
    if where is True:
        others = product_of_others(array, axis, output, keepdims)
    else:
        others = product_of_chosen_others(array, axis, None, where)
    return expand(gradient, array, axis, keepdims) * np.conj(others)


@tangent(np.multiply.reduce)
def multiply_reduce_tangent(
    array: Any, axis: Any = 0, *, keepdims: Any = False, where: Any = True, array_dot: Any, output: Any
) -> Any:
    """The sum over all elements of the product with that one replaced by its tangent."""
    if where is True:
        others = product_of_others(array, axis, output, keepdims)
    else:
        others = product_of_chosen_others(array, axis, None, where)
    return np.sum(array_dot * others, axis=axis, keepdims=keepdims)


@adjoint(np.maximum.reduce)
def maximum_reduce(
    array: Any, axis: Any = 0, *, keepdims: Any = False, where: Any = True, output: Any, gradient: Any
) -> Any:
    """array_bar of an extremum: `gradient`, shared evenly by the elements that attain it."""
    return expand(gradient, array, axis, keepdims) * shares(array, output, axis, keepdims, None, where)


@tangent(np.maximum.reduce)
def maximum_reduce_tangent(
    array: Any, axis: Any = 0, *, keepdims: Any = False, where: Any = True, array_dot: Any, output: Any
) -> Any:
    """The mean tangent of the elements that attain the extremum."""
    weights = shares(array, output, axis, keepdims, None, where)
    return np.sum(array_dot * weights, axis=axis, keepdims=keepdims)


same(np.maximum.reduce, np.minimum.reduce)


def softmax(array: Any, output: Any, axis: Any, keepdims: bool) -> Any:
    """The shares of the elements in output = log(sum(exp(array))); zero where all are -inf."""
    finite = np.where(np.isneginf(output), 0, output)
    return np.exp(array - expand(finite, array, axis, keepdims))


@adjoint(np.logaddexp.reduce)
def logaddexp_reduce(array: Any, axis: Any = 0, *, keepdims: Any = False, output: Any, gradient: Any) -> Any:
    """array_bar of log(sum(exp(array))): `gradient` times each element's share in the sum."""
    return expand(gradient, array, axis, keepdims) * softmax(array, output, axis, keepdims)


@tangent(np.logaddexp.reduce)
def logaddexp_reduce_tangent(array: Any, axis: Any = 0, *, keepdims: Any = False, array_dot: Any, output: Any) -> Any:
    """The mean of the tangent, weighted by the shares."""
    return np.sum(array_dot * softmax(array, output, axis, keepdims), axis=axis, keepdims=keepdims)


# Running reductions.


@linear(np.add.accumulate, shape="same")
def add_accumulate(array: Any, axis: Any = 0, dtype: Any = None, *, gradient: Any) -> Any:
    """array_bar of a cumulative sum: the cumulative sum of `gradient` from the other end."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.add.accumulate with an integer `dtype`", "Sum in floating point, then convert.")
    return unbroadcast(np.flip(np.cumsum(np.flip(gradient, axis), axis=axis), axis), array)


@tangent(np.add.accumulate)
def add_accumulate_tangent(array: Any, axis: Any = 0, dtype: Any = None, *, array_dot: Any) -> Any:
    """The cumulative sum of the tangent."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("np.add.accumulate with an integer `dtype`", "Sum in floating point, then convert.")
    return np.add.accumulate(array_dot, axis=axis, dtype=dtype)


@adjoint(np.multiply.accumulate, shape="same")
def multiply_accumulate(array: Any, axis: Any = 0, *, output: Any, gradient: Any) -> Any:
    """array_bar of a cumulative product: what all later outputs owe to each element."""
    return cumprod_transpose(gradient, array, output, axis)


@tangent(np.multiply.accumulate)
def multiply_accumulate_tangent(array: Any, axis: Any = 0, *, array_dot: Any, output: Any) -> Any:
    """The recurrence of the cumulative product, differentiated."""
    return cumprod_directional(array_dot, array, output, axis)


def last_attaining(array: Any, output: Any) -> Any:
    """Along the first axis, the index of the latest element that is the extremum so far, as an index of the whole."""
    position = np.reshape(np.arange(len(output)), (-1,) + (1,) * (np.ndim(output) - 1))
    latest = np.maximum.accumulate(np.where(array == output, position, 0), axis=0)
    return (latest, *np.indices(np.shape(output), sparse=True)[1:])


@adjoint(np.maximum.accumulate, shape="same")
def maximum_accumulate(array: Any, axis: Any = 0, *, output: Any, gradient: Any) -> Any:
    """array_bar of a running extremum: each output's cotangent goes to the latest element that attains it."""
    array_bar = np.zeros_like(np.moveaxis(array, axis, 0))
    index = last_attaining(np.moveaxis(array, axis, 0), np.moveaxis(output, axis, 0))
    np.add.at(array_bar, index, np.moveaxis(gradient, axis, 0))
    return np.moveaxis(array_bar, 0, axis)


@tangent(np.maximum.accumulate)
def maximum_accumulate_tangent(array: Any, axis: Any = 0, *, array_dot: Any, output: Any) -> Any:
    """The tangent of the latest element that attains the running extremum."""
    index = last_attaining(np.moveaxis(array, axis, 0), np.moveaxis(output, axis, 0))
    return np.moveaxis(np.moveaxis(array_dot, axis, 0)[index], 0, axis)


same(np.maximum.accumulate, np.minimum.accumulate)


# Tables: output[i, j] = f(A[i], B[j]).


def by_rows(A: Any, B: Any) -> Any:
    """`A` with as many axes of length one behind as `B` has: what varies along the rows of the table."""
    return np.reshape(A, np.shape(A) + (1,) * np.ndim(B))


def rows(table: Any, A: Any) -> Any:
    """The gradient of `A` from that of the whole table."""
    return unbroadcast(np.sum(table, axis=tuple(range(np.ndim(A), np.ndim(table)))), A)


@linear(np.add.outer, "A", "B")
def add_outer(A: Any, B: Any, *, gradient: Any) -> Any:
    """The gradients of output[i, j] = A[i] + B[j]: the sums over j and over i."""
    return rows(gradient, A), unbroadcast(gradient, B)


@linear(np.subtract.outer, "A", "B")
def subtract_outer(A: Any, B: Any, *, gradient: Any) -> Any:
    """The gradients of output[i, j] = A[i] - B[j]: the sums over j and over i."""
    return rows(gradient, A), unbroadcast(-gradient, B)


@multilinear(np.multiply.outer, "A", "B", wrt="A")
def multiply_outer_rows(A: Any, B: Any, *, gradient: Any) -> Any:
    """A_bar of output[i, j] = A[i] * B[j]."""
    return rows(gradient * np.conj(B), A)


@multilinear(np.multiply.outer, "A", "B", wrt="B")
def multiply_outer_columns(A: Any, B: Any, *, gradient: Any) -> Any:
    """B_bar of output[i, j] = A[i] * B[j]."""
    return unbroadcast(gradient * np.conj(by_rows(A, B)), B)


@adjoint(np.divide.outer, wrt="A")
def divide_outer_rows(A: Any, B: Any, *, gradient: Any) -> Any:
    """A_bar of output[i, j] = A[i] / B[j]."""
    return rows(gradient / np.conj(B), A)


@adjoint(np.divide.outer, wrt="B")
def divide_outer_columns(A: Any, B: Any, *, output: Any, gradient: Any) -> Any:
    """B_bar of output[i, j] = A[i] / B[j]."""
    return unbroadcast(-gradient * np.conj(output / B), B)


@tangent(np.divide.outer)
def divide_outer_tangent(A: Any, B: Any, *, A_dot: Any, B_dot: Any, output: Any) -> Any:
    """The quotient rule."""
    return (by_rows(A_dot, B) - output * B_dot) / B


def power_slope(base: Any, exponent: Any) -> Any:
    """The derivative of base ** exponent by the base; zero for the exponent zero."""
    return np.where(exponent == 0, 0, exponent * base ** np.where(exponent == 0, 1, exponent - 1))


def log_or_zero(base: Any) -> Any:
    """The logarithm; zero at zero, where it only stands beside a zero power."""
    return np.log(np.where(base == 0, 1, base))


@adjoint(np.power.outer, wrt="A")
def power_outer_rows(A: Any, B: Any, *, gradient: Any) -> Any:
    """A_bar of output[i, j] = A[i] ** B[j]."""
    return rows(gradient * np.conj(power_slope(by_rows(A, B), B)), A)


@adjoint(np.power.outer, wrt="B")
def power_outer_columns(A: Any, B: Any, *, output: Any, gradient: Any) -> Any:
    """B_bar of output[i, j] = A[i] ** B[j]."""
    return unbroadcast(gradient * np.conj(output * log_or_zero(by_rows(A, B))), B)


@tangent(np.power.outer)
def power_outer_tangent(A: Any, B: Any, *, A_dot: Any = None, B_dot: Any = None, output: Any) -> Any:
    """The power rule in the base, the exponential rule in the exponent."""
    output_dot = power_slope(by_rows(A, B), B) * by_rows(A_dot, B)
    if np.any(B_dot):
        output_dot = output_dot + output * log_or_zero(by_rows(A, B)) * B_dot
    return output_dot


def first_share(x1: Any, x2: Any, output: Any) -> Any:
    """The share of `x1` in the extremum of two: 1, 0, or 1/2 where both attain it."""
    return ((x1 == output) + (x2 != output).astype(output.dtype)) / 2


@adjoint(np.maximum.outer, active=("A", "B"))
def maximum_outer(A: Any, B: Any, *, output: Any, gradient: Any) -> Any:
    """The gradients of an extremum of two: to the one that attains it, half to each where both do."""
    share = first_share(by_rows(A, B), B, output)
    return rows(gradient * share, A), unbroadcast(gradient * (1 - share), B)


@tangent(np.maximum.outer)
def maximum_outer_tangent(A: Any, B: Any, *, A_dot: Any, B_dot: Any, output: Any) -> Any:
    """The tangent of the one that attains the extremum, their mean where both do."""
    share = first_share(by_rows(A, B), B, output)
    return share * by_rows(A_dot, B) + (1 - share) * B_dot


same(np.maximum.outer, np.minimum.outer)


# Segments.


@linear(np.add.reduceat, inline=False)
def add_reduceat(array: Any, indices: Any, axis: Any = 0, *, gradient: Any) -> Any:
    """array_bar of the sums between successive indices: each element has the cotangents of the sums that it is in.

    As in NumPy, an index that is not less than the next one (the last has none) selects its one element.
    """
    array_bar = np.zeros_like(np.moveaxis(array, axis, 0))
    sums = np.moveaxis(gradient, axis, 0)
    stops = [*indices[1:], len(array_bar)]
    for k in range(len(stops)):
        array_bar[indices[k] : max(stops[k], indices[k] + 1)] += sums[k]
    return np.moveaxis(array_bar, 0, axis)
