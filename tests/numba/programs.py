"""Programs that Numba compiles, one for each thing that compiled adjoints have to be able to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.corpus.registry import numbers

__all__ = ["PROGRAMS", "Program"]

SCALE = 1.5
WEIGHTS = np.array([0.3, 0.7, 1.1, 0.2, 0.9])


@dataclass(frozen=True)
class Program:
    """A plain function, the arguments to differentiate it on, and what to differentiate it by."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: Any = None

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__


PROGRAMS: list[Program] = []


def program(*args: Any, wrt: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a program."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS.append(Program(function, args, wrt))
        return function

    return register


@program(0.7, 1.3)
def scalars(a, b):
    c = math.sin(a) * b
    return c * math.exp(-a) + math.pow(b, 1.5)


@program(numbers(6))
def element_loop(x):
    total = 0.0
    for i in range(1, x.size):
        total += math.sqrt(x[i] * x[i - 1]) - x[i] ** 3
    return total


@program(numbers(4, 5))
def nested_loops(a):
    total = 0.0
    for i in range(a.shape[0]):
        row = 0.0
        for j in range(a.shape[1]):
            row += a[i, j] * (i + 1)
        total += row * row
    return total


@program(0.4, 1.1)
def while_with_break(x, rate):
    steps = 0
    while x < 10.0:
        x = x + rate * x
        steps += 1
        if steps > 5 or x > 7.0:
            break
    return x * rate


@program(numbers(5))
def branches(x):
    total = 0.0
    for i in range(x.size):
        if x[i] > 1.0:
            total += x[i] ** 2
        elif x[i] > 0.7:
            total -= x[i]
        else:
            continue
        total *= 1.1
    return total


@program(numbers(6), 0.3)
def in_place_relaxation(u, rate):
    u = u.copy()
    for _ in range(3):
        for i in range(1, u.size - 1):
            u[i] = (1.0 - rate) * u[i] + rate * 0.5 * (u[i - 1] + u[i + 1])
    return np.sum(u**2)


@program(numbers(6))
def writes_its_argument(u):
    for i in range(1, u.size):
        u[i] *= u[i - 1]
    return u.sum()


@program(numbers(3, 4), numbers(4), 0.5)
def broadcasting(a, b, c):
    d = a * b + c
    e = d / (1.0 + b) - c * a
    return np.sum(e * e)


@program(numbers(4), numbers(4, 1))
def outer_by_broadcasting(x, column):
    return np.sum(np.exp(-x * column) * (x + column))


@program(numbers(5, 5))
def stencil(u):
    for _ in range(2):
        u = u.copy()
        u[1:-1, 1:-1] += 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] - 2.0 * u[1:-1, 1:-1])
    return (u * u).sum()


@program(numbers(4, 4), numbers(4))
def linear_algebra(a, b):
    m = a @ a.T + 4.0 * np.eye(4)
    x = np.linalg.solve(m, b)
    return x @ b + np.linalg.det(m) * 1e-3


@program(numbers(3, 4), numbers(4, 2))
def products(a, b):
    c = np.dot(a, b)
    return np.sum(np.tanh(c) ** 2) + np.sum(np.outer(a[0], b[:, 1]))


@program(numbers(3, 4))
def reductions(a):
    rows = a.sum(axis=1)
    columns = np.sum(a, axis=0)
    return np.sum(rows**2) + np.prod(columns) * 0.1 + a.mean() + a.max() - np.min(rows)


@program(numbers(6))
def shapes(x):
    m = x.reshape((2, 3))
    t = m.T.copy()
    s = np.concatenate((x[:2], t[0]))
    return np.sum(s * s) + np.sum(np.ravel(t) * x)


@program(numbers(5))
def stacked(x):
    pairs = np.stack((x, x * x))
    return np.sum(pairs[0] * pairs[1]) + np.sum(np.vstack((x, x)) ** 2)


@program(numbers(5))
def where_and_masks(x):
    y = np.where(x > 1.0, x**2, np.sqrt(x))
    y[x > 1.2] = 0.5
    return np.sum(y * x)


@program(numbers(5))
def fancy_indices(x):
    index = np.array([0, 2, 2, 4])
    return np.sum(x[index] ** 2 * np.array([1.0, 2.0, 3.0, 4.0]))


@program(numbers(5))
def scans(x):
    return np.sum(np.cumsum(x) * np.diff(np.append(x, 0.0)) + np.cumprod(x))


@program(numbers(5))
def sorting(x):
    ordered = np.sort(x)
    return np.sum(ordered * np.arange(5.0)) + x[np.argmax(x)]


@program((1.5, 0.7))
def tuple_argument(pair):
    a, b = pair
    return a * b + a / b


@program(numbers(4), 1.3)
def mixed_tuple(x, a):
    state = (x * a, a * a)
    return np.sum(state[0]) * state[1]


def helper(x: Any, y: Any) -> Any:
    return x * y + np.sin(x)


def halves(x: Any) -> Any:
    n = x.size // 2
    return x[:n] * 2.0, x[n:] ** 2


def scale_in_place(x: Any, k: Any) -> None:
    for i in range(x.size):
        x[i] = x[i] * k + x[0]


@program(0.6, numbers(4))
def helper_functions(a, x):
    total = helper(a, 2.0)
    for i in range(x.size):
        total = helper(total, x[i])
    return total + np.sum(helper(x, a))


@program(numbers(6))
def helper_with_results(x):
    low, high = halves(x)
    return np.sum(low * high)


@program(numbers(4), 1.2)
def helper_that_writes(x, k):
    y = x.copy()
    scale_in_place(y, k)
    return np.sum(y * x)


@program(numbers(5))
def captured_constants(x):
    return SCALE * np.sum(WEIGHTS * x**2)


@program(numbers(5), 3)
def integers(x, n):
    total = 1.0
    for k in range(n):
        total *= x[k] + k
    return total**2


@program(numbers(4))
def lists(x):
    seen = []
    for i in range(x.size):
        y = x[i] * x[i]
        seen.append(y)
    total = 0.0
    for v in seen:
        total += v * seen[0]
    return total


@program(numbers(5))
def array_output(x):
    return x * x[::-1] + np.cos(x)


@program(numbers(3), numbers(3, seed=1))
def several_outputs(x, y):
    return x * y, np.sum(x + y * y)


@program(numbers(4).astype(np.float32), np.float32(0.5))
def single_precision(x, a):
    return np.sum(x * x * a)


@program(numbers(3) + 1j * numbers(3, seed=2), 0.5)
def complex_numbers(z, a):
    w = z * z * a
    return np.sum(w.real**2 + w.imag)


@program(numbers(4))
def early_return(x):
    for i in range(x.size):
        if x[i] > 1.3:
            return x[i] * x[0]
    return np.sum(x)


@program(numbers(2, 3, 4))
def three_dims(a):
    total = 0.0
    for k in range(a.shape[0]):
        total += np.sum(a[k] * a[0, 1])
    return total + np.sum(a[:, 0, :] ** 2)


@program(numbers(4, 4))
def factorisation(a):
    a = a.copy() + 3.0 * np.eye(4)
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(np.diag(a) ** 2) + np.sum(a)
