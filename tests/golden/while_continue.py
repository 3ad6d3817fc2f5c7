import math

ARGUMENTS = (0.8, 1.3, 6)


def while_continue(x: float, k: float, n: int):
    total = 0.0
    i = 0
    while i < n:
        i = i + 1
        if i % 3 == 0:
            continue
        x = x + 0.1 * math.sin(k * x)
        total = total + x * x
    return total


# adjoint wrt x, k
import math


def while_continue_adjoint(x: float, k: float, n: int, gradient=1.0):
    """Adjoint of `while_continue` (while_continue.py:6) with respect to x, k."""
    # forward sweep
    taken_stack, x_mul_stack, x_stack = [], [], []
    x_mul = None
    i = 0
    while i < n:
        i = i + 1
        taken = i % 3 != 0
        taken_stack.append(taken)
        if taken:
            x_mul = k * x
            x_stack.append(x)  # kept for lines 13 and 14
            x = x + 0.1 * math.sin(x_mul)
        x_mul_stack.append(x_mul)  # kept for line 13

    # reverse sweep
    x_bar = 0.0
    k_bar = 0.0
    while x_mul_stack:
        x_mul = x_mul_stack.pop()
        if taken_stack.pop():
            # line 14: total = total + x * x
            x_bar += gradient * 2.0 * x
            # line 13: x = x + 0.1 * math.sin(k * x)
            x = x_stack.pop()
            x_mul_bar = x_bar * 0.1 * math.cos(x_mul)
            k_bar += x_mul_bar * x
            x_bar += x_mul_bar * k
    return x_bar, k_bar
