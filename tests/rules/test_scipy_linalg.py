"""scipy.linalg's systems: every declared structure, transposition and triangle; banded systems."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.linalg as sl

import srcdiff.rules.scipy_linalg  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_linalg import inv, solve
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(14)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def positive(a: Any) -> Any:
    return a @ np.conj(np.swapaxes(a, -1, -2)) + np.eye(a.shape[-1], dtype=a.dtype)


CASES = [Case(f, (x,)) for f in (sl.inv, sl.det) for x in (real(3, 3), cplx(3, 3), real(3, 3).astype(np.float32))]
CASES += [Case(sl.pinv, (x,), k) for x in (real(4, 2), cplx(2, 4)) for k in ({}, {"return_rank": True})]
CASES += [
    Case(sl.pinvh, (positive(f(3, 3)),), k) for f in (real, cplx) for k in ({}, {"lower": False}, {"return_rank": True})
]
CASES += [Case(sl.norm, (real(3, 4),), {"ord": p}) for p in (None, 1, 2, "nuc", np.inf)] + [
    Case(sl.norm, (real(3, 4), 3, 1))
]
STRUCTURES = [None, "gen", "sym", "her", "pos", "upper triangular", "lower triangular", "diagonal", "tridiagonal"]
for name in STRUCTURES:
    for make in (real, cplx):
        matrix = positive(make(3, 3)) if name != "sym" else (lambda x: x + x.T)(make(3, 3)) + 4 * np.eye(3)
        if name in ("diagonal", "tridiagonal"):
            matrix = np.tril(np.triu(matrix, (name == "diagonal" and 0) or -1), (name == "diagonal" and 0) or 1)
        for right in (make(3), make(3, 2)):
            CASES += [Case(sl.solve, (matrix, right), {"assume_a": name, "lower": k}) for k in (False, True)]
CASES += [Case(sl.solve, (make(3, 3), make(3)), {"transposed": True}) for make in (real,)]
CASES += [
    Case(sl.solve_triangular, (make(3, 3) + 3 * np.eye(3), make(*shape)), {"trans": t, "lower": k, "unit_diagonal": u})
    for make in (real, cplx)
    for shape in [(3,), (3, 2)]
    for t in (0, 1, 2, "T")
    for k, u in [(False, False), (True, True)]
]
CASES += [Case(sl.lstsq, (f(*m), f(m[0]))) for f in (real, cplx) for m in [(5, 3), (3, 5)]]
CASES += [Case(sl.lstsq, (real(5, 3), real(5, 2)), {"lapack_driver": "gelsy"})]
BAND = real(4, 5) + np.array([[0.0], [6.0], [0.0], [0.0]])
CASES += [
    Case(sl.solve_banded, ((2, 1), ab, b)) for ab in (BAND, BAND + 1j * real(4, 5)) for b in (real(5), cplx(5, 2))
]
for below in (False, True):
    diagonal = np.array([[0.0], [8.0]])
    strip = real(2, 5) + (diagonal[::-1] if below else diagonal)
    CASES += [Case(sl.solveh_banded, (strip, b), {"lower": below}) for b in (real(5), real(5, 2))]
    wavy = strip + 1j * real(2, 5) * (diagonal[::-1] if not below else diagonal) / 8
    CASES += [Case(sl.solveh_banded, (wavy, cplx(5)), {"lower": below})]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_linalg(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="overwrite"):
        inv(np.eye(2), overwrite_a=True, output=np.eye(2), gradient=np.eye(2))
    with pytest.raises(UnsupportedError, match="assume_a='unheard of'"):
        solve(np.eye(2), np.ones(2), assume_a="unheard of", output=np.ones(2), gradient=np.ones(2))
