"""Derivatives inside the primal: perturbations that must not be confused, steps of descent, implicit functions."""

import numpy as np

import srcdiff
from tests.corpus.registry import numbers, program


def cube(x):
    return x * x * x


def quadratic(w, target):
    return np.sum((w - target) ** 2 * w)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2) * 0.01


def running_product(x):
    y = x * 1.0
    for i in range(1, len(y)):
        y[i] *= y[i - 1]
    return np.sum(y)


class by_hand:  # noqa: N801
    """The inner derivatives of the programs below, worked out on paper: the oracle's versions of them."""

    @staticmethod
    def rosenbrock_gradient(x):
        r = x[1:] - x[:-1] ** 2
        g = x * 0.0
        g[1:] += 2.0 * r
        g[:-1] += -4.0 * r * x[:-1] - 0.02 * (1.0 - x[:-1])
        return g

    @staticmethod
    def rosenbrock_hessian(x):
        n = len(x)
        h = np.zeros((n, n), dtype=x.dtype)
        for i in range(n - 1):
            h[i + 1, i + 1] += 2.0
            h[i, i] += 12.0 * x[i] ** 2 - 4.0 * x[i + 1] + 0.02
            h[i, i + 1] -= 4.0 * x[i]
            h[i + 1, i] -= 4.0 * x[i]
        return h

    @staticmethod
    def mixed_partials(x, y):
        z = x * y
        return (2.0 * x * np.cos(z) - x * x * y * np.sin(z)) * x

    @staticmethod
    def steps_of_descent(w, target, rate):
        for _ in range(3):
            w = w - rate * (2.0 * (w - target) * w + (w - target) ** 2)
        return quadratic(w, target)

    @staticmethod
    def gradient_norm(x):
        g = by_hand.rosenbrock_gradient(x)
        return np.sum(g * g)

    @staticmethod
    def gradient_of_a_mutating_function(x):
        a, b, c = x
        return a * (1.0 + b + b * c) + b * (a + a * c) + c * (a * b)

    @staticmethod
    def reverse_over_forward(x, v):
        a, b, c = x
        return ((1.0 + b + b * c) * v[0] + (a + a * c) * v[1] + a * b * v[2]) ** 2

    @staticmethod
    def value_and_gradient_inside(x):
        return rosenbrock(x) * np.sum(by_hand.rosenbrock_gradient(x) * x)


@program(args=(0.8,), oracle=lambda x: 3.0 * x**3)
def gradient_of_a_gradient(x):
    return srcdiff.grad(cube)(x) * x


@program(args=(0.8,), oracle=lambda x: 6.0 * x * x)
def three_deep(x):
    return srcdiff.grad(srcdiff.grad(cube))(x) * x


@program(args=(0.8,), oracle=lambda x: 2.0 * x**3)
def perturbation_confusion(x):
    def outer(y):
        return x * y * y

    return x * srcdiff.grad(outer)(1.0 * x)


@program(args=(0.8,), oracle=lambda x: 0.5 * x)
def perturbation_confusion_constant_inside(x):
    def inner(y):
        return x + y * 0.5

    return x * srcdiff.grad(inner)(2.0)


@program(args=(0.8, 0.7), oracle=by_hand.mixed_partials)
def mixed_partials(x, y):
    def f(a, b):
        return np.sin(a * b) * a

    def f_a(b):
        return srcdiff.grad(f, 0)(x, b)

    return srcdiff.grad(f_a)(y) * x


@program(args=(numbers(3), numbers(3, seed=1), 0.1), oracle=by_hand.steps_of_descent)
def steps_of_descent(w, target, rate):
    for _ in range(3):
        w = w - rate * srcdiff.grad(quadratic)(w, target)
    return quadratic(w, target)


@program(args=(numbers(3),), oracle=by_hand.gradient_norm)
def gradient_norm(x):
    g = srcdiff.grad(rosenbrock)(x)
    return np.sum(g * g)


@program(args=(numbers(3),), oracle=by_hand.gradient_of_a_mutating_function)
def gradient_of_a_mutating_function(x):
    g = srcdiff.grad(running_product)(x)
    return g @ x


@program(args=(numbers(3), numbers(3, seed=1)), oracle=lambda x, v: v @ by_hand.rosenbrock_hessian(x) @ v)
def forward_over_reverse(x, v):
    _, tangent = srcdiff.jvp(srcdiff.grad(rosenbrock), (x,), (v,))
    return tangent @ v


@program(args=(numbers(3), numbers(3, seed=1)), oracle=by_hand.reverse_over_forward)
def reverse_over_forward(x, v):
    _, tangent = srcdiff.jvp(running_product, (x,), (v,))
    return tangent * tangent


@program(args=(numbers(3),), oracle=by_hand.value_and_gradient_inside)
def value_and_gradient_inside(x):
    value, gradient = srcdiff.value_and_grad(rosenbrock)(x)
    return value * np.sum(gradient * x)


@program(args=(1.3,), oracle=lambda a: a ** (1.0 / 3.0))
def newton_with_derivative(a):
    def f(r):
        return r * r * r - a

    r = 1.0
    df = srcdiff.grad(f)
    for _ in range(6):
        r = r - f(r) / df(r)
    return r


@program(args=(numbers(3),), oracle=lambda x: np.trace(by_hand.rosenbrock_hessian(x)))
def hessian_inside(x):
    return np.trace(srcdiff.hessian(rosenbrock)(x))


@program(args=(numbers(3), numbers(3, seed=1)), oracle=lambda x, v: v @ by_hand.rosenbrock_hessian(x) @ v)
def hessian_vector_product_inside(x, v):
    return np.sum(srcdiff.hvp(rosenbrock)(x, v) * v)
