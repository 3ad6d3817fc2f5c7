"""Common subexpressions: what two rules, or two operands of one, compute alike is computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import name, substitute
from srcdiff.simplify.reading import Reading

__all__ = ["share_common"]

Block = list[gast.stmt]


class _Sharing:
    def __init__(self, reading: Reading, temporary: set[str], is_pure: Callable[[gast.expr], bool]) -> None:
        self.reading = reading
        self.temporary = temporary
        self.is_pure = is_pure
        self.same: dict[str, gast.expr] = {}

    def block(self, body: Block, known: dict[str, tuple[str, set[str]]]) -> Block:
        out: Block = []
        for statement in body:
            statement = self.renamed(statement)
            if isinstance(statement, gast.Assign) and self.may_be_shared(statement):
                key, target = gast.dump(statement.value), next(bound_names(statement))
                if key in known:
                    self.same[target] = name(known[key][0])
                    continue
                self.forget(known, statement)
                known[key] = (target, self.reading.reads(statement.value))
            else:
                self.forget(known, statement)
                inside = dict(known) if isinstance(statement, (gast.If, gast.With)) else {}
                for block in blocks(statement):
                    block[:] = self.block(block, dict(inside))
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

    def forget(self, known: dict[str, tuple[str, set[str]]], statement: gast.stmt) -> None:
        if not known:
            return
        writes = {w for inner in statements([statement]) for w in self.reading.writes(inner)}
        for key in [k for k, (_, reads) in known.items() if reads & writes]:
            del known[key]


def _names(statement: gast.stmt) -> Iterator[gast.Name]:
    return (part for part in gast.walk(statement) if isinstance(part, gast.Name))


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
    return _Sharing(reading, steady, is_pure).block(reverse, {})
