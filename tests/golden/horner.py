import numpy as np

ARGUMENTS = (np.array([0.5, -1.0, 2.0]), 0.7)


def horner(c, x: float):
    s = 0.0
    for i in range(len(c)):
        s = s * x + float(c[i])
    return s


# adjoint wrt c, x
from srcdiff.runtime import zeros_like


def horner_adjoint(c, x: float, gradient=1.0):
    """Adjoint of `horner` (horner.py:6) with respect to c, x."""
    # forward sweep
    s_stack = []
    s = 0.0
    for i in range(len(c)):
        s_stack.append(s)  # kept for line 9
        s = s * x + float(c[i])

    # reverse sweep
    # line 10: return s
    s_bar = gradient
    c_bar = zeros_like(c)
    x_bar = 0.0
    for i in range(len(c) - 1, -1, -1):
        # line 9: s = s * x + float(c[i])
        c_bar[i] += s_bar
        s_mul_bar = s_bar
        s_bar *= x
        x_bar += s_mul_bar * s_stack.pop()
    return c_bar, x_bar
