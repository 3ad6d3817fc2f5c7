"""`deque`, `defaultdict`, `OrderedDict`, `Counter`, sets, enumerations, nested dictionaries, lists changed in place."""

import enum
from collections import Counter, OrderedDict, defaultdict, deque

import numpy as np

from tests.corpus.registry import numbers, program


class Kind(enum.Enum):
    LINEAR = 1
    SQUARE = 2


class Flags(enum.IntFlag):
    SCALED = 1
    SHIFTED = 2


@program(args=(numbers(5), 3))
def moving_average(x, n):
    window = deque(maxlen=n)
    out = []
    for item in x:
        window.appendleft(item * item)
        out.append(sum(window) / len(window) * window[0])
    n = 7
    return np.sum(np.array(out)) * n


@program(args=(numbers(4),))
def queue_of_work(x):
    queue = deque([(x[0], 0)])
    total = 0.0
    while queue:
        value, depth = queue.popleft()
        total = total + value * (depth + 1.0)
        if depth < 2:
            queue.append((value * x[depth + 1], depth + 1))
            queue.append((value + x[3], depth + 1))
    return total


@program(args=(numbers(6), ["a", "b", "a", "c", "b", "a"]))
def grouped_sums(x, labels):
    sums = defaultdict(float)
    members = defaultdict(list)
    for label, item in zip(labels, x):
        sums[label] += item * item
        members[label].append(item)
    return sum(sums[key] * members[key][0] for key in sorted(sums)) + sums["missing"]


@program(args=(numbers(3),))
def ordered_updates(x):
    d = OrderedDict(a=x[0], b=x[1])
    d["c"] = x[2] * d["a"]
    d.move_to_end("a")
    d["b"] = d["b"] * d["c"]
    total = 1.0
    for k, value in enumerate(d.values()):
        total = total * value + k
    return total


@program(args=(numbers(4), ["x", "y", "x", "z"]))
def counted_words(x, words):
    counts = Counter(words)
    counts["x"] += 1
    return sum(x[k] * counts[word] for k, word in enumerate(words)) * counts.most_common(1)[0][1]


@program(args=(0.8, Kind.SQUARE))
def chosen_by_enumeration(x, kind):
    table = {Kind.LINEAR: x, Kind.SQUARE: x * x}
    y = table[kind]
    if kind is Kind.SQUARE:
        y = y * kind.value
    return y * x


@program(args=(0.8, Flags.SCALED | Flags.SHIFTED))
def flags_tested(x, flags):
    if flags & Flags.SCALED:
        x = x * 3.0
    if Flags.SHIFTED in flags:
        x = x * x + 1.0
    return x


@program(
    args=({"layer": {"w": numbers(2, 2), "b": numbers(2)}, "scale": 0.7}, numbers(2, seed=2)),
    refused="may be a number or a view",
)
def nested_parameters_updated(params, x):
    for _ in range(3):
        y = np.tanh(params["layer"]["w"] @ x + params["layer"]["b"]) * params["scale"]
        params["layer"]["b"] = params["layer"]["b"] - 0.1 * y
        params["scale"] = params["scale"] * np.sum(y)
        params = {**params, "layer": {**params["layer"], "w": params["layer"]["w"] * 0.9}}
    return np.sum(params["layer"]["w"]) * params["scale"] + np.sum(params["layer"]["b"])


@program(args=({"w": numbers(2), "b": 0.5}, {"b": 0.3, "c": 0.9}))
def merged_dictionaries(defaults, options):
    merged = defaults | options
    merged |= {"d": merged["c"] * merged["b"]}
    defaults.update(options)
    extra = dict(options, e=merged["d"])
    return np.sum(merged["w"]) * merged["d"] + defaults["b"] * extra["e"]


@program(args=(numbers(4),))
def dictionary_methods(x):
    d = {"a": x[0]}
    y = d.get("a") * d.get("b", x[1])
    z = d.setdefault("c", x[2]) * d.setdefault("a", 100.0)
    popped = d.pop("a") + d.pop("zz", x[3])
    d.update(b=popped * z, c=d["c"] * 2.0)
    total = y
    for key, value in sorted(d.items()):
        total = total + len(key) * value**2
    del d["b"]
    return total * len(d)


@program(args=(numbers(5),))
def list_surgery(x):
    items = [v * v for v in x]
    items.insert(1, items[0] * items[2])
    items.remove(items[3])
    del items[0]
    tail = items[-2:]
    items[1:2] = [tail[0], tail[1] * 2.0]
    items.reverse()
    last = items.pop(0)
    items += [last, 3.0]
    items *= 2
    return sum(v * (k + 1) for k, v in enumerate(items)) * items.count(3.0)


@program(args=(numbers(4), [2, 0, 3, 1]))
def sorted_inactive(x, order):
    order.sort(reverse=True)
    order.append(order.pop(0))
    seen = set(order[:2])
    seen |= {0}
    return sum(x[i] ** (k + 1) for k, i in enumerate(order) if i in seen)


@program(args=([numbers(2), numbers(2, seed=1), numbers(2, seed=2)],))
def arrays_in_a_list_written(rows):
    first = rows[0]
    rows[1][0] = first[1] * rows[2][0]
    rows.append(first * rows[1])
    first[0] = 2.0
    rows[-1] += rows[1]
    return np.sum(rows[-1] * rows[0])


@program(args=(0.8, 6))
def memo_in_a_dictionary(x, n):
    memo = {}

    def term(k):
        key = (k % 3, "term")
        if key not in memo:
            memo[key] = x ** (k % 3 + 1)
        return memo[key]

    return sum(term(k) * (k + 1) for k in range(n))


@program(args=((numbers(2), [0.7, {"a": 0.4, "s": "text", "n": None}], 3),))
def deep_structure(tree):
    array, (number, table), count = tree
    y = array * number
    table["a"] = table["a"] * count
    if table["n"] is None and table["s"].startswith("te"):
        y = y * table["a"]
    return np.sum(y) * number


@program(args=(numbers(3), numbers(3, seed=1)), gradient={"loss": 1.0, "parts": [None, None, None]})
def dictionary_result_is_aux_like(x, y):
    parts = ["a", "b", "c"]
    return {"loss": np.sum(x * y * len(parts)), "parts": parts}


@program(args=(numbers(4),))
def list_of_lists(x):
    grid = [[x[i] * x[j] for j in range(4)] for i in range(4)]
    for i in range(4):
        grid[i][i] = grid[i][i] * 2.0
        grid[i], grid[-1 - i] = grid[-1 - i], grid[i]
    columns = list(zip(*grid))
    return sum(columns[0]) * max(len(c) for c in columns) + grid[1][2]


@program(args=(numbers(3),))
def one_list_under_two_names(x):
    a = [x[0]]
    pair = (a, a)
    pair[0].append(x[1] * x[2])
    a[0] = a[1] * a[0]
    b = list(a)
    b[0] = b[0] * 5.0
    return pair[1][0] * a[-1] + b[0]


@program(args=(0.8, 0.7))
def dictionary_of_tuples(x, y):
    bounds = {"x": (x * 0.5, x * 2.0), "y": (y, y * y)}
    bounds["x"] = (bounds["y"][0], bounds["x"][1])
    total = 0.0
    for low, high in bounds.values():
        total = total + high**2 - low**2
    return total


@program(args=(numbers(3),))
def set_of_visited(x):
    visited, stack, total = set(), [0], 1.0
    edges = {0: [1, 2], 1: [2, 0], 2: []}
    while stack:
        node = stack.pop()
        if node in visited:
            continue
        visited.add(node)
        total = total * (x[node] + len(visited))
        stack.extend(edges[node])
    return total
