"""Convolution in every mode and order of lengths, differences with edges, uneven spacing, interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.convolution  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(12)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


LENGTHS = [(5, 3), (3, 5), (6, 3), (6, 4), (4, 6), (3, 6), (4, 4), (1, 3)]
CASES = [
    Case(f, (g(m), h(n)), {"mode": mode})
    for f in (np.convolve, np.correlate)
    for m, n in LENGTHS
    for mode in ("full", "same", "valid")
    for g, h in [(real, real), (cplx, cplx)]
]
CASES += [Case(f, (real(5), cplx(3))) for f in (np.convolve, np.correlate)]
CASES += [Case(np.convolve, (real(5).astype(np.float32), real(3).astype(np.float32)))]
CASES += [Case(np.diff, (x,), k) for x in (real(2, 5), cplx(4, 3)) for k in ({}, {"n": 2}, {"axis": 0}, {"n": 0})]
CASES += [Case(np.diff, (real(5).astype(np.float32),)), Case(np.diff, (real(2), 2))]
CASES += [Case(np.diff, (real(2, 4),), {"prepend": 0.5}), Case(np.diff, (real(2, 4),), {"append": real(2, 2)})]
CASES += [Case(np.diff, (real(3, 2), 2, 0), {"prepend": real(1, 2), "append": 2.0})]
CASES += [Case(np.ediff1d, (real(2, 3),)), Case(np.ediff1d, (cplx(4),)), Case(np.ediff1d, (real(1),))]
CASES += [Case(np.ediff1d, (real(4),), {"to_begin": real(2), "to_end": 1.5})]
UNEVEN = np.array([0.0, 0.4, 1.1, 1.5, 2.7])
CASES += [
    Case(np.gradient, (real(5), *h), {"edge_order": e}, wrt=["f"]) for h in [(), (0.3,), (UNEVEN,)] for e in (1, 2)
]
CASES += [Case(np.gradient, (x,), {"edge_order": e}) for x in (real(4, 5), cplx(3, 4)) for e in (1, 2)]
CASES += [Case(np.gradient, (real(4, 5), 0.5, UNEVEN), wrt=["f"]), Case(np.gradient, (real(3, 4),), {"axis": 1})]
CASES += [Case(np.gradient, (real(3, 4, 5), UNEVEN, 2.0), {"axis": (2, 0)}, wrt=["f"])]
CASES += [Case(np.gradient, (real(4).astype(np.float32),)), Case(np.gradient, (real(2),))]
XP, FP = np.array([0.0, 1.0, 2.5, 3.0]), np.array([1.0, -2.0, 0.5, 4.0])
POINTS = np.array([[0.3, 1.7, 2.9], [-1.0, 4.0, 1.2]])
CASES += [Case(np.interp, (x, XP, f)) for x in (POINTS, 1.3) for f in (FP, FP + 1j * FP[::-1])]
CASES += [Case(np.interp, (POINTS, XP, FP), {"left": 2.0, "right": -1.0})]
CASES += [
    Case(np.interp, (POINTS, np.array([0.37, 4.1, 1.0, 2.0]), FP), {"period": 3.5}),
    Case(np.interp, (1.3, XP, FP)),
]
CASES += [Case(np.interp, (POINTS, XP, FP.astype(np.float32)), rtol=1e-6)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_convolution(case: Case) -> None:
    check(case)
