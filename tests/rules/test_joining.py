"""Joining arrays, numbers and nested lists, of one shape and of many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.joining  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
VECTORS: list[Any] = [
    [real(2), real(3)],
    (real(2), cplx(1), real(0)),
    [real(2).astype(F32), real(2)],
    [real(2), [1.5, 2.5]],
    real(2, 3),
    [real(3)],
]
MATRICES: list[Any] = [[real(2, 3), real(2, 3)], (real(2, 3), cplx(2, 3)), [[[1.5, 2.5]], real(1, 2)], real(2, 2, 3)]
CASES = [Case(np.concatenate, (x,)) for x in VECTORS + MATRICES]
CASES += [Case(np.concatenate, (x,), {"axis": a}) for x in MATRICES for a in (1, -1, None)]
CASES += [Case(np.concatenate, ([real(2, 1), real(2, 3), real(2, 0)], 1)), Case(np.concat, ([real(2), real(3)],))]
CASES += [Case(np.concatenate, ([real(2), real(1)],), {"dtype": complex})]
CASES += [Case(np.concatenate, ([real(2).astype(F32)] * 2,), {"dtype": F32})]
ALIKE: list[Any] = [[real(2, 3), real(2, 3)], (real(2, 3), cplx(2, 3), real(2, 3).astype(F32)), real(4, 2, 3)]
CASES += [Case(np.stack, (x, a)) for x in ALIKE for a in (0, 1, -1)] + [Case(np.stack, ([1.5, 2.5],))]
CASES += [Case(np.stack, ([[1.5, 2.5], real(2)],), {"axis": 1})]
MIXED: list[Any] = [
    [1.5, np.float32(2.5)],
    [real(3), real(3)],
    [real(3), real(2, 3)],
    (real(3), [1.5, 2.5, 3.5]),
    real(2, 3),
]
CASES += [Case(np.vstack, (x,)) for x in (*MIXED, *ALIKE)] + [
    Case(np.vstack, ([real(2, 2), real(0, 2)],), {"dtype": complex})
]
CASES += [
    Case(np.hstack, (x,)) for x in ([1.5, real(2)], [real(2), real(3)], [real(2, 1), cplx(2, 3)], real(2, 3), *ALIKE)
]
CASES += [Case(np.dstack, (x,)) for x in ([real(3), real(3)], [real(2, 3), real(2, 3, 2)], [1.5, 2.5], *ALIKE)]
CASES += [
    Case(np.column_stack, (x,)) for x in ([real(3), real(3, 2)], (real(3), cplx(3)), [[1.5, 2.5], real(2)], real(2, 3))
]
if hasattr(np, "row_stack"):
    CASES += [Case(np.row_stack, ([real(3), real(2, 3)],), evaluate=np.vstack)]  # noqa: NPY201
CASES += [
    Case(f, ([real(3), [1, 2, 3], np.arange(3)],)) for f in (np.concatenate, np.stack, np.vstack, np.column_stack)
]
CASES += [Case(np.append, (real(2), [3, 4])), Case(np.append, ([1, 2], 2.5)), Case(np.block, ([[1, 2.5], [3.5, 4]],))]
BLOCKS: list[Any] = [
    [real(2), real(3)],
    [[real(2, 2), real(2, 1)], [real(1, 3)]],
    [[1.5, 2.5], [3.5, np.float32(4.5)]],
    [[real(2), 1.5], [cplx(3)]],
    [[[real(2, 2)], [real(1, 2)]], [[real(3, 2)]]],
    [real(2, 2, 2), real(2, 2, 1)],
    real(2),
    [[real(2, 2, 2)], [real(2, 3, 2).astype(F32)]],
]
CASES += [Case(np.block, (x,)) for x in BLOCKS]
CASES += [
    Case(np.append, args)
    for args in ((real(2), 1.5), (real(2, 2), [1.5, 2.5]), (real(2, 3), cplx(1, 3), 0), (1.5, real(2)))
]
CASES += [
    Case(np.append, (real(2, 1).astype(F32), real(2, 2).astype(F32)), {"axis": -1}),
    Case(np.append, ([1.5], [[2.5]])),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)
