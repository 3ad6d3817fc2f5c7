"""Ranges by their ends, steps and base."""

from __future__ import annotations

import numpy as np
import pytest

import srcdiff.rules.ranges  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.ranges import arange, arange_tangent, geomspace, linspace, linspace_tangent, logspace
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
CASES = [
    Case(np.linspace, ends)
    for ends in ((1.5, 4.0), (real(2), 3.0), (real(2, 1), real(3)), (1.5, 2j), (cplx(2), real(2)))
]
CASES += [Case(np.linspace, (1.5, 4.0, n), {"endpoint": e}) for n in (0, 1, 2, 7) for e in (True, False)]
CASES += [Case(np.linspace, (real(2, 1), real(3), 4), {"axis": a}) for a in (1, -1, 2)]
CASES += [Case(np.linspace, (real(2).astype(F32), real(2).astype(F32), 4), {"dtype": F32})]
CASES += [Case(np.linspace, (0, 4.0, 5), wrt=("stop",)), Case(np.linspace, (F32(1.5), 3.0, 4), rtol=1e-6)]
CASES += [Case(np.logspace, (0.5, 1.5, 4)), Case(np.logspace, (real(2), 1.5, 4), {"base": 2.5, "endpoint": False})]
CASES += [Case(np.logspace, (real(2), real(2), 4), {"axis": 1}), Case(np.logspace, (0.5, 1.5, 4), {"base": 1.5 + 1j})]
CASES += [Case(np.geomspace, (0.5, 8.0, 5)), Case(np.geomspace, (np.array([1.0, 2.0]), 9.0, 4), {"endpoint": False})]
CASES += [Case(np.geomspace, (np.array([1.0, 2.0]), 9.0, 4), {"axis": -1}), Case(np.geomspace, (-1.0, -8.0, 4))]
CASES += [Case(np.geomspace, (1 + 1j, 3 - 1j, 4)), Case(np.geomspace, (1.0, 3.0, 1))]
CASES += [Case(np.arange, (0.35, 3.0, 0.5)), Case(np.arange, (0.35, 3.0)), Case(np.arange, (2.7, -1.0, -0.5))]
CASES += [Case(np.arange, (0.35, 3, 0.5), {"dtype": F32}, rtol=2e-3, modes=(m,)) for m in ("reverse", "forward")]
CASES += [Case(np.arange, (2.5, 1.0))]
CASES += [Case(np.linspace, (1, 4.5, 5)), Case(np.linspace, (1.5, 4, 5)), Case(np.logspace, (1, 2.5, 3), {"base": 2})]
CASES += [Case(np.geomspace, (1, 2.5, 3)), Case(np.arange, (1, 3.0, 0.7)), Case(np.arange, (0.5, 3.0, 1))]
CASES += [Case(np.kaiser, (n, b)) for n in (0, 1, 2, 7, 8) for b in (0.5, 8.6, 30.0)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_a_range_by_its_stop_alone_has_a_zero_derivative() -> None:
    assert arange(3.5, gradient=np.ones(4))[0] == 0.0
    assert arange_tangent(3.5, start_dot=1.0, step_dot=0, output=np.arange(3.5)).tolist() == [0.0] * 4


def test_integer_ranges_have_a_zero_derivative() -> None:
    assert linspace(0.5, 2.5, 3, dtype=int, gradient=np.ones(3)) == (0.0, 0.0)
    found = linspace_tangent(0.5, 2.5, 3, dtype=int, start_dot=1.0, stop_dot=1.0, output=np.arange(3))
    assert found.tolist() == [0.0] * 3
    assert arange(0.5, 4.5, 1.0, dtype=int, gradient=np.ones(4)) == (0.0, None, 0.0)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np.linspace with `retstep=True`"):
        linspace(0.5, 2.5, 3, retstep=True, gradient=np.ones(3))
    with pytest.raises(UnsupportedError, match=r"np.logspace with an array as `base`"):
        logspace(0.5, 2.5, 3, base=np.ones(2), output=np.ones((3, 2)), gradient=np.ones((3, 2)))
    with pytest.raises(UnsupportedError, match=r"np.geomspace with an integer `dtype`"):
        geomspace(1.0, 8.0, 4, dtype=int, output=np.ones(4), gradient=np.ones(4))
