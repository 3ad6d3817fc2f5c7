"""Functions that call themselves or each other."""

import numpy as np

from tests.corpus.registry import numbers, program


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    if n % 2 == 0:
        return half * half
    return half * half * x


def is_even_product(x, n):
    if n == 0:
        return x
    return is_odd_product(x * 0.9, n - 1) * x


def is_odd_product(x, n):
    if n == 0:
        return x * x
    return is_even_product(x + 0.1, n - 1) + np.sin(x)


def prefix_sums(a, lo, hi):
    if hi - lo == 1:
        return a[lo]
    middle = (lo + hi) // 2
    left = prefix_sums(a, lo, middle)
    right = prefix_sums(a, middle, hi)
    a[middle:hi] += left * a[lo]
    return left + right


def tree_value(node, x):
    if isinstance(node, str):
        return x
    if isinstance(node, float):
        return node
    op, left, right = node
    a, b = tree_value(left, x), tree_value(right, x)
    if op == "+":
        return a + b
    return a * b


def total(tree):
    if isinstance(tree, (list, tuple)):
        result = 0.0
        for branch in tree:
            result = result * 0.9 + total(branch)
        return result
    return tree * tree


def merge_pairs(v):
    if len(v) == 1:
        return v[0]
    merged = [v[i] * v[i + 1] + v[i] for i in range(0, len(v) - 1, 2)]
    if len(v) % 2:
        merged.append(v[-1])
    return merge_pairs(merged)


@program(args=(0.8, 5))
def power_by_squaring(x, n):
    return power(x, n) * x


@program(args=(0.8, 4))
def mutual_recursion(x, n):
    return is_even_product(x, n) * x


@program(args=(numbers(5),))
def recursion_writing_an_argument(x):
    a = x * 1.0
    s = prefix_sums(a, 0, 5)
    return s * np.sum(a * x)


@program(args=(0.8,))
def recursion_over_an_expression_tree(x):
    return tree_value(("+", ("*", "x", ("*", "x", 3.0)), ("*", 2.0, "x")), x)


@program(args=([0.8, [0.7, (0.5, 0.6)], 0.9],))
def recursion_over_a_nested_argument(tree):
    return total(tree)


@program(args=(numbers(5),))
def recursion_over_lists(x):
    return merge_pairs([x[0], x[1], x[2], x[3], x[4]])


@program(args=(0.8, 6))
def inner_recursive_function(x, n):
    def fibonacci(k):
        if k < 2:
            return x * (k + 1.0)
        return fibonacci(k - 1) + fibonacci(k - 2) * x

    return fibonacci(n)


@program(args=(0.8, 3))
def fun_itself_recursive(x, n):
    if n == 0:
        return x
    return fun_itself_recursive(x * x + 0.1, n - 1) * x


@program(args=(numbers(4), 4))
def itself_recursive_and_writing(a, n):
    if n == 0:
        return np.sum(a * a)
    a[n - 1] = a[n - 1] * a[n - 2]
    return itself_recursive_and_writing(a, n - 1) * a[n - 1]


@program(args=(0.8, 40))
def deep_recursion(x, n):
    def step(v, k):
        return v if k == 0 else step(np.sin(v) + 0.5 * x, k - 1)

    return step(x, n)


@program(args=(0.1, 1.2))
def adaptive_quadrature(a, b):
    def simpson(lo, hi):
        return (hi - lo) / 6.0 * (np.exp(lo) + 4.0 * np.exp((lo + hi) / 2.0) + np.exp(hi))

    def adapt(lo, hi, depth):
        middle = (lo + hi) / 2.0
        whole = simpson(lo, hi)
        halves = simpson(lo, middle) + simpson(middle, hi)
        if depth == 0 or abs(whole - halves) < 1e-7:
            return halves
        return adapt(lo, middle, depth - 1) + adapt(middle, hi, depth - 1)

    return adapt(a, b, 3)


@program(
    args=(
        0.8,
        3,
    )
)
def mutual_inner(x, n):
    def even(k, v):
        return v if k == 0 else odd(k - 1, v * x)

    def odd(k, v):
        return v * 2.0 if k == 0 else even(k - 1, np.sin(v))

    return even(n, x) + odd(n, x)


@program(
    args=(
        0.8,
        4,
    )
)
def inner_recursion_defaults(x, n):
    def f(k, acc=1.0, *, scale=0.5):
        if k == 0:
            return acc
        return f(k - 1, acc * x + scale, scale=scale * x)

    return f(n) + f(n, x, scale=x)


@program(
    args=(
        0.8,
        4,
    )
)
def recursion_as_value(x, n):
    def f(k):
        return x if k <= 0 else sum(map(f, (k - 1, k - 2))) * x

    g = f
    return g(n)


@program(args=(numbers(5),))
def recursion_on_slices(x):
    def total(v):
        if v.size == 1:
            return v[0] * v[0]
        m = v.size // 2
        return total(v[:m]) * total(v[m:]) + v[0]

    return total(x)


@program(args=(numbers(4),))
def recursion_writing_captured(x):
    a = x * 1.0

    def relax(i):
        if i == 0:
            return
        a[i] = a[i] * a[i - 1]
        relax(i - 1)

    relax(3)
    return np.sum(a * x)


@program(
    args=(
        0.8,
        4,
    )
)
def recursion_in_a_loop(x, n):
    total = 0.0
    for i in range(3):
        y = x * (i + 1)

        def f(k):
            return y if k == 0 else f(k - 1) * y

        total = total + f(i)
    return total


@program(args=(0.8,))
def recursion_returning_tuple(x):
    def f(k):
        if k == 0:
            return x, 1.0
        a, b = f(k - 1)
        return a * b, a + b

    a, b = f(4)
    return a * b


@program(
    args=(
        0.8,
        3,
    )
)
def ackermannish(x, n):
    def f(m, v):
        if m == 0:
            return v + x
        for _ in range(2):
            v = f(m - 1, v) * 0.5
        return v

    return f(n, x)


@program(args=(0.8,))
def recursion_through_list(x):
    def tree(d):
        return [x * d] if d == 0 else [x * d, tree(d - 1)]

    def total(t):
        s = 0.0
        for item in t:
            s = s + (total(item) if isinstance(item, list) else item * item)
        return s

    return total([x, [x * x, [2.0 * x]]])


@program(args=(0.8,))
def recursion_with_a_parameter_of_its_name(x):
    def f(k, f=2.0):
        def g(f):
            return f * x

        return g(f) + k

    def r(k):
        def inner(r):
            return r * x

        return inner(x) if k == 0 else r(k - 1) + inner(2.0)

    return f(1) + r(3)
