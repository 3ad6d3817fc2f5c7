"""Comprehensions of every kind, generator expressions, and their scopes."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(4),))
def list_comprehension(x):
    y = [v * v for v in x]
    return sum(y) * y[0]


@program(args=(numbers(4),))
def filtered(x):
    y = [v * k for k, v in enumerate(x) if k != 1 if v > 0.7]
    return sum(y) * len(y)


@program(args=(numbers(3), numbers(2)))
def nested(x, y):
    table = [[a * b for b in y] for a in x]
    flat = [item * item for row in table for item in row]
    return sum(flat) + np.sum(np.array(table))


@program(args=(numbers(4),))
def inner_bound_depends_on_outer(x):
    pairs = [x[i] * x[j] for i in range(4) for j in range(i) if (i + j) % 2]
    return sum(pairs) * pairs[-1]


@program(args=(0.8, 0.7))
def dictionary_comprehension(x, y):
    d = {name: value * value for name, value in zip(("a", "b"), (x, y))}
    e = {k: v + d["a"] for k, v in d.items() if k != "a"}
    return d["a"] * e["b"]


@program(args=(numbers(4),))
def generator_sum(x):
    return sum(v * v for v in x) * max(v for v in x) + sum(x[i] * i for i in range(4))


@program(args=(numbers(4),))
def generator_any_all(x):
    if any(v > 1.2 for v in x) and all(v > 0.0 for v in x):
        return np.prod(x)
    return np.sum(x)


@program(args=(numbers(4),))
def name_of_target_shadows(x):
    v = x[0] * 2.0
    squares = [v * v for v in x]
    return v * sum(squares)


@program(args=(numbers(4), 0.7))
def comprehension_captures_loop_variable(x, c):
    total = 0.0
    for i in range(3):
        total = total + sum([c * i * v + total for v in x[:i]])
    return total * c


@program(args=(numbers(4),))
def comprehension_calls_a_function(x):
    def f(v):
        if v > 1.0:
            return v * v
        return v

    return sum([f(v) for v in x]) + np.sum(np.array([f(2.0 * v) for v in x]))


@program(args=(numbers(3, 2),))
def rows_in_a_comprehension(a):
    rows = [row * np.sum(row) for row in a]
    return np.sum(np.vstack(rows) ** 2)


@program(args=(numbers(4),))
def walrus_in_a_comprehension(x):
    y = [last := v * v * 0.5 for v in x]
    return sum(y) * last


@program(args=(numbers(4),))
def conditional_in_a_comprehension(x):
    return sum([v * v if v > 1.0 else np.sin(v) for v in x])


@program(args=(numbers(4),))
def views_in_a_comprehension(x):
    y = x * x
    parts = [y[k : k + 2] for k in range(3)]
    for part in parts:
        part *= x[:2]
    return np.sum(y)


@program(args=(numbers(4),))
def comprehension_with_effects(x):
    seen = []

    def note(v):
        seen.append(v)
        return v * len(seen)

    y = [note(v) for v in x]
    return sum(y) * seen[2]


@program(args=(0.8,))
def empty_comprehension(x):
    y = [x * i for i in range(0)]
    return sum(y) + x * x + len(y)


@program(args=(numbers(3),))
def set_comprehension_of_constants(x):
    indices = sorted({i % 2 for i in range(5)})
    return sum(x[i] ** 2 for i in indices)


@program(args=(numbers(3),))
def generator_consumed_by_array(x):
    y = np.array([v**2 for v in x] + [1.0])
    z = np.fromiter((v * 2.0 for v in x), float)
    return np.sum(y) * np.sum(z * x)
