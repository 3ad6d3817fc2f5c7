"""scipy.linalg: inverses, determinants, norms and the solution of linear systems, dense, triangular and banded.

A matrix that is declared symmetric, Hermitian or triangular is read from one triangle, and its gradient is on that one.
`overwrite_...=True` is refused: what an argument holds afterwards is not defined.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from srcdiff.errors import UnsupportedError
from srcdiff.rules.decompositions import fold, unfold
from srcdiff.rules.linalg import (
    GILES,
    adjugate,
    conjugate_transpose,
    least_squares_gradients,
    least_squares_tangent,
    pinv_direction,
    pinv_gradient,
)
from srcdiff.rules.norms import norm_axes, norm_gradient, norm_tangent_of
from srcdiff.rules.registry import adjoint, constant, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["keep", "structured", "triangle_bar"]

constant(sl.hilbert, sl.invhilbert, sl.pascal, sl.invpascal, sl.hadamard, sl.helmert, sl.dft)
constant(sl.bandwidth, sl.issymmetric, sl.ishermitian)


def keep(name: str, *overwrite: Any) -> None:
    """Refuse to let a function write into its arguments."""
    if any(overwrite):
        raise UnsupportedError(f"{name} with `overwrite_...=True`", "Leave it out: a derivative needs the argument.")


HERMITIAN = ("her", "hermitian", "pos", "positive definite")
SYMMETRIC = ("sym", "symmetric")


def structured(a: Any, assume_a: Any, lower: bool) -> Any:
    """The matrix that `a` stands for under `assume_a`."""
    if assume_a in (None, "gen", "general", "banded"):
        return a
    if assume_a in HERMITIAN:
        return unfold(a, lower)
    if assume_a in SYMMETRIC:
        half = np.tril(a) if lower else np.triu(a)
        return half + np.swapaxes(np.tril(a, -1) if lower else np.triu(a, 1), -1, -2)
    if assume_a in ("upper triangular", "lower triangular"):
        return np.tril(a) if assume_a[0] == "l" else np.triu(a)
    if assume_a in ("diagonal", "tridiagonal"):
        width = 0 if assume_a == "diagonal" else 1
        return np.tril(np.triu(a, -width), width)
    raise UnsupportedError(f"scipy.linalg with assume_a={assume_a!r}", "Leave out `assume_a`.")


def triangle_bar(a_bar: Any, assume_a: Any, lower: bool) -> Any:
    """The gradient of `a` from that of the matrix that it stands for."""
    if assume_a in HERMITIAN:
        return fold(a_bar, lower)
    if assume_a in SYMMETRIC:
        strict = a_bar + np.swapaxes(a_bar, -1, -2)
        k = np.arange(a_bar.shape[-1])
        strict[..., k, k] = a_bar[..., k, k]
        return np.tril(strict) if lower else np.triu(strict)
    return structured(a_bar, assume_a, lower)


@adjoint(sl.inv, source=GILES)
def inv(
    a: Any,
    overwrite_a: Any = False,
    check_finite: Any = True,
    assume_a: Any = None,
    lower: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar = -a^-H gradient a^-H: Giles (2008)."""
    keep("scipy.linalg.inv", overwrite_a)
    inv_h = np.conj(np.swapaxes(output, -1, -2))
    return triangle_bar(-inv_h @ gradient @ inv_h, assume_a, lower)


@tangent(sl.inv)
def inv_tangent(
    a: Any,
    overwrite_a: Any = False,
    check_finite: Any = True,
    assume_a: Any = None,
    lower: Any = False,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """-a^-1 a_dot a^-1."""
    return -output @ structured(a_dot, assume_a, lower) @ output


@adjoint(sl.det, source=GILES)
def det(a: Any, overwrite_a: Any = False, check_finite: Any = True, *, gradient: Any) -> Any:
    """a_bar = gradient * adj(a)^H; `a` may be singular."""
    keep("scipy.linalg.det", overwrite_a)
    return unbroadcast(np.asarray(gradient)[..., np.newaxis, np.newaxis] * np.conj(np.swapaxes(adjugate(a), -1, -2)), a)


@tangent(sl.det)
def det_tangent(a: Any, overwrite_a: Any = False, check_finite: Any = True, *, a_dot: Any) -> Any:
    """trace(adj(a) a_dot)."""
    return np.sum(np.swapaxes(adjugate(a), -1, -2) * a_dot, axis=(-2, -1))


@adjoint(sl.pinv, inline=False)
def pinv(
    a: Any,
    atol: Any = None,
    rtol: Any = None,
    return_rank: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of the pseudo-inverse, of constant rank: Golub and Pereyra (1973)."""
    return pinv_gradient(a, output[0] if return_rank else output, gradient[0] if return_rank else gradient)


@tangent(sl.pinv, inline=False)
def pinv_tangent(
    a: Any,
    atol: Any = None,
    rtol: Any = None,
    return_rank: Any = False,
    check_finite: Any = True,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangent of the pseudo-inverse; None for the rank."""
    if return_rank:
        return pinv_direction(a, output[0], a_dot), None
    return pinv_direction(a, output, a_dot)


@adjoint(sl.pinvh, inline=False)
def pinvh(
    a: Any,
    atol: Any = None,
    rtol: Any = None,
    lower: Any = True,
    return_rank: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of the pseudo-inverse of a Hermitian matrix, on the triangle that is read."""
    inverse, inverse_bar = (output[0], gradient[0]) if return_rank else (output, gradient)
    return fold(pinv_gradient(unfold(a, lower), inverse, inverse_bar), lower)


@tangent(sl.pinvh, inline=False)
def pinvh_tangent(
    a: Any,
    atol: Any = None,
    rtol: Any = None,
    lower: Any = True,
    return_rank: Any = False,
    check_finite: Any = True,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangent of the pseudo-inverse; None for the rank."""
    if return_rank:
        return pinv_direction(unfold(a, lower), output[0], unfold(a_dot, lower)), None
    return pinv_direction(unfold(a, lower), output, unfold(a_dot, lower))


@adjoint(sl.norm)
def norm(
    a: Any,
    ord: Any = None,
    axis: Any = None,
    keepdims: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of the norms of vectors or matrices; 0 where the norm is 0."""
    if ord is None and axis is None and not keepdims:
        return gradient / np.where(output == 0.0, 1.0, output) * a
    axes = norm_axes(a, ord, axis)
    return norm_gradient(gradient, a, output, ord, axes, axes is not None and len(axes) == 2)


@tangent(sl.norm, inline=False)
def norm_tangent(
    a: Any,
    ord: Any = None,
    axis: Any = None,
    keepdims: Any = False,
    check_finite: Any = True,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangent of the norms."""
    axes = norm_axes(a, ord, axis)
    return norm_tangent_of(a, a_dot, output, ord, axes, axes is not None and len(axes) == 2)


def solved(a: Any, b: Any) -> Any:
    """a^-1 b, for a vector or matrices `b`."""
    return np.linalg.solve(a, b[..., np.newaxis])[..., 0] if np.ndim(b) == 1 else np.linalg.solve(a, b)


def outer_h(x: Any, y: Any) -> Any:
    """X y^H, for vectors or matrices."""
    return np.outer(x, np.conj(y)) if np.ndim(x) == 1 else x @ conjugate_transpose(y)


@adjoint(sl.solve, active=("a", "b"), inline=False, source=GILES)
def solve(
    a: Any,
    b: Any,
    lower: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    assume_a: Any = None,
    transposed: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """a_bar and b_bar of a^-1 b: b_bar = a^-H gradient, a_bar = -b_bar output^H (Giles 2008)."""
    keep("scipy.linalg.solve", overwrite_a, overwrite_b)
    matrix = structured(a, assume_a, lower)
    if transposed:
        b_bar = solved(np.conj(matrix), gradient)
        a_bar = np.swapaxes(-outer_h(b_bar, output), -1, -2)
    else:
        b_bar = solved(conjugate_transpose(matrix), gradient)
        a_bar = -outer_h(b_bar, output)
    return unbroadcast(triangle_bar(a_bar, assume_a, lower), a), unbroadcast(b_bar, b)


@tangent(sl.solve, inline=False)
def solve_tangent(
    a: Any,
    b: Any,
    lower: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    assume_a: Any = None,
    transposed: Any = False,
    *,
    a_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """a^-1 (b_dot - a_dot output)."""
    matrix, direction = structured(a, assume_a, lower), structured(a_dot, assume_a, lower)
    if transposed:
        matrix, direction = np.swapaxes(matrix, -1, -2), np.swapaxes(direction, -1, -2)
    return solved(matrix, b_dot - direction @ output)


# Triangular systems.


def triangle(a: Any, lower: bool, unit_diagonal: bool) -> Any:
    """The part of `a` that a triangular solution reads."""
    k = 1 if unit_diagonal else 0
    return np.tril(a, -k) if lower else np.triu(a, k)


def transposition(trans: Any) -> Any:
    """`trans` as a number: 0 for a, 1 for a^T, 2 for a^H."""
    return {"N": 0, "T": 1, "C": 2}.get(trans, trans)


@adjoint(sl.solve_triangular, active=("a", "b"), source=GILES)
def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: Any = False,
    unit_diagonal: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """a_bar and b_bar of the solution of a triangular system, a_bar on the triangle that is read."""
    keep("scipy.linalg.solve_triangular", overwrite_b)
    kind = transposition(trans)
    a_bar, b_bar = triangular_gradients(a, b, kind, lower, unit_diagonal, output, gradient)
    return a_bar, b_bar


def triangular_gradients(
    a: Any, b: Any, trans: int, lower: bool, unit_diagonal: bool, output: Any, gradient: Any
) -> tuple[Any, Any]:
    """The gradients of a triangular solution with a (0), a^T (1) or a^H (2)."""
    if trans == 0:
        b_bar = sl.solve_triangular(a, gradient, 2, lower, unit_diagonal)
        a_bar = -outer_h(b_bar, output)
    elif trans == 1:
        b_bar = sl.solve_triangular(np.conj(a), gradient, 0, lower, unit_diagonal)
        a_bar = np.swapaxes(-outer_h(b_bar, output), -1, -2)
    else:
        b_bar = sl.solve_triangular(a, gradient, 0, lower, unit_diagonal)
        a_bar = conjugate_transpose(-outer_h(b_bar, output))
    return unbroadcast(triangle(a_bar, lower, unit_diagonal), a), unbroadcast(b_bar, b)


@tangent(sl.solve_triangular, inline=False)
def solve_triangular_tangent(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: Any = False,
    unit_diagonal: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    a_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    direction = triangle(a_dot, lower, unit_diagonal)
    kind = transposition(trans)
    direction = (direction, np.swapaxes(direction, -1, -2), conjugate_transpose(direction))[kind]
    return sl.solve_triangular(a, b_dot - direction @ output, kind, lower, unit_diagonal)


@adjoint(sl.lstsq, active=("a", "b"), inline=False)
def lstsq(
    a: Any,
    b: Any,
    cond: Any = None,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    lapack_driver: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """a_bar and b_bar of (solution, residuals, rank, singular values), of constant rank: Golub and Pereyra (1973)."""
    keep("scipy.linalg.lstsq", overwrite_a, overwrite_b)
    a_bar, b_bar = least_squares_gradients(a, b, output, gradient)
    return a_bar, b_bar


@tangent(sl.lstsq, inline=False)
def lstsq_tangent(
    a: Any,
    b: Any,
    cond: Any = None,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    lapack_driver: Any = None,
    *,
    a_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The tangents of (solution, residuals, rank, singular values); None for what the driver leaves out."""
    x_dot, residuals_dot, _, s_dot = least_squares_tangent(a, b, a_dot, b_dot, output)
    return x_dot, residuals_dot, None, None if output[3] is None else s_dot


# Banded systems: ab[u + i - j, j] == a[i, j].


def band_index(below: int, above: int, n: int) -> tuple[Any, Any, Any, Any]:
    """For each stored element: its place in `ab` (row, column) and in the matrix (row, column)."""
    rows, columns = np.indices((below + above + 1, n)).reshape(2, -1)
    i = rows - above + columns
    inside = (i >= 0) & (i < n)
    return rows[inside], columns[inside], i[inside], columns[inside]


def band_transpose(ab: Any, below: int, above: int) -> Any:
    """The banded form of a^H, which has `above` diagonals below and `below` above."""
    rows, columns, i, j = band_index(below, above, ab.shape[1])
    found = np.zeros_like(ab)
    found[below + j - i, i] = np.conj(ab[rows, columns])
    return found


def sum_products(x: Any, y: Any, i: Any, j: Any) -> Any:
    """The elements (i, j) of x y^H."""
    products = x[i] * np.conj(y[j])
    return products if products.ndim == 1 else products.sum(axis=1)


@adjoint(sl.solve_banded, active=("ab", "b"), inline=False, source=GILES)
def solve_banded(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any, Any]:
    """ab_bar (on the stored elements) and b_bar of the solution of a banded system."""
    keep("scipy.linalg.solve_banded", overwrite_ab, overwrite_b)
    below, above = l_and_u
    b_bar = sl.solve_banded((above, below), band_transpose(ab, below, above), gradient)
    rows, columns, i, j = band_index(below, above, np.shape(ab)[1])
    ab_bar = np.zeros(np.shape(ab), np.result_type(b_bar, output))
    ab_bar[rows, columns] = -sum_products(b_bar, output, i, j)
    return None, unbroadcast(ab_bar, ab), unbroadcast(b_bar, b)


@tangent(sl.solve_banded, inline=False)
def solve_banded_tangent(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    ab_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    below, above = l_and_u
    rows, columns, i, j = band_index(below, above, np.shape(ab)[1])
    right = np.array(b_dot, np.result_type(b_dot, ab_dot, output))
    values = np.asarray(ab_dot)[rows, columns]
    np.add.at(right, i, -(values * output[j].T).T)
    return sl.solve_banded((below, above), ab, right)


@adjoint(sl.solveh_banded, active=("ab", "b"), inline=False, source=GILES)
def solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: Any = False,
    overwrite_b: Any = False,
    lower: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """ab_bar (on the stored elements) and b_bar of the solution of a Hermitian positive-definite banded system."""
    keep("scipy.linalg.solveh_banded", overwrite_ab, overwrite_b)
    width = np.shape(ab)[0] - 1
    b_bar = sl.solveh_banded(ab, gradient, lower=lower)
    rows, columns, i, j = band_index(width if lower else 0, 0 if lower else width, np.shape(ab)[1])
    ab_bar = np.zeros(np.shape(ab), np.result_type(b_bar, output))
    once, again = -sum_products(b_bar, output, i, j), -np.conj(sum_products(b_bar, output, j, i))
    ab_bar[rows, columns] = np.where(i == j, once.real, once + again)
    return unbroadcast(ab_bar, ab), unbroadcast(b_bar, b)


@tangent(sl.solveh_banded, inline=False)
def solveh_banded_tangent(
    ab: Any,
    b: Any,
    overwrite_ab: Any = False,
    overwrite_b: Any = False,
    lower: Any = False,
    check_finite: Any = True,
    *,
    ab_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    width = np.shape(ab)[0] - 1
    rows, columns, i, j = band_index(width if lower else 0, 0 if lower else width, np.shape(ab)[1])
    values = np.where(i == j, np.asarray(ab_dot)[rows, columns].real, np.asarray(ab_dot)[rows, columns])
    right = np.array(b_dot, np.result_type(b_dot, ab_dot, output))
    np.add.at(right, i, -(values * output[j].T).T)
    mirrored = np.where(i == j, 0.0, np.conj(values))
    np.add.at(right, j, -(mirrored * output[i].T).T)
    return sl.solveh_banded(ab, right, lower=lower)
