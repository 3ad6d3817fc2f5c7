"""Factorisations: stacks, complex, rectangular; equal eigenvalues and singular values; what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcdiff.errors import UnsupportedError
from srcdiff.rules.decompositions import qr
from srcdiff.rules.eigenvalues import eigh, eigh_tangent
from srcdiff.rules.singular_values import svd
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(9)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def single(*shape: int) -> Any:
    return real(*shape).astype(np.float32)


def positive(a: Any) -> Any:
    return a @ np.conj(np.swapaxes(a, -1, -2)) + np.eye(a.shape[-1], dtype=a.dtype)


HERMITIAN = [positive(f(*shape)) for f, shape in [(real, (3, 3)), (cplx, (3, 3)), (real, (2, 3, 3)), (single, (2, 2))]]
CASES = [Case(np.linalg.cholesky, (x,), k) for x in HERMITIAN for k in ({}, {"upper": True})]
RECTANGULAR = [real(4, 2), cplx(4, 2), real(3, 3), cplx(3, 3), real(2, 4), cplx(2, 4), real(2, 4, 3), single(3, 2)]
CASES += [Case(np.linalg.qr, (x,), k) for x in RECTANGULAR for k in ({}, {"mode": "r"})]
CASES += [Case(np.linalg.qr, (x, "complete")) for x in (real(3, 2), real(3, 3), real(2, 4))]
CASES += [Case(np.linalg.eigh, (x,), k) for x in (HERMITIAN[0], *HERMITIAN[2:]) for k in ({}, {"UPLO": "U"})]
CASES += [Case(np.linalg.eigvalsh, (x,), k) for x in HERMITIAN for k in ({}, {"UPLO": "U"})]
GENERAL = [real(3, 3), cplx(3, 3), real(2, 4, 4), HERMITIAN[0], np.array([[0.0, 1.0], [-2.0, 0.3]]), single(2, 2)]
CASES += [Case(f, (x,)) for f in (np.linalg.eig, np.linalg.eigvals) for x in GENERAL]
CASES += [Case(np.linalg.svd, (x,), {"full_matrices": False}) for x in RECTANGULAR if x.dtype.kind == "f"]
CASES += [Case(np.linalg.svd, (x,), {"compute_uv": False}) for x in RECTANGULAR]
CASES += [Case(np.linalg.svd, (x,)) for x in (real(3, 3), real(3, 2), real(2, 3))]
CASES += [Case(np.linalg.svdvals, (x,)) for x in RECTANGULAR]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_decompositions(case: Case) -> None:
    check(case)


def slope(function: Any, a: Any, direction: Any, step: float = 1e-5) -> float:
    return (function(a + step * direction) - function(a - step * direction)) / (2 * step)


@pytest.mark.parametrize("a", [cplx(4, 2), cplx(3, 3), cplx(2, 4)], ids=lambda a: str(a.shape))
def test_svd_of_a_complex_matrix_in_a_function_without_phase(a: Any) -> None:
    """The unitary polar factor does not depend on the phases of the singular vectors."""
    weight = cplx(*a.shape)

    def loss(x: Any) -> float:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return float(np.sum(np.conj(weight) * (u * s**2 @ vh)).real + np.sum(np.conj(weight) * (u @ vh)).real)

    u, s, vh = np.linalg.svd(a, full_matrices=False)
    product_bar = weight @ np.conj(vh.T)
    u_bar = product_bar * s**2 + product_bar
    s_bar = 2 * s * np.sum(np.conj(u) * product_bar, axis=0).real
    vh_bar = np.conj((u * s**2).T) @ weight + np.conj(u.T) @ weight
    a_bar = svd(a, False, output=(u, s, vh), gradient=(u_bar, s_bar, vh_bar))
    direction = cplx(*a.shape)
    assert np.sum(np.conj(a_bar) * direction).real == pytest.approx(slope(loss, a, direction), rel=1e-7)


def test_svd_with_equal_singular_values() -> None:
    """The polar factor of an orthogonal matrix, all of whose singular values are 1, has a derivative."""
    a, weight, direction = np.linalg.qr(real(3, 3))[0], real(3, 3), real(3, 3)

    def loss(x: Any) -> float:
        u, _, vh = np.linalg.svd(x)
        return float(np.sum(weight * (u @ vh)))

    u, s, vh = np.linalg.svd(a)
    a_bar = svd(a, output=(u, s, vh), gradient=(weight @ vh.T, None, u.T @ weight))
    assert np.sum(a_bar * direction) == pytest.approx(slope(loss, a, direction), rel=1e-7)


def test_the_space_that_full_matrices_adds() -> None:
    """The projector on the null space has a derivative, a single entry of its basis has none."""
    a, weight, direction = real(2, 4), real(4, 4), real(2, 4)

    def loss(x: Any) -> float:
        null = np.linalg.svd(x)[2][2:]
        return float(np.sum(weight * (null.T @ null)))

    output = np.linalg.svd(a)
    vh_bar = np.zeros((4, 4))
    vh_bar[2:] = output[2][2:] @ (weight + weight.T)
    a_bar = svd(a, output=output, gradient=(None, None, vh_bar))
    assert np.sum(a_bar * direction) == pytest.approx(slope(loss, a, direction), rel=1e-7)
    with pytest.raises(UnsupportedError, match="the choice of the basis"):
        svd(a, output=output, gradient=(None, None, real(4, 4)))


def test_complete_qr_refuses_a_function_of_the_basis() -> None:
    a = real(4, 2)
    with pytest.raises(UnsupportedError, match="the choice of the basis"):
        qr(a, "complete", output=np.linalg.qr(a, "complete"), gradient=(real(4, 4), None))


def test_eigh_of_a_complex_matrix_in_a_function_without_phase() -> None:
    a, weight, direction = positive(cplx(3, 3)), cplx(3, 3), cplx(3, 3)

    def loss(x: Any) -> float:
        v = np.linalg.eigh(x)[1][:, :1]
        return float(np.sum(np.conj(weight) * (v @ np.conj(v.T))).real)

    output = np.linalg.eigh(a)
    v_bar = np.zeros((3, 3), complex)
    v_bar[:, :1] = (weight + np.conj(weight.T)) @ output[1][:, :1]
    a_bar = eigh(a, output=output, gradient=(None, v_bar))
    assert np.sum(np.conj(a_bar) * direction).real == pytest.approx(slope(loss, a, direction), rel=1e-7)


def test_eigh_with_equal_eigenvalues() -> None:
    """The projector on the space of a double eigenvalue has a derivative."""
    basis = np.linalg.qr(real(3, 3))[0]
    a, weight, direction = basis * np.array([1.0, 1.0, 2.0]) @ basis.T, real(3, 3), real(3, 3)
    a, direction = (a + a.T) / 2, direction + direction.T

    def loss(x: Any) -> float:
        w, v = np.linalg.eigh(x)
        return float(np.sum(weight * (v[:, :2] @ v[:, :2].T)) + w[0] + w[1])

    w, v = np.linalg.eigh(a)
    v_bar = np.zeros((3, 3))
    v_bar[:, :2] = (weight + weight.T) @ v[:, :2]
    a_bar = eigh(a, output=(w, v), gradient=(np.array([1.0, 1.0, 0.0]), v_bar))
    assert np.sum(a_bar * direction) == pytest.approx(slope(loss, a, direction), rel=1e-7)
    w_dot, v_dot = eigh_tangent(a, a_dot=direction, output=(w, v))
    assert np.sum(v_bar * v_dot) + w_dot[0] + w_dot[1] == pytest.approx(slope(loss, a, direction), rel=1e-7)


def test_a_matrix_function_of_equal_eigenvalues_is_refused() -> None:
    w, v = np.linalg.eigh(np.eye(3))
    weight = real(3, 3) + 5.0 * np.ones((3, 3))
    v_bar = (weight + weight.T) @ v * np.exp(w)
    with pytest.raises(UnsupportedError, match="equal values"):
        eigh(np.eye(3), output=(w, v), gradient=(np.exp(w) * np.einsum("ij,ik,kj->j", v, weight, v), v_bar))
    with pytest.raises(UnsupportedError, match="equal values"):
        svd(np.eye(3), output=(v, w, v.T), gradient=(weight @ v, np.diag(weight), None))


def test_hermitian_svd_and_raw_qr_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="hermitian=True"):
        svd(np.eye(2), hermitian=True, output=None, gradient=None)
    with pytest.raises(UnsupportedError, match="mode='raw'"):
        qr(np.eye(2), "raw", output=None, gradient=None)
