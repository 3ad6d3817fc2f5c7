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


@program(args=(0.8,))
def none_or_function(x):
    total = x
    for k in range(4):
        f = np.sin if k % 2 else None
        if f:
            total = f(total)
        if f is None:
            total = total * x
    return total


@program(args=(numbers(3),))
def closures_that_write(x):
    bufs = [x * 1.0, x * x]
    writers = []
    for b in bufs:

        def w(i, v, b=b):
            b[i] = v * b[i - 1]

        writers.append(w)
    for w in writers:
        w(0, x[1])
        w(2, x[0])
    return np.sum(bufs[0] * bufs[1])


@program(args=(0.8,))
def state_in_closures(x):
    def counter(start):
        state = start

        def step(v):
            nonlocal state
            state = state * v + 0.1
            return state

        return step

    cs = [counter(x * k) for k in range(1, 4)]
    t = 0.0
    for r in range(2):
        for c in cs:
            t = t * 0.5 + c(x)
    return t


@program(args=(0.8,))
def same_name_in_branches(x):
    t = x
    for k in range(4):
        if k % 2:

            def f(v):
                return v * x
        else:

            def f(v):
                return v + x * k

        t = f(t)
    return f(t)


@program(args=(0.8,))
def function_from_previous_trip(x):
    t = x
    prev = np.sin
    for k in range(4):
        y = t * (k + 1)

        def f(v):
            return v * y

        t = prev(t) + 0.1
        prev = f
    return prev(t)


@program(args=(0.8,))
def two_kinds_of_closures(x):
    fs = []
    for k in range(4):
        a = x * (k + 1)
        if k % 2:
            fs.append(lambda v, a=a: v * a)
        else:
            b = a * x
            fs.append(lambda v, a=a, b=b: np.sin(v * a) + b)
    fs.append(np.tanh)
    for f in fs:
        x = f(x)
    return x


@program(args=(numbers(3),))
def closures_with_arrays_and_numbers(x):
    fs = [lambda v, w=w: v * w for w in (x, x[0], 2.0, x * x)]
    y = x
    for f in fs:
        y = f(y)
    return np.sum(y)


@program(args=(0.8,))
def swap_closures(x):
    def mk(a):
        return lambda v: v * a

    f, g = mk(x), mk(x * x)
    for _ in range(3):
        f, g = g, f
        x = f(x) + g(0.5)
    return x


@program(args=(0.8,))
def list_of_lists_of_functions(x):
    net = [[np.sin, lambda v: v * x], [np.exp], []]
    for layer in net:
        for f in layer:
            x = f(x) * 0.9
    return x


@program(args=(0.8,))
def popped(x):
    stack = [np.sin, lambda v: v * v, np.cos]
    while stack:
        x = stack.pop()(x) + 0.1
    return x


@program(
    args=(
        0.8,
        True,
    )
)
def flag(x, c):
    op = operator.add if c else operator.mul
    return op(x, x * x) + (math.sin if c else math.cos)(x)


@program(args=(0.8,))
def generator_of_functions(x):
    def powers(n):
        out = []
        for k in range(1, n + 1):
            out.append(lambda v, k=k: v**k * x)
        return tuple(out)

    a, b, c = powers(3)
    return a(b(c(x))) + powers(2)[1](x)


@program(args=(0.8,))
def pipeline_dict_get(x):
    table = {"sq": lambda v: v * v}
    f = table.get("sq")
    g = table.get("none", np.sin)
    return f(x) * g(x)


@program(args=(0.8,))
def shadowing_defaults(x):
    fs = []
    for k in range(2):

        def h(v, k=k):
            return v * x + k

        def g(v, h=h):
            return h(v) * x

        fs.append(g)
        fs.append(h)
    t = x
    for f in fs:
        t = f(t)
    return t
