"""Functions as values: arguments, items of lists and dictionaries, `map`, `reduce`, right sides of integrators."""

import functools
import operator

import numpy as np

from tests.corpus.registry import numbers, program


def decay(u, t, rate):
    return -rate * u + np.sin(t)


def growth(u, t, rate):
    return rate * u * (1.0 - u) + t


def euler(rhs, u, dt, steps, *args):
    t = 0.0
    for _ in range(steps):
        u = u + dt * rhs(u, t, *args)
        t = t + dt
    return u


def runge_kutta(rhs, u, dt, steps, *args):
    t = 0.0
    for _ in range(steps):
        k1 = rhs(u, t, *args)
        k2 = rhs(u + 0.5 * dt * k1, t + 0.5 * dt, *args)
        k3 = rhs(u + 0.5 * dt * k2, t + 0.5 * dt, *args)
        k4 = rhs(u + dt * k3, t + dt, *args)
        u = u + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t = t + dt
    return u


def apply_twice(f, x):
    return f(f(x))


@program(args=(0.8, 0.1, 0.7))
def euler_with_callback(u, dt, rate):
    return euler(decay, u, dt, 4, rate) * euler(growth, u, dt, 3, rate)


@program(args=(numbers(3), 0.1, 0.7))
def runge_kutta_on_arrays(u, dt, rate):
    return np.sum(runge_kutta(decay, u, dt, 3, rate) ** 2)


@program(args=(0.8, 0.7))
def callback_that_captures(x, y):
    return apply_twice(lambda v: v * y + x, x * y)


@program(args=(numbers(3),))
def callback_that_writes(x):
    def each(a, action):
        for i in range(len(a)):
            action(a, i)

    def relax(a, i):
        a[i] = 0.5 * (a[i] + a[i - 1] ** 2)

    y = x * 1.0
    each(y, relax)
    each(y, relax)
    return np.sum(y * x)


@program(args=(0.8,))
def functions_in_a_list(x):
    layers = [np.sin, np.exp, lambda v: v * v, np.tanh]
    for layer in layers:
        x = layer(x) * 0.9
    return x


@program(args=(0.8, "cube"))
def functions_in_a_dict(x, key):
    table = {"square": lambda v: v * v, "cube": lambda v: v * v * v, "sin": np.sin}
    return table[key](x) + table["sin"](x) * table.get("square")(x)


@program(args=(numbers(4),))
def map_and_sum(x):
    return sum(map(lambda v: v * v * v, x)) * x[0]


@program(args=(numbers(4),))
def reduce_with_operator(x):
    return functools.reduce(operator.mul, x) + functools.reduce(lambda a, b: a * 0.5 + b * b, x, 1.0)


@program(args=(numbers(4),))
def filter_on_data(x):
    kept = list(filter(lambda v: v > 0.9, x))
    return sum(kept) * len(kept) + sum(v * v for v in x if v < 0.9)


@program(args=(numbers(4),))
def sorted_by_key(x):
    ordered = sorted([x[0], x[1], x[2], x[3]], key=lambda v: -v)
    return ordered[0] * 3.0 + ordered[1] * 2.0 + ordered[3] ** 2


@program(args=(0.8,))
def function_chosen_by_branch(x):
    f = np.sin if x > 0.5 else np.cos
    g = (lambda v: v * v) if x < 0.5 else f
    return f(x) * g(x * 2.0)


@program(args=(0.8,))
def function_rebound_in_a_loop(x):
    f = np.sin
    y = x
    for i in range(4):
        y = f(y) + x
        f = np.cos if i % 2 == 0 else np.tanh
    return y


@program(args=(1.3,))
def fixed_point_with_callback(a):
    def solve(g, start, tolerance=1e-13):
        x = start
        while True:
            new = g(x)
            if abs(new - x) < tolerance:
                return new
            x = new

    return solve(lambda x: 0.5 * (x + a / x), 1.0)


@program(args=(numbers(3), 0.7))
def callback_with_state(x, c):
    history = []

    def monitor(value):
        history.append(value)

    def minimise(u, callback):
        for _ in range(3):
            u = u - c * np.cos(u)
            callback(np.sum(u))
        return u

    u = minimise(x, monitor)
    return np.sum(u) + history[0] * history[2]


@program(args=(numbers(3),))
def ufunc_methods(x):
    return np.add.reduce(x * x) * np.multiply.outer(x, x)[0, 2] + np.add.accumulate(x)[1]


@program(args=(numbers(2, 3),))
def apply_along_axis_by_hand(a):
    def normalise(row):
        return row / np.sqrt(np.sum(row * row))

    out = np.empty_like(a)
    for i, row in enumerate(a):
        out[i] = normalise(row)
    return np.sum(out * a * a)


@program(args=(numbers(3),))
def vectorize(x):
    f = np.vectorize(lambda v: v * v if v > 1.0 else v)
    return np.sum(f(x))
