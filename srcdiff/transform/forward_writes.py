"""Writes, and what they do to tangents: the same write, of the tangent of what is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gast

from srcdiff import runtime, tangents
from srcdiff.analysis.activity import carriers
from srcdiff.analysis.origins import call_target, origin_of
from srcdiff.analysis.structure import root_name, statements
from srcdiff.build import assign, attribute, augment, call, constant, name, names_read, subscript, substitute
from srcdiff.rules import registry
from srcdiff.transform import forward_containers
from srcdiff.transform.forward_rules import OUTPUT, Tangent, refuse_positional_out, tangent_of
from srcdiff.transform.scatter import ScatterAdd
from srcdiff.transform.setting import Setting, expanding

if TYPE_CHECKING:
    from srcdiff.transform.forward import Block, Forward

__all__ = [
    "augment_part",
    "augment_variable",
    "copies",
    "effect",
    "lost_effect",
    "scatter",
    "store",
    "written_parameters",
]


def copies(forward: Forward) -> Block:
    """Copies of the parameters that the primal writes into, and of their tangents."""
    setting = forward.setting
    made: Block = []
    for parameter in written_parameters(setting):
        if parameter in setting.owned_parameters:
            continue
        fact = setting.fact(parameter)
        plain = fact.numeric and not _has_maybe_views(forward, parameter)
        made.append(assign(parameter, _copied(forward, parameter, tangents.own_copy, plain, name(parameter))))
        if parameter in setting.wrt and parameter in setting.active:
            dot = forward.dot_name(parameter)
            value = _copied(forward, parameter, tangents.own_tangent, plain, name(dot), name(parameter))
            made.append(assign(dot, value))
    return made


def _copied(
    forward: Forward, parameter: str, helper: Callable[..., Any], plain: bool, value: gast.expr, *others: gast.expr
) -> gast.expr:
    """A copy; `helper` makes one that keeps the memory layout, where that matters."""
    setting = forward.setting
    if not plain:
        return call(setting.helper(helper), value, *others)
    if setting.fact(parameter).kind == "array":
        return call(attribute(value, "copy"))
    return call(setting.helper(runtime.copy), value)


def written_parameters(setting: Setting) -> list[str]:
    """The parameters that the primal writes into."""
    storage = setting.storage
    arrays = [p for p in setting.function.parameters if p in storage.parent and setting.fact(p).kind != "number"]
    return [p for p in arrays if _is_written(setting, p) or p in storage.updated]


def _is_written(setting: Setting, parameter: str) -> bool:
    storage = setting.storage
    if storage.is_buffer(parameter):
        return True
    return not setting.fact(parameter).numeric and storage.holds_written(parameter)


def _has_maybe_views(forward: Forward, parameter: str) -> bool:
    setting = forward.setting
    root = setting.storage.root(parameter)
    for statement in statements(setting.function.body):
        if isinstance(statement, gast.Assign):
            origin = origin_of(statement.value, setting.facts, setting.effects)
            if origin.how == "maybe view" and any(setting.storage.root(b) == root for b in origin.bases):
                return True
    return False


# Items.


def dotted_path(forward: Forward, node: gast.expr) -> gast.expr:
    """`a.b[k]` as a path into the mirror of `a`."""
    if isinstance(node, gast.Name):
        return name(forward.dot_name(node.id))
    if isinstance(node, gast.Subscript):
        return subscript(dotted_path(forward, node.value), node.slice)
    assert isinstance(node, gast.Attribute)
    fact = forward.setting.facts(node.value)
    element = forward_containers.field_of(fact, node.attr)
    if element is not None:
        return subscript(dotted_path(forward, node.value), element)
    if fact.numeric and node.attr in ("real", "imag", "T", "flat"):
        return attribute(dotted_path(forward, node.value), node.attr)
    refusal = forward.setting.unsupported(
        node,
        f"setting the attribute `.{node.attr}` of something that carries a derivative",
        "Make a new object instead.",
    )
    raise expanding(forward.setting, node.value, refusal)


def _stored(node: gast.expr) -> gast.expr:
    """A path as the target of an assignment."""
    if isinstance(node, gast.Attribute):
        return gast.Attribute(node.value, node.attr, gast.Store())
    assert isinstance(node, gast.Subscript)
    return subscript(node.value, node.slice, gast.Store())


def _read(target: gast.expr) -> gast.expr:
    if isinstance(target, gast.Attribute):
        return gast.Attribute(target.value, target.attr, gast.Load())
    assert isinstance(target, gast.Subscript)
    return subscript(target.value, target.slice)


def store(forward: Forward, statement: gast.Assign, target: gast.expr) -> Block:
    """`a[k] = v` or `a.b = v`."""
    setting = forward.setting
    base = root_name(target)
    if base not in setting.active:
        _refuse_lost(forward, statement, statement.value, base)
        return [statement]
    tangent = tangent_of(forward, base or "item", statement.value)
    value = tangent.value
    if value is None:
        inner = setting.facts(target.value) if isinstance(target, gast.Subscript) else None
        elementwise = inner is not None and inner.numeric
        value = constant(0.0) if elementwise else forward.zero(statement.value)
    elif not tangent.full and not (isinstance(target, gast.Subscript) and setting.facts(target.value).numeric):
        value = Tangent(forward, base or "item").operand_or_zero(statement.value)
    made = assign(_stored(dotted_path(forward, _read(target))), value)
    return [*tangent.statements, substitute(made, forward.cheap), statement]


def _refuse_lost(forward: Forward, statement: gast.stmt, value: gast.expr, base: str | None) -> None:
    """A tangent that is stored where there is none would be lost."""
    setting = forward.setting
    active = any(v in forward.varied for v in carriers(value, setting.facts))
    if active and base is not None and not setting.fact(base).differentiable:
        raise setting.unsupported(
            statement,
            f"storing a value that carries a derivative into `{base}`, which holds no floats",
            "Make it a float array.",
        )


def lost_effect(forward: Forward, value: gast.expr) -> Block:
    """What a call does to a container, where its result carries no derivative: `n = items.pop()`."""
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute):
        active = forward.setting.is_active(value.func.value)
        if active and value.func.attr in ("pop", "setdefault", "popitem"):
            return [
                made for made in forward_containers.effect(forward, gast.Expr(value), value) if made.value is not value
            ]
    return []


def augment_part(forward: Forward, statement: gast.AugAssign, target: gast.expr) -> Block:
    """`a[k] op= v` or `a.b op= v`."""
    setting = forward.setting
    base = root_name(target)
    if base not in setting.active:
        _refuse_lost(forward, statement, statement.value, base)
        return [statement]
    part = _read(target)
    path = _stored(dotted_path(forward, part))
    tangent = Tangent(forward, base or "item")
    value_dot = tangent.operand(statement.value)
    if isinstance(statement.op, (gast.Add, gast.Sub)):
        added = [] if value_dot is None else [augment(path, statement.op, value_dot)]
        return [*(substitute(s, forward.cheap) for s in added), statement]
    if value_dot is None and isinstance(statement.op, (gast.Mult, gast.Div)):
        return [augment(path, statement.op, statement.value), statement]
    return [*_recomputed(forward, statement, part, path, base or "item"), statement]


def _recomputed(forward: Forward, statement: gast.AugAssign, part: gast.expr, path: gast.expr, stem: str) -> Block:
    """The tangent of `part op v` computed before it is stored: operands may overlap."""
    setting = forward.setting
    operand = setting.names.fresh(f"{stem}_part")
    dot = setting.names.fresh(f"{stem}_part_dot")
    fact = setting.facts(part)
    setting.facts.of[operand], setting.facts.of[dot] = fact, setting.facts(_read(path))
    setting.active.add(operand)
    forward.dots[operand] = dot
    value = gast.copy_location(gast.BinOp(name(operand), statement.op, statement.value), statement)
    tangent = tangent_of(forward, stem, value)
    setting.active.discard(operand)
    assert tangent.value is not None
    output = gast.BinOp(part, statement.op, statement.value)
    values = {operand: part, dot: _read(path), OUTPUT: output, **forward.cheap}
    owner = setting.facts(part.value) if isinstance(part, gast.Subscript) else None
    new = tangent.value
    if not (owner is not None and owner.numeric) and fact.kind != "number":  # an array in a list is changed in place
        new = _written_or_new(forward, _read(path), new)
    made = [*tangent.statements, assign(path, new)]
    return [substitute(s, values) for s in made]


def _written_or_new(forward: Forward, path: gast.expr, value: gast.expr) -> gast.expr:
    helper = forward.setting.helper(tangents.written_or_new)
    forward.setting.writing_calls.add(helper)
    return call(helper, path, value)


def scatter(forward: Forward, statement: ScatterAdd) -> Block:
    """`np.add.at(a, index, v)`: the same of the tangents."""
    setting = forward.setting
    target = statement.target
    assert isinstance(target, gast.Subscript)
    assert isinstance(target.value, gast.Name)
    base = target.value.id
    plain = gast.Expr(statement.written_as)
    if base not in setting.active:
        _refuse_lost(forward, statement, statement.value, base)
        return [plain]
    value = Tangent(forward, base).operand(statement.value)
    if value is None:
        return [plain]
    made = call(statement.written_as.func, name(forward.dot_name(base)), target.slice, value)
    return [substitute(gast.Expr(made), forward.cheap), plain]


# Variables.


def augment_variable(forward: Forward, statement: gast.AugAssign, target: str) -> Block:
    """`x op= v`."""
    setting = forward.setting
    dot = forward.dot_name(target)
    fact = setting.fact(target)
    tangent = Tangent(forward, target)
    value_dot = tangent.operand(statement.value)
    linear = isinstance(statement.op, (gast.Add, gast.Sub))
    buffer = target in setting.storage.parent and setting.storage.is_buffer(target)
    shared = fact.kind != "number" and buffer
    if fact.container:
        value_dot = tangent.operand_or_zero(statement.value)
        return [augment(dot, statement.op, value_dot if linear else statement.value), statement]
    if linear and value_dot is None:
        grows = fact.kind not in ("number", "array") and setting.facts(statement.value).kind != "number"
        if not grows or shared:
            return [statement]
        value_dot = forward.zero(statement.value)
    if linear:
        assert value_dot is not None
        return [*(substitute(s, forward.cheap) for s in [augment(dot, statement.op, value_dot)]), statement]
    if value_dot is None and isinstance(statement.op, (gast.Mult, gast.Div)):
        if fact.kind in ("number", "array") or shared or setting.facts(statement.value).kind == "number":
            return [augment(dot, statement.op, statement.value), statement]
    value = gast.copy_location(gast.BinOp(name(target), statement.op, statement.value), statement)
    tangent = tangent_of(forward, target, value)
    if tangent.value is None:
        return [statement, assign(dot, forward.zero(name(target)))]
    new = tangent.value
    if shared and fact.kind == "array":
        made: Block = [assign(subscript(name(dot), constant(Ellipsis), gast.Store()), new)]
    else:
        new = _written_or_new(forward, name(dot), new) if shared else new
        made = [assign(dot, new)]
    made = [*tangent.statements, *made]
    made = [substitute(s, {OUTPUT: value, **forward.cheap}) for s in made]
    return [*made, statement]


# Calls for their effect.


def effect(forward: Forward, statement: gast.Expr, node: gast.Call) -> Block:
    """A call whose result is not used."""
    setting = forward.setting
    base = node.func.value if isinstance(node.func, gast.Attribute) else None
    if base is not None and setting.facts(base).container and root_name(base) in setting.facts.of:
        return forward_containers.effect(forward, statement, node)
    function, arguments = call_target(node, setting.facts)
    rule = registry.lookup(function) if function is not None else None
    refuse_positional_out(forward, node, function, arguments)
    if (rule is not None and not rule.writes) or forward.calls.site(node, setting.facts) is not None:
        return [statement]
    touched = names_read([node.func, *arguments, *node.keywords])
    if touched & forward.varied:
        raise setting.unsupported(
            node,
            f"a call of `{gast.unparse(node.func).strip()}`, which may write into what carries a derivative",
            "Assign to a slice, or register a rule for it with @srcdiff.tangent.",
        )
    return [statement]
