"""Selections: repeated and negative indices, every mode and axis, short conditions, diagonals of any two axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.indexing  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.indexing import take
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(3)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


REPEATED = np.array([[0, 2, 0], [-1, 1, 0]])
CASES = [Case(np.take, (x, i)) for x in (real(4), cplx(3, 4)) for i in (REPEATED, 2, [0, 0], np.array([], dtype=int))]
CASES += [Case(np.take, (real(3, 4), REPEATED, axis)) for axis in (0, 1, -1, -2)]
CASES += [Case(np.take, (real(3, 4), 2), {"axis": 1}), Case(np.take, (real(3, 4).astype(np.float32), [1, 1], 0))]
CASES += [Case(np.take, (real(4), np.array([-3, 5, 9])), {"mode": mode}) for mode in ("wrap", "clip")]
CASES += [Case(np.take, (real(2, 4), np.array([-3, 5]), 1), {"mode": mode}) for mode in ("wrap", "clip")]
CASES += [Case(np.ndarray.take, (real(2, 3), [0, 2, 2], 1))]
CASES += [Case(np.take_along_axis, (x, np.array([[0, 0, 1], [2, 1, 1]]), 1)) for x in (real(2, 3), cplx(2, 3))]
CASES += [Case(np.take_along_axis, (real(2, 3), np.array([[1, 0, 1]]), 0))]
CASES += [Case(np.take_along_axis, (real(2, 3), np.array([5, 0, 0, -1]), None))]
CASES += [Case(np.take_along_axis, (real(1, 3), np.array([[0, 1], [2, 2]]), 1))]
CASES += [Case(np.compress, ([True, False, True], x)) for x in (real(4), cplx(2, 3))]
CASES += [Case(np.compress, ([0, 1, 1], real(2, 3)), {"axis": 1}), Case(np.compress, ([True], real(2, 3), 0))]
CASES += [Case(np.ndarray.compress, (real(2, 3), [True, False, True], 1))]
CASES += [Case(np.extract, (np.array([[True, False], [False, True]]), x)) for x in (real(2, 2), cplx(2, 2))]
CASES += [Case(np.diagonal, (x,), k) for x in (real(3, 3), cplx(2, 4)) for k in ({}, {"offset": 1}, {"offset": -1})]
CASES += [Case(np.diagonal, (real(2, 3, 4), 1, 2, 0)), Case(np.ndarray.diagonal, (real(2, 3, 4),))]
CASES += [Case(np.diagonal, (real(2, 3), 3)), Case(np.linalg.diagonal, (real(2, 3, 4),), {"offset": -1})]
CASES += [Case(f, (x, k)) for f in (np.tril, np.triu) for x in (real(3, 4), cplx(2, 3, 3), real(3)) for k in (0, -1, 1)]
CASES += [Case(np.ix_, (real(3), cplx(2))), Case(np.ix_, (real(3), np.array([1, 2])))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_indexing(case: Case) -> None:
    check(case)


def test_take_refuses_out() -> None:
    with pytest.raises(UnsupportedError, match=r"np\.take with `out=`"):
        take(real(3), [1], out=np.empty(1), gradient=np.ones(1))
