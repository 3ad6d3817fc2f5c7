"""`for` and `while`: nesting, zero trips, loop variables, carried values, bounds from anywhere."""

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
