"""Derivatives inside a primal, and derivatives of derivatives: each is ordinary input to the next."""

import numpy as np
import pytest

import srcdiff
from srcdiff import elementwise_grad, grad, value_and_grad
from tests.helpers import assert_gradient, assert_refused

V = np.array([0.7, 1.3, -0.4])
W = np.array([0.5, -1.1, 2.0])

CASES = []


def case(*args, oracle):
    """Compare a function's gradient with that of `oracle`: the same function, its derivatives worked out by hand."""

    def register(fun):
        CASES.append(pytest.param(fun, args, oracle, id=fun.__name__))
        return fun

    return register


def cube(x):
    return x**3


cube_slope = grad(cube)


def newton(f, slope, x):
    for _ in range(5):
        x = x - f(x) / slope(x)
    return x


@case(0.8, oracle=lambda x: 4.0 * x)
def captured_variable(x):
    return grad(lambda y: x * y * y)(2.0)


@case(0.8, oracle=lambda x: x)
def captured_variable_that_only_adds(x):
    return grad(lambda y: x + y)(1.0) * x


@case(0.8, V, oracle=lambda c, x: np.sum((2.0 * x * c * (x * x - 1.0)) ** 2))
def captured_arrays(c, x):
    def loss(w):
        return np.sum((w * x - c) ** 2)

    return np.sum(grad(loss)(x * c) ** 2)


@case(V, oracle=lambda x: np.sum((np.cos(x) * x + np.sin(x)) * x))
def elementwise(x):
    return np.sum(elementwise_grad(lambda t: np.sin(t) * t)(x) * x)


@case(V, W, oracle=lambda x, w: np.sum(x * w**2) * np.sum(w**2 * 2 * x * w))
def value_and_two_gradients(x, w):
    value, (by_a, by_b) = value_and_grad(lambda a, b: np.sum(a * b**2), (0, 1))(x, w)
    return value * np.sum(by_a * by_b)


@case(0.8, oracle=lambda x: 24.0 * x)
def three_deep(x):
    def f(t):
        return t**4

    return grad(grad(grad(f)))(x)


@case(0.8, oracle=lambda x: 16.0 * x**3)
def derivative_of_a_function_that_takes_one(x):
    def f(t):
        return t**4

    def g(t):
        return grad(f)(t) * t

    return grad(g)(x)


@case(0.8, oracle=lambda x: 3.0 * x**3)
def derivative_made_outside(x):
    return cube_slope(x) * x


@case(V, oracle=lambda x: np.sum(12.0 * x**4))
def hessian_vector_product(x):
    return np.sum(srcdiff.hvp(lambda t: np.sum(t**4))(x, x) * x)


def _descended(w, rate):
    for _ in range(3):
        w = w - rate * 4.0 * w**3
    return np.sum(w)


@case(V, 0.1, oracle=_descended)
def steps_of_descent(w, rate):
    def loss(p):
        return np.sum(p**4)

    for _ in range(3):
        w = w - rate * grad(loss)(w)
    return np.sum(w)


@case(V, oracle=lambda x: np.sum(15.0 * x**3))
def keywords_and_defaults(x):
    def loss(p, scale=2.0):
        return scale * np.sum(p**3)

    return np.sum(grad(loss)(x, scale=3.0) * x) + np.sum(grad(loss, wrt="p")(x) * x)


@case(V, oracle=lambda x: np.sum(3.0 * x**4))
def seed_given(x):
    return np.sum(grad(lambda t: t**3)(x, gradient=x) * x)


@case(0.5, oracle=lambda x: 6.0 * x)
def captured_variable_bound_again(x):
    c = x

    def f(y):
        return c * y * y

    first = grad(f)(1.0)
    c = c * 2
    return first + grad(f)(1.0)


@case(
    V,
    oracle=lambda x: (
        np.sum((3.0 * x**2 * np.sum(x)) * 0.0) + np.sum((np.diag(3 * x**2 * np.sum(x)) + x[:, None] ** 3) ** 2)
    ),
)
def jacobian_inside(x):
    return np.sum(srcdiff.jacobian(lambda t: t**3 * np.sum(t))(x) ** 2)


@case(V, oracle=lambda x: np.sum(3.0 * x**6))
def forward_mode_inside(x):
    output, tangent = srcdiff.jvp(lambda t: t**3, (x,), (x,))
    return np.sum(output * tangent)


@case(0.3, oracle=lambda a: newton(lambda r: r**3 - a, lambda r: 3 * r**2, 1.0))
def derivative_as_a_callback(a):
    def f(r):
        return r**3 - a

    return newton(f, grad(f), 1.0)


@case(V, oracle=lambda x: np.sum(3 * x**2))
def derivative_in_a_branch(x):
    g = grad(lambda t: np.sum(t**3))
    if x[0] > 0:
        y = g(x)
    else:
        y = -g(x)
    return np.sum(y)


@case(V, oracle=lambda x: 4 * ((x[0] * x[1] ** 2) ** 2 + (x[0] ** 2 * x[1] + x[1]) ** 2 + x[2] ** 2))
def inner_function_that_writes(x):
    def loss(p):
        q = p * 1.0
        q[0] *= q[1]
        return np.sum(q**2)

    return np.sum(grad(loss)(x) ** 2)


@pytest.mark.parametrize(("fun", "args", "oracle"), CASES)
def test_gradient(fun, args, oracle):
    np.testing.assert_allclose(fun(*args), oracle(*args))
    assert_gradient(fun, args, oracle=oracle)


def test_complex_numbers_inside():
    z = V + 1j * W

    def f(z):
        g = grad(lambda t: np.sum(np.abs(t) ** 4))(z)
        return np.sum(np.abs(g) ** 2)

    assert_gradient(f, (z,), oracle=lambda z: np.sum(16 * np.abs(z) ** 6))


SECOND = {
    "power": (lambda x: np.sum(x**4), lambda x: np.diag(12.0 * x**2)),
    "quotient": (
        lambda x: x[0] / x[1] + x[2] ** 2,
        lambda x: np.array([[0, -1 / x[1] ** 2, 0], [-1 / x[1] ** 2, 2 * x[0] / x[1] ** 3, 0], [0, 0, 2.0]]),
    ),
    "norm": (lambda x: np.linalg.norm(x), lambda x: (np.eye(3) - np.outer(x, x) / (x @ x)) / np.sqrt(x @ x)),
    "logsumexp": (
        lambda x: np.log(np.sum(np.exp(x))),
        lambda x: np.diag(np.exp(x)) / np.sum(np.exp(x)) - np.outer(np.exp(x), np.exp(x)) / np.sum(np.exp(x)) ** 2,
    ),
    "solve": (lambda x: np.sum(np.linalg.solve(np.diag(x), np.ones(3))), lambda x: np.diag(2 / x**3)),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(name):
    f, hessian = SECOND[name]
    np.testing.assert_allclose(srcdiff.hessian(f)(V), hessian(V), rtol=1e-9, atol=1e-12)
    first = grad(f)
    np.testing.assert_allclose(grad(lambda x: np.sum(first(x) * W))(V), hessian(V) @ W, rtol=1e-9, atol=1e-12)


def test_many_orders():
    def f(x):
        return x**5

    derivative = f
    expected = [5 * 0.5**4, 20 * 0.5**3, 60 * 0.5**2, 120 * 0.5]
    for value in expected:
        derivative = grad(derivative)
        np.testing.assert_allclose(derivative(0.5), value)


def test_a_changed_global_is_seen_by_the_inner_derivative():
    scope = {"scale": 2.0, "grad": grad}
    text = "def f(x):\n    def g(t):\n        return scale * t * t\n    return grad(g)(x)\n"
    from srcdiff.load import load

    f = load(text, "f", scope)["f"]
    derivative = grad(f)
    assert derivative(1.5) == 4.0
    f.__globals__["scale"] = 3.0
    assert derivative(1.5) == 6.0


def test_refusals_say_where():
    def option_known_at_run_time(x, k):
        return np.sum(grad(lambda a, b: np.sum(a * b), k)(x, x))

    assert_refused(lambda: grad(option_known_at_run_time)(V, 1), "known only at run time")

    def into_inside(x):
        return np.sum(grad(lambda a: np.sum(a * a))(x, into=x))

    assert_refused(lambda: grad(into_inside)(V), "into")
