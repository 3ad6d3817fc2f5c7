"""Facts: what is known of each variable before the program runs.

An abstract interpretation over kinds, ranks, shapes (see `shapes.py`) and whole numbers that are lengths.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcdiff.analysis.shapes import SCALAR, Length, Shape, broadcast, symbol_axes
from srcdiff.kinds import ArrayKind, Kind, MappingKind, NumberKind, OpaqueKind, RecordKind, SequenceKind, UnknownKind

__all__ = ["ANYTHING", "NUMBER", "Fact", "Tag", "fact_of_kind", "fact_of_object", "join"]


@dataclass(frozen=True)
class Fact:
    """What is known of a value.

    Attributes
    ----------
    kind : str
        "number", "array", "numeric" (one of these two), "list", "tuple", "dict", "record", "function", "opaque"
        (nothing that could carry a derivative), or "anything".
    letter : str
        NumPy's kind letter of numbers and arrays: "f", "c", "i", "b", or "?" (a real number of some kind).
    rank : int or None
        Number of dimensions.
    shape : Shape or None
        What broadcasts to this one's shape; of a tuple, the shape that it tells.
    length : Length or None
        The value of a whole number, in terms of lengths.
    dtypes : frozenset of str or None
        The variables whose dtypes promote to this one's; Python numbers add nothing.
    items : tuple of Fact or None
        The items of a tuple, list, dictionary or record, where each is known.
    keys : tuple
        The keys of a dictionary, the field names of a record. Without `items`, a dictionary may have other keys, too,
        or lack some; `first` then tells of the items of these.
    item : Fact or None
        What is known of every item; None where nothing is, or where there is none.
    first : tuple of Fact
        The first items of a list that has grown.
    type : type or None
        The class of a record or an opaque object.
    functions : tuple
        Of a function: all that it can be, objects, inner functions (their nodes) and tags; none where it is not known.
    listed : bool
        Whether one of these comes from a container that the function does not make: others may stand there later.
    value : object
        The object itself where it is known (a function, a module, a literal).
    """

    kind: str = "anything"
    letter: str = "?"
    rank: int | None = None
    shape: Shape | None = None
    dtypes: frozenset[str] | None = None
    items: tuple[Fact, ...] | None = None
    keys: tuple[Any, ...] = ()
    item: Fact | None = None
    first: tuple[Fact, ...] = ()
    type: type | None = None
    length: Length | None = None
    functions: tuple[Any, ...] = ()
    listed: bool = False
    value: Any = field(default=None, compare=False)

    @property
    def numeric(self) -> bool:
        """Whether it is a number or an array for certain."""
        return self.kind in ("number", "array", "numeric")

    @property
    def surely_real(self) -> bool:
        """Whether it is no complex number and no complex array, even where these occur.

        A "?" stands for any kind of real number where it comes from a parameter, and for anything else where nothing
        is known, as the missing dtypes tell.
        """
        return self.numeric and (self.letter in "fibu" or (self.letter == "?" and self.dtypes is not None))

    @property
    def container(self) -> bool:
        """Whether it is a list, a tuple, a dictionary or a record for certain."""
        return self.kind in ("list", "tuple", "dict", "record")

    @property
    def beginning(self) -> tuple[Fact, ...]:
        """The items of a list from its start, as far as each is known."""
        return self.items if self.items is not None else self.first

    @property
    def differentiable(self) -> bool:
        """Whether it may carry a derivative at all."""
        if self.kind in ("opaque", "function"):
            return False
        if self.numeric:
            return self.letter not in "ib"
        if self.items is not None:
            return any(item.differentiable for item in self.items)
        return self.item is None or self.item.differentiable


_HEAP_TYPE = 1 << 9
ANYTHING = Fact()
NUMBER = Fact("number", "f", 0, frozenset(), frozenset())
INTEGER = Fact("number", "i", 0, frozenset(), frozenset())
BOOLEAN = Fact("number", "b", 0, frozenset(), frozenset())
OPAQUE = Fact("opaque")


def fact_of_kind(kind: Kind, symbol: str) -> Fact:
    """The fact of a parameter or captured object of a known kind; `symbol` stands for its shape and dtype."""
    if isinstance(kind, UnknownKind):
        return Fact("numeric", "?", None, frozenset([symbol]), frozenset([symbol]))
    if isinstance(kind, NumberKind):
        length = Length(0, ((symbol, 1),)) if kind.dtype == "i" else None
        dtypes = frozenset([symbol]) if kind.dtype in "fc" else frozenset[str]()
        return Fact("number", kind.dtype, 0, SCALAR, dtypes, length=length)
    if isinstance(kind, ArrayKind):
        letter = kind.dtype if kind.dtype in "biufc" else "?"
        shape = frozenset([symbol]) if kind.rank is None else symbol_axes(symbol, kind.rank, kind.unit_dims or ())
        return Fact("array", letter, kind.rank, shape, frozenset([symbol]))
    if isinstance(kind, OpaqueKind):
        has_methods = bool(kind.type.__flags__ & _HEAP_TYPE)  # written in Python: they may do anything to arguments
        return Fact("anything", type=kind.type) if has_methods else replace(OPAQUE, type=kind.type)
    items = tuple(fact_of_kind(item, f"{symbol}[{i}]") for i, item in enumerate(kind.items))
    if isinstance(kind, SequenceKind):
        name = "list" if issubclass(kind.type, list) else "tuple"
        keys = tuple(getattr(kind.type, "_fields", ()))
        return Fact(name, items=items, keys=keys, item=join_all(items), type=kind.type)
    if isinstance(kind, MappingKind):
        return Fact("dict", items=items, keys=kind.keys, item=join_all(items), type=kind.type)
    assert isinstance(kind, RecordKind)
    return Fact("record", items=items, keys=kind.fields, type=kind.type)


def fact_of_object(value: Any, symbol: str) -> Fact:
    """The fact of a captured object: a global, a cell, a literal."""
    if isinstance(value, (bool, np.bool_)):
        return replace(BOOLEAN, value=value)
    if isinstance(value, (int, np.integer)):
        return replace(INTEGER, value=value, length=Length(int(value)))
    if isinstance(value, (float, complex, np.floating, np.complexfloating)):
        letter = "c" if isinstance(value, (complex, np.complexfloating)) else "f"
        dtypes = frozenset() if isinstance(value, (float, complex)) else frozenset([symbol])
        return Fact("number", letter, 0, frozenset(), dtypes, value=value)
    if isinstance(value, np.ndarray):
        shape = symbol_axes(symbol, value.ndim, (k for k, n in enumerate(value.shape) if n == 1))
        return Fact("array", value.dtype.kind, value.ndim, shape, frozenset([symbol]), value=value)
    if isinstance(value, (types.ModuleType, type)) or callable(value):
        return Fact("function", type=type(value), value=value, functions=_candidates(value))
    if isinstance(value, (list, tuple)) and len(value) <= 64:
        items = tuple(_listed(fact_of_object(item, f"{symbol}[{i}]")) for i, item in enumerate(value))
        kind = "list" if isinstance(value, list) else "tuple"
        return Fact(kind, items=items, item=join_all(items), type=type(value), value=value)
    if isinstance(value, dict) and len(value) <= 64:
        items = tuple(_listed(fact_of_object(item, f"{symbol}[{i}]")) for i, item in enumerate(value.values()))
        return Fact("dict", items=items, keys=tuple(value), item=join_all(items), type=type(value), value=value)
    if isinstance(value, Tag):
        return Fact("function", type=str, functions=(value,))
    if value is None or isinstance(value, (str, bytes)):
        return Fact("opaque", type=type(value), value=value)
    return Fact("anything", type=type(value), value=value)


class Tag(str):
    """The name that stands for an inner function where functions are values: what a call is told apart by.

    Text shows it as the string that it is.
    """

    __slots__ = ()


def _candidates(value: Any) -> tuple[Any, ...]:
    """A callable as the one function that it is; modules are called by nobody."""
    return () if isinstance(value, types.ModuleType) else (value,)


def _listed(fact: Fact) -> Fact:
    return replace(fact, listed=True) if fact.functions else fact


def join(a: Fact | None, b: Fact | None) -> Fact:
    """What holds of a value that is one or the other."""
    if a is None or b is None:
        return a or b or ANYTHING
    if a == b:
        return a if a.value is b.value else replace(a, value=None)
    if a.numeric and b.numeric:
        return _join_numeric(a, b)
    if a.kind == b.kind == "function":
        together = (*a.functions, *(f for f in b.functions if not any(f is known for known in a.functions)))
        functions = together if a.functions and b.functions else ()
        return Fact("function", type=_common_type(a, b), functions=functions, listed=a.listed or b.listed)
    if a.kind == b.kind == "record" and a.type is b.type and a.items is not None and b.items is not None:
        return _join_records(a, b)
    if a.kind == b.kind:
        items = None
        if a.items is not None and b.items is not None and a.keys == b.keys and len(a.items) == len(b.items):
            items = tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True))
        if a.items == () or b.items == ():  # an empty one tells nothing of the items of the other
            item = a.item or b.item
        else:
            item = join(a.item, b.item) if a.item is not None and b.item is not None else None
        keys = a.keys if items is not None else ()
        first: tuple[Fact, ...] = ()
        if items is None and a.kind == "list":
            first = tuple(join(x, y) for x, y in zip(a.beginning, b.beginning))
        elif items is None and a.kind == "dict":
            keys, first = _join_keys(a, b)
        return Fact(a.kind, items=items, keys=keys, item=item, first=first, type=_common_type(a, b))
    if a.kind == "opaque" and a.type is type(None):
        return b if not b.numeric else replace(b, value=None)
    if b.kind == "opaque" and b.type is type(None):
        return a if not a.numeric else replace(a, value=None)
    return ANYTHING


def _join_records(a: Fact, b: Fact) -> Fact:
    """Two objects of a class: an attribute that one of them may lack is what it is where there is one."""
    mine, others = dict(zip(a.keys, a.items or ())), dict(zip(b.keys, b.items or ()))
    found = {
        key: join(mine[key], others[key]) if key in mine and key in others else mine.get(key) or others[key]
        for key in {**mine, **others}
    }
    items = tuple(found.values())
    return Fact("record", items=items, keys=tuple(found), item=join_all(items), type=a.type)


def _join_keys(a: Fact, b: Fact) -> tuple[tuple[Any, ...], tuple[Fact, ...]]:
    """The keys of two dictionaries of which something is known: one that has all its items known has no other keys."""
    known = dict(zip(a.keys, a.beginning))
    others = dict(zip(b.keys, b.beginning))
    found = {key: join(known[key], others[key]) for key in known if key in others}
    if a.items is not None:
        found |= {key: fact for key, fact in others.items() if key not in known}
    if b.items is not None:
        found |= {key: fact for key, fact in known.items() if key not in others}
    return tuple(found), tuple(found.values())


def _common_type(a: Fact, b: Fact) -> type | None:
    return a.type if a.type is b.type else None


_LETTERS = {"b": 0, "i": 1, "u": 1, "?": 2, "f": 2, "c": 3}


def _join_numeric(a: Fact, b: Fact) -> Fact:
    kind = a.kind if a.kind == b.kind else "numeric"
    if a.letter == b.letter:
        letter = a.letter
    else:
        letter = "?" if _LETTERS[max(a.letter, b.letter, key=_LETTERS.__getitem__)] <= 2 else "c"
        # An integer that becomes a float (`s = 0; s = s + x`) is a float that starts at a whole number.
        known = all(side.letter != "?" or side.dtypes is not None for side in (a, b))
        letter = "f" if letter == "?" and known and "f" in (a.letter, b.letter) else letter
    rank = a.rank if a.rank == b.rank else None
    shape = a.shape if a.shape == b.shape else None
    dtypes = a.dtypes | b.dtypes if a.dtypes is not None and b.dtypes is not None else None
    length = a.length if a.length == b.length else None
    return Fact(kind, letter, rank, shape, dtypes, length=length)


def join_all(facts: tuple[Fact, ...]) -> Fact | None:
    """The join of several facts; None of none."""
    joined: Fact | None = None
    for fact in facts:
        joined = fact if joined is None else join(joined, fact)
    return joined


def promote(*operands: Fact) -> Fact:
    """The result of an elementwise operation on these operands."""
    if not all(operand.numeric for operand in operands):
        return Fact("numeric", "?") if any(o.numeric for o in operands) else ANYTHING
    letters = [operand.letter for operand in operands]
    letter = max(letters, key=_LETTERS.__getitem__)
    if letter == "?" and "f" in letters and all(o.surely_real for o in operands):
        letter = "f"
    kinds = {operand.kind for operand in operands}
    kind = "number" if kinds == {"number"} else "array" if "array" in kinds else "numeric"
    ranks = [operand.rank for operand in operands]
    rank = max(r for r in ranks if r is not None) if None not in ranks else None
    shapes = [operand.shape for operand in operands]
    shape = broadcast(s for s in shapes if s is not None) if None not in shapes else None
    if kind == "array" and rank == 0:  # arithmetic on 0-d arrays gives scalars
        kind, shape = "number", SCALAR
    dtypes = [operand.dtypes for operand in operands]
    together = frozenset().union(*(d for d in dtypes if d is not None)) if None not in dtypes else None
    return Fact(kind, letter, rank, shape, together)


def unvalued(fact: Fact) -> Fact:
    """The same kind of thing, of some other value."""
    return replace(fact, value=None, length=None)


Environment = Mapping[str, Fact]
__all__ += ["BOOLEAN", "INTEGER", "OPAQUE", "Environment", "join_all", "promote", "unvalued"]
