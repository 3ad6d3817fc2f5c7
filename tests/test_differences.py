"""The independent derivative: right to many digits, and honest about how many."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from srcdiff.differences import directional_difference, inner, perturbed, random_direction


@dataclasses.dataclass(frozen=True)
class Spring:
    stiffness: float
    ends: np.ndarray
    name: str = "spring"


@pytest.mark.parametrize(
    ("fun", "x", "expected"),
    [
        (np.sin, 0.5, math.cos(0.5)),
        (math.log, 1e-3, 1e3),  # large steps raise ValueError
        (lambda x: 1.0 / x, 1e-4, -1e8),
        (abs, 1e-3, 1.0),  # a kink nearby
        (lambda x: math.floor(10 * x), 0.55, 0.0),
        (lambda x: x**2, 1e6, 2e6),
        (lambda x: math.sin(1e8 * x), 1e-8, 1e8 * math.cos(1.0)),
        (lambda x: np.exp(1j * x), 2.0, 1j * np.exp(2j)),
    ],
)
def test_is_right_within_ten_times_its_estimate(fun, x, expected):
    value, error = directional_difference(lambda x: fun(x) * 1.0, (x,), (1.0,))
    assert abs(value - expected) <= 10.0 * error + 1e-15
    assert error <= 1e-7 * max(1.0, abs(expected))


def test_directions_follow_structures_and_outputs_keep_theirs():
    def fun(spring, scale):
        return {"force": scale * spring.stiffness * spring.ends, "name": spring.name, "pair": (scale, 3)}

    args = (Spring(2.0, np.array([1.0, 3.0])), 10.0)
    value, error = directional_difference(fun, args, (Spring(0.5, np.array([1.0, -1.0]), None), None))
    np.testing.assert_allclose(value["force"], 10.0 * (0.5 * args[0].ends + 2.0 * np.array([1.0, -1.0])), rtol=1e-11)
    assert value["name"] is None
    assert value["pair"] == (0.0, None)
    assert error < 1e-9


def test_single_precision_is_differenced_in_double():
    value, _ = directional_difference(np.sin, (np.float32(0.5),), (1.0,))
    assert abs(value - math.cos(0.5)) < 1e-12


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (np.ones((3, 4)), 11.0),
        (np.ones((3, 4), order="F"), 12.0),
        (np.ones((3, 6))[:, :3], 9.0),
        (np.ones((4, 3))[::-1], 12.0),
    ],
)
def test_copies_keep_the_layout_that_reshape_depends_on(x, expected):
    def fun(x):
        b = x.reshape(-1)
        b[0] = 100.0
        return x.sum()

    assert fun(x.__deepcopy__({}) if x.flags.c_contiguous or x.flags.f_contiguous else perturbed((x,), (None,), 0.0)[0])
    value, _ = directional_difference(fun, (x,), (np.ones(x.shape),))
    assert value == pytest.approx(expected, rel=1e-11)
    assert np.all(x == 1.0), "the argument was written into"


def test_elements_without_a_difference_are_nan_and_leave_the_others():
    value, error = directional_difference(np.sqrt, (np.array([0.0, 1.0]),), (np.ones(2),))
    assert math.isnan(value[0])
    assert value[1] == pytest.approx(0.5, rel=1e-11)
    assert error < 1e-9


def test_no_difference_at_all_is_nan():
    value, error = directional_difference(math.sqrt, (0.0,), (1.0,))
    assert math.isnan(value)
    assert math.isnan(error)


def test_what_the_primal_raises_at_the_point_goes_through():
    with pytest.raises(ValueError, match="here"):
        directional_difference(lambda x: (_ for _ in ()).throw(ValueError("here")), (1.0,), (1.0,))


def test_random_generators_are_copied():
    rng = np.random.default_rng(0)
    value, _ = directional_difference(lambda x, rng: x * rng.standard_normal(), (2.0, rng), (1.0, None))
    assert value == pytest.approx(np.random.default_rng(0).standard_normal(), rel=1e-11)
    assert rng.standard_normal() == np.random.default_rng(0).standard_normal()


def test_random_directions_have_the_size_of_each_element():
    rng = np.random.default_rng(0)
    big, small, integer, zero = random_direction([np.full(1000, 1e6), np.full(1000, 1e-6), 3, np.zeros(1000)], rng)
    assert integer is None
    for noise, size in ((big, 1e6), (small, 1e-6), (zero, 1.0)):
        assert np.std(noise) == pytest.approx(size, rel=0.1)


def test_inner_product_is_real_and_conjugates_the_first():
    assert inner(1j, 1j) == 1.0
    assert inner({"a": np.array([1.0, 2.0]), "b": None}, {"a": np.array([3.0, 4.0]), "b": "text"}) == 11.0
