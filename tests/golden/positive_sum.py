import numpy as np

ARGUMENTS = (np.array([0.5, -1.0, 1.1, 0.9, 0.3]), 1.2)


def positive_sum(x, limit: float):
    total = 0.0
    for i in range(len(x)):
        if x[i] < 0.0:
            continue
        total += x[i] ** 2
        if total > limit:
            break
    return total


# adjoint wrt x
from srcdiff.runtime import copy, seed, unbroadcast, zeros_like


def positive_sum_adjoint(x, limit: float, gradient=1.0):
    """Adjoint of `positive_sum` (positive_sum.py:6) with respect to x."""
    # forward sweep
    total_pow_stack, total_stack = [], []
    left_early = False
    trips = 0
    total_pow = None
    total = 0.0
    for i in range(len(x)):
        trips += 1
        if not x[i] < 0.0:
            total_pow = x[i] ** 2
            total_stack.append(copy(total))  # kept for line 11
            total += total_pow
            if total > limit:
                left_early = True
        total_pow_stack.append(total_pow)  # kept for line 11
        if left_early:
            break

    # reverse sweep
    # line 14: return total
    total_bar = seed(gradient, total)
    x_bar = zeros_like(x)
    for i in range(trips - 1, -1, -1):
        total_pow = total_pow_stack.pop()
        if not x[i] < 0.0:
            # line 11: total += x[i] ** 2
            x_bar[i] += unbroadcast(total_bar, total_pow) * 2.0 * x[i]
            total_bar = unbroadcast(total_bar, total_stack.pop())
    return x_bar
