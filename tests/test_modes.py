"""The modes against each other over the corpus: <g, J v> = <J^T g, v>, and two ways to second derivatives."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff.products import Linearised, bound_values, pushforward, shared_builder
from tests import helpers
from tests.corpus import all_programs
from tests.corpus.registry import Program
from tests.transform.test_forward import REFUSED

PROGRAMS = all_programs()
EVERY = 8
"""Second derivatives of one program in so many; `SECOND_ORDER` in the environment takes them all (some minutes)."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        yield


def pulled(function: Callable[..., Any], program: Program, where: tuple[int, ...], gradient: Any) -> tuple[Any, ...]:
    """The pullback of a function at the program's arguments."""
    builder = shared_builder(function, where, "split")
    return Linearised(builder, bound_values(builder, helpers.fresh(program.args), {})).pullback(gradient)


def pushed(function: Callable[..., Any], program: Program, where: tuple[int, ...], directions: list[Any]) -> Any:
    """The tangent of a function at the program's arguments."""
    builder = shared_builder(function, where, "tangent")
    names = list(inspect.signature(program.function).parameters)
    values = bound_values(builder, helpers.fresh(program.args), {})
    return pushforward(builder, values, {names[k]: d for k, d in zip(where, directions, strict=True)})[1]


def at(program: Program) -> tuple[tuple[int, ...], Any, list[Any]]:
    """What to differentiate by, a cotangent, and directions."""
    where = helpers.positions(program.function, program.args, program.wrt)
    value = program.function(*helpers.fresh(program.args))
    gradient = helpers.random_like(value, 7) if program.gradient is None else program.gradient
    arguments = helpers.fresh(program.args)
    return where, gradient, [helpers.random_like(arguments[k], 100 + k) for k in where]


def tolerance_of(program: Program, gradient: Any) -> dict[str, float]:
    leaves = [*helpers.floating_leaves(gradient), *helpers.floating_leaves(helpers.fresh(program.args))]
    single = any(np.asarray(leaf).dtype.itemsize < 8 for leaf in leaves)
    return helpers.SINGLE if single else {"rtol": 1e-9, "atol": 1e-9}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_forward_mode_is_the_transpose_of_reverse_mode(program: Program) -> None:
    """What reverse mode takes, forward mode takes but for a known few, and the two agree."""
    with quiet():
        where, gradient, directions = at(program)
        try:
            gradients = pulled(program.function, program, where, gradient)
        except srcdiff.UnsupportedError as error:
            pytest.skip(f"refused in reverse mode: {error.what}")
        try:
            tangent = pushed(program.function, program, where, directions)
        except srcdiff.UnsupportedError as error:
            if program.name not in REFUSED:
                raise
            pytest.skip(f"refused in forward mode: {error.what}")
    backward = sum(helpers.inner(g, d) for g, d in zip(gradients, directions, strict=True))
    np.testing.assert_allclose(helpers.inner(gradient, tangent), backward, **tolerance_of(program, gradient))


NO_SECOND_DERIVATIVE = frozenset(
    """
    broadcasting.einsum_and_tensordot
    comprehensions.generator_any_all
    comprehensions.generator_consumed_by_array
    containers.list_methods
    containers.zip_star_and_transposed_lists
    loops.columns
    nested_derivatives.hessian_inside
    unpacking.decompositions_unpacked
    containers.array_to_list_and_back
    in_library_style.gaussian_elimination
    unpacking.divmod_and_modf
    """.split()
)
"""Programs whose gradient forward mode refuses: with a message, never silently wrong."""


def second_order() -> list[Program]:
    return PROGRAMS if "SECOND_ORDER" in os.environ else [p for p in PROGRAMS[::EVERY] if p.name not in REFUSED]


@pytest.mark.parametrize("program", second_order(), ids=lambda program: program.name)
def test_forward_over_reverse_is_reverse_over_reverse(program: Program) -> None:
    with quiet():
        where, gradient, directions = at(program)
        first = functools.partial(srcdiff.grad(program.function, where), gradient=gradient)
        try:
            first(*helpers.fresh(program.args))
        except srcdiff.UnsupportedError as error:
            pytest.skip(f"refused at first order: {error.what}")
        try:
            forward = pushed(first, program, where, directions)
        except srcdiff.UnsupportedError:
            assert program.name in NO_SECOND_DERIVATIVE
            return
        try:
            reverse = pulled(first, program, where, tuple(directions))
        except srcdiff.UnsupportedError as error:
            pytest.skip(f"refused in reverse over reverse mode: {error.what}")
    assert program.name not in NO_SECOND_DERIVATIVE, "no longer refused: take it off the list"
    helpers.assert_close(tuple(forward), tuple(reverse), **tolerance_of(program, gradient))
