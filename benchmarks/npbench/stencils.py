"""Sweeps over grids: Jacobi, Gauss-Seidel, heat, alternating directions, Maxwell's equations."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def jacobi_1d(steps, a, b):
    """Two half steps of the three-point mean, back and forth between two arrays."""
    for _ in range(steps):
        b[1:-1] = (a[:-2] + a[1:-1] + a[2:]) / 3.0
        a[1:-1] = (b[:-2] + b[1:-1] + b[2:]) / 3.0


@kernel(lambda n: (3, numbers(n), numbers(n, seed=1)), small=8)
def jacobi_1d_loss(steps, a, b):
    jacobi_1d(steps, a, b)
    return np.sum(a**2 + b)


def jacobi_2d(steps, a, b):
    """The five-point mean."""
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])


@kernel(lambda n: (2, numbers(n, n), numbers(n, n, seed=1)), small=5)
def jacobi_2d_loss(steps, a, b):
    jacobi_2d(steps, a, b)
    return np.sum(a**2 + b)


def seidel_2d(steps, a):
    """The nine-point mean in place: each point sees its new neighbours."""
    n = a.shape[0]
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = np.sum(a[i - 1 : i + 2, j - 1 : j + 2]) / 9.0


@kernel(lambda n: (2, numbers(n, n)), small=5)
def seidel_2d_loss(steps, a):
    seidel_2d(steps, a)
    return np.sum(a**2)


def heat_3d(steps, a, b, conductivity):
    """Explicit Euler for the heat equation in three dimensions."""

    def step(target, u):
        target[1:-1, 1:-1, 1:-1] = u[1:-1, 1:-1, 1:-1] + conductivity * (
            (u[2:, 1:-1, 1:-1] - 2.0 * u[1:-1, 1:-1, 1:-1] + u[:-2, 1:-1, 1:-1])
            + (u[1:-1, 2:, 1:-1] - 2.0 * u[1:-1, 1:-1, 1:-1] + u[1:-1, :-2, 1:-1])
            + (u[1:-1, 1:-1, 2:] - 2.0 * u[1:-1, 1:-1, 1:-1] + u[1:-1, 1:-1, :-2])
        )

    for _ in range(steps):
        step(b, a)
        step(a, b)


@kernel(lambda n: (2, numbers(n, n, n), numbers(n, n, n, seed=1), 0.125), small=4)
def heat_3d_loss(steps, a, b, conductivity):
    heat_3d(steps, a, b, conductivity)
    return np.sum(a**2 + b)


def adi(steps, u):
    """Alternating direction implicit diffusion: tridiagonal solves along columns, then along rows."""
    n = u.shape[0]
    v, p, q = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    along, across = -0.4, -0.3
    for _ in range(steps):
        for source, target, first, second in ((u, v, along, across), (v, u, across, along)):
            target[0, 1:-1] = 1.0
            p[1:-1, 0] = 0.0
            q[1:-1, 0] = 1.0
            for j in range(1, n - 1):
                pivot = first * p[1:-1, j - 1] + 1.0 - 2.0 * first
                p[1:-1, j] = -first / pivot
                rhs = -second * source[j, :-2] + (1.0 + 2.0 * second) * source[j, 1:-1] - second * source[j, 2:]
                q[1:-1, j] = (rhs - first * q[1:-1, j - 1]) / pivot
            target[-1, 1:-1] = 1.0
            for j in range(n - 2, 0, -1):
                target[j, 1:-1] = p[1:-1, j] * target[j + 1, 1:-1] + q[1:-1, j]


@kernel(lambda n: (2, numbers(n, n)), small=5)
def adi_loss(steps, u):
    adi(steps, u)
    return np.sum(u**2)


def fdtd_2d(steps, ex, ey, hz, pulse):
    """Yee's scheme: electric and magnetic fields take turns, driven along one edge."""
    for t in range(steps):
        ey[0, :] = pulse[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])


@kernel(lambda n: (3, numbers(n, n), numbers(n, n, seed=1), numbers(n, n, seed=2), numbers(3)), small=4)
def fdtd_2d_loss(steps, ex, ey, hz, pulse):
    fdtd_2d(steps, ex, ey, hz, pulse)
    return np.sum(hz**2) + np.sum(ex * ey)


def smooth_floyd_warshall(path, sharpness):
    """All shortest paths with a smooth minimum in the place of the minimum."""
    n = path.shape[0]
    for k in range(n):
        through = path[:, k][:, None] + path[k, :]
        path[:] = -np.logaddexp(-sharpness * path, -sharpness * through) / sharpness


@kernel(lambda n: (numbers(n, n), 3.0), small=5)
def smooth_floyd_warshall_loss(path, sharpness):
    smooth_floyd_warshall(path, sharpness)
    return np.sum(path**2)
