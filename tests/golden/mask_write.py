import numpy as np

ARGUMENTS = (np.array([0.5, -1.0, 0.3, -0.2]), 0.1)


def mask_write(x, slope: float):
    y = x * x
    y[x < 0.0] = slope
    return np.sum(y * x)


# adjoint wrt x, slope
import numpy as np
from srcdiff.runtime import expand, unbroadcast


def mask_write_adjoint(x, slope: float, gradient=1.0):
    """Adjoint of `mask_write` (mask_write.py:6) with respect to x, slope."""
    # forward sweep
    y = x * x
    y[x < 0.0] = slope
    output_mul = y * x

    # reverse sweep
    # line 9: return np.sum(y * x)
    output_mul_bar = expand(gradient, output_mul)
    y_bar = output_mul_bar * x
    x_bar = output_mul_bar * y
    # line 8: y[x < 0.0] = slope
    slope_bar = unbroadcast(y_bar[x < 0.0].copy(), slope)
    y_bar[x < 0.0] = 0.0
    # line 7: y = x * x
    x_bar += y_bar * 2.0 * x
    return x_bar, slope_bar
