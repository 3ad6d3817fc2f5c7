"""Matrices and grids made from vectors: diag, diagflat, vander, meshgrid."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.products import diagonal_transpose
from srcdiff.rules.registry import adjoint, linear, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["grid_axis"]


@linear(np.diag, result="maybe view")
def diag(v: Any, k: int = 0, *, gradient: Any) -> Any:
    """v_bar: the diagonal of `gradient` for a vector; `gradient` on the diagonal for a matrix."""
    if np.ndim(v) == 1:
        return np.diagonal(gradient, k)
    return diagonal_transpose(gradient, v, k, 0, 1)


@linear(np.diagflat)
def diagflat(v: Any, k: int = 0, *, gradient: Any) -> Any:
    """v_bar: the diagonal of `gradient`."""
    return unbroadcast(np.reshape(np.diagonal(gradient, k), np.shape(v)), v)


def vander_slope(x: Any, columns: int, increasing: Any) -> Any:
    """The derivative of each power in `np.vander` by its base."""
    powers = np.arange(columns) if increasing else np.arange(columns)[::-1]
    return powers * np.expand_dims(x, -1) ** np.maximum(powers - 1, 0)


@adjoint(np.vander)
def vander(x: Any, N: Any = None, increasing: Any = False, *, output: Any, gradient: Any) -> Any:
    """x_bar of output[:, j] = x ** p[j]: the sum over the powers."""
    return unbroadcast(np.sum(gradient * np.conj(vander_slope(x, np.shape(output)[1], increasing)), axis=1), x)


@tangent(np.vander)
def vander_tangent(x: Any, N: Any = None, increasing: Any = False, *, x_dot: Any, output: Any) -> Any:
    """Each power's slope times the tangent."""
    return vander_slope(x, np.shape(output)[1], increasing) * np.expand_dims(x_dot, -1)


def grid_axis(k: int, indexing: str) -> int:
    """The axis of a mesh along which its coordinate number `k` varies."""
    return 1 - k if indexing == "xy" and k < 2 else k


def mesh_transpose(gradient: Any, xi: Any, indexing: str) -> list[Any]:
    """The gradient of each vector: that of its coordinate, summed over all other axes of the mesh."""
    found = []
    for k, x in enumerate(xi):
        axis = grid_axis(k, indexing) if len(xi) > 1 else 0
        others = tuple(j for j in range(len(xi)) if j != axis)
        total = np.zeros(np.size(x)) if gradient[k] is None else np.sum(gradient[k], axis=others)
        found.append(unbroadcast(np.reshape(total, np.shape(x)), x))
    return found


@linear(np.meshgrid, "xi")
def meshgrid(*xi: Any, sparse: Any = False, indexing: str = "xy", gradient: Any) -> Any:
    """The gradient of each vector: that of its coordinate, summed over all other axes of the mesh."""
    return mesh_transpose(gradient, xi, indexing)
