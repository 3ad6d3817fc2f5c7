"""The comparison behind `srcdiff check`, with gradients made by hand: right ones, wrong ones, and none to compare."""

from __future__ import annotations

import numpy as np
import pytest

from srcdiff.check import check_adjoint


def scaled(x, k):
    return k * x**2


def gradients(args, cotangent, error=0.0):
    x, k = args
    return scaled(x, k), (2.0 * k * x * cotangent, np.sum(cotangent * x**2) * (1.0 + error))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_right_gradient_agrees(dtype):
    args = (np.array([1.0, 2.0, 0.0], dtype), 3.0)
    check = check_adjoint(scaled, args, ("x", "k"), (0, 1), gradients)
    assert check.agrees
    assert [row.direction for row in check.rows] == ["x"] * 3 + ["k"] * 3 + ["(all)"] * 3
    assert check.summary() == "ok: the adjoint agrees with differences in 9 of 9 directions"
    assert args[0].tolist() == [1.0, 2.0, 0.0]


def test_a_gradient_that_is_off_by_little_is_a_mismatch_and_named():
    args = (np.array([1.0, 2.0]), 3.0)
    check = check_adjoint(scaled, args, ("x", "k"), (0, 1), lambda a, u: gradients(a, u, 1e-4), directions=2)
    assert not check.agrees
    assert check.summary() == "MISMATCH in 4 of 6 directions: k, (all)"
    assert [row.verdict for row in check.rows] == ["ok", "ok"] + ["MISMATCH"] * 4
    assert "MISMATCH" in check.table()


def test_a_wrong_value_is_a_mismatch():
    check = check_adjoint(scaled, (1.0, 2.0), ("x", "k"), (0,), lambda a, u: (0.5, (4.0 * u,)))
    assert not check.agrees
    assert check.summary() == "MISMATCH: the value itself differs from the primal's"


def test_nan_in_the_gradient_is_a_mismatch_not_a_pass():
    check = check_adjoint(np.sin, (1.0,), ("x",), (0,), lambda a, u: (np.sin(1.0), (float("nan"),)))
    assert not check.agrees


def test_nothing_to_compare_is_no_pass():
    check = check_adjoint(np.sqrt, (np.zeros(2),), ("x",), (0,), lambda a, u: (np.zeros(2), (np.full(2, np.inf),)))
    assert not check.agrees
    assert check.summary().startswith("NO VERDICT")


def test_outputs_may_be_structures_with_other_things_in_them():
    def fun(x):
        return {"square": x**2, "name": "square"}

    def fun_gradients(args, cotangent):
        return fun(*args), (2.0 * args[0] * cotangent["square"],)

    assert check_adjoint(fun, (2.0,), ("x",), (0,), fun_gradients).agrees


def test_complex_gradients_are_compared_in_the_real_inner_product():
    def fun_gradients(args, cotangent):
        return args[0] ** 2, (2.0 * np.conj(args[0]) * cotangent,)

    z = np.array([1.0 + 2.0j, -1.0j])
    assert check_adjoint(np.square, (z,), ("z",), (0,), fun_gradients).agrees
    wrong = check_adjoint(np.square, (z,), ("z",), (0,), lambda a, u: (a[0] ** 2, (2.0 * a[0] * u,)))
    assert not wrong.agrees


def test_an_output_without_floats_is_an_error():
    with pytest.raises(TypeError, match="the output has no floating part"):
        check_adjoint(lambda x: 3, (2.0,), ("x",), (0,), lambda a, u: (3, (0.0,)))
