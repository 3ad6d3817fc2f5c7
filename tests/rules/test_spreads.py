"""Variance and standard deviation: degrees of freedom, masks, complex numbers, equal values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.spreads  # noqa: F401  registers the rules
from srcdiff.rules.spreads import nanstd_adjoint, std_adjoint, std_tangent
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import AXES, MASK, with_nan

RNG = np.random.default_rng(13)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return real(*shape) + 1j * real(*shape)


CASES: list[Case] = []
for _f in (np.var, np.std, np.nanvar, np.nanstd):
    CASES += [Case(_f, (real(3, 3, 3), a), {"keepdims": k}) for a in AXES if a != () for k in (False, True)]
    CASES += [Case(_f, (x,), {"ddof": d}) for x in (real(4), cplx(4), cplx(2, 3)) for d in (0, 1, 1.5)]
    CASES += [Case(_f, (real(4).astype(np.float32),), {"ddof": 1}), Case(_f, (cplx(2, 3).astype(np.complex64), 1))]
    CASES += [Case(_f, (real(2, 3),), {"where": MASK, "axis": a}) for a in (None, 1)]
    CASES += [Case(_f, (real(2, 3).astype(np.float32),), {"where": MASK, "axis": 1, "keepdims": True})]
    CASES += [Case(_f, (real(2, 3).astype(np.float32), 0), {"dtype": np.float64})]
    CASES += [Case(_f, (real(5, 2).T[:, ::2], 1))]
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        CASES += [Case(_f, (real(4),), {"correction": 1})]
for _f in (np.nanvar, np.nanstd):
    CASES += [Case(_f, (with_nan(x), a), {"ddof": 1}) for x in (real(3, 4), cplx(3, 4)) for a in (None, 0, 1)]
CASES += [
    Case(np.var, (np.full(3, 2.0),)),
    Case(np.ndarray.var, (real(3, 2), 0)),
    Case(np.ndarray.std, (real(3, 2), 0)),
]
CASES += [Case(np.ndarray.std, (real(3, 2),), {"ddof": 1, "keepdims": True})]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("value", [2.0, 0.1, 1 / 3])
def test_equal_values_have_a_zero_gradient(value: float) -> None:
    x = np.full((2, 3), value)
    x[1, 2] += 1.0
    found = std_adjoint(x, 1, output=np.std(x, 1), gradient=np.ones(2))
    assert found[0].tolist() == [0.0, 0.0, 0.0]
    assert np.all(found[1] != 0)
    assert std_tangent(x[0], output=np.std(x[0]), a_dot=np.array([1.0, 2.0, 4.0])) == 0.0


def test_equal_values_beside_nan_have_a_zero_gradient() -> None:
    x = np.array([0.1, 0.1, 0.1, np.nan])
    assert nanstd_adjoint(x, output=np.nanstd(x), gradient=1.0).tolist() == [0.0] * 4


def test_a_complex_input_has_a_complex_gradient_of_a_real_output() -> None:
    x = cplx(3)
    assert std_adjoint(x, output=np.std(x), gradient=1.0).dtype == np.complex128
