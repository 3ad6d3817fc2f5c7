"""Operands of other shapes: (1, n), (n, 1), (), Python numbers, and their adjoints' own shapes."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(1, 3), numbers(2, 1), 0.7))
def row_column_number(r, c, s):
    return np.sum(r * c + s * r - c**2 / s)


@program(args=(numbers(3), numbers(2, 3), np.array(0.7)))
def vector_matrix_zero_rank(v, m, s):
    return np.sum(np.sin(v * m) * s + m / v)


@program(args=(numbers(1), numbers(4)))
def one_element_array(a, x):
    return np.sum(a * x + x**a)


@program(args=(numbers(2, 1, 3), numbers(4, 1)))
def rank_three_against_two(a, b):
    return np.sum(a * b - b / a)


@program(args=(numbers(3, 1), 0.7))
def in_place_broadcast(a, c):
    b = np.ones((3, 4))
    b *= a
    b += c
    b -= a * c
    return np.sum(b * b)


@program(args=(numbers(3), numbers(3, seed=1)))
def outer_by_none(x, y):
    d = x[:, None] - y[None, :] * 2.0
    k = np.exp(-d * d)
    return np.sum(k @ y)


@program(args=(numbers(4, 3),))
def centred_and_scaled(a):
    z = (a - a.mean(axis=0)) / a.std(axis=0)
    w = a / a.sum(axis=1, keepdims=True)
    return np.sum(z * a) + np.sum(w**3)


@program(args=(numbers(3, 4),))
def softmax_rows(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return np.sum(p * p * a)


@program(args=(numbers(2, 3), numbers(3)))
def where_and_maximum_broadcast(a, v):
    return np.sum(np.where(a > v, a * v, v)) + np.sum(np.maximum(a, v[0]) * a)


@program(args=(numbers(3), 0.7))
def number_becomes_array_in_loop(x, c):
    y = c
    for i in range(3):
        y = y * x + c
    return np.sum(y)


@program(args=(numbers(3), numbers(3, 3)))
def result_shape_from_branch(v, m):
    y = v
    if m[0, 0] > 0.0:
        y = y + m
    return np.sum(y * v)


@program(args=(numbers(2, 3, 2), numbers(3)))
def middle_axis(a, v):
    return np.sum(a * v[None, :, None] + a.sum(axis=1, keepdims=True) * v[:, np.newaxis])


@program(args=(numbers(1, 1), numbers(1)))
def unit_dimensions_everywhere(a, b):
    return np.sum(a * b + b * b) * np.sum(a)


@program(args=(numbers(0, 3), numbers(3)), gradient=1.0)
def empty_with_full(a, v):
    """The gradient is zero: there is nothing to sum."""
    return np.sum(a * v)


@program(args=(numbers(3), numbers(2, 3)))
def matmul_shapes(v, m):
    return (m @ v) @ m @ v + np.sum(v @ m.T) + np.sum(np.matmul(m[None], v[:, None]))


@program(args=(numbers(3), numbers(2, 3), numbers(2)))
def einsum_and_tensordot(x, m, y):
    return np.einsum("i,ji,j->", x, m, y) + np.sum(np.tensordot(m, m, axes=([0], [0]))) + np.dot(m, x)[0]


@program(args=(numbers(3), 0.7), gradient=None)
def output_broader_than_argument(x, c):
    return c * np.ones((2, 3)) + x


@program(args=(numbers(2, 2),))
def tile_repeat_pad(a):
    return np.sum(np.tile(a, (2, 1)) ** 2) + np.sum(np.repeat(a, 3, axis=1)) + np.sum(np.pad(a, 1) ** 3)


@program(args=(numbers(4), 0.7))
def same_name_number_then_array(x, c):
    y = c * c
    a = y * 2.0
    y = y * x
    b = y * a
    y = np.sum(y * b)
    return y * c
