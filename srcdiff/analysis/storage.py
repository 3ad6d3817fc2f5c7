"""Storage classes: which variables may share memory, and which memory is ever written.

Unification (Steensgaard 1996, "Points-to analysis in almost linear time"): one class per allocation, parameter and
their contents; aliases, views, maybe-views, what is stored into and loaded from a container unify. A class that nothing
writes into is a *value*; any other is a *buffer*.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.liveness import Liveness
from srcdiff.analysis.records import made_record
from srcdiff.analysis.structure import MUTATING_METHODS, root_name, statements
from srcdiff.rules import registry

__all__ = ["CallEffects", "Origin", "Storage", "classify", "origin_of"]


@dataclass(frozen=True)
class CallEffects:
    """What a call does to memory: which arguments it writes into, which its result may share memory with."""

    writes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    stores: bool = False


@dataclass(frozen=True)
class Origin:
    """Where the memory of an expression's value comes from.

    `how` is "fresh", "alias", "view", "maybe view", "item" (of a container), "repack" (a new container of the same
    items), "display" (a new container of these variables), "record" (of these, and of fields of a record) or
    "unknown"; `bases` are the variables concerned.
    """

    how: str
    bases: tuple[str, ...] = ()


FRESH = Origin("fresh")
CalleeEffects = Callable[[gast.Call], CallEffects | None]


def holds_memory(fact: Fact) -> bool:
    """Whether a value of this kind may share memory with another: numbers and constants do not."""
    return fact.kind not in ("number", "opaque", "function")


def is_basic_index(index: gast.expr, facts: Facts) -> bool:
    """Whether an index is made of integers, slices, None and Ellipsis for certain: it makes a view or an element."""
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    for part in parts:
        if isinstance(part, gast.Slice):
            continue
        if isinstance(part, gast.Constant) and (part.value is None or part.value is Ellipsis):
            continue
        fact = facts(part)
        if fact.kind == "number" and fact.letter in "iu":
            continue
        if fact.kind == "opaque" or (fact.kind == "tuple" and all_integers(fact)):
            continue
        return False
    return True


def all_integers(fact: Fact) -> bool:
    """Whether a tuple holds integers alone."""
    return fact.item is not None and fact.item.kind == "number" and fact.item.letter in "iu"


def _is_fancy(index: gast.expr, facts: Facts) -> bool:
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    for part in parts:
        if isinstance(part, (gast.Slice, gast.Constant)):
            continue
        fact = facts(part)
        if fact.kind in ("array", "list") or (fact.letter == "b" and fact.numeric):
            return True
    return False


_REPACK: set[Any] = {list, tuple, sorted, reversed, zip, enumerate, dict, set, iter, map, filter}


def origin_of(node: gast.expr, facts: Facts, callee: CalleeEffects | None = None) -> Origin:
    """Where the memory of the value of `node` comes from."""
    if isinstance(node, gast.Name):
        return Origin("alias", (node.id,)) if holds_memory(facts(node)) else FRESH
    if isinstance(node, gast.Subscript):
        return _origin_of_subscript(node, facts)
    if isinstance(node, gast.Attribute):
        return _origin_of_attribute(node, facts)
    if isinstance(node, (gast.Tuple, gast.List, gast.Dict)):
        return _origin_of_items(node.values if isinstance(node, gast.Dict) else node.elts, facts)
    if isinstance(node, gast.BinOp):
        fact = facts(node)
        if fact.kind in ("list", "tuple"):
            return Origin("repack", tuple(n.id for n in (node.left, node.right) if isinstance(n, gast.Name)))
        return FRESH
    if isinstance(node, gast.IfExp):
        return Origin("unknown", tuple(n.id for n in (node.body, node.orelse) if isinstance(n, gast.Name)))
    if isinstance(node, gast.Call):
        return _origin_of_call(node, facts, callee)
    return FRESH


def _origin_of_items(items: list[gast.expr], facts: Facts) -> Origin:
    """Where the items of a new container come from: variables, or the fields of a record."""
    names = [root_name(item) for item in items if not isinstance(item, gast.Attribute) or holds_memory(facts(item))]
    bases = tuple(n for n in names if n is not None and holds_memory(facts.of.get(n, Fact())))
    taken = any(isinstance(item, gast.Attribute) for item in items)
    return Origin("record" if taken else "display", bases)


def _origin_of_subscript(node: gast.Subscript, facts: Facts) -> Origin:
    base = root_name(node)
    if base is None or not holds_memory(facts(node)):
        return FRESH
    owner = facts(node.value)
    if owner.container:
        return Origin("repack" if isinstance(node.slice, gast.Slice) else "item", (base,))
    if not owner.numeric:
        return Origin("unknown", (base,))
    if _is_fancy(node.slice, facts):
        return FRESH
    if is_basic_index(node.slice, facts):
        return Origin("view", (base,))
    return Origin("maybe view", (base,))


def _origin_of_attribute(node: gast.Attribute, facts: Facts) -> Origin:
    base = root_name(node)
    if base is None or not holds_memory(facts(node)) or node.attr in ("shape", "size", "ndim", "dtype"):
        return FRESH
    owner = facts(node.value)
    if owner.container:
        return Origin("item", (base,))
    return Origin("view" if owner.numeric else "unknown", (base,))


def _arguments(node: gast.Call) -> list[gast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def call_target(node: gast.Call, facts: Facts) -> tuple[Any, list[gast.expr]]:
    """The function that a call is known to call, with the object of a method as its first argument.

    A method of something that is an array, or is taken for one, is `numpy.ndarray`'s; None where it is not known.
    """
    try:
        return facts.object_of(node.func), list(node.args)
    except LookupError:
        pass
    if isinstance(node.func, gast.Attribute):
        owner = facts(node.func.value)
        table: Any = {"list": list, "dict": dict, "tuple": tuple}.get(owner.kind)
        if owner.numeric:
            table = np.ndarray
        if table is None:
            return _ruled_method(owner, node.func.attr), [node.func.value, *node.args]
        return getattr(table, node.func.attr, None), [node.func.value, *node.args]
    return None, list(node.args)


def _ruled_method(owner: Fact, attr: str) -> Any:
    """The method of an object whose class is known, if there is a rule for it: `logger.debug`."""
    cls = owner.type if owner.value is None else type(owner.value)
    method = inspect.getattr_static(cls, attr, None) if isinstance(cls, type) else None
    return method if registry.lookup(method) is not None else None


def _names(nodes: list[gast.expr], facts: Facts) -> tuple[str, ...]:
    found = []
    for node in nodes:
        for part in gast.walk(node):
            if isinstance(part, gast.Name) and part.id in facts.of and holds_memory(facts.of[part.id]):
                found.append(part.id)  # noqa: PERF401
    return tuple(found)


def _origin_of_call(node: gast.Call, facts: Facts, callee: CalleeEffects | None) -> Origin:
    made = made_record(node, facts)
    if made is not None:
        return _origin_of_items(list(made.values()), facts)
    function, arguments = call_target(node, facts)
    out = next((k.value for k in node.keywords if k.arg == "out"), None)
    if out is not None:
        return Origin("alias", _names([out], facts))
    if function is not None:
        try:
            if function in _REPACK or (function is copy.copy and arguments and not facts(arguments[0]).numeric):
                return Origin("repack", _names(arguments, facts))
            if function is np.ndarray.tolist:
                return FRESH
        except TypeError:
            pass
        if function in (list.pop, dict.get, dict.pop, dict.setdefault):
            return Origin("item", _names(arguments[:1], facts))
        if function in (list.copy, dict.copy, dict.items, dict.values, dict.keys):
            return Origin("repack", _names(arguments[:1], facts))
        rule = registry.lookup(function)
        if rule is not None:
            if rule.result == "fresh" or not arguments:
                return FRESH
            how = "view" if rule.result == "view" else "maybe view"
            return Origin(how, _names(arguments[:1], facts))
    effects = callee(node) if callee is not None else None
    if effects is not None:
        return Origin("unknown", effects.aliases) if effects.aliases else FRESH
    receiver = [node.func.value] if isinstance(node.func, gast.Attribute) else []
    return Origin("unknown", _names([*receiver, *_arguments(node)], facts))


@dataclass
class Storage:
    """The storage classes of one function.

    Attributes
    ----------
    parent : dict
        Union-find over variables (and `contents(...)` of classes).
    written : set of str
        Representatives of the classes that are written into.
    snapshots : set of str
        Variables that look like views of a buffer, but are read only before it is written again: values.
    updated : set of str
        Variables whose array is changed by `name op= value` alone, and that share it with nothing: values that are
        computed in place.
    viewed : dict
        Snapshot to the classes that it looks into.
    """

    parent: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    snapshots: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    viewed: dict[str, set[str]] = field(default_factory=dict)

    def root(self, name: str) -> str:
        """The representative of a variable's class."""
        parent = self.parent
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def content(self, name: str) -> str:
        """The class of what a container holds."""
        root = self.root(name)
        if root not in self.contents:
            self.contents[root] = f"contents({root})"
        return self.root(self.contents[root])

    def unite(self, a: str, b: str) -> None:
        """One class of two, and of what they hold."""
        pending = [(a, b)]
        while pending:
            left, right = (self.root(x) for x in pending.pop())
            if left == right:
                continue
            self.parent[right] = left
            if right in self.written:
                self.written.discard(right)
                self.written.add(left)
            inside = self.contents.pop(right, None)
            if inside is not None:
                if left in self.contents:
                    pending.append((self.contents[left], inside))
                else:
                    self.contents[left] = inside

    def write(self, name: str) -> None:
        """Note that the class of a variable is written into."""
        self.written.add(self.root(name))

    def is_buffer(self, name: str) -> bool:
        """Whether a variable's memory is ever written."""
        return name not in self.snapshots and self.root(name) in self.written

    def holds_written(self, name: str) -> bool:
        """Whether what a container holds, at any depth, is written into."""
        return any(True for _ in self.written_within(name))

    def written_within(self, name: str) -> Iterator[str]:
        """The classes that are written into among what a container holds, at any depth."""
        return (root for root in self.within(name) if root in self.written)

    def within(self, name: str) -> Iterator[str]:
        """The classes of what a container holds, at any depth."""
        root, seen = self.root(name), set[str]()
        while root in self.contents and root not in seen:
            seen.add(root)
            root = self.root(self.contents[root])
            yield root

    def cell(self, name: str) -> str | None:
        """The name under which liveness knows the contents of a buffer; None for a value."""
        return f"*{self.root(name)}" if self.is_buffer(name) else None

    def alike(self, names: Iterable[str]) -> dict[str, list[str]]:
        """For each of these variables, the variables of its class."""
        classes: dict[str, list[str]] = {}
        for other in list(self.parent):
            classes.setdefault(self.root(other), []).append(other)
        return {name: classes.get(self.root(name), [name]) for name in names}

    def members(self, name: str) -> list[str]:
        """The variables of a class."""
        root = self.root(name)
        return [other for other in self.parent if not other.startswith("contents(") and self.root(other) == root]


def classify(
    function: core.Function, facts: Facts, live: Liveness, callee: CalleeEffects | None = None, *, owned: bool = False
) -> Storage:
    """The storage classes of a function; `owned` says that it is to change its arguments as the primal does."""
    demoted: set[str] = set()
    in_place: set[str] = set(function.parameters) if owned else set()
    while True:
        storage = _classify_once(function, facts, callee, demoted, in_place)
        again = _unsound_snapshots(function, facts, storage, live, callee) - demoted
        viewed = _viewed(function, facts, storage, callee)
        shared = {
            n for n in storage.updated if storage.root(n) in viewed or not _is_sole(n, function, storage)
        } - in_place
        if not again and not shared:
            return storage
        demoted |= again
        in_place |= shared


def _viewed(function: core.Function, facts: Facts, storage: Storage, callee: CalleeEffects | None) -> set[str]:
    """Classes that snapshots look into: their arrays may change in place only if the reverse sweep changes them back."""  # noqa: E501
    found: set[str] = set()
    if not storage.updated:
        return found
    for statement in statements(function.body):
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            if statement.targets[0].id in storage.snapshots:
                found |= _classes_of(origin_of(statement.value, facts, callee), storage)
    return found


def _is_sole(name: str, function: core.Function, storage: Storage) -> bool:
    """An array under one name only, in no container: changing it in place is changing the variable."""
    root = storage.root(name)
    if root in storage.written:
        return False
    if any(storage.root(content) == root for content in storage.contents.values()):
        return False
    members = set(storage.members(name)) - storage.snapshots
    return members == {name}


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
            _assign(statement, storage, facts, callee, demoted)
        elif isinstance(statement, gast.AugAssign):
            _augment(statement, storage, facts, in_place)
        call = _call_in(statement)
        if call is not None:
            _call(call, storage, facts, callee)
    return storage


def _call_in(statement: gast.stmt) -> gast.Call | None:
    value = getattr(statement, "value", None)
    return value if isinstance(value, gast.Call) else None


def _assign(
    statement: gast.Assign, storage: Storage, facts: Facts, callee: CalleeEffects | None, demoted: set[str]
) -> None:
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
        elif origin.how == "display":
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


def _augment(statement: gast.AugAssign, storage: Storage, facts: Facts, in_place: set[str]) -> None:
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


def _call(node: gast.Call, storage: Storage, facts: Facts, callee: CalleeEffects | None) -> None:
    function, arguments = call_target(node, facts)
    for keyword in node.keywords:
        if keyword.arg == "out":
            for name in _names([keyword.value], facts):
                storage.write(name)
    if (
        isinstance(node.func, gast.Attribute)
        and node.func.attr in MUTATING_METHODS
        and not _is_module_path(node, facts)
    ):
        base = root_name(node.func.value)
        if base is not None:
            storage.write(base)
            for name in _names(_arguments(node), facts):
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
                for name in _names([arguments[index]], facts):
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
    if effects.stores:
        names = _names(_arguments(node), facts)
        for name in names[1:]:
            storage.unite(names[0], name)
            storage.unite(storage.content(names[0]), names[0])


def _is_module_path(node: gast.Call, facts: Facts) -> bool:
    try:
        facts.object_of(node.func)
    except LookupError:
        return False
    return True


def _unsound_snapshots(
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
            elif origin.how in ("display", "record", "repack", "unknown") or _holds_what_is_stored(target, facts):
                escaping.update(origin.bases)
        call = _call_in(statement)
        if call is not None and isinstance(call.func, gast.Attribute) and call.func.attr in MUTATING_METHODS:
            escaping.update(_names(_arguments(call), facts))  # the container keeps what it is given
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
        _augment(statement, probe, facts, set())
    elif isinstance(statement, gast.AugAssign):
        assert isinstance(statement.target, gast.Name)
        if storage.root(statement.target.id) in storage.written:
            probe.write(statement.target.id)
    call = _call_in(statement)
    if call is not None:
        probe.parent, probe.contents = dict(storage.parent), dict(storage.contents)
        _call(call, probe, facts, callee)
    return probe.written
