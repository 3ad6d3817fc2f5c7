"""Shapes as far as they are known: what broadcasts to them, and the lengths of their axes as affine forms.

A shape is a set of parts that broadcast to it: a number has the empty set, the sum of `x` and `y` has `{x, y}`. Equal
sets are equal shapes, whatever the sizes. Where the rank is known, one part holds the axes; the length of an axis is
again a set of what broadcasts to it, each an affine form over symbols: `A[1:-1]`, `A[:-2]` and `A[:-1][1:]` all have
length `n - 2`. Two things that are not known are never equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "SCALAR",
    "Axes",
    "Cut",
    "Length",
    "Shape",
    "Span",
    "added",
    "axes_of",
    "broadcast",
    "cut",
    "length_of",
    "mentions",
    "scaled",
    "shape_of_axes",
    "shape_of_lengths",
    "symbol_axes",
    "within",
]


@dataclass(frozen=True)
class Length:
    """An affine form: `constant + coefficient * symbol + ...`; as the length of an axis, 0 where that is negative."""

    constant: int = 0
    terms: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        shown = [symbol if factor == 1 else f"{factor}*{symbol}" for symbol, factor in self.terms]
        return " + ".join([*shown, str(self.constant)] if self.constant or not shown else shown)


Axis = frozenset[Length]
"""What the length of an axis is broadcast from; an axis of length 1 has the empty set."""


@dataclass(frozen=True)
class Axes:
    """The axes of a shape of known rank."""

    lengths: tuple[Axis, ...]


@dataclass(frozen=True)
class Cut:
    """What an index leaves of a shape of unknown rank: for each entry, what it does to its axis."""

    whole: Shape
    entries: tuple[str | int, ...]


Part = str | Axes | Cut
Shape = frozenset[Part]
SCALAR: Shape = frozenset()


@dataclass(frozen=True)
class Span:
    """A slice with step 1."""

    start: Length | None
    stop: Length | None


Entry = str | Span
"""An entry of an index: "number", "new", "rest" (an ellipsis), a span, or a slice of which nothing is known."""


def added(a: Length, b: Length, factor: int = 1) -> Length:
    """`a + factor * b`."""
    terms = dict(a.terms)
    for symbol, coefficient in b.terms:
        terms[symbol] = terms.get(symbol, 0) + factor * coefficient
    kept = tuple(sorted((symbol, coefficient) for symbol, coefficient in terms.items() if coefficient))
    return Length(a.constant + factor * b.constant, kept)


def scaled(a: Length, factor: int) -> Length:
    """`factor * a`."""
    return added(Length(), a, factor) if factor else Length()


def _axis(length: Length) -> Axis:
    if length.terms:
        return frozenset([length])
    return frozenset() if length.constant == 1 else frozenset([Length(max(length.constant, 0))])


def length_of(axis: Axis) -> Length | None:
    """The length of an axis, where it is one affine form."""
    if not axis:
        return Length(1)
    return next(iter(axis)) if len(axis) == 1 else None


def shape_of_lengths(lengths: Iterable[Length]) -> Shape:
    """The shape with axes of these lengths."""
    return _shape(tuple(_axis(length) for length in lengths))


def shape_of_axes(axes: Iterable[Axis]) -> Shape:
    """The shape with these axes."""
    return _shape(tuple(axes))


def _shape(axes: tuple[Axis, ...]) -> Shape:
    return frozenset([Axes(axes)]) if axes else SCALAR


def symbol_axes(symbol: str, rank: int, ones: Iterable[int] = ()) -> Shape:
    """The shape of something of known rank, with a symbol for the length of each axis; `ones` have length 1."""
    ones = set(ones)
    return _shape(tuple(_axis(Length(1) if k in ones else Length(0, ((f"{symbol}.{k}", 1),))) for k in range(rank)))


def axes_of(shape: Shape | None) -> tuple[Axis, ...] | None:
    """The axes of a shape of known rank; None of others."""
    if shape is None or len(shape) > 1:
        return None
    if not shape:
        return ()
    (part,) = shape
    return part.lengths if isinstance(part, Axes) else None


def broadcast(shapes: Iterable[Shape]) -> Shape:
    """The shape that these broadcast to."""
    parts: set[Part] = set()
    axes: list[Axis] = []
    for shape in shapes:
        for part in shape:
            if not isinstance(part, Axes):
                parts.add(part)
                continue
            missing = len(part.lengths) - len(axes)
            axes = [frozenset()] * missing + axes
            for k, axis in enumerate(reversed(part.lengths), 1):
                axes[-k] |= axis
    return frozenset([*parts, *_shape(tuple(axes))])


def within(shape: Shape, other: Shape) -> bool:
    """Whether something of this shape leaves the other as it is when the two are broadcast."""
    return broadcast([shape, other]) == other


def cut(shape: Shape | None, entries: list[Entry]) -> Shape | None:
    """The shape that basic indexing leaves."""
    if shape is None:
        return None
    axes = axes_of(shape)
    return _cut_unknown(shape, entries) if axes is None else _cut_axes(axes, entries)


def _cut_axes(axes: tuple[Axis, ...], entries: list[Entry]) -> Shape | None:
    used = sum(entry not in ("new", "rest") for entry in entries)
    if used > len(axes):
        return None
    if "rest" not in entries:
        entries = [*entries, "rest"]
    made: list[Axis] = []
    position = 0
    for entry in entries:
        if entry == "rest":
            made += axes[position : position + len(axes) - used]
            position += len(axes) - used
        elif entry == "new":
            made.append(frozenset())
        else:
            if isinstance(entry, Span):
                made.append(_sliced(axes[position], entry))
            position += 1
    return _shape(tuple(made))


def _sliced(axis: Axis, span: Span) -> Axis:
    """The axis that a slice leaves: its length where that is affine, else a symbol for it."""
    if span.start is None and span.stop is None:
        return axis
    shrinks, length = _shrinks(span), length_of(axis)
    if shrinks is not None and length is not None:
        if not length.terms:
            return _axis(Length(max(length.constant - shrinks, 0)))
        return _axis(added(length, Length(shrinks), -1))
    whole = " | ".join(sorted(map(str, axis))) or "1"
    return frozenset([Length(0, ((f"({whole})[{span.start}:{span.stop}]", 1),))])


def _shrinks(span: Span) -> int | None:
    """By how much a slice shortens an axis that is long enough: `1:-1` by 2."""
    first, last = span.start or Length(), span.stop or Length()
    if first.terms or last.terms or first.constant < 0 or (span.stop is not None and last.constant >= 0):
        return None
    return first.constant - last.constant


def _cut_unknown(shape: Shape, entries: list[Entry]) -> Shape | None:
    if "rest" in entries[:-1]:
        return None
    made: list[str | int] = []
    for entry in entries:
        if isinstance(entry, Span):
            shrinks = 0 if entry == Span(None, None) else _shrinks(entry)
            made.append(shrinks if shrinks is not None else f"{entry.start}:{entry.stop}")
        elif entry != "rest":
            made.append(entry)
    whole = shape
    inner = next(iter(shape)) if len(shape) == 1 else None
    if isinstance(inner, Cut):
        whole, made = _composed(inner, made, shape)
    while made and made[-1] == 0:
        made.pop()
    return frozenset([Cut(whole, tuple(made))]) if made else whole


def _composed(inner: Cut, made: list[str | int], shape: Shape) -> tuple[Shape, list[str | int]]:
    """A slice of a slice as one: `[:-1][1:]` is `[1:-1]`."""
    first = [entry for entry in inner.entries if isinstance(entry, int)]
    second = [entry for entry in made if isinstance(entry, int)]
    if len(first) < len(inner.entries) or len(second) < len(made):
        return shape, made
    longest = max(len(first), len(second))
    first, second = ([*side, *[0] * (longest - len(side))] for side in (first, second))
    return inner.whole, [a + b for a, b in zip(first, second, strict=True)]


def mentions(shape: Shape | None, names: set[str]) -> bool:
    """Whether a shape is told in terms of one of these variables."""
    if shape is None:
        return False
    return any(_mentions(part, names) for part in shape)


def _mentions(part: Part, names: set[str]) -> bool:
    if isinstance(part, str):
        return part in names
    if isinstance(part, Cut):
        return mentions(part.whole, names) or any(_names_in(entry, names) for entry in part.entries)
    return any(_names_in(symbol, names) for axis in part.lengths for form in axis for symbol, _ in form.terms)


def _names_in(symbol: str | int, names: set[str]) -> bool:
    if isinstance(symbol, int):
        return False
    words = "".join(c if c.isidentifier() or c.isdigit() else " " for c in symbol).split()
    return any(word in names for word in words)
