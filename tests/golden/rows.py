import numpy as np

ARGUMENTS = (np.arange(6.0).reshape(3, 2) / 4.0, np.array([0.3, 0.7]))


def rows(X, w):
    n, d = X.shape
    total = 0.0
    for row in X:
        total += np.tanh(row @ w)
    return total / n


# adjoint wrt X, w
import numpy as np
from srcdiff.rules.elementwise import sech
from srcdiff.rules.products import matmul_x1, matmul_x2
from srcdiff.runtime import copy, seed, unbroadcast, zeros_like


def rows_adjoint(X, w, gradient=1.0):
    """Adjoint of `rows` (rows.py:6) with respect to X, w."""
    # forward sweep
    total_matmul_stack, total_stack, total_tanh_stack = [], [], []
    n, d = X.shape
    total = 0.0
    for k in range(len(X)):
        row = X[k]
        total_matmul = row @ w
        total_matmul_stack.append(total_matmul)  # kept for line 10
        total_tanh = np.tanh(total_matmul)
        total_tanh_stack.append(total_tanh)  # kept for line 10
        total_stack.append(copy(total))  # kept for line 10
        total += total_tanh
    output = total / n

    # reverse sweep
    # line 11: return total / n
    total_bar = unbroadcast(seed(gradient, output) / n, total)
    X_bar = zeros_like(X)
    w_bar = zeros_like(w)
    for k in range(len(X) - 1, -1, -1):
        # line 10: total += np.tanh(row @ w)
        total_matmul_bar = (
            unbroadcast(total_bar, total_tanh_stack.pop()) * sech(total_matmul_stack.pop()) ** 2
        )
        row = X[k]
        row_bar = matmul_x1(row, w, gradient=total_matmul_bar)
        w_bar += matmul_x2(row, w, gradient=total_matmul_bar)
        total_bar = unbroadcast(total_bar, total_stack.pop())
        # line 9: for row in X:
        X_bar[k] += row_bar
    return X_bar, w_bar
