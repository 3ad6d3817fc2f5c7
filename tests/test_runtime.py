"""The helpers that generated text calls: shapes, kinds and dtypes of what they return."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcdiff.runtime import add_at, copy, expand, unbroadcast, zeros_like

F32 = np.float32


@pytest.mark.parametrize(
    ("gradient_shape", "shape"),
    [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 3), (1, 3)),
        ((2, 3), (2, 1)),
        ((2, 3), (1, 1)),
        ((4, 2, 3), (2, 1)),
        ((2, 3), ()),
        ((2, 0), (2, 1)),
        ((0,), (1,)),
        ((3,), (2, 3)),
        ((), (2, 3)),
        ((1, 3), (2, 1)),
        ((3,), (1, 3)),
    ],
)
def test_unbroadcast_is_the_transpose_of_broadcasting(gradient_shape: Any, shape: Any) -> None:
    rng = np.random.default_rng(0)
    gradient, x, v = (rng.standard_normal(s) for s in (gradient_shape, shape, shape))
    found = unbroadcast(np.asarray(gradient), np.asarray(x))
    whole = np.broadcast_shapes(gradient_shape, shape)
    assert np.shape(found) == shape
    expected = np.sum(np.broadcast_to(gradient, whole) * np.broadcast_to(v, whole))
    np.testing.assert_allclose(np.sum(found * v), expected)


@pytest.mark.parametrize("x", [1.0, 1, np.float64(1), F32(1), np.ones(2), np.ones((1, 2), F32), np.array(1.0)])
@pytest.mark.parametrize("gradient", [1.5, 2j, np.float32(1.5), np.ones((3, 2)), np.ones((3, 2)) * 1j, np.array(1j)])
def test_the_gradient_of_a_real_operand_is_real_and_of_its_dtype(gradient: Any, x: Any) -> None:
    found = unbroadcast(gradient, x)
    assert not np.iscomplexobj(found)
    assert np.shape(found) == np.shape(x)
    if hasattr(x, "dtype"):
        assert found.dtype == x.dtype


@pytest.mark.parametrize("x", [1j, np.complex128(1j), np.ones(2) * 1j])
def test_the_gradient_of_a_complex_operand_is_complex(x: Any) -> None:
    found = unbroadcast(np.full((3, 2), 1 + 2j), x)
    assert np.iscomplexobj(found)
    assert np.shape(found) == np.shape(x)
    assert np.ravel(found)[0] == (3 + 6j) * (2 if np.shape(x) == () else 1)


def test_a_number_has_a_number_as_its_gradient() -> None:
    for x in (1.0, 1j, np.float64(1), F32(1)):
        assert not isinstance(unbroadcast(np.ones((2, 3)), x), np.ndarray)


def test_unbroadcast_hands_back_what_fits() -> None:
    gradient = np.ones((2, 3))
    assert unbroadcast(gradient, np.zeros((2, 3))) is gradient
    assert unbroadcast(1.5, 2.0) == 1.5


AXES: list[Any] = [None, 0, -1, (0, 2), (-1, 1), (2, 0, 1), ()]


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_expand_is_the_transpose_of_a_sum(axis: Any, keepdims: bool) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 4))
    total = np.sum(x, axis=axis, keepdims=keepdims)
    gradient = rng.standard_normal(np.shape(total))
    found = expand(gradient, x, axis, keepdims)
    assert found.shape == x.shape
    np.testing.assert_allclose(np.sum(found * x), np.sum(gradient * total))


def test_expand_is_read_only_and_of_the_dtype_of_the_operand() -> None:
    found = expand(1.0, np.ones((2, 3), F32))
    assert found.dtype == F32
    assert not found.flags.writeable
    assert expand(1 + 2j, np.ones(2)).tolist() == [1.0, 1.0]
    assert expand(1.0, np.ones(2, complex)).dtype == np.complex128
    assert expand(np.ones(2, F32), np.ones((2, 3), F32), 1).base is not None


@pytest.mark.parametrize("x", [2.0, np.float64(2), F32(2), np.array(2.0)])
def test_expand_for_numbers(x: Any) -> None:
    for axis in (None, 0, -1, ()):
        found = expand(np.float64(1.5), x, axis)
        assert np.shape(found) == ()
        assert found == 1.5
    assert not np.iscomplexobj(expand(1.5 + 1j, x))


def test_zeros_like_mirrors_structures() -> None:
    found = zeros_like([1.0, (2j, np.ones(2, F32)), {"a": np.float64(1), "n": 3}, "text", np.arange(3)])
    assert found[0] == 0.0
    assert found[1][0] == 0j
    assert found[1][1].dtype == F32
    assert found[2] == {"a": 0.0, "n": None}
    assert found[3:] == [None, None]
    assert isinstance(found[1], list)


def test_add_at_adds_once_for_each_index() -> None:
    x_bar = np.zeros(3)
    add_at(x_bar, [0, 0, 2], np.array([1.0, 2.0, 4.0]))
    assert x_bar.tolist() == [3.0, 0.0, 4.0]
    numbers = [0.0, 1.0]
    add_at(numbers, 1, 2.0)
    assert numbers == [0.0, 3.0]


def test_copy() -> None:
    x = np.ones(2)
    assert not np.shares_memory(copy(x), x)
    assert copy(1.5) == 1.5
