"""Norms of every order over every axis, and what they give at a kink."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.norms  # noqa: F401  registers the rules
from srcdiff.rules.norms import norm
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(8)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


VECTOR = [None, 2, 1, 0, np.inf, -np.inf, 3, 1.5, -1, 0.5]
MATRIX = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]
CASES = [Case(np.linalg.norm, (x, p)) for x in (real(4), cplx(4)) for p in VECTOR]
CASES += [Case(np.linalg.norm, (x, p)) for x in (real(3, 4), cplx(4, 3)) for p in MATRIX]
CASES += [Case(np.linalg.norm, (real(2, 3, 4), p, 1, True)) for p in VECTOR]
CASES += [
    Case(np.linalg.norm, (x, p, (2, 0)), {"keepdims": k})
    for x in (real(2, 3, 4),)
    for p in MATRIX
    for k in (False, True)
]
CASES += [Case(np.linalg.norm, (real(2, 3, 2),)), Case(np.linalg.norm, (real(3, 3),), {"keepdims": True})]
CASES += [Case(np.linalg.norm, (real(4).astype(np.float32), p)) for p in VECTOR]
CASES += [Case(np.linalg.norm, (real(3, 3).astype(np.float32), p)) for p in MATRIX]
CASES += [
    Case(np.linalg.vector_norm, (real(2, 3, 4),), {"axis": a, "ord": p}) for a in (None, 1, (0, 2)) for p in (2, 3, 1)
]
CASES += [Case(np.linalg.vector_norm, (cplx(2, 3),), {"keepdims": True})]
CASES += [Case(np.linalg.matrix_norm, (real(2, 3, 4),), {"ord": p, "keepdims": p == 1}) for p in MATRIX[1:]]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_norms(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("order", [*VECTOR[:-2], "matrix nuc", "matrix 2", "matrix fro", "matrix 1"])
def test_the_subgradient_at_zero_is_zero(order: Any) -> None:
    x = np.zeros(3)
    if isinstance(order, str):
        x, order = np.zeros((3, 3)), {"nuc": "nuc", "2": 2, "fro": "fro", "1": 1}[order.split()[1]]
    found = norm(x, order, output=np.linalg.norm(x, order), gradient=1.0)
    np.testing.assert_array_equal(found, np.zeros_like(x))


def test_ties_share_the_gradient() -> None:
    x = np.array([2.0, -2.0, 1.0])
    np.testing.assert_array_equal(norm(x, np.inf, output=2.0, gradient=1.0), [0.5, -0.5, 0.0])
