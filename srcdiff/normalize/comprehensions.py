"""Comprehensions and generators become loops.

>>> # ys = [f(x) for x in xs]        ys = [];  for k in range(len(xs)):  x = xs[k];  ys_f = f(x);  ys.append(ys_f)
>>> # s = sum(x * x for x in xs)     s = 0;    for k in range(len(xs)):  x = xs[k];  s_mul = x * x;  s = s + s_mul

Their variables are the function's by now, under names of their own (`scoping.py`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import build
from srcdiff.normalize import expressions

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["call", "dict_comprehension", "generator", "list_comprehension", "set_comprehension"]

#: What takes all that a generator yields, so that a list does as well.
CONSUMERS: frozenset[Any] = frozenset(
    {set, frozenset, sorted, max, min, math.fsum, math.prod, np.fromiter, list, tuple, dict, sum, any, all}
)
#: What can be written as a generator: `list(zip(a, b))` is `[(x, y) for x, y in zip(a, b)]`.
LAZY: frozenset[Any] = frozenset({zip, enumerate, map, filter, reversed})


def list_comprehension(flat: Flattener, node: gast.ListComp, stem: str, into: str | None) -> gast.expr:
    """`[element for ...]`."""
    name = into or flat.names.fresh(f"{stem}_list")
    flat.assign(name, gast.List([], gast.Load()))
    _loops(flat, node, lambda: _append(flat, name, flat.atom(node.elt, stem)))
    return flat.read(name, node)


def _append(flat: Flattener, name: str, atom: gast.expr) -> None:
    flat.emit(gast.Expr(build.call(build.attribute(flat.read(name), "append"), atom)))


def set_comprehension(flat: Flattener, node: gast.SetComp, stem: str, into: str | None) -> gast.expr:
    """`{element for ...}`."""
    items = list_comprehension(flat, flat.like(node, gast.ListComp(node.elt, node.generators)), stem, None)
    return flat.call("set", items)


def dict_comprehension(flat: Flattener, node: gast.DictComp, stem: str, into: str | None) -> gast.expr:
    """`{key: value for ...}`."""
    name = into or flat.names.fresh(f"{stem}_dict")
    flat.assign(name, gast.Dict([], []))

    def item() -> None:
        key, value = flat.atoms([node.key, node.value], stem)
        flat.emit(build.assign(build.subscript(flat.read(name), key, gast.Store()), value))

    _loops(flat, node, item)
    return flat.read(name, node)


def generator(flat: Flattener, node: gast.GeneratorExp, stem: str, into: str | None) -> gast.expr:
    """A generator that nothing consumes on the spot."""
    raise flat.refuse(
        node, "a generator expression that is not consumed where it stands", "Use a list: write it in square brackets."
    )


def call(flat: Flattener, node: gast.Call, stem: str, into: str | None) -> gast.expr:
    """A call; one that consumes a generator is a loop."""
    function = flat.purity.object_of(node.func)
    if node.args and function is not None and _is_consumer(function):
        argument = _as_generator(flat, node.args[0])
        if argument is not None:
            rewrite = None if node.keywords else _REWRITINGS.get(function)
            result = rewrite(flat, node, argument, stem, into) if rewrite is not None else None
            if result is not None:
                return result
            node = _with_list(flat, node, argument)
    elif len(node.args) == 1 and isinstance(node.args[0], gast.GeneratorExp) and _is_join(node):
        node = _with_list(flat, node, node.args[0])
    return expressions.call(flat, node, stem, into)


def _is_consumer(function: Any) -> bool:
    try:
        return function in CONSUMERS
    except TypeError:
        return False


def _is_join(node: gast.Call) -> bool:
    function = node.func
    return isinstance(function, gast.Attribute) and function.attr in ("join", "extend", "update", "writelines")


def _with_list(flat: Flattener, node: gast.Call, argument: gast.GeneratorExp) -> gast.Call:
    items = flat.like(argument, gast.ListComp(argument.elt, argument.generators))
    new: gast.Call = flat.like(node, gast.Call(node.func, [items, *node.args[1:]], node.keywords))
    return new


def _as_generator(flat: Flattener, node: gast.expr) -> gast.GeneratorExp | None:
    """A generator, or `zip(...)` and its like as one."""
    if isinstance(node, gast.GeneratorExp):
        return node
    if isinstance(node, gast.Call) and not any(isinstance(a, gast.Starred) for a in node.args):
        function = flat.purity.object_of(node.func)
        if function in LAZY if isinstance(function, type) else False:
            name = flat.names.fresh("item")
            target, element = flat.like(node, build.store(name)), flat.like(node, build.name(name))
            generator = gast.comprehension(target, node, [], 0)
            new: gast.GeneratorExp = flat.like(node, gast.GeneratorExp(element, [generator]))
            return new
    return None


def _sum(
    flat: Flattener, node: gast.Call, argument: gast.GeneratorExp, stem: str, into: str | None
) -> gast.expr | None:
    """`sum(generator, start)`."""
    if len(node.args) > 2:
        return None
    start = flat.atom(node.args[1], stem) if len(node.args) == 2 else flat.like(node, build.constant(0))
    name = into or flat.names.fresh(f"{stem}_sum")
    flat.assign(name, start)

    def add() -> None:
        flat.assign(name, gast.BinOp(flat.read(name), gast.Add(), flat.atom(argument.elt, stem)))

    _loops(flat, argument, add)
    return flat.read(name, node)


def _decide(
    flat: Flattener, node: gast.Call, argument: gast.GeneratorExp, stem: str, into: str | None, *, word: str
) -> gast.expr | None:
    """`any(generator)`, `all(generator)`: they stop at the first element that decides."""
    if len(node.args) > 1:
        return None
    name = into or flat.names.fresh(f"{stem}_{word}")
    flat.assign(name, build.constant(word == "all"))

    def decided(at: gast.AST) -> gast.expr:
        read = flat.read(name, at)
        return read if word == "any" else flat.like(at, gast.UnaryOp(gast.Not(), read))

    def test() -> None:
        element = flat.plain(argument.elt, stem)
        if word == "all":
            element = flat.like(element, gast.UnaryOp(gast.Not(), element))
        found = [build.assign(name, build.constant(word == "any")), gast.Break()]
        flat.emit(gast.If(element, [flat.like(flat.at, part) for part in found], []))

    def leave() -> None:
        flat.emit(gast.If(decided(argument), [flat.like(argument, gast.Break())], []))

    _loops(flat, argument, test, leave)
    return flat.read(name, node)


def _collect(
    flat: Flattener, node: gast.Call, argument: gast.GeneratorExp, stem: str, into: str | None
) -> gast.expr | None:
    """`list(generator)`."""
    if len(node.args) > 1:
        return None
    items = flat.like(argument, gast.ListComp(argument.elt, argument.generators))
    return list_comprehension(flat, items, stem, into)


def _pairs(
    flat: Flattener, node: gast.Call, argument: gast.GeneratorExp, stem: str, into: str | None
) -> gast.expr | None:
    """`dict(generator of pairs)`."""
    if len(node.args) > 1:
        return None
    name = into or flat.names.fresh(f"{stem}_dict")
    flat.assign(name, gast.Dict([], []))
    key, value = flat.names.fresh("key"), flat.names.fresh("item")
    target = gast.Tuple([build.store(key), build.store(value)], gast.Store())
    first, direct = argument.generators[0], False
    if isinstance(argument.elt, gast.Name) and isinstance(first.target, gast.Name):
        direct = len(argument.generators) == 1 and not first.ifs and argument.elt.id == first.target.id
    if direct:  # `dict(zip(keys, values))`
        pair = gast.comprehension(flat.like(argument, target), first.iter, [], 0)
        argument = flat.like(argument, gast.GeneratorExp(argument.elt, [pair]))

    def item() -> None:
        if not direct:
            flat.statement(flat.like(argument, gast.Assign([target], argument.elt, None)))
        place = build.subscript(flat.read(name), flat.read(key), gast.Store())
        flat.emit(build.assign(place, flat.read(value)))

    _loops(flat, argument, item)
    return flat.read(name, node)


class Innermost(gast.stmt):  # type: ignore[misc]
    """Stands for what the innermost loop of a comprehension does; emits it when its turn comes."""

    _fields = ("parts",)
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")

    def __init__(self, emit: Callable[[], None], parts: list[gast.expr]) -> None:
        super().__init__()
        self.emit = emit
        self.parts = parts  # what it evaluates, for those who ask what a loop binds


def innermost(flat: Flattener, statement: Innermost) -> None:
    """Emit it."""
    statement.emit()


def _loops(flat: Flattener, node: Any, inner: Callable[[], None], leave: Callable[[], None] | None = None) -> None:
    """The loops of a comprehension around what `inner` emits; `leave` is emitted after each loop but the outermost."""
    for name in flat.comprehension_cells.get(node, ()):
        flat.assign(name, gast.List([build.constant(None)], gast.Load()))
    at = flat.at
    parts = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
    body: list[gast.stmt] = [Innermost(inner, parts)]
    for i, generator in enumerate(reversed(node.generators)):
        if i > 0 and leave is not None:
            body.append(Innermost(leave, []))
        for test in reversed(generator.ifs):
            body = [gast.If(test, body, [])]
        body = [gast.For(generator.target, generator.iter, body, [], None)]
    for loop in body:
        flat.statement(flat.like(at, loop))
    flat.at = at


_REWRITINGS: dict[Any, Callable[..., gast.expr | None]] = {
    sum: _sum,
    any: functools.partial(_decide, word="any"),
    all: functools.partial(_decide, word="all"),
    list: _collect,
    dict: _pairs,
}
