"""numpy.linalg's eigenvalues and eigenvectors: eig, eigh, eigvals, eigvalsh. Giles (2008).

Where eigenvalues are equal to within rounding, the term that would divide by their difference is left out.
That is right for functions of the common space and of its value: a projector, a polar factor, a sum over the equal
ones. A matrix function `v * f(w) @ v.T` varies within the common space in a way that the gradients of w and v do not
tell: reverse mode refuses it where the gradient of w shows it; use `scipy.linalg.expm` and the like there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.decompositions import fold, unfold
from srcdiff.rules.linalg import GILES, conjugate_transpose
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__ = [
    "eig_gradient",
    "eig_tangent_of",
    "eigh_gradient",
    "eigh_tangent_of",
    "inverse_differences",
    "matched",
    "refuse_mixed",
]


def inverse_differences(w: Any, scale: Any = None) -> Any:
    """1 / (w[j] - w[i]) at i, j; 0 where they are equal to within rounding."""
    differences = w[..., np.newaxis, :] - w[..., :, np.newaxis]
    size = np.abs(w).max(axis=-1, initial=0.0) if scale is None else scale
    floor = size[..., np.newaxis, np.newaxis] * (w.shape[-1] * np.finfo(w.dtype).eps)
    equal = np.abs(differences) <= floor
    return np.where(equal, 0.0, 1.0 / np.where(equal, 1.0, differences)).astype(w.dtype)


def refuse_mixed(values: Any, values_bar: Any, turn: Any, name: str) -> None:
    """Refuse a function that tells equal values apart and uses their vectors too: its slope can't be had from these."""
    if values_bar is None:
        return
    tolerance = np.sqrt(np.finfo(values.dtype).eps)
    floor = np.abs(values).max(axis=-1, initial=0.0)[..., np.newaxis, np.newaxis] * values.shape[-1] * tolerance**2
    values_bar = np.broadcast_to(values_bar, values.shape)
    equal = np.abs(values[..., np.newaxis, :] - values[..., :, np.newaxis]) <= floor
    apart = np.abs(values_bar[..., np.newaxis, :] - values_bar[..., :, np.newaxis])
    coupled = np.abs(turn + conjugate_transpose(turn))
    known = apart > tolerance * np.abs(values_bar).max(initial=0.0)
    if np.any(equal & known & (coupled > tolerance * np.abs(turn).max(initial=0.0))):
        raise UnsupportedError(
            f"{name} of a matrix with equal values, in a function that tells these apart and uses their vectors",
            "Use a matrix function of SciPy (expm, sqrtm, logm), or a function of the common space alone.",
        )


def eigh_gradient(w_bar: Any, v_bar: Any, w: Any, v: Any) -> Any:
    """The Hermitian gradient of eigenvalues and eigenvectors of a Hermitian matrix."""
    core = np.zeros(v.shape, v.dtype)
    if v_bar is not None:
        turn = conjugate_transpose(v) @ v_bar
        refuse_mixed(w, w_bar, turn, "np.linalg.eigh")
        core = inverse_differences(w) * (turn - conjugate_transpose(turn)) * 0.5
    if w_bar is not None:
        k = np.arange(w.shape[-1])
        core[..., k, k] += np.broadcast_to(w_bar, w.shape)
    return (v @ core @ conjugate_transpose(v)).astype(v.dtype)


def eigh_tangent_of(direction: Any, w: Any, v: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors for a Hermitian direction."""
    rate = conjugate_transpose(v) @ direction @ v
    return np.diagonal(rate, axis1=-2, axis2=-1).real.copy(), v @ (inverse_differences(w) * rate)


@adjoint(np.linalg.eigh, inline=False, source=GILES)
def eigh(a: Any, UPLO: Any = "L", *, output: Any, gradient: Any) -> Any:
    """a_bar of eigenvalues and eigenvectors of a Hermitian matrix, on the triangle that is read: Giles (2008).

    v (diag(w_bar) + F * v^H v_bar) v^H with F[i, j] = 1 / (w[j] - w[i]). A function of complex eigenvectors must not
    depend on their phase.
    """
    return fold(eigh_gradient(gradient[0], gradient[1], output[0], output[1]), UPLO.upper() == "L")


@tangent(np.linalg.eigh, inline=False)
def eigh_tangent(a: Any, UPLO: Any = "L", *, a_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors."""
    return eigh_tangent_of(unfold(a_dot, UPLO.upper() == "L"), output[0], output[1])


@adjoint(np.linalg.eigvalsh, inline=False, source=GILES)
def eigvalsh(a: Any, UPLO: Any = "L", *, gradient: Any) -> Any:
    """a_bar = v diag(gradient) v^H, on the triangle that is read."""
    w, v = np.linalg.eigh(a, UPLO)
    return fold(eigh_gradient(gradient, None, w, v), UPLO.upper() == "L")


@tangent(np.linalg.eigvalsh, inline=False)
def eigvalsh_tangent(a: Any, UPLO: Any = "L", *, a_dot: Any) -> Any:
    """The diagonal of v^H a_dot v."""
    w, v = np.linalg.eigh(a, UPLO)
    return eigh_tangent_of(unfold(a_dot, UPLO.upper() == "L"), w, v)[0]


def normalisation(v: Any) -> tuple[Any, Any, Any]:
    """The component of each eigenvector that is kept real: where it is, what it is, and whether there is one.

    LAPACK returns vectors of length 1; a complex one is turned so that its largest component is real.
    """
    size = np.where(v.imag == 0, np.abs(v), -1.0)
    place = np.argmax(size, axis=-2)[..., np.newaxis, :]
    value = np.take_along_axis(v, place, axis=-2)
    return place, np.where(value == 0, 1.0, value.real), np.take_along_axis(size, place, axis=-2) > 0


def eig_gradient(w_bar: Any, v_bar: Any, w: Any, v: Any, a: Any) -> Any:
    """a_bar of eigenvalues and eigenvectors as LAPACK normalises them."""
    core = np.zeros(v.shape, v.dtype)
    if v_bar is not None:
        overlap = np.sum(np.conj(v) * v_bar, axis=-2, keepdims=True)
        turned = v_bar - v * overlap.real
        if np.iscomplexobj(v):
            place, value, known = normalisation(v)
            phase = np.where(known, -1j * overlap.imag / value, 0.0)
            at_place = np.take_along_axis(turned, place, axis=-2) + phase
            np.put_along_axis(turned, place, at_place, axis=-2)
        core = np.conj(inverse_differences(w)) * (conjugate_transpose(v) @ turned)
    if w_bar is not None:
        k = np.arange(w.shape[-1])
        core[..., k, k] += np.broadcast_to(w_bar, w.shape)
    return unbroadcast(np.linalg.solve(conjugate_transpose(v), core @ conjugate_transpose(v)), a)


def eig_tangent_of(a_dot: Any, w: Any, v: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and normalised eigenvectors."""
    rate = np.linalg.solve(v, a_dot @ v)
    v_dot = v @ (inverse_differences(w) * rate)
    v_dot = v_dot - v * np.sum(np.conj(v) * v_dot, axis=-2, keepdims=True).real
    if np.iscomplexobj(v):
        place, value, known = normalisation(v)
        moved = np.take_along_axis(v_dot, place, axis=-2).imag
        v_dot = v_dot - 1j * v * np.where(known, moved / value, 0.0)
    return np.diagonal(rate, axis1=-2, axis2=-1).astype(w.dtype), v_dot


@adjoint(np.linalg.eig, inline=False, source=GILES)
def eig(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar of eigenvalues and eigenvectors, the vectors of length 1 and in the phase that LAPACK gives them.

    A matrix without a full set of eigenvectors raises LinAlgError, or gives a result as large as it is ill-conditioned.
    """
    return eig_gradient(gradient[0], gradient[1], output[0], output[1], a)


@tangent(np.linalg.eig, inline=False)
def eig_tangent(a: Any, *, a_dot: Any, output: Any) -> tuple[Any, Any]:
    """The tangents of eigenvalues and eigenvectors."""
    return eig_tangent_of(a_dot, output[0], output[1])


@adjoint(np.linalg.eigvals, inline=False, source=GILES)
def eigvals(a: Any, *, output: Any, gradient: Any) -> Any:
    """a_bar = v^-H diag(gradient) v^H, the gradient given to each eigenvalue in the order of `output`."""
    w, v = np.linalg.eig(a)
    return eig_gradient(matched(gradient, output, w), None, w, v, a)


@tangent(np.linalg.eigvals, inline=False)
def eigvals_tangent(a: Any, *, a_dot: Any, output: Any) -> Any:
    """The diagonal of v^-1 a_dot v, in the order of `output`."""
    w, v = np.linalg.eig(a)
    return matched(eig_tangent_of(a_dot, w, v)[0], w, output)


def matched(x: Any, w: Any, other: Any) -> Any:
    """`x`, which goes with the numbers `w`, in the order of the same numbers as they stand in `other`."""
    if np.array_equal(w, other):
        return x
    nearest = np.argmin(np.abs(w[..., np.newaxis, :] - other[..., :, np.newaxis]), axis=-1)
    return np.take_along_axis(np.broadcast_to(x, w.shape), nearest, axis=-1)
