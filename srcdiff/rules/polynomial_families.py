"""The families of numpy.polynomial: power, Chebyshev, Legendre, Hermite and Laguerre series.

One template for each function; what they have in common is in `polynomials`.
"""

from __future__ import annotations

from typing import Any

from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from srcdiff.rules.polynomials import (
    by_matrix,
    fit_gradients,
    fit_tangent,
    refuse_report,
    series_c,
    series_tangent,
    series_x,
    vander_tangent,
    vander_x,
)
from srcdiff.rules.registry import adjoint, linear, tangent

__all__: list[str] = []


@adjoint(polynomial.polyval, wrt="x", inline=False, raises=False)
def polyval_x(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """x_bar of a power series."""
    return series_x(gradient, x, c, tensor, polynomial.polyval, polynomial.polyder)


@adjoint(polynomial.polyval, wrt="c", inline=False, raises=False)
def polyval_c(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """c_bar of a power series."""
    return series_c(gradient, x, c, tensor, polynomial.polyvander)


@tangent(polynomial.polyval, inline=False)
def polyval_tangent(x: Any, c: Any, tensor: bool = True, *, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a power series."""
    return series_tangent(x, c, tensor, polynomial.polyval, polynomial.polyder, x_dot, c_dot)


@linear(polynomial.polyder, inline=False)
def polyder(c: Any, m: int = 1, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th derivative of power series."""
    return by_matrix(polynomial.polyder, gradient, c, axis, m, scl)


@adjoint(polynomial.polyint, inline=False)
def polyint(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th integral of power series; bound and integration constants are constants."""
    return by_matrix(polynomial.polyint, gradient, c, axis, m, [], lbnd, scl)


@tangent(polynomial.polyint)
def polyint_tangent(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, c_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return polynomial.polyint(c_dot, m, [], lbnd, scl, axis)


@adjoint(polynomial.polyvander, inline=False)
def polyvander(x: Any, deg: int, *, gradient: Any) -> Any:
    """x_bar of the power polynomials up to `deg`."""
    return vander_x(gradient, x, deg, polynomial.polyvander, polynomial.polyder)


@tangent(polynomial.polyvander, inline=False)
def polyvander_tangent(x: Any, deg: int, *, x_dot: Any) -> Any:
    """The tangent of the power polynomials up to `deg`."""
    return vander_tangent(x, deg, polynomial.polyvander, polynomial.polyder, x_dot)


@adjoint(polynomial.polyfit, active=("x", "y", "w"), inline=False)
def polyfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, *, output: Any, gradient: Any
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit by a power series."""
    refuse_report(full, None, "polyfit")
    bars = fit_gradients(gradient, x, y, deg, w, output, polynomial.polyvander, polynomial.polyder)
    return bars[0], bars[1], None, None, None, bars[2]


@tangent(polynomial.polyfit, inline=False)
def polyfit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit by a power series."""
    refuse_report(full, None, "polyfit")
    return fit_tangent(x, y, deg, w, output, polynomial.polyvander, polynomial.polyder, x_dot, y_dot, w_dot)


@adjoint(chebyshev.chebval, wrt="x", inline=False, raises=False)
def chebval_x(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """x_bar of a Chebyshev series."""
    return series_x(gradient, x, c, tensor, chebyshev.chebval, chebyshev.chebder)


@adjoint(chebyshev.chebval, wrt="c", inline=False, raises=False)
def chebval_c(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """c_bar of a Chebyshev series."""
    return series_c(gradient, x, c, tensor, chebyshev.chebvander)


@tangent(chebyshev.chebval, inline=False)
def chebval_tangent(x: Any, c: Any, tensor: bool = True, *, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a Chebyshev series."""
    return series_tangent(x, c, tensor, chebyshev.chebval, chebyshev.chebder, x_dot, c_dot)


@linear(chebyshev.chebder, inline=False)
def chebder(c: Any, m: int = 1, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th derivative of Chebyshev series."""
    return by_matrix(chebyshev.chebder, gradient, c, axis, m, scl)


@adjoint(chebyshev.chebint, inline=False)
def chebint(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th integral of Chebyshev series; bound and integration constants are constants."""
    return by_matrix(chebyshev.chebint, gradient, c, axis, m, [], lbnd, scl)


@tangent(chebyshev.chebint)
def chebint_tangent(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, c_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return chebyshev.chebint(c_dot, m, [], lbnd, scl, axis)


@adjoint(chebyshev.chebvander, inline=False)
def chebvander(x: Any, deg: int, *, gradient: Any) -> Any:
    """x_bar of the Chebyshev polynomials up to `deg`."""
    return vander_x(gradient, x, deg, chebyshev.chebvander, chebyshev.chebder)


@tangent(chebyshev.chebvander, inline=False)
def chebvander_tangent(x: Any, deg: int, *, x_dot: Any) -> Any:
    """The tangent of the Chebyshev polynomials up to `deg`."""
    return vander_tangent(x, deg, chebyshev.chebvander, chebyshev.chebder, x_dot)


@adjoint(chebyshev.chebfit, active=("x", "y", "w"), inline=False)
def chebfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, *, output: Any, gradient: Any
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit by a Chebyshev series."""
    refuse_report(full, None, "chebfit")
    bars = fit_gradients(gradient, x, y, deg, w, output, chebyshev.chebvander, chebyshev.chebder)
    return bars[0], bars[1], None, None, None, bars[2]


@tangent(chebyshev.chebfit, inline=False)
def chebfit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit by a Chebyshev series."""
    refuse_report(full, None, "chebfit")
    return fit_tangent(x, y, deg, w, output, chebyshev.chebvander, chebyshev.chebder, x_dot, y_dot, w_dot)


@adjoint(legendre.legval, wrt="x", inline=False, raises=False)
def legval_x(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """x_bar of a Legendre series."""
    return series_x(gradient, x, c, tensor, legendre.legval, legendre.legder)


@adjoint(legendre.legval, wrt="c", inline=False, raises=False)
def legval_c(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """c_bar of a Legendre series."""
    return series_c(gradient, x, c, tensor, legendre.legvander)


@tangent(legendre.legval, inline=False)
def legval_tangent(x: Any, c: Any, tensor: bool = True, *, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a Legendre series."""
    return series_tangent(x, c, tensor, legendre.legval, legendre.legder, x_dot, c_dot)


@linear(legendre.legder, inline=False)
def legder(c: Any, m: int = 1, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th derivative of Legendre series."""
    return by_matrix(legendre.legder, gradient, c, axis, m, scl)


@adjoint(legendre.legint, inline=False)
def legint(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th integral of Legendre series; bound and integration constants are constants."""
    return by_matrix(legendre.legint, gradient, c, axis, m, [], lbnd, scl)


@tangent(legendre.legint)
def legint_tangent(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, c_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return legendre.legint(c_dot, m, [], lbnd, scl, axis)


@adjoint(legendre.legvander, inline=False)
def legvander(x: Any, deg: int, *, gradient: Any) -> Any:
    """x_bar of the Legendre polynomials up to `deg`."""
    return vander_x(gradient, x, deg, legendre.legvander, legendre.legder)


@tangent(legendre.legvander, inline=False)
def legvander_tangent(x: Any, deg: int, *, x_dot: Any) -> Any:
    """The tangent of the Legendre polynomials up to `deg`."""
    return vander_tangent(x, deg, legendre.legvander, legendre.legder, x_dot)


@adjoint(legendre.legfit, active=("x", "y", "w"), inline=False)
def legfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, *, output: Any, gradient: Any
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit by a Legendre series."""
    refuse_report(full, None, "legfit")
    bars = fit_gradients(gradient, x, y, deg, w, output, legendre.legvander, legendre.legder)
    return bars[0], bars[1], None, None, None, bars[2]


@tangent(legendre.legfit, inline=False)
def legfit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit by a Legendre series."""
    refuse_report(full, None, "legfit")
    return fit_tangent(x, y, deg, w, output, legendre.legvander, legendre.legder, x_dot, y_dot, w_dot)


@adjoint(hermite.hermval, wrt="x", inline=False, raises=False)
def hermval_x(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """x_bar of a Hermite series."""
    return series_x(gradient, x, c, tensor, hermite.hermval, hermite.hermder)


@adjoint(hermite.hermval, wrt="c", inline=False, raises=False)
def hermval_c(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """c_bar of a Hermite series."""
    return series_c(gradient, x, c, tensor, hermite.hermvander)


@tangent(hermite.hermval, inline=False)
def hermval_tangent(x: Any, c: Any, tensor: bool = True, *, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a Hermite series."""
    return series_tangent(x, c, tensor, hermite.hermval, hermite.hermder, x_dot, c_dot)


@linear(hermite.hermder, inline=False)
def hermder(c: Any, m: int = 1, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th derivative of Hermite series."""
    return by_matrix(hermite.hermder, gradient, c, axis, m, scl)


@adjoint(hermite.hermint, inline=False)
def hermint(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th integral of Hermite series; bound and integration constants are constants."""
    return by_matrix(hermite.hermint, gradient, c, axis, m, [], lbnd, scl)


@tangent(hermite.hermint)
def hermint_tangent(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, c_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return hermite.hermint(c_dot, m, [], lbnd, scl, axis)


@adjoint(hermite.hermvander, inline=False)
def hermvander(x: Any, deg: int, *, gradient: Any) -> Any:
    """x_bar of the Hermite polynomials up to `deg`."""
    return vander_x(gradient, x, deg, hermite.hermvander, hermite.hermder)


@tangent(hermite.hermvander, inline=False)
def hermvander_tangent(x: Any, deg: int, *, x_dot: Any) -> Any:
    """The tangent of the Hermite polynomials up to `deg`."""
    return vander_tangent(x, deg, hermite.hermvander, hermite.hermder, x_dot)


@adjoint(hermite.hermfit, active=("x", "y", "w"), inline=False)
def hermfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, *, output: Any, gradient: Any
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit by a Hermite series."""
    refuse_report(full, None, "hermfit")
    bars = fit_gradients(gradient, x, y, deg, w, output, hermite.hermvander, hermite.hermder)
    return bars[0], bars[1], None, None, None, bars[2]


@tangent(hermite.hermfit, inline=False)
def hermfit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit by a Hermite series."""
    refuse_report(full, None, "hermfit")
    return fit_tangent(x, y, deg, w, output, hermite.hermvander, hermite.hermder, x_dot, y_dot, w_dot)


@adjoint(hermite_e.hermeval, wrt="x", inline=False, raises=False)
def hermeval_x(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """x_bar of a Hermite (of statistics) series."""
    return series_x(gradient, x, c, tensor, hermite_e.hermeval, hermite_e.hermeder)


@adjoint(hermite_e.hermeval, wrt="c", inline=False, raises=False)
def hermeval_c(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """c_bar of a Hermite (of statistics) series."""
    return series_c(gradient, x, c, tensor, hermite_e.hermevander)


@tangent(hermite_e.hermeval, inline=False)
def hermeval_tangent(x: Any, c: Any, tensor: bool = True, *, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a Hermite (of statistics) series."""
    return series_tangent(x, c, tensor, hermite_e.hermeval, hermite_e.hermeder, x_dot, c_dot)


@linear(hermite_e.hermeder, inline=False)
def hermeder(c: Any, m: int = 1, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th derivative of Hermite (of statistics) series."""
    return by_matrix(hermite_e.hermeder, gradient, c, axis, m, scl)


@adjoint(hermite_e.hermeint, inline=False)
def hermeint(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th integral of Hermite (of statistics) series; bound and integration constants are constants."""
    return by_matrix(hermite_e.hermeint, gradient, c, axis, m, [], lbnd, scl)


@tangent(hermite_e.hermeint)
def hermeint_tangent(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, c_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return hermite_e.hermeint(c_dot, m, [], lbnd, scl, axis)


@adjoint(hermite_e.hermevander, inline=False)
def hermevander(x: Any, deg: int, *, gradient: Any) -> Any:
    """x_bar of the Hermite (of statistics) polynomials up to `deg`."""
    return vander_x(gradient, x, deg, hermite_e.hermevander, hermite_e.hermeder)


@tangent(hermite_e.hermevander, inline=False)
def hermevander_tangent(x: Any, deg: int, *, x_dot: Any) -> Any:
    """The tangent of the Hermite (of statistics) polynomials up to `deg`."""
    return vander_tangent(x, deg, hermite_e.hermevander, hermite_e.hermeder, x_dot)


@adjoint(hermite_e.hermefit, active=("x", "y", "w"), inline=False)
def hermefit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, *, output: Any, gradient: Any
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit by a Hermite (of statistics) series."""
    refuse_report(full, None, "hermefit")
    bars = fit_gradients(gradient, x, y, deg, w, output, hermite_e.hermevander, hermite_e.hermeder)
    return bars[0], bars[1], None, None, None, bars[2]


@tangent(hermite_e.hermefit, inline=False)
def hermefit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit by a Hermite (of statistics) series."""
    refuse_report(full, None, "hermefit")
    return fit_tangent(x, y, deg, w, output, hermite_e.hermevander, hermite_e.hermeder, x_dot, y_dot, w_dot)


@adjoint(laguerre.lagval, wrt="x", inline=False, raises=False)
def lagval_x(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """x_bar of a Laguerre series."""
    return series_x(gradient, x, c, tensor, laguerre.lagval, laguerre.lagder)


@adjoint(laguerre.lagval, wrt="c", inline=False, raises=False)
def lagval_c(x: Any, c: Any, tensor: bool = True, *, gradient: Any) -> Any:
    """c_bar of a Laguerre series."""
    return series_c(gradient, x, c, tensor, laguerre.lagvander)


@tangent(laguerre.lagval, inline=False)
def lagval_tangent(x: Any, c: Any, tensor: bool = True, *, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a Laguerre series."""
    return series_tangent(x, c, tensor, laguerre.lagval, laguerre.lagder, x_dot, c_dot)


@linear(laguerre.lagder, inline=False)
def lagder(c: Any, m: int = 1, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th derivative of Laguerre series."""
    return by_matrix(laguerre.lagder, gradient, c, axis, m, scl)


@adjoint(laguerre.lagint, inline=False)
def lagint(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, gradient: Any) -> Any:
    """c_bar of the m-th integral of Laguerre series; bound and integration constants are constants."""
    return by_matrix(laguerre.lagint, gradient, c, axis, m, [], lbnd, scl)


@tangent(laguerre.lagint)
def lagint_tangent(c: Any, m: int = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: int = 0, *, c_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return laguerre.lagint(c_dot, m, [], lbnd, scl, axis)


@adjoint(laguerre.lagvander, inline=False)
def lagvander(x: Any, deg: int, *, gradient: Any) -> Any:
    """x_bar of the Laguerre polynomials up to `deg`."""
    return vander_x(gradient, x, deg, laguerre.lagvander, laguerre.lagder)


@tangent(laguerre.lagvander, inline=False)
def lagvander_tangent(x: Any, deg: int, *, x_dot: Any) -> Any:
    """The tangent of the Laguerre polynomials up to `deg`."""
    return vander_tangent(x, deg, laguerre.lagvander, laguerre.lagder, x_dot)


@adjoint(laguerre.lagfit, active=("x", "y", "w"), inline=False)
def lagfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, *, output: Any, gradient: Any
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit by a Laguerre series."""
    refuse_report(full, None, "lagfit")
    bars = fit_gradients(gradient, x, y, deg, w, output, laguerre.lagvander, laguerre.lagder)
    return bars[0], bars[1], None, None, None, bars[2]


@tangent(laguerre.lagfit, inline=False)
def lagfit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit by a Laguerre series."""
    refuse_report(full, None, "lagfit")
    return fit_tangent(x, y, deg, w, output, laguerre.lagvander, laguerre.lagder, x_dot, y_dot, w_dot)
