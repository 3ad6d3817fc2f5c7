"""What happens beside the value, once: printing, logging, counting, random draws."""

import logging
import warnings

import numpy as np

from tests.corpus.registry import numbers, program

HAPPENED: list[str] = []
LOGGER = logging.getLogger("tests.corpus.effects")


def happen(what):
    HAPPENED.append(what)


@program(args=(0.8,))
def prints(x):
    y = x * x
    print("y is", y, end="\n")
    y = y * x
    print(f"{y:.3f}")
    return y


@program(args=(numbers(3),))
def prints_in_a_loop(x):
    total = 0.0
    for k, item in enumerate(x):
        total = total + item * item
        if k % 2 == 0:
            print(k, total)
    return total


@program(args=(0.8,))
def logs(x):
    LOGGER.debug("start %s", x)
    y = x * x
    LOGGER.debug("end %s", y)
    return y


@program(args=(0.8,))
def calls_for_effect(x):
    happen("before")
    y = x * x
    happen("after")
    if y > 0.5:
        happen("branch")
        y = y * x
    return y


@program(args=(numbers(3),))
def calls_for_effect_in_a_loop(x):
    y = x
    for k in range(3):
        happen(f"trip {k}")
        y = y * x
        if k == 1:
            happen("break")
            break
    return np.sum(y)


@program(args=(numbers(3),))
def draws_from_a_generator(x):
    rng = np.random.default_rng(3)
    total = 0.0
    for _ in range(3):
        noise = rng.normal(size=3)
        total = total + np.sum(np.sin(x * noise) * x)
        if rng.random() > 0.5:
            total = total * 0.9
    return total


@program(args=(numbers(3), np.random.default_rng(5)))
def draws_from_an_argument(x, rng):
    keep = rng.uniform(size=3) > 0.5
    noise = rng.normal(size=3)
    return np.sum(np.where(keep, x, 0.0) * x) + np.sum((x * noise) ** 2)


@program(args=(numbers(3),))
def draws_after_seeding(x):
    np.random.seed(4)
    w = np.random.randn(3, 3)
    v = w @ x
    return np.sum(v * v) + np.random.rand() * x[0]


@program(args=(numbers(4),))
def permutes_at_random(x):
    rng = np.random.default_rng(2)
    p = rng.permutation(4)
    y = x[p] * x
    return np.sum(y[rng.integers(0, 4, size=6)] ** 2)


@program(args=(0.8,))
def warns(x):
    if x > 100.0:
        warnings.warn("large", stacklevel=2)
    return x * x


@program(args=(0.8,))
def counts_in_a_local(x):
    count = 0

    def f(v):
        nonlocal count
        count += 1
        return v * v

    return f(f(x)) * count


@program(args=(0.8,))
def docstring_assert_pass_import(x):
    """A docstring, an import, a pass and a bare expression."""
    import math

    from math import sin

    pass
    ...
    x * 2.0  # noqa: B018
    return sin(x) * math.cos(x)
