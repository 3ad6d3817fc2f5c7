"""Sorting, partitions and sets, along every axis, real and complex."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.sorting  # noqa: F401  registers the rules
from srcdiff.rules.sorting import unique
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(4)


def spread(*shape: int) -> Any:
    """Numbers that keep their order under small changes."""
    return RNG.permutation(np.prod(shape, dtype=int)).reshape(shape) * 0.3 - 1.0


def cplx(*shape: int) -> Any:
    return spread(*shape) + 1j * spread(*shape)


SORTS: list[dict[str, Any]] = [{}, {"axis": 0}, {"axis": None}]
CASES = [Case(np.sort, (x,), k) for x in (spread(3, 4), cplx(2, 3), spread(3, 4).astype(np.float32)) for k in SORTS]
CASES += [Case(np.sort, (spread(5),), {"kind": "mergesort"}), Case(np.sort, (spread(5),), {"stable": True})]
CASES += [Case(np.sort_complex, (x,)) for x in (cplx(5), cplx(2, 3), spread(4), spread(4).astype(np.float32))]
CASES += [
    Case(np.partition, (x, 2), k) for x in (spread(9), spread(4, 5), cplx(3, 4)) for k in SORTS[: 1 + 2 * (x.ndim > 1)]
]
CASES += [Case(np.partition, (spread(40), [3, 11]))]

TWICE = np.array([3.0, 1.0, 2.0])
CASES += [Case(np.unique, (x,), k) for x in (spread(5), spread(2, 3), cplx(4)) for k in ({}, {"return_counts": True})]
CASES += [Case(np.unique, (spread(3, 2),), {"axis": axis}) for axis in (0, 1)]
CASES += [Case(np.unique, (spread(3),), {"return_index": True, "return_inverse": True})]
CASES += [Case(f, (spread(2, 3),)) for f in (np.unique_values, np.unique_counts, np.unique_inverse, np.unique_all)]
CASES += [Case(f, (spread(4), 10.0 + spread(3))) for f in (np.union1d, np.setxor1d)]
CASES += [
    Case(np.union1d, (spread(4), cplx(3) + 0.07)),
    Case(np.union1d, (spread(4).astype(np.float32), spread(2) + 0.1)),
]
CASES += [Case(np.setdiff1d, (spread(4), spread(2) + 0.1)), Case(np.setxor1d, (spread(4), spread(3) + 0.1))]
CASES += [Case(np.setdiff1d, (np.array([3.0, 1.0, 2.0]), np.array([2.0])), evaluate=lambda a, b: np.sort(a[:2]))]


def first_two(ar1: Any, ar2: Any, return_indices: bool = False) -> Any:
    """What `np.intersect1d` is at [3, 1, 2] and [1, 3, 5], as a smooth function of its first argument."""
    values = np.sort(ar1[:2])
    return (values, np.array([1, 0]), np.array([0, 1])) if return_indices else values


SHARED = (np.array([3.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
CASES += [Case(np.intersect1d, SHARED, evaluate=first_two)]
CASES += [Case(np.intersect1d, SHARED, {"return_indices": True}, evaluate=first_two)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_sorting(case: Case) -> None:
    check(case)


def test_a_value_that_occurs_twice_is_taken_from_where_it_occurs_first() -> None:
    ar = np.array([2.0, 1.0, 2.0, np.nan, 1.0, np.nan])
    found = unique(ar, output=np.unique(ar), gradient=np.array([10.0, 20.0, 30.0]))
    np.testing.assert_array_equal(found, [20.0, 10.0, 0.0, 30.0, 0.0, 0.0])
