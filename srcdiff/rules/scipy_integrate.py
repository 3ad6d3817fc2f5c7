"""scipy.integrate's rules for sampled functions: trapezoids, Simpson, Romberg."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate as si

from srcdiff.rules.registry import adjoint, linear, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


def along(x: Any, y: Any, axis: int) -> Any:
    """Sample points with the axes of `y`, the samples last: one line of points serves every line of `y`."""
    return np.asarray(x) if np.ndim(x) == 1 else np.moveaxis(x, axis, -1)


def widths(x: Any, dx: Any, y: Any, axis: int) -> Any:
    """The distances of neighbouring samples, on the last axis."""
    return dx if x is None else np.diff(along(x, y, axis))


def scatter_pairs(pairs_bar: Any) -> Any:
    """The transpose of the sums of neighbours along the last axis."""
    zeros = np.zeros((*pairs_bar.shape[:-1], 1), pairs_bar.dtype)
    return np.concatenate([pairs_bar, zeros], axis=-1) + np.concatenate([zeros, pairs_bar], axis=-1)


def trapezoid_gradients(areas_bar: Any, y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any, Any]:
    """The gradients of y, x and dx from those of the areas between neighbours, which stand on the last axis."""
    moved = np.moveaxis(y, axis, -1)
    y_bar = np.moveaxis(scatter_pairs(areas_bar * (0.5 * widths(x, dx, y, axis))), -1, axis)
    widths_bar = (areas_bar * np.conj(0.5 * (moved[..., 1:] + moved[..., :-1]))).real
    if x is None:
        return unbroadcast(y_bar, y), None, unbroadcast(np.sum(widths_bar), dx)
    zeros = np.zeros((*widths_bar.shape[:-1], 1))
    x_bar = np.concatenate([zeros, widths_bar], axis=-1) - np.concatenate([widths_bar, zeros], axis=-1)
    x_bar = unbroadcast(x_bar, x) if np.ndim(x) == 1 else unbroadcast(np.moveaxis(x_bar, -1, axis), x)
    return unbroadcast(y_bar, y), x_bar, None


def areas_tangent(y: Any, x: Any, dx: Any, axis: int, y_dot: Any, x_dot: Any, dx_dot: Any) -> Any:
    """The tangents of the areas between neighbours, on the last axis."""
    moved, moved_dot = np.moveaxis(y, axis, -1), np.moveaxis(y_dot, axis, -1)
    rate = dx_dot if x is None else np.diff(along(x_dot, y, axis))
    means_dot = 0.5 * (moved_dot[..., 1:] + moved_dot[..., :-1])
    return means_dot * widths(x, dx, y, axis) + 0.5 * (moved[..., 1:] + moved[..., :-1]) * rate


@adjoint(si.trapezoid, active=("y", "x", "dx"), inline=False)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, gradient: Any) -> tuple[Any, Any, Any]:
    """The gradients of samples, points and spacing of an integral by trapezoids."""
    shape = np.shape(np.moveaxis(y, axis, -1))
    areas_bar = np.broadcast_to(np.asarray(gradient)[..., np.newaxis], (*shape[:-1], max(shape[-1] - 1, 0)))
    y_bar, x_bar, dx_bar = trapezoid_gradients(areas_bar, y, x, dx, axis)
    return y_bar, x_bar, dx_bar


@tangent(si.trapezoid, inline=False)
def trapezoid_tangent(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, y_dot: Any, x_dot: Any, dx_dot: Any
) -> Any:
    """The tangent of an integral by trapezoids."""
    return np.sum(areas_tangent(y, x, dx, axis, y_dot, x_dot, dx_dot), axis=-1)


@adjoint(si.cumulative_trapezoid, active=("y", "x", "dx"), inline=False)
def cumulative_trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None, *, gradient: Any
) -> tuple[Any, Any, Any]:
    """The gradients of samples, points and spacing of running integrals by trapezoids."""
    moved_bar = np.moveaxis(gradient, axis, -1)
    moved_bar = moved_bar if initial is None else moved_bar[..., 1:]
    areas_bar = np.cumsum(moved_bar[..., ::-1], axis=-1)[..., ::-1]
    y_bar, x_bar, dx_bar = trapezoid_gradients(areas_bar, y, x, dx, axis)
    return y_bar, x_bar, dx_bar


@tangent(si.cumulative_trapezoid, inline=False)
def cumulative_trapezoid_tangent(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None, *, y_dot: Any, x_dot: Any, dx_dot: Any
) -> Any:
    """The tangents of running integrals by trapezoids; the initial value is a constant."""
    running = np.cumsum(areas_tangent(y, x, dx, axis, y_dot, x_dot, dx_dot), axis=-1)
    if initial is not None:
        running = np.concatenate([np.zeros((*running.shape[:-1], 1), running.dtype), running], axis=-1)
    return np.moveaxis(running, -1, axis)


def simpson_weights(n: int, h: Any) -> Any:
    """The weights of n samples by Simpson's rule with distances h on the last axis (Cartwright 2017 for even n)."""
    weights = np.zeros((*h.shape[:-1], n))
    if n == 2:
        return weights + 0.5 * h
    stop = n if n % 2 else n - 1
    first, second = h[..., 0 : stop - 1 : 2], h[..., 1 : stop - 1 : 2]
    total = first + second
    weights[..., 0 : stop - 2 : 2] += total / 6.0 * (2.0 - second / first)
    weights[..., 1 : stop - 1 : 2] += total**3 / (6.0 * first * second)
    weights[..., 2:stop:2] += total / 6.0 * (2.0 - first / second)
    if n % 2 == 0:
        p, q = h[..., -2], h[..., -1]
        weights[..., -1] += (2.0 * q**2 + 3.0 * p * q) / (6.0 * (p + q))
        weights[..., -2] += (q**2 + 3.0 * p * q) / (6.0 * p)
        weights[..., -3] -= q**3 / (6.0 * p * (p + q))
    return weights


@adjoint(si.simpson, inline=False, source="Cartwright (2017), Simpson's Rule Cumulative Integration with MS Excel")
def simpson(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, gradient: Any) -> Any:
    """y_bar of an integral by Simpson's rule; the sample points are constants."""
    moved = np.moveaxis(y, axis, -1)
    n = moved.shape[-1]
    h = np.full(n - 1, float(dx)) if x is None else widths(x, dx, y, axis)
    y_bar = np.asarray(gradient)[..., np.newaxis] * (simpson_weights(n, h) if n > 1 else np.zeros(n))
    return unbroadcast(np.moveaxis(np.broadcast_to(y_bar, moved.shape), -1, axis), y)


@tangent(si.simpson)
def simpson_tangent(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, y_dot: Any) -> Any:
    """The integral of the tangent."""
    return si.simpson(y_dot, x, dx=dx, axis=axis)


@linear(si.romb, inline=False)
def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: Any = False, *, gradient: Any) -> Any:
    """y_bar of an integral by Romberg's rule: its weights are its integrals of unit samples."""
    moved = np.moveaxis(y, axis, -1)
    weights = si.romb(np.eye(moved.shape[-1]), dx, axis=0)
    return unbroadcast(np.moveaxis(np.asarray(gradient)[..., np.newaxis] * weights, -1, axis), y)
