"""Lambda lifting: inner functions as functions of their own, with what they capture as their first parameters.

Recursion needs that, since a body cannot be put in the place of a call that it contains itself; so do derivatives of
inner functions. What an inner function that calls itself leaves behind is a definition that calls the lifted one.
"""

from __future__ import annotations

import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.structure import bound_names, statements, with_blocks
from srcdiff.build import assign, call, name, names_read, statement_like
from srcdiff.cache import Recent
from srcdiff.emit import emit
from srcdiff.load import load
from srcdiff.names import Names
from srcdiff.source import Source
from srcdiff.transform.callables import bind, signature_of
from srcdiff.transform.definitions import free_names, own_names, parameters_of
from srcdiff.transform.module import Module
from srcdiff.transform.splice import renamed_copy

__all__ = ["Definitions", "lift_recursion", "unified"]

Block = list[gast.stmt]

_functions: Recent[Any] = Recent(256)


class _Lifted:
    """Functions that were loaded together; a class, so that the cache may hold on to it weakly."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self.functions = functions


def unified(function: Any) -> Any:
    """The function of the same code and globals that was made before, if there is one: calls are told apart by it."""
    return _functions.get(_key([function]), lambda: function)


def _key(functions: list[Any]) -> tuple[Any, ...]:
    own = {function.__name__ for function in functions}
    found: list[Any] = []
    for function in functions:
        scope = function.__globals__
        used = tuple((n, id(scope[n])) for n in _names_in(function.__code__) if n in scope and n not in own)
        found.append((function.__code__, used, function.__defaults__))
    return tuple(found)


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names_in(inner)


class Definitions:
    """The inner functions of one function, and what they take from outside."""

    def __init__(self, function: core.Function, module: Module) -> None:
        self.function = function
        self.module = module
        self.nodes: dict[str, gast.stmt] = {}
        self.bindings = Counter(n for s in statements(function.body) for n in bound_names(s))
        self.locals = set(function.parameters) | set(self.bindings)

    def needed(self, titles: list[str]) -> list[str]:
        """The definitions that functions need, their own last."""
        found: list[str] = []
        pending = list(titles)
        while pending:
            part = pending.pop()
            if part not in found:
                found.append(part)
                reads = free_names(self.nodes[part])
                pending += sorted(n for n in reads if n in self.nodes and self.bindings[n] == 1)
        order = list(self.nodes)
        return [*sorted((part for part in found if part not in titles), key=order.index), *titles]

    def captured(self, parts: list[str]) -> tuple[tuple[str, ...], dict[str, Any]]:
        """The variables that definitions capture, and the globals that they read."""
        free = {read for part in parts for read in free_names(self.nodes[part])} - set(parts)
        outside = dict(pair for n in sorted(free - self.locals) for pair in self.outside(n))
        return tuple(sorted(free & self.locals)), outside

    def outside(self, free: str) -> list[tuple[str, Any]]:
        """A global name with its object; nothing for a name that is never bound."""
        if free in self.module.objects and free not in self.function.source.free_names:
            return [(free, self.module.objects[free])]
        try:
            value = self.function.source.lookup(free)
        except LookupError:
            return []
        self.module.note(self.function.source, free, value)
        return [(free, value)]

    def lifted(self, title: str) -> tuple[Any, tuple[str, ...]]:
        """An inner function as one of its own, and the names of its first parameters: what it captures."""
        needed = self.needed([title])
        node = self.nodes[title]
        assert isinstance(node, gast.FunctionDef)
        captured, outside = self.captured(needed)
        own = node.args
        first = [_parameter(variable) for variable in captured]
        positional = [*first, *own.posonlyargs, *own.args]
        arguments = gast.arguments(positional, [], own.vararg, own.kwonlyargs, own.kw_defaults, own.kwarg, own.defaults)
        defined = [self.nodes[part] for part in needed if part != title]
        whole = gast.FunctionDef(title, arguments, [*defined, *node.body], [], None, None, [])
        return unified(load(emit([whole]), title, outside)[title]), captured


def _parameter(variable: str) -> gast.Name:
    return gast.Name(variable, gast.Param(), None, None)


# Recursion.


@dataclass(frozen=True)
class _Cycle:
    """Inner functions that call each other, and what lifting them takes.

    Attributes
    ----------
    members : list of str
        The functions.
    titles : dict
        Their names once they are lifted.
    captured : dict
        The captured variables, each with the name of its parameter.
    """

    members: list[str]
    titles: dict[str, str]
    captured: dict[str, str]


def lift_recursion(function: core.Function, names: Names, module: Module) -> core.Function | None:
    """The function with inner functions that call themselves lifted out; None where there are none."""
    definitions = Definitions(function, module)
    for statement in statements(function.body):
        if isinstance(statement, gast.FunctionDef) and definitions.bindings[statement.name] == 1:
            definitions.nodes[statement.name] = statement
    members = _innermost_cycle({n: free_names(node) & set(definitions.nodes) for n, node in definitions.nodes.items()})
    if not members:
        return None
    members.sort(key=list(definitions.nodes).index)
    parts = definitions.needed(members)
    captured, outside = definitions.captured(parts)
    taken = {n for part in parts for n in _own_names(definitions.nodes[part])}
    inside = Names(taken | set(captured) | set(outside) | names_read([definitions.nodes[part] for part in parts]))
    first = {variable: inside.fresh(variable) if variable in taken else variable for variable in captured}
    titles = {member: names.word(f"{member}_") for member in members}
    cycle = _Cycle(members, titles, first)
    functions = _loaded(definitions, cycle, parts, outside)
    for title, made in functions.items():
        module.names.reserve(title)
        module.objects[title] = made
    wrapped = {m: _wrapper(definitions.nodes[m], cycle, {v: v for v in captured}) for m in members}
    return function.with_body(_replaced(function.body, wrapped))


def _innermost_cycle(reads: dict[str, set[str]]) -> list[str]:
    """Functions that call each other, and no others that do; none where there is no recursion."""
    reach = {start: _reachable(start, reads) for start in reads}
    recursive = [n for n in reads if n in reach[n]]
    for start in recursive:
        cycle = {n for n in reach[start] if start in reach[n]}
        if not any(n in recursive and n not in cycle for n in reach[start]):
            return sorted(cycle)
    return []


def _reachable(start: str, reads: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = list(reads[start])
    while pending:
        part = pending.pop()
        if part not in found:
            found.add(part)
            pending += reads[part]
    return found


def _loaded(definitions: Definitions, cycle: _Cycle, parts: list[str], outside: dict[str, Any]) -> dict[str, Any]:
    """The functions, loaded: those made before for the same text, if there are such."""
    nodes = {m: _lifted_node(definitions, cycle, parts, m) for m in cycle.members}
    text = emit(list(nodes.values()))
    made = load(text, cycle.titles[cycle.members[0]], outside)
    functions = {title: made[title] for title in cycle.titles.values()}
    source: Source = definitions.function.source
    place = (source.filename, *(nodes[m].lineno for m in cycle.members))
    found: dict[str, Any] = _functions.get(
        (_key(list(functions.values())), place), lambda: _Lifted(functions)
    ).functions
    for member, title in cycle.titles.items():
        parts_of_node = {field: getattr(nodes[member], field, None) for field in nodes[member]._fields}
        node = gast.copy_location(gast.FunctionDef(**{**parts_of_node, "name": member}), nodes[member])
        own = Source(found[title], node, source.filename, source.lines, node.lineno)
        vars(found[title])["__srcdiff_source__"] = own
    return found


def _lifted_node(definitions: Definitions, cycle: _Cycle, parts: list[str], member: str) -> gast.FunctionDef:
    """The definition of a lifted function."""
    node = definitions.nodes[member]
    assert isinstance(node, gast.FunctionDef)
    values: dict[str, gast.expr] = {v: name(p) for v, p in cycle.captured.items() if v != p}
    calls = _Calls(definitions, cycle)
    helpers = [renamed_copy(definitions.nodes[p], values) for p in parts if p not in cycle.members]
    body = calls.visit([*helpers, *renamed_copy(node.body, values)])
    left = names_read(body)
    wrappers = [_wrapper(definitions.nodes[m], cycle, cycle.captured) for m in cycle.members if m in left]
    parameters = [*map(_parameter, cycle.captured.values()), *(_parameter(a.id) for a in parameters_of(node.args))]
    arguments = gast.arguments(parameters, [], None, [], [], None, [])
    return gast.copy_location(
        gast.FunctionDef(cycle.titles[member], arguments, [*wrappers, *body], [], None, None, []), node
    )


def _wrapper(node: gast.stmt, cycle: _Cycle, values: dict[str, str]) -> gast.FunctionDef:
    """What stands in the place of a definition: it calls the lifted function."""
    assert isinstance(node, gast.FunctionDef)
    arguments = _renamed_parameters(node.args, set(values.values()))
    listed = [name(a.id) for a in parameters_of(arguments)]
    result = Names([*values.values(), *(a.id for a in listed)]).fresh("result")
    made = assign(result, call(cycle.titles[node.name], *map(name, values.values()), *listed))
    body: Block = [made, gast.Return(name(result))]
    for statement in body:
        statement_like(statement, node)
    return gast.copy_location(gast.FunctionDef(node.name, arguments, body, [], None, None, []), node)


def _renamed_parameters(arguments: gast.arguments, taken: set[str]) -> gast.arguments:
    """The parameters under names that do not hide those of captured variables."""

    def renamed(parameter: gast.Name | None) -> gast.Name | None:
        if parameter is None or parameter.id not in taken:
            return parameter
        return _parameter(Names(taken).word(parameter.id))

    return gast.arguments(
        [renamed(a) for a in arguments.args],
        [renamed(a) for a in arguments.posonlyargs],
        renamed(arguments.vararg),
        [renamed(a) for a in arguments.kwonlyargs],
        arguments.kw_defaults,
        renamed(arguments.kwarg),
        arguments.defaults,
    )


def _replaced(body: Block, wrapped: dict[str, gast.FunctionDef]) -> Block:
    return [
        wrapped[s.name]
        if isinstance(s, gast.FunctionDef) and s.name in wrapped
        else with_blocks(s, lambda block: _replaced(block, wrapped))
        for s in body
    ]


def _own_names(node: gast.stmt) -> set[str]:
    """Everything that a definition binds, parameters and inner functions' variables among them."""
    found = {n.id for n in gast.walk(node) if isinstance(n, gast.Name) and not isinstance(n.ctx, gast.Load)}
    return found | {n.name for n in gast.walk(node) if isinstance(n, gast.FunctionDef)}


class _Calls:
    """Calls of functions that are lifted, as calls of the lifted ones, wherever the arguments can be told apart."""

    def __init__(self, definitions: Definitions, cycle: _Cycle) -> None:
        self.definitions = definitions
        self.cycle = cycle

    def visit(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.visit(item) for item in node]
        if not isinstance(node, gast.AST):
            return node
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id in self.cycle.titles:
            return self.direct(node)
        if isinstance(node, gast.FunctionDef) and own_names(node) & set(self.cycle.titles):
            return node  # a parameter of the same name; what else it calls is defined beside it
        new = type(node)(*[self.visit(getattr(node, field, None)) for field in node._fields])
        return gast.copy_location(new, node)

    def direct(self, node: gast.Call) -> gast.Call:
        called = self.definitions.nodes[node.func.id]
        assert isinstance(called, gast.FunctionDef)
        starred = called.args.vararg is not None or called.args.kwarg is not None
        bound = None if starred else bind(signature_of(called), node.args, node.keywords)
        if bound is None or not all(isinstance(value, gast.AST) for value in bound.values()):
            return node
        arguments = [name(p) for p in self.cycle.captured.values()]
        return gast.copy_location(call(self.cycle.titles[called.name], *arguments, *bound.values()), node)
