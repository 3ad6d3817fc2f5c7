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
from srcdiff.runtime import expand, unbroadcast, zeros_like


def heat_2d_adjoint(u, k: float, steps: int, gradient=1.0):
    """Adjoint of `heat_2d` (heat_2d.py:6) with respect to u, k."""
    # forward sweep
    new_add_stack, new_bar_stack, new_stack, new_sub_stack, u_stack = [], [], [], [], []
    n, m = u.shape
    for t in range(steps):
        new = np.zeros((n, m))
        new_bar = zeros_like(new)
        new_stack.append(new)  # kept for line 11
        new_bar_stack.append(new_bar)
        new_sub = u[2:, 1:-1] + u[:-2, 1:-1] - 2.0 * u[1:-1, 1:-1]
        new_sub_stack.append(new_sub)  # kept for line 10
        new_add = u[1:-1, 1:-1] + k * new_sub
        new_add_stack.append(new_add)  # kept for line 10
        new[1:-1, 1:-1] = new_add
        u_stack.append(u)  # kept for line 10
        u = new
    output_pow = u ** 2

    # reverse sweep
    # line 12: return np.sum(u ** 2)
    u_bar = unbroadcast(expand(gradient, output_pow) * 2.0 * u, u)
    k_bar = 0.0
    for t in range(steps - 1, -1, -1):
        new_bar = new_bar_stack.pop()
        # line 11: u = new
        u = u_stack.pop()
        new_bar += unbroadcast(u_bar, new_stack.pop())
        # line 10: new[1:-1, 1:-1] = u[1:-1, 1:-1] + k * (u[2:, 1:-1] + u[:-2, 1:-1] - 2.0 * u[1:-1, 1:-1])
        new_add_2_bar = unbroadcast(new_bar[1:-1, 1:-1].copy(), new_add_stack.pop())
        new_bar[1:-1, 1:-1] = 0.0
        k_bar += unbroadcast(new_add_2_bar * new_sub_stack.pop(), k)
        new_add_bar = new_add_2_bar * k
        u_bar = zeros_like(u)
        u_bar[1:-1, 1:-1] += unbroadcast(-(new_add_bar * 2.0), u[1:-1, 1:-1])
        u_bar[:-2, 1:-1] += unbroadcast(new_add_bar, u[:-2, 1:-1])
        u_bar[2:, 1:-1] += unbroadcast(new_add_bar, u[2:, 1:-1])
        u_bar[1:-1, 1:-1] += unbroadcast(new_add_2_bar, u[1:-1, 1:-1])
    return u_bar, k_bar
