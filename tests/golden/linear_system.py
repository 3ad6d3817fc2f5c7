import numpy as np

ARGUMENTS = (np.array([[3.0, 1.0], [0.5, 2.0]]), np.array([1.0, 2.0]))


def linear_system(A, b):
    x = np.linalg.solve(A, b)
    return x @ x


# adjoint wrt A, b
import numpy as np
from srcdiff.rules.linalg import solve
from srcdiff.rules.products import matmul_x1, matmul_x2
from srcdiff.runtime import seed


def linear_system_adjoint(A, b, gradient=1.0):
    """Adjoint of `linear_system` (linear_system.py:6) with respect to A, b."""
    # forward sweep
    x = np.linalg.solve(A, b)
    output = x @ x

    # reverse sweep
    # line 8: return x @ x
    output_bar = seed(gradient, output)
    x_bar = matmul_x1(x, x, gradient=output_bar) + matmul_x2(x, x, gradient=output_bar)
    # line 7: x = np.linalg.solve(A, b)
    A_bar, b_bar = solve(A, b, output=x, gradient=x_bar)
    return A_bar, b_bar
