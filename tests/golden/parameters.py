import numpy as np

ARGUMENTS = ({'w': np.array([[0.3, -0.2], [0.1, 0.5]]), 'b': np.array([0.1, 0.2])}, np.array([[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]]))


def parameters(params, x):
    h = np.tanh(x @ params["w"] + params["b"])
    return np.sum(h)


# adjoint wrt params
import numpy as np
from srcdiff.rules.elementwise import sech
from srcdiff.rules.products import matmul_x2
from srcdiff.runtime import expand, unbroadcast, zeros_like


def parameters_adjoint(params, x, gradient=1.0):
    """Adjoint of `parameters` (parameters.py:6) with respect to params."""
    # forward sweep
    h_matmul = x @ params["w"]
    h_add = h_matmul + params["b"]
    h = np.tanh(h_add)

    # reverse sweep
    # line 7: h = np.tanh(x @ params["w"] + params["b"])
    h_add_bar = expand(gradient, h) * sech(h_add) ** 2
    params_bar = zeros_like(params)
    params_bar["b"] += unbroadcast(h_add_bar, params["b"])
    params_bar["w"] += matmul_x2(x, params["w"], gradient=unbroadcast(h_add_bar, h_matmul))
    return params_bar
