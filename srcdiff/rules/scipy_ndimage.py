"""scipy.ndimage: linear filters with every treatment of the edges, interpolation at order 0 and 1, sums over labels.

A filter along one axis extends the line beyond its ends, then correlates; its transpose spreads the gradient over the
extended line and folds the ends back. Filters over several axes are chains of these. SciPy's parameter `output` is
called `out` here, since templates call the result `output`: a call that names it is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.ndimage as nd

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, constant, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

constant(nd.distance_transform_edt, nd.label, nd.find_objects, nd.binary_dilation, nd.binary_erosion)

PADS: dict[str, Any] = {
    "reflect": "symmetric",
    "grid-mirror": "symmetric",
    "mirror": "reflect",
    "nearest": "edge",
    "wrap": "wrap",
    "grid-wrap": "wrap",
    "constant": None,
    "grid-constant": None,
}
"""How `numpy.pad` calls each treatment of the edges; None for a constant, which has no derivative."""


def refuse_output(out: Any, name: str) -> None:
    """Refuse to write into a given array, or to compute in another type."""
    if out is not None:
        raise UnsupportedError(f"{name} with `output=`", "Assign the result instead, and convert it with astype.")


def extension(n: int, before: int, after: int, mode: str) -> Any:
    """For each place of the extended line the place in the line that it repeats; n for a constant."""
    if mode not in PADS:
        raise UnsupportedError(f"scipy.ndimage with mode={mode!r}", "Use one of " + ", ".join(PADS) + ".")
    places = np.arange(n)
    if PADS[mode] is None:
        return np.pad(places, (before, after), constant_values=n)
    return np.pad(places, (before, after), mode=PADS[mode])


def line_transpose(gradient: Any, weights: Any, axis: int, mode: str, origin: int = 0) -> Any:
    """The transpose of `scipy.ndimage.correlate1d`."""
    gradient = np.moveaxis(gradient, axis, 0)
    n, size = gradient.shape[0], len(weights)
    center = size // 2 + origin
    index = extension(n, max(center, 0), max(size - 1 - center, 0), mode)
    spread = np.zeros((len(index), *gradient.shape[1:]), gradient.dtype)
    shift = max(center, 0) - center
    for k, weight in enumerate(weights):
        spread[shift + k : shift + k + n] += np.conj(weight) * gradient
    folded = np.zeros((n + 1, *gradient.shape[1:]), gradient.dtype)
    np.add.at(folded, index, spread)
    return np.moveaxis(folded[:n], 0, axis)


def extended(x: Any, shape: tuple[int, ...], origins: list[int], mode: str) -> Any:
    """`x` extended for weights of this shape, zeros for a constant, so that a valid correlation gives the output."""
    for axis, (size, origin) in enumerate(zip(shape, origins, strict=True)):
        center = size // 2 + origin
        index = extension(x.shape[axis], center, size - 1 - center, mode)
        zeros = np.zeros_like(np.take(x, [0], axis))
        x = np.take(np.concatenate([x, zeros], axis), index, axis)
    return x


def folded_back(spread: Any, shape: tuple[int, ...], sizes: tuple[int, ...], origins: list[int], mode: str) -> Any:
    """The transpose of `extended`."""
    for axis, (n, size, origin) in enumerate(zip(shape, sizes, origins, strict=True)):
        center = size // 2 + origin
        index = extension(n, center, size - 1 - center, mode)
        moved = np.moveaxis(spread, axis, 0)
        total = np.zeros((n + 1, *moved.shape[1:]), moved.dtype)
        np.add.at(total, index, moved)
        spread = np.moveaxis(total[:n], 0, axis)
    return spread


def each_axis(option: Any, rank: int) -> list[Any]:
    """An option of a filter, one for each axis."""
    return list(option) if isinstance(option, (list, tuple, np.ndarray)) else [option] * rank


def refuse_axes(axes: Any, mode: Any, name: str) -> None:
    """Refuse what concerns some of the axes only."""
    if axes is not None or not isinstance(mode, str):
        raise UnsupportedError(f"{name} with `axes=` or a mode for each axis", "Filter one axis at a time.")


def window_transposes(gradient: Any, x: Any, weights: Any, mode: str, origin: Any, wrt: str) -> Any:
    """The gradient of `scipy.ndimage.correlate` with respect to its input or its weights."""
    origins = [int(k) for k in each_axis(origin, np.ndim(x))]
    shape = np.shape(x)
    steps = list(np.ndindex(np.shape(weights)))
    if wrt == "weights":
        lines = extended(x, np.shape(weights), origins, mode)
        bars = [np.sum(gradient * np.conj(lines[window(step, shape)])) for step in steps]
        return unbroadcast(np.reshape(np.array(bars), np.shape(weights)), weights)
    sizes = np.shape(weights)
    spread = np.zeros([n + size - 1 for n, size in zip(shape, sizes, strict=True)], gradient.dtype)
    for step in steps:
        spread[window(step, shape)] += np.conj(weights[step]) * gradient
    return unbroadcast(folded_back(spread, shape, sizes, origins, mode), x)


def refuse_constant(mode: str, cval: Any, name: str) -> None:
    """Refuse a gradient of weights that multiply a constant other than zero."""
    if PADS.get(mode, "") is None and cval != 0:
        raise UnsupportedError(f"{name}: the gradient of the weights with cval={cval}", "Pad the input first: np.pad.")


def line_weights_bar(gradient: Any, x: Any, weights: Any, axis: int, mode: str, origin: int) -> Any:
    """The gradient of the weights of `scipy.ndimage.correlate1d`."""
    moved, n = np.moveaxis(x, axis, 0), np.shape(x)[axis]
    others = moved.ndim - 1
    lines = extended(moved, (len(weights), *[1] * others), [origin, *[0] * others], mode)
    bar = np.moveaxis(gradient, axis, 0)
    products = [np.sum(bar * np.conj(lines[k : k + n])) for k in range(len(weights))]
    return unbroadcast(np.array(products), np.asarray(weights))


def window(step: tuple[int, ...], shape: tuple[int, ...]) -> tuple[slice, ...]:
    """The part of the extended input that one weight multiplies."""
    return tuple(slice(k, k + n) for k, n in zip(step, shape, strict=True))


def turned(weights: Any, origin: Any) -> tuple[Any, Any]:
    """The weights and the origin with which a correlation does what a convolution does."""
    origins = [
        -int(k) - (size % 2 == 0)
        for k, size in zip(each_axis(origin, np.ndim(weights)), np.shape(weights), strict=True)
    ]
    return np.flip(weights), origins


@adjoint(nd.correlate, wrt="input", inline=False)
def correlate_input(
    input: Any,
    weights: Any,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a correlation with a window."""
    refuse_output(out, "scipy.ndimage.correlate")
    refuse_axes(axes, mode, "scipy.ndimage.correlate")
    return window_transposes(gradient, input, weights, mode, origin, "input")


@adjoint(nd.correlate, wrt="weights", inline=False)
def correlate_weights(
    input: Any,
    weights: Any,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    gradient: Any,
) -> Any:
    """weights_bar of a correlation with a window."""
    refuse_output(out, "scipy.ndimage.correlate")
    refuse_axes(axes, mode, "scipy.ndimage.correlate")
    refuse_constant(mode, cval, "scipy.ndimage.correlate")
    return window_transposes(gradient, input, weights, mode, origin, "weights")


@tangent(nd.correlate, inline=False)
def correlate_tangent(
    input: Any,
    weights: Any,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    input_dot: Any,
    weights_dot: Any,
) -> Any:
    """The product rule; the constant beyond the edges stays with the weights' tangent."""
    first = nd.correlate(input_dot, weights, mode=mode, cval=0.0, origin=origin)
    return first + nd.correlate(input, weights_dot, mode=mode, cval=cval, origin=origin)


@adjoint(nd.correlate1d, wrt="input", inline=False)
def correlate1d_input(
    input: Any,
    weights: Any,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a correlation along one axis."""
    refuse_output(out, "scipy.ndimage.correlate1d")
    return unbroadcast(line_transpose(gradient, weights, axis, mode, origin), input)


@adjoint(nd.correlate1d, wrt="weights", inline=False)
def correlate1d_weights(
    input: Any,
    weights: Any,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    gradient: Any,
) -> Any:
    """weights_bar of a correlation along one axis."""
    refuse_output(out, "scipy.ndimage.correlate1d")
    refuse_constant(mode, cval, "scipy.ndimage.correlate1d")
    return line_weights_bar(gradient, input, weights, axis, mode, origin)


@tangent(nd.correlate1d, inline=False)
def correlate1d_tangent(
    input: Any,
    weights: Any,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    input_dot: Any,
    weights_dot: Any,
) -> Any:
    """The product rule."""
    first = nd.correlate1d(input_dot, weights, axis, mode=mode, cval=0.0, origin=origin)
    return first + nd.correlate1d(input, weights_dot, axis, mode=mode, cval=cval, origin=origin)


@adjoint(nd.convolve, wrt="input", inline=False)
def convolve_input(
    input: Any,
    weights: Any,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a convolution with a window."""
    refuse_output(out, "scipy.ndimage.convolve")
    refuse_axes(axes, mode, "scipy.ndimage.convolve")
    kernel, origins = turned(weights, origin)
    return window_transposes(gradient, input, kernel, mode, origins, "input")


@adjoint(nd.convolve, wrt="weights", inline=False)
def convolve_weights(
    input: Any,
    weights: Any,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    gradient: Any,
) -> Any:
    """weights_bar of a convolution with a window."""
    refuse_output(out, "scipy.ndimage.convolve")
    refuse_axes(axes, mode, "scipy.ndimage.convolve")
    refuse_constant(mode, cval, "scipy.ndimage.convolve")
    kernel, origins = turned(weights, origin)
    return np.flip(window_transposes(gradient, input, kernel, mode, origins, "weights"))


@tangent(nd.convolve, inline=False)
def convolve_tangent(
    input: Any,
    weights: Any,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    input_dot: Any,
    weights_dot: Any,
) -> Any:
    """The product rule; the constant beyond the edges stays with the weights' tangent."""
    first = nd.convolve(input_dot, weights, mode=mode, cval=0.0, origin=origin)
    return first + nd.convolve(input, weights_dot, mode=mode, cval=cval, origin=origin)


@adjoint(nd.convolve1d, wrt="input", inline=False)
def convolve1d_input(
    input: Any,
    weights: Any,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a convolution along one axis."""
    refuse_output(out, "scipy.ndimage.convolve1d")
    kernel, (place,) = turned(np.asarray(weights), origin)
    return unbroadcast(line_transpose(gradient, kernel, axis, mode, place), input)


@adjoint(nd.convolve1d, wrt="weights", inline=False)
def convolve1d_weights(
    input: Any,
    weights: Any,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    gradient: Any,
) -> Any:
    """weights_bar of a convolution along one axis."""
    refuse_output(out, "scipy.ndimage.convolve1d")
    refuse_constant(mode, cval, "scipy.ndimage.convolve1d")
    kernel, (place,) = turned(np.asarray(weights), origin)
    return np.flip(line_weights_bar(gradient, input, kernel, axis, mode, place))


@tangent(nd.convolve1d, inline=False)
def convolve1d_tangent(
    input: Any,
    weights: Any,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    input_dot: Any,
    weights_dot: Any,
) -> Any:
    """The product rule."""
    first = nd.convolve1d(input_dot, weights, axis, mode=mode, cval=0.0, origin=origin)
    return first + nd.convolve1d(input, weights_dot, axis, mode=mode, cval=cval, origin=origin)


# Filters with weights of their own.


def gaussian_kernel(sigma: Any, order: int, truncate: Any, radius: Any) -> Any:
    """The weights of `scipy.ndimage.gaussian_filter1d`: its answer to a unit sample, turned round."""
    reach = int(truncate * float(sigma) + 0.5) if radius is None else int(radius)
    unit = np.zeros(2 * reach + 1)
    unit[reach] = 1.0
    return nd.gaussian_filter1d(unit, sigma, order=order, mode="constant", truncate=truncate, radius=radius)[::-1]


@adjoint(nd.gaussian_filter1d, inline=False)
def gaussian_filter1d(
    input: Any,
    sigma: Any,
    axis: int = -1,
    order: Any = 0,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    radius: Any = None,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a Gaussian filter along one axis; its width is a constant."""
    refuse_output(out, "scipy.ndimage.gaussian_filter1d")
    kernel = gaussian_kernel(sigma, order, truncate, radius)
    return unbroadcast(line_transpose(gradient, kernel, axis, mode), input)


@tangent(nd.gaussian_filter1d)
def gaussian_filter1d_tangent(
    input: Any,
    sigma: Any,
    axis: int = -1,
    order: Any = 0,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    radius: Any = None,
    *,
    input_dot: Any,
) -> Any:
    """The filtered tangent."""
    return nd.gaussian_filter1d(input_dot, sigma, axis, order, None, mode, 0.0, truncate, radius=radius)


@adjoint(nd.gaussian_filter, inline=False)
def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    radius: Any = None,
    axes: Any = None,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a Gaussian filter over all axes; its widths are constants."""
    refuse_output(out, "scipy.ndimage.gaussian_filter")
    along = range(np.ndim(input)) if axes is None else [k % np.ndim(input) for k in np.atleast_1d(axes)]
    options = [each_axis(option, len(along)) for option in (sigma, order, mode, radius)]
    for axis, width, degree, edge, reach in reversed(list(zip(along, *options, strict=True))):
        if width > 1e-15:
            gradient = line_transpose(gradient, gaussian_kernel(width, degree, truncate, reach), axis, edge)
    return unbroadcast(gradient, input)


@tangent(nd.gaussian_filter)
def gaussian_filter_tangent(
    input: Any,
    sigma: Any,
    order: Any = 0,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: Any = 4.0,
    radius: Any = None,
    axes: Any = None,
    *,
    input_dot: Any,
) -> Any:
    """The filtered tangent."""
    return nd.gaussian_filter(input_dot, sigma, order, None, mode, 0.0, truncate, radius=radius, axes=axes)


@adjoint(nd.uniform_filter1d, inline=False)
def uniform_filter1d(
    input: Any,
    size: int,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a running mean along one axis."""
    refuse_output(out, "scipy.ndimage.uniform_filter1d")
    return unbroadcast(line_transpose(gradient, np.full(size, 1.0 / size), axis, mode, origin), input)


@tangent(nd.uniform_filter1d)
def uniform_filter1d_tangent(
    input: Any,
    size: int,
    axis: int = -1,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
    *,
    input_dot: Any,
) -> Any:
    """The running mean of the tangent."""
    return nd.uniform_filter1d(input_dot, size, axis, None, mode, 0.0, origin)


@adjoint(nd.uniform_filter, inline=False)
def uniform_filter(
    input: Any,
    size: Any = 3,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    gradient: Any,
) -> Any:
    """input_bar of a running mean over all axes."""
    refuse_output(out, "scipy.ndimage.uniform_filter")
    along = range(np.ndim(input)) if axes is None else [k % np.ndim(input) for k in np.atleast_1d(axes)]
    options = [each_axis(option, len(along)) for option in (size, mode, origin)]
    for axis, count, edge, place in reversed(list(zip(along, *options, strict=True))):
        gradient = line_transpose(gradient, np.full(int(count), 1.0 / int(count)), axis, edge, int(place))
    return unbroadcast(gradient, input)


@tangent(nd.uniform_filter)
def uniform_filter_tangent(
    input: Any,
    size: Any = 3,
    out: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    axes: Any = None,
    *,
    input_dot: Any,
) -> Any:
    """The running mean of the tangent."""
    return nd.uniform_filter(input_dot, size, None, mode, 0.0, origin, axes=axes)


@adjoint(nd.laplace, inline=False)
def laplace(
    input: Any, out: Any = None, mode: Any = "reflect", cval: Any = 0.0, axes: Any = None, *, gradient: Any
) -> Any:
    """input_bar of the sum of second differences along the axes."""
    refuse_output(out, "scipy.ndimage.laplace")
    along = range(np.ndim(input)) if axes is None else [k % np.ndim(input) for k in np.atleast_1d(axes)]
    edges = each_axis(mode, len(along))
    bars = [line_transpose(gradient, [1.0, -2.0, 1.0], k, edge) for k, edge in zip(along, edges, strict=True)]
    return unbroadcast(sum(bars[1:], bars[0]), input)


@tangent(nd.laplace)
def laplace_tangent(
    input: Any, out: Any = None, mode: Any = "reflect", cval: Any = 0.0, axes: Any = None, *, input_dot: Any
) -> Any:
    """The Laplacian of the tangent."""
    return nd.laplace(input_dot, None, mode, 0.0, axes=axes) if axes is not None else nd.laplace(input_dot, None, mode)


def edge_filter_transpose(gradient: Any, axis: int, mode: Any, smooth: list[float]) -> Any:
    """The transpose of a difference along one axis, smoothed along the others."""
    modes = each_axis(mode, np.ndim(gradient))
    axis = axis % np.ndim(gradient)
    for k in reversed(range(np.ndim(gradient))):
        if k != axis:
            gradient = line_transpose(gradient, smooth, k, modes[k])
    return line_transpose(gradient, [-1.0, 0.0, 1.0], axis, modes[axis])


@adjoint(nd.sobel, inline=False)
def sobel(input: Any, axis: int = -1, out: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, gradient: Any) -> Any:
    """input_bar of the Sobel filter."""
    refuse_output(out, "scipy.ndimage.sobel")
    return unbroadcast(edge_filter_transpose(gradient, axis, mode, [1.0, 2.0, 1.0]), input)


@tangent(nd.sobel)
def sobel_tangent(
    input: Any, axis: int = -1, out: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, input_dot: Any
) -> Any:
    """The filtered tangent."""
    return nd.sobel(input_dot, axis, None, mode, 0.0)


@adjoint(nd.prewitt, inline=False)
def prewitt(
    input: Any, axis: int = -1, out: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, gradient: Any
) -> Any:
    """input_bar of the Prewitt filter."""
    refuse_output(out, "scipy.ndimage.prewitt")
    return unbroadcast(edge_filter_transpose(gradient, axis, mode, [1.0, 1.0, 1.0]), input)


@tangent(nd.prewitt)
def prewitt_tangent(
    input: Any, axis: int = -1, out: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, input_dot: Any
) -> Any:
    """The filtered tangent."""
    return nd.prewitt(input_dot, axis, None, mode, 0.0)
