"""Statements that Numba does not compile, said in forms that it does: a core-to-core pass for compiled text only.

Each rewriting leaves the meaning as it is. None of this imports Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.structure import blocks, bound_names
from srcdiff.build import assign, attribute, call, constant, display, is_constant, name, names_read, subscript
from srcdiff.rules import joining

if TYPE_CHECKING:
    from srcdiff.transform.setting import Setting

__all__ = ["for_numba"]

Block = list[gast.stmt]


def for_numba(setting: Setting, forward: Block, reverse: Block, result: list[gast.expr]) -> tuple[Block, Block]:
    """Both sweeps in forms that Numba compiles.

    Parameters
    ----------
    setting : Setting
        The tables of the function.
    forward, reverse : list of gast.stmt
        The sweeps.
    result : list of gast.expr
        What is returned.
    """
    forward = _without_idle_none(forward, names_read([*forward, *reverse, *result]))
    tuples = {bar for primal, bar in setting.bars.items() if setting.fact(primal).kind == "tuple"}
    return _Forms(setting, tuples).block(forward), _Forms(setting, tuples, reverse=True).block(reverse)


def _without_idle_none(body: Block, read: set[str]) -> Block:
    """The statements without `x = None` at the start where `x` is bound again before it is read."""
    kept = []
    for position, statement in enumerate(body):
        target = statement.targets[0] if isinstance(statement, gast.Assign) else None
        if isinstance(target, gast.Name) and is_none(statement.value):
            first = _first_use(body[position + 1 :], target.id)
            if first == "bound" or (first == "" and target.id not in read):
                continue
        kept.append(statement)
    return kept


def is_none(node: gast.AST) -> bool:
    """Whether a node is the literal None."""
    return isinstance(node, gast.Constant) and node.value is None


def _first_use(body: Block, variable: str) -> str:
    """How these statements use a variable first, on every path: "bound", "read", or "" where they do not."""
    inside = ""
    for statement in body:
        if isinstance(statement, (gast.For, gast.While, gast.If, gast.With)):
            heads = [getattr(statement, part, None) for part in ("iter", "test", "items")]
            if variable in names_read([head for head in _flat(heads) if head is not None]):
                return "read"
            uses = [_first_use(inner, variable) for inner in blocks(statement)]
            if "read" in uses:
                return "read"
            if uses and all(use == "bound" for use in uses) and isinstance(statement, (gast.If, gast.With)):
                if isinstance(statement, gast.With) or statement.orelse:
                    return "bound"
            if "bound" in uses:
                inside = "bound"
        elif variable in names_read([statement]):
            return "read"
        elif isinstance(statement, gast.AugAssign) and variable in bound_names(statement):
            return "read"
        elif variable in bound_names(statement):
            return "bound"
    return inside


def _flat(items: list[Any]) -> list[gast.AST]:
    found: list[gast.AST] = []
    for item in items:
        found += item if isinstance(item, list) else [item] if isinstance(item, gast.AST) else []
    return found


class _Forms:
    """The rewritings, statement by statement and expression by expression."""

    def __init__(self, setting: Setting, tuples: set[str], *, reverse: bool = False) -> None:
        self.reverse = reverse
        self.setting = setting
        self.tuples = tuples

    def block(self, body: Block) -> Block:
        """Statements in forms that Numba compiles."""
        return [new for statement in body for new in self.statement(statement)]

    def statement(self, statement: gast.stmt) -> Block:
        """One statement."""
        for inner in blocks(statement):
            inner[:] = self.block(inner)
        for field, value in gast.iter_fields(statement):
            if isinstance(value, gast.expr):
                setattr(statement, field, self.expression(value))
            elif isinstance(value, list) and value and isinstance(value[0], gast.expr):
                setattr(statement, field, [self.expression(item) for item in value])
        return [self.item_of_tuple(statement) or statement]

    def item_of_tuple(self, statement: gast.stmt) -> gast.stmt | None:
        """A write into an item of a tuple's mirror: a tuple in compiled text, so a new one."""
        target, value = None, None
        if isinstance(statement, gast.Assign):
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, gast.AugAssign):
            target = statement.target
            if isinstance(target, gast.Subscript):
                value = gast.BinOp(subscript(target.value, target.slice), statement.op, statement.value)
        elif isinstance(statement, gast.Expr) and isinstance(statement.value, gast.Call):
            node = statement.value
            if self.setting.object_named(node.func) is runtime.add_at and len(node.args) == 3:
                target = subscript(node.args[0], node.args[1], gast.Store())
                value = call(self.setting.helper(runtime.added), subscript(node.args[0], node.args[1]), node.args[2])
        if not (isinstance(target, gast.Subscript) and isinstance(target.value, gast.Name)):
            return None
        variable, fact = target.value.id, None
        if variable in self.tuples:
            primal = next(p for p, bar in self.setting.bars.items() if bar == variable)
            fact = self.setting.fact(primal)
        if fact is None or fact.items is None or not is_constant(target.slice):
            return None
        assert value is not None
        position = target.slice.value % len(fact.items)
        items = [subscript(name(variable), constant(k)) for k in range(len(fact.items))]
        items[position] = value
        return gast.copy_location(assign(variable, display(items)), statement)

    def expression(self, node: gast.expr) -> gast.expr:
        """An expression, its parts first."""
        for field, value in gast.iter_fields(node):
            if isinstance(value, gast.expr):
                setattr(node, field, self.expression(value))
            elif isinstance(value, list) and value and isinstance(value[0], gast.AST):
                setattr(node, field, [self.part(item) for item in value])
        if isinstance(node, gast.Subscript) and isinstance(node.slice, gast.Constant) and node.slice.value is Ellipsis:
            if self.setting.facts(node.value).rank != 0:
                node.slice = gast.Slice(None, None, None)
        if isinstance(node, gast.Call):
            return self.call(node)
        return node

    def part(self, item: gast.AST) -> gast.AST:
        """An item of a list of expressions, keywords among them."""
        if isinstance(item, gast.keyword):
            item.value = self.expression(item.value)
            return item
        return self.expression(item) if isinstance(item, gast.expr) else item

    def call(self, node: gast.Call) -> gast.expr:
        """A call; keywords that Numba does not know are written out."""
        function = self.setting.object_named(node.func)
        try:
            rewrite = _CALLS.get(function)
        except TypeError:
            return node
        if rewrite is not None:
            return rewrite(node)
        if function is np.expand_dims:
            return _expand_dims(self.setting)(node)
        if function is np.reshape and self.reverse:
            return _contiguous(node)
        method = node.func.attr if isinstance(node.func, gast.Attribute) and function is None else ""
        if method in ("sum", "max", "min", "mean", "prod"):
            return _reduction(node)
        if method == "copy" and not node.args and self.setting.facts(node.func.value).kind != "array":
            return call(self.setting.helper(runtime.copy), node.func.value)
        if method == "reshape" and len(node.args) > 1:
            return gast.Call(node.func, [display(node.args)], [])
        return node


def _keyword(node: gast.Call, key: str) -> gast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == key), None)


def _reduction(node: gast.Call) -> gast.expr:
    """`x.sum(axis=1, keepdims=True)` as `np.expand_dims(x.sum(axis=1), 1)`; several axes one by one."""
    axis, kept = _keyword(node, "axis"), _keyword(node, "keepdims")
    others = [keyword for keyword in node.keywords if keyword.arg not in ("axis", "keepdims")]
    if axis is None and kept is None:
        return node
    keep = isinstance(kept, gast.Constant) and bool(kept.value)
    if kept is not None and not isinstance(kept, gast.Constant):
        return node
    positions = _positions(axis)
    if positions is None or (others and len(positions) > 1) or (not positions and keep):
        return node
    if not positions:
        return gast.Call(node.func, node.args, others)
    method = isinstance(node.func, gast.Attribute) and not node.args
    current: gast.expr = node.func.value if method else node.args[0]
    for position in sorted(positions, reverse=True):
        arguments = [constant(position)]
        if method:
            current = gast.Call(attribute(current, node.func.attr), arguments, others)
        else:
            current = gast.Call(node.func, [current, *arguments], others)
    if keep:
        for position in sorted(positions):
            current = call("np.expand_dims", current, constant(position))
    return current


def _positions(axis: gast.expr | None) -> list[int] | None:
    """The axes that a literal names; None for anything else, and for several of mixed sign."""
    try:
        value = None if axis is None else gast.literal_eval(axis)
    except ValueError:
        return None
    if value is None:
        return []
    positions = list(value) if isinstance(value, tuple) else [value]
    if len(positions) > 1 and min(positions) < 0:
        return None
    return positions


def _without_none(node: gast.Call) -> gast.expr:
    """A call without a last argument that is None."""
    while node.args and is_none(node.args[-1]):
        node = gast.Call(node.func, node.args[:-1], node.keywords)
    return gast.Call(node.func, node.args, [k for k in node.keywords if not is_none(k.value)])


def _argsort(node: gast.Call) -> gast.expr:
    """Vectors only, and the one stable order that Numba has."""
    kind = _keyword(node, "kind")
    if isinstance(kind, gast.Constant) and kind.value == "stable":
        kind = constant("mergesort")
    return gast.Call(node.func, node.args[:1], [gast.keyword("kind", kind)] if kind is not None else [])


def _expand_dims(setting: Setting) -> Callable[[gast.Call], gast.expr]:
    """A number broadcasts whatever dims it is given."""

    def rewrite(node: gast.Call) -> gast.expr:
        number = bool(node.args) and setting.facts(node.args[0]).kind == "number"
        return call("np.asarray", node.args[0]) if number else node

    return rewrite


def _contiguous(node: gast.Call) -> gast.expr:
    """Numba reshapes contiguous arrays only."""
    if not node.args or isinstance(node.args[0], gast.Name):
        return node
    return gast.Call(node.func, [call("np.ascontiguousarray", node.args[0]), *node.args[1:]], node.keywords)


def _tuple_of_arrays(node: gast.Call) -> gast.expr:
    """`np.concatenate` takes tuples."""
    if node.args and isinstance(node.args[0], gast.List):
        return gast.Call(node.func, [display(node.args[0].elts), *node.args[1:]], node.keywords)
    return node


def _tuple_of_last(node: gast.Call) -> gast.expr:
    """The arrays that were joined, in a tuple: they may be of several types."""
    arguments = [display(a.elts) if isinstance(a, gast.List) else a for a in node.args]
    return gast.Call(node.func, arguments, node.keywords)


_CALLS: dict[Any, Callable[[gast.Call], gast.expr]] = {
    np.sum: _reduction,
    np.mean: _reduction,
    np.max: _reduction,
    np.min: _reduction,
    np.prod: _reduction,
    joining.concatenate_transpose: _tuple_of_last,
    joining.hstack_transpose: _tuple_of_last,
    joining.vstack_transpose: _tuple_of_last,
    np.argsort: _argsort,
    np.concatenate: _tuple_of_arrays,
    np.flip: _without_none,
    np.cumsum: _without_none,
    np.cumprod: _without_none,
}
