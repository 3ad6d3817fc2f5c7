"""Random programs against the complex step, the lean passes against the naive text, and the machinery itself."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from srcdiff import UnsupportedError, pipeline
from srcdiff.kinds import kind_of
from srcdiff.pipeline import LEAN
from tests import helpers
from tests.fuzz.__main__ import FORMS, one
from tests.fuzz.check import Slopes, check, load, oracle, slopes_of
from tests.fuzz.generator import Generated, generate
from tests.fuzz.shrink import shrink
from tests.fuzz.strategy import programs

BATCH = 25
BATCHES = 12
LEAN_PROGRAMS = 24


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_programs_are_right_or_refused(batch: int) -> None:
    fates = [(seed, *one(seed, size=8)) for seed in range(batch * BATCH, (batch + 1) * BATCH)]
    bad = [
        f"seed {seed} ({form}): {result.status}: {result.message}\n{generated.source}"
        for seed, generated, form, result in fates
        if result.status in ("wrong", "crashed")
    ]
    assert not bad, bad[0]
    counts = Counter(result.status for *_, result in fates)
    assert counts["right"] > counts["discarded"], counts


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs(size=5))
def test_programs_that_hypothesis_draws(generated: Generated) -> None:
    result = check(generated, "vjp")
    assert result.status in ("right", "refused", "discarded"), f"{result.message}\n{generated.source}"


def gradients_with(program: Any, args: tuple[Any, ...], gradient: Any, lean: frozenset[str] | None) -> tuple[Any, ...]:
    """The adjoint's results with these lean passes alone."""
    names = program.__code__.co_varnames[: program.__code__.co_argcount]
    kinds = tuple((name, kind_of(argument)) for name, argument in zip(names, args, strict=True))
    generated = pipeline.generate(pipeline.Request(program, tuple(names), kinds=kinds, lean=lean))
    results = generated.functions["adjoint"](*helpers.fresh(args), gradient)
    return results if isinstance(results, tuple) else (results,)


@pytest.mark.parametrize("seed", range(1000, 1000 + LEAN_PROGRAMS))
def test_each_lean_pass_leaves_the_numbers(seed: int) -> None:
    """None, each one alone, and all together: the text may shrink, the numbers may not move."""
    generated = generate(Random(seed), size=6)
    with np.errstate(all="ignore"), load(generated.source) as program:
        expected = oracle(program, generated.args)
        if not isinstance(expected, Slopes):
            pytest.skip(expected)
        try:
            naive = gradients_with(program, generated.args, expected.gradient, frozenset())
        except UnsupportedError as error:
            pytest.skip(f"refused: {error}")
        for (mine, size), slope in zip(slopes_of(naive, expected.directions), expected.slopes, strict=True):
            assert mine == pytest.approx(slope, rel=1e-7, abs=1e-7 * (1.0 + size)), "the naive text is wrong"
        for lean in [*(frozenset({name}) for name in sorted(LEAN)), None]:
            lean_results = gradients_with(program, generated.args, expected.gradient, lean)
            for one_result, other in zip(lean_results, naive, strict=True):
                np.testing.assert_allclose(one_result, other, rtol=1e-9, atol=1e-9, err_msg=f"lean: {lean}")


def test_the_generator_is_deterministic() -> None:
    first, second = generate(Random(5)), generate(Random(5))
    assert first.source == second.source
    helpers.assert_equal(second.args, first.args)


def test_the_generator_writes_programs_that_run() -> None:
    """Few are discarded, and what the generator is for does occur."""
    texts, useless = [], 0
    for seed in range(200):
        generated = generate(Random(seed))
        texts.append(generated.source)
        with np.errstate(all="ignore"), load(generated.source) as program:
            useless += isinstance(oracle(program, generated.args), str)
    assert useless < 40
    everything = "\n".join(texts)
    for construct in ("while ", "break", "continue", "nonlocal", "[1:] = ", "+=", "append", ".T", "np.add.at", "x_bar"):
        assert construct in everything, construct


def test_the_oracle_knows_a_derivative() -> None:
    source = "import numpy as np\n\ndef program(x, g):\n    x[0] *= g\n    return x[0] * x[1]\n"
    with load(source) as program:
        expected = oracle(program, (np.array([2.0, 3.0]), 5.0))
    assert isinstance(expected, Slopes)
    by_hand = (expected.gradient * np.array([15.0, 10.0]), expected.gradient * 6.0)
    assert [slope for slope, _ in slopes_of(by_hand, expected.directions)] == pytest.approx(expected.slopes)


def test_failing_programs_are_made_smaller() -> None:
    generated = next(g for g in (generate(Random(seed)) for seed in range(500)) if ".fill(" in g.source)
    small = shrink(generated.source, lambda text: ".fill(" in text and "def program" in text)
    assert ".fill(" in small
    assert len(small.splitlines()) <= 6


def test_forms_are_all_exercised() -> None:
    assert {one(seed, size=2, oracle_only=True)[1] for seed in range(2 * len(FORMS))} == set(FORMS)
