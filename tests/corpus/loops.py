"""`for` and `while`: nesting, zero trips, loop variables, carried values, bounds from anywhere."""

import itertools
import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(0.8, 0.7))
def rotating_assignment(x, y):
    a, b, c = x, y, x * y
    for _ in range(5):
        a, b, c = b * 1.1, c + a * 0.1, np.sin(a)
    return a + 2.0 * b + 3.0 * c


@program(args=(numbers(3),))
def small_vector_rebuilt(x):
    v = x
    for _ in range(3):
        v = np.array([v[1] * 0.9, v[2] * v[0], v[0] - 0.3 * v[1]])
    return np.sum(v * x)


@program(args=(0.8, 0))
def zero_trips(x, n):
    y = x * 2.0
    for i in range(n):
        y = y * x + i
    return y * x


@program(args=(numbers(0), 0.8))
def zero_trips_over_an_array(a, x):
    total = x * x
    for item in a:
        total = total + item * x
    return total


@program(args=(0.8,))
def zero_trips_of_while(x):
    y = x
    while y > 10.0:
        y = y * x
    return y * x


@program(args=(0.8, 4))
def loop_variable_used_after(x, n):
    y = x
    for i in range(n):
        y = y * x
    return y * (i + 1.0) + x * i


@program(args=(numbers(3),))
def loop_variable_over_array_used_after(a):
    total = 0.0
    for item in a:
        total = total + item * item
    return total * item


@program(args=(0.8,))
def loop_variable_rebound(x):
    y = x
    for i in range(4):
        i = i * 2
        y = y * x + i
    return y + i


@program(args=(numbers(3), 0.7))
def active_loop_variable_rebound(a, c):
    total = 0.0
    for item in a:
        item = item * c
        item += total
        total = total + item * item
    return total * item


@program(args=(0.8,))
def bound_changed_inside(x):
    n = 3
    y = x
    for i in range(n):
        n = 100
        y = y * x + i
    return y * n


@program(args=(numbers(4),))
def bounds_depend_on_outer(x):
    y = x * 1.0
    for i in range(4):
        for j in range(i, 4):
            y[j] = y[j] * x[i] + 0.1 * i
        for j in range(i):
            y[i] -= 0.1 * y[j] * j
    return np.sum(y)


@program(args=(2.3, 0.55))
def bound_from_the_data(x, y):
    total = y
    for i in range(int(x * 2.0)):
        for _ in range(int(total) + 1):
            total = total * 0.9 + x * y
    return total


@program(args=(0.8, 0.7))
def value_before_and_after_inner_loop(x, y):
    total = 0.0
    for i in range(3):
        z = x * (i + 1.0)
        w = z * y
        for _ in range(i):
            w = w * z
        total = total + w * z
    return total


@program(args=(0.8,))
def while_on_a_float(x):
    y = x
    steps = 0
    while y < 5.05:
        y = y * 1.5 + 0.1 * x
        steps += 1
    return y * steps


@program(args=(0.8,))
def while_with_assignment_in_test(x):
    y = x
    total = 0.0
    while (z := y * y) < 30.3:
        total = total + z * x
        y = y + 0.7 * x
    return total * z


@program(args=(0.8,))
def nested_whiles(x):
    a = x
    total = 0.0
    while a < 3.05:
        b = a
        while b < 4.05:
            b = b * 1.3 + 0.1 * x
            total = total + b * a
        a = a + b * 0.2
    return total


@program(args=(7, 0.8))
def while_on_integers(n, x):
    y = x
    while n > 1:
        if n % 2 == 0:
            n //= 2
            y = y * x
        else:
            n = 3 * n + 1
            y = y + x
        if y > 5.0:
            y = y * 0.25
    return y


@program(args=(numbers(5),))
def descending_and_stepped(x):
    y = x * 1.0
    for i in range(4, 0, -1):
        y[i] = y[i] * y[i - 1]
    for i in range(0, 5, 2):
        y[i] = y[i] * y[(i + 1) % 5]
    for i in range(3, -1, -2):
        y[i] += y[i + 1] ** 2
    return np.sum(y)


@program(args=(numbers(4), numbers(4, seed=1)))
def enumerate_zip_reversed(x, y):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, y)):
        total = total * a + b * (i + 1)
    for a in reversed(x):
        total = total * 0.5 + a * a
    for i, a in enumerate(x, start=2):
        total = total + a**i
    return total


@program(args=(numbers(3, 4),))
def columns(a):
    total = 0.0
    for k, column in enumerate(a.T):
        total = total + np.prod(column) * (k + 1.0)
    return total


@program(args=(numbers(3),))
def list_that_grows_in_its_loop(x):
    items = [x[0], x[1]]
    for item in items:
        if len(items) < 6:
            items.append(item * x[2])
    return sum(items)


@program(args=(numbers(3), ["a", "b", "c"]))
def over_strings(x, names):
    total = 0.0
    for k, name in enumerate(names):
        if name == "b":
            total = total + x[k] ** 2
        else:
            total = total * 2.0 + x[k]
    return total


@program(args=(0.8,))
def over_a_tuple_of_constants(x):
    y = x
    for a, b in ((1.0, 2.0), (0.5, 0.1), (2.0, -1.0)):
        y = a * y + b * x * y
    return y


@program(args=(0.8,))
def over_active_display(x):
    total = 0.0
    for item in (x, x * x, np.sin(x), 2.0):
        total = total * item + item
    return total


@program(args=({"a": 0.8, "b": 0.7},))
def over_dict_items(d):
    total = 0.0
    for key, item in d.items():
        total = total * item + (item if key == "a" else item * item)
    for item in d.values():
        total = total * item
    for key in d:
        total = total + d[key]
    return total


@program(args=(numbers(2, 3), 0.3))
def time_stepping(u, dt):
    history = np.zeros((4, 2, 3))
    history[0] = u
    for n in range(3):
        history[n + 1] = history[n] + dt * np.sin(history[n]) * history[n, ::-1]
    return np.sum(history[-1] ** 2) + np.sum(history[1])


@program(args=(numbers(8), 0.3))
def leapfrog_with_two_arrays(u, c):
    old = u
    now = u * 1.1
    for _ in range(4):
        new = np.zeros_like(u)
        new[1:-1] = 2.0 * now[1:-1] - old[1:-1] + c * (now[2:] - 2.0 * now[1:-1] + now[:-2])
        old = now
        now = new
    return np.sum(now * now)


@program(args=(0.8,))
def value_unused_in_last_trip(x):
    y = x
    z = x
    for i in range(4):
        z = y
        y = y * y * 1.05
    return z * z


@program(args=(0.8, 0.7))
def undefined_before_the_loop(x, y):
    for i in range(3):
        if i == 0:
            z = x * y
        else:
            z = z * x + w
        w = z * z * 0.5
    return z + w


@program(args=(0.8,))
def newton(x):
    r = 1.0
    for _ in range(8):
        r = r - (r * r * r - x) / (3.0 * r * r)
    return r


@program(args=(numbers(4),))
def nested_three_deep_with_rewrites(x):
    a = np.outer(x, x)
    for k in range(3):
        for i in range(k + 1, 4):
            a[i, k] = a[i, k] / (a[k, k] + 3.0)
            for j in range(k + 1, 4):
                a[i, j] -= a[i, k] * a[k, j]
    return np.sum(a)


@program(args=(numbers(3),))
def iterate_an_iterator_by_hand(x):
    total = 0.0
    k = 0
    n = len(x)
    while True:
        total = total + x[k] * x[k - 1] * (k + 1)
        k += 1
        if k == n:
            break
    return total


@program(args=(numbers(3), 0.5))
def product_of_ranges(x, c):
    import itertools

    total = 0.0
    for i, j in itertools.product(range(3), range(2)):
        total = total * c + x[i] * x[j]
    return total


@program(args=(numbers(5), 0.7))
def wrapped_iterables(x, c):
    """Products, chains, pairs and windows of what carries no derivative, and of what does."""
    total = c
    for i, j in itertools.product(range(2), (3, 4)):
        total = total * x[i] + x[j]
    for i, j in itertools.combinations(range(4), 2):
        total = total + x[i] * x[j]
    for v in itertools.chain(range(2), [4]):
        total = total * 0.5 + x[v] * x[v]
    for i, j in itertools.pairwise((0, 2, 3)):
        total = total + (x[i] - x[j]) ** 2
    for k, (v, w) in enumerate(zip(x, reversed(x)), start=2):
        total = total + v * w / k
    return total


@program(args=(numbers(5),))
def open_iterator(x):
    """An iterator that two loops take from."""
    items = iter([0, 1, 2, 3, 4])
    total = next(items) + x[0]
    for k in items:
        total = total * x[k]
        if k == 2:
            break
    for k in items:
        total = total + x[k] * x[k]
    return total


@program(args=({"a": 0.8, "b": 0.6, "c": 1.1}, 0.7))
def views_of_a_dictionary(d, x):
    total = x
    for key in sorted(d.keys(), reverse=True):
        total = total * d[key] + x
    for value in d.values():
        total = total + value * value
    for key, value in d.items():
        if key != "b":
            total = total * value
    return total + sum(value * x for key, value in d.items() if key in ("a", "c"))


@program(args=(numbers(6), 0.8))
def infinite_with_exits_in_branches(x, c):
    k, total = 0, c
    while True:
        k += 1
        if x[k % 6] > 1.3:
            if total > 3.0:
                break
            total = total * 1.5
        elif k > 12:
            return total * x[0]
        else:
            total = total + x[k % 6] * c
            if k % 5 == 0:
                continue
        total = total * 1.01
    return total * k


@program(args=(numbers(5), 0.8))
def last_values_of_the_loop_variables(x, c):
    for i in range(3):
        for j in range(i + 1):
            c = c * x[j] + x[i]
    for v in x[:i]:
        c = c + v
    w = None
    for w in x:
        if w > 0.9:
            break
    return c * x[i] * x[j] * v * w


@program(args=(numbers(4, 3), numbers(3)))
def comprehensions_in_each_other(a, x):
    rows = [[v * w for v, w in zip(row, x) if w < 10.0] for row in a]
    best = max(sum(row) for row in rows)
    table = {i: {j: rows[i][j] for j in range(3) if j != i} for i in range(3)}
    flat = [item for i in table for item in table[i].values()]
    total = sum(v * (w := v + 1.0) for v in flat) * w
    return total + best * min(sum(row) * 0.5 for row in rows) + (total if any(v > 2.5 for v in flat) else best)


@program(args=(numbers(4), "square"))
def matched(x, shape):
    total = x[0]
    for item in [(shape, 1), ("line", 0, 2), {"kind": "point", "at": 3}, [1, 2, 3], 4, None]:
        match item:
            case ("square" | "circle", k) if k < 2:
                total = total * x[k]
            case (_, first, second):
                total = total + x[first] * x[second]
            case {"kind": "point", "at": k}:
                total = total * x[k] * x[k]
            case [first, *rest]:
                total = total + x[first] * len(rest)
            case int(k):
                total = total * k
            case _:
                total = total - x[0]
    return total


@program(args=(numbers(4), 0.5))
def walrus_everywhere(x, c):
    total, k = c, 0
    while (v := x[k] * c) < 5.0 and (k := k + 1) < 4:
        total = total * v + (w := x[k] + total) * w
    if (total_2 := total * total) > 0.0:
        total = total_2 + (v if total_2 > 1e9 else w)
    return total * [u := total, u * c][1]


@program(args=(numbers(4),))
def shadowed_builtins(x):
    """Local variables by the names of builtins that the text needs."""
    len = x.shape[0]
    list = [v * v for v in x]
    min, max = list[0], list[-1]
    sum = 0.0
    for k, v in enumerate(zip(list, x)):
        sum = sum + v[0] * v[1] * (k + len)
    for v in reversed(list):
        sum = sum * v
    return sum + min * max
