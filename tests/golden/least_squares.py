import numpy as np

ARGUMENTS = (np.arange(6.0).reshape(3, 2) ** 0.5 + np.eye(3, 2), np.array([1.0, 0.5, 2.0]), np.array([0.3, 0.7]))


def least_squares(A, b, x):
    m, n = A.shape
    r = A @ x - b
    return 0.5 * r @ r


# adjoint wrt A, b, x
from srcdiff.rules.products import matmul_x1, matmul_x2
from srcdiff.runtime import seed, unbroadcast


def least_squares_adjoint(A, b, x, gradient=1.0):
    """Adjoint of `least_squares` (least_squares.py:6) with respect to A, b, x."""
    # forward sweep
    m, n = A.shape
    r_matmul = A @ x
    r = r_matmul - b
    output_mul = 0.5 * r
    output = output_mul @ r

    # reverse sweep
    # line 9: return 0.5 * r @ r
    output_bar = seed(gradient, output)
    output_mul_bar = matmul_x1(output_mul, r, gradient=output_bar)
    r_bar = matmul_x2(output_mul, r, gradient=output_bar)
    r_bar += output_mul_bar * 0.5
    # line 8: r = A @ x - b
    r_matmul_bar = unbroadcast(r_bar, r_matmul)
    b_bar = unbroadcast(-r_bar, b)
    A_bar = matmul_x1(A, x, gradient=r_matmul_bar)
    x_bar = matmul_x2(A, x, gradient=r_matmul_bar)
    return A_bar, b_bar, x_bar
