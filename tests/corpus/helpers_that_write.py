"""Helper functions that write into what they are given, keep it, or return it."""

import numpy as np

from tests.corpus.registry import numbers, program


def _h(s, p):
    p[0] = p[1] * s[0] * s[1]


@program(args=(numbers(3), numbers(3, seed=1)))
def residuals_of_updated(s, p):
    s = s * 1.0
    for _ in range(3):
        _h(s, p)
        s += p[0] * 0.1
    return np.sum(p * p)


@program(args=(numbers(3), numbers(3, seed=1)))
def residuals_of_written(s, p):
    s = s * 1.0
    for _ in range(3):
        _h(s, p)
        s[0] += p[0] * 0.1
    return np.sum(p * p)


def _made(x, q):
    y = np.exp(x * q)
    q[0] = np.sum(y)
    return y


@program(args=(numbers(3), numbers(3, seed=1)))
def result_written_after(x, q):
    z = _made(x, q)
    z[0] = 5.0
    z[1] *= x[0]
    return np.sum(z) * np.sum(q)


@program(args=(numbers(3), numbers(3, seed=1)))
def result_updated_after(x, q):
    z = _made(x, q)
    z *= x
    return np.sum(z) * np.sum(q)


@program(args=(numbers(3), numbers(3, seed=1)))
def result_updated_after_loop(x, q):
    t = 0.0
    for k in range(3):
        z = _made(x, q)
        z *= x + k
        t += np.sum(z) * np.log(q[0])
        q[0] = 1.0 / q[0]
    return t * 1e-3


def _view(x):
    return x[1:]


@program(args=(numbers(3), numbers(3, seed=1)))
def argument_view_then_written(x, q):
    y = x * q
    v = _view(y)
    s = np.sum(v * v)
    y[1] = q[0] * y[0]
    return s * np.sum(v)


def _pass(x, q):
    q[0] = q[1] * x[0]
    return x


@program(args=(numbers(3), numbers(3, seed=1)))
def returned_argument_updated(x, q):
    y = x * 1.0
    z = _pass(y, q)
    z *= q
    return np.sum(y * q)


def _cum(b, n):
    for i in range(1, n):
        b[i] += b[i - 1] * b[i]
    return b[n - 1]


@program(args=(numbers(2, 4),))
def rows_to_helper(a):
    c = a * a
    t = 0.0
    for row in c:
        t += _cum(row, 4)
        t += _cum(row[::-1], 3)
    return t + np.sum(c * a)


@program(args=(numbers(4, 4),))
def columns_to_helper(a):
    t = 0.0
    for j in range(4):
        t += _cum(a[:, j], 4) * a[0, 0]
    return t


def _swap(a, i, j):
    a[i], a[j] = a[j], a[i]


@program(args=(numbers(5),))
def swaps_by_helper(x):
    for i in range(4):
        _swap(x, i, 4 - i)
        x[i] *= x[i + 1]
    return np.sum(x * np.arange(5.0))


@program(args=(numbers(4, 3),))
def swap_rows_with_copy(a):
    for i in range(3):
        t = a[i].copy()
        a[i] = a[i + 1] * t
        a[i + 1] = t
    return np.sum(a * a)


@program(args=(numbers(4, 3),))
def swap_rows_fancy(a):
    a[[0, 2]] = a[[2, 0]]
    a[[1, 3]] *= a[[0, 1]]
    return np.sum(a * a * np.arange(3.0))


@program(args=(numbers(4, 3),))
def swap_rows_aliased(a):
    """Without copies the first row is lost."""
    a[0], a[1] = a[1], a[0]
    return np.sum(a * a * np.arange(3.0))


def _inner(s, p):
    p[0] = p[1] * s[0] * s[1]


def _outer(s, p):
    _inner(s, p)
    p[1] *= np.sin(s[0])


@program(args=(numbers(3), numbers(3, seed=1)))
def nested_residuals(s, p):
    s = s * 1.0
    for _ in range(3):
        _outer(s, p)
        s += p[0] * 0.1
        s[1] *= p[1]
    return np.sum(p * p)


def _rate(x, k):
    e = np.exp(-x)
    return k * e / (1.0 + e) ** 2


@program(args=(numbers(3), 0.7))
def euler_in_place(x, k):
    for _ in range(4):
        x += 0.1 * _rate(x, k)
    return np.sum(x * x)


@program(args=(numbers(3), 0.7))
def runge_kutta_in_place(x, k):
    for _ in range(3):
        k1 = _rate(x, k)
        k2 = _rate(x + 0.05 * k1, k)
        k1 += k2
        x += 0.05 * k1
    return np.sum(x * x)


def _walk(x, n):
    if n == 0:
        return np.sum(x * x)
    x[n] *= np.exp(x[n - 1])
    return _walk(x, n - 1) * x[0]


@program(args=(numbers(4),))
def recursive_writer(x):
    y = x * 1.0
    a = _walk(y, 3)
    y[1] = a
    return _walk(y, 2) + np.sum(y)
