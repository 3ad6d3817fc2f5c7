"""Arrays and slices of arrays as what an element of them is: the base, indexed.

A view is a name or a subscript of a name whose rank is known: numbers, slices with step 1 and new axes. Its element
`[i, j]` is an element of the base, so that no view is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff.analysis.facts import Fact
from srcdiff.analysis.shapes import Axis, axes_of
from srcdiff.build import attribute, call, constant, name, subscript, substitute

__all__ = ["Dim", "View", "plus", "view_of"]

Start = Any  # a whole number, or an expression


@dataclass(frozen=True)
class Dim:
    """One dimension of a view: where it starts on its axis of the base, how long it is, what facts tell of that."""

    start: Start
    count: gast.expr
    axis: Axis
    upper: object = None


@dataclass
class View:
    """A view of a named array.

    Attributes
    ----------
    base : str
        The array.
    entries : list
        For each axis of the base, the number of its dimension in the view, or an index.
    dims : list of Dim or None
        The dimensions of the view; None for a new axis.
    before : list of gast.stmt
        What has to be computed first: bounds that are no constants.
    """

    base: str
    entries: list[int | gast.expr] = field(default_factory=list)
    dims: list[Dim | None] = field(default_factory=list)
    before: list[gast.stmt] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.dims)

    def element(self, indices: list[gast.expr], starts: list[int], ctx: gast.expr_context | None = None) -> gast.expr:
        """The element of the base at these indices, which count from `starts`."""
        items: list[gast.expr] = []
        for entry in self.entries:
            if not isinstance(entry, int):
                items.append(substitute(entry, {}))
                continue
            dim = self.dims[entry]
            assert dim is not None
            if not dim.axis:  # length 1: broadcast
                items.append(plus(dim.start, 0))
            elif isinstance(dim.start, int):
                items.append(_shifted(indices[entry], dim.start - starts[entry]))
            else:
                items.append(_sum(_shifted(indices[entry], -starts[entry]), dim.start))
        index: gast.expr = items[0] if len(items) == 1 else gast.Tuple(items, gast.Load())
        return subscript(name(self.base), index, ctx)

    def same_place(self, other: View) -> bool:
        """Whether element `[i, j]` of both is the same element for certain."""
        if self.base != other.base or len(self.entries) != len(other.entries):
            return False
        mine, theirs = (self._place(), other._place())
        return mine == theirs

    def _place(self) -> list[str]:
        found = []
        for entry in self.entries:
            if isinstance(entry, int):
                dim = self.dims[entry]
                assert dim is not None
                start = str(dim.start) if isinstance(dim.start, int) else gast.unparse(dim.start)
                found.append(f"{entry - self.rank}:{start}:{not dim.axis}")
            else:
                found.append(gast.unparse(entry))
        return found


def _shifted(index: gast.expr, by: int) -> gast.expr:
    index = substitute(index, {})
    if not by:
        return index
    return gast.BinOp(index, gast.Add() if by > 0 else gast.Sub(), constant(abs(by)))


def _sum(left: gast.expr, right: gast.expr) -> gast.expr:
    return gast.BinOp(left, gast.Add(), substitute(right, {}))


def plus(start: Start, by: int) -> gast.expr:
    """`start + by`."""
    if isinstance(start, int):
        return constant(start + by)
    return _shifted(start, by)


def view_of(node: gast.expr, fact: Callable[[gast.expr], Fact], fresh: Callable[[str], str], clip: str) -> View | None:
    """The view that an expression is; None where it is none, or of unknown rank.

    Parameters
    ----------
    node : gast.expr
        The expression.
    fact : callable
        What is known of an expression.
    fresh : callable
        Makes a name.
    clip : str
        The name of `runtime.clipped` in the text.
    """
    base, items = (node.value, node.slice) if isinstance(node, gast.Subscript) else (node, None)
    if not isinstance(base, gast.Name):
        return None
    whole = fact(base)
    axes = axes_of(whole.shape)
    if whole.kind != "array" or whole.rank is None or axes is None or len(axes) != whole.rank:
        return None
    parts = list(items.elts) if isinstance(items, gast.Tuple) else [] if items is None else [items]
    filled = _filled(parts, whole.rank)
    shape = axes_of(fact(node).shape)
    if filled is None or shape is None:
        return None
    view, on = View(base.id), 0
    for part in filled:
        if isinstance(part, gast.Constant) and part.value is None:
            view.dims.append(None)
        elif isinstance(part, gast.Slice):
            length = subscript(attribute(name(base.id), "shape"), constant(on))
            if len(view.dims) >= len(shape):
                return None
            dim = _dim(part, length, shape[len(view.dims)], view, fresh, clip)
            if dim is None:
                return None
            view.entries.append(len(view.dims))
            view.dims.append(dim)
            on += 1
        else:
            if fact(part).kind != "number" or fact(part).letter != "i":
                return None
            view.entries.append(part)
            on += 1
    return view if len(view.dims) == len(shape) else None


def _filled(parts: list[gast.expr], rank: int) -> list[gast.expr] | None:
    """The parts of an index with `...` written out, one for each axis and each new axis."""
    new = sum(isinstance(part, gast.Constant) and part.value is None for part in parts)
    dots = [k for k, part in enumerate(parts) if isinstance(part, gast.Constant) and part.value is Ellipsis]
    missing = rank - (len(parts) - new - len(dots))
    if missing < 0 or len(dots) > 1:
        return None
    rest: list[gast.expr] = [gast.Slice(None, None, None) for _ in range(missing)]
    at = dots[0] if dots else len(parts)
    return [*parts[:at], *rest, *parts[at + len(dots) :]]


def _number(node: gast.expr | None) -> int | None:
    """The value of a literal whole number."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, gast.Constant) and type(node.value) is int:
        return int(node.value)
    return None


def _dim(
    part: gast.Slice, length: gast.expr, axis: Axis, view: View, fresh: Callable[[str], str], clip: str
) -> Dim | None:
    """A slice as a start and a count."""
    if part.step is not None and _number(part.step) != 1:
        return None
    lower, upper = _number(part.lower), _number(part.upper)
    start: Start
    if part.lower is None:
        start = 0
    elif lower is not None and lower >= 0:
        start = lower
    else:
        start = _bound(part.lower, length, view, fresh("start"), clip)
    if part.upper is None:
        stop: gast.expr = length
        cut = 0
    elif upper is not None and upper < 0:
        stop, cut = length, -upper
    else:
        stop, cut = _bound(part.upper, length, view, fresh("stop"), clip), 0
    if isinstance(start, int):
        less = start + cut
        count = _shifted(stop, -less)
    else:
        count = gast.BinOp(_shifted(stop, -cut), gast.Sub(), substitute(start, {}))
    return Dim(start, count, axis)


def _bound(node: gast.expr, length: gast.expr, view: View, variable: str, clip: str) -> gast.expr:
    value = call(clip, substitute(node, {}), substitute(length, {}))
    view.before.append(gast.Assign([gast.Name(variable, gast.Store(), None, None)], value, None))
    return name(variable)
