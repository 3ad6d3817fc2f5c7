"""scipy.special: Bessel, Hankel, Airy and Struve functions.

Formulas are from the NIST Digital Library of Mathematical Functions, chapters 9 to 11. Derivatives by the order are not
known in closed form and refused. The scaled functions are not holomorphic (they divide by the exponential of a real or
imaginary part), so they are refused for complex arguments.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, partials, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

# Bessel functions of orders zero and one.

partials(special.j0, "-special.j1(x)")
partials(special.j1, "0.5 * (special.j0(x) - special.jv(2, x))")
partials(special.y0, "-special.y1(x)")
partials(special.y1, "0.5 * (special.y0(x) - special.yn(2, x))")
partials(special.i0, "special.i1(x)")
partials(special.i0e, "special.i1e(x) - np.sign(x) * output")
partials(special.i1, "0.5 * (special.i0(x) + special.iv(2, x))")
partials(special.i1e, "0.5 * (special.i0e(x) + special.ive(2, x)) - np.sign(x) * output")
partials(special.k0, "-special.k1(x)")
partials(special.k0e, "output - special.k1e(x)")
partials(special.k1, "-0.5 * (special.k0(x) + special.kn(2, x))")
partials(special.k1e, "output - 0.5 * (special.k0e(x) + special.kve(2, x))")

# Of any order.

partials(special.jv, "refused", "0.5 * (special.jv(x1 - 1, x2) - special.jv(x1 + 1, x2))")
partials(special.yv, "refused", "0.5 * (special.yv(x1 - 1, x2) - special.yv(x1 + 1, x2))")
partials(special.yn, "0", "0.5 * (special.yn(x1 - 1, x2) - special.yn(x1 + 1, x2))")
partials(special.iv, "refused", "0.5 * (special.iv(x1 - 1, x2) + special.iv(x1 + 1, x2))")
partials(special.kv, "refused", "-0.5 * (special.kv(x1 - 1, x2) + special.kv(x1 + 1, x2))")
partials(special.kn, "0", "-0.5 * (special.kv(x1 - 1, x2) + special.kv(x1 + 1, x2))")
partials(special.jve, "refused", "0.5 * (special.jve(x1 - 1, x2) - special.jve(x1 + 1, x2))")
partials(special.yve, "refused", "0.5 * (special.yve(x1 - 1, x2) - special.yve(x1 + 1, x2))")
partials(special.ive, "refused", "0.5 * (special.ive(x1 - 1, x2) + special.ive(x1 + 1, x2)) - np.sign(x2) * output")
partials(special.kve, "refused", "output - 0.5 * (special.kve(x1 - 1, x2) + special.kve(x1 + 1, x2))")
for _scaled in (special.jve, special.yve, special.ive):
    partials(_scaled, "refused", "refused", when="complex")

_HANKEL: dict[str, Any] = {"returns": "complex"}
partials(special.hankel1, "refused", "0.5 * (special.hankel1(x1 - 1, x2) - special.hankel1(x1 + 1, x2))", **_HANKEL)
partials(special.hankel2, "refused", "0.5 * (special.hankel2(x1 - 1, x2) - special.hankel2(x1 + 1, x2))", **_HANKEL)
partials(
    special.hankel1e,
    "refused",
    "0.5 * (special.hankel1e(x1 - 1, x2) - special.hankel1e(x1 + 1, x2)) - 1j * output",
    **_HANKEL,
)
partials(
    special.hankel2e,
    "refused",
    "0.5 * (special.hankel2e(x1 - 1, x2) - special.hankel2e(x1 + 1, x2)) + 1j * output",
    **_HANKEL,
)


# Derivatives of order n: the next one is their own.


@adjoint(special.jvp, wrt="z")
def jvp_adjoint(v: Any, z: Any, n: Any = 1, *, gradient: Any) -> Any:
    """The next derivative."""
    return unbroadcast(gradient * np.conj(special.jvp(v, z, n + 1)), z)


@tangent(special.jvp)
def jvp_tangent(v: Any, z: Any, n: Any = 1, *, z_dot: Any) -> Any:
    """The next derivative."""
    return special.jvp(v, z, n + 1) * z_dot


@adjoint(special.yvp, wrt="z")
def yvp_adjoint(v: Any, z: Any, n: Any = 1, *, gradient: Any) -> Any:
    """The next derivative."""
    return unbroadcast(gradient * np.conj(special.yvp(v, z, n + 1)), z)


@tangent(special.yvp)
def yvp_tangent(v: Any, z: Any, n: Any = 1, *, z_dot: Any) -> Any:
    """The next derivative."""
    return special.yvp(v, z, n + 1) * z_dot


@adjoint(special.ivp, wrt="z")
def ivp_adjoint(v: Any, z: Any, n: Any = 1, *, gradient: Any) -> Any:
    """The next derivative."""
    return unbroadcast(gradient * np.conj(special.ivp(v, z, n + 1)), z)


@tangent(special.ivp)
def ivp_tangent(v: Any, z: Any, n: Any = 1, *, z_dot: Any) -> Any:
    """The next derivative."""
    return special.ivp(v, z, n + 1) * z_dot


@adjoint(special.kvp, wrt="z")
def kvp_adjoint(v: Any, z: Any, n: Any = 1, *, gradient: Any) -> Any:
    """The next derivative."""
    return unbroadcast(gradient * np.conj(special.kvp(v, z, n + 1)), z)


@tangent(special.kvp)
def kvp_tangent(v: Any, z: Any, n: Any = 1, *, z_dot: Any) -> Any:
    """The next derivative."""
    return special.kvp(v, z, n + 1) * z_dot


# Spherical Bessel functions; their derivatives have the differential equation of DLMF 10.47 for a derivative.


def spherical_curvature(n: Any, z: Any, value: Any, slope: Any, sign: float) -> Any:
    """The second derivative; `sign` is -1 for the modified functions."""
    return -2 / z * slope - (sign - n * (n + 1) / (z * z)) * value


def spherical_jn_slope(n: Any, z: Any, derivative: Any) -> Any:
    """The derivative of what `spherical_jn` returns."""
    slope = special.spherical_jn(n, z, derivative=True)
    return spherical_curvature(n, z, special.spherical_jn(n, z), slope, 1.0) if derivative else slope


@adjoint(special.spherical_jn, wrt="z")
def spherical_jn_adjoint(n: Any, z: Any, derivative: Any = False, *, gradient: Any) -> Any:
    """By the argument."""
    return unbroadcast(gradient * np.conj(spherical_jn_slope(n, z, derivative)), z)


@tangent(special.spherical_jn)
def spherical_jn_tangent(n: Any, z: Any, derivative: Any = False, *, z_dot: Any) -> Any:
    """By the argument."""
    return spherical_jn_slope(n, z, derivative) * z_dot


def spherical_yn_slope(n: Any, z: Any, derivative: Any) -> Any:
    """The derivative of what `spherical_yn` returns."""
    slope = special.spherical_yn(n, z, derivative=True)
    return spherical_curvature(n, z, special.spherical_yn(n, z), slope, 1.0) if derivative else slope


@adjoint(special.spherical_yn, wrt="z")
def spherical_yn_adjoint(n: Any, z: Any, derivative: Any = False, *, gradient: Any) -> Any:
    """By the argument."""
    return unbroadcast(gradient * np.conj(spherical_yn_slope(n, z, derivative)), z)


@tangent(special.spherical_yn)
def spherical_yn_tangent(n: Any, z: Any, derivative: Any = False, *, z_dot: Any) -> Any:
    """By the argument."""
    return spherical_yn_slope(n, z, derivative) * z_dot


def spherical_in_slope(n: Any, z: Any, derivative: Any) -> Any:
    """The derivative of what `spherical_in` returns."""
    slope = special.spherical_in(n, z, derivative=True)
    return spherical_curvature(n, z, special.spherical_in(n, z), slope, -1.0) if derivative else slope


@adjoint(special.spherical_in, wrt="z")
def spherical_in_adjoint(n: Any, z: Any, derivative: Any = False, *, gradient: Any) -> Any:
    """By the argument."""
    return unbroadcast(gradient * np.conj(spherical_in_slope(n, z, derivative)), z)


@tangent(special.spherical_in)
def spherical_in_tangent(n: Any, z: Any, derivative: Any = False, *, z_dot: Any) -> Any:
    """By the argument."""
    return spherical_in_slope(n, z, derivative) * z_dot


def spherical_kn_slope(n: Any, z: Any, derivative: Any) -> Any:
    """The derivative of what `spherical_kn` returns."""
    slope = special.spherical_kn(n, z, derivative=True)
    return spherical_curvature(n, z, special.spherical_kn(n, z), slope, -1.0) if derivative else slope


@adjoint(special.spherical_kn, wrt="z")
def spherical_kn_adjoint(n: Any, z: Any, derivative: Any = False, *, gradient: Any) -> Any:
    """By the argument."""
    return unbroadcast(gradient * np.conj(spherical_kn_slope(n, z, derivative)), z)


@tangent(special.spherical_kn)
def spherical_kn_tangent(n: Any, z: Any, derivative: Any = False, *, z_dot: Any) -> Any:
    """By the argument."""
    return spherical_kn_slope(n, z, derivative) * z_dot


# Airy functions: (Ai, Ai', Bi, Bi').


@adjoint(special.airy)
def airy(z: Any, *, output: Any, gradient: Any) -> Any:
    """Ai'' = z Ai, Bi'' = z Bi."""
    ai, ai_slope, bi, bi_slope = (np.conj(part) for part in output)
    of_values = gradient[0] * ai_slope + gradient[2] * bi_slope
    return unbroadcast(of_values + np.conj(z) * (gradient[1] * ai + gradient[3] * bi), z)


@tangent(special.airy)
def airy_tangent(z: Any, *, z_dot: Any, output: Any) -> Any:
    """Ai'' = z Ai, Bi'' = z Bi."""
    return output[1] * z_dot, z * output[0] * z_dot, output[3] * z_dot, z * output[2] * z_dot


def airye_slopes(z: Any, output: Any) -> tuple[Any, Any, Any, Any]:
    """The derivatives of the scaled Airy functions of a real number."""
    if np.iscomplexobj(z):
        raise UnsupportedError("`airye` of a complex number", "Scale `airy` instead: it is holomorphic.")
    root = np.sqrt(np.maximum(z, 0.0))
    ai, ai_slope, bi, bi_slope = output
    return ai_slope + root * ai, z * ai + root * ai_slope, bi_slope - root * bi, z * bi - root * bi_slope


@adjoint(special.airye, inline=False)
def airye(z: Any, *, output: Any, gradient: Any) -> Any:
    """Ai is scaled by exp(2/3 z^(3/2)), Bi by exp(-2/3 z^(3/2)) where z is positive."""
    return sum(part * slope for part, slope in zip(gradient, airye_slopes(z, output)))


@tangent(special.airye, inline=False)
def airye_tangent(z: Any, *, z_dot: Any, output: Any) -> Any:
    """Ai is scaled by exp(2/3 z^(3/2)), Bi by exp(-2/3 z^(3/2)) where z is positive."""
    return tuple(slope * z_dot for slope in airye_slopes(z, output))


# Struve and Wright functions.


def struve_rest(v: Any, x: Any) -> Any:
    """(x / 2)^v / (sqrt(pi) gamma(v + 3/2)): what the recurrences of the Struve functions add (DLMF 11.4)."""
    return (x / 2) ** v * special.rgamma(v + 1.5) / math.sqrt(math.pi)


def struve_by_x(x1: Any, x2: Any) -> Any:
    """DLMF 11.4.24."""
    return 0.5 * (special.struve(x1 - 1, x2) - special.struve(x1 + 1, x2) + struve_rest(x1, x2))


def modstruve_by_x(x1: Any, x2: Any) -> Any:
    """DLMF 11.4.26."""
    return 0.5 * (special.modstruve(x1 - 1, x2) + special.modstruve(x1 + 1, x2) + struve_rest(x1, x2))


partials(special.struve, "refused", struve_by_x)
partials(special.modstruve, "refused", modstruve_by_x)
partials(special.wright_bessel, "refused", "refused", "special.wright_bessel(x1, x1 + x2, x3)")
if hasattr(special, "log_wright_bessel"):  # since SciPy 1.14
    partials(
        special.log_wright_bessel,
        "refused",
        "refused",
        "np.exp(special.log_wright_bessel(x1, x1 + x2, x3) - output)",
    )
