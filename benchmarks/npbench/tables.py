"""Elements chosen by masks, indices and tables: profiles, sparse products, dynamic programming, a checksum."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def arc_distance(theta_1, phi_1, theta_2, phi_2):
    """The great-circle distance of points, by the haversine formula."""
    t = np.sin((theta_2 - theta_1) / 2) ** 2 + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    return 2 * np.arctan2(np.sqrt(t), np.sqrt(1 - t))


@kernel(lambda n: (numbers(n), numbers(n, seed=1), numbers(n, seed=2) + 0.3, numbers(n, seed=3) - 0.2), small=4)
def arc_distance_loss(theta_1, phi_1, theta_2, phi_2):
    return np.sum(arc_distance(theta_1, phi_1, theta_2, phi_2) ** 2)


def compute(array_1, array_2, a, b, c):
    """A clipped combination."""
    return np.clip(array_1, 0.7, 1.2) * a + array_2 * b + c


@kernel(lambda n: (numbers(n, n), numbers(n, n, seed=1), 0.4, 0.3, 0.9), small=4)
def compute_loss(array_1, array_2, a, b, c):
    return np.sum(compute(array_1, array_2, a, b, c) ** 2)


def go_fast(a):
    """A matrix and the sum of the hyperbolic tangents on its diagonal."""
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


@kernel(lambda n: (numbers(n, n),), small=4)
def go_fast_loss(a):
    return np.sum(go_fast(a) ** 2)


def azimint_naive(data, radius, npt):
    """The mean of the data in each ring."""
    rmax = radius.max()
    result = np.zeros(npt, dtype=np.float64)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        ring = np.logical_and(r1 <= radius, radius < r2)
        result[i] = data[ring].mean()
    return result


@kernel(lambda n: (numbers(6 * n), np.linspace(0.02, 1.0, 6 * n), n), small=4)
def azimint_naive_loss(data, radius, npt):
    return np.sum(azimint_naive(data, radius, npt) ** 2)


def histogram(a, bins, weights):
    """Weights summed over equal bins, element by element."""
    totals = np.zeros((bins,), a.dtype)
    low, high = a.min(), a.max()
    for k in range(a.size):
        place = int(bins * (a[k] - low) / (high - low))
        if place == bins:
            place = bins - 1
        totals[place] += weights[k]
    return totals


def azimint_hist(data, radius, npt):
    """The same by two histograms."""
    return histogram(radius, npt, data) / np.histogram(radius, npt)[0]


@kernel(lambda n: (numbers(6 * n), np.linspace(0.02, 1.0, 6 * n), n), small=4)
def azimint_hist_loss(data, radius, npt):
    return np.sum(azimint_hist(data, radius, npt) ** 2)


def spmv(rows, columns, values, x):
    """A sparse matrix in compressed rows times a vector."""
    y = np.empty(rows.size - 1, values.dtype)
    for i in range(rows.size - 1):
        chosen = columns[rows[i] : rows[i + 1]]
        y[i] = values[rows[i] : rows[i + 1]] @ x[chosen]
    return y


@kernel(
    lambda n: (np.array([0, 2, 3, 3, 6], np.uint32), np.array([0, 2, 1, 0, 1, 3], np.uint32), numbers(6), numbers(n)),
    small=4,
)
def spmv_loss(rows, columns, values, x):
    return np.sum(spmv(rows, columns, values, x) ** 2)


def floyd_warshall(path):
    """All shortest paths, in place."""
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))


@kernel(lambda n: (numbers(n, n) ** 3,), small=5)
def floyd_warshall_loss(path):
    floyd_warshall(path)
    return np.sum(path**2)


def nussinov(table, scores):
    """The best pairing of a sequence, of which each pair has its own score."""
    n = table.shape[0]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < n:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < n:
                if i < j - 1:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1] + scores[i, j])
                else:
                    table[i, j] = max(table[i, j], table[i + 1, j - 1])
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])


@kernel(lambda n: (numbers(n, n),), small=6)
def nussinov_loss(scores):
    table = np.zeros(scores.shape)
    nussinov(table, scores)
    return np.sum(table**2)


def crc16(data, poly=0x8408):
    """The checksum of bytes: whole numbers, of which there is no derivative."""
    crc = 0xFFFF
    for b in data:
        cur_byte = 0xFF & b
        for _ in range(8):
            if (crc & 0x0001) ^ (cur_byte & 0x0001):
                crc = (crc >> 1) ^ poly
            else:
                crc >>= 1
            cur_byte >>= 1
    crc = ~crc & 0xFFFF
    return ((crc << 8) | ((crc >> 8) & 0xFF)) & 0xFFFF


def k3mm(a, b, c, d):
    """The product of two products."""
    return a @ b @ (c @ d)


@kernel(lambda n: (numbers(n, n + 1), numbers(n + 1, n), numbers(n, n + 2), numbers(n + 2, 2)), small=3)
def k3mm_loss(a, b, c, d):
    return np.sum(k3mm(a, b, c, d) ** 2)


def cholesky2(a):
    """Cholesky's factor by LAPACK, over the strict upper triangle of what was there."""
    a[:] = np.linalg.cholesky(a) + np.triu(a, k=1)


@kernel(lambda n: (numbers(n, n),), small=4)
def cholesky2_loss(a):
    spd = a @ a.T + 3.0 * np.eye(a.shape[0])
    cholesky2(spd)
    return np.sum(spd**2 * a)
