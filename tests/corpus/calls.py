"""Helper functions: pure, writing into arguments, returning them or views of them; every kind of parameter."""

import functools
import math

import numpy as np

from tests.corpus.registry import numbers, program


def square(v):
    return v * v


def set_first(x, y):
    x[0] = 5.0
    return y.sum()


def write_first(a, value):
    a[0] = value * a[1]


def scale_in_place(a, c):
    a *= c
    return a


def head(a, n=2):
    return a[:n]


def write_and_return_number(a):
    a[0] = 10.0
    return 1.0


def two_results(a, b):
    return a * b, a + b


def many_returns(a, b):
    if a > b:
        return a * b
    for _ in range(3):
        a = a * 1.2
        if a > b:
            return a - b
    return a


def add_into(target, source, *, scale=1.0):
    target += scale * source
    return None


def with_everything(a, b=2.0, *rest, key=3.0, **others):
    total = a * b + key
    for item in rest:
        total = total + item * item
    for name in others:
        total = total + others[name]
    return total


def default_array(x, out=None):
    if out is None:
        out = np.zeros_like(x)
    out += x * x
    return out


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 2.0 * function(*args, **kwargs)

    return wrapper


def scaled_by(c):
    def decorate(function):
        def wrapper(x):
            return c * function(x)

        return wrapper

    return decorate


@doubled
def decorated_square(x):
    return x * x


@scaled_by(3.0)
@doubled
def twice_decorated(x):
    return np.sin(x)


@program(args=(numbers(3),))
def same_array_passed_twice(w):
    w = w * 1.0
    return set_first(w, w)


@program(args=(numbers(3), numbers(3, seed=1)))
def other_array_passed_second(w, v):
    w = w * 1.0
    return set_first(w, v) * np.sum(w)


@program(args=(numbers(3),))
def callee_writes_then_caller_reads(x):
    y = x * x
    s = np.sum(y)
    write_first(y, s)
    return np.sum(y * x)


@program(args=(numbers(3),))
def callee_writes_the_argument_itself(x):
    write_first(x, 3.0)
    return np.sum(x * x)


@program(args=(numbers(3), 0.7))
def callee_returns_its_argument(x, c):
    y = x * 1.0
    z = scale_in_place(y, c)
    z[1] += 1.0
    return np.sum(y * z)


@program(args=(numbers(3), 0.7), gradient=np.array([1.0, 2.0, -1.0]))
def written_argument_returned(x, c):
    x *= c
    return x


@program(args=(numbers(4), 0.7))
def callee_returns_a_view(x, c):
    y = x * 1.0
    v = head(y)
    v *= c
    head(y, 3)[2] = c
    return np.sum(y * x)


@program(args=(numbers(3),))
def augmented_target_written_by_the_right_side(x):
    a = x * 1.0
    a[0] += write_and_return_number(a) * a[1]
    return np.sum(a * x)


@program(args=(np.array([2.0, 3.0]),))
def augmented_target_lost(a):
    a = a * 1.0
    a[0] += write_and_return_number(a)
    return a[0] * a[1]


@program(args=(numbers(3),))
def arguments_evaluated_left_to_right(x):
    a = x * 1.0
    return two_results(a[0], write_and_return_number(a))[0] + a[0] * a[1]


@program(args=(0.8, 0.7))
def several_results(x, y):
    p, s = two_results(x, y)
    q = two_results(p, s)
    return q[0] * q[1] * p


@program(args=(0.8, 1.4))
def helper_with_many_returns(x, y):
    return many_returns(x, y) * many_returns(y, x) + many_returns(x, 10.0 * y)


@program(args=(numbers(3), numbers(3, seed=1)))
def keyword_only_and_none_result(x, y):
    a = x * y
    result = add_into(a, y, scale=x[0])
    assert result is None
    add_into(a[1:], a[:2])
    return np.sum(a * x)


@program(args=(0.8, 0.7))
def all_kinds_of_parameters(x, y):
    a = with_everything(x)
    b = with_everything(x, y, y * x, x, key=y, left=x, right=a)
    c = with_everything(*(x, y), **{"key": x * y})
    return a * b + c


@program(args=(numbers(3),))
def none_default_made_inside(x):
    a = default_array(x)
    b = default_array(x, a)
    b[0] *= 2.0
    return np.sum(a * x)


@program(args=(0.8,))
def decorated_helpers(x):
    return decorated_square(x) * twice_decorated(x) + x


@program(args=(0.8, 3.0))
def partial_helpers(x, c):
    f = functools.partial(with_everything, c, key=x)
    g = functools.partial(f, x)
    return f() * g(x * x)


@program(args=(numbers(3),))
def helper_called_in_a_loop(x):
    y = x * 1.0
    for i in range(3):
        write_first(y[i:] if i < 2 else y, x[i])
        y = square(y) * 0.9
    return np.sum(y)


@program(args=(numbers(3), 0.7))
def nested_calls(x, c):
    return np.sum(square(scale_in_place(square(x), c)) * scale_in_place(x.copy(), square(c)))


@program(args=(0.8,))
def inner_function_with_default(x):
    def power(base, exponent=3):
        result = 1.0
        for _ in range(exponent):
            result = result * base
        return result

    return power(x) + power(x, 2) * power(exponent=1, base=x)


@program(args=(0.8, 0.7))
def args_and_kwargs_forwarded(x, y):
    def outer(*args, **kwargs):
        return with_everything(*args, **kwargs)

    return outer(x, y, x * y, key=y * y)


@program(args=(0.8, 0.7))
def math_functions(x, y):
    return math.sin(x) * math.exp(y) + math.hypot(x, y) + math.pow(x, 1.5) - math.atan2(y, x) + math.sqrt(x * y)


@program(args=(numbers(4),))
def helper_rebinding_its_parameter(x):
    def smooth(a):
        a = a * 1.0
        a[1:] += a[:-1]
        a = a / 2.0
        a[0] = a[1]
        return a

    return np.sum(smooth(x) * smooth(smooth(x)))


@program(args=(numbers(4), numbers(4, seed=1)))
def two_outputs_written(x, y):
    def kernel(a, b, out_1, out_2):
        out_1[:] = a * b
        out_2[:] = out_1 + a
        a[0] = 0.0

    p, q = np.empty(4), np.empty(4)
    a = x * 1.0
    kernel(a, y, p, q)
    kernel(p, q, a, y)
    return np.sum(a * p + q * y)


@program(args=(numbers(4),))
def views_of_one_array_passed_as_several(x):
    def mix(a, b):
        a += b
        b *= a
        return np.sum(a * b)

    y = x * 1.0
    return mix(y[:2], y[2:]) + mix(y[1:3], y[:2]) + np.sum(y)


def _vector(u):
    u = np.asarray(u)
    if u.ndim == 1:
        return u
    raise ValueError("a vector")


@program(args=(numbers(4), numbers(4, seed=1) - 0.7))
def checked_arguments(u, v):
    """One adjoint is passed on to both arguments, and each is added to."""
    u = _vector(u)
    v = _vector(v)
    difference = abs(u - v)
    total = abs(u + v)
    return difference.sum() / total.sum()
