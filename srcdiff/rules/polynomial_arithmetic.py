"""numpy.polynomial.polynomial: arithmetic and roots of power series, and series in two and three variables."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import polynomial

from srcdiff.rules.polynomials import division_gradients, division_tangents, product_bar, root_slopes
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


def first(gradient: Any, x: Any) -> Any:
    """x_bar where `x` was padded with zeros at its end, and where NumPy cut zeros off the end of the result."""
    bar = np.zeros(max(np.size(x), len(gradient)), gradient.dtype)
    bar[: len(gradient)] = gradient
    return unbroadcast(np.reshape(bar[: np.size(x)], np.shape(x)), x)


def padded(x: Any, n: int) -> Any:
    """`x` with zeros at its end, or cut, to length n."""
    return np.concatenate([x, np.zeros(max(n - len(x), 0))])[:n]


@adjoint(polynomial.polyadd, active=("c1", "c2"))
def polyadd(c1: Any, c2: Any, *, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a sum."""
    return first(gradient, c1), first(gradient, c2)


@tangent(polynomial.polyadd)
def polyadd_tangent(c1: Any, c2: Any, *, c1_dot: Any, c2_dot: Any, output: Any) -> Any:
    """The sum of the tangents, as long as the sum."""
    return padded(np.atleast_1d(c1_dot), len(output)) + padded(np.atleast_1d(c2_dot), len(output))


@adjoint(polynomial.polysub, active=("c1", "c2"))
def polysub(c1: Any, c2: Any, *, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a difference."""
    return first(gradient, c1), first(-gradient, c2)


@tangent(polynomial.polysub)
def polysub_tangent(c1: Any, c2: Any, *, c1_dot: Any, c2_dot: Any, output: Any) -> Any:
    """The difference of the tangents, as long as the difference."""
    return padded(np.atleast_1d(c1_dot), len(output)) - padded(np.atleast_1d(c2_dot), len(output))


@adjoint(polynomial.polymul, active=("c1", "c2"))
def polymul(c1: Any, c2: Any, *, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a product, which convolves the coefficients."""
    return product_bar(gradient, c1, c2, 1, True), product_bar(gradient, c1, c2, 2, True)


@tangent(polynomial.polymul)
def polymul_tangent(c1: Any, c2: Any, *, c1_dot: Any, c2_dot: Any, output: Any) -> Any:
    """The product rule."""
    return padded(np.convolve(c1_dot, c2) + np.convolve(c1, c2_dot), len(output))


@adjoint(polynomial.polypow, inline=False)
def polypow(c: Any, pow: Any, maxpower: Any = None, *, gradient: Any) -> Any:
    """c_bar of a power: the gradient correlated with pow * c^(pow - 1)."""
    power = int(pow)
    if power == 0:
        return np.zeros_like(c)
    rest = power * polynomial.polypow(c, power - 1, maxpower) if power > 1 else np.ones(1)
    full = padded(gradient, len(np.atleast_1d(c)) + len(rest) - 1)
    bar = np.convolve(full, np.conj(rest)[::-1])[len(rest) - 1 :][: np.size(c)]
    return unbroadcast(np.reshape(bar, np.shape(c)), c)


@tangent(polynomial.polypow, inline=False)
def polypow_tangent(c: Any, pow: Any, maxpower: Any = None, *, c_dot: Any, output: Any) -> Any:
    """Pow * c^(pow - 1) * c_dot."""
    power = int(pow)
    if power == 0:
        return np.zeros_like(output)
    rest = power * polynomial.polypow(c, power - 1, maxpower) if power > 1 else np.ones(1)
    return padded(np.convolve(rest, c_dot), len(output))


@adjoint(polynomial.polydiv, active=("c1", "c2"), inline=False)
def polydiv(c1: Any, c2: Any, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of quotient and remainder."""
    q_bar = np.zeros_like(output[0]) if gradient[0] is None else gradient[0]
    r_bar = np.zeros(len(c1), np.result_type(*output))
    if gradient[1] is not None:
        kept = min(len(c1), len(output[1]))
        r_bar[:kept] = gradient[1][:kept]
    bars = division_gradients(q_bar[::-1], r_bar[::-1], c1[::-1], c2[::-1], output[0][::-1])
    return unbroadcast(bars[0][::-1], c1), unbroadcast(bars[1][::-1], c2)


@tangent(polynomial.polydiv, inline=False)
def polydiv_tangent(c1: Any, c2: Any, *, c1_dot: Any, c2_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of quotient and remainder."""
    dots = division_tangents(c1_dot[::-1], c2_dot[::-1], c1[::-1], c2[::-1], output[0][::-1])
    return dots[0][::-1], padded(dots[1][::-1], len(output[1]))


@adjoint(polynomial.polyfromroots, inline=False)
def polyfromroots(roots: Any, *, gradient: Any) -> Any:
    """roots_bar of the coefficients of the product of x - root."""
    others = [polynomial.polyfromroots(np.delete(roots, k)) for k in range(len(roots))]
    return unbroadcast(np.array([-np.sum(gradient[:-1] * np.conj(rest)) for rest in others]), roots)


@tangent(polynomial.polyfromroots, inline=False)
def polyfromroots_tangent(roots: Any, *, roots_dot: Any, output: Any) -> Any:
    """The sum of -root_dot times the product of the other factors."""
    total = np.zeros(len(output), np.result_type(output, roots_dot))
    for k, root_dot in enumerate(roots_dot):
        total[:-1] = total[:-1] - root_dot * polynomial.polyfromroots(np.delete(roots, k))
    return total


@adjoint(polynomial.polyroots, inline=False)
def polyroots(c: Any, *, output: Any, gradient: Any) -> Any:
    """c_bar of the roots, which must be simple."""
    return unbroadcast((gradient @ np.conj(root_slopes(c[::-1], output)))[::-1], c)


@tangent(polynomial.polyroots, inline=False)
def polyroots_tangent(c: Any, *, c_dot: Any, output: Any) -> Any:
    """The tangents of the roots, which must be simple."""
    return root_slopes(c[::-1], output) @ c_dot[::-1]


def grid_c(gradient: Any, points: list[Any], c: Any) -> Any:
    """c_bar of a series in several variables: the gradient times the product of powers at each point."""
    count = len(points)
    flat = np.reshape(gradient, (*np.shape(c)[count:], -1))
    powers = [np.conj(polynomial.polyvander(np.reshape(x, -1), np.shape(c)[k] - 1)) for k, x in enumerate(points)]
    terms: list[Any] = [item for k, power in enumerate(powers) for item in (power, [0, k + 1])]
    labels: list[Any] = list(range(1, count + 1))
    return unbroadcast(np.einsum(*[flat, [Ellipsis, 0], *terms, [*labels, Ellipsis]]), c)


def grid_x(gradient: Any, points: list[Any], c: Any, k: int, value: Any) -> Any:
    """The gradient of the k-th variable: the gradient times the partial derivative."""
    slope = value(*points, polynomial.polyder(c, axis=k))
    return unbroadcast(gradient * np.conj(slope), points[k])


def grid_tangent(points: list[Any], c: Any, points_dot: list[Any], c_dot: Any, value: Any) -> Any:
    """The tangent of a series in several variables."""
    total = value(*points, c_dot)
    for k, x_dot in enumerate(points_dot):
        total = total + value(*points, polynomial.polyder(c, axis=k)) * x_dot
    return total


@adjoint(polynomial.polyval2d, wrt="x", inline=False)
def polyval2d_x(x: Any, y: Any, c: Any, *, gradient: Any) -> Any:
    """x_bar of a series in two variables."""
    return grid_x(gradient, [x, y], c, 0, polynomial.polyval2d)


@adjoint(polynomial.polyval2d, wrt="y", inline=False)
def polyval2d_y(x: Any, y: Any, c: Any, *, gradient: Any) -> Any:
    """y_bar of a series in two variables."""
    return grid_x(gradient, [x, y], c, 1, polynomial.polyval2d)


@adjoint(polynomial.polyval2d, wrt="c", inline=False)
def polyval2d_c(x: Any, y: Any, c: Any, *, gradient: Any) -> Any:
    """c_bar of a series in two variables."""
    return grid_c(gradient, [x, y], c)


@tangent(polynomial.polyval2d, inline=False)
def polyval2d_tangent(x: Any, y: Any, c: Any, *, x_dot: Any, y_dot: Any, c_dot: Any) -> Any:
    """The tangent of a series in two variables."""
    return grid_tangent([x, y], c, [x_dot, y_dot], c_dot, polynomial.polyval2d)


@adjoint(polynomial.polyval3d, wrt="x", inline=False)
def polyval3d_x(x: Any, y: Any, z: Any, c: Any, *, gradient: Any) -> Any:
    """x_bar of a series in three variables."""
    return grid_x(gradient, [x, y, z], c, 0, polynomial.polyval3d)


@adjoint(polynomial.polyval3d, wrt="y", inline=False)
def polyval3d_y(x: Any, y: Any, z: Any, c: Any, *, gradient: Any) -> Any:
    """y_bar of a series in three variables."""
    return grid_x(gradient, [x, y, z], c, 1, polynomial.polyval3d)


@adjoint(polynomial.polyval3d, wrt="z", inline=False)
def polyval3d_z(x: Any, y: Any, z: Any, c: Any, *, gradient: Any) -> Any:
    """z_bar of a series in three variables."""
    return grid_x(gradient, [x, y, z], c, 2, polynomial.polyval3d)


@adjoint(polynomial.polyval3d, wrt="c", inline=False)
def polyval3d_c(x: Any, y: Any, z: Any, c: Any, *, gradient: Any) -> Any:
    """c_bar of a series in three variables."""
    return grid_c(gradient, [x, y, z], c)


@tangent(polynomial.polyval3d, inline=False)
def polyval3d_tangent(x: Any, y: Any, z: Any, c: Any, *, x_dot: Any, y_dot: Any, z_dot: Any, c_dot: Any) -> Any:
    """The tangent of a series in three variables."""
    return grid_tangent([x, y, z], c, [x_dot, y_dot, z_dot], c_dot, polynomial.polyval3d)
