"""Objects that are made in a function and stay there: taken apart into one variable for each attribute."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import gast

from srcdiff.analysis.structure import statements
from srcdiff.build import assign, is_name, name, names_read, statement_like, store
from srcdiff.transform.callables import Escapes, Instance, Known
from srcdiff.transform.callees import is_users_function
from srcdiff.transform.scope import Scope
from srcdiff.transform.splice import Splicer

__all__ = ["Objects", "check_whole"]

Block = list[gast.stmt]


class Objects:
    """Takes objects apart; those in `whole` escape."""

    def __init__(self, scope: Scope, splicer: Splicer, whole: set[str]) -> None:
        self.scope = scope
        self.splicer = splicer
        self.whole = whole

    def attributes(self, statement: gast.stmt) -> gast.stmt:
        """The statement with variables in the place of attributes of objects made here."""
        instances = {n for n, v in self.scope.static.items() if isinstance(v, Instance)}
        if not instances or not (names_read(statement) & instances):
            return statement
        return _Attributes(self.scope).statement(statement)

    def construct(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """`object = Class(...)` for an object that stays in the function."""
        if not isinstance(statement, gast.Assign) or not is_name(statement.targets[0]):
            return None
        target = statement.targets[0].id
        cls = self.scope.object_of(node.func)
        if not isinstance(cls, type) or target in self.whole or self.scope.bindings[target] > 1 or not _is_plain(cls):
            return None
        instance = Instance(cls, target)
        self.scope.static[target] = instance
        if dataclasses.is_dataclass(cls) and "__init__" in vars(cls) and not is_users_function(vars(cls)["__init__"]):
            return self.construct_dataclass(statement, node, instance)
        init = inspect.getattr_static(cls, "__init__", None)
        if not is_users_function(init):
            return [] if not node.args and not node.keywords else None
        return self.splicer.inline(gast.copy_location(gast.Expr(node), statement), node, Known(init, instance))

    def construct_dataclass(self, statement: gast.stmt, node: gast.Call, instance: Instance) -> Block | None:
        """`object = Class(...)` for a dataclass that has the constructor it was given."""
        signature = inspect.signature(instance.cls)
        try:
            bound = signature.bind(*node.args, **{k.arg: k.value for k in node.keywords if k.arg})
        except TypeError:
            return None
        out: Block = []
        for entry in dataclasses.fields(instance.cls):
            if entry.name in bound.arguments:
                value = bound.arguments[entry.name]
            elif entry.default_factory in (list, dict):
                value = gast.List([], gast.Load()) if entry.default_factory is list else gast.Dict([], [])
            elif entry.default is not dataclasses.MISSING:
                value = self.scope.literal(entry.default)
            else:
                raise Escapes(statement.targets[0].id)
            out.append(statement_like(assign(self.scope.attribute_variable(instance, entry.name), value), statement))
        after = inspect.getattr_static(instance.cls, "__post_init__", None)
        if after is not None:
            call = gast.copy_location(gast.Call(name("__post_init__"), [], []), statement)
            made = self.splicer.inline(gast.copy_location(gast.Expr(call), statement), call, Known(after, instance))
            if made is None:
                raise Escapes(statement.targets[0].id)
            out += made
        return out


class _Attributes:
    """Replaces attributes of objects that were taken apart; a whole one that is left means that it escapes."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def statement(self, statement: gast.stmt) -> gast.stmt:
        call = getattr(statement, "value", None)
        function = call.func if isinstance(call, gast.Call) else None
        new = self.visit(statement, function)
        return gast.copy_location(new, statement)

    def instance(self, node: gast.AST) -> Instance | None:
        if isinstance(node, gast.Name):
            found = self.scope.static.get(node.id)
            return found if isinstance(found, Instance) else None
        return None

    def visit(self, node: Any, function: gast.AST | None) -> Any:
        if isinstance(node, list):
            return [self.visit(item, function) for item in node]
        if not isinstance(node, gast.AST):
            return node
        if isinstance(node, gast.Attribute):
            owner = self.instance(node.value)
            if owner is not None:
                return self.attribute(node, owner, function)
        if isinstance(node, gast.stmt) and not isinstance(
            node, (gast.Assign, gast.AugAssign, gast.Expr, gast.Return, gast.Assert, gast.Raise)
        ):
            return self.header(node, function)
        if isinstance(node, gast.Call):
            arguments = [a if self.instance(a) is not None else self.visit(a, function) for a in node.args]
            called = node.func if self.instance(node.func) is not None else self.visit(node.func, function)
            keywords = [
                gast.keyword(k.arg, k.value if self.instance(k.value) else self.visit(k.value, function))
                for k in node.keywords
            ]
            return gast.copy_location(gast.Call(called, arguments, keywords), node)
        if isinstance(node, gast.Name):
            if self.instance(node) is not None and isinstance(node.ctx, gast.Load):
                return node
            return node
        new = type(node)(*[self.visit(getattr(node, f, None), function) for f in node._fields])
        return gast.copy_location(new, node)

    def header(self, node: gast.stmt, function: gast.AST | None) -> gast.stmt:
        """A compound statement: its blocks are visited when the expander comes to them."""
        new = type(node)(*[getattr(node, f, None) for f in node._fields])
        for field_name in ("test", "iter", "items"):
            if hasattr(node, field_name):
                setattr(new, field_name, self.visit(getattr(node, field_name), function))
        return gast.copy_location(new, node)

    def attribute(self, node: gast.Attribute, owner: Instance, function: gast.AST | None) -> gast.expr:
        if node is function and node.attr not in owner.attributes:  # type: ignore[union-attr]
            return node  # a method that is called
        if isinstance(node.ctx, gast.Store):
            return gast.copy_location(store(self.scope.attribute_variable(owner, node.attr)), node)
        if node.attr in owner.attributes:
            return gast.copy_location(name(owner.attributes[node.attr]), node)
        found = inspect.getattr_static(owner.cls, node.attr, None)
        if found is None or callable(found) or hasattr(found, "__get__"):
            raise Escapes(owner.stem)
        return self.scope.literal(found)


_PLAIN_METHODS = frozenset(("__getattr__", "__getattribute__", "__setattr__", "__new__", "__slots__", "__eq__"))


def _is_plain(cls: type) -> bool:
    """Whether a class keeps its attributes in the ordinary way, so that they can be variables."""
    if cls.__module__ == "builtins" or issubclass(cls, (tuple, list, dict, BaseException)) or type(cls) is not type:
        return False
    for base in cls.__mro__[:-1]:
        own = set(vars(base))
        plain = _PLAIN_METHODS - {"__eq__"} if dataclasses.is_dataclass(base) else _PLAIN_METHODS
        if dataclasses.is_dataclass(base):
            plain = plain - {"__setattr__"}
        if own & plain or any(isinstance(v, property) for v in vars(base).values()):
            return False
        if base.__module__ == "builtins":
            return False
    return True


def check_whole(body: Block, scope: Scope) -> None:
    """An object that was taken apart but is still named escapes."""
    instances = {n: v for n, v in scope.static.items() if isinstance(v, Instance)}
    for statement in statements(body):
        for left in names_read(statement) & set(instances):
            raise Escapes(instances[left].stem)
