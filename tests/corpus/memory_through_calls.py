"""Memory that goes through calls: views returned, arrays kept in containers, workspaces, recursion on parts."""

import numpy as np

from tests.corpus.registry import numbers, program


def append_row(rows, r):
    rows.append(r)


@program(args=(numbers(2, 3),))
def helper_appends_rows(a):
    b = a * a
    rows = []
    append_row(rows, b[0])
    append_row(rows, b[1])
    append_row(rows, b[0])
    rows[2] *= rows[1]
    rows[0][1] = 2.0 * rows[1][0]
    return np.sum(b * a)


def two(a):
    return a[:2], a[2:]


@program(args=(numbers(4),))
def helper_gives_two_views(x):
    y = x * x
    a, b = two(y)
    a *= b
    b[0] = a[1]
    c, d = two(y)
    c += d
    return np.sum(y * x)


def flat_of(a):
    return a.reshape(-1)


@program(args=(numbers(2, 3),))
def helper_flattens(a):
    b = a * a
    f = flat_of(b)
    f[1:3] *= f[0]
    g = flat_of(b.T)
    g[0] = 100.0
    return np.sum(b * a) + np.sum(g[:2])


def quicksort(a, lo, hi):
    if lo < hi:
        p = a[hi]
        i = lo
        for j in range(lo, hi):
            if a[j] < p:
                t = a[i]
                a[i] = a[j]
                a[j] = t
                i += 1
        t = a[i]
        a[i] = a[hi]
        a[hi] = t
        quicksort(a, lo, i - 1)
        quicksort(a, i + 1, hi)


@program(args=(numbers(6),))
def quicksorted(x):
    y = x * x
    quicksort(y, 0, 5)
    return np.sum(y * np.arange(6.0))


def fft_in_place(a):
    n = len(a)
    if n == 1:
        return
    even, odd = a[::2].copy(), a[1::2].copy()
    fft_in_place(even)
    fft_in_place(odd)
    w = np.exp(-2j * np.pi * np.arange(n // 2) / n)
    a[: n // 2] = even + w * odd
    a[n // 2 :] = even - w * odd


@program(args=(numbers(8),))
def recursive_fft(x):
    z = x * (1.0 + 0.5j)
    fft_in_place(z)
    return np.sum(np.abs(z) ** 3)


def pair_sum(a, b):
    a += b
    b += a


@program(args=(numbers(4),))
def helper_gets_overlapping_views(x):
    y = x * x
    pair_sum(y[1:3], y[0:2])
    return np.sum(y * x)


def default_buffer(x, out=None):
    if out is None:
        out = np.zeros_like(x)
    out += x * x
    return out


@program(args=(numbers(3),))
def optional_buffer(x):
    a = default_buffer(x)
    b = default_buffer(x, a)
    b[0] *= 2.0
    c = default_buffer(b, out=a)
    return np.sum(a * b * c)


def _fill_out(x, y, out):
    np.multiply(x, y, out=out)
    return out


@program(args=(numbers(3), numbers(3, seed=1)))
def out_argument_reused(x, y):
    buf = np.empty(3)
    a = _fill_out(x, y, buf).sum()
    b = _fill_out(buf, y, buf)
    c = _fill_out(b, x, buf)
    return a * np.sum(c * buf)


def _update_all(arrays, k):
    for a in arrays:
        a *= k


@program(args=(numbers(3), numbers(3, seed=1), 0.7))
def list_argument_to_helper(x, y, k):
    arrays = [x * 1.0, y * 1.0]
    _update_all(arrays, k)
    arrays.append(arrays[0])
    _update_all(arrays, k)
    return np.sum(arrays[0] * arrays[1])


def choose(items, i):
    return items[i]


@program(args=(numbers(3), numbers(3, seed=1)))
def chosen_from_a_list(x, y):
    items = [x * 1.0, y * 1.0]
    c = choose(items, 1)
    c += choose(items, 0)
    choose(items, 0)[1] = c[0]
    return np.sum(items[0] * items[1])


def ensure(d, k, n):
    if k not in d:
        d[k] = np.zeros(n)
    return d[k]


@program(args=(numbers(3),))
def buffers_made_on_demand(x):
    d = {}
    ensure(d, "a", 3)[:] = x * x
    ensure(d, "a", 3)[1] *= 2.0
    b = ensure(d, "b", 3)
    b += ensure(d, "a", 3)
    b[0] = 1.0
    return np.sum(d["a"] * d["b"])


def rotate(buf, new):
    old = buf[0]
    buf[:-1] = buf[1:]
    buf[-1] = new
    return old


@program(args=(numbers(3), numbers(4, seed=1)))
def ring_buffer(buf, values):
    total = 0.0
    for v in values:
        total += rotate(buf, v * buf[1]) * buf[0]
    return total


def relax(u, f, w, n):
    for _ in range(n):
        u[1:-1] += w * (0.5 * (u[:-2] + u[2:]) - u[1:-1] + f[1:-1])


def residual(u, f):
    r = np.zeros_like(u)
    r[1:-1] = f[1:-1] - (u[1:-1] - 0.5 * (u[:-2] + u[2:]))
    return r


def v_cycle(u, f, level):
    relax(u, f, 0.7, 2)
    if level:
        r = residual(u, f)[::2].copy()
        e = np.zeros_like(r)
        v_cycle(e, r, level - 1)
        u[::2] += e
        relax(u, f, 0.7, 1)


@program(args=(numbers(5), numbers(5, seed=1)))
def multigrid(u, f):
    v_cycle(u, f, 1)
    return np.sum(u * u)


def head(v):
    return v[:2]


def tail_of(v):
    return v[1:]


@program(args=(numbers(6),))
def views_of_helper_views(x):
    y = x * x
    h = head(tail_of(tail_of(y)))
    h *= y[:2]
    tail_of(h)[0] = 2.0 * y[0]
    return np.sum(y * x)


@program(args=(numbers(4),))
def early_return_after_write(x):
    def f(v):
        v[0] *= 2.0
        if v[0] > 0.5:
            v[1] = v[0]
            return v[1:]
        v[2] = 1.0
        return v

    y = x * x
    r = f(y)
    r[0] += y[3]
    return np.sum(y * x) + np.sum(r)


def windows(a, n):
    return [a[i : i + n] for i in range(len(a) - n + 1)]


@program(args=(numbers(5),))
def windows_written(x):
    y = x * x
    for w in windows(y, 2):
        w[0] += 0.5 * w[1]
    return np.sum(y * x)


def lu_in_place(a):
    n = len(a)
    for k in range(n):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return a


def solve_lu(a, b):
    for i in range(len(b)):
        b[i] -= a[i, :i] @ b[:i]
    for i in range(len(b) - 1, -1, -1):
        b[i] = (b[i] - a[i, i + 1 :] @ b[i + 1 :]) / a[i, i]
    return b


@program(args=(numbers(3, 3), numbers(3)))
def lu_solved_in_place(a, b):
    m = a + 4.0 * np.eye(3)
    lu = lu_in_place(m)
    x = solve_lu(lu, b)
    return np.sum(x * x) + np.sum(m * a)


def update_moments(state, g):
    state["m"] *= 0.9
    state["m"] += 0.1 * g
    state["v"][:] = 0.99 * state["v"] + 0.01 * g * g
    return state["m"] / (np.sqrt(state["v"]) + 0.1)


@program(args=(numbers(3), numbers(3, seed=1)))
def adam_like_state(w, g):
    state = {"m": np.zeros(3), "v": np.zeros(3)}
    for _ in range(3):
        w -= 0.1 * update_moments(state, g * w)
    return np.sum(w * w) + np.sum(state["m"])


def write_twice(a, b):
    a[0] = b[1]
    b[1] = a[0] * 2.0
    a[0] += b[1]


@program(args=(numbers(4),))
def two_arguments_are_one(x):
    y = x * 1.0
    write_twice(y, y)
    write_twice(y[:2], y[2:])
    write_twice(y[1:], y[:-1])
    return np.sum(y * x)


def apply(f, a):
    f(a)
    return a


def sub_into(a, b):
    a -= b


@program(args=(numbers(4), 0.7))
def function_argument_writes(x, k):
    y = x * x

    def scale(a):
        a *= k

    z = apply(scale, y[1:])
    z[0] += 1.0
    apply(lambda a: sub_into(a, x), y)
    return np.sum(y * y)


class Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v


def kick(p, f, dt):
    p.v += dt * f


def drift(p, dt):
    p.x += dt * p.v


def force(x):
    return -np.sin(x)


@program(args=(numbers(3), numbers(3, seed=1), 0.1))
def leapfrog_on_objects(x, v, dt):
    p = Particle(x * 1.0, v * 1.0)
    for _ in range(3):
        kick(p, force(p.x), 0.5 * dt)
        drift(p, dt)
        kick(p, force(p.x), 0.5 * dt)
    return np.sum(p.x * p.v)
