"""Selecting elements: take, take_along_axis, compress, extract, diagonals and triangles.

The transpose of a selection is a scatter that adds: an element that was selected twice gets both cotangents.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.products import diagonal_transpose
from srcdiff.rules.registry import adjoint, constant, linear, same, tangent
from srcdiff.runtime import add_at, unbroadcast

__all__ = ["take_transpose"]

constant(np.nonzero, np.flatnonzero, np.argwhere, np.ravel_multi_index, np.unravel_index, np.ndarray.nonzero)


def take_transpose(gradient: Any, a: Any, indices: Any, axis: Any, mode: str) -> Any:
    """The transpose of `np.take`: `gradient` added to zeros like `a` at `indices`, each of which may repeat."""
    flat = np.reshape(a, -1) if axis is None else a
    axis = 0 if axis is None else axis % np.ndim(a)
    length = flat.shape[axis]
    indices = np.asarray(indices)
    if mode == "wrap":
        indices = indices % length
    elif mode == "clip":
        indices = np.clip(indices, 0, length - 1)
    a_bar = np.zeros(flat.shape, a.dtype)
    np.add.at(a_bar, (slice(None),) * axis + (indices,), gradient)
    return np.reshape(a_bar, np.shape(a))


@linear(np.take, result="fresh")
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise", *, gradient: Any) -> Any:
    """a_bar of output = a[..., indices, ...]: the gradient added up at the indices."""
    if out is not None:
        raise UnsupportedError("np.take with `out=`", "Assign the result instead: y = np.take(a, indices).")
    return take_transpose(gradient, a, indices, axis, mode)


same(np.take, np.ndarray.take)


def along_axis_index(indices: Any, shape: tuple[int, ...], axis: int) -> tuple[Any, ...]:
    """The index with which `np.take_along_axis` selects from an array of this shape."""
    rank, axis = len(shape), axis % len(shape)
    grids = [np.reshape(np.arange(n), [-1 if k == j else 1 for j in range(rank)]) for k, n in enumerate(shape)]
    return tuple(indices if k == axis else grid for k, grid in enumerate(grids))


@linear(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1, *, gradient: Any) -> Any:
    """arr_bar of a selection with one index array along `axis`: the gradient added up at the indices."""
    arr_bar = np.zeros(np.size(arr) if axis is None else np.shape(arr), arr.dtype)
    index = along_axis_index(indices, arr_bar.shape, 0 if axis is None else axis)
    add_at(arr_bar, index, gradient)
    return np.reshape(arr_bar, np.shape(arr))


def compress_transpose(gradient: Any, a: Any, condition: Any, axis: Any) -> Any:
    """The transpose of `np.compress`: `gradient` where the condition holds, zero elsewhere."""
    chosen = np.flatnonzero(condition)
    a_bar = np.zeros(np.size(a) if axis is None else np.shape(a), a.dtype)
    axis = 0 if axis is None else axis % np.ndim(a)
    a_bar[(slice(None),) * axis + (chosen,)] = gradient
    return np.reshape(a_bar, np.shape(a))


@linear(np.compress, "a")
def compress(condition: Any, a: Any, axis: Any = None, *, gradient: Any) -> Any:
    """a_bar of the slices along `axis` for which the condition holds."""
    return None, compress_transpose(gradient, a, condition, axis)


@linear(np.ndarray.compress)
def ndarray_compress(a: Any, condition: Any, axis: Any = None, *, gradient: Any) -> Any:
    """a_bar of the slices along `axis` for which the condition holds."""
    return compress_transpose(gradient, a, condition, axis)


@linear(np.extract, "arr")
def extract(condition: Any, arr: Any, *, gradient: Any) -> Any:
    """arr_bar of the elements for which the condition holds."""
    return None, compress_transpose(gradient, arr, condition, None)


@linear(np.diagonal, result="view")
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, *, gradient: Any) -> Any:
    """a_bar of the diagonals of axes `axis1` and `axis2`, which stand on the last axis of the output."""
    return diagonal_transpose(gradient, a, offset, axis1, axis2)


same(np.diagonal, np.ndarray.diagonal)


@linear(np.linalg.diagonal, result="view")
def linalg_diagonal(x: Any, offset: int = 0, *, gradient: Any) -> Any:
    """x_bar of the diagonals of the last two axes."""
    return diagonal_transpose(gradient, x, offset, -2, -1)


@linear(np.tril, raises=False)
def tril(m: Any, k: int = 0, *, gradient: Any) -> Any:
    """m_bar of the lower triangle: the gradient's lower triangle; a vector stands for a square of equal rows."""
    return unbroadcast(np.tril(gradient, k), m)


@linear(np.triu, raises=False)
def triu(m: Any, k: int = 0, *, gradient: Any) -> Any:
    """m_bar of the upper triangle: the gradient's upper triangle; a vector stands for a square of equal rows."""
    return unbroadcast(np.triu(gradient, k), m)


@adjoint(np.ix_, active=("args",), inline=False, result="views")
def ix_(*args: Any, gradient: Any) -> list[Any]:
    """The gradients of the axes of an open grid: the same numbers, flat; None for integer and boolean axes."""
    return [
        np.reshape(g, np.shape(x)) if g is not None and np.result_type(x).kind in "fc" else None
        for x, g in zip(args, gradient, strict=True)
    ]


@tangent(np.ix_, inline=False)
def ix_tangent(*args: Any, args_dot: Any, output: Any) -> tuple[Any, ...]:
    """The tangents in the open grid's shape; None for integer and boolean axes."""
    return tuple(
        np.reshape(x_dot, np.shape(y)) if np.result_type(x).kind in "fc" else None
        for x, x_dot, y in zip(args, args_dot, output, strict=True)
    )
