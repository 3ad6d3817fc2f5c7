"""Joining: concatenate, the stacks, block, append.

The gradient of a list of arrays is the list of their gradients. An item may itself be a list of numbers, and the whole
may be one array, which is joined along its first axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.creation import parts
from srcdiff.rules.registry import linear, same

__all__ = ["pieces"]


def pieces(gradient: Any, arrays: Any, lengths: Any, axis: int) -> Any:
    """`gradient` cut along `axis` into pieces of these lengths, each in the structure and shape of its array."""
    found = []
    stop = 0
    rows = np.moveaxis(gradient, axis, 0)
    for k in range(len(arrays)):
        start, stop = stop, stop + lengths[k]
        piece = np.moveaxis(rows[start:stop], 0, axis)
        found.append(parts(np.reshape(piece, np.shape(arrays[k])), arrays[k]))
    return np.array(found) if isinstance(arrays, np.ndarray) else found


def concatenate_transpose(gradient: Any, arrays: Any, axis: Any) -> Any:
    """The pieces of a concatenation."""
    if axis is None:
        return pieces(gradient, arrays, [np.size(x) for x in arrays], 0)
    return pieces(gradient, arrays, [np.shape(x)[axis] for x in arrays], axis)


@linear(np.concatenate)
def concatenate(arrays: Any, axis: Any = 0, *, dtype: Any = None, casting: Any = "same_kind", gradient: Any) -> Any:
    """arrays_bar: `gradient` cut where the arrays meet."""
    return concatenate_transpose(gradient, arrays, axis)


if np.concat is not np.concatenate:
    same(np.concatenate, np.concat)


@linear(np.stack)
def stack(arrays: Any, axis: int = 0, *, dtype: Any = None, casting: Any = "same_kind", gradient: Any) -> Any:
    """arrays_bar: the slices of `gradient` along the new axis."""
    if isinstance(arrays, np.ndarray):
        return np.moveaxis(gradient, axis, 0)
    return parts(np.moveaxis(gradient, axis, 0), arrays)


def vstack_transpose(gradient: Any, tup: Any) -> Any:
    """The rows of each array; a vector is one row."""
    return pieces(gradient, tup, [np.shape(x)[0] if np.ndim(x) > 1 else 1 for x in tup], 0)


@linear(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind", gradient: Any) -> Any:
    """tup_bar: the rows of each array; a vector is one row."""
    return vstack_transpose(gradient, tup)


if hasattr(np, "row_stack"):
    same(np.vstack, np.row_stack)  # noqa: NPY201


def hstack_transpose(gradient: Any, tup: Any) -> Any:
    """The columns of each array; of vectors and numbers, the elements."""
    axis = 1 if np.ndim(gradient) > 1 else 0
    return pieces(gradient, tup, [np.shape(x)[axis] if np.ndim(x) > 0 else 1 for x in tup], axis)


@linear(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind", gradient: Any) -> Any:
    """tup_bar: the columns of each array; of vectors and numbers, the elements."""
    return hstack_transpose(gradient, tup)


@linear(np.dstack)
def dstack(tup: Any, *, gradient: Any) -> Any:
    """tup_bar: the layers of each array; a matrix is one layer."""
    return dstack_transpose(gradient, tup)


def dstack_transpose(gradient: Any, tup: Any) -> Any:
    """The layers of each array; a matrix is one layer."""
    return pieces(gradient, tup, [np.shape(x)[2] if np.ndim(x) > 2 else 1 for x in tup], 2)


@linear(np.column_stack)
def column_stack(tup: Any, *, gradient: Any) -> Any:
    """tup_bar: the columns of each array; a vector is one column."""
    return column_stack_transpose(gradient, tup)


def column_stack_transpose(gradient: Any, tup: Any) -> Any:
    """The columns of each array; a vector is one column."""
    return pieces(gradient, tup, [np.shape(x)[1] if np.ndim(x) > 1 else 1 for x in tup], 1)


# Blocks.


def block_shape(blocks: Any, level: int, rank: int) -> tuple[int, ...]:
    """The shape of nested lists of blocks; lists at this level are joined along axis -level."""
    if not isinstance(blocks, list):
        return (*(1,) * (rank - np.ndim(blocks)), *np.shape(blocks))
    shapes = [block_shape(part, level - 1, rank) for part in blocks]
    joined: list[int] = list(shapes[0])
    joined[-level] = sum(shape[-level] for shape in shapes)
    return tuple(joined)


def block_transpose(gradient: Any, blocks: Any, level: int) -> Any:
    """The part of each block, in nested lists."""
    if not isinstance(blocks, list):
        return parts(np.reshape(gradient, np.shape(blocks)), blocks)
    found = []
    stop = 0
    for block in blocks:
        start, stop = stop, stop + block_shape(block, level - 1, np.ndim(gradient))[-level]
        rows = np.moveaxis(gradient, -level, 0)[start:stop]
        found.append(block_transpose(np.moveaxis(rows, 0, -level), block, level - 1))
    return found


def block_depth(blocks: Any) -> int:
    """How deep the lists of blocks are nested."""
    return 1 + max(block_depth(block) for block in blocks) if isinstance(blocks, list) else 0


@linear(np.block, inline=False)
def block(arrays: Any, *, gradient: Any) -> Any:
    """arrays_bar: the part of each block, in nested lists."""
    return block_transpose(gradient, arrays, block_depth(arrays))


# Append.


@linear(np.append, "arr", "values")
def append(arr: Any, values: Any, axis: Any = None, *, gradient: Any) -> Any:
    """The gradients of both: `gradient` cut where they meet."""
    arr_bar, values_bar = concatenate_transpose(gradient, [arr, values], axis)
    return arr_bar, values_bar
