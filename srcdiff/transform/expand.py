"""Expanding calls in place: inner functions, callbacks, partials, and objects that stay in the function.

A closure sees its function's variables, and a callback is known only where it is passed: such a call is replaced by the
body of what it calls, in core form, which has a single `return` at its end. What is not expanded is differentiated as a
pair (calls.py), or refused there.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator

import gast

from srcdiff import core
from srcdiff.analysis.structure import blocks, statements
from srcdiff.build import assign, is_name, name, names_read, statement_like, substitute
from srcdiff.names import Names
from srcdiff.transform.callables import Arguments, Escapes, Inner, Instance, Known, Partial, collects
from srcdiff.transform.instances import Objects, check_whole
from srcdiff.transform.module import Module
from srcdiff.transform.scope import Scope
from srcdiff.transform.splice import Splicer, with_value

__all__ = ["expand_calls"]

Block = list[gast.stmt]


class _Expander:
    def __init__(self, function: core.Function, names: Names, module: Module, whole: set[str]) -> None:
        self.scope = Scope(function, names, module)
        self.splicer = Splicer(self.scope, self.block)
        self.objects = Objects(self.scope, self.splicer, whole)

    def block(self, body: Block) -> Block:
        out: Block = []
        for statement in body:
            for made in self.statement(statement):
                out.append(made)
        return out

    def statement(self, statement: gast.stmt) -> Iterator[gast.stmt]:
        if isinstance(statement, gast.FunctionDef):
            yield from self.definition(statement)
            return
        statement = self.objects.attributes(statement)
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With, gast.Try)):
            yield self.compound(statement)
            return
        if isinstance(statement, gast.Assign) and is_name(statement.targets[0]):
            if self.note_alias(statement):
                return
        value = getattr(statement, "value", None)
        if isinstance(value, gast.Call):
            expanded = self.call(statement, value)
            if expanded is not None:
                yield from expanded
                return
        yield statement

    def compound(self, statement: gast.stmt) -> gast.stmt:
        new = type(statement)(*[getattr(statement, f, None) for f in statement._fields])
        gast.copy_location(new, statement)
        for field_name in ("body", "orelse", "finalbody"):
            inner = getattr(new, field_name, None)
            if inner:
                setattr(new, field_name, self.block(inner))
        return new

    def definition(self, node: gast.FunctionDef) -> Iterator[gast.stmt]:
        """An inner function: its defaults are evaluated now, its body where it is called."""
        defaults = list(node.args.defaults) + [d for d in node.args.kw_defaults if d is not None]
        if any(not isinstance(d, gast.Constant) for d in defaults):
            node = substitute(node, {})
            for index, default in enumerate(node.args.defaults):
                if not isinstance(default, gast.Constant):
                    held = self.scope.fresh(f"{node.name}_default")
                    yield statement_like(assign(held, default), node)
                    node.args.defaults[index] = name(held)
        if self.scope.bindings[node.name] <= 1:
            self.scope.static[node.name] = Inner(node)
        yield node

    def note_alias(self, statement: gast.Assign) -> bool:
        """`g = f` for a known function: another name of it. Whether the statement is done with."""
        target = statement.targets[0].id
        value = statement.value
        if self.scope.bindings[target] > 1 or not isinstance(value, (gast.Name, gast.Attribute)):
            return False
        found = self.scope.known(value)
        if isinstance(found, (Inner, Known, Partial, Instance)):
            self.scope.static[target] = found
            return isinstance(found, Instance)
        return False

    def call(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """The statements in the place of a call; None where it stays."""
        if self.is_partial(node) and isinstance(statement, gast.Assign) and is_name(statement.targets[0]):
            inner = self.scope.known(node.args[0]) or node.args[0]
            if self.scope.bindings[statement.targets[0].id] <= 1:
                held, before = self.held(node.args[1:], node.keywords, statement)
                self.scope.static[statement.targets[0].id] = Partial(inner, tuple(held[0]), tuple(held[1]))
                return before
        node = self.spread(node)
        found = self.scope.known(node.func)
        if isinstance(found, Partial):
            called = found.function
            combined = gast.Call(
                called if isinstance(called, gast.AST) else node.func,
                [*found.arguments, *node.args],
                [*found.keywords, *node.keywords],
            )
            gast.copy_location(combined, node)
            if isinstance(called, gast.AST):
                return self.again(statement, combined)
            return self.splicer.inline(statement, combined, called)
        if isinstance(found, Instance):
            method = self.scope.method(found, "__call__")
            return self.splicer.inline(statement, node, method) if method is not None else None
        if isinstance(found, Inner):
            return self.splicer.inline(statement, node, found)
        if isinstance(found, Known):
            if (
                isinstance(found.first, Instance)
                or self.takes_functions(node)
                or collects(found.function)
                or self.is_wanted(found)
            ):
                inlined = self.splicer.inline(statement, node, found)
                if inlined is not None:
                    return inlined
            return [with_value(statement, node)] if node is not statement.value else None
        made = self.objects.construct(statement, node)
        if made is None and node is not statement.value:
            return [with_value(statement, node)]
        return made

    def is_wanted(self, found: Known) -> bool:
        return found.function in self.scope.module.expanded

    def spread(self, node: gast.Call) -> gast.Call:
        """`f(*args, **kwargs)` with what was collected in their place."""
        if not any(isinstance(a, gast.Starred) for a in node.args) and all(k.arg is not None for k in node.keywords):
            return node
        arguments: list[gast.expr] = []
        keywords: list[gast.keyword] = []
        for argument in node.args:
            known = self.collected(argument.value) if isinstance(argument, gast.Starred) else None
            arguments += known.positional if known is not None else [argument]
        for keyword in node.keywords:
            known = self.collected(keyword.value) if keyword.arg is None else None
            keywords += known.keywords if known is not None else [keyword]
        return gast.copy_location(gast.Call(node.func, arguments, keywords), node)

    def collected(self, node: gast.expr) -> Arguments | None:
        found = self.scope.static.get(node.id) if isinstance(node, gast.Name) else None
        return found if isinstance(found, Arguments) else None

    def again(self, statement: gast.stmt, node: gast.Call) -> Block:
        new = with_value(statement, node)
        return self.block([new])

    def is_partial(self, node: gast.Call) -> bool:
        return self.scope.object_of(node.func) is functools.partial and bool(node.args)

    def held(
        self, arguments: list[gast.expr], keywords: list[gast.keyword], origin: gast.stmt
    ) -> tuple[tuple[list[gast.expr], list[gast.keyword]], Block]:
        """Arguments in variables that nothing binds again."""
        before: Block = []

        def hold(node: gast.expr) -> gast.expr:
            if isinstance(node, gast.Constant) or self.scope.known(node) is not None:
                return node
            variable = self.scope.fresh("partial_argument")
            before.append(statement_like(assign(variable, node), origin))
            return name(variable)

        return ([hold(a) for a in arguments], [gast.keyword(k.arg, hold(k.value)) for k in keywords]), before

    def takes_functions(self, node: gast.Call) -> bool:
        """Whether a function or an object made here is passed: what is called then depends on the call."""
        return any(
            isinstance(a, (gast.Name, gast.Attribute)) and self.is_function_valued(a)
            for a in [*node.args, *(k.value for k in node.keywords)]
        )

    def is_function_valued(self, node: gast.expr) -> bool:
        if self.scope.known(node) is not None:
            return True
        value = self.scope.object_of(node)
        return callable(value) and not isinstance(value, type)


def _drop_unused(body: Block) -> Block:
    """Inner functions that nothing refers to any more."""
    used: Counter[str] = Counter()
    for statement in statements(body):
        if not isinstance(statement, (gast.If, gast.For, gast.While, gast.With, gast.Try)):
            used.update(names_read(statement) - {getattr(statement, "name", None)})
        else:
            headers = [getattr(statement, f) for f in ("test", "iter") if hasattr(statement, f)]
            used.update(names_read([h for h in headers if isinstance(h, gast.AST)]))
    out: Block = []
    for statement in body:
        if isinstance(statement, gast.FunctionDef) and not used[statement.name]:
            continue
        for block in blocks(statement):
            block[:] = _drop_unused(block)
        out.append(statement)
    return out


def expand_calls(function: core.Function, names: Names, module: Module) -> core.Function:
    """The function with closures, callbacks, partials and local objects expanded."""
    whole: set[str] = set()
    for _ in range(20):
        expander = _Expander(function, names, module, whole)
        try:
            body = expander.block(function.body)
            check_whole(body, expander.scope)
        except Escapes as escaped:
            whole.add(str(escaped))
            continue
        while True:
            shorter = _drop_unused(body)
            if len(list(statements(shorter))) == len(list(statements(body))):
                break
            body = shorter
        return function.with_body(shorter)
    return function
