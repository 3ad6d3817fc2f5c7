"""Expressions over arrays, element by element: what the loops of compiled text have in their bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.facts import Fact
from srcdiff.build import assign, call, constant, name, substitute
from srcdiff.numba.views import View, view_of
from srcdiff.rules import registry
from srcdiff.transform.setting import Setting

__all__ = ["Elements", "NotElementwise"]

_ARITHMETIC = (gast.Add, gast.Sub, gast.Mult, gast.Div, gast.Pow, gast.Mod, gast.FloorDiv)
_FUNCTIONS = frozenset(
    (np.where, np.maximum, np.minimum, np.square, np.conj, np.real, np.logical_and, np.logical_or, np.logical_not)
)


class NotElementwise(Exception):
    """An expression that is no element-by-element computation, as far as facts tell."""


@dataclass
class Elements:
    """The parts of one expression.

    Attributes
    ----------
    root : gast.expr
        The whole expression.
    before : list of gast.stmt
        What is computed once, before the loops.
    views : list of tuple
        The arrays that are read, and the loop that each of their dimensions belongs to.
    shapes : list of tuple
        Arrays of which only the shape matters, likewise.
    held : dict
        Which expressions are computed before, and under which names.
    """

    setting: Setting
    root: gast.expr
    before: list[gast.stmt] = field(default_factory=list)
    views: list[tuple[View, tuple[int, ...]]] = field(default_factory=list)
    shapes: list[tuple[View, tuple[int, ...]]] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)

    def fact(self, node: gast.expr) -> Fact:
        """What is known of an expression."""
        return self.setting.facts(node)

    def view(self, node: gast.expr) -> View | None:
        """The view that an expression is."""
        return view_of(node, self.fact, self.setting.names.fresh, self.setting.helper(runtime.clipped))

    def compile(self, node: gast.expr, dims: tuple[int, ...]) -> Callable[[list[gast.expr], list[int]], gast.expr]:
        """What an expression is at the indices of the loops.

        Parameters
        ----------
        node : gast.expr
            An expression of rank `len(dims)` or less.
        dims : tuple of int
            Which loop each of its dimensions belongs to.

        Raises
        ------
        NotElementwise
            Where it is none.
        """
        fact = self.fact(node)
        if fact.kind == "number":
            return self._number(node)
        if fact.kind != "array" or fact.rank is None or fact.letter not in "fcb" or fact.rank > len(dims):
            raise NotElementwise
        view = self.view(node)
        if view is not None:
            return self._view(view, dims)
        if isinstance(node, gast.BinOp) and isinstance(node.op, _ARITHMETIC):
            left, right = self.compile(node.left, dims), self.compile(node.right, dims)
            return lambda i, s: gast.BinOp(left(i, s), node.op, right(i, s))
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            operand = self.compile(node.operand, dims)
            return lambda i, s: gast.UnaryOp(node.op, operand(i, s))
        if isinstance(node, gast.Compare) and len(node.ops) == 1:
            left, right = self.compile(node.left, dims), self.compile(node.comparators[0], dims)
            return lambda i, s: gast.Compare(left(i, s), node.ops, [right(i, s)])
        if isinstance(node, gast.Call):
            return self._call(node, dims)
        return self._held(node, dims)

    def _number(self, node: gast.expr) -> Callable[[list[gast.expr], list[int]], gast.expr]:
        if any(isinstance(part, gast.Call) for part in gast.walk(node)):
            held = self.hold(node, "factor")
            return lambda _i, _s: name(held)
        return lambda _i, _s: substitute(node, {})

    def hold(self, node: gast.expr, stem: str) -> str:
        """Compute an expression before the loops; the name of its value."""
        variable = self.setting.names.fresh(stem)
        self.before.append(assign(variable, substitute(node, {})))
        self.held[id(node)] = variable
        self.setting.facts.of[variable] = self.fact(node)
        return variable

    def with_held(self, node: Any) -> Any:
        """A copy of a statement with the names of what is computed before."""
        if id(node) in self.held:
            return name(self.held[id(node)])
        if isinstance(node, list):
            return [self.with_held(item) for item in node]
        if not isinstance(node, gast.AST):
            return node
        return gast.copy_location(type(node)(*[self.with_held(getattr(node, f, None)) for f in node._fields]), node)

    def _view(self, view: View, dims: tuple[int, ...]) -> Callable[[list[gast.expr], list[int]], gast.expr]:
        own = dims[len(dims) - view.rank :]
        self.before += view.before
        self.views.append((view, own))
        return lambda i, s: view.element([i[d] for d in own], [s[d] for d in own])

    def _held(self, node: gast.expr, dims: tuple[int, ...]) -> Callable[[list[gast.expr], list[int]], gast.expr]:
        if node is self.root:
            raise NotElementwise
        variable = self.hold(node, "part")
        view = self.view(name(variable))
        if view is None:
            raise NotElementwise
        return self._view(view, dims)

    def _call(self, node: gast.Call, dims: tuple[int, ...]) -> Callable[[list[gast.expr], list[int]], gast.expr]:
        function: Any = self.setting.object_named(node.func)
        if function is runtime.expand:
            return self._expand(node, dims)
        if isinstance(node.func, gast.Attribute) and node.func.attr == "copy" and not node.args and function is None:
            return self.compile(node.func.value, dims)
        if function is runtime.copy and len(node.args) == 1:
            return self.compile(node.args[0], dims)
        if node.keywords or not _is_elementwise(function):
            return self._held(node, dims)
        parts = [self.compile(argument, dims) for argument in node.args]
        if function is np.where:
            if len(parts) != 3:
                raise NotElementwise
            return lambda i, s: gast.IfExp(parts[0](i, s), parts[1](i, s), parts[2](i, s))
        return lambda i, s: gast.Call(node.func, [part(i, s) for part in parts], [])

    def _expand(self, node: gast.Call, dims: tuple[int, ...]) -> Callable[[list[gast.expr], list[int]], gast.expr]:
        gradient, fact, rank = node.args[0], self.fact(node.args[0]), self.fact(node.args[1]).rank
        like = self.view(node.args[1])
        if like is None or rank is None or node.keywords:
            raise NotElementwise
        own = dims[len(dims) - rank :]
        self.before += like.before
        self.shapes.append((like, own))
        if len(node.args) == 2:
            if fact.kind != "number":
                raise NotElementwise
            return self._number(gradient)
        axis = node.args[2]
        if not isinstance(axis, gast.Constant) or type(axis.value) is not int:
            raise NotElementwise
        return self.compile(gradient, tuple(d for k, d in enumerate(own) if k != axis.value % rank))


def _is_elementwise(function: Any) -> bool:
    """Whether a function of numbers is the same function of arrays, element by element."""
    if function in _FUNCTIONS:
        return True
    if not isinstance(function, np.ufunc):
        return False
    return registry.lookup(function) is not None and function.nout == 1 and function.signature is None


def _whole(array: str, rank: int) -> str:
    """The shape of an array, written out."""
    lengths = [f"{array}.shape[{k}]" for k in range(rank)]
    return str(gast.unparse(gast.parse(f"({', '.join(lengths)},)", mode="eval")))


def zero(letter: str) -> gast.expr:
    """The zero of a kind of number."""
    return constant(0j if letter == "c" else 0.0)


def empty(setting: Setting, counts: list[gast.expr], fact: Fact, views: list[View]) -> gast.expr:
    """An array for a result, uninitialised.

    Raises
    ------
    NotElementwise
        Where the arrays that are read do not tell its dtype.
    """
    shape: gast.expr = gast.Tuple([substitute(count, {}) for count in counts], gast.Load())
    if fact.letter != "b" and not any(setting.fact(view.base).letter == fact.letter for view in views):
        raise NotElementwise
    if fact.letter == "b":
        return call("np.empty", shape, gast.parse("np.bool_", mode="eval").body)
    operands = list(dict.fromkeys(view.base for view in views))
    if len(operands) == 1 and gast.unparse(shape) == _whole(operands[0], len(counts)):
        return call("np.empty_like", name(operands[0]))
    return call(setting.helper(runtime.empty_for), shape, *map(name, operands))
