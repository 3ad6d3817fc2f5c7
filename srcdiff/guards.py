"""Tests of arguments in standalone modules, where no derivative object stands before the generated function."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["kind_in_words", "require", "require_apart", "require_tangent"]


def require(kind: str, **arguments: Any) -> None:
    """Raise TypeError where an argument is not of the kind that the text was made for.

    "a real number or array" stands for every rank; "a constant" for real numbers and arrays, integers, strings and
    None, in a parameter that is not differentiated by.
    """
    for name, x in arguments.items():
        found = kind_in_words(x)
        plain = found.partition(" array")[0].partition(" number")[0]
        if kind == "a constant":
            right = plain in ("a real", "an integer", "a bool", "None", "of type str")
        else:
            right = found == kind or (kind == "a real number or array" and plain == "a real")
        if not right:
            hint = f": pass {float(x)!r}" if isinstance(x, int) and kind.startswith("a real") else ""
            raise TypeError(f"`{name}` is {found}, and this text was made for {kind}{hint}")


def kind_in_words(x: Any) -> str:
    """What is told apart of an argument: number or array, real or complex, rank, which lengths are 1."""
    letters = {"b": "a bool", "i": "an integer", "u": "an integer", "f": "a real", "c": "a complex"}
    dtype = getattr(x, "dtype", None)
    if isinstance(x, (bool, int, float, complex)):
        return f"{letters[np.asarray(x).dtype.kind]} number"
    if dtype is not None and getattr(dtype, "kind", "") in letters and not _is_special(x):
        if isinstance(x, np.generic):
            return f"{letters[dtype.kind]} number"
        dims = ", ".join("1" if n == 1 else "n" for n in x.shape)
        return f"{letters[dtype.kind]} array of shape ({dims}{',' if x.ndim == 1 else ''})"
    if isinstance(x, (list, tuple)):
        return f"{type(x).__name__}({', '.join(kind_in_words(item) for item in x)})"
    if isinstance(x, dict):
        return f"{type(x).__name__}({', '.join(f'{key!r}: {kind_in_words(item)}' for key, item in x.items())})"
    if x is None:
        return "None"
    fields = () if isinstance(x, type) else getattr(x, "__dataclass_fields__", None) or getattr(x, "__dict__", ())
    if fields and not callable(x) and not _is_special(x):
        items = ", ".join(f"{key}={kind_in_words(getattr(x, key))}" for key in fields if hasattr(x, key))
        return f"{type(x).__name__}({items})"
    return f"of type {type(x).__name__}"


def _is_special(x: Any) -> bool:
    """Whether an array is a masked array, a matrix or another subclass with a meaning of its own."""
    return isinstance(x, np.ndarray) and type(x) is not np.ndarray


def require_tangent(name: str, x_dot: Any, x: Any) -> None:
    """Raise TypeError where a tangent has not the shape of what it is the tangent of."""
    if np.shape(x_dot) != np.shape(x) or isinstance(x_dot, (list, tuple)):
        raise TypeError(f"`{name}` has shape {np.shape(x_dot)}, what it is the tangent of has shape {np.shape(x)}")
    if np.iscomplexobj(x_dot) and not np.iscomplexobj(x):
        raise TypeError(f"`{name}` is complex, what it is the tangent of is real")


def require_apart(name: str, x: Any, **others: Any) -> None:
    """Raise TypeError where an argument that is written into shares memory with another."""
    for other, value in others.items():
        if isinstance(x, np.ndarray) and isinstance(value, np.ndarray) and np.may_share_memory(x, value):
            raise TypeError(f"`{name}` is written into and shares memory with `{other}`: pass a copy of one of them")
