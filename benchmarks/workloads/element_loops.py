"""Loops over the elements of arrays that they write into."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.workloads.registry import Workload, numbers

# Gauss-Seidel sweeps for Poisson's equation, as a function of the right-hand side.


def gauss_seidel(f, sweeps):
    n = f.shape[0]
    u = np.zeros_like(f)
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] + f[i, j])
    return np.sum(u**2)


def gauss_seidel_by_hand(f, sweeps):
    n = f.shape[0]
    u = np.zeros_like(f)
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] + f[i, j])
    value = np.sum(u**2)
    u_bar = 2.0 * u
    f_bar = np.zeros_like(f)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            for j in range(n - 2, 0, -1):
                g = 0.25 * u_bar[i, j]
                u_bar[i, j] = 0.0
                u_bar[i - 1, j] += g
                u_bar[i + 1, j] += g
                u_bar[i, j - 1] += g
                u_bar[i, j + 1] += g
                f_bar[i, j] += g
    return value, (f_bar,)


def gauss_seidel_jax(jax):
    def function(f, sweeps):
        n = f.shape[0]

        def element(k, u):
            i, j = 1 + k // (n - 2), 1 + k % (n - 2)
            new = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] + f[i, j])
            return u.at[i, j].set(new)

        def sweep(_, u):
            return jax.lax.fori_loop(0, (n - 2) ** 2, element, u)

        u = jax.lax.fori_loop(0, sweeps, sweep, jax.numpy.zeros_like(f))
        return jax.numpy.sum(u**2)

    return function


def gauss_seidel_eager(xp):
    def function(f, sweeps):
        n = f.shape[0]
        u = [[0.0] * n for _ in range(n)]
        for _ in range(sweeps):
            for i in range(1, n - 1):
                for j in range(1, n - 1):
                    u[i][j] = 0.25 * (u[i - 1][j] + u[i + 1][j] + u[i][j - 1] + u[i][j + 1] + f[i, j])
        return sum(u[i][j] ** 2 for i in range(1, n - 1) for j in range(1, n - 1))

    return function


# LU factorisation in place: the logarithm of the determinant.


def lu(a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    total = 0.0
    for k in range(n):
        total += math.log(a[k, k])
    return total


def lu_by_hand(a):
    a = a.copy()
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    value = 0.0
    a_bar = np.zeros_like(a)
    for k in range(n):
        value += math.log(a[k, k])
        a_bar[k, k] = 1.0 / a[k, k]
    for k in range(n - 1, -1, -1):  # the factors themselves are all that is needed
        for i in range(n - 1, k, -1):
            g = a_bar[i, k]
            for j in range(n - 1, k, -1):
                g -= a_bar[i, j] * a[k, j]
                a_bar[k, j] -= a_bar[i, j] * a[i, k]
            g /= a[k, k]
            a_bar[k, k] -= g * a[i, k]
            a_bar[i, k] = g
    return value, (a_bar,)


def lu_jax(jax):
    def function(a):
        n = a.shape[0]
        rows = jax.numpy.arange(n)

        def step(k, a):
            below = rows > k
            column = jax.numpy.where(below, a[:, k] / a[k, k], 0.0)
            row = jax.numpy.where(rows > k, a[k], 0.0)
            a = a - jax.numpy.outer(column, row)
            return a.at[:, k].set(jax.numpy.where(below, column, a[:, k]))

        return jax.numpy.sum(jax.numpy.log(jax.numpy.diag(jax.lax.fori_loop(0, n, step, a))))

    return function


def lu_eager(xp):
    def function(a):
        n = a.shape[0]
        rows = [[a[i, j] for j in range(n)] for i in range(n)]
        for k in range(n):
            for i in range(k + 1, n):
                rows[i][k] = rows[i][k] / rows[k][k]
                for j in range(k + 1, n):
                    rows[i][j] = rows[i][j] - rows[i][k] * rows[k][j]
        return sum(xp.log(rows[k][k]) for k in range(n))

    return function


# Soft dynamic time warping: a recurrence of dynamic programming with a smooth minimum.


def soft_warping(x, y):
    n, m = x.size, y.size
    r = np.full((n + 1, m + 1), 50.0)
    r[0, 0] = 0.0
    for i in range(n):
        for j in range(m):
            e = math.exp(-r[i, j]) + math.exp(-r[i, j + 1]) + math.exp(-r[i + 1, j])
            r[i + 1, j + 1] = (x[i] - y[j]) ** 2 - math.log(e)
    return r[n, m]


def soft_warping_by_hand(x, y):
    n, m = x.size, y.size
    r = np.full((n + 1, m + 1), 50.0)
    r[0, 0] = 0.0
    e = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            e[i, j] = math.exp(-r[i, j]) + math.exp(-r[i, j + 1]) + math.exp(-r[i + 1, j])
            r[i + 1, j + 1] = (x[i] - y[j]) ** 2 - math.log(e[i, j])
    r_bar = np.zeros_like(r)
    r_bar[n, m] = 1.0
    x_bar, y_bar = np.zeros_like(x), np.zeros_like(y)
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            g = r_bar[i + 1, j + 1]
            d = 2.0 * g * (x[i] - y[j])
            x_bar[i] += d
            y_bar[j] -= d
            g /= e[i, j]
            r_bar[i, j] += g * math.exp(-r[i, j])
            r_bar[i, j + 1] += g * math.exp(-r[i, j + 1])
            r_bar[i + 1, j] += g * math.exp(-r[i + 1, j])
    return r[n, m], (x_bar, y_bar)


def soft_warping_jax(jax):
    jnp = jax.numpy

    def function(x, y):
        def row(above, xi):
            def cell(left, item):
                diagonal, over, yj = item
                new = (xi - yj) ** 2 - jnp.log(jnp.exp(-diagonal) + jnp.exp(-over) + jnp.exp(-left))
                return new, new

            _, new = jax.lax.scan(cell, 50.0, (above[:-1], above[1:], y))
            new = jnp.concatenate([jnp.array([50.0]), new])
            return new, None

        first = jnp.full(y.size + 1, 50.0).at[0].set(0.0)
        return jax.lax.scan(row, first, x)[0][-1]

    return function


def soft_warping_eager(xp):
    def function(x, y):
        above = [0.0] + [50.0] * len(y)
        above = [x[0] * 0.0 + v for v in above]
        for i in range(len(x)):
            row = [x[0] * 0.0 + 50.0]
            for j in range(len(y)):
                e = xp.exp(-above[j]) + xp.exp(-above[j + 1]) + xp.exp(-row[j])
                row.append((x[i] - y[j]) ** 2 - xp.log(e))
            above = row
        return above[-1]

    return function


WORKLOADS = [
    Workload(
        "Gauss-Seidel",
        "element loops",
        gauss_seidel,
        (numbers(20, 20), 5),
        (0,),
        gauss_seidel_by_hand,
        gauss_seidel_by_hand,
        {"jax": gauss_seidel_jax, "autograd": gauss_seidel_eager, "torch": gauss_seidel_eager},
    ),
    Workload(
        "LU",
        "element loops",
        lu,
        (numbers(20, 20) + 10.0 * np.eye(20),),
        (0,),
        lu_by_hand,
        lu_by_hand,
        {"jax": lu_jax, "autograd": lu_eager, "torch": lu_eager},
    ),
    Workload(
        "soft time warping",
        "element loops",
        soft_warping,
        (numbers(30), numbers(30, seed=1)),
        (0, 1),
        soft_warping_by_hand,
        soft_warping_by_hand,
        {"jax": soft_warping_jax, "autograd": soft_warping_eager, "torch": soft_warping_eager},
    ),
]
