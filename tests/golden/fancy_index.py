import numpy as np

ARGUMENTS = (np.array([0.5, 1.5, -0.7, 0.2]), np.array([0, 2, 2, 1]))


def fancy_index(x, index):
    return np.sum(np.exp(x[index]))


# adjoint wrt x
import numpy as np
from srcdiff.runtime import add_at, zeros_like


def fancy_index_adjoint(x, index, gradient=1.0):
    """Adjoint of `fancy_index` (fancy_index.py:6) with respect to x."""
    # forward sweep
    output_exp = np.exp(x[index])

    # reverse sweep
    # line 7: return np.sum(np.exp(x[index]))
    x_bar = zeros_like(x)
    add_at(x_bar, index, gradient * output_exp)
    return x_bar
