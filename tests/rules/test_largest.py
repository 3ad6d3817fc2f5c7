"""Extrema of many: shared ties, NaN, initial and where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.largest  # noqa: F401  registers the rules
from srcdiff.rules.largest import max_adjoint, max_initial_adjoint, max_tangent, nanmax_adjoint, ptp_adjoint
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import AXES, MASK, with_nan

RNG = np.random.default_rng(14)


def distinct(*shape: int) -> Any:
    return RNG.permutation(np.arange(1.0, np.prod(shape) + 1.0)).reshape(shape)


CASES: list[Case] = []
for _f in (np.max, np.min, np.nanmax, np.nanmin, np.ptp):
    CASES += [Case(_f, (distinct(2, 3, 2), a), {"keepdims": k}) for a in AXES if a != () for k in (False, True)]
    CASES += [Case(_f, (distinct(2, 3).astype(np.float32), a)) for a in (None, 1)]
    CASES += [Case(_f, (distinct(4, 3).T[:, ::2], 0)), Case(_f, (np.array(2.0),))]
for _f in (np.max, np.min, np.nanmax, np.nanmin):
    CASES += [Case(_f, (distinct(2, 3),), {"axis": a, "initial": 3.5}) for a in (None, 0, 1)]
    CASES += [Case(_f, (distinct(2, 3),), {"axis": a, "initial": 3.5, "where": MASK, "keepdims": True}) for a in (0, 1)]
    CASES += [Case(_f, (np.zeros((0, 2)),), {"axis": 0, "initial": 3.5})]
    CASES += [Case(_f, (distinct(4) + 1j * distinct(4),))]
for _f in (np.nanmax, np.nanmin):
    CASES += [Case(_f, (with_nan(distinct(2, 3)), a)) for a in (None, 0, 1)]
CASES += [Case(np.amax, (distinct(2, 3), 1)), Case(np.amin, (distinct(2, 3), 0))]
CASES += [Case(np.max, (distinct(2, 3),), {"initial": 3}), Case(np.max, (distinct(2, 3) - 10,), {"initial": 0})]
CASES += [Case(np.max, (2.0,)), Case(np.ndarray.max, (distinct(2, 3), 1)), Case(np.ndarray.min, (distinct(2, 3), 1))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    with np.errstate(all="raise"):
        check(case)


def test_ties_share_evenly() -> None:
    x = np.array([[3.0, 1.0, 3.0], [2.0, 2.0, 2.0]], dtype=np.float32)
    found = max_adjoint(x, 1, output=x.max(1), gradient=np.array([1.0, 3.0], dtype=np.float32))
    assert found.tolist() == [[0.5, 0.0, 0.5], [1.0, 1.0, 1.0]]
    assert found.dtype == np.float32
    assert max_tangent(x[0], output=x[0].max(), a_dot=np.array([1.0, 5.0, 3.0])) == 2.0


def test_a_tie_with_initial_is_shared() -> None:
    x = np.array([3.0, 1.0])
    assert max_adjoint(x, initial=3.0, output=np.float64(3.0), gradient=1.0).tolist() == [0.5, 0.0]
    assert max_initial_adjoint(x, initial=3.0, output=np.float64(3.0), gradient=1.0) == 0.5


def test_ties_at_both_ends_of_ptp() -> None:
    assert ptp_adjoint(np.array([1.0, 3.0, 1.0, 3.0]), gradient=1.0).tolist() == [-0.5, 0.5, -0.5, 0.5]
    assert ptp_adjoint(np.array([2.0, 2.0]), gradient=1.0).tolist() == [0.0, 0.0]


def test_a_slice_of_nan_alone_has_no_gradient() -> None:
    x = np.array([[np.nan, np.nan], [1.0, np.nan]])
    found = nanmax_adjoint(x, 1, output=np.array([np.nan, 1.0]), gradient=np.ones(2))
    assert found.tolist() == [[0.0, 0.0], [1.0, 0.0]]
