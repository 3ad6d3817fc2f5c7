"""Quantiles by every method, medians, with NaN left out or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.order_statistics  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.order_statistics import median, quantile_a
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(5)
METHODS = ["inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen"]
METHODS += ["weibull", "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest"]
AXES: list[dict[str, Any]] = [{}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 1)}]


def spread(*shape: int) -> Any:
    """Numbers that keep their order under small changes."""
    return RNG.permutation(np.prod(shape, dtype=int)).reshape(shape) * 0.3 - 1.0


def holes(*shape: int) -> Any:
    """The same with a NaN in every row and column."""
    x = spread(*shape)
    x[tuple(np.arange(min(shape)) for _ in shape)] = np.nan
    return x


CASES = [Case(np.quantile, (spread(3, 4), 0.23), k) for k in AXES]
CASES += [Case(np.quantile, (spread(3, 4), np.array([0.23, 0.81, 0.0, 1.0])), {"axis": 1}, wrt=["a"])]
CASES += [Case(np.quantile, (spread(3, 5), np.array([[0.23], [0.81]])), {"axis": 1, "keepdims": True})]
CASES += [Case(np.quantile, (spread(7), q), {"method": m}) for m in METHODS for q in (0.31, np.array([0.17, 0.66]))]
CASES += [Case(np.quantile, (spread(8), 0.5), {"method": m}, wrt=["a"]) for m in METHODS]
CASES += [Case(np.percentile, (spread(3, 4), q), k) for q in (23.0, np.array([23.0, 81.0])) for k in AXES]
CASES += [Case(np.percentile, (spread(5).astype(np.float32), 40.0), wrt=["a"])]
CASES += [Case(np.median, (x,), k) for x in (spread(3, 4), spread(3, 3), spread(4, 2).astype(np.float32)) for k in AXES]
CASES += [Case(np.median, (spread(3, 4, 2), (0, 2)))]
CASES += [
    Case(np.nanquantile, (holes(3, 4), q), {"method": m}) for q in (0.27, np.array([0.21, 0.73])) for m in METHODS
]
CASES += [Case(np.nanquantile, (holes(3, 4), 0.3), k) for k in AXES]
CASES += [Case(np.nanpercentile, (holes(4, 4), np.array([23.0, 81.0])), k) for k in AXES]
CASES += [Case(np.nanmedian, (x,), k) for x in (holes(3, 4), holes(4, 4)) for k in AXES]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_order_statistics(case: Case) -> None:
    check(case)


def test_a_slice_with_nan_gives_nan_and_leaves_the_others_alone() -> None:
    a = np.array([[1.0, np.nan, 3.0], [3.0, 1.0, 2.0]])
    a_bar = median(a, axis=1, gradient=np.ones(2))
    assert np.isnan(a_bar[0]).any()
    np.testing.assert_array_equal(a_bar[1], [0.0, 0.0, 1.0])


@pytest.mark.parametrize("option", [{"weights": np.ones(3)}, {"out": np.empty(())}, {"overwrite_input": True}])
def test_what_changes_the_meaning_is_refused(option: Any) -> None:
    with pytest.raises(UnsupportedError, match=r"np\.quantile with"):
        quantile_a(spread(3), 0.5, **option, gradient=1.0)
