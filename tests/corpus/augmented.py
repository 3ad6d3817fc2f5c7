"""`+= -= *= /= **= @=` on names, elements, slices, attributes and items."""

import numpy as np

from tests.corpus.registry import numbers, program


class Box:
    def __init__(self, value):
        self.value = value


@program(args=(0.8, 0.7))
def on_numbers(x, y):
    x += y
    x *= x
    y -= 0.1 * x * y
    x /= y + 5.0
    x **= 3
    y **= x
    return x * y


@program(args=(numbers(4), 0.7))
def on_array_names(x, c):
    y = x * 1.0
    y += c
    y *= x
    y -= c * y
    y /= x + c
    y **= 2
    return np.sum(y)


@program(args=(numbers(4), 0.7))
def on_elements(x, c):
    y = x * 1.0
    y[0] += c
    y[1] *= y[0]
    y[2] -= y[1] * y[1]
    y[3] /= y[0] + c
    y[0] **= 3
    y[1] **= c
    return np.sum(y * x)


@program(args=(numbers(6), 0.7))
def on_slices(x, c):
    y = x * 1.0
    y[1:4] += c
    y[::2] *= y[1::2]
    y[:3] -= y[3:] * c
    y[2:] /= y[:4].copy() + 2.0
    y[1:3] **= 2
    return np.sum(y * x)


@program(args=(numbers(3, 3), numbers(3, 3, seed=1)))
def matmul_in_place(a, b):
    c = a * 1.0
    c @= b
    c @= c
    return np.sum(c * a)


@program(args=(numbers(5), 0.7))
def slice_times_its_exponential(x, c):
    y = x * 1.0
    e = np.exp(y[1:4] * c)
    y[1:4] *= e
    y[2:5] *= e
    return np.sum(y * x)


@program(args=(numbers(3), 0.7))
def on_attributes(x, c):
    box = Box(x * x)
    box.value += c
    box.value *= x
    box.value[1] = box.value[0] * c
    return np.sum(box.value**2)


@program(args=(0.8, 0.7))
def on_number_attributes(x, c):
    box = Box(x)
    box.value += c
    box.value *= box.value
    box.value **= 2
    return box.value * x


@program(args=(numbers(3), 0.7))
def on_dict_items(x, c):
    d = {"a": x * x, "n": c}
    d["a"] += d["n"]
    d["n"] *= 3.0
    d["a"][0] -= d["n"]
    d["n"] -= d["a"][0]
    return np.sum(d["a"]) * d["n"]


@program(args=(numbers(3), 0.7))
def on_list_items(x, c):
    items = [x * x, c, x[0]]
    items[0] *= items[1]
    items[1] += items[2] * items[1]
    items[-1] **= 2
    return np.sum(items[0]) * items[1] + items[2]


@program(args=(0.8,))
def list_extended_with_plus_equals(x):
    items = [x]
    alias = items
    items += [x * x, 3.0]
    alias[0] = items[1] * 2.0
    return items[0] * items[2] + alias[1]


@program(args=(0.8,))
def tuple_extended_rebinds(x):
    items = (x, 2.0 * x)
    other = items
    items += (x * x,)
    return items[2] * items[1] + len(other)


@program(args=(numbers(3), 0.7))
def number_augmented_by_array_becomes_array(x, c):
    total = 0.0
    total += c
    total += x * c
    total *= x
    return np.sum(total)


@program(args=(numbers(3), numbers(3, seed=1)))
def array_augmented_by_its_own_function(x, y):
    a = x * y
    a += np.sin(a) * a
    a *= a + y
    a -= np.sum(a)
    return np.sum(a * x)


@program(args=(numbers(3), 0.7))
def target_evaluated_once(x, c):
    calls = []

    def index():
        calls.append(1)
        return 1

    y = x * c
    y[index()] += c * y[index()]
    return np.sum(y * y) * len(calls)


@program(args=(numbers(3), 2.0))
def reversed_operand_order(x, c):
    y = x * x
    y = c - y
    y = c / y
    y = c**y
    return np.sum(y)


@program(args=(numbers(3, 2), numbers(2)))
def rows_by_number(a, x):
    b = a * a
    for i in range(3):
        b[i] += x * b[i - 1]
        b[i] /= np.sum(b[i])
    return np.sum(b * a)


@program(args=(numbers(4),))
def power_of_negative_base(x):
    y = x - 3.0
    y **= 3
    y[0] **= 2
    return np.sum(y)


@program(args=(numbers(4),))
def nested_target(x):
    d = {"rows": [x * 1.0, x * 2.0]}
    d["rows"][1][2] *= d["rows"][0][1]
    d["rows"][0][1:3] += d["rows"][1][2:]
    return np.sum(d["rows"][0] * d["rows"][1])


@program(args=(numbers(3).astype(np.float32), 0.7))
def single_precision_stays(x, c):
    y = x * np.float32(2.0)
    y *= np.array([1.0, 2.0, 3.0])
    y += c
    return np.sum(y * x)
