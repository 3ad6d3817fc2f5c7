"""Array statements as loops over elements: a core-to-core pass for compiled text, after differentiating.

One statement becomes one nest. Numba runs slice code no faster than NumPy does; loops it runs as fast as they are by
hand. Where the target may be read at another place, or under another name, a temporary stands between; where facts do
not prove that shapes are equal, the nest stands under a test, and the statement as it was in its other branch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.facts import Fact, join
from srcdiff.analysis.shapes import axes_of, symbol_axes
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import assign, augment, call, constant, name, names_read, statement_like, store, substitute
from srcdiff.numba.elements import Elements, NotElementwise, empty, zero
from srcdiff.numba.views import View
from srcdiff.simplify.reading import Reading
from srcdiff.transform.setting import Setting

__all__ = ["lower"]

Block = list[gast.stmt]
_INDICES = ("i", "j", "k", "l")


def lower(setting: Setting, forward: Block, reverse: Block) -> tuple[Block, Block]:
    """Both sweeps with loops for array statements."""
    _tell_shadows(setting)
    bound = Counter(v for s in statements([*forward, *reverse]) for v in bound_names(s))
    once = {variable for variable, times in bound.items() if times == 1}
    lowering = _Lowering(setting, Reading(setting), _kept(setting, forward), once)
    return lowering.block(forward), lowering.block(reverse)


def _tell_shadows(setting: Setting) -> None:
    """What is known of adjoints that facts were not told of: kinds and ranks, but no shapes."""
    for variable, bar in setting.bars.items():
        fact = setting.fact(variable)
        unknown = setting.fact(bar).rank is None and variable not in setting.deferred
        if unknown and fact.kind == "array" and fact.rank is not None:
            setting.facts.of[bar] = replace(fact, shape=symbol_axes(bar, fact.rank), value=None)


def _kept(setting: Setting, forward: Block) -> dict[str, Fact]:
    """What is known of the values that each stack keeps."""
    found: dict[str, Fact] = {}
    for statement in statements(forward):
        node = statement.value if isinstance(statement, gast.Expr) else None
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr == "append":
            stack, fact = gast.unparse(node.func.value).strip(), setting.facts(node.args[0])
            found[stack] = join(found[stack], fact) if stack in found else fact
    return found


@dataclass
class _Nest:
    """Loops in the making.

    Attributes
    ----------
    counts, starts : list
        How often each loop runs, and what its index starts from.
    masters : list
        The view and the dimension of it that each loop runs over.
    tests : list of gast.expr
        What has to hold for the loops to do what the statement does.
    """

    counts: list[gast.expr] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    tests: list[gast.expr] = field(default_factory=list)


class _Lowering:
    def __init__(self, setting: Setting, reading: Reading, popped: dict[str, Fact], once: set[str]) -> None:
        self.setting = setting
        self.reading = reading
        self.popped = popped
        self.once = once
        self.indices: list[str] = []

    def block(self, body: Block) -> Block:
        """Statement by statement."""
        found: Block = []
        for statement in body:
            for inner in blocks(statement):
                inner[:] = self.block(inner)
            found += self.statement(statement)
        return found

    def statement(self, statement: gast.stmt) -> Block:
        """The loops of one statement, or the statement."""
        if not isinstance(statement, (gast.Assign, gast.AugAssign)) or statement.value is None:
            return [statement]
        taken = set(self.setting.names.taken)
        try:
            found = self._lowered(statement)
        except NotElementwise:
            self.setting.names.taken.clear()
            self.setting.names.taken.update(taken)
            return [statement]
        for new in found:
            statement_like(new, statement)
        note = getattr(statement, "note", None)
        if note is not None and found:
            found[0].note = note
        return found

    def _lowered(self, statement: gast.Assign | gast.AugAssign) -> Block:
        statement, before = self._without_pops(statement)
        return [*before, *self._loops_for(statement)]

    def _note(self, target: gast.expr, value: gast.expr) -> None:
        """Note what is known of a variable that is bound once, where facts were not told what a stack gave it."""
        if isinstance(target, gast.Name) and target.id in self.once and self.setting.fact(target.id).rank is None:
            fact = self.setting.facts(value)
            if fact.kind == "array" and fact.rank is not None:
                axes = symbol_axes(target.id, fact.rank)
                self.setting.facts.of[target.id] = replace(fact, shape=axes, value=None)

    def _without_pops(self, statement: gast.Assign | gast.AugAssign) -> tuple[gast.Assign | gast.AugAssign, Block]:
        """The statement with names for what it takes off stacks, and what takes it off."""
        before: Block = []
        values: dict[int, gast.expr] = {}
        for node in gast.walk(statement.value):
            function = node.func if isinstance(node, gast.Call) else None
            if isinstance(function, gast.Attribute) and function.attr == "pop" and node is not statement.value:
                stack = gast.unparse(function.value).strip()
                fact = self.popped.get(stack)
                if fact is None or fact.kind not in ("array", "number") or fact.rank is None:
                    raise NotElementwise
                held = self.setting.names.fresh(stack.rpartition("_stack")[0] or stack)
                axes = symbol_axes(held, fact.rank) if fact.kind == "array" else fact.shape
                self.setting.facts.of[held] = replace(fact, shape=axes, value=None)
                before.append(assign(held, node))
                values[id(node)] = name(held)
        if not before:
            return statement, before
        if len(before) > 1:
            raise NotElementwise  # their order is that of evaluation
        return _replaced(statement, values), before

    def _loops_for(self, statement: gast.Assign | gast.AugAssign) -> Block:
        target = statement.targets[0] if isinstance(statement, gast.Assign) else statement.target
        self._note(target, statement.value)
        operator = statement.op if isinstance(statement, gast.AugAssign) else None
        if operator is not None and not isinstance(operator, (gast.Add, gast.Sub, gast.Mult, gast.Div)):
            raise NotElementwise
        value = statement.value
        reduced = self._reduction(value)
        fact = self.setting.facts(value)
        if reduced is not None:
            return self._sum(statement, target, operator, *reduced)
        along = self._along(value)
        if along is not None and operator is None and isinstance(target, gast.Name):
            return self._summed_along(statement, target.id, *along)
        spread = self._partial(value)
        if spread is not None:
            return self._accumulated(statement, target, operator, *spread)
        if fact.kind == "array" and isinstance(target, gast.Name) and operator is None:
            return self._made(statement, target.id, value)
        if isinstance(target, gast.Subscript) or (isinstance(target, gast.Name) and operator is not None):
            return self._written(statement, target, operator, value)
        raise NotElementwise

    # A new array.

    def _made(self, statement: gast.stmt, variable: str, value: gast.expr) -> Block:
        if not isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Call, gast.Compare)):
            raise NotElementwise
        if isinstance(value, gast.Call) and not self._computes(value):
            raise NotElementwise
        elements, fact = Elements(self.setting, value), self.setting.facts(value)
        if not fact.rank:
            raise NotElementwise
        expression = elements.compile(value, tuple(range(fact.rank)))
        nest = self._nest(elements, fact.rank, None)
        clash = variable in names_read([value, *elements.before])
        made = self.setting.names.fresh(variable) if clash else variable
        array = empty(self.setting, nest.counts, fact, [view for view, _ in elements.views])
        indices = self._names(fact.rank)
        place = self._place(made, indices)
        inner = gast.Assign([place], expression(indices, nest.starts), None)
        body: Block = [assign(made, array), self._loops(nest, inner, indices)]
        if clash:
            body.append(assign(variable, name(made)))
        return self._guarded(statement, elements, nest, body)

    def _computes(self, node: gast.Call) -> bool:
        """Whether a call computes elements, rather than only handing an array on."""
        function = self.setting.object_named(node.func)
        return isinstance(function, np.ufunc) or function in (np.where, runtime.expand)

    @staticmethod
    def _place(variable: str, indices: list[gast.expr]) -> gast.expr:
        index: gast.expr = indices[0] if len(indices) == 1 else gast.Tuple(list(indices), gast.Load())
        return gast.Subscript(name(variable), substitute(index, {}), gast.Store())

    # A write into an array.

    def _written(
        self, statement: gast.stmt, target: gast.expr, operator: gast.operator | None, value: gast.expr
    ) -> Block:
        elements = Elements(self.setting, value)
        place = elements.view(gast.copy_location(_read(target), target))
        if place is None or not place.rank or any(dim is None for dim in place.dims):
            raise NotElementwise
        value = self._same_shape(value, target)
        fact = self.setting.facts(value)
        if fact.kind == "number" and operator is None:
            raise NotElementwise  # filling is what Numba does as well
        if fact.kind == "array" and (fact.rank is None or fact.rank > place.rank):
            raise NotElementwise
        elements.before += place.before
        expression = elements.compile(value, tuple(range(place.rank)))
        nest = self._nest(elements, place.rank, place)
        indices = self._names(place.rank)
        if not self._overlaps(place, elements):
            element = place.element(indices, nest.starts, gast.Store())
            inner = _store(element, operator, expression(indices, nest.starts))
            return self._guarded(statement, elements, nest, [self._loops(nest, inner, indices)])
        held = self.setting.names.fresh("held")
        if fact.kind != "array":
            raise NotElementwise
        views = [view for view, _ in elements.views]
        array = empty(self.setting, nest.counts, fact, views)
        plain = _Nest(nest.counts, [0] * place.rank)
        first = gast.Assign([self._place(held, indices)], expression(indices, plain.starts), None)
        element = place.element(indices, plain.starts, gast.Store())
        read = gast.Subscript(name(held), self._place(held, indices).slice, gast.Load())
        second = _store(element, operator, read)
        body: Block = [assign(held, array), self._loops(plain, first, indices), self._loops(plain, second, indices)]
        return self._guarded(statement, elements, nest, body)

    def _same_shape(self, value: gast.expr, target: gast.expr) -> gast.expr:
        """The argument of `unbroadcast(e, x)` where it and the target have as many dims: the test sees to the rest."""
        while isinstance(value, gast.Call) and self.setting.object_named(value.func) is runtime.unbroadcast:
            inner, own = self.setting.facts(value.args[0]), self.setting.facts(_read(target))
            if inner.kind != "array" or inner.rank is None or inner.rank != own.rank:
                break
            value = value.args[0]
        return value

    def _overlaps(self, place: View, elements: Elements) -> bool:
        """Whether an element may be read after it was written."""
        mine = set(self.reading.cells_of(place.base)) or {f"*{place.base}"}
        for view, dims in elements.views:
            theirs = set(self.reading.cells_of(view.base)) or {f"*{view.base}"}
            if view.base != place.base and not (mine & theirs):
                continue
            if not (view.same_place(place) and dims == tuple(range(place.rank))):
                return True
        return False

    # A sum.

    def _reduction(self, value: gast.expr) -> tuple[gast.expr, bool] | None:
        """The array under a sum to one number, and the sign: of `np.sum(e)`, `e.sum()`, `unbroadcast(e, number)`."""
        negative = isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub)
        node = value.operand if negative else value
        if not isinstance(node, gast.Call) or node.keywords:
            return None
        function = self.setting.object_named(node.func)
        inner = None
        if function is np.sum and len(node.args) == 1:
            inner = node.args[0]
        elif function is runtime.unbroadcast and self.setting.facts(node.args[1]).kind == "number":
            inner = node.args[0]
        elif function is None and isinstance(node.func, gast.Attribute) and node.func.attr == "sum" and not node.args:
            inner = node.func.value
        if inner is None or self.setting.facts(inner).kind != "array":
            return None
        return inner, negative

    def _sum(
        self,
        statement: gast.stmt,
        target: gast.expr,
        operator: gast.operator | None,
        value: gast.expr,
        negative: bool,
    ) -> Block:
        elements, fact = Elements(self.setting, value), self.setting.facts(value)
        if not fact.rank or fact.letter not in "fc" or isinstance(value, gast.Name):
            raise NotElementwise
        expression = elements.compile(value, tuple(range(fact.rank)))
        nest = self._nest(elements, fact.rank, None)
        indices = self._names(fact.rank)
        total = self.setting.names.fresh("total")
        inner = augment(total, gast.Add(), expression(indices, nest.starts))
        result: gast.expr = gast.UnaryOp(gast.USub(), name(total)) if negative else name(total)
        body: Block = [assign(total, zero(fact.letter)), self._loops(nest, inner, indices)]
        body.append(_store(substitute(target, {}), operator, result))
        return self._guarded(statement, elements, nest, body)

    # Sums over some of the dims.

    def _along(self, value: gast.expr) -> tuple[gast.expr, int] | None:
        """The array and the axis of `np.sum(e, axis)` or `e.sum(axis)`."""
        if not isinstance(value, gast.Call) or value.keywords:
            return None
        function = self.setting.object_named(value.func)
        arguments = value.args
        if function is None and isinstance(value.func, gast.Attribute) and value.func.attr == "sum":
            arguments = [value.func.value, *arguments]
        elif function is not np.sum:
            return None
        axis = arguments[1].value if len(arguments) == 2 and isinstance(arguments[1], gast.Constant) else None
        rank = self.setting.facts(arguments[0]).rank
        if type(axis) is not int or rank is None or rank < 2 or self.setting.facts(arguments[0]).letter not in "fc":
            return None
        return arguments[0], axis % rank

    def _summed_along(self, statement: gast.stmt, variable: str, value: gast.expr, axis: int) -> Block:
        """`variable = np.sum(value, axis)`: the loop over the axis is the innermost."""
        elements, fact = Elements(self.setting, value), self.setting.facts(value)
        if variable in names_read([value]) or fact.rank is None:
            raise NotElementwise
        expression = elements.compile(value, tuple(range(fact.rank)))
        nest = self._nest(elements, fact.rank, None)
        indices = self._names(fact.rank)
        kept = [k for k in range(fact.rank) if k != axis]
        total = self.setting.names.fresh("total")
        counts = [nest.counts[k] for k in kept]
        array = empty(self.setting, counts, fact, [view for view, _ in elements.views])
        inner = self._loops(
            _Nest([nest.counts[axis]], [0]),
            augment(total, gast.Add(), expression(indices, nest.starts)),
            [indices[axis]],
        )
        place = self._place(variable, [indices[k] for k in kept])
        body: Block = [assign(total, zero(fact.letter)), inner, gast.Assign([place], name(total), None)]
        outer = self._loops(_Nest(counts, [0] * len(kept)), body, [indices[k] for k in kept])
        return self._guarded(statement, elements, nest, [assign(variable, array), outer])

    def _partial(self, value: gast.expr) -> tuple[gast.expr, gast.expr] | None:
        """The arguments of `unbroadcast(e, x)` that sums over leading dims, or over dims that are 1 in `x`."""
        if not isinstance(value, gast.Call) or self.setting.object_named(value.func) is not runtime.unbroadcast:
            return None
        inner, own = (self.setting.facts(argument) for argument in value.args[:2])
        if inner.kind != "array" or own.kind != "array" or not inner.rank or not own.rank:
            return None
        ones = axes_of(own.shape)
        if ones is None or inner.rank < own.rank or (inner.rank == own.rank and all(ones)):
            return None
        return value.args[0], value.args[1]

    def _accumulated(
        self,
        statement: gast.stmt,
        target: gast.expr,
        operator: gast.operator | None,
        value: gast.expr,
        like: gast.expr,
    ) -> Block:
        """`target += unbroadcast(value, like)`, or `target = ...` for a new array."""
        if not (operator is None and isinstance(target, gast.Name)) and not isinstance(operator, (gast.Add, gast.Sub)):
            raise NotElementwise
        elements, rank = Elements(self.setting, value), self.setting.facts(value).rank
        place = elements.view(_read(target) if operator is not None else like)
        if place is None or rank is None or any(dim is None and operator is not None for dim in place.dims):
            raise NotElementwise
        elements.before += place.before
        expression = elements.compile(value, tuple(range(rank)))
        own = tuple(range(rank - place.rank, rank))
        elements.shapes.append((place, own))
        nest = self._nest(elements, rank, None)
        indices = self._names(rank)
        body: Block = []
        if operator is None:
            assert isinstance(target, gast.Name)
            if target.id in names_read([value, *elements.before]):
                raise NotElementwise
            body.append(assign(target.id, call(self.setting.helper(runtime.zeros_like), substitute(like, {}))))
            place = replace(place, base=target.id)
            if isinstance(like, gast.Subscript):
                raise NotElementwise
        elif self._overlaps(place, elements):
            raise NotElementwise
        element = place.element([indices[d] for d in own], [0] * place.rank, gast.Store())
        inner = gast.AugAssign(element, operator or gast.Add(), expression(indices, nest.starts))
        body.append(self._loops(nest, inner, indices))
        return self._guarded(statement, elements, nest, body)

    # Loops.

    def _names(self, rank: int) -> list[gast.expr]:
        while len(self.indices) < rank:
            self.indices.append(self.setting.names.fresh(_INDICES[len(self.indices) % len(_INDICES)]))
        return [name(index) for index in self.indices[:rank]]

    def _nest(self, elements: Elements, rank: int, place: View | None) -> _Nest:
        """How long the loops are, and what has to be tested: dims are equal, or 1 for certain."""
        nest = _Nest()
        for loop in range(rank):
            dims = [place.dims[loop]] if place is not None else []
            for view, own in (*elements.views, *elements.shapes):
                dims += [view.dims[k] for k, d in enumerate(own) if d == loop]
            known = [dim for dim in dims if dim is not None and dim.axis]
            if not known:
                nest.counts.append(constant(1))
                nest.starts.append(0)
                continue
            master = known[0]
            nest.counts.append(master.count)
            nest.starts.append(master.start if isinstance(master.start, int) and place is not None else 0)
            if place is not None and not (place.dims[loop] is not None and place.dims[loop].axis):  # type: ignore[union-attr]
                raise NotElementwise
            for dim in known[1:]:
                test = gast.Compare(substitute(dim.count, {}), [gast.Eq()], [substitute(master.count, {})])
                if dim.axis != master.axis and gast.unparse(test) not in map(gast.unparse, nest.tests):
                    nest.tests.append(test)
        return nest

    @staticmethod
    def _loops(nest: _Nest, inner: gast.stmt | Block, indices: list[gast.expr]) -> gast.stmt:
        body = inner if isinstance(inner, list) else [inner]
        for count, start, index in reversed(list(zip(nest.counts, nest.starts, indices))):
            bounds = [substitute(count, {})]
            if start:
                bounds = [constant(start), _plus(count, start)]
            loop = gast.For(store(index.id), call("range", *bounds), body, [], None)
            loop.nest = True
            body = [loop]
        return body[0]

    def _guarded(self, statement: gast.stmt, elements: Elements, nest: _Nest, body: Block) -> Block:
        before = [new for held in elements.before for new in self.statement(held)]
        if not nest.tests:
            return [*before, *body]
        test = nest.tests[0] if len(nest.tests) == 1 else gast.BoolOp(gast.And(), nest.tests)
        return [*before, gast.If(test, body, [elements.with_held(statement)])]


def _replaced(node: Any, values: dict[int, gast.expr]) -> Any:
    """A copy of a tree with other expressions for some of its nodes."""
    if id(node) in values:
        return values[id(node)]
    if isinstance(node, list):
        return [_replaced(item, values) for item in node]
    if not isinstance(node, gast.AST):
        return node
    copied = type(node)(*[_replaced(getattr(node, field_, None), values) for field_ in node._fields])
    return gast.copy_location(copied, node)


def _plus(count: gast.expr, start: int) -> gast.expr:
    """`count + start`, where `count` may be `n - something` already."""
    if isinstance(count, gast.BinOp) and isinstance(count.op, gast.Sub) and isinstance(count.right, gast.Constant):
        less = count.right.value - start
        if less == 0:
            return substitute(count.left, {})
        sign = gast.Sub() if less > 0 else gast.Add()
        return gast.BinOp(substitute(count.left, {}), sign, constant(abs(less)))
    return gast.BinOp(substitute(count, {}), gast.Add(), constant(start))


def _store(target: gast.expr, operator: gast.operator | None, value: gast.expr) -> gast.stmt:
    if operator is None:
        return gast.Assign([target], value, None)
    return gast.AugAssign(target, operator, value)


def _read(target: gast.expr) -> gast.expr:
    """A target as it is read."""
    if isinstance(target, gast.Name):
        return name(target.id)
    if isinstance(target, gast.Subscript):
        return gast.Subscript(target.value, target.slice, gast.Load())
    return target
