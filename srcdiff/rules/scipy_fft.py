"""scipy.fft: the transforms of numpy.fft under SciPy's parameters, cosine and sine transforms.

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


# Cosine and sine transforms. Their matrices are symmetric up to the weights of the end points (types 1 and 4), or the
# transposes of each other up to those weights (types 2 and 3); orthogonal ones are transposed by the inverse.


def end_weights(kind: int, sine: bool, n: int) -> Any:
    """What the input of a transform of type 1 or 3 is weighted with: 1 at the end points that count once, else 2."""
    weights = np.full(n, 2.0)
    if kind == 1 and not sine:
        weights[0] = weights[-1] = 1.0
    elif kind == 3:
        weights[-1 if sine else 0] = 1.0
    return weights


def line_transpose(gradient: Any, kind: int, axis: int, norm: Any, orthogonal: bool, sine: bool, inverse: bool) -> Any:
    """The transpose of one cosine or sine transform along an axis, of unchanged length."""
    if inverse:  # the inverse is the transform of the other type with the opposite normalisation
        kind, norm = {1: 1, 2: 3, 3: 2, 4: 4}[kind], dual(norm)
    transform, opposite = (sf.dst, sf.idst) if sine else (sf.dct, sf.idct)
    if orthogonal:
        return opposite(gradient, kind, axis=axis, norm=dual(norm), orthogonalize=True)
    other = {1: 1, 2: 3, 3: 2, 4: 4}[kind]
    n = np.shape(gradient)[axis]
    shape = [-1 if k == axis % np.ndim(gradient) else 1 for k in range(np.ndim(gradient))]
    before = np.reshape(end_weights(other, sine, n), shape).astype(gradient.dtype)
    after = np.reshape(end_weights(kind, sine, n), shape).astype(gradient.dtype)
    return transform(gradient * (2.0 / before), other, axis=axis, norm=norm, orthogonalize=False) * (after / 2.0)


def trigonometric_axes(x: Any, s: Any, axes: Any) -> list[int]:
    """The axes of a transform over several axes; a single length or axis may stand alone."""
    s = [s] if isinstance(s, int) else s
    axes = [axes] if isinstance(axes, int) else axes
    return lengths_and_axes(x, s, axes)[1]


def trigonometric_transpose(
    gradient: Any, x: Any, kind: int, axes: list[int], norm: Any, orthogonalize: Any, sine: bool, inverse: bool
) -> Any:
    """x_bar of a cosine or sine transform over the axes, cropped or padded first."""
    orthogonal = norm == "ortho" if orthogonalize is None else bool(orthogonalize)
    for axis in axes:
        if np.iscomplexobj(gradient):
            parts = [
                line_transpose(g, kind, axis, norm, orthogonal, sine, inverse) for g in (gradient.real, gradient.imag)
            ]
            gradient = parts[0] + 1j * parts[1]
        else:
            gradient = line_transpose(gradient, kind, axis, norm, orthogonal, sine, inverse)
    return unbroadcast(fit(gradient, np.shape(x)), x)


@linear(sf.dct)
def dct(
    x: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the cosine transform along `axis`."""
    return trigonometric_transpose(gradient, x, type, [axis], norm, orthogonalize, False, False)


@linear(sf.dctn)
def dctn(
    x: Any,
    type: int = 2,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the cosine transform over several axes."""
    axes = trigonometric_axes(x, s, axes)
    return trigonometric_transpose(gradient, x, type, axes, norm, orthogonalize, False, False)


@linear(sf.idct)
def idct(
    x: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse cosine transform along `axis`."""
    return trigonometric_transpose(gradient, x, type, [axis], norm, orthogonalize, False, True)


@linear(sf.idctn)
def idctn(
    x: Any,
    type: int = 2,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse cosine transform over several axes."""
    axes = trigonometric_axes(x, s, axes)
    return trigonometric_transpose(gradient, x, type, axes, norm, orthogonalize, False, True)


@linear(sf.dst)
def dst(
    x: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the sine transform along `axis`."""
    return trigonometric_transpose(gradient, x, type, [axis], norm, orthogonalize, True, False)


@linear(sf.dstn)
def dstn(
    x: Any,
    type: int = 2,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the sine transform over several axes."""
    axes = trigonometric_axes(x, s, axes)
    return trigonometric_transpose(gradient, x, type, axes, norm, orthogonalize, True, False)


@linear(sf.idst)
def idst(
    x: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse sine transform along `axis`."""
    return trigonometric_transpose(gradient, x, type, [axis], norm, orthogonalize, True, True)


@linear(sf.idstn)
def idstn(
    x: Any,
    type: int = 2,
    s: Any = None,
    axes: Any = None,
    norm: Any = None,
    overwrite_x: bool = False,
    workers: Any = None,
    orthogonalize: Any = None,
    *,
    gradient: Any,
) -> Any:
    """x_bar of the inverse sine transform over several axes."""
    axes = trigonometric_axes(x, s, axes)
    return trigonometric_transpose(gradient, x, type, axes, norm, orthogonalize, True, True)
