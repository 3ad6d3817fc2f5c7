"""The helpers of generated text, as functions that can be differentiated themselves."""

from __future__ import annotations

import numpy as np
import pytest

import srcdiff
import srcdiff.rules.runtime_  # registers the rules
from srcdiff import runtime, shaping, tangents
from srcdiff.rules.creation import parts
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real


def same(gradient: np.ndarray) -> np.ndarray:
    return gradient


X = real(3, 4)
SHAPED = (real(3, 4), real(4), real(3, 1), real(1, 4), 1.5, real())
CASES = [Case(runtime.unbroadcast, (X, x), wrt=("value",)) for x in SHAPED]
CASES += [
    Case(runtime.unbroadcast, (real(4), X), wrt=("value",)),
    Case(runtime.unbroadcast, (cplx(3, 4), cplx(4)), wrt=("value",)),
    Case(runtime.expand, (1.5, X), wrt=("value",)),
    Case(runtime.expand, (real(4), X), wrt=("value",)),
    Case(runtime.expand, (real(4), X, 0), wrt=("value",)),
    Case(runtime.expand, (real(3), X, 1), wrt=("value",)),
    Case(runtime.expand, (real(3, 1), X, 1, True), wrt=("value",)),
    Case(runtime.expand, (real(1, 1), X, None, True), wrt=("value",)),
    Case(runtime.expand, (real(2), real(3, 2, 4), (0, 2)), wrt=("value",)),
    Case(runtime.copy, (X,)),
    Case(runtime.copy_in_layout, (X,)),
    Case(runtime.copy_in_layout, (np.asfortranarray(X),)),
    Case(parts, (real(3), [1.5, 2.5, 0.5]), wrt=("value",)),
    Case(parts, (real(2, 3), [real(3), real(3)]), wrt=("value",)),
    Case(runtime.seed, (X, real(3, 4)), wrt=("value",)),
    Case(runtime.seed, (1.5, real(1)), wrt=("value",)),
    Case(runtime.last_written, (X, np.array([0, 2, 0])), wrt=("x_bar",)),
    Case(runtime.last_written, (real(4), np.array([True, False, True, True])), wrt=("x_bar",)),
    Case(shaping.on_gradient, (X, same), wrt=("x",), modes=("reverse",)),
    Case(tangents.own_copy, (X,)),
    Case(tangents.own_tangent, (real(3, 4), X), wrt=("value",)),
    Case(tangents.own_tangent, (real(4), X), wrt=("value",)),
    Case(tangents.paired_tangents, ([real(2), real(3)],), modes=("forward",)),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def third(x: float) -> float:
    return x**5


def test_derivatives_of_derivatives() -> None:
    first = srcdiff.grad(third)
    second = srcdiff.grad(first)
    assert srcdiff.grad(second)(1.3) == pytest.approx(60 * 1.3**2)
    assert srcdiff.jvp(second, (1.3,), (1.0,))[1] == pytest.approx(60 * 1.3**2)
    assert srcdiff.jacfwd(srcdiff.jacfwd(third))(1.3) == pytest.approx(20 * 1.3**3)
