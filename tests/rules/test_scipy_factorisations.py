"""scipy.linalg's factorisations: every mode and triangle, pivots, rectangular and complex matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.linalg as sl

import srcdiff.rules.scipy_factorisations  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_factorisations import lu, polar, qr
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(15)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


def positive(a: Any) -> Any:
    return a @ np.conj(np.swapaxes(a, -1, -2)) + np.eye(a.shape[-1], dtype=a.dtype)


def clean_factor(a: Any, lower: bool = False) -> Any:
    """`cho_factor` with zeros in the triangle that holds anything."""
    return sl.cholesky(a, lower), lower


POSITIVE = [positive(real(3, 3)), positive(cplx(3, 3))]
SHAPES = [real(3, 3), cplx(3, 3), real(4, 2), real(2, 4), cplx(4, 2), cplx(2, 4)]
CASES = [Case(sl.cholesky, (x,), {"lower": k}) for x in POSITIVE for k in (False, True)]
CASES += [Case(sl.cho_factor, (x,), {"lower": k}, evaluate=clean_factor) for x in POSITIVE for k in (False, True)]
CASES += [
    Case(sl.cho_solve, ((sl.cholesky(x, k), k), b))
    for x in POSITIVE
    for k in (False, True)
    for b in (real(3), cplx(3, 2))
]
CASES += [Case(sl.lu, (x,), {"permute_l": k}) for x in SHAPES for k in (False, True)]
CASES += [Case(sl.lu_factor, (x,)) for x in SHAPES]
CASES += [
    Case(sl.lu_solve, (sl.lu_factor(f(3, 3)), f(*n)), {"trans": t})
    for f in (real, cplx)
    for n in [(3,), (3, 2)]
    for t in (0, 1, 2)
]
CASES += [
    Case(sl.qr, (x,), {"mode": m, "pivoting": p}) for x in SHAPES for m in ("economic", "r") for p in (False, True)
]
CASES += [
    Case(sl.qr, (x,), {"pivoting": p}) for x in (real(3, 3), real(3, 2), real(2, 3), cplx(3, 3)) for p in (False, True)
]
CASES += [Case(sl.svd, (x,), {"full_matrices": False}) for x in SHAPES if x.dtype.kind == "f"]
CASES += [Case(sl.svd, (x,), {"compute_uv": False}) for x in SHAPES] + [
    Case(sl.svd, (real(3, 2),)),
    Case(sl.svd, (real(3, 3),)),
]
CASES += [Case(sl.svdvals, (x,)) for x in SHAPES]
CASES += [Case(sl.polar, (x, side)) for x in SHAPES[:2] for side in ("right", "left")]
CASES += [Case(sl.polar, (SHAPES[2],)), Case(sl.polar, (SHAPES[5], "left")), Case(sl.polar, (np.eye(3) * 2.0,))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_factorisations(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="p_indices=True"):
        lu(np.eye(2), p_indices=True, output=None, gradient=None)
    with pytest.raises(UnsupportedError, match="mode='raw'"):
        qr(np.eye(2), mode="raw", output=None, gradient=None)
    with pytest.raises(UnsupportedError, match="Use side='left'"):
        polar(real(2, 3), output=None, gradient=None)
    a = real(4, 2)
    with pytest.raises(UnsupportedError, match="the choice of the basis"):
        qr(a, output=sl.qr(a), gradient=(real(4, 4), None))
