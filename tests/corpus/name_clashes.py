"""Users' names that generated text would like to have for itself."""

import numpy as np
import numpy as xp
from numpy import sin as sine

from tests.corpus.registry import numbers, program


def unbroadcast(v, w):
    return v * w


def add_at(v):
    v[0] = v[0] * v[1]
    return v


def zeros_like(v):
    return v * 3.0


def copy(v):
    return v + 1.0


@program(args=(0.8, 0.7))
def adjoint_names(x, x_bar):
    y_bar = x * x_bar
    y = y_bar * x_bar
    x_bar_ = y * y_bar
    return x_bar_ * x + y


@program(args=(0.8, 0.7))
def tangent_names(x, x_dot):
    y_dot = x * x_dot
    y = y_dot + x_dot * y_dot
    return y * x


@program(args=(numbers(4), 0.7))
def stack_names(x, x_stack):
    taken, taken_stack, left_early = x_stack, 2.0 * x_stack, x[0]
    y_stack = x * 1.0
    for i in range(1, 4):
        if y_stack[i] > 0.7:
            y_stack[i] = y_stack[i] * y_stack[i - 1] * taken
        if y_stack[i] > 1.45:
            left_early = left_early * taken_stack
            break
    return np.sum(y_stack) * left_early


@program(args=(numbers(3),))
def helpers_of_the_same_name(x):
    y = unbroadcast(x, 2.0 * x)
    y = zeros_like(copy(y))
    add_at(y)
    return np.sum(y * x)


@program(args=(numbers(3), 0.7))
def numpy_shadowed(x, np):
    y = xp.sin(x) * np
    return xp.sum(y * x)


@program(args=(numbers(3),))
def numpy_imported_inside(x):
    import numpy

    y = numpy.sin(x) * sine(x)
    return numpy.sum(y)


@program(args=(0.8, 0.7))
def builtins_shadowed(len, range):
    sum = len * range
    float = sum * len
    list = float + range
    for type in (1.0, 2.0):
        list = list * type + sum
    return list


@program(args=(0.8, 0.7))
def output_names(output, forward):
    residuals = output * forward
    reverse = residuals * output
    value = reverse + forward
    output = value * value
    return output


@program(args=(0.8,))
def numbered_names(y):
    y_2 = y * y
    y_sin = np.sin(y_2)
    y_sin_2 = np.sin(y_sin) * y_sin
    y_mul = y_sin_2 * y
    return np.sin(np.sin(y_mul) * y_mul) + y_2


@program(args=(0.8, 0.7))
def trailing_underscores(x_, x__):
    x = x_ * x__
    x_ = x * x
    x_bar_ = x_ * x__
    return x_bar_ * x


@program(args=(0.8,))
def named_like_its_own_adjoint(x):
    def named_like_its_own_adjoint_adjoint(v):
        return v * v

    return named_like_its_own_adjoint_adjoint(x) * x


@program(args=(0.8, 0.7))
def runtime_and_srcdiff(srcdiff, runtime):
    seed = srcdiff * runtime
    expand = seed * seed
    return expand * srcdiff


@program(args=(0.8,))
def recorded_names(x):
    x_old = x * 2.0
    x = x * x_old
    x_shadow = x
    x = x * x_shadow
    done, code, returned, skipped = x, 1.0, x_old, 2.0
    for trips in range(3):
        if trips == 1:
            continue
        done = done * code + returned
        if trips == 2:
            return done * skipped
    return done


@program(args=(numbers(3),))
def attribute_and_key_names(x):
    class Holder:
        pass

    h = Holder()
    h.x_bar = x * x
    h.gradient = h.x_bar * 2.0
    d = {"x_bar": h.gradient, "gradient": x}
    d["gradient"] = d["x_bar"] * d["gradient"]
    return np.sum(d["gradient"] * h.x_bar)


@program(args=(0.8, 0.7))
def letters(l, I):  # noqa: E741
    O = l * I  # noqa: E741
    λ = O * l
    return λ * O + I


@program(args=(0.8,))
def _private_and__dunder(_x):
    __y = _x * _x
    _ = __y * 2.0
    return _ * __y
