"""Deciding tests of a template when the text is built: `axis is None`, `np.ndim(a) == 2`, `literal(x2) and x2 == 2`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import gast
import numpy as np

from srcdiff.analysis.inference import Facts
from srcdiff.rules import registry

__all__ = ["Undecided", "evaluate"]


class Undecided(Exception):
    """Only a run can tell."""


_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
    gast.In: lambda a, b: a in b,
    gast.NotIn: lambda a, b: a not in b,
}
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Mod: operator.mod,
    gast.FloorDiv: operator.floordiv,
}
_TYPES: dict[str, tuple[type, ...]] = {
    "number": (int, float, complex, bool, np.generic),
    "list": (list,),
    "tuple": (tuple,),
    "dict": (dict,),
    "array": (np.ndarray,),
}


def evaluate(node: gast.expr, values: dict[str, gast.expr], facts: Facts, resolve: Callable[[str], Any]) -> Any:
    """The value of a template's test; `Undecided` if only a run can tell.

    Parameters
    ----------
    node : gast.expr
        An expression over the template's parameters.
    values : dict
        What stands for each parameter in the call.
    facts : Facts
        The facts of the variables in the call.
    resolve : callable
        The object that a global name of the template means.
    """
    return _Evaluator(values, facts, resolve)(node)


class _Evaluator:
    def __init__(self, values: dict[str, gast.expr], facts: Facts, resolve: Callable[[str], Any]) -> None:
        self.values = values
        self.facts = facts
        self.resolve = resolve

    def __call__(self, node: gast.expr) -> Any:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Undecided
        return method(node)

    def _constant(self, node: gast.Constant) -> Any:
        return node.value

    def _name(self, node: gast.Name) -> Any:
        if node.id not in self.values:
            try:
                return self.resolve(node.id)
            except LookupError:
                raise Undecided from None
        return self.known(self.values[node.id])

    def known(self, argument: gast.expr) -> Any:
        """The value of an argument, where the call tells it."""
        if isinstance(argument, gast.Constant):
            return argument.value
        if isinstance(argument, gast.UnaryOp) and isinstance(argument.op, gast.USub):
            return -self.known(argument.operand)
        if isinstance(argument, (gast.Tuple, gast.List)):
            kind = tuple if isinstance(argument, gast.Tuple) else list
            return kind(self.known(item) for item in argument.elts)
        fact = self.facts(argument)
        if fact.value is None and not (fact.kind == "opaque" and fact.type is type(None)):
            raise Undecided
        return fact.value

    def _tuple(self, node: gast.Tuple) -> Any:
        return tuple(self(item) for item in node.elts)

    def _unaryop(self, node: gast.UnaryOp) -> Any:
        operand = self(node.operand)
        if isinstance(node.op, gast.Not):
            return not operand
        return -operand if isinstance(node.op, gast.USub) else operand

    def _boolop(self, node: gast.BoolOp) -> Any:
        stop = isinstance(node.op, gast.Or)
        undecided = False
        result: Any = not stop
        for value in node.values:
            try:
                result = self(value)
            except Undecided:
                undecided = True
                continue
            if bool(result) is stop:
                if undecided:  # an operand before it may raise, but tests of templates don't
                    return result
                return result
        if undecided:
            raise Undecided
        return result

    def _binop(self, node: gast.BinOp) -> Any:
        function = _BINARY.get(type(node.op))
        if function is None:
            raise Undecided
        return function(self(node.left), self(node.right))

    def _compare(self, node: gast.Compare) -> Any:
        if len(node.ops) != 1:
            raise Undecided
        left, right = node.left, node.comparators[0]
        if isinstance(node.ops[0], (gast.Is, gast.IsNot)) and isinstance(right, gast.Constant) and right.value is None:
            return self.is_none(left) is isinstance(node.ops[0], gast.Is)
        shapes = self.same_shape(left, right)
        if shapes is not None and isinstance(node.ops[0], (gast.Eq, gast.NotEq)):
            if not shapes:
                raise Undecided
            return isinstance(node.ops[0], gast.Eq)
        return bool(_COMPARE[type(node.ops[0])](self(left), self(right)))

    def is_none(self, node: gast.expr) -> bool:
        if isinstance(node, gast.Name) and node.id in self.values:
            argument = self.values[node.id]
            if isinstance(argument, gast.Constant):
                return argument.value is None
            fact = self.facts(argument)
            if fact.numeric or fact.container or fact.kind == "function" or fact.value is not None:
                return False
            if fact.kind == "opaque" and fact.type is not None:
                return fact.type is type(None)
            raise Undecided
        return self(node) is None

    def same_shape(self, left: gast.expr, right: gast.expr) -> bool | None:
        """Whether `np.shape(a) == np.shape(b)` holds for certain; None if that is not what is asked."""
        arguments = [self.shape_argument(node) for node in (left, right)]
        if None in arguments:
            return None
        a, b = (self.facts(argument) for argument in arguments if argument is not None)
        return a.shape is not None and a.shape == b.shape

    def shape_argument(self, node: gast.expr) -> gast.expr | None:
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr == "shape":
            argument = node.args[0] if node.args else None
            if isinstance(argument, gast.Name):
                return self.values.get(argument.id)
        return None

    def _attribute(self, node: gast.Attribute) -> Any:
        if isinstance(node.value, gast.Name) and node.value.id in self.values:
            fact = self.facts(self.values[node.value.id])
            if node.attr == "ndim" and fact.rank is not None:
                return fact.rank
            raise Undecided
        try:
            return getattr(self(node.value), node.attr)
        except AttributeError:
            raise Undecided from None

    def _call(self, node: gast.Call) -> Any:
        function = self(node.func)
        arguments = [self.argument(argument) for argument in node.args]
        if function is registry.literal:
            return isinstance(arguments[0], gast.Constant) and type(arguments[0].value) in (int, float)
        if function in (np.ndim, np.iscomplexobj, np.dtype, isinstance, len) and arguments and arguments[0] is not None:
            return self.question(function, node, arguments[0])
        if function in (isinstance, len, np.ndim, np.dtype, tuple, range, abs, bool, int, type, min, max):
            return function(*[self(argument) for argument in node.args])
        raise Undecided

    def argument(self, node: gast.expr) -> gast.expr | None:
        return self.values.get(node.id) if isinstance(node, gast.Name) else None

    def question(self, function: Any, node: gast.Call, argument: gast.expr) -> Any:
        """A question that facts may answer of an argument whose value is not known."""
        fact = self.facts(argument)
        if function is np.ndim and fact.rank is not None and fact.numeric:
            return fact.rank
        if function is np.iscomplexobj and fact.numeric and not self.facts.maybe_complex(argument):
            return False
        if function is np.dtype and fact.type is np.dtype and fact.letter in "bif":
            if self.facts.complex_numbers and not fact.surely_real:
                raise Undecided
            return SimpleNamespace(kind=fact.letter)  # of `x.dtype` no more is known
        if function is len and fact.items is not None:
            return len(fact.items)
        if function is isinstance:
            classes = self(node.args[1])
            if isinstance(argument, gast.Constant) or fact.value is not None:
                return isinstance(self.known(argument), classes)
            classes = classes if isinstance(classes, tuple) else (classes,)
            if fact.kind in _TYPES and fact.kind != "number":
                return any(issubclass(t, c) for t in _TYPES[fact.kind] for c in classes)
            if fact.kind == "number" and fact.letter == "i" and classes == (int,):
                return True
            if fact.kind == "number" and not any(issubclass(t, c) for t in _TYPES["number"] for c in classes):
                return False
            raise Undecided
        return function(self.known(argument))
