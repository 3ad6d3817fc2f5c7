import numpy as np

ARGUMENTS = (np.array([[0.3, -0.2], [0.1, 0.5]]), np.array([0.1, 0.2]), np.array([1.0, 2.0]), np.array([0.5, 0.1]))


def layer(W, b, x, y):
    h = np.tanh(W @ x + b)
    r = h - y
    return np.mean(r ** 2)


# adjoint wrt W, b
import numpy as np
from srcdiff.rules.elementwise import sech
from srcdiff.rules.products import matmul_x1
from srcdiff.runtime import unbroadcast


def layer_adjoint(W, b, x, y, gradient=1.0):
    """Adjoint of `layer` (layer.py:6) with respect to W, b."""
    # forward sweep
    h_matmul = W @ x
    h_add = h_matmul + b
    h = np.tanh(h_add)
    r = h - y
    output_pow = r ** 2

    # reverse sweep
    # line 9: return np.mean(r ** 2)
    r_bar = gradient / np.size(output_pow) * 2.0 * r
    # line 7: h = np.tanh(W @ x + b)
    h_add_bar = r_bar * sech(h_add) ** 2
    b_bar = unbroadcast(h_add_bar, b)
    W_bar = matmul_x1(W, x, gradient=unbroadcast(h_add_bar, h_matmul))
    return W_bar, b_bar
