"""Products of arrays: dot, matmul, inner, outer, tensordot, kron, cross and their relatives.

Each is linear in either operand, so there is one transpose per operand; the common ranks are written out, so that they
fold to the one product that an expert would write, and a helper covers every other combination of ranks.
Complex operands: the transpose of a product by `b` is a product by conj(b).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, linear, multilinear, same, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["cross_gradient", "diagonal_transpose", "matmul_gradient", "tensordot_gradient"]


def matmul_gradient(gradient: Any, x1: Any, x2: Any, wrt: int) -> Any:
    """The gradient of `x1 @ x2` with respect to operand `wrt` (1 or 2), for every pair of ranks."""
    if np.ndim(x1) == 1 and np.ndim(x2) == 1:
        return unbroadcast(gradient * np.conj(x2 if wrt == 1 else x1), x1 if wrt == 1 else x2)
    matrix1 = x1[np.newaxis, :] if np.ndim(x1) == 1 else x1
    matrix2 = x2[:, np.newaxis] if np.ndim(x2) == 1 else x2
    if np.ndim(x1) == 1:
        gradient = np.expand_dims(gradient, -2)
    if np.ndim(x2) == 1:
        gradient = np.expand_dims(gradient, -1)
    if wrt == 1:
        x1_bar = gradient @ np.conj(np.swapaxes(matrix2, -1, -2))
        return unbroadcast(x1_bar[..., 0, :] if np.ndim(x1) == 1 else x1_bar, x1)
    x2_bar = np.conj(np.swapaxes(matrix1, -1, -2)) @ gradient
    return unbroadcast(x2_bar[..., 0] if np.ndim(x2) == 1 else x2_bar, x2)


@multilinear(np.matmul, "x1", "x2", wrt="x1")
def matmul_x1(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """x1_bar of output = x1 @ x2: gradient @ x2^H for matrices, stacked and vector operands as `np.matmul` has them."""
    if np.ndim(x1) == 2 and np.ndim(x2) == 2:
        return unbroadcast(gradient @ np.conj(x2.T), x1)
    if np.ndim(x1) == 2 and np.ndim(x2) == 1:
        return unbroadcast(np.outer(gradient, np.conj(x2)), x1)
    if np.ndim(x1) == 1 and np.ndim(x2) == 2:
        return unbroadcast(np.conj(x2) @ gradient, x1)
    if np.ndim(x1) == 1 and np.ndim(x2) == 1:
        return unbroadcast(gradient * np.conj(x2), x1)
    return matmul_gradient(gradient, x1, x2, 1)


@multilinear(np.matmul, "x1", "x2", wrt="x2")
def matmul_x2(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """x2_bar of output = x1 @ x2: x1^H @ gradient for matrices, stacked and vector operands as `np.matmul` has them."""
    if np.ndim(x1) == 2 and np.ndim(x2) <= 2:
        return unbroadcast(np.conj(x1.T) @ gradient, x2)
    if np.ndim(x1) == 1 and np.ndim(x2) == 2:
        return unbroadcast(np.outer(np.conj(x1), gradient), x2)
    if np.ndim(x1) == 1 and np.ndim(x2) == 1:
        return unbroadcast(gradient * np.conj(x1), x2)
    return matmul_gradient(gradient, x1, x2, 2)


same(np.matmul, np.linalg.matmul)


def dot_axes(a: Any, b: Any) -> tuple[list[int], list[int]]:
    """The axes that `np.dot` contracts: the last of `a`, the last but one of `b`; none if either is a number."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return [], []
    return [np.ndim(a) - 1], [max(np.ndim(b) - 2, 0)]


@multilinear(np.dot, "a", "b", wrt="a")
def dot_a(a: Any, b: Any, *, gradient: Any) -> Any:
    """a_bar of output = np.dot(a, b): numbers, vectors, matrices, and stacks of them."""
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return unbroadcast(gradient @ np.conj(b.T), a)
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        return unbroadcast(np.outer(gradient, np.conj(b)), a)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return unbroadcast(gradient * np.conj(b), a)
    return tensordot_gradient(gradient, a, b, dot_axes(a, b), 1)


@multilinear(np.dot, "a", "b", wrt="b")
def dot_b(a: Any, b: Any, *, gradient: Any) -> Any:
    """b_bar of output = np.dot(a, b): numbers, vectors, matrices, and stacks of them."""
    if np.ndim(a) == 2 and (np.ndim(b) == 1 or np.ndim(b) == 2):
        return unbroadcast(np.conj(a.T) @ gradient, b)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return unbroadcast(gradient * np.conj(a), b)
    return tensordot_gradient(gradient, a, b, dot_axes(a, b), 2)


same(np.dot, np.ndarray.dot)


@multilinear(np.vdot, "a", "b", wrt="a")
def vdot_a(a: Any, b: Any, *, gradient: Any) -> Any:
    """a_bar of output = sum(conj(a) * b), of operands flattened: conj(gradient) b."""
    return unbroadcast(np.conj(gradient) * np.reshape(b, np.shape(a)), a)


@multilinear(np.vdot, "a", "b", wrt="b")
def vdot_b(a: Any, b: Any, *, gradient: Any) -> Any:
    """b_bar of output = sum(conj(a) * b), of operands flattened: gradient a."""
    return unbroadcast(gradient * np.reshape(a, np.shape(b)), b)


def inner_axes(a: Any, b: Any) -> tuple[list[int], list[int]]:
    """The axes that `np.inner` contracts: the last ones; none if either is a number."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return [], []
    return [np.ndim(a) - 1], [np.ndim(b) - 1]


@multilinear(np.inner, "a", "b", wrt="a")
def inner_a(a: Any, b: Any, *, gradient: Any) -> Any:
    """a_bar of output = np.inner(a, b), the sum of products over the last axes."""
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return unbroadcast(gradient * np.conj(b), a)
    return tensordot_gradient(gradient, a, b, inner_axes(a, b), 1)


@multilinear(np.inner, "a", "b", wrt="b")
def inner_b(a: Any, b: Any, *, gradient: Any) -> Any:
    """b_bar of output = np.inner(a, b), the sum of products over the last axes."""
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return unbroadcast(gradient * np.conj(a), b)
    return tensordot_gradient(gradient, a, b, inner_axes(a, b), 2)


@multilinear(np.outer, "a", "b", wrt="a")
def outer_a(a: Any, b: Any, *, gradient: Any) -> Any:
    """a_bar of output[i, j] = a[i] * b[j], of operands flattened."""
    return unbroadcast(np.reshape(gradient @ np.conj(np.ravel(b)), np.shape(a)), a)


@multilinear(np.outer, "a", "b", wrt="b")
def outer_b(a: Any, b: Any, *, gradient: Any) -> Any:
    """b_bar of output[i, j] = a[i] * b[j], of operands flattened."""
    return unbroadcast(np.reshape(np.conj(np.ravel(a)) @ gradient, np.shape(b)), b)


@multilinear(np.linalg.outer, "x1", "x2", wrt="x1")
def linalg_outer_x1(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """x1_bar of output[i, j] = x1[i] * x2[j]."""
    return unbroadcast(gradient @ np.conj(x2), x1)


@multilinear(np.linalg.outer, "x1", "x2", wrt="x2")
def linalg_outer_x2(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """x2_bar of output[i, j] = x1[i] * x2[j]."""
    return unbroadcast(np.conj(x1) @ gradient, x2)


@multilinear(np.vecdot, "x1", "x2", wrt="x1")
def vecdot_x1(x1: Any, x2: Any, axis: Any = -1, *, gradient: Any) -> Any:
    """x1_bar of output = sum(conj(x1) * x2, axis)."""
    return unbroadcast(np.conj(np.expand_dims(gradient, axis)) * x2, x1)


@multilinear(np.vecdot, "x1", "x2", wrt="x2")
def vecdot_x2(x1: Any, x2: Any, axis: Any = -1, *, gradient: Any) -> Any:
    """x2_bar of output = sum(conj(x1) * x2, axis)."""
    return unbroadcast(np.expand_dims(gradient, axis) * x1, x2)


same(np.vecdot, np.linalg.vecdot)

if hasattr(np, "matvec"):  # NumPy 2.2

    @multilinear(np.matvec, "x1", "x2", wrt="x1")
    def matvec_x1(x1: Any, x2: Any, *, gradient: Any) -> Any:
        """x1_bar of output[..., i] = sum_j x1[..., i, j] * x2[..., j]."""
        return unbroadcast(np.expand_dims(gradient, -1) * np.conj(np.expand_dims(x2, -2)), x1)

    @multilinear(np.matvec, "x1", "x2", wrt="x2")
    def matvec_x2(x1: Any, x2: Any, *, gradient: Any) -> Any:
        """x2_bar of output[..., i] = sum_j x1[..., i, j] * x2[..., j]."""
        return unbroadcast((np.conj(np.swapaxes(x1, -1, -2)) @ np.expand_dims(gradient, -1))[..., 0], x2)

    @multilinear(np.vecmat, "x1", "x2", wrt="x1")
    def vecmat_x1(x1: Any, x2: Any, *, gradient: Any) -> Any:
        """x1_bar of output[..., j] = sum_i conj(x1[..., i]) * x2[..., i, j]."""
        return unbroadcast((x2 @ np.conj(np.expand_dims(gradient, -1)))[..., 0], x1)

    @multilinear(np.vecmat, "x1", "x2", wrt="x2")
    def vecmat_x2(x1: Any, x2: Any, *, gradient: Any) -> Any:
        """x2_bar of output[..., j] = sum_i conj(x1[..., i]) * x2[..., i, j]."""
        return unbroadcast(np.expand_dims(x1, -1) * np.expand_dims(gradient, -2), x2)


def tensordot_axes(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int]]:
    """`axes` of `np.tensordot` as two lists of non-negative axes."""
    if np.ndim(axes) == 0 and not isinstance(axes, (list, tuple)):
        count = int(axes)
        return list(range(np.ndim(a) - count, np.ndim(a))), list(range(count))
    axes_a, axes_b = axes
    axes_a = [int(axes_a)] if np.ndim(axes_a) == 0 else [int(axis) for axis in axes_a]
    axes_b = [int(axes_b)] if np.ndim(axes_b) == 0 else [int(axis) for axis in axes_b]
    return [axis % np.ndim(a) for axis in axes_a], [axis % np.ndim(b) for axis in axes_b]


def tensordot_gradient(gradient: Any, a: Any, b: Any, axes: Any, wrt: int) -> Any:
    """The gradient of `np.tensordot(a, b, axes)` with respect to operand `wrt` (1 or 2)."""
    axes_a, axes_b = tensordot_axes(a, b, axes)
    free_a = [axis for axis in range(np.ndim(a)) if axis not in axes_a]
    free_b = [axis for axis in range(np.ndim(b)) if axis not in axes_b]
    if wrt == 1:
        product = np.tensordot(gradient, np.conj(b), (list(range(len(free_a), np.ndim(gradient))), free_b))
        order = free_a + [axes_a[axes_b.index(axis)] for axis in sorted(axes_b)]
        return unbroadcast(np.transpose(product, np.argsort(order)), a)
    product = np.tensordot(np.conj(a), gradient, (free_a, list(range(len(free_a)))))
    order = [axes_b[axes_a.index(axis)] for axis in sorted(axes_a)] + free_b
    return unbroadcast(np.transpose(product, np.argsort(order)), b)


@multilinear(np.tensordot, "a", "b", wrt="a")
def tensordot_a(a: Any, b: Any, axes: Any = 2, *, gradient: Any) -> Any:
    """a_bar of output = np.tensordot(a, b, axes)."""
    return tensordot_gradient(gradient, a, b, axes, 1)


@multilinear(np.tensordot, "a", "b", wrt="b")
def tensordot_b(a: Any, b: Any, axes: Any = 2, *, gradient: Any) -> Any:
    """b_bar of output = np.tensordot(a, b, axes)."""
    return tensordot_gradient(gradient, a, b, axes, 2)


@multilinear(np.linalg.tensordot, "x1", "x2", wrt="x1")
def linalg_tensordot_x1(x1: Any, x2: Any, axes: Any = 2, *, gradient: Any) -> Any:
    """x1_bar of output = np.linalg.tensordot(x1, x2, axes=axes)."""
    return tensordot_gradient(gradient, x1, x2, axes, 1)


@multilinear(np.linalg.tensordot, "x1", "x2", wrt="x2")
def linalg_tensordot_x2(x1: Any, x2: Any, axes: Any = 2, *, gradient: Any) -> Any:
    """x2_bar of output = np.linalg.tensordot(x1, x2, axes=axes)."""
    return tensordot_gradient(gradient, x1, x2, axes, 2)


def kron_gradient(gradient: Any, a: Any, b: Any, wrt: int) -> Any:
    """The gradient of `np.kron(a, b)`: the output's axes split into one of `a` and one of `b` each, one contracted."""
    rank = max(np.ndim(a), np.ndim(b))
    shape_a = (1,) * (rank - np.ndim(a)) + np.shape(a)
    shape_b = (1,) * (rank - np.ndim(b)) + np.shape(b)
    split = np.reshape(gradient, [n for pair in zip(shape_a, shape_b, strict=True) for n in pair])
    own, other = list(range(0, 2 * rank, 2)), list(range(1, 2 * rank, 2))
    if wrt == 1:
        product = np.tensordot(split, np.conj(np.reshape(b, shape_b)), (other, list(range(rank))))
        return unbroadcast(np.reshape(product, np.shape(a)), a)
    product = np.tensordot(split, np.conj(np.reshape(a, shape_a)), (own, list(range(rank))))
    return unbroadcast(np.reshape(product, np.shape(b)), b)


@multilinear(np.kron, "a", "b", wrt="a")
def kron_a(a: Any, b: Any, *, gradient: Any) -> Any:
    """a_bar of output = np.kron(a, b)."""
    return kron_gradient(gradient, a, b, 1)


@multilinear(np.kron, "a", "b", wrt="b")
def kron_b(a: Any, b: Any, *, gradient: Any) -> Any:
    """b_bar of output = np.kron(a, b)."""
    return kron_gradient(gradient, a, b, 2)


def spatial(x: Any, axis: int) -> Any:
    """`x` with the vectors on its last axis, plane vectors made spatial by a zero."""
    x = np.moveaxis(x, axis, -1)
    return x if x.shape[-1] == 3 else np.concatenate([x, np.zeros_like(x[..., :1])], -1)


def cross_gradient(
    gradient: Any, a: Any, b: Any, axisa: int, axisb: int, axisc: int, axis: int | None, wrt: int
) -> Any:
    """The gradient of `np.cross`: conj(b) x gradient for `a`, gradient x conj(a) for `b`; plane and spatial vectors."""
    if axis is not None:
        axisa = axisb = axisc = axis
    if np.shape(a)[axisa] == 2 and np.shape(b)[axisb] == 2:  # only the third component was returned
        zeros = np.zeros_like(gradient)
        gradient = np.stack([zeros, zeros, gradient], -1)
    else:
        gradient = np.moveaxis(gradient, axisc, -1)
    if wrt == 1:
        x, x_axis, product = a, axisa, np.cross(np.conj(spatial(b, axisb)), gradient)
    else:
        x, x_axis, product = b, axisb, np.cross(gradient, np.conj(spatial(a, axisa)))
    moved = np.moveaxis(x, x_axis, -1)
    return np.moveaxis(unbroadcast(product[..., : moved.shape[-1]], moved), -1, x_axis)


@multilinear(np.cross, "a", "b", wrt="a")
def cross_a(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None, *, gradient: Any
) -> Any:
    """a_bar of output = a x b."""
    return cross_gradient(gradient, a, b, axisa, axisb, axisc, axis, 1)


@multilinear(np.cross, "a", "b", wrt="b")
def cross_b(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None, *, gradient: Any
) -> Any:
    """b_bar of output = a x b."""
    return cross_gradient(gradient, a, b, axisa, axisb, axisc, axis, 2)


@multilinear(np.linalg.cross, "x1", "x2", wrt="x1")
def linalg_cross_x1(x1: Any, x2: Any, axis: int = -1, *, gradient: Any) -> Any:
    """x1_bar of output = x1 x x2."""
    return cross_gradient(gradient, x1, x2, axis, axis, axis, None, 1)


@multilinear(np.linalg.cross, "x1", "x2", wrt="x2")
def linalg_cross_x2(x1: Any, x2: Any, axis: int = -1, *, gradient: Any) -> Any:
    """x2_bar of output = x1 x x2."""
    return cross_gradient(gradient, x1, x2, axis, axis, axis, None, 2)


def diagonal_transpose(gradient: Any, a: Any, offset: int, axis1: int, axis2: int) -> Any:
    """Zeros like `a` with `gradient` on the diagonal of axes `axis1` and `axis2`: the transpose of `np.diagonal`."""
    a_bar = np.zeros(np.shape(a), a.dtype)
    moved = np.moveaxis(a_bar, (axis1, axis2), (-2, -1))
    count = gradient.shape[-1]
    rows = np.arange(count) + max(-offset, 0)
    moved[..., rows, rows + offset] = unbroadcast(gradient, moved[..., rows, rows + offset])
    return a_bar


@linear(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, *, gradient: Any) -> Any:
    """a_bar of the sum along a diagonal: the gradient on that diagonal."""
    count = max(0, min(a.shape[axis1] + min(offset, 0), a.shape[axis2] - max(offset, 0)))
    repeated = np.broadcast_to(np.expand_dims(gradient, -1), (*np.shape(gradient), count))
    return diagonal_transpose(repeated, a, offset, axis1, axis2)


same(np.trace, np.ndarray.trace)


@linear(np.linalg.trace)
def linalg_trace(x: Any, offset: int = 0, dtype: Any = None, *, gradient: Any) -> Any:
    """x_bar of the sums along the diagonals of the last two axes."""
    return trace(x, offset, -2, -1, dtype, gradient=gradient)


@adjoint(np.linalg.multi_dot, inline=False)
def multi_dot(arrays: Any, *, gradient: Any) -> list[Any]:
    """The gradients of a chain of products, each from the product before it and the product after it.

    The first and the last operand may be vectors.
    """
    matrices = [np.asarray(x) for x in arrays]
    column = matrices[-1].ndim == 1
    matrices[0] = np.atleast_2d(matrices[0])
    matrices[-1] = matrices[-1][:, np.newaxis] if column else matrices[-1]
    gradient = np.reshape(gradient, (matrices[0].shape[0], matrices[-1].shape[1]))
    lefts = [gradient]  # lefts[k]: (product of the first k)^H @ gradient
    for x in matrices[:-1]:
        lefts.append(np.conj(x.T) @ lefts[-1])
    gradients: list[Any] = []
    right = np.eye(matrices[-1].shape[1], dtype=matrices[-1].dtype)
    for x, original, left in zip(reversed(matrices), reversed(list(arrays)), reversed(lefts), strict=True):
        gradients.append(unbroadcast(np.reshape(left @ np.conj(right.T), np.shape(original)), original))
        right = x @ right
    return gradients[::-1]


@tangent(np.linalg.multi_dot, inline=False)
def multi_dot_tangent(arrays: Any, *, arrays_dot: Any) -> Any:
    """The product rule over the chain."""
    total: Any = 0.0
    for k, x_dot in enumerate(arrays_dot):
        if x_dot is not None and np.ndim(x_dot) > 0:
            total = total + np.linalg.multi_dot([*arrays[:k], x_dot, *arrays[k + 1 :]])
    return total
