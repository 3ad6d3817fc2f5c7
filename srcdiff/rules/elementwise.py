"""Arithmetic, exponentials, logarithms, trigonometric and hyperbolic functions.

Partials avoid what raises for Python numbers or warns for NumPy's where the derivative itself is finite: `x * x` rather
than `x ** 2`, a quotient by `output + (output == 0)` where both are zero. Constants are Python's, which
leave float32 alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, literal, partials, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["bessel_i1", "log_share", "power_by_base", "power_by_exponent", "sech", "sinc_slope"]

# Arithmetic.

partials(np.positive, "1")
partials(np.negative, "-1")
partials(np.add, "1", "1")
partials(np.subtract, "1", "-1")
partials(np.multiply, "x2", "x1")
partials(np.divide, "1 / x2", "-x1 / (x2 * x2)")
partials(np.square, "2 * x")
partials(np.sqrt, "0.5 / output")
partials(np.cbrt, "1 / (3 * output * output)")
partials(np.reciprocal, "-output * output")
partials(np.fabs, "np.sign(x)")
partials(np.hypot, "x1 / (output + (output == 0))", "x2 / (output + (output == 0))")
partials(np.mod, "1", "-np.floor_divide(x1, x2)")
partials(np.fmod, "1", "(output - x1) / x2")  # trunc(x1 / x2) may have been rounded to the wrong integer
partials(np.nextafter, "1", "0")
partials(np.copysign, "np.sign(x1) * np.copysign(1.0, x2)", "0")


def ldexp_by_first(x2: Any, *, gradient: Any) -> Any:
    """`gradient` times 2 ** x2."""
    return np.ldexp(gradient, x2)


partials(np.ldexp, ldexp_by_first, "0")


def power_by_base(x1: Any, x2: Any, *, output: Any) -> Any:
    """x2 * x1 ** (x2 - 1); zero where x2 is zero, also at x1 = 0."""
    if literal(x2) and x2 == 2:
        return x2 * x1
    if literal(x2) and x2 == 1:
        return 1
    if literal(x2) and x2 == 0:
        return 0
    if literal(x2) and x2 == 0.5:
        return 0.5 / output
    if literal(x2) and x2 == -1:
        return -1 / (x1 * x1)
    if literal(x2):
        return x2 * x1 ** (x2 - 1)
    return x2 * x1 ** (x2 - (x2 != 0))


def power_by_exponent(x1: Any, *, output: Any) -> Any:
    """x1 ** x2 * log(x1); zero at x1 = 0."""
    if literal(x1) and x1 > 0:
        return output * math.log(x1)
    return output * np.log(x1 + (x1 == 0))


def power_by_exponent_complex(x1: Any, *, output: Any) -> Any:
    """The same on the principal branch, which a negative real base has too."""
    return output * np.log(x1 + (x1 == 0) + 0j)


for _power in (np.power, np.float_power):
    partials(_power, power_by_base, power_by_exponent)
    partials(_power, power_by_base, power_by_exponent_complex, when="complex")


@adjoint(np.divmod, active=("x1", "x2"))
def divmod_adjoint(x1: Any, x2: Any, *, output: Any, gradient: Any) -> Any:
    """The quotient is piecewise constant, the remainder x1 - quotient * x2."""
    return unbroadcast(gradient[1], x1), unbroadcast(-output[0] * gradient[1], x2)


@tangent(np.divmod)
def divmod_tangent(x1: Any, x2: Any, *, x1_dot: Any, x2_dot: Any, output: Any) -> Any:
    """The quotient is piecewise constant, the remainder x1 - quotient * x2."""
    return np.zeros_like(output[0]), x1_dot - output[0] * x2_dot


@adjoint(np.modf)
def modf_adjoint(x: Any, *, gradient: Any) -> Any:
    """The integral part is piecewise constant."""
    return gradient[0]


@tangent(np.modf)
def modf_tangent(x: Any, *, x_dot: Any) -> Any:
    """The integral part is piecewise constant."""
    return x_dot, np.zeros_like(x_dot)


@adjoint(np.frexp)
def frexp_adjoint(x: Any, *, output: Any, gradient: Any) -> Any:
    """The mantissa is x / 2 ** exponent with a piecewise constant exponent."""
    return np.ldexp(gradient[0], -output[1])


@tangent(np.frexp)
def frexp_tangent(x: Any, *, x_dot: Any, output: Any) -> Any:
    """The mantissa is x / 2 ** exponent with a piecewise constant exponent."""
    return np.ldexp(x_dot, -output[1]), np.zeros_like(output[1])


# Exponentials and logarithms.

partials(np.exp, "output")
partials(np.exp2, "output * math.log(2.0)")
partials(np.expm1, "np.exp(x)")  # output + 1 cancels for large negative x
partials(np.log, "1 / x")
partials(np.log2, "1 / (x * math.log(2.0))")
partials(np.log10, "1 / (x * math.log(10.0))")
partials(np.log1p, "1 / (1 + x)")


def log_share(a: Any, b: Any) -> Any:
    """exp(a) / (exp(a) + exp(b)), without overflow; a half where a = b, infinities included."""
    gap = np.where(a == b, 0.0, b) - np.where(a == b, 0.0, a)
    return np.exp(-np.logaddexp(0.0, gap))


def logaddexp_by_first(x1: Any, x2: Any) -> Any:
    """The share of the first of two exponentials in their sum."""
    return log_share(x1, x2)


def logaddexp_by_second(x1: Any, x2: Any) -> Any:
    """The share of the second of two exponentials in their sum."""
    return log_share(x2, x1)


def log2_share(a: Any, b: Any) -> Any:
    """2 ** a / (2 ** a + 2 ** b), without overflow; a half where a = b, infinities included."""
    gap = np.where(a == b, 0.0, b) - np.where(a == b, 0.0, a)
    return np.exp2(-np.logaddexp2(0.0, gap))


def logaddexp2_by_first(x1: Any, x2: Any) -> Any:
    """The share of the first of two powers of two in their sum."""
    return log2_share(x1, x2)


def logaddexp2_by_second(x1: Any, x2: Any) -> Any:
    """The share of the second of two powers of two in their sum."""
    return log2_share(x2, x1)


partials(np.logaddexp, logaddexp_by_first, logaddexp_by_second)
partials(np.logaddexp2, logaddexp2_by_first, logaddexp2_by_second)

# Trigonometric functions.

partials(np.sin, "np.cos(x)")
partials(np.cos, "-np.sin(x)")
partials(np.tan, "1 + output * output")
partials(np.arcsin, "1 / np.sqrt((1 - x) * (1 + x))")
partials(np.arccos, "-1 / np.sqrt((1 - x) * (1 + x))")
partials(np.arctan, "1 / (1 + x * x)")


def arctan2_by_first(x1: Any, x2: Any) -> Any:
    """x2 / (x1 ** 2 + x2 ** 2), without overflow; zero at the origin."""
    r = np.hypot(x1, x2)
    r = r + (r == 0)
    return x2 / r / r


def arctan2_by_second(x1: Any, x2: Any) -> Any:
    """-x1 / (x1 ** 2 + x2 ** 2), without overflow; zero at the origin."""
    r = np.hypot(x1, x2)
    r = r + (r == 0)
    return -x1 / r / r


partials(np.arctan2, arctan2_by_first, arctan2_by_second)
for _to_radians in (np.deg2rad, np.radians):
    partials(_to_radians, "math.pi / 180")
for _to_degrees in (np.rad2deg, np.degrees):
    partials(_to_degrees, "180 / math.pi")


def sinc_slope(x: Any) -> Any:
    """The derivative of sin(pi x) / (pi x): (cos(pi x) - sinc(x)) / x, and its series where that cancels."""
    near = np.abs(x) < 0.25
    far = np.where(near, 1.0, x)
    t = np.where(near, (math.pi * x) ** 2, 0.0)
    tail = 1 - t / 28 * (1 - t / 54 * (1 - t / 88 * (1 - t / 130 * (1 - t / 180 * (1 - t / 238)))))
    series = -(math.pi**2) / 3 * x * (1 - t / 10 * tail)
    return np.where(near, series, (np.cos(math.pi * far) - np.sinc(far)) / far)


def sinc_partial(x: Any) -> Any:
    """The derivative of the normalised sinc."""
    return sinc_slope(x)


partials(np.sinc, sinc_partial)

# Hyperbolic functions.


def sech(x: Any) -> Any:
    """1 / cosh(x), without overflow."""
    e = np.exp(-np.abs(x))
    return 2 * e / (1 + e * e)


def tanh_partial(x: Any) -> Any:
    """1 / cosh(x) ** 2: 1 - tanh(x) ** 2 loses all its digits where tanh saturates."""
    return sech(x) ** 2


partials(np.sinh, "np.cosh(x)")
partials(np.cosh, "np.sinh(x)")
partials(np.tanh, tanh_partial)
partials(np.tanh, "np.cosh(x) ** -2.0", when="complex")
partials(np.arcsinh, "1 / np.hypot(1.0, x)")
partials(np.arcsinh, "1 / np.sqrt(1 + x * x)", when="complex")
partials(np.arccosh, "1 / (np.sqrt(x - 1) * np.sqrt(x + 1))")
partials(np.arctanh, "1 / ((1 - x) * (1 + x))")

# Others.


def bessel_i1(x: Any) -> Any:
    """The modified Bessel function I1: its power series below 20, its asymptotic series above.

    Abramowitz and Stegun, 9.6.10 and 9.7.1. Relative error below 1e-14.
    """
    size = np.abs(x)
    small = np.minimum(size, 20.0)
    large = np.maximum(size, 20.0)
    term = series = small / 2
    for k in range(1, 60):
        term = term * (small / 2) * (small / 2) / (k * (k + 1))
        series = series + term
    factor = tail = large / large
    for k in range(1, 20):
        factor = factor * ((2 * k - 1) ** 2 - 4) / (8 * k * large)
        tail = tail + factor
    root = np.exp(large / 2)  # in two factors, so that the product overflows no sooner than I1
    asymptotic = root / np.sqrt(2 * math.pi * large) * tail * root
    return np.sign(x) * np.where(size < 20, series, asymptotic)


def i0_partial(x: Any) -> Any:
    """I0' = I1."""
    return bessel_i1(x)


partials(np.i0, i0_partial)


@adjoint(np.unwrap, shape="same")
def unwrap_adjoint(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * math.pi, gradient: Any) -> Any:
    """What `unwrap` adds, multiples of the period, is piecewise constant."""
    return gradient


@tangent(np.unwrap)
def unwrap_tangent(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * math.pi, p_dot: Any) -> Any:
    """What `unwrap` adds, multiples of the period, is piecewise constant."""
    return p_dot
