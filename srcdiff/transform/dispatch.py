"""Functions as values: a call of one becomes a branch over which function it is.

What a variable or an item of a container may hold is a fact (`Fact.functions`). A function of a library or a module
stays the object that it is, and is told by `f is np.sin`. An inner function that is a value becomes its name, as a
string; one that is made in a loop, anew on each trip, a tuple of its name and what it captures (closures.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.facts import Fact, Tag
from srcdiff.analysis.inference import Facts, infer
from srcdiff.analysis.structure import MUTATING_METHODS, blocks, statements, with_blocks
from srcdiff.build import assign, call, constant, is_name, name, names_read, statement_like, subscript
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import NeedsKind
from srcdiff.transform.callables import is_hashable
from srcdiff.transform.callees import find_callee
from srcdiff.transform.calls import Calls
from srcdiff.transform.closures import Closures, holds_inner
from srcdiff.transform.definitions import free_names
from srcdiff.transform.scope import Findings, Scope
from srcdiff.transform.splice import renamed_copy, with_value
from srcdiff.transform.spread import Spread, is_starred

__all__ = ["Dispatch"]

Block = list[gast.stmt]

_CONTAINERS = frozenset((len, list, tuple, dict, reversed, enumerate, zip, range, bool))
_METHODS = frozenset(attr for kind in (np.ndarray, list, tuple, dict, str, float, complex, set) for attr in dir(kind))


class Dispatch:
    """One run over a function."""

    def __init__(
        self, function: core.Function, parameters: dict[str, Fact], scope: Scope, calls: Calls, findings: Findings
    ) -> None:
        self.function = function
        self.parameters = parameters
        self.scope = scope
        self.calls = calls
        self.findings = findings
        self.locals = set(function.parameters) | set(scope.bindings)
        self.changed = False

    def rewritten(self) -> core.Function | None:
        """The function with calls of known sets of functions taken apart; None where there is nothing to do."""
        calls = [s.value for s in statements(self.function.body) if _calls(s)]
        if not any(map(self.is_site, calls)) and not self.hands_on():
            return None
        wanted = len(self.findings.wanted)
        self.facts = infer(self.function, self.parameters, self.result_fact, helpers=self.scope.adopted)
        known = self.known_by_other_names()
        if known is not None:
            return self.function.with_body(known)
        self.spread = Spread(self.scope, self.facts)
        sites = [s.value for s in statements(self.function.body) if _calls(s) and self.is_site(s.value)]
        called = [fact for fact in (self.called(node) for node in sites) if fact is not None]
        self.closures = Closures(self.function, self.facts, self.scope, self.findings, called)
        self.refuse_inspected()
        body = self.closures.converted(self.block(self.function.body))
        if not self.changed and len(self.findings.wanted) == wanted:
            idle = self.idle()
            return self.function.with_body(self.closures.named(idle, body)) if idle else None
        return self.function.with_body([*self.closures.first, *body])

    def refuse_inspected(self) -> None:
        """Refuse what needs to see a function itself where a name stands in its place."""
        for statement in statements(self.function.body):
            if isinstance(statement, gast.FunctionDef):
                continue
            for node in _own_expressions(statement):
                if isinstance(node, gast.Attribute) and self.is_tagged(self.facts(node.value)):
                    self.refuse_use(node, f"the attribute `.{node.attr}`")
                if not isinstance(node, gast.Call) or _stores(node) or self.is_handed_over(node):
                    continue
                for argument in [*node.args, *(k.value for k in node.keywords)]:
                    if isinstance(argument, gast.Name) and self.is_tagged(self.facts(argument)):
                        self.refuse_use(node, f"`{gast.unparse(node.func).strip()}`")

    def is_tagged(self, fact: Fact) -> bool:
        """Whether a value is an inner function that its name stands for."""
        if fact.kind == "tuple" and fact.items:
            return any(isinstance(f, Tag) for f in fact.items[0].functions)
        return any(isinstance(f, (gast.FunctionDef, Tag)) and self.closures.tag_of(f) for f in fact.functions)

    def is_handed_over(self, node: gast.Call) -> bool:
        """Whether a call passes its arguments on as they are: to what will be expanded, or to a container."""
        fact = self.facts(node.func)
        return any(isinstance(f, (gast.FunctionDef, Tag)) for f in fact.functions) or any(
            f in _CONTAINERS or self.scope.as_known(f) is not None for f in fact.functions if is_hashable(f)
        )

    def refuse_use(self, node: gast.expr, what: str) -> None:
        """A function that is told by its name is asked for something that only a function has."""
        raise self.function.source.unsupported(
            node,
            f"{what} of an inner function that is chosen at run time",
            "Define the function at module level.",
        )

    def known_by_other_names(self) -> Block | None:
        """The body with inner functions that call one of their number under another name calling it by its own.

        That is how a decorated function calls itself. None where there is no such name.
        """
        inner = {s.name: s for s in statements(self.function.body) if isinstance(s, gast.FunctionDef)}
        values: dict[str, gast.expr] = {}
        for variable, fact in self.facts.of.items():
            for only in fact.functions if len(fact.functions) == 1 and variable not in inner else ():
                if not any(only is node for node in inner.values()):
                    continue
                if not (free_names(only) & set(self.scope.bindings)) - self.scope.stable - {variable, only.name}:
                    values[variable] = name(only.name)
        again = {n for n, s in inner.items() if free_names(s) & set(values) and n not in self.findings.kept}
        if not again:
            return None

        def block(body: Block) -> Block:
            return [
                renamed_copy(s, values)
                if isinstance(s, gast.FunctionDef) and s.name in again
                else with_blocks(s, block)
                for s in body
            ]

        return block(self.function.body)

    def idle(self) -> set[str]:
        """Inner functions that are kept as values, though nothing is left that calls these: their names will do."""
        body = self.function.body
        inner = {s.name: s for s in statements(body) if isinstance(s, gast.FunctionDef)}
        needed = names_read([s for s in statements(body) if isinstance(s, gast.Return)])
        kept: set[str] = set()
        for statement in statements(body):
            if isinstance(statement, gast.FunctionDef) or any(True for _ in blocks(statement)):
                continue
            value = getattr(statement, "value", None)
            if not isinstance(value, gast.Call):
                kept |= names_read(statement) & set(inner)
                continue
            given = [*value.args, *(k.value for k in value.keywords)]
            if _stores(value):
                kept |= names_read(given) & set(inner)
            else:
                needed |= {n for n, node in inner.items() if any(_may_be(self.facts(a), node) for a in given)}
                needed |= names_read(value.func)
        return kept - needed - self.findings.kept

    def result_fact(self, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
        """The fact of a call's result; where functions go in or come out, the call will be expanded."""
        given = [*arguments, *(facts(k.value) for k in node.keywords)]
        passed = any(holds_inner(fact) for fact in given)
        found = None if passed else self.calls.result_fact(node, arguments, facts)
        if passed or holds_inner(found):
            callee = find_callee(node, facts)
            if callee is not None:
                self.findings.wanted.add(callee.function)
            return None
        return found

    # Which calls are meant.

    def is_site(self, node: gast.Call) -> bool:
        """Whether a call is one of a value, or of arguments that have to be taken apart."""
        return is_starred(node) or self.is_value(node.func)

    def is_value(self, function: gast.expr) -> bool:
        """Whether what is called is a variable, or something in one that is no method of data."""
        if isinstance(function, gast.Attribute):
            root: gast.expr = function
            while isinstance(root, gast.Attribute):
                root = root.value
            return is_name(root) and root.id in self.locals and function.attr not in _METHODS
        return isinstance(function, gast.Name) and function.id in self.locals

    def called(self, node: gast.Call) -> Fact | None:
        """What a call calls, if that is a set of functions to choose from at run time; None otherwise."""
        if not self.is_value(node.func):
            return None
        fact = self.facts(node.func)
        if is_name(node.func) and node.func.id in self.function.parameters and fact.kind == "numeric":
            raise NeedsKind([node.func.id], self.function.source.place(node))
        if fact.kind == "tuple" and fact.items and fact.items[0].functions:
            return fact.items[0] if isinstance(fact.items[0].functions[0], Tag) else None
        if fact.kind != "function" or not fact.functions:
            return None
        only = fact.functions[0] if len(fact.functions) == 1 else None
        if isinstance(only, gast.FunctionDef) and is_name(node.func, only.name):
            return None  # a definition under its own name
        if any(isinstance(f, (gast.FunctionDef, Tag)) and not self.is_own(f) for f in fact.functions):
            raise self.function.source.unsupported(
                node,
                "a call of an inner function of another function, which passes it on",
                "Define it at module level, and pass what it captures as arguments.",
            )
        return fact

    def is_own(self, function: gast.FunctionDef | Tag) -> bool:
        """Whether an inner function is one of this function's."""
        if isinstance(function, Tag):
            return function in self.findings.closures
        return any(function is s for s in statements(self.function.body))

    def hands_on(self) -> bool:
        """Whether an inner function is passed to a call, or kept in a variable that may be."""
        inner = {s.name for s in statements(self.function.body) if isinstance(s, gast.FunctionDef)}
        plain = [s for s in statements(self.function.body) if not any(True for _ in blocks(s))]
        return bool(inner) and any(
            inner & names_read(s.value.args if _calls(s) else s.value)
            for s in plain
            if isinstance(s, (gast.Assign, gast.Expr))
        )

    # Statements.

    def block(self, body: Block) -> Block:
        """A body with the calls in it taken apart."""
        out: Block = []
        for statement in body:
            out += self.statement(statement)
        return out

    def statement(self, statement: gast.stmt) -> Block:
        """What stands in the place of a statement."""
        if isinstance(statement, gast.FunctionDef):
            return [statement]
        if any(True for _ in blocks(statement)):
            return [with_blocks(statement, self.block)]
        if not _calls(statement):
            return [statement]
        node = statement.value
        if is_starred(node):
            spread = self.spread.statement(statement, node)
            if spread is not None:
                self.changed = True
                return spread
        fact = self.called(node)
        return [statement] if fact is None else self.chosen(statement, node, fact)

    def chosen(self, statement: gast.stmt, node: gast.Call, fact: Fact) -> Block:
        """The branch over the functions that a call may call."""
        self.changed = True
        before: Block = []
        function = node.func
        if not isinstance(function, gast.Name):
            held = self.scope.fresh(getattr(function, "attr", "function"))
            before.append(assign(held, function))
            function = name(held)
        branches = [(self.test(function, f), self.branch(statement, node, function, f)) for f in fact.functions]
        rest: Block = [self.unexpected(function)] if fact.listed else branches.pop()[1]
        for test, body in reversed(branches):
            rest = [gast.If(test, body, rest)]
        made = [*before, *rest]
        for inner in statements(made):
            statement_like(inner, statement)
        return made

    def test(self, function: gast.Name, candidate: Any) -> gast.expr:
        """Whether it is this function."""
        tag = self.closures.tag_of(candidate)
        if tag is not None:
            value = subscript(function, constant(0)) if self.closures.has_slots(candidate) else function
            return gast.Compare(value, [gast.Eq()], [constant(tag)])
        if isinstance(candidate, gast.FunctionDef):
            return gast.Compare(function, [gast.Is()], [name(candidate.name)])
        operator = gast.Is() if _has_identity(candidate) else gast.Eq()
        return gast.Compare(function, [operator], [self.scope.reference(candidate)])

    def branch(self, statement: gast.stmt, node: gast.Call, function: gast.Name, candidate: Any) -> Block:
        """The call of one of them."""
        called, before = self.closures.opened(candidate, function)
        if called is None:
            called = self.scope.reference(candidate)
        made = gast.copy_location(gast.Call(called, list(node.args), list(node.keywords)), node)
        return [*before, with_value(statement, made)]

    def unexpected(self, function: gast.Name) -> gast.stmt:
        """What another function than those that were there when the text was made leads to."""
        message = f"`{function.id}` is a function that was not there when this derivative was made"
        return gast.Raise(call("TypeError", constant(message)), None)

    def refused(self) -> UnsupportedError:
        """The refusal where functions make functions without end."""
        node = next(s.value for s in statements(self.function.body) if _calls(s) and self.called(s.value) is not None)
        error: UnsupportedError = self.function.source.unsupported(
            node,
            "a function that is made of functions, of how many is known only at run time",
            "Keep the numbers that they capture in a list, and call one function for each.",
        )
        return error


def _may_be(fact: Fact, node: gast.FunctionDef) -> bool:
    """Whether a value may be, or contain, an inner function: it may where nothing is known."""
    if any(f is node for f in fact.functions):
        return True
    if fact.functions or fact.numeric or fact.kind == "opaque":
        return False
    inside = (*(fact.items or ()), *fact.first, *((fact.item,) if fact.item is not None else ()))
    return any(_may_be(item, node) for item in inside) or (not inside and fact.items is None)


def _own_expressions(statement: gast.stmt) -> Iterator[gast.AST]:
    """The expressions of a statement, those of its blocks left aside."""
    parts = [getattr(statement, f, None) for f in ("targets", "target", "value", "test", "iter", "items", "exc", "msg")]
    for part in parts:
        for node in part if isinstance(part, list) else [part]:
            if isinstance(node, gast.AST):
                yield from gast.walk(node)


def _stores(node: gast.Call) -> bool:
    """Whether a call only puts its arguments into a container."""
    return isinstance(node.func, gast.Attribute) and node.func.attr in MUTATING_METHODS


def _calls(statement: gast.stmt) -> bool:
    return isinstance(statement, (gast.Assign, gast.Expr)) and isinstance(statement.value, gast.Call)


def _has_identity(candidate: Any) -> bool:
    """Whether a function is the same object wherever it is read: a bound method is not."""
    return not hasattr(candidate, "__self__") or type(candidate).__name__ == "builtin_function_or_method"
