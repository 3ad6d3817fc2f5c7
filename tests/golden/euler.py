import math

import numpy as np

ARGUMENTS = (np.array([0.7, 0.1]), 1.3, 0.1, 3)


def euler(y0, k: float, dt: float, n: int):
    y = np.zeros((n + 1, 2))
    y[0] = y0
    for i in range(n):
        y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y[i + 1, 1] = y[i, 1] - dt * k * math.sin(y[i, 0])
    return np.sum(y ** 2)


# adjoint wrt y0, k
import math
import numpy as np
from srcdiff.runtime import unbroadcast


def euler_adjoint(y0, k: float, dt: float, n: int, gradient=1.0):
    """Adjoint of `euler` (euler.py:8) with respect to y0, k."""
    # forward sweep
    y = np.zeros((n + 1, 2))
    y[0] = y0
    for i in range(n):
        y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y[i + 1, 1] = y[i, 1] - dt * k * math.sin(y[i, 0])

    # reverse sweep
    # line 14: return np.sum(y ** 2)
    y_bar = gradient * 2.0 * y
    k_bar = 0.0
    for i in range(n - 1, -1, -1):
        # line 13: y[i + 1, 1] = y[i, 1] - dt * k * math.sin(y[i, 0])
        y_sub_bar = y_bar[i + 1, 1]
        y_bar[i, 0] -= y_sub_bar * dt * k * math.cos(y[i, 0])
        k_bar -= y_sub_bar * math.sin(y[i, 0]) * dt
        y_bar[i, 1] += y_sub_bar
        # line 12: y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y_add_bar = y_bar[i + 1, 0]
        y_bar[i, 1] += y_add_bar * dt
        y_bar[i, 0] += y_add_bar
    # line 10: y[0] = y0
    y0_bar = unbroadcast(y_bar[0].copy(), y0)
    return y0_bar, k_bar
