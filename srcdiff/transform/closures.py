"""Inner functions that are values: each is a tag, or a tuple of a tag and of what it captures.

A function that is made once is told by its name alone, since what it captures is where it was. One that is made on
each trip of a loop captures other values every time, and takes them along: `("step", a, b)`. Functions that may be
called at one place have one layout, in which each has slots of its own; the others' are None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact, Tag
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import statements
from srcdiff.build import assign, constant, display, name, statement_like, subscript, substitute
from srcdiff.transform.definitions import free_names, own_names
from srcdiff.transform.scope import Findings, Scope
from srcdiff.transform.splice import renamed_copy

__all__ = ["Closure", "Closures", "holds_inner"]

Block = list[gast.stmt]


@dataclass(frozen=True)
class Closure:
    """What a tag stands for.

    Attributes
    ----------
    candidate : gast.FunctionDef or object
        The inner function, or a function from elsewhere that may stand in the place of one.
    slots : tuple of str
        The captured variables that it takes along.
    offset : int
        Where these begin in the tuple.
    width : int
        The length of the tuple; 0 for a tag alone.
    """

    candidate: Any
    slots: tuple[str, ...] = ()
    offset: int = 1
    width: int = 0


def holds_inner(fact: Fact | None) -> bool:
    """Whether a value is, or contains, an inner function."""
    if fact is None:
        return False
    if any(isinstance(f, (gast.FunctionDef, Tag)) for f in fact.functions):
        return True
    return any(holds_inner(item) for item in (*(fact.items or ()), *fact.first, fact.item))


class Closures:
    """The inner functions of one function that are values, and how they are written."""

    def __init__(
        self, function: core.Function, facts: Facts, scope: Scope, findings: Findings, called: list[Fact]
    ) -> None:
        self.facts = facts
        self.scope = scope
        self.known = findings.closures
        self.kept = findings.kept
        self.definitions = {s.name: s for s in statements(function.body) if isinstance(s, gast.FunctionDef)}
        self.values: dict[str, gast.expr] = {}
        self.first: Block = []
        for group in _together([fact.functions for fact in called]):
            self.lay_out(group)

    # Deciding.

    def lay_out(self, group: list[Any]) -> None:
        """Give the functions that may be called at one place tags and slots."""
        inner = [f for f in group if isinstance(f, gast.FunctionDef)]
        if not inner:
            return
        slots = {f.name: self.slots(f) for f in inner}
        if len(group) == 1 and not slots[inner[0].name]:
            return  # it can be called by its name
        width = 1 + sum(map(len, slots.values())) if any(slots.values()) else 0
        offset = 1
        for candidate in group:
            if isinstance(candidate, Tag):
                continue
            if isinstance(candidate, gast.FunctionDef):
                title, own = candidate.name, slots[candidate.name]
                self.kept.add(title)
            elif width:
                title, own = gast.unparse(self.scope.reference(candidate)).strip(), ()
            else:
                continue
            closure = Closure(candidate, own, offset, width)
            self.known[title] = closure
            offset += len(own)
            self.name_value(title, closure)

    def slots(self, node: gast.FunctionDef) -> tuple[str, ...]:
        """The captured variables that may have changed by the time of the call."""
        captured = free_names(node) & set(self.scope.bindings)
        return tuple(sorted(n for n in captured if n not in self.scope.stable and n != node.name))

    def name_value(self, title: str, closure: Closure) -> None:
        """The expression for a function as a value."""
        if not closure.width:
            self.values[title] = constant(Tag(title))
            return
        held = self.scope.fresh(f"{title.rsplit('.', 1)[-1]}_closure")
        self.values[title] = name(held)
        if not isinstance(closure.candidate, gast.FunctionDef):
            self.first.append(assign(held, self.packed(title, closure)))

    def packed(self, title: str, closure: Closure) -> gast.expr:
        """The tuple that a function is."""
        items: list[gast.expr] = [constant(Tag(title))] + [constant(None) for _ in range(closure.width - 1)]
        for k, variable in enumerate(closure.slots):
            items[closure.offset + k] = name(variable)
        return display(items)

    # Telling apart, and calling.

    def tag_of(self, candidate: Any) -> Tag | None:
        """The tag of a function; None for one that is an object at run time."""
        if isinstance(candidate, Tag):
            return candidate
        if isinstance(candidate, gast.FunctionDef):
            return Tag(candidate.name) if candidate.name in self.known else None
        return next((Tag(title) for title, closure in self.known.items() if closure.candidate is candidate), None)

    def has_slots(self, candidate: Any) -> bool:
        """Whether a function is a tuple."""
        tag = self.tag_of(candidate)
        return tag is not None and self.known[tag].width > 0

    def opened(self, candidate: Any, function: gast.Name) -> tuple[gast.expr | None, Block]:
        """What to call for an inner function, and the statements before that; None for a function from elsewhere."""
        tag = self.tag_of(candidate)
        closure = self.known[tag] if tag is not None else None
        node = closure.candidate if closure is not None else candidate
        if not isinstance(node, gast.FunctionDef):
            return (None if closure is None else self.scope.reference(node)), []
        if closure is None:
            return name(node.name), []
        before: Block = []
        values: dict[str, gast.expr] = {}
        for k, variable in enumerate(closure.slots):
            held = self.scope.fresh(variable)
            before.append(assign(held, subscript(name(function.id), constant(closure.offset + k))))
            values[variable] = name(held)
        title = self.scope.fresh(node.name)
        values[node.name] = name(title)
        copied = renamed_copy(node, values)
        copied.name = title
        return name(title), [*before, copied]

    # Writing.

    def named(self, titles: set[str], body: Block) -> Block:
        """The body with the names of inner functions in their place."""
        self.values = {title: constant(Tag(title)) for title in titles}
        return self.converted(body)

    def converted(self, body: Block) -> Block:
        """The body with tags in the place of inner functions that are values."""
        if not self.values:
            return body
        objects = {
            title: closure.candidate
            for title, closure in self.known.items()
            if title in self.values and not isinstance(closure.candidate, gast.FunctionDef)
        }
        return _Values(self, objects).block(body)


class _Values:
    """Writes tags for functions that are values."""

    def __init__(self, closures: Closures, objects: dict[str, Any]) -> None:
        self.closures = closures
        self.objects = objects

    def block(self, body: Block) -> Block:
        out: Block = []
        for statement in body:
            new = self.visit(statement, frozenset())
            out.append(new)
            if isinstance(statement, gast.FunctionDef):
                closure = self.closures.known.get(statement.name)
                value = self.closures.values.get(statement.name)
                if closure is not None and isinstance(value, gast.Name):
                    packed = self.closures.packed(statement.name, closure)
                    out.append(statement_like(assign(value.id, self.visit(packed, frozenset())), statement))
        return out

    def visit(self, node: Any, own: frozenset[str]) -> Any:
        if isinstance(node, list):
            if node and isinstance(node[0], gast.stmt) and not own:
                return self.block(node)
            return [self.visit(item, own) for item in node]
        if isinstance(node, (gast.Name, gast.Attribute)) and isinstance(node.ctx, gast.Load):
            title = self.title(node, own)
            if title is not None:
                return gast.copy_location(renamed_copy(self.closures.values[title], {}), node)
        if not isinstance(node, gast.AST):
            return node
        if isinstance(node, gast.Call):
            arguments = self.visit(node.args, own)
            return gast.copy_location(gast.Call(node.func, arguments, self.visit(node.keywords, own)), node)
        if isinstance(node, gast.FunctionDef):
            return self.definition(node, own)
        new = type(node)(*[self.visit(getattr(node, field, None), own) for field in node._fields])
        if isinstance(new, gast.Compare) and any(map(_is_tag, [new.left, *new.comparators])):
            new.ops = [_EQUAL.get(type(op), type(op))() for op in new.ops]
        return gast.copy_location(new, node)

    def definition(self, node: gast.FunctionDef, own: frozenset[str]) -> gast.FunctionDef:
        """A definition; its defaults belong to the scope around it."""
        parts = {field: getattr(node, field, None) for field in node._fields}
        inside = own | own_names(node) | {node.name}
        arguments = substitute(node.args, {})
        arguments.defaults = self.visit(node.args.defaults, own)
        arguments.kw_defaults = self.visit(node.args.kw_defaults, own)
        parts |= {"args": arguments, "body": [self.visit(statement, inside) for statement in node.body]}
        return gast.copy_location(gast.FunctionDef(**parts), node)

    def title(self, node: gast.expr, own: frozenset[str]) -> str | None:
        """The function that an expression stands for."""
        if isinstance(node, gast.Name) and node.id in self.closures.definitions:
            return node.id if node.id in self.closures.values and node.id not in own else None
        if not self.objects:
            return None
        scope = self.closures.scope
        found = scope.object_of(node)
        if isinstance(node, gast.Name) and node.id in scope.function.parameters and node.id in scope.stable:
            functions = self.closures.facts(node).functions
            found = functions[0] if len(functions) == 1 else None
        return next((title for title, value in self.objects.items() if value is found), None)


_EQUAL = {gast.Is: gast.Eq, gast.IsNot: gast.NotEq}


def _is_tag(node: gast.expr) -> bool:
    return isinstance(node, gast.Constant) and isinstance(node.value, Tag)


def _together(sets: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Sets that have members in common, united."""
    groups: list[list[Any]] = []
    for functions in sets:
        touching = [g for g in groups if any(f is known for f in functions for known in g)]
        united: list[Any] = []
        for member in (f for group in (*touching, list(functions)) for f in group):
            if not any(member is known for known in united):
                united.append(member)
        groups = [g for g in groups if not any(g is t for t in touching)] + [united]
    return groups
