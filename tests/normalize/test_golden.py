"""Core form as text: temporaries only where they are needed, and the names that people read."""

# ruff: noqa: RUF059  (the programs are what people write)
from __future__ import annotations

import inspect
import textwrap

import numpy as np
import pytest

from srcdiff.normalize import normalize
from srcdiff.source import read
from tests.normalize.equivalence import core_text


def f(x):
    """An unknown function."""
    return x


def misfit(a, tau, t, y):
    decay = np.exp(-t / tau)
    r = a * decay - y
    return 0.5 * np.sum(r**2)


MISFIT = """
def misfit(a, tau, t, y):
    decay_neg = -t
    decay_div = decay_neg / tau
    decay = np.exp(decay_div)
    r_mul = a * decay
    r = r_mul - y
    output_pow = r ** 2
    output_sum = np.sum(output_pow)
    output = 0.5 * output_sum
    return output
"""


def cascade(x, k):
    for i in range(x.size - 1):
        spill = k * x[i + 1] ** 1.5
        x[i] -= spill
        x[i + 1, :] += 2 * spill
    return x, (k, [x, 1])


CASCADE = """
def cascade(x, k):
    for i in range(x.size - 1):
        spill_x = x[i + 1]
        spill_pow = spill_x ** 1.5
        spill = k * spill_pow
        x[i] -= spill
        x_mul = 2 * spill
        x[i + 1, :] += x_mul
    return (x, (k, [x, 1]))
"""


def bounce(h, v, e, dt, t_end):
    t = 0.0
    while t < t_end:
        v = v - 9.81 * dt
        if h + v * dt < 0.0:
            v = -e * v
            if v < 0.2:
                break
        h = h + v * dt
        t = t + dt
    return h


BOUNCE = """
def bounce(h, v, e, dt, t_end):
    t = 0.0
    left_early = False
    while t < t_end:
        v_mul = 9.81 * dt
        v = v - v_mul
        if h + v * dt < 0.0:
            v_neg = -e
            v = v_neg * v
            if v < 0.2:
                left_early = True
        if not left_early:
            h_mul = v * dt
            h = h + h_mul
            t = t + dt
        if left_early:
            break
    return h
"""


def early(xs, limit):
    if limit <= 0:
        return None
    for i, x in enumerate(xs):
        if x < 0:
            continue
        if x > limit:
            return i
    return len(xs) - 1


EARLY = """
def early(xs, limit):
    returned = False
    if limit <= 0:
        output = None
    else:
        for i in range(len(xs)):
            x = xs[i]
            if not x < 0:
                if x > limit:
                    output = i
                    returned = True
            if returned:
                break
        if not returned:
            output = len(xs) - 1
    return output
"""


def rotate(a, b, c):
    a, b = b, a
    b, c = c, a + b
    n, d = c.shape
    c[0], c[n - 1] = c[n - 1], c[0]
    return a, b


ROTATE = """
def rotate(a, b, c):
    a_old = a
    a = b
    b = a_old
    c_add = a + b
    b = c
    c = c_add
    c_shape = c.shape
    if len(c_shape) != 2:
        raise ValueError(f'expected 2 values to unpack, got {len(c_shape)}')
    n = c_shape[0]
    d = c_shape[1]
    c_c = c[n - 1]
    c_c_2 = c[0]
    c[0] = c_c
    c[n - 1] = c_c_2
    return (a, b)
"""


def gather(xs, w):
    ys = [np.sin(x) * w for x in xs if x > 0]
    total = sum(x * y for x, y in zip(xs, ys))
    z = ys[0] if ys else 0.0
    a = np.zeros((len(xs) + 1, 2))
    return total * z, a


GATHER = """
def gather(xs, w):
    ys = []
    for k in range(len(xs)):
        x = xs[k]
        if x > 0:
            ys_sin = np.sin(x)
            ys_mul = ys_sin * w
            ys.append(ys_mul)
    total = 0
    for k_2 in range(min(len(xs), len(ys))):
        x = xs[k_2]
        y = ys[k_2]
        total_mul = x * y
        total = total + total_mul
    if ys:
        z = ys[0]
    else:
        z = 0.0
    a = np.zeros((len(xs) + 1, 2))
    output_mul = total * z
    return (output_mul, a)
"""


def calls(a, x):
    a[0] += f(a)
    if x > 0 and f(x) > a[0]:
        x = f(x) or a
    return x


CALLS = """
def calls(a, x):
    a_old = a[0]
    a_f = f(a)
    a_old += a_f
    a[0] = a_old
    if x > 0:
        test_f = f(x)
        if test_f > a[0]:
            x_or = f(x)
            if not x_or:
                x_or = a
            x = x_or
    return x
"""


def counted(n):
    total = 0.0
    scale = 2.0

    def add(v):
        nonlocal total
        total += v * scale

    add(n)
    return total


COUNTED = """
def counted(n):
    total_cell = [0.0]
    scale = 2.0

    def add(v):
        total_cell_mul = v * scale
        total_cell[0] += total_cell_mul
        return None
    add(n)
    output = total_cell[0]
    return output
"""


@pytest.mark.parametrize(
    "function", [misfit, cascade, bounce, early, rotate, gather, calls, counted], ids=lambda function: function.__name__
)
def test_text(function):
    assert core_text(function) == globals()[function.__name__.upper()].lstrip("\n")


def test_statements_know_their_lines():
    source = read(gather)
    body = normalize(source).body
    first = source.first_line
    assert [statement.lineno - first for statement in body] == [1, 1, 2, 2, 3, 4, 5, 5]
    assert [inner.lineno - first for inner in body[1].body] == [1, 1]
    multiplication = body[3].body[2].value
    assert textwrap.dedent(inspect.getsource(gather)).splitlines()[2][multiplication.col_offset :].startswith("x * y")


def test_source_is_left_alone():
    source = read(bounce)
    before = ast_dump(source)
    normalize(source)
    assert ast_dump(source) == before
    assert normalize(source).body is not normalize(source).body


def ast_dump(source):
    import gast

    return gast.dump(source.tree, include_attributes=True)
