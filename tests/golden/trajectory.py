import numpy as np

ARGUMENTS = (np.array([1.0, 0.2]), 0.8, 0.05, 4)


def trajectory(y0, mu: float, dt: float, n: int):
    """Van der Pol, every state in a row of its own."""
    y = np.zeros((n + 1, 2))
    y[0, 0] = y0[0]
    y[0, 1] = y0[1]
    for i in range(n):
        y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y[i + 1, 1] = y[i, 1] + dt * (mu * (1.0 - y[i, 0] ** 2) * y[i, 1] - y[i, 0])
    return y[n, 0] ** 2


# adjoint wrt y0, mu
import numpy as np
from srcdiff.runtime import zeros_like


def trajectory_adjoint(y0, mu: float, dt: float, n: int, gradient=1.0):
    """Adjoint of `trajectory` (trajectory.py:6) with respect to y0, mu."""
    # forward sweep
    y = np.zeros((n + 1, 2))
    y[0, 0] = y0[0]
    y[0, 1] = y0[1]
    for i in range(n):
        y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y[i + 1, 1] = y[i, 1] + dt * (mu * (1.0 - y[i, 0] ** 2) * y[i, 1] - y[i, 0])
    output = y[n, 0] ** 2

    # reverse sweep
    # line 14: return y[n, 0] ** 2
    y_bar = zeros_like(y)
    y_bar[n, 0] += gradient * 2.0 * y[n, 0]
    mu_bar = 0.0
    for i in range(n - 1, -1, -1):
        # line 13: y[i + 1, 1] = y[i, 1] + dt * (mu * (1.0 - y[i, 0] ** 2) * y[i, 1] - y[i, 0])
        y_add_2_bar = y_bar[i + 1, 1]
        y_mul_3_bar = y_add_2_bar * dt
        y_bar[i, 0] -= y_mul_3_bar
        y_mul_2_bar = y_mul_3_bar * y[i, 1]
        y_sub = 1.0 - y[i, 0] ** 2
        y_bar[i, 1] += y_mul_3_bar * mu * y_sub
        mu_bar += y_mul_2_bar * y_sub
        y_bar[i, 0] -= y_mul_2_bar * mu * 2.0 * y[i, 0]
        y_bar[i, 1] += y_add_2_bar
        # line 12: y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y_add_bar = y_bar[i + 1, 0]
        y_bar[i, 1] += y_add_bar * dt
        y_bar[i, 0] += y_add_bar
    # line 10: y[0, 1] = y0[1]
    y0_bar = zeros_like(y0)
    y0_bar[1] += y_bar[0, 1]
    # line 9: y[0, 0] = y0[0]
    y0_bar[0] += y_bar[0, 0]
    return y0_bar, mu_bar
