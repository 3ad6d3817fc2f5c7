"""What happens beside the value, once: printing, logging, counting, random draws."""

import io
import logging
import sys
import time
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


@program(args=(numbers(3),))
def logs_in_many_ways(x):
    """Formatted, at a level that is off, by the module's functions, and under a test of the level."""
    import logging as log

    LOGGER.info("sum %.3f of %s", x.sum(), f"{x!r}")
    if LOGGER.isEnabledFor(log.DEBUG):
        LOGGER.debug("shape %s", x.shape, extra={"y": 1})
    y = x * x
    log.getLogger("tests.corpus.effects").debug("%d done", len(y))
    return np.sum(y * x)


@program(args=(0.8,))
def times_itself(x):
    start = time.perf_counter()
    y = x * x
    elapsed = time.perf_counter() - start
    print("took some time", elapsed >= 0.0, file=sys.stderr)
    return y * x


@program(args=(numbers(3),))
def imports_of_all_kinds(x):
    import numpy.linalg as la
    import os.path
    from math import sin as sine
    from numpy import cos, exp as exponential

    try:
        import a_package_that_nobody_has as fast
    except ImportError:
        fast = None
    try:
        from scipy.special import gamma
    except ImportError:
        gamma = None
    assert os.path.sep
    scale = sine(0.3) if fast is None else fast.sin(0.3)
    if gamma is not None:
        scale = scale + 1.0

    def inner(v):
        from numpy import tanh

        return tanh(v) * cos(v)

    return la.norm(exponential(x) * scale) + np.sum(inner(x))


@program(args=(numbers(3), True))
def imports_where_they_are_needed(x, smooth):
    """An import in a branch that is not taken may fail."""
    if smooth:
        from math import tanh

        y = tanh(x[0]) * x
    else:
        import a_package_that_nobody_has

        y = x * a_package_that_nobody_has.SCALE
    return np.sum(y * x)


@program(args=(numbers(4),))
def generator_made_and_passed_on(x):
    """Draws by the methods of a generator that a helper gets; the order of the draws is the primal's."""

    def noisy(v, rng):
        return v * rng.normal(1.0, 0.1) + rng.standard_normal() * 0.1

    rng = np.random.default_rng(seed=11)
    total = 0.0
    for k in range(4):
        total = total + noisy(x[k], rng) * x[k]
        rng.shuffle([1, 2, 3])
    choice = rng.choice(4, size=2, replace=False)
    return total * x[choice[0]] + rng.exponential() * x[choice[1]]


@program(args=(numbers(3),))
def draws_from_the_old_interface(x):
    state = np.random.RandomState(5)
    noise = state.randn(3) * np.ones(3)
    np.random.seed(6)
    mask = np.random.binomial(1, 0.7, size=3)
    index = np.random.randint(0, 3)
    np.random.shuffle(noise)
    return np.sum((x + noise) ** 2 * (mask + 0.5)) * x[index] + np.random.uniform(0.0, 1.0) * x[0]


@program(args=(numbers(3),))
def writes_to_a_file(x):
    with io.StringIO() as stream:
        for v in x:
            stream.write(f"{v:.3f}\n")
        print(x, file=stream)
        count = len(stream.getvalue().splitlines())
    return np.sum(x * x) * count


@program(args=(numbers(3), 0.5))
def odd_statements(x, c):
    """Annotations without a value, chained and starred assignments, `global` reads, `del`, a bare string."""
    global HAPPENED
    total: float
    y: np.ndarray = x * c
    "not a docstring"
    total = other = np.sum(y)
    assert HAPPENED is not None, "never"
    first, *rest = y
    del y, other
    (third := rest[-1])
    pass
    return total * first + third * rest[0]


@program(args=(numbers(4),))
def effects_in_expressions(x):
    """Operands are evaluated from left to right, each once."""

    def seen(v, name):
        happen(name)
        return v * 2.0

    y = [seen(x[0], "a"), seen(x[1], "b")]
    z = seen(x[2], "c") if seen(1.0, "test") > 1.0 and y else seen(x[3], "never")
    return seen(y[0], "d") * z + (seen(y[1], "e") or seen(x[3], "never either"))


@program(args=(0.8,))
def warnings_caught(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn("seen by nobody", stacklevel=1)
        y = x * x
    return y * x


@program(args=(numbers(3),))
def stops_the_clock(x):
    """A context written as a class, which looks at the time on its way out."""
    with _Clock() as clock:
        y = x * x
    assert clock.seconds >= 0.0
    return np.sum(y * x)


class _Clock:
    seconds = -1.0

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exception):
        self.seconds = time.perf_counter() - self.start
        happen("stopped")
