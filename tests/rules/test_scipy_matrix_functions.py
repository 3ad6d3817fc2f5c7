"""Matrix functions and matrix equations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.linalg as sl

import srcdiff.rules.scipy_matrix_functions  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_matrix_functions import solve_continuous_are, sqrtm
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(17)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def symmetric_are(solve: Any) -> Any:
    """The solution of a Riccati equation for the Hermitian parts of q and r."""

    def evaluate(a: Any, b: Any, q: Any, r: Any) -> Any:
        return solve(a, b, (q + np.conj(q.T)) / 2, (r + np.conj(r.T)) / 2)

    return evaluate


NEAR_ONE = [np.eye(3) + 0.3 * real(3, 3) / 3, np.eye(3) + 0.3 * cplx(3, 3) / 3]
FUNCTIONS = [sl.expm, sl.logm, sl.sqrtm, sl.cosm, sl.sinm, sl.tanm, sl.coshm, sl.sinhm, sl.tanhm]
CASES = [Case(f, (x,)) for f in FUNCTIONS for x in NEAR_ONE]
CASES += [Case(sl.expm, (0.5 * real(2, 3, 3),)), Case(sl.sqrtm, (np.eye(3),)), Case(sl.logm, (2 * np.eye(3),))]
CASES += [Case(sl.fractional_matrix_power, (x, t)) for x in NEAR_ONE for t in (0.3, -1.5, 2)]
for f in (real, cplx):
    a, b, q = f(3, 3) - 4 * np.eye(3), f(2, 2) - 3 * np.eye(2), f(3, 3)
    CASES += [Case(sl.solve_sylvester, (a, b, f(3, 2))), Case(sl.solve_continuous_lyapunov, (a, q))]
    CASES += [Case(sl.solve_discrete_lyapunov, (0.1 * a, q))]
A, B, Q, R = real(3, 3), real(3, 2), np.eye(3), np.array([[2.0, 0.3], [0.3, 1.0]])
for solve in (sl.solve_continuous_are, sl.solve_discrete_are):
    CASES += [Case(solve, (A, B, Q, R), evaluate=symmetric_are(solve), rtol=1e-6)]
    CASES += [Case(solve, (cplx(3, 3), cplx(3, 2), Q + 0j, R + 0j), evaluate=symmetric_are(solve), rtol=1e-6)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_matrix_functions(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="disp=False"):
        sqrtm(np.eye(2), disp=False, output=None, gradient=None)
    with pytest.raises(UnsupportedError, match="`e` or `s`"):
        solve_continuous_are(A, B, Q, R, e=np.eye(3), output=None, gradient=None)
