"""Parts of arrays under names of their own: splits, diagonals, windows, parts of complex arrays, axes, `flat`, `at`."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(6),))
def split_then_written_base(x):
    b = x * x
    left, right = np.split(b, 2)
    b[0] = b[5] * x[1]
    right += left
    return np.sum(b * x) + np.sum(left * right)


@program(args=(numbers(7),))
def array_split_loop(x):
    b = x * x
    for k, part in enumerate(np.array_split(b, 3)):
        part *= x[k]
        part += b[0]
    return np.sum(b * b)


@program(args=(numbers(3, 4),))
def vsplit_of_transposes(a):
    b = a * 1.0
    p, q = np.vsplit(b.T, 2)
    p[0] = q[1] * 2.0
    q[:] *= p
    return np.sum(b * a)


@program(args=(numbers(2, 3),))
def unstack_views(a):
    b = a * a
    r, s = np.unstack(b)
    r += s
    s *= r
    return np.sum(b * a)


@program(args=(numbers(3), numbers(2, 2)))
def atleast_several(x, m):
    b = x * x
    c = m * m
    p, q = np.atleast_2d(b, c)
    p[0, 1] = q[0, 0] * p[0, 2]
    q[1] += p[0, :2]
    return np.sum(b * x) + np.sum(c * m)


@program(args=(numbers(3, 3),))
def diag_of_vector_written(a):
    b = a * a
    v = b[0]
    d = np.diag(v)
    v[1] = v[0] * 2.0
    return np.sum(d * a) + np.sum(b * a)


@program(args=(numbers(3, 4),))
def diagonal_offset(a):
    b = a * a
    d = np.diagonal(b, 1)
    e = b.diagonal(-1)
    b[1, 2] = b[0, 0] * a[2, 2]
    b[2, 1] += d[0]
    return np.sum(d * d) + np.sum(e) * np.sum(b)


@program(args=(numbers(3),))
def split_of_the_argument(x):
    a, b, c = np.split(x, 3)
    a += b * c
    b[0] = a[0] * c[0]
    return np.sum(x * x)


@program(args=(numbers(3),), refused="share memory")
def sliding_of_written(x):
    b = x * x
    w = np.lib.stride_tricks.sliding_window_view(b, 2)
    b[1] = 3.0 * b[0]
    return np.sum(w * w)


@program(args=(numbers(3),))
def sliding_of_value(x):
    b = x * x
    w = np.lib.stride_tricks.sliding_window_view(b, 2)
    s = np.sum(w * w)
    b[1] = 3.0 * b[0]
    return s * np.sum(b)


@program(args=(numbers(4),))
def imag_augmented(x):
    z = x.astype(complex)
    z.imag = x * x
    z.imag *= 2.0
    z.real += z.imag
    return np.sum((z * z).real)


@program(args=(numbers(4), numbers(4, seed=2)))
def imag_of_argument(x, y):
    z = x + 1j * y
    w = z[1:3]
    w.imag = x[:2] * y[:2]
    w.real[0] = x[3]
    return np.sum((z * z).real)


@program(args=(numbers(4),))
def newaxis_out(x):
    b = x * x
    m = b[None]
    n = b[:, None]
    m[0, 1] = n[2, 0] * 3.0
    n += m.sum()
    return np.sum(b * x)


@program(args=(numbers(2, 3), numbers(4)))
def flat_assigned(a, v):
    b = a * a
    b.flat = v
    c = a.T * 1.0
    c.flat = b
    return np.sum(b * a) + np.sum(c * a.T)


@program(args=(numbers(4), numbers(4, seed=1)))
def several_at_with_repeats(x, v):
    y = x * x
    np.multiply.at(y, [0, 1, 1], v[:3])
    np.divide.at(y, [2, 2], x[0])
    np.maximum.at(y, [3, 0], v[2:])
    return np.sum(y * x)


@program(args=(numbers(3, 3), numbers(3), 0.7))
def multiply_at_two_axes(a, v, c):
    b = a * a
    np.multiply.at(b, ([0, 0, 2], [1, 1, 2]), v)
    np.multiply.at(b, (slice(None), 0), c)
    np.power.at(b, [1, 1], v)
    np.negative.at(b, [0, 0, 0])
    return np.sum(b * a)


@program(args=(numbers(2, 3),))
def flat_items(a):
    b = a * a
    b.flat[1] = b.flat[2] * 3.0
    b.flat[3:5] = a.flat[:2]
    b.flat[[0, 5]] *= 2.0
    b.flat[::4] = 1.5 * a[0, 0]
    return np.sum(b * a)


@program(args=(numbers(2, 3),))
def flat_iterated(a):
    s = 0.0
    for v in a.flat:
        s = s * 0.5 + v * v
    return s


@program(args=(numbers(3),))
def flat_of_a_vector(x):
    y = x * x
    f = y.flat
    f[0] = 2.0 * f[1]
    t = f[1:]
    y[2] = 3.0 * x[0]
    f[1:] += t
    return np.sum(y * x) * f[-1]


@program(args=(lambda: (np.asfortranarray(numbers(3, 3)),)))
def flat_diagonal(a):
    a.flat[::4] = 2.0
    a.flat[1] *= a.flat[4]
    return np.sum(a * a)


@program(args=(numbers(3),))
def iterated_alias_rebound(x):
    flux = x
    for d in range(2, 1, -1):
        for p in flux:
            x[d] = p
            flux = x * 1.0
    return flux
