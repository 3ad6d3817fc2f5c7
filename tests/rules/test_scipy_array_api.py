"""SciPy's helpers for array namespaces, which are NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import real

_array_api = pytest.importorskip("scipy._lib._array_api")

CASES: list[Case] = []
if hasattr(_array_api, "xp_promote"):  # SciPy 1.16
    CASES += [Case(_array_api.xp_promote, (real(3, 4),), {"force_floating": True, "xp": np})]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)
