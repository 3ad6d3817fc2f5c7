"""np.pad in the modes that repeat elements or put a constant around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["pad_transpose", "widths_by_axis"]


def widths_by_axis(pad_width: Any, rank: int) -> list[Any]:
    """(before, after) for each axis, from any form that `np.pad` takes."""
    if not isinstance(pad_width, dict):
        return [tuple(pair) for pair in np.broadcast_to(pad_width, (rank, 2)).tolist()]
    found = [(0, 0)] * rank
    for axis, pair in pad_width.items():
        found[axis] = (pair, pair) if isinstance(pair, int) else tuple(pair)
    return found


def inner_part(gradient: Any, array: Any, pad_width: Any) -> Any:
    """`gradient` without the padding."""
    begins = [before for before, _ in widths_by_axis(pad_width, np.ndim(array))]
    return gradient[tuple(slice(first, first + n) for first, n in zip(begins, np.shape(array)))]


def pad_transpose(gradient: Any, array: Any, pad_width: Any, mode: Any) -> Any:
    """Each element has the cotangents of all its copies: in `mode` the padding repeats elements."""
    pairs = widths_by_axis(pad_width, np.ndim(array))
    for axis, n in enumerate(np.shape(array)):
        rows = np.moveaxis(gradient, axis, 0)
        if np.shape(rows)[0] == n:
            continue
        total = np.array(rows[pairs[axis][0] : pairs[axis][0] + n])
        source = np.pad(np.arange(n), pairs[axis], mode=mode)
        for k in (*range(pairs[axis][0]), *range(pairs[axis][0] + n, len(source))):
            total[source[k]] += rows[k]
        gradient = np.moveaxis(total, 0, axis)
    return gradient


@adjoint(np.pad, wrt="array")
def pad(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    *,
    constant_values: Any = 0,
    reflect_type: Any = "even",
    gradient: Any,
) -> Any:
    """array_bar: `gradient` without the padding, and where that repeats elements, with the cotangents of the copies."""
    if mode not in ("constant", "edge", "wrap", "reflect", "symmetric"):
        raise UnsupportedError("np.pad in this `mode`", "constant, edge, wrap, reflect and symmetric are known.")
    if reflect_type != "even":
        raise UnsupportedError("np.pad with `reflect_type='odd'`", "Write the reflection with slices.")
    if mode == "constant":
        return inner_part(gradient, array, pad_width)
    return pad_transpose(gradient, array, pad_width, mode)


@adjoint(np.pad, wrt="constant_values")
def pad_constant(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    *,
    constant_values: Any = 0,
    reflect_type: Any = "even",
    gradient: Any,
) -> Any:
    """constant_values_bar: the sum of `gradient` over the padding."""
    if np.ndim(constant_values) > 0:
        raise UnsupportedError("np.pad with several active `constant_values`", "Join the array with np.full instead.")
    padding = np.pad(np.zeros(np.shape(array), dtype=bool), pad_width, constant_values=True)
    return unbroadcast(np.where(padding, gradient, 0), constant_values)


@tangent(np.pad)
def pad_tangent(
    array: Any,
    pad_width: Any,
    mode: Any = "constant",
    *,
    constant_values: Any = 0,
    reflect_type: Any = "even",
    array_dot: Any,
    constant_values_dot: Any = 0.0,
) -> Any:
    """The tangent, padded by the tangent of the constant or by copies of itself."""
    if mode not in ("constant", "edge", "wrap", "reflect", "symmetric"):
        raise UnsupportedError("np.pad in this `mode`", "constant, edge, wrap, reflect and symmetric are known.")
    if reflect_type != "even":
        raise UnsupportedError("np.pad with `reflect_type='odd'`", "Write the reflection with slices.")
    if mode == "constant":
        return np.pad(array_dot, pad_width, constant_values=constant_values_dot)
    return np.pad(array_dot, pad_width, mode=mode)
