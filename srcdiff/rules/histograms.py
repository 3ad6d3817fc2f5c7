"""Histograms: differentiable in the weights and in the bin edges.

A count does not change with the data. Where the edges are made from the data they follow its extremes, and a density
divides by the widths of the bins.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


def edges_gradient(edges_bar: Any, a: Any, bins: Any, given: Any) -> Any:
    """a_bar of the edges: equally spaced from the minimum to the maximum if neither edges nor a range were given."""
    a_bar = np.zeros(np.shape(a), a.dtype)
    if edges_bar is None or given is not None or np.ndim(bins) == 1 or np.size(a) == 0:
        return a_bar
    fraction = np.linspace(0.0, 1.0, np.size(edges_bar))
    flat, values = np.reshape(a_bar, -1), np.reshape(a, -1)
    flat[np.argmin(values)] += np.sum(edges_bar * (1.0 - fraction))
    flat[np.argmax(values)] += np.sum(edges_bar * fraction)
    return a_bar


def edges_tangent(a: Any, bins: Any, given: Any, a_dot: Any, edges: Any) -> Any:
    """The tangent of the edges."""
    if given is not None or np.ndim(bins) == 1 or np.size(a) == 0:
        return np.zeros(np.shape(edges), edges.dtype)
    fraction = np.linspace(0.0, 1.0, np.size(edges))
    flat_dot, values = np.reshape(a_dot, -1), np.reshape(a, -1)
    return (1.0 - fraction) * flat_dot[np.argmin(values)] + fraction * flat_dot[np.argmax(values)]


def bin_of(a: Any, edges: Any) -> tuple[Any, Any]:
    """The bin of each number, and whether it is in any; the last bin has both its edges."""
    number = np.searchsorted(edges, a, side="right") - 1
    number = np.where(a == edges[-1], len(edges) - 2, number)
    inside = (number >= 0) & (number < len(edges) - 1)
    return np.where(inside, number, 0), inside


def bin_volumes(edges: list[Any]) -> Any:
    """The product of the widths of each bin."""
    volumes = np.ones(())
    for these in edges:
        volumes = volumes[..., np.newaxis] * np.diff(these)
    return volumes


def counts(sample: list[Any], edges: list[Any], weights: Any) -> tuple[Any, Any, Any]:
    """The weighted counts, and for each point its bin (an index tuple) and whether it is in any."""
    pairs = [bin_of(x, these) for x, these in zip(sample, edges, strict=True)]
    inside = np.logical_and.reduce([these for _, these in pairs])
    index = tuple(number for number, _ in pairs)
    found = np.zeros([len(these) - 1 for these in edges])
    if np.iscomplexobj(weights):
        found = found.astype(complex)
    np.add.at(found, index, np.where(inside, 1.0 if weights is None else weights, 0.0))
    return found, index, inside


def density_gradients(hist_bar: Any, found: Any, edges: list[Any], edges_bar: list[Any]) -> tuple[Any, list[Any]]:
    """The gradients of count and edges for density = count / (sum(count) * volume)."""
    volumes, total = bin_volumes(edges), found.sum()
    scaled = hist_bar / (total * volumes)
    counts_bar = scaled - np.sum(scaled * found) / total
    volumes_bar = -scaled * found / volumes
    collected = []
    for axis, (these, these_bar) in enumerate(zip(edges, edges_bar, strict=True)):
        widths = np.diff(these)
        others = tuple(k for k in range(len(edges)) if k != axis)
        widths_bar = np.sum(volumes_bar * volumes, axis=others) / widths
        total_bar = np.zeros(len(these)) if these_bar is None else np.asarray(these_bar, float).copy()
        total_bar[1:] += widths_bar
        total_bar[:-1] -= widths_bar
        collected.append(total_bar)
    return counts_bar, collected


def density_tangent(found: Any, found_dot: Any, edges: list[Any], edges_dot: list[Any]) -> Any:
    """The tangent of density = count / (sum(count) * volume)."""
    volumes, total = bin_volumes(edges), found.sum()
    relative = np.zeros(volumes.shape)
    for axis, (these, these_dot) in enumerate(zip(edges, edges_dot, strict=True)):
        shape = [-1 if k == axis else 1 for k in range(len(edges))]
        relative = relative + np.reshape(np.diff(these_dot) / np.diff(these), shape)
    density = found / (total * volumes)
    return found_dot / (total * volumes) - density * (np.sum(found_dot) / total + relative)


def refuse_active_edges(weights: Any) -> None:
    """Refuse weights for which NumPy itself makes the edges from the weights."""
    if np.iscomplexobj(weights):
        raise UnsupportedError("np.histogram of complex weights", "Count the real and the imaginary part separately.")


@adjoint(np.histogram, inline=False, active=("a", "weights"))
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None, *, output: Any, gradient: Any
) -> Any:
    """a_bar (by way of the edges) and weights_bar of (counts or density, edges)."""
    refuse_active_edges(weights)
    hist_bar, edges_bar = gradient
    edges = output[1]
    hist_bar = np.zeros(len(edges) - 1) if hist_bar is None else hist_bar
    flat = np.reshape(a, -1)
    flat_weights = None if weights is None else np.reshape(weights, -1)
    found, index, inside = counts([flat], [edges], flat_weights)
    if density:
        hist_bar, (edges_bar,) = density_gradients(hist_bar, found, [edges], [edges_bar])
    weights_bar = None
    if weights is not None:
        weights_bar = unbroadcast(np.reshape(np.where(inside, hist_bar[index], 0.0), np.shape(weights)), weights)
    return edges_gradient(edges_bar, a, bins, range), None, None, None, weights_bar


@tangent(np.histogram, inline=False)
def histogram_tangent(
    a: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
    *,
    a_dot: Any,
    weights_dot: Any,
    output: Any,
) -> Any:
    """The tangents of (counts or density, edges); without weights and density the counts are integers: None."""
    refuse_active_edges(weights)
    edges = output[1]
    edges_dot = edges_tangent(a, bins, range, a_dot, edges)
    if weights is None and not density:
        return None, edges_dot
    flat = np.reshape(a, -1)
    found, _, _ = counts([flat], [edges], None if weights is None else np.reshape(weights, -1))
    found_dot = np.zeros(found.shape)
    if weights is not None:
        found_dot, _, _ = counts([flat], [edges], np.reshape(weights_dot, -1))
    return density_tangent(found, found_dot, [edges], [edges_dot]) if density else found_dot, edges_dot


@adjoint(np.histogram_bin_edges, inline=False)
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None, *, gradient: Any) -> Any:
    """a_bar of bin edges from the minimum to the maximum of `a`; zero where edges or a range were given."""
    return edges_gradient(gradient, a, bins, range)


@tangent(np.histogram_bin_edges, inline=False)
def histogram_bin_edges_tangent(
    a: Any, bins: Any = 10, range: Any = None, weights: Any = None, *, a_dot: Any, output: Any
) -> Any:
    """The tangent of the bin edges."""
    return edges_tangent(a, bins, range, a_dot, output)


def dimension(option: Any, axis: int) -> Any:
    """What `bins` or `range` of a histogram in several dimensions says for one of them."""
    return option[axis] if hasattr(option, "__len__") else option


def columns_gradients(
    gradient: Any, columns: list[Any], bins: Any, given: Any, density: Any, weights: Any, hist: Any, edges: list[Any]
) -> tuple[list[Any], Any]:
    """The gradients of the coordinates (by way of the edges) and of the weights."""
    hist_bar, edges_bar = gradient
    hist_bar = np.zeros(np.shape(hist)) if hist_bar is None else hist_bar
    edges_bar = [None] * len(edges) if edges_bar is None else list(edges_bar)
    found, index, inside = counts(columns, edges, weights)
    if density:
        hist_bar, edges_bar = density_gradients(hist_bar, found, edges, edges_bar)
    columns_bar = [
        edges_gradient(edges_bar[k], x, dimension(bins, k), dimension(given, k)) for k, x in enumerate(columns)
    ]
    if weights is None:
        return columns_bar, None
    return columns_bar, unbroadcast(np.where(inside, hist_bar[index], 0.0), weights)


def columns_tangent(
    columns: list[Any],
    bins: Any,
    given: Any,
    density: Any,
    weights: Any,
    columns_dot: list[Any],
    weights_dot: Any,
    edges: list[Any],
) -> tuple[Any, list[Any]]:
    """The tangents of the histogram and of the edges."""
    edges_dot = [
        edges_tangent(x, dimension(bins, k), dimension(given, k), columns_dot[k], edges[k])
        for k, x in enumerate(columns)
    ]
    found, _, _ = counts(columns, edges, weights)
    found_dot = np.zeros(found.shape)
    if weights is not None:
        found_dot, _, _ = counts(columns, edges, weights_dot)
    return density_tangent(found, found_dot, edges, edges_dot) if density else found_dot, edges_dot


def plane_bins(bins: Any) -> Any:
    """`bins` of `np.histogram2d` as `np.histogramdd` takes it: one array stands for both dimensions."""
    return [bins, bins] if hasattr(bins, "__len__") and len(bins) != 2 else bins


@adjoint(np.histogram2d, inline=False, active=("x", "y", "weights"))
def histogram2d(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """x_bar, y_bar (by way of the edges) and weights_bar of (counts or density, x edges, y edges)."""
    (x_bar, y_bar), weights_bar = columns_gradients(
        (gradient[0], gradient[1:]), [x, y], plane_bins(bins), range, density, weights, output[0], list(output[1:])
    )
    return x_bar, y_bar, None, None, None, weights_bar


@tangent(np.histogram2d, inline=False)
def histogram2d_tangent(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
    *,
    x_dot: Any,
    y_dot: Any,
    weights_dot: Any,
    output: Any,
) -> Any:
    """The tangents of (counts or density, x edges, y edges)."""
    hist_dot, edges_dot = columns_tangent(
        [x, y], plane_bins(bins), range, density, weights, [x_dot, y_dot], weights_dot, list(output[1:])
    )
    return hist_dot, *edges_dot


@adjoint(np.histogramdd, inline=False, active=("sample", "weights"))
def histogramdd(
    sample: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """sample_bar (by way of the edges) and weights_bar of (counts or density, edges); `sample` is one point a row."""
    if isinstance(sample, (list, tuple)):
        raise UnsupportedError("np.histogramdd of a list of coordinates", "Stack them: np.stack(sample, axis=1).")
    rows = sample if np.ndim(sample) == 2 else np.reshape(sample, (-1, 1))
    columns_bar, weights_bar = columns_gradients(
        gradient, list(rows.T), bins, range, density, weights, output[0], list(output[1])
    )
    return np.reshape(np.stack(columns_bar, axis=1), np.shape(sample)), None, None, None, weights_bar


@tangent(np.histogramdd, inline=False)
def histogramdd_tangent(
    sample: Any,
    bins: Any = 10,
    range: Any = None,
    density: Any = None,
    weights: Any = None,
    *,
    sample_dot: Any,
    weights_dot: Any,
    output: Any,
) -> Any:
    """The tangents of (counts or density, edges)."""
    rows = sample if np.ndim(sample) == 2 else np.reshape(sample, (-1, 1))
    rows_dot = np.reshape(sample_dot, rows.shape)
    hist_dot, edges_dot = columns_tangent(
        list(rows.T), bins, range, density, weights, list(rows_dot.T), weights_dot, list(output[1])
    )
    return hist_dot, type(output[1])(edges_dot)
