"""Functions that are given to others: reduced, vectorised, composed, decorated, bound to arguments."""

import functools
import itertools
import operator

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(0.8,))
def reduce_compose(x):
    fs = (np.sin, np.exp, lambda v: v * x)
    return functools.reduce(lambda acc, f: f(acc), fs, x)


@program(args=(numbers(4),))
def reduce_def(x):
    def step(acc, v):
        if v > 1.0:
            return acc * v
        return acc + v

    return functools.reduce(step, x, x[0])


@program(
    args=(
        numbers(3),
        0.7,
    )
)
def vectorize_two(x, y):
    f = np.vectorize(lambda a, b: a * b if a > b else a - b)
    return np.sum(f(x, y) * x)


@np.vectorize
def vec(a):
    return a * a * 0.5


@program(args=(numbers(3),))
def vectorize_decorated(x):
    return np.sum(vec(x) * x)


@program(args=(numbers(2, 3),))
def along_axis(a):
    return np.sum(np.apply_along_axis(lambda r: r / np.sum(r), 1, a) ** 2)


@program(args=(numbers(2, 3),))
def along_axis_numbers(a):
    return np.sum(np.apply_along_axis(lambda r: np.sum(r * r), 0, a) ** 2)


@program(args=(numbers(4),))
def sorted_with_itemgetter(x):
    pairs = sorted([(x[i] * 2.0, i) for i in range(4)], key=operator.itemgetter(0))
    return pairs[0][0] * pairs[3][0]


@program(args=(numbers(4),))
def max_with_key(x):
    m = max(x, key=lambda v: abs(v - 1.0))
    n = min([x[0], x[1]], key=lambda v: -v)
    return m * m * n


@program(args=((0.8, 0.7),))
def getter(p):
    first = operator.itemgetter(0)
    both = operator.itemgetter(1, 0)
    a, b = both(p)
    return first(p) * a + b * b


@program(args=(0.8,))
def methodcaller(x):
    v = np.array([x, x * x, 2.0])
    return operator.methodcaller("sum")(v) * operator.attrgetter("T")(v)[1]


def validating(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        for a in args:
            if not np.all(np.isfinite(a)):
                raise ValueError("not finite")
        return fn(*args, **kwargs)

    return wrapper


def repeat(n):
    def deco(fn):
        @functools.wraps(fn)
        def wrapper(v):
            for _ in range(n):
                v = fn(v)
            return v

        return wrapper

    return deco


@validating
@repeat(3)
def thrice(v):
    return np.sin(v) * 1.1


@program(args=(0.8,))
def decorated(x):
    return thrice(x) * x


@program(args=(0.8,))
def decorated_inner(x):
    def twice(fn):
        def wrapper(v):
            return fn(fn(v))

        return wrapper

    @twice
    def f(v):
        return v * v * x

    return f(x)


def kw(**k):
    return k["a"] * k["b"]


def fwd(*a, **k):
    return kw(**k) * a[0]


@program(
    args=(
        0.8,
        0.7,
    )
)
def kwargs_dict(x, y):
    opts = {"a": x, "b": y}
    return fwd(x, **opts) + fwd(y, a=x, b=x * y)


def sum_all(*args, scale=1.0):
    t = 0.0
    for a in args:
        t = t + a * a
    return t * scale


@program(
    args=(
        numbers(3),
        0.8,
    )
)
def star_array(v, x):
    return sum_all(*v, scale=x)


@program(args=(numbers(3),))
def star_list_to_fixed(v):
    def f(a, b, c):
        return a * b + c

    pts = [v[0], v[1] * v[2], v[2]]
    return f(*pts) + f(*v)


def integrate(f, a, b, n=4):
    h = (b - a) / n
    t = 0.0
    for i in range(n):
        t = t + h * f(a + (i + 0.5) * h)
    return t


@program(
    args=(
        0.8,
        1.7,
    )
)
def integrate_many(a, b):
    total = 0.0
    for f in (np.sin, lambda t: t * a, np.exp):
        total = total + integrate(f, a, b)
    return total


@program(args=(0.8,))
def newton(x):
    def solve(f, df, t):
        while abs(f(t)) > 1e-12:
            t = t - f(t) / df(t)
        return t

    return solve(lambda t: t * t - x, lambda t: 2.0 * t, 1.0)


def compose(*fs):
    def composed(v):
        for f in fs:
            v = f(v)
        return v

    return composed


@program(args=(0.8,))
def composed_many(x):
    h = compose(np.sin, lambda v: v * x, np.exp)
    return h(x) + compose(h, np.cos)(x)


@program(args=(0.8,))
def callback_none(x):
    def run(v, callback=None):
        for _ in range(3):
            v = v * 0.9
            if callback is not None:
                v = callback(v)
        return v

    return run(x) + run(x, np.sin) + run(x, callback=lambda v: v * x)


@program(args=(0.8,))
def nested_partials(x):
    def f(a, b, c=1.0, d=2.0):
        return a * b + c * d

    p = functools.partial(f, x, d=x * x)
    q = functools.partial(p, c=3.0)
    return q(2.0) + q(x, d=1.0) + functools.partial(q, 4.0)(c=x)


@program(args=(numbers(4),))
def filter_function(x):
    big = lambda v: v > 0.9  # noqa: E731
    return sum(filter(big, x)) + sum(map(operator.mul, x, x[::-1]))


@program(args=(numbers(3),))
def accumulate(x):
    return sum(itertools.accumulate(x, operator.mul)) + list(itertools.accumulate(x, lambda a, b: a + b * b))[-1]


@program(
    args=(
        numbers(3),
        0.7,
    )
)
def partial_of_a_written_array(x, c):
    a = x * 1.0
    p = functools.partial(lambda v, s: np.sum(v) * s, a)
    a[0] = c * c
    return p(c) + p(x[1])


@program(
    args=(
        0.8,
        0.7,
    )
)
def zipped_pairs(x, y):
    pairs = [("a", np.sin), ("b", lambda v: v * y)]
    total = 0.0
    for (name, f), w in zip(pairs, (x, y)):
        total = total + f(w) * (2.0 if name == "a" else x)
    return total


@program(args=(0.8,))
def called_in_comprehension(x):
    fs = {"a": np.sin, "b": lambda v: v * x}
    return sum([fs[k](x) for k in sorted(fs)]) + sum(f(x) for f in fs.values())


@program(args=(0.8,))
def immediately(x):
    return (lambda a: (lambda b: a * b + x)(a * x))(x * 2.0)


def apply_all(fs, v, *, w=1.0):
    for f in fs:
        v = f(v) * w
    return v


@program(
    args=(
        0.8,
        0.7,
    )
)
def helper_gets_list(x, y):
    fs = [np.sin, lambda v: v * y]
    return apply_all(fs, x, w=y) + apply_all([np.cos, np.exp], y) + apply_all((lambda v: v * x,), x)


@program(args=(0.8,))
def chosen_defaults(x):
    def h(v):
        return v * x

    def m(v):
        return v + x

    def g(v, h=h):
        return h(v) * x

    t = x
    for f in (h, m, g):
        t = g(t, f) if f is not g else g(t)
    return t
