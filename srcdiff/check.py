"""Comparing an adjoint with finite differences: what `srcdiff check` prints."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcdiff.differences import directional_difference, inner, map_leaves, random_direction
from srcdiff.structures import has_floats, is_float, leaves

__all__ = ["Check", "Row", "check_adjoint"]

RELATIVE = 1e-6
ROUNDING = 1e3  # units in the last place that a sum of many terms may lose
SAFETY = 10.0  # the error estimate of a difference is rarely off by more

Gradients = Callable[[tuple[Any, ...], Any], tuple[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Row:
    """One direction: what the adjoint says, what the difference says, and by how much they may differ."""

    direction: str
    adjoint: float
    difference: float
    allowed: float

    @property
    def error(self) -> float:
        """The absolute difference; zero for equal values, infinite ones included."""
        return 0.0 if self.adjoint == self.difference else abs(self.adjoint - self.difference)

    @property
    def verdict(self) -> str:
        """`ok`, `MISMATCH`, or `no difference` where there is none to compare with."""
        if not math.isfinite(self.difference) or not math.isfinite(self.allowed):
            return "no difference"
        return "ok" if self.error <= self.allowed else "MISMATCH"


@dataclass(frozen=True)
class Check:
    """The rows of a comparison, and what they come to."""

    value: Row
    rows: tuple[Row, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs, and at least one direction could be compared."""
        verdicts = [row.verdict for row in self.rows]
        return "MISMATCH" not in [self.value.verdict, *verdicts] and "ok" in verdicts

    def table(self) -> str:
        """The rows, one a line, and a closing line with the verdict."""
        width = max(len(name) for name in ("direction", self.value.direction, *(row.direction for row in self.rows)))
        lines = [f"{'direction':<{width}}  {'adjoint':>22}  {'difference':>22}  {'error':>9}  {'allowed':>9}"]
        for row in (self.value, *self.rows):
            numbers = f"{row.adjoint:>22.14g}  {row.difference:>22.14g}  {row.error:>9.1e}  {row.allowed:>9.1e}"
            lines.append(f"{row.direction:<{width}}  {numbers}  {row.verdict}")
        return "\n".join([*lines, self.summary()])

    def summary(self) -> str:
        """One line: whether the adjoint is right, as far as differences tell."""
        if self.value.verdict == "MISMATCH":
            return "MISMATCH: the value itself differs from the primal's"
        wrong = [row.direction for row in self.rows if row.verdict == "MISMATCH"]
        compared = [row for row in self.rows if row.verdict != "no difference"]
        if wrong:
            names = ", ".join(dict.fromkeys(wrong))
            return f"MISMATCH in {len(wrong)} of {len(compared)} directions: {names}"
        if not compared:
            return "NO VERDICT: no direction has a finite difference here; is the point on the edge of the domain?"
        return f"ok: the adjoint agrees with differences in {len(compared)} of {len(self.rows)} directions"


def check_adjoint(
    function: Callable[..., Any],
    args: Sequence[Any],
    names: Sequence[str],
    wrt: Sequence[int],
    gradients: Gradients,
    *,
    directions: int = 3,
    seed: int = 0,
) -> Check:
    """Compare gradients with finite differences along random directions of each argument alone, and of all together.

    Parameters
    ----------
    function : callable
        The primal.
    args : sequence
        Where to compare.
    names : sequence of str
        What to call each of `args`.
    wrt : sequence of int
        Positions of the arguments to move.
    gradients : callable
        `gradients(args, cotangent)` returns the output and one gradient for each of `wrt`.
    directions : int
        How many directions for each argument, and how many for all together if there are several.
    seed : int
        The seed of the random directions and of the output cotangent.
    """
    rng = np.random.default_rng(seed)
    args = tuple(args)
    output = function(*copy.deepcopy(args))
    if not has_floats(output):
        raise TypeError("the output has no floating part, so there is nothing to differentiate")
    cotangent = _cotangent(output, rng)
    value, gradient = gradients(copy.deepcopy(args), cotangent)
    tolerance = _tolerance((args, output))

    def projected(*moved: Any) -> float:
        return inner(cotangent, function(*moved))

    def compare(label: str, group: Sequence[int]) -> Row:
        moved = [random_direction(arg, rng) if k in group else None for k, arg in enumerate(args)]
        pairs = [(part, moved[k]) for k, part in zip(wrt, gradient, strict=True) if k in group]
        difference, error = directional_difference(projected, args, moved)
        size = sum(inner(_absolute(part), _absolute(tangent)) for part, tangent in pairs)
        size = size if math.isfinite(size) else abs(difference)
        adjoint = sum(inner(part, tangent) for part, tangent in pairs)
        return Row(label, adjoint, difference, tolerance * size + SAFETY * error)

    same = Row("(the value)", inner(cotangent, value), inner(cotangent, output), 0.0)
    groups = [(names[k], [k]) for k in wrt] + ([("(all)", list(wrt))] if len(wrt) > 1 else [])
    return Check(same, tuple(compare(label, group) for label, group in groups for _ in range(directions)))


def _cotangent(output: Any, rng: np.random.Generator) -> Any:
    """1 for a real number, random otherwise, None for leaves without floating parts."""
    if isinstance(output, (float, np.floating)):
        return 1.0
    return random_direction(map_leaves(lambda leaf: np.ones_like(leaf)[()] if is_float(leaf) else None, output), rng)


def _absolute(tree: Any) -> Any:
    return map_leaves(lambda leaf: None if leaf is None else np.abs(leaf), tree)


def _tolerance(tree: Any) -> float:
    """The relative difference that rounding explains, in the coarsest precision that occurs."""
    coarsest = max(float(np.finfo(np.asarray(leaf).dtype).eps) for _, leaf in leaves(tree) if is_float(leaf))
    return max(RELATIVE, ROUNDING * coarsest)
