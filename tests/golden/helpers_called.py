import numpy as np

ARGUMENTS = (np.array([0.5, -1.0]), 0.6)


def square(u):
    return u * u


def logistic(z):
    e = np.exp(-z)
    return 1.0 / (1.0 + e)


def helpers_called(x, w):
    h = logistic(w * x)
    return np.sum(square(h) + square(x))


# adjoint wrt x, w
import numpy as np
from srcdiff.runtime import expand, unbroadcast


def logistic_forward(z):
    """Forward sweep of `logistic` (helpers_called.py:10): its value, and what the reverse sweep needs."""
    e = np.exp(-z)
    output_add = 1.0 + e
    output = 1.0 / output_add
    return output, (e, output_add)


def logistic_reverse(residuals, gradient):
    """Reverse sweep of `logistic` (helpers_called.py:10): the adjoints of z."""
    e, output_add = residuals
    # line 12: return 1.0 / (1.0 + e)
    e_bar = -gradient / output_add ** 2
    # line 11: e = np.exp(-z)
    z_bar = -e_bar * e
    return z_bar


def square_adjoint(u, gradient):
    """The adjoints of u in `square` (helpers_called.py:6)."""
    # line 7: return u * u
    u_bar = gradient * 2.0 * u
    return u_bar


def helpers_called_adjoint(x, w, gradient=1.0):
    """Adjoint of `helpers_called` (helpers_called.py:15) with respect to x, w."""
    # forward sweep
    h, h_residuals = logistic_forward(w * x)
    output_square = square(h)
    output_square_2 = square(x)
    output_add = output_square + output_square_2

    # reverse sweep
    # line 17: return np.sum(square(h) + square(x))
    output_add_bar = expand(gradient, output_add)
    output_square_bar = unbroadcast(output_add_bar, output_square)
    x_bar = square_adjoint(x, unbroadcast(output_add_bar, output_square_2))
    h_bar = square_adjoint(h, output_square_bar)
    # line 16: h = logistic(w * x)
    h_mul_bar = logistic_reverse(h_residuals, h_bar)
    w_bar = unbroadcast(h_mul_bar * x, w)
    x_bar = x_bar + unbroadcast(h_mul_bar * w, x)
    return x_bar, w_bar
