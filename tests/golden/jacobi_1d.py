import numpy as np

ARGUMENTS = (3, np.linspace(0.0, 1.0, 6) ** 2, np.linspace(1.0, 0.0, 6))


def jacobi_1d(steps: int, A, B):
    for t in range(1, steps):
        B[1:-1] = 0.33333 * (A[:-2] + A[1:-1] + A[2:])
        A[1:-1] = 0.33333 * (B[:-2] + B[1:-1] + B[2:])
    return np.sum(A ** 2)


# adjoint wrt A, B
import numpy as np
from srcdiff.runtime import unbroadcast, zeros_like


def jacobi_1d_adjoint(steps: int, A, B, gradient=1.0):
    """Adjoint of `jacobi_1d` (jacobi_1d.py:6) with respect to A, B."""
    # forward sweep
    A = A.copy()  # the primal writes into it
    B = B.copy()  # the primal writes into it
    A_mul_stack, B_mul_stack = [], []
    for t in range(1, steps):
        B_mul = 0.33333 * (A[:-2] + A[1:-1] + A[2:])
        B_mul_stack.append(B_mul)  # kept for line 8
        B[1:-1] = B_mul
        A_mul = 0.33333 * (B[:-2] + B[1:-1] + B[2:])
        A_mul_stack.append(A_mul)  # kept for line 9
        A[1:-1] = A_mul

    # reverse sweep
    # line 10: return np.sum(A ** 2)
    A_bar = gradient * 2.0 * A
    B_bar = zeros_like(B)
    for t in range(steps - 1, 0, -1):
        # line 9: A[1:-1] = 0.33333 * (B[:-2] + B[1:-1] + B[2:])
        A_mul_bar = unbroadcast(A_bar[1:-1].copy(), A_mul_stack.pop())
        A_bar[1:-1] = 0.0
        A_add_bar = A_mul_bar * 0.33333
        B_bar[2:] += A_add_bar
        B_bar[1:-1] += A_add_bar
        B_bar[:-2] += A_add_bar
        # line 8: B[1:-1] = 0.33333 * (A[:-2] + A[1:-1] + A[2:])
        B_mul_bar = unbroadcast(B_bar[1:-1].copy(), B_mul_stack.pop())
        B_bar[1:-1] = 0.0
        B_add_bar = B_mul_bar * 0.33333
        A_bar[2:] += B_add_bar
        A_bar[1:-1] += B_add_bar
        A_bar[:-2] += B_add_bar
    return A_bar, B_bar
