"""Loops over all kinds of things, and comprehensions."""

# ruff: noqa: A001, B007, B020, B023, C400, C401, C402, C416, PERF401, PERF402, RUF005, RUF007  (the programs are what people write)
from __future__ import annotations

import itertools
from collections import deque

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()
LISTS = [([],), ([1],), ([3, 1, 2],), ([1, 2, 3, 4, 5],)]


def countdown(n):
    """A generator."""
    while n > 0:
        yield say(n)
        n -= 1


class Bar:
    """Something that can be iterated over, and nothing else."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


class Box:
    """An object with attributes."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


@programs(*LISTS)
def enumerations(xs):
    out = []
    for i, x in enumerate(xs):
        out.append(i * x)
    for i, x in enumerate(xs, 1):
        out.append((i, x))
    for i, x in enumerate(xs, start=say(5)):
        i += 1
        out.append(i)
    for pair in enumerate(xs):
        out.append(pair)
    for i, (j, x) in enumerate(enumerate(xs[1:])):
        out.append((i, j, x))
    return out


@programs(*LISTS)
def zips(xs):
    out = []
    for a, b in zip(xs, xs[1:]):
        out.append(a - b)
    for a, b, c in zip(xs, "abc", range(2, 20, 3)):
        out.append((a, b, c))
    for i, (a, b) in enumerate(zip(xs, reversed(xs))):
        out.append((i, a, b))
    for (a, b), c in zip(enumerate(xs), xs):
        out.append((a, b, c))
    for pair in zip(xs, xs):
        out.append(pair)
    return out


@programs(([1], [2]), ([1, 2], [3]), ([], [1]), ([], []))
def strict_zip(xs, ys):
    out = []
    for a, b in zip(xs, ys, strict=True):
        say((a, b))
        if a == 5:
            break
    else:
        say("through")
    return out


@programs((0,), (1,), (4,))
def ranges(n):
    out = []
    for i in range(n):
        out.append(i)
    for i in range(1, n + 1):
        out.append(i)
    for i in range(n, -1, -2):
        out.append(i)
    for i in reversed(range(n)):
        out.append(i)
    for i in reversed(range(1, n)):
        out.append(i)
    for i in reversed(range(0, n, 3)):
        out.append(i)
    for i in range(say(n)):
        out.append(i)
    for i in range(*(1, n)):
        out.append(i)
    return out


@programs((4,), (0,))
def bounds_that_change(n):
    m = n
    count = 0
    for i in range(n):
        n += 1
        count += i
    xs = [1, 2]
    for i in range(len(xs) + m):
        xs.append(i)
    k = [m]
    for i in range(k[0]):
        k[0] += 1
        m = m + i
    return n, count, xs, k, m


@programs((4,), (0,))
def counter_is_rebound(n):
    out = []
    for i in range(n):
        i = i * 2
        out.append(i)
    for i in range(n):
        for i in range(2):
            out.append(i)
        out.append(i)
    for i, j in enumerate(range(n)):
        j += i
        i -= 1
        out.append((i, j))
    for i in range(n):
        if (i := i + 1) > 2:
            break
    return out, n and i


@programs(*LISTS)
def list_that_grows(xs):
    n = 0
    for x in xs:
        n += x
        if x < 4 and len(xs) < 9:
            xs.append(x + 2)
            continue
        say(x)
    return n, xs


@programs(*LISTS)
def list_that_grows_by_another_name(xs):
    ys = xs
    for x in xs:
        if len(ys) < 6:
            ys += [x]
    box = Box(items=xs)
    for x in box.items:
        if len(box.items) < 9:
            box.items.append(x)
    for i, x in enumerate(xs):
        if x == 1 and i < 3:
            xs.insert(0, 7)
        if i > 20:
            break
    return xs


@programs(*LISTS)
def list_that_shrinks(xs):
    for x in xs:
        if x % 2:
            xs.remove(x)
        else:
            say(x)
    return xs


@programs(*LISTS)
def iterable_is_rebound(xs):
    for x in xs:
        xs = xs + [x]
    for xs in xs:
        say(xs)
    ys = [1, 2]
    for y in ys:
        ys += [3] if len(ys) < 4 else []
    return xs, ys


@programs(({"a": 1, "b": 2},), ({},))
def dictionaries(d):
    out = []
    for key in {"p": 1, "q": 2}:
        out.append(key)
    for key, value in d.items():
        d[key] = value + 1
        out.append((key, value))
    for value in d.values():
        out.append(value)
    for key in d.keys():
        out.append(key)
    e = dict(d)
    for key in e:
        out.append(key)
    for i, (key, value) in enumerate(e.items()):
        out.append((i, key, value))
    return out


@programs(({1: "a", 0: "b"}, {5, 6}, {"w": 1.0, "v": 2.0}))
def parameters_that_are_no_sequences(d: dict, s: set[int], params):
    out = [params["w"]]
    for key in d:
        out.append(key)
    for item in s:
        out.append(item)
    for name in params:
        out.append(name)
    a, b = params
    return out, a, b, [key for key in d], sum(x for x in s)


@programs(([3, 1, 3],), ([],))
def other_iterables(xs):
    out = []
    for x in set(xs):
        out.append(x)
    for x in Bar(xs):
        out.append(x)
    for x in deque(xs):
        out.append(x)
    for x in sorted(xs):
        out.append(x)
    for x in countdown(3):
        out.append(x)
    for x in itertools.chain(xs, [7]):
        out.append(x)
    for x, y in itertools.product(xs, "ab"):
        out.append((x, y))
    for c in "text":
        out.append(c)
    for x in (1, say(2)):
        out.append(x)
    for x in iter(xs):
        out.append(x)
    return out


@programs((np.arange(6.0).reshape(3, 2),), (np.zeros((0, 2)),))
def arrays(a):
    out = []
    for row in a:
        row *= 2
        out.append(row.copy())
    for row in a.T:
        for v in row:
            out.append(v)
    for i, v in enumerate(a[:, 0]):
        a[i, 1] = v + 1
    for i, j in np.ndindex(*a.shape):
        out.append(a[i, j])
    for u, v in a:
        out.append(u - v)
    for v in a * 2 + 1:
        out.append(v)
    return a, out


@programs(*LISTS)
def maps_and_filters(xs):
    out = []
    for y in map(say, xs):
        out.append(y)
        if y == 2:
            break
    for y in map(lambda a, b: a * b, xs, xs[1:]):
        out.append(y)
    for y in filter(lambda v: say(v) > 1, xs):
        if y == 3:
            continue
        say(("body", y))
    for y in filter(None, [0, *xs]):
        out.append(y)
    return out, list(map(str, xs)), list(filter(None, xs)), tuple(map(abs, xs))


@programs(*LISTS)
def generators_run_between(xs):
    for y in (say(x) * 2 for x in xs if x > 1):
        say(("body", y))
        if y == 8:
            break
    else:
        say("else")
    for y in (a + b for a in xs for b in xs if a < b):
        say(y)


@programs((3,), (0,))
def endless_count(n):
    out = []
    for i in itertools.count():
        if i >= n:
            break
        out.append(i)
    for i, c in zip(itertools.count(5, 2), "abc"):
        out.append((i, c))
    return out


@programs(*LISTS)
def targets_of_loops(xs):
    a = [0, 0]
    box = Box(i=0)
    for a[0] in xs:
        say(a[0])
    for box.i, a[1] in enumerate(xs):
        say((box.i, a))
    for first, *rest in [xs + [1], (4, 5, 6)]:
        say((first, rest))
    return a, box.i


@programs(*LISTS)
def comprehensions(xs):
    x = "outer"
    a = [x * 2 for x in xs]
    b = [say(x) + y for x in xs if x > 1 for y in range(x) if y]
    c = {x: say(y) for x, y in zip(xs, xs[1:])}
    d = {x % 2 for x in xs}
    e = [[x for x in range(x)] for x in xs]
    f = [x for x in [x for x in xs] if x > 1]
    g = [(x, y) for x in xs for y in (x, x + 1)]
    h = [i for i in range(3)] + [i for i in range(2)]
    return x, a, b, c, d, e, f, g, h, {say(k): say(k + 1) for k in xs}


@programs(*LISTS)
def consumed_generators(xs):
    a = sum(x * x for x in xs)
    b = sum((x for x in xs), 10) + sum([x for x in xs])
    c = any(say(x) > 2 for x in xs)
    d = all(say(x) < 3 for x in xs if x != 1)
    e = list(x + 1 for x in xs), tuple(x for x in xs), set(x for x in xs)
    f = dict((x, -x) for x in xs)
    g = max((x for x in xs), default=0), min((-x for x in xs), default=None, key=abs)
    h = ", ".join(str(x) for x in xs)
    i = sorted((x for x in xs), reverse=True)
    j = any(x + y == 7 for x in xs for y in xs if say((x, y)))
    k = list(zip(xs, xs)), dict(zip(xs, "abc")), list(enumerate(xs)), dict(enumerate(xs)), sum(map(abs, xs))
    return a, b, c, d, e, f, g, h, i, j, k


@programs(*LISTS)
def comprehension_scopes(xs):
    y = 10
    a = [(y := y + x) for x in xs]
    sum = [len for len in xs]
    b = [i for i in range(3) for i in range(i)]
    c = [x for x in xs if (last := x) > 1]
    return a, y, sum, b, c, xs and last


@programs(*LISTS)
def lambdas_in_comprehensions(xs):
    late = [lambda: x for x in xs]
    early = [lambda x=x: x for x in xs]
    used = [(lambda t: t * x)(2) for x in xs]
    groups = []
    for n in range(2):
        groups.append([lambda: (n, x) for x in xs])
    return [f() for f in late], [f() for f in early], used, [f() for g in groups for f in g]


@programs(*LISTS)
def comprehension_reads_its_target(xs):
    xs = [x + len(xs) for x in xs]
    ys = [0]
    ys = [y + 1 for y in ys + xs]
    total = 5
    total = sum(total + x for x in xs)
    return xs, ys, total


@programs(*LISTS)
def nested_functions_over_loops(xs):
    def norm(v):
        return sum(c * c for c in v)

    return [norm([x, x + 1]) for x in xs], max([norm([x]) for x in xs], default=0)


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
