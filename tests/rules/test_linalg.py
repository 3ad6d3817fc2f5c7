"""numpy.linalg without the factorisations: stacks, complex and mixed operands, singular and rectangular matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.linalg  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.linalg import det, pinv
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(7)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def single(*shape: int) -> Any:
    return real(*shape).astype(np.float32)


SQUARE = [real(3, 3), cplx(3, 3), real(2, 4, 4), cplx(2, 1, 3, 3), single(2, 2), real(1, 1), real(0, 3, 3)]
SINGULAR = np.outer(real(3), real(3)) + np.outer(real(3), real(3))
CASES = [Case(np.linalg.inv, (x,)) for x in SQUARE]
CASES += [
    Case(np.linalg.det, (x,)) for x in [*SQUARE, SINGULAR, np.outer(real(3), cplx(3)), np.zeros((2, 2)), real(0, 0)]
]
CASES += [Case(np.linalg.slogdet, (x,)) for x in SQUARE]
SYSTEMS = [((3, 3), (3,)), ((3, 3), (3, 2)), ((5, 3, 3), (3,)), ((5, 3, 3), (3, 2)), ((5, 3, 3), (5, 3, 2))]
SYSTEMS += [((3, 3), (5, 3, 2)), ((5, 1, 3, 3), (4, 3, 2)), ((3, 3), (3, 0))]
CASES += [
    Case(np.linalg.solve, (f(*m) + 3.0 * np.eye(3), g(*n))) for m, n in SYSTEMS for f, g in [(real, real), (cplx, cplx)]
]
CASES += [Case(np.linalg.solve, (real(3, 3), cplx(3))), Case(np.linalg.solve, (cplx(3, 3), real(3, 2)))]
CASES += [Case(np.linalg.solve, (single(3, 3), single(3))), Case(np.linalg.solve, (real(3, 3), real(3)), wrt=["b"])]
CASES += [
    Case(np.linalg.tensorsolve, (real(2, 3, 6), real(2, 3))),
    Case(np.linalg.tensorsolve, (cplx(4, 2, 2), cplx(4))),
]
CASES += [Case(np.linalg.tensorsolve, (real(2, 6, 3), real(2, 6 // 2)), {"axes": (1,)})]
CASES += [Case(np.linalg.tensorinv, (real(2, 3, 6),)), Case(np.linalg.tensorinv, (cplx(4, 2, 2), 1))]
CASES += [Case(np.linalg.matrix_power, (x, n)) for x in (real(3, 3), cplx(2, 3, 3)) for n in (0, 1, 2, 3, 5, -1, -3)]
RECTANGULAR = [real(4, 2), real(2, 4), cplx(4, 2), cplx(2, 4), real(3, 3), real(2, 3, 2), single(3, 2)]
CASES += [Case(np.linalg.pinv, (x,)) for x in RECTANGULAR]
CASES += [
    Case(np.linalg.lstsq, (f(*m), g(m[0]))) for m in [(5, 3), (3, 5), (3, 3)] for f, g in [(real, real), (cplx, cplx)]
]
CASES += [Case(np.linalg.lstsq, (real(5, 3), real(5, 2))), Case(np.linalg.lstsq, (real(5, 3), cplx(5)))]
ORDERS = [None, 2, -2, 1, -1, np.inf, -np.inf, "fro"]
CASES += [Case(np.linalg.cond, (x, p)) for x in (real(3, 3), cplx(3, 3), real(2, 3, 3)) for p in ORDERS]
CASES += [Case(np.linalg.cond, (real(4, 2),)), Case(np.linalg.matrix_transpose, (cplx(2, 3, 4),))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_linalg(case: Case) -> None:
    check(case)


def test_det_of_a_matrix_of_rank_one_has_derivative_zero() -> None:
    np.testing.assert_allclose(det(np.ones((3, 3)), gradient=1.0), np.zeros((3, 3)), atol=1e-14)


def test_pinv_refuses_hermitian() -> None:
    with pytest.raises(UnsupportedError, match="hermitian=True"):
        pinv(np.eye(2), hermitian=True, output=np.eye(2), gradient=np.eye(2))
