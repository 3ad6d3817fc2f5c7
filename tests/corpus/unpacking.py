"""Tuples taken apart: nested, starred, swapped, in loops, in calls."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(0.8, 0.7))
def swap(x, y):
    x, y = y * 2.0, x
    (x, y) = (y, x)
    [x, y] = [x + y, x * y]
    return x * x + y


@program(args=(numbers(5),))
def starred_middle(x):
    first, *middle, last = x
    return first * last + sum(middle) * middle[1]


@program(args=(numbers(5),))
def starred_slices(x):
    head, *tail = [x[0], x[1] * x[2], x[3]]
    *front, final = tail
    return head * final + front[0] ** 2 + len(front)


@program(args=((0.8, (0.7, [0.6, 0.5])),))
def nested_targets(t):
    a, (b, [c, d]) = t
    return a * b + c * d * a


@program(args=(numbers(3, 2),))
def loop_targets(m):
    total = 0.0
    for i, (a, b) in enumerate(m):
        total = total * a + b * (i + 1)
    for a, *rest in m:
        total = total + a * rest[0]
    return total


@program(args=(numbers(3),))
def targets_are_elements(x):
    y = x * 1.0
    y[0], y[1] = y[1] * y[2], y[0]
    i = 0
    i, y[i] = 2, 0.25 * y[1]
    return np.sum(y * x) * i


@program(args=(numbers(3),))
def array_unpacked(x):
    a, b, c = x
    return np.array([b * c, a, a * b]) @ x


@program(args=(numbers(4),))
def array_unpacked_and_sliced(x):
    (a, b), rest = x[:2], x[2:]
    return a * b + np.sum(rest * rest) * a


@program(args=(0.8, 0.7))
def starred_in_displays(x, y):
    base = [x, y]
    a = [*base, x * y, *base]
    b = (*a[1:3], x)
    d = {**{"p": x}, "q": a[2]}
    return sum(a) * b[1] + sum(b) * d["q"]


@program(args=(0.8, 0.7))
def starred_in_calls(x, y):
    def f(a, b, c, d=1.0):
        return a * b + c * d

    args = (x, y)
    return f(*args, x * y) + f(x, *args, **{"d": y * y}) + f(*args, *args)


@program(args=(0.8,))
def chained_targets(x):
    a = b, c = x, x * x
    p = q = a[1] * b
    q = q + c
    return p * q


@program(args=(numbers(2, 3),))
def shape_unpacked(a):
    n, m = a.shape
    total = np.zeros(m)
    for i in range(n):
        total += a[i] * (i + m)
    return np.sum(total**n)


@program(args=(0.8, 0.7))
def underscore_and_repeats(x, y):
    _, z, _ = x, x * y, y
    a, a = x, y * z
    return a * z + _


@program(args=(numbers(3, 3),))
def decompositions_unpacked(a):
    s = a @ a.T + 3.0 * np.eye(3)
    sign, logdet = np.linalg.slogdet(s)
    w, v = np.linalg.eigh(s)
    return sign * logdet + np.sum(w**2)


@program(args=(0.8, 0.7))
def tuple_concatenated_and_compared(x, y):
    t = (x, y) + (x * y,)
    u = t * 2
    if t == u[:3]:
        return u[5] * t[0]
    return u[4]


@program(args=(2.6,))
def divmod_and_modf(x):
    q, r = divmod(x * 3.0, 2.0)
    part, whole = np.modf(x)
    return r * q + part * whole * x
