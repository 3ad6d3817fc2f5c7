"""Augmented assignment: the container and the index of the target once and first, the old value before the right side.

`a[i] += f(a)` where `f` writes into `a` adds to the value that `a[i]` had before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.assignments import name_of
from srcdiff.normalize.naming import stem_of

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["augmented"]


def augmented(flat: Flattener, statement: gast.AugAssign) -> None:
    """`target op= value`."""
    target, value = statement.target, statement.value
    if isinstance(target, gast.Name):
        _name(flat, target, statement.op, value)
        return
    stem = stem_of(target)
    calm = flat.purity.calm(value)
    base = name_of(flat, target.value, stem)
    if isinstance(target, gast.Attribute):
        place: gast.expr = gast.Attribute(base, target.attr, gast.Store())
    else:
        base = flat.keep(base, [target.slice, value])
        index = flat.plain(target.slice, stem) if calm else flat.still(target.slice, stem, [value])
        place = build.subscript(base, index, gast.Store())
    flat.like(target, place)
    if calm:
        flat.emit(build.augment(place, statement.op, flat.atom(value, stem)))
        return
    read = flat.again(place)
    read.ctx = gast.Load()
    old = flat.name_for(read, f"{stem}_old")
    flat.emit(build.augment(old.id, statement.op, flat.atom(value, stem)))
    flat.emit(build.assign(place, flat.again(old)))


def _name(flat: Flattener, target: gast.Name, op: gast.operator, value: gast.expr) -> None:
    old = flat.keep(flat.read(target.id, target), [value])
    atom = flat.atom(value, target.id)
    flat.emit(build.augment(old.id, op, atom))
    flat.assign(target.id, flat.again(old))
