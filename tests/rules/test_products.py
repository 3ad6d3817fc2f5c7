"""Products: every pair of ranks, complex and mixed operands, float32, empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.products  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(1)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


MATMUL_SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((0, 3), (3, 2)),
]
DOT_SHAPES = [((), ()), ((), (3,)), ((2, 3), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((3,), (3, 4))]
DOT_SHAPES += [((2, 5, 3), (3,)), ((2, 5, 3), (4, 3, 2)), ((3,), (4, 3, 2)), ((0, 3), (3, 2))]
INNER_SHAPES = [((), (3,)), ((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3)), ((2, 5, 3), (4, 3))]
KRON_SHAPES = [((3,), (2,)), ((2, 3), (4, 2)), ((2, 3), (2,)), ((2,), (3, 2)), ((2, 1, 2), (3, 2)), ((), (2, 3))]


def kinds(function: Any, shapes: list[tuple[Any, ...]], *rest: Any, **options: Any) -> list[Case]:
    """Real for every pair of shapes; complex, mixed and float32 for the first few."""
    found = [Case(function, (real(*m), real(*n), *rest), options) for m, n in shapes]
    found += [Case(function, (cplx(*m), cplx(*n), *rest), options) for m, n in shapes]
    m, n = shapes[-2]
    found += [
        Case(function, (cplx(*m), real(*n), *rest), options),
        Case(function, (real(*m), cplx(*n), *rest), options),
    ]
    found += [Case(function, (real(*m).astype(np.float32), real(*n).astype(np.float32), *rest), options)]
    found += [Case(function, (real(*m).astype(np.float32), real(*n), *rest), options)]
    return found


CASES = kinds(np.matmul, MATMUL_SHAPES) + kinds(np.linalg.matmul, MATMUL_SHAPES[3:6])
CASES += kinds(np.dot, DOT_SHAPES) + kinds(np.ndarray.dot, DOT_SHAPES[3:6]) + [Case(np.dot, (2.0, 3.0))]
CASES += kinds(np.inner, INNER_SHAPES) + kinds(np.vdot, [((3,), (3,)), ((2, 3), (6,)), ((2, 3), (3, 2))])
CASES += kinds(np.outer, [((3,), (2,)), ((2, 3), (2,)), ((), (3,))]) + kinds(np.linalg.outer, [((3,), (2,))] * 2)
CASES += kinds(np.vecdot, [((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (5, 3))])
CASES += kinds(np.vecdot, [((3, 2), (3, 2)), ((3, 2), (3, 1))], axis=0)
CASES += kinds(np.linalg.vecdot, [((3, 2), (3, 2)), ((3, 2), (3, 1))])[:1]
if hasattr(np, "matvec"):
    CASES += kinds(np.matvec, [((2, 3), (3,)), ((5, 2, 3), (3,)), ((2, 3), (5, 3))])
    CASES += kinds(np.vecmat, [((3,), (3, 2)), ((3,), (5, 3, 2)), ((5, 3), (3, 2))])
CASES += kinds(np.tensordot, [((2, 3, 4), (3, 4, 5)), ((3, 4), (3, 4))])
CASES += kinds(np.tensordot, [((2, 3), (4,)), ((2, 3), (4, 5))], 0)
CASES += kinds(np.tensordot, [((2, 3, 4), (4, 5)), ((3, 4), (4, 5))], 1)
CASES += kinds(np.tensordot, [((3, 4, 2, 5), (5, 7, 3, 4)), ((3, 4, 2, 5), (5, 7, 3, 4))], ([0, -1, 1], [2, 0, 3]))
CASES += kinds(np.tensordot, [((3, 2), (4, 3)), ((3, 2), (4, 3))], axes=(0, 1))
CASES += kinds(np.linalg.tensordot, [((2, 3, 4), (3, 4, 5)), ((3, 4), (3, 4))])[:2]
CASES += kinds(np.kron, KRON_SHAPES)
CASES += kinds(np.cross, [((3,), (3,)), ((2, 3), (3,)), ((4, 1, 3), (2, 3))])
CASES += kinds(np.cross, [((3, 4), (3, 4)), ((3, 4), (3, 1))], axis=0)
CASES += kinds(np.cross, [((3, 4), (4, 3)), ((3, 4), (4, 3))], axisa=0, axisb=1, axisc=0)
CASES += kinds(np.linalg.cross, [((3,), (3,)), ((2, 3), (3,))])
CASES += [Case(np.trace, (x,), k) for x in (real(3, 3), cplx(2, 4), real(4, 2)) for k in ({}, {"offset": 1})]
CASES += [Case(np.trace, (real(2, 3, 4), -1, 0, 2)), Case(np.trace, (real(3, 3).astype(np.float32),))]
CASES += [Case(np.trace, (real(2, 3),), {"offset": 5})]
CASES += [Case(np.ndarray.trace, (real(3, 3),)), Case(np.linalg.trace, (cplx(2, 3, 3),), {"offset": -1})]
CASES += [
    Case(np.linalg.multi_dot, ([real(2, 3), real(3, 4), real(4, 5)],)),
    Case(np.linalg.multi_dot, ([real(2, 3), cplx(3, 2)],)),
]
CASES += [Case(np.linalg.multi_dot, ([real(3), cplx(3, 4), real(4, 5), real(5)],))]
CASES += [Case(np.linalg.multi_dot, ([real(3), real(3, 4), real(4, 5)],))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_products(case: Case) -> None:
    check(case)


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((4, 2), (3,)), ((3,), (4, 2)), ((4, 2), (4, 2))])
def test_cross_of_plane_vectors(shapes: Any) -> None:
    check(Case(np.cross, tuple(real(*shape) for shape in shapes)))
