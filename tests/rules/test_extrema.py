"""Extrema of two operands, clipping, selection by value, complex parts."""

from __future__ import annotations

import numpy as np
import pytest

from srcdiff.rules import extrema
from tests.rules.harness import Case, check, elementwise, identifier

LOW, HIGH = (-2.0, -0.1), (0.1, 2.0)
EXTREMA = (np.maximum, np.minimum, np.fmax, np.fmin)
A = np.array([[-1.0, 0.2, 3.0], [0.6, -0.4, 1.1]])
Z = A + 1j * np.array([0.3, -1.2, 0.8])
CONDITIONS = [A < 0, A > 1, A > 0.5]

CASES = [
    *(case for f in EXTREMA for case in elementwise(f, LOW, HIGH, in_complex="arrays")),
    *(case for f in EXTREMA for case in elementwise(f, HIGH, LOW)),
    Case(np.clip, (A, -0.5, 0.5)),
    Case(np.clip, (A, -0.5, np.array([0.5, 0.1, 2.0]))),
    Case(np.clip, (A.astype(np.float32), None, 0.5)),
    Case(np.clip, (A, -0.5), {"a_max": None}),
    Case(np.clip, (A,), {"min": -0.5, "max": np.array([[0.7], [1.0]])}),
    Case(np.clip, (A,), {"max": 0.5}),
    Case(np.clip, (A, 1.5, 0.5)),
    Case(np.clip, (0.3, -0.5, 0.5)),
    Case(np.clip, (A[:0], -0.5, 0.5)),
    Case(np.ndarray.clip, (A, -0.5, 0.5)),
    Case(np.ndarray.clip, (A, -0.5)),
    Case(np.ndarray.clip, (A,), {"max": np.array([0.5, 0.1, 2.0])}),
    Case(np.where, (A > 0.5, A, A.T.copy().reshape(2, 3))),
    Case(np.where, (A > 0.5, A.astype(np.float32), 0.3)),
    Case(np.where, (True, 1.5, 0.3)),
    Case(np.where, (A > 0.5, Z, A)),
    Case(np.where, (A[:, :1] > 0.5, A[:1], 0.3)),
    Case(np.select, (CONDITIONS, [A, 2 * A, A[0]])),
    Case(np.select, (CONDITIONS, [A, 2 * A, 1.5], 0.25)),
    Case(np.choose, (np.array([0, 2, 1]), [A, A[0], 0.5])),
    Case(np.choose, (np.array([0, 1, 5]), A), {"mode": "clip"}),
    Case(np.ndarray.choose, (np.array([0, 1, 3]), A), {"mode": "wrap"}),
    Case(np.nan_to_num, (A,)),
    Case(np.nan_to_num, (Z,)),
    Case(np.nan_to_num, (2.5,)),
    Case(np.real_if_close, (A,)),
    Case(np.real_if_close, (Z,)),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


def test_what_is_not_selected_stays_zero_under_an_infinite_gradient() -> None:
    x, inf = np.array([-1.0, 1.0]), np.inf
    np.testing.assert_array_equal(extrema.maximum_by_first(x, 0.0, gradient=inf), [0.0, inf])
    np.testing.assert_array_equal(extrema.clip(x, 0.0, gradient=np.full(2, inf)), [0.0, inf])
    np.testing.assert_array_equal(extrema.where_by_second(x > 0, gradient=inf), [0.0, inf])
    np.testing.assert_array_equal(extrema.where_by_third(x > 0, gradient=inf), [inf, 0.0])


def test_nan_is_ignored_by_fmax_and_fmin() -> None:
    a, b = np.array([np.nan, 1.0, np.nan]), np.array([1.0, np.nan, np.nan])
    pairs = [(extrema.fmax_by_first, extrema.fmax_by_second), (extrema.fmin_by_first, extrema.fmin_by_second)]
    for first, second in pairs:
        np.testing.assert_array_equal(first(a, b, gradient=1.0), [0.0, 1.0, 1.0])
        np.testing.assert_array_equal(second(a, b, gradient=1.0), [1.0, 0.0, 0.0])


def test_replaced_values_carry_no_derivative() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 2.0])
    np.testing.assert_array_equal(extrema.nan_to_num(x, gradient=np.ones(4)), [0.0, 0.0, 0.0, 1.0])
    np.testing.assert_array_equal(extrema.nan_to_num_complex(x + 1j, gradient=np.full(4, 1 + 1j)), [1j, 1j, 1j, 1 + 1j])


def test_crossed_limits_give_everything_to_the_upper_one() -> None:
    a = np.array([0.0, 2.0, 9.0])
    np.testing.assert_array_equal(extrema.within(a, 3.0, 1.0, np.ones(3)), np.zeros(3))
    np.testing.assert_array_equal(extrema.below(a, 3.0, 1.0, np.ones(3)), np.zeros(3))
    np.testing.assert_array_equal(extrema.above(a, 3.0, 1.0, np.ones(3)), np.ones(3))
