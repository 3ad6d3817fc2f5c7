import math

ARGUMENTS = (0.7, 3)


def recursion(x: float, n: int):
    if n == 0:
        return 1.0
    return x * math.sin(recursion(x, n - 1))


# adjoint wrt x
import math


def recursion_forward(x: float, n: int):
    """Forward sweep of `recursion` (recursion.py:6): its value, and what the reverse sweep needs."""
    output_recursion = None
    output_recursion_residuals = None
    output_sin = None
    if n == 0:
        output = 1.0
    else:
        output_recursion, output_recursion_residuals = recursion_forward(x, n - 1)
        output_sin = math.sin(output_recursion)
        output = x * output_sin
    return output, (x, n, output_recursion, output_recursion_residuals, output_sin)


def recursion_reverse(residuals, gradient):
    """Reverse sweep of `recursion` (recursion.py:6): the adjoints of x."""
    x, n, output_recursion, output_recursion_residuals, output_sin = residuals
    x_bar = 0.0
    if n != 0:
        # line 9: return x * math.sin(recursion(x, n - 1))
        x_bar += gradient * output_sin
        x_bar += recursion_reverse(
            output_recursion_residuals, gradient * x * math.cos(output_recursion)
        )
    return x_bar


def recursion_adjoint(x: float, n: int, gradient=1.0):
    """Adjoint of `recursion` (recursion.py:6) with respect to x."""
    # forward sweep
    if n != 0:
        output_recursion, output_recursion_residuals = recursion_forward(x, n - 1)
        output_sin = math.sin(output_recursion)

    # reverse sweep
    x_bar = 0.0
    if n != 0:
        # line 9: return x * math.sin(recursion(x, n - 1))
        x_bar += gradient * output_sin
        x_bar += recursion_reverse(
            output_recursion_residuals, gradient * x * math.cos(output_recursion)
        )
    return x_bar
