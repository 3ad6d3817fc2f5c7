"""`a.flat` under a name: what is read and written through it is read from, and written into, the array.

The name stands for the positions instead, which are indexed alike:

>>> # f = a.flat                 f = np.arange(a.size)
>>> # v = f[1:3]                 v = np.take(a, f[1:3])
>>> # f[1:3] = v                 np.put(a, f[1:3], v)
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import gast

from srcdiff import core
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import assign, attribute, is_name, name, subscript
from srcdiff.transform.writing_functions import put

if TYPE_CHECKING:
    from srcdiff.transform.inplace import Rewriter

__all__ = ["flat_names", "through_flat"]

Block = list[gast.stmt]


def flat_names(function: core.Function, facts: Facts) -> dict[str, str]:
    """The names that stand for `a.flat` and are only indexed or measured, with the arrays."""
    bound = Counter(v for s in statements(function.body) for v in bound_names(s))
    found: dict[str, str] = {}
    for statement in statements(function.body):
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            value, target = statement.value, statement.targets[0].id
            if isinstance(value, gast.Attribute) and value.attr == "flat" and isinstance(value.value, gast.Name):
                owner = value.value.id
                once = bound[target] == 1 and bound[owner] == (owner not in function.parameters)
                if once and owner in facts.of and facts.of[owner].numeric:
                    found[target] = owner
    if found:
        for taken in {n for s in statements(function.body) for n in _other_uses(s, found)}:
            found.pop(taken, None)
    return found


def _other_uses(statement: gast.stmt, names: dict[str, str]) -> list[str]:
    """The names that a statement uses otherwise than as `f[k]`, `f[k] = v` or `len(f)`."""
    measured = [n for n in gast.walk(statement) if isinstance(n, gast.Call) and is_name(n.func, "len")]
    allowed = {id(a) for n in measured for a in n.args}
    value = getattr(statement, "value", None)
    target = statement.targets[0] if isinstance(statement, gast.Assign) else getattr(statement, "target", None)
    allowed |= {id(part.value) for part in (value, target) if isinstance(part, gast.Subscript)}
    inner = [s for block in blocks(statement) for s in block]
    below = {id(n) for s in inner for n in gast.walk(s)}
    return [
        n.id
        for n in gast.walk(statement)
        if isinstance(n, gast.Name) and n.id in names and isinstance(n.ctx, gast.Load)
        if id(n) not in allowed and id(n) not in below
    ]


def through_flat(rewriter: Rewriter, statement: gast.Assign | gast.AugAssign) -> Block | None:
    """What stands for a statement that binds, reads or writes through `a.flat`; None for any other."""
    target = statement.targets[0] if isinstance(statement, gast.Assign) else statement.target
    if isinstance(target, gast.Name) and target.id in rewriter.flats:
        size = attribute(name(rewriter.flats[target.id]), "size")
        return [assign(target.id, gast.Call(rewriter.numpy("arange"), [size], []))]
    made: Block = []
    value = statement.value
    written = _array_of(rewriter, target)
    if written is not None:
        places = rewriter.temporary(f"{written}_places", subscript(target.value, target.slice), made)
        if isinstance(statement, gast.AugAssign):
            part = rewriter.temporary(f"{written}_part", _taken(rewriter, written, places), made)
            value = rewriter.temporary(f"{written}_new", gast.BinOp(part, statement.op, value), made)
        return [*made, *(put(rewriter, name(written), places, value) or ())]
    read = _array_of(rewriter, value)
    if read is None or not isinstance(target, gast.Name) or isinstance(statement, gast.AugAssign):
        return None
    places = rewriter.temporary(f"{read}_places", value, made)
    return [*made, assign(target.id, _taken(rewriter, read, places))]


def _array_of(rewriter: Rewriter, node: gast.expr) -> str | None:
    """The array whose `flat` an expression is a part of."""
    if isinstance(node, gast.Subscript) and is_name(node.value):
        return rewriter.flats.get(node.value.id)
    return None


def _taken(rewriter: Rewriter, array: str, places: gast.expr) -> gast.expr:
    return gast.Call(rewriter.numpy("take"), [name(array), places], [])
