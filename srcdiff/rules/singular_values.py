"""numpy.linalg's singular values: svd, svdvals. Townsend (2016); Wan and Zhang (2019) for complex matrices.

The sum and the difference of the two skew parts are divided separately, by s[j] - s[i] and by s[j] + s[i]: where two
values are equal the first vanishes for every function of the space that they share, and the second is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.decompositions import complement_gradient, or_zeros
from srcdiff.rules.eigenvalues import inverse_differences, refuse_mixed
from srcdiff.rules.linalg import conjugate_transpose
from srcdiff.rules.registry import adjoint, tangent

__all__ = ["TOWNSEND", "svd_gradient", "svd_tangent_of"]

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
