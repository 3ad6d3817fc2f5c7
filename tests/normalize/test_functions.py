"""Inner functions, captured variables, contexts."""

# ruff: noqa: A001, B008, B023, PERF401  (the programs are what people write)
from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()


@contextlib.contextmanager
def traced(name):
    """A context that passes exceptions on."""
    say(("enter", name))
    try:
        yield name
    finally:
        say(("leave", name))


class Guard:
    """A context whose `__exit__` returns nothing."""

    def __enter__(self):
        say("enter")
        return self

    def __exit__(self, *details):
        say("leave")


@programs((3,), (0,))
def closures(n):
    k = n * 2

    def scale(v, by=say(2)):
        """Documented."""
        if v > 3:
            return v * by + k
        return k

    square = lambda v: v * v  # noqa: E731
    return scale(n), scale(n + 4, by=3), square(n), (lambda: k)()


@programs((3,), (0,))
def counter(n):
    count = 0

    def bump(by):
        nonlocal count
        count += by
        say(count)
        return count

    for i in range(n):
        bump(i)
    before = count + bump(10) + count
    count = count * 2
    return bump(1), before, count


@programs((3,))
def two_functions_share_a_variable(n):
    def put(v):
        nonlocal state
        state = v

    def get():
        return state

    state = n
    put(get() + 1)
    a = get()
    state += 5
    return a, get(), [get() for _ in range(2)]


@programs((3,))
def nonlocal_through_two_levels(n):
    total = 0

    def outer(v):
        def inner(w):
            nonlocal total
            total += w * v
            return total

        return inner(1) + inner(2)

    return outer(n), total


@programs((3,))
def parameter_is_rebound_after_capture(x):
    def g():
        return x + 1

    a = g()
    x = 10
    return a, g()


@programs((3,))
def parameter_is_rebound_before_capture(x):
    x = x * 2

    def g():
        return x + 1

    return g()


@programs((3,))
def late_binding_in_loops(n):
    functions = []
    for i in range(n):
        functions.append(lambda v: v * i)
    values = [f(2) for f in functions]
    for i in range(n):
        j = i * i

        def g():
            return j + i

        values.append(g())
    return values


@programs((5,))
def recursion(n):
    def factorial(m):
        return 1 if m < 2 else m * factorial(m - 1)

    def even(m):
        return m == 0 or odd(m - 1)

    def odd(m):
        return m != 0 and even(m - 1)

    return factorial(n), even(n), odd(n)


@programs((3,))
def decorated(n):
    def twice(f):
        def g(x):
            return f(f(x))

        return g

    def add(k):
        def wrap(f):
            return lambda x: f(x) + k

        return wrap

    @twice
    @add(say(10))
    def h(x):
        return x * 2

    return h(n)


@programs((2,))
def inner_parameters(n):
    def f(a, /, b, *args, c=1, **kwargs):
        return a, b, args, c, kwargs

    return f(1, n), f(1, 2, 3, c=n, d=4), (lambda *a, **k: (a, k))(n, x=1)


@programs((2,))
def inner_names_hide_outer_ones(n):
    def f(np, len=3):
        sum = np + len
        return sum

    return f(n), np.sum([n, 1]), len([n])


@programs((4,), (0,))
def walrus_in_inner_scopes(n):
    def f(v):
        if (w := v * 2) > 4:
            return w
        return -w

    return f(n), [z for v in range(n) if (z := f(v)) > 0]


@programs((2,), (-1,))
def contexts(n):
    out = []
    with traced("a") as a, traced("b") as b:
        out.append((a, b))
        if n < 0:
            return out
    with Guard() as guard, np.errstate(divide="ignore"):
        out.append(type(guard).__name__)
        out.append(np.float64(n) / 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(io.StringIO()) as text:
        print("hidden", n)
    out.append(text.getvalue())
    holder = [None]
    with traced("c") as holder[0]:
        raise ValueError(out, holder)


@programs((2,))
def imports(n):
    import math
    import os.path as p
    from math import sqrt

    return math.floor(n + 0.5), p.join("a", "b"), sqrt(n)


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)


def test_captured_names():
    k, base = 3, [1]

    def f(x):
        ys = [base[0] + x, k]
        return ys[0] * k

    assert_equivalent(f, (2,))
