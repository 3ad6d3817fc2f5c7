"""Derivatives are re-entrant: built once and called from many threads, or built in many threads at once."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

import srcdiff
from tests import helpers

THREADS = 8


def cascade(x: np.ndarray, k: float) -> float:
    for i in range(len(x) - 1):
        spill = k * x[i] ** 2
        x[i] -= spill
        x[i + 1] += spill
        if x[i] > 1.2:
            x[i] *= 0.9
    return np.sum(x**3)


def power(x: float, n: int) -> float:
    return x if n == 0 else power(np.sin(x) + 0.3 * x, n - 1) * x


def at_once(call: Callable[[int], Any], count: int = 64) -> list[Any]:
    """`call(k)` for every k, by threads that start together."""
    barrier = threading.Barrier(THREADS)

    def work(first: int) -> list[Any]:
        barrier.wait()
        return [call(k) for k in range(first, count, THREADS)]

    with ThreadPoolExecutor(THREADS) as pool:
        parts = list(pool.map(work, range(THREADS)))
    return [parts[k % THREADS][k // THREADS] for k in range(count)]


def inputs(number: int) -> np.ndarray:
    return np.random.default_rng(number).uniform(0.5, 1.5, 12)


def test_one_derivative_called_from_many_threads() -> None:
    derivative = srcdiff.grad(cascade, ("x", "k"))
    expected = [derivative(inputs(k), 0.1) for k in range(64)]
    assert not np.allclose(expected[0][0], expected[1][0])
    for actual, alone in zip(at_once(lambda k: derivative(inputs(k), 0.1)), expected, strict=True):
        helpers.assert_equal(actual, alone)


def test_first_calls_at_once_build_one_text() -> None:
    derivative = srcdiff.grad(cascade, ("x", "k"))
    results = at_once(lambda k: derivative(inputs(k), 0.1), THREADS)
    alone = srcdiff.grad(cascade, ("x", "k"))
    for number, actual in enumerate(results):
        helpers.assert_equal(actual, alone(inputs(number), 0.1))
    assert derivative.source == alone.source


def test_derivatives_built_in_many_threads() -> None:
    expected = srcdiff.grad(power)(0.7, 5)
    assert at_once(lambda k: srcdiff.grad(power)(0.7, 5), 16) == [expected] * 16


def test_specialisations_made_in_many_threads() -> None:
    """Numbers, vectors and matrices at once: each call gets the derivative for its own kinds."""

    def f(x: Any, y: Any) -> Any:
        z = x * y + np.sin(y)
        return np.sum(z * x)

    arguments = [(0.7, 0.4), (np.ones(3), 0.4), (np.ones((2, 3)), np.ones(3)), (0.7, np.ones((3, 1)))]
    derivative = srcdiff.grad(f, (0, 1))
    for number, actual in enumerate(at_once(lambda k: derivative(*arguments[k % 4]), 32)):
        x, y = arguments[number % 4]
        x_bar = 2.0 * x * y + np.sin(y)
        y_bar = x * (x + np.cos(y))
        helpers.assert_close(actual, (summed(x_bar, x), summed(y_bar, y)), rtol=1e-12)


def summed(gradient: Any, x: Any) -> Any:
    """The gradient of a broadcast operand, worked out independently."""
    full = np.broadcast_to(gradient, np.broadcast_shapes(np.shape(gradient), np.shape(x)))
    if np.shape(x) == ():
        return float(full.sum())
    lead = full.ndim - np.ndim(x)
    axes = (*range(lead), *(lead + a for a, n in enumerate(np.shape(x)) if n == 1 and full.shape[lead + a] != 1))
    return full.sum(axis=axes).reshape(np.shape(x))


def test_pullbacks_from_many_threads() -> None:
    x = inputs(3)
    value, pullback = srcdiff.vjp(cascade, x, 0.1)
    expected = [pullback(float(k + 1)) for k in range(16)]
    np.testing.assert_allclose(expected[4][0], 5.0 * expected[0][0])
    for actual, alone in zip(at_once(lambda k: pullback(float(k + 1)), 16), expected, strict=True):
        helpers.assert_equal(actual, alone)
    assert value == cascade(x.copy(), 0.1)


def test_a_derivative_calls_itself() -> None:
    """Re-entrant: a derivative whose primal calls another derivative of the same function."""

    def inner(x: float) -> float:
        return x * x * x

    def outer(x: float) -> float:
        return srcdiff.grad(inner)(x) * inner(x)

    np.testing.assert_allclose(srcdiff.grad(outer)(0.7), 15.0 * 0.7**4, rtol=1e-14)


derivative_of_cascade = srcdiff.grad(cascade, ("x", "k"))


def test_derivatives_pickle_by_reference() -> None:
    copied = pickle.loads(pickle.dumps(derivative_of_cascade))
    helpers.assert_equal(copied(inputs(1), 0.1), derivative_of_cascade(inputs(1), 0.1))
