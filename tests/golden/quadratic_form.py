import numpy as np

ARGUMENTS = (np.arange(6.0).reshape(2, 3) / 6.0, np.array([0.3, 0.9, 0.4]))


def quadratic_form(A, x):
    n, m = A.shape
    y = np.zeros(n)
    for i in range(n):
        for j in range(m):
            y[i] += A[i, j] * x[j] ** 2
    return np.sum(np.sin(y))


# adjoint wrt A, x
import numpy as np
from srcdiff.runtime import zeros_like


def quadratic_form_adjoint(A, x, gradient=1.0):
    """Adjoint of `quadratic_form` (quadratic_form.py:6) with respect to A, x."""
    # forward sweep
    n, m = A.shape
    y = np.zeros(n)
    for i in range(n):
        for j in range(m):
            y[i] += A[i, j] * x[j] ** 2

    # reverse sweep
    # line 12: return np.sum(np.sin(y))
    y_bar = gradient * np.cos(y)
    A_bar = zeros_like(A)
    x_bar = zeros_like(x)
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            # line 11: y[i] += A[i, j] * x[j] ** 2
            y_mul_bar = y_bar[i]
            x_bar[j] += y_mul_bar * A[i, j] * 2.0 * x[j]
            A_bar[i, j] += y_mul_bar * x[j] ** 2
    return A_bar, x_bar
