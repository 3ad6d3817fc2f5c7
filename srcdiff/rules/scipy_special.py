"""scipy.special: error functions, the gamma and beta families, log-sum-exp, entropy and link functions.

Formulas are from the NIST Digital Library of Mathematical Functions. "refused" marks a parameter (an order, a shape) by
which no closed derivative is known.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, constant, partials, tangent
from srcdiff.runtime import expand, unbroadcast

__all__: list[str] = []

# Error functions.

partials(special.erf, "2 / math.sqrt(math.pi) * np.exp(-x * x)")
partials(special.erfc, "-2 / math.sqrt(math.pi) * np.exp(-x * x)")
partials(special.erfi, "2 / math.sqrt(math.pi) * np.exp(x * x)")
partials(special.erfinv, "math.sqrt(math.pi) / 2 * np.exp(output * output)")
partials(special.erfcinv, "-math.sqrt(math.pi) / 2 * np.exp(output * output)")
partials(special.wofz, "2j / math.sqrt(math.pi) - 2 * x * output", returns="complex")


def tail(x: Any, sign: float) -> Any:
    """1 + sign * 3 / (2 x^2) + 15 / (2 x^2)^2 + sign * 105 / (2 x^2)^3 + ..., for large x."""
    t = sign / (2 * x * x)
    return 1 + t * 3 * (1 + t * 5 * (1 + t * 7 * (1 + t * 9 * (1 + t * 11))))


def dawsn_partial(x: Any, output: Any) -> Any:
    """1 - 2 x dawsn(x), and its asymptotic series where that cancels (DLMF 7.12)."""
    far = np.abs(x) > 50
    large = np.where(far, x, 50.0)
    return np.where(far, -tail(large, 1.0) / (2 * large * large), 1 - 2 * x * output)


def erfcx_partial(x: Any, output: Any) -> Any:
    """2 x erfcx(x) - 2 / sqrt(pi), and its asymptotic series where that cancels (DLMF 7.12)."""
    far = x > 50
    large = np.where(far, x, 50.0)
    series = -tail(large, -1.0) / (math.sqrt(math.pi) * large * large)
    return np.where(far, series, 2 * x * output - 2 / math.sqrt(math.pi))


partials(special.dawsn, dawsn_partial)
partials(special.dawsn, "1 - 2 * x * output", when="complex")
partials(special.erfcx, erfcx_partial)
partials(special.erfcx, "2 * x * output - 2 / math.sqrt(math.pi)", when="complex")


def faddeeva_slope(x: Any, sigma: Any, gamma: Any) -> Any:
    """The derivative of the Faddeeva function at (x + i gamma) / (sigma sqrt 2)."""
    z = (x + 1j * gamma) / (sigma * math.sqrt(2))
    return 2j / math.sqrt(math.pi) - 2 * z * special.wofz(z)


def voigt_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """The profile is Re wofz(z) / (sigma sqrt(2 pi)) with z = (x + i gamma) / (sigma sqrt 2)."""
    return np.real(faddeeva_slope(x1, x2, x3)) / (2 * math.sqrt(math.pi) * x2 * x2)


def voigt_by_sigma(x1: Any, x2: Any, x3: Any, output: Any) -> Any:
    """By the width of the Gaussian."""
    along = np.real(faddeeva_slope(x1, x2, x3) * (x1 + 1j * x3)) / (2 * math.sqrt(math.pi) * x2 * x2)
    return -(output + along) / x2


def voigt_by_gamma(x1: Any, x2: Any, x3: Any) -> Any:
    """By the width of the Lorentzian."""
    return -np.imag(faddeeva_slope(x1, x2, x3)) / (2 * math.sqrt(math.pi) * x2 * x2)


partials(special.voigt_profile, voigt_by_x, voigt_by_sigma, voigt_by_gamma)


@adjoint(special.fresnel)
def fresnel(z: Any, *, gradient: Any) -> Any:
    """S' = sin(pi z^2 / 2), C' = cos(pi z^2 / 2)."""
    angle = np.conj(0.5 * math.pi * z * z)
    return unbroadcast(gradient[0] * np.sin(angle) + gradient[1] * np.cos(angle), z)


@tangent(special.fresnel)
def fresnel_tangent(z: Any, *, z_dot: Any) -> Any:
    """S' = sin(pi z^2 / 2), C' = cos(pi z^2 / 2)."""
    angle = 0.5 * math.pi * z * z
    return np.sin(angle) * z_dot, np.cos(angle) * z_dot


# The gamma family.

partials(special.gamma, "output * special.psi(x)")
partials(special.gammaln, "special.psi(x)")
partials(special.loggamma, "special.psi(x)")
partials(special.rgamma, "-output * special.psi(x)")
constant(special.gammasgn, shape="same")
partials(special.psi, "special.polygamma(1, x)")
partials(special.polygamma, "0", "special.polygamma(x1 + 1, x2)")


@adjoint(special.multigammaln)
def multigammaln(a: Any, d: Any, *, gradient: Any) -> Any:
    """The logarithm of a product of d gamma functions, half a unit apart."""
    return gradient * sum(special.psi(a - 0.5 * j) for j in range(d))


@tangent(special.multigammaln)
def multigammaln_tangent(a: Any, d: Any, *, a_dot: Any) -> Any:
    """The logarithm of a product of d gamma functions, half a unit apart."""
    return a_dot * sum(special.psi(a - 0.5 * j) for j in range(d))


def gamma_density(a: Any, x: Any) -> Any:
    """x^(a - 1) exp(-x) / gamma(a)."""
    return np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


def gammainc_by_x(x1: Any, x2: Any) -> Any:
    """The gamma density."""
    return gamma_density(x1, x2)


def gammaincc_by_x(x1: Any, x2: Any) -> Any:
    """Minus the gamma density."""
    return -gamma_density(x1, x2)


def gammaincinv_by_y(x1: Any, output: Any) -> Any:
    """One by the gamma density at the quantile."""
    return 1 / gamma_density(x1, output)


def gammainccinv_by_y(x1: Any, output: Any) -> Any:
    """Minus one by the gamma density at the quantile."""
    return -1 / gamma_density(x1, output)


partials(special.gammainc, "refused", gammainc_by_x)
partials(special.gammaincc, "refused", gammaincc_by_x)
partials(special.gammaincinv, "refused", gammaincinv_by_y)
partials(special.gammainccinv, "refused", gammainccinv_by_y)
partials(special.zeta, "refused", "-x1 * special.zeta(x1 + 1, x2)")
partials(special.poch, "output * (special.psi(x1 + x2) - special.psi(x1))", "output * special.psi(x1 + x2)")

# The beta family.

partials(
    special.beta,
    "output * (special.psi(x1) - special.psi(x1 + x2))",
    "output * (special.psi(x2) - special.psi(x1 + x2))",
)
partials(special.betaln, "special.psi(x1) - special.psi(x1 + x2)", "special.psi(x2) - special.psi(x1 + x2)")
partials(
    special.binom,
    "output * (special.psi(x1 + 1) - special.psi(x1 - x2 + 1))",
    "output * (special.psi(x1 - x2 + 1) - special.psi(x2 + 1))",
)


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a - 1) (1 - x)^(b - 1) / beta(a, b)."""
    return np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b))


def betainc_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """The beta density."""
    return beta_density(x1, x2, x3)


def betaincc_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """Minus the beta density."""
    return -beta_density(x1, x2, x3)


def betaincinv_by_y(x1: Any, x2: Any, output: Any) -> Any:
    """One by the beta density at the quantile."""
    return 1 / beta_density(x1, x2, output)


def betainccinv_by_y(x1: Any, x2: Any, output: Any) -> Any:
    """Minus one by the beta density at the quantile."""
    return -1 / beta_density(x1, x2, output)


partials(special.betainc, "refused", "refused", betainc_by_x)
partials(special.betaincinv, "refused", "refused", betaincinv_by_y)
partials(special.betaincc, "refused", "refused", betaincc_by_x)
partials(special.betainccinv, "refused", "refused", betainccinv_by_y)

constant(special.factorial2, special.round)
if hasattr(special, "stirling2"):
    constant(special.stirling2)
constant(special.bernoulli)

# Logistic, entropy and link functions.

partials(special.expit, "output * special.expit(-x)")  # 1 - output cancels where it saturates
partials(special.logit, "1 / (x * (1 - x))")
partials(special.log_expit, "special.expit(-x)")
partials(special.xlogy, "np.log(x2 + ((x1 == 0) & (x2 == 0)))", "x1 / (x2 + ((x1 == 0) & (x2 == 0)))")
partials(special.xlog1py, "np.log1p(x2 + ((x1 == 0) & (x2 == -1)))", "x1 / (1 + x2 + ((x1 == 0) & (x2 == -1)))")
partials(special.entr, "-1 - np.log(x)")
partials(special.rel_entr, "1 + np.log(x1 / x2)", "-x1 / x2")
partials(special.kl_div, "np.log(x1 / x2)", "1 - x1 / x2")
partials(special.huber, "np.maximum(np.abs(x2) - x1, 0.0)", "np.clip(x2, -x1, x1)")
partials(
    special.pseudo_huber,
    "(2 * output - x2 * x2 / np.hypot(1.0, x2 / x1)) / x1",
    "x2 / np.hypot(1.0, x2 / x1)",
)
partials(special.expm1, "np.exp(x)")
partials(special.log1p, "1 / (1 + x)")
partials(special.cosm1, "-np.sin(x)")
partials(special.exp2, "output * math.log(2.0)")
partials(special.exp10, "output * math.log(10.0)")
partials(special.cbrt, "1 / (3 * output * output)")
partials(special.powm1, "x2 * x1 ** (x2 - (x2 != 0))", "(1 + output) * np.log(x1 + (x1 == 0))")
partials(special.sindg, "math.pi / 180 * special.cosdg(x)")
partials(special.cosdg, "-math.pi / 180 * special.sindg(x)")
partials(special.tandg, "math.pi / 180 * (1 + output * output)")
partials(special.cotdg, "-math.pi / 180 * (1 + output * output)")
partials(special.radian, "math.pi / 180", "math.pi / 10800", "math.pi / 648000")
partials(special.wrightomega, "output / (1 + output)")
partials(special.spence, "(np.log(x) - (x == 1)) / (1 - x + (x == 1))")
if hasattr(special, "softplus"):  # since SciPy 1.17
    partials(special.softplus, "special.expit(x)")


def exprel_slope(t: Any) -> Any:
    """(t exp(t) - exp(t) + 1) / t^2, the derivative of (exp(t) - 1) / t, and its series where that cancels."""
    near = np.abs(t) < 0.5
    small, large = np.where(near, t, 0.0), np.where(near, 1.0, t)
    series = (1 / 2) + 0 * small
    term = 1 / 2 + 0 * small
    for k in range(1, 14):
        term = term * small / (k + 2)
        series = series + (k + 1) * term
    return np.where(near, series, (large * np.exp(large) - np.expm1(large)) / (large * large))


def exprel_partial(x: Any) -> Any:
    """The derivative of (exp(x) - 1) / x."""
    return exprel_slope(x)


def boxcox_by_power(x1: Any, x2: Any) -> Any:
    """log(x)^2 times the derivative of (exp(t) - 1) / t at t = lmbda log(x)."""
    return np.log(x1) ** 2 * exprel_slope(x2 * np.log(x1))


def boxcox1p_by_power(x1: Any, x2: Any) -> Any:
    """As for `boxcox`, at 1 + x."""
    return np.log1p(x1) ** 2 * exprel_slope(x2 * np.log1p(x1))


def log1p_ratio_slope(u: Any) -> Any:
    """The derivative of log(1 + u) / u, and its series where that cancels."""
    near = np.abs(u) < 0.1
    small, large = np.where(near, u, 0.0), np.where(near, 1.0, u)
    series = 0 * small
    for k in range(15, -1, -1):
        series = (k + 1) / (k + 2) - small * series
    return np.where(near, -series, (large / (1 + large) - np.log1p(large)) / (large * large))


def inv_boxcox_by_power(x1: Any, x2: Any, output: Any) -> Any:
    """(1 + lmbda y)^(1 / lmbda) is exp(y log(1 + u) / u) with u = lmbda y."""
    return output * x1 * x1 * log1p_ratio_slope(x1 * x2)


def inv_boxcox1p_by_power(x1: Any, x2: Any, output: Any) -> Any:
    """As for `inv_boxcox`, less one."""
    return (1 + output) * x1 * x1 * log1p_ratio_slope(x1 * x2)


partials(special.exprel, exprel_partial)
partials(special.boxcox, "x1 ** (x2 - 1)", boxcox_by_power)
partials(special.boxcox1p, "(1 + x1) ** (x2 - 1)", boxcox1p_by_power)
partials(special.inv_boxcox, "output ** (1 - x2)", inv_boxcox_by_power)
partials(special.inv_boxcox1p, "(1 + output) ** (1 - x2)", inv_boxcox1p_by_power)


@adjoint(special.lambertw, returns="complex", shape="same")
def lambertw(z: Any, k: Any = 0, tol: Any = 1e-8, *, output: Any, gradient: Any) -> Any:
    """W' = exp(-W) / (1 + W)."""
    return unbroadcast(gradient * np.conj(np.exp(-output) / (1 + output)), z)


@tangent(special.lambertw)
def lambertw_tangent(z: Any, k: Any = 0, tol: Any = 1e-8, *, z_dot: Any, output: Any) -> Any:
    """W' = exp(-W) / (1 + W)."""
    return np.exp(-output) / (1 + output) * z_dot


# Log-sum-exp and softmax.


def weights(a: Any, axis: Any, b: Any, keepdims: bool, output: Any) -> Any:
    """exp(a - logsumexp(a)), spread over the axes of `a`: the shares of the terms, without their factors."""
    total = output if keepdims else expand(output, a if b is None else a + b, axis)
    return np.exp(a - np.where(np.isfinite(total), total, 0.0))


def refuse_sign(return_sign: Any) -> None:
    """`return_sign` makes the output a tuple."""
    if return_sign:
        raise UnsupportedError("`logsumexp` with `return_sign=True`", "Write np.log(np.abs(np.sum(b * np.exp(a)))).")


@adjoint(special.logsumexp, active=("a", "b"), shape="reduce", inline=False)
def logsumexp(
    a: Any,
    axis: Any = None,
    b: Any = None,
    keepdims: bool = False,
    return_sign: bool = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """Each term by the sum: Blanchard, Higham and Higham (2021), Accurately computing the log-sum-exp."""
    refuse_sign(return_sign)
    spread = gradient if keepdims else expand(gradient, a if b is None else a + b, axis)
    shares = weights(a, axis, b, keepdims, output)
    if b is None:
        return (unbroadcast(spread * np.conj(shares), a),)
    return unbroadcast(spread * np.conj(shares * b), a), None, unbroadcast(spread * np.conj(shares), b)


@tangent(special.logsumexp, inline=False)
def logsumexp_tangent(
    a: Any,
    axis: Any = None,
    b: Any = None,
    keepdims: bool = False,
    return_sign: bool = False,
    *,
    a_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The mean of the tangents, weighted by the terms."""
    refuse_sign(return_sign)
    shares = weights(a, axis, b, keepdims, output)
    return np.sum(shares * (a_dot if b is None else b * a_dot + b_dot), axis=axis, keepdims=keepdims)


@adjoint(special.softmax, shape="same")
def softmax(x: Any, axis: Any = None, *, output: Any, gradient: Any) -> Any:
    """The Jacobian is diag(p) - p p^T."""
    return output * (gradient - np.sum(gradient * output, axis=axis, keepdims=True))


@tangent(special.softmax)
def softmax_tangent(x: Any, axis: Any = None, *, x_dot: Any, output: Any) -> Any:
    """The Jacobian is diag(p) - p p^T."""
    return output * (x_dot - np.sum(x_dot * output, axis=axis, keepdims=True))


@adjoint(special.log_softmax, shape="same")
def log_softmax(x: Any, axis: Any = None, *, output: Any, gradient: Any) -> Any:
    """The Jacobian is the identity less p in each row."""
    return gradient - np.exp(output) * np.sum(gradient, axis=axis, keepdims=True)


@tangent(special.log_softmax)
def log_softmax_tangent(x: Any, axis: Any = None, *, x_dot: Any, output: Any) -> Any:
    """The Jacobian is the identity less p in each row."""
    return x_dot - np.sum(np.exp(output) * x_dot, axis=axis, keepdims=True)
