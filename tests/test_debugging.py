"""The first statement at which a derivative is not finite."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import numpy as np

import srcdiff
from srcdiff.testing import first_nonfinite

X = np.array([0.5, 0.0, 2.0])


def distance(x: Any) -> Any:
    y = x * x
    r = np.sqrt(y)
    z = np.exp(r)
    return np.sum(z * z)


def line_of(function: Any, text: str) -> int:
    lines, first = inspect.getsourcelines(function)
    return first + next(k for k, line in enumerate(lines) if text in line)


def test_the_line_of_the_primal_is_shown() -> None:
    found = first_nonfinite(srcdiff.grad(distance), X)
    assert found is not None
    assert found.primal_line == line_of(distance, "np.sqrt")
    assert found.primal_file == "test_debugging.py"
    assert found.primal_text == "r = np.sqrt(y)"
    assert str(found).splitlines()[:2] == [
        f"`{found.name}` becomes inf in `distance_adjoint`",
        f"  test_debugging.py:{found.primal_line} | r = np.sqrt(y)",
    ]
    assert f"generated line {found.line} | {found.text}" in str(found)
    assert found.text in srcdiff.grad(distance).source


def test_in_a_pullback_and_in_a_loop() -> None:
    def steps(x: Any) -> Any:
        s = 0.0
        for i in range(x.size):
            s += np.sqrt(x[i])
        return s

    assert first_nonfinite(srcdiff.grad(steps), np.array([1.5, 2.0])) is None
    _, pullback = srcdiff.vjp(steps, np.array([1.0, 0.0]))
    found = first_nonfinite(pullback, 1.0)
    assert found is not None
    assert found.primal_line == line_of(steps, "np.sqrt")


def test_in_forward_mode() -> None:
    found = first_nonfinite(srcdiff.jvp, distance, (X,), (np.ones(3),))
    assert found is not None
    assert "sqrt" in found.text or "r_dot" in found.name


def test_nothing_is_found_where_all_is_finite_and_tracing_ends() -> None:
    before = sys.gettrace()
    assert first_nonfinite(srcdiff.grad(distance), X + 1.0) is None
    assert sys.gettrace() is before


def test_check_grads_goes_to_the_order_that_is_asked_for() -> None:
    srcdiff.testing.check_grads(lambda x, c: np.sum(np.sin(x) * c) ** 2, (X + 0.3, 0.7), order=2)
    srcdiff.testing.check_grads(lambda x: x**5 / (1.0 + x), (0.8,), order=3, modes=("fwd", "rev"), rtol=1e-5)
