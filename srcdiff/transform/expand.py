"""Expanding calls in place: inner functions, callbacks, partials, methods of objects that the function makes.

A closure sees its function's variables, and a callback is known only where it is passed: such a call is replaced by the
body of what it calls, in core form, which has a single `return` at its end. What is not expanded is differentiated as a
pair (calls.py), or refused there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import blocks, statements, with_blocks
from srcdiff.build import assign, is_name, name, names_read, statement_like, substitute
from srcdiff.names import Names
from srcdiff.transform.callables import Arguments, Inner, Known, collects, is_hashable
from srcdiff.transform.callees import makes_functions, source_or_none
from srcdiff.transform.makers import MAKERS, made_function
from srcdiff.transform.module import Module
from srcdiff.transform.scope import Findings, Scope
from srcdiff.transform.splice import Splicer, renamed_copy, with_value

__all__ = ["expand_calls", "without_unused_functions"]

Block = list[gast.stmt]


class _Expander:
    def __init__(self, scope: Scope, findings: Findings) -> None:
        self.scope = scope
        self.findings = findings
        self.splicer = Splicer(self.scope, self.block)
        self.path: tuple[tuple[gast.stmt, str], ...] = ()
        self.homes: dict[Any, tuple[tuple[gast.stmt, str], ...]] = {}

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
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With, gast.Try)):
            decided = self.decided(statement.test) if isinstance(statement, gast.If) else None
            if decided is not None:
                yield from self.block(statement.body if decided else statement.orelse)
                return
            yield self.compound(statement)
            return
        if isinstance(statement, gast.Assign) and is_name(statement.targets[0]):
            self.note_alias(statement)
        value = getattr(statement, "value", None)
        if isinstance(value, gast.Call):
            expanded = self.call(statement, value)
            if expanded is not None:
                yield from expanded
                return
        yield statement

    def compound(self, statement: gast.stmt) -> gast.stmt:
        """A statement with blocks."""
        outside = self.path

        def enter(new: gast.stmt, word: str) -> None:
            self.path = (*outside, (new, word))

        new = with_blocks(statement, self.block, enter)
        self.path = outside
        return new

    def decided(self, test: gast.expr) -> bool | None:
        """What `f is None` comes to where it is known whether there is a function; None where it is not."""
        if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
            way = self.decided(test.operand)
            return None if way is None else not way
        if isinstance(test, gast.Call) and len(test.args) == 1 and self.scope.object_of(test.func) is callable:
            return True if self.scope.known(test.args[0]) is not None else None
        if not isinstance(test, gast.Compare) or len(test.ops) != 1 or not _is_none(test.comparators[0]):
            return None
        if not isinstance(test.ops[0], (gast.Is, gast.IsNot)):
            return None
        left = test.left
        missing = _is_none(left) if isinstance(left, gast.Constant) else None
        missing = True if is_name(left) and left.id in self.scope.missing else missing
        if missing is None and (self.scope.known(left) is not None or callable(self.scope.object_of(left))):
            missing = False
        return None if missing is None else missing == isinstance(test.ops[0], gast.Is)

    def definition(self, node: gast.FunctionDef) -> Iterator[gast.stmt]:
        """An inner function: its defaults are evaluated now, its body where it is called."""
        before: Block = []

        def held(default: gast.expr | None) -> gast.expr | None:
            stem = f"{node.name}_default"
            return default if default is None else self.held(default, stem, before, node)

        arguments = substitute(node.args, {})
        arguments.defaults = [held(default) for default in node.args.defaults]
        arguments.kw_defaults = [held(default) for default in node.args.kw_defaults]
        if before:
            parts = {field: getattr(node, field, None) for field in node._fields}
            node = gast.copy_location(gast.FunctionDef(**{**parts, "args": arguments}), node)
        yield from before
        if self.scope.bindings[node.name] <= 1:
            found = Inner(node)
            self.scope.static[node.name] = found
            self.homes[found] = self.path
        yield node

    def note_alias(self, statement: gast.Assign) -> None:
        """`g = f` for a known function: another name of it."""
        target = statement.targets[0].id
        value = statement.value
        if self.scope.bindings[target] > 1 or not isinstance(value, (gast.Name, gast.Attribute)):
            return
        found = self.scope.known(value)
        if isinstance(found, (Inner, Known)) and self.is_the_only(found):
            self.scope.static[target] = found
        value = self.scope.object_of(value)
        if found is None and callable(value):
            self.scope.aliases[target] = value

    def is_the_only(self, found: Any) -> bool:
        """Whether what was made here is still the only one wherever a name that is bound now is read.

        One that is made in a loop is another one on the next trip, where a name may still mean the last one.
        """
        home = self.homes.get(found, ())
        return self.path == home or not any(isinstance(around, (gast.For, gast.While)) for around, _ in home)

    def call(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """The statements in the place of a call; None where it stays."""
        made = self.made(statement, node)
        if made is not None:
            return made
        if self.scope.note_module(statement, node):
            return []
        node = self.spread(node)
        found = self.scope.known(node.func)
        if isinstance(found, Inner):
            return self.splicer.inline(statement, node, found)
        if isinstance(found, Known):
            if (
                (found.first is not None and not isinstance(node.func, gast.Attribute))
                or self.takes_functions(node)
                or collects(found.function)
                or self.is_wanted(found)
                or (source_or_none(found.function) is not None and makes_functions(found.function))
            ):
                inlined = self.splicer.inline(statement, node, found)
                if inlined is not None:
                    return inlined
            return [with_value(statement, node)] if node is not statement.value else None
        return [with_value(statement, node)] if node is not statement.value else None

    def is_wanted(self, found: Known) -> bool:
        module = self.scope.module
        return found.function in module.expanded | module.inlined | self.findings.wanted

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
        """What stands in `*args` or `**kwargs`, as far as it is known; the last value of a key counts."""
        if isinstance(node, gast.Dict):
            found: dict[str, gast.keyword] = {}
            for key, value in zip(node.keys, node.values, strict=True):
                inside = self.collected(value) if key is None else None
                if key is None and inside is None:
                    return None
                parts = inside.keywords if inside is not None else [gast.keyword(key.value, value)]
                found |= {part.arg: part for part in parts}
            return Arguments(keywords=tuple(found.values()))
        known = self.scope.static.get(node.id) if isinstance(node, gast.Name) else None
        return known if isinstance(known, Arguments) else None

    def made(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """`f = functools.partial(g, a)` and its like as the definition of a function, its arguments evaluated now."""
        maker = self.scope.object_of(node.func)
        if not is_hashable(maker) or maker not in MAKERS or not isinstance(statement, gast.Assign):
            return None
        target = statement.targets[0]
        if not is_name(target) or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        before: Block = []
        arguments = [self.held(a, "argument", before, statement) for a in node.args]
        keywords = [gast.keyword(k.arg, self.held(k.value, "argument", before, statement)) for k in node.keywords]
        title = target.id if self.scope.bindings[target.id] <= 1 else self.scope.fresh(f"{target.id}_{maker.__name__}")
        function = made_function(maker, title, arguments, keywords, self.scope.literal)
        if function is None:
            return None
        for inner in statements([function, *function.body]):
            statement_like(inner, statement)
        made: Block = [function]
        if title != target.id:
            made.append(with_value(statement, name(title)))
        return [*before, *self.block(made)]

    def held(self, node: gast.expr, stem: str, before: Block, origin: gast.stmt) -> gast.expr:
        """An atom, or a variable of its value that nothing binds again."""
        if isinstance(node, gast.Constant) or self.scope.known(node) is not None:
            return node
        if self.scope.object_of(node) is not None or (is_name(node) and node.id in self.findings.settled):
            return node
        variable = self.scope.fresh(stem)
        self.findings.settled.add(variable)
        before.append(statement_like(assign(variable, node), origin))
        return name(variable)

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


def _is_none(node: gast.expr) -> bool:
    return isinstance(node, gast.Constant) and node.value is None


def _drop_unused(body: Block, kept: set[str]) -> Block:
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
        if isinstance(statement, gast.FunctionDef) and not used[statement.name] and statement.name not in kept:
            continue
        for block in blocks(statement):
            block[:] = _drop_unused(block, kept)
        out.append(statement)
    return out


def without_unused_functions(body: Block, kept: set[str]) -> Block:
    """The body without inner functions that nothing refers to any more, but for those that are `kept`."""
    while True:
        count = len(list(statements(body)))
        body = _drop_unused(body, kept)
        if len(list(statements(body))) == count:
            return body


def expand_calls(
    function: core.Function, parameters: dict[str, Fact], names: Names, module: Module, findings: Findings
) -> core.Function:
    """The function with closures, callbacks, partials, and calls that are wanted so, expanded."""
    scope = Scope(function, names, module)
    note_callbacks(scope, parameters)
    body = _Expander(scope, findings).block(function.body)
    if scope.renamed:
        body = [renamed_copy(statement, scope.renamed) for statement in body]
    return function.with_body(without_unused_functions(body, findings.kept))


def note_callbacks(scope: Scope, parameters: dict[str, Fact]) -> None:
    """Functions that are arguments are known now, and so is where None stands in the place of one."""
    for parameter, fact in parameters.items():
        if parameter in scope.stable and fact.kind == "function" and len(fact.functions) == 1:
            found = scope.as_known(fact.functions[0])
            if found is not None:
                scope.static[parameter] = found
            else:
                scope.aliases[parameter] = fact.functions[0]
        if parameter in scope.stable and fact.kind == "opaque" and fact.type is type(None):
            scope.missing.add(parameter)
