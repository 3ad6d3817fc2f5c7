"""Common subexpressions: what two rules, or two operands of one, compute alike is computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import name, substitute, walk
from srcdiff.simplify.reading import Reading

__all__ = ["share_common"]

Block = list[gast.stmt]


class _Known:
    """Expressions whose values have a name, and for each variable, those that read it."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.readers: dict[str, list[str]] = {}

    def add(self, key: str, variable: str, reads: set[str]) -> None:
        self.values[key] = variable
        for read in reads:
            self.readers.setdefault(read, []).append(key)

    def forget(self, written: str) -> None:
        for key in self.readers.pop(written, ()):
            self.values.pop(key, None)

    def copy(self) -> _Known:
        made = _Known()
        made.values = dict(self.values)
        made.readers = {read: list(keys) for read, keys in self.readers.items()}
        return made


class _Sharing:
    def __init__(self, reading: Reading, temporary: set[str], is_pure: Callable[[gast.expr], bool]) -> None:
        self.reading = reading
        self.temporary = temporary
        self.is_pure = is_pure
        self.same: dict[str, gast.expr] = {}

    def block(self, body: Block, known: _Known) -> Block:
        out: Block = []
        for statement in body:
            statement = self.renamed(statement)
            if isinstance(statement, gast.Assign) and self.may_be_shared(statement):
                key, target = gast.dump(statement.value), next(bound_names(statement))
                if key in known.values:
                    self.same[target] = name(known.values[key])
                    continue
                self.forget(known, statement)
                known.add(key, target, self.reading.reads(statement.value))
            else:
                self.forget(known, statement)
                branches = isinstance(statement, (gast.If, gast.With))
                for block in blocks(statement):
                    block[:] = self.block(block, known.copy() if branches else _Known())
            out.append(statement)
        return out

    def renamed(self, statement: gast.stmt) -> gast.stmt:
        if not self.same or not any(part.id in self.same for part in _names(statement)):
            return statement
        note = getattr(statement, "note", None)
        made: gast.stmt = substitute(statement, self.same)
        if note is not None:
            made.note = note
        return made

    def may_be_shared(self, statement: gast.Assign) -> bool:
        target = next(bound_names(statement), "")
        plain = not isinstance(statement.value, (gast.Name, gast.Constant, gast.Subscript, gast.List, gast.Dict))
        return target in self.temporary and plain and self.is_pure(statement.value)

    def forget(self, known: _Known, statement: gast.stmt) -> None:
        if known.values:
            for inner in statements([statement]):
                for written in self.reading.writes(inner):
                    known.forget(written)


def _names(statement: gast.stmt) -> Iterator[gast.Name]:
    return (part for part in walk(statement) if isinstance(part, gast.Name))


def share_common(reverse: Block, reading: Reading, temporary: set[str], is_pure: Callable[[gast.expr], bool]) -> Block:
    """The reverse sweep with each value of its own computed once, as long as what it is made of stays.

    Only temporaries that are bound once and never changed in place.
    """
    bindings: Counter[str] = Counter()
    changed: set[str] = set()
    for statement in statements(reverse):
        bindings.update(bound_names(statement))
        changed |= {w for w in reading.writes(statement) if w.startswith("*")}
    steady = {v for v in temporary if bindings[v] == 1 and changed.isdisjoint(reading.cells_of(v))}
    return _Sharing(reading, steady, is_pure).block(reverse, _Known())
