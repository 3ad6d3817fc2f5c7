"""Derivative objects: calls, guards, specialisations, and being an object."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff import pipeline
from srcdiff.kinds import ArrayKind, MappingKind, NeedsKind, NumberKind, RecordKind, SequenceKind
from srcdiff.rules import registry
from tests.fake import FakePipeline, Text

factor = 2.0


def scaled(x: Any, k: Any = 3.0) -> Any:
    """Scale."""
    return np.sum(factor * k * x)


SCALED = """\
def scaled_adjoint(x, k=3.0, gradient=1.0):
    x_bar = np.zeros_like(x)
    x_bar += gradient * k * 2.0
    return x_bar if np.ndim(x) else x_bar[()]
"""


def doubled(x: Any) -> Any:
    return 2.0 * x


DOUBLED = """\
def doubled_adjoint(x, gradient=1.0):
    gradient = seed(gradient, 2.0 * x)
    return 2.0 * gradient
"""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    made = FakePipeline()
    monkeypatch.setattr(pipeline, "generate", made.generate)
    made.add(scaled, "adjoint", Text(SCALED))
    made.add(doubled, "adjoint", Text(DOUBLED, scalar=False))
    return made


def fresh(function: Any) -> Any:
    """A copy of a function, so that nothing is known of it yet."""
    import types

    made = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    made.__module__, made.__qualname__, made.__doc__ = function.__module__, function.__qualname__, function.__doc__
    return made


# --- calling ----------------------------------------------------------------------------------------------------------


def test_nothing_is_built_before_the_first_use(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    assert fake.requests == []
    repr(df)
    assert callable(df)
    assert df.__doc__ == "Scale."
    assert fake.requests == []
    df(1.0)
    df(2.0)
    df(np.ones(3))
    assert len(fake.requests) == 1


def test_arguments_are_bound_as_the_primal_binds_them(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    assert df(1.0) == 6.0
    assert df(x=1.0, k=1.0) == 2.0
    assert df(1.0, 2.0) == 4.0
    for call in (lambda: df(), lambda: df(1.0, z=2), lambda: df(1.0, 2.0, x=3.0)):
        with pytest.raises(TypeError, match=r"scaled\(\) (missing|got)"):
            call()
    np.testing.assert_array_equal(df(np.ones(2), gradient=0.5), [3.0, 3.0])


def test_a_second_call_goes_straight_to_the_adjoint(fake: FakePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    df = srcdiff.grad(fresh(scaled))
    df(1.0)

    def refused(*_args: Any) -> None:
        raise AssertionError("the slow path was taken")

    monkeypatch.setattr(df._builder, "prepare", refused)
    assert df(2.0) == 6.0
    assert df(np.float64(2.0), 1) == 2.0
    df(np.ones(3), np.ones(3, np.float32))
    with pytest.raises(AssertionError, match=r"slow path"):
        df(np.array(1.0))


@pytest.mark.parametrize("x", [2, True, np.arange(3), np.int64(2), "a", None, [1, 2], {"a": "b"}, ()])
def test_an_argument_without_floating_parts(fake: FakePipeline, x: Any) -> None:
    df = srcdiff.grad(fresh(scaled))
    for _ in range(2):
        with pytest.raises(TypeError, match=r"`x` is .* no floating parts to differentiate by"):
            df(x)
        df(1.0)


def test_the_message_says_what_was_meant(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    with pytest.raises(TypeError) as caught:
        df(2)
    assert str(caught.value) == (
        "`x` is the int 2, which has no floating parts to differentiate by: pass 2.0, or leave `x` out of `wrt`"
    )
    with pytest.raises(TypeError, match=r"pass `x.astype\(float\)`"):
        df(np.arange(2))


def test_zero_dimensional_arrays_and_single_precision(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    for _ in range(2):
        zero_d = df(np.array(1.0))
        assert isinstance(zero_d, np.ndarray)
        assert zero_d.shape == ()
        assert zero_d == 6.0
        assert type(df(np.float32(1.0))) is np.float32
        assert df(np.ones(2, np.float32)).dtype == np.float32


def test_several_gradients_come_in_a_tuple(fake: FakePipeline) -> None:
    text = "def scaled_adjoint(x, k=3.0, gradient=1.0):\n    return 2.0 * k, 2.0 * x\n"
    fake.add(scaled, "adjoint", Text(text))
    df = srcdiff.grad(fresh(scaled), ("k", 0))
    assert df(1.0, 5.0) == (10.0, 2.0)
    assert fake.requests[0].wrt == ("k", "x")


def test_a_sequence_of_one_gives_a_tuple_of_one(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled), ["x"])
    assert [df(1.0), df(1.0), df(np.array(1.0))] == [(6.0,), (6.0,), (np.array(6.0),)]


def test_primal_errors_pass_through(fake: FakePipeline) -> None:
    text = "def doubled_adjoint(x, gradient=1.0):\n    raise TypeError('mine')\n"
    fake.add(doubled, "adjoint", Text(text, scalar=False))
    df = srcdiff.grad(fresh(doubled))
    for _ in range(2):
        with pytest.raises(TypeError, match=r"^mine$") as caught:
            df(1.0)
        assert not isinstance(caught.value, srcdiff.SeedError)


# --- seeds ------------------------------------------------------------------------------------------------------------


def test_seeds(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(doubled))
    assert df(1.0) == 2.0
    np.testing.assert_array_equal(df(np.ones(2), gradient=[1, 2]), [2.0, 4.0])
    np.testing.assert_array_equal(df(np.ones(1)), [2.0])
    result = df(np.ones(2, np.float32), gradient=np.ones(2))
    assert result.dtype == np.float32


@pytest.mark.parametrize("rounds", [1, 2])
def test_seed_errors(fake: FakePipeline, rounds: int) -> None:
    df = srcdiff.grad(fresh(doubled))
    for _ in range(rounds):
        with pytest.raises(srcdiff.SeedError, match=r"shape \(2,\), `gradient` has shape \(\); without `gradient`"):
            df(np.ones(2))
        with pytest.raises(srcdiff.SeedError, match=r"has shape \(2,\), `gradient` has shape \(3,\)"):
            df(np.ones(2), gradient=np.ones(3))
        with pytest.raises(srcdiff.SeedError, match=r"the output is real, `gradient` is complex"):
            df(np.ones(2), gradient=np.ones(2, complex))
        with pytest.raises(srcdiff.SeedError, match=r"no number"):
            df(np.ones(2), gradient="ab")


def test_a_seed_that_the_text_does_not_check(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    assert df(1.0, gradient=np.float32(2.0)) == 12.0
    assert df(1.0, gradient=2) == 12.0
    for wrong in (np.ones(1), 1j, "a", [1.0], {"a": 1.0}, [[1.0], [1.0, 2.0]]):
        with pytest.raises(srcdiff.SeedError):
            df(1.0, gradient=wrong)


def test_a_complex_output_has_no_default_seed(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(doubled))
    with pytest.raises(srcdiff.SeedError, match=r"the output is complex; without `gradient`"):
        df(1j)
    assert df(1j, gradient=1.0) == 2.0
    assert df(1j, gradient=1j) == 2j


# --- into -------------------------------------------------------------------------------------------------------------


def test_into_accumulates_and_is_returned(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    into = np.ones(2)
    assert df(np.ones(2), into=into) is into
    np.testing.assert_array_equal(into, 7.0)
    with pytest.raises(TypeError, match=r"`into` is the float 1.0"):
        df(1.0, into=1.0)


# --- specialisations --------------------------------------------------------------------------------------------------


def test_complex_arguments_get_a_text_of_their_own(fake: FakePipeline) -> None:
    df = srcdiff.grad(fresh(scaled))
    df(1.0)
    df(np.ones(2, complex))
    df(np.ones((2, 2), np.complex64))
    df(1j)
    assert [request.kinds for request in fake.requests] == [
        (),
        (("x", ArrayKind("c")),),
        (("x", NumberKind("c")),),
    ]
    df(1j, 2j)
    assert fake.requests[-1].kinds == (("x", NumberKind("c")), ("k", NumberKind("c")))
    both = "x is a complex number, k is a complex number"
    assert df.specializations == ("", "x is a complex array", "x is a complex number", both)


@dataclass(frozen=True)
class Params:
    w: Any
    scale: int = 1


def tree(params: Any, x: Any) -> Any:
    return np.sum(params["w"] * x) + params["b"][0]


TREE = """\
def tree_adjoint(params, x, gradient=1.0):
    params_bar = zeros_like(params)
    params_bar["w"] += gradient * x
    params_bar["b"][0] += gradient
    return params_bar
"""


def test_containers(fake: FakePipeline) -> None:
    fake.add(tree, "adjoint", Text(TREE))
    params = {"w": np.ones(2), "b": (1.0, 2), "name": "net"}
    df = srcdiff.grad(fresh(tree))
    for _ in range(2):
        result = df(params, np.array([3.0, 4.0]))
        assert list(result) == ["w", "b", "name"]
        np.testing.assert_array_equal(result["w"], [3.0, 4.0])
        assert result["b"] == (1.0, None)
        assert result["name"] is None
    (request,) = fake.requests
    kind = dict(request.kinds)["params"]
    assert isinstance(kind, MappingKind)
    assert kind.items[:2] == (ArrayKind("f"), SequenceKind(tuple, (NumberKind("f"), NumberKind("i"))))


def test_paths(fake: FakePipeline) -> None:
    fake.add(tree, "adjoint", Text(TREE))
    params = {"w": np.ones(2), "b": (1.0, 2)}
    df = srcdiff.grad(fresh(tree), ("params['b'][0]", "params['w']"))
    b, w = df(params, np.array([3.0, 4.0]))
    assert b == 1.0
    np.testing.assert_array_equal(w, [3.0, 4.0])
    assert fake.requests[0].wrt == ("params",)
    with pytest.raises(TypeError, match=r"`params\['b'\]\[1\]` is the int 2, which has no floating parts"):
        srcdiff.grad(fresh(tree), "params['b'][1]")(params, 1.0)
    with pytest.raises(TypeError, match=r"there is no `params.w`: `params` is a dict, without .w"):
        srcdiff.grad(fresh(tree), "params.w")(params, 1.0)


def record(params: Any) -> Any:
    return params.w * params.scale


def test_dataclasses(fake: FakePipeline) -> None:
    text = "def record_adjoint(params, gradient=1.0):\n    return {'w': gradient * params.scale, 'scale': None}\n"
    fake.add(record, "adjoint", Text(text))
    result = srcdiff.grad(fresh(record))(Params(2.0, 3))
    assert result == Params(3.0, None)  # type: ignore[arg-type]
    assert srcdiff.grad(fresh(record), "params.w")(Params(2.0, 3)) == 3.0
    assert isinstance(fake.requests[0].kinds[0][1], RecordKind)


def test_kinds_are_asked_for_where_the_text_depends_on_them(fake: FakePipeline) -> None:
    def answer(request: pipeline.Request) -> Text:
        if "x" not in dict(request.kinds):
            raise NeedsKind(["x"])
        return Text(SCALED + f"# {request.kinds[0][1]}\n")

    fake.add(scaled, "adjoint", answer)
    df = srcdiff.grad(fresh(scaled))
    assert df.source == "# The text depends on the kind and rank of `x`: it is generated at the call.\n"
    for _ in range(2):
        df(np.ones(3))
        df(1.0)
        df(np.ones((1, 3)))
        df(np.ones((1, 4)))
    kinds = [request.kinds for request in fake.requests if request.kinds]
    assert kinds == [
        (("x", ArrayKind("f", 1)),),
        (("x", NumberKind("f")),),
        (("x", ArrayKind("f", 2, (0,))),),
    ]
    shown = df.source
    positions = [shown.index(word) for word in ("def scaled(", "shape (1, n)", "shape (n,)", "x is a real number")]
    assert positions == sorted(positions)
    assert shown == df.source


def test_needs_that_no_kind_can_answer(fake: FakePipeline) -> None:
    def answer(request: pipeline.Request) -> Text:
        raise NeedsKind(["x"])

    fake.add(scaled, "adjoint", answer)
    df = srcdiff.grad(fresh(scaled))
    with pytest.raises(srcdiff.UnsupportedError, match=r"whether `x` is a number or an array"):
        df(1.0)


def test_callbacks_are_bound(fake: FakePipeline) -> None:
    fake.add(scaled, "adjoint", Text("def scaled_adjoint(x, k=3.0, gradient=1.0):\n    return k(x) * gradient\n"))
    df = srcdiff.grad(fresh(scaled))
    assert [df(-1.0, abs), df(-2.0, abs)] == [1.0, 2.0]
    assert [request.bound for request in fake.requests] == [(("k", abs),)]
    df(1.0, math.sqrt)
    assert fake.requests[-1].bound == (("k", math.sqrt),)
    assert df.specializations == ("k is abs", "k is sqrt")


def test_specialisations_are_bounded(fake: FakePipeline) -> None:
    fake.add(tree, "adjoint", Text("def tree_adjoint(params, x, gradient=1.0):\n    return zeros_like(params)\n"))
    df = srcdiff.grad(fresh(tree))
    for n in range(1, 80):
        assert len(df([1.0] * n, 1.0)) == n
    assert len(df.specializations) == 64


# --- written arguments ------------------------------------------------------------------------------------------------


def writer(x: Any, y: Any) -> Any:
    x[0] = 5.0
    return np.sum(y)


WRITER = "def writer_adjoint(x, y, gradient=1.0):\n    return np.ones_like(y)\n"


def test_written_arguments_may_not_share_memory(fake: FakePipeline) -> None:
    buffer = np.zeros(3)
    fake.add(writer, "adjoint", Text(WRITER, written=("x",), captured=(({"buffer": buffer}, "buffer", buffer),)))
    df = srcdiff.grad(fresh(writer), "y")
    w = np.ones(4)
    for _ in range(2):
        np.testing.assert_array_equal(df(np.ones(2), np.ones(2)), 1.0)
        for x, y in ((w, w), (w[:2], w[1:]), ([w], w)):
            with pytest.raises(srcdiff.UnsupportedError, match=r"writer writes into `x.*shares memory with `y`") as e:
                df(x, y)
        assert str(e.value).splitlines()[-1] == "Pass a copy: `x[0].copy()`."
        with pytest.raises(srcdiff.UnsupportedError, match=r"shares memory with the captured `buffer`"):
            df(buffer, w)


def test_written_arguments_on_the_fast_path(fake: FakePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.add(writer, "adjoint", Text(WRITER, written=("x",)))
    df = srcdiff.grad(fresh(writer), "y")
    df(np.ones(2), np.ones(2))
    w = np.ones(4)
    prepared = df._builder.prepare
    calls: list[Any] = []
    monkeypatch.setattr(df._builder, "prepare", lambda values: calls.append(values) or prepared(values))
    df(np.ones(2), np.ones(2))
    assert calls == []
    with pytest.raises(srcdiff.UnsupportedError):
        df(w, w[::-1])
    np.testing.assert_array_equal(df(w[::2], w[1::2]), 1.0)


# --- rebuilding -------------------------------------------------------------------------------------------------------


def test_a_changed_global_rebuilds(fake: FakePipeline) -> None:
    namespace: dict[str, Any] = {"np": np, "helper": 2.0, "__name__": "made"}
    exec("def uses(x):\n    return helper * x\n", namespace)

    def answer(request: pipeline.Request) -> Text:
        value = request.primal.__globals__["helper"]
        text = f"def uses_adjoint(x, gradient=1.0):\n    return {value} * gradient\n"
        return Text(text, captured=((request.primal.__globals__, "helper", value),))

    fake.add("uses", "adjoint", answer)
    df = srcdiff.grad(namespace["uses"])
    assert [df(1.0), df(1.0)] == [2.0, 2.0]
    namespace["helper"] = 5.0
    assert [df(1.0), df(1.0)] == [5.0, 5.0]
    assert len(fake.requests) == 2
    assert "5.0" in df.source
    namespace["helper"] = 7.0
    assert "7.0" in df.source


def test_a_changed_cell_rebuilds(fake: FakePipeline) -> None:
    value = 2.0

    def captures(x: Any) -> Any:
        return value * x

    def answer(request: pipeline.Request) -> Text:
        cell = request.primal.__closure__[0]
        text = f"def captures_adjoint(x, gradient=1.0):\n    return {cell.cell_contents} * gradient\n"
        return Text(text, captured=((cell, "value", cell.cell_contents),))

    fake.add(captures, "adjoint", answer)
    df = srcdiff.grad(captures)
    assert [df(1.0), df(1.0)] == [2.0, 2.0]
    value = 3.0
    assert [df(1.0), df(1.0)] == [3.0, 3.0]


def test_captured_names_that_parameters_hide(fake: FakePipeline) -> None:
    text = Text(SCALED, captured=((globals(), "factor", factor), ({"x": 1}, "x", 1)))
    fake.add(scaled, "adjoint", text)
    df = srcdiff.grad(fresh(scaled))
    assert [df(1.0), df(1.0)] == [6.0, 6.0]


def test_a_registration_rebuilds(fake: FakePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_rules", dict(registry._rules))
    df = srcdiff.grad(fresh(scaled))
    df(1.0)
    df(1.0)
    assert len(fake.requests) == 1

    def helper(x: float) -> float:
        return x

    @srcdiff.adjoint(helper)
    def rule(x: float, *, gradient: float) -> float:
        return gradient

    df(1.0)
    assert len(fake.requests) == 2


def test_names_of_the_primal_do_not_disturb_the_entry(fake: FakePipeline) -> None:
    def odd(derivative: Any, slow: Any, type: Any, float: Any = 1.0, ndarray: Any = None) -> Any:
        return derivative

    parameters = "derivative, slow, type, float=1.0, ndarray=None"
    fake.add(odd, "adjoint", Text(f"def odd_adjoint({parameters}, gradient=1.0):\n    return slow + type + float\n"))
    df = srcdiff.grad(odd)
    assert [df(1.0, 2.0, type=3.0), df(1.0, 2.0, 3.0)] == [6.0, 6.0]
    assert isinstance(df(np.array(1.0), 2.0, 3.0), np.ndarray)


def test_variadic_primals(fake: FakePipeline) -> None:
    def many(x: Any, /, *rest: Any, k: Any = 1.0, **named: Any) -> Any:
        return x

    text = "def many_adjoint(x, rest, k, named, gradient=1.0):\n    return [10.0 * g for g in rest]\n"
    fake.add(many, "adjoint", Text(text, parameters=("x", "rest", "k", "named")))
    df = srcdiff.grad(many, (1, 2))
    assert df(1.0, 2.0, 3.0, k=5, z=1) == (20.0, 30.0)
    assert str(inspect.signature(df)) == (
        "(x: 'Any', /, *rest: 'Any', k: 'Any' = 1.0, gradient=None, into=None, **named: 'Any')"
    )


# --- refusals at first use --------------------------------------------------------------------------------------------


def test_parameters_that_a_derivative_has_itself(fake: FakePipeline) -> None:
    def step(x: Any, gradient: Any) -> Any:
        return x * gradient

    df = srcdiff.grad(step)
    with pytest.raises(srcdiff.UnsupportedError) as caught:
        df(1.0, 2.0)
    assert "`step` has a parameter named `gradient`, which a derivative has of its own" in str(caught.value)
    assert "Use vjp(step, ...), or rename the parameter." in str(caught.value)
    assert "test_derivative.py:" in str(caught.value)


@srcdiff.grad
def factorial(x: Any) -> Any:
    return x * factorial(x - 1.0) if x > 1.0 else 1.0


def test_a_decorated_function_that_calls_itself(fake: FakePipeline) -> None:
    with pytest.raises(srcdiff.UnsupportedError) as caught:
        factorial(3.0)
    assert "`factorial` calls its own name, which means its derivative since it is decorated" in str(caught.value)
    assert "dfactorial = grad(factorial)" in str(caught.value)

    @srcdiff.grad
    def local(x: Any) -> Any:
        return local(x) if x > 1.0 else 1.0

    with pytest.raises(srcdiff.UnsupportedError, match=r"`local` calls its own name"):
        local(1.0)


def test_wrt_is_checked_at_decoration_names_at_first_use(fake: FakePipeline) -> None:
    with pytest.raises(TypeError, match=r"`wrt` takes a position"):
        srcdiff.grad(scaled, 1.5)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"not of the int 3"):
        srcdiff.grad(3)  # type: ignore[call-overload]
    df = srcdiff.grad(fresh(scaled), "z")
    with pytest.raises(TypeError, match=r"has no such parameter"):
        df(1.0)


# --- being an object --------------------------------------------------------------------------------------------------


@srcdiff.grad
def decorated(x: Any) -> Any:
    """Decorated."""
    return x


def test_it_looks_like_the_primal(fake: FakePipeline) -> None:
    primal = fresh(scaled)
    df = srcdiff.grad(primal, wrt=("x", "k"))
    assert (df.__name__, df.__qualname__, df.__doc__, df.__module__) == ("scaled", "scaled", "Scale.", __name__)
    assert df.primal is primal
    assert repr(df) == "<srcdiff.grad of scaled with respect to x, k>"
    assert str(inspect.signature(df)) == "(x, k=3.0, gradient=None, into=None)"
    assert isinstance(df, srcdiff.Derivative)


def test_the_text_is_shown(fake: FakePipeline, capsys: pytest.CaptureFixture[str]) -> None:
    df = srcdiff.grad(fresh(scaled))
    assert df.source == SCALED
    print(df, end="")
    assert capsys.readouterr().out == SCALED
    assert inspect.getsource(df) == SCALED


def test_getsource_before_anything_can_be_built(fake: FakePipeline) -> None:
    def answer(request: pipeline.Request) -> Text:
        raise srcdiff.UnsupportedError("`yield`")

    fake.add(scaled, "adjoint", answer)
    df = srcdiff.grad(fresh(scaled))
    assert not hasattr(df, "__wrapped__")
    with pytest.raises(srcdiff.UnsupportedError):
        str(df)


def test_pickling(fake: FakePipeline) -> None:
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    df = srcdiff.grad(scaled, wrt="k", has_aux=True)
    again = pickle.loads(pickle.dumps(df))
    assert again.primal is scaled
    assert repr(again) == repr(df)
    assert again._has_aux is True
    nested = pickle.loads(pickle.dumps(srcdiff.grad(decorated)))
    assert nested.primal is decorated
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(srcdiff.grad(lambda x: x))


def test_copying_gives_the_derivative_itself() -> None:
    assert copy.copy(decorated) is decorated
    assert copy.deepcopy([decorated])[0] is decorated


def test_the_same_function_gives_the_same_derivative() -> None:
    class Model:
        def loss(self, x: Any) -> Any:
            return x

    model = Model()
    assert srcdiff.grad(scaled) is srcdiff.grad(scaled)
    assert srcdiff.grad(scaled) is not srcdiff.grad(scaled, "k")
    assert srcdiff.grad(scaled) is not srcdiff.value_and_grad(scaled)
    assert srcdiff.grad(scaled) is not srcdiff.grad(scaled, (0,))
    assert srcdiff.grad(model.loss) is srcdiff.grad(model.loss)
    assert srcdiff.grad(model.loss) is not srcdiff.grad(Model().loss)


def test_methods(fake: FakePipeline) -> None:
    fake.add("loss", "adjoint", Text("def loss_adjoint(self, x, gradient=1.0):\n    return self.slope * gradient\n"))

    class Model:
        slope = 3.0

        def loss(self, x: Any) -> Any:
            return self.slope * x

        dloss = srcdiff.grad(loss, "x")

    model = Model()
    assert [model.dloss(1.0), model.dloss(2.0)] == [3.0, 3.0]
    assert isinstance(Model.dloss, srcdiff.Derivative)
    bound = srcdiff.grad(model.loss)
    assert [bound(1.0), bound(2.0)] == [3.0, 3.0]
    assert fake.requests[-1].bound == (("self", model),)
    model.slope = 4.0
    assert [model.dloss(1.0), bound(1.0)] == [4.0, 4.0]


def test_threads_build_once(fake: FakePipeline) -> None:
    def answer(request: pipeline.Request) -> Text:
        time.sleep(0.02)
        return Text(SCALED)

    fake.add(scaled, "adjoint", answer)
    df = srcdiff.grad(fresh(scaled))
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(df(1.0))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [6.0] * 8
    assert len(fake.requests) == 1


def test_a_derivative_is_collected(fake: FakePipeline) -> None:
    import gc
    import weakref

    from srcdiff.derivative import _derivatives

    df = srcdiff.grad(fresh(scaled))
    df(1.0)
    watch = weakref.ref(df)
    _derivatives.clear()
    del df
    gc.collect()
    assert watch() is None
