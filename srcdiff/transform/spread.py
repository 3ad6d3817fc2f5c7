"""Starred arguments: `f(*args, **kwargs)` with each argument in its place, where it is known how many there are."""

from __future__ import annotations

import inspect
import types
from typing import Any

import gast

from srcdiff.analysis.facts import Tag
from srcdiff.analysis.inference import Facts
from srcdiff.build import assign, call, constant, is_name, name, statement_like, subscript
from srcdiff.rules import registry
from srcdiff.transform.callables import is_hashable, python_signature, signature_of
from srcdiff.transform.callees import is_users_function
from srcdiff.transform.scope import Scope
from srcdiff.transform.splice import with_value

__all__ = ["Spread", "is_starred"]

Block = list[gast.stmt]


def is_starred(node: gast.Call) -> bool:
    """Whether a call has `*` or `**`."""
    return any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)


class Spread:
    """Takes starred arguments apart."""

    def __init__(self, scope: Scope, facts: Facts) -> None:
        self.scope = scope
        self.facts = facts

    def statement(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """The statement with a call of plain arguments; None where it is not known how many these are."""
        if not all(map(_is_differentiated, self.facts(node.func).functions)):
            return None
        before: Block = []
        arguments: list[gast.expr] = []
        keywords: list[gast.keyword] = []
        for argument in node.args:
            if not isinstance(argument, gast.Starred):
                arguments.append(argument)
                continue
            count = self.length(node, argument.value)
            if count is None or not is_name(argument.value):
                return None
            if self.facts(argument.value).items is None:
                before.append(_check(argument.value, count))
            arguments += [self.item(argument.value, constant(k), before) for k in range(count)]
        for keyword in node.keywords:
            if keyword.arg is not None:
                keywords.append(keyword)
                continue
            fact = self.facts(keyword.value)
            if fact.kind != "dict" or fact.items is None or not is_name(keyword.value):
                return None
            if not all(isinstance(key, str) for key in fact.keys):
                return None
            keywords += [gast.keyword(k, self.item(keyword.value, constant(k), before)) for k in fact.keys]
        made = gast.copy_location(gast.Call(node.func, arguments, keywords), node)
        for new in before:
            statement_like(new, statement)
        return [*before, with_value(statement, made)]

    def item(self, owner: gast.Name, key: gast.expr, before: Block) -> gast.Name:
        """A variable of an item."""
        held = self.scope.fresh(f"{owner.id}_item")
        before.append(assign(held, subscript(name(owner.id), key)))
        return name(held)

    def length(self, node: gast.Call, argument: gast.expr) -> int | None:
        """How many arguments a starred one stands for: as many as it has items, or as are missing."""
        fact = self.facts(argument)
        if fact.items is not None and fact.kind in ("tuple", "list"):
            return len(fact.items)
        if (
            not (fact.numeric or fact.kind in ("list", "tuple"))
            or sum(isinstance(a, gast.Starred) for a in node.args) > 1
        ):
            return None
        functions = self.facts(node.func).functions
        if len(functions) != 1 or not isinstance(functions[0], (gast.FunctionDef, types.FunctionType)):
            return None
        inner = isinstance(functions[0], gast.FunctionDef)
        signature = signature_of(functions[0]) if inner else python_signature(functions[0])
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = [p for p in signature.parameters.values() if p.kind in positional]
        varying = any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values())
        if varying or any(p.default is not p.empty for p in parameters):
            return None
        named = {k.arg for k in node.keywords}
        return len(parameters) - (len(node.args) - 1) - sum(p.name in named for p in parameters)


def _is_differentiated(function: Any) -> bool:
    """Whether a function is one that a derivative goes through: `zip` is written otherwise."""
    inner = isinstance(function, (gast.FunctionDef, Tag))
    return inner or is_users_function(function) or (is_hashable(function) and registry.lookup(function) is not None)


def _check(argument: gast.Name, count: int) -> gast.stmt:
    """The primal would have raised."""
    test = gast.Compare(call("len", name(argument.id)), [gast.NotEq()], [constant(count)])
    message = constant(f"`*{argument.id}` has to stand for {count} arguments")
    return gast.If(test, [gast.Raise(call("TypeError", message), None)], [])
