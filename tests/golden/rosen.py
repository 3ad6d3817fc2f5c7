import numpy as np

ARGUMENTS = (np.array([1.3, 0.7, 0.8, 1.9]),)


def rosen(x):
    """Rosenbrock's function, as in SciPy."""
    x = np.asarray(x)
    r = np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)
    return r


# adjoint wrt x
import numpy as np
from srcdiff.rules.creation import asarray
from srcdiff.runtime import expand, seed, zeros_like


def rosen_adjoint(x, gradient=1.0):
    """Adjoint of `rosen` (rosen.py:6) with respect to x."""
    # forward sweep
    x_2 = np.asarray(x)
    r_sub = x_2[1:] - x_2[:-1] ** 2.0
    r_sub_2 = 1 - x_2[:-1]
    r_add = 100.0 * r_sub ** 2.0 + r_sub_2 ** 2.0
    r = np.sum(r_add, axis=0)

    # reverse sweep
    # line 10: return r
    r_bar = seed(gradient, r)
    # line 9: r = np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)
    r_mul_bar = expand(r_bar, r_add, 0)
    x_bar = zeros_like(x_2)
    x_bar[:-1] -= r_mul_bar * 2.0 * r_sub_2
    r_x_bar = r_mul_bar * 200.0 * r_sub
    x_bar[:-1] -= r_x_bar * 2.0 * x_2[:-1]
    x_bar[1:] += r_x_bar
    # line 8: x = np.asarray(x)
    x_bar = asarray(x, gradient=x_bar)
    return x_bar
