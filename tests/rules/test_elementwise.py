"""Arithmetic, exponentials, logarithms, trigonometric and hyperbolic functions."""

from __future__ import annotations

import math

import numpy as np
import pytest

import srcdiff.rules.elementwise as rules
from tests.rules.harness import Case, check, elementwise, identifier

ANY = (-2.0, 2.0)
POSITIVE = (0.3, 3.0)
UNIT = (-0.8, 0.8)

CASES = [
    *elementwise(np.positive, ANY, in_complex=True),
    *elementwise(np.negative, ANY, in_complex=True),
    *elementwise(np.add, ANY, ANY, in_complex=True),
    *elementwise(np.subtract, ANY, ANY, in_complex=True),
    *elementwise(np.multiply, ANY, ANY, in_complex=True),
    *elementwise(np.divide, ANY, POSITIVE, in_complex=True),
    *elementwise(np.square, ANY, in_complex=True),
    *elementwise(np.sqrt, POSITIVE, in_complex=True),
    *elementwise(np.cbrt, POSITIVE),
    *elementwise(np.cbrt, (-3.0, -0.3)),
    *elementwise(np.reciprocal, POSITIVE, in_complex=True),
    *elementwise(np.fabs, POSITIVE),
    *elementwise(np.fabs, (-2.0, -0.1)),
    *elementwise(np.hypot, ANY, POSITIVE),
    *elementwise(np.mod, (2.1, 2.9), (0.91, 0.99)),
    *elementwise(np.mod, (-2.6, -2.1), (0.91, 0.99)),
    *elementwise(np.fmod, (-2.6, -2.1), (0.91, 0.99)),
    *elementwise(np.fmod, (2.1, 2.9), (-0.99, -0.91)),
    *elementwise(np.copysign, (0.2, 2.0), (-2.0, -0.2)),
    *elementwise(np.copysign, (-2.0, -0.2), (-2.0, -0.2)),
    Case(np.nextafter, (1.5, 2.0), wrt=("x1",)),
    Case(np.nextafter, (np.array([1.5, -2.0]), 0.0), wrt=("x1",)),
    Case(np.ldexp, (1.5, 3)),
    Case(np.ldexp, (np.array([1.5, -0.3], dtype=np.float32), np.array([[3], [-2]]))),
    *elementwise(np.power, POSITIVE, ANY, in_complex=True),
    *elementwise(np.float_power, POSITIVE, ANY),
    *(Case(np.power, (np.array([-1.3, 0.4]), n), wrt=("x1",)) for n in (0, 1, 2, 3, -1, -2, 2.0)),
    *(Case(np.power, (np.array([1.3, 0.4], dtype=np.float32), n)) for n in (0.5, 1.5, 0.0)),
    *(Case(np.power, (np.array([1.3 + 1j, -0.4 + 1j]), n), wrt=("x1",)) for n in (0, 1, 2, 3, -1, 0.5)),
    Case(np.power, (2.0, np.array([0.3, -1.5]))),
    Case(np.power, (np.array([-0.7, 1.2]), np.array([0.3 + 1j, 1.0])), wrt=("x2",)),
    Case(np.divmod, (np.array([2.5, -2.3]), np.array([[0.7], [-0.4]]))),
    Case(np.divmod, (2.5, np.float32(0.7))),
    Case(np.modf, (np.array([2.5, -2.3], dtype=np.float32),)),
    Case(np.modf, (2.5,)),
    Case(np.frexp, (np.array([2.5, -2.3], dtype=np.float32),)),
    Case(np.frexp, (0.3,)),
    *elementwise(np.exp, ANY, in_complex=True),
    *elementwise(np.exp2, ANY, in_complex=True),
    *elementwise(np.expm1, ANY, in_complex=True),
    *elementwise(np.log, POSITIVE, in_complex=True),
    *elementwise(np.log2, POSITIVE, in_complex=True),
    *elementwise(np.log10, POSITIVE, in_complex=True),
    *elementwise(np.log1p, POSITIVE, in_complex=True),
    *elementwise(np.logaddexp, ANY, ANY),
    *elementwise(np.logaddexp2, ANY, ANY),
    *elementwise(np.sin, ANY, in_complex=True),
    *elementwise(np.cos, ANY, in_complex=True),
    *elementwise(np.tan, (-1.2, 1.2), in_complex=True),
    *elementwise(np.arcsin, UNIT, in_complex=True),
    *elementwise(np.arccos, UNIT, in_complex=True),
    *elementwise(np.arctan, ANY, in_complex=True),
    *elementwise(np.arctan2, ANY, POSITIVE),
    *elementwise(np.arctan2, POSITIVE, ANY),
    *elementwise(np.deg2rad, ANY),
    *elementwise(np.radians, ANY),
    *elementwise(np.rad2deg, ANY),
    *elementwise(np.degrees, ANY),
    *elementwise(np.sinc, (-0.24, 0.24), in_complex=True),
    *elementwise(np.sinc, (0.26, 3.0)),
    *elementwise(np.sinh, ANY, in_complex=True),
    *elementwise(np.cosh, ANY, in_complex=True),
    *elementwise(np.tanh, ANY, in_complex=True),
    *elementwise(np.arcsinh, ANY, in_complex=True),
    *elementwise(np.arccosh, (1.2, 3.0), in_complex=True),
    *elementwise(np.arctanh, UNIT, in_complex=True),
    *elementwise(np.i0, (-3.0, 3.0)),
    *elementwise(np.i0, (18.0, 25.0)),
    Case(np.unwrap, (np.array([0.1, 3.0, 7.0, 1.0]),)),
    Case(np.unwrap, (np.array([[0.1, 3.0], [7.0, 1.0]]),), {"axis": 0, "period": 5.0}),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("x", [0.0, 1e-12, 1e-3, 0.2499, 0.2501])
def test_sinc_near_zero(x: float) -> None:
    t = math.pi * x
    terms = [(-1) ** k * 2 * k * t ** (2 * k - 1) / math.factorial(2 * k + 1) for k in range(1, 12)]
    assert rules.sinc_slope(x) == pytest.approx(math.pi * math.fsum(terms), rel=2e-15, abs=0)


@pytest.mark.parametrize("x", [0.0, 1.0, -20.0, 40.0, 300.0, 800.0])
def test_tanh_where_it_saturates(x: float) -> None:
    expected = 4 * math.exp(-2 * abs(x)) / (1 + math.exp(-2 * abs(x))) ** 2
    assert rules.tanh_partial(x) == pytest.approx(expected, rel=1e-14, abs=0)


def test_i1_against_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    x = np.array([-700.0, -3.0, -1e-5, 0.0, 0.5, 7.0, 19.99, 20.01, 100.0, 709.0])
    np.testing.assert_allclose(rules.bessel_i1(x), special.i1(x), rtol=5e-14)


@pytest.mark.parametrize("share", [rules.log_share, rules.log2_share])
def test_the_share_of_infinities(share: object) -> None:
    inf = np.inf
    a = np.array([-inf, inf, inf, 1.0, -inf, 1.0, 0.0, 800.0])
    b = np.array([-inf, inf, 1.0, inf, 1.0, -inf, 1e5, -1e5])
    np.testing.assert_array_equal(share(a, b), [0.5, 0.5, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0])  # type: ignore[operator]


def test_powers_at_zero() -> None:
    x, n = np.zeros(4), np.array([0.0, 1.0, 2.0, 0.5])
    output = x**n
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(rules.power_by_base(x, n, output=output), [0.0, 1.0, 0.0, np.inf])
    np.testing.assert_array_equal(rules.power_by_exponent(x, output=output), np.zeros(4))


def test_angle_and_distance_without_overflow() -> None:
    assert rules.arctan2_by_first(0.0, 0.0) == 0.0
    assert rules.arctan2_by_second(0.0, 0.0) == 0.0
    assert rules.arctan2_by_first(1e200, 1e200) == pytest.approx(5e-201)
    assert rules.arctan2_by_first(1e-200, 1e-200) == pytest.approx(5e199)
