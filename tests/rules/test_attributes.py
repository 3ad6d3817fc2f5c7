"""Attributes of arrays."""

from __future__ import annotations

import numpy as np
import pytest

import srcdiff.rules.attributes  # noqa: F401  registers the rules
from srcdiff.rules.registry import lookup
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

CASES = [
    Case(np.ndarray.T, (x,)) for x in (real(2, 3, 4), cplx(2, 3), real(3), np.array(1.5), real(2, 3).astype(np.float32))
]
CASES += [Case(np.ndarray.mT, (x,)) for x in (real(2, 3, 4), cplx(2, 3))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("name", ["shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides", "flags"])
def test_what_describes_an_array_is_constant(name: str) -> None:
    rule = lookup(getattr(np.ndarray, name))
    assert rule is not None
    assert rule.kind == "constant"
