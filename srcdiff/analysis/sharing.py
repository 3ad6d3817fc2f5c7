"""What single statements do to storage classes: which names they make share memory, what they write into."""

from __future__ import annotations

import gast

from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.origins import (
    CalleeEffects,
    Origin,
    arguments_of,
    call_target,
    holds_memory,
    memory_names,
    origin_of,
)
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import MUTATING_METHODS, root_name
from srcdiff.rules import registry

__all__ = ["call_in", "note_augmented", "note_binding", "note_call"]


def call_in(statement: gast.stmt) -> gast.Call | None:
    """The call that a statement makes; None where it makes none."""
    value = getattr(statement, "value", None)
    return value if isinstance(value, gast.Call) else None


def note_binding(
    statement: gast.Assign, storage: Storage, facts: Facts, callee: CalleeEffects | None, demoted: set[str]
) -> None:
    """`target = value`: the target shares what the value does; a snapshot stays a class of its own."""
    target = statement.targets[0]
    origin = origin_of(statement.value, facts, callee)
    if isinstance(target, gast.Name):
        storage.root(target.id)
        if not holds_memory(facts.of.get(target.id, Fact())):
            return
        snapshot = origin.how in ("view", "maybe view", "item", "alias") and target.id not in demoted
        if snapshot:
            storage.snapshots.add(target.id)
            return
        _connect(target.id, origin, storage, facts)
        return
    base = root_name(target)
    if base is None:
        return
    storage.write(base)
    owner = facts.of.get(base, Fact())
    if isinstance(target, gast.Subscript) and isinstance(target.slice, gast.Slice) and owner.kind == "list":
        for name in origin.bases:  # its items are stored
            storage.unite(storage.content(base), name if facts.of.get(name, Fact()).numeric else storage.content(name))
    elif isinstance(target, gast.Attribute) or not owner.numeric:
        for name in origin.bases:
            storage.unite(storage.content(base), name)


def _connect(target: str, origin: Origin, storage: Storage, facts: Facts) -> None:
    for base in origin.bases:
        if origin.how in ("alias", "view", "maybe view"):
            storage.unite(target, base)
        elif origin.how == "item":
            storage.unite(target, storage.content(base))
        elif origin.how in ("display", "views"):
            storage.unite(storage.content(target), base)
        elif origin.how == "record":  # an item, or one that holds an item
            fact = facts.of.get(base, Fact())
            storage.unite(
                storage.content(target), storage.content(base) if fact.type is not None and fact.keys else base
            )
        elif origin.how == "repack":
            if facts.of.get(base, Fact()).numeric:
                if facts.of[base].rank != 1:
                    storage.unite(storage.content(target), base)
            else:
                storage.unite(storage.content(target), storage.content(base))
        else:  # unknown: the same thing, part of it, or something that holds it
            storage.unite(target, base)
            storage.unite(storage.content(target), target)


def note_augmented(statement: gast.AugAssign, storage: Storage, facts: Facts, in_place: set[str]) -> None:
    """`target op= value`: a write, but for what is computed in place under one name."""
    target = statement.target
    base = root_name(target)
    if base is None:
        return
    if isinstance(target, gast.Name):
        fact = facts.of.get(base, Fact())
        if fact.kind in ("number", "tuple", "opaque"):
            return
        if fact.kind in ("list", "dict") or base in in_place:
            storage.write(base)
            value = root_name(statement.value)
            if fact.kind == "list" and value is not None:
                storage.unite(storage.content(base), storage.content(value))
        else:
            storage.updated.add(base)
        return
    storage.write(base)
    owner = facts.of.get(base, Fact())
    if not owner.numeric and holds_memory(facts(_read(target))):
        storage.write(storage.content(base))


def _read(target: gast.expr) -> gast.expr:
    if isinstance(target, gast.Subscript):
        return gast.Subscript(target.value, target.slice, gast.Load())
    assert isinstance(target, gast.Attribute)
    return gast.Attribute(target.value, target.attr, gast.Load())


def note_call(node: gast.Call, storage: Storage, facts: Facts, callee: CalleeEffects | None) -> None:
    """What a call writes into, and what it stores in what."""
    function, arguments = call_target(node, facts)
    for keyword in node.keywords:
        if keyword.arg == "out":
            for name in memory_names([keyword.value], facts):
                storage.write(name)
    if (
        isinstance(node.func, gast.Attribute)
        and node.func.attr in MUTATING_METHODS
        and not _is_module_path(node, facts)
    ):
        base = root_name(node.func.value)
        if base is not None:
            storage.write(base)
            for name in memory_names(arguments_of(node), facts):
                items = node.func.attr in ("extend", "update") and not facts.of.get(name, Fact()).numeric
                storage.unite(storage.content(base), storage.content(name) if items else name)
        return
    rule = None
    if function is not None:
        rule = registry.lookup(function)
    if rule is not None:
        positions = {name: index for index, name in enumerate(rule.parameters)}
        for written in rule.writes:
            index = positions.get(written)
            if index is not None and index < len(arguments):
                for name in memory_names([arguments[index]], facts):
                    storage.write(name)
        return
    effects = callee(node) if callee is not None else None
    if effects is None:
        return
    for name in effects.writes:
        storage.write(name)
        if not facts.of.get(name, Fact()).numeric:
            storage.write(storage.content(name))
            for inside in list(storage.within(name)):
                storage.write(inside)
    for holder, depth, held in effects.stores:
        place = storage.root(holder)
        for _ in range(depth):
            place = storage.content(place)
        storage.unite(place, held)


def _is_module_path(node: gast.Call, facts: Facts) -> bool:
    try:
        facts.object_of(node.func)
    except LookupError:
        return False
    return True
