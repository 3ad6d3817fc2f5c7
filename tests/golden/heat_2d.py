import numpy as np

ARGUMENTS = (np.arange(20.0).reshape(4, 5) ** 0.5, 0.1, 2)


def heat_2d(u, k: float, steps: int):
    n, m = u.shape
    for t in range(steps):
        new = np.zeros((n, m))
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (u[2:, 1:-1] + u[:-2, 1:-1] - 2.0 * u[1:-1, 1:-1])
        u = new
    return np.sum(u ** 2)


# adjoint wrt u, k
import numpy as np
from srcdiff.runtime import unbroadcast, zeros_like


def heat_2d_adjoint(u, k: float, steps: int, gradient=1.0):
    """Adjoint of `heat_2d` (heat_2d.py:6) with respect to u, k."""
    # forward sweep
    new_bar_stack, new_sub_stack, u_stack = [], [], []
    n, m = u.shape
    for t in range(steps):
        new = np.zeros((n, m))
        new_bar = zeros_like(new)
        new_bar_stack.append(new_bar)
        new_sub = u[2:, 1:-1] + u[:-2, 1:-1] - 2.0 * u[1:-1, 1:-1]
        new_sub_stack.append(new_sub)  # kept for line 10
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * new_sub
        u_stack.append(u)  # kept for line 10
        u = new

    # reverse sweep
    # line 12: return np.sum(u ** 2)
    u_bar = gradient * 2.0 * u
    k_bar = 0.0
    for t in range(steps - 1, -1, -1):
        new_bar = new_bar_stack.pop()
        # line 11: u = new
        u = u_stack.pop()
        new_bar += u_bar
        # line 10: new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (u[2:, 1:-1] + u[:-2, 1:-1] - 2.0 * u[1:-1, 1:-1])
        new_add_2_bar = new_bar[1:-1, 1:-1].copy()
        new_bar[1:-1, 1:-1] = 0.0
        k_bar += unbroadcast(new_add_2_bar * new_sub_stack.pop(), k)
        new_add_bar = new_add_2_bar * k
        u_bar = zeros_like(u)
        u_bar[1:-1, 1:-1] += unbroadcast(-new_add_bar * 2.0, u[1:-1, 1:-1])
        u_bar[:-2, 1:-1] += unbroadcast(new_add_bar, u[:-2, 1:-1])
        u_bar[2:, 1:-1] += unbroadcast(new_add_bar, u[2:, 1:-1])
        u_bar[1:-1, 1:-1] += new_add_2_bar
    return u_bar, k_bar
