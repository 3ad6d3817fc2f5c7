"""scipy.linalg's matrices of a given structure: block diagonal, Toeplitz, Hankel, circulant, companion and others.

Their elements are elements of the arguments; the transpose adds up what stands for the same one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from srcdiff.rules.convolution import whole
from srcdiff.rules.linalg import conjugate_transpose
from srcdiff.rules.registry import adjoint, linear, multilinear, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


@adjoint(sl.block_diag, active=("arrs",), inline=False)
def block_diag(*arrs: Any, gradient: Any) -> list[Any]:
    """The gradients of the blocks: the blocks of the gradient."""
    found: list[Any] = []
    row, column = 0, 0
    for x in arrs:
        rows, columns = np.atleast_2d(x).shape
        block = gradient[row : row + rows, column : column + columns]
        found.append(unbroadcast(np.reshape(block, np.shape(x)), x) if np.result_type(x).kind in "fc" else None)
        row, column = row + rows, column + columns
    return found


@tangent(sl.block_diag, inline=False)
def block_diag_tangent(*arrs: Any, arrs_dot: Any) -> Any:
    """The tangents of the blocks."""
    blocks = [
        x_dot if np.result_type(x).kind in "fc" else np.zeros(np.shape(x))
        for x, x_dot in zip(arrs, arrs_dot, strict=True)
    ]
    return sl.block_diag(*blocks)


def gathered(gradient: Any, index: Any, x: Any) -> Any:
    """x_bar of x.ravel()[index]: the gradient added up by index; -1 stands for an element that is none of x."""
    x_bar = np.zeros(np.size(x) + 1, np.result_type(gradient))
    np.add.at(x_bar, index, gradient)
    return unbroadcast(np.reshape(x_bar[:-1], np.shape(x)), x)


@adjoint(sl.toeplitz, active=("c", "r"), inline=False)
def toeplitz(c: Any, r: Any = None, *, gradient: Any) -> Any:
    """c_bar and r_bar of the matrix with first column c and first row r (conj(c) if left out; r[0] is not used)."""
    m, n = gradient.shape
    below = np.arange(m)[:, np.newaxis] - np.arange(n)
    c_bar = gathered(gradient, np.where(below >= 0, below, -1), c)
    above = np.where(below < 0, -below, -1)
    if r is None:
        return c_bar + np.conj(gathered(gradient, above, c)), None
    return c_bar, gathered(gradient, above, r)


@tangent(sl.toeplitz, inline=False)
def toeplitz_tangent(c: Any, r: Any = None, *, c_dot: Any, r_dot: Any) -> Any:
    """The Toeplitz matrix of the tangents."""
    return sl.toeplitz(c_dot, None if r is None else r_dot)


@adjoint(sl.hankel, active=("c", "r"), inline=False)
def hankel(c: Any, r: Any = None, *, gradient: Any) -> Any:
    """c_bar and r_bar of the matrix with first column c and last row r (zeros if left out; r[0] is not used)."""
    m, n = gradient.shape
    total = np.arange(m)[:, np.newaxis] + np.arange(n)
    c_bar = gathered(gradient, np.where(total < m, total, -1), c)
    if r is None:
        return c_bar, None
    return c_bar, gathered(gradient, np.where(total >= m, total - m + 1, -1), r)


@tangent(sl.hankel, inline=False)
def hankel_tangent(c: Any, r: Any = None, *, c_dot: Any, r_dot: Any) -> Any:
    """The Hankel matrix of the tangents."""
    return sl.hankel(c_dot, None if r is None else r_dot)


@linear(sl.circulant, inline=False)
def circulant(c: Any, *, gradient: Any) -> Any:
    """c_bar of the matrix whose columns are c, rolled one further each."""
    n = gradient.shape[-1]
    rows = (np.arange(n)[:, np.newaxis] + np.arange(n)) % n
    return unbroadcast(np.reshape(gradient[..., rows, np.arange(n)].sum(axis=-1), np.shape(c)), c)


@adjoint(sl.companion, inline=False)
def companion(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar of the companion matrix, whose first row is -a[1:] / a[0]."""
    row_bar = gradient[0] / np.conj(a[0])
    return unbroadcast(np.concatenate([[-np.sum(np.conj(output[0]) * row_bar)], -row_bar]), a)


@tangent(sl.companion, inline=False)
def companion_tangent(a: Any, *, a_dot: Any, output: Any) -> Any:
    """The tangent of the first row."""
    found = np.zeros_like(output)
    found[0] = (-a_dot[1:] - output[0] * a_dot[0]) / a[0]
    return found


@linear(sl.leslie, "f", "s", inline=False)
def leslie(f: Any, s: Any, *, gradient: Any) -> tuple[Any, Any]:
    """f_bar and s_bar of the matrix with first row f and s below the diagonal."""
    return unbroadcast(gradient[0].copy(), f), unbroadcast(np.diagonal(gradient, -1).copy(), s)


@linear(sl.convolution_matrix, inline=False)
def convolution_matrix(a: Any, n: int, mode: str = "full", *, gradient: Any) -> Any:
    """a_bar of the matrix that convolves with a."""
    total = len(a) + n - 1
    columns = np.stack([whole(column, len(a), n, mode) for column in gradient.T], axis=1)
    offset = np.arange(total)[:, np.newaxis] - np.arange(n)
    return gathered(columns, np.where((offset >= 0) & (offset < len(a)), offset, -1), a)


@multilinear(sl.khatri_rao, "a", "b", wrt="a", inline=False)
def khatri_rao_a(a: Any, b: Any, *, gradient: Any) -> Any:
    """a_bar of the Kronecker products of the columns."""
    split = np.reshape(gradient, (a.shape[0], b.shape[0], -1))
    return unbroadcast(np.einsum("ijk,jk->ik", split, np.conj(b)), a)


@multilinear(sl.khatri_rao, "a", "b", wrt="b", inline=False)
def khatri_rao_b(a: Any, b: Any, *, gradient: Any) -> Any:
    """b_bar of the Kronecker products of the columns."""
    split = np.reshape(gradient, (a.shape[0], b.shape[0], -1))
    return unbroadcast(np.einsum("ijk,ik->jk", split, np.conj(a)), b)


# Structured systems.


def column_and_row(c_or_cr: Any) -> tuple[Any, Any]:
    """The first column and the first row of a Toeplitz matrix."""
    if isinstance(c_or_cr, (tuple, list)):
        return c_or_cr[0], c_or_cr[1]
    return c_or_cr, np.conj(c_or_cr)


def toeplitz_bars(matrix_bar: Any, c_or_cr: Any) -> Any:
    """The gradient of column and row (or of the column alone) from that of the matrix."""
    if isinstance(c_or_cr, tuple):
        return toeplitz(*c_or_cr, gradient=matrix_bar)
    return toeplitz(c_or_cr, gradient=matrix_bar)[0]


def outer_h(x: Any, y: Any) -> Any:
    """X y^H, for vectors or matrices."""
    return np.outer(x, np.conj(y)) if np.ndim(x) == 1 else x @ conjugate_transpose(y)


@adjoint(sl.solve_toeplitz, active=("c_or_cr", "b"), inline=False)
def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: Any = True, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of column and row, and of the right-hand side, of a Toeplitz system."""
    c, r = column_and_row(c_or_cr)
    head = np.conj(c[:1])
    b_bar = sl.solve_toeplitz(
        (np.concatenate([head, np.conj(r[1:])]), np.concatenate([head, np.conj(c[1:])])), gradient
    )
    return toeplitz_bars(-outer_h(b_bar, output), c_or_cr), unbroadcast(b_bar, b)


@tangent(sl.solve_toeplitz, inline=False)
def solve_toeplitz_tangent(
    c_or_cr: Any, b: Any, check_finite: Any = True, *, c_or_cr_dot: Any, b_dot: Any, output: Any
) -> Any:
    """The solution with the right-hand side b_dot - a_dot output."""
    direction = sl.toeplitz(*column_and_row(c_or_cr_dot))
    return sl.solve_toeplitz(c_or_cr, b_dot - direction @ output)


@adjoint(sl.matmul_toeplitz, active=("c_or_cr", "x"), inline=False)
def matmul_toeplitz(
    c_or_cr: Any, x: Any, check_finite: Any = False, workers: Any = None, *, gradient: Any
) -> tuple[Any, Any]:
    """The gradients of column and row, and of the operand, of a product with a Toeplitz matrix."""
    c, r = column_and_row(c_or_cr)
    head = np.conj(c[:1])
    transposed = np.concatenate([head, np.conj(r[1:])]), np.concatenate([head, np.conj(c[1:])])
    return toeplitz_bars(outer_h(gradient, x), c_or_cr), unbroadcast(sl.matmul_toeplitz(transposed, gradient), x)


@tangent(sl.matmul_toeplitz, inline=False)
def matmul_toeplitz_tangent(
    c_or_cr: Any, x: Any, check_finite: Any = False, workers: Any = None, *, c_or_cr_dot: Any, x_dot: Any
) -> Any:
    """The product rule."""
    return sl.matmul_toeplitz(column_and_row(c_or_cr_dot), x) + sl.matmul_toeplitz(c_or_cr, x_dot)
