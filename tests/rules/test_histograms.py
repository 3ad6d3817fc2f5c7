"""Histograms: weights, densities, edges from the data, in one and more dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.histograms  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.histograms import histogram, histogramdd
from tests.rules.harness import Case, check, identifier

X = np.array([0.0, 0.37, 1.11, 1.93, 2.72, 2.2, 4.0])
Y = np.array([0.0, 1.3, 0.4, 2.61, 3.0, 0.83, 2.2])
W = np.array([0.3, 1.2, 0.7, 2.0, 0.9, 1.4, 0.5])
EDGES = np.array([0.2, 1.0, 2.5, 3.1])
OPTIONS: list[dict[str, Any]] = [{"bins": 3}, {"bins": 3, "range": (-0.1, 2.5)}, {"bins": EDGES}]

CASES = [Case(np.histogram, (X,), {**k, "weights": W, "density": d}) for k in OPTIONS for d in (None, True)]
CASES += [Case(np.histogram, (X,), {**k, "density": d}) for k in OPTIONS for d in (None, True)]
CASES += [Case(np.histogram, (X.astype(np.float32), 3), {"weights": W.astype(np.float32)})]
CASES += [Case(np.histogram_bin_edges, (X,), k) for k in OPTIONS]
PLANE: list[dict[str, Any]] = [{"bins": 3}, {"bins": [2, 3]}, {"bins": EDGES}, {"bins": [EDGES, 2]}]
PLANE += [{"bins": 3, "range": [(-0.1, 2.5), (-0.1, 4.0)]}]
CASES += [Case(np.histogram2d, (X, Y), {**k, "weights": W, "density": d}) for k in PLANE for d in (None, True)]
CASES += [Case(np.histogram2d, (X, Y), k) for k in PLANE]
SAMPLE = np.stack([X, Y, W], axis=1)
CASES += [
    Case(np.histogramdd, (SAMPLE,), {"bins": b, "weights": W, "density": d})
    for b in (2, [2, 3, 1])
    for d in (None, True)
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_histograms(case: Case) -> None:
    check(case)


def test_complex_weights_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="complex weights"):
        histogram(X, 3, weights=W + 1j, output=np.histogram(X, 3, weights=W + 1j), gradient=(None, None))


def test_a_list_of_coordinates_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="list of coordinates"):
        histogramdd([X, Y], 3, output=np.histogramdd([X, Y], 3), gradient=(None, None))
