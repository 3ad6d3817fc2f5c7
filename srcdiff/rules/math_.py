"""The `math` module: functions of one or two Python numbers.

`math` raises where NumPy returns infinity or NaN; partials raise only where the derivative itself is not finite.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcdiff.rules.elementwise import sech
from srcdiff.rules.registry import adjoint, constant, literal, partials, tangent

__all__: list[str] = []

_NUMBER: dict[str, Any] = {"raises": True, "shape": "scalar", "returns": "real"}


partials(math.fabs, "np.sign(x)", **_NUMBER)
partials(math.sqrt, "0.5 / output", **_NUMBER)
partials(math.exp, "output", **_NUMBER)
partials(math.expm1, "math.exp(x)", **_NUMBER)
partials(math.log, "1 / x", **_NUMBER)
partials(math.log2, "1 / (x * math.log(2.0))", **_NUMBER)
partials(math.log10, "1 / (x * math.log(10.0))", **_NUMBER)
partials(math.log1p, "1 / (1 + x)", **_NUMBER)
partials(math.sin, "math.cos(x)", **_NUMBER)
partials(math.cos, "-math.sin(x)", **_NUMBER)
partials(math.tan, "1 + output * output", **_NUMBER)
partials(math.asin, "1 / math.sqrt((1 - x) * (1 + x))", **_NUMBER)
partials(math.acos, "-1 / math.sqrt((1 - x) * (1 + x))", **_NUMBER)
partials(math.atan, "1 / (1 + x * x)", **_NUMBER)
partials(math.sinh, "math.cosh(x)", **_NUMBER)
partials(math.cosh, "math.sinh(x)", **_NUMBER)
partials(math.asinh, "1 / math.hypot(1.0, x)", **_NUMBER)
partials(math.acosh, "1 / (math.sqrt(x - 1) * math.sqrt(x + 1))", **_NUMBER)
partials(math.atanh, "1 / ((1 - x) * (1 + x))", **_NUMBER)
partials(math.degrees, "180 / math.pi", **_NUMBER)
partials(math.radians, "math.pi / 180", **_NUMBER)
partials(math.erf, "2 / math.sqrt(math.pi) * math.exp(-x * x)", **_NUMBER)
partials(math.erfc, "-2 / math.sqrt(math.pi) * math.exp(-x * x)", **_NUMBER)
partials(math.fmod, "1", "(output - x1) / x2", **_NUMBER)
partials(math.remainder, "1", "(output - x1) / x2", **_NUMBER)
partials(math.ldexp, "2.0 ** x2", "0", **_NUMBER)
partials(math.copysign, "np.sign(x1) * math.copysign(1.0, x2)", "0", **_NUMBER)
if hasattr(math, "cbrt"):  # since Python 3.11
    partials(math.cbrt, "1 / (3 * output * output)", **_NUMBER)
    partials(math.exp2, "output * math.log(2.0)", **_NUMBER)


def tanh_partial(x: Any) -> Any:
    """1 / cosh(x) ** 2: 1 - tanh(x) ** 2 loses all its digits where tanh saturates."""
    return sech(x) ** 2


partials(math.tanh, tanh_partial, **_NUMBER)


def pow_by_base(x1: Any, x2: Any) -> Any:
    """x2 * x1 ** (x2 - 1); zero where x2 is zero, also at x1 = 0."""
    if literal(x2) and x2 == 2:
        return x2 * x1
    if literal(x2) and x2 == 1:
        return 1.0
    if literal(x2) and x2 == 0:
        return 0.0
    if literal(x2):
        return x2 * math.pow(x1, x2 - 1)
    return x2 * math.pow(x1, x2 - (x2 != 0))


def pow_by_exponent(x1: Any, *, output: Any) -> Any:
    """x1 ** x2 * log(x1); zero at x1 = 0."""
    if literal(x1) and x1 > 0:
        return output * math.log(x1)
    return output * math.log(x1 + (x1 == 0))


partials(math.pow, pow_by_base, pow_by_exponent, **_NUMBER)


def atan2_by_first(x1: Any, x2: Any) -> Any:
    """x2 / (x1 ** 2 + x2 ** 2), without overflow; zero at the origin."""
    r = math.hypot(x1, x2)
    r = r + (r == 0)
    return x2 / r / r


def atan2_by_second(x1: Any, x2: Any) -> Any:
    """-x1 / (x1 ** 2 + x2 ** 2), without overflow; zero at the origin."""
    r = math.hypot(x1, x2)
    r = r + (r == 0)
    return -x1 / r / r


partials(math.atan2, atan2_by_first, atan2_by_second, **_NUMBER)


def digamma(x: float) -> float:
    """The derivative of log(abs(gamma(x))): reflection, recurrence up to 10, then the asymptotic series.

    Abramowitz and Stegun, 6.3.5, 6.3.7 and 6.3.18.
    """
    shift = 0.0
    if x <= 0:
        part = x - math.floor(x)
        shift, x = -math.pi / math.tan(math.pi * part), 1 - x
    while x < 10:
        shift, x = shift - 1 / x, x + 1
    t = 1 / (x * x)
    series = t * (1 / 12 - t * (1 / 120 - t * (1 / 252 - t * (1 / 240 - t * (1 / 132 - t * (691 / 32760 - t / 12))))))
    return shift + math.log(x) - 0.5 / x - series


def gamma_partial(x: Any, output: Any) -> Any:
    """The derivative of gamma is gamma * digamma."""
    return output * digamma(x)


def lgamma_partial(x: Any) -> Any:
    """The derivative of log(abs(gamma(x))) is digamma."""
    return digamma(x)


partials(math.gamma, gamma_partial, **_NUMBER)
partials(math.lgamma, lgamma_partial, **_NUMBER)


# Other numbers of operands.


@adjoint(math.log, when="otherwise", active=("x", "base"), **_NUMBER)
def log(x: Any, base: Any = math.e, *, output: Any, gradient: Any) -> Any:
    """The logarithm to a base."""
    scaled = gradient / math.log(base)
    return scaled / x, -scaled * output / base


@tangent(math.log, when="otherwise")
def log_tangent(x: Any, base: Any = math.e, *, x_dot: Any, base_dot: Any, output: Any) -> Any:
    """The logarithm to a base."""
    return (x_dot / x - output * base_dot / base) / math.log(base)


partials(math.hypot, "x1 / (output + (output == 0))", "x2 / (output + (output == 0))", **_NUMBER)


@adjoint(math.hypot, when="otherwise", **_NUMBER)
def hypot(*coordinates: Any, output: Any, gradient: Any) -> Any:
    """Each coordinate by the length; zero at the origin."""
    return [gradient * x / (output + (output == 0)) for x in coordinates]


@tangent(math.hypot, when="otherwise")
def hypot_tangent(*coordinates: Any, coordinates_dot: Any, output: Any) -> Any:
    """The component of the tangent along the coordinates."""
    return math.fsum(x * x_dot for x, x_dot in zip(coordinates, coordinates_dot)) / (output + (output == 0))


# Functions of sequences. The gradient of an array is an array, that of a list or a tuple is a list.


def like(values: Any, items: list[Any]) -> Any:
    """The items as an array where `values` is one."""
    return np.array(items, dtype=values.dtype) if isinstance(values, np.ndarray) else items


@adjoint(math.dist, active=("p", "q"), inline=False, **_NUMBER)
def dist(p: Any, q: Any, *, output: Any, gradient: Any) -> Any:
    """The unit vector from q to p, and its opposite; zero where the points are equal."""
    unit = [gradient * (a - b) / (output + (output == 0)) for a, b in zip(p, q)]
    return like(p, unit), like(q, [-item for item in unit])


@tangent(math.dist, inline=False)
def dist_tangent(p: Any, q: Any, *, p_dot: Any, q_dot: Any, output: Any) -> Any:
    """The component of the difference of tangents along the unit vector from q to p."""
    terms = ((a - b) * (a_dot - b_dot) for a, b, a_dot, b_dot in zip(p, q, p_dot, q_dot))
    return math.fsum(terms) / (output + (output == 0))


@adjoint(math.fsum, inline=False, **_NUMBER)
def fsum(seq: Any, *, gradient: Any) -> Any:
    """`gradient` for each term."""
    return like(seq, [gradient for _ in seq])


@tangent(math.fsum)
def fsum_tangent(seq: Any, *, seq_dot: Any) -> Any:
    """The sum of the tangents."""
    return math.fsum(seq_dot)


def products_of_others(values: Any, start: Any) -> list[Any]:
    """For each value the product of `start` and all the others, without division."""
    before = [start]
    for value in values:
        before.append(before[-1] * value)
    after = 1
    found = []
    for value, product in zip(reversed(values), reversed(before[:-1])):
        found.append(product * after)
        after = after * value
    return found[::-1]


@adjoint(math.prod, inline=False, active=("iterable", "start"), raises=True)
def prod(iterable: Any, *, start: Any = 1, gradient: Any) -> Any:
    """The product of all the others for each factor."""
    return like(iterable, [gradient * item for item in products_of_others(iterable, start)])


@tangent(math.prod, inline=False)
def prod_tangent(iterable: Any, *, start: Any = 1, iterable_dot: Any) -> Any:
    """The product rule."""
    return sum(others * dot for others, dot in zip(products_of_others(iterable, start), iterable_dot))


# Pairs.


@adjoint(math.modf, raises=True)
def modf(x: Any, *, gradient: Any) -> Any:
    """The integral part is piecewise constant."""
    return gradient[0]


@tangent(math.modf)
def modf_tangent(x: Any, *, x_dot: Any) -> Any:
    """The integral part is piecewise constant."""
    return x_dot, 0.0


@adjoint(math.frexp, raises=True)
def frexp(x: Any, *, output: Any, gradient: Any) -> Any:
    """The mantissa is x / 2 ** exponent with a piecewise constant exponent."""
    return math.ldexp(gradient[0], -output[1])


@tangent(math.frexp)
def frexp_tangent(x: Any, *, x_dot: Any, output: Any) -> Any:
    """The mantissa is x / 2 ** exponent with a piecewise constant exponent."""
    return math.ldexp(x_dot, -output[1]), 0


@adjoint(math.nextafter, **_NUMBER)
def nextafter(x: Any, y: Any, *, gradient: Any) -> Any:
    """The neighbour moves with x."""
    return gradient


@tangent(math.nextafter)
def nextafter_tangent(x: Any, y: Any, *, x_dot: Any) -> Any:
    """The neighbour moves with x."""
    return x_dot


constant(
    math.floor,
    math.ceil,
    math.trunc,
    math.ulp,
    math.isfinite,
    math.isinf,
    math.isnan,
    math.isclose,
    math.gcd,
    math.lcm,
    math.factorial,
    math.comb,
    math.perm,
    math.isqrt,
    shape="scalar",
)
