"""Structures as vectors, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from srcdiff import grad, ravel, value_and_grad
from tests import helpers


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclass
class Layer:
    w: Any
    name: str


TREES = [
    2.5,
    np.float32(1.5),
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    [1.0, (np.ones(2), 3), {"k": np.zeros((0, 2)), "s": "text", "n": None}],
    Pair(1.0, [2.0]),
    Layer(np.arange(3.0), "first"),
    (1.0 + 2.0j, np.array([1j, 2.0])),
    np.array(3.0),
]


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: type(tree).__name__)
def test_there_and_back(tree: Any) -> None:
    vector, unravel = ravel(tree)
    assert vector.ndim == 1
    assert vector.dtype.kind == "f"
    helpers.assert_equal(unravel(vector), tree)
    twice = ravel(unravel(2.0 * vector))[0]
    np.testing.assert_array_equal(twice, 2.0 * vector)


def test_the_result_is_in_memory_of_its_own() -> None:
    x = np.ones(3)
    vector, unravel = ravel({"x": x})
    back = unravel(vector)
    back["x"][0] = 5.0
    assert x[0] == vector[0] == 1.0


def test_the_vector_of_a_gradient_is_the_gradient_by_the_vector() -> None:
    def loss(params: Any) -> Any:
        z = params["z"] * params["w"] + 1j
        return np.sum(np.abs(z) ** 2 * params["w"])

    vector, unravel = ravel({"w": np.array([0.3, 0.7]), "z": np.array([0.5 + 0.2j, -0.4j]), "n": 3})
    mine = ravel(grad(loss)(unravel(vector)))[0]
    step = 1e-6
    expected = [(loss(unravel(vector + e)) - loss(unravel(vector - e))) / (2 * step) for e in step * np.eye(6)]
    np.testing.assert_allclose(mine, expected, rtol=1e-7, atol=1e-9)


def test_scipy_minimises_a_structure() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    def loss(params: Any) -> Any:
        return np.sum((params["w"] - 3.0) ** 2) + (params["b"] + 1.0) ** 4

    start, unravel = ravel({"w": np.zeros(2), "b": 1.0})
    both = value_and_grad(loss)

    def objective(vector: Any) -> Any:
        value, gradient = both(unravel(vector))
        return value, ravel(gradient)[0]

    best = unravel(optimize.minimize(objective, start, jac=True, tol=1e-12).x)
    np.testing.assert_allclose(best["w"], 3.0, atol=1e-6)
    assert best["b"] == pytest.approx(-1.0, abs=1e-2)


def test_refusals() -> None:
    with pytest.raises(TypeError, match=r"^the int 3 has no floating leaves to put into a vector$"):
        ravel(3)
    with pytest.raises(TypeError, match=r"^the vector has shape \(3,\), not \(2,\)$"):
        ravel([1.0, 2.0])[1](np.zeros(3))
