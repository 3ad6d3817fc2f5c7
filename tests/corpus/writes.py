"""Element, slice, stepped, negative, mask and fancy writes; NumPy functions that write."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(4), 0.7))
def element_overwritten_twice(x, c):
    y = x * x
    y[1] = c * y[0]
    y[1] = y[1] * y[2]
    y[1] = y[3] * c
    return np.sum(y * x)


@program(args=(numbers(4), 0.7))
def read_then_overwritten(x, c):
    y = x * 1.0
    a = y[0] * y[1]
    y[0] = a * c
    b = y[0] * y[1]
    y[1] = b
    return np.sum(y) * a


@program(args=(numbers(5),))
def overlapping_shift_right(x):
    a = x * x
    a[1:] = a[:-1]
    return np.sum(a * x)


@program(args=(numbers(5),))
def overlapping_shift_left_augmented(x):
    a = x * x
    a[:-1] += a[1:]
    return np.sum(a * a * x)


@program(args=(np.arange(5.0) + 0.5,))
def overlapping_augmented(x):
    x = x.copy()
    x[1:4] += x[0:3]
    return np.sum(x * x)


@program(args=(numbers(5),))
def reversed_into_itself(x):
    a = x * x
    a[:] = a[::-1]
    return np.sum(a * x)


@program(args=(numbers(5),))
def reversed_added_to_itself(x):
    a = x * x
    a += a[::-1]
    return np.sum(a * a)


@program(args=(numbers(6),))
def stepped_slice_write(x):
    a = x * x
    a[::2] = a[1::2] * x[::2]
    a[5:1:-2] *= 2.0
    return np.sum(a * x)


@program(args=(numbers(5), 0.7))
def negative_indices(x, c):
    a = x * c
    a[-1] = a[0] * a[-2]
    a[-3:-1] = a[-5:-3] * c
    return np.sum(a * x)


@program(args=(numbers(5), 0.7))
def broadcast_write(x, c):
    a = np.ones((3, 5))
    a[:] = x
    a[1] = c
    a[:, 2] = x[:3] * c
    a[0:2, 0:2] = x[4]
    return np.sum(a * a)


@program(args=(numbers(3),))
def write_of_higher_rank(x):
    z = np.zeros(3)
    z[:] = (x * x).reshape(1, 3)
    return np.sum(z * x)


@program(args=(numbers(5),))
def mask_write_number(x):
    a = x * x
    a[x > 1.0] = 0.25
    return np.sum(a * x)


@program(args=(numbers(5),))
def mask_write_array(x):
    a = x * x
    m = x > 0.9
    a[m] = a[m] * x[m]
    a[~m] *= 3.0
    return np.sum(a * x)


@program(args=(numbers(5), 0.7))
def mask_that_the_write_changes(x, c):
    a = x * 2.0
    a[a > 2.0] = c * x[0]
    a[a < 1.6] += c
    return np.sum(a * a)


@program(args=(numbers(6),))
def fancy_write(x):
    a = x * x
    a[[0, 2, 5]] = a[[1, 3, 4]] * x[1]
    return np.sum(a * x)


@program(args=(numbers(6), numbers(4, seed=1)))
def fancy_write_with_repeats(x, v):
    a = x * x
    a[[1, 3, 1, 0]] = v * v
    return np.sum(a * x)


@program(args=(numbers(6), numbers(4, seed=1)))
def fancy_augmented_with_repeats(x, v):
    a = x * x
    a[np.array([1, 3, 1, 0])] += v * v
    return np.sum(a * a)


@program(args=(numbers(6),))
def fancy_read_with_repeats(x):
    return np.sum(x[[0, 0, 1]] * x[[2, 0, 0]])


@program(args=(numbers(3, 4), numbers(3)))
def pairs_of_index_arrays(a, v):
    b = a * a
    rows = np.arange(3)
    b[rows, [3, 1, 0]] = v
    b[rows, rows] *= v
    return np.sum(b * a)


@program(args=(numbers(3, 4), numbers(2)))
def slice_and_index_array(a, v):
    b = a * a
    b[1:, [0, 2]] = v
    b[[0, 2], 1:3] += v
    return np.sum(b * a)


@program(args=(numbers(4), numbers(5, seed=1)))
def add_at_with_repeats(x, v):
    y = x * x
    np.add.at(y, [0, 1, 1, 3, 1], v * v)
    return np.sum(y * y)


@program(args=(numbers(4), numbers(3, seed=1)))
def multiply_at_with_repeats(x, v):
    y = x * x
    np.multiply.at(y, [0, 1, 1], v)
    return np.sum(y * y)


@program(args=(numbers(4), numbers(4, seed=1)))
def copyto(x, y):
    a = x * x
    np.copyto(a, y * x)
    a[0] = x[1]
    return np.sum(a * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def copyto_where(x, y):
    a = x * x
    np.copyto(a, y, where=x > 1.0)
    return np.sum(a * x)


@program(args=(numbers(4), numbers(2, seed=1)))
def put(x, v):
    a = x * x
    np.put(a, [3, 1], v * v)
    return np.sum(a * x)


@program(args=(numbers(3, 3), 0.7))
def fill_diagonal(a, c):
    b = a * a
    np.fill_diagonal(b, c * c)
    return np.sum(b * a)


@program(args=(numbers(4), 0.7))
def fill_method(x, c):
    a = x * x
    s = np.sum(a)
    a.fill(c * s)
    a[0] = x[0]
    return np.sum(a * x)


@program(args=(numbers(5),))
def sort_in_place(x):
    a = x * x * np.array([1.0, 3.0, 0.2, 2.0, 5.0])
    a.sort()
    return np.sum(a * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def ufunc_out(x, y):
    a = x * 1.0
    np.multiply(a, y, out=a)
    np.sin(a, out=a)
    np.add(a[1:], a[:-1], out=a[1:])
    return np.sum(a * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def ufunc_out_positional(x, y):
    a = np.empty(4)
    np.multiply(x, y, a)
    b = np.exp(a, a)
    return np.sum(a * b)


@program(args=(numbers(3, 2), numbers(2, 3)))
def matmul_out(a, b):
    c = np.zeros((3, 3))
    np.matmul(a, b, out=c)
    np.dot(c, c.copy(), out=c)
    return np.sum(c * c)


@program(args=(numbers(4),))
def where_argument_of_ufunc(x):
    a = x * x
    np.divide(1.0, x, out=a, where=x > 1.0)
    return np.sum(a * x)


@program(args=(numbers(3, 4), 0.7))
def element_by_element_like_c(a, c):
    n, m = a.shape
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            out[i, j] = a[i, j] * c
            if j > 0:
                out[i, j] += out[i, j - 1] * a[i, j - 1]
            if i > 0:
                out[i, j] -= out[i - 1, j] ** 2
    return np.sum(out)


@program(args=(numbers(3, 3),))
def index_chain(a):
    b = a * a
    b[1][2] = b[0][0] * 3.0
    b[0][1:] *= b[2][:-1]
    return np.sum(b * a)


@program(args=(numbers(4),))
def index_computed_from_data(x):
    a = x * x
    k = int(np.argmax(x))
    a[k] = a[k - 1] * 2.0
    a[int(x[0] * 2.0)] += x[1]
    return np.sum(a * x)


@program(args=(numbers(4),))
def ellipsis_and_slice_object(x):
    a = x * x
    a[...] = a * x
    s = slice(1, 3)
    a[s] = x[s] ** 3
    return np.sum(a)


@program(args=(numbers(4),))
def keep_then_cube(x):
    x = x.copy()
    keep = np.zeros(4)
    for i in range(1, 4):
        keep[i] = x[i]
        x[i] = x[i] * x[i] * x[i - 1]
    return np.sum(keep * x)


@program(args=(numbers(4),))
def roll_by_slices(x):
    a = x * x
    last = a[-1]
    a[1:] = a[:-1].copy()
    a[0] = last
    return np.sum(a * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def places_by_numbers(x, v):
    """Masks of zeros and ones; of `place` and `putmask` they are masks all the same."""
    y = x * x
    mask = (x > 0.9) * 1
    np.place(y, mask, v * x)
    np.putmask(y, 1 - mask, v)
    return np.sum(y * x)


@program(args=(numbers(3), numbers(3, seed=1)))
def optional_out(x, v, out=None):
    y = np.multiply(x, v, out=out)
    z = np.add(y, x, out)
    return np.sum(z * z) + np.sum(np.multiply(v, v, out=None))
