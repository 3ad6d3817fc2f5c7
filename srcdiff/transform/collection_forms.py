"""`deque`, `defaultdict` and `OrderedDict` that stay in a function, as the lists and dictionaries that they are.

>>> # window = deque(maxlen=2)        window = []
>>> # window.append(v)                window.append(v);  if len(window) > 2: window.pop(0)
>>> # groups = defaultdict(list)      groups = {}
>>> # g = groups[k]                   if k not in groups: groups[k] = [];   g = groups[k]
"""

from __future__ import annotations

import copy
import itertools
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, attribute, call, constant, is_name, name, statement_like, subscript
from srcdiff.names import Names

__all__ = ["plain_collections"]

Block = list[gast.stmt]
_LOOKED_AT = frozenset((len, list, tuple, sorted, sum, max, min, set, enumerate, dict, any, all, bool, reversed))
_DICTIONARY = frozenset(("keys", "values", "items", "get", "pop", "clear", "update", "setdefault"))
_METHODS = {
    deque: frozenset(("append", "appendleft", "pop", "popleft", "clear", "extend", "reverse", "index")),
    defaultdict: _DICTIONARY,
    OrderedDict: _DICTIONARY | {"move_to_end"},
}
_EMPTY: dict[Any, Callable[[], gast.expr]] = {
    list: lambda: gast.List([], gast.Load()),
    dict: lambda: gast.Dict([], []),
    float: lambda: constant(0.0),
    int: lambda: constant(0),
    complex: lambda: constant(0j),
}


@dataclass(frozen=True)
class _Collection:
    """What a variable holds: the class, and how it was made."""

    cls: Any
    made: gast.Call

    @property
    def option(self) -> gast.expr | None:
        """The length that a deque keeps to, the factory of a `defaultdict`."""
        if self.cls is deque:
            return self.made.args[1] if len(self.made.args) > 1 else _keyword(self.made, "maxlen")
        return self.made.args[0] if self.cls is defaultdict and self.made.args else None


def plain_collections(
    function: core.Function, names: Names, object_of: Callable[[gast.expr], Any]
) -> core.Function | None:
    """The function with lists and dictionaries in the place of collections; None where there are none."""
    found = _collections(function.body, object_of)
    if not found:
        return None
    return function.with_body(_Plain(found, names, object_of).block(function.body))


def _collections(body: Block, object_of: Callable[[gast.expr], Any]) -> dict[str, _Collection]:
    """The variables that hold one kind of collection, and that only this function looks at."""
    found: dict[str, _Collection] = {}
    bindings: Counter[str] = Counter(n for s in statements(body) for n in bound_names(s))
    for statement in statements(body):
        value = getattr(statement, "value", None)
        if isinstance(statement, gast.Assign) and isinstance(value, gast.Call) and is_name(statement.targets[0]):
            cls = object_of(value.func)
            made = _Collection(cls, value) if _is_kind(cls) else None
            if made is not None and bindings[statement.targets[0].id] == 1 and _is_covered(made, object_of):
                found[statement.targets[0].id] = made
    return {v: made for v, made in found.items() if _stays(body, v, made, object_of)}


def _is_kind(cls: Any) -> bool:
    return isinstance(cls, type) and cls in _METHODS


def _is_covered(made: _Collection, object_of: Callable[[gast.expr], Any]) -> bool:
    option = made.option
    if any(isinstance(a, gast.Starred) for a in made.made.args) or any(k.arg is None for k in made.made.keywords):
        return False
    if made.cls is deque:
        return option is None or isinstance(option, (gast.Constant, gast.Name))
    if made.cls is defaultdict:
        return option is not None and object_of(option) in _EMPTY
    return True


def _keyword(node: gast.Call, title: str) -> gast.expr | None:
    return next((k.value for k in node.keywords if k.arg == title), None)


def _stays(body: Block, variable: str, made: _Collection, object_of: Callable[[gast.expr], Any]) -> bool:
    """Whether a collection is only read, changed and asked by methods that are known."""
    total = sum(is_name(n, variable) for s in body for n in gast.walk(s)) - 1  # where it is bound
    known = 0
    for node in itertools.chain.from_iterable(map(gast.walk, body)):
        if isinstance(node, gast.FunctionDef) and any(is_name(n, variable) for n in gast.walk(node)):
            return False
        if isinstance(node, gast.Subscript) and is_name(node.value, variable):
            known += 1
        elif isinstance(node, gast.Attribute) and is_name(node.value, variable):
            known += node.attr in _METHODS[made.cls]
        elif isinstance(node, gast.Compare):
            known += sum(is_name(part, variable) for part in node.comparators)
        elif isinstance(node, (gast.If, gast.While)):
            test = node.test.operand if isinstance(node.test, gast.UnaryOp) else node.test
            known += is_name(test, variable)
        elif isinstance(node, gast.Call) and _is_looking(object_of(node.func)):
            known += sum(is_name(part, variable) for part in node.args)
    return known == total


def _is_looking(function: Any) -> bool:
    try:
        return function in _LOOKED_AT
    except TypeError:
        return False


class _Plain:
    def __init__(self, found: dict[str, _Collection], names: Names, object_of: Callable[[gast.expr], Any]) -> None:
        self.found = found
        self.names = names
        self.object_of = object_of
        self.lengths: dict[str, str] = {}

    def block(self, body: Block) -> Block:
        out: Block = []
        for statement in body:
            for made in self.statement(statement):
                for node in gast.walk(made):
                    if isinstance(node, (gast.stmt, gast.expr)) and not hasattr(node, "lineno"):
                        gast.copy_location(node, statement)
                out.append(statement_like(made, statement) if made is not statement else made)
        return out

    def statement(self, statement: gast.stmt) -> Block:
        if isinstance(statement, gast.FunctionDef):
            return [statement]
        value = getattr(statement, "value", None)
        target = statement.targets[0] if isinstance(statement, gast.Assign) else None
        if isinstance(target, gast.Name) and target.id in self.found:
            return self.made(target.id, self.found[target.id])
        if isinstance(value, gast.Call) and isinstance(statement, (gast.Assign, gast.Expr)):
            return self.called(statement, value)
        before = [b for node in self.defaults_read(statement) for b in self.with_default(node)]
        new = copy.copy(statement)
        for field in ("body", "orelse", "finalbody"):
            if getattr(statement, field, None):
                setattr(new, field, self.block(getattr(statement, field)))
        return [*before, new]

    def made(self, variable: str, collection: _Collection) -> Block:
        """The list or the dictionary itself."""
        if collection.cls is deque and isinstance(collection.option, gast.Name):
            self.lengths[variable] = self.names.fresh(f"{variable}_maxlen")
            plain = _Collection(deque, gast.Call(collection.made.func, collection.made.args[:1], []))
            limit = assign(self.lengths[variable], collection.option)
            return [limit, *self.made(variable, plain), *self.shortened(variable, collection)]
        if collection.cls is deque:
            items = collection.made.args[:1] or [k.value for k in collection.made.keywords if k.arg == "iterable"]
            if not items:
                return [assign(variable, gast.List([], gast.Load()))]
            return [assign(variable, call("list", items[0])), *self.shortened(variable, collection)]
        arguments = collection.made.args[1 if collection.cls is defaultdict else 0 :]
        if not arguments and not collection.made.keywords:
            return [assign(variable, gast.Dict([], []))]
        return [assign(variable, gast.Call(name("dict"), arguments, collection.made.keywords))]

    def shortened(self, variable: str, collection: _Collection, *, left: bool = True) -> Block:
        """What goes beyond the length of a deque falls out on the other side."""
        limit = name(self.lengths[variable]) if variable in self.lengths else collection.option
        if limit is None or (isinstance(limit, gast.Constant) and limit.value is None):
            return []
        test = gast.Compare(call("len", name(variable)), [gast.Gt()], [limit])
        pop = call(attribute(name(variable), "pop"), *([constant(0)] if left else []))
        return [gast.While(test, [gast.Expr(pop)], [])]

    def called(self, statement: gast.stmt, node: gast.Call) -> Block:
        """A method of a collection."""
        owner = node.func.value if isinstance(node.func, gast.Attribute) else None
        collection = self.found.get(owner.id) if isinstance(owner, gast.Name) else None
        if collection is None:
            return [statement]
        assert isinstance(node.func, gast.Attribute)
        assert isinstance(owner, gast.Name)
        method, variable = node.func.attr, owner.id
        if collection.cls is deque:
            if method in ("append", "extend", "insert"):
                return [statement, *self.shortened(variable, collection)]
            if method == "appendleft":
                put = gast.Expr(call(attribute(name(variable), "insert"), constant(0), *node.args))
                return [put, *self.shortened(variable, collection, left=False)]
            if method == "popleft":
                return [_with_value(statement, call(attribute(name(variable), "pop"), constant(0)))]
        if method == "move_to_end" and len(node.args) == 1 and not node.keywords:
            item = self.names.fresh(f"{variable}_item")
            taken = assign(item, call(attribute(name(variable), "pop"), node.args[0]))
            return [taken, assign(subscript(name(variable), node.args[0], gast.Store()), name(item))]
        return [statement]

    def defaults_read(self, statement: gast.stmt) -> list[gast.Subscript]:
        """The items of `defaultdict`s that a statement reads, which it makes if they are missing."""
        parts = [statement] if isinstance(statement, (gast.Assign, gast.AugAssign, gast.Expr, gast.Return)) else []
        parts += [getattr(statement, field) for field in ("test", "iter") if hasattr(statement, field)]
        read = (gast.Load,) if not isinstance(statement, gast.AugAssign) else (gast.Load, gast.Store)
        return [
            node
            for part in parts
            for node in gast.walk(part)
            if isinstance(node, gast.Subscript)
            and isinstance(node.ctx, read)
            and isinstance(node.value, gast.Name)
            and node.value.id in self.found
            and self.found[node.value.id].cls is defaultdict
        ]

    def with_default(self, node: gast.Subscript) -> Block:
        """A missing item is made before it is read."""
        option = self.found[node.value.id].option
        assert option is not None
        missing = gast.Compare(node.slice, [gast.NotIn()], [name(node.value.id)])
        value = _EMPTY[self.object_of(option)]()
        made: Block = []
        if not isinstance(value, gast.Constant):
            held = self.names.fresh(f"{node.value.id}_item")
            made.append(assign(held, value))
            value = name(held)
        made.append(assign(subscript(name(node.value.id), node.slice, gast.Store()), value))
        return [gast.If(missing, made, [])]


def _with_value(statement: gast.stmt, value: gast.expr) -> gast.stmt:
    if isinstance(statement, gast.Assign):
        return gast.Assign(statement.targets, value, None)
    return gast.Expr(value)
