"""Identities: signs, constants and neutral elements in products; spreading that an elementwise product does anyway.

Each rewriting is exact, or changes a result by no more than the rounding of a product of constants.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff import runtime
from srcdiff.analysis.structure import statements, written_names
from srcdiff.build import call, constant, is_constant, same_tree
from srcdiff.simplify.memory import Memory, is_fresh
from srcdiff.transform.setting import Setting

__all__ = ["simplify_algebra"]

Block = list[gast.stmt]


@dataclass
class _Product:
    """A product, flattened: sign * number * factors, each factor to be multiplied or divided by."""

    negative: bool = False
    number: float | int = 1
    place: int | None = None
    factors: list[tuple[gast.expr, bool]] = field(default_factory=list)

    def scale(self, number: float) -> None:
        """Multiply by a number, which stands where the first one stood."""
        if self.place is None:
            self.place = len(self.factors)
        self.negative ^= number < 0
        self.number *= abs(number)


class _Algebra:
    def __init__(self, setting: Setting, changed: set[str]) -> None:
        self.setting = setting
        self.changed = changed
        self.bars = set(setting.bars.values())

    def expression(self, node: Any) -> Any:
        """An expression, simplified from the leaves up."""
        if not isinstance(node, gast.expr) or isinstance(node, (gast.Name, gast.Constant)):
            return node
        changed = False
        values = []
        for field_name in node._fields:
            value = getattr(node, field_name, None)
            new = self.inside(value)
            changed = changed or new is not value
            values.append(new)
        if changed:
            node = gast.copy_location(type(node)(*values), node)
        return self.top(node)

    def inside(self, value: Any) -> Any:
        if isinstance(value, list):
            new = [self.inside(item) for item in value]
            return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
        if isinstance(value, gast.keyword):
            inner = self.expression(value.value)
            return value if inner is value.value else gast.keyword(value.arg, inner)
        return self.expression(value)

    def top(self, node: gast.expr) -> gast.expr:
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            return self.product(node) if _is_product(node.operand) or _is_negation(node.operand) else node
        if isinstance(node, gast.BinOp):
            if is_constant(node.left) and is_constant(node.right):
                return _folded(node)
            if isinstance(node.op, (gast.Mult, gast.Div)):
                return self.product(node)
            if isinstance(node.op, (gast.Add, gast.Sub)):
                return _sum(node)
            if isinstance(node.op, gast.Pow) and is_constant(node.right, 1, 1.0):
                return node.left
        if isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Load):
            return _item_of_display(node)
        if isinstance(node, gast.Call):
            return self.call(node)
        return node

    def call(self, node: gast.Call) -> gast.expr:
        function = self.setting.object_named(node.func)
        if function is runtime.expand and len(node.args) == 4:
            return self.shorter(node)
        if function is runtime.unbroadcast and len(node.args) == 2:
            inner = node.args[0]
            if self.fits(inner, node.args[1]):
                return inner
            same = isinstance(inner, gast.Call) and self.setting.object_named(inner.func) is runtime.unbroadcast
            if same and same_tree(inner.args[1], node.args[1]):
                return inner
        return node

    def fits(self, value: gast.expr, operand: gast.expr) -> bool:
        """Whether a cotangent has the shape of its operand already, and of a parameter the dtype too."""
        facts = self.setting.facts
        of_value, of_operand = facts(value), facts(operand)
        if facts.complex_numbers and of_operand.letter != "c" and not of_value.surely_real:
            return False  # a real operand takes the real part
        if of_value.kind == of_operand.kind == "number" and of_value.letter != "c":
            return True
        if of_value.shape is None or of_value.shape != of_operand.shape or not of_value.numeric:
            return False
        local = isinstance(operand, gast.Name) and operand.id not in self.setting.wrt
        return local or (of_value.dtypes is not None and of_value.dtypes == of_operand.dtypes)

    def shorter(self, node: gast.Call) -> gast.expr:
        """`expand(g, x)` for what sums everything; a number needs no spreading."""
        axis, keepdims = node.args[2:]
        plain = isinstance(keepdims, gast.Constant) and not keepdims.value
        everything = isinstance(axis, gast.Constant) and axis.value is None
        if plain and (everything or self.setting.facts(node.args[0]).kind == "number"):
            return self.spread(gast.Call(node.func, node.args[:2], []))
        return gast.Call(node.func, node.args[:3], []) if plain else node

    def spread(self, node: gast.Call) -> gast.expr:
        if self.setting.facts(node.args[1]).kind == "number":
            return node.args[0]
        return node

    def product(self, node: gast.expr) -> gast.expr:
        flat = _Product()
        _flatten(node, flat, divide=False)
        self.drop_spreading(flat)
        if type(flat.number) is int and flat.number != 1 and any(self.is_cotangent(f) for f, _ in flat.factors):
            flat.number = float(flat.number)
        return _build(flat)

    def is_cotangent(self, node: gast.expr) -> bool:
        """Whether a factor is a floating-point number or array for certain: a cotangent."""
        if isinstance(node, gast.Name):
            return node.id == self.setting.gradient or node.id in self.bars
        if isinstance(node, gast.Subscript):
            return self.is_cotangent(node.value)
        if isinstance(node, gast.Call) and node.args:
            function = self.setting.object_named(node.func)
            return function in (runtime.expand, runtime.unbroadcast) and self.is_cotangent(node.args[0])
        return False

    def drop_spreading(self, product: _Product) -> None:
        """`expand(g, x) * r` is `g * r` where r has the shape of x."""
        for index, (factor, divide) in enumerate(product.factors):
            if divide or not isinstance(factor, gast.Call) or len(factor.args) != 2 or factor.keywords:
                continue
            if self.setting.object_named(factor.func) is not runtime.expand:
                continue
            shape = self.setting.facts(factor.args[1]).shape
            others = [f for i, (f, _) in enumerate(product.factors) if i != index]
            if shape is not None and any(self.setting.facts(other).shape == shape for other in others):
                inner = _Product()
                _flatten(factor.args[0], inner, divide=False)
                product.negative ^= inner.negative
                if inner.number != 1:
                    place = index + (inner.place or 0)
                    product.place = place if product.place is None else min(place, product.place)
                    product.number *= inner.number
                if product.place is not None and product.place > index:
                    product.place += len(inner.factors) - 1
                product.factors[index : index + 1] = inner.factors
                return


def _is_product(node: gast.expr) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Mult, gast.Div))


def _is_negation(node: gast.expr) -> bool:
    return isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub)


def _flatten(node: gast.expr, product: _Product, *, divide: bool) -> None:
    """Take a product apart, from left to right."""
    while True:
        if _is_negation(node):
            assert isinstance(node, gast.UnaryOp)
            product.negative = not product.negative
            node = node.operand
        elif _is_product(node) and not divide:
            assert isinstance(node, gast.BinOp)
            _flatten(node.left, product, divide=False)
            divide, node = isinstance(node.op, gast.Div), node.right
        else:
            break
    if not divide and isinstance(node, gast.Constant) and type(node.value) in (int, float) and node.value != 0:
        product.scale(node.value)
    elif divide and is_constant(node, 1, 1.0):
        return
    else:
        product.factors.append((node, divide))


def _build(product: _Product) -> gast.expr:
    """A product again: the number where the first one stood (but not in front), divisions where they were."""
    built: gast.expr | None = None
    factors = [(_squared(factor) if divide else factor, divide) for factor, divide in product.factors]
    if product.number != 1 or not factors or factors[0][1]:
        place = product.place or 0
        if place == 0 and factors and not factors[0][1] and _is_seed(factors[0][0]):
            place = 1
        factors.insert(place, (constant(product.number), False))
    for factor, divide in factors:
        built = factor if built is None else gast.BinOp(built, gast.Div() if divide else gast.Mult(), factor)
    assert built is not None
    return gast.UnaryOp(gast.USub(), built) if product.negative else built


def _is_seed(node: gast.expr) -> bool:
    return isinstance(node, gast.Name) and node.id.startswith("gradient")


def _squared(node: gast.expr) -> gast.expr:
    """`tau * tau` in a denominator, as it is written by hand."""
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult) and isinstance(node.left, gast.Name):
        if same_tree(node.left, node.right):
            return gast.BinOp(node.left, gast.Pow(), constant(2))
    return node


_FOLDED = {gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul}


def _folded(node: gast.BinOp) -> gast.expr:
    """Arithmetic on literals: `1.5 - 1`."""
    left, right, compute = node.left.value, node.right.value, _FOLDED.get(type(node.op))
    if compute is None or type(left) not in (int, float) or type(right) not in (int, float):
        return node
    value = compute(left, right)
    if value != value or value in (float("inf"), float("-inf")):
        return node
    return gast.UnaryOp(gast.USub(), constant(-value)) if value < 0 else constant(value)


def _sum(node: gast.BinOp) -> gast.expr:
    """`a + -b` is `a - b`; equal terms make a multiple."""
    if _is_negation(node.right):
        assert isinstance(node.right, gast.UnaryOp)
        opposite = gast.Sub() if isinstance(node.op, gast.Add) else gast.Add()
        return gast.BinOp(node.left, opposite, node.right.operand)
    if isinstance(node.op, gast.Add) and _is_negation(node.left):
        assert isinstance(node.left, gast.UnaryOp)
        return gast.BinOp(node.right, gast.Sub(), node.left.operand)
    if isinstance(node.op, gast.Add) and not isinstance(node.left, gast.Constant):
        if same_tree(node.left, node.right):
            flat = _Product()
            _flatten(node.left, flat, divide=False)
            flat.place = 1 if flat.place is None else flat.place
            flat.scale(2)
            return _build(flat)
    return node


def _item_of_display(node: gast.Subscript) -> gast.expr:
    if isinstance(node.value, (gast.List, gast.Tuple)) and isinstance(node.slice, gast.Constant):
        index = node.slice.value
        if isinstance(index, int) and not isinstance(index, bool) and index < len(node.value.elts):
            item: gast.expr = node.value.elts[index]
            return item
    return node


def simplify_algebra(body: Block, setting: Setting) -> Block:
    """The statements of the reverse sweep with their expressions simplified."""
    algebra = _Algebra(setting, _changed_in_place(setting, body))
    return [_statement(statement, algebra) for statement in body]


def _changed_in_place(setting: Setting, body: Block) -> set[str]:
    """The memory that statements write into, by the variable that stands for it."""
    classes = setting.memory_classes
    found = {name for statement in statements(body) for name in written_names(statement)}
    for statement in statements(body):
        if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
            found.add(statement.target.id)
    return {classes.get(name, name) for name in found}


def _in_own_memory(statement: gast.stmt, before: gast.expr, algebra: _Algebra) -> gast.expr:
    """The simplified value; copied where it is in shared memory now that is written into, and was not before."""
    value: gast.expr = statement.value
    target = statement.targets[0] if isinstance(statement, gast.Assign) else None
    if not isinstance(target, gast.Name) or value is before or not is_fresh(algebra.setting, before):
        return value
    setting = algebra.setting
    if is_fresh(setting, value) or setting.facts(value).kind == "number":
        return value
    names = {target.id, *Memory(setting).shared(value)[0]}
    if {setting.memory_classes.get(name, name) for name in names} & algebra.changed:
        return call(setting.helper(runtime.copy), value)
    return value


def _statement(statement: gast.stmt, algebra: _Algebra) -> gast.stmt:
    if isinstance(statement, (gast.Assign, gast.AugAssign, gast.Expr)):
        before = statement.value
        statement.value = algebra.expression(before)
        statement.value = _in_own_memory(statement, before, algebra)
        if isinstance(statement, gast.AugAssign) and _is_negation(statement.value):
            opposite = {gast.Add: gast.Sub, gast.Sub: gast.Add}.get(type(statement.op))
            if opposite is not None:
                statement.op, statement.value = opposite(), statement.value.operand
    for field_name in ("body", "orelse"):
        inner = getattr(statement, field_name, None)
        if inner and not isinstance(statement, gast.FunctionDef):
            setattr(statement, field_name, [_statement(s, algebra) for s in inner])
    return statement
