"""`if`, conditional expressions, boolean operators, `match`, walrus, `where`."""

import enum

import numpy as np

from tests.corpus.registry import numbers, program


class Mode(enum.Enum):
    LINEAR = "linear"
    SQUARE = "square"


@program(args=(0.8, 0.7))
def defined_in_one_branch_only(x, y):
    if x > 0.5:
        z = x * y
    if x > 0.4:
        z = z * z
    return z + y


@program(args=(0.8, 0.7))
def constant_in_one_branch(x, y):
    if y > 0.9:
        z = x * y
    else:
        z = 1.0
    return z * x


@program(args=(0.8, 0.7))
def elif_chain(x, y):
    if x > 1.0:
        z = x * y
    elif x > 0.9:
        z = x + y
    elif y > 0.5:
        z = x * x * y
        if z > 0.1:
            z = z * y
        else:
            z = z + 1.0
    else:
        z = y
    return z * z


@program(args=(0.8, 0.7))
def test_variable_overwritten(x, y):
    if x > 0.5:
        x = x * y - 1.0
        y = x * 2.0
    else:
        y = y * y
    if x > 0.5:
        return y * 5.0
    return x * y * y


@program(args=(0.8, 0.7))
def condition_overwritten_in_its_branch(x, y):
    flag = x > 0.5
    if flag:
        flag = False
        z = x * y
    else:
        flag = True
        z = x - y
    if flag:
        z = z * 10.0
    return z * x


@program(args=(0.8, 0.7))
def conditional_expressions(x, y):
    a = x * y if x > y else x + y
    b = (a if a > 2.0 else a * a) * (y if y < 0.5 else x)
    return b if b > 100.0 else b * a


@program(args=(0.8, 0.7))
def conditional_expression_with_effects(x, y):
    trace = []

    def note(v):
        trace.append(v)
        return v * v

    z = note(x) if x > 0.5 else note(y)
    w = note(z) if x < 0.5 else note(y)
    return z * w * sum(trace)


@program(args=(0.8, 0))
def boolean_operators_give_values(x, y):
    z = y or x
    w = x and (x * x)
    return z * w


@program(args=(0.8, 0.7))
def short_circuit_guards(x, y):
    items = [x, y]
    total = 0.0
    k = 0
    while k < len(items) and items[k] > 0.5:
        total = total + items[k] ** 2
        k += 1
    if k == 2 and total > 1.0 or items[0] < 0.0:
        total = total * x
    return total


@program(args=(0.8, 0.7))
def chained_comparison(x, y):
    if 0.0 < y < x < 1.0:
        return x * y * y
    return x


@program(args=(0.8, 0.7))
def walrus(x, y):
    if (z := x * y) > 0.5:
        z = z * z
    w = (u := z + x) * (v := u * y)
    return w * z + u * v


@program(args=(0.8, 0.7))
def assigned_expression_order(x, y):
    z = x + (x := y * 2.0) * x
    return z * x


@program(args=(0.8, "square"))
def match_on_strings(x, mode):
    match mode:
        case "linear":
            y = 2.0 * x
        case "square" | "quadratic":
            y = x * x
        case _:
            y = x * x * x
    return y * x


@program(args=((0.8, 0.7), 2))
def match_on_structure(pair, n):
    match pair:
        case (a, b) if n > 5:
            y = a * b
        case (a, b):
            y = a * a * b
    match n:
        case 1:
            return y
        case 2 | 3:
            return y * a
        case _:
            return y * b


@program(args=(0.8, Mode.SQUARE))
def enum_flag(x, mode):
    if mode is Mode.LINEAR:
        return 3.0 * x
    if mode == Mode.SQUARE:
        return x * x * x
    raise ValueError(mode)


@program(args=(0.8, None))
def none_default(x, scale):
    if scale is None:
        scale = x * 2.0
    return scale * x


@program(args=(numbers(3), True, False))
def flags(x, squared, negated):
    y = x
    if squared:
        y = y * x
    y = -y if negated else y
    return np.sum(y) * (1 + squared)


@program(args=(numbers(6),))
def where_both_sides_active(x):
    y = np.where(x > 1.0, x * x, np.sin(x))
    return np.sum(y * x)


@program(args=(numbers(6),))
def where_one_side_invalid(x):
    safe = np.where(x > 0.8, x, 1.0)
    y = np.where(x > 0.8, np.sqrt(safe - 0.2), x * x)
    return np.sum(y)


@program(args=(numbers(4),))
def where_with_broadcast_sides(x):
    y = np.where((x > 1.0)[:, None], x, x[0])
    return np.sum(y * y)


@program(args=(numbers(4), numbers(4, seed=1)))
def maximum_and_clip(x, y):
    z = np.maximum(x, y * 1.1) * np.minimum(x, 1.02)
    return np.sum(np.clip(z, 0.41, 1.03) * np.abs(x - 0.93))


@program(args=(0.8, 0.7))
def python_max_min_abs(x, y):
    return max(x, y) * min(x, y, 0.6) + abs(y - x) + max([x * x, y])


@program(args=(0.8, 0.7))
def swap_in_branch(x, y):
    if x > y:
        x, y = y, x
    return x * x + y * 3.0


@program(args=(numbers(4),))
def branch_writes_different_places(x):
    y = x * 1.0
    for i in range(4):
        if x[i] > 1.0:
            y[i - 1] *= x[i]
        elif x[i] > 0.7:
            y[i] = y[i - 1] + x[i]
        else:
            y[:] = y * x[i]
    return np.sum(y)


@program(args=(0.8, 0.7))
def branch_rebinds_kind(x, y):
    if x > 0.5:
        z = np.array([x, y, x * y])
    else:
        z = np.array([1.0, 2.0, 3.0])
    z[1] = z[0] * z[2]
    return np.sum(z)


@program(args=(numbers(3), "tanh"))
def activation_by_name(x, name):
    functions = {"tanh": np.tanh, "sin": np.sin}
    y = functions[name](x)
    if name in ("tanh", "relu"):
        y = y * x
    return np.sum(y)


@program(args=(0.8,))
def branch_on_type(x):
    if isinstance(x, np.ndarray):
        return np.sum(x)
    if isinstance(x, (list, tuple)):
        return x[0]
    return x * x


@program(args=(numbers(3),))
def branch_on_shape(x):
    if x.ndim == 1:
        x = x[None, :]
    if x.shape[0] == 1 and x.size > 2:
        return np.sum(x @ x.T)
    return np.sum(x)


@program(args=(0.8, 0.7))
def not_and_identity(x, y):
    cache = None
    for _ in range(2):
        if not cache:
            cache = [x * y]
        else:
            cache.append(cache[-1] * x)
    return cache[0] + cache[1] * y
