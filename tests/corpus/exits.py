"""`break`, `continue`, `else` of a loop, early returns, in any nesting; try, with, assert, raise."""

import contextlib
import math

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(2.0, 1.0, 0.6, 0.3, 4.0))
def bouncing_ball(h, v, e, dt, t_end):
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


@program(args=(numbers(6), 0.8))
def continue_skips(x, c):
    total = c
    for i in range(6):
        if i % 2 == 1:
            continue
        total = total * x[i] + c
    return total


@program(args=(numbers(6), 0.8))
def continue_then_break(x, c):
    total = c
    for i in range(6):
        total = total + x[i] * c
        if i == 1:
            continue
        total = total * x[i]
        if total > 2.03:
            break
        total = total + c
    return total * c


@program(args=(0.8,))
def while_true_break(x):
    y = x
    while True:
        y = y * 1.4
        if y > 4.03:
            break
        y = y + 0.1 * x
    return y * x


@program(args=(0.8,))
def break_in_the_first_statement(x):
    y = x
    for i in range(10):
        if y > 2.01:
            break
        y = y + x * x * 0.7
    return y * i


@program(args=(numbers(5),))
def for_else_without_break(x):
    total = 0.0
    for item in x:
        total = total + item * item
        if item > 100.0:
            break
    else:
        total = total * x[0]
    return total


@program(args=(numbers(5),))
def for_else_with_break(x):
    total = 0.0
    for k, item in enumerate(x):
        total = total + item * item
        if k == 2:
            total = total * x[4]
            break
    else:
        total = total * x[0]
    return total


@program(args=(0.8,))
def while_else(x):
    y = x
    while y < 3.01:
        y = y * 1.7
        if y < 0.0:
            break
    else:
        y = y * x
    return y


@program(args=(0.8, 0.7))
def early_return_in_branch(x, y):
    if x > 0.5:
        return x * y
    return x + y


@program(args=(0.3, 0.7))
def early_return_not_taken(x, y):
    z = x * y
    if x > 0.5:
        return z
    z = z * z
    return z + y


@program(args=(numbers(6), 0.8))
def return_from_loop(x, c):
    total = 0.0
    for i in range(6):
        total = total + x[i] * c
        if total > 2.02:
            return total * x[i]
    return total


@program(args=(numbers(4, 4), 0.8))
def return_from_nested_loops(a, c):
    total = c
    for i in range(4):
        for j in range(4):
            if j > i:
                continue
            total = total + a[i, j] * total * 0.3
            if total > 2.2:
                return total * a[i, 0]
        if i == 3:
            break
        total = total * 0.9
    return total - c


@program(args=(numbers(4, 4), 0.8))
def break_from_inner_only(a, c):
    total = c
    for i in range(4):
        for j in range(4):
            total = total + a[i, j] * c
            if j == i:
                break
            total = total * 0.95
        total = total * a[i, 0]
    return total


@program(args=(0.8,))
def return_before_any_active_statement(x):
    n = 3
    if n == 3:
        return x
    return x * x


@program(args=(0.8, 3))
def return_constant_on_one_path(x, n):
    if n < 0:
        return 1.0
    if n == 3:
        return x * x * x
    return x


@program(args=(0.8, 3), gradient=1.0)
def constant_path_taken(x, n):
    """The gradient is zero."""
    y = x * x
    if n == 3:
        return 2.5
    return y


@program(args=(numbers(4), 3))
def while_with_return_and_continue(x, n):
    k = 0
    y = x[0]
    while k < 10:
        k += 1
        if k % 2 == 0:
            continue
        y = y * x[k % 4] + 0.3
        if k > n:
            return y * x[1]
    return y


@program(args=(numbers(4),))
def break_after_a_write(x):
    y = x * 1.0
    for i in range(1, 4):
        y[i] *= y[i - 1]
        if i == 2:
            y[0] = y[i] * 2.0
            break
        y[0] += y[i]
    return np.sum(y * x)


@program(args=(numbers(4),))
def deep_exits(x):
    total = 0.0
    for i in range(3):
        k = 0
        while True:
            k += 1
            if k > 3:
                break
            for j in range(4):
                if j == k:
                    break
                if (i + j) % 2:
                    continue
                total = total * 0.9 + x[j] * x[i]
            else:
                total = total + 1.0
                continue
            if total > 3.3:
                return total * x[3]
            total = total * x[k]
    return total


@program(args=(0.8,))
def try_without_error(x):
    try:
        y = x * x
        y = y + 1.0
    except ValueError:
        y = x
    return y * x


@program(args=(0.8,))
def try_finally(x):
    y = x
    try:
        y = y * x
    finally:
        y = y + 2.0 * x
    return y * x


@program(args=({"a": 0.8}, 0.7))
def key_error_caught(d, x):
    try:
        y = d["missing"] * x
    except KeyError:
        y = d["a"] * x * x
    return y


@program(args=(np.array([[2.0, 1.0], [1.0, 3.0]]),))
def linear_algebra_error_caught(a):
    try:
        c = np.linalg.cholesky(a - 5.0 * np.eye(2))
    except np.linalg.LinAlgError:
        c = np.linalg.inv(a)
    return np.sum(c * c)


@program(args=(0.8,))
def with_errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(x) / x
        y = y * y
    return y + x


@program(args=(0.8,))
def with_null_context(x):
    with contextlib.nullcontext():
        y = x * x
    return y * y


@program(args=(0.8,))
def return_inside_with(x):
    with np.errstate(all="ignore"):
        y = x * x
        if y > 0.5:
            return y * x
    return y


@program(args=(numbers(3),))
def assertions_and_raises(x):
    assert x.ndim == 1, f"a vector, not {x.shape}"
    y = x * x
    if np.any(y < 0.0):
        raise ValueError("negative")
    assert np.all(y > 0.0)
    return np.sum(y * x)


@program(args=(numbers(5),))
def first_index_that(x):
    for i in range(5):
        if x[i] > 1.2:
            return x[i] * x[0]
    raise ValueError("none")


@program(args=(0.8, 20))
def convergence_test(a, limit):
    x = a
    for step in range(limit):
        x_new = 0.5 * (x + a / x)
        if abs(x_new - x) < 1e-14:
            break
        x = x_new
    return x


@program(args=(numbers(5), 0.5))
def flag_by_hand(x, c):
    done = False
    total = c
    i = 0
    while not done:
        total = total * x[i] + c
        i += 1
        done = i >= 5 or total > 1.45
    return total * i


@program(args=(numbers(5),))
def domain_error_in_some_trips(x):
    total = x[0]
    y = 1.0
    for v in x:
        try:
            y = math.sqrt(v - 0.9) * y
            total = total * y
        except ValueError:
            total = total + v * y
    return total * y


@program(args=(0.8, -0.3))
def half_of_the_try_done(x, y):
    """What was bound before the failure stays bound."""
    z = x
    try:
        z = x * y
        w = math.log(z)
        z = w * 2.0
    except ValueError:
        w = z * z
    return z * w + x


@program(args=(0.8, 0))
def division_by_zero_replaced(x, y):
    try:
        ratio = x * (1 / y)
    except ZeroDivisionError:
        return x * x + y
    return ratio * x


@program(args=(np.array([[2.0, 1.0], [1.0, 3.0]]) - 2.0, 0.5))
def jitter_until_it_factorises(a, c):
    """Cholesky with a growing diagonal, as in every Gaussian process code."""
    a = a @ a.T * c
    a[0, 0] -= 1.5
    jitter = 0.01
    for _ in range(10):
        try:
            factor = np.linalg.cholesky(a + jitter * np.eye(2))
            break
        except np.linalg.LinAlgError:
            jitter *= 3.0
    else:
        raise ValueError("not positive definite")
    return np.sum(np.log(np.diag(factor))) + factor[1, 0]


@program(args=({"a": 0.8, "c": 0.4}, 0.7))
def missing_keys_in_a_loop(d, x):
    total = x
    for key in ("a", "b", "c", "d"):
        try:
            total = total * d[key]
        except KeyError:
            total = total + x
            continue
        total = total + 0.1 * x
    return total


@program(args=(numbers(3), 0.7))
def handlers_in_a_row(x, c):
    """The second handler is the one; `else` is not executed."""
    y = x * c
    try:
        z = y[7] * c
    except KeyError:
        z = c
    except (IndexError, ValueError) as error:
        z = y[len(error.args)] * c * c
    else:
        z = z * 2.0
    finally:
        y = y * x
    return np.sum(y * z)


@program(args=(0.8, -0.7))
def nested_attempts(x, y):
    try:
        try:
            z = math.sqrt(x * y)
        except KeyError:
            z = x
        z = z * 3.0
    except ValueError:
        z = x * x + y
    return z * y


@program(args=(numbers(4), -1.2))
def raised_by_hand(x, c):
    def checked(v):
        if v * c < -1.0:
            raise ValueError(f"too small: {v}")
        return v * v

    total = c
    for v in x:
        try:
            total = total + checked(v)
        except ValueError:
            total = total * v
    return total


def _positive_root(v):
    if v < 0.0:
        raise ArithmeticError(v)
    w = v
    while w * w > v:
        w = 0.5 * (w + v / w) - 1e-3
    return w * v


@program(args=(numbers(4),))
def failing_helper_in_a_loop(x):
    total = x[0] * 2.0
    for k in range(4):
        try:
            total = total * _positive_root(1.0 - x[k])
        except ArithmeticError:
            total = total - x[k]
    return total


@program(args=(numbers(4),))
def element_written_in_a_try(x):
    y = x * 2.0
    for k in range(6):
        try:
            y[k] = y[k] * y[k - 1] * x[k]
        except IndexError:
            y[0] = y[0] * y[1]
    return np.sum(y * x)


@program(args=(0.8, 0.7))
def finally_after_a_return(x, y):
    scale = [1.0]
    try:
        z = x * y
        return z * scale[0] + x
    finally:
        scale[0] = 2.0


@program(args=(numbers(3),))
def finally_in_a_loop(x):
    total = 0.0
    for v in x:
        y = v
        try:
            if v > 1.2:
                continue
            y = y * v
        finally:
            total = total * 0.5 + y
    return total


@program(args=(0.8, 4))
def error_turned_into_another(x, n):
    try:
        y = x**n
        z = math.log(y)
    except ValueError as error:
        raise RuntimeError(f"no logarithm of {y}") from error
    return z * y


@program(args=(0.8,))
def error_suppressed(x):
    y = x
    n = 0
    with contextlib.suppress(ZeroDivisionError):
        y = x * x
        y = y * (1 / n)
    return y * x


@program(args=(numbers(3),), refused="half done")
def helper_that_fails_half_way(x):
    def scale(a):
        for k in range(4):
            a[k] = a[k] * x[k]

    y = x * 1.0
    try:
        scale(y)
    except IndexError:
        y[0] = y[0] * 2.0
    return np.sum(y * y)
