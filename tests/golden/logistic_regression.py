import numpy as np

ARGUMENTS = (np.array([0.3, -0.2, 0.5]), np.arange(12.0).reshape(4, 3) / 7.0, np.array([0.0, 1.0, 1.0, 0.0]))


def logistic_regression(w, X, y):
    n, d = X.shape
    z = X @ w
    return np.sum(np.log1p(np.exp(z)) - y * z) / n


# adjoint wrt w
import numpy as np
from srcdiff.rules.products import matmul_x2
from srcdiff.runtime import expand, unbroadcast


def logistic_regression_adjoint(w, X, y, gradient=1.0):
    """Adjoint of `logistic_regression` (logistic_regression.py:6) with respect to w."""
    # forward sweep
    n, d = X.shape
    z = X @ w
    output_exp = np.exp(z)
    output_sub = np.log1p(output_exp) - y * z
    output = np.sum(output_sub) / n

    # reverse sweep
    # line 9: return np.sum(np.log1p(np.exp(z)) - y * z) / n
    output_log1p_bar = expand(gradient / n, output_sub)
    z_bar = unbroadcast(-output_log1p_bar * y, z)
    z_bar += unbroadcast(output_log1p_bar / (1 + output_exp) * output_exp, z)
    # line 8: z = X @ w
    w_bar = matmul_x2(X, w, gradient=z_bar)
    return w_bar
