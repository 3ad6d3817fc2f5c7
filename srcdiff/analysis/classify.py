"""The storage classes of a function: its statements noted one by one, until the values among the names are settled."""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.liveness import Liveness
from srcdiff.analysis.origins import CalleeEffects
from srcdiff.analysis.sharing import call_in, note_augmented, note_binding, note_call
from srcdiff.analysis.snapshots import is_sole, looked_into, unsound_snapshots
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import statements

__all__ = ["aliases_of_containers", "classify"]


def classify(
    function: core.Function, facts: Facts, live: Liveness, callee: CalleeEffects | None = None, *, owned: bool = False
) -> Storage:
    """The storage classes of a function; `owned` says that it is to change its arguments as the primal does."""
    demoted: set[str] = set()
    in_place: set[str] = set(function.parameters) if owned else set()
    while True:
        storage = _classify_once(function, facts, callee, demoted, in_place)
        again = unsound_snapshots(function, facts, storage, live, callee) - demoted
        viewed = looked_into(function, facts, storage, callee)
        shared = {
            n for n in storage.updated if storage.root(n) in viewed or not is_sole(n, function, storage)
        } - in_place
        if not again and not shared:
            return storage
        demoted |= again
        in_place |= shared


def aliases_of_containers(function: core.Function, facts: Facts, storage: Storage) -> dict[str, frozenset[str]]:
    """For each container that is changed under one of several names, these names."""
    changed = {
        name
        for name in storage.parent
        if name in facts.of and not facts.of[name].numeric and storage.root(name) in storage.written
    }
    found: dict[str, frozenset[str]] = {}
    for name in changed:
        root = storage.root(name)
        names = {other for other in storage.members(name) if other in facts.of}
        names |= {other for other, classes in storage.viewed.items() if root in classes and other in facts.of}
        if len(names) > 1:
            found[name] = frozenset(names)
    return found


def _classify_once(
    function: core.Function, facts: Facts, callee: CalleeEffects | None, demoted: set[str], in_place: set[str]
) -> Storage:
    storage = Storage()
    for name in function.parameters:
        storage.root(name)
    for statement in statements(function.body):
        if isinstance(statement, gast.Assign):
            note_binding(statement, storage, facts, callee, demoted)
        elif isinstance(statement, gast.AugAssign):
            note_augmented(statement, storage, facts, in_place)
        call = call_in(statement)
        if call is not None:
            note_call(call, storage, facts, callee)
    return storage
