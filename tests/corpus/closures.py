"""Captured names: read, written, rebound with `nonlocal`, bound late, returned in functions."""

import numpy as np

from tests.corpus.registry import numbers, program

GAIN = 3.0
WEIGHTS = np.array([1.0, 2.0, 3.0])
SETTINGS = {"rate": 0.25, "steps": 3}


@program(args=(0.8, 0.7))
def captured_parameter(x, y):
    def f(z):
        return x * z + y

    return f(y) * f(x)


@program(args=(0.8,))
def captured_after_rebinding(x):
    y = x

    def f(z):
        return y * z

    first = f(x)
    y = x * x + 1.0
    return first + f(x)


@program(args=(0.8,))
def late_binding_in_a_loop(x):
    functions = []
    for i in range(3):
        functions.append(lambda z: z * x * i)
    total = 0.0
    for f in functions:
        total = total + f(x)
    return total


@program(args=(0.8,))
def early_binding_by_default(x):
    functions = []
    y = x
    for i in range(3):
        functions.append(lambda z, i=i, y=y: z * y * (i + 1))
        y = y * x
    total = 0.0
    for f in functions:
        total = total + f(x)
    return total


@program(args=(numbers(3),))
def nonlocal_accumulator(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v * v
        return total * v

    last = 0.0
    for item in x:
        last = add(item)
    return total * last


@program(args=(0.8,))
def counter_factory(x):
    def make(start):
        state = start

        def step(c):
            nonlocal state
            state = state * c + 1.0
            return state

        return step

    first, second = make(x), make(x * x)
    a = first(x)
    b = second(2.0)
    return first(b) * a + second(a)


@program(args=(numbers(3),))
def captured_array_written(x):
    buffer = x * x

    def touch(i, v):
        buffer[i] += v * buffer[i - 1]

    for i in range(3):
        touch(i, x[i])
    return np.sum(buffer * x)


@program(args=(numbers(3), 0.7))
def captured_dict_written(x, c):
    cache = {}

    def remember(key, value):
        cache[key] = value * c
        return value

    a = remember("a", np.sum(x * x))
    b = remember("b", a * x[0])
    remember("a", b)
    return cache["a"] * cache["b"] + b


@program(args=(numbers(3), 0.7))
def captured_list_appended(x, c):
    seen = []

    def visit(v):
        seen.append(v * c)
        return v * v

    total = visit(x[0]) + visit(x[1]) * visit(x[2])
    return total * seen[0] + seen[1] * seen[-1] * len(seen)


@program(args=(0.8, 0.7))
def curried(x, y):
    def add(a):
        def multiply(b):
            def finish(c):
                return (a + b) * c * x

            return finish

        return multiply

    return add(x)(y)(x * y)


@program(args=(0.8,))
def composed(x):
    def compose(f, g):
        return lambda v: f(g(v))

    h = compose(np.sin, lambda v: v * v * x)
    return compose(h, h)(x)


@program(args=(numbers(3),))
def globals_read(x):
    y = GAIN * x * WEIGHTS
    for _ in range(SETTINGS["steps"]):
        y = y - SETTINGS["rate"] * y * y
    return np.sum(y)


@program(args=(0.8,))
def shadowed_capture(x):
    y = 2.0 * x

    def f(y):
        x = y * y
        return x + y

    return f(x) * y + f(y) * x


@program(args=(0.8, 0.7))
def reassigned_from_inside_a_branch(x, y):
    state = x

    def switch(flag):
        nonlocal state
        if flag:
            state = state * y
        return state * state

    a = switch(False)
    b = switch(True)
    return a * b + state


@program(args=(0.8, 0.7))
def closure_returned_from_a_branch(x, y):
    if x > y:

        def f(v):
            return v * x
    else:

        def f(v):
            return v * y * 2.0

    return f(f(y))


@program(args=(0.8,))
def lambda_with_everything(x):
    f = lambda a, *rest, k=2.0: a * k + sum(rest)  # noqa: E731
    return f(x) * f(x, x * x, x, k=x)
