"""numpy.linalg's factorisations: cholesky, qr, eig, eigh and svd, of stacks of real or complex matrices.

Where eigenvalues or singular values are equal to within rounding, the term that would divide by their difference is
left out. That is right for functions of the common space and of its value: a projector, a polar factor, a sum over the
equal ones. A matrix function `v * f(w) @ v.T` varies within the common space in a way that the gradients of w and v do
not tell: reverse mode refuses it where the gradient of w shows it; use `scipy.linalg.expm` and the like there.

`cholesky` and `eigh` read one triangle of their argument; so their gradients are triangular, as differences would have
them. For a symmetric matrix made from parameters this gives the same gradient of the parameters as a symmetric one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.linalg import GILES, conjugate_transpose
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__ = [
    "complement_gradient",
    "eig_gradient",
    "eigh_gradient",
    "eigh_tangent_of",
    "fold",
    "inverse_differences",
    "or_zeros",
    "qr_gradient",
    "svd_gradient",
    "svd_tangent_of",
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


# Eigenvalues. Giles (2008); Boeddeker et al. (2017) for complex matrices.


def inverse_differences(w: Any, scale: Any = None) -> Any:
    """1 / (w[j] - w[i]) at i, j; 0 where they are equal to within rounding."""
    differences = w[..., np.newaxis, :] - w[..., :, np.newaxis]
    size = np.abs(w).max(axis=-1, initial=0.0) if scale is None else scale
    floor = size[..., np.newaxis, np.newaxis] * (w.shape[-1] * np.finfo(w.dtype).eps)
    equal = np.abs(differences) <= floor
    return np.where(equal, 0.0, 1.0 / np.where(equal, 1.0, differences)).astype(w.dtype)


def refuse_mixed(values: Any, values_bar: Any, turn: Any, name: str) -> None:
    """Refuse a function that tells equal values apart and uses their vectors too: its slope can't be had from these."""
    if values_bar is None:
        return
    tolerance = np.sqrt(np.finfo(values.dtype).eps)
    floor = np.abs(values).max(axis=-1, initial=0.0)[..., np.newaxis, np.newaxis] * values.shape[-1] * tolerance**2
    values_bar = np.broadcast_to(values_bar, values.shape)
    equal = np.abs(values[..., np.newaxis, :] - values[..., :, np.newaxis]) <= floor
    apart = np.abs(values_bar[..., np.newaxis, :] - values_bar[..., :, np.newaxis])
    coupled = np.abs(turn + conjugate_transpose(turn))
    known = apart > tolerance * np.abs(values_bar).max(initial=0.0)
    if np.any(equal & known & (coupled > tolerance * np.abs(turn).max(initial=0.0))):
        raise UnsupportedError(
            f"{name} of a matrix with equal values, in a function that tells these apart and uses their vectors",
            "Use a matrix function of SciPy (expm, sqrtm, logm), or a function of the common space alone.",
        )


def eigh_gradient(w_bar: Any, v_bar: Any, w: Any, v: Any) -> Any:
    """The Hermitian gradient of eigenvalues and eigenvectors of a Hermitian matrix."""
    core = np.zeros(v.shape, v.dtype)
    if v_bar is not None:
        turn = conjugate_transpose(v) @ v_bar
        refuse_mixed(w, w_bar, turn, "np.linalg.eigh")
        core = inverse_differences(w) * (turn - conjugate_transpose(turn)) * 0.5
    if w_bar is not None:
        k = np.arange(w.shape[-1])
        core[..., k, k] += np.broadcast_to(w_bar, w.shape)
    return (v @ core @ conjugate_transpose(v)).astype(v.dtype)


def eigh_tangent_of(direction: Any, w: Any, v: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors for a Hermitian direction."""
    rate = conjugate_transpose(v) @ direction @ v
    return np.diagonal(rate, axis1=-2, axis2=-1).real.copy(), v @ (inverse_differences(w) * rate)


@adjoint(np.linalg.eigh, inline=False, source=GILES)
def eigh(a: Any, UPLO: Any = "L", *, output: Any, gradient: Any) -> Any:
    """a_bar of eigenvalues and eigenvectors of a Hermitian matrix, on the triangle that is read: Giles (2008).

    v (diag(w_bar) + F * v^H v_bar) v^H with F[i, j] = 1 / (w[j] - w[i]). A function of complex eigenvectors must not
    depend on their phase.
    """
    return fold(eigh_gradient(gradient[0], gradient[1], output[0], output[1]), UPLO.upper() == "L")


@tangent(np.linalg.eigh, inline=False)
def eigh_tangent(a: Any, UPLO: Any = "L", *, a_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors."""
    return eigh_tangent_of(unfold(a_dot, UPLO.upper() == "L"), output[0], output[1])


@adjoint(np.linalg.eigvalsh, inline=False, source=GILES)
def eigvalsh(a: Any, UPLO: Any = "L", *, gradient: Any) -> Any:
    """a_bar = v diag(gradient) v^H, on the triangle that is read."""
    w, v = np.linalg.eigh(a, UPLO)
    return fold(eigh_gradient(gradient, None, w, v), UPLO.upper() == "L")


@tangent(np.linalg.eigvalsh, inline=False)
def eigvalsh_tangent(a: Any, UPLO: Any = "L", *, a_dot: Any) -> Any:
    """The diagonal of v^H a_dot v."""
    w, v = np.linalg.eigh(a, UPLO)
    return eigh_tangent_of(unfold(a_dot, UPLO.upper() == "L"), w, v)[0]


def normalisation(v: Any) -> tuple[Any, Any, Any]:
    """The component of each eigenvector that is kept real: where it is, what it is, and whether there is one.

    LAPACK returns vectors of length 1; a complex one is turned so that its largest component is real.
    """
    size = np.where(v.imag == 0, np.abs(v), -1.0)
    place = np.argmax(size, axis=-2)[..., np.newaxis, :]
    value = np.take_along_axis(v, place, axis=-2)
    return place, np.where(value == 0, 1.0, value.real), np.take_along_axis(size, place, axis=-2) > 0


def eig_gradient(w_bar: Any, v_bar: Any, w: Any, v: Any, a: Any) -> Any:
    """a_bar of eigenvalues and eigenvectors as LAPACK normalises them."""
    core = np.zeros(v.shape, v.dtype)
    if v_bar is not None:
        overlap = np.sum(np.conj(v) * v_bar, axis=-2, keepdims=True)
        turned = v_bar - v * overlap.real
        if np.iscomplexobj(v):
            place, value, known = normalisation(v)
            phase = np.where(known, -1j * overlap.imag / value, 0.0)
            at_place = np.take_along_axis(turned, place, axis=-2) + phase
            np.put_along_axis(turned, place, at_place, axis=-2)
        core = np.conj(inverse_differences(w)) * (conjugate_transpose(v) @ turned)
    if w_bar is not None:
        k = np.arange(w.shape[-1])
        core[..., k, k] += np.broadcast_to(w_bar, w.shape)
    return unbroadcast(np.linalg.solve(conjugate_transpose(v), core @ conjugate_transpose(v)), a)


def eig_tangent_of(a_dot: Any, w: Any, v: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and normalised eigenvectors."""
    rate = np.linalg.solve(v, a_dot @ v)
    v_dot = v @ (inverse_differences(w) * rate)
    v_dot = v_dot - v * np.sum(np.conj(v) * v_dot, axis=-2, keepdims=True).real
    if np.iscomplexobj(v):
        place, value, known = normalisation(v)
        moved = np.take_along_axis(v_dot, place, axis=-2).imag
        v_dot = v_dot - 1j * v * np.where(known, moved / value, 0.0)
    return np.diagonal(rate, axis1=-2, axis2=-1).astype(w.dtype), v_dot


@adjoint(np.linalg.eig, inline=False, source=GILES)
def eig(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar of eigenvalues and eigenvectors, the vectors of length 1 and in the phase that LAPACK gives them.

    A matrix without a full set of eigenvectors raises LinAlgError, or gives a result as large as it is ill-conditioned.
    """
    return eig_gradient(gradient[0], gradient[1], output[0], output[1], a)


@tangent(np.linalg.eig, inline=False)
def eig_tangent(a: Any, *, a_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors."""
    return eig_tangent_of(a_dot, output[0], output[1])


@adjoint(np.linalg.eigvals, inline=False, source=GILES)
def eigvals(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar = v^-H diag(gradient) v^H, the gradient given to each eigenvalue in the order of `output`."""
    w, v = np.linalg.eig(a)
    return eig_gradient(matched(gradient, output, w), None, w, v, a)


@tangent(np.linalg.eigvals, inline=False)
def eigvals_tangent(a: Any, *, a_dot: Any, output: Any) -> Any:
    """The diagonal of v^-1 a_dot v, in the order of `output`."""
    w, v = np.linalg.eig(a)
    return matched(eig_tangent_of(a_dot, w, v)[0], w, output)


def matched(x: Any, w: Any, other: Any) -> Any:
    """`x`, which goes with the numbers `w`, in the order of the same numbers as they stand in `other`."""
    if np.array_equal(w, other):
        return x
    nearest = np.argmin(np.abs(w[..., np.newaxis, :] - other[..., :, np.newaxis]), axis=-1)
    return np.take_along_axis(np.broadcast_to(x, w.shape), nearest, axis=-1)


# Singular values: Townsend (2016), Differentiating the Singular Value Decomposition; Wan and Zhang (2019) for complex
# matrices. The sum and the difference of the two skew parts are divided separately, by s[j] - s[i] and s[j] + s[i]:
# where two values are equal the first vanishes for every function that has a derivative, and the second is kept.

TOWNSEND = "Townsend (2016), Differentiating the Singular Value Decomposition"


def divided(x: Any, denominator: Any) -> Any:
    """X / denominator, 0 where the denominator is 0."""
    zero = denominator == 0
    return np.where(zero, 0.0, x / np.where(zero, 1.0, denominator))


def inverse_sums(s: Any) -> Any:
    """1 / (s[j] + s[i]); 0 where both are 0."""
    sums = s[..., np.newaxis, :] + s[..., :, np.newaxis]
    return divided(np.ones_like(sums), sums)


def svd_gradient(u_bar: Any, s_bar: Any, v_bar: Any, u: Any, s: Any, v: Any) -> Any:
    """a_bar of the thin factorisation a = u diag(s) v^H; None for what is not used."""
    u_h, v_h = conjugate_transpose(u), conjugate_transpose(v)
    k = np.arange(s.shape[-1])
    core = np.zeros((*s.shape, s.shape[-1]), u.dtype)
    if s_bar is not None:
        core[..., k, k] += np.broadcast_to(s_bar, s.shape)
    if u_bar is None and v_bar is None:
        return u @ core @ v_h
    u_bar = np.zeros_like(u) if u_bar is None else u_bar
    v_bar = np.zeros_like(v) if v_bar is None else v_bar
    turn_u, turn_v = u_h @ u_bar, v_h @ v_bar
    refuse_mixed(s, s_bar, turn_u + turn_v, "np.linalg.svd")
    skew_u, skew_v = turn_u - conjugate_transpose(turn_u), turn_v - conjugate_transpose(turn_v)
    core = core + 0.5 * (inverse_differences(s) * (skew_u + skew_v))
    difference = 0.5 * (inverse_sums(s) * (skew_u - skew_v))
    if np.iscomplexobj(u):  # the common phase is free, so only the difference of the phases counts
        difference[..., k, k] = divided(0.25 * (skew_u - skew_v)[..., k, k], s)
    else:
        difference[..., k, k] = 0.0
    columns = s[..., np.newaxis, :]
    a_bar = u @ (core + difference) @ v_h
    a_bar = a_bar + divided(u_bar - u @ turn_u, columns) @ v_h
    return a_bar + u @ conjugate_transpose(divided(v_bar - v @ turn_v, columns))


def svd_tangent_of(a_dot: Any, u: Any, s: Any, v: Any) -> tuple[Any, Any, Any]:
    """The tangents of the thin factorisation a = u diag(s) v^H."""
    rate = conjugate_transpose(u) @ a_dot @ v
    rate_h = conjugate_transpose(rate)
    symmetric, skew = 0.5 * (rate + rate_h), 0.5 * (rate - rate_h)
    k = np.arange(s.shape[-1])
    s_dot = np.diagonal(rate, axis1=-2, axis2=-1).real.copy()
    even, odd = inverse_differences(s) * symmetric, inverse_sums(s) * skew
    odd[..., k, k] = divided(0.5 * skew[..., k, k], s) if np.iscomplexobj(u) else 0.0
    columns = s[..., np.newaxis, :]
    u_dot = u @ (even + odd) + divided(a_dot @ v - u @ rate, columns)
    v_dot = v @ (even - odd) + divided(conjugate_transpose(a_dot) @ u - v @ rate_h, columns)
    return u_dot, s_dot, v_dot


@adjoint(np.linalg.svd, inline=False, source=TOWNSEND)
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False, *, output: Any, gradient: Any
) -> Any:
    """a_bar of the singular value decomposition: Townsend (2016), Wan and Zhang (2019).

    Of the columns that `full_matrices` adds only the space that they span counts. A function of complex singular
    vectors must not depend on their common phase.
    """
    if hermitian:
        raise UnsupportedError("np.linalg.svd with hermitian=True", "Use np.linalg.eigh, or leave out `hermitian`.")
    if not compute_uv:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return svd_gradient(None, gradient, None, u, s, conjugate_transpose(vh))
    u, s, v = output[0], output[1], conjugate_transpose(output[2])
    u_bar, s_bar = gradient[0], gradient[1]
    v_bar = None if gradient[2] is None else conjugate_transpose(or_zeros(gradient[2], output[2]))
    u_bar = None if u_bar is None else or_zeros(u_bar, u)
    count = s.shape[-1]
    if u_bar is not None and u.shape[-1] > count:
        rest_bar = complement_gradient(u[..., :count], u[..., count:], u_bar[..., count:], "np.linalg.svd")
        u_bar = u_bar[..., :count] + rest_bar
    if v_bar is not None and v.shape[-1] > count:
        rest_bar = complement_gradient(v[..., :count], v[..., count:], v_bar[..., count:], "np.linalg.svd")
        v_bar = v_bar[..., :count] + rest_bar
    return svd_gradient(u_bar, s_bar, v_bar, u[..., :count], s, v[..., :count])


@tangent(np.linalg.svd, inline=False)
def svd_tangent(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False, *, a_dot: Any, output: Any
) -> Any:
    """The tangents of u, s and v^H; columns that `full_matrices` adds move only as their space moves."""
    if hermitian:
        raise UnsupportedError("np.linalg.svd with hermitian=True", "Use np.linalg.eigh, or leave out `hermitian`.")
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


@adjoint(np.linalg.svdvals, source=TOWNSEND)
def svdvals(x: Any, *, gradient: Any) -> Any:
    """x_bar = u diag(gradient) v^H."""
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return u * gradient[..., np.newaxis, :] @ vh


@tangent(np.linalg.svdvals)
def svdvals_tangent(x: Any, *, x_dot: Any) -> Any:
    """The real part of the diagonal of u^H x_dot v."""
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return np.sum(np.conj(u) * (x_dot @ np.conj(np.swapaxes(vh, -1, -2))), axis=-2).real
