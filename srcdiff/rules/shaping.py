"""Changes of shape and order: reshape, transpose, broadcast, flip, roll, tile, repeat, windows.

Their transposes put each cotangent back where its element came from, and add where an element was repeated.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import linear, same
from srcdiff.runtime import unbroadcast

__all__ = ["inverse_axes", "repeat_transpose"]


@linear(np.reshape, result="maybe view")
def reshape(a: Any, shape: Any, order: Any = "C", *, gradient: Any) -> Any:
    """a_bar: `gradient` in the shape of `a`."""
    if order == "A":
        raise UnsupportedError("np.reshape with `order='A'`", 'Say "C" or "F".')
    if order == "F":
        return np.reshape(gradient, np.shape(a), order="F")
    return np.reshape(gradient, np.shape(a))


@linear(np.ravel, result="maybe view", raises=False)
def ravel(a: Any, order: Any = "C", *, gradient: Any) -> Any:
    """a_bar: `gradient` in the shape of `a`."""
    if order in ("A", "K"):
        raise UnsupportedError("np.ravel in the order of memory (`order=`)", 'Say "C" or "F".')
    if order == "F":
        return np.reshape(gradient, np.shape(a), order="F")
    return np.reshape(gradient, np.shape(a))


same(np.ravel, np.ndarray.ravel)


@linear(np.squeeze, result="view")
def squeeze(a: Any, axis: Any = None, *, gradient: Any) -> Any:
    """a_bar: `gradient` in the shape of `a`."""
    return np.reshape(gradient, np.shape(a))


same(np.squeeze, np.ndarray.squeeze)


@linear(np.expand_dims, result="view")
def expand_dims(a: Any, axis: Any, *, gradient: Any) -> Any:
    """a_bar: `gradient` without the new axes."""
    return np.reshape(gradient, np.shape(a))


def inverse_axes(axes: Any) -> tuple[int, ...]:
    """The permutation that undoes `axes`."""
    forward = [k % len(axes) for k in axes]
    return tuple(forward.index(k) for k in range(len(forward)))


@linear(np.transpose, result="view")
def transpose(a: Any, axes: Any = None, *, gradient: Any) -> Any:
    """a_bar: `gradient` with the axes put back."""
    if axes is None:
        return np.transpose(gradient)
    return np.transpose(gradient, inverse_axes(axes))


if np.permute_dims is not np.transpose:
    same(np.transpose, np.permute_dims)


@linear(np.matrix_transpose, result="view")
def matrix_transpose(x: Any, *, gradient: Any) -> Any:
    """x_bar: the last two axes swapped."""
    return np.swapaxes(gradient, -1, -2)


@linear(np.swapaxes, result="view")
def swapaxes(a: Any, axis1: int, axis2: int, *, gradient: Any) -> Any:
    """a_bar: the same two axes swapped."""
    return np.swapaxes(gradient, axis1, axis2)


same(np.swapaxes, np.ndarray.swapaxes)


@linear(np.moveaxis, result="view")
def moveaxis(a: Any, source: Any, destination: Any, *, gradient: Any) -> Any:
    """a_bar: the axes moved back."""
    return np.moveaxis(gradient, destination, source)


def rolled_to(axis: int, start: int, rank: int) -> int:
    """Where `np.rollaxis` puts an axis."""
    axis, start = axis % rank, start + rank if start < 0 else start
    return start - 1 if axis < start else start


@linear(np.rollaxis, result="view")
def rollaxis(a: Any, axis: int, start: int = 0, *, gradient: Any) -> Any:
    """a_bar: the axis moved back."""
    return np.moveaxis(gradient, rolled_to(axis, start, np.ndim(a)), axis)


@linear(np.atleast_1d, "arys", result="view")
def atleast(*arys: Any, gradient: Any) -> Any:
    """The gradient of each array: its own in the shape that it had."""
    if len(arys) == 1:
        return [np.reshape(gradient, np.shape(arys[0]))]
    return [np.zeros_like(x) if g is None else np.reshape(g, np.shape(x)) for x, g in zip(arys, gradient)]


same(np.atleast_1d, np.atleast_2d, np.atleast_3d)


@linear(np.broadcast_to, result="view")
def broadcast_to(array: Any, shape: Any, *, gradient: Any) -> Any:
    """array_bar: `gradient` summed over the axes along which the array was repeated."""
    return unbroadcast(gradient, array)


@linear(np.broadcast_arrays, "args", result="views")
def broadcast_arrays(*args: Any, gradient: Any) -> Any:
    """The gradient of each array: its own, summed over the axes along which the array was repeated."""
    return [np.zeros_like(x) if g is None else unbroadcast(g, x) for x, g in zip(args, gradient)]


# Order along an axis.


@linear(np.flip, result="view", shape="same")
def flip(m: Any, axis: Any = None, *, gradient: Any) -> Any:
    """m_bar: flipped back."""
    return np.flip(gradient, axis)


@linear(np.fliplr, result="view", shape="same")
def fliplr(m: Any, *, gradient: Any) -> Any:
    """m_bar: flipped back."""
    return gradient[:, ::-1]


@linear(np.flipud, result="view", shape="same")
def flipud(m: Any, *, gradient: Any) -> Any:
    """m_bar: flipped back."""
    return gradient[::-1]


@linear(np.rot90, result="view")
def rot90(m: Any, k: int = 1, axes: Any = (0, 1), *, gradient: Any) -> Any:
    """m_bar: turned back."""
    return np.rot90(gradient, -k, axes)


@linear(np.roll, shape="same")
def roll(a: Any, shift: Any, axis: Any = None, *, gradient: Any) -> Any:
    """a_bar: rolled back."""
    if isinstance(shift, int):
        return np.roll(gradient, -shift, axis=axis)
    return np.roll(gradient, np.negative(shift), axis=axis)


# Repetition.


@linear(np.tile)
def tile(A: Any, reps: Any, *, gradient: Any) -> Any:
    """A_bar: the sum over the copies."""
    return tile_transpose(gradient, A, reps)


def tile_transpose(gradient: Any, A: Any, reps: Any) -> Any:
    """The sum over the copies that `np.tile` makes."""
    reps = tuple(int(n) for n in np.reshape(reps, -1))
    rank = max(np.ndim(A), len(reps))
    reps = (1,) * (rank - len(reps)) + reps
    shape = (1,) * (rank - np.ndim(A)) + np.shape(A)
    apart = [n for pair in zip(reps, shape) for n in pair]
    return unbroadcast(np.reshape(np.reshape(gradient, apart).sum(axis=tuple(range(0, 2 * rank, 2))), np.shape(A)), A)


def repeat_transpose(gradient: Any, a: Any, repeats: Any, axis: Any) -> Any:
    """The sum over the copies of each element that `np.repeat` makes; `repeats` may differ between elements."""
    if axis is None:
        return np.reshape(repeat_transpose(gradient, np.reshape(a, -1), repeats, 0), np.shape(a))
    rows = np.moveaxis(gradient, axis, 0)
    n = np.shape(a)[axis]
    if np.size(repeats) == 1:
        count = int(np.reshape(repeats, -1)[0])
        total = np.reshape(rows, (n, count, *np.shape(rows)[1:])).sum(axis=1)
    else:
        total = np.zeros((n, *np.shape(rows)[1:]), gradient.dtype)
        np.add.at(total, np.repeat(np.arange(n), repeats), rows)
    return np.moveaxis(total, 0, axis)


@linear(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None, *, gradient: Any) -> Any:
    """a_bar: the sum over the copies of each element."""
    return unbroadcast(repeat_transpose(gradient, a, repeats, axis), a)


same(np.repeat, np.ndarray.repeat)


@linear(np.resize)
def resize(a: Any, new_shape: Any, *, gradient: Any) -> Any:
    """a_bar of `a`, repeated or cut to fill the new shape: the sum over the copies of each element."""
    return resize_transpose(gradient, a)


def resize_transpose(gradient: Any, a: Any) -> Any:
    """The sum over the copies that `np.resize` makes; zero for what it cuts off."""
    if np.size(a) == 0:
        return np.zeros_like(a)
    copies = -(-np.size(gradient) // np.size(a))
    padded = np.zeros(copies * np.size(a), gradient.dtype)
    padded[: np.size(gradient)] = np.reshape(gradient, -1)
    return unbroadcast(np.reshape(np.reshape(padded, (copies, np.size(a))).sum(axis=0), np.shape(a)), a)


# Windows.


@linear(np.lib.stride_tricks.sliding_window_view, result="view", inline=False)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: Any = False, writeable: Any = False, gradient: Any
) -> Any:
    """x_bar: each element has the cotangents of all windows that it is in."""
    if writeable:
        raise UnsupportedError("sliding_window_view with `writeable=True`", "Write into the array itself.")
    window = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    axes = range(np.ndim(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    x_bar = np.zeros_like(x)
    for offset in np.ndindex(*window):
        place = [slice(None)] * np.ndim(x)
        for k, first in zip(axes, offset):  # an axis may be windowed twice: its offsets add up
            begin = (place[k].start or 0) + first
            place[k] = slice(begin, begin + gradient.shape[k % np.ndim(x)])
        x_bar[tuple(place)] += gradient[(..., *offset)]
    return x_bar


def strided_positions(x: Any, shape: Any, strides: Any) -> Any:
    """For each element of a strided view, its position among the elements of `x` in the order of memory."""
    shape = np.shape(x) if shape is None else shape
    strides = x.strides if strides is None else strides
    if not (x.flags.c_contiguous or x.flags.f_contiguous) or any(s % x.itemsize for s in strides):
        raise UnsupportedError("as_strided of an array with gaps, or off its elements", "Take a contiguous copy first.")
    positions = np.zeros(shape, dtype=np.intp)
    for k, (n, stride) in enumerate(zip(shape, strides)):
        steps = np.arange(n) * (stride // x.itemsize)
        positions += np.reshape(steps, [-1 if j == k else 1 for j in range(len(shape))])
    if positions.size and not 0 <= positions.min() <= positions.max() < x.size:
        raise UnsupportedError("as_strided beyond the array's memory", "Check shape and strides.")
    return positions


@linear(np.lib.stride_tricks.as_strided, result="view", inline=False)
def as_strided(x: Any, shape: Any = None, strides: Any = None, *, gradient: Any) -> Any:
    """x_bar: each element has the cotangents of all places where the view shows it. `x` has to be contiguous."""
    x_bar = np.zeros(np.size(x), x.dtype)
    np.add.at(x_bar, strided_positions(x, shape, strides), gradient)
    return np.reshape(x_bar, np.shape(x), order="C" if x.flags.c_contiguous else "F")
