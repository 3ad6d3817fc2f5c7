"""Matrices of a given structure, and systems of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.linalg as sl

import srcdiff.rules.scipy_structured  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(18)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


CASES = [
    Case(sl.block_diag, (real(2, 3), cplx(2, 2), real(3))),
    Case(sl.block_diag, (real(2, 2), np.eye(2, dtype=int))),
]
CASES += [Case(f, (x,)) for f in (sl.toeplitz, sl.hankel, sl.circulant, sl.companion) for x in (real(4), cplx(4))]
CASES += [Case(f, (x(3), x(4))) for f in (sl.toeplitz, sl.hankel) for x in (real, cplx)]
CASES += [Case(sl.leslie, (real(4), real(3)))]
CASES += [Case(sl.convolution_matrix, (x, 4, m)) for x in (real(3), cplx(5)) for m in ("full", "same", "valid")]
CASES += [Case(sl.khatri_rao, (f(2, 3), f(4, 3))) for f in (real, cplx)]
for f in (real, cplx):
    c, r = f(4), f(4)
    c[0] = r[0] = 6.0
    CASES += [Case(sl.solve_toeplitz, (c.copy(), f(4))), Case(sl.solve_toeplitz, ((c, r), f(4, 2)))]
    CASES += [Case(sl.matmul_toeplitz, (c.copy(), f(4))), Case(sl.matmul_toeplitz, ((c, f(3)), f(3, 2)))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_structured(case: Case) -> None:
    check(case)
