"""Forward mode: against differences over the corpus, against reverse mode, and the text as people read it."""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff import pipeline
from srcdiff.products import bound_values, pushforward, shared_builder
from tests import helpers
from tests.corpus import all_programs
from tests.corpus.registry import Program

FINER = helpers.FIRST_STEP / 8


def tangent_text(function: Callable[..., Any], *wrt: str, **options: Any) -> str:
    """The generated text, from the first `def` on."""
    text = pipeline.generate(pipeline.Request(function, wrt, "tangent", **options)).text
    return text[text.index("def ") :].rstrip()


def body(function: Callable[..., Any], *wrt: str, **options: Any) -> str:
    """The last generated function without its header and docstring."""
    lines = tangent_text(function, *wrt, **options).rpartition('"""')[2].split("\n")
    return inspect.cleandoc("\n".join(lines)).strip("\n")


# The corpus.

REFUSED = frozenset(
    """
    exits.failing_helper_in_a_loop
    exits.element_written_in_a_try
    exits.helper_that_fails_half_way
    name_clashes.builtins_shadowed
    numbers_and_kinds.stored_in_an_integer_array
    """.split()
)
"""The programs that are refused: with a message that says where, never silently wrong."""


def pushed(program: Program, directions: list[Any], where: tuple[int, ...]) -> tuple[Any, Any]:
    """The output and its tangent; arguments must be as they were."""
    arguments, before = helpers.fresh(program.args), helpers.fresh(program.args)
    names = list(inspect.signature(program.function).parameters)
    builder = shared_builder(program.function, where, "tangent")
    values = bound_values(builder, arguments, {})
    result = pushforward(builder, values, {names[k]: d for k, d in zip(where, directions, strict=True)})
    helpers.assert_equal(arguments, before, "arguments after the call")
    return result


@pytest.mark.parametrize("program", all_programs(), ids=lambda program: program.name)
def test_agrees_with_differences(program: Program) -> None:
    function = program.oracle or program.function
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        value = program.function(*helpers.fresh(program.args))
        gradient = helpers.random_like(value, 7)
        where = helpers.positions(program.function, program.args, program.wrt)
        arguments = helpers.fresh(program.args)
        directions = [helpers.random_like(arguments[k], 100 + k) for k in where]
        expected, method = helpers.directional(function, program.args, gradient, where, directions, FINER)
        try:
            output, tangent = pushed(program, directions, where)
        except srcdiff.UnsupportedError as error:
            expected_refusal = program.name in REFUSED or program.refused is not None
            if not expected_refusal or error.place is None:
                raise
            pytest.skip(f"refused: {error.what}")
    assert program.name not in REFUSED, "no longer refused: take it off the list"
    helpers.assert_close(output, value, "value", rtol=1e-13, atol=0.0)
    leaves = [*helpers.floating_leaves(value), *(x for k in where for x in helpers.floating_leaves(arguments[k]))]
    single = any(np.asarray(leaf).dtype.itemsize < 8 for leaf in leaves)
    tolerance = helpers.SINGLE if single else {"rtol": 2e-6, "atol": 2e-7}
    np.testing.assert_allclose(helpers.inner(gradient, tangent), expected, **tolerance, err_msg=method)


# Against reverse mode.


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def relaxed(x: Any, w: float) -> Any:
    y = x * 1.0
    for i in range(1, y.size):
        y[i] += w * y[i - 1] * x[i]
    return y


def normalised(a: Any, b: Any) -> Any:
    m = np.linalg.solve(a, b)
    return m / np.sqrt(np.sum(m * m, axis=0))


def collected(x: Any) -> Any:
    parts = []
    for k in range(3):
        parts.append(np.sin(x) * (k + 1.0))  # noqa: PERF401
    return np.concatenate(parts)


X = np.array([0.3, 0.7, 1.1, 0.9])
TWINS = [
    (rosenbrock, (X,)),
    (relaxed, (X, 0.4)),
    (normalised, (np.eye(3) * 2.0 + np.arange(9.0).reshape(3, 3) / 10.0, np.arange(6.0).reshape(3, 2) + 1.0)),
    (collected, (X,)),
]


@pytest.mark.parametrize(("function", "args"), TWINS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_two_modes_are_transposes(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    directions = tuple(helpers.random_like(arg, 5 + k) for k, arg in enumerate(args))
    output, pullback = srcdiff.vjp(function, *copy.deepcopy(args))
    gradient = helpers.random_like(output, 11)
    _, tangent = srcdiff.jvp(function, args, directions)
    pulled = pullback(gradient)
    assert helpers.inner(gradient, tangent) == pytest.approx(
        sum(helpers.inner(p, d) for p, d in zip(pulled, directions, strict=True)), rel=1e-11
    )


# Nested derivatives.


def differences(function: Callable[..., Any], x: Any, step: float = 1e-5) -> Any:
    """The Jacobian by central differences."""
    columns = [(function(x + e) - function(x - e)) / (2 * step) for e in np.eye(x.size) * step]
    return np.stack(columns, axis=-1)


def powers(x: Any) -> Any:
    s = 0.0
    for i in range(x.size):
        s = s * x[i] + np.exp(x[i])
    return s


def written(x: Any) -> Any:
    return np.sum(relaxed(x, 0.4) ** 2)


@pytest.mark.parametrize("function", [rosenbrock, powers, written])
def test_forward_over_reverse_is_the_hessian(function: Callable[..., Any]) -> None:
    expected = differences(srcdiff.grad(function), X)
    np.testing.assert_allclose(srcdiff.jacfwd(srcdiff.grad(function))(X), expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(srcdiff.hessian(function)(X), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("function", [relaxed, collected])
def test_jacobians_of_both_modes(function: Callable[..., Any]) -> None:
    args = (X, 0.4)[: len(inspect.signature(function).parameters)]
    forward = srcdiff.jacfwd(function)(*args)
    np.testing.assert_allclose(forward, srcdiff.jacrev(function)(*args), rtol=1e-12, atol=1e-13)


# The text.


def misfit(a: Any, tau: Any, t: Any, y: Any) -> Any:
    decay = np.exp(-t / tau)
    r = a * decay - y
    return 0.5 * np.sum(r**2)


def test_text_of_a_straight_line() -> None:
    assert body(misfit, "a", "tau") == inspect.cleandoc("""
        decay = np.exp(-t / tau)
        decay_dot = decay * t * tau_dot / tau ** 2
        r = a * decay - y
        r_dot = a_dot * decay + a * decay_dot
        return 0.5 * np.sum(r ** 2), 0.5 * np.sum(2 * r * r_dot)
    """)


def bounce(h: float, v: float, e: float, dt: float, t_end: float) -> Any:
    t = 0.0
    while t < t_end:
        v = v - 9.81 * dt
        if h + v * dt < 0.0:
            v = -e * v
            if v < 0.2:
                break
        h = h + v * dt
        t = t + dt
    return h


def test_text_keeps_break() -> None:
    assert "left_early" not in body(bounce, "h", "v", "e")
    assert body(bounce, "h", "v") == inspect.cleandoc("""
        t = 0.0
        while t < t_end:
            v = v - 9.81 * dt
            if h + v * dt < 0.0:
                v = -e * v
                v_dot = -e * v_dot
                if v < 0.2:
                    break
            h = h + v * dt
            h_dot = h_dot + v_dot * dt
            t = t + dt
        return h, h_dot
    """)


def cascade(x: Any, k: float) -> Any:
    for i in range(x.size - 1):
        spill = k * math.pow(x[i], 2.0)
        x[i] -= spill
        x[i + 1] += spill
    return np.sum(x)


def test_text_of_writes() -> None:
    assert body(cascade, "x") == inspect.cleandoc("""
        x = x.copy()
        x_dot = x_dot.copy()
        for i in range(x.size - 1):
            spill = k * math.pow(x[i], 2.0)
            spill_dot = k * 2.0 * x[i] * x_dot[i]
            x_dot[i] -= spill_dot
            x[i] -= spill
            x_dot[i + 1] += spill_dot
            x[i + 1] += spill
        return np.sum(x), np.sum(x_dot)
    """)


def mixed(a: Any, b: Any) -> Any:
    a[0] = b * a[1]
    return a[0] + b


def through_a_call(x: Any, y: Any) -> Any:
    z = x.copy()
    u = mixed(z, y)
    return u * z[0]


def test_text_of_a_call() -> None:
    assert tangent_text(through_a_call, "x", "y") == inspect.cleandoc(f'''
        def mixed_tangent(a, b, a_dot, b_dot):
            """`mixed` (test_forward.py:{mixed.__code__.co_firstlineno}) and its tangent with respect to a, b."""
            a_dot[0] = b_dot * a[1] + b * a_dot[1]
            a[0] = b * a[1]
            return a[0] + b, a_dot[0] + b_dot


        def through_a_call_tangent(x, y, x_dot, y_dot):
            """`through_a_call` (test_forward.py:{through_a_call.__code__.co_firstlineno}) and its tangent with respect to x, y."""
            z = x.copy()
            z_dot = x_dot.copy()
            u, u_dot = mixed_tangent(z, y, z_dot, y_dot)
            return u * z[0], u_dot * z[0] + u * z_dot[0]
    ''')  # noqa: E501


def overwritten(x: Any) -> Any:
    x = np.tanh(x)
    x = x**1.5
    return x


def test_what_is_read_and_overwritten_is_set_aside() -> None:
    direction = np.ones(3)
    output, tangent = srcdiff.jvp(overwritten, (np.array([0.2, 0.4, 0.6]),), (direction,))
    np.testing.assert_allclose(output, overwritten(np.array([0.2, 0.4, 0.6])))
    expected = differences(overwritten, np.array([0.2, 0.4, 0.6])) @ direction
    np.testing.assert_allclose(tangent, expected, rtol=1e-8)


def test_every_lean_pass_can_be_switched_off() -> None:
    plain = tangent_text(misfit, "a", "tau", lean=frozenset())
    assert plain.count("\n") > tangent_text(misfit, "a", "tau").count("\n")
    arguments = (1.3, 2.0, X, X * 0.5, 0.7, 0.2)
    results = []
    for lean in (None, frozenset()):
        generated = pipeline.generate(pipeline.Request(misfit, ("a", "tau"), "tangent", lean=lean))
        results.append(generated.functions["tangent"](*arguments))
    helpers.assert_close(results[0], results[1], "lean and plain", rtol=1e-13)


# Structures, kinds, shapes.


def test_shapes_that_broadcasting_widens() -> None:
    def total(a: Any, y: Any) -> Any:
        return np.sum(a - y)

    def whole(a: Any, y: Any) -> Any:
        return a - y

    assert srcdiff.jvp(lambda a: total(a, X), (2.0,), (1.0,))[1] == X.size
    tangent = srcdiff.jvp(lambda a: whole(a, X), (2.0,), (1.0,))[1]
    np.testing.assert_array_equal(tangent, np.ones(X.size))
    tangent[0] = 3.0  # it is in memory of its own


def test_structures() -> None:
    def scaled(params: Any, k: float) -> Any:
        return {"w": [w * k for w in params["w"]], "n": params["n"]}

    params = {"w": [X, 2.0], "n": 3}
    tangents = {"w": [np.ones(4), 0.5], "n": None}
    output, tangent = srcdiff.jvp(scaled, (params, 2.0), (tangents, 0.1))
    helpers.assert_close(output, {"w": [X * 2.0, 4.0], "n": 3})
    helpers.assert_close(tangent, {"w": [2.0 * np.ones(4) + 0.1 * X, 1.0 + 0.2], "n": None})


def test_auxiliary_output() -> None:
    def with_aux(x: Any) -> Any:
        return np.sum(x * x), x.size

    request = pipeline.Request(with_aux, ("x",), "tangent", has_aux=True)
    (output, aux), tangent = pipeline.generate(request).functions["tangent"](X, np.ones(4))
    assert (output, aux, tangent) == (np.sum(X * X), 4, pytest.approx(2 * np.sum(X)))


def test_single_precision_is_kept() -> None:
    x = X.astype(np.float32)
    tangent = srcdiff.jvp(relaxed, (x, np.float32(0.4)), (np.ones_like(x), np.float32(0.0)))[1]
    assert tangent.dtype == np.float32


# Refusals.


def test_refused_function_without_a_rule() -> None:
    def opaque(x: Any) -> Any:
        return np.sum(np.packbits(x) * x)

    message = helpers.assert_refused(lambda: srcdiff.jvp(opaque, (X,), (X,)))
    line = inspect.getsourcelines(opaque)[1] + 1
    assert message == "\n".join(
        [
            f"tests/transform/test_forward.py:{line}:23: no rule for `np.packbits`",
            f"  {line} |         return np.sum(np.packbits(x) * x)",
            "      |                       ^^^^^^^^^^^^^^",
            "Register one with @srcdiff.tangent, or write the function in Python.",
        ]
    )


def test_refused_storing_into_integers() -> None:
    def truncated(x: Any) -> Any:
        n = np.zeros(3, dtype=int)
        n[0] = x[0]
        return np.sum(n * x[:3])

    what = "storing a value that carries a derivative into `n`"
    helpers.assert_refused(lambda: srcdiff.jvp(truncated, (X,), (X,)), what)


def guarded(x: float) -> float:
    try:
        y = math.sqrt(x)
    except (ValueError, ArithmeticError):
        y = 3.0 * x
    return y


def test_a_handler_catches_what_the_primal_raises() -> None:
    assert srcdiff.jvp(guarded, (4.0,), (1.0,)) == (2.0, 0.25)
    assert srcdiff.jvp(guarded, (-4.0,), (1.0,)) == (-12.0, 3.0)


def test_a_handler_does_not_catch_what_a_tangent_raises() -> None:
    with np.errstate(divide="raise"), pytest.raises(ArithmeticError):
        srcdiff.jvp(guarded, (0.0,), (1.0,))


def test_refused_try() -> None:
    def half(x: Any) -> Any:
        y = x * 1.0
        try:
            scale_all(y, x)
        except IndexError:
            y[0] = y[0] * 2.0
        return np.sum(y)

    what = "`try` around a block that may be left half done"
    helpers.assert_refused(lambda: srcdiff.jvp(half, (X,), (X,)), what)


def scale_all(y: Any, x: Any) -> None:
    for k in range(len(y) + 1):
        y[k] = y[k] * x[k]
