"""Norms of vectors and matrices, of every order.

At a kink the derivative is a subgradient: 0 where the norm is 0, the mean over ties where several elements (rows,
columns, singular values) attain a maximum or minimum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["matrix_norm_gradient", "norm_gradient", "vector_norm_gradient"]


def vector_norm_gradient(gradient: Any, x: Any, output: Any, order: Any) -> Any:
    """x_bar of norms over the last axis; `gradient` and `output` have the shape of `x` without it."""
    gradient, output = np.asarray(gradient)[..., np.newaxis], np.asarray(output)[..., np.newaxis]
    if order is None or order == 2:
        return x * (gradient / np.where(output == 0, 1.0, output))
    size = np.abs(x)
    direction = x / np.where(size == 0, 1.0, size)
    if order == 0:
        return np.zeros_like(x)
    if order == 1:
        return gradient * direction
    if np.isinf(order):
        share = size == output
        return gradient * direction * (share / np.maximum(share.sum(axis=-1, keepdims=True), 1)).astype(size.dtype)
    ratio = np.where(size == 0, 1.0, size) / np.where(output == 0, 1.0, output)
    return gradient * direction * ratio ** (order - 1)


def matrix_norm_gradient(gradient: Any, x: Any, output: Any, order: Any) -> Any:
    """x_bar of norms over the last two axes; `gradient` and `output` have the shape of `x` without them."""
    gradient = np.asarray(gradient)[..., np.newaxis, np.newaxis]
    output = np.asarray(output)[..., np.newaxis, np.newaxis]
    if order in (None, "fro", "f"):
        return x * (gradient / np.where(output == 0, 1.0, output))
    if order in (1, -1, np.inf, -np.inf):
        size = np.abs(x)
        sums = size.sum(axis=-2 if abs(order) == 1 else -1, keepdims=True)
        share = sums == output
        share = (share / np.maximum(share.sum(axis=(-2, -1), keepdims=True), 1)).astype(size.dtype)
        return gradient * share * (x / np.where(size == 0, 1.0, size))
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    if order == "nuc":
        floor = s[..., :1] * (max(np.shape(x)[-2:]) * np.finfo(s.dtype).eps)
        weights = (s > floor).astype(s.dtype)
    else:
        extreme = s[..., :1] if order == 2 else s[..., -1:]
        share = (s == extreme) & (extreme > 0)
        weights = (share / np.maximum(share.sum(axis=-1, keepdims=True), 1)).astype(s.dtype)
    return gradient * (u * weights[..., np.newaxis, :] @ vh)


def norm_axes(x: Any, order: Any, axis: Any) -> tuple[int, ...] | None:
    """The axes of a norm as `np.linalg.norm` understands them; None where it flattens."""
    if axis is None:
        return None if order is None or np.ndim(x) == 1 else tuple(range(np.ndim(x)))
    return tuple(k % np.ndim(x) for k in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def norm_gradient(gradient: Any, x: Any, output: Any, order: Any, axes: Any, matrix: bool) -> Any:
    """x_bar of norms over the axes, as of vectors or of matrices; None for the axes means all of them, flat."""
    if axes is None:
        flat_bar = vector_norm_gradient(np.reshape(gradient, ()), np.reshape(x, -1), np.reshape(output, ()), order)
        return unbroadcast(np.reshape(flat_bar, np.shape(x)), x)
    last = range(-len(axes), 0)
    moved = np.moveaxis(x, axes, last)
    outer = moved.shape[: moved.ndim - len(axes)]
    if matrix:
        moved_bar = matrix_norm_gradient(np.reshape(gradient, outer), moved, np.reshape(output, outer), order)
    else:
        flat = np.reshape(moved, (*outer, -1))
        moved_bar = vector_norm_gradient(np.reshape(gradient, outer), flat, np.reshape(output, outer), order)
    return unbroadcast(np.moveaxis(np.reshape(moved_bar, moved.shape), last, axes), x)


def norm_tangent_of(x: Any, x_dot: Any, output: Any, order: Any, axes: Any, matrix: bool) -> Any:
    """The tangent of norms: the inner product of the slope and `x_dot` over the axes."""
    slope = norm_gradient(np.ones_like(output), x, output, order, axes, matrix)
    return np.reshape(np.sum((np.conj(slope) * x_dot).real, axis=axes), np.shape(output))


@adjoint(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, *, output: Any, gradient: Any) -> Any:
    """x_bar of the norms of vectors or matrices; 0 where the norm is 0."""
    if ord is None and axis is None and not keepdims:
        return gradient / np.where(output == 0.0, 1.0, output) * x
    axes = norm_axes(x, ord, axis)
    return norm_gradient(gradient, x, output, ord, axes, axes is not None and len(axes) == 2)


@tangent(np.linalg.norm, inline=False)
def norm_tangent(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, *, x_dot: Any, output: Any) -> Any:
    """The tangent of the norms."""
    axes = norm_axes(x, ord, axis)
    return norm_tangent_of(x, x_dot, output, ord, axes, axes is not None and len(axes) == 2)


@adjoint(np.linalg.vector_norm, inline=False)
def vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2, *, output: Any, gradient: Any) -> Any:
    """x_bar of the norms of what stands along the axes, flattened."""
    return norm_gradient(gradient, x, output, ord, norm_axes(x, None, axis), False)


@tangent(np.linalg.vector_norm, inline=False)
def vector_norm_tangent(
    x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2, *, x_dot: Any, output: Any
) -> Any:
    """The tangent of the norms."""
    return norm_tangent_of(x, x_dot, output, ord, norm_axes(x, None, axis), False)


@adjoint(np.linalg.matrix_norm, inline=False)
def matrix_norm(x: Any, keepdims: bool = False, ord: Any = "fro", *, output: Any, gradient: Any) -> Any:
    """x_bar of the norms of the matrices on the last two axes."""
    return norm_gradient(gradient, x, output, ord, (np.ndim(x) - 2, np.ndim(x) - 1), True)


@tangent(np.linalg.matrix_norm, inline=False)
def matrix_norm_tangent(x: Any, keepdims: bool = False, ord: Any = "fro", *, x_dot: Any, output: Any) -> Any:
    """The tangent of the norms."""
    return norm_tangent_of(x, x_dot, output, ord, (np.ndim(x) - 2, np.ndim(x) - 1), True)
