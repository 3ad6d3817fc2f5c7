"""scipy.signal: convolutions, linear filters, and the transforms that are linear in the signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal as ss

from srcdiff.errors import UnsupportedError
from srcdiff.rules.fft import fit
from srcdiff.rules.registry import adjoint, linear, multilinear, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


# Convolutions. The transpose of a convolution with one operand is the valid convolution of the whole gradient with the
# other, conjugated and turned round.


def whole_of(gradient: Any, m: tuple[int, ...], n: tuple[int, ...], mode: str, axes: list[int]) -> Any:
    """The gradient of the full convolution along the axes, of which `mode` returned a part."""
    if mode == "full":
        return gradient
    shape, place = list(np.shape(gradient)), [slice(None)] * np.ndim(gradient)
    for axis in axes:
        total, kept = m[axis] + n[axis] - 1, np.shape(gradient)[axis]
        start = (total - kept) // 2 if mode == "same" else min(m[axis], n[axis]) - 1
        shape[axis], place[axis] = total, slice(start, start + kept)
    found = np.zeros(shape, gradient.dtype)
    found[tuple(place)] = gradient
    return found


def turned(x: Any, axes: Any) -> Any:
    """conj(x), turned round along the axes."""
    return np.conj(np.flip(x, tuple(axes)))


def convolution_bar(
    gradient: Any, in1: Any, in2: Any, mode: str, wrt: int, axes: Any = None, direct: bool = False
) -> Any:
    """The gradient of a convolution along the axes with respect to operand `wrt`; other axes are broadcast."""
    along = list(range(np.ndim(in1))) if axes is None else [k % np.ndim(in1) for k in np.atleast_1d(axes)]
    if np.ndim(in1) == 0:
        return unbroadcast(gradient * np.conj(in2 if wrt == 1 else in1), in1 if wrt == 1 else in2)
    full = whole_of(gradient, np.shape(in1), np.shape(in2), mode, along)
    x, other = (in1, in2) if wrt == 1 else (in2, in1)
    if axes is None and direct:
        return unbroadcast(ss.convolve(full, turned(other, along), "valid"), x)
    return unbroadcast(ss.fftconvolve(full, turned(other, along), "valid", along), x)


def correlation_bar(gradient: Any, in1: Any, in2: Any, mode: str, wrt: int) -> Any:
    """The gradient of a correlation, which convolves with conj(in2) turned round."""
    axes = list(range(np.ndim(in1)))
    bar = convolution_bar(gradient, in1, turned(in2, axes), mode, wrt, direct=True)
    return unbroadcast(bar if wrt == 1 else turned(bar, axes), in1 if wrt == 1 else in2)


@multilinear(ss.convolve, "in1", "in2", wrt="in1", inline=False)
def convolve_in1(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto", *, gradient: Any) -> Any:
    """in1_bar of a convolution."""
    return convolution_bar(gradient, in1, in2, mode, 1, direct=True)


@multilinear(ss.convolve, "in1", "in2", wrt="in2", inline=False)
def convolve_in2(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto", *, gradient: Any) -> Any:
    """in2_bar of a convolution."""
    return convolution_bar(gradient, in1, in2, mode, 2, direct=True)


@multilinear(ss.fftconvolve, "in1", "in2", wrt="in1", inline=False)
def fftconvolve_in1(in1: Any, in2: Any, mode: Any = "full", axes: Any = None, *, gradient: Any) -> Any:
    """in1_bar of a convolution."""
    return convolution_bar(gradient, in1, in2, mode, 1, axes)


@multilinear(ss.fftconvolve, "in1", "in2", wrt="in2", inline=False)
def fftconvolve_in2(in1: Any, in2: Any, mode: Any = "full", axes: Any = None, *, gradient: Any) -> Any:
    """in2_bar of a convolution."""
    return convolution_bar(gradient, in1, in2, mode, 2, axes)


@multilinear(ss.oaconvolve, "in1", "in2", wrt="in1", inline=False)
def oaconvolve_in1(in1: Any, in2: Any, mode: Any = "full", axes: Any = None, *, gradient: Any) -> Any:
    """in1_bar of a convolution."""
    return convolution_bar(gradient, in1, in2, mode, 1, axes)


@multilinear(ss.oaconvolve, "in1", "in2", wrt="in2", inline=False)
def oaconvolve_in2(in1: Any, in2: Any, mode: Any = "full", axes: Any = None, *, gradient: Any) -> Any:
    """in2_bar of a convolution."""
    return convolution_bar(gradient, in1, in2, mode, 2, axes)


@multilinear(ss.correlate, "in1", "in2", wrt="in1", inline=False)
def correlate_in1(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto", *, gradient: Any) -> Any:
    """in1_bar of a correlation."""
    return correlation_bar(gradient, in1, in2, mode, 1)


@multilinear(ss.correlate, "in1", "in2", wrt="in2", inline=False)
def correlate_in2(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto", *, gradient: Any) -> Any:
    """in2_bar of a correlation."""
    return correlation_bar(gradient, in1, in2, mode, 2)


def plane_correlation_bar(gradient: Any, in1: Any, in2: Any, mode: str, wrt: int) -> Any:
    """The gradient of `correlate2d`, which differs from `correlate` in two ways.

    With an even second operand its "same" part starts one later, and where it swaps the operands, because the second
    is the larger one of a "valid" correlation, the first is conjugated instead of the second.
    """
    shape1, shape2 = np.shape(in1), np.shape(in2)
    if mode == "valid" and any(m < n for m, n in zip(shape1, shape2, strict=True)):
        gradient = np.conj(gradient)
    if mode == "same":
        starts = [n // 2 for n in shape2]
        whole = np.zeros([m + n - 1 for m, n in zip(shape1, shape2, strict=True)], gradient.dtype)
        whole[tuple(slice(k, k + m) for k, m in zip(starts, shape1, strict=True))] = gradient
        gradient, mode = whole, "full"
    return correlation_bar(gradient, in1, in2, mode, wrt)


def refuse_boundary(boundary: Any, fillvalue: Any, name: str) -> None:
    """Refuse a plane that goes on beyond its edges."""
    if boundary not in ("fill", 0) or fillvalue != 0:
        raise UnsupportedError(f"{name} with a boundary other than zeros", "Pad the image first: np.pad.")


@multilinear(ss.convolve2d, "in1", "in2", wrt="in1", inline=False)
def convolve2d_in1(
    in1: Any, in2: Any, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0, *, gradient: Any
) -> Any:
    """in1_bar of a convolution of two planes, zero beyond their edges."""
    refuse_boundary(boundary, fillvalue, "scipy.signal.convolve2d")
    return convolution_bar(gradient, in1, in2, mode, 1, direct=True)


@multilinear(ss.convolve2d, "in1", "in2", wrt="in2", inline=False)
def convolve2d_in2(
    in1: Any, in2: Any, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0, *, gradient: Any
) -> Any:
    """in2_bar of a convolution of two planes, zero beyond their edges."""
    refuse_boundary(boundary, fillvalue, "scipy.signal.convolve2d")
    return convolution_bar(gradient, in1, in2, mode, 2, direct=True)


@multilinear(ss.correlate2d, "in1", "in2", wrt="in1", inline=False)
def correlate2d_in1(
    in1: Any, in2: Any, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0, *, gradient: Any
) -> Any:
    """in1_bar of a correlation of two planes, zero beyond their edges."""
    refuse_boundary(boundary, fillvalue, "scipy.signal.correlate2d")
    return plane_correlation_bar(gradient, in1, in2, mode, 1)


@multilinear(ss.correlate2d, "in1", "in2", wrt="in2", inline=False)
def correlate2d_in2(
    in1: Any, in2: Any, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0, *, gradient: Any
) -> Any:
    """in2_bar of a correlation of two planes, zero beyond their edges."""
    refuse_boundary(boundary, fillvalue, "scipy.signal.correlate2d")
    return plane_correlation_bar(gradient, in1, in2, mode, 2)


# Recursive filters: a * y = b * x. A filter run over the signal turned round is its transpose.


def backwards(gradient: Any, b: Any, a: Any, axis: int) -> Any:
    """The transpose of a filter at rest: the conjugate filter, run backwards."""
    return np.flip(ss.lfilter(np.conj(b), np.conj(a), np.flip(gradient, axis), axis), axis)


def lag_products(gradient: Any, signal: Any, count: int, axis: int) -> Any:
    """The inner products of the gradient with the signal delayed by 0, 1, ..., count - 1 samples."""
    gradient, signal = np.moveaxis(gradient, axis, -1), np.moveaxis(signal, axis, -1)
    n = gradient.shape[-1]
    found = [np.sum(gradient[..., k:] * np.conj(signal[..., : max(n - k, 0)])) for k in range(count)]
    return np.array(found)


def refuse_state(zi: Any, name: str) -> None:
    """Refuse a filter that starts from a given state."""
    if zi is not None:
        raise UnsupportedError(f"{name} with `zi=`", "Put the samples before the start in front of the signal.")


@adjoint(ss.lfilter, wrt="b", inline=False)
def lfilter_b(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None, *, gradient: Any) -> Any:
    """b_bar of a filter: the gradient against the delayed signal, filtered by 1/a."""
    refuse_state(zi, "scipy.signal.lfilter")
    response = ss.lfilter([1.0], a, x, axis)
    return unbroadcast(np.reshape(lag_products(gradient, response, np.size(b), axis), np.shape(b)), b)


@adjoint(ss.lfilter, wrt="a", inline=False)
def lfilter_a(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None, *, output: Any, gradient: Any) -> Any:
    """a_bar of a filter: minus the gradient against the delayed output, filtered by 1/a."""
    refuse_state(zi, "scipy.signal.lfilter")
    response = ss.lfilter([1.0], a, output, axis)
    return unbroadcast(np.reshape(-lag_products(gradient, response, np.size(a), axis), np.shape(a)), a)


@adjoint(ss.lfilter, wrt="x", inline=False)
def lfilter_x(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None, *, gradient: Any) -> Any:
    """x_bar of a filter: the conjugate filter, run backwards over the gradient."""
    refuse_state(zi, "scipy.signal.lfilter")
    return unbroadcast(backwards(gradient, b, a, axis), x)


@tangent(ss.lfilter, inline=False)
def lfilter_tangent(
    b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None, *, b_dot: Any, a_dot: Any, x_dot: Any, output: Any
) -> Any:
    """b_dot * x - a_dot * y + b * x_dot, filtered by 1/a."""
    refuse_state(zi, "scipy.signal.lfilter")
    driven = ss.lfilter(b_dot, [1.0], x, axis) - ss.lfilter(a_dot, [1.0], output, axis)
    return ss.lfilter([1.0], a, driven, axis) + ss.lfilter(b, a, x_dot, axis)


def section_signals(sos: Any, x: Any, axis: int) -> list[Any]:
    """The signal before each section and after the last."""
    signals = [x]
    for section in sos:
        signals.append(ss.lfilter(section[:3], section[3:], signals[-1], axis))
    return signals


@adjoint(ss.sosfilt, wrt="sos", inline=False)
def sosfilt_sos(sos: Any, x: Any, axis: int = -1, zi: Any = None, *, gradient: Any) -> Any:
    """sos_bar of a cascade of filters; a[0] of each section is 1."""
    refuse_state(zi, "scipy.signal.sosfilt")
    signals = section_signals(sos, x, axis)
    sos_bar = np.zeros(np.shape(sos), np.result_type(gradient, sos))
    for k in range(len(sos) - 1, -1, -1):
        b, a = sos[k, :3], sos[k, 3:]
        sos_bar[k, :3] = lag_products(gradient, ss.lfilter([1.0], a, signals[k], axis), 3, axis)
        sos_bar[k, 4:] = -lag_products(gradient, ss.lfilter([1.0], a, signals[k + 1], axis), 3, axis)[1:]
        gradient = backwards(gradient, b, a, axis)
    return unbroadcast(sos_bar, sos)


@adjoint(ss.sosfilt, wrt="x", inline=False)
def sosfilt_x(sos: Any, x: Any, axis: int = -1, zi: Any = None, *, gradient: Any) -> Any:
    """x_bar of a cascade of filters: the cascade, run backwards over the gradient."""
    refuse_state(zi, "scipy.signal.sosfilt")
    return unbroadcast(np.flip(ss.sosfilt(sos, np.flip(gradient, axis), axis), axis), x)


@tangent(ss.sosfilt, inline=False)
def sosfilt_tangent(sos: Any, x: Any, axis: int = -1, zi: Any = None, *, sos_dot: Any, x_dot: Any) -> Any:
    """The tangent of a cascade of filters, section by section."""
    refuse_state(zi, "scipy.signal.sosfilt")
    signals = section_signals(sos, x, axis)
    for k, (section, section_dot) in enumerate(zip(sos, sos_dot, strict=True)):
        a_dot = np.concatenate([[0.0], section_dot[4:]])
        driven = ss.lfilter(section_dot[:3], [1.0], signals[k], axis) - ss.lfilter(a_dot, [1.0], signals[k + 1], axis)
        x_dot = ss.lfilter([1.0], section[3:], driven, axis) + ss.lfilter(section[:3], section[3:], x_dot, axis)
    return x_dot


# Linear in the signal alone.


@linear(ss.detrend)
def detrend(
    data: Any, axis: int = -1, type: Any = "linear", bp: Any = 0, overwrite_data: Any = False, *, gradient: Any
) -> Any:
    """data_bar of the signal without its trend, a projection: it is its own transpose."""
    if overwrite_data:
        raise UnsupportedError("scipy.signal.detrend with overwrite_data=True", "Leave it out.")
    return unbroadcast(ss.detrend(gradient, axis, type, bp), data)


@linear(ss.hilbert, inline=False)
def hilbert(x: Any, N: Any = None, axis: int = -1, *, gradient: Any) -> Any:
    """x_bar of the analytic signal, which doubles the positive and drops the negative frequencies."""
    n = gradient.shape[axis]
    weights = np.zeros(n)
    weights[0] = 1.0
    weights[1 : (n + 1) // 2] = 2.0
    if n % 2 == 0:
        weights[n // 2] = 1.0
    shape = [-1 if k == axis % gradient.ndim else 1 for k in range(gradient.ndim)]
    x_bar = np.fft.ifft(np.fft.fft(gradient, axis=axis) * np.reshape(weights, shape), axis=axis)
    return unbroadcast(fit(x_bar, np.shape(x)), x)


def refuse_filter_mode(mode: Any) -> None:
    """Refuse edges other than the fitted ones."""
    if mode != "interp":
        raise UnsupportedError(f"scipy.signal.savgol_filter with mode={mode!r}", "Use mode='interp', or np.pad first.")


@linear(ss.savgol_filter, inline=False)
def savgol_filter(
    x: Any,
    window_length: int,
    polyorder: int,
    deriv: int = 0,
    delta: Any = 1.0,
    axis: int = -1,
    mode: Any = "interp",
    cval: Any = 0.0,
    *,
    gradient: Any,
) -> Any:
    """x_bar of a Savitzky-Golay filter: weights inside, a polynomial fitted to the window at each end."""
    refuse_filter_mode(mode)
    gradient = np.moveaxis(gradient, axis, -1)
    half, n = window_length // 2, gradient.shape[-1]
    window = ss.savgol_filter(np.eye(window_length), window_length, polyorder, deriv, delta, axis=0).astype(
        gradient.dtype
    )
    rest = window_length - 1 - half
    x_bar = np.zeros(gradient.shape, gradient.dtype)
    for k in range(window_length):
        x_bar[..., k : n - window_length + 1 + k] += window[half, k] * gradient[..., half : n - rest]
    x_bar[..., :window_length] += gradient[..., :half] @ window[:half]
    if rest:
        x_bar[..., n - window_length :] += gradient[..., n - rest :] @ window[window_length - rest :]
    return unbroadcast(np.moveaxis(x_bar, -1, axis), x)
