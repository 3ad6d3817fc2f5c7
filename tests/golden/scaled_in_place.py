import numpy as np

ARGUMENTS = (np.array([0.5, 1.5, -0.7]), np.array([1.1, 0.4, 0.9]))


def scaled_in_place(x, y):
    z = x * y
    z += np.sin(x)
    z *= y
    z -= 3.0
    return np.sum(z)


# adjoint wrt x, y
import numpy as np
from srcdiff.runtime import copy, expand, unbroadcast


def scaled_in_place_adjoint(x, y, gradient=1.0):
    """Adjoint of `scaled_in_place` (scaled_in_place.py:6) with respect to x, y."""
    # forward sweep
    z = x * y
    z_sin = np.sin(x)
    z += z_sin
    z_old = copy(z)  # kept for line 9
    z *= y
    z -= 3.0

    # reverse sweep
    # line 11: return np.sum(z)
    z_bar = expand(gradient, z)
    # line 9: z *= y
    z = z_old
    y_bar = unbroadcast(z_bar * z, y)
    z_bar = z_bar * y
    # line 8: z += np.sin(x)
    x_bar = unbroadcast(z_bar, z_sin) * np.cos(x)
    # line 7: z = x * y
    x_bar += unbroadcast(z_bar * y, x)
    y_bar += unbroadcast(z_bar * x, y)
    return x_bar, y_bar
