"""scipy.linalg's factorisations, and the solutions that take a factorisation.

See `singular_values` for what holds where singular values are equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from srcdiff.errors import UnsupportedError
from srcdiff.rules.decompositions import (
    WALTER,
    cholesky_direction,
    cholesky_gradient,
    complement_gradient,
    or_zeros,
    qr_gradient,
    qr_tangent_of,
)
from srcdiff.rules.linalg import GILES, conjugate_transpose
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.rules.scipy_linalg import keep, outer_h
from srcdiff.rules.singular_values import TOWNSEND, svd_gradient, svd_tangent_of
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


@adjoint(sl.cholesky, source=GILES)
def cholesky(
    a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True, *, output: Any, gradient: Any
) -> Any:
    """a_bar of the Cholesky factor, on the triangle that is read: Giles (2008)."""
    keep("scipy.linalg.cholesky", overwrite_a)
    return cholesky_gradient(gradient, output, lower)


@tangent(sl.cholesky)
def cholesky_tangent(
    a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True, *, a_dot: Any, output: Any
) -> Any:
    """The tangent of the Cholesky factor."""
    return cholesky_direction(a_dot, output, lower)


def factor_of(c: Any, lower: bool) -> Any:
    """The triangle of what `cho_factor` returns; the other one holds anything."""
    return np.tril(c) if lower else np.triu(c)


@adjoint(sl.cho_factor, inline=False, source=GILES)
def cho_factor(
    a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True, *, output: Any, gradient: Any
) -> Any:
    """a_bar of the triangle that is the factor; what stands in the other triangle carries no derivative."""
    keep("scipy.linalg.cho_factor", overwrite_a)
    return cholesky_gradient(or_zeros(gradient[0], output[0]), factor_of(output[0], lower), lower)


@tangent(sl.cho_factor, inline=False)
def cho_factor_tangent(
    a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True, *, a_dot: Any, output: Any
) -> tuple[Any, Any]:
    """The tangent of the factor, zero in the other triangle."""
    return cholesky_direction(a_dot, factor_of(output[0], lower), lower), None


def cho_solve_factor_bar(product_bar: Any, factor: Any, lower: bool) -> Any:
    """The gradient of the factor from that of the matrix a = L L^H or U^H U."""
    symmetric = product_bar + conjugate_transpose(product_bar)
    return np.tril(symmetric @ factor) if lower else np.triu(factor @ symmetric)


@adjoint(sl.cho_solve, active=("c_and_lower", "b"), inline=False)
def cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: Any = False, check_finite: Any = True, *, output: Any, gradient: Any
) -> tuple[Any, Any]:
    """The gradients of the factor (on its triangle) and of the right-hand side."""
    keep("scipy.linalg.cho_solve", overwrite_b)
    c, lower = c_and_lower
    b_bar = sl.cho_solve((c, lower), gradient)
    c_bar = cho_solve_factor_bar(-outer_h(b_bar, output), factor_of(c, lower), lower)
    return (unbroadcast(c_bar, c), None), unbroadcast(b_bar, b)


@tangent(sl.cho_solve, inline=False)
def cho_solve_tangent(
    c_and_lower: Any,
    b: Any,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    c_and_lower_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    c, lower = c_and_lower
    factor, factor_dot = factor_of(c, lower), factor_of(c_and_lower_dot[0], lower)
    half = factor_dot @ conjugate_transpose(factor) if lower else conjugate_transpose(factor) @ factor_dot
    return sl.cho_solve((c, lower), b_dot - (half + conjugate_transpose(half)) @ output)


# LU: de Hoog, Anderssen and Lukas (2011), Differentiation of Matrix Functionals Using Triangular Factorization.

DE_HOOG = "de Hoog, Anderssen and Lukas (2011), Differentiation of Matrix Functionals Using Triangular Factorization"


def lu_gradient(lower_bar: Any, upper_bar: Any, lower: Any, upper: Any) -> Any:
    """The gradient of the product of the two factors, for matrices of any shape."""
    rows, columns = lower.shape[-2], upper.shape[-1]
    count = min(rows, columns)
    lower_bar, upper_bar = np.tril(lower_bar, -1), np.triu(upper_bar)
    head, head_bar, top, top_bar = (
        lower[..., :count, :],
        lower_bar[..., :count, :],
        upper[..., :count],
        upper_bar[..., :count],
    )
    rest: list[Any] = []
    axis = -1
    if rows > count:
        rest_bar = conjugate_transpose(np.linalg.solve(top, conjugate_transpose(lower_bar[..., count:, :])))
        top_bar = top_bar - conjugate_transpose(lower[..., count:, :]) @ rest_bar
        rest, axis = [rest_bar], -2
    elif columns > count:
        rest_bar = np.linalg.solve(conjugate_transpose(head), upper_bar[..., count:])
        head_bar = head_bar - rest_bar @ conjugate_transpose(upper[..., count:])
        rest, axis = [rest_bar], -1
    inner = np.tril(conjugate_transpose(head) @ head_bar, -1) + np.triu(top_bar @ conjugate_transpose(top))
    left = np.linalg.solve(conjugate_transpose(head), inner)
    a_bar = conjugate_transpose(np.linalg.solve(top, conjugate_transpose(left)))
    return np.concatenate([a_bar, *rest], axis=axis)


def lu_tangents(a_dot: Any, lower: Any, upper: Any) -> tuple[Any, Any]:
    """The tangents of the two factors of a matrix of any shape."""
    count = min(lower.shape[-2], upper.shape[-1])
    head, top = lower[..., :count, :], upper[..., :count]
    left = np.linalg.solve(head, a_dot[..., :count, :count])
    inner = conjugate_transpose(np.linalg.solve(conjugate_transpose(top), conjugate_transpose(left)))
    lower_dot, upper_dot = head @ np.tril(inner, -1), np.triu(inner) @ top
    if lower.shape[-2] > count:
        rest = a_dot[..., count:, :] - lower[..., count:, :] @ upper_dot
        rest_dot = conjugate_transpose(np.linalg.solve(conjugate_transpose(top), conjugate_transpose(rest)))
        lower_dot = np.concatenate([lower_dot, rest_dot], axis=-2)
    elif upper.shape[-1] > count:
        rest = a_dot[..., count:] - lower_dot @ upper[..., count:]
        upper_dot = np.concatenate([upper_dot, np.linalg.solve(head, rest)], axis=-1)
    return lower_dot, upper_dot


def refuse_indices(p_indices: Any) -> None:
    """Refuse a permutation given as indices."""
    if p_indices:
        raise UnsupportedError("scipy.linalg.lu with p_indices=True", "Leave it out: the permutation is then a matrix.")


@adjoint(sl.lu, inline=False, source=DE_HOOG)
def lu(
    a: Any,
    permute_l: Any = False,
    overwrite_a: Any = False,
    check_finite: Any = True,
    p_indices: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of a = p l u, with the permutation fixed, for matrices of any shape."""
    keep("scipy.linalg.lu", overwrite_a)
    refuse_indices(p_indices)
    if permute_l:
        p, lower, upper = sl.lu(a)
        lower_bar = np.swapaxes(p, -1, -2) @ or_zeros(gradient[0], output[0])
        upper_bar = or_zeros(gradient[1], upper)
    else:
        p, lower, upper = output
        lower_bar, upper_bar = or_zeros(gradient[1], lower), or_zeros(gradient[2], upper)
    return unbroadcast(p @ lu_gradient(lower_bar, upper_bar, lower, upper), a)


@tangent(sl.lu, inline=False)
def lu_tangent(
    a: Any,
    permute_l: Any = False,
    overwrite_a: Any = False,
    check_finite: Any = True,
    p_indices: Any = False,
    *,
    a_dot: Any,
    output: Any,
) -> tuple[Any, ...]:
    """The tangents of the factors; zero for the permutation."""
    refuse_indices(p_indices)
    p, lower, upper = sl.lu(a) if permute_l else output
    lower_dot, upper_dot = lu_tangents(np.swapaxes(p, -1, -2) @ a_dot, lower, upper)
    return (p @ lower_dot, upper_dot) if permute_l else (np.zeros_like(p), lower_dot, upper_dot)


def unpacked(packed: Any, pivots: Any) -> tuple[Any, Any, Any]:
    """The order of the rows, and the two factors, of what `lu_factor` returns."""
    order = np.arange(packed.shape[0])
    for k, pivot in enumerate(pivots):
        order[[k, pivot]] = order[[pivot, k]]
    count = min(packed.shape)
    lower = np.tril(packed[:, :count], -1) + np.eye(packed.shape[0], count, dtype=packed.dtype)
    return order, lower, np.triu(packed[:count])


@adjoint(sl.lu_factor, inline=False, source=DE_HOOG)
def lu_factor(a: Any, overwrite_a: Any = False, check_finite: Any = True, *, output: Any, gradient: Any) -> Any:
    """a_bar of the packed factors, with the pivots fixed."""
    keep("scipy.linalg.lu_factor", overwrite_a)
    order, lower, upper = unpacked(output[0], output[1])
    packed_bar = or_zeros(gradient[0], output[0])
    count = lower.shape[1]
    bars = lu_gradient(packed_bar[:, :count], packed_bar[:count], lower, upper)
    return unbroadcast(bars[np.argsort(order)], a)


@tangent(sl.lu_factor, inline=False)
def lu_factor_tangent(
    a: Any, overwrite_a: Any = False, check_finite: Any = True, *, a_dot: Any, output: Any
) -> tuple[Any, Any]:
    """The tangent of the packed factors; None for the pivots."""
    order, lower, upper = unpacked(output[0], output[1])
    lower_dot, upper_dot = lu_tangents(a_dot[order], lower, upper)
    packed_dot = np.zeros_like(output[0])
    packed_dot[:, : lower.shape[1]] += lower_dot
    packed_dot[: lower.shape[1]] += upper_dot
    return packed_dot, None


@adjoint(sl.lu_solve, active=("lu_and_piv", "b"), inline=False)
def lu_solve(
    lu_and_piv: Any,
    b: Any,
    trans: Any = 0,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """The gradients of the packed factors and of the right-hand side."""
    keep("scipy.linalg.lu_solve", overwrite_b)
    packed, pivots = lu_and_piv
    order, lower, upper = unpacked(packed, pivots)
    if trans == 0:
        b_bar = sl.lu_solve((packed, pivots), gradient, 2)
        a_bar = -outer_h(b_bar, output)
    elif trans == 1:
        b_bar = sl.lu_solve((np.conj(packed), pivots), gradient, 0)
        a_bar = -outer_h(b_bar, output).T
    else:
        b_bar = sl.lu_solve((packed, pivots), gradient, 0)
        a_bar = conjugate_transpose(-outer_h(b_bar, output))
    product_bar = a_bar[order]
    packed_bar = np.tril(product_bar @ conjugate_transpose(upper), -1) + np.triu(
        conjugate_transpose(lower) @ product_bar
    )
    return (unbroadcast(packed_bar, packed), None), unbroadcast(b_bar, b)


@tangent(sl.lu_solve, inline=False)
def lu_solve_tangent(
    lu_and_piv: Any,
    b: Any,
    trans: Any = 0,
    overwrite_b: Any = False,
    check_finite: Any = True,
    *,
    lu_and_piv_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    packed, pivots = lu_and_piv
    order, lower, upper = unpacked(packed, pivots)
    product_dot = np.tril(lu_and_piv_dot[0], -1) @ upper + lower @ np.triu(lu_and_piv_dot[0])
    a_dot = product_dot[np.argsort(order)]
    a_dot = (a_dot, a_dot.T, conjugate_transpose(a_dot))[trans]
    return sl.lu_solve((packed, pivots), b_dot - a_dot @ output, trans)


# QR.


def qr_parts(a: Any, mode: str, pivoting: bool, output: Any) -> tuple[Any, Any, Any]:
    """The reduced factors of a[:, order], and the order of the columns."""
    order = output[-1] if pivoting else np.arange(np.shape(a)[-1])
    if mode == "r":
        q, r = np.linalg.qr(a[:, order])
        return q, r, order
    if mode not in ("full", "economic"):
        raise UnsupportedError(f"scipy.linalg.qr with mode={mode!r}", "Use mode='economic'.")
    return output[0], output[1], order


@adjoint(sl.qr, inline=False, source=WALTER)
def qr(
    a: Any,
    overwrite_a: Any = False,
    lwork: Any = None,
    mode: Any = "full",
    pivoting: Any = False,
    check_finite: Any = True,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of the QR factorisation, with the pivots fixed: Walter and Lehmann (2010).

    Of the columns that mode "full" adds only the space that they span counts.
    """
    keep("scipy.linalg.qr", overwrite_a)
    q, r, order = qr_parts(a, mode, pivoting, output)
    count = min(np.shape(a)[-2:])
    if mode == "r":
        signs = np.sign(np.diagonal(r).real) * np.sign(np.diagonal(output[0]).real)
        q_bar, r_bar = np.zeros_like(q), signs[:, np.newaxis] * or_zeros(gradient[0], output[0])[:count]
    else:
        q_bar, r_bar = or_zeros(gradient[0], q), or_zeros(gradient[1], r)[:count]
        if q.shape[-1] > count:
            rest_bar = complement_gradient(q[:, :count], q[:, count:], q_bar[:, count:], "scipy.linalg.qr")
            q_bar = q_bar[:, :count] + rest_bar
            q, r = q[:, :count], r[:count]
    a_bar = qr_gradient(q_bar, r_bar, q, r, a[:, order])
    return unbroadcast(a_bar[:, np.argsort(order)], a)


@tangent(sl.qr, inline=False)
def qr_tangent(
    a: Any,
    overwrite_a: Any = False,
    lwork: Any = None,
    mode: Any = "full",
    pivoting: Any = False,
    check_finite: Any = True,
    *,
    a_dot: Any,
    output: Any,
) -> tuple[Any, ...]:
    """The tangents of the factors; None for the pivots."""
    q, r, order = qr_parts(a, mode, pivoting, output)
    count = min(np.shape(a)[-2:])
    q_dot, r_dot = qr_tangent_of(q[:, :count], r[:count], a_dot[:, order])
    last = (None,) if pivoting else ()
    if mode == "r":
        signs = np.sign(np.diagonal(r).real) * np.sign(np.diagonal(output[0]).real)
        found = np.zeros_like(output[0])
        found[:count] = signs[:, np.newaxis] * r_dot
        return (found, *last)
    if q.shape[-1] > count:
        q_dot = np.concatenate([q_dot, -q[:, :count] @ (conjugate_transpose(q_dot) @ q[:, count:])], axis=1)
        r_dot = np.concatenate([r_dot, np.zeros_like(r[count:])])
    return (q_dot, r_dot, *last)


# Singular values and polar factors.


@adjoint(sl.svd, inline=False, source=TOWNSEND)
def svd(
    a: Any,
    full_matrices: Any = True,
    compute_uv: Any = True,
    overwrite_a: Any = False,
    check_finite: Any = True,
    lapack_driver: Any = "gesdd",
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of the singular value decomposition: Townsend (2016)."""
    keep("scipy.linalg.svd", overwrite_a)
    if not compute_uv:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return unbroadcast(svd_gradient(None, gradient, None, u, s, conjugate_transpose(vh)), a)
    u, s, v = output[0], output[1], conjugate_transpose(output[2])
    u_bar = None if gradient[0] is None else or_zeros(gradient[0], u)
    v_bar = None if gradient[2] is None else conjugate_transpose(or_zeros(gradient[2], output[2]))
    count = s.shape[-1]
    if u_bar is not None and u.shape[-1] > count:
        rest_bar = complement_gradient(u[..., :count], u[..., count:], u_bar[..., count:], "scipy.linalg.svd")
        u_bar = u_bar[..., :count] + rest_bar
    if v_bar is not None and v.shape[-1] > count:
        rest_bar = complement_gradient(v[..., :count], v[..., count:], v_bar[..., count:], "scipy.linalg.svd")
        v_bar = v_bar[..., :count] + rest_bar
    return unbroadcast(svd_gradient(u_bar, gradient[1], v_bar, u[..., :count], s, v[..., :count]), a)


@tangent(sl.svd, inline=False)
def svd_tangent(
    a: Any,
    full_matrices: Any = True,
    compute_uv: Any = True,
    overwrite_a: Any = False,
    check_finite: Any = True,
    lapack_driver: Any = "gesdd",
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangents of u, s and v^H."""
    if not compute_uv:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return svd_tangent_of(a_dot, u, s, conjugate_transpose(vh))[1]
    u, s, v = output[0], output[1], conjugate_transpose(output[2])
    count = s.shape[-1]
    u_dot, s_dot, v_dot = svd_tangent_of(a_dot, u[..., :count], s, v[..., :count])
    if u.shape[-1] > count:
        u_dot = np.concatenate([u_dot, -u[..., :count] @ (conjugate_transpose(u_dot) @ u[..., count:])], axis=-1)
    if v.shape[-1] > count:
        v_dot = np.concatenate([v_dot, -v[..., :count] @ (conjugate_transpose(v_dot) @ v[..., count:])], axis=-1)
    return u_dot, s_dot, conjugate_transpose(v_dot)


@adjoint(sl.svdvals, source=TOWNSEND)
def svdvals(a: Any, overwrite_a: Any = False, check_finite: Any = True, *, gradient: Any) -> Any:
    """a_bar = u diag(gradient) v^H."""
    keep("scipy.linalg.svdvals", overwrite_a)
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return u * gradient[..., np.newaxis, :] @ vh


@tangent(sl.svdvals)
def svdvals_tangent(a: Any, overwrite_a: Any = False, check_finite: Any = True, *, a_dot: Any) -> Any:
    """The real part of the diagonal of u^H a_dot v."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(np.conj(u) * (a_dot @ np.conj(np.swapaxes(vh, -1, -2))), axis=-2).real


def right_polar_gradient(u_bar: Any, p_bar: Any, a: Any, u: Any, p: Any) -> Any:
    """a_bar of a = u p with u^H u = 1 and p Hermitian, by a Sylvester equation; p must be regular."""
    total = u_bar + a @ conjugate_transpose(p_bar)
    turn = conjugate_transpose(u) @ total
    skew = sl.solve_sylvester(p, p, 0.5 * (turn - conjugate_transpose(turn)))
    outside = conjugate_transpose(np.linalg.solve(p, conjugate_transpose(total - u @ turn)))
    return 2.0 * u @ skew + outside + u @ p_bar


def right_polar_tangent(a_dot: Any, a: Any, u: Any, p: Any) -> tuple[Any, Any]:
    """The tangents of a = u p."""
    rate = conjugate_transpose(u) @ a_dot
    skew = sl.solve_sylvester(p, p, rate - conjugate_transpose(rate))
    outside = conjugate_transpose(np.linalg.solve(p, conjugate_transpose(a_dot - u @ rate)))
    u_dot = u @ skew + outside
    return u_dot, conjugate_transpose(u_dot) @ a + rate


def refuse_wide(a: Any, side: str) -> None:
    """Refuse the side on which the Hermitian factor is singular."""
    if (side == "right" and np.shape(a)[0] < np.shape(a)[1]) or (side == "left" and np.shape(a)[0] > np.shape(a)[1]):
        other = "left" if side == "right" else "right"
        raise UnsupportedError(f"scipy.linalg.polar with a singular factor (side={side!r})", f"Use side={other!r}.")


@adjoint(sl.polar, inline=False)
def polar(a: Any, side: Any = "right", *, output: Any, gradient: Any) -> Any:
    """a_bar of the polar factors, for a matrix of full rank."""
    refuse_wide(a, side)
    u, p = output
    u_bar, p_bar = or_zeros(gradient[0], u), or_zeros(gradient[1], p)
    if side == "right":
        return unbroadcast(right_polar_gradient(u_bar, p_bar, a, u, p), a)
    h = conjugate_transpose
    return unbroadcast(h(right_polar_gradient(h(u_bar), h(p_bar), h(a), h(u), p)), a)


@tangent(sl.polar, inline=False)
def polar_tangent(a: Any, side: Any = "right", *, a_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of the polar factors."""
    refuse_wide(a, side)
    u, p = output
    if side == "right":
        return right_polar_tangent(a_dot, a, u, p)
    h = conjugate_transpose
    u_dot, p_dot = right_polar_tangent(h(a_dot), h(a), h(u), p)
    return h(u_dot), p_dot
