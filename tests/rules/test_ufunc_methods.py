"""reduce, accumulate, outer and reduceat, with their own default axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.ufunc_methods  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import all_rules
from srcdiff.rules.ufunc_methods import (
    add_reduce,
    logaddexp_reduce,
    maximum_accumulate,
    maximum_accumulate_tangent,
    maximum_outer,
    power_outer_columns,
    power_outer_rows,
)
from tests.rules.harness import Case, check, identifier
from tests.rules.test_largest import distinct
from tests.rules.test_reductions import MASK, ZEROS, cplx, real


def registered(method: Any) -> Any:
    """The method as it stands in the table: a bound method is a new object each time that it is read."""
    return next(rule.function for rule in all_rules() if rule.function == method)


F32 = np.float32
CASES: list[Case] = []
for _method in (np.add.reduce, np.multiply.reduce, np.maximum.reduce, np.minimum.reduce, np.logaddexp.reduce):
    _f = registered(_method)
    CASES += [Case(_f, (distinct(2, 3) / 3,)), Case(_f, (distinct(2, 3) / 3,), {"keepdims": True})]
    CASES += [
        Case(_f, (distinct(2, 3) / 3, a))
        for a in ((1, -1) if _f is registered(np.logaddexp.reduce) else (1, -1, None, (0, 1)))
    ]
    CASES += [Case(_f, (distinct(2, 3).astype(F32) / 3, 1))]
for _method in (np.add.reduce, np.multiply.reduce):
    CASES += [Case(registered(_method), (x,)) for x in (cplx(2, 3), *ZEROS)]
    CASES += [Case(registered(_method), (real(2, 3), 1), {"where": MASK})]
CASES += [Case(registered(np.add.reduce), (real(2, 3).astype(F32), 1, np.float64))]
for _method in (np.add.accumulate, np.multiply.accumulate, np.maximum.accumulate, np.minimum.accumulate):
    CASES += [
        Case(registered(_method), (x, a)) for x in (distinct(3, 4), distinct(3, 4).astype(F32)) for a in (0, 1, -1)
    ]
    CASES += [Case(registered(_method), (distinct(5),)), Case(registered(_method), (np.zeros((0, 2)),))]
CASES += [Case(registered(f), (cplx(3),)) for f in (np.add.accumulate, np.multiply.accumulate)]
CASES += [Case(registered(np.multiply.accumulate), (x,)) for x in ZEROS]
CASES += [Case(registered(np.add.accumulate), (real(3).astype(F32), 0, np.float64))]
OUTERS = (np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum)
for _ufunc in OUTERS:
    _f = registered(_ufunc.outer)
    positive = [(np.abs(real(3)), np.abs(real(2, 2)) + 2), (1.5, real(3) + 3), (np.abs(real(2)), 0.7), (1.5, 2.5)]
    CASES += [Case(_f, args) for args in positive]
    CASES += [Case(_f, (np.abs(real(3)).astype(F32), np.abs(real(2)).astype(F32)))]
    CASES += [Case(_f, (np.abs(real(3)).astype(F32), np.abs(real(2))), rtol=1e-6), Case(_f, (np.zeros(0), real(2)))]
for _ufunc in OUTERS[:5]:
    CASES += [
        Case(registered(_ufunc.outer), pair)
        for pair in ((cplx(2), cplx(3)), (np.abs(real(2)), cplx(3)), (cplx(3), real(2)))
    ]
_f = registered(np.add.reduceat)
CASES += [Case(_f, (real(6), i)) for i in ([0, 3], [0, 4, 1, 5], [2, 2, 3], [1], np.array([5, 0]))]
CASES += [Case(_f, (real(4, 5), [0, 2, 1], a)) for a in (0, 1, -1)]
CASES += [Case(_f, (cplx(4), [0, 2])), Case(_f, (real(4).astype(F32), [0, 2]))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_shares_of_minus_infinity() -> None:
    x = np.array([[-np.inf, 1.0], [-np.inf, -np.inf]])
    output = np.logaddexp.reduce(x, 0)
    assert logaddexp_reduce(x, output=output, gradient=np.ones(2)).tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_the_latest_of_equal_running_maxima_counts() -> None:
    x = np.array([2.0, 1.0, 2.0, 0.0])
    output = np.maximum.accumulate(x)
    assert maximum_accumulate(x, output=output, gradient=np.ones(4)).tolist() == [2.0, 0.0, 2.0, 0.0]
    assert maximum_accumulate_tangent(x, output=output, array_dot=np.arange(4.0)).tolist() == [0.0, 0.0, 2.0, 2.0]


def test_ties_of_an_outer_maximum_are_halved() -> None:
    a, b = np.array([1.0, 2.0]), np.array([2.0])
    a_bar, b_bar = maximum_outer(a, b, output=np.maximum.outer(a, b), gradient=np.ones((2, 1)))
    assert a_bar.tolist() == [0.0, 0.5]
    assert b_bar.tolist() == [1.5]


def test_powers_of_zero() -> None:
    a, b = np.array([0.0, 2.0]), np.array([0.0, 1.0, 2.0])
    output = np.power.outer(a, b)
    with np.errstate(all="raise"):
        assert power_outer_rows(a, b, gradient=np.ones((2, 3))).tolist() == [1.0, 5.0]
        found = power_outer_columns(a, b, output=output, gradient=np.ones((2, 3)))
    np.testing.assert_allclose(found, np.log(2) * np.array([1.0, 2.0, 4.0]))


def test_integer_results_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np.add.reduce with an integer `dtype`"):
        add_reduce(real(3), 0, int, gradient=1.0)
