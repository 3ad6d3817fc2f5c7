"""Tangents of lists, tuples, dictionaries and records: mirrors that change in step with them.

The mirror of a sequence is a list, that of a dictionary a dictionary, that of a record a dictionary by field name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from srcdiff import tangents
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.origins import call_target
from srcdiff.analysis.records import made_record
from srcdiff.analysis.structure import root_name
from srcdiff.build import attribute, call, constant, dotted, name, names_read, subscript

if TYPE_CHECKING:
    from srcdiff.transform.forward import Block, Forward
    from srcdiff.transform.forward_rules import Tangent

__all__ = ["call_tangent", "effect", "field_of", "is_mirrored_method"]

_SAME_ON_MIRROR = {
    "list": frozenset(("pop", "copy", "reverse", "clear", "append", "insert", "extend")),
    "dict": frozenset(("pop", "get", "copy", "setdefault", "values", "clear", "update")),
}
_EITHER = _SAME_ON_MIRROR["list"] | _SAME_ON_MIRROR["dict"]
_VALUE_POSITIONS = {"append": (0,), "insert": (1,), "extend": (0,), "get": (1,), "setdefault": (1,), "update": (0,)}
_WITHOUT_DERIVATIVE = frozenset(("index", "count", "keys"))


def field_of(fact: Fact, attr: str) -> gast.expr | None:
    """The index in a mirror of a record's or a named tuple's field; None where it has no such field."""
    if fact.kind in ("record", "tuple") and attr in fact.keys:
        return constant(attr if fact.kind == "record" else fact.keys.index(attr))
    return None


def is_mirrored_method(forward: Forward, node: gast.Call) -> bool:
    """Whether a call is of a method that does to a mirror what it does to the list or dictionary."""
    if not isinstance(node.func, gast.Attribute):
        return False
    owner = forward.setting.facts(node.func.value)
    methods = _SAME_ON_MIRROR.get(owner.kind, _EITHER if owner.kind == "anything" else frozenset())
    return node.func.attr in methods


def mirrored(forward: Forward, node: gast.Call) -> gast.expr:
    """The call of a method on the mirror, with tangents for what it puts in."""
    from srcdiff.transform.forward_rules import Tangent

    assert isinstance(node.func, gast.Attribute)
    method = node.func.attr
    tangent = Tangent(forward, root_name(node.func) or method)
    owner = tangent.operand(node.func.value)
    assert owner is not None
    positions = _VALUE_POSITIONS.get(method, ())
    if method == "pop" and forward.setting.facts(node.func.value).kind == "dict":
        positions = (1,)
    arguments = [tangent.operand_or_zero(a) if i in positions else a for i, a in enumerate(node.args)]
    keywords = [gast.keyword(k.arg, tangent.operand_or_zero(k.value)) for k in node.keywords]
    return gast.Call(attribute(owner, method), arguments, keywords)


def call_tangent(tangent: Tangent, node: gast.Call) -> Any:
    """The tangent of a call that makes, reads or changes a container; NotImplemented for other calls."""
    forward = tangent.forward
    setting = forward.setting
    function, _ = call_target(node, setting.facts)
    if isinstance(node.func, gast.Attribute) and setting.is_active(node.func.value):
        if is_mirrored_method(forward, node):
            return mirrored(forward, node)
        if setting.facts(node.func.value).kind in ("list", "dict", "anything") and node.func.attr == "items":
            values = call(attribute(tangent.operand_or_zero(node.func.value), "values"))
            return call(setting.helper(tangents.paired_tangents), values)
        if setting.facts(node.func.value).container and node.func.attr in _WITHOUT_DERIVATIVE:
            return None
    if is_mirrored_method(forward, node) and isinstance(node.func, gast.Attribute):
        if setting.facts(node.func.value).kind in _SAME_ON_MIRROR:
            return None  # what is in it does not reach the output
    made = made_record(node, setting.facts)
    if made is None and not isinstance(function, type):
        return NotImplemented
    if not any(setting.is_active(name(n)) for n in names_read([node.func, *node.args, *node.keywords])):
        return None
    if made is not None:
        return _constructed(tangent, node, made)
    if function in (list, tuple) and len(node.args) == 1:
        return call(dotted("list"), tangent.operand_or_zero(node.args[0]))
    if function is enumerate and len(node.args) == 1:
        return call(setting.helper(tangents.paired_tangents), tangent.operand_or_zero(node.args[0]))
    if function in (reversed, zip) and not node.keywords:
        return gast.Call(node.func, [tangent.operand_or_zero(a) for a in node.args], [])
    if function is dict and not node.args:
        items = [tangent.operand_or_zero(k.value) for k in node.keywords]
        return gast.Dict([constant(k.arg) for k in node.keywords], items)
    return NotImplemented


def _constructed(tangent: Tangent, node: gast.Call, made: dict[str, gast.expr]) -> gast.expr:
    """The mirror of a new object or named tuple."""
    items = {attr: _part(tangent, part) for attr, part in made.items()}
    if tangent.forward.setting.facts(node).kind == "tuple":
        return gast.List(list(items.values()), gast.Load())
    return gast.Dict([constant(attr) for attr in items], list(items.values()))


def _part(tangent: Tangent, part: gast.expr) -> gast.expr:
    """The tangent of what an attribute of a new object is made of: a variable, or an attribute that is taken over."""
    setting = tangent.forward.setting
    if not isinstance(part, gast.Attribute):
        return tangent.operand_or_zero(part)
    if not setting.is_active(part.value):
        return tangent.forward.zero(part)
    index = field_of(setting.facts(part.value), part.attr)
    assert index is not None
    return subscript(tangent.operand_or_zero(part.value), index)


def effect(forward: Forward, statement: gast.Expr, node: gast.Call) -> Block:
    """`items.append(v)` and its like: the same of the mirror."""
    setting = forward.setting
    assert isinstance(node.func, gast.Attribute)
    if not setting.is_active(node.func.value):
        return [statement]
    if not is_mirrored_method(forward, node):
        raise setting.unsupported(
            node, f"`.{node.func.attr}` on a container that carries a derivative", "Build a new one."
        )
    return [gast.Expr(mirrored(forward, node)), statement]
