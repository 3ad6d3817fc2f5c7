"""Derivatives of jitted functions, from Python and from inside other jitted functions."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numba
import numpy as np
import pytest

import srcdiff
import srcdiff.numba.dispatch
from srcdiff import grad, value_and_grad


@numba.njit
def length(x, scale=2.0):
    total = 0.0
    for i in range(x.size - 1):
        total += scale * np.sqrt((x[i + 1] - x[i]) ** 2 + 1.0)
    return total


@numba.njit
def elementwise(x):
    return x**2 * np.sin(x)


slope = grad(length)
value_and_slope = value_and_grad(length)
X = np.array([0.3, 0.9, 0.2, 1.4])


def expected(x, scale=2.0):
    return grad(length.py_func)(x, scale)


def test_a_global_derivative() -> None:
    @numba.njit
    def descend(x, steps):
        for _ in range(steps):
            x = x - 0.1 * slope(x)
        return x, value_and_slope(x, 3.0)

    x, (value, gradient) = descend(X, 2)
    by_hand = X - 0.1 * expected(X)
    by_hand = by_hand - 0.1 * expected(by_hand)
    np.testing.assert_allclose(x, by_hand, rtol=1e-12)
    np.testing.assert_allclose(gradient, expected(by_hand, 3.0), rtol=1e-12)
    assert value == pytest.approx(length.py_func(by_hand, 3.0))


def test_a_derivative_as_an_argument_and_a_captured_one() -> None:
    captured = grad(elementwise)

    @numba.njit
    def call(derivative, x):
        return derivative(x) + captured(x, np.ones_like(x))

    total = call(slope, X)
    np.testing.assert_allclose(total, expected(X) + 2.0 * X * np.sin(X) + X**2 * np.cos(X), rtol=1e-12)


def test_grad_made_inside() -> None:
    @numba.njit
    def both(x):
        return grad(length)(x), grad(length, 1)(x, 2.0), grad(length, wrt=(0, 1))(x, 2.0)

    first, second, (third, fourth) = both(X)
    np.testing.assert_allclose(first, expected(X), rtol=1e-12)
    np.testing.assert_allclose(third, first, rtol=0)
    assert second == fourth == pytest.approx(length.py_func(X, 1.0))


def test_a_plain_derivative_inside_is_refused_by_name() -> None:
    plain = grad(length.py_func)

    @numba.njit
    def call(x):
        return plain(x)

    with pytest.raises(numba.TypingError, match=r"Decorate the primal with @numba.njit"):
        call(X)


def test_compile_on_request_and_options() -> None:
    for compiler in (numba.njit, numba.njit(fastmath=True), numba.njit(nogil=True)):
        np.testing.assert_allclose(grad(length.py_func, compile=compiler)(X), expected(X), rtol=1e-9)
    assert isinstance(slope.__wrapped__, type(test_grad_made_inside))  # what is shown stays Python


def test_the_gil_is_released() -> None:
    spinning = numba.njit(nogil=True)(length.py_func)
    derivative = grad(spinning)
    x = np.linspace(0.0, 1.0, 2_000_000)
    derivative(x)
    running, ticks = threading.Event(), []
    worker = threading.Thread(target=lambda: (running.set(), [derivative(x) for _ in range(5)]))
    worker.start()
    running.wait()
    while worker.is_alive():
        ticks.append(len(ticks))
    assert len(ticks) > 1000  # this thread went on meanwhile


def test_seeds_are_checked() -> None:
    seed = np.array([1.0, 2.0, 3.0, 4.0])
    slopes = 2.0 * X * np.sin(X) + X**2 * np.cos(X)
    np.testing.assert_allclose(grad(elementwise)(X, gradient=seed), seed * slopes, rtol=1e-12)
    with pytest.raises(srcdiff.SeedError, match="pass `gradient`"):
        grad(elementwise)(X)
    with pytest.raises(srcdiff.SeedError, match="shape"):
        grad(elementwise)(X, gradient=seed[:3])


def test_other_modes_of_a_jitted_primal() -> None:
    slopes = 2.0 * X * np.sin(X) + X**2 * np.cos(X)
    _, pullback = srcdiff.vjp(elementwise, X)
    np.testing.assert_allclose(pullback(np.ones(4))[0], slopes, rtol=1e-12)
    np.testing.assert_allclose(srcdiff.jvp(elementwise, (X,), (np.ones(4),))[1], slopes, rtol=1e-12)
    np.testing.assert_allclose(np.diag(srcdiff.jacobian(elementwise)(X)), slopes, rtol=1e-12)


CACHED = """
import time
import numba
import numpy as np
from srcdiff import grad

K = {constant}

@numba.njit(cache=True)
def f(x):
    total = 0.0
    for i in range(x.size):
        total += K * x[i] ** 3
    return total

df = grad(f)
print(df(np.ones(3))[0])
adjoint = df._builder.specialisations.popitem()[1].functions["adjoint"]
print(sum(adjoint.stats.cache_hits.values()), sum(adjoint.stats.cache_misses.values()))
"""


def run_cached(folder: Path, constant: float) -> list[str]:
    path = folder / "cached.py"
    path.write_text(CACHED.format(constant=constant))
    environment = {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(Path(srcdiff.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(path)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_second_process_compiles_nothing_and_is_never_stale(tmp_path: Path) -> None:
    assert run_cached(tmp_path, 2.0) == ["6.0", "0", "1"]
    assert run_cached(tmp_path, 2.0) == ["6.0", "1", "0"]
    assert run_cached(tmp_path, 3.0) == ["9.0", "0", "1"]  # the text is the same, the constant is not
