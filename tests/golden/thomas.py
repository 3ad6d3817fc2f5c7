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
from srcdiff.runtime import unbroadcast, zeros_like


def thomas_adjoint(a, b, c, d, gradient=1.0):
    """Adjoint of `thomas` (thomas.py:6) with respect to a, b, d."""
    # forward sweep
    b = b.copy()  # the primal writes into it
    d = d.copy()  # the primal writes into it
    w_a_stack = []
    w_stack = []
    b_mul_stack = []
    b_stack = []
    d_mul_stack = []
    d_stack = []
    d_d_stack = []
    d_c_stack = []
    d_sub_stack = []
    d_b_stack = []
    d_div_stack = []
    d_stack_2 = []
    (n,) = d.shape
    for i in range(1, n):
        w_a = a[i]
        w_a_stack.append(w_a)  # kept for line 10
        w = w_a / b[i - 1]
        w_stack.append(w)  # kept for lines 11 and 12
        b_mul = w * c[i - 1]
        b_mul_stack.append(b_mul)  # kept for line 11
        b_stack.append(b[i].copy())  # kept for line 11
        b[i] -= b_mul
        d_mul = w * d[i - 1]
        d_mul_stack.append(d_mul)  # kept for line 12
        d_stack.append(d[i].copy())  # kept for line 12
        d[i] -= d_mul
    d_old = d[n - 1].copy()  # kept for line 13
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        d_d = d[i]
        d_d_stack.append(d_d)  # kept for line 15
        d_c = c[i]
        d_c_stack.append(d_c)  # kept for line 15
        d_sub = d_d - d_c * d[i + 1]
        d_sub_stack.append(d_sub)  # kept for line 15
        d_b = b[i]
        d_b_stack.append(d_b)  # kept for line 15
        d_div = d_sub / d_b
        d_div_stack.append(d_div)  # kept for line 15
        d_stack_2.append(d[i].copy())  # kept for line 15
        d[i] = d_div

    # reverse sweep
    # line 16: return np.sum(d ** 2)
    d_bar = gradient * 2.0 * d
    b_bar = zeros_like(b)
    for i in range(0, n - 1):
        d_b = d_b_stack.pop()
        # line 15: d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
        d[i] = d_stack_2.pop()
        d_div_bar = unbroadcast(d_bar[i].copy(), d_div_stack.pop())
        d_bar[i] = 0.0
        d_sub_bar = d_div_bar / d_b
        b_bar[i] += unbroadcast(-(d_div_bar * d_sub_stack.pop() / d_b ** 2), d_b)
        d_bar[i + 1] += unbroadcast(-(d_sub_bar * d_c_stack.pop()), d[i + 1])
        d_bar[i] += unbroadcast(d_sub_bar, d_d_stack.pop())
    # line 13: d[n - 1] /= b[n - 1]
    d[n - 1] = d_old
    d_b_bar = unbroadcast(-(d_bar[n - 1] * d[n - 1] / (b[n - 1] * b[n - 1])), b[n - 1])
    d_bar[n - 1] = unbroadcast(d_bar[n - 1] / b[n - 1], d[n - 1])
    b_bar[n - 1] += d_b_bar
    a_bar = zeros_like(a)
    for i in range(n - 1, 0, -1):
        w_a = w_a_stack.pop()
        w = w_stack.pop()
        # line 12: d[i] -= w * d[i - 1]
        d[i] = d_stack.pop()
        d_mul_bar = unbroadcast(-d_bar[i].copy(), d_mul_stack.pop())
        d_bar[i] = unbroadcast(d_bar[i].copy(), d[i])
        w_bar = unbroadcast(d_mul_bar * d[i - 1], w)
        d_bar[i - 1] += unbroadcast(d_mul_bar * w, d[i - 1])
        # line 11: b[i] -= w * c[i - 1]
        b[i] = b_stack.pop()
        b_mul_bar = unbroadcast(-b_bar[i].copy(), b_mul_stack.pop())
        b_bar[i] = unbroadcast(b_bar[i].copy(), b[i])
        w_bar += unbroadcast(b_mul_bar * c[i - 1], w)
        # line 10: w = a[i] / b[i - 1]
        b_bar[i - 1] += unbroadcast(-(w_bar * w_a / (b[i - 1] * b[i - 1])), b[i - 1])
        a_bar[i] += unbroadcast(w_bar / b[i - 1], w_a)
    return a_bar, b_bar, d_bar
