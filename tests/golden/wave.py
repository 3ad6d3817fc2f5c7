import numpy as np

ARGUMENTS = (np.linspace(0.0, 1.0, 7) ** 2, np.linspace(1.0, 0.0, 7), 0.4, 3)


def wave(u, v, c: float, steps: int):
    (n,) = u.shape
    for t in range(steps):
        acceleration = np.zeros(n)
        acceleration[1:-1] = c * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        v = v + acceleration
        u = u + v
    return np.sum(u * u)


# adjoint wrt u, v, c
import numpy as np
from srcdiff.runtime import copy, expand, unbroadcast, zeros_like


def wave_adjoint(u, v, c: float, steps: int, gradient=1.0):
    """Adjoint of `wave` (wave.py:6) with respect to u, v, c."""
    # forward sweep
    acceleration_stack = []
    acceleration_bar_stack = []
    acceleration_add_stack = []
    acceleration_mul_stack = []
    v_stack = []
    u_stack = []
    (n,) = u.shape
    for t in range(steps):
        acceleration = np.zeros(n)
        acceleration_bar = zeros_like(acceleration)
        acceleration_stack.append(acceleration)  # kept for line 11
        acceleration_bar_stack.append(acceleration_bar)
        acceleration_add = u[2:] - 2.0 * u[1:-1] + u[:-2]
        acceleration_add_stack.append(acceleration_add)  # kept for line 10
        acceleration_mul = c * acceleration_add
        acceleration_mul_stack.append(acceleration_mul)  # kept for line 10
        acceleration[1:-1] = acceleration_mul
        v_stack.append(v)  # kept for lines 11 and 12
        v = v + acceleration
        u_stack.append(u)  # kept for lines 10 and 12
        u = u + v
    output_mul = u * u

    # reverse sweep
    # line 13: return np.sum(u * u)
    u_bar = unbroadcast(expand(gradient, output_mul) * 2.0 * u, u)
    v_bar = zeros_like(v)
    c_bar = 0.0
    for t in range(steps - 1, -1, -1):
        acceleration_bar = acceleration_bar_stack.pop()
        # line 12: u = u + v
        u = u_stack.pop()
        v_bar += unbroadcast(u_bar, v)
        u_bar = unbroadcast(u_bar, u)
        # line 11: v = v + acceleration
        v = v_stack.pop()
        acceleration_bar += unbroadcast(v_bar, acceleration_stack.pop())
        v_bar = unbroadcast(v_bar, v)
        # line 10: acceleration[1:-1] = c * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        acceleration_mul_2_bar = unbroadcast(
            acceleration_bar[1:-1].copy(), acceleration_mul_stack.pop()
        )
        acceleration_bar[1:-1] = 0.0
        c_bar += unbroadcast(acceleration_mul_2_bar * acceleration_add_stack.pop(), c)
        acceleration_sub_bar = acceleration_mul_2_bar * c
        u_bar[:-2] += unbroadcast(acceleration_sub_bar, u[:-2])
        u_bar[1:-1] += unbroadcast(-acceleration_sub_bar * 2.0, u[1:-1])
        u_bar[2:] += unbroadcast(acceleration_sub_bar, u[2:])
    return u_bar, v_bar, c_bar
