"""Python's operators: the ufunc that each stands for, and the functions of the module `operator`.

`+` and `*` of lists and tuples are not arithmetic; the transform tells them apart by kind.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcdiff.rules.registry import constant, partials, same

__all__ = ["BINARY", "COMPARE", "IN_PLACE", "UNARY"]

BINARY: dict[type[gast.AST], Callable[..., Any]] = {
    gast.Add: np.add,
    gast.Sub: np.subtract,
    gast.Mult: np.multiply,
    gast.Div: np.divide,
    gast.Mod: np.mod,
    gast.Pow: np.power,
    gast.MatMult: np.matmul,
    gast.FloorDiv: np.floor_divide,
    gast.BitAnd: np.bitwise_and,
    gast.BitOr: np.bitwise_or,
    gast.BitXor: np.bitwise_xor,
    gast.LShift: np.left_shift,
    gast.RShift: np.right_shift,
}

UNARY: dict[type[gast.AST], Callable[..., Any]] = {
    gast.UAdd: np.positive,
    gast.USub: np.negative,
    gast.Invert: np.invert,
    gast.Not: operator.not_,
}

COMPARE: dict[type[gast.AST], Callable[..., Any]] = {
    gast.Eq: np.equal,
    gast.NotEq: np.not_equal,
    gast.Lt: np.less,
    gast.LtE: np.less_equal,
    gast.Gt: np.greater,
    gast.GtE: np.greater_equal,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
    gast.In: operator.contains,
    gast.NotIn: operator.contains,
}

IN_PLACE: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.iadd: np.add,
    operator.isub: np.subtract,
    operator.imul: np.multiply,
    operator.itruediv: np.divide,
    operator.imod: np.mod,
    operator.ipow: np.power,
    operator.imatmul: np.matmul,
    operator.ifloordiv: np.floor_divide,
}
"""`operator.iadd(a, b)` is `a += b` that returns `a`: the normaliser writes it so."""

_FUNCTIONS: dict[Any, tuple[Callable[..., Any], ...]] = {
    np.add: (operator.add, np.ndarray.__add__),
    np.subtract: (operator.sub, np.ndarray.__sub__),
    np.multiply: (operator.mul, np.ndarray.__mul__),
    np.divide: (operator.truediv, np.ndarray.__truediv__),
    np.mod: (operator.mod, np.ndarray.__mod__),
    np.power: (operator.pow, np.ndarray.__pow__),
    np.matmul: (operator.matmul, np.ndarray.__matmul__),
    np.floor_divide: (operator.floordiv, np.ndarray.__floordiv__),
    np.divmod: (np.ndarray.__divmod__,),
    np.negative: (operator.neg, np.ndarray.__neg__),
    np.positive: (operator.pos, np.ndarray.__pos__),
    np.abs: (operator.abs, np.ndarray.__abs__),
    np.less: (operator.lt, np.ndarray.__lt__),
    np.less_equal: (operator.le, np.ndarray.__le__),
    np.equal: (operator.eq, np.ndarray.__eq__),
    np.not_equal: (operator.ne, np.ndarray.__ne__),
    np.greater: (operator.gt, np.ndarray.__gt__),
    np.greater_equal: (operator.ge, np.ndarray.__ge__),
    np.bitwise_and: (operator.and_, np.ndarray.__and__),
    np.bitwise_or: (operator.or_, np.ndarray.__or__),
    np.bitwise_xor: (operator.xor, np.ndarray.__xor__),
    np.invert: (operator.invert, operator.inv, np.ndarray.__invert__),
    np.left_shift: (operator.lshift, np.ndarray.__lshift__),
    np.right_shift: (operator.rshift, np.ndarray.__rshift__),
}

for _ufunc, _others in _FUNCTIONS.items():
    same(_ufunc, *_others)

# Reflected methods: `a.__rsub__(b)` is `b - a`.

partials(np.ndarray.__radd__, "1", "1")
partials(np.ndarray.__rsub__, "-1", "1")
partials(np.ndarray.__rmul__, "x2", "x1")
partials(np.ndarray.__rtruediv__, "-x2 / (x1 * x1)", "1 / x1")
partials(np.ndarray.__rmod__, "-np.floor_divide(x2, x1)", "1")
partials(np.ndarray.__rpow__, "output * np.log(x2 + (x2 == 0))", "x1 * x2 ** (x1 - (x1 != 0))")

constant(
    operator.not_,
    operator.truth,
    operator.is_,
    operator.is_not,
    operator.contains,
    operator.countOf,
    operator.indexOf,
    operator.index,
    operator.length_hint,
)
