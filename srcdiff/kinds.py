"""Kinds: what is known of a value before the program runs, and the kind of a value that is at hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcdiff.errors import Place, UnsupportedError

__all__ = [
    "ArrayKind",
    "Kind",
    "MappingKind",
    "NeedsKind",
    "NumberKind",
    "OpaqueKind",
    "RecordKind",
    "SequenceKind",
    "UnknownKind",
    "describe",
    "kind_of",
    "without_dims",
]


@dataclass(frozen=True)
class UnknownKind:
    """A real number or a real array: what a parameter is taken for if nothing tells."""


@dataclass(frozen=True)
class NumberKind:
    """A number, Python's or NumPy's; `dtype` is NumPy's kind letter: "b", "i" (unsigned too), "f" or "c"."""

    dtype: str = "f"


@dataclass(frozen=True)
class ArrayKind:
    """An ndarray; `dtype` is NumPy's kind letter, `rank` None where unknown; `unit_dims` are the dims of length 1.

    Without `unit_dims` (None) any dim may be.
    """

    dtype: str = "f"
    rank: int | None = None
    unit_dims: tuple[int, ...] | None = ()


@dataclass(frozen=True)
class SequenceKind:
    """A list, a tuple or a named tuple, item by item."""

    type: type
    items: tuple[Kind, ...]


@dataclass(frozen=True)
class MappingKind:
    """A dictionary with constant keys."""

    type: type
    keys: tuple[Any, ...]
    items: tuple[Kind, ...]


@dataclass(frozen=True)
class RecordKind:
    """An object, field by field (a dataclass, or any object's instance attributes)."""

    type: type
    fields: tuple[str, ...]
    items: tuple[Kind, ...]


@dataclass(frozen=True)
class OpaqueKind:
    """Something without floating parts: a string, None, a function, an object that holds no derivative."""

    type: type


Kind = UnknownKind | NumberKind | ArrayKind | SequenceKind | MappingKind | RecordKind | OpaqueKind


class NeedsKind(UnsupportedError):
    """One text cannot serve every kind of argument: the kind and the rank of some parameters have to be known.

    A derivative that meets this while it is built is specialised at the call, by the arguments that it gets.

    Parameters
    ----------
    names : iterable of str
        The parameters whose kind (number or array), rank and dims of length 1 matter.
    place : Place, optional
        Where they do.
    """

    def __init__(self, names: Iterable[str], place: Place | None = None) -> None:
        self.names = tuple(names)
        listed = ", ".join(f"`{name}`" for name in self.names)
        super().__init__(
            f"the derivative depends on whether {listed} is a number or an array, and of which rank",
            "Call the derivative with arguments, or annotate the parameter.",
            place,
        )


def kind_of(value: Any, exact: bool = True) -> Kind:
    """The kind of a value.

    Parameters
    ----------
    value : object
        Any argument.
    exact : bool
        Whether to tell the rank of an array and which of its dims are 1, and to look into objects that are neither
        containers nor dataclasses.

    Examples
    --------
    >>> kind_of([1.0, np.ones((2, 3))])
    SequenceKind(type=<class 'list'>, items=(NumberKind(dtype='f'), ArrayKind(dtype='f', rank=2, unit_dims=())))
    >>> kind_of({"w": np.ones(3)}, exact=False)
    MappingKind(type=<class 'dict'>, keys=('w',), items=(ArrayKind(dtype='f', rank=None, unit_dims=()),))
    """
    return _kind(value, exact, ())


def _kind(value: Any, exact: bool, path: tuple[int, ...]) -> Kind:
    if isinstance(value, np.ndarray):
        return _array_kind(value, exact)
    if isinstance(value, (bool, int, float, complex, np.generic)):
        letter = np.asarray(value).dtype.kind
        return NumberKind("i" if letter == "u" else letter) if letter in "biufc" else OpaqueKind(type(value))
    if id(value) in path:  # an object that leads back to itself
        return OpaqueKind(type(value))
    path = (*path, id(value))
    if isinstance(value, (list, tuple)):
        return SequenceKind(type(value), tuple(_kind(item, exact, path) for item in value))
    if isinstance(value, dict):
        return MappingKind(type(value), tuple(value), tuple(_kind(item, exact, path) for item in value.values()))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(field.name for field in dataclasses.fields(value) if hasattr(value, field.name))
    elif exact and not isinstance(value, type) and not callable(value) and getattr(value, "__dict__", None):
        names = tuple(vars(value))
    else:
        return OpaqueKind(type(value))
    return RecordKind(type(value), names, tuple(_kind(getattr(value, name), exact, path) for name in names))


def _array_kind(value: np.ndarray[Any, Any], exact: bool) -> ArrayKind:
    letter = "i" if value.dtype.kind == "u" else value.dtype.kind
    if not exact:
        return ArrayKind(letter)
    return ArrayKind(letter, value.ndim, tuple(axis for axis, n in enumerate(value.shape) if n == 1))


def without_dims(kind: Kind) -> Kind:
    """A kind that does not tell which dims of arrays are 1."""
    if isinstance(kind, ArrayKind):
        return replace(kind, unit_dims=None)
    if isinstance(kind, (SequenceKind, MappingKind, RecordKind)):
        return replace(kind, items=tuple(without_dims(item) for item in kind.items))
    return kind


_LETTERS = {"b": "a bool", "i": "an integer", "f": "a real", "c": "a complex"}


def describe(kind: Kind) -> str:
    """A kind in words, as the source of a specialised derivative shows it.

    Examples
    --------
    >>> describe(ArrayKind("f", 2, (0,)))
    'a real array of shape (1, n)'
    >>> describe(SequenceKind(list, (NumberKind("f"), ArrayKind("c"))))
    'list(a real number, a complex array)'
    """
    if isinstance(kind, UnknownKind):
        return "a real number or array"
    if isinstance(kind, NumberKind):
        return f"{_LETTERS.get(kind.dtype, kind.dtype)} number"
    if isinstance(kind, ArrayKind):
        letter = _LETTERS.get(kind.dtype, f"a {kind.dtype}")
        if kind.rank is None:
            return f"{letter} array"
        dims = ["1" if axis in (kind.unit_dims or ()) else "n" for axis in range(kind.rank)]
        return f"{letter} array of shape ({', '.join(dims)}{',' if kind.rank == 1 else ''})"
    if isinstance(kind, SequenceKind):
        return f"{kind.type.__name__}({', '.join(describe(item) for item in kind.items)})"
    if isinstance(kind, MappingKind):
        items = (f"{key!r}: {describe(item)}" for key, item in zip(kind.keys, kind.items))
        return f"{kind.type.__name__}({', '.join(items)})"
    if isinstance(kind, RecordKind):
        items = (f"{field}={describe(item)}" for field, item in zip(kind.fields, kind.items))
        return f"{kind.type.__name__}({', '.join(items)})"
    return "None" if kind.type is type(None) else f"of type {kind.type.__name__}"
