"""scipy.linalg's eigenvalue problems: subsets, a second matrix, either triangle, tridiagonal matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.linalg as sl

import srcdiff.rules.scipy_eigenvalues  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_eigenvalues import eig, eigh
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(16)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def positive(a: Any) -> Any:
    return a @ np.conj(np.swapaxes(a, -1, -2)) + np.eye(a.shape[-1], dtype=a.dtype)


def eigh_in_sign(*args: Any, **kwargs: Any) -> Any:
    """`eigh` with each vector in the sign in which its first component is positive: LAPACK's may change."""
    found = sl.eigh(*args, **kwargs)
    return found if isinstance(found, np.ndarray) else (found[0], found[1] * np.sign(found[1][:1]))


GENERAL = [real(3, 3), cplx(3, 3), positive(real(3, 3)), np.array([[0.0, 1.0], [-2.0, 0.3]])]
CASES = [Case(f, (x,)) for f in (sl.eig, sl.eigvals) for x in GENERAL]
CASES += [Case(sl.eig, (x,), {"right": False}) for x in GENERAL[:2]]
A, B = positive(real(4, 4)), positive(real(4, 4))
OPTIONS: list[dict[str, Any]] = [{}, {"lower": False}, {"subset_by_index": (1, 2)}, {"eigvals_only": True}]
CASES += [Case(sl.eigh, args, k, evaluate=eigh_in_sign) for args in [(A,), (A, B)] for k in OPTIONS]
CASES += [Case(sl.eigh, (A,), {"eigvals_only": True, "subset_by_index": (0, 1)})]
CASES += [Case(sl.eigh, (positive(cplx(3, 3)), positive(cplx(3, 3))), {"eigvals_only": True})]
CASES += [Case(sl.eigvalsh, args, k) for args in [(A,), (A, B), (positive(cplx(3, 3)),)] for k in OPTIONS[:3]]
CASES += [Case(sl.eigh_tridiagonal, (real(4), real(3)), k) for k in ({}, {"eigvals_only": True})]
CASES += [Case(sl.eigh_tridiagonal, (real(4), real(3)), {"select": "i", "select_range": (1, 2)})]
CASES += [Case(sl.eigvalsh_tridiagonal, (real(4), real(3)))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_eigenvalues(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="with `b`"):
        eig(np.eye(2), np.eye(2), output=None, gradient=None)
    with pytest.raises(UnsupportedError, match="type=2"):
        eigh(np.eye(2), np.eye(2), type=2, output=None, gradient=None)
