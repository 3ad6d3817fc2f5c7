"""scipy.fft: lengths odd and even, cropped and padded, every type and normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.fft as F

import srcdiff.rules.scipy_fft
import srcdiff.rules.scipy_fft_trigonometric  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(11)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


LINE: list[dict[str, Any]] = [{}, {"n": 3}, {"n": 8}, {"norm": "ortho"}, {"norm": "forward"}, {"axis": 0}]
PLANE: list[dict[str, Any]] = [{}, {"s": (3, 6), "axes": (0, 1)}, {"norm": "ortho"}, {"axes": (0,)}]
CASES = [Case(f, (x,), k) for f in (F.fft, F.ifft) for x in (real(2, 5), cplx(2, 6)) for k in LINE]
CASES += [Case(f, (x,), k) for f in (F.rfft, F.ihfft) for x in (real(2, 5), real(2, 6)) for k in LINE]
CASES += [Case(f, (x,), k) for f in (F.irfft, F.hfft) for x in (cplx(3, 4), cplx(3, 5)) for k in LINE]
CASES += [Case(f, (cplx(4, 5),), k) for f in (F.fft2, F.ifft2, F.fftn, F.ifftn) for k in PLANE]
CASES += [Case(f, (real(4, 5),), k) for f in (F.rfft2, F.rfftn, F.ihfft2, F.ihfftn) for k in PLANE]
CASES += [Case(f, (cplx(4, 5),), k) for f in (F.irfft2, F.irfftn, F.hfft2, F.hfftn) for k in PLANE]
CASES += [Case(f, (x,), k) for f in (F.fftshift, F.ifftshift) for x in (real(5), cplx(3, 4)) for k in ({}, {"axes": 0})]
CASES += [Case(f, (n, 0.3)) for f in (F.fftfreq, F.rfftfreq) for n in (4, 5)]
NORMS: list[dict[str, Any]] = [{}, {"norm": "ortho"}, {"norm": "forward"}, {"norm": "ortho", "orthogonalize": False}]
NORMS += [{"orthogonalize": True}, {"n": 3}, {"n": 7, "norm": "forward"}]
CASES += [Case(f, (real(2, 5), t), k) for f in (F.dct, F.idct, F.dst, F.idst) for t in (1, 2, 3, 4) for k in NORMS]
CASES += [Case(f, (real(3, 4),), k) for f in (F.dctn, F.idctn, F.dstn, F.idstn) for k in ({}, {"s": (4, 3), "type": 3})]
CASES += [
    Case(F.dctn, (real(2, 3, 4),), {"axes": 1}),
    Case(F.dct, (cplx(4),)),
    Case(F.dct, (real(4).astype(np.float32),)),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_fft(case: Case) -> None:
    check(case)
