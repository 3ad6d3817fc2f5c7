"""numpy.fft: every transform is linear, and its transpose is the opposite transform with the opposite normalisation.

The conjugate transpose of the unnormalised transform of length n is n times the inverse one: `norm="forward"`.
A transform of a real array keeps half of the spectrum, of which the inner part stands for two coefficients.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, linear, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["dual", "fit", "half_weights", "lengths_and_axes"]


def dual(norm: str | None) -> Any:
    """The normalisation of the transpose, as the opposite transform names it."""
    return {"backward": "forward", "ortho": "ortho", "forward": "backward"}[norm or "backward"]


def fit(x: Any, shape: tuple[int, ...]) -> Any:
    """`x` cropped or padded with zeros at the end of each axis: the transpose of padding or cropping."""
    if np.shape(x) == tuple(shape):
        return x
    x = x[tuple(slice(n) for n in shape)]
    return np.pad(x, [(0, n - m) for n, m in zip(shape, x.shape, strict=True)])


def half_weights(shape: tuple[int, ...], axis: int, n: int, inner: float) -> Any:
    """1 for the coefficients of a half spectrum that stand alone, `inner` for those that stand for two."""
    count = shape[axis]
    weights = np.full(count, inner)
    weights[:1] = 1.0
    if n % 2 == 0 and count == n // 2 + 1:
        weights[-1] = 1.0
    return np.reshape(weights, [-1 if k == axis % len(shape) else 1 for k in range(len(shape))])


def lengths_and_axes(a: Any, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The transform lengths before any halving, and the axes, of a transform over several axes."""
    if axes is None:
        axes = range(np.ndim(a)) if s is None else range(np.ndim(a) - len(s), np.ndim(a))
    axes = [axis % np.ndim(a) for axis in axes]
    if s is None:
        return [np.shape(a)[axis] for axis in axes], axes
    lengths = [np.shape(a)[axis] if n in (None, -1) else int(n) for n, axis in zip(s, axes, strict=True)]
    return lengths, axes


def scaled(weights: Any, x: Any) -> Any:
    """Weights * x in the precision of `x`."""
    return weights.astype(x.real.dtype) * x


@linear(np.fft.fft)
def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the Fourier transform along `axis`: the inverse transform, without its 1/n."""
    if n is None and norm is None:
        return unbroadcast(np.fft.ifft(gradient, axis=axis, norm="forward"), a)
    return unbroadcast(fit(np.fft.ifft(gradient, axis=axis, norm=dual(norm)), np.shape(a)), a)


@linear(np.fft.ifft)
def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the inverse Fourier transform along `axis`: the transform, with its 1/n."""
    if n is None and norm is None:
        return unbroadcast(np.fft.fft(gradient, axis=axis, norm="forward"), a)
    return unbroadcast(fit(np.fft.fft(gradient, axis=axis, norm=dual(norm)), np.shape(a)), a)


@linear(np.fft.fft2)
def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the Fourier transform over two axes."""
    return unbroadcast(
        fit(np.fft.ifftn(gradient, axes=lengths_and_axes(a, s, axes)[1], norm=dual(norm)), np.shape(a)), a
    )


@linear(np.fft.ifft2)
def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the inverse Fourier transform over two axes."""
    return unbroadcast(
        fit(np.fft.fftn(gradient, axes=lengths_and_axes(a, s, axes)[1], norm=dual(norm)), np.shape(a)), a
    )


@linear(np.fft.fftn)
def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the Fourier transform over several axes."""
    return unbroadcast(
        fit(np.fft.ifftn(gradient, axes=lengths_and_axes(a, s, axes)[1], norm=dual(norm)), np.shape(a)), a
    )


@linear(np.fft.ifftn)
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the inverse Fourier transform over several axes."""
    return unbroadcast(
        fit(np.fft.fftn(gradient, axes=lengths_and_axes(a, s, axes)[1], norm=dual(norm)), np.shape(a)), a
    )


def rfftn_transpose(gradient: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    """a_bar of the half spectrum of a real array: the inverse transform of the gradient, its inner part halved."""
    lengths, axes = lengths_and_axes(a, s, axes)
    halved = scaled(half_weights(np.shape(gradient), axes[-1], lengths[-1], 0.5), gradient)
    return unbroadcast(fit(np.fft.irfftn(halved, s=lengths, axes=axes, norm=dual(norm)), np.shape(a)), a)


def irfftn_transpose(gradient: Any, a: Any, axes: list[int], norm: Any) -> Any:
    """a_bar of the real array that a half spectrum stands for: the gradient's half spectrum, its inner part twice."""
    spectrum = np.fft.rfftn(gradient, axes=axes, norm=dual(norm))
    weights = half_weights(spectrum.shape, axes[-1], np.shape(gradient)[axes[-1]], 2.0)
    return unbroadcast(fit(scaled(weights, spectrum), np.shape(a)), a)


def spectrum_axes(a: Any, s: Any, axes: Any) -> list[int]:
    """The axes of an inverse transform over several axes."""
    return lengths_and_axes(a, s, axes)[1]


@linear(np.fft.rfft)
def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the half spectrum of a real array."""
    return rfftn_transpose(gradient, a, None if n is None else (n,), (axis,), norm)


@linear(np.fft.irfft)
def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the real array that a half spectrum stands for."""
    return irfftn_transpose(gradient, a, [axis % np.ndim(a)], norm)


@linear(np.fft.rfft2)
def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the half spectrum over two axes."""
    return rfftn_transpose(gradient, a, s, axes, norm)


@linear(np.fft.irfft2)
def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the real array that a half spectrum over two axes stands for."""
    return irfftn_transpose(gradient, a, spectrum_axes(a, s, axes), norm)


@linear(np.fft.rfftn)
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the half spectrum over several axes."""
    return rfftn_transpose(gradient, a, s, axes, norm)


@linear(np.fft.irfftn)
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the real array that a half spectrum over several axes stands for."""
    return irfftn_transpose(gradient, a, spectrum_axes(a, s, axes), norm)


@linear(np.fft.hfft)
def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the real spectrum of a Hermitian array, which is irfft(conj(a)) without its 1/n."""
    return np.conj(irfftn_transpose(gradient, a, [axis % np.ndim(a)], dual(norm)))


@linear(np.fft.ihfft)
def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, gradient: Any) -> Any:
    """a_bar of the inverse of `hfft`, which is conj(rfft(a)) with 1/n."""
    return rfftn_transpose(np.conj(gradient), a, None if n is None else (n,), (axis,), dual(norm))


@linear(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None, *, gradient: Any) -> Any:
    """x_bar of the zero frequency moved to the middle: moved back."""
    return np.fft.ifftshift(gradient, axes)


@linear(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None, *, gradient: Any) -> Any:
    """x_bar of the zero frequency moved to the front: moved back."""
    return np.fft.fftshift(gradient, axes)


@adjoint(np.fft.fftfreq, active=("d",), shape=None)
def fftfreq(n: int, d: Any = 1.0, device: Any = None, *, output: Any, gradient: Any) -> Any:
    """d_bar of frequencies k / (n d)."""
    return None, unbroadcast(-np.sum(gradient * output) / d, d)


@tangent(np.fft.fftfreq)
def fftfreq_tangent(n: int, d: Any = 1.0, device: Any = None, *, d_dot: Any, output: Any) -> Any:
    """-output d_dot / d."""
    return -output * (d_dot / d)


@adjoint(np.fft.rfftfreq, active=("d",), shape=None)
def rfftfreq(n: int, d: Any = 1.0, device: Any = None, *, output: Any, gradient: Any) -> Any:
    """d_bar of frequencies k / (n d)."""
    return None, unbroadcast(-np.sum(gradient * output) / d, d)


@tangent(np.fft.rfftfreq)
def rfftfreq_tangent(n: int, d: Any = 1.0, device: Any = None, *, d_dot: Any, output: Any) -> Any:
    """-output d_dot / d."""
    return -output * (d_dot / d)
