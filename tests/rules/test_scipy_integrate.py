"""Integrals of samples: spaced evenly or not, along every axis, odd and even numbers of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.integrate as si

import srcdiff.rules.scipy_integrate  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(19)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


X5 = np.array([0.0, 0.4, 1.1, 1.5, 2.7])
BOTH = (si.trapezoid, si.cumulative_trapezoid)
CASES = [Case(f, (y, x)) for f in BOTH for y in (real(5), cplx(2, 5)) for x in (None, X5)]
CASES += [Case(f, (real(5, 2),), {"dx": 0.3, "axis": 0}) for f in BOTH] + [
    Case(f, (real(2, 5), X5 + real(2, 1))) for f in BOTH
]
CASES += [Case(f, (real(5, 2), X5), {"axis": 0}) for f in BOTH] + [Case(si.trapezoid, (real(1),), wrt=["y"])]
CASES += [Case(si.cumulative_trapezoid, (real(5), X5), {"initial": 0})]
CASES += [Case(si.simpson, (real(n),)) for n in (1, 2, 3, 4, 5, 6, 9)]
CASES += [Case(si.simpson, (real(2, n), np.cumsum(0.1 + RNG.random(n)))) for n in (2, 3, 4, 5, 6)]
CASES += [Case(si.simpson, (real(5, 2),), {"axis": 0, "dx": 0.3}), Case(si.simpson, (cplx(5),))]
CASES += [Case(si.romb, (real(5),)), Case(si.romb, (cplx(9, 2), 0.3, 0))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_integrate(case: Case) -> None:
    check(case)
