"""Products of matrices and vectors, written into their output arguments."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def gemm(alpha, beta, c, a, b):
    """c = alpha a b + beta c."""
    c[:] = alpha * a @ b + beta * c


@kernel(lambda n: (1.5, 1.2, numbers(n, n + 1), numbers(n, n + 2), numbers(n + 2, n + 1)), small=3)
def gemm_loss(alpha, beta, c, a, b):
    gemm(alpha, beta, c, a, b)
    return np.sum(c**2)


def gemm_by_rows(alpha, beta, c, a, b):
    """The same, row by row, as a compiled language has it."""
    for i in range(c.shape[0]):
        c[i, :] *= beta
        for k in range(a.shape[1]):
            c[i, :] += alpha * a[i, k] * b[k, :]


@kernel(lambda n: (1.5, 1.2, numbers(n, n + 1), numbers(n, n + 2), numbers(n + 2, n + 1)), small=3)
def gemm_by_rows_loss(alpha, beta, c, a, b):
    gemm_by_rows(alpha, beta, c, a, b)
    return np.sum(c**2)


def gesummv(alpha, beta, a, b, x):
    """The sum of two matrix-vector products."""
    return alpha * a @ x + beta * b @ x


@kernel(lambda n: (1.5, 1.2, numbers(n, n), numbers(n, n, seed=1), numbers(n)), small=4)
def gesummv_loss(alpha, beta, a, b, x):
    return np.sum(gesummv(alpha, beta, a, b, x) ** 2)


def atax(a, x):
    """a^T (a x)."""
    return (a @ x) @ a


@kernel(lambda n: (numbers(n, n + 1), numbers(n + 1)), small=4)
def atax_loss(a, x):
    return np.sum(atax(a, x) ** 2)


def bicg(a, p, r):
    """The two products of a biconjugate gradient step."""
    return r @ a, a @ p


@kernel(lambda n: (numbers(n + 1, n), numbers(n), numbers(n + 1, seed=1)), small=4)
def bicg_loss(a, p, r):
    s, q = bicg(a, p, r)
    return np.sum(s**2) + np.sum(q**3)


def mvt(x1, x2, y1, y2, a):
    """A product with a matrix and one with its transpose, added to vectors."""
    x1 += a @ y1
    x2 += y2 @ a


@kernel(lambda n: (*(numbers(n, seed=k) for k in range(4)), numbers(n, n)), small=4)
def mvt_loss(x1, x2, y1, y2, a):
    mvt(x1, x2, y1, y2, a)
    return np.sum(x1 * x2)


def syrk(alpha, beta, c, a):
    """The lower triangle of alpha a a^T + beta c."""
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]


@kernel(lambda n: (1.5, 1.2, numbers(n, n), numbers(n, n + 1)), small=3)
def syrk_loss(alpha, beta, c, a):
    syrk(alpha, beta, c, a)
    return np.sum(c**2)


def syr2k(alpha, beta, c, a, b):
    """The lower triangle of alpha (a b^T + b a^T) + beta c."""
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += a[: i + 1, k] * alpha * b[i, k] + b[: i + 1, k] * alpha * a[i, k]


@kernel(lambda n: (1.5, 1.2, numbers(n, n), numbers(n, n + 1), numbers(n, n + 1, seed=1)), small=3)
def syr2k_loss(alpha, beta, c, a, b):
    syr2k(alpha, beta, c, a, b)
    return np.sum(c**2)


def symm(alpha, beta, c, a, b):
    """alpha a b + beta c for a symmetric `a` of which the lower triangle is given."""
    n, m = c.shape
    row = np.empty(m)
    c *= beta
    for i in range(n):
        for j in range(m):
            c[:i, j] += alpha * b[i, j] * a[i, :i]
            row[j] = b[:i, j] @ a[i, :i]
        c[i, :] += alpha * b[i, :] * a[i, i] + alpha * row


@kernel(lambda n: (1.5, 1.2, numbers(n, n + 1), numbers(n, n), numbers(n, n + 1, seed=1)), small=3)
def symm_loss(alpha, beta, c, a, b):
    symm(alpha, beta, c, a, b)
    return np.sum(c**2)


def trmm(alpha, a, b):
    """b = alpha a^T b for a unit lower triangular `a`."""
    n, m = b.shape
    for i in range(n):
        for j in range(m):
            b[i, j] += np.dot(a[i + 1 :, i], b[i + 1 :, j])
    b *= alpha


@kernel(lambda n: (1.5, numbers(n, n), numbers(n, n + 1)), small=3)
def trmm_loss(alpha, a, b):
    trmm(alpha, a, b)
    return np.sum(b**2)


def trisolv(lower, x, b):
    """Forward substitution."""
    for i in range(x.shape[0]):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]


@kernel(lambda n: (numbers(n, n), numbers(n), numbers(n, seed=1)), small=4)
def trisolv_loss(lower, x, b):
    trisolv(lower, x, b)
    return np.sum(x**2)


def doitgen(a, c):
    """Each row of a three-dimensional array times a matrix, in place."""
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            total = a[r, q, :] @ c
            a[r, q, :] = total


@kernel(lambda n: (numbers(n, n + 1, n + 2), numbers(n + 2, n + 2)), small=2)
def doitgen_loss(a, c):
    doitgen(a, c)
    return np.sum(a**2)


def two_products(alpha, beta, a, b, c, d):
    """d = alpha a b c + beta d."""
    d[:] = alpha * a @ b @ c + beta * d


@kernel(
    lambda n: (1.5, 1.2, numbers(n, n), numbers(n, n, seed=1), numbers(n, n, seed=2), numbers(n, n, seed=3)), small=3
)
def two_products_loss(alpha, beta, a, b, c, d):
    two_products(alpha, beta, a, b, c, d)
    return np.sum(d**2)


def gemver(alpha, beta, a, u1, v1, u2, v2, w, x, y, z):
    """A rank-two update of a matrix, and two products with it."""
    a += np.outer(u1, v1) + np.outer(u2, v2)
    x += beta * y @ a + z
    w += alpha * a @ x


@kernel(lambda n: (1.5, 1.2, numbers(n, n), *(numbers(n, seed=k) for k in range(8))), small=3)
def gemver_loss(alpha, beta, a, u1, v1, u2, v2, w, x, y, z):
    gemver(alpha, beta, a, u1, v1, u2, v2, w, x, y, z)
    return np.sum(w**2) * 1e-3 + np.sum(x)
