"""The body of a function in the place of a call of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcdiff.analysis.facts import Tag
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, call, constant, is_name, name, names_read, statement_like, substitute
from srcdiff.transform.callables import Inner, Known, arguments_of, bind, python_signature, signature_of
from srcdiff.transform.callees import core_of, source_or_none
from srcdiff.transform.scope import Scope

__all__ = ["Splicer", "renamed_copy", "with_value"]

Block = list[gast.stmt]
_DEPTH = 40


class Splicer:
    """Puts bodies in the place of calls.

    Attributes
    ----------
    block : callable
        Expands the calls in a body in their turn.
    stack : list
        The functions whose bodies are being expanded, each within the one before.
    """

    def __init__(self, scope: Scope, block: Callable[[Block], Block]) -> None:
        self.scope = scope
        self.block = block
        self.stack: list[Any] = []

    def inline(self, statement: gast.stmt, node: gast.Call, found: Any) -> Block | None:
        """The body of the callee, with the arguments in the place of its parameters."""
        target = found.node if isinstance(found, Inner) else found.function
        if target in self.stack or len(self.stack) > _DEPTH:
            return None
        if isinstance(found, Inner) and self.scope.is_recursive(found.node):
            return None  # it is lifted out
        if isinstance(found, Inner):
            body, parameters, own = found.node.body, signature_of(found.node), True
        else:
            if source_or_none(found.function) is None:
                return None
            callee = core_of(found.function)
            body, parameters, own = callee.body, python_signature(found.function), False
        first = [found.first] if isinstance(found, Known) and found.first is not None else []
        bound = bind(parameters, [*first, *node.args], node.keywords)
        if bound is None:
            return None
        renamed, before = self.renamed(body, bound, statement, None if own else found.function)
        self.stack.append(target)
        try:
            keep = isinstance(found, Inner) and found.here
            inlined = self.block([_at_line_of(s, statement, keep=keep) for s in renamed[:-1]])
            last = renamed[-1] if renamed else gast.Return(constant(None))
            if not isinstance(last, gast.Return):
                inlined += self.block([last])
                last = gast.Return(constant(None))
            result = self.result(statement, last.value if last.value is not None else constant(None))
        finally:
            self.stack.pop()
        return [*before, *inlined, *result]

    def result(self, statement: gast.stmt, value: gast.expr) -> Block:
        """Bind the callee's result to what the call was assigned to."""
        if isinstance(statement, gast.Expr):
            return []
        if isinstance(statement, gast.Return):
            return [with_value(statement, value)]
        out: Block = []
        value = self.flat(value, out, statement)
        new = with_value(statement, value)
        return [*out, *self.block([new])]

    def flat(self, value: gast.expr, out: Block, origin: gast.stmt) -> gast.expr:
        """A nested display as one of atoms."""
        if not isinstance(value, (gast.Tuple, gast.List)):
            return value
        items = []
        for item in value.elts:
            if isinstance(item, (gast.Tuple, gast.List, gast.Dict)):
                variable = self.scope.fresh("items")
                out.append(statement_like(assign(variable, self.flat(item, out, origin)), origin))
                item = name(variable)
            items.append(item)
        return type(value)(items, gast.Load())

    def renamed(self, body: Block, bound: dict[str, Any], origin: gast.stmt, foreign: Any) -> tuple[Block, Block]:
        """The callee's body in this function's names, and the statements that bind its parameters."""
        own = {n for s in statements(body) for n in bound_names(s)}
        captured = names_read([s for s in statements(body) if isinstance(s, gast.FunctionDef)])
        values: dict[str, gast.expr] = {}
        before: Block = []
        for parameter, argument in bound.items():
            lasting = parameter in captured and is_name(argument) and argument.id not in self.scope.stable
            self.bind_parameter(parameter, argument, own | {parameter} if lasting else own, values, before, origin)
        for local in sorted(own - set(bound)):
            fresh = self.scope.fresh(local)
            values[local] = name(fresh)
            self.scope.bindings[fresh] = sum(local in bound_names(s) for s in statements(body))
        if foreign is not None:
            self.scope.adopt(foreign, body, set(values) | set(bound), values)
        return [renamed_copy(s, values) for s in body], before

    def bind_parameter(
        self,
        parameter: str,
        argument: Any,
        own: set[str],
        values: dict[str, gast.expr],
        before: Block,
        origin: gast.stmt,
    ) -> None:
        """What stands for a parameter in the body: the argument itself, or a variable of its value."""
        if isinstance(argument, gast.Tuple) and any(isinstance(item, gast.Starred) for item in argument.elts):
            argument = self.joined(argument, before, origin)
        if parameter not in own and isinstance(argument, (gast.Tuple, gast.Dict)):
            fresh = self.scope.fresh(parameter)
            self.scope.static[fresh] = arguments_of(argument)
            before.append(statement_like(assign(fresh, argument), origin))
            values[parameter] = name(fresh)
            return
        known = self.scope.known(argument) if isinstance(argument, (gast.Name, gast.Attribute)) else None
        if known is not None and parameter not in own:
            fresh = self.scope.fresh(parameter)
            self.scope.static[fresh] = known
            values[parameter] = argument if isinstance(argument, gast.Name) else name(fresh)
            return
        if not isinstance(argument, gast.AST):
            argument = self.scope.literal(argument)
        tag = isinstance(argument, gast.Constant) and isinstance(argument.value, Tag)  # it may be called
        if parameter not in own and isinstance(argument, (gast.Name, gast.Constant)) and not tag:
            values[parameter] = argument
            return
        fresh = self.scope.fresh(parameter)
        self.scope.bindings[fresh] = 1 + (parameter in own)
        before.append(statement_like(assign(fresh, argument), origin))
        values[parameter] = name(fresh)

    def joined(self, display: gast.Tuple, before: Block, origin: gast.stmt) -> gast.expr:
        """`(a, *b)` as the sum of two tuples."""
        parts = [
            call("tuple", item.value) if isinstance(item, gast.Starred) else gast.Tuple([item], gast.Load())
            for item in display.elts
        ]

        def held(value: gast.expr) -> gast.expr:
            variable = self.scope.fresh("arguments")
            before.append(statement_like(assign(variable, value), origin))
            return name(variable)

        total, *rest = map(held, parts)
        for part in rest:
            total = held(gast.BinOp(total, gast.Add(), part))
        return total


def with_value(statement: gast.stmt, value: gast.expr) -> gast.stmt:
    """The statement with another value."""
    if isinstance(statement, gast.Return):
        new: gast.stmt = gast.Return(value)
    elif isinstance(statement, gast.Expr):
        new = gast.Expr(value)
    elif isinstance(statement, gast.AugAssign):
        new = gast.AugAssign(statement.target, statement.op, value)
    else:
        assert isinstance(statement, gast.Assign)
        new = gast.Assign(statement.targets, value, None)
    return gast.copy_location(new, statement)


def _at_line_of(statement: gast.stmt, origin: gast.stmt, *, keep: bool) -> gast.stmt:
    """A statement of a function from elsewhere belongs to the line of the call."""
    if not keep:
        for inner in gast.walk(statement):
            if isinstance(inner, gast.stmt):
                statement_like(inner, origin)
    return statement


def renamed_copy(node: Any, values: dict[str, gast.expr]) -> Any:
    """A copy in other names; what an inner function binds itself keeps its name."""
    if isinstance(node, gast.FunctionDef):
        own = {a.id for a in [*node.args.args, *node.args.posonlyargs, *node.args.kwonlyargs]}
        own |= {a.id for a in (node.args.vararg, node.args.kwarg) if a is not None}
        own |= {n for s in statements(node.body) for n in bound_names(s)}
        inside = {k: v for k, v in values.items() if k not in own}
        new = gast.FunctionDef(*[getattr(node, f, None) for f in node._fields])
        new.body = [renamed_copy(s, inside) for s in node.body]
        new.args = substitute(node.args, inside)
        new.args.defaults = [substitute(d, values) for d in node.args.defaults]  # of the scope around it
        new.args.kw_defaults = [substitute(d, values) if d is not None else None for d in node.args.kw_defaults]
        renamed = values.get(node.name)
        if isinstance(renamed, gast.Name):
            new.name = renamed.id
        return gast.copy_location(new, node)
    if isinstance(node, gast.stmt):
        new = type(node)(*[renamed_copy(getattr(node, f, None), values) for f in node._fields])
        return gast.copy_location(new, node)
    if isinstance(node, list):
        return [renamed_copy(item, values) for item in node]
    return substitute(node, values) if isinstance(node, gast.AST) else node
