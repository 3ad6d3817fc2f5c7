"""scipy.linalg's eigenvalue problems: general, Hermitian, generalised Hermitian, tridiagonal.

See `eigenvalues` for what holds where eigenvalues are equal.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from srcdiff.errors import UnsupportedError
from srcdiff.rules.decompositions import fold, or_zeros, unfold
from srcdiff.rules.eigenvalues import eig_gradient, eig_tangent_of, matched
from srcdiff.rules.linalg import GILES, conjugate_transpose
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.rules.scipy_linalg import keep
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


def refuse_pencil(b: Any, left: Any, homogeneous_eigvals: Any, name: str) -> None:
    """Refuse the forms with a second matrix, left eigenvectors, or eigenvalues as quotients."""
    if b is not None or left or homogeneous_eigvals:
        raise UnsupportedError(f"{name} with `b`, `left` or `homogeneous_eigvals`", "Pass solve(b, a) alone.")


@adjoint(sl.eig, inline=False, source=GILES)
def eig(
    a: Any,
    b: Any = None,
    left: Any = False,
    right: Any = True,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    homogeneous_eigvals: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of eigenvalues and eigenvectors, in the length and phase that LAPACK gives them."""
    keep("scipy.linalg.eig", overwrite_a)
    refuse_pencil(b, left, homogeneous_eigvals, "scipy.linalg.eig")
    if not right:
        w, v = np.linalg.eig(a)
        return eig_gradient(matched(gradient, output, w.astype(complex)), None, w.astype(complex), v.astype(complex), a)
    v_bar = None if gradient[1] is None else or_zeros(gradient[1], output[1]).astype(complex)
    return eig_gradient(gradient[0], v_bar, output[0], output[1].astype(complex), a)


@tangent(sl.eig, inline=False)
def eig_tangent(
    a: Any,
    b: Any = None,
    left: Any = False,
    right: Any = True,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    homogeneous_eigvals: Any = False,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The tangents of eigenvalues and eigenvectors."""
    refuse_pencil(b, left, homogeneous_eigvals, "scipy.linalg.eig")
    if not right:
        w, v = np.linalg.eig(a)
        return matched(eig_tangent_of(a_dot, w.astype(complex), v.astype(complex))[0], w.astype(complex), output)
    w_dot, v_dot = eig_tangent_of(a_dot, output[0], output[1].astype(complex))
    return w_dot, v_dot if np.iscomplexobj(output[1]) else v_dot.real


@adjoint(sl.eigvals, inline=False, source=GILES)
def eigvals(
    a: Any,
    b: Any = None,
    overwrite_a: Any = False,
    check_finite: Any = True,
    homogeneous_eigvals: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar = v^-H diag(gradient) v^H, the gradient given to each eigenvalue in the order of `output`."""
    keep("scipy.linalg.eigvals", overwrite_a)
    refuse_pencil(b, False, homogeneous_eigvals, "scipy.linalg.eigvals")
    w, v = np.linalg.eig(a)
    return eig_gradient(matched(gradient, output, w.astype(complex)), None, w.astype(complex), v.astype(complex), a)


@tangent(sl.eigvals, inline=False)
def eigvals_tangent(
    a: Any,
    b: Any = None,
    overwrite_a: Any = False,
    check_finite: Any = True,
    homogeneous_eigvals: Any = False,
    *,
    a_dot: Any,
    output: Any,
) -> Any:
    """The diagonal of v^-1 a_dot v, in the order of `output`."""
    refuse_pencil(b, False, homogeneous_eigvals, "scipy.linalg.eigvals")
    w, v = np.linalg.eig(a)
    return matched(eig_tangent_of(a_dot, w.astype(complex), v.astype(complex))[0], w.astype(complex), output)


# Hermitian problems, a v = w b v with v^H b v = 1. A subset of the eigenvectors moves within the space of all of them,
# so the full problem is solved for its derivative; that enters twice, so that its signs and phases do not matter.


def pencil(a: Any, b: Any, lower: bool, kind: Any) -> tuple[Any, Any]:
    """The two Hermitian matrices, the second None where it is the identity."""
    if b is not None and kind != 1:
        raise UnsupportedError(f"scipy.linalg.eigh with type={kind}", "Pose the problem as a v = w b v (type=1).")
    return unfold(a, lower), None if b is None else unfold(b, lower)


def distances(w: Any, all_w: Any) -> Any:
    """1 / (w[j] - all_w[i]) at i, j; 0 where they are equal to within rounding.

    `w` are some of `all_w`, both ascending, from two computations: the numbers of the second are used throughout.
    """
    starts = range(len(all_w) - len(w) + 1)
    start = min(starts, key=lambda k: np.abs(all_w[k : k + len(w)] - w).max(initial=0.0))
    apart = all_w[np.newaxis, start : start + len(w)] - all_w[:, np.newaxis]
    equal = np.abs(apart) <= len(all_w) * np.finfo(all_w.dtype).eps * np.abs(all_w).max(initial=0.0)
    return np.where(equal, 0.0, 1.0 / np.where(equal, 1.0, apart))


def hermitian_gradients(w_bar: Any, v_bar: Any, w: Any, v: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The gradients of the two Hermitian matrices as full ones."""
    all_w, all_v = sl.eigh(a, b)
    w_bar = np.zeros_like(w) if w_bar is None else np.broadcast_to(w_bar, w.shape)
    a_bar = v * w_bar @ conjugate_transpose(v)
    b_bar = -v * (w_bar * w) @ conjugate_transpose(v)
    if v_bar is not None:
        overlap = conjugate_transpose(all_v) @ v_bar
        core = distances(w, all_w) * overlap
        a_bar = a_bar + all_v @ core @ conjugate_transpose(v)
        length = 0.5 * np.sum(np.conj(v) * v_bar, axis=0).real
        b_bar = b_bar - all_v @ (core * w) @ conjugate_transpose(v) - v * length @ conjugate_transpose(v)
    return 0.5 * (a_bar + conjugate_transpose(a_bar)), 0.5 * (b_bar + conjugate_transpose(b_bar))


def hermitian_tangents(a_dot: Any, b_dot: Any, w: Any, v: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors, for Hermitian directions; `b_dot` is None without `b`."""
    all_w, all_v = sl.eigh(a, b)
    change = a_dot @ v if b_dot is None else a_dot @ v - b_dot @ v * w
    w_dot = np.sum(np.conj(v) * change, axis=0).real
    v_dot = all_v @ (distances(w, all_w) * (conjugate_transpose(all_v) @ change))
    if b_dot is not None:
        v_dot = v_dot - 0.5 * v * np.sum(np.conj(v) * (b_dot @ v), axis=0).real
    return w_dot, v_dot


def chosen_vectors(a: Any, b: Any, lower: bool, kind: Any, by_index: Any, by_value: Any) -> Any:
    """The chosen eigenvalues and their eigenvectors."""
    return sl.eigh(a, b, lower=lower, type=kind, subset_by_index=by_index, subset_by_value=by_value)


@adjoint(sl.eigh, active=("a", "b"), inline=False, source=GILES)
def eigh(
    a: Any,
    b: Any = None,
    lower: Any = True,
    eigvals_only: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    type: Any = 1,
    check_finite: Any = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """a_bar and b_bar of a v = w b v, each on the triangle that is read, also for a subset of the eigenvalues."""
    keep("scipy.linalg.eigh", overwrite_a, overwrite_b)
    full_a, full_b = pencil(a, b, lower, type)
    if eigvals_only:
        w, v = chosen_vectors(a, b, lower, type, subset_by_index, subset_by_value)
        a_bar, b_bar = hermitian_gradients(gradient, None, w, v, full_a, full_b)
    else:
        v_bar = None if gradient[1] is None else or_zeros(gradient[1], output[1])
        a_bar, b_bar = hermitian_gradients(gradient[0], v_bar, output[0], output[1], full_a, full_b)
    return unbroadcast(fold(a_bar, lower), a), None if b is None else unbroadcast(fold(b_bar, lower), b)


@tangent(sl.eigh, inline=False)
def eigh_tangent(
    a: Any,
    b: Any = None,
    lower: Any = True,
    eigvals_only: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    type: Any = 1,
    check_finite: Any = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
    *,
    a_dot: Any,
    b_dot: Any,
    output: Any,
) -> Any:
    """The tangents of eigenvalues and eigenvectors."""
    full_a, full_b = pencil(a, b, lower, type)
    w, v = chosen_vectors(a, b, lower, type, subset_by_index, subset_by_value) if eigvals_only else output
    full_b_dot = None if b is None else unfold(b_dot, lower)
    w_dot, v_dot = hermitian_tangents(unfold(a_dot, lower), full_b_dot, w, v, full_a, full_b)
    return w_dot if eigvals_only else (w_dot, v_dot)


@adjoint(sl.eigvalsh, active=("a", "b"), inline=False, source=GILES)
def eigvalsh(
    a: Any,
    b: Any = None,
    lower: Any = True,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    type: Any = 1,
    check_finite: Any = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
    *,
    gradient: Any,
) -> tuple[Any, Any]:
    """a_bar and b_bar of the eigenvalues, each on the triangle that is read."""
    keep("scipy.linalg.eigvalsh", overwrite_a, overwrite_b)
    full_a, full_b = pencil(a, b, lower, type)
    w, v = chosen_vectors(a, b, lower, type, subset_by_index, subset_by_value)
    a_bar, b_bar = hermitian_gradients(gradient, None, w, v, full_a, full_b)
    return unbroadcast(fold(a_bar, lower), a), None if b is None else unbroadcast(fold(b_bar, lower), b)


@tangent(sl.eigvalsh, inline=False)
def eigvalsh_tangent(
    a: Any,
    b: Any = None,
    lower: Any = True,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    type: Any = 1,
    check_finite: Any = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
    *,
    a_dot: Any,
    b_dot: Any,
) -> Any:
    """The tangent of the eigenvalues."""
    full_a, full_b = pencil(a, b, lower, type)
    w, v = chosen_vectors(a, b, lower, type, subset_by_index, subset_by_value)
    full_b_dot = None if b is None else unfold(b_dot, lower)
    return hermitian_tangents(unfold(a_dot, lower), full_b_dot, w, v, full_a, full_b)[0]


# Symmetric tridiagonal matrices, by their diagonal d and the diagonal e beside it.


def tridiagonal_gradients(w_bar: Any, v_bar: Any, w: Any, v: Any, d: Any, e: Any) -> tuple[Any, Any]:
    """d_bar and e_bar."""
    matrix = np.diag(d) + np.diag(e, 1) + np.diag(e, -1)
    a_bar, _ = hermitian_gradients(w_bar, v_bar, w, v, matrix, None)
    return unbroadcast(np.diagonal(a_bar).copy(), d), unbroadcast(2.0 * np.diagonal(a_bar, 1), e)


def tridiagonal_tangents(d_dot: Any, e_dot: Any, w: Any, v: Any, d: Any, e: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors."""
    matrix = np.diag(d) + np.diag(e, 1) + np.diag(e, -1)
    return hermitian_tangents(np.diag(d_dot) + np.diag(e_dot, 1) + np.diag(e_dot, -1), None, w, v, matrix, None)


@adjoint(sl.eigh_tridiagonal, active=("d", "e"), inline=False, source=GILES)
def eigh_tridiagonal(
    d: Any,
    e: Any,
    eigvals_only: Any = False,
    select: Any = "a",
    select_range: Any = None,
    check_finite: Any = True,
    tol: Any = 0.0,
    lapack_driver: Any = "auto",
    *,
    output: Any,
    gradient: Any,
) -> tuple[Any, Any]:
    """d_bar and e_bar of the eigenvalues and eigenvectors of a symmetric tridiagonal matrix."""
    if eigvals_only:
        w, v = sl.eigh_tridiagonal(d, e, False, select, select_range)
        d_bar, e_bar = tridiagonal_gradients(gradient, None, w, v, d, e)
        return d_bar, e_bar
    v_bar = None if gradient[1] is None else or_zeros(gradient[1], output[1])
    d_bar, e_bar = tridiagonal_gradients(gradient[0], v_bar, output[0], output[1], d, e)
    return d_bar, e_bar


@tangent(sl.eigh_tridiagonal, inline=False)
def eigh_tridiagonal_tangent(
    d: Any,
    e: Any,
    eigvals_only: Any = False,
    select: Any = "a",
    select_range: Any = None,
    check_finite: Any = True,
    tol: Any = 0.0,
    lapack_driver: Any = "auto",
    *,
    d_dot: Any,
    e_dot: Any,
    output: Any,
) -> Any:
    """The tangents of eigenvalues and eigenvectors."""
    w, v = sl.eigh_tridiagonal(d, e, False, select, select_range) if eigvals_only else output
    w_dot, v_dot = tridiagonal_tangents(d_dot, e_dot, w, v, d, e)
    return w_dot if eigvals_only else (w_dot, v_dot)


@adjoint(sl.eigvalsh_tridiagonal, active=("d", "e"), inline=False, source=GILES)
def eigvalsh_tridiagonal(
    d: Any,
    e: Any,
    select: Any = "a",
    select_range: Any = None,
    check_finite: Any = True,
    tol: Any = 0.0,
    lapack_driver: Any = "auto",
    *,
    gradient: Any,
) -> tuple[Any, Any]:
    """d_bar and e_bar of the eigenvalues of a symmetric tridiagonal matrix."""
    w, v = sl.eigh_tridiagonal(d, e, False, select, select_range)
    d_bar, e_bar = tridiagonal_gradients(gradient, None, w, v, d, e)
    return d_bar, e_bar


@tangent(sl.eigvalsh_tridiagonal, inline=False)
def eigvalsh_tridiagonal_tangent(
    d: Any,
    e: Any,
    select: Any = "a",
    select_range: Any = None,
    check_finite: Any = True,
    tol: Any = 0.0,
    lapack_driver: Any = "auto",
    *,
    d_dot: Any,
    e_dot: Any,
) -> Any:
    """The tangent of the eigenvalues."""
    w, v = sl.eigh_tridiagonal(d, e, False, select, select_range)
    return tridiagonal_tangents(d_dot, e_dot, w, v, d, e)[0]
