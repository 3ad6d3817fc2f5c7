"""What shares memory: adjoints with each other, what a callee keeps with the caller's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff
from tests import helpers


def stretched(k: Any, g: float) -> Any:
    k = k * k[-1] - (1.38 - k)
    return np.sum(k * 0.35 * g)


def doubled(x: Any) -> Any:
    d = x**2
    d[1] *= d[0]
    return np.sum(d)


def changed_after_the_call(x: Any, g: float) -> Any:
    u = doubled(x)
    x[:-1] += np.cos(g)
    return np.sum(u * x)


def changed_in_a_loop(x: Any, g: float) -> Any:
    total = 0.0
    for k in range(3):
        total = total + doubled(x)
        x[k % 2 :] *= np.cos(g)
    return total * np.sum(x)


def copied_onto_itself(x: Any, g: float) -> Any:
    x[:] = x
    return x[-1] * x[0] * g


def products(a: Any, b: Any) -> Any:
    first, second = np.linalg.solve(a, b), a @ b
    second += first
    return np.sum(first * second)


VECTOR = np.array([0.7, 1.4, -0.3])
MATRIX = np.array([[2.0, 0.3, 0.1], [0.2, 1.5, 0.4], [0.1, 0.2, 1.7]])
CASES = {
    "an adjoint that is another, changed later": (stretched, (VECTOR, 0.3)),
    "what a callee keeps, changed after the call": (changed_after_the_call, (VECTOR, 0.3)),
    "what a callee keeps, changed in a loop": (changed_in_a_loop, (VECTOR, 0.3)),
    "an array copied onto itself": (copied_onto_itself, (VECTOR, 0.3)),
    "two gradients from one call": (products, (MATRIX, VECTOR)),
}


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_differences(case: str) -> None:
    primal, args = CASES[case]
    expected = helpers.numerical_gradient(primal, args, 1.0, [0, 1]).gradients
    found = srcdiff.grad(primal, wrt=(0, 1))(*args)
    helpers.assert_close(found, tuple(expected), case, rtol=1e-6, atol=1e-7)
