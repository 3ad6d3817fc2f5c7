"""Covariance, correlation and weighted counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.statistics  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(6)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


CASES = [Case(np.bincount, (np.array([0, 2, 2, 5]), real(4))), Case(np.bincount, (np.array([1, 1]), real(2), 6))]
CASES += [Case(np.bincount, (np.array([0, 1]), real(2).astype(np.float32)))]
CASES += [Case(np.cov, (x,), k) for x in (real(3, 5), cplx(3, 5)) for k in ({}, {"rowvar": False}, {"bias": True})]
CASES += [Case(np.cov, (real(5),)), Case(np.cov, (real(5), cplx(5))), Case(np.cov, (real(2, 5), real(3, 5)))]
CASES += [Case(np.cov, (real(5, 2), real(5, 3)), {"rowvar": False, "ddof": 2})]
CASES += [Case(np.cov, (real(2, 4), None), {"fweights": [1, 2, 3, 1], "aweights": np.arange(1, 5)})]
CASES += [Case(np.cov, (real(2, 4).astype(np.float32),))]
CASES += [Case(np.corrcoef, (x,), k) for x in (real(3, 5), cplx(3, 5)) for k in ({}, {"rowvar": False})]
CASES += [
    Case(np.corrcoef, (real(5),)),
    Case(np.corrcoef, (real(5), real(5))),
    Case(np.corrcoef, (real(2, 5), real(5))),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_statistics(case: Case) -> None:
    check(case)
