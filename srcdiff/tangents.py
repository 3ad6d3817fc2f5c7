"""The few helpers that forward-mode text calls, beside those of `runtime`: NumPy only, each short."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["own_copy", "own_tangent", "same_view", "zero_tangent"]


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
        fresh = np.zeros_like(x, dtype=x.dtype if x.dtype.kind in "fc" else np.float64)
        fresh[...] = x_dot
        return fresh
    if isinstance(x, (list, tuple)):
        return [own_tangent(part, item) for part, item in zip(x_dot, x)]
    if isinstance(x, dict):
        return {key: own_tangent(x_dot[key], item) for key, item in x.items()}
    if hasattr(type(x), "__dataclass_fields__"):
        return {field: own_tangent(x_dot[field], getattr(x, field)) for field in x.__dataclass_fields__}
    return x_dot


def own_copy(x: Any) -> Any:
    """A copy of an array, in its layout, or of a list or dictionary and the arrays in it; anything else as it is.

    Raises TypeError for an array with gaps: a `reshape` of its copy would be a view where one of it is a copy.
    """
    if isinstance(x, np.ndarray):
        copied = np.copy(x, order="K")
        if copied.strides != x.strides and x.size > 1:
            raise TypeError("an array with gaps or negative strides, which the function writes into: pass a copy")
        return copied
    if isinstance(x, tuple) and type(x) is not tuple:
        return type(x)(*(own_copy(item) for item in x))
    if isinstance(x, (list, tuple)):
        return type(x)(own_copy(item) for item in x)
    if isinstance(x, dict):
        return {key: own_copy(item) for key, item in x.items()}
    return x


def same_view(view_dot: Any, base_dot: Any, view: Any, base: Any) -> Any:
    """`view_dot`, computed from `base_dot` as `view` is from `base`: it shares memory if that does, and only then."""
    shared = np.shares_memory(view, base)
    if shared == np.shares_memory(view_dot, base_dot):
        return view_dot
    if shared:
        raise TypeError("a view whose tangent would be a copy: the tangent's memory layout is not its primal's")
    return view_dot.copy()
