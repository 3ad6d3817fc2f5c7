"""Sorting and sets: what comes out are elements of what went in.

Where elements are equal, the derivative is that of one order of them: the function has a kink there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, constant, same, tangent
from srcdiff.runtime import unbroadcast

constant(np.argsort, np.argpartition, np.lexsort, np.argmax, np.argmin, np.nanargmax, np.nanargmin)
constant(np.searchsorted, np.digitize, np.isin)
constant(np.ndarray.argsort, np.ndarray.argpartition, np.ndarray.argmax, np.ndarray.argmin, np.ndarray.searchsorted)


@adjoint(np.sort, raises=True, shape=None)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, stable: Any = None, *, gradient: Any) -> Any:
    """a_bar of the sorted array: the gradient in the order that `a` had."""
    if axis is None:
        ranks = np.argsort(np.argsort(a, axis=None, kind="stable"))
        return np.reshape(gradient[ranks], np.shape(a))
    ranks = np.argsort(np.argsort(a, axis=axis, kind="stable"), axis=axis)
    return np.take_along_axis(gradient, ranks, axis)


@tangent(np.sort)
def sort_tangent(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, stable: Any = None, *, a_dot: Any) -> Any:
    """The tangent in sorted order."""
    return np.take_along_axis(a_dot, np.argsort(a, axis=axis, kind="stable"), axis)


@adjoint(np.sort_complex)
def sort_complex(a: Any, *, gradient: Any) -> Any:
    """a_bar of the array sorted along its last axis and made complex."""
    ranks = np.argsort(np.argsort(a, axis=-1, kind="stable"), axis=-1)
    return unbroadcast(np.take_along_axis(gradient, ranks, -1), a)


@tangent(np.sort_complex)
def sort_complex_tangent(a: Any, *, a_dot: Any, output: Any) -> Any:
    """The tangent in sorted order, made complex."""
    return np.take_along_axis(a_dot, np.argsort(a, axis=-1, kind="stable"), -1).astype(output.dtype)


def permutation_gradient(gradient: Any, a: Any, output: Any, axis: Any) -> Any:
    """a_bar of an `output` that holds the elements of `a` in whatever order: matched by the sorted order of both."""
    flat = np.reshape(a, -1) if axis is None else a
    axis = -1 if axis is None else axis
    sorted_bar = np.take_along_axis(gradient, np.argsort(output, axis=axis, kind="stable"), axis)
    ranks = np.argsort(np.argsort(flat, axis=axis, kind="stable"), axis=axis)
    return np.reshape(np.take_along_axis(sorted_bar, ranks, axis), np.shape(a))


@adjoint(np.partition)
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None, *, output: Any, gradient: Any
) -> Any:
    """a_bar of the partitioned array. NumPy leaves the order within a part open, so `output` says where what went."""
    return permutation_gradient(gradient, a, output, axis)


@tangent(np.partition)
def partition_tangent(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None, *, a_dot: Any, output: Any
) -> Any:
    """The tangent in the order of `output`."""
    flat_dot = np.take_along_axis(a_dot, np.argsort(a, axis=axis, kind="stable"), axis)
    along = -1 if axis is None else axis
    return np.take_along_axis(flat_dot, np.argsort(np.argsort(output, axis=along, kind="stable"), axis=along), along)


# Sets. A value that occurs several times is taken from where it occurs first, as `return_index` has it.


def occurrences(values: Any, x: Any, axis: Any = None, equal_nan: bool = False) -> Any:
    """The position in `x` at which each of `values`, in their order, occurs first."""
    _, index = np.unique(x, return_index=True, axis=axis, equal_nan=equal_nan)
    if axis is not None:
        return index
    index = index[np.isin(np.reshape(x, -1)[index], values) | np.isnan(np.reshape(x, -1)[index])]
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return index[ranks]


def values_of(ar: Any, output: Any, several: bool, axis: Any, equal_nan: bool) -> tuple[Any, int]:
    """The positions of the unique values in `ar`, and the axis along which they are counted."""
    values = output[0] if several else output
    index = occurrences(values, ar, axis, equal_nan)
    return index, 0 if axis is None else axis


@adjoint(np.unique, inline=False)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    equal_nan: bool = True,
    sorted: bool = True,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """ar_bar of the distinct values, or of the distinct slices along `axis`, each taken from where it occurs first."""
    several = return_index or return_inverse or return_counts
    index, along = values_of(ar, output, several, axis, equal_nan)
    values_bar = gradient[0] if several else gradient
    ar_bar = np.zeros(np.size(ar) if axis is None else np.shape(ar), ar.dtype)
    if values_bar is not None:
        ar_bar[(slice(None),) * (along % ar_bar.ndim) + (index,)] = values_bar
    return np.reshape(ar_bar, np.shape(ar))


@tangent(np.unique, inline=False)
def unique_tangent(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    equal_nan: bool = True,
    sorted: bool = True,
    *,
    ar_dot: Any,
    output: Any,
) -> Any:
    """The tangents at the places where the distinct values occur first; None for indices and counts."""
    several = return_index or return_inverse or return_counts
    index, _ = values_of(ar, output, several, axis, equal_nan)
    values_dot = np.take(ar_dot, index, axis=axis)
    return (values_dot, *[None] * (len(output) - 1)) if several else values_dot


def scatter_values(values_bar: Any, values: Any, x: Any) -> Any:
    """Zeros like `x` with `values_bar` where each of `values` occurs first."""
    x_bar = np.zeros(np.size(x), x.dtype)
    if values_bar is not None:
        x_bar[occurrences(values, x)] = values_bar
    return np.reshape(x_bar, np.shape(x))


@adjoint(np.unique_values, inline=False)
def unique_values(x: Any, *, output: Any, gradient: Any) -> Any:
    """x_bar of the distinct values, in whatever order NumPy gave them."""
    return scatter_values(gradient, output, x)


@tangent(np.unique_values, inline=False)
def unique_values_tangent(x: Any, *, x_dot: Any, output: Any) -> Any:
    """The tangents at the places where the distinct values occur first."""
    return np.reshape(x_dot, -1)[occurrences(output, x)]


@adjoint(np.unique_counts, inline=False)
def unique_counts(x: Any, *, output: Any, gradient: Any) -> Any:
    """x_bar of the first of a tuple of distinct values and integers."""
    return scatter_values(gradient[0], output[0], x)


@tangent(np.unique_counts, inline=False)
def unique_counts_tangent(x: Any, *, x_dot: Any, output: Any) -> Any:
    """The tangent of the distinct values; None for the integers."""
    return (np.reshape(x_dot, -1)[occurrences(output[0], x)], *[None] * (len(output) - 1))


same(np.unique_counts, np.unique_inverse, np.unique_all)


def split_values(gradient: Any, output: Any, ar1: Any, ar2: Any) -> tuple[Any, Any]:
    """The gradients of two sets of which each of `output` came from the first in which it occurs."""
    first = np.isin(output, ar1)
    ar1_bar = np.zeros(np.size(ar1), ar1.dtype)
    ar2_bar = np.zeros(np.size(ar2), ar2.dtype)
    ar1_bar[occurrences(output[first], ar1)] = gradient[first] if ar1_bar.dtype.kind == "c" else gradient[first].real
    ar2_bar[occurrences(output[~first], ar2)] = gradient[~first] if ar2_bar.dtype.kind == "c" else gradient[~first].real
    return np.reshape(ar1_bar, np.shape(ar1)), np.reshape(ar2_bar, np.shape(ar2))


def joined_tangent(output: Any, ar1: Any, ar2: Any, ar1_dot: Any, ar2_dot: Any) -> Any:
    """The tangent of each of `output` from the first set in which it occurs."""
    first = np.isin(output, ar1)
    output_dot = np.zeros(np.shape(output), output.dtype)
    output_dot[first] = np.reshape(ar1_dot, -1)[occurrences(output[first], ar1)]
    output_dot[~first] = np.reshape(ar2_dot, -1)[occurrences(output[~first], ar2)]
    return output_dot


@adjoint(np.union1d, inline=False, active=("ar1", "ar2"))
def union1d(ar1: Any, ar2: Any, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of two sets with respect to their union; a value in both is taken from the first."""
    ar1_bar, ar2_bar = split_values(gradient, output, ar1, ar2)
    return ar1_bar, ar2_bar


@tangent(np.union1d, inline=False)
def union1d_tangent(ar1: Any, ar2: Any, *, ar1_dot: Any, ar2_dot: Any, output: Any) -> Any:
    """The tangent of the union."""
    return joined_tangent(output, ar1, ar2, ar1_dot, ar2_dot)


@adjoint(np.setxor1d, inline=False, active=("ar1", "ar2"))
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of two sets with respect to the values that are in one of them only."""
    ar1_bar, ar2_bar = split_values(gradient, output, ar1, ar2)
    return ar1_bar, ar2_bar


@tangent(np.setxor1d, inline=False)
def setxor1d_tangent(
    ar1: Any, ar2: Any, assume_unique: bool = False, *, ar1_dot: Any, ar2_dot: Any, output: Any
) -> Any:
    """The tangent of the values that are in one set only."""
    return joined_tangent(output, ar1, ar2, ar1_dot, ar2_dot)


@adjoint(np.setdiff1d, inline=False)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False, *, output: Any, gradient: Any) -> Any:
    """ar1_bar of the values of `ar1` that are not in `ar2`; `ar2` only decides which."""
    return scatter_values(gradient, output, ar1)


@tangent(np.setdiff1d, inline=False)
def setdiff1d_tangent(ar1: Any, ar2: Any, assume_unique: bool = False, *, ar1_dot: Any, output: Any) -> Any:
    """The tangent of the values of `ar1` that are not in `ar2`."""
    return np.reshape(ar1_dot, -1)[occurrences(output, ar1)]


@adjoint(np.intersect1d, inline=False)
def intersect1d(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False, *, output: Any, gradient: Any
) -> Any:
    """ar1_bar of the values that are in both sets, which are taken from the first."""
    if return_indices:
        return scatter_values(gradient[0], output[0], ar1)
    return scatter_values(gradient, output, ar1)


@tangent(np.intersect1d, inline=False)
def intersect1d_tangent(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False, *, ar1_dot: Any, output: Any
) -> Any:
    """The tangent of the values that are in both sets, from the first; None for the indices."""
    if return_indices:
        return np.reshape(ar1_dot, -1)[occurrences(output[0], ar1)], None, None
    return np.reshape(ar1_dot, -1)[occurrences(output, ar1)]
