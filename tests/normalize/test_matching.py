"""`match`, pattern by pattern."""

from __future__ import annotations

import enum
from collections import OrderedDict, deque
from dataclasses import dataclass

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()


class Color(enum.Enum):
    """A named value."""

    RED = 1
    GREEN = 2


@dataclass
class Point:
    """A class with positions."""

    x: float
    y: float


class Named:
    """A class without positions."""

    def __init__(self, name):
        self.name = name


@programs((0,), (1,), (-1,), ("a",), (None,), (True,), (2.0,), (1j,), (Color.RED,), (Color.GREEN,), ([],))
def values(v):
    match v:
        case 0:
            return "zero"
        case None:
            return "none"
        case True:
            return "true"
        case 1 | 2.0 | -1:
            return "number"
        case "a" | "b":
            return "text"
        case Color.RED:
            return "red"
        case _:
            return "other"


@programs(
    ([],), ([1],), ([1, 2],), ((3, 4),), ([1, 2, 3, 4],), ("ab",), (deque([5, 6]),), (np.array([1, 2]),), (b"ab",)
)
def sequences(v):
    match v:
        case []:
            return "empty"
        case [x]:
            return "one", x
        case [1, y]:
            return "starts with one", y
        case (x, y):
            return "two", x, y
        case [first, *middle, last]:
            return first, middle, last
    return "none"


@programs(([1, [2, 3]],), ([1, 2],), ([[1, 2], [3, 4, 5]],), ([0, (1, 2)],), ([[], []],))
def nested(v):
    match v:
        case [0, (a, b) as pair]:
            return a, b, pair
        case [a, [b, *rest]]:
            return a, b, rest
        case [[a, b], [c, *_]]:
            return a, b, c
        case [_, _] as both:
            return both


@programs(({},), ({"k": 1},), ({"k": 2, "l": 3},), (OrderedDict(k=5),), ({"k": {"m": 4}},), ([],))
def mappings(v):
    match v:
        case {"k": {"m": m}}:
            return "deep", m
        case {"k": 1}:
            return "one"
        case {"k": k, **rest}:
            return k, rest
        case {}:
            return "mapping"
        case _:
            return "none"


@programs((Point(0, 0),), (Point(1, 2),), (Point(3, 3),), (Named("n"),), (5,), (2.5,), ("text",), ({"a": 1},))
def classes(v):
    match v:
        case Point(0, 0):
            return "origin"
        case Point(x=3, y=y):
            return "three", y
        case Point(x, y):
            return x, y
        case Named(name=str(name)):
            return name
        case int(n) | float(n):
            return "number", n
        case str():
            return "text"
        case dict(d):
            return d


@programs(*[(x, y) for x in (-1, 0, 2) for y in (-1, 0, 3)])
def guards(x, y):
    match x, y:
        case 0, 0:
            r = "origin"
        case a, b if say(a) == b:
            r = "equal", a
        case a, b if a > b:
            r = "more", a - b
        case (0, b) | (b, 0):
            r = "axis", b
        case _ if say(x) < 0:
            r = "negative"
        case _:
            r = "rest"
    return r


@programs(([1, 2, 3, -1, "x", 4],), ([],), ([7, "stop", 8],))
def in_a_loop(items):
    total = 0
    for item in items:
        match item:
            case "stop":
                break
            case int(n) if n < 0:
                continue
            case int(n):
                total += n
            case _:
                total += 100
        say(total)
    return total


@programs((3,), ([3],))
def captures_stay_after_a_failed_guard(v):
    n = "unset"
    match v:
        case [n] if n > 5:
            return "big", n
        case n if n == 4:
            return "four"
    return n


@programs((1,), (2,))
def subject_is_evaluated_once(v):
    match say(v + 1):
        case 2:
            v = 5
        case k:
            v = k
    match v:
        case v:
            pass
    return v


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
