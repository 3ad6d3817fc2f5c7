"""Convolutions in every mode and order of sizes, filters and their coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.signal as ss

import srcdiff.rules.scipy_signal  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_signal import convolve2d_in1, lfilter_x, savgol_filter
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(20)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


LINES = [((6,), (3,)), ((3,), (6,)), ((6,), (4,)), ((5, 4), (2, 3)), ((2, 3), (5, 4))]
MODES = ("full", "same", "valid")
CASES = [
    Case(f, (g(*m), g(*n), mode))
    for f in (ss.convolve, ss.correlate)
    for m, n in LINES
    for mode in MODES
    for g in (real, cplx)
]
CASES += [
    Case(f, (g(*m), g(*n), mode))
    for f in (ss.fftconvolve, ss.oaconvolve)
    for m, n in LINES
    for mode in MODES
    for g in (real,)
]
CASES += [
    Case(f, (real(2, 6), real(1, 3)), {"axes": 1, "mode": mode})
    for f in (ss.fftconvolve, ss.oaconvolve)
    for mode in MODES
]
CASES += [
    Case(f, (g(*m), g(*n), mode))
    for f in (ss.convolve2d, ss.correlate2d)
    for m, n in LINES[3:]
    for mode in MODES
    for g in (real, cplx)
]
CASES += [
    Case(ss.convolve, (real(5), cplx(3))),
    Case(ss.convolve, (real(5).astype(np.float32), real(3).astype(np.float32))),
]
B, A = np.array([0.5, 0.2, -0.1]), np.array([1.5, -0.4, 0.3])
CASES += [
    Case(ss.lfilter, args)
    for args in [(B, A, real(8)), (B[:1], A, cplx(2, 8)), (B, A[:1], real(2, 8)), (B, A, real(8, 2), 0)]
]
CASES += [Case(ss.lfilter, (B + 0.2j, A - 0.1j, cplx(8))), Case(ss.lfilter, (real(6), A, real(4)))]
SOS = ss.butter(4, 0.3, output="sos")


def cascade(sos: Any, x: Any, axis: int = -1) -> Any:
    """`sosfilt` with a[0] of each section kept 1, as it insists."""
    return ss.sosfilt(np.concatenate([sos[:, :3], np.ones((len(sos), 1)), sos[:, 4:]], axis=1), x, axis)


CASES += [Case(ss.sosfilt, (SOS, real(8)), evaluate=cascade), Case(ss.sosfilt, (SOS, real(8, 2), 0), evaluate=cascade)]
CASES += [Case(ss.detrend, (real(2, 8),), k) for k in ({}, {"type": "constant"}, {"bp": 3}, {"axis": 0})]
CASES += [Case(ss.hilbert, (real(2, 8),), k) for k in ({}, {"N": 5}, {"N": 11}, {"axis": 0})]
CASES += [Case(ss.savgol_filter, (real(2, 9), 5, 2), k) for k in ({}, {"deriv": 1, "delta": 0.3})]
CASES += [Case(ss.savgol_filter, (real(9, 2), 7, 3), {"axis": 0}), Case(ss.savgol_filter, (real(5), 5, 2))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_signal(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="boundary other than zeros"):
        convolve2d_in1(real(3, 3), real(2, 2), boundary="wrap", gradient=real(4, 4))
    with pytest.raises(UnsupportedError, match="`zi=`"):
        lfilter_x(B, A, real(4), zi=real(2), gradient=real(4))
    with pytest.raises(UnsupportedError, match="mode='nearest'"):
        savgol_filter(real(9), 5, 2, mode="nearest", gradient=real(9))
