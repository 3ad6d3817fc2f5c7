"""The public functions: value_and_grad, elementwise_grad, vjp, jvp, Jacobians, nesting, stop_gradient."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import srcdiff
from srcdiff import pipeline
from srcdiff.kinds import SequenceKind
from tests.fake import FakePipeline, Text


class Pair(NamedTuple):
    a: Any
    b: Any


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    made = FakePipeline()
    monkeypatch.setattr(pipeline, "generate", made.generate)
    return made


def named(name: str, parameters: str, body: str = "return x") -> Callable[..., Any]:
    """A new function, of which nothing is known yet."""
    namespace: dict[str, Any] = {"np": np, "__name__": __name__}
    exec(f"def {name}({parameters}):\n    {body}\n", namespace)
    function: Callable[..., Any] = namespace[name]
    return function


CUBE_SPLIT = """\
def cube_forward(x):
    output = x * x * x
    return output, [x * x]

def cube_reverse(residuals, gradient):
    return 3.0 * residuals.pop() * gradient
"""
CUBE = "def cube_adjoint(x, gradient=1.0):\n    return 3.0 * x * x * seed(gradient, x)\n"
CUBE_ADJOINT_SPLIT = """\
def cube_adjoint_forward(x, gradient):
    return 3.0 * x * x * gradient, (x, gradient)

def cube_adjoint_reverse(residuals, gradient_):
    x, gradient = residuals
    return 6.0 * x * gradient * gradient_
"""
CUBE_SECOND = (
    "def cube_adjoint_adjoint(x, gradient, gradient_=1.0):\n    return 6.0 * x * gradient * seed(gradient_, x)\n"
)
CUBE_TANGENT = "def cube_tangent(x, x_dot):\n    return x * x * x, 3.0 * x * x * x_dot\n"


@pytest.fixture
def cube(fake: FakePipeline) -> Callable[..., Any]:
    fake.add("cube", "adjoint", Text(CUBE, scalar=False))
    fake.add("cube", "split", Text(CUBE_SPLIT))
    fake.add("cube", "tangent", Text(CUBE_TANGENT))
    fake.add("cube_adjoint", "split", Text(CUBE_ADJOINT_SPLIT, reusable=True))
    fake.add("cube_adjoint", "adjoint", Text(CUBE_SECOND, scalar=False))
    return named("cube", "x", "return x * x * x")


# --- value_and_grad, has_aux, elementwise_grad ------------------------------------------------------------------------


def test_decorator_forms(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    assert srcdiff.grad(wrt="x")(cube)(2.0) == 12.0
    assert srcdiff.grad(cube, 0)(2.0) == 12.0
    assert isinstance(srcdiff.value_and_grad(cube), srcdiff.Derivative)
    assert isinstance(srcdiff.elementwise_grad()(cube), srcdiff.Derivative)


def test_value_and_grad(fake: FakePipeline) -> None:
    text = "def both_value_and_adjoint(x, gradient=1.0):\n    return x, 2.0 * x\n"
    fake.add("both", "value and adjoint", Text(text))
    both = srcdiff.value_and_grad(named("both", "x"))
    for _ in range(2):
        assert both(2.0) == (2.0, 4.0)
        x = np.ones(2)
        value, gradient = both(x)
        np.testing.assert_array_equal(gradient, 2.0)
        assert not np.shares_memory(value, x), "a value is the caller's own"
    single = srcdiff.value_and_grad(named("both", "x"), ("x",))
    assert [single(2.0), single(2.0)] == [(2.0, (4.0,))] * 2


def test_value_and_grad_into(fake: FakePipeline) -> None:
    text = "def both_value_and_adjoint(x, gradient=1.0):\n    return 1.0, 2.0 * x\n"
    fake.add("both", "value and adjoint", Text(text))
    into = np.ones(2)
    value, gradient = srcdiff.value_and_grad(named("both", "x"))(np.ones(2), into=into)
    assert (value, gradient is into) == (1.0, True)
    np.testing.assert_array_equal(into, 3.0)


def test_has_aux(fake: FakePipeline) -> None:
    fake.add("f", "adjoint", Text("def f_adjoint(x, gradient=1.0):\n    return 2.0 * x, [x, 'note']\n"))
    text = "def f_value_and_adjoint(x, gradient=1.0):\n    return (7.0, [x, 'note']), 2.0 * x\n"
    fake.add("f", "value and adjoint", Text(text))
    f = named("f", "x")
    x = np.ones(2)
    for _ in range(2):
        gradient, aux = srcdiff.grad(f, has_aux=True)(x)
        np.testing.assert_array_equal(gradient, 2.0)
        assert aux[1] == "note"
        assert not np.shares_memory(aux[0], x)
        (value, aux), gradient = srcdiff.value_and_grad(f, has_aux=True)(x)
        assert value == 7.0
        assert not np.shares_memory(aux[0], x)
        np.testing.assert_array_equal(gradient, 2.0)
    assert all(request.has_aux for request in fake.requests)


def test_elementwise_grad(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    df = srcdiff.elementwise_grad(cube)
    for _ in range(2):
        np.testing.assert_array_equal(df(np.array([1.0, 2.0])), [3.0, 12.0])
        assert df(2.0) == 12.0
        assert df(np.array(2.0)).shape == ()
        np.testing.assert_array_equal(df(np.array([1.0, 2.0]), gradient=[1.0, 0.0]), [3.0, 0.0])
    with pytest.raises(srcdiff.SeedError, match=r"has shape"):
        df(np.ones(2), gradient=1.0)


# --- vjp --------------------------------------------------------------------------------------------------------------


def test_vjp(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    x = np.array([1.0, 2.0])
    output, pullback = srcdiff.vjp(cube, x)
    np.testing.assert_array_equal(output, [1.0, 8.0])
    x[:] = np.nan
    output[:] = np.nan
    for _ in range(3):
        (gradient,) = pullback([1.0, 0.5])
        np.testing.assert_array_equal(gradient, [3.0, 6.0])


def test_vjp_pullbacks_own_their_state(fake: FakePipeline) -> None:
    text = """\
def keeps_forward(x):
    return x, (x, x[1:], [x])

def keeps_reverse(residuals, gradient):
    x, tail, stack = residuals
    tail += 1.0
    assert stack.pop() is x
    return x * gradient
"""
    fake.add("keeps", "split", Text(text))
    x = np.zeros(3)
    _, pullback = srcdiff.vjp(named("keeps", "x"), x)
    for _ in range(2):
        np.testing.assert_array_equal(pullback(np.ones(3))[0], [0.0, 1.0, 1.0])
    np.testing.assert_array_equal(x, 0.0)


def test_vjp_seeds(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    _, pullback = srcdiff.vjp(cube, np.ones(2))
    for wrong in (1.0, np.ones(3), np.ones(2, complex), [1.0, "a"], {"a": 1.0}):
        with pytest.raises(srcdiff.SeedError):
            pullback(wrong)
    _, pullback = srcdiff.vjp(cube, 2.0)
    assert pullback(1) == (12.0,)


def test_vjp_constants(fake: FakePipeline) -> None:
    text = """\
def f_forward(x, n, mode, y):
    return x * n, None

def f_reverse(residuals, gradient):
    return 2.0 * gradient, gradient
"""
    fake.add("f", "split", Text(text))
    f = named("f", "x, n, mode, y, k=1.0")
    fake.add("f", "split", Text(text.replace("mode, y", "mode, y, k")))
    output, pullback = srcdiff.vjp(f, 1.0, 3, "sum", 4.0, k=2.0)
    assert output == 3.0
    assert pullback(1.0) == (2.0, None, None, 1.0)
    assert fake.requests[0].wrt == ("x", "y")
    with pytest.raises(TypeError, match=r"no argument has floating parts.*the int 2; write 2.0"):
        srcdiff.vjp(f, 2)
    with pytest.raises(TypeError, match=r"missing a required argument"):
        srcdiff.vjp(f, 1.0)


def test_vjp_starred_primals(fake: FakePipeline) -> None:
    text = """\
def many_forward(x, rest):
    return x, rest

def many_reverse(residuals, gradient):
    return gradient, [10.0 * gradient if isinstance(r, float) else None for r in residuals]
"""
    fake.add("many", "split", Text(text))
    _, pullback = srcdiff.vjp(named("many", "x, *rest"), 1.0, 2.0, 3, 4.0)
    assert pullback(1.0) == (1.0, 10.0, None, 10.0)


def test_vjp_structured_outputs(fake: FakePipeline) -> None:
    text = """\
def f_forward(x):
    return Pair(x, {"n": 1, "y": x * x}), x

def f_reverse(residuals, gradient):
    assert type(gradient) is list and gradient[1]["n"] is None
    return gradient[0] + 2.0 * residuals * gradient[1]["y"]
"""
    fake.add("f", "split", Text(text, names={"Pair": Pair}))
    output, pullback = srcdiff.vjp(named("f", "x"), 3.0)
    assert output == Pair(3.0, {"n": 1, "y": 9.0})
    assert pullback(Pair(1.0, {"n": None, "y": 1.0})) == (7.0,)
    assert pullback((1.0, {"y": 1, "n": None})) == (7.0,)
    for wrong in (1.0, (1.0,), (1.0, {"y": 1.0}), (1.0, {"n": 1.0, "y": 1.0}), (None, {"n": None, "y": 1.0})):
        with pytest.raises(srcdiff.SeedError):
            pullback(wrong)


def test_vjp_output_without_floating_parts(fake: FakePipeline) -> None:
    fake.add("f", "split", Text("def f_forward(x):\n    return 3, None\n\ndef f_reverse(r, gradient):\n    return r\n"))
    with pytest.raises(TypeError, match=r"the output is the int 3, which has no floating parts"):
        srcdiff.vjp(named("f", "x"), 1.0)


def test_vjp_is_built_once(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    for _ in range(3):
        srcdiff.vjp(cube, 2.0)
    assert len(fake.requests) == 1


def test_vjp_keeps_aliases_between_arguments(fake: FakePipeline) -> None:
    text = """\
def f_forward(x, y):
    assert np.shares_memory(x, y)
    return x, None

def f_reverse(residuals, gradient):
    return gradient, gradient.copy()
"""
    fake.add("f", "split", Text(text))
    x = np.ones(3)
    srcdiff.vjp(named("f", "x, y"), x, x[1:])


# --- jvp --------------------------------------------------------------------------------------------------------------


def test_jvp(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    output, tangent = srcdiff.jvp(cube, (2.0,), (0.5,))
    assert (output, tangent) == (8.0, 6.0)
    assert isinstance(srcdiff.jvp(cube, [np.array(2.0)], [np.array(1.0)])[1], np.ndarray) is False
    assert srcdiff.jvp(cube, (np.ones(2, np.float32),), ([1, 2],))[1].dtype == np.float32


@pytest.mark.parametrize(
    ("primals", "tangents", "message"),
    [
        ((1.0,), (1.0, 2.0), "mismatched tangents: 1 primals, 2 tangents"),
        ((np.ones(2),), (np.ones(3),), r"mismatched tangents: `tangents\[0\]` is a float64 array of shape \(3,\)"),
        ((1.0,), (1j,), "mismatched tangents"),
        ((1.0, 2), (1.0, 1.0), r"mismatched tangents: .*has no floating parts: pass None"),
        (([1.0],), ([],), "mismatched tangents"),
        (([1.0],), (1.0,), "mismatched tangents"),
        (1.0, (1.0,), "`primals` is the float 1.0: pass a tuple"),
        ((1.0,), np.ones(1), "`tangents` is a float64 array"),
    ],
)
def test_jvp_mismatches(
    fake: FakePipeline, cube: Callable[..., Any], primals: Any, tangents: Any, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        srcdiff.jvp(cube, primals, tangents)


def test_jvp_without_forward_mode(fake: FakePipeline) -> None:
    fake.add("f", "tangent", Text(""))
    with pytest.raises(srcdiff.UnsupportedError, match=r"forward mode"):
        srcdiff.jvp(named("f", "x"), (1.0,), (1.0,))


# --- Jacobians --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jacobian", [srcdiff.jacobian, srcdiff.jacrev, srcdiff.jacfwd])
def test_jacobian(fake: FakePipeline, cube: Callable[..., Any], jacobian: Any) -> None:
    df = jacobian(cube)
    np.testing.assert_array_equal(df(np.array([1.0, 2.0])), np.diag([3.0, 12.0]))
    assert df(2.0) == 12.0
    assert isinstance(df(np.array(2.0)), np.ndarray)
    assert df(np.ones((2, 3))).shape == (2, 3, 2, 3)
    assert df(np.ones((0, 3))).shape == (0, 3, 0, 3)
    assert df(np.ones(2, np.float32)).dtype == np.float32
    assert df.__name__ == "cube"


@pytest.mark.parametrize("jacobian", [srcdiff.jacrev, srcdiff.jacfwd])
def test_complex_jacobians(fake: FakePipeline, jacobian: Any) -> None:
    split = """\
def f_forward(z):
    return z * z, z

def f_reverse(z, gradient):
    return np.conj(2.0 * z) * gradient
"""
    fake.add("f", "split", Text(split))
    fake.add("f", "tangent", Text("def f_tangent(z, z_dot):\n    return z * z, 2.0 * z * z_dot\n"))
    f = named("f", "z", "return z * z")
    assert jacobian(f)(1 + 2j) == 2 + 4j
    np.testing.assert_array_equal(jacobian(f)(np.array([1j])), [[2j]])
    fake.add(
        "g",
        "split",
        Text(
            "def g_forward(z):\n    return np.conj(z), z\n\ndef g_reverse(z, gradient):\n    return np.conj(gradient)\n"
        ),
    )
    fake.add("g", "tangent", Text("def g_tangent(z, z_dot):\n    return np.conj(z), np.conj(z_dot)\n"))
    with pytest.raises(TypeError, match=r"not holomorphic"):
        jacobian(named("g", "z"))(1 + 2j)
    fake.add(
        "h",
        "split",
        Text(
            "def h_forward(z):\n    return abs(z), z\n\ndef h_reverse(z, gradient):\n    return gradient * z / abs(z)\n"
        ),
    )
    fake.add("h", "tangent", Text("def h_tangent(z, z_dot):\n    return abs(z), (np.conj(z) * z_dot).real / abs(z)\n"))
    with pytest.raises(TypeError, match=r"from complex to real numbers is no holomorphic function"):
        jacobian(named("h", "z"))(1 + 2j)


@pytest.mark.parametrize("jacobian", [srcdiff.jacobian, srcdiff.jacrev, srcdiff.jacfwd])
def test_jacobian_structures(fake: FakePipeline, jacobian: Any) -> None:
    split = """\
def f_forward(p, k):
    return {"y": p["w"] * p["s"], "n": 1}, (p["w"], p["s"])

def f_reverse(residuals, gradient):
    w, s = residuals
    return {"w": gradient["y"] * s, "s": float(np.sum(gradient["y"] * w)), "name": None}
"""
    tangent = """\
def f_tangent(p, k, p_dot):
    return {"y": p["w"] * p["s"], "n": 1}, {"y": p_dot["w"] * p["s"] + p["w"] * p_dot["s"], "n": None}
"""
    fake.add("f", "split", Text(split))
    fake.add("f", "tangent", Text(tangent))
    p = {"w": np.array([1.0, 2.0]), "s": 3.0, "name": "net"}
    result = jacobian(named("f", "p, k=1"))(p)
    assert list(result) == ["y", "n"]
    assert result["n"] is None
    assert result["y"]["name"] is None
    np.testing.assert_array_equal(result["y"]["w"], 3.0 * np.eye(2))
    np.testing.assert_array_equal(result["y"]["s"], [1.0, 2.0])
    part = jacobian(named("f", "p, k=1"), ("p['s']",))(p)
    assert isinstance(part["y"], tuple)
    np.testing.assert_array_equal(part["y"][0], [1.0, 2.0])


def test_jacobian_picks_the_cheaper_mode(fake: FakePipeline) -> None:
    fake.add(
        "wide",
        "split",
        Text(
            "def wide_forward(x):\n    return np.ones(3) * x, None\n"
            "\ndef wide_reverse(r, gradient):\n    return float(gradient.sum())\n"
        ),
    )
    fake.add("wide", "tangent", Text("def wide_tangent(x, x_dot):\n    return np.ones(3) * x, np.ones(3) * x_dot\n"))
    wide = named("wide", "x")
    np.testing.assert_array_equal(srcdiff.jacobian(wide)(2.0), np.ones(3))
    assert [request.form for request in fake.requests] == ["split", "tangent"]
    fake.add("wide", "tangent", Text(""))
    np.testing.assert_array_equal(srcdiff.jacobian(named("wide", "x"))(2.0), np.ones(3))


# --- nesting ----------------------------------------------------------------------------------------------------------


def test_grad_of_grad(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    second = srcdiff.grad(srcdiff.grad(cube))
    assert [second(2.0), second(3.0)] == [12.0, 18.0]
    request = fake.requests[-1]
    assert request.primal.__name__ == "cube_adjoint"
    assert inspect.getsource(request.primal) == CUBE
    assert request.bound == (("gradient", 1.0),)
    assert list(inspect.signature(second).parameters) == ["x", "gradient", "into"]
    assert second(2.0, gradient=2.0) == 24.0
    assert second(np.array([1.0, 2.0]), gradient=[1.0, 0.0]).tolist() == [6.0, 0.0]


def test_hessian_and_hvp(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    x = np.array([1.0, 2.0])
    fake.add("cube", "adjoint", Text(CUBE.replace("seed(gradient, x)", "gradient")))
    fake.add(
        "cube_adjoint",
        "tangent",
        Text(
            "def cube_adjoint_tangent(x, gradient, x_dot):\n"
            "    return 3.0 * gradient * x**2, 6.0 * gradient * x * x_dot\n"
        ),
    )
    np.testing.assert_array_equal(srcdiff.hessian(cube)(x), np.diag([6.0, 12.0]))
    assert srcdiff.hessian(cube)(2.0) == 12.0
    product = srcdiff.hvp(cube)
    np.testing.assert_array_equal(product(x, np.array([1.0, 2.0])), [6.0, 24.0])
    np.testing.assert_array_equal(product(x, [1, 0]), [6.0, 0.0])
    with pytest.raises(TypeError, match=r"the vector does not fit"):
        product(x, np.ones(3))
    with pytest.raises(TypeError, match=r"the vector is missing"):
        product()


def test_vjp_of_a_derivative(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    df = srcdiff.grad(cube)
    output, pullback = srcdiff.vjp(df, 2.0)
    assert (output, pullback(1.0)) == (12.0, (12.0,))
    output, pullback = srcdiff.vjp(df, 2.0, gradient=2.0)
    assert (output, pullback(1.0)) == (24.0, (24.0,))
    assert fake.requests[-1].bound == (("gradient", 2.0),)
    seeded = functools.partial(df, gradient=3.0)
    assert srcdiff.vjp(seeded, 2.0)[0] == seeded(2.0) == 36.0


def test_a_derivative_of_structures_as_a_primal(fake: FakePipeline) -> None:
    fake.add("f", "adjoint", Text("def f_adjoint(p, gradient=1.0):\n    return [p[0] * gradient, None]\n"))
    text = """\
def f_adjoint_forward(p, gradient):
    return [p[0] * gradient, None], None

def f_adjoint_reverse(residuals, gradient_):
    assert type(gradient_) is list
    return [gradient_[0], None]
"""
    fake.add("f_adjoint", "split", Text(text))
    output, pullback = srcdiff.vjp(srcdiff.grad(named("f", "p")), Pair(2.0, 1))
    assert output == Pair(2.0, None)
    assert pullback(Pair(5.0, None)) == (Pair(5.0, None),)
    assert isinstance(dict(fake.requests[-1].kinds)["p"], SequenceKind)


def test_derivatives_by_paths_nest_through_a_wrapper(fake: FakePipeline) -> None:
    fake.add("f", "adjoint", Text("def f_adjoint(p, gradient=1.0):\n    return {'w': p['w'] * gradient}\n"))
    df = srcdiff.grad(named("f", "p"), "p['w']")
    resolved = df.as_function()
    assert inspect.getsource(resolved.function) == (
        "def f_gradient(p, gradient=1.0):\n    p_bar = f_adjoint(p, gradient)\n    return p_bar['w']\n"
    )
    assert resolved.function({"w": 3.0}) == 3.0
    assert resolved.bound == (("gradient", 1.0),)


def test_elementwise_derivatives_nest_through_a_wrapper(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    function = srcdiff.elementwise_grad(cube).as_function().function
    np.testing.assert_array_equal(function(np.array([1.0, 2.0])), [3.0, 12.0])


def test_a_jacobian_as_a_primal(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    callee = srcdiff.jacobian(cube).__srcdiff_callee__()
    function = callee.resolved(()).function
    np.testing.assert_array_equal(function(np.array([1.0, 2.0])), np.diag([3.0, 12.0]))
    assert function.__name__ == "cube_jacobian"


def test_compile(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    compiled: list[str] = []

    def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
        compiled.append(function.__name__)
        return function

    df = srcdiff.grad(cube, compile=compile_function)
    assert df(2.0) == 12.0
    assert compiled == ["cube_adjoint"]
    assert srcdiff.grad(cube) is not df


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_stop_gradient_is_the_identity_and_known_as_a_constant() -> None:
    from srcdiff.rules import registry

    x = np.ones(2)
    assert srcdiff.stop_gradient(x) is x
    rule = registry.lookup(srcdiff.stop_gradient)
    assert rule is not None
    assert (rule.kind, rule.result, rule.raises) == ("constant", "argument", False)


def test_pandas_is_refused_by_name(fake: FakePipeline, cube: Callable[..., Any]) -> None:
    class Series:
        __module__ = "pandas.core.series"

        def to_numpy(self) -> Any:
            return np.ones(2)

    for call in (lambda: srcdiff.grad(cube)(Series()), lambda: srcdiff.vjp(cube, Series())):
        with pytest.raises(srcdiff.UnsupportedError, match=r"`x` is a pandas Series\n.*`x\.to_numpy\(\)`"):
            call()


def test_the_public_names() -> None:
    for name in srcdiff.__all__:
        assert getattr(srcdiff, name).__doc__ or name == "__version__"
