"""scipy.fft's cosine and sine transforms.

Their matrices are symmetric up to the weights of the end points (types 1 and 4), or the transposes of each other up to
those weights (types 2 and 3); orthogonal ones are transposed by the inverse.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft as sf

from srcdiff.rules.fft import dual, fit, lengths_and_axes
from srcdiff.rules.registry import linear
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


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
