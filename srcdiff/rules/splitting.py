"""Splitting and cutting: split and its kin, unstack, delete, insert, trim_zeros.

What comes out of a split are views. The transpose takes the same views of zeros and fills them in; a part that nothing
depends on has None as its cotangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.creation import parts
from srcdiff.rules.registry import linear, same
from srcdiff.runtime import unbroadcast, zeros_like

__all__ = ["fill", "insertion", "kept"]


def fill(views: Any, gradient: Any) -> None:
    """Write each cotangent into its view; a part without one stays zero."""
    for view, part in zip(views, gradient):
        if part is not None:
            view[...] = part


@linear(np.split, result="views", inline=False)
def split(ary: Any, indices_or_sections: Any, axis: int = 0, *, gradient: Any) -> Any:
    """ary_bar: the cotangents of the parts, joined again."""
    ary_bar = np.zeros_like(ary)
    fill(np.array_split(ary_bar, indices_or_sections, axis), gradient)
    return ary_bar


same(np.split, np.array_split)


@linear(np.hsplit, result="views", inline=False)
def hsplit(ary: Any, indices_or_sections: Any, *, gradient: Any) -> Any:
    """ary_bar: the cotangents of the parts, joined again along the columns, or the elements of a vector."""
    ary_bar = np.zeros_like(ary)
    fill(np.hsplit(ary_bar, indices_or_sections), gradient)
    return ary_bar


@linear(np.vsplit, result="views", inline=False)
def vsplit(ary: Any, indices_or_sections: Any, *, gradient: Any) -> Any:
    """ary_bar: the cotangents of the parts, joined again along the rows."""
    ary_bar = np.zeros_like(ary)
    fill(np.vsplit(ary_bar, indices_or_sections), gradient)
    return ary_bar


@linear(np.dsplit, result="views", inline=False)
def dsplit(ary: Any, indices_or_sections: Any, *, gradient: Any) -> Any:
    """ary_bar: the cotangents of the parts, joined again along the third axis."""
    ary_bar = np.zeros_like(ary)
    fill(np.dsplit(ary_bar, indices_or_sections), gradient)
    return ary_bar


if hasattr(np, "unstack"):  # NumPy 2.1

    @linear(np.unstack, result="views", inline=False)
    def unstack(x: Any, *, axis: int = 0, gradient: Any) -> Any:
        """x_bar: the cotangents of the slices, stacked again."""
        x_bar = np.zeros_like(x)
        rows = np.moveaxis(x_bar, axis, 0)
        for k in range(len(rows)):
            if gradient[k] is not None:
                rows[k] = gradient[k]
        return x_bar


def kept(n: int, obj: Any) -> Any:
    """The positions along an axis of length `n` that `np.delete` keeps."""
    return np.delete(np.arange(n), obj)


@linear(np.delete, inline=False)
def delete(arr: Any, obj: Any, axis: Any = None, *, gradient: Any) -> Any:
    """arr_bar: `gradient` at what was kept, zero at what was deleted."""
    if axis is None:
        arr_bar = np.zeros(np.size(arr), arr.dtype)
        arr_bar[kept(np.size(arr), obj)] = gradient
        return np.reshape(arr_bar, np.shape(arr))
    arr_bar = np.zeros_like(arr)
    np.moveaxis(arr_bar, axis, 0)[kept(np.shape(arr)[axis], obj)] = np.moveaxis(gradient, axis, 0)
    return arr_bar


def insertion(n: int, obj: Any, count: int) -> tuple[Any, Any]:
    """Where `np.insert` puts the `n` elements that were there, and where the `count` new ones, in their order."""
    marks = np.insert(np.arange(n), obj, -1 - np.arange(count))
    return np.flatnonzero(marks >= 0), np.argsort(marks)[:count][::-1]


@linear(np.insert, "arr", "values", inline=False)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None, *, gradient: Any) -> Any:
    """The gradients of what was there, and of what was put in between: `gradient` at their places.

    The values are cast to the dtype of the array: where that is one of integers, their derivative is zero.
    """
    flat = axis is None
    along = 0 if flat else axis
    n = np.size(arr) if flat else np.shape(arr)[axis]
    rows = np.moveaxis(gradient, along, 0)
    old, new = insertion(n, obj, len(rows) - n)
    arr_bar = np.reshape(np.moveaxis(rows[old], 0, along), np.shape(arr))
    values_bar = np.moveaxis(rows[new], 0, along)
    if (
        not isinstance(obj, slice) and np.ndim(obj) == 0
    ):  # one place: NumPy takes the first axis of the values for `axis`
        values_bar = np.moveaxis(values_bar, along, 0)
    if np.result_type(arr).kind not in "fc":
        return None, None, zeros_like(values)
    shaped = np.reshape(unbroadcast(values_bar, np.asarray(values)), np.shape(values))
    return unbroadcast(arr_bar, arr), None, parts(shaped, values)


def trimmed_from(filt: Any, trim: str, axis: Any) -> tuple[int, ...]:
    """The first index along each axis that `np.trim_zeros` keeps."""
    axes = range(np.ndim(filt)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    found = [0] * np.ndim(filt)
    where = np.nonzero(filt)
    for k in axes:
        if "f" in trim.lower() and len(where[k]):
            found[k] = int(where[k].min())
    return tuple(found)


@linear(np.trim_zeros, result="view", inline=False)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None, *, gradient: Any) -> Any:
    """filt_bar: `gradient` where it was, zero where zeros were cut off."""
    filt_bar = np.zeros_like(filt)
    begin = trimmed_from(filt, trim, axis)
    filt_bar[tuple(slice(first, first + n) for first, n in zip(begin, np.shape(gradient)))] = gradient
    return filt_bar
