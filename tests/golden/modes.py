import math

ARGUMENTS = (1.3, 1)


def modes(x: float, mode: int):
    if mode == 0:
        y = math.sin(x)
    elif x > 1.0:
        y = x ** 2
    else:
        y = math.exp(x)
    return y * x


# adjoint wrt x
import math


def modes_adjoint(x: float, mode: int, gradient=1.0):
    """Adjoint of `modes` (modes.py:6) with respect to x."""
    # forward sweep
    if mode == 0:
        y = math.sin(x)
    elif x > 1.0:
        y = x ** 2
    else:
        y = math.exp(x)

    # reverse sweep
    # line 13: return y * x
    y_bar = gradient * x
    x_bar = gradient * y
    if mode == 0:
        # line 8: y = math.sin(x)
        x_bar += y_bar * math.cos(x)
    elif x > 1.0:
        # line 10: y = x ** 2
        x_bar += y_bar * 2.0 * x
    else:
        # line 12: y = math.exp(x)
        x_bar += y_bar * y
    return x_bar
