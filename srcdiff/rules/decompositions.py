"""numpy.linalg's triangular factorisations, cholesky and qr, of stacks of real or complex matrices.

`cholesky` (like `eigh`) reads one triangle of its argument, so its gradient is triangular, as differences have it.
For a symmetric matrix made from parameters this gives the same gradient of the parameters as a symmetric one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.linalg import GILES, conjugate_transpose
from srcdiff.rules.registry import adjoint, tangent

__all__ = [
    "WALTER",
    "cholesky_direction",
    "cholesky_gradient",
    "complement_gradient",
    "fold",
    "or_zeros",
    "qr_gradient",
    "qr_tangent_of",
    "unfold",
]


def or_zeros(gradient: Any, x: Any) -> Any:
    """The gradient of one of several outputs: zeros where nothing used it."""
    return np.zeros(np.shape(x), np.asarray(x).dtype) if gradient is None else np.broadcast_to(gradient, np.shape(x))


def real_diagonal(a: Any) -> Any:
    """`a` with its diagonal made real."""
    if not np.iscomplexobj(a):
        return a
    k = np.arange(min(a.shape[-2:]))
    a = a.copy()
    a[..., k, k] = a[..., k, k].real
    return a


def fold(gradient: Any, lower: bool) -> Any:
    """The gradient of a function that takes the Hermitian matrix from one triangle, on that triangle."""
    total = gradient + conjugate_transpose(gradient)
    k = np.arange(total.shape[-1])
    total[..., k, k] = gradient[..., k, k].real
    return np.tril(total) if lower else np.triu(total)


def unfold(a: Any, lower: bool) -> Any:
    """The Hermitian matrix that one triangle stands for."""
    strict = np.tril(a, -1) if lower else np.triu(a, 1)
    diagonal = np.diagonal(a, axis1=-2, axis2=-1).real[..., np.newaxis, :] * np.eye(a.shape[-1], dtype=a.real.dtype)
    return strict + conjugate_transpose(strict) + diagonal


def half_lower(a: Any) -> Any:
    """The lower triangle with half the diagonal, real."""
    lower = real_diagonal(np.tril(a))
    k = np.arange(lower.shape[-1])
    lower = lower.copy()
    lower[..., k, k] *= 0.5
    return lower


@adjoint(np.linalg.cholesky, source=GILES)
def cholesky(a: Any, upper: bool = False, *, output: Any, gradient: Any) -> Any:
    """a_bar of the Cholesky factor, on the triangle that is read: Giles (2008), Murray (2016).

    With P the lower triangle of L^H L_bar, its diagonal halved: the Hermitian part of L^-H P L^-1.
    """
    return cholesky_gradient(gradient, output, not upper)


def cholesky_gradient(gradient: Any, factor: Any, lower: bool) -> Any:
    """a_bar of a = L L^H (lower) or a = U^H U."""
    if not lower:
        factor, gradient = conjugate_transpose(factor), conjugate_transpose(gradient)
    inner = half_lower(conjugate_transpose(factor) @ np.tril(gradient))
    factor_h = conjugate_transpose(factor)
    left = np.linalg.solve(factor_h, inner)  # L^-H P
    a_bar = conjugate_transpose(np.linalg.solve(factor_h, conjugate_transpose(left)))  # L^-H P L^-1
    return fold(0.5 * (a_bar + conjugate_transpose(a_bar)), lower)


@tangent(np.linalg.cholesky, inline=False)
def cholesky_tangent(a: Any, upper: bool = False, *, a_dot: Any, output: Any) -> Any:
    """L times the lower triangle, its diagonal halved, of L^-1 a_dot L^-H."""
    return cholesky_direction(a_dot, output, not upper)


def cholesky_direction(a_dot: Any, factor: Any, lower: bool) -> Any:
    """The tangent of the Cholesky factor."""
    direction = unfold(a_dot, lower)
    factor = factor if lower else conjugate_transpose(factor)
    left = np.linalg.solve(factor, direction)
    factor_dot = factor @ half_lower(conjugate_transpose(np.linalg.solve(factor, conjugate_transpose(left))))
    return factor_dot if lower else conjugate_transpose(factor_dot)


# QR: Walter and Lehmann (2010), Algorithmic Differentiation of Linear Algebra Functions.

WALTER = "Walter and Lehmann (2010), Algorithmic Differentiation of Linear Algebra Functions"


def complement_gradient(basis: Any, complement: Any, complement_bar: Any, name: str) -> Any:
    """What the gradient of the orthogonal complement of a basis adds to that of the basis.

    The complement is any basis of its space, so only functions of the space have a derivative: others are refused.
    """
    turn = conjugate_transpose(complement) @ complement_bar
    turn = turn - conjugate_transpose(turn)
    scale = np.abs(complement_bar).max(initial=0.0)
    if np.abs(turn).max(initial=0.0) > 10.0 * np.sqrt(np.finfo(turn.dtype).eps) * scale:
        raise UnsupportedError(
            f"{name}: a function that depends on the choice of the basis of the orthogonal complement",
            "Use the reduced factorisation, or a function of the space alone, such as its projector.",
        )
    return -complement @ (conjugate_transpose(complement_bar) @ basis)


def right_solve(x: Any, r: Any) -> Any:
    """X r^-H."""
    return conjugate_transpose(np.linalg.solve(r, conjugate_transpose(x)))


def qr_gradient(q_bar: Any, r_bar: Any, q: Any, r: Any, a: Any) -> Any:
    """a_bar of the reduced QR factorisation; the leading square part of `a` must have full rank."""
    rows, columns = np.shape(a)[-2:]
    if rows < columns:
        rest_bar, head_bar = r_bar[..., rows:], r_bar[..., :rows]
        q_bar = q_bar + a[..., rows:] @ conjugate_transpose(rest_bar)
        head = qr_gradient(q_bar, head_bar, q, r[..., :rows], a[..., :rows])
        return np.concatenate([head, q @ rest_bar], axis=-1)
    r_bar = np.triu(r_bar)
    inner = r @ conjugate_transpose(r_bar) - conjugate_transpose(q_bar) @ q
    strict = np.tril(inner, -1)
    diagonal = np.diagonal(inner, axis1=-2, axis2=-1).real[..., np.newaxis, :] * np.eye(columns, dtype=inner.real.dtype)
    return right_solve(q_bar + q @ (strict + conjugate_transpose(strict) + diagonal), r)


def qr_tangent_of(q: Any, r: Any, a_dot: Any) -> tuple[Any, Any]:
    """The tangents of the reduced QR factorisation."""
    rows, columns = q.shape[-2], a_dot.shape[-1]
    square = min(rows, columns)
    rate = right_solve(a_dot[..., :square], conjugate_transpose(r[..., :square]))
    projected = conjugate_transpose(q) @ rate
    strict = np.tril(projected, -1)
    imaginary = projected - real_diagonal(projected)
    k = np.arange(square)
    skew = strict - conjugate_transpose(strict)
    skew[..., k, k] = imaginary[..., k, k]
    q_dot = rate - q @ (projected - skew)
    r_dot = conjugate_transpose(q) @ (a_dot - q_dot @ r)
    return q_dot, np.triu(r_dot)


@adjoint(np.linalg.qr, inline=False, source=WALTER)
def qr(a: Any, mode: str = "reduced", *, output: Any, gradient: Any) -> Any:
    """a_bar of the QR factorisation, modes "reduced", "r" and "complete": Walter and Lehmann (2010).

    The leading columns must be independent. Of the complete factor only the space that the last columns span counts.
    """
    if mode not in ("reduced", "r", "complete"):
        raise UnsupportedError(f"np.linalg.qr with mode={mode!r}", "Use mode='reduced'.")
    if mode == "r":
        q, r = np.linalg.qr(a)
        return qr_gradient(np.zeros_like(q), gradient, q, r, a)
    q, r = output
    q_bar, r_bar = or_zeros(gradient[0], q), or_zeros(gradient[1], r)
    count = min(np.shape(a)[-2:])
    if q.shape[-1] > count:
        rest_bar = complement_gradient(q[..., :count], q[..., count:], q_bar[..., count:], "np.linalg.qr")
        q_bar = q_bar[..., :count] + rest_bar
        q, r, r_bar = q[..., :count], r[..., :count, :], r_bar[..., :count, :]
    return qr_gradient(q_bar, r_bar, q, r, a)


@tangent(np.linalg.qr, inline=False)
def qr_tangent(a: Any, mode: str = "reduced", *, a_dot: Any, output: Any) -> Any:
    """The tangents of Q and R; of a complete Q, the last columns move only as their space moves."""
    if mode not in ("reduced", "r", "complete"):
        raise UnsupportedError(f"np.linalg.qr with mode={mode!r}", "Use mode='reduced'.")
    if mode == "r":
        return qr_tangent_of(*np.linalg.qr(a), a_dot)[1]
    q, r = output
    count = min(np.shape(a)[-2:])
    q_dot, r_dot = qr_tangent_of(q[..., :count], r[..., :count, :], a_dot)
    if q.shape[-1] > count:
        rest = q[..., count:]
        rest_dot = -q[..., :count] @ (conjugate_transpose(q_dot) @ rest)
        q_dot = np.concatenate([q_dot, rest_dot], axis=-1)
        r_dot = np.concatenate([r_dot, np.zeros_like(r[..., count:, :])], axis=-2)
    return q_dot, r_dot
