"""Expressions to one operation on atoms, each operand in a temporary where it is an operation itself.

>>> # r = a * np.exp(-t)         r_neg = -t;  r_exp = np.exp(r_neg);  r = a * r_exp
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.naming import operation
from srcdiff.normalize.spelling import consumed, respelled
from srcdiff.normalize.trees import is_atom

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = [
    "attribute",
    "binary",
    "call",
    "dictionary",
    "formatted",
    "mutable_set",
    "sequence",
    "subscript",
    "unary",
]


def binary(flat: Flattener, node: gast.BinOp, stem: str, into: str | None) -> gast.expr:
    """`a * b + c`; down the left side by iteration, for sums of a thousand terms."""
    chain = [node]
    while isinstance(chain[-1].left, gast.BinOp) and not flat.purity.inert(chain[-1].left):
        chain.append(chain[-1].left)
    left = flat.atom(chain[-1].left, stem)
    while True:
        part = chain.pop()
        left = flat.keep(left, [part.right])
        result = flat.like(part, build.binary(left, part.op, flat.atom(part.right, stem)))
        if not chain:
            return result
        left = flat.name_for(result, f"{stem}_{operation(part)}")


def unary(flat: Flattener, node: gast.UnaryOp, stem: str, into: str | None) -> gast.expr:
    """`-a`, `~a`; the operand of `not` is a test."""
    if isinstance(node.op, gast.Not):
        return flat.plain(node, stem)
    return flat.like(node, gast.UnaryOp(node.op, flat.atom(node.operand, stem)))


def attribute(flat: Flattener, node: gast.Attribute, stem: str, into: str | None) -> gast.expr:
    """`a.attr`; `np.linalg.inv` stays whole."""
    if flat.purity.is_path(node):
        return node
    return flat.like(node, build.attribute(flat.atom(node.value, stem), node.attr))


def subscript(flat: Flattener, node: gast.Subscript, stem: str, into: str | None) -> gast.expr:
    """`a[index]`."""
    base = flat.keep(flat.atom(node.value, stem), [node.slice])
    return flat.like(node, build.subscript(base, flat.plain(node.slice, stem)))


def call(flat: Flattener, node: gast.Call, stem: str, into: str | None = None) -> gast.expr:
    """`f(a, *b, key=c, **d)`, `a.method(b)`; `super()` as `super(__class__, self)`."""
    other = respelled(flat, node)
    if other is not node:
        return flat.value(other, stem, into)
    if not node.args and not node.keywords and flat.purity.object_of(node.func) is super:
        first = [*flat.tree.args.posonlyargs, *flat.tree.args.args][:1]
        node = flat.like(node, build.call(node.func, build.name("__class__"), *(build.name(p.id) for p in first)))
    function = callee(flat, node.func, stem)
    values = [*node.args, *(keyword.value for keyword in node.keywords)]
    if flat.purity.constant_call(node) and not any(isinstance(value, gast.Starred) for value in values):
        arguments = flat.plains(values, stem)
    else:
        arguments = [_argument(flat, value, values[i + 1 :], stem) for i, value in enumerate(values)]
    count = len(node.args)
    keywords = [gast.keyword(k.arg, value) for k, value in zip(node.keywords, arguments[count:])]
    return flat.like(node, gast.Call(function, arguments[:count], keywords))


def callee(flat: Flattener, node: gast.expr, stem: str) -> gast.expr:
    """The function of a call: a name, a path, or the method of an atom."""
    if isinstance(node, gast.Name) or flat.purity.is_path(node):
        return node
    if isinstance(node, gast.Attribute):
        return flat.like(node, build.attribute(flat.atom(node.value, stem), node.attr))
    function = flat.atom(node, stem)
    return function if isinstance(function, gast.Name) else flat.name_for(function, f"{stem}_function")


def _argument(flat: Flattener, node: gast.expr, later: list[gast.expr], stem: str) -> gast.expr:
    if not isinstance(node, gast.Starred):
        return flat.keep(flat.atom(node, stem), later)
    atom = flat.atom(consumed(node.value), stem)
    if any(not flat.purity.plain(part) for part in later if not is_atom(part)):
        atom = flat.name_for(flat.call("tuple", atom), f"{stem}_arguments")  # unpacked before what follows
    return flat.like(node, gast.Starred(flat.keep(atom, later), gast.Load()))


def sequence(flat: Flattener, node: gast.Tuple | gast.List, stem: str, into: str | None = None) -> gast.expr:
    """`(a, b)`, `[a, b]`; with `*c` a list is put together."""
    if not any(isinstance(item, gast.Starred) for item in node.elts):
        return flat.like(node, type(node)(flat.atoms(node.elts, stem), gast.Load()))
    if len(node.elts) == 1:
        kind = "list" if isinstance(node, gast.List) else "tuple"
        return flat.call(kind, flat.atom(node.elts[0].value, stem))
    name = flat.names.fresh(f"{stem}_list")
    flat.emit(build.assign(name, gast.List([], gast.Load())))
    for item in node.elts:
        starred = isinstance(item, gast.Starred)
        atom = flat.atom(item.value if starred else item, stem)
        method = build.attribute(flat.read(name), "extend" if starred else "append")
        flat.emit(gast.Expr(build.call(method, atom)))
    return flat.read(name, node) if isinstance(node, gast.List) else flat.call("tuple", flat.read(name, node))


def mutable_set(flat: Flattener, node: gast.Set, stem: str, into: str | None) -> gast.expr:
    """`{a, b}` is `set([a, b])`."""
    items = flat.like(node, gast.List(node.elts, gast.Load()))
    return flat.call("set", flat.atom(items, stem))


def dictionary(flat: Flattener, node: gast.Dict, stem: str, into: str | None) -> gast.expr:
    """`{k: a}`; with `**d` a dictionary is put together."""
    if all(key is not None for key in node.keys):
        parts = flat.atoms([part for item in zip(node.keys, node.values) for part in item], stem)
        return flat.like(node, gast.Dict(parts[::2], parts[1::2]))
    name = flat.names.fresh(f"{stem}_dict")
    flat.emit(build.assign(name, gast.Dict([], [])))
    for key, value in zip(node.keys, node.values):
        if key is None:
            update = build.attribute(flat.read(name), "update")
            flat.emit(gast.Expr(build.call(update, flat.atom(value, stem))))
        else:
            key, value = flat.atoms([key, value], stem)
            flat.emit(build.assign(build.subscript(flat.read(name), key, gast.Store()), value))
    return flat.read(name, node)


def formatted(flat: Flattener, node: gast.JoinedStr, stem: str, into: str | None = None) -> gast.expr:
    """An f-string with effects in it: what stands before the last effect is formatted before it."""
    effects = [i for i, part in enumerate(node.values) if not flat.purity.plain(part)]
    parts = []
    for i, part in enumerate(node.values):
        if isinstance(part, gast.FormattedValue):
            part = _formatted_value(flat, part, stem)
            if i < effects[-1]:
                text = flat.like(part, gast.JoinedStr([part]))
                part = flat.like(part, gast.FormattedValue(flat.name_for(text, f"{stem}_text"), -1, None))
        parts.append(part)
    return flat.like(node, gast.JoinedStr(parts))


def _formatted_value(flat: Flattener, part: gast.FormattedValue, stem: str) -> gast.FormattedValue:
    if flat.purity.plain(part):
        return part
    specification = part.format_spec
    if specification is None or flat.purity.plain(specification):
        value = flat.plain(part.value, stem)
    else:
        value = flat.atom(part.value, stem)
        specification = formatted(flat, specification, stem)
    new: gast.FormattedValue = flat.like(part, gast.FormattedValue(value, part.conversion, specification))
    return new
