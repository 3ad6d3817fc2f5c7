"""Fourier transforms: lengths odd and even, cropped and padded, every normalisation, several axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.fft  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(10)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


LINE: list[dict[str, Any]] = [{}, {"n": 3}, {"n": 4}, {"n": 7}, {"n": 8}, {"norm": "ortho"}, {"norm": "forward"}]
LINE += [{"axis": 0}, {"axis": 0, "n": 3, "norm": "backward"}]
PLANE: list[dict[str, Any]] = [{}, {"s": (3, 6), "axes": (0, 1)}, {"s": (5, 3), "axes": (1, 0)}, {"norm": "ortho"}]
PLANE += [{"norm": "forward"}, {"axes": (0,)}]
F = np.fft
CASES = [Case(f, (x,), k) for f in (F.fft, F.ifft) for x in (real(2, 5), cplx(2, 5), cplx(2, 6)) for k in LINE]
CASES += [Case(f, (x,), k) for f in (F.rfft, F.ihfft) for x in (real(2, 5), real(2, 6)) for k in LINE]
CASES += [Case(f, (x,), k) for f in (F.irfft, F.hfft) for x in (cplx(3, 4), cplx(3, 5)) for k in LINE]
CASES += [Case(F.irfft, (real(2, 4),))]
CASES += [Case(f, (x,), k) for f in (F.fft2, F.ifft2, F.fftn, F.ifftn) for x in (real(4, 5), cplx(4, 5)) for k in PLANE]
CASES += [Case(f, (real(4, 5),), k) for f in (F.rfft2, F.rfftn) for k in PLANE]
CASES += [Case(f, (cplx(4, 5),), k) for f in (F.irfft2, F.irfftn) for k in PLANE]
CASES += [Case(f, (cplx(2, 3, 4),)) for f in (F.fft2, F.fftn, F.irfftn, F.irfft2)]
CASES += [Case(f, (real(2, 4).astype(np.float32),)) for f in (F.fft, F.rfft, F.ihfft, F.fft2, F.rfftn)]
CASES += [Case(f, (cplx(2, 4).astype(np.complex64),)) for f in (F.ifft, F.irfft, F.hfft, F.ifftn)]
CASES += [Case(f, (x,), k) for f in (F.fftshift, F.ifftshift) for x in (real(5), cplx(3, 4)) for k in ({}, {"axes": 0})]
CASES += [Case(f, (n, 0.3)) for f in (F.fftfreq, F.rfftfreq) for n in (4, 5)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_fft(case: Case) -> None:
    check(case)
