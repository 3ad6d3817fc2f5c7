"""Objects that a primal sees from outside: what it stores into them, what the text relies on, what is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import srcdiff


class Linear:
    def value(self, x: Any) -> Any:
        return 3.0 * x


class Square:
    def value(self, x: Any) -> Any:
        return x * x


class Model:
    def __init__(self, part: Any) -> None:
        self.part = part
        self.calls = 0
        self.rate = 2.0

    def loss(self, x: float) -> Any:
        self.calls += 1
        self.last = x * self.rate
        return self.part.value(self.last) * self.doubled

    @property
    def doubled(self) -> Any:
        return 2.0 * self.last

    def through_a_list(self, x: float) -> Any:
        self.kept = [x]
        self.kept.append(x * x)
        alias = self
        return alias.kept[1] * x


def difference(function: Any, x: float) -> Any:
    step = 1e-6
    return (function(x + step) - function(x - step)) / (2.0 * step)


@pytest.mark.parametrize("part", [Linear(), Square()])
def test_what_is_stored_carries_derivatives(part: Any) -> None:
    model = Model(part)
    expected = difference(Model(part).loss, 0.7)
    np.testing.assert_allclose(srcdiff.grad(model.loss)(0.7), expected, rtol=1e-8)
    _, tangent = srcdiff.jvp(model.loss, (0.7,), (1.0,))
    np.testing.assert_allclose(tangent, expected, rtol=1e-8)


def test_the_object_is_left_as_the_primal_leaves_it() -> None:
    model, plain = Model(Square()), Model(Square())
    plain.loss(0.7)
    srcdiff.grad(model.loss)(0.7)
    assert vars(model).keys() == vars(plain).keys()
    assert (model.calls, model.last) == (plain.calls, plain.last)


def test_attributes_are_read_at_the_call() -> None:
    model = Model(Square())
    derivative = srcdiff.grad(model.loss)
    derivative(0.7)
    model.rate = 5.0
    np.testing.assert_allclose(derivative(0.7), difference(model.loss, 0.7), rtol=1e-8)


def test_a_part_of_another_class_makes_another_text() -> None:
    model = Model(Square())
    derivative = srcdiff.grad(model.loss)
    derivative(0.7)
    model.part = Linear()
    np.testing.assert_allclose(derivative(0.7), difference(model.loss, 0.7), rtol=1e-8)


def test_an_object_with_a_second_name_is_refused() -> None:
    model = Model(Square())
    with pytest.raises(srcdiff.UnsupportedError, match="storing what carries a derivative in an attribute"):
        srcdiff.grad(model.through_a_list)(0.7)


@dataclass
class Point:
    x: float


def moved(points: list[Point]) -> Any:
    points[0].x = points[0].x * points[1].x
    return points[1].x * points[0].x


def test_one_object_in_two_places_of_a_written_argument() -> None:
    gradient = srcdiff.grad(moved)([Point(0.7), Point(0.4)])
    np.testing.assert_allclose([gradient[0].x, gradient[1].x], [0.4**2, 2.0 * 0.7 * 0.4], rtol=1e-12)
    point = Point(0.7)
    with pytest.raises(srcdiff.UnsupportedError, match=r"writes into `points\[0\]`, which is also `points\[1\]`"):
        srcdiff.grad(moved)([point, point])
