import numpy as np

ARGUMENTS = (np.array([0.5, -1.0, 0.3]), np.array([1.5, 1.0, 0.7]))


def rotate(a, b, angle):
    c, s = np.cos(angle), np.sin(angle)
    a[:] = c * a - s * b
    b[:] = s * a + c * b


def kernel_writes(a, b):
    for k in range(2):
        rotate(a, b, 0.3)
    return np.sum(a * b)


# adjoint wrt a, b
import numpy as np
from srcdiff.runtime import copy, expand, unbroadcast


def rotate_forward(a, b, angle):
    """Forward sweep of `rotate` (kernel_writes.py:6): its value, and what the reverse sweep needs."""
    c = np.cos(angle)
    s = np.sin(angle)
    a_sub = c * a - s * b
    a[:] = a_sub
    b_add = s * a + c * b
    b[:] = b_add
    return None, (a, b, c, s, a_sub, b_add)


def rotate_reverse(residuals, a_bar, b_bar):
    """Reverse sweep of `rotate` (kernel_writes.py:6): the adjoints of ."""
    a, b, c, s, a_sub, b_add = residuals
    # line 9: b[:] = s * a + c * b
    b_add_bar = unbroadcast(b_bar[:].copy(), b_add)
    b_bar[:] = 0.0
    b_bar += unbroadcast(b_add_bar * c, b)
    a_bar += unbroadcast(b_add_bar * s, a)
    # line 8: a[:] = c * a - s * b
    a_sub_bar = unbroadcast(a_bar[:].copy(), a_sub)
    a_bar[:] = 0.0
    b_bar += unbroadcast(-a_sub_bar * s, b)
    a_bar += unbroadcast(a_sub_bar * c, a)
    return ()


def kernel_writes_adjoint(a, b, gradient=1.0):
    """Adjoint of `kernel_writes` (kernel_writes.py:12) with respect to a, b."""
    # forward sweep
    a = a.copy()  # the primal writes into it
    b = b.copy()  # the primal writes into it
    rotate_residuals_stack = []
    for k in range(2):
        rotate_result, rotate_residuals = rotate_forward(a, b, 0.3)
        rotate_residuals_stack.append(rotate_residuals)
    output_mul = a * b

    # reverse sweep
    # line 15: return np.sum(a * b)
    output_mul_bar = expand(gradient, output_mul)
    a_bar = unbroadcast(output_mul_bar * b, a)
    b_bar = unbroadcast(output_mul_bar * a, b)
    for k in range(1, -1, -1):
        # line 14: rotate(a, b, 0.3)
        rotate_reverse(rotate_residuals_stack.pop(), a_bar, b_bar)
    return a_bar, b_bar
