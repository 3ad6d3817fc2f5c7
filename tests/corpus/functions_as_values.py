"""Functions kept in containers and variables: which one is called shows when it runs."""

import functools
import math
import operator

import numpy as np

from tests.corpus.registry import numbers, program

ACT = {"relu": lambda v: np.maximum(v, 0.0), "tanh": np.tanh, "id": lambda v: v}
LAYERS = [np.sin, np.exp, np.tanh]


class Box:
    def __init__(self, f):
        self.f = f


BOX = Box(np.sin)


@program(args=(0.8,))
def global_list(x):
    y = x
    for f in LAYERS:
        y = f(y) + x
    return y


@program(args=(0.8,))
def closure_counter_in_loop(x):
    fs = []
    for i in range(3):

        def f(v, k=i):
            return v * x**k

        fs.append(f)
    return sum(f(x + 1.0) for f in fs)


@program(args=(numbers(3),))
def list_of_closures_over_arrays(w):
    fs = [lambda v, a=a: np.sin(v * a) for a in w]
    y = 1.0
    for f in fs:
        y = f(y) + 1.0
    return y


@program(
    args=(
        0.8,
        0.7,
    )
)
def mixed_list(x, y):
    fs = [np.sin, lambda v: v * y, functools.partial(operator.mul, y), np.cos, math.exp]
    for f in fs:
        x = f(x)
    return x


@program(args=(0.8,))
def dict_of_closures_in_loop(x):
    table = {}
    for name, c in (("a", 2.0), ("b", 3.0)):
        table[name] = lambda v, c=c: v * c * x
    total = 0.0
    for name, f in table.items():
        total = total * x + f(x)
    return total + table["a"](x)


@program(args=(0.8,))
def rotating(x):
    f, g = np.sin, np.cos
    for _ in range(5):
        x = f(x) + 0.1
        f, g = g, f
    return x


@program(
    args=(
        0.8,
        0.7,
    )
)
def closures_in_a_branch_with_locals(x, y):
    if x > y:
        k = x * y
        f = lambda v: v * k  # noqa: E731
    else:
        m = x + y
        f = lambda v: v + m  # noqa: E731
    return f(f(x))


@program(args=(0.8,))
def conditional_expression_call(x):
    return (np.sin if x > 1.0 else np.cos)(x) * (lambda v: v * v)(x)


@program(args=(0.8,))
def object_with_function(x):
    return BOX.f(x) * x


@program(args=(0.8,))
def alias_kept(x):
    def make(a):
        def step(v):
            return a * v

        return step

    y = x * 2.0
    g = make(y)
    y = y * 3.0
    return g(x) * y


@program(args=(0.8,))
def partials_in_a_list(x):
    ps = [functools.partial(np.multiply, x * k) for k in range(1, 4)]
    return sum(p(x) for p in ps)


@program(
    args=(
        0.8,
        1,
    )
)
def chosen_by_index(x, k):
    return (np.sin, np.exp, np.cos)[k](x) * [lambda v: v, lambda v: v * v][k](x)


@program(args=(0.8,))
def while_rebinding(x):
    f = np.sin
    n = 0
    while n < 4:
        x = f(x) + 0.2
        n += 1
        if x > 0.9:
            f = lambda v: 0.5 * v  # noqa: E731
    return x


@program(args=(0.8,))
def returns_pair_of_functions(x):
    def make(a):
        def f(v):
            return a * v

        def g(v):
            return f(v) * f(a)

        return f, g

    f, g = make(x)
    p = make(x * x)
    return f(g(x)) * p[1](x)


@program(args=(0.8,))
def generator_argument_with_function(x):
    ops = {"+": operator.add, "*": operator.mul}
    stack = [x, 2.0]
    for token in ("+", x, "*"):
        if token in ops if isinstance(token, str) else False:
            b = stack.pop()
            a = stack.pop()
            stack.append(ops[token](a, b))
        else:
            stack.append(token)
    return stack[0]
