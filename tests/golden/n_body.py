import numpy as np

ARGUMENTS = (np.arange(6.0).reshape(3, 2) ** 0.5, np.arange(6.0)[::-1].reshape(3, 2) / 5.0, np.array([1.0, 0.5, 0.7]), 0.1, 2)


def n_body(pos, vel, mass, dt: float, steps: int):
    for k in range(steps):
        d = pos[:, None, :] - pos[None, :, :]
        r = np.sqrt(np.sum(d ** 2, axis=2) + 0.1)
        acc = -np.sum(mass[None, :, None] * d / r[:, :, None] ** 3, axis=1)
        vel = vel + dt * acc
        pos = pos + dt * vel
    return np.sum(pos ** 2)


# adjoint wrt pos, mass
import numpy as np
from srcdiff.runtime import expand, unbroadcast, zeros_like


def n_body_adjoint(pos, vel, mass, dt: float, steps: int, gradient=1.0):
    """Adjoint of `n_body` (n_body.py:6) with respect to pos, mass."""
    # forward sweep
    r_pow_stack = []
    r_stack = []
    acc_mul_stack = []
    acc_pow_stack = []
    acc_div_stack = []
    acc_sum_stack = []
    vel_stack = []
    pos_stack = []
    for k in range(steps):
        d = pos[:, None, :] - pos[None, :, :]
        r_pow = d ** 2
        r_pow_stack.append(r_pow)  # kept for line 9
        r = np.sqrt(np.sum(r_pow, axis=2) + 0.1)
        r_stack.append(r)  # kept for lines 9 and 10
        acc_mul = mass[None, :, None] * d
        acc_mul_stack.append(acc_mul)  # kept for line 10
        acc_pow = r[:, :, None] ** 3
        acc_pow_stack.append(acc_pow)  # kept for line 10
        acc_div = acc_mul / acc_pow
        acc_div_stack.append(acc_div)  # kept for line 10
        acc_sum = np.sum(acc_div, axis=1)
        acc_sum_stack.append(acc_sum)  # kept for line 10
        acc = -acc_sum
        vel_stack.append(vel)  # kept for lines 11 and 12
        vel = vel + dt * acc
        pos_stack.append(pos)  # kept for lines 8, 10 and 12
        pos = pos + dt * vel
    output_pow = pos ** 2

    # reverse sweep
    # line 13: return np.sum(pos ** 2)
    pos_bar = unbroadcast(expand(gradient, output_pow) * 2.0 * pos, pos)
    mass_bar = zeros_like(mass)
    vel_bar = zeros_like(vel)
    for k in range(steps - 1, -1, -1):
        r = r_stack.pop()
        acc_pow = acc_pow_stack.pop()
        # line 12: pos = pos + dt * vel
        pos = pos_stack.pop()
        vel_bar += unbroadcast(pos_bar * dt, vel)
        pos_bar = unbroadcast(pos_bar, pos)
        # line 11: vel = vel + dt * acc
        vel = vel_stack.pop()
        acc_bar = vel_bar * dt
        vel_bar = unbroadcast(vel_bar, vel)
        # line 10: acc = -np.sum(mass[None, :, None] * d / r[:, :, None] ** 3, axis=1)
        acc_div_bar = expand(unbroadcast(-acc_bar, acc_sum_stack.pop()), acc_div_stack.pop(), 1)
        acc_mul_bar = acc_div_bar / acc_pow
        r_bar = zeros_like(r)
        r_bar[:, :, None] += unbroadcast(
            -acc_div_bar * acc_mul_stack.pop() / acc_pow ** 2 * 3.0 * r[:, :, None] ** 2,
            r[:, :, None],
        )
        d = pos[:, None, :] - pos[None, :, :]
        d_bar = unbroadcast(acc_mul_bar * mass[None, :, None], d)
        mass_bar[None, :, None] += unbroadcast(acc_mul_bar * d, mass[None, :, None])
        # line 9: r = np.sqrt(np.sum(d ** 2, axis=2) + 0.1)
        d_bar += unbroadcast(expand(r_bar * 0.5 / r, r_pow_stack.pop(), 2) * 2.0 * d, d)
        # line 8: d = pos[:, None, :] - pos[None, :, :]
        pos_bar[None, :, :] += unbroadcast(-d_bar, pos[None, :, :])
        pos_bar[:, None, :] += unbroadcast(d_bar, pos[:, None, :])
    return pos_bar, mass_bar
