"""Sparse systems: every method, matrices that are not symmetric, linear operators, preconditioners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.sparse as sp
import scipy.sparse.linalg as sl

import srcdiff.rules.scipy_sparse_solvers  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_sparse_solvers import expm_multiply, spsolve
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(22)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


GENERAL = sp.csc_array(real(4, 4) + 6 * np.eye(4))
WAVY = sp.csc_array(real(4, 4) + 1j * real(4, 4) + 6 * np.eye(4))
SYMMETRIC = sp.csr_array(np.diag([5.0, 6.0, 7.0, 8.0]) + np.ones((4, 4)))
LOWER = sp.csr_array(np.tril(real(4, 4)) + 3 * np.eye(4))
TIGHT: dict[str, Any] = {"rtol": 1e-13}
CASES = [
    Case(sl.spsolve, (a, b)) for a, b in [(GENERAL, real(4)), (GENERAL, real(4, 2)), (WAVY, real(4) + 1j * real(4))]
]
CASES += [
    Case(sl.spsolve_triangular, (LOWER, real(4))),
    Case(sl.spsolve_triangular, (sp.csr_array(LOWER.T), real(4), False)),
]
CASES += [Case(sl.expm_multiply, (0.2 * GENERAL, real(4))), Case(sl.expm_multiply, (0.2 * GENERAL, real(4, 2)))]
METHODS = [sl.cgs, sl.bicg, sl.bicgstab, sl.gmres, sl.lgmres, sl.qmr, sl.gcrotmk, sl.tfqmr]
CASES += [Case(f, (GENERAL, real(4)), TIGHT, rtol=1e-6) for f in METHODS]
CASES += [Case(f, (SYMMETRIC, real(4)), TIGHT, rtol=1e-6) for f in (sl.cg, sl.minres)]
CASES += [Case(sl.gmres, (sl.aslinearoperator(GENERAL), real(4)), TIGHT, rtol=1e-6)]
CASES += [Case(sl.bicgstab, (GENERAL, real(4)), TIGHT | {"M": sp.diags_array(1 / GENERAL.diagonal())}, rtol=1e-6)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_sparse_solvers(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="sparse right-hand side"):
        spsolve(GENERAL, GENERAL, gradient=GENERAL)
    with pytest.raises(UnsupportedError, match="at several times"):
        expm_multiply(GENERAL, real(4), 0.0, 1.0, 3, gradient=real(3, 4))
