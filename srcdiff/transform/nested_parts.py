"""Helpers for derivatives inside a primal: the kinds that facts tell of, and the end of what has been replaced."""

from __future__ import annotations

import gast

from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import blocks, statements
from srcdiff.build import is_name, names_read
from srcdiff.kinds import ArrayKind, Kind, MappingKind, NumberKind, OpaqueKind, SequenceKind, UnknownKind, kind_of

__all__ = ["kind_of_fact", "without_unused"]

Block = list[gast.stmt]


def kind_of_fact(fact: Fact, facts: Facts) -> Kind | None:
    """The kind that a fact tells of; None where it tells too little."""
    if fact.kind == "opaque":
        return OpaqueKind(fact.type) if fact.type is not None else None
    if fact.numeric and facts.complex_numbers and not fact.surely_real:
        if fact.kind == "numeric":
            return None
        return NumberKind("c") if fact.kind == "number" else ArrayKind("c", fact.rank)
    if fact.kind == "number":
        return NumberKind(fact.letter) if fact.letter in "bif" else UnknownKind()
    if fact.kind == "array":
        return ArrayKind(fact.letter if fact.letter in "bi" else "f", fact.rank)
    if fact.numeric:
        return UnknownKind()
    if fact.value is not None and not fact.container:
        kind = kind_of(fact.value)
        return None if isinstance(kind, OpaqueKind) else kind
    if fact.items is None or fact.kind == "record":
        return None
    items = tuple(kind_of_fact(item, facts) for item in fact.items)
    if any(item is None for item in items):
        return None
    known = tuple(item for item in items if item is not None)
    if fact.kind == "dict":
        return MappingKind(dict, fact.keys, known)
    return SequenceKind(fact.type or (list if fact.kind == "list" else tuple), known)


def without_unused(body: Block, titles: set[str]) -> Block:
    """The body without derivatives that nothing names any more."""
    while True:
        read: set[str] = set()
        for statement in statements(body):
            if isinstance(statement, gast.FunctionDef):
                read |= names_read(statement.body)
            elif not blocks(statement):
                own = {statement.targets[0].id} if _names_derivative(statement, titles) else set()
                read |= names_read(statement) - own
            else:
                parts = [getattr(statement, field, None) for field in ("test", "iter", "items")]
                read |= names_read([p for p in parts if isinstance(p, gast.AST)])
        if not any(_names_derivative(s, titles) and s.targets[0].id not in read for s in statements(body)):
            return body
        body = _kept(body, titles, read)


def _kept(body: Block, titles: set[str], read: set[str]) -> Block:
    out = []
    for statement in body:
        if _names_derivative(statement, titles) and statement.targets[0].id not in read:
            continue
        if not isinstance(statement, gast.FunctionDef):
            for field in ("body", "orelse", "finalbody"):
                if getattr(statement, field, None):
                    setattr(statement, field, _kept(getattr(statement, field), titles, read))
        out.append(statement)
    return out


def _names_derivative(statement: gast.stmt, titles: set[str]) -> bool:
    return isinstance(statement, gast.Assign) and is_name(statement.targets[0]) and statement.targets[0].id in titles
