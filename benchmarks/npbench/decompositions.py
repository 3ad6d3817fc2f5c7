"""Decompositions in place, element by element or slice by slice."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def positive_definite(n):
    """A symmetric matrix with all eigenvalues well above zero."""
    a = numbers(n, n)
    return a @ a.T + n * np.eye(n)


def lu(a):
    """Doolittle's elimination; both factors in the place of the matrix."""
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, a.shape[0]):
            a[i, j] -= a[i, :i] @ a[:i, j]


@kernel(lambda n: (positive_definite(n),), small=4)
def lu_loss(a):
    lu(a)
    return np.sum(a**2)


def ludcmp(a, b):
    """A linear system by elimination and two substitutions."""
    n = a.shape[0]
    x, y = np.zeros_like(b), np.zeros_like(b)
    for i in range(n):
        for j in range(i):
            w = a[i, j]
            for k in range(j):
                w -= a[i, k] * a[k, j]
            a[i, j] = w / a[j, j]
        for j in range(i, n):
            w = a[i, j]
            for k in range(i):
                w -= a[i, k] * a[k, j]
            a[i, j] = w
    for i in range(n):
        y[i] = b[i] - a[i, :i] @ y[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x, y


@kernel(lambda n: (positive_definite(n), numbers(n)), small=4)
def ludcmp_loss(a, b):
    x, y = ludcmp(a, b)
    return np.sum(x**2) + np.sum(y)


def cholesky(a):
    """The lower factor in the place of the lower triangle."""
    a[0, 0] = np.sqrt(a[0, 0])
    for i in range(1, a.shape[0]):
        for j in range(i):
            a[i, j] -= np.dot(a[i, :j], a[j, :j])
            a[i, j] /= a[j, j]
        a[i, i] -= np.dot(a[i, :i], a[i, :i])
        a[i, i] = np.sqrt(a[i, i])


@kernel(lambda n: (positive_definite(n),), small=4)
def cholesky_loss(a):
    cholesky(a)
    return np.sum(np.tril(a) ** 2) + np.sum(np.tril(a))


def cholesky_by_columns(a):
    """The outer-product form."""
    n = a.shape[0]
    for k in range(n):
        a[k, k] = np.sqrt(a[k, k])
        a[k + 1 :, k] /= a[k, k]
        for j in range(k + 1, n):
            a[j:, j] -= a[j:, k] * a[j, k]


@kernel(lambda n: (positive_definite(n),), small=4)
def cholesky_by_columns_loss(a):
    cholesky_by_columns(a)
    return np.sum(np.tril(a) ** 2) + np.sum(np.tril(a))


def durbin(r):
    """Durbin's recursion for the Yule-Walker equations of a Toeplitz matrix."""
    y = np.zeros_like(r)
    alpha, beta = -r[0], 1.0
    y[0] = -r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


@kernel(lambda n: (0.3 * numbers(n) / np.arange(1.0, n + 1.0),), small=5)
def durbin_loss(r):
    return np.sum(durbin(r) ** 2)


def gramschmidt(a):
    """The modified Gram-Schmidt process: q r = a, `a` used up."""
    n = a.shape[1]
    q = np.zeros_like(a)
    r = np.zeros((n, n))
    for k in range(n):
        norm = np.dot(a[:, k], a[:, k])
        r[k, k] = np.sqrt(norm)
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, n):
            r[k, j] = np.dot(q[:, k], a[:, j])
            a[:, j] -= q[:, k] * r[k, j]
    return q, r


@kernel(lambda n: (numbers(n + 2, n),), small=3)
def gramschmidt_loss(a):
    q, r = gramschmidt(a)
    return np.sum(r**2 + r) + np.sum(q**3)


def householder(a, b):
    """Least squares by reflections, `a` and `b` overwritten, then back substitution."""
    n = a.shape[1]
    for k in range(n):
        v = a[k:, k].copy()
        v[0] += np.copysign(np.linalg.norm(v), v[0])
        scale = 2.0 / (v @ v)
        a[k:, k:] -= scale * np.outer(v, v @ a[k:, k:])
        b[k:] -= scale * v * (v @ b[k:])
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - a[i, i + 1 : n] @ x[i + 1 :]) / a[i, i]
    return x


@kernel(lambda n: (numbers(n + 2, n), numbers(n + 2)), small=3)
def householder_loss(a, b):
    return np.sum(householder(a, b) ** 2)
