"""Assignments: several targets, unpacking, targets that depend on each other, augmented assignment."""

# ruff: noqa: PERF402, PYI024  (the programs are what people write)
from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()
Point = namedtuple("Point", "x y")


class Box:
    """An object with attributes."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


def write(a, i, value, returned):
    """Write into `a` and return something else."""
    say(("write", i, value))
    a[i] = value
    return returned


@programs((1, 2, 3))
def rotations(a, b, c):
    a, b = b, a
    a, b, c = b, c, a
    a, b, c = c, c + 1, a
    (a, b), c = (b, a), b
    a, b = a + b, a - b
    return a, b, c


@programs((1, 2, 3))
def fibonacci(a, b, n):
    for _ in range(n):
        a, b = b, a + b
    return a


@programs(([1, 2, 3],), (np.array([1.0, 2.0, 3.0]),))
def swap_of_items(a):
    a[0], a[2] = a[2], a[0]
    i, a[i] = 1, 9
    a[1], a[0] = a[:2]
    return a, i


@programs((np.arange(6.0).reshape(2, 3),))
def swap_of_rows_is_the_wellknown_mistake(a):
    a[0], a[1] = a[1], a[0]
    return a


@programs((5,))
def chains(v):
    a = b = say(v)
    i = 0
    x = [0, 0, 0]
    i = x[i] = 2
    x[i] = i = 1
    c = d = []
    c.append(a)
    (e, f) = g = h, k = (say(1), 2)
    return a, b, i, x, c is d, d, e, f, g, h, k


@programs(([1, 2, 3, 4],), ("abcde",), (np.arange(4.0),), ((1, 2),))
def starred_targets(v):
    first, *rest = v
    *start, last = v
    a, *middle, z = v
    (b, *c), *d = [v, v]
    return first, rest, start, last, a, middle, z, b, c, d


@programs((1, 2))
def starred_targets_of_displays(a, b):
    x, *y = a, b, a
    *x2, y2 = a, b
    a, *b = b, a, b
    (p, q), r = (say(1), say(2)), say(3)
    return x, y, x2, y2, a, b, p, q, r


@programs(([1],), ([1, 2],), ([1, 2, 3],), (5,), ((1, 2),), ("ab",))
def unpacking_may_fail(v):
    say("before")
    a, b = v
    say("after")
    return a, b


@programs(([1],), ([],))
def starred_unpacking_may_fail(v):
    a, *b, c = v
    return a, b, c


@programs(({"a": 1, "b": 2},))
def unpacking_of_what_has_no_index(d):
    a, b = d.items()
    c, e = {1: 2, 3: 4}
    f, g = zip("ab", "cd")
    (h, i), j = map(str, [12, 3])
    return a, b, c, e, f, g, h, i, j


@programs((np.ones((2, 3)),))
def unpacking_of_shapes(a):
    n, m = a.shape
    (p, q), r = a.shape, a.ndim
    x, y = a
    v, w = a.T[0] * 2
    return n, m, p, q, r, x, y, v, w


@programs(([1, 2],))
def unpacking_into_itself(v):
    v, b = v
    return v, b


@programs(([[1, 2], [3, 4]],))
def nested_unpacking_into_items(v):
    a = [0] * 4
    (a[0], a[1]), (a[2], *rest) = v
    b = {}
    b["x"], b["y"] = v[0]
    box = Box(x=1)
    box.x, box.y = box, box.x
    return a, rest, b, box.y, box.x is box


@programs((3,))
def deep_targets(n):
    box = Box(inner=Box(items=[[0] * n for _ in range(n)]))
    box.inner.items[1][n - 1] = n
    box.inner.items[say(0)][say(1)] = say(5)
    box.inner.items[2][0] += 4
    box.inner.total = sum(map(sum, box.inner.items))
    return box.inner.items, box.inner.total


@programs((2,))
def annotated(n):
    x: float = n * 2.0
    y: int
    z: list[int] = []
    box = Box()
    box.w: int = 3
    for y in range(n):
        z.append(y)
    return x, y, z, box.w


@programs(([1.0, 2.0],), (np.array([3.0, 4.0]),))
def old_value_comes_first(a):
    a[0] += write(a, 0, 10.0, 1.0)
    a[say(1)] *= write(a, 1, 5.0, 2.0)
    return a


@programs(([1.0, 2.0],))
def old_attribute_comes_first(a):
    box = Box(x=1, y=a)
    box.x += setattr(box, "x", 100) or 5
    box.y[0] -= say(box.y[1])
    box.y += [say(3)]
    return box.x, box.y, a


@programs((np.arange(6.0).reshape(2, 3),))
def rows_are_updated_in_place(a):
    row = a[0]
    a[0] += write(a, (0, 0), 7.0, 1.0)
    a[0, 1:] *= 2
    a[a > 4] -= 4
    a[:, 0] += a[:, 1]
    a += a
    return a, row


@programs(([1, 2],), (np.array([1, 2]),), ((1, 2),))
def augmented_names(x):
    y = x
    x += x
    x *= 2
    z = x
    z += type(z)(z) if not isinstance(z, np.ndarray) else z
    return x, y, z, y is x


@programs((2,), (-2,))
def augmented_with_walrus(x):
    x += (x := 10)
    x -= (y := x) * 2
    a = [x]
    a[0] += (a := [5])[0]
    return x, y, a


@programs((7, 2), (-7, 3))
def all_augmented_operators(x, y):
    a = x
    a += y
    a -= 1
    a *= 3
    a //= y
    a %= 5
    a **= 2
    a <<= 1
    a >>= 1
    a |= 8
    a &= 12
    a ^= 5
    b = x / y
    b /= 2
    m = np.eye(2) * x
    m @= np.ones((2, 2))
    return a, b, m


@programs((Point(1, 2),))
def named_tuples(p):
    x, y = p
    q = p._replace(x=say(y))
    return x, y, q, q.x + q.y


@programs(([5, 6, 7],))
def value_sees_earlier_targets(a):
    i = 0
    i, j = i + 1, i + 2
    i, a[i], k = 2, i, a[i]
    a[i], i = i, a[i]
    return i, j, k, a


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
