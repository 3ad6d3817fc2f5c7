"""Splitting, deleting, inserting and trimming."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.splitting  # noqa: F401  registers the rules
from srcdiff.rules.splitting import insert, split
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
CASES = [Case(np.split, (x, s)) for x in (real(6), cplx(6, 2), real(6).astype(F32)) for s in (3, [2, 4], [1, 1, 5], [])]
CASES += [Case(np.split, (real(2, 4), 2, a)) for a in (0, 1, -1)] + [Case(np.split, (real(5), [2, 9]))]
CASES += [Case(np.array_split, (real(5), n)) for n in (2, 3, 7)] + [Case(np.array_split, (real(2, 5), 2, 1))]
CASES += [Case(np.hsplit, (real(4), 2)), Case(np.hsplit, (cplx(2, 4), [1])), Case(np.vsplit, (real(4, 2), 2))]
CASES += [Case(np.dsplit, (real(2, 2, 4), [1, 3]))]
if hasattr(np, "unstack"):
    CASES += [Case(np.unstack, (real(2, 3, 2),), {"axis": a}) for a in (0, 1, -1)] + [Case(np.unstack, (cplx(3),))]
INDICES: list[Any] = [1, -1, [0, 2], slice(0, 3, 2), [True, False, True, False], []]
CASES += [Case(np.delete, (x, i)) for x in (real(4), cplx(4), real(2, 2), real(4).astype(F32)) for i in INDICES]
CASES += [Case(np.delete, (real(4, 4), i, a)) for i in INDICES for a in (0, 1, -1)]
CASES += [
    Case(np.insert, (real(3), i, v))
    for i, v in ((1, 1.5), (-1, 1.5), (3, real(2)), ([0, 2], real(2)), ([2, 0, 2], real(3)))
]
CASES += [Case(np.insert, (real(3), i, 1.5)) for i in ([0, 2], [1, 1], slice(0, 3, 2), [2])]
CASES += [Case(np.insert, (real(2, 3), 1, v, 0)) for v in (1.5, real(3), real(1, 3), [1.5, 2.5, 3.5])]
CASES += [Case(np.insert, (real(2, 3), 1, v, 1)) for v in (1.5, real(2), real(3, 2))]
CASES += [
    Case(np.insert, (real(2, 3), i, v, 1))
    for i, v in (([1], real(2, 1)), ([1], real(2, 3)), ([0, 2], real(2, 2)), ([2, 0], real(2)))
]
CASES += [Case(np.insert, (real(2, 3), [2, 0], real(2, 1), -1)), Case(np.insert, (real(2, 2), 1, 2.5))]
CASES += [Case(np.insert, (cplx(3), [1, 2], real(2))), Case(np.insert, (real(3).astype(F32), 1, F32(2)))]
CASES += [Case(np.insert, (real(3), [0, 2], [1, 2])), Case(np.insert, (real(3), 1, [1, 2.5]))]
PADDED = np.array([0.0, 0.0, 1.5, 0.0, 2.5, 0.0])
CASES += [
    Case(np.trim_zeros, (PADDED, t), step=1e-3, evaluate=lambda x, t="fb": x[2 * ("f" in t) : 6 - ("b" in t)])
    for t in ("fb", "f", "b")
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_a_part_without_a_cotangent_is_zero() -> None:
    found = split(real(4), 2, gradient=(None, np.array([1.0, 2.0])))
    assert found.tolist() == [0.0, 0.0, 1.0, 2.0]


def test_values_cast_to_integers_have_no_derivative() -> None:
    assert insert(np.arange(3), 1, 2.5, gradient=np.ones(4))[2] == 0.0
