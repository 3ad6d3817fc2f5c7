"""The corpus: every program is right, or refused where it says that it may be."""

from __future__ import annotations

import copy
import re
from collections import Counter

import numpy as np
import pytest

import srcdiff
from tests import helpers
from tests.corpus import THEMES, all_programs, effects
from tests.corpus.registry import Program
from tests.corpus.runner import primal_problem, run

PROGRAMS = all_programs()
NAMES = [program.name for program in PROGRAMS]


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(NAMES).items() if count > 1] == []


def test_every_theme_has_programs() -> None:
    assert {program.theme for program in PROGRAMS} == set(THEMES)
    assert len(PROGRAMS) >= 220


@pytest.mark.parametrize("program", PROGRAMS, ids=NAMES)
def test_program(program: Program) -> None:
    outcome = run(program)
    assert outcome.as_registered, f"{outcome.status}: {outcome.message}"


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.oracle is None], ids=lambda program: program.name)
def test_the_program_itself(program: Program) -> None:
    """It runs, is deterministic, keeps clear of its own branches, and has a derivative to get wrong."""
    assert primal_problem(program) is None


EFFECTS = [program for program in PROGRAMS if program.theme == "effects"]


@pytest.mark.parametrize("program", EFFECTS, ids=lambda program: program.name)
def test_effects_happen_as_often_as_in_the_primal(
    program: Program, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What is printed, logged or called, by `value_and_grad` and by `vjp`, whose pullback repeats nothing."""

    def seen() -> tuple[list[str], str, list[str]]:
        happened, logged = list(effects.HAPPENED), [record.getMessage() for record in caplog.records]
        effects.HAPPENED.clear()
        caplog.clear()
        return happened, capsys.readouterr().out, logged

    caplog.set_level("DEBUG", effects.LOGGER.name)
    seen()
    value = program.function(*helpers.fresh(program.args))
    expected = seen()
    where = helpers.positions(program.function, program.args)
    srcdiff.value_and_grad(program.function, where)(*helpers.fresh(program.args))
    assert seen() == expected
    _, pullback = srcdiff.vjp(program.function, *helpers.fresh(program.args))
    assert seen() == expected
    pullback(np.ones_like(value)[()])
    pullback(np.ones_like(value)[()])
    assert seen() == ([], "", [])


def test_random_draws_advance_a_generator_as_the_primal_does() -> None:
    function = effects.draws_from_an_argument
    mine, theirs = np.random.default_rng(11), np.random.default_rng(11)
    x = np.array([0.3, 0.5, 0.7])
    function(x.copy(), theirs)
    _, pullback = srcdiff.vjp(function, x, mine)
    assert mine.bit_generator.state == theirs.bit_generator.state
    state = copy.deepcopy(mine.bit_generator.state)
    first, second = pullback(1.0)[0], pullback(1.0)[0]
    assert mine.bit_generator.state == state
    helpers.assert_equal(second, first)


def test_messages_point_at_the_construct() -> None:
    """Whatever the corpus has refused, the message names the file of the program."""
    for program in PROGRAMS:
        if program.refused is None:
            continue
        outcome = run(program)
        if outcome.status == "refused":
            assert re.search(rf"{program.theme}\.py:\d+:\d+: ", outcome.message), outcome.message
