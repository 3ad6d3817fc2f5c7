"""Polynomials: evaluation, arithmetic, derivatives and integrals, roots, fits, in every basis that NumPy has.

A polynomial is linear in its coefficients, so c_bar is a product with the basis functions, and x_bar the gradient times
the derivative series. The basis of x is taken from NumPy's own Vandermonde functions, which share its recurrences.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import hermite, hermite_e, laguerre, legendre, polynomial

from srcdiff.errors import UnsupportedError
from srcdiff.rules.convolution import convolution_gradient
from srcdiff.rules.registry import adjoint, constant, linear, multilinear, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["fit_gradients", "series_c", "series_tangent", "series_x"]

constant(legendre.leggauss, hermite.hermgauss, hermite_e.hermegauss, laguerre.laggauss)


# numpy.polyval and its relatives: coefficients from the highest power down.


def plain(p: Any) -> Any:
    """`p`, unless it is a polynomial object."""
    if isinstance(p, np.poly1d):
        raise UnsupportedError("numpy.poly1d in a differentiated function", "Pass its coefficients: p.coeffs.")
    return p


def derivative_value(p: Any, x: Any) -> Any:
    """p'(x) by Horner's rule, of coefficients from the highest power down."""
    value = derivative = np.zeros_like(x * np.asarray(p)[0])
    for coefficient in np.asarray(p):
        derivative = derivative * x + value
        value = value * x + coefficient
    return derivative


@adjoint(np.polyval, wrt="p", inline=False, raises=False)
def polyval_p(p: Any, x: Any, *, gradient: Any) -> Any:
    """p_bar[k] = the sum of gradient * conj(x)^(n - 1 - k)."""
    found = np.zeros(np.shape(plain(p)), np.result_type(p))
    power: Any = np.ones_like(np.asarray(plain(x)))
    for k in range(len(p) - 1, -1, -1):
        found[k] = unbroadcast(gradient * np.conj(power), found[k])
        power = power * x
    return found


@adjoint(np.polyval, wrt="x", inline=False, raises=False)
def polyval_x(p: Any, x: Any, *, gradient: Any) -> Any:
    """x_bar = gradient * conj(p'(x))."""
    return unbroadcast(gradient * np.conj(derivative_value(plain(p), plain(x))), x)


@tangent(np.polyval, inline=False)
def polyval_tangent(p: Any, x: Any, *, p_dot: Any, x_dot: Any) -> Any:
    """p_dot(x) + p'(x) x_dot."""
    return np.polyval(p_dot, x) + derivative_value(plain(p), plain(x)) * x_dot


def last(gradient: Any, x: Any) -> Any:
    """x_bar where `x` was padded with zeros in front: the end of the gradient."""
    x_bar = gradient[len(gradient) - np.size(x) :] if np.ndim(gradient) else gradient
    return unbroadcast(np.reshape(x_bar, np.shape(x)), x)


@linear(np.polyadd, "a1", "a2")
def polyadd(a1: Any, a2: Any, *, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a sum: the ends of the gradient that the two cover."""
    return last(gradient, plain(a1)), last(gradient, plain(a2))


@linear(np.polysub, "a1", "a2")
def polysub(a1: Any, a2: Any, *, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a difference."""
    return last(gradient, plain(a1)), last(-gradient, plain(a2))


def product_bar(gradient: Any, a1: Any, a2: Any, wrt: int, ascending: bool) -> Any:
    """The gradient of a product of which NumPy cut off leading coefficients that are zero."""
    a, v = np.atleast_1d(plain(a1)), np.atleast_1d(plain(a2))
    missing = len(a) + len(v) - 1 - len(gradient)
    full = np.concatenate([gradient, np.zeros(missing)] if ascending else [np.zeros(missing), gradient])
    bar = convolution_gradient(full.astype(gradient.dtype), a, v, "full", wrt)
    return np.reshape(bar, np.shape(a1 if wrt == 1 else a2))


@multilinear(np.polymul, "a1", "a2", wrt="a1")
def polymul_a1(a1: Any, a2: Any, *, gradient: Any) -> Any:
    """a1_bar of a product, which convolves the coefficients."""
    return product_bar(gradient, a1, a2, 1, False)


@multilinear(np.polymul, "a1", "a2", wrt="a2")
def polymul_a2(a1: Any, a2: Any, *, gradient: Any) -> Any:
    """a2_bar of a product, which convolves the coefficients."""
    return product_bar(gradient, a1, a2, 2, False)


def division_gradients(q_bar: Any, r_bar: Any, u: Any, v: Any, q: Any) -> tuple[Any, Any]:
    """The gradients of long division u = q v + r, its steps taken backwards; highest power first, shapes as divided."""
    u_bar, v_bar = np.asarray(r_bar).copy(), np.zeros(len(v), np.result_type(r_bar))
    for k in range(len(u) - len(v), -1, -1):
        piece = u_bar[k : k + len(v)]
        d_bar = q_bar[k] - np.sum(np.conj(v) * piece)
        v_bar = v_bar - np.conj(q[k]) * piece
        u_bar[k] = u_bar[k] + d_bar / np.conj(v[0])
        v_bar[0] = v_bar[0] - d_bar * np.conj(q[k] / v[0])
    return u_bar, v_bar


def division_tangents(u_dot: Any, v_dot: Any, u: Any, v: Any, q: Any) -> tuple[Any, Any]:
    """The tangents of long division, highest power first."""
    r_dot, q_dot = np.array(u_dot, np.result_type(u_dot, v_dot, q)), np.zeros(len(q), np.result_type(u_dot, v_dot, q))
    for k in range(len(u) - len(v) + 1):
        q_dot[k] = (r_dot[k] - q[k] * v_dot[0]) / v[0]
        r_dot[k : k + len(v)] -= q_dot[k] * v + q[k] * v_dot
    return q_dot, r_dot


@adjoint(np.polydiv, active=("u", "v"), inline=False)
def polydiv(u: Any, v: Any, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of quotient and remainder."""
    q_bar = np.zeros_like(output[0]) if gradient[0] is None else gradient[0]
    r_bar = np.zeros(np.size(plain(u)), output[1].dtype)
    if gradient[1] is not None and np.size(u) >= np.size(plain(v)):
        r_bar[len(r_bar) - len(output[1]) :] = gradient[1]
    elif gradient[1] is not None:
        r_bar = gradient[1]
    u_bar, v_bar = division_gradients(q_bar, r_bar, np.atleast_1d(u), np.atleast_1d(v), output[0])
    return unbroadcast(np.reshape(u_bar, np.shape(u)), u), unbroadcast(np.reshape(v_bar, np.shape(v)), v)


@tangent(np.polydiv, inline=False)
def polydiv_tangent(u: Any, v: Any, *, u_dot: Any, v_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of quotient and remainder."""
    pair = np.atleast_1d(plain(u)), np.atleast_1d(plain(v))
    q_dot, r_dot = division_tangents(np.atleast_1d(u_dot), np.atleast_1d(v_dot), *pair, output[0])
    return q_dot, r_dot[len(r_dot) - len(output[1]) :]


@linear(np.polyder)
def polyder(p: Any, m: int = 1, *, gradient: Any) -> Any:
    """p_bar of the m-th derivative: the m-th derivative's factors, no gradient for the constants."""
    n = len(plain(p))
    if m >= n:
        return np.zeros_like(p)
    factors = np.polyder(np.ones(n), m)
    return unbroadcast(np.concatenate([gradient * factors, np.zeros(m)]), p)


@adjoint(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None, *, gradient: Any) -> Any:
    """p_bar of the m-th integral; the integration constants are constants."""
    return unbroadcast(gradient[: len(gradient) - m] * np.polyint(np.ones(len(plain(p))), m)[: len(gradient) - m], p)


@tangent(np.polyint)
def polyint_tangent(p: Any, m: int = 1, k: Any = None, *, p_dot: Any) -> Any:
    """The m-th integral of the tangent."""
    return np.polyint(p_dot, m)


@adjoint(np.poly, inline=False)
def poly(seq_of_zeros: Any, *, gradient: Any) -> Any:
    """The gradient of the coefficients of a product of x - z, with respect to each z."""
    if np.ndim(seq_of_zeros) != 1:
        raise UnsupportedError("np.poly of a matrix", "Pass its eigenvalues: np.poly(np.linalg.eigvals(a)).")
    others = [np.poly(np.delete(seq_of_zeros, k)) for k in range(len(seq_of_zeros))]
    bars = [-np.sum(gradient[1:] * np.conj(rest)) for rest in others]
    return unbroadcast(np.array(bars, np.result_type(gradient, seq_of_zeros, *bars)), seq_of_zeros)


@tangent(np.poly, inline=False)
def poly_tangent(seq_of_zeros: Any, *, seq_of_zeros_dot: Any, output: Any) -> Any:
    """The sum of -z_dot times the product of the other factors."""
    if np.ndim(seq_of_zeros) != 1:
        raise UnsupportedError("np.poly of a matrix", "Pass its eigenvalues: np.poly(np.linalg.eigvals(a)).")
    total = np.zeros(len(output), np.result_type(output, seq_of_zeros_dot))
    for k, z_dot in enumerate(seq_of_zeros_dot):
        total[1:] = total[1:] - z_dot * np.poly(np.delete(seq_of_zeros, k))
    return total


def root_slopes(p: Any, roots: Any) -> Any:
    """The derivative of each root (a row) with respect to each coefficient, highest power first: -r^k / p'(r)."""
    return -np.vander(roots, len(p)) / derivative_value(p, roots)[:, np.newaxis]


@adjoint(np.roots, inline=False)
def roots(p: Any, *, output: Any, gradient: Any) -> Any:
    """p_bar of the roots, which must be simple."""
    return unbroadcast(gradient @ np.conj(root_slopes(p, output)), p)


@tangent(np.roots, inline=False)
def roots_tangent(p: Any, *, p_dot: Any, output: Any) -> Any:
    """The tangents of the roots, which must be simple."""
    return root_slopes(p, output) @ p_dot


# Series in a basis: numpy.polynomial, coefficients from degree 0 up.


def points_of(x: Any) -> Any:
    """The points of evaluation as an array."""
    return np.asarray(x)


def basis(vander: Any, x: Any, n: int, c: Any, tensor: bool) -> Any:
    """The basis functions at x: degree first, then an axis for each of the columns of `c`, then the axes of `x`."""
    found = np.moveaxis(vander(points_of(x), n - 1), -1, 0)
    if not tensor:
        return found
    return np.reshape(found, (n, *(1,) * (np.ndim(c) - 1), *np.shape(x)))


def stretched(c: Any, x: Any, tensor: bool) -> Any:
    """The coefficients with an axis for each of those of `x`, where every column is evaluated at every point."""
    c = np.asarray(c)
    return np.reshape(c, (*c.shape, *(1,) * np.ndim(x))) if tensor else c


def series_x(gradient: Any, x: Any, c: Any, tensor: bool, value: Any, derivative: Any) -> Any:
    """x_bar of a series: the gradient times its derivative at x."""
    return unbroadcast(gradient * np.conj(value(x, derivative(c), tensor=tensor)), x)


def series_c(gradient: Any, x: Any, c: Any, tensor: bool, vander: Any) -> Any:
    """c_bar of a series: the gradient times each basis function at x."""
    rows = np.conj(basis(vander, x, len(c), c, tensor)) * gradient
    columns = stretched(c, x, tensor)
    if not tensor and rows.ndim > columns.ndim:
        columns = np.reshape(columns, (columns.shape[0], *(1,) * (rows.ndim - columns.ndim), *columns.shape[1:]))
    return np.reshape(unbroadcast(rows, columns), np.shape(c))


def series_tangent(x: Any, c: Any, tensor: bool, value: Any, derivative: Any, x_dot: Any, c_dot: Any) -> Any:
    """The tangent of a series."""
    return value(x, c_dot, tensor=tensor) + value(x, derivative(c), tensor=tensor) * x_dot


def by_matrix(function: Any, gradient: Any, c: Any, axis: int, *rest: Any) -> Any:
    """c_bar of a linear map of the coefficients along `axis`, transposed as a matrix."""
    matrix = function(np.eye(np.shape(c)[axis]), *rest)
    moved = np.moveaxis(gradient, axis, 0)
    return unbroadcast(np.moveaxis(np.tensordot(matrix.T, moved, 1), 0, axis), c)


def vander_x(gradient: Any, x: Any, deg: int, vander: Any, derivative: Any) -> Any:
    """x_bar of the basis functions at x."""
    slopes = vander(points_of(x), max(deg - 1, 0)) @ derivative(np.eye(deg + 1))
    return unbroadcast(np.sum(gradient * np.conj(slopes), axis=-1), x)


def vander_tangent(x: Any, deg: int, vander: Any, derivative: Any, x_dot: Any) -> Any:
    """The tangent of the basis functions at x."""
    return (vander(points_of(x), max(deg - 1, 0)) @ derivative(np.eye(deg + 1))) * np.asarray(x_dot)[..., np.newaxis]


def fit_parts(x: Any, y: Any, deg: Any, w: Any, output: Any, vander: Any, derivative: Any) -> tuple[Any, ...]:
    """Basis, its slope and the weights of a fit, its pseudo-inverse, and the weighted residual."""
    degrees = np.arange(int(deg) + 1) if np.ndim(deg) == 0 else np.sort(np.asarray(deg))
    top = int(degrees[-1])
    rows = vander(np.asarray(x), top)[:, degrees]
    slopes = (vander(np.asarray(x), max(top - 1, 0)) @ derivative(np.eye(top + 1)))[:, degrees]
    weights = np.ones(len(x)) if w is None else np.asarray(w)
    inverse = np.linalg.pinv(weights[:, np.newaxis] * rows)
    c = np.reshape(output[degrees], (len(degrees), -1))
    residual = weights[:, np.newaxis] * (np.reshape(y, (len(x), -1)) - rows @ c)
    return degrees, rows, slopes, weights, inverse, c, residual


def fit_gradients(
    gradient: Any, x: Any, y: Any, deg: Any, w: Any, output: Any, vander: Any, derivative: Any
) -> tuple[Any, Any, Any]:
    """x_bar, y_bar and w_bar of a weighted least-squares fit with independent basis functions."""
    degrees, rows, slopes, weights, inverse, c, residual = fit_parts(x, y, deg, w, output, vander, derivative)
    c_bar = np.reshape(gradient[degrees], c.shape)
    right_bar = np.conj(inverse.T) @ c_bar
    left_bar = -right_bar @ np.conj(c.T) + residual @ np.conj((inverse @ right_bar).T)
    x_bar = weights * np.sum(left_bar * np.conj(slopes), axis=1)
    y_bar = np.reshape(weights[:, np.newaxis] * right_bar, np.shape(y))
    w_bar = None
    if w is not None:
        products = np.sum(left_bar * np.conj(rows), axis=1)
        w_bar = unbroadcast(products + np.sum(right_bar * np.conj(np.reshape(y, (len(x), -1))), axis=1), w)
    return unbroadcast(x_bar, x), unbroadcast(y_bar, y), w_bar


def fit_tangent(
    x: Any, y: Any, deg: Any, w: Any, output: Any, vander: Any, derivative: Any, x_dot: Any, y_dot: Any, w_dot: Any
) -> Any:
    """The tangent of a weighted least-squares fit."""
    degrees, rows, slopes, weights, inverse, c, residual = fit_parts(x, y, deg, w, output, vander, derivative)
    left_dot = weights[:, np.newaxis] * slopes * np.asarray(x_dot)[:, np.newaxis]
    right_dot = weights[:, np.newaxis] * np.reshape(y_dot, (len(x), -1))
    if w is not None:
        left_dot = left_dot + np.asarray(w_dot)[:, np.newaxis] * rows
        right_dot = right_dot + np.asarray(w_dot)[:, np.newaxis] * np.reshape(y, (len(x), -1))
    c_dot = inverse @ (right_dot - left_dot @ c) + inverse @ (np.conj(inverse.T) @ (np.conj(left_dot.T) @ residual))
    total = np.zeros((np.shape(output)[0], c_dot.shape[1]), c_dot.dtype)
    total[degrees] = c_dot
    return np.reshape(total, np.shape(output))


def refuse_report(full: bool, cov: Any, name: str) -> None:
    """Refuse the forms that return more than the coefficients."""
    if full or cov:
        raise UnsupportedError(
            f"{name} with full=True or cov=True", "Fit without it, and compute the rest from the fit."
        )


@adjoint(np.polyfit, active=("x", "y", "w"), inline=False)
def polyfit(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    cov: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """x_bar, y_bar and w_bar of a least-squares fit, highest power first."""
    refuse_report(full, cov, "np.polyfit")
    flipped = fit_gradients(gradient[::-1], x, y, deg, w, output[::-1], polynomial.polyvander, polynomial.polyder)
    return flipped[0], flipped[1], None, None, None, flipped[2]


@tangent(np.polyfit, inline=False)
def polyfit_tangent(
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    cov: Any = False,
    *,
    x_dot: Any,
    y_dot: Any,
    w_dot: Any,
    output: Any,
) -> Any:
    """The tangent of a least-squares fit, highest power first."""
    refuse_report(full, cov, "np.polyfit")
    vander, derivative = polynomial.polyvander, polynomial.polyder
    return fit_tangent(x, y, deg, w, output[::-1], vander, derivative, x_dot, y_dot, w_dot)[::-1]
