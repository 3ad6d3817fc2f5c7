import numpy as np

ARGUMENTS = (np.array([0.0, 0.3, 0.2, 0.1]), np.array([2.0, 2.1, 2.2, 1.9]), np.array([0.4, 0.1, 0.3, 0.0]), np.array([1.0, 0.5, 0.2, 0.8]))


def thomas(a, b, c, d):
    """Solves a tridiagonal system in place."""
    (n,) = d.shape
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    return np.sum(d ** 2)


# adjoint wrt a, b, d
import numpy as np
from srcdiff.runtime import zeros_like


def thomas_adjoint(a, b, c, d, gradient=1.0):
    """Adjoint of `thomas` (thomas.py:6) with respect to a, b, d."""
    # forward sweep
    b = b.copy()  # the primal writes into it
    d = d.copy()  # the primal writes into it
    d_stack, w_stack = [], []
    (n,) = d.shape
    for i in range(1, n):
        w = a[i] / b[i - 1]
        w_stack.append(w)  # kept for line 12
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d_old = d[n - 1]  # kept for line 13
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        d_stack.append(d[i])  # kept for line 15
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]

    # reverse sweep
    # line 16: return np.sum(d ** 2)
    d_bar = gradient * 2.0 * d
    b_bar = zeros_like(b)
    for i in range(0, n - 1):
        # line 15: d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
        d[i] = d_stack.pop()
        d_div_bar = d_bar[i]
        d_bar[i] = 0.0
        d_sub_bar = d_div_bar / b[i]
        b_bar[i] -= d_div_bar * (d[i] - c[i] * d[i + 1]) / (b[i] * b[i])
        d_bar[i + 1] -= d_sub_bar * c[i]
        d_bar[i] += d_sub_bar
    # line 13: d[n - 1] /= b[n - 1]
    d[n - 1] = d_old
    d_b_bar = -d_bar[n - 1] * d[n - 1] / (b[n - 1] * b[n - 1])
    d_bar[n - 1] /= b[n - 1]
    b_bar[n - 1] += d_b_bar
    a_bar = zeros_like(a)
    for i in range(n - 1, 0, -1):
        # line 12: d[i] -= w * d[i - 1]
        d_mul_bar = -d_bar[i]
        w_bar = d_mul_bar * d[i - 1]
        d_bar[i - 1] += d_mul_bar * w_stack.pop()
        # line 11: b[i] -= w * c[i - 1]
        w_bar -= b_bar[i] * c[i - 1]
        # line 10: w = a[i] / b[i - 1]
        b_bar[i - 1] -= w_bar * a[i] / (b[i - 1] * b[i - 1])
        a_bar[i] += w_bar / b[i - 1]
    return a_bar, b_bar, d_bar
