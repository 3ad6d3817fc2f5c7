"""Names that share storage: aliases, augmented assignment through them, copies, buffers of other shapes."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(4), numbers(4, seed=1)))
def alias_then_augmented(x, y):
    z = y * 1.0
    w = z
    w += x
    return np.sum(z * z * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def alias_of_the_argument(x, y):
    z = y
    z += x
    return np.sum(y * y)


@program(args=(numbers(4),))
def alias_after_reading(x):
    before = x * x
    z = x
    z *= 2.0
    return np.sum(before * x)


@program(args=(numbers(4),))
def copy_is_no_alias(x):
    z = x.copy()
    z *= x
    z[0] = 3.0
    return np.sum(z * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def chained_assignment_shares(x, y):
    a = b = x * y
    a += y
    b[0] = b[1] * b[2]
    return np.sum(a * x)


@program(args=(numbers(4), 0.7))
def alias_in_one_branch(x, c):
    a = x * 2.0
    b = x * 3.0
    t = a if c > 0.5 else b
    t *= c
    return np.sum(a * b)


@program(args=(numbers(3), 0.7))
def alias_on_some_trips(x, c):
    a = x * c
    b = x * 3.0
    for i in range(3):
        t = a if i % 2 == 0 else b
        t[i] = t[i] * t[i - 1] + c
    return np.sum(a * b)


@program(args=(numbers(3), numbers(3, seed=1)))
def buffers_swapped_each_trip(u, v):
    old, new = u.copy(), v.copy()
    for _ in range(4):
        new[:] = np.sin(old) * new
        old, new = new, old
    return np.sum(old * 2.0 + new)


@program(args=(numbers(3, 3),))
def diagonal_read_and_overwritten(a):
    a = a.copy()
    for i in range(3):
        a[i, i] = a[i, i] * a[i, i - 1]
    return np.trace(a @ a)


@program(args=(numbers(6),))
def array_rebound_to_other_shapes(x):
    total = 0.0
    y = x
    for k in range(3):
        total = total + np.sum(y * y) * (k + 1)
        y = y[1:] * y[:-1]
    return total + np.sum(y)


@program(args=(numbers(2, 3),))
def one_name_many_shapes(a):
    a = a.T @ a
    a = a.sum(axis=0)
    a = a @ a
    return a


@program(args=(numbers(3),))
def empty_filled_entirely(x):
    y = np.empty(3)
    for i in range(3):
        y[i] = x[i] ** 2 * x[-1 - i]
    return np.sum(y * y)


@program(args=(numbers(3),))
def empty_filled_partly_and_read_there(x):
    y = np.empty(5)
    y[1:4] = x * x
    return np.sum(y[1:4] ** 2)


@program(args=(numbers(3),))
def zeros_like_buffer(x):
    out = np.zeros_like(x)
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = out[i - 1] * x[i] + np.sin(out[i - 1])
    return out


@program(args=(lambda: (np.asfortranarray(numbers(3, 4)),)))
def fortran_order_flattened_and_written(x):
    b = x.reshape(-1)
    b[0] = 100.0
    return np.sum(x * x)


@program(args=(lambda: (numbers(3, 6)[:, :4],)))
def gaps_flattened_and_written(x):
    b = x.reshape(-1)
    b[0] = 100.0
    return np.sum(x * x)


@program(args=(lambda: (numbers(3, 4),)))
def contiguous_flattened_and_written(x):
    b = x.reshape(-1)
    b[0] = 100.0
    return np.sum(x * x)


@program(args=(numbers(0),), gradient=1.0)
def size_zero(x):
    """A gradient of zero size: zero everywhere."""
    y = x * 2.0
    y += 1.0
    return np.sum(y * y)


@program(args=(np.array(0.8),))
def zero_dimensional(x):
    y = np.array(x * x)
    z = y.copy()
    z[...] = z * 3.0
    z += y
    y[()] = 2.0 * z
    return np.sin(z) * x * y


@program(args=(0.8,))
def number_or_array_alias(x):
    y = x
    y += x * x
    return y * x


@program(args=(numbers(3),))
def self_product_in_place(x):
    y = x * 1.0
    y *= y
    y += y
    y -= 0.5 * y
    return np.sum(y * x)


@program(args=(numbers(4), numbers(4, seed=1)))
def argument_rebound_then_written(x, y):
    x = x * y
    x[1] = y[2] * x[0]
    x = x + y
    x[2:] *= 2.0
    return x
