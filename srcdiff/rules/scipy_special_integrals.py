"""scipy.special: exponential and elliptic integrals, hypergeometric functions, orthogonal polynomials.

Formulas are from the NIST Digital Library of Mathematical Functions, chapters 6, 13, 15, 18 and 19. Derivatives of
elliptic integrals are written with Carlson's symmetric ones, which do not cancel.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from srcdiff.rules.registry import adjoint, partials, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

# Exponential integrals.

partials(special.exp1, "-np.exp(-x) / x")
partials(special.expi, "np.exp(x) / x")
partials(special.expn, "0", "-special.expn(x1 - 1, x2)")


@adjoint(special.sici)
def sici(x: Any, *, gradient: Any) -> Any:
    """Si' = sin(x) / x, Ci' = cos(x) / x."""
    return unbroadcast(gradient[0] * np.conj(np.sinc(x / math.pi)) + gradient[1] * np.conj(np.cos(x) / x), x)


@tangent(special.sici)
def sici_tangent(x: Any, *, x_dot: Any) -> Any:
    """Si' = sin(x) / x, Ci' = cos(x) / x."""
    return np.sinc(x / math.pi) * x_dot, np.cos(x) / x * x_dot


@adjoint(special.shichi)
def shichi(x: Any, *, gradient: Any) -> Any:
    """Shi' = sinh(x) / x, Chi' = cosh(x) / x."""
    return unbroadcast(gradient[0] * np.conj(np.sinh(x) / x) + gradient[1] * np.conj(np.cosh(x) / x), x)


@tangent(special.shichi)
def shichi_tangent(x: Any, *, x_dot: Any) -> Any:
    """Shi' = sinh(x) / x, Chi' = cosh(x) / x."""
    return np.sinh(x) / x * x_dot, np.cosh(x) / x * x_dot


# Elliptic integrals.

partials(special.ellipk, "special.elliprd(0.0, 1.0, 1 - x) / 6")
partials(special.ellipkm1, "-special.elliprd(0.0, 1.0, x) / 6")
partials(special.ellipe, "-special.elliprd(0.0, 1 - x, 1.0) / 6")
partials(special.elliprf, *(f"-special.elliprd({names}) / 6" for names in ("x2, x3, x1", "x1, x3, x2", "x1, x2, x3")))
partials(special.elliprc, "-special.elliprd(x2, x2, x1) / 6", "-special.elliprd(x1, x2, x2) / 3")


def ellipkinc_by_m(x1: Any, x2: Any) -> Any:
    """By the parameter: in the first half period, and the full periods before it."""
    periods = np.rint(x1 / math.pi)
    s, c = np.sin(x1 - periods * math.pi), np.cos(x1)
    rest = s**3 * special.elliprd(c * c, 1.0, 1 - x2 * s * s) / 6
    return rest + periods * special.elliprd(0.0, 1.0, 1 - x2) / 3


def ellipeinc_by_m(x1: Any, x2: Any) -> Any:
    """By the parameter: in the first half period, and the full periods before it."""
    periods = np.rint(x1 / math.pi)
    s, c = np.sin(x1 - periods * math.pi), np.cos(x1)
    rest = -(s**3) * special.elliprd(c * c, 1 - x2 * s * s, 1.0) / 6
    return rest - periods * special.elliprd(0.0, 1 - x2, 1.0) / 3


partials(special.ellipkinc, "1 / np.sqrt(1 - x2 * np.sin(x1) ** 2)", ellipkinc_by_m)
partials(special.ellipeinc, "np.sqrt(1 - x2 * np.sin(x1) ** 2)", ellipeinc_by_m)
partials(
    special.agm,  # pi / 2 by R_F(0, a^2, b^2)
    "2 / (3 * math.pi) * output * output * x1 * special.elliprd(0.0, x2 * x2, x1 * x1)",
    "2 / (3 * math.pi) * output * output * x2 * special.elliprd(0.0, x1 * x1, x2 * x2)",
)


@adjoint(special.ellipj, active=("u",))
def ellipj(u: Any, m: Any, *, output: Any, gradient: Any) -> Any:
    """The derivatives are sn' = cn dn, cn' = -sn dn, dn' = -m sn cn, am' = dn."""
    sn, cn, dn, _ = output
    along = dn * (gradient[0] * cn - gradient[1] * sn + gradient[3])
    return unbroadcast(along - m * sn * cn * gradient[2], u)


@tangent(special.ellipj)
def ellipj_tangent(u: Any, m: Any, *, u_dot: Any, output: Any) -> Any:
    """The derivatives are sn' = cn dn, cn' = -sn dn, dn' = -m sn cn, am' = dn."""
    sn, cn, dn, _ = output
    return cn * dn * u_dot, -sn * dn * u_dot, -m * sn * cn * u_dot, dn * u_dot


# Hypergeometric functions, by the argument.

partials(special.hyp0f1, "refused", "special.hyp0f1(x1 + 1, x2) / x1")
partials(special.hyp1f1, "refused", "refused", "x1 / x2 * special.hyp1f1(x1 + 1, x2 + 1, x3)")
partials(
    special.hyp2f1,
    "refused",
    "refused",
    "refused",
    "x1 * x2 / x3 * special.hyp2f1(x1 + 1, x2 + 1, x3 + 1, x4)",
)
partials(special.hyperu, "refused", "refused", "-x1 * special.hyperu(x1 + 1, x2 + 1, x3)")
partials(
    special.owens_t,
    "-special.erf(x1 * x2 / math.sqrt(2)) * np.exp(-0.5 * x1 * x1) / math.sqrt(8 * math.pi)",
    "np.exp(-0.5 * x1 * x1 * (1 + x2 * x2)) / (2 * math.pi * (1 + x2 * x2))",
)

# Orthogonal polynomials, by the argument. `x1 - (x1 > 0)` is the degree less one, or zero, where the factor is zero.

partials(special.eval_hermite, "refused", "2 * x1 * special.eval_hermite(x1 - (x1 > 0), x2)")
partials(special.eval_hermitenorm, "refused", "x1 * special.eval_hermitenorm(x1 - (x1 > 0), x2)")
partials(special.eval_chebyt, "refused", "x1 * special.eval_chebyu(x1 - 1, x2)")
partials(special.eval_chebyu, "refused", "2 * special.eval_gegenbauer(x1 - 1, 2.0, x2)")
partials(special.eval_legendre, "refused", "0.5 * (x1 + 1) * special.eval_jacobi(x1 - 1, 1.0, 1.0, x2)")
partials(special.eval_laguerre, "refused", "-special.eval_genlaguerre(x1 - 1, 1.0, x2)")
partials(special.eval_genlaguerre, "refused", "refused", "-special.eval_genlaguerre(x1 - 1, x2 + 1, x3)")
partials(special.eval_gegenbauer, "refused", "refused", "2 * x2 * special.eval_gegenbauer(x1 - 1, x2 + 1, x3)")
partials(
    special.eval_jacobi,
    "refused",
    "refused",
    "refused",
    "0.5 * (x1 + x2 + x3 + 1) * special.eval_jacobi(x1 - 1, x2 + 1, x3 + 1, x4)",
)
partials(
    special.lpmv,
    "0",
    "refused",
    "(x2 * x3 * output - (x2 + x1) * special.lpmv(x1, x2 - 1, x3)) / (x3 * x3 - 1)",
)
