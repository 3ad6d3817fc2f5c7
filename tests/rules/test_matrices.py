"""Diagonal and Vandermonde matrices, and meshes."""

from __future__ import annotations

import numpy as np
import pytest

import srcdiff.rules.matrices  # noqa: F401  registers the rules
from srcdiff.rules.matrices import meshgrid
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
CASES = [Case(np.diag, (x, k)) for x in (real(3), cplx(3), real(3, 3), real(2, 4), cplx(4, 2)) for k in (0, 1, -1)]
CASES += [
    Case(np.diag, (real(3).astype(F32),)),
    Case(np.diag, (real(2, 2).astype(F32), 5)),
    Case(np.diag, (np.zeros(0),)),
]
CASES += [Case(np.diagflat, (x, k)) for x in (real(3), real(2, 2), real(3).astype(F32), 1.5) for k in (0, 2, -1)]
CASES += [Case(np.vander, (x,)) for x in (real(3), cplx(3), real(3).astype(F32), np.array([0.0, 2.0]))]
CASES += [Case(np.vander, (real(3), n), {"increasing": i}) for n in (0, 1, 2, 5) for i in (False, True)]
VECTORS = (real(2), real(3), real(4).astype(F32), 1.5)
CASES += [
    Case(np.meshgrid, VECTORS[:n], {"indexing": i, "sparse": s})
    for n in (1, 2, 3, 4)
    for i in ("xy", "ij")
    for s in (False, True)
]
CASES += [Case(np.meshgrid, (cplx(2), real(3))), Case(np.meshgrid, (np.arange(3), real(2)))][:1]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_a_coordinate_that_is_not_used_has_no_gradient() -> None:
    x, y = real(2), real(3)
    found = meshgrid(x, y, gradient=(None, np.ones((3, 2))))
    assert found[0].tolist() == [0.0, 0.0]
    assert found[1].tolist() == [2.0] * 3
