import numpy as np

ARGUMENTS = (np.array([0.5, -1.0, 0.3]), 0.1)


def leaky(x, slope):
    y = np.where(x > 0.0, x, slope * x)
    return np.sum(np.maximum(y, x ** 2)) + np.max(y)


# adjoint wrt x, slope
import numpy as np
from srcdiff.runtime import expand, unbroadcast


def leaky_adjoint(x, slope, gradient=1.0):
    """Adjoint of `leaky` (leaky.py:6) with respect to x, slope."""
    # forward sweep
    y_test = x > 0.0
    y = np.where(y_test, x, slope * x)
    output_pow = x ** 2
    output_maximum = np.maximum(y, output_pow)
    output_max = np.max(y)

    # reverse sweep
    # line 8: return np.sum(np.maximum(y, x ** 2)) + np.max(y)
    output_max_chosen = y == expand(output_max, y)
    y_bar = gradient / np.sum(output_max_chosen, axis=None, keepdims=False) * output_max_chosen
    output_maximum_bar = expand(gradient, output_maximum)
    y_bar += np.where(
        y == output_pow, 0.5 * output_maximum_bar, np.where(y > output_pow, output_maximum_bar, 0.0)
    )
    x_bar = unbroadcast(
        np.where(
            y == output_pow,
            0.5 * output_maximum_bar,
            np.where(y < output_pow, output_maximum_bar, 0.0),
        )
        * 2.0
        * x,
        x,
    )
    # line 7: y = np.where(x > 0.0, x, slope * x)
    x_bar += unbroadcast(np.where(y_test, y_bar, 0.0), x)
    y_mul_bar = np.where(y_test, 0.0, y_bar)
    slope_bar = unbroadcast(y_mul_bar * x, slope)
    x_bar += unbroadcast(y_mul_bar * slope, x)
    return x_bar, slope_bar
