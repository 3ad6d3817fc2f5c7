"""Averages and the trapezoidal rule: weights of every form, x and dx, along every axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.weighted  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.weighted import average_adjoint
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(12)


def real(*shape: int) -> Any:
    return RNG.uniform(0.5, 2.0, shape)


def cplx(*shape: int) -> Any:
    return real(*shape) + 1j * real(*shape)


F32 = np.float32
CASES = [
    Case(np.average, (real(2, 3, 2), axis), {"keepdims": k}) for axis in (None, 0, -1, (0, 2)) for k in (False, True)
]
CASES += [Case(np.average, (real(2, 3), axis, real(2, 3))) for axis in (None, 0, 1, (0, 1))]
CASES += [
    Case(np.average, (real(2, 3), axis, real(n)), {"keepdims": k})
    for axis, n in ((0, 2), (-1, 3))
    for k in (False, True)
]
CASES += [
    Case(np.average, (real(2, 3, 4), axes, real(*shape)))
    for axes, shape in (((0, 2), (2, 4)), ((2, 0), (4, 2)), ((1, 0), (3, 2)))
]
CASES += [Case(np.average, (cplx(3), None, real(3))), Case(np.average, (real(3), None, cplx(3)))]
CASES += [Case(np.average, (cplx(2, 3), 1, cplx(3))), Case(np.average, (real(3).astype(F32),))]
CASES += [Case(np.average, (real(2, 3).astype(F32), 0, real(2).astype(F32)))]
CASES += [
    Case(np.average, (real(2, 3).astype(F32), 0, real(2)), rtol=1e-6),
    Case(np.average, (np.arange(3), 0, real(3))),
]
CASES += [Case(np.average, (real(2), None, [1, 3]), wrt=("a",))]
CASES += [Case(np.trapezoid, (x,)) for x in (real(5), cplx(5), real(2, 4), real(1), real(2, 4).astype(F32))]
CASES += [Case(np.trapezoid, (real(3, 4),), {"axis": axis, "dx": 0.3}) for axis in (0, 1, -2)]
CASES += [Case(np.trapezoid, (real(3, 4), np.sort(real(n))), {"axis": axis}) for axis, n in ((0, 3), (-1, 4))]
CASES += [Case(np.trapezoid, (real(3, 4), real(3, 4)), {"axis": axis}) for axis in (0, 1)]
CASES += [
    Case(np.trapezoid, (cplx(4), real(4))),
    Case(np.trapezoid, (real(4), cplx(4))),
    Case(np.trapezoid, (cplx(4), cplx(4))),
]
CASES += [
    Case(np.trapezoid, (np.array([1, 2, 4]), real(3))),
    Case(np.trapezoid, (real(3).astype(F32), np.array([0, 1, 3]))),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_the_sum_of_weights_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np.average with `returned=True`"):
        average_adjoint(real(3), returned=True, gradient=1.0)
