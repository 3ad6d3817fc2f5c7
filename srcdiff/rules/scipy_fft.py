"""scipy.fft: the transforms of numpy.fft under SciPy's parameters.

`workers`, `overwrite_x` and `plan` change nothing of the result; the transposes leave them out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft as sf

from srcdiff.rules.fft import dual, fit, half_weights, lengths_and_axes, scaled
from srcdiff.rules.registry import adjoint, constant, linear, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

constant(sf.next_fast_len)


def half_transpose(gradient: Any, x: Any, s: Any, axes: Any, norm: Any) -> Any:
    """x_bar of the half spectrum of a real array: the inverse transform of the gradient, its inner part halved."""
    lengths, axes = lengths_and_axes(x, s, axes)
    halved = scaled(half_weights(np.shape(gradient), axes[-1], lengths[-1], 0.5), gradient)
    return unbroadcast(fit(sf.irfftn(halved, s=lengths, axes=axes, norm=dual(norm)), np.shape(x)), x)


def whole_transpose(gradient: Any, x: Any, axes: list[int], norm: Any) -> Any:
    """x_bar of the real array that a half spectrum stands for: the gradient's half spectrum, its inner part twice."""
    spectrum = sf.rfftn(gradient, axes=axes, norm=dual(norm))
    weights = half_weights(spectrum.shape, axes[-1], np.shape(gradient)[axes[-1]], 2.0)
    return unbroadcast(fit(scaled(weights, spectrum), np.shape(x)), x)


@linear(sf.fft)
def fft(
    x: Any,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the Fourier transform along `axis`."""
    return unbroadcast(
        fit(
            sf.ifftn(gradient, axes=lengths_and_axes(x, None if n is None else (n,), (axis,))[1], norm=dual(norm)),
            np.shape(x),
        ),
        x,
    )


@linear(sf.ifft)
def ifft(
    x: Any,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse Fourier transform along `axis`."""
    return unbroadcast(
        fit(
            sf.fftn(gradient, axes=lengths_and_axes(x, None if n is None else (n,), (axis,))[1], norm=dual(norm)),
            np.shape(x),
        ),
        x,
    )


@linear(sf.rfft)
def rfft(
    x: Any,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the half spectrum along `axis`."""
    return half_transpose(gradient, x, None if n is None else (n,), (axis,), norm)


@linear(sf.irfft)
def irfft(
    x: Any,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the real array that a half spectrum along `axis` stands for."""
    return whole_transpose(gradient, x, lengths_and_axes(x, None if n is None else (n,), (axis,))[1], norm)


@linear(sf.hfft)
def hfft(
    x: Any,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the real spectrum of a Hermitian array along `axis`."""
    return np.conj(
        whole_transpose(gradient, x, lengths_and_axes(x, None if n is None else (n,), (axis,))[1], dual(norm))
    )


@linear(sf.ihfft)
def ihfft(
    x: Any,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse of `hfft`."""
    return half_transpose(np.conj(gradient), x, None if n is None else (n,), (axis,), dual(norm))


@linear(sf.fft2)
def fft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the Fourier transform over two axes."""
    return unbroadcast(fit(sf.ifftn(gradient, axes=lengths_and_axes(x, s, axes)[1], norm=dual(norm)), np.shape(x)), x)


@linear(sf.ifft2)
def ifft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse Fourier transform over two axes."""
    return unbroadcast(fit(sf.fftn(gradient, axes=lengths_and_axes(x, s, axes)[1], norm=dual(norm)), np.shape(x)), x)


@linear(sf.rfft2)
def rfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the half spectrum over two axes."""
    return half_transpose(gradient, x, s, axes, norm)


@linear(sf.irfft2)
def irfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the real array that a half spectrum over two axes stands for."""
    return whole_transpose(gradient, x, lengths_and_axes(x, s, axes)[1], norm)


@linear(sf.hfft2)
def hfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the real spectrum of a Hermitian array over two axes."""
    return np.conj(whole_transpose(gradient, x, lengths_and_axes(x, s, axes)[1], dual(norm)))


@linear(sf.ihfft2)
def ihfft2(
    x: Any,
    s: Any = None,
    axes: Any = (-2, -1),
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse of `hfft2`."""
    return half_transpose(np.conj(gradient), x, s, axes, dual(norm))


@linear(sf.fftn)
def fftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the Fourier transform over several axes."""
    return unbroadcast(fit(sf.ifftn(gradient, axes=lengths_and_axes(x, s, axes)[1], norm=dual(norm)), np.shape(x)), x)


@linear(sf.ifftn)
def ifftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse Fourier transform over several axes."""
    return unbroadcast(fit(sf.fftn(gradient, axes=lengths_and_axes(x, s, axes)[1], norm=dual(norm)), np.shape(x)), x)


@linear(sf.rfftn)
def rfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the half spectrum over several axes."""
    return half_transpose(gradient, x, s, axes, norm)


@linear(sf.irfftn)
def irfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the real array that a half spectrum over several axes stands for."""
    return whole_transpose(gradient, x, lengths_and_axes(x, s, axes)[1], norm)


@linear(sf.hfftn)
def hfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the real spectrum of a Hermitian array over several axes."""
    return np.conj(whole_transpose(gradient, x, lengths_and_axes(x, s, axes)[1], dual(norm)))


@linear(sf.ihfftn)
def ihfftn(
    x: Any,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    plan: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse of `hfftn`."""
    return half_transpose(np.conj(gradient), x, s, axes, dual(norm))


@linear(sf.fftshift)
def fftshift(x: Any, axes: Any = None, *, gradient: Any) -> Any:
    """x_bar of the zero frequency moved to the middle: moved back."""
    return np.fft.ifftshift(gradient, axes)


@linear(sf.ifftshift)
def ifftshift(x: Any, axes: Any = None, *, gradient: Any) -> Any:
    """x_bar of the zero frequency moved to the front: moved back."""
    return np.fft.fftshift(gradient, axes)


@adjoint(sf.fftfreq, active=("d",))
def fftfreq(n: int, d: Any = 1.0, xp: Any = None, device: Any = None, *, output: Any, gradient: Any) -> Any:
    """d_bar of frequencies k / (n d)."""
    return None, unbroadcast(-np.sum(gradient * output) / d, d)


@tangent(sf.fftfreq)
def fftfreq_tangent(n: int, d: Any = 1.0, xp: Any = None, device: Any = None, *, d_dot: Any, output: Any) -> Any:
    """-output d_dot / d."""
    return -output * (d_dot / d)


@adjoint(sf.rfftfreq, active=("d",))
def rfftfreq(n: int, d: Any = 1.0, xp: Any = None, device: Any = None, *, output: Any, gradient: Any) -> Any:
    """d_bar of frequencies k / (n d)."""
    return None, unbroadcast(-np.sum(gradient * output) / d, d)


@tangent(sf.rfftfreq)
def rfftfreq_tangent(n: int, d: Any = 1.0, xp: Any = None, device: Any = None, *, d_dot: Any, output: Any) -> Any:
    """-output d_dot / d."""
    return -output * (d_dot / d)
