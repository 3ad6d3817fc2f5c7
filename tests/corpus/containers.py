"""Lists, tuples and dictionaries that grow, shrink, are sliced, shared, nested, and made into arrays."""

from collections import OrderedDict, defaultdict, deque

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(4),))
def append_in_a_loop_and_stack(x):
    rows = []
    for i in range(3):
        rows.append(x * (i + 1) * x[i])
    a = np.stack(rows)
    return np.sum(a @ a.T)


@program(args=(numbers(4),))
def concatenate_a_grown_list(x):
    parts = [x]
    for i in range(1, 4):
        parts.append(parts[-1][:-1] * parts[0][i:][: len(parts[-1]) - 1].sum())
    return np.sum(np.concatenate(parts) ** 2)


@program(args=(0.8, 0.7))
def list_methods(x, y):
    a = [x, y]
    a.append(x * y)
    a.extend([x + y, 2.0])
    a.insert(1, x * x)
    b = a.pop()
    c = a.pop(0)
    a.reverse()
    a[1] = a[1] * b
    del a[0]
    return sum(a) * c + a.index(a[1]) + len(a)


@program(args=(0.8, 0.7))
def list_arithmetic(x, y):
    a = [x, y] * 2 + [x * y]
    b = a[1:4] + a[::-2]
    b[1:3] = [y * y]
    return sum(b) * b[0] + a[-1] * b[-1]


@program(args=(0.8, 0.7))
def list_aliased_and_copied(x, y):
    a = [x, y]
    b = a
    c = list(a)
    d = a[:]
    e = a.copy()
    b[0] = x * y
    c[0] = 3.0
    d[1] = x
    e.append(y)
    return a[0] * c[1] + d[0] * d[1] + e[2] * b[1]


@program(args=(numbers(3),))
def array_in_two_containers(x):
    y = x * 1.0
    a = [y, x]
    d = {"y": y, "list": a}
    a[0] *= 2.0
    d["y"][1] = x[0] * x[2]
    d["list"][0] += x
    return np.sum(y * x)


@program(args=(0.8,))
def stack_as_control(x):
    stack = [(x, 0)]
    total = 0.0
    while stack:
        value, depth = stack.pop()
        if depth == 3:
            total = total + value * value
        else:
            stack.append((value * 0.9, depth + 1))
            stack.append((value + x, depth + 1))
    return total


@program(args=(0.8, 0.7))
def dictionary_methods(x, y):
    d = {"a": x}
    d["b"] = y
    d.update(c=x * y, a=d["a"] * 2.0)
    e = d.pop("b")
    f = d.setdefault("z", x * x)
    g = d.get("missing", y) * d.get("a")
    total = 0.0
    for key in sorted(d):
        total = total * 0.5 + d[key]
    return total * e + f * g + ("b" in d) + len(d)


@program(args=(0.8, 0.7))
def dictionary_merged_and_copied(x, y):
    d = {"a": x, "b": y}
    e = {**d, "b": x * y}
    f = dict(d, a=y * y)
    g = d | {"c": x}
    d["a"] = 5.0
    return e["a"] * e["b"] + f["a"] * f["b"] + g["c"] * g["a"]


@program(args=(0.8, 3))
def dictionary_with_computed_keys(x, n):
    table = {}
    for i in range(n):
        table[i] = x ** (i + 1)
        table[i, "half"] = table[i] * 0.5
    for i in range(n):
        table[i] = table[i] * table[(i + 1) % n, "half"]
    return sum(table.values())


@program(args=(0.8, 5))
def memo(x, n):
    cache = {0: x, 1: x * x}

    def f(k):
        if k not in cache:
            cache[k] = f(k - 1) * x + f(k - 2)
        return cache[k]

    return f(n) * cache[3]


@program(args=(numbers(3), 0.7))
def array_of_mixed_display(v, c):
    a, b = v[0], v[1]
    m = np.array([[a, b * c, 2.0], [c, a * a, v[2]], [1.0, 0.0, b]])
    w = np.array([a, 2.0 * b, *[v[2], c]])
    return np.linalg.det(m) * np.sum(w * w)


@program(args=(numbers(3), numbers(3, seed=1)))
def array_of_arrays(x, y):
    m = np.array([x, y * x, [x[0], y[1], 3.0]])
    m[2] *= m[0]
    return np.sum(m @ m)


@program(args=(numbers(2), numbers(3)))
def stacking_functions(x, y):
    a = np.hstack([x, y, 1.0])
    b = np.vstack((y, y * 2.0))
    c = np.column_stack((y, b.T))
    d = np.append(x, [x[0] * y[0], 2.0])
    e = np.block([[b, b[:, :1]], [np.ones((1, 3)), np.array([[x[1]]])]])
    return np.sum(a**2) + np.sum(c @ c) + np.sum(d**3) + np.sum(e * e)


@program(args=([numbers(2, 2), numbers(2), 0.7],))
def list_argument(params):
    w, b, c = params
    y = np.tanh(w @ b) * c
    return np.sum(y * params[1]) + params[-1]


@program(args=([numbers(2), 0.7, 3],))
def list_argument_written(params):
    params[0] = params[0] * params[1]
    params[1] *= 2.0
    params.append(params[0][1])
    return np.sum(params[0]) * params[1] * params[3] * params[2]


@program(args=({"layers": [{"w": numbers(2, 3), "b": numbers(2)}, {"w": numbers(1, 2), "b": numbers(1)}]}, numbers(3)))
def nested_parameters(params, x):
    for layer in params["layers"]:
        x = np.tanh(layer["w"] @ x + layer["b"])
    return x[0]


@program(args=([numbers(2), numbers(3)],), gradient=[np.array([1.0, -2.0]), np.array([0.5, 1.0, 2.0])])
def list_result(arrays):
    return [a * np.sum(arrays[0]) for a in arrays]


@program(args=(0.8, numbers(2)), gradient={"a": 2.0, "b": (np.array([1.0, 3.0]), None)})
def dictionary_result(x, v):
    return {"a": x * v[0], "b": (v * x, "label")}


@program(args=(numbers(3),), gradient=(np.ones(3), np.array([1.0, 2.0, 3.0])))
def same_array_returned_twice(x):
    y = x * x
    y[0] = y[1] * 2.0
    return y, y


@program(args=(0.8, 0.7))
def zip_star_and_transposed_lists(x, y):
    pairs = [(x, y), (y, x * y), (1.0, x)]
    lefts, rights = zip(*pairs)
    return sum(lefts) * rights[1] + max(rights) * lefts[1]


@program(args=(0.8, 0.7))
def containment_and_flags(x, y):
    used = {"x"}
    items = {"x": x, "y": y}
    total = 0.0
    for name in items:
        if name in used:
            total = total + items[name] ** 2
        used.add(name)
    return total * items["y"] * len(used)


@program(args=(numbers(5),))
def deque_as_window(x):
    window = deque(maxlen=2)
    total = 0.0
    for item in x:
        window.append(item)
        total = total + sum(window) * item
    return total


@program(args=(numbers(4),))
def default_dictionary(x):
    groups = defaultdict(list)
    for k, item in enumerate(x):
        groups[k % 2].append(item * item)
    return sum(groups[0]) * sum(groups[1])


@program(args=(0.8,))
def ordered_dictionary(x):
    d = OrderedDict()
    d["a"] = x
    d["b"] = x * d["a"]
    return sum(d.values())


@program(args=(numbers(3, 3),))
def slots_of_arrays_rebound(a):
    rows = [a[0] * 1.0, a[1] * 1.0, a[2] * 1.0]
    for k in range(3):
        rows[k], rows[k - 1] = rows[k - 1] * 2.0, rows[k]
        rows[k][0] += rows[k - 1][1]
    return np.sum(np.array(rows) * a)


@program(args=(numbers(3),))
def list_of_views(x):
    y = x * x
    views = [y[:2], y[1:], y]
    for v in views:
        v *= 1.5
        v[0] += v[1]
    return np.sum(y * x)


@program(args=(numbers(3),))
def array_to_list_and_back(x):
    items = x.tolist()
    items[1] = items[0] * items[2]
    other = list(x)
    other.sort()
    return np.sum(np.array(items) * np.asarray(other)) + x[1].item()


@program(args=(numbers(3),))
def list_cleared_and_reused(x):
    rows = []
    total = 0.0
    for k in range(3):
        rows.clear()
        for item in x:
            rows.append(item * (k + 1) + total)
        total = total + rows[k] * rows[0] * 0.3
    return total


@program(args=(numbers(4),))
def swap_elements(x):
    y = x * 1.0
    y[0], y[3] = y[3] * 2.0, y[0]
    y[[1, 2]] = y[[2, 1]]
    items = [y[0], y[1]]
    items[0], items[1] = items[1], items[0]
    return np.sum(y * x) + items[0] ** 2
