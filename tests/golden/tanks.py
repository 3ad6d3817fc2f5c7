import math

import numpy as np

ARGUMENTS = (np.array([2.0, 1.0, 0.7, 0.4]), 0.3)


def cascade(x, k: float):
    for i in range(x.size - 1):
        spill = k * math.pow(x[i], 1.5)
        x[i] -= spill
        x[i + 1] += spill
    return np.sum(x ** 2)


# adjoint wrt x, k
import math
import numpy as np


def cascade_adjoint(x, k: float, gradient=1.0):
    """Adjoint of `cascade` (tanks.py:8) with respect to x, k."""
    # forward sweep
    x = x.copy()  # the primal writes into it
    x_stack = []
    for i in range(x.size - 1):
        spill = k * math.pow(x[i], 1.5)
        x_stack.append(x[i])  # kept for line 10
        x[i] -= spill
        x[i + 1] += spill

    # reverse sweep
    # line 13: return np.sum(x ** 2)
    x_bar = gradient * 2.0 * x
    k_bar = 0.0
    for i in range(x.size - 2, -1, -1):
        # line 12: x[i + 1] += spill
        spill_bar = x_bar[i + 1]
        # line 11: x[i] -= spill
        x[i] = x_stack.pop()
        spill_bar -= x_bar[i]
        # line 10: spill = k * math.pow(x[i], 1.5)
        k_bar += spill_bar * math.pow(x[i], 1.5)
        x_bar[i] += spill_bar * k * 1.5 * math.pow(x[i], 0.5)
    return x_bar, k_bar
