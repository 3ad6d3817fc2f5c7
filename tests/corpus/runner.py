"""What becomes of a program: right, refused, wrong or crashed."""

from __future__ import annotations

import contextlib
import io
import re
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

import srcdiff
from tests import helpers
from tests.corpus.registry import Program

__all__ = ["STATUSES", "Outcome", "primal_problem", "run", "table"]

SECONDS = 30.0
STATUSES = ("right", "refused", "wrong", "crashed")
_PLACE = re.compile(r"\S+:\d+:\d+: ")


@dataclass(frozen=True)
class Outcome:
    """A program's status, and the message that goes with it."""

    program: Program
    status: str
    message: str = ""

    @property
    def as_registered(self) -> bool:
        """Right, or refused where the program says that it may be, in words that it expects."""
        if self.status == "right":
            return True
        expected = self.program.refused
        return self.status == "refused" and expected is not None and bool(re.search(expected, self.message))


def run(program: Program) -> Outcome:
    """Differentiate a program in every way that the interface has, and compare with the oracle."""
    function, args = program.function, program.args
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"), helpers.limited(SECONDS):
            helpers.assert_gradient(function, args, program.wrt, program.gradient, program.oracle)
            helpers.assert_value_and_grad(function, args, program.wrt, program.gradient)
            helpers.assert_pullback(function, args, program.gradient, program.oracle)
            where = helpers.positions(function, args, program.wrt)
            seed = helpers.cotangent(function(*helpers.fresh(args))) if program.gradient is None else program.gradient
            helpers.assert_same_text(
                function, where, *helpers.fresh(args), **({} if seed is None else {"gradient": seed})
            )
    except srcdiff.UnsupportedError as error:
        message = str(error)
        return Outcome(program, "refused" if _PLACE.search(message) else "crashed", message)
    except AssertionError as error:
        return Outcome(program, "wrong", str(error))
    except Exception:  # a crash is an outcome like another, to be listed
        return Outcome(program, "crashed", traceback.format_exc(limit=-3))
    return Outcome(program, "right")


def primal_problem(program: Program) -> str | None:
    """What is wrong with the program itself; None if it can serve as a test.

    It has to run, to give the same twice, and to have a finite gradient that is not zero everywhere.
    """
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        function, args = program.oracle or program.function, program.args
        try:
            value = function(*helpers.fresh(args))
        except Exception:
            return traceback.format_exc(limit=-1)
        helpers.assert_equal(function(*helpers.fresh(args)), value, "second run")
        where = helpers.positions(function, args, program.wrt)
        if not where:
            return "nothing to differentiate by"
        seed = helpers.random_like(value, 7) if program.gradient is None else program.gradient
        numerical = helpers.numerical_gradient(function, args, seed, where)
        gradients = numerical.gradients
        if numerical.method == "differences":
            finer = helpers.numerical_gradient(function, args, seed, where, helpers.FIRST_STEP / 8).gradients
            try:
                helpers.assert_close(finer, gradients, "finer differences", rtol=1e-5, atol=1e-6)
            except AssertionError as error:
                return f"too near to a kink or a branch: {error}"
    entries = [np.asarray(leaf) for leaf in helpers.floating_leaves(gradients)]
    if not all(np.isfinite(entry).all() for entry in entries):
        return "the gradient is not finite"
    if not any(entry.any() for entry in entries) and "zero" not in (function.__doc__ or ""):
        return "the gradient is zero"
    return None


def table(outcomes: Iterable[Outcome]) -> str:
    """One line per theme, then everything that is not right."""
    outcomes = list(outcomes)
    themes = sorted({outcome.program.theme for outcome in outcomes})
    counts = Counter((outcome.program.theme, outcome.status) for outcome in outcomes)
    lines = [f"{'theme':<24}" + "".join(f"{status:>9}" for status in STATUSES)]
    lines += [f"{theme:<24}" + "".join(f"{counts[theme, status]:>9}" for status in STATUSES) for theme in themes]
    totals = Counter(outcome.status for outcome in outcomes)
    lines.append(f"{'all':<24}" + "".join(f"{totals[status]:>9}" for status in STATUSES))
    for status in reversed(STATUSES[1:]):
        for outcome in outcomes:
            if outcome.status == status:
                note = " (registered)" if outcome.as_registered else ""
                summary = outcome.message.strip().splitlines() or [""]
                shown = summary[-1] if status == "crashed" else " | ".join(line.strip() for line in summary[:3])
                lines.append(f"{status:<8} {outcome.program.name}{note}: {shown}")
    return "\n".join(lines)
