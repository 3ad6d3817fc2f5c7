import math

ARGUMENTS = (1.3,)


def early_return(x: float):
    if x < 0.0:
        return -x
    y = x * x
    if y > 4.0:
        return y
    return math.sin(y)


# adjoint wrt x
import math


def early_return_adjoint(x: float, gradient=1.0):
    """Adjoint of `early_return` (early_return.py:6) with respect to x."""
    # forward sweep
    if not x < 0.0:
        y = x * x
        if not y > 4.0:
            output = math.sin(y)

    # reverse sweep
    if x < 0.0:
        # line 8: return -x
        x_bar = -gradient
    else:
        if y > 4.0:
            # line 11: return y
            y_bar = gradient
        else:
            # line 12: return math.sin(y)
            y_bar = gradient * math.cos(y)
        # line 9: y = x * x
        x_bar = y_bar * 2.0 * x
    return x_bar
