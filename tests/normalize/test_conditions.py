"""What is evaluated only sometimes: tests, `and`, `or`, choices, chained comparisons, `while`."""

# ruff: noqa: RUF021  (the programs are what people write)
from __future__ import annotations

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()
INTEGERS = [(0, 0), (1, 2), (2, 1), (3, 3), (-1, 5)]


@programs(*INTEGERS)
def choices(x, y):
    a = say(x) if say(y) > 1 else say(7)
    b = 1 if x > 0 else 2
    c = x if x else y if y else 9
    d = (x * 2 if x > y else y - 1) + (say(1) if x else say(2))
    x = x + 1 if x > 1 else x
    y = y if x else say(y)
    return a, b, c, d, x, y


@programs(*INTEGERS)
def connectives_have_values(x, y):
    a = say(x) and say(y)
    b = say(x) or say(y) or say(5)
    c = x and y or 3
    d = (x or say(y)) + (x and say(1) and y)
    e = not say(x) and y
    return a, b, c, d, e, x > 0 and y > 0, x or None


@programs(*INTEGERS)
def connective_that_reads_its_target(x, y):
    x = x and x + say(1)
    y = say(y) and [y, x]
    return x, y


@programs(*INTEGERS)
def conditions_with_effects(x, y):
    r = 0
    if x > 0 and say(y) > 1 and x < 3:
        r += 1
    if x > 0 and say(y) > 1:
        r += 10
    else:
        r += 100
    if x > 2 or say(x) or say(y) > 2:
        r += 1000
    if not (say(x) and say(y)):
        r += 10000
    elif say(r) > 5:
        r = -r
    return r


@programs(*INTEGERS)
def chained_comparisons(x, y):
    a = 0 < x < y
    b = say(0) < say(x) < say(y) <= say(5)
    c = x < say(2) < y
    d = 0 <= x == y
    e = x < y < say(4)
    f = say(x) in (1, 2) == say(True)
    if say(-1) < say(x) < 10:
        a = say(a)
    return a, b, c, d, e, f


@programs(([1.0, 2.0],))
def comparison_with_changing_operand(a):
    def change():
        a[0] = 9.0
        return 1.0

    return a[0] < change() < a[0], a[0] < change()


@programs((0,), (3,), (6,))
def while_with_walrus(n):
    total = 0
    while (n := n - 1) > 0:
        if n == 4:
            continue
        total += n
    return total, n


@programs(([1, 2, 3],), ([],), ([5, 0, 1],))
def while_that_pops(xs):
    seen = []
    while xs and (x := xs.pop()):
        seen.append(x)
        if len(seen) > 1 and seen[-1] == 2:
            break
    else:
        seen.append("else")
    return seen, xs


@programs((5,), (0,))
def nested_whiles(n):
    out = []
    while n > 0:
        m = n
        while say(m) > 2:
            m -= 2
            if m == 3:
                continue
            out.append((n, m))
        n -= 1
    return out


@programs((np.array([1.0, -2.0, 3.0]),), (np.zeros(2),))
def plain_tests_of_arrays(x):
    if x.sum() > 0 and np.any(x > 1) and not np.isnan(x).all():
        return x.max() - x.min()
    if (x * 2 + 1 > 0).all() and x.shape[0] == 2:
        return x.dot(x)
    return None


@programs((None,), (3,), ("a",), ([],))
def identity_and_membership(x):
    if x is None or x == "a":
        return "none or a"
    if isinstance(x, list) and not x:
        return "empty"
    return x not in [1, 2] and x is not None


@programs((1,), (2,), (3,), (4,))
def long_elif_chain(x):
    if say(x) == 1:
        y = "one"
    elif say(x) == 2:
        y = "two"
    elif x == 3 and say("three"):
        y = "three"
    else:
        y = "many"
    return y


@programs((1, 0), (0, 1), (4, 2))
def division_is_guarded(x, y):
    if y != 0 and x / y > 1:
        return "big"
    return (y and x / y) or (x and y / x)


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
