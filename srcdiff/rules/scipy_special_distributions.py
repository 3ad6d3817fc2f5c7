"""scipy.special: distribution functions and their inverses, combinatorics.

The derivative of a distribution function is a density, that of a quantile one by the density. Derivatives by degrees of
freedom and shapes are not known in closed form and refused; counts are integers.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, partials, tangent
from srcdiff.rules.scipy_special import beta_density, gamma_density
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

# The normal distribution.

partials(special.ndtr, "np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)")
partials(special.ndtri, "math.sqrt(2 * math.pi) * np.exp(0.5 * output * output)")
partials(special.log_ndtr, "math.sqrt(2 / math.pi) / special.erfcx(-x / math.sqrt(2))")
partials(special.ndtri_exp, "math.sqrt(math.pi / 2) * special.erfcx(-output / math.sqrt(2))")

# Student's t, chi-squared and F distributions.


def student_density(df: Any, t: Any) -> Any:
    """The density of Student's t."""
    scale = np.exp(special.gammaln(0.5 * (df + 1)) - special.gammaln(0.5 * df)) / np.sqrt(df * math.pi)
    return scale * (1 + t * t / df) ** (-0.5 * (df + 1))


def f_density(dfn: Any, dfd: Any, x: Any) -> Any:
    """The density of F: that of a beta variable, by the chain rule."""
    total = dfd + dfn * x
    return beta_density(0.5 * dfn, 0.5 * dfd, dfn * x / total) * dfn * dfd / (total * total)


def stdtr_by_t(x1: Any, x2: Any) -> Any:
    """The density."""
    return student_density(x1, x2)


def stdtrit_by_p(x1: Any, output: Any) -> Any:
    """One by the density at the quantile."""
    return 1 / student_density(x1, output)


def chdtr_by_x(x1: Any, x2: Any) -> Any:
    """The density: half that of a gamma variable."""
    return 0.5 * gamma_density(0.5 * x1, 0.5 * x2)


def chdtrc_by_x(x1: Any, x2: Any) -> Any:
    """Minus the density."""
    return -0.5 * gamma_density(0.5 * x1, 0.5 * x2)


def chdtri_by_p(x1: Any, output: Any) -> Any:
    """Minus one by the density: the inverse of the survival function."""
    return -2 / gamma_density(0.5 * x1, 0.5 * output)


def fdtr_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """The density."""
    return f_density(x1, x2, x3)


def fdtrc_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """Minus the density."""
    return -f_density(x1, x2, x3)


def fdtri_by_p(x1: Any, x2: Any, output: Any) -> Any:
    """One by the density at the quantile."""
    return 1 / f_density(x1, x2, output)


partials(special.stdtr, "refused", stdtr_by_t)
partials(special.stdtrit, "refused", stdtrit_by_p)
partials(special.chdtr, "refused", chdtr_by_x)
partials(special.chdtrc, "refused", chdtrc_by_x)
partials(special.chdtri, "refused", chdtri_by_p)
partials(special.fdtr, "refused", "refused", fdtr_by_x)
partials(special.fdtrc, "refused", "refused", fdtrc_by_x)
partials(special.fdtri, "refused", "refused", fdtri_by_p)

# The gamma distribution with rate a and shape b.


def gdtr_by_rate(x1: Any, x2: Any, x3: Any) -> Any:
    """The distribution depends on the product a x."""
    return x3 * gamma_density(x2, x1 * x3)


def gdtr_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """The distribution depends on the product a x."""
    return x1 * gamma_density(x2, x1 * x3)


def gdtrc_by_rate(x1: Any, x2: Any, x3: Any) -> Any:
    """Minus that of the distribution function."""
    return -x3 * gamma_density(x2, x1 * x3)


def gdtrc_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """Minus that of the distribution function."""
    return -x1 * gamma_density(x2, x1 * x3)


def gdtrix_by_p(x1: Any, x2: Any, output: Any) -> Any:
    """One by the density at the quantile."""
    return 1 / (x1 * gamma_density(x2, x1 * output))


def gdtria_by_p(x2: Any, x3: Any, output: Any) -> Any:
    """One by the derivative of the distribution function by the rate."""
    return 1 / (x3 * gamma_density(x2, output * x3))


partials(special.gdtr, gdtr_by_rate, "refused", gdtr_by_x)
partials(special.gdtrc, gdtrc_by_rate, "refused", gdtrc_by_x)
partials(special.gdtrix, "-output / x1", "refused", gdtrix_by_p)
partials(special.gdtria, gdtria_by_p, "refused", "-output / x3")

# Poisson, binomial and negative binomial distributions: by the mean and the probability.


def poisson_mass(k: Any, m: Any) -> Any:
    """m^k exp(-m) / k!."""
    return gamma_density(np.floor(k) + 1, m)


def pdtr_by_mean(x1: Any, x2: Any) -> Any:
    """Minus the probability of k."""
    return -poisson_mass(x1, x2)


def pdtrc_by_mean(x1: Any, x2: Any) -> Any:
    """The probability of k."""
    return poisson_mass(x1, x2)


def bdtr_by_p(x1: Any, x2: Any, x3: Any) -> Any:
    """The distribution function is an incomplete beta function of 1 - p."""
    return -beta_density(np.floor(x1) + 1, x2 - np.floor(x1), x3)


def bdtrc_by_p(x1: Any, x2: Any, x3: Any) -> Any:
    """The survival function is an incomplete beta function of p."""
    return beta_density(np.floor(x1) + 1, x2 - np.floor(x1), x3)


def bdtri_by_y(x1: Any, x2: Any, output: Any) -> Any:
    """One by the derivative of the distribution function."""
    return -1 / beta_density(np.floor(x1) + 1, x2 - np.floor(x1), output)


def nbdtr_by_p(x1: Any, x2: Any, x3: Any) -> Any:
    """The distribution function is an incomplete beta function of p."""
    return beta_density(x2, x1 + 1, x3)


def nbdtrc_by_p(x1: Any, x2: Any, x3: Any) -> Any:
    """Minus that of the distribution function."""
    return -beta_density(x2, x1 + 1, x3)


partials(special.pdtr, "0", pdtr_by_mean)
partials(special.pdtrc, "0", pdtrc_by_mean)
partials(special.bdtr, "0", "0", bdtr_by_p)
partials(special.bdtrc, "0", "0", bdtrc_by_p)
partials(special.bdtri, "0", "0", bdtri_by_y)
partials(special.nbdtr, "0", "0", nbdtr_by_p)
partials(special.nbdtrc, "0", "0", nbdtrc_by_p)

# Others.


def tklmbda_by_x(x2: Any, output: Any) -> Any:
    """One by the derivative of the quantile function u^lmbda / lmbda - (1 - u)^lmbda / lmbda."""
    return 1 / (output ** (x2 - 1) + (1 - output) ** (x2 - 1))


def chndtr_by_x(x1: Any, x2: Any, x3: Any) -> Any:
    """The density of the noncentral chi-squared distribution."""
    far = np.sqrt(x1) - np.sqrt(x3)
    bessel = special.ive(0.5 * x2 - 1, np.sqrt(x1 * x3))
    return 0.5 * np.exp(-0.5 * far * far) * (x1 / x3) ** (0.25 * x2 - 0.5) * bessel


partials(special.tklmbda, tklmbda_by_x, "refused")
partials(special.chndtr, chndtr_by_x, "refused", "0.5 * (special.chndtr(x1, x2 + 2, x3) - output)")


# Combinatorics, continued to real numbers.


def refuse_exact(name: str, exact: Any) -> None:
    """Exact integers carry no derivative."""
    if exact:
        raise UnsupportedError(f"`{name}` with `exact=True`", "Leave `exact` out: integers carry no derivative.")


@adjoint(special.factorial)
def factorial(n: Any, exact: Any = False, *, output: Any, gradient: Any) -> Any:
    """The factorial is gamma(n + 1)."""
    refuse_exact("factorial", exact)
    return unbroadcast(gradient * output * special.psi(n + 1), n)


@tangent(special.factorial)
def factorial_tangent(n: Any, exact: Any = False, *, n_dot: Any, output: Any) -> Any:
    """The factorial is gamma(n + 1)."""
    refuse_exact("factorial", exact)
    return output * special.psi(n + 1) * n_dot


@adjoint(special.comb, active=("N", "k"))
def comb(N: Any, k: Any, *, exact: Any = False, repetition: Any = False, output: Any, gradient: Any) -> Any:
    """N! / (k! (N - k)!); with repetition N + k - 1 stands for N."""
    refuse_exact("comb", exact)
    n = N + k - 1 if repetition else N
    by_n = gradient * output * (special.psi(n + 1) - special.psi(n - k + 1))
    by_k = gradient * output * (special.psi(n - k + 1) - special.psi(k + 1))
    return unbroadcast(by_n, N), unbroadcast(by_k + by_n if repetition else by_k, k)


@tangent(special.comb)
def comb_tangent(
    N: Any, k: Any, *, exact: Any = False, repetition: Any = False, N_dot: Any, k_dot: Any, output: Any
) -> Any:
    """N! / (k! (N - k)!); with repetition N + k - 1 stands for N."""
    refuse_exact("comb", exact)
    n, n_dot = (N + k - 1, N_dot + k_dot) if repetition else (N, N_dot)
    by_n = special.psi(n + 1) - special.psi(n - k + 1)
    by_k = special.psi(n - k + 1) - special.psi(k + 1)
    return output * (by_n * n_dot + by_k * k_dot)


@adjoint(special.perm, active=("N", "k"))
def perm(N: Any, k: Any, exact: Any = False, *, output: Any, gradient: Any) -> Any:
    """N! / (N - k)!."""
    refuse_exact("perm", exact)
    low = special.psi(N - k + 1)
    return unbroadcast(gradient * output * (special.psi(N + 1) - low), N), unbroadcast(gradient * output * low, k)


@tangent(special.perm)
def perm_tangent(N: Any, k: Any, exact: Any = False, *, N_dot: Any, k_dot: Any, output: Any) -> Any:
    """N! / (N - k)!."""
    refuse_exact("perm", exact)
    low = special.psi(N - k + 1)
    return output * ((special.psi(N + 1) - low) * N_dot + low * k_dot)
