"""Functions that write into an array: each against differences, and as the assignment that it becomes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np
import pytest

import srcdiff
from srcdiff.analysis.facts import fact_of_kind
from srcdiff.analysis.inference import infer
from srcdiff.kinds import kind_of
from srcdiff.names import Names
from srcdiff.normalize import normalize
from srcdiff.rules import load_rules
from srcdiff.source import read
from srcdiff.transform.build_adjoint import all_names
from srcdiff.transform.inplace import rewrite_in_place
from tests import helpers

X = np.array([0.7, 1.3, 0.4, 0.9])
Y = np.array([1.1, 0.6, 0.85, 1.4])


def core_text(function: Callable[..., Any], *args: Any) -> str:
    """The core form after the pass."""
    load_rules()
    core = normalize(read(function))
    facts = infer(core, {p: fact_of_kind(kind_of(a), p) for p, a in zip(core.parameters, args, strict=True)})
    plain = rewrite_in_place(core, facts, Names(all_names(core)), lambda value, preferred: preferred)
    text: str = gast.unparse(gast.Module(plain.body, [])).strip()
    return text


def copyto(x, y):
    a = x * x
    np.copyto(a, y * x)
    return np.sum(a * x)


def copyto_number(x, y):
    a = x * x
    np.copyto(a, 0.5)
    a[0] = y[0]
    return np.sum(a * x)


def copyto_broadcast_where(x, y):
    a = np.outer(x, y)
    np.copyto(a, x, where=y > 1.0)
    return np.sum(a * a)


def fill(x, y):
    a = x * 1.0
    s = np.sum(a * y)
    a.fill(s)
    return np.sum(a * x)


def ufunc_out(x, y):
    a = x * 1.0
    b = np.multiply(a, y, out=a)
    b[0] = y[1]
    np.sin(a, a)
    np.add(a[1:], a[:-1], out=a[1:])
    return np.sum(a * x)


def ufunc_out_tuple(x, y):
    a = np.zeros(4)
    np.exp(x * y, out=(a,))
    return np.sum(a)


def ufunc_out_where(x, y):
    a = x * x
    np.log(y - 0.8, out=a, where=y > 0.8)
    return np.sum(a * x)


def ufunc_out_where_number(x, y):
    a = np.zeros(4)
    np.divide(1.0, x - 0.7, out=a, where=x > 0.8)
    return np.sum(a * y)


def comparison_out(x, y):
    mask = np.zeros(4, dtype=bool)
    total = 0.0
    for k in range(3):
        np.greater(x * (k + 1), y, out=mask)
        total = total + np.sum(x[mask] * (k + 1))
    return total


def reductions_out(x, y):
    a = np.zeros(2)
    m = x.reshape(2, 2) * y.reshape(2, 2)
    m.sum(axis=0, out=a)
    b = np.zeros((2, 2))
    np.cumsum(m, 1, None, b)
    return np.sum(a * a) + np.sum(b * m)


def dot_and_clip_out(x, y):
    a = x.reshape(2, 2) * 1.0
    c = np.zeros((2, 2))
    np.dot(a, y.reshape(2, 2), c)
    np.clip(c, 0.5, 1.6, out=c)
    a.clip(0.5, 1.0, out=a)
    return np.sum(c * a)


def out_in_a_loop(x, y):
    a = x * 1.0
    for k in range(3):
        np.multiply(a, y, out=a)
        a[k] = a[k + 1] * x[k]
    return np.sum(a * a)


def add_at(x, y):
    a = x * x
    np.add.at(a, [0, 1, 1, 3, 1], x[0] * np.ones(5) * y[1])
    return np.sum(a * a)


def subtract_at_in_a_loop(x, y):
    a = x * 1.0
    for k in range(2):
        np.subtract.at(a, [k, k, 2], y[:3] * a[3])
        a[3] = a[k] * 0.5
    return np.sum(a * a)


def add_at_number_and_pairs(x, y):
    a = np.outer(x, y)
    np.add.at(a, ([0, 0, 2], [1, 1, 3]), x[1])
    np.add.at(a, 1, y)
    return np.sum(a * a)


def put(x, y):
    a = x * x
    np.put(a, [3, -3], y[:2] * y[2])
    a.put([0, 2], x[1] * 1.0)
    return np.sum(a * x)


def put_repeats_values(x, y):
    a = np.outer(x, y)
    np.put(a, [1, 5, -1], y[:2])
    return np.sum(a * a)


def place_and_putmask(x, y):
    a = x * x
    np.place(a, y > 0.7, x[2:] * y[0])
    np.putmask(a, x > 0.8, y * y)
    np.putmask(a, x < 0.5, 0.25)
    return np.sum(a * x)


def put_along_axis(x, y):
    a = np.ones((4, 4)) * y
    np.put_along_axis(a, np.array([[1], [0], [3], [2]]), (x * y).reshape(4, 1), axis=1)
    return np.sum(a * a)


def fill_diagonal(x, y):
    a = np.outer(x, y)
    np.fill_diagonal(a, x[0] * y[1])
    b = np.outer(x, x)[:3]
    np.fill_diagonal(b, y[:2])
    return np.sum(a * a) + np.sum(b * b)


def sort_and_partition(x, y):
    a = x * y
    a.sort()
    b = np.outer(x, y)
    b.sort(axis=0)
    c = x * 1.0
    c.partition(1)
    return np.sum(a * x) + np.sum(b * b * x) + c[1]


def operators_as_functions(x, y):
    a = x * 1.0
    b = operator.iadd(a, y)
    operator.setitem(a, 0, y[2])
    b.__imul__(x)
    s = operator.iadd(x[0], y[0])
    return np.sum(a * y) * s


ARRAYS = [
    copyto,
    copyto_number,
    copyto_broadcast_where,
    fill,
    ufunc_out,
    ufunc_out_tuple,
    ufunc_out_where,
    ufunc_out_where_number,
    comparison_out,
    reductions_out,
    dot_and_clip_out,
    out_in_a_loop,
    add_at,
    subtract_at_in_a_loop,
    add_at_number_and_pairs,
    put,
    put_repeats_values,
    place_and_putmask,
    put_along_axis,
    fill_diagonal,
    sort_and_partition,
    operators_as_functions,
]


@pytest.mark.parametrize("function", ARRAYS, ids=lambda f: f.__name__)
def test_gradient(function: Callable[..., Any]) -> None:
    with np.errstate(all="ignore"):
        helpers.assert_gradient(function, (X, Y))
        helpers.assert_value_and_grad(function, (X, Y))
        helpers.assert_pullback(function, (X, Y))


def test_where_does_not_see_what_it_does_not_select() -> None:
    """`0 * inf` of an element that was not divided would be NaN."""

    def safe(x, a):
        np.divide(1.0, x, out=a, where=x > 0.0)
        return np.sum(a)

    gradient = srcdiff.grad(safe)(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    assert gradient.tolist() == [0.0, -0.25]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (fill, "a[...] = s"),
        (copyto, "a[...] = copyto_mul"),
        (out_in_a_loop, "    a[...] = a_multiply"),
        (sort_and_partition, "a[...] = a_sort"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_becomes_an_assignment(function: Callable[..., Any], expected: str) -> None:
    assert expected in core_text(function, X, Y).splitlines()


def test_what_writes_nothing_stays_the_same_object() -> None:
    def plain(x, y):
        return np.sum(np.sin(x) * y)

    load_rules()
    core = normalize(read(plain))
    facts = infer(core, {p: fact_of_kind(kind_of(X), p) for p in core.parameters})
    assert rewrite_in_place(core, facts, Names(), lambda value, preferred: preferred) is core


def test_result_of_out_is_the_array_itself() -> None:
    lines = core_text(ufunc_out, X, Y).splitlines()
    assert "b = a" in lines


def shuffled(x, y):
    a = x * y
    np.random.shuffle(a)  # noqa: NPY002
    return np.sum(a * x)


def resized(x, y):
    a = x * y
    a.resize(6)
    return np.sum(a)


@pytest.mark.parametrize(("function", "match"), [(shuffled, "shuffle"), (resized, "resize")])
def test_refused_by_name(function: Callable[..., Any], match: str) -> None:
    helpers.assert_refused(lambda: srcdiff.grad(function, (0, 1))(X, Y), match)
