"""Reads and writes through views: slices, transposes, reshapes, rows, real and imaginary parts."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(5), 0.7))
def write_through_slice(x, c):
    y = x * x
    inner = y[1:-1]
    inner *= c
    return np.sum(y * x)


@program(args=(numbers(5), 0.7))
def write_through_view_of_view(x, c):
    y = x * 2.0
    v = y[1:]
    w = v[1:3]
    w[0] = c * v[0]
    v += 1.0
    return np.sum(y * y)


@program(args=(numbers(3, 3),))
def write_through_transpose(a):
    b = a * a
    t = b.T
    t[0] = t[1] * 2.0
    b[2] += t[0]
    return np.sum(b * a)


@program(args=(numbers(2, 3), 0.7))
def write_through_reshape(a, c):
    b = a * c
    flat = b.reshape(6)
    flat[1:4] = flat[2:5] * flat[0]
    return np.sum(b * a)


@program(args=(numbers(2, 3), 0.7))
def write_through_ravel(a, c):
    b = a * c
    flat = b.ravel()
    flat[::2] *= c
    return np.sum(b * a)


@program(args=(numbers(2, 3), 0.7))
def ravel_of_transpose_is_a_copy(a, c):
    b = a * c
    flat = b.T.ravel()
    flat[::2] *= c
    return np.sum(b * a) + np.sum(flat * flat)


@program(args=(numbers(2, 3), 0.7))
def flatten_is_a_copy(a, c):
    b = a * c
    flat = b.flatten()
    flat[0] = 9.0
    return np.sum(b * b) + np.sum(flat * c)


@program(args=(numbers(2, 3, 2),))
def write_through_swapaxes(a):
    b = a * 1.0
    s = np.swapaxes(b, 0, 2)
    s[1] *= s[0]
    return np.sum(b * a)


@program(args=(numbers(2, 3, 2),))
def write_through_transpose_with_axes(a):
    b = a * 1.0
    s = b.transpose(1, 2, 0)
    s[:, 0] += s[:, 1] ** 2
    return np.sum(b * a)


@program(args=(numbers(2, 3, 2),))
def write_through_moveaxis(a):
    b = a * 1.0
    s = np.moveaxis(b, 2, 0)
    s[0] = s[1] * s[0]
    return np.sum(b * a)


@program(args=(numbers(3, 2), numbers(2)))
def row_iteration_writes(a, x):
    b = a * a
    for row in b:
        row += x
    return np.sum(b * b)


@program(args=(numbers(3, 2), numbers(2)))
def row_iteration_of_the_argument(a, x):
    for row in a:
        row *= x
        row[0] = row[1] * row[0]
    return np.sum(a * a)


@program(args=(numbers(3, 2),))
def enumerate_rows(a):
    b = a * 1.0
    for i, row in enumerate(b):
        row *= float(i + 1)
        row -= b[i - 1]
    return np.sum(b * a)


@program(args=(numbers(3, 2), numbers(3, 2, seed=1)))
def zip_rows(a, b):
    c = a * 1.0
    for row, other in zip(c, b):
        row += other * row
    return np.sum(c * c)


@program(args=(numbers(2, 4),))
def unpacked_rows_are_views(a):
    b = a * a
    top, bottom = b
    top += bottom
    bottom[1:] *= top[:-1]
    return np.sum(b * a)


@program(args=(numbers(6),))
def negative_stride_view(x):
    y = x * x
    r = y[::-1]
    r[0] = r[1] * 3.0
    r[2:4] += y[0:2]
    return np.sum(y * x)


@program(args=(numbers(3, 4),))
def newaxis_and_ellipsis_views(a):
    b = a * a
    v = b[..., 0]
    v *= 2.0
    w = b[:, np.newaxis, 1]
    w += v[:, None]
    return np.sum(b * a)


@program(args=(numbers(3, 3),))
def zero_dimensional_view(a):
    b = a * a
    corner = b[..., 0, 0]
    b[0, 0] = 2.0 * b[1, 1]
    return np.sum(b) * np.sum(corner)


@program(args=(numbers(3),))
def scalar_element_is_no_view(x):
    y = x * x
    first = y[0]
    y[0] = 2.0
    return np.sum(y * x) * first


@program(args=(numbers(4),))
def fancy_read_is_no_view(x):
    y = x * x
    picked = y[[0, 2]]
    y[0] = 5.0
    picked *= 2.0
    return np.sum(y * x) + np.sum(picked**2)


@program(args=(numbers(4),))
def view_read_after_base_written(x):
    y = x * 1.0
    v = y[:2]
    y[:] = y * y[::-1]
    return np.sum(v * v) + y[3]


@program(args=(numbers(4),))
def view_taken_inside_loop(x):
    y = x * 1.0
    for i in range(1, 4):
        head = y[:i]
        head += y[i] * 0.5
    return np.sum(y * y)


@program(args=(numbers(3, 3),))
def diagonal_of_a_written_array(a):
    b = a * a
    d = np.diag(b)
    e = d * 2.0
    b[1, 1] = 4.0
    return np.sum(b * a) + np.sum(e * d.sum())


@program(args=(numbers(4),))
def real_part_of_complex(x):
    z = x * (1.0 + 2.0j)
    re = z.real
    re *= x
    return np.sum(np.abs(z) ** 2)


@program(args=(numbers(4),))
def imaginary_part_assigned(x):
    z = x.astype(complex)
    z.imag = x * x
    return np.sum((z * z).real)


@program(args=(numbers(2, 4),))
def split_gives_views(a):
    b = a * a
    left, right = np.hsplit(b, 2)
    left *= right
    return np.sum(b * a)


@program(args=(numbers(4),))
def squeeze_and_expand_dims_views(x):
    y = x * x
    column = np.expand_dims(y, 1)
    column[1:] *= column[:-1].copy()
    back = np.squeeze(column)
    back[0] = back[3]
    return np.sum(y * x)


@program(args=(numbers(3),))
def atleast_2d_view(x):
    y = x * x
    m = np.atleast_2d(y)
    m[0, 1] = m[0, 0] * m[0, 2]
    return np.sum(y * x)


@program(args=(numbers(3),))
def asarray_is_an_alias(x):
    y = x * x
    z = np.asarray(y)
    z[0] *= 3.0
    return np.sum(y * x)


@program(args=(numbers(3),))
def array_is_a_copy(x):
    y = x * x
    z = np.array(y)
    z[0] *= 3.0
    return np.sum(y * x) + np.sum(z * z)


@program(args=(numbers(3),))
def broadcast_view_read(x):
    y = np.broadcast_to(x, (2, 3)) * 1.0
    y[1] *= x
    return np.sum(y * y)


@program(args=(numbers(2, 3), numbers(2, 3, seed=1)), refused="shares_memory|view|reshape|copy|unknown|rank")
def reshape_in_a_data_dependent_layout(a, b):
    c = a * 1.0
    m = c if np.sum(a) > 100.0 else c.T
    flat = m.reshape(6)
    flat[0] = 5.0
    return np.sum(c * b) + np.sum(flat * flat)
