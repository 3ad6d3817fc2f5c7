"""Padding in the known modes, further than the array is long; the others are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.padding  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.padding import pad, pad_constant, pad_tangent
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
MODES = ("constant", "edge", "wrap", "reflect", "symmetric")
WIDTHS: list[Any] = [1, (2, 0), ((1, 2), (0, 3)), ((7, 6), (0, 0)), 0, np.array([[1], [2]])]
CASES = [Case(np.pad, (x, w, m)) for x in (real(3, 2), cplx(3, 2)) for w in WIDTHS for m in MODES]
CASES += [Case(np.pad, (real(3).astype(F32), 2, m)) for m in MODES] + [Case(np.pad, (real(3), 2))]
CASES += [Case(np.pad, (real(2, 3), 1), {"constant_values": v}) for v in (1.5, np.float64(1.5))]
CASES += [
    Case(np.pad, (real(2, 3), 1), {"constant_values": ((1.5, 2.5), (3.5, 4.5))}, wrt=("array",), modes=("reverse",))
]
CASES += [Case(np.pad, (cplx(2), 1), {"constant_values": v}) for v in (1.5, 2)]
if np.lib.NumpyVersion(np.__version__) >= "2.2.0":
    CASES += [Case(np.pad, (real(2, 3), {1: (1, 2)}, m)) for m in MODES] + [Case(np.pad, (real(2, 3), {-1: 2}))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("mode", ["linear_ramp", "maximum", "mean", "median", "minimum", "empty"])
def test_other_modes_are_refused(mode: str) -> None:
    with pytest.raises(
        UnsupportedError, match=r"np.pad in this `mode`\nconstant, edge, wrap, reflect and symmetric are"
    ):
        pad(real(3), 1, mode, gradient=real(5))
    with pytest.raises(UnsupportedError, match=r"np.pad in this `mode`"):
        pad_tangent(real(3), 1, mode, array_dot=real(3))


def test_odd_reflections_and_several_active_constants_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np.pad with `reflect_type='odd'`"):
        pad(real(3), 1, "reflect", reflect_type="odd", gradient=real(5))
    with pytest.raises(UnsupportedError, match="several active `constant_values`"):
        pad_constant(real(3), 1, constant_values=(1.0, 2.0), gradient=real(5))
