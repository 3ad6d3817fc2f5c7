"""Cumulative sums and products, with zeros, NaN, and an initial element."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.scans  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scans import cumprod_adjoint, cumsum_adjoint, cumsum_tangent
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import ZEROS, cplx, real, with_nan

CASES: list[Case] = []
for _f in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod):
    CASES += [Case(_f, (real(2, 3), axis)) for axis in (None, 0, 1, -1)]
    CASES += [Case(_f, (x,)) for x in (cplx(4), real(2, 3).astype(np.float32), np.zeros(0), real(3, 4).T[::2])]
    CASES += [
        Case(_f, (cplx(2, 3).astype(np.complex64), 1)),
        Case(_f, (np.array(1.5),)),
        Case(_f, (np.zeros((2, 0)), 1)),
    ]
for _f in (np.cumprod, np.nancumprod):
    CASES += [Case(_f, (x, axis)) for x in ZEROS for axis in (None, 0, -1)] + [Case(_f, (ZEROS[2] * 1j, 0))]
for _f in (np.nancumsum, np.nancumprod):
    CASES += [Case(_f, (with_nan(real(2, 3)), axis)) for axis in (None, 0, 1)]
CASES += [Case(f, (real(2, 3).astype(np.float32), 1), {"dtype": np.float64}) for f in (np.cumsum, np.cumprod)]
CASES += [Case(np.ndarray.cumsum, (real(2, 3), 1)), Case(np.ndarray.cumprod, (real(2, 3), 1)), Case(np.cumsum, (1.5,))]
if hasattr(np, "cumulative_sum"):
    for _f in (np.cumulative_sum, np.cumulative_prod):
        CASES += [Case(_f, (x,), {"include_initial": i}) for x in (real(4), cplx(4)) for i in (False, True)]
        CASES += [Case(_f, (real(2, 3),), {"axis": a, "include_initial": i}) for a in (0, -1) for i in (False, True)]
        CASES += [Case(_f, (real(3).astype(np.float32),), {"dtype": np.float64})]
    CASES += [Case(np.cumulative_prod, (ZEROS[0],), {"include_initial": True})]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    with np.errstate(all="raise"):
        check(case)


def test_products_with_zeros_are_exact() -> None:
    x = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
    assert cumprod_adjoint(x, output=np.cumprod(x), gradient=np.ones(5)).tolist() == [1.0, 8.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("rule", [cumsum_adjoint, cumsum_tangent])
def test_integer_results_are_refused(rule: Any) -> None:
    name = "gradient" if rule is cumsum_adjoint else "a_dot"
    with pytest.raises(UnsupportedError, match=r"np.cumsum with an integer `dtype`"):
        rule(real(3), dtype=int, **{name: real(3)})
