"""Conversion and filling: nested lists of active numbers and arrays, dtypes, integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.creation  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.creation import (
    array,
    array_tangent,
    asarray_tangent,
    full,
    full_like,
    full_like_tangent,
    full_tangent,
    ndarray_astype,
    ndarray_astype_tangent,
)
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
NESTED: list[Any] = [
    real(3),
    cplx(2, 2),
    1.5,
    1.5 + 2j,
    np.float32(1.5),
    [1.5, 2.5],
    (1.5, np.float64(2.5)),
    [[1.5, 2.5], [3.5, 4.5]],
    [(1.5, 2.5), [3.5, np.float32(4.5)]],
    [real(2), [1.5, 2.5], real(2).astype(F32)],
    [1.5, 2j],
    [real(2), cplx(2)],
    [np.array(1.5), 2.5],
    [1.5, 2],
    [[1, 2.5], np.arange(2), real(2)],
]
CONVERSIONS = (np.array, np.asarray, np.asanyarray, np.asarray_chkfinite, np.ascontiguousarray, np.asfortranarray)
CASES = [Case(f, (x,)) for f in (*CONVERSIONS, np.require, np.copy) for x in NESTED]
CASES += [Case(np.array, (x,), {"ndmin": 3}) for x in (1.5, real(2), [1.5, 2.5], [real(2), real(2)])]
CASES += [
    Case(f, (x, t))
    for f in (*CONVERSIONS, np.require)
    for x in (real(2), real(2).astype(F32), [1.5, F32(2)])
    for t in ("float64", complex)
]
MODES = (("reverse",), ("forward",))
CASES += [Case(f, (real(2).astype(F32), np.float32)) for f in (*CONVERSIONS, np.require)]
CASES += [Case(f, (real(2), F32), rtol=2e-3, modes=m) for f in (*CONVERSIONS, np.require) for m in MODES]
CASES += [Case(np.array, (real(3, 2).T,), {"order": "F", "copy": True}), Case(np.require, (real(3, 2).T, None, ["C"]))]
CASES += [Case(np.ndarray.copy, (real(2, 3),)), Case(np.ndarray.copy, (cplx(2, 3).T, "F"))]
ASTYPES = [np.ndarray.astype, *([np.astype] if hasattr(np, "astype") else [])]
CASES += [Case(f, (x, t)) for f in ASTYPES for x in (real(3), real(3).astype(F32)) for t in (float, complex)]
CASES += [Case(f, (real(3), np.float32), rtol=2e-3, modes=m) for f in ASTYPES for m in MODES]
CASES += [Case(f, (real(3), float), {"copy": False}) for f in ASTYPES]
CASES += [Case(np.fromiter, ([1.5, 2.5, np.float32(3.5)], float)), Case(np.fromiter, ([1.5, 2.5, 3.5], float, 2))]
CASES += [Case(np.full, ((2, 3), x)) for x in (1.5, 1.5j, F32(1.5), real(3), real(2, 1), cplx(3), np.array(1.5))]
CASES += [Case(np.full, (4, 1.5, np.float32), rtol=2e-3, modes=m) for m in MODES]
CASES += [Case(np.full, (0, 1.5)), Case(np.full, ((), 1.5))]
CASES += [Case(np.full_like, (np.zeros((2, 3)), x), wrt=("fill_value",)) for x in (1.5, F32(1.5), real(3), real(2, 1))]
CASES += [Case(np.full_like, (np.zeros(2, F32), 1.5), wrt=("fill_value",))]
CASES += [Case(np.full_like, (np.zeros(2, int), 1.5, float), {"shape": (3, 2)})]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_conversion_to_integers_has_a_zero_derivative() -> None:
    x, gradient = real(3), np.ones(3)
    for dtype in (int, "int32", np.bool_):
        assert ndarray_astype(x, dtype, gradient=gradient).tolist() == [0.0] * 3
        assert ndarray_astype_tangent(x, dtype, self_dot=gradient).tolist() == [0.0] * 3
        assert array([x, [1.5, 2.5, 3.5]], dtype, gradient=np.ones((2, 3)))[1] == [0.0] * 3
        assert array_tangent(x, dtype, object_dot=gradient, output=x.astype(dtype)).tolist() == [0.0] * 3
        assert asarray_tangent(x, dtype, a_dot=gradient, output=x.astype(dtype)).tolist() == [0.0] * 3
        assert full(3, 1.5, dtype, gradient=gradient)[1] == 0.0
        assert full_tangent(3, 1.5, dtype, fill_value_dot=1.0).tolist() == [0.0] * 3


def test_filling_integers_has_a_zero_derivative() -> None:
    like = np.arange(3)
    assert full_like(like, 1.5, gradient=np.ones(3))[1] == 0.0
    assert full_like_tangent(like, 1.5, fill_value_dot=1.0, output=like).tolist() == [0.0] * 3


def test_integers_among_numbers_are_passed_over() -> None:
    found = array([1.5, 2, [3][0]], gradient=np.array([5.0, 6.0, 7.0]))
    assert found[0] == 5.0


def test_copy_false_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np.array with `copy=`\nnp.asarray copies where it has to."):
        array(real(3), copy=False, gradient=np.ones(3))
