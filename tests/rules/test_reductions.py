"""Sums, products and means: every axis, keepdims, where, dtype and initial; exact products with zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.reductions  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.reductions import mean_adjoint, mean_tangent, prod_adjoint, prod_tangent, sum_adjoint, sum_tangent
from tests.rules.harness import Case, check, check_forward, identifier

RNG = np.random.default_rng(11)


def real(*shape: int) -> Any:
    return RNG.uniform(0.5, 2.0, shape) * RNG.choice([-1.0, 1.0], shape)


def cplx(*shape: int) -> Any:
    return real(*shape) + 1j * real(*shape)


def with_nan(x: Any) -> Any:
    x = x.copy()
    x.flat[1] = np.nan
    return x


AXES: list[Any] = [None, 0, -1, 1, (0, 2), (-1, 0), (2, 1, 0), ()]
MASK = np.array([[True, False, True], [True, True, True]])


def reductions(function: Any) -> list[Case]:
    found = [Case(function, (real(2, 3, 2), axis), {"keepdims": k}) for axis in AXES for k in (False, True)]
    found += [Case(function, (x,)) for x in (cplx(2, 3), real(4), real(2, 3).astype(np.float32), real(4, 3).T[:, ::2])]
    found += [Case(function, (real(2, 3).astype(np.float32),), {"axis": 1}), Case(function, (cplx(2, 3), 1))]
    found += [Case(function, (cplx(3, 2).astype(np.complex64), 0)), Case(function, (np.array(1.5),))]
    found += [Case(function, (real(2, 3),), {"where": MASK, "axis": axis}) for axis in (None, 0, 1)]
    found += [Case(function, (real(2, 3).astype(np.float32), 1), {"where": MASK, "keepdims": True})]
    found += [Case(function, (real(2, 3),), {"where": [True, False, True]})]
    found += [Case(function, (real(2, 1, 3),), {"axis": (0, 1), "where": np.array([[[True]], [[False]]])})]
    return found


EMPTY: list[Case] = []
for _function in (np.sum, np.prod, np.nansum, np.nanprod):
    EMPTY += [Case(_function, (np.zeros((0, 3)), axis)) for axis in (None, 0, 1)]

CASES = [case for f in (np.sum, np.prod, np.mean, np.nansum, np.nanprod, np.nanmean) for case in reductions(f)]
CASES += EMPTY
CASES += [Case(f, (1.5,)) for f in (np.sum, np.prod, np.mean)]
CASES += [Case(f, (np.float32(1.5),)) for f in (np.sum, np.prod, np.mean)]
for _dtype in (np.float64, np.complex128, "float32"):
    CASES += [Case(f, (real(2, 3).astype(np.float32), 0), {"dtype": _dtype}) for f in (np.sum, np.mean, np.prod)]
CASES += [Case(np.ndarray.sum, (real(2, 3), 1)), Case(np.ndarray.sum, (real(2, 3),), {"axis": 0, "keepdims": True})]
CASES += [Case(np.ndarray.mean, (real(2, 3), 1)), Case(np.ndarray.prod, (cplx(2, 3), 1))]
CASES += [
    Case(f, (with_nan(real(2, 3)), a), {"keepdims": k})
    for f in (np.nansum, np.nanmean, np.nanprod)
    for a in (None, 0, 1, (0, 1))
    for k in (False, True)
]
CASES += [Case(np.nansum, (with_nan(cplx(4)),)), Case(np.nanmean, (with_nan(cplx(4)),))]
ZEROS = [np.array([2.0, 0.0, 3.0]), np.array([2.0, 0.0, 3.0, 0.0]), np.array([[0.0, 2.0], [3.0, 4.0], [0.0, 5.0]])]
CASES += [Case(np.prod, (x, axis)) for x in ZEROS for axis in (None, 0, -1)]
CASES += [Case(np.prod, (ZEROS[2] * 1j, axis), {"keepdims": True}) for axis in (None, 0, 1, (1, 0))]
CASES += [Case(np.prod, (real(2, 3),), {"initial": 2.5, "axis": axis}) for axis in (None, 0, 1)]
CASES += [Case(np.prod, (cplx(2, 3),), {"initial": 2.5 - 1j, "axis": 1, "where": MASK})]
CASES += [Case(np.prod, (np.zeros(3),), {"initial": 2.5})]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    with np.errstate(all="raise"):
        check(case)


@pytest.mark.parametrize(("rule", "word"), [(sum_adjoint, "sum"), (mean_adjoint, "mean"), (prod_adjoint, "prod")])
def test_integer_results_are_refused(rule: Any, word: str) -> None:
    kwargs: dict[str, Any] = {"output": np.float64(1)} if rule is prod_adjoint else {}
    with pytest.raises(UnsupportedError, match=f"np.{word} with an integer `dtype`"):
        rule(real(3), None, int, gradient=1.0, **kwargs)


@pytest.mark.parametrize("rule", [sum_tangent, mean_tangent])
def test_tangents_of_integer_results_are_refused(rule: Any) -> None:
    with pytest.raises(UnsupportedError, match="integer `dtype`"):
        rule(real(3), None, "int64", a_dot=real(3))


def test_products_with_zeros_are_exact() -> None:
    one = np.array([2.0, 0.0, 3.0])
    assert prod_adjoint(one, output=np.prod(one), gradient=1.0).tolist() == [0.0, 6.0, 0.0]
    two = np.array([2.0, 0.0, 0.0])
    assert prod_adjoint(two, output=np.prod(two), gradient=1.0).tolist() == [0.0, 0.0, 0.0]
    assert prod_tangent(one, output=np.prod(one), a_dot=np.array([7.0, 0.5, 9.0])) == 3.0


def test_a_product_that_underflows_keeps_its_slope() -> None:
    x = np.array([1e-200, 1e-200, 1e200])
    found = prod_adjoint(x, output=np.prod(x), gradient=1.0)
    np.testing.assert_allclose(found, [1.0, 1.0, 0.0], rtol=1e-12)


def test_a_python_seed_keeps_float32() -> None:
    x = np.ones((2, 3), np.float32)
    for found in (sum_adjoint(x, gradient=1.0), mean_adjoint(x, gradient=1.0)):
        assert found.dtype == np.float32
        assert found.shape == (2, 3)


def test_the_mean_of_an_empty_axis_has_an_empty_gradient() -> None:
    assert mean_adjoint(np.zeros((0, 3)), 1, gradient=np.zeros(0)).shape == (0, 3)


def test_a_gradient_is_not_lost_where_nan_is_skipped() -> None:
    x = np.array([np.nan, np.nan, 2.0])
    check_forward(np.nansum, (x,))
