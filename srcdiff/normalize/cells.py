"""Captured variables that change after the function that captures them is made live in one-element lists.

>>> # n = 0                                n_cell = [0]
>>> # def count(): nonlocal n; n += 1      def count(): n_cell[0] += 1

A captured variable that stays what it was is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff import build
from srcdiff.names import Names
from srcdiff.normalize.trees import COMPREHENSIONS, FUNCTIONS, LOOPS, children, locate, walk
from srcdiff.scopes import parameter_names
from srcdiff.source import Source

__all__ = ["make_cells"]

Loops = tuple[gast.AST, ...]


@dataclass(frozen=True)
class _Event:
    """A variable is bound, or a function is made that captures it."""

    node: Any
    order: int
    loops: Loops
    comprehension: gast.AST | None = None


@dataclass
class _Function:
    """One function of the tree, and what happens to its variables."""

    node: Any
    bindings: dict[str, list[_Event]] = field(default_factory=dict)
    captures: dict[str, list[_Event]] = field(default_factory=dict)
    occurrences: dict[str, list[gast.Name]] = field(default_factory=dict)
    outside: dict[str, gast.AST] = field(default_factory=dict)
    written_inside: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)


def make_cells(tree: gast.FunctionDef, names: Names, source: Source) -> dict[gast.AST, list[str]]:
    """Put variables into cells, in place; the result says which cells each comprehension makes anew."""
    found: list[_Function] = []
    top = _read(tree, found)
    for name, node in top.outside.items():
        if isinstance(node, gast.Nonlocal) and name in top.bindings:
            raise _refuse(source, node, name, "belongs to the function around the differentiated one")
    cells: dict[gast.AST, list[str]] = {}
    replaced: dict[int, gast.expr] = {}
    for function in found:
        for name in function.captures:
            if name in function.bindings and name not in function.outside and _changes(function, name):
                _make_cell(function, name, names, source, cells, replaced)
    if replaced:
        _replace(tree, replaced)
    return cells


def _read(node: Any, found: list[_Function]) -> _Function:
    """What happens in a function, inner functions first."""
    function = _Function(node)
    order = 0
    for name in parameter_names(node.args):
        function.bindings.setdefault(name, []).append(_Event(node, -1, ()))
    for parameter in _parameters(node.args):
        function.occurrences.setdefault(parameter.id, [])
    body = node.body if isinstance(node.body, list) else [node.body]
    pending: list[tuple[Any, Loops, gast.AST | None]] = [(part, (), None) for part in reversed(body)]
    while pending:
        part, loops, comprehension = pending.pop()
        order += 1
        if isinstance(part, gast.Name):
            function.occurrences.setdefault(part.id, []).append(part)
            if not isinstance(part.ctx, gast.Load):
                bound_by = comprehension if isinstance(part.ctx, gast.Store) else None
                function.bindings.setdefault(part.id, []).append(_Event(part, order, loops, bound_by))
            continue
        if isinstance(part, FUNCTIONS):
            _capture(function, _read(part, found), order, loops)
        for name in _other_bindings(part):
            function.bindings.setdefault(name, []).append(_Event(part, order, loops))
        if isinstance(part, (gast.Global, gast.Nonlocal)):
            function.outside.update(dict.fromkeys(part.names, part))
        pending.extend(reversed(list(_parts(part, loops, comprehension))))
    local = set(function.bindings) - set(function.outside)
    function.free |= set(function.occurrences) - local
    found.append(function)
    return function


def _capture(function: _Function, inner: _Function, order: int, loops: Loops) -> None:
    """Pass on to a function what one inside it takes from outside."""
    for name in inner.free:
        function.captures.setdefault(name, []).append(_Event(inner.node, order, loops))
        function.occurrences.setdefault(name, []).extend(inner.occurrences.get(name, []))
        is_global = isinstance(inner.outside.get(name), gast.Global)
        if name in inner.written_inside or (name in inner.outside and name in inner.bindings and not is_global):
            function.written_inside.add(name)


def _parameters(arguments: gast.arguments) -> list[gast.Name]:
    found = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [parameter for parameter in found if parameter is not None]


def _other_bindings(node: gast.AST) -> list[str]:
    """Names that a node binds and that are plain strings in the tree."""
    if isinstance(node, gast.FunctionDef):
        return [node.name]
    if isinstance(node, gast.alias):
        return [node.asname or node.name.split(".")[0]]
    if isinstance(node, gast.ExceptHandler) and node.name is not None:
        return [node.name.id]
    return []


def _parts(
    node: Any, loops: Loops, comprehension: gast.AST | None
) -> Iterable[tuple[gast.AST, Loops, gast.AST | None]]:
    """The parts of a node in the order in which they happen, each with the loops around it."""
    if isinstance(node, FUNCTIONS):
        defaults = [*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", [])]
        return [(part, loops, comprehension) for part in defaults if part is not None]
    if isinstance(node, gast.Assign):
        return [(part, loops, comprehension) for part in (node.value, *node.targets)]
    if isinstance(node, (gast.AugAssign, gast.NamedExpr, gast.AnnAssign)):
        is_walrus = isinstance(node, gast.NamedExpr)
        parts = [node.value] if node.value is not None else []
        return [
            *((part, loops, comprehension) for part in parts),
            (node.target, loops, None if is_walrus else comprehension),
        ]
    if isinstance(node, LOOPS):
        inside = (*loops, node)
        first = [(node.iter, loops, comprehension), (node.target, inside, None)] if isinstance(node, gast.For) else []
        test = [(node.test, inside, comprehension)] if isinstance(node, gast.While) else []
        body = [(part, inside, comprehension) for part in node.body]
        return [*first, *test, *body, *((part, loops, comprehension) for part in node.orelse)]
    if isinstance(node, COMPREHENSIONS):
        inside = (*loops, node)
        parts = []
        for i, generator in enumerate(node.generators):
            parts.append((generator.iter, loops if i == 0 else inside, comprehension))
            parts.append((generator.target, inside, node))
            parts += [(test, inside, comprehension) for test in generator.ifs]
        elements = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
        return [*parts, *((element, inside, comprehension) for element in elements)]
    return [(part, loops, comprehension) for part in children(node)]


def _changes(function: _Function, name: str) -> bool:
    """Whether a captured variable is bound after a function that captures it is made."""
    if name in function.written_inside:
        return True
    bindings = function.bindings[name]
    if len(bindings) == 1 and isinstance(bindings[0].node, gast.FunctionDef) and bindings[0].order >= 0:
        return False  # an inner function that others, or itself, call
    for capture in function.captures[name]:
        for binding in bindings:
            if binding.order > capture.order or set(binding.loops) & set(capture.loops):
                return True
    return False


def _make_cell(
    function: _Function,
    name: str,
    names: Names,
    source: Source,
    cells: dict[gast.AST, list[str]],
    replaced: dict[int, gast.expr],
) -> None:
    cell = names.fresh(f"{name}_cell")
    for binding in function.bindings[name]:
        is_name = isinstance(binding.node, gast.Name) or binding.order < 0
        if not is_name or isinstance(getattr(binding.node, "ctx", None), gast.Del):
            raise _refuse(source, binding.node, name, "is captured by a function made before it changes")
    for occurrence in function.occurrences[name]:
        item = build.subscript(build.name(cell), build.constant(0), type(occurrence.ctx)())
        replaced[id(occurrence)] = locate(item, occurrence)
    comprehensions = {binding.comprehension for binding in function.bindings[name]}
    if None not in comprehensions:
        for comprehension in comprehensions:
            cells.setdefault(comprehension, []).append(cell)
        return
    if not isinstance(function.node.body, list):
        raise _refuse(source, function.node, name, "is captured by a function made before it changes")
    is_parameter = function.bindings[name][0].order < 0
    first = build.name(name) if is_parameter else build.constant(None)
    _create(function, name, cell, first, is_parameter, replaced)


def _create(
    function: _Function, name: str, cell: str, first: gast.expr, is_parameter: bool, replaced: dict[int, gast.expr]
) -> None:
    """Make the cell at the first assignment, where that comes before all else, or at the start of the function."""
    body = function.node.body
    if not is_parameter:
        for statement in body:
            if not _mentions(statement, name):
                continue
            if isinstance(statement, gast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                if build.is_name(target, name) and not _mentions(statement.value, name):
                    statement.targets = [locate(build.store(cell), target)]
                    statement.value = locate(gast.List([statement.value], gast.Load()), statement.value)
                    del replaced[id(target)]
                    return
            break
    body.insert(0, locate(build.assign(cell, gast.List([first], gast.Load())), function.node))


def _mentions(node: gast.AST, name: str) -> bool:
    return any(isinstance(part, gast.Name) and part.id == name for part in walk([node])) or any(
        isinstance(part, gast.Nonlocal) and name in part.names for part in walk([node])
    )


def _replace(tree: gast.AST, replaced: dict[int, gast.expr]) -> None:
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        for key, value in node.__dict__.items():
            if isinstance(value, list):
                node.__dict__[key] = [replaced.get(id(item), item) for item in value]
            elif id(value) in replaced:
                node.__dict__[key] = replaced[id(value)]
        pending.extend(children(node))


def _refuse(source: Source, node: gast.AST, name: str, why: str) -> Exception:
    return source.unsupported(
        node, f"`{name}` {why}, and is written", f"Pass `{name}` as an argument and return its new value."
    )
