"""Objects taken apart: a variable for each attribute, until an object is first needed whole.

>>> # p = new_object(Particle)
>>> # p.x = x                        p_x = x
>>> # p.v = v                        p_v = v
>>> # p.x = p.x + dt * p.v           p_x = p_x + dt * p_v
>>> # shelf.append(p)                p = made_object(Particle, x=p_x, v=p_v);  shelf.append(p)

Escape analysis after Stadler, Würthinger and Mössenböck (2014), "Partial escape analysis and scalar replacement for
Java", for straight code: an object that a branch or a loop needs whole is made before it.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff import core, runtime
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.records import fields_of
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import assign, constant, is_name, name, names_read, statement_like, store
from srcdiff.names import Names
from srcdiff.transform.module import Module
from srcdiff.transform.stored import stores_in_variables

__all__ = ["with_fields_as_variables"]

Block = list[gast.stmt]


def with_fields_as_variables(
    function: core.Function, parameters: dict[str, Fact], names: Names, module: Module, added: dict[str, Any]
) -> core.Function | None:
    """The function with its objects taken apart, and what it stores into others; None where there are none.

    `added` are the objects that the text refers to by names that are not the user's.
    """
    run = _Fields(function, names, module, added)
    body = run.block(run.without_aliases(function.body), set(), looped=False)
    stored = stores_in_variables(function.with_body(body), parameters, names, module, run.object_of)
    return function.with_body(stored or body) if run.changed or stored is not None else None


@dataclass
class _Object:
    """An object that is taken apart: its class, the variables of its attributes, those that are its own."""

    variable: str
    cls: type
    origin: gast.stmt
    variables: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    inherited: Block = field(default_factory=list)


class _Fields:
    def __init__(self, function: core.Function, names: Names, module: Module, added: dict[str, Any]) -> None:
        self.function = function
        self.added = added
        self.names = names
        self.module = module
        self.changed = False

    def object_of(self, node: gast.expr) -> Any:
        if isinstance(node, gast.Name) and node.id in self.added:
            return self.added[node.id]
        try:
            return self.function.source.resolve(node)
        except LookupError:
            return None

    def made(self, statement: gast.stmt) -> type | None:
        """The class of the object that `target = new_object(Class)` makes."""
        value = getattr(statement, "value", None)
        if not isinstance(statement, gast.Assign) or not isinstance(value, gast.Call):
            return None
        if not is_name(statement.targets[0]) or self.object_of(value.func) is not runtime.new_object:
            return None
        cls = self.object_of(value.args[0])
        return cls if isinstance(cls, type) else None

    # Other names.

    def without_aliases(self, body: Block) -> Block:
        """Objects, and variables of attributes, under one name each: a second one is bound once, and means the same."""
        objects = {s.targets[0].id for s in statements(body) if self.made(s) is not None}
        if not objects | self.module.fields:
            return body
        bindings = Counter(n for s in statements(body) for n in bound_names(s))
        counts = Counter(n.id for s in body for n in gast.walk(s) if isinstance(n, gast.Name))
        return self.unaliased(body, objects | self.module.fields, bindings, counts)

    def unaliased(self, body: Block, known: set[str], bindings: Counter[str], counts: Counter[str]) -> Block:
        out = list(body)
        index = 0
        while index < len(out):
            statement = out[index]
            if _is_alias(statement, known) and bindings[statement.targets[0].id] == 1:
                alias, original = statement.targets[0].id, statement.value.id
                rest = out[index + 1 :]
                if self.means_the_same(alias, original, rest, counts):
                    counts[original] += counts.pop(alias) - 2
                    out[index:] = [_renamed(s, alias, original) for s in rest]
                    self.changed = True
                    continue
                if original not in self.module.fields:
                    known.add(alias)
            new = copy.copy(statement)
            for block in ("body", "orelse", "finalbody"):
                if getattr(statement, block, None) and not isinstance(statement, gast.FunctionDef):
                    setattr(new, block, self.unaliased(getattr(statement, block), known, bindings, counts))
            out[index] = new
            index += 1
        return out

    def means_the_same(self, alias: str, original: str, rest: Block, counts: Counter[str]) -> bool:
        """Whether a second name is read in the rest of its block alone, where the first one is not bound anew."""
        if original in self.module.fields and alias in self.function.source.local_names:
            return False  # people's own words
        last = max((k for k, s in enumerate(rest) if _mentions(s, alias)), default=-1)
        if any(original in _bound_within(s) for s in rest[: last + 1]):
            return False
        return _count(rest, alias) == counts[alias] - 1

    # Taking apart.

    def block(self, body: Block, outside: set[str], *, looped: bool) -> Block:
        """A block; `outside` are the names that are read after it, and before it if that is `looped`."""
        out: Block = []
        index = 0
        while index < len(body):
            statement = body[index]
            rest = body[index + 1 :]
            cls = self.made(statement)
            if cls is not None:
                self.changed = True
                variable = statement.targets[0].id
                around = outside | (names_read(body[:index]) if looped else set())
                body = [*body[: index + 1], *self.object(_Object(variable, cls, statement), rest, around)]
                index += 1
                continue
            if blocks_of(statement) and not isinstance(statement, gast.FunctionDef):
                around = outside | names_read(rest) | (names_read(body[:index]) if looped else set())
                statement = self.compound(statement, around, looped=looped)
            out.append(statement)
            index += 1
        return out

    def compound(self, statement: gast.stmt, outside: set[str], *, looped: bool) -> gast.stmt:
        if isinstance(statement, gast.While):
            outside = outside | names_read(statement.test)
        looped = looped or isinstance(statement, (gast.For, gast.While))
        new = copy.copy(statement)
        for block in ("body", "orelse", "finalbody"):
            if getattr(statement, block, None):
                setattr(new, block, self.block(getattr(statement, block), outside, looped=looped) or [gast.Pass()])
        return new

    def object(self, made: _Object, rest: Block, around: set[str]) -> Block:
        """The statements after an object was made, with variables in the place of its attributes."""
        out: Block = []
        for index, statement in enumerate(rest):
            rebound = made.variable in _bound_within(statement)
            if rebound or self.needs_whole(statement, made):
                if rebound and not _reads(statement, made.variable) and not blocks_of(statement):
                    return [*made.inherited, *out, *rest[index:]]
                return [*made.inherited, *out, self.whole(made), *rest[index:]]
            out.append(self.replaced(statement, made))
        if made.variable in around:
            out.append(self.whole(made))
        return [*made.inherited, *out]

    def needs_whole(self, statement: gast.stmt, made: _Object) -> bool:
        """Whether a statement does more to an object than to read and to store attributes that are variables."""
        if not _mentions(statement, made.variable):
            return False
        if isinstance(statement, gast.FunctionDef):
            return True
        new = isinstance(statement, gast.Assign)
        for node in _attributes(statement, made.variable):
            if isinstance(node.ctx, gast.Del) or _is_descriptor(made.cls, node.attr):
                return True
            binds = new and isinstance(node.ctx, gast.Store)
            if not binds and node.attr not in made.variables and not self.inherit(made, node.attr):
                return True
        return len(list(_attributes(statement, made.variable))) < _count([statement], made.variable)

    def inherit(self, made: _Object, attr: str) -> bool:
        """Take an attribute over from the class; whether there is one that is a plain value."""
        found = inspect.getattr_static(made.cls, attr, None)
        if found is None or callable(found) or hasattr(type(found), "__get__"):
            return False
        plain = isinstance(found, (bool, int, float, complex, str))
        value = constant(found) if plain else name(self.refer(found, attr))
        made.variables[attr] = self.variable(made, attr)
        made.inherited.append(statement_like(assign(made.variables[attr], value), made.origin))
        return True

    def variable(self, made: _Object, attr: str) -> str:
        """A variable for an attribute."""
        variable = self.names.fresh(f"{made.variable.lstrip('_')}_{attr.lstrip('_')}")
        self.module.fields.add(variable)
        return variable

    def refer(self, value: Any, preferred: str) -> str:
        for known, other in self.module.objects.items():
            if other is value and known not in self.module.imports:
                return known
        chosen = self.names.fresh(preferred)
        self.module.names.reserve(chosen)
        self.module.objects[chosen] = value
        return chosen

    def replaced(self, statement: gast.stmt, made: _Object) -> gast.stmt:
        for node in _attributes(statement, made.variable):
            if isinstance(node.ctx, gast.Store):
                made.own.add(node.attr)
            if node.attr not in made.variables:
                made.variables[node.attr] = self.variable(made, node.attr)
        new: gast.stmt = _with_variables(statement, made)
        return new

    def whole(self, made: _Object) -> gast.stmt:
        """The object, made of its variables."""
        assert isinstance(made.origin, gast.Assign)
        values = {attr: name(variable) for attr, variable in made.variables.items() if attr in made.own}
        fields = fields_of(made.cls)
        cls = made.origin.value.args[0]
        if dataclasses.is_dataclass(made.cls) and fields is not None and set(fields) == set(values):
            value = gast.Call(cls, [values[attr] for attr in fields], [])
            self.module.whole.add(made.variable)
        else:
            helper = self.module.refer(runtime.made_object, "made_object", self.names.taken)
            self.names.reserve(helper)
            value = gast.Call(name(helper), [cls], [gast.keyword(attr, v) for attr, v in values.items()])
        gast.copy_location(value, made.origin)
        statement = statement_like(assign(made.variable, value), made.origin)
        return statement


def blocks_of(statement: gast.stmt) -> list[Block]:
    """The blocks of a compound statement."""
    return list(blocks(statement))


def _is_alias(statement: gast.stmt, objects: set[str]) -> bool:
    return (
        isinstance(statement, gast.Assign)
        and is_name(statement.targets[0])
        and isinstance(statement.value, gast.Name)
        and statement.value.id in objects
    )


def _is_descriptor(cls: type, attr: str) -> bool:
    return isinstance(inspect.getattr_static(cls, attr, None), property)


def _count(body: Block, variable: str) -> int:
    return sum(is_name(node, variable) for statement in body for node in gast.walk(statement))


def _mentions(statement: gast.stmt, variable: str) -> bool:
    return any(is_name(node, variable) for node in gast.walk(statement))


def _reads(statement: gast.stmt, variable: str) -> bool:
    return variable in names_read(statement)


def _bound_within(statement: gast.stmt) -> set[str]:
    return {n for s in statements([statement]) for n in bound_names(s)}


def _attributes(statement: gast.stmt, variable: str) -> list[gast.Attribute]:
    return [n for n in gast.walk(statement) if isinstance(n, gast.Attribute) and is_name(n.value, variable)]


def _renamed(node: Any, old: str, new: str) -> Any:
    if isinstance(node, list):
        return [_renamed(item, old, new) for item in node]
    if not isinstance(node, gast.AST):
        return node
    if isinstance(node, gast.Name):
        return gast.copy_location(gast.Name(new if node.id == old else node.id, node.ctx, None, None), node)
    changed = copy.copy(node)
    for part in node._fields:
        setattr(changed, part, _renamed(getattr(node, part, None), old, new))
    return changed


def _with_variables(node: Any, made: _Object) -> Any:
    """A copy with variables in the place of attributes."""
    if isinstance(node, list):
        return [_with_variables(item, made) for item in node]
    if not isinstance(node, gast.AST):
        return node
    if isinstance(node, gast.Attribute) and is_name(node.value, made.variable):
        variable = made.variables[node.attr]
        return gast.copy_location(store(variable) if isinstance(node.ctx, gast.Store) else name(variable), node)
    new = copy.copy(node)
    for part in node._fields:
        setattr(new, part, _with_variables(getattr(node, part, None), made))
    return new
