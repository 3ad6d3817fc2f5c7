"""The few helpers that forward-mode text calls, beside those of `runtime`: NumPy only, each short."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["own_copy", "own_tangent", "paired_tangents", "same_view", "written_or_new", "zero_tangent"]


def zero_tangent(x: Any) -> Any:
    """A zero tangent for `x`: lists, dictionaries (by key or field name), floating arrays and numbers.

    Integers have a floating zero, because the variable that holds one now may hold a float later.
    """
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else np.zeros(x.shape) if x.dtype.kind in "iub" else None
    if isinstance(x, (list, tuple)):
        return [zero_tangent(item) for item in x]
    if isinstance(x, dict):
        return {key: zero_tangent(item) for key, item in x.items()}
    if hasattr(type(x), "__dataclass_fields__"):
        return {field: zero_tangent(getattr(x, field)) for field in x.__dataclass_fields__}
    if isinstance(x, (np.floating, np.complexfloating)):
        return type(x)(0)
    return 0.0 if isinstance(x, (bool, int, float, complex, np.generic)) else None


def own_tangent(x_dot: Any, x: Any) -> Any:
    """`x_dot` in memory of its own, which may be written into wherever `x` is: in its shape, dtype and layout."""
    if isinstance(x, np.ndarray):
        return _same_layout(x, x.dtype if x.dtype.kind in "fc" else np.dtype(float), x_dot)
    if isinstance(x, (list, tuple)):
        return [own_tangent(part, item) for part, item in zip(x_dot, x)]
    if isinstance(x, dict):
        return {key: own_tangent(x_dot[key], item) for key, item in x.items()}
    if hasattr(type(x), "__dataclass_fields__"):
        return {field: own_tangent(x_dot[field], getattr(x, field)) for field in x.__dataclass_fields__}
    return x_dot


def own_copy(x: Any) -> Any:
    """A copy of an array, in its layout, or of a container and the arrays in it; anything else as it is."""
    if isinstance(x, np.ndarray):
        return _same_layout(x, x.dtype, x)
    if isinstance(x, tuple) and type(x) is not tuple:
        return type(x)(*(own_copy(item) for item in x))
    if isinstance(x, (list, tuple)):
        return type(x)(own_copy(item) for item in x)
    if isinstance(x, dict):
        return {key: own_copy(item) for key, item in x.items()}
    if hasattr(type(x), "__dataclass_fields__"):
        copied = object.__new__(type(x))
        for field in x.__dataclass_fields__:
            object.__setattr__(copied, field, own_copy(getattr(x, field)))
        return copied
    return x


def _same_layout(x: Any, dtype: Any, values: Any) -> Any:
    """A new array with the strides of `x`, gaps included, so that a `reshape` of it is a view where one of x is."""
    copied = np.zeros_like(x, dtype=dtype)
    if copied.strides != x.strides and x.size > 1 and dtype == x.dtype and 0 not in x.strides:
        low, high = np.lib.array_utils.byte_bounds(x)
        start = x.__array_interface__["data"][0] - low
        copied = np.ndarray(x.shape, dtype, np.zeros(high - low, np.uint8).data, start, x.strides)
    copied[...] = values
    return copied


def same_view(view_dot: Any, base_dot: Any, view: Any, base: Any) -> Any:
    """`view_dot`, computed from `base_dot` as `view` is from `base`: it shares memory if that does, and only then."""
    shared = np.shares_memory(view, base)
    if shared == np.shares_memory(view_dot, base_dot):
        return view_dot
    if shared:
        raise TypeError("a view whose tangent would be a copy: the tangent's memory layout is not its primal's")
    return view_dot.copy()


def written_or_new(x_dot: Any, value: Any) -> Any:
    """`value`, written into `x_dot` where that is an array: what an augmented assignment does to its target."""
    if isinstance(x_dot, np.ndarray):
        x_dot[...] = value
        return x_dot
    return value


def paired_tangents(items_dot: Any) -> Any:
    """The tangent of pairs of a key, or a position, and an item."""
    return [[0.0, item] for item in items_dot]
