import numpy as np

ARGUMENTS = (np.array([0.5, -0.3, 0.8, 0.1]), np.array([1.0, 2.0, 0.5, 0.7]))


def cumulative(x, w):
    (n,) = x.shape
    y = np.empty(n)
    y[0] = x[0]
    for i in range(1, n):
        y[i] = y[i - 1] * w[i] + x[i]
    return np.sum(y)


# adjoint wrt x, w
import numpy as np
from srcdiff.runtime import copy, expand, zeros_like


def cumulative_adjoint(x, w, gradient=1.0):
    """Adjoint of `cumulative` (cumulative.py:6) with respect to x, w."""
    # forward sweep
    (n,) = x.shape
    y = np.empty(n)
    y[0] = x[0]
    for i in range(1, n):
        y[i] = y[i - 1] * w[i] + x[i]

    # reverse sweep
    x_bar = zeros_like(x)
    w_bar = zeros_like(w)
    y_bar = copy(expand(gradient, y))
    for i in range(n - 1, 0, -1):
        # line 11: y[i] = y[i - 1] * w[i] + x[i]
        y_add_bar = y_bar[i]
        x_bar[i] += y_add_bar
        w_bar[i] += y_add_bar * y[i - 1]
        y_bar[i - 1] += y_add_bar * w[i]
    # line 9: y[0] = x[0]
    x_bar[0] += y_bar[0]
    return x_bar, w_bar
