"""Functions as values: callbacks known at run time, what is refused and in which words, how the text reads."""

from __future__ import annotations

import functools
import operator
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import srcdiff
from tests import helpers

TABLE: dict[str, Callable[..., Any]] = {"sin": np.sin, "exp": np.exp}
LOG: list[Any] = []
CACHE: dict[str, Any] = {}
BUFFER = np.zeros(3)


def scaled(a: float) -> Callable[[float], float]:
    return lambda v: v * a


class Power:
    def __init__(self, exponent: float) -> None:
        self.exponent = exponent

    def raised(self, v: float) -> float:
        return v**self.exponent

    def __call__(self, v: float) -> float:
        return v * self.exponent


def with_callback(x: float, f: Callable[[float], float]) -> float:
    return f(x) * x


def with_callbacks(x: float, layers: Any) -> float:
    for f in layers:
        x = f(x) + 0.1
    return x


def with_optional_callback(x: float, callback: Any = None) -> float:
    y = x * x
    if callback is not None:
        y = callback(y) + y
    return y


def derivative(f: Callable[..., float], x: float, *rest: Any) -> float:
    return helpers.extrapolated_difference(lambda h: f(x + h, *rest))


CALLBACKS = [
    np.sin,
    abs,
    scaled(2.0),
    scaled(3.0),
    functools.partial(operator.mul, 3.0),
    functools.partial(functools.partial(np.power), 2.0),
    Power(3.0).raised,
    Power(2.0),
    np.vectorize(lambda v: v * v),
    srcdiff.grad(lambda v: v**3),
]


@pytest.mark.parametrize("callback", CALLBACKS, ids=repr)
def test_one_derivative_takes_any_callback(callback: Any) -> None:
    df = srcdiff.grad(with_callback)
    assert df(0.8, np.cos) == pytest.approx(derivative(with_callback, 0.8, np.cos))
    expected = derivative(with_callback, 0.8, callback)
    assert df(0.8, callback) == pytest.approx(expected)
    assert srcdiff.jvp(with_callback, (0.8,), (1.0,), f=callback)[1] == pytest.approx(expected)


@pytest.mark.parametrize("layers", [[np.sin, np.exp], [np.exp, np.sin, np.cos], (np.sin, scaled(2.0)), [scaled(3.0)]])
def test_lists_of_functions_are_arguments(layers: Any) -> None:
    expected = derivative(with_callbacks, 0.8, layers)
    assert srcdiff.grad(with_callbacks)(0.8, layers) == pytest.approx(expected)


def test_a_list_of_functions_that_has_changed_is_another_one() -> None:
    df, layers = srcdiff.grad(with_callbacks), [np.sin, np.exp]
    df(0.8, layers)
    layers[0] = np.cos
    layers.append(np.tanh)
    assert df(0.8, layers) == pytest.approx(derivative(with_callbacks, 0.8, layers))


def test_a_callback_may_be_left_out() -> None:
    df = srcdiff.grad(with_optional_callback)
    for callback in (np.sin, None, scaled(2.0)):
        assert df(0.8, callback) == pytest.approx(derivative(with_optional_callback, 0.8, callback))
    assert df(0.8) == pytest.approx(1.6)


def from_a_table(x: float, key: str) -> float:
    return TABLE[key](x) * x


def test_a_function_put_into_a_table_later_is_no_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    df = srcdiff.grad(from_a_table)
    assert df(0.8, "exp") == pytest.approx(derivative(from_a_table, 0.8, "exp"))
    monkeypatch.setitem(TABLE, "exp", np.tanh)
    with pytest.raises(TypeError, match="was not there when this derivative was made"):
        df(0.8, "exp")


@pytest.fixture
def deep_stack() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("deep_stack")
def test_recursion_of_thousands_of_levels() -> None:
    def descend(x: float, n: int) -> float:
        def step(v: float, k: int) -> float:
            return v if k == 0 else step(np.sin(v) + 0.5 * x, k - 1)

        return step(x, n)

    assert srcdiff.grad(descend)(0.8, 3000) == pytest.approx(derivative(descend, 0.8, 3000))


def test_recursion_as_deep_as_the_primal_goes() -> None:
    def descend(x: float, n: int) -> float:
        def step(v: float, k: int) -> float:
            return v if k == 0 else step(v * 0.999 + x / n, k - 1)

        return step(x, n)

    levels = sys.getrecursionlimit() - 250
    assert srcdiff.grad(descend)(0.8, levels) == pytest.approx(derivative(descend, 0.8, levels))


def test_text_of_a_choice() -> None:
    def chain(x: float) -> float:
        for layer in [np.sin, lambda v: v * v]:
            x = layer(x)
        return x

    text = srcdiff.grad(chain).source
    assert "layer is np.sin" in text
    assert "def items_function" not in text


# Refused.


def functions_without_end(x: float) -> float:
    h: Callable[[float], float] = lambda v: v  # noqa: E731
    for _ in range(3):
        h = lambda v, g=h: np.sin(g(v)) * x  # noqa: E731
    return h(x)


def asks_for_a_name(x: float) -> float:
    total = 0.0
    for f in [lambda v: v * x, lambda v: v + x]:
        total += f(x) * len(f.__name__)
    return total


def found_by_name(x: float, name: str = "tanh") -> float:
    f = getattr(np, name)
    return f(x) * x  # type: ignore[no-any-return]


def logged_and_read(x: float) -> float:
    LOG.append(x * x)
    return LOG[-1] * x  # type: ignore[no-any-return]


def cached(x: float) -> float:
    if "square" not in CACHE:
        CACHE["square"] = x * x
    return CACHE["square"] * x  # type: ignore[no-any-return]


def in_a_buffer(x: float) -> float:
    row = BUFFER[1:]
    row[:] = x * x
    return float(BUFFER[1] * x)


def fill(x: float) -> None:
    BUFFER[0] = x * x


def in_a_buffer_by_a_helper(x: float) -> float:
    fill(x)
    return float(BUFFER[0] * x)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (functions_without_end, "a call of a function that is known only at run time"),
        (found_by_name, "a call of a function that is known only at run time"),
        (asks_for_a_name, r"the attribute `.__name__` of an inner function that is chosen at run time"),
        (
            logged_and_read,
            "`LOG`, which is captured, gets a value that carries a derivative, and is read again|`LOG.append`, which",
        ),
        (
            cached,
            "(`CACHE`, which is captured|storing a value that carries a derivative into so)(.*\n){3}.*ake it in th",
        ),
        (in_a_buffer, "`BUFFER`, which is captured"),
        (in_a_buffer_by_a_helper, "`BUFFER`, which is captured"),
    ],
)
def test_refused(function: Callable[[float], float], words: str) -> None:
    for derive in (lambda: srcdiff.grad(function)(0.8), lambda: srcdiff.jvp(function, (0.8,), (1.0,))):
        with pytest.raises(srcdiff.UnsupportedError, match=words) as caught:
            derive()
        assert caught.value.place is not None
        assert caught.value.place.filename == __file__


def logged(x: float) -> float:
    LOG.append(x * x)
    return x * x


def test_what_is_only_logged_is_no_hindrance() -> None:
    LOG.clear()
    assert srcdiff.grad(logged)(0.8) == pytest.approx(1.6)
    assert LOG == [pytest.approx(0.64)]
