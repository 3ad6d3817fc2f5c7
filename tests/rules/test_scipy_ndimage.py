"""Filters with every treatment of the edges, origins, even sizes, several axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.ndimage as nd

import srcdiff.rules.scipy_ndimage  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.scipy_ndimage import correlate_weights, gaussian_filter1d, line_transpose
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(21)
MODES = ["reflect", "mirror", "nearest", "wrap", "constant", "grid-wrap", "grid-mirror", "grid-constant"]


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


CASES = [Case(f, (real(5, 6), real(3)), {"mode": m}) for f in (nd.correlate1d, nd.convolve1d) for m in MODES]
CASES += [
    Case(f, (real(6, 2), real(n)), {"axis": 0, "origin": o})
    for f in (nd.correlate1d, nd.convolve1d)
    for n, o in [(4, 0), (4, -2), (4, 1), (3, 1), (5, -1), (9, 0)]
]
CASES += [Case(f, (real(5, 6), real(3, 3)), {"mode": m}) for f in (nd.correlate, nd.convolve) for m in MODES]
CASES += [
    Case(f, (real(5, 6), real(2, 4)), {"origin": o}) for f in (nd.correlate, nd.convolve) for o in (0, -1, (0, 1))
]
CASES += [Case(nd.correlate, (real(4, 4), real(3, 3)), {"mode": "constant", "cval": 2.0}, wrt=["input"])]
CASES += [Case(nd.gaussian_filter1d, (real(3, 12), 1.3), {"mode": m, "cval": 1.0}, wrt=["input"]) for m in MODES]
CASES += [Case(nd.gaussian_filter1d, (real(12, 2), 1.3, 0), {"order": o}, wrt=["input"]) for o in (1, 2)]
CASES += [
    Case(nd.gaussian_filter1d, (real(3), 2.5), wrt=["input"]),
    Case(nd.gaussian_filter1d, (real(9), 1.0), {"radius": 2}, wrt=["input"]),
]
CASES += [
    Case(nd.gaussian_filter, (real(6, 7), (1.0, 0.6)), {"order": (0, 1), "mode": ["wrap", "nearest"]}, wrt=["input"])
]
CASES += [Case(nd.gaussian_filter, (real(6, 7), 1.0), {"axes": (1,)}, wrt=["input"])]
CASES += [Case(nd.uniform_filter1d, (real(3, 7), n), {"mode": m, "cval": 1.0}) for n in (3, 4) for m in MODES[:5]]
CASES += [Case(nd.uniform_filter, (real(5, 6),), k) for k in ({}, {"size": (2, 3), "origin": (0, 1)}, {"axes": 0})]
CASES += [Case(nd.laplace, (real(5, 6),), {"mode": m}) for m in MODES[:5]]
CASES += [
    Case(f, (real(5, 6),), {"axis": a, "mode": m}) for f in (nd.sobel, nd.prewitt) for a in (0, -1) for m in MODES[:5]
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_scipy_ndimage(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="`output=`"):
        gaussian_filter1d(real(4), 1.0, out=np.float32, gradient=real(4))
    with pytest.raises(UnsupportedError, match=r"cval=2\.0"):
        correlate_weights(real(4, 4), real(3, 3), mode="constant", cval=2.0, gradient=real(4, 4))
    with pytest.raises(UnsupportedError, match="mode='unheard of'"):
        line_transpose(real(4), [1.0], 0, "unheard of")
