import numpy as np

ARGUMENTS = (np.linspace(0.0, 1.0, 5) ** 2, np.linspace(1.0, 2.0, 5), 0.3, 2)


def relaxation(u, f, h: float, sweeps: int):
    for k in range(sweeps):
        for i in range(1, u.size - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - h * h * f[i])
    return np.sum(u)


# adjoint wrt u, f
from srcdiff.runtime import copy, expand, unbroadcast, zeros_like


def relaxation_adjoint(u, f, h: float, sweeps: int, gradient=1.0):
    """Adjoint of `relaxation` (relaxation.py:6) with respect to u, f."""
    # forward sweep
    u = u.copy()  # the primal writes into it
    u_mul_stack = []
    for k in range(sweeps):
        for i in range(1, u.size - 1):
            u_mul = 0.5 * (u[i - 1] + u[i + 1] - h * h * f[i])
            u_mul_stack.append(u_mul)  # kept for line 9
            u[i] = u_mul

    # reverse sweep
    f_bar = zeros_like(f)
    u_bar = copy(expand(gradient, u))
    for k in range(sweeps - 1, -1, -1):
        for i in range(u.size - 2, 0, -1):
            # line 9: u[i] = 0.5 * (u[i - 1] + u[i + 1] - h * h * f[i])
            u_mul_bar = unbroadcast(u_bar[i].copy(), u_mul_stack.pop())
            u_bar[i] = 0.0
            u_add_bar = u_mul_bar * 0.5
            f_bar[i] += unbroadcast(-u_add_bar * h * h, f[i])
            u_bar[i + 1] += unbroadcast(u_add_bar, u[i + 1])
            u_bar[i - 1] += unbroadcast(u_add_bar, u[i - 1])
    return u_bar, f_bar
