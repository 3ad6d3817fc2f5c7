"""Gradients changed in flight: the primal runs as it is, the adjoint goes through what is asked for."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff import grad, on_gradient, stop_gradient, vjp
from tests.helpers import assert_refused

X = np.array([0.3, 0.7, 2.0])
SEEN: list[Any] = []


def clipped(g: Any) -> Any:
    return np.clip(g, -1.0, 1.0)


def logged(g: Any) -> Any:
    SEEN.append(g)
    return g


def in_the_middle(x: Any) -> Any:
    y = on_gradient(x**2, clipped)
    return np.sum(3.0 * y * y)


def test_the_primal_runs_as_if_it_were_not_there() -> None:
    assert in_the_middle(X) == np.sum(3.0 * X**4)
    assert on_gradient(X, clipped) is X


def test_a_gradient_is_clipped() -> None:
    np.testing.assert_allclose(grad(in_the_middle)(X), np.clip(6.0 * X**2, -1.0, 1.0) * 2.0 * X)
    np.testing.assert_allclose(vjp(in_the_middle, X)[1](-1.0)[0], np.clip(-6.0 * X**2, -1.0, 1.0) * 2.0 * X)
    assert "clipped(copy(y_bar))" in grad(in_the_middle).source


def test_a_gradient_is_reversed_by_a_lambda_in_a_loop() -> None:
    def recurrent(x: Any) -> Any:
        s = 1.0
        for i in range(x.size):
            s = on_gradient(s, lambda g: -g) * x[i]
        return s

    assert recurrent(X) == pytest.approx(np.prod(X))
    signs = np.array([1.0, -1.0, 1.0])
    np.testing.assert_allclose(grad(recurrent)(X), signs * np.prod(X) / X)


def test_a_gradient_is_logged_once_and_is_the_listeners_own() -> None:
    def watched(x: Any) -> Any:
        return np.sum(on_gradient(np.sin(x), logged) ** 2)

    SEEN.clear()
    gradient = grad(watched)(X)
    np.testing.assert_allclose(gradient, 2.0 * np.sin(X) * np.cos(X))
    assert len(SEEN) == 1
    SEEN[0][...] = np.nan
    np.testing.assert_allclose(grad(watched)(X), gradient)
    _, pullback = vjp(watched, X)
    assert len(SEEN) == 2
    pullback(1.0)
    pullback(1.0)
    assert len(SEEN) == 4


def test_second_derivatives_go_through_the_changed_gradient() -> None:
    expected = np.diag(np.where(6.0 * X**2 < 1.0, 36.0 * X**2, 2.0))
    np.testing.assert_allclose(srcdiff.hessian(in_the_middle)(X), expected)
    np.testing.assert_allclose(srcdiff.jacfwd(grad(in_the_middle))(X), expected)
    np.testing.assert_allclose(srcdiff.jacrev(grad(in_the_middle))(X), expected)


def test_forward_mode_refuses() -> None:
    message = assert_refused(lambda: srcdiff.jvp(in_the_middle, (X,), (X,)))
    line = inspect.getsourcelines(in_the_middle)[1] + 1
    assert message == "\n".join(
        [
            f"tests/test_shaping.py:{line}:9: `on_gradient` in forward mode",
            f"  {line} |     y = on_gradient(x**2, clipped)",
            "     |         ^^^^^^^^^^^^^^^^^^^^^^^^^^",
            "Use `grad`, `vjp` or `jacrev`: a tangent is no gradient.",
        ]
    )


def test_stop_gradient_in_both_modes() -> None:
    def partly(x: Any) -> Any:
        return np.sum(x * stop_gradient(x**2))

    np.testing.assert_allclose(grad(partly)(X), X**2)
    assert srcdiff.jvp(partly, (X,), (np.ones(3),))[1] == pytest.approx(np.sum(X**2))
