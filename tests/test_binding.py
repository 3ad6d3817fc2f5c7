"""Primals taken apart, and what `wrt` means."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np
import pytest

from srcdiff.binding import Target, checked_wrt, own_signature, resolve_targets, take_apart
from srcdiff.entry import parameters_text
from srcdiff.errors import UnsupportedError
from srcdiff.rules import registry


def model(x: float, y: float = 2.0, *, k: int = 3) -> float:
    return x * y * k


class Linear:
    def __init__(self) -> None:
        self.slope = 3.0

    def __call__(self, x: float) -> float:
        return self.slope * x

    def value(self, x: float, shift: float = 0.0) -> float:
        return self.slope * x + shift

    @classmethod
    def made(cls, x: float) -> float:
        return x

    @staticmethod
    def plain(x: float) -> float:
        return x


def header(signature: inspect.Signature) -> str:
    return parameters_text(signature, lambda _, value: repr(value))


# --- taking apart -----------------------------------------------------------------------------------------------------


def test_a_function() -> None:
    callee = take_apart(model)
    assert callee.function is model
    assert callee.bound == ()
    assert header(callee.signature) == "x, y=2.0, *, k=3"


def test_a_method_has_its_object_bound() -> None:
    linear = Linear()
    callee = take_apart(linear.value)
    assert callee.function is Linear.value
    assert callee.bound == (("self", linear),)
    assert list(callee.signature.parameters) == ["x", "shift"]


def test_class_methods_and_static_methods() -> None:
    assert take_apart(Linear.made).bound == (("cls", Linear),)
    assert take_apart(Linear().plain).bound == ()


def test_a_callable_object() -> None:
    linear = Linear()
    callee = take_apart(linear)
    assert callee.function is Linear.__call__
    assert callee.bound == (("self", linear),)


def test_partials_nest() -> None:
    linear = Linear()
    callee = take_apart(functools.partial(functools.partial(linear.value, 1.0), shift=5.0))
    assert dict(callee.bound) == {"self": linear, "x": 1.0}
    assert header(callee.signature) == "*, shift=5.0"


def test_the_outer_partial_wins() -> None:
    inner = functools.partial(model, y=1.0)
    callee = take_apart(functools.partial(inner, y=4.0))
    assert callee.signature.parameters["y"].default == 4.0


def test_a_signature_agrees_with_partial_itself() -> None:
    for bound in (functools.partial(model, 1.0), functools.partial(model, y=1.0), functools.partial(model, k=1)):
        ours, theirs = take_apart(bound).signature, inspect.signature(bound)
        assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
            (p.name, p.kind, p.default) for p in theirs.parameters.values()
        ]


def test_a_dispatcher_is_known_by_its_python_function() -> None:
    class Dispatcher:
        py_func = staticmethod(model)

        def __call__(self, *args: Any) -> Any:
            return model(*args)

    dispatcher = Dispatcher()
    callee = take_apart(dispatcher)
    assert callee.function is model
    assert callee.dispatcher is dispatcher


def test_a_wrapper_is_itself_not_what_it_wraps() -> None:
    @functools.wraps(model)
    def wrapper(*args: Any) -> Any:
        return model(*args)

    callee = take_apart(wrapper)
    assert callee.function is wrapper
    assert header(callee.signature) == "*args"
    assert header(own_signature(wrapper)) == "*args"


@pytest.mark.usefixtures("no_rules")
def test_what_has_no_source() -> None:
    with pytest.raises(UnsupportedError, match=r"`len` has no Python source and no rule\nRegister a rule"):
        take_apart(len)
    with pytest.raises(UnsupportedError, match=r"is a class"):
        take_apart(Linear)


def test_arguments_bound_where_they_have_no_name() -> None:
    def anything(*args: Any, **keywords: Any) -> None: ...

    with pytest.raises(UnsupportedError, match=r"arguments bound to `\*args` of `anything`"):
        take_apart(functools.partial(anything, 1.0))
    with pytest.raises(UnsupportedError, match=r"`k` bound to `\*\*keywords` of `anything`"):
        take_apart(functools.partial(anything, k=1.0))


# --- functions with a rule --------------------------------------------------------------------------------------------


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_rules", {})
    monkeypatch.setattr(registry, "_aliases", {}, raising=False)


@pytest.mark.usefixtures("no_rules")
def test_a_function_with_a_rule_gets_a_little_wrapper() -> None:
    @registry.linear(np.sum)
    def sum_rule(a: Any, axis: Any = None, *, gradient: Any) -> Any:
        return gradient

    callee = take_apart(np.sum)
    assert callee.constants_bound
    assert inspect.getsource(callee.function) == "def sum_(a, axis=None):\n    return np.sum(a, axis=axis)\n"
    np.testing.assert_array_equal(callee.function(np.ones((2, 3)), axis=0), 2.0)


@pytest.mark.usefixtures("no_rules")
def test_ufuncs_methods_of_ufuncs_and_own_functions_with_rules() -> None:
    def table(x: float) -> float:
        return x

    registry.partials(np.arctan2, "x2", "x1")
    registry.partials(table, "1.0")
    assert inspect.getsource(take_apart(np.arctan2).function) == (
        "def arctan2_(x1, x2):\n    return np.arctan2(x1, x2)\n"
    )
    assert inspect.getsource(take_apart(table).function) == "def table_(x):\n    return table(x)\n"
    assert take_apart(table).function(2.0) == 2.0


# --- wrt --------------------------------------------------------------------------------------------------------------


def test_checked_wrt() -> None:
    assert checked_wrt(1) == ((1,), True)
    assert checked_wrt(np.int64(1)) == ((1,), True)
    assert checked_wrt(("w", 0)) == (("w", 0), False)


@pytest.mark.parametrize("wrt", [1.0, None, True, ("w", 1.5), {"w"}, ()])
def test_wrt_of_the_wrong_type(wrt: Any) -> None:
    with pytest.raises(TypeError, match=r"`wrt`"):
        checked_wrt(wrt)


def test_targets() -> None:
    callee = take_apart(model)
    assert resolve_targets((0, "k", -1), callee) == (Target("x"), Target("k"), Target("y"))
    (target,) = resolve_targets(("x.w['a'][0]",), callee)
    assert target == Target("x", ((".", "w"), ("[", "a"), ("[", 0)))
    assert str(target) == "x.w['a'][0]"


def test_targets_in_starred_parameters() -> None:
    def f(x: float, *rest: float, **named: float) -> float:
        return x

    assert resolve_targets((2, "scale"), take_apart(f)) == (
        Target("rest", (("[", 1),)),
        Target("named", (("[", "scale"),)),
    )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (("z",), "`wrt` names `z`: model.* has no such parameter"),
        ((5,), "`wrt` is position 5: model.* has 2 positional parameters"),
        (("x +",), "neither a parameter nor a path"),
        (("f(x)",), "neither a parameter nor a path"),
        (("x", 0), "names `x` and `x`, which overlap"),
        (("x", "x.w"), "names `x.w` and `x`, which overlap"),
    ],
)
def test_targets_that_are_not_there(entries: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        resolve_targets(entries, take_apart(model))


def test_a_bound_parameter_is_no_target() -> None:
    with pytest.raises(TypeError, match=r"`self`, which is bound already"):
        resolve_targets(("self",), take_apart(Linear().value))


def test_following_a_path() -> None:
    target = Target("p", ((".", "real"), ("[", 1)))
    with pytest.raises(TypeError, match=r"there is no `p.real\[1\]`: `p.real` is the float 2.0, without \[1\]"):
        target.of(2.0)
    assert Target("p", (("[", "w"),)).of({"w": 3.0}) == 3.0
    with pytest.raises(TypeError, match=r"there is no `p.w`: `p` is a dict, without .w"):
        Target("p", ((".", "w"),)).of({"w": 3.0})


# --- parameters as text -----------------------------------------------------------------------------------------------


def test_parameters_text() -> None:
    def f(a: int, /, b: int, *c: int, d: int = 1, **e: int) -> None: ...

    def g(a: int, /) -> None: ...

    def h(a: int, *, b: int) -> None: ...

    extra = ("gradient=None",)
    texts = [parameters_text(own_signature(x), lambda _, value: repr(value), extra) for x in (f, g, h)]
    assert texts == ["a, /, b, *c, d=1, gradient=None, **e", "a, /, gradient=None", "a, *, b, gradient=None"]
