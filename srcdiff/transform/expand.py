"""Expanding calls in place: inner functions, callbacks, partials, and objects that stay in the function.

A closure sees its function's variables, and a callback is known only where it is passed: such a call is replaced by the
body of what it calls, in core form, which has a single `return` at its end. An object that is made in the function and
never leaves it is taken apart into one variable for each attribute. What is not expanded is differentiated as a pair
(calls.py), or refused there.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import assign, constant, is_name, name, names_read, statement_like, store, substitute
from srcdiff.names import Names
from srcdiff.source import Source, unwrap
from srcdiff.transform.callees import core_of, is_users_function, source_or_none
from srcdiff.transform.module import Module

__all__ = ["expand_calls"]

Block = list[gast.stmt]
_DEPTH = 40


class _Escapes(Exception):
    """An object that was taken apart is needed whole."""


@dataclass(frozen=True, eq=False)
class _Inner:
    """A function defined in the text."""

    node: gast.FunctionDef


@dataclass(frozen=True, eq=False)
class _Known:
    """A Python function that is known when the text is built; `first` is the object of a bound method."""

    function: Any
    first: Any = None


@dataclass(frozen=True, eq=False)
class _Partial:
    """`functools.partial(function, *arguments, **keywords)`."""

    function: Any
    arguments: tuple[gast.expr, ...]
    keywords: tuple[gast.keyword, ...]


@dataclass(frozen=True, eq=False)
class _Arguments:
    """What a callee collects in `*args` or `**kwargs`."""

    positional: tuple[gast.expr, ...] = ()
    keywords: tuple[gast.keyword, ...] = ()


@dataclass(eq=False)
class _Instance:
    """An object made in the text: its class, and the variables that stand for its attributes."""

    cls: type
    stem: str
    attributes: dict[str, str] = field(default_factory=dict)


class _Expander:
    def __init__(self, function: core.Function, names: Names, module: Module, whole: set[str]) -> None:
        self.function = function
        self.source: Source = function.source
        self.names = names
        self.module = module
        self.whole = whole
        self.static: dict[str, Any] = {}
        self.stack: list[Any] = []
        self.bindings = Counter(n for s in statements(function.body) for n in bound_names(s))
        self.foreign: dict[str, Any] = {}

    # Statements.

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
        statement = self.attributes(statement)
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
                    held = self.fresh(f"{node.name}_default")
                    yield statement_like(assign(held, default), node)
                    node.args.defaults[index] = name(held)
        if self.bindings[node.name] <= 1:
            self.static[node.name] = _Inner(node)
        yield node

    def note_alias(self, statement: gast.Assign) -> bool:
        """`g = f` for a known function: another name of it. Whether the statement is done with."""
        target = statement.targets[0].id
        value = statement.value
        if self.bindings[target] > 1 or not isinstance(value, (gast.Name, gast.Attribute)):
            return False
        found = self.known(value)
        if isinstance(found, (_Inner, _Known, _Partial, _Instance)):
            self.static[target] = found
            return isinstance(found, _Instance)
        return False

    # What a callable expression means.

    def known(self, node: gast.expr) -> Any:
        """The function or object that an expression means, if that is known; None otherwise."""
        if isinstance(node, gast.Name) and node.id in self.static:
            return self.static[node.id]
        if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name):
            owner = self.static.get(node.value.id)
            if isinstance(owner, _Instance):
                return self.method(owner, node.attr)
        value = self.object_of(node)
        return self.as_known(value) if value is not None else None

    def as_known(self, value: Any) -> Any:
        value = unwrap(value) if callable(value) else value
        if isinstance(value, types.MethodType) and is_users_function(value.__func__):
            return _Known(value.__func__, value.__self__)
        if isinstance(value, functools.partial):
            inner = self.as_known(value.func)
            if inner is None:
                return None
            arguments = tuple(self.literal(a) for a in value.args)
            keywords = tuple(gast.keyword(k, self.literal(v)) for k, v in value.keywords.items())
            return _Partial(inner, arguments, keywords)
        return _Known(value) if is_users_function(value) else None

    def literal(self, value: Any) -> gast.expr:
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return constant(value)
        chosen = self.module.refer_default(value)
        self.foreign[chosen] = value
        return name(chosen)

    def object_of(self, node: gast.expr) -> Any:
        root = node
        path = []
        while isinstance(root, gast.Attribute):
            path.append(root.attr)
            root = root.value
        if not isinstance(root, gast.Name) or root.id in self.bindings or root.id in self.function.parameters:
            return None
        try:
            if root.id in self.foreign:
                value = self.foreign[root.id]
                for part in reversed(path):
                    if not isinstance(value, (types.ModuleType, type)):
                        return None
                    value = getattr(value, part)
                return value
            return self.source.resolve(node)
        except (LookupError, AttributeError):
            return None

    def method(self, owner: _Instance, attr: str) -> Any:
        if attr in owner.attributes:
            return self.static.get(owner.attributes[attr])
        found = inspect.getattr_static(owner.cls, attr, None)
        if isinstance(found, staticmethod) and is_users_function(found.__func__):
            return _Known(found.__func__)
        if isinstance(found, classmethod) and is_users_function(found.__func__):
            return _Known(found.__func__, owner.cls)
        return _Known(found, owner) if is_users_function(found) else None

    # Attributes of objects that were taken apart.

    def attributes(self, statement: gast.stmt) -> gast.stmt:
        """The statement with variables in the place of attributes of objects made here."""
        instances = {n for n, v in self.static.items() if isinstance(v, _Instance)}
        if not instances or not (names_read(statement) & instances):
            return statement
        return _Attributes(self).statement(statement)

    def attribute_variable(self, owner: _Instance, attr: str) -> str:
        if attr not in owner.attributes:
            owner.attributes[attr] = self.fresh(f"{owner.stem}_{attr}")
        return owner.attributes[attr]

    # Calls.

    def call(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """The statements in the place of a call; None where it stays."""
        if self.is_partial(node) and isinstance(statement, gast.Assign) and is_name(statement.targets[0]):
            inner = self.known(node.args[0]) or node.args[0]
            if self.bindings[statement.targets[0].id] <= 1:
                held, before = self.held(node.args[1:], node.keywords, statement)
                self.static[statement.targets[0].id] = _Partial(inner, tuple(held[0]), tuple(held[1]))
                return before
        node = self.spread(node)
        found = self.known(node.func)
        if isinstance(found, _Partial):
            called = found.function
            combined = gast.Call(
                called if isinstance(called, gast.AST) else node.func,
                [*found.arguments, *node.args],
                [*found.keywords, *node.keywords],
            )
            gast.copy_location(combined, node)
            if isinstance(called, gast.AST):
                return self.again(statement, combined)
            return self.inline(statement, combined, called)
        if isinstance(found, _Instance):
            method = self.method(found, "__call__")
            return self.inline(statement, node, method) if method is not None else None
        if isinstance(found, _Inner):
            return self.inline(statement, node, found)
        if isinstance(found, _Known):
            if (
                isinstance(found.first, _Instance)
                or self.takes_functions(node)
                or _collects(found.function)
                or self.is_wanted(found)
            ):
                inlined = self.inline(statement, node, found)
                if inlined is not None:
                    return inlined
            return [_with_value(statement, node)] if node is not statement.value else None
        made = self.construct(statement, node)
        if made is None and node is not statement.value:
            return [_with_value(statement, node)]
        return made

    def is_wanted(self, found: _Known) -> bool:
        return found.function in self.module.expanded

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

    def collected(self, node: gast.expr) -> _Arguments | None:
        found = self.static.get(node.id) if isinstance(node, gast.Name) else None
        return found if isinstance(found, _Arguments) else None

    def again(self, statement: gast.stmt, node: gast.Call) -> Block:
        new = _with_value(statement, node)
        return self.block([new])

    def is_partial(self, node: gast.Call) -> bool:
        return self.object_of(node.func) is functools.partial and bool(node.args)

    def held(
        self, arguments: list[gast.expr], keywords: list[gast.keyword], origin: gast.stmt
    ) -> tuple[tuple[list[gast.expr], list[gast.keyword]], Block]:
        """Arguments in variables that nothing binds again."""
        before: Block = []

        def hold(node: gast.expr) -> gast.expr:
            if isinstance(node, gast.Constant) or self.known(node) is not None:
                return node
            variable = self.fresh("partial_argument")
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
        if self.known(node) is not None:
            return True
        value = self.object_of(node)
        return callable(value) and not isinstance(value, type)

    def inline(self, statement: gast.stmt, node: gast.Call, found: Any) -> Block | None:
        """The body of the callee, with the arguments in the place of its parameters."""
        target = found.node if isinstance(found, _Inner) else found.function
        if target in self.stack or len(self.stack) > _DEPTH:
            return None
        if isinstance(found, _Inner):
            body, parameters, own = found.node.body, _signature(found.node), True
        else:
            if source_or_none(found.function) is None:
                return None
            callee = core_of(found.function)
            body, parameters, own = callee.body, _python_signature(found.function), False
        first = [found.first] if isinstance(found, _Known) and found.first is not None else []
        bound = _bind(parameters, [*first, *node.args], node.keywords)
        if bound is None:
            return None
        renamed, before = self.renamed(body, bound, statement, None if own else found.function)
        self.stack.append(target)
        try:
            inlined = self.block([statement_like_if(s, statement, keep=own) for s in renamed[:-1]])
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
            return [_with_value(statement, value)]
        out: Block = []
        value = self.flat(value, out, statement)
        new = _with_value(statement, value)
        return [*out, *self.block([new])]

    def flat(self, value: gast.expr, out: Block, origin: gast.stmt) -> gast.expr:
        """A nested display as one of atoms."""
        if not isinstance(value, (gast.Tuple, gast.List)):
            return value
        items = []
        for item in value.elts:
            if isinstance(item, (gast.Tuple, gast.List, gast.Dict)):
                variable = self.fresh("items")
                out.append(statement_like(assign(variable, self.flat(item, out, origin)), origin))
                item = name(variable)
            items.append(item)
        return type(value)(items, gast.Load())

    def renamed(self, body: Block, bound: dict[str, Any], origin: gast.stmt, foreign: Any) -> tuple[Block, Block]:
        """The callee's body in this function's names, and the statements that bind its parameters."""
        own = {n for s in statements(body) for n in bound_names(s)}
        values: dict[str, gast.expr] = {}
        before: Block = []
        for parameter, argument in bound.items():
            self.bind_parameter(parameter, argument, own, values, before, origin)
        for local in sorted(own - set(bound)):
            fresh = self.fresh(local)
            values[local] = name(fresh)
            self.bindings[fresh] = sum(local in bound_names(s) for s in statements(body))
        if foreign is not None:
            self.adopt(foreign, body, set(values) | set(bound), values)
        return [_rename(s, values) for s in body], before

    def bind_parameter(
        self,
        parameter: str,
        argument: Any,
        own: set[str],
        values: dict[str, gast.expr],
        before: Block,
        origin: gast.stmt,
    ) -> None:
        if parameter not in own and isinstance(argument, (gast.Tuple, gast.Dict)):
            fresh = self.fresh(parameter)
            self.static[fresh] = _arguments_of(argument)
            before.append(statement_like(assign(fresh, argument), origin))
            values[parameter] = name(fresh)
            return
        known = argument if isinstance(argument, (_Instance,)) else None
        if known is None and isinstance(argument, gast.AST):
            known = self.known(argument) if isinstance(argument, (gast.Name, gast.Attribute)) else None
        if known is not None and parameter not in own:
            fresh = self.fresh(parameter)
            self.static[fresh] = known
            values[parameter] = (
                argument if isinstance(argument, gast.Name) and not isinstance(known, _Instance) else name(fresh)
            )
            return
        if not isinstance(argument, gast.AST):
            argument = self.literal(argument)
        if parameter not in own and isinstance(argument, (gast.Name, gast.Constant)):
            values[parameter] = argument
            return
        fresh = self.fresh(parameter)
        self.bindings[fresh] = 1 + (parameter in own)
        before.append(statement_like(assign(fresh, argument), origin))
        values[parameter] = name(fresh)

    def adopt(self, function: Any, body: Block, taken: set[str], values: dict[str, gast.expr]) -> None:
        """The globals of a function from elsewhere, under names of this module."""
        source = source_or_none(function)
        assert source is not None
        for free in sorted(names_read(body) - taken):
            try:
                value = source.lookup(free)
            except LookupError:
                continue
            if self.means(free, value):
                continue
            known = [k for k, v in self.foreign.items() if v is value]
            chosen = known[0] if known else self.names.fresh(free)
            self.module.note(source, free, value)
            self.module.names.reserve(chosen)
            self.module.objects[chosen] = value
            self.foreign[chosen] = value
            values[free] = name(chosen)

    def means(self, free: str, value: Any) -> bool:
        """Whether a name means this object here, too."""
        if free in self.bindings or free in self.function.parameters:
            return False
        try:
            return self.source.lookup(free) is value
        except LookupError:
            return False

    def fresh(self, stem: str) -> str:
        chosen = self.names.fresh(stem)
        self.bindings.setdefault(chosen, 1)
        return chosen

    # Objects.

    def construct(self, statement: gast.stmt, node: gast.Call) -> Block | None:
        """`object = Class(...)` for an object that stays in the function."""
        if not isinstance(statement, gast.Assign) or not is_name(statement.targets[0]):
            return None
        target = statement.targets[0].id
        cls = self.object_of(node.func)
        if not isinstance(cls, type) or target in self.whole or self.bindings[target] > 1 or not _is_plain(cls):
            return None
        instance = _Instance(cls, target)
        self.static[target] = instance
        if dataclasses.is_dataclass(cls) and "__init__" in vars(cls) and not is_users_function(vars(cls)["__init__"]):
            return self.construct_dataclass(statement, node, instance)
        init = inspect.getattr_static(cls, "__init__", None)
        if not is_users_function(init):
            return [] if not node.args and not node.keywords else None
        return self.inline(gast.copy_location(gast.Expr(node), statement), node, _Known(init, instance))

    def construct_dataclass(self, statement: gast.stmt, node: gast.Call, instance: _Instance) -> Block | None:
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
                value = self.literal(entry.default)
            else:
                raise _Escapes(statement.targets[0].id)
            out.append(statement_like(assign(self.attribute_variable(instance, entry.name), value), statement))
        after = inspect.getattr_static(instance.cls, "__post_init__", None)
        if after is not None:
            call = gast.copy_location(gast.Call(name("__post_init__"), [], []), statement)
            made = self.inline(gast.copy_location(gast.Expr(call), statement), call, _Known(after, instance))
            if made is None:
                raise _Escapes(statement.targets[0].id)
            out += made
        return out


class _Attributes:
    """Replaces attributes of objects that were taken apart; a whole one that is left means that it escapes."""

    def __init__(self, expander: _Expander) -> None:
        self.expander = expander

    def statement(self, statement: gast.stmt) -> gast.stmt:
        call = getattr(statement, "value", None)
        function = call.func if isinstance(call, gast.Call) else None
        new = self.visit(statement, function)
        return gast.copy_location(new, statement)

    def instance(self, node: gast.AST) -> _Instance | None:
        if isinstance(node, gast.Name):
            found = self.expander.static.get(node.id)
            return found if isinstance(found, _Instance) else None
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

    def attribute(self, node: gast.Attribute, owner: _Instance, function: gast.AST | None) -> gast.expr:
        if node is function and node.attr not in owner.attributes:  # type: ignore[union-attr]
            return node  # a method that is called
        if isinstance(node.ctx, gast.Store):
            return gast.copy_location(store(self.expander.attribute_variable(owner, node.attr)), node)
        if node.attr in owner.attributes:
            return gast.copy_location(name(owner.attributes[node.attr]), node)
        found = inspect.getattr_static(owner.cls, node.attr, None)
        if found is None or callable(found) or hasattr(found, "__get__"):
            raise _Escapes(owner.stem)
        return self.expander.literal(found)


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


def _with_value(statement: gast.stmt, value: gast.expr) -> gast.stmt:
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


def statement_like_if(statement: gast.stmt, origin: gast.stmt, *, keep: bool) -> gast.stmt:
    """A statement of a function from elsewhere belongs to the line of the call."""
    if not keep:
        for inner in statements([statement]):
            statement_like(inner, origin)
    return statement


def _rename(node: Any, values: dict[str, gast.expr]) -> Any:
    """A copy in other names; what an inner function binds itself keeps its name."""
    if isinstance(node, gast.FunctionDef):
        own = {a.id for a in [*node.args.args, *node.args.posonlyargs, *node.args.kwonlyargs]}
        own |= {a.id for a in (node.args.vararg, node.args.kwarg) if a is not None}
        own |= {n for s in statements(node.body) for n in bound_names(s)}
        inside = {k: v for k, v in values.items() if k not in own}
        new = gast.FunctionDef(*[getattr(node, f, None) for f in node._fields])
        new.body = [_rename(s, inside) for s in node.body]
        new.args = substitute(node.args, {k: v for k, v in values.items() if k not in own})
        renamed = values.get(node.name)
        if isinstance(renamed, gast.Name):
            new.name = renamed.id
        return gast.copy_location(new, node)
    if isinstance(node, gast.stmt):
        new = type(node)(*[_rename(getattr(node, f, None), values) for f in node._fields])
        return gast.copy_location(new, node)
    if isinstance(node, list):
        return [_rename(item, values) for item in node]
    return substitute(node, values) if isinstance(node, gast.AST) else node


def _signature(node: gast.FunctionDef) -> inspect.Signature:
    """The signature of an inner function, its defaults as expressions."""
    parameters = []
    plain = [*[(a, inspect.Parameter.POSITIONAL_ONLY) for a in node.args.posonlyargs]]
    plain += [(a, inspect.Parameter.POSITIONAL_OR_KEYWORD) for a in node.args.args]  # type: ignore[misc]
    missing = len(plain) - len(node.args.defaults)
    for index, (argument, kind) in enumerate(plain):
        default = node.args.defaults[index - missing] if index >= missing else inspect.Parameter.empty
        parameters.append(inspect.Parameter(argument.id, kind, default=default))
    if node.args.vararg is not None:
        parameters.append(inspect.Parameter(node.args.vararg.id, inspect.Parameter.VAR_POSITIONAL))
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        given = default if default is not None else inspect.Parameter.empty
        parameters.append(inspect.Parameter(argument.id, inspect.Parameter.KEYWORD_ONLY, default=given))
    if node.args.kwarg is not None:
        parameters.append(inspect.Parameter(node.args.kwarg.id, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _arguments_of(display: gast.Tuple | gast.Dict) -> _Arguments:
    if isinstance(display, gast.Tuple):
        return _Arguments(positional=tuple(display.elts))
    return _Arguments(
        keywords=tuple(gast.keyword(k.value, v) for k, v in zip(display.keys, display.values, strict=True))
    )


def _collects(function: Any) -> bool:
    """Whether a function has `*args` or `**kwargs`: what it passes on depends on the call."""
    return bool(function.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS))


def _python_signature(function: Any) -> inspect.Signature:
    return inspect.signature(function, follow_wrapped=False)


def _bind(signature: inspect.Signature, arguments: list[Any], keywords: list[gast.keyword]) -> dict[str, Any] | None:
    """What stands for each parameter; None where the call cannot be taken apart."""
    if any(isinstance(a, gast.Starred) for a in arguments) or any(k.arg is None for k in keywords):
        return None
    try:
        bound = signature.bind(*arguments, **{k.arg: k.value for k in keywords})
    except TypeError:
        return None
    values: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            values[parameter.name] = gast.Tuple(list(bound.arguments.get(parameter.name, ())), gast.Load())
        elif parameter.kind is parameter.VAR_KEYWORD:
            extra = bound.arguments.get(parameter.name, {})
            values[parameter.name] = gast.Dict([constant(k) for k in extra], list(extra.values()))
        else:
            values[parameter.name] = bound.arguments.get(parameter.name, parameter.default)
    return values


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
            _check_whole(body, expander)
        except _Escapes as escaped:
            whole.add(str(escaped))
            continue
        while True:
            shorter = _drop_unused(body)
            if len(list(statements(shorter))) == len(list(statements(body))):
                break
            body = shorter
        return function.with_body(shorter)
    return function


def _check_whole(body: Block, expander: _Expander) -> None:
    """An object that was taken apart but is still named escapes."""
    instances = {n: v for n, v in expander.static.items() if isinstance(v, _Instance)}
    for statement in statements(body):
        for left in names_read(statement) & set(instances):
            raise _Escapes(instances[left].stem)
