"""What a function stores into attributes of objects that others see: variables, whose values are stored as well.

>>> # self.params = params               self_params = params;  set_attribute(self, "params", self_params)
>>> # y = self.exog @ self.params        y = self.exog @ self_params

The object itself carries no derivative: what is read from it is what was stored, so the variable says it all. That
holds as long as the object has one name, and the function reads its attributes itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import gast

from srcdiff import core, runtime
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import assign, attribute, call, constant, is_name, name, statement_like, store
from srcdiff.names import Names
from srcdiff.transform.module import Module

__all__ = ["stores_in_variables"]

Block = list[gast.stmt]
_DEPTH = 4


def stores_in_variables(
    function: core.Function,
    parameters: dict[str, Fact],
    names: Names,
    module: Module,
    object_of: Callable[[gast.expr], Any],
) -> Block | None:
    """The body with variables for what it stores into objects of classes that are expanded; None without such."""
    body = function.body
    for variable, value in _objects(function, parameters, module, object_of):
        known = module.stored.setdefault(variable, {})
        stored = _stored(body, variable) | known.keys()
        if not stored or not _is_read_by_attributes_alone(body, variable) or _leads_back(value):
            continue
        loads: Block = []
        for attr in sorted(stored - known.keys()):
            known[attr] = names.fresh(f"{variable.lstrip('_')}_{attr.lstrip('_')}")
            module.fields.add(known[attr])
            if not _is_stored_first(body, variable, attr) and (value is None or hasattr(value, attr)):
                load = assign(known[attr], attribute(name(variable), attr))
                loads.append(statement_like(load, body[0]))
        inside = [s for s in statements(body) if not _is_load(s, variable, known)]
        if loads or any(n.attr in known for s in inside for n in _own_attributes(s, variable)):
            helper = module.refer(runtime.set_attribute, "set_attribute", names.taken)
            names.reserve(helper)
            body = [*loads, *_block(body, variable, known, helper)]
    return body if body is not function.body else None


def _objects(
    function: core.Function, parameters: dict[str, Fact], module: Module, object_of: Callable[[gast.expr], Any]
) -> Iterator[tuple[str, Any]]:
    """The names of objects of classes that are expanded, with the objects where these are known."""
    bound = {n for s in statements(function.body) for n in bound_names(s)}
    for parameter, fact in parameters.items():
        if fact.kind == "anything" and fact.type in module.expanded and parameter not in bound:
            yield parameter, fact.value
    free = {n.value.id for n in _all_attributes(function.body) if isinstance(n.value, gast.Name)}
    for variable in sorted(free - bound - set(function.parameters)):
        value = object_of(name(variable))
        if value is not None and type(value) in module.expanded:
            yield variable, value


def _stored(body: Block, variable: str) -> set[str]:
    """The attributes that are stored, but for those that are only set to or counted up by constants."""
    found = set()
    for statement in statements(body):
        if isinstance(statement, (gast.Assign, gast.AugAssign)) and not isinstance(statement.value, gast.Constant):
            found |= {n.attr for n in _attributes([statement], variable) if isinstance(n.ctx, gast.Store)}
    return found


def _is_load(statement: gast.stmt, variable: str, known: dict[str, str]) -> bool:
    """Whether a statement binds the variable of an attribute to what the attribute was at first."""
    return (
        isinstance(statement, gast.Assign)
        and isinstance(statement.value, gast.Attribute)
        and is_name(statement.value.value, variable)
        and is_name(statement.targets[0], known.get(statement.value.attr, ""))
    )


def _own_attributes(statement: gast.stmt, variable: str) -> Iterator[gast.Attribute]:
    """The attributes in a statement, not counting the blocks in it."""
    inside = {id(n) for block in blocks(statement) for n in _attributes(block, variable)}
    return (n for n in _attributes([statement], variable) if id(n) not in inside)


def _all_attributes(body: Block) -> Iterator[gast.Attribute]:
    return (n for s in body for n in gast.walk(s) if isinstance(n, gast.Attribute))


def _attributes(body: Block, variable: str) -> Iterator[gast.Attribute]:
    return (n for n in _all_attributes(body) if is_name(n.value, variable))


def _is_read_by_attributes_alone(body: Block, variable: str) -> bool:
    """Whether the object is nowhere needed whole, but for what stores into it."""
    whole = sum(is_name(n, variable) for s in body for n in gast.walk(s))
    stores = sum(_is_publication(s, variable) for s in statements(body))
    return whole == stores + sum(True for _ in _attributes(body, variable))


def _is_publication(statement: gast.stmt, variable: str) -> bool:
    value = getattr(statement, "value", None)
    if not isinstance(statement, gast.Expr) or not isinstance(value, gast.Call):
        return False
    return is_name(value.func) and value.func.id.startswith("set_attribute") and is_name(value.args[0], variable)


def _is_stored_first(body: Block, variable: str, attr: str) -> bool:
    """Whether the first statement that mentions an attribute stores it, whatever happens."""
    for statement in body:
        mentions = [n for n in _attributes([statement], variable) if n.attr == attr]
        if mentions:
            return isinstance(statement, gast.Assign) and isinstance(mentions[0].ctx, gast.Store)
    return False


def _leads_back(value: Any, depth: int = _DEPTH) -> bool:
    """Whether an object can be reached from itself: then it has other names."""
    seen: list[Any] = [value]
    pending = [(item, 1) for item in _inside(value)]
    while pending:
        item, level = pending.pop()
        if item is value and value is not None:
            return True
        if level < depth and not any(item is other for other in seen):
            seen.append(item)
            pending += [(inner, level + 1) for inner in _inside(item)]
    return False


def _inside(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple, set)):
        return list(value)[:64]
    if isinstance(value, dict):
        return list(value.values())[:64]
    return list(getattr(value, "__dict__", {}).values()) if not isinstance(value, type) and value is not None else []


def _block(body: Block, variable: str, known: dict[str, str], helper: str) -> Block:
    out: Block = []
    for statement in body:
        if _is_load(statement, variable, known):
            out.append(statement)
            continue
        new = copy.copy(statement)
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With, gast.Try)):
            for field in statement._fields:
                part: Any = getattr(statement, field, None)
                nested = field in ("body", "orelse", "finalbody") and part
                changed = _block(part, variable, known, helper) if nested else _replaced(part, variable, known)
                setattr(new, field, changed)
            out.append(new)
            continue
        new = _replaced(statement, variable, known)
        out.append(new)
        for node in _attributes([statement], variable):
            if isinstance(node.ctx, gast.Store) and node.attr in known:
                published = call(helper, name(variable), constant(node.attr), name(known[node.attr]))
                out.append(statement_like(gast.Expr(gast.copy_location(published, statement)), statement))
    return out


def _replaced(node: Any, variable: str, known: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_replaced(item, variable, known) for item in node]
    if not isinstance(node, gast.AST):
        return node
    if isinstance(node, gast.Attribute) and is_name(node.value, variable) and node.attr in known:
        stands = known[node.attr]
        return gast.copy_location(name(stands) if isinstance(node.ctx, gast.Load) else store(stands), node)
    new = copy.copy(node)
    for field in node._fields:
        setattr(new, field, _replaced(getattr(node, field, None), variable, known))
    return new
