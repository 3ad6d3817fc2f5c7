"""Snapshots: names that look like views of a buffer, but are read only before it is written again, are values."""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.liveness import Liveness
from srcdiff.analysis.origins import CalleeEffects, Origin, arguments_of, memory_names, origin_of
from srcdiff.analysis.sharing import call_in, note_augmented, note_call
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import MUTATING_METHODS, root_name, statements

__all__ = ["is_sole", "looked_into", "unsound_snapshots"]


def looked_into(function: core.Function, facts: Facts, storage: Storage, callee: CalleeEffects | None) -> set[str]:
    """Classes that snapshots look into: their arrays may change in place only if the reverse sweep changes them back."""  # noqa: E501
    found: set[str] = set()
    if not storage.updated:
        return found
    for statement in statements(function.body):
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            if statement.targets[0].id in storage.snapshots:
                found |= _classes_of(origin_of(statement.value, facts, callee), storage)
    return found


def is_sole(name: str, function: core.Function, storage: Storage) -> bool:
    """An array under one name only, in no container: changing it in place is changing the variable."""
    root = storage.root(name)
    if root in storage.written:
        return False
    if any(storage.root(content) == root for content in storage.contents.values()):
        return False
    members = set(storage.members(name)) - storage.snapshots
    return members == {name}


def unsound_snapshots(
    function: core.Function, facts: Facts, storage: Storage, live: Liveness, callee: CalleeEffects | None
) -> set[str]:
    """Snapshots that outlive a write to what they are views of, that are written through, or that escape."""
    if not storage.snapshots:
        return set()
    bases = storage.viewed
    escaping: set[str] = set()
    for statement in statements(function.body):
        if isinstance(statement, gast.Assign):
            target, origin = statement.targets[0], origin_of(statement.value, facts, callee)
            if isinstance(target, gast.Name) and target.id in storage.snapshots:
                bases.setdefault(target.id, set()).update(_classes_of(origin, storage))
            elif isinstance(target, gast.Name) or _holds_what_is_stored(target, facts):
                escaping.update(origin.bases)  # another name, which is no snapshot, sees the memory
        call = call_in(statement)
        if call is not None and isinstance(call.func, gast.Attribute) and call.func.attr in MUTATING_METHODS:
            escaping.update(memory_names(arguments_of(call), facts))  # the container keeps what it is given
        effects = callee(call) if call is not None and callee is not None else None
        if effects is not None:
            escaping.update(held for _, _, held in effects.stores)
    _close(bases, storage)
    written_somewhere = set(storage.written)
    if not written_somewhere and not storage.updated:
        return set()
    unsound = {name for name in storage.snapshots if storage.root(name) in storage.written or name in storage.updated}
    unsound |= {name for name in storage.snapshots if storage.holds_written(name)}
    alike = storage.alike(storage.snapshots)  # an alias that was demoted outlives the snapshot it is of
    for name in storage.snapshots:
        if bases.get(name, set()) & written_somewhere and not escaping.isdisjoint(alike[name]):
            unsound.add(name)
    for statement in statements(function.body):
        touched = {storage.root(n) for n in _writes_of(statement, storage, facts, callee)}
        if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
            if statement.target.id in storage.updated:
                touched.add(storage.root(statement.target.id))
        if not touched:
            continue
        for name, classes in bases.items():
            if classes & touched and any(live.live_after(statement, other) for other in alike[name]):
                unsound.add(name)
    return unsound


def _holds_what_is_stored(target: gast.expr, facts: Facts) -> bool:
    """A container or an object keeps what is assigned to a part of it; an array copies it."""
    if isinstance(target, gast.Name):
        return False
    base = root_name(target)
    return isinstance(target, gast.Attribute) or base is None or not facts.of.get(base, Fact()).numeric


def _classes_of(origin: Origin, storage: Storage) -> set[str]:
    roots = {storage.content(base) if origin.how == "item" else storage.root(base) for base in origin.bases}
    return roots | {inside for root in roots for inside in storage.within(root)}


def _close(bases: dict[str, set[str]], storage: Storage) -> None:
    """A snapshot of a snapshot is one of what that is a view of."""
    snapshot_roots = {storage.root(name): name for name in bases}
    changed = True
    while changed:
        changed = False
        for classes in bases.values():
            for root in list(classes):
                other = snapshot_roots.get(root)
                if other is not None and not bases[other] <= classes:
                    classes |= bases[other]
                    changed = True


def _writes_of(statement: gast.stmt, storage: Storage, facts: Facts, callee: CalleeEffects | None) -> set[str]:
    probe = Storage(parent=storage.parent, contents=storage.contents)
    if isinstance(statement, gast.Assign) and not isinstance(statement.targets[0], gast.Name):
        base = root_name(statement.targets[0])
        if base is not None:
            probe.write(base)
    elif isinstance(statement, gast.AugAssign) and not isinstance(statement.target, gast.Name):
        note_augmented(statement, probe, facts, set())
    elif isinstance(statement, gast.AugAssign):
        assert isinstance(statement.target, gast.Name)
        if storage.root(statement.target.id) in storage.written:
            probe.write(statement.target.id)
    call = call_in(statement)
    if call is not None:
        probe.parent, probe.contents = dict(storage.parent), dict(storage.contents)
        note_call(call, probe, facts, callee)
    return probe.written
