"""Order of evaluation, with calls that leave a trace and calls that change what is read around them."""

# ruff: noqa: B018, C408, PIE800, PIE804  (the programs are what people write)
from __future__ import annotations

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()
PAIRS = [(1.0, 2.0), (0.0, -3.0), (5.0, 5.0)]


def set_first(a, value):
    """Write into `a` and return something else."""
    say(("set", value))
    a[0] = value
    return 1.0


class Box:
    """An object with attributes."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def grow(self, by):
        self.size = say(self.size + by)
        return self


@programs(*PAIRS)
def nested_arithmetic(x, y):
    return (x + 2 * y) / (1 + x * x) - np.exp(-x) ** 2 + (-1) ** 2


@programs(*PAIRS)
def negative_power(x, y):
    return -(x**2) + (-x) ** 2 + 2**-1 + (-2) ** 2


@programs(*PAIRS)
def calls_from_left_to_right(x, y):
    return say(x) + say(y) * say(3) - say(4) / (say(5) + say(6))


@programs(*PAIRS)
def value_before_target(x, y):
    a = [0, 0, 0]
    a[say(1)] = say(x)
    a[say(0)], a[say(2)] = say(y), say(7)
    return a


@programs(([1.0, 2.0],), (np.array([4.0, 5.0]),))
def operand_is_written_later(a):
    return a[0] + set_first(a, 10.0) * a[0]


@programs(([1.0, 2.0],), (np.array([4.0, 5.0]),))
def array_operand_is_written_later(a):
    b = a * 1 + set_first(a, 10.0)
    return b, a


@programs((np.array([4.0, 5.0]),))
def sum_is_complete_before_the_write(a):
    return (a + a) + set_first(a, 10.0) > 3


@programs(([1.0, 2.0],), (np.array([4.0, 5.0]),))
def display_of_changing_items(a):
    return [a[0], set_first(a, 3.0), a[0], (a[0], set_first(a, 4.0)), a[0]]


@programs(([1.0, 2.0],))
def dictionary_of_changing_items(a):
    return {a[0]: set_first(a, 3.0), say("k"): a[0], "l": say(a[1])}


@programs(([1.0, 2.0],))
def arguments_of_changing_items(a):
    return say((a[0], set_first(a, 3.0), a[0]), returned=dict(x=a[0], y=set_first(a, 5.0), z=a[0]))


@programs(([1.0, 2.0],))
def starred_arguments(a):
    def collect(*args, **kwargs):
        return args, kwargs

    first = collect(*a, set_first(a, 3.0), *a, key=a[0], **{"b": say(2)}, c=set_first(a, 7.0))
    return first, collect(*[], **{})


@programs(([1.0, 2.0],))
def starred_displays(a):
    return [*a, set_first(a, 3.0), *a], (*a, 1), [*a], (*a,), {*a, 5.0}


@programs(({"p": 1},))
def merged_dictionaries(d):
    return {"q": say(0), **d, "p": say(2), **{"r": 3}}


@programs(([1.0, 2.0],))
def formatted_text(a):
    return f"{a[0]:.2f} and {set_first(a, 3.0)!r} and {a} {a[0]:{say(5)}.1f}"


@programs(([1.0, 2.0],))
def formatted_list_before_write(a):
    return f"{a}{set_first(a, 3.0)}{a}"


@programs(*PAIRS)
def attribute_chains(x, y):
    box = Box(inner=Box(size=x, tag="t"), size=y)
    box.inner.size += y
    box.inner.grow(2).grow(3).size -= 1
    return box.inner.size * box.size, box.inner.tag.upper().lower()


@programs((np.arange(12.0).reshape(3, 4),))
def method_chains(a):
    return (a * a).sum(axis=0).reshape(2, -1).T.copy(), a[1:].mean(), a.T.shape[0] * a.ndim - 1


@programs((np.arange(12.0).reshape(3, 4), 1))
def indices(a, i):
    rows = a[i + 1 - 1, :: i + 1]
    a[i, say(2) :] = a[say(0), : say(2)]
    return rows, a[a > 3].sum(), a[[0, i]], a[..., i], a[say(i)][say(i)], a[i:, None].shape


@programs((np.arange(12.0), [1, 2]))
def index_that_changes(a, k):
    first = a[k[0] : say(k, returned=5)]
    k[0] = 3
    return first, a[k[0] + set_first(k, 0) > 2 :], a[k[0]]


@programs(([1.0, 2.0],))
def walrus_rebinds_an_operand(a):
    x = 1
    y = x + (x := 5) + x
    z = [x, (x := x + 1), x]
    b = x * 2 if (x := x - 3) > 0 else -x
    return y, z, x, b, (a := 3) + a


@programs(([1.0, 2.0],))
def walrus_twice(a):
    return (x := say(1)) + (x := say(2)) * x, x


@programs((0,), (1,), (5,))
def walrus_in_index(i):
    a = list(range(20))
    a[(j := i + 1)] = i * 2
    a[i] += (i := 7)
    return a, i, j


@programs(([1, 2, 3],))
def functions_from_containers(xs):
    table = {"f": lambda x: x + 1, "g": [lambda x: x * 2]}
    return table["f"](say(xs[0])), table["g"][0](xs[1]), (lambda *a, k=2: (a, k))(1, 2, k=say(3))


@programs((2.5,), (-1.5,))
def constant_arguments(x):
    a = np.zeros((int(x * 2) % 3 + 1, 2))
    a[0] = np.floor(x * 3 + 1)
    return a, round(x), int(x) + len(a) - 1, isinstance(x, (int, float)) and not x > 0


@programs(([1.0, 2.0],), (np.array([4.0, 5.0]),))
def expression_statements(a):
    """Documentation."""
    say(1)
    a[0]
    (say(2), a[1] + say(3))
    "text"
    None
    return a


@programs(([1.0],), ([],))
def failing_expression_statement(a):
    say("before")
    a[0] + 1
    say("after")


@programs((np.arange(3.0),))
def no_fold_of_text(x):
    return "a" + "b" * 2, b"c", 1j * 2, 1e300 * 1e10, ..., True, None


@programs(([3, 1, 2],))
def deletion(a):
    b = {"x": 1, "y": 2}
    box = Box(size=1)
    del a[say(0)], b["x"], box.size
    c = d = 1
    del (c, d)
    a[0:1] = []
    return a, b, hasattr(box, "size")


@programs((1,), (-1,), (0,))
def assertions(x):
    assert x >= 0
    assert say(x) > 0, f"{say('message')} {x}"
    assert x, x + 1
    return x


@programs((1,), (0,), (2,))
def raising(x):
    if x == 1:
        raise ValueError(say("bad"), x * 2)
    if x == 2:
        cause = KeyError(x)
        raise IndexError("from") from cause
    raise LookupError


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
