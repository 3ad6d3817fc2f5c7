import numpy as np

ARGUMENTS = (np.arange(12.0).reshape(4, 3) ** 0.5, np.array([0.5, 1.0, 2.0]))


def centred(x, w):
    n, d = x.shape
    mean = x.sum(axis=0) / n
    z = (x - mean) * w
    return np.sum(z ** 2) / (n * d)


# adjoint wrt x, w
import numpy as np
from srcdiff.runtime import expand, unbroadcast


def centred_adjoint(x, w, gradient=1.0):
    """Adjoint of `centred` (centred.py:6) with respect to x, w."""
    # forward sweep
    n, d = x.shape
    mean_sum = x.sum(axis=0)
    mean = mean_sum / n
    z_sub = x - mean
    z = z_sub * w
    output_mul = n * d
    output = np.sum(z ** 2) / output_mul

    # reverse sweep
    # line 10: return np.sum(z ** 2) / (n * d)
    z_bar = gradient / output_mul * 2.0 * z
    # line 9: z = (x - mean) * w
    z_sub_bar = z_bar * w
    w_bar = unbroadcast(z_bar * z_sub, w)
    x_bar = unbroadcast(z_sub_bar, x)
    # line 8: mean = x.sum(axis=0) / n
    x_bar += expand(unbroadcast(-z_sub_bar / n, mean_sum), x, 0)
    return x_bar, w_bar
