"""Def-use webs: one name for each value that a variable holds.

A variable that is assigned anew, with nothing of the old value left, is really another variable. Giving each web a name
of its own (`x`, `x_2`) makes every later analysis a table from name to fact, without a flow of control in it.
"""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.build import names_read
from srcdiff.names import Names

__all__ = ["separate_webs"]


class _Webs:
    """Union-find over definitions, and the definition that each occurrence of a name belongs to."""

    def __init__(self, parameters: tuple[str, ...]) -> None:
        self.parent: list[int] = []
        self.variable: list[str] = []
        self.definition_of: dict[int, int] = {}
        self.occurrences: list[tuple[gast.Name, int]] = []
        self.reaching: dict[str, frozenset[int]] = {}
        self.captured: dict[str, int] = {}
        for parameter in parameters:
            self.reaching[parameter] = frozenset([self.define(parameter)])

    def define(self, variable: str) -> int:
        definition = len(self.parent)
        self.parent.append(definition)
        self.variable.append(variable)
        if variable in self.captured:
            self.unite(frozenset([definition, self.captured[variable]]))
        return definition

    def definition(self, node: gast.Name) -> int:
        """The definition that a binding occurrence makes."""
        if id(node) not in self.definition_of:
            self.definition_of[id(node)] = self.define(node.id)
        return self.definition_of[id(node)]

    def root(self, definition: int) -> int:
        while self.parent[definition] != definition:
            self.parent[definition] = self.parent[self.parent[definition]]
            definition = self.parent[definition]
        return definition

    def unite(self, definitions: frozenset[int]) -> int:
        """One web of these definitions; its representative is the earliest."""
        roots = {self.root(d) for d in definitions}
        first = min(roots)
        for root in roots:
            self.parent[root] = first
        return first

    def capture(self, variable: str) -> None:
        """What an inner function captures is one variable, whatever it is bound to over time."""
        own = [d for d, other in enumerate(self.variable) if other == variable]
        self.captured[variable] = self.unite(frozenset(own)) if own else self.define(variable)

    def read(self, node: gast.Name) -> None:
        definitions = self.reaching.get(node.id)
        if definitions:
            self.occurrences.append((node, self.unite(definitions)))

    def bind(self, node: gast.Name) -> None:
        definition = self.definition(node)
        self.reaching[node.id] = frozenset([definition])
        self.occurrences.append((node, definition))

    def read_all(self, tree: gast.AST | None) -> None:
        pending = [tree] if tree is not None else []
        while pending:
            node = pending.pop()
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load):
                self.read(node)
            else:
                pending.extend(gast.iter_child_nodes(node))


def _bindings(body: list[gast.stmt]) -> list[gast.Name]:
    """Every occurrence that binds a variable in these statements, inner functions left aside."""
    found: list[gast.Name] = []
    pending: list[gast.AST] = list(reversed(body))
    while pending:
        node = pending.pop()
        if isinstance(node, gast.Name):
            if not isinstance(node.ctx, gast.Load):
                found.append(node)
        elif not isinstance(node, gast.FunctionDef):
            pending.extend(reversed(list(gast.iter_child_nodes(node))))
    return found


def _join(*states: dict[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    joined = dict(states[0])
    for state in states[1:]:
        for variable, definitions in state.items():
            known = joined.get(variable)
            joined[variable] = definitions if known is None else known | definitions
    return joined


def _visit(webs: _Webs, body: list[gast.stmt]) -> None:
    for statement in body:
        if isinstance(statement, gast.If):
            webs.read_all(statement.test)
            before = webs.reaching
            webs.reaching = dict(before)
            _visit(webs, statement.body)
            after_body = webs.reaching
            webs.reaching = dict(before)
            _visit(webs, statement.orelse)
            webs.reaching = _join(after_body, webs.reaching)
        elif isinstance(statement, (gast.For, gast.While)):
            _visit_loop(webs, statement)
        elif isinstance(statement, gast.With):
            for item in statement.items:
                webs.read_all(item.context_expr)
                if isinstance(item.optional_vars, gast.Name):
                    webs.bind(item.optional_vars)
            _visit(webs, statement.body)
        elif isinstance(statement, gast.Try):
            _visit_try(webs, statement)
        elif isinstance(statement, gast.FunctionDef):
            webs.reaching[statement.name] = frozenset([webs.define(statement.name)])
        elif isinstance(statement, gast.Delete):
            webs.read_all(statement)
        else:
            _visit_simple(webs, statement)


def _visit_loop(webs: _Webs, loop: gast.For | gast.While) -> None:
    """What the body binds may reach its head: one round, taking every such definition to do so."""
    if isinstance(loop, gast.For):
        webs.read_all(loop.iter)
    before = webs.reaching
    carried = {node.id: frozenset[int]() for node in _bindings(loop.body)}
    for node in _bindings(loop.body):
        carried[node.id] |= {webs.definition(node)}
    webs.reaching = _join(before, carried)
    if isinstance(loop, gast.For):
        assert isinstance(loop.target, gast.Name)
        webs.bind(loop.target)
    else:
        webs.read_all(loop.test)
    head = dict(webs.reaching)
    _visit(webs, loop.body)
    webs.reaching = _join(before, webs.reaching) if isinstance(loop, gast.For) else _join(head, webs.reaching)


def _visit_try(webs: _Webs, statement: gast.Try) -> None:
    before = dict(webs.reaching)
    _visit(webs, statement.body)
    after_body = webs.reaching
    ends = []
    for handler in statement.handlers:
        webs.reaching = _join(before, after_body)
        webs.read_all(handler.type)
        _visit(webs, handler.body)
        ends.append(webs.reaching)
    webs.reaching = after_body
    _visit(webs, statement.orelse)
    webs.reaching = _join(webs.reaching, *ends)
    _visit(webs, statement.finalbody)


def _visit_simple(webs: _Webs, statement: gast.stmt) -> None:
    if isinstance(statement, gast.Assign):
        webs.read_all(statement.value)
        target = statement.targets[0]
        if isinstance(target, gast.Name):
            webs.bind(target)
        else:
            webs.read_all(target)
    elif isinstance(statement, gast.AugAssign):
        webs.read_all(statement.value)
        if isinstance(statement.target, gast.Name):
            _augment(webs, statement.target)
        else:
            webs.read_all(statement.target)
    elif isinstance(statement, (gast.Import, gast.ImportFrom)):
        for alias in statement.names:
            variable = (alias.asname or alias.name).split(".")[0]
            webs.reaching[variable] = frozenset([webs.define(variable)])
    else:
        webs.read_all(statement)


def _augment(webs: _Webs, target: gast.Name) -> None:
    """`x += y` reads and binds the same web: an array keeps its identity."""
    old = webs.reaching.get(target.id, frozenset())
    definition = webs.definition(target)
    webs.occurrences.append((target, webs.unite(old | frozenset([definition]))))
    webs.reaching[target.id] = frozenset([definition])


def separate_webs(function: core.Function, names: Names) -> core.Function:
    """The function with a name of its own for every web.

    The web that is bound first keeps the variable's name; later ones are numbered (`x_2`).
    """
    inner = [node for node in _statements(function.body) if isinstance(node, gast.FunctionDef)]
    captured = names_read(list(inner)) if inner else set()
    webs = _Webs(function.parameters)
    for variable in sorted(captured):
        webs.capture(variable)
    _visit(webs, function.body)
    chosen = _choose_names(webs, names)
    renamed = {id(node): chosen[webs.root(definition)] for node, definition in webs.occurrences}
    if all(renamed[id(node)] == node.id for node, _ in webs.occurrences):
        return function
    return function.with_body([_rename(statement, renamed) for statement in function.body])


def _statements(body: list[gast.stmt]) -> list[gast.stmt]:
    found: list[gast.stmt] = []
    pending = list(body)
    while pending:
        statement = pending.pop()
        found.append(statement)
        if not isinstance(statement, gast.FunctionDef):
            pending.extend(child for child in gast.iter_child_nodes(statement) if isinstance(child, gast.stmt))
            pending.extend(s for handler in getattr(statement, "handlers", []) for s in handler.body)
    return found


def _choose_names(webs: _Webs, names: Names) -> dict[int, str]:
    chosen: dict[int, str] = {}
    used: set[str] = set()
    for definition, variable in enumerate(webs.variable):
        root = webs.root(definition)
        if root not in chosen:
            chosen[root] = names.fresh(variable) if variable in used else variable
            used.add(variable)
    return chosen


def _rename(node: gast.AST, renamed: dict[int, str]) -> gast.AST:
    if isinstance(node, gast.Name):
        new = renamed.get(id(node), node.id)
        return node if new == node.id else gast.copy_location(gast.Name(new, node.ctx, None, None), node)
    if isinstance(node, (gast.FunctionDef, gast.Constant)):
        return node
    values = []
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            value = [_rename(item, renamed) if isinstance(item, gast.AST) else item for item in value]
        elif isinstance(value, gast.AST):
            value = _rename(value, renamed)
        values.append(value)
    return gast.copy_location(type(node)(*values), node)
