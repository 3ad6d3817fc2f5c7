"""numpy.linalg: inverses, determinants, solutions of linear systems, powers and condition numbers.

The formulas are those of Giles (2008), Collected Matrix Derivative Results, for stacks of real or complex matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.norms import matrix_norm_gradient
from srcdiff.rules.registry import adjoint, constant, linear, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["adjugate", "conjugate_transpose", "frechet", "least_squares_gradients", "least_squares_tangent"]

GILES = "Giles (2008), Collected Matrix Derivative Results"

constant(np.linalg.matrix_rank)


def conjugate_transpose(a: Any) -> Any:
    """a^H of a matrix or of each of a stack."""
    return np.conj(np.swapaxes(a, -1, -2))


@linear(np.linalg.matrix_transpose, result="view")
def matrix_transpose(x: Any, *, gradient: Any) -> Any:
    """x_bar of the transposed matrices."""
    return np.swapaxes(gradient, -1, -2)


@adjoint(np.linalg.inv, source=GILES)
def inv(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar = -a^-H gradient a^-H, of matrices (..., n, n): Giles (2008)."""
    inv_h = np.conj(np.swapaxes(output, -1, -2))
    return -inv_h @ gradient @ inv_h


@tangent(np.linalg.inv)
def inv_tangent(a: Any, *, a_dot: Any, output: Any) -> Any:
    """-a^-1 a_dot a^-1."""
    return -output @ a_dot @ output


def adjugate(a: Any) -> Any:
    """The adjugate of each matrix, by singular values: accurate for singular matrices too.

    adj(u s v^H) = det(u) det(v^H) v adj(s) u^H, and adj(s) has on its diagonal the product of the other values.
    """
    u, s, vh = np.linalg.svd(a)
    ones = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate([ones, s[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    phase = np.linalg.det(u) * np.linalg.det(vh)
    scaled = conjugate_transpose(vh) * (before * after)[..., np.newaxis, :]
    return (phase[..., np.newaxis, np.newaxis] * scaled @ conjugate_transpose(u)).astype(a.dtype)


@adjoint(np.linalg.det, source=GILES)
def det(a: Any, *, gradient: Any) -> Any:
    """a_bar = gradient * adj(a)^H, of matrices (..., n, n), which may be singular."""
    return np.asarray(gradient)[..., np.newaxis, np.newaxis] * np.conj(np.swapaxes(adjugate(a), -1, -2))


@tangent(np.linalg.det)
def det_tangent(a: Any, *, a_dot: Any) -> Any:
    """trace(adj(a) a_dot)."""
    return np.sum(np.swapaxes(adjugate(a), -1, -2) * a_dot, axis=(-2, -1))


def slogdet_gradient(sign_bar: Any, logabsdet_bar: Any, a: Any, sign: Any) -> Any:
    """a_bar of sign and logarithm of |det(a)|; the sign of a complex determinant is its phase."""
    weight = np.zeros(np.shape(sign)) if logabsdet_bar is None else np.asarray(logabsdet_bar)
    if sign_bar is not None and np.iscomplexobj(a):
        weight = weight + 1j * (np.conj(sign_bar) * sign * 1j).real
    return (weight[..., np.newaxis, np.newaxis] * conjugate_transpose(np.linalg.inv(a))).astype(a.dtype)


@adjoint(np.linalg.slogdet, source=GILES)
def slogdet(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar = logabsdet_bar * a^-H, and the phase's part for complex matrices. A singular matrix raises LinAlgError."""
    return slogdet_gradient(gradient[0], gradient[1], a, output[0])


@tangent(np.linalg.slogdet, inline=False)
def slogdet_tangent(a: Any, *, a_dot: Any, output: Any) -> Any:
    """The tangents of sign and logarithm: trace(a^-1 a_dot), its imaginary part turning the sign."""
    rate = np.sum(np.swapaxes(np.linalg.inv(a), -1, -2) * a_dot, axis=(-2, -1))
    if np.iscomplexobj(a):
        return output[0] * 1j * rate.imag, rate.real
    return np.zeros_like(output[0]), rate


def solve_gradients(a: Any, b: Any, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of `np.linalg.solve` for every pair of ranks; a vector `b` is shared by all of a stack."""
    vector = np.ndim(b) == 1
    columns_bar = gradient[..., np.newaxis] if vector else gradient
    columns = output[..., np.newaxis] if vector else output
    b_bar = np.linalg.solve(conjugate_transpose(a), columns_bar)
    a_bar = -b_bar @ conjugate_transpose(columns)
    return unbroadcast(a_bar, a), unbroadcast(b_bar[..., 0] if vector else b_bar, b)


@adjoint(np.linalg.solve, active=("a", "b"), source=GILES)
def solve(a: Any, b: Any, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """a_bar, b_bar of output = a^-1 b: b_bar = a^-H gradient, a_bar = -b_bar output^H (Giles 2008).

    a (..., n, n); b, output, gradient (n,) or (..., n, k). A singular `a` raises LinAlgError, as in the primal.
    """
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        b_bar = np.linalg.solve(np.conj(a.T), gradient)
        return unbroadcast(-np.outer(b_bar, np.conj(output)), a), unbroadcast(b_bar, b)
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        b_bar = np.linalg.solve(np.conj(a.T), gradient)
        return unbroadcast(-b_bar @ np.conj(output.T), a), unbroadcast(b_bar, b)
    a_bar, b_bar = solve_gradients(a, b, output, gradient)
    return a_bar, b_bar


@tangent(np.linalg.solve)
def solve_tangent(a: Any, b: Any, *, a_dot: Any, b_dot: Any, output: Any) -> Any:
    """a^-1 (b_dot - a_dot output)."""
    if np.ndim(a) == 2:
        return np.linalg.solve(a, b_dot - a_dot @ output)
    return solve_stack_tangent(a, b, a_dot, b_dot, output)


def solve_stack_tangent(a: Any, b: Any, a_dot: Any, b_dot: Any, output: Any) -> Any:
    """The tangent of the solutions of a stack of systems."""
    if np.ndim(b) == 1:
        right = b_dot[..., np.newaxis] - a_dot @ output[..., np.newaxis]
        return np.linalg.solve(a, right)[..., 0]
    return np.linalg.solve(a, b_dot - a_dot @ output)


def front_axes(a: Any, b: Any, axes: Any) -> list[int]:
    """The order of the axes of `a` in which `np.linalg.tensorsolve` solves: `axes` moved to the end."""
    order = list(range(np.ndim(a)))
    for axis in [] if axes is None else [k % np.ndim(a) for k in axes]:
        order.remove(axis)
        order.append(axis)
    return order


@adjoint(np.linalg.tensorsolve, active=("a", "b"), inline=False, source=GILES)
def tensorsolve(a: Any, b: Any, axes: Any = None, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """a_bar and b_bar of the solution of tensordot(a, output, output.ndim) = b."""
    order = front_axes(a, b, axes)
    moved = np.transpose(a, order)
    matrix = np.reshape(moved, (np.size(b), -1))
    b_bar = np.linalg.solve(np.conj(matrix.T), np.reshape(gradient, -1))
    moved_bar = np.reshape(-np.outer(b_bar, np.conj(np.reshape(output, -1))), moved.shape)
    return unbroadcast(np.transpose(moved_bar, np.argsort(order)), a), unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(np.linalg.tensorsolve, inline=False)
def tensorsolve_tangent(a: Any, b: Any, axes: Any = None, *, a_dot: Any, b_dot: Any, output: Any) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    moved_dot = np.transpose(a_dot, front_axes(a, b, axes))
    right = b_dot - np.reshape(np.tensordot(moved_dot, output, np.ndim(output)), np.shape(b))
    return np.linalg.tensorsolve(a, right, axes)


@adjoint(np.linalg.tensorinv, inline=False, source=GILES)
def tensorinv(a: Any, ind: int = 2, *, output: Any, gradient: Any) -> Any:
    """a_bar = -a^-H gradient a^-H of the matrix that `a` is, its first `ind` axes against the others."""
    rows = int(np.prod(np.shape(a)[:ind]))
    inv_h = np.conj(np.reshape(output, (-1, rows)).T)
    return np.reshape(-inv_h @ np.reshape(gradient, (-1, rows)) @ inv_h, np.shape(a))


@tangent(np.linalg.tensorinv, inline=False)
def tensorinv_tangent(a: Any, ind: int = 2, *, a_dot: Any, output: Any) -> Any:
    """-a^-1 a_dot a^-1 of the matrix that `a` is."""
    rows = int(np.prod(np.shape(a)[:ind]))
    inverse = np.reshape(output, (-1, rows))
    return np.reshape(-inverse @ np.reshape(a_dot, (rows, -1)) @ inverse, np.shape(output))


def frechet(function: Any, a: Any, direction: Any, *rest: Any) -> Any:
    """The derivative of a matrix function in a direction: the upper right block of f([[a, direction], [0, a]]).

    Mathias (1996), A Chain Rule for Matrix Functions and Applications.
    """
    n = np.shape(a)[-1]
    top = np.concatenate([a, direction], axis=-1)
    bottom = np.concatenate([np.zeros_like(a), a], axis=-1)
    return function(np.concatenate([top, bottom], axis=-2), *rest)[..., :n, n:]


@adjoint(np.linalg.matrix_power, result="maybe view", inline=False)
def matrix_power(a: Any, n: int, *, gradient: Any) -> Any:
    """a_bar = sum over k of (a^H)^k gradient (a^H)^(n - 1 - k), also for negative n."""
    return frechet(np.linalg.matrix_power, conjugate_transpose(a), gradient, n)


@tangent(np.linalg.matrix_power, inline=False)
def matrix_power_tangent(a: Any, n: int, *, a_dot: Any) -> Any:
    """The sum over k of a^k a_dot a^(n - 1 - k)."""
    return frechet(np.linalg.matrix_power, a, a_dot, n)


# Pseudo-inverse and least squares, of constant rank: Golub and Pereyra (1973), The Differentiation of Pseudo-Inverses.

GOLUB_PEREYRA = "Golub and Pereyra (1973), The Differentiation of Pseudo-Inverses and Nonlinear Least Squares Problems"


@adjoint(np.linalg.pinv, source=GOLUB_PEREYRA)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, rtol: Any = None, *, output: Any, gradient: Any) -> Any:
    """a_bar of the pseudo-inverse of matrices (..., m, n) whose rank does not change: Golub and Pereyra (1973)."""
    if hermitian:
        raise UnsupportedError("np.linalg.pinv with hermitian=True", "Leave out `hermitian`.")
    return pinv_gradient(a, output, gradient)


def pinv_gradient(a: Any, inverse: Any, gradient: Any) -> Any:
    """a_bar of the pseudo-inverse `inverse` of `a`."""
    inverse_h = conjugate_transpose(inverse)
    gradient_h = conjugate_transpose(gradient)
    a_bar = -inverse_h @ gradient @ inverse_h
    left = gradient_h @ inverse @ inverse_h
    right = inverse_h @ inverse @ gradient_h
    return a_bar + left - a @ (inverse @ left) + right - (right @ inverse) @ a


@tangent(np.linalg.pinv)
def pinv_tangent(
    a: Any, rcond: Any = None, hermitian: bool = False, rtol: Any = None, *, a_dot: Any, output: Any
) -> Any:
    """The tangent of the pseudo-inverse."""
    if hermitian:
        raise UnsupportedError("np.linalg.pinv with hermitian=True", "Leave out `hermitian`.")
    return pinv_direction(a, output, a_dot)


def pinv_direction(a: Any, inverse: Any, a_dot: Any) -> Any:
    """The derivative of the pseudo-inverse `inverse` of `a` in the direction `a_dot`."""
    inverse_h, a_dot_h = conjugate_transpose(inverse), conjugate_transpose(a_dot)
    left = inverse @ inverse_h @ a_dot_h
    right = a_dot_h @ inverse_h @ inverse
    return -inverse @ a_dot @ inverse + left - (left @ a) @ inverse + right - inverse @ (a @ right)


def truncated_svd(a: Any, rank: Any) -> tuple[Any, Any, Any]:
    """The singular vectors and values of `a` that count."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return u[:, :rank], s[:rank], vh[:rank]


def least_squares_gradients(a: Any, b: Any, output: Any, gradient: Any) -> tuple[Any, Any]:
    """a_bar and b_bar of (solution, residuals, rank, singular values) of least squares, of constant rank."""
    x_bar, residuals_bar, _, s_bar = gradient
    columns = np.reshape(b, (np.shape(b)[0], -1))
    x = np.reshape(output[0], (np.shape(a)[1], -1))
    x_bar = np.zeros(x.shape, x.dtype) if x_bar is None else np.reshape(x_bar, x.shape)
    u, s, vh = truncated_svd(a, output[2])
    inverse = conjugate_transpose(vh) / s @ conjugate_transpose(u)
    inverse_h = conjugate_transpose(inverse)
    residual = columns - a @ x
    b_bar = inverse_h @ x_bar
    a_bar = -b_bar @ conjugate_transpose(x) + residual @ conjugate_transpose(inverse @ b_bar)
    a_bar = a_bar + inverse_h @ x @ conjugate_transpose(x_bar - inverse @ (a @ x_bar))
    if residuals_bar is not None and np.size(output[1]):
        scaled = 2.0 * residual * np.reshape(residuals_bar, -1).real
        b_bar = b_bar + scaled
        a_bar = a_bar - scaled @ conjugate_transpose(x)
    if s_bar is not None:
        full_u, _, full_vh = np.linalg.svd(a, full_matrices=False)
        a_bar = a_bar + full_u * s_bar @ full_vh
    return unbroadcast(a_bar, a), unbroadcast(np.reshape(b_bar, np.shape(b)), b)


def least_squares_tangent(a: Any, b: Any, a_dot: Any, b_dot: Any, output: Any) -> tuple[Any, Any, Any, Any]:
    """The tangents of (solution, residuals, rank, singular values) of least squares."""
    columns = np.reshape(b, (np.shape(b)[0], -1))
    x = np.reshape(output[0], (np.shape(a)[1], -1))
    u, s, vh = truncated_svd(a, output[2])
    inverse = conjugate_transpose(vh) / s @ conjugate_transpose(u)
    residual = columns - a @ x
    residual_dot = np.reshape(b_dot, columns.shape) - a_dot @ x
    x_dot = inverse @ residual_dot + inverse @ (conjugate_transpose(inverse) @ (conjugate_transpose(a_dot) @ residual))
    bent = conjugate_transpose(a_dot) @ (conjugate_transpose(inverse) @ x)
    x_dot = x_dot + bent - inverse @ (a @ bent)
    residuals_dot = output[1]
    if np.size(output[1]):
        residuals_dot = np.reshape(2.0 * np.sum((np.conj(residual) * residual_dot).real, axis=0), np.shape(output[1]))
    full_u, _, full_vh = np.linalg.svd(a, full_matrices=False)
    s_dot = np.einsum("ji,jk,ik->i", np.conj(full_u), a_dot, np.conj(full_vh)).real
    return np.reshape(x_dot, np.shape(output[0])), residuals_dot, None, s_dot


@adjoint(np.linalg.lstsq, active=("a", "b"), inline=False, source=GOLUB_PEREYRA)
def lstsq(a: Any, b: Any, rcond: Any = None, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """a_bar and b_bar of (solution, residuals, rank, singular values), of constant rank: Golub and Pereyra (1973)."""
    a_bar, b_bar = least_squares_gradients(a, b, output, gradient)
    return a_bar, b_bar


@tangent(np.linalg.lstsq, inline=False)
def lstsq_tangent(a: Any, b: Any, rcond: Any = None, *, a_dot: Any, b_dot: Any, output: Any) -> Any:
    """The tangents of (solution, residuals, rank, singular values)."""
    return least_squares_tangent(a, b, a_dot, b_dot, output)


@adjoint(np.linalg.cond, inline=False)
def cond(x: Any, p: Any = None, *, gradient: Any) -> Any:
    """x_bar of the condition number: of |x| |x^-1|, or of the ratio of the extreme singular values for p = 2, -2."""
    gradient = np.asarray(gradient)
    if p in (None, 2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        top, low = (-1, 0) if p == -2 else (0, -1)
        s_bar = np.zeros_like(s)
        s_bar[..., top] = gradient / s[..., low]
        s_bar[..., low] -= gradient * s[..., top] / s[..., low] ** 2
        return unbroadcast(u * s_bar[..., np.newaxis, :] @ vh, x)
    inverse = np.linalg.inv(x)
    norms = [np.linalg.norm(a, p, (-2, -1)) for a in (x, inverse)]
    inverse_bar = matrix_norm_gradient(gradient * norms[0], inverse, norms[1], p)
    inverse_h = conjugate_transpose(inverse)
    return matrix_norm_gradient(gradient * norms[1], x, norms[0], p) - inverse_h @ inverse_bar @ inverse_h


@tangent(np.linalg.cond, inline=False)
def cond_tangent(x: Any, p: Any = None, *, x_dot: Any, output: Any) -> Any:
    """The inner product of the gradient and the tangent."""
    slope = cond(x, p, gradient=np.ones_like(output))
    return np.sum((np.conj(slope) * x_dot).real, axis=(-2, -1))
