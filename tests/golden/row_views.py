import numpy as np

ARGUMENTS = (np.array([0.5, 1.5, -0.7, 0.2]),)


def row_views(x):
    y = x.copy()
    left = y[:3]
    left *= 2.0
    y[0] = y[3] * y[1]
    return np.sum(y ** 2)


# adjoint wrt x
import numpy as np
from srcdiff.runtime import copy, zeros_like


def row_views_adjoint(x, gradient=1.0):
    """Adjoint of `row_views` (row_views.py:6) with respect to x."""
    # forward sweep
    y = x.copy()
    y_bar = zeros_like(y)
    left = y[:3]
    left_bar = y_bar[:3]
    left *= 2.0
    y_old = y[0].copy()  # kept for line 10
    y[0] = y[3] * y[1]

    # reverse sweep
    # line 11: return np.sum(y ** 2)
    y_bar += gradient * 2.0 * y
    # line 10: y[0] = y[3] * y[1]
    y[0] = y_old
    y_mul_bar = y_bar[0].copy()
    y_bar[0] = 0.0
    y_bar[1] += y_mul_bar * y[3]
    y_bar[3] += y_mul_bar * y[1]
    # line 9: left *= 2.0
    left_bar[...] *= 2.0
    x_bar = copy(y_bar)
    return x_bar
