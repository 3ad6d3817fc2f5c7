"""Assignments to one name, one item or one attribute at a time, of a value that is complete before the first of them.

>>> # a, b = b, a                a_old = a;  a = b;  b = a_old
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.iterables import is_unordered
from srcdiff.normalize.naming import operation, stem_of
from srcdiff.normalize.spelling import consumed
from srcdiff.normalize.trees import clone, is_atom, names_in

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["annotated", "assignment", "bind", "store", "walrus"]


def assignment(flat: Flattener, statement: gast.Assign) -> None:
    """`a = b = value`."""
    bind_all(flat, statement.targets, statement.value)


def annotated(flat: Flattener, statement: gast.AnnAssign) -> None:
    """`a: float = value`; without a value nothing happens."""
    if statement.value is not None:
        bind_all(flat, [statement.target], statement.value)


def walrus(flat: Flattener, node: gast.NamedExpr, stem: str, into: str | None) -> gast.expr:
    """`(x := value)`."""
    if isinstance(node.target, gast.Name):
        bind(flat, node.target, node.value)
        return flat.read(node.target.id, node)
    atom = flat.atom(node.value, stem_of(node.target))
    store(flat, node.target, atom)  # a captured variable in its cell
    return flat.again(atom)


def bind_all(flat: Flattener, targets: Sequence[gast.expr], value: gast.expr) -> None:
    """Evaluate a value and bind it to the targets, from left to right."""
    if len(targets) == 1:
        bind(flat, targets[0], value)
        return
    first = targets[0]
    others = targets[1:]
    if isinstance(first, gast.Name) and not any(first.id in names_in([target]) for target in others):
        bind(flat, first, value)
        atom: gast.expr = flat.read(first.id, value)
    else:
        atom = flat.atom(value, stem_of(first))
        bound = names_in(targets)
        if isinstance(atom, gast.Name) and atom.id in bound:
            atom = flat.name_for(atom, f"{atom.id}_old")
        others = targets
    for target in others:
        bind(flat, target, flat.again(atom))


def bind(flat: Flattener, target: gast.expr, value: gast.expr) -> None:
    """Bind the value of an expression to one target of any form."""
    if isinstance(target, gast.Name):
        flat.assign(target.id, flat.value(value, target.id, _place_for(flat, target.id, value)))
    elif isinstance(target, (gast.Tuple, gast.List)):
        unpack(flat, target.elts, value)
    else:
        store(flat, target, flat.atom(value, stem_of(target)))


def _place_for(flat: Flattener, name: str, value: gast.expr) -> str | None:
    """The target, where a value of several statements may be built in it: no one may see it half done."""
    if flat.in_try:
        return None
    if isinstance(value, gast.IfExp):  # bound once, at the end of either branch
        return name
    if isinstance(value, _BUILT) and name not in names_in([value]):
        return name
    return None


_BUILT = (gast.Call, gast.ListComp, gast.DictComp, gast.Lambda)


def store(flat: Flattener, target: gast.expr, atom: gast.expr) -> None:
    """Bind an atom to one target; the container and the index of the target are evaluated now."""
    if isinstance(target, gast.Name):
        flat.assign(target.id, atom)
    elif isinstance(target, (gast.Tuple, gast.List)):
        unpack(flat, target.elts, atom)
    elif isinstance(target, gast.Attribute):
        atom = flat.keep(atom, [target.value])
        base = name_of(flat, target.value, stem_of(target))
        flat.emit(build.assign(flat.like(target, gast.Attribute(base, target.attr, gast.Store())), atom))
    else:
        atom = flat.keep(atom, [target])
        base = flat.keep(name_of(flat, target.value, stem_of(target)), [target.slice])
        index = flat.plain(target.slice, stem_of(target))
        flat.emit(build.assign(flat.like(target, build.subscript(base, index, gast.Store())), atom))


def name_of(flat: Flattener, node: gast.expr, stem: str) -> gast.expr:
    """A name for the object that is written into."""
    atom = flat.atom(node, stem)
    return atom if isinstance(atom, gast.Name) else flat.name_for(atom, stem)


def unpack(flat: Flattener, targets: Sequence[gast.expr], value: gast.expr) -> None:
    """`a, *b, (c, d) = value`."""
    if isinstance(value, (gast.Tuple, gast.List)) and not any(isinstance(v, gast.Starred) for v in value.elts):
        paired = _paired(targets, value)
        if paired is not None:
            _bind_pairs(flat, targets, paired)
            return
    atom = _whole(flat, targets, value)
    starred = [i for i, target in enumerate(targets) if isinstance(target, gast.Starred)]
    _check_length(flat, atom, len(targets) - len(starred), bool(starred))
    items = _items(flat, targets, atom)
    if all(isinstance(target, gast.Name) for target in targets):
        for target, item in zip(targets, items):
            bind(flat, target, item)
    else:
        atoms = flat.atoms(items, "item")
        for target, item in zip(targets, atoms):
            store(flat, target.value if isinstance(target, gast.Starred) else target, item)


def _paired(targets: Sequence[gast.expr], value: gast.Tuple | gast.List) -> list[gast.expr] | None:
    """The value of each target, where both sides are written out."""
    starred = [i for i, target in enumerate(targets) if isinstance(target, gast.Starred)]
    extra = len(value.elts) - len(targets)
    if not starred:
        return list(value.elts) if extra == 0 else None
    if extra < -1:
        return None
    i = starred[0]
    middle = gast.List(value.elts[i : i + extra + 1], gast.Load())
    return [*value.elts[:i], middle, *value.elts[i + extra + 1 :]]


def _bind_pairs(flat: Flattener, targets: Sequence[gast.expr], values: list[gast.expr]) -> None:
    """All values first, then the targets, from left to right."""
    simple = [isinstance(target, gast.Name) for target in targets]
    bound = [target.id if isinstance(target, gast.Name) else None for target in targets]
    read = set().union(*(names_in([value]) for value in values))
    if all(simple) and len(set(bound)) == len(bound) and not read & set(bound) and not flat.in_try:
        for target, value in zip(targets, values):  # no value can see a target: the order shows nowhere
            bind(flat, target, value)
        return
    atoms = []
    for i, (target, value) in enumerate(zip(targets, values)):
        flat.like(flat.at, value)
        last = i == len(values) - 1
        if last and simple[i] and not flat.in_try and not set(bound[:i]) & names_in([value]) and all(simple):
            atoms.append(value)  # evaluated where it is bound
        else:
            atoms.append(flat.keep(flat.atom(value, stem_of(target)), values[i + 1 :]))
    _snapshot(flat, targets, atoms)
    for target, atom in zip(targets, atoms):
        bind(flat, target.value if isinstance(target, gast.Starred) else target, atom)


def _snapshot(flat: Flattener, targets: Sequence[gast.expr], atoms: list[gast.expr]) -> None:
    """Keep what an earlier target rebinds before it is read."""
    kept: dict[str, str] = {}
    bound: set[str] = set()
    for i, target in enumerate(targets):
        atom = atoms[i]
        if isinstance(atom, gast.Name) and atom.id in bound:
            if atom.id not in kept:
                kept[atom.id] = flat.name_for(flat.again(atom), f"{atom.id}_old").id
            atoms[i] = flat.read(kept[atom.id], atom)
        bound |= {node.id for node in _stored(target)}


def _stored(target: gast.expr) -> list[gast.Name]:
    if isinstance(target, gast.Name):
        return [target]
    if isinstance(target, gast.Starred):
        return _stored(target.value)
    if isinstance(target, (gast.Tuple, gast.List)):
        return [name for item in target.elts for name in _stored(item)]
    return []


def _whole(flat: Flattener, targets: Sequence[gast.expr], value: gast.expr) -> gast.expr:
    """The value to be unpacked, in a variable that no target rebinds."""
    value = consumed(value)
    stem = operation(value) if is_atom(value) else _stem_of_value(value)
    atom = flat.value(value, stem)
    if not is_atom(atom):
        atom = flat.name_for(atom, stem)
    if is_unordered(flat, value):
        return flat.name_for(flat.call("list", atom), "items")
    if not isinstance(atom, gast.Name):
        return flat.name_for(atom, "items")
    rebound = {node.id for target in targets for node in _stored(target)}
    return flat.name_for(atom, f"{atom.id}_old") if atom.id in rebound else atom


def _stem_of_value(value: gast.expr) -> str:
    """`x_shape` for `x.shape`, `f_items` for `f(x)`."""
    if isinstance(value, gast.Attribute):
        return f"{stem_of(value.value)}_{value.attr}"
    return f"{operation(value)}_items"


def _check_length(flat: Flattener, atom: gast.expr, count: int, at_least: bool) -> None:
    """Raise what unpacking raises."""
    length = flat.call("len", flat.again(atom))
    test = gast.Compare(length, [gast.Lt() if at_least else gast.NotEq()], [build.constant(count)])
    more = f"at least {count}" if at_least else str(count)
    message = gast.JoinedStr(
        [
            build.constant(f"expected {more} values to unpack, got "),
            gast.FormattedValue(clone(length), -1, None),
        ]
    )
    error = flat.collect(lambda: flat.emit(gast.Raise(flat.call("ValueError", message), None)))
    flat.emit(gast.If(test, error, []))


def _items(flat: Flattener, targets: Sequence[gast.expr], atom: gast.expr) -> list[gast.expr]:
    """`v[0]`, `list(v[1:len(v) - 1])`, `v[len(v) - 1]`."""
    starred = next((i for i, target in enumerate(targets) if isinstance(target, gast.Starred)), None)
    items: list[gast.expr] = []
    for i in range(len(targets)):
        after = len(targets) - i - 1
        base = flat.again(atom)
        if starred is None or i < starred:
            index: gast.expr = build.constant(i)
        elif i > starred:
            index = gast.UnaryOp(gast.USub(), build.constant(after + 1))
        else:
            upper = gast.UnaryOp(gast.USub(), build.constant(after)) if after else None
            index = gast.Slice(build.constant(i) if i else None, upper, None)
        item = flat.like(atom, build.subscript(base, index))
        items.append(flat.call("list", item) if i == starred else item)
    return items
