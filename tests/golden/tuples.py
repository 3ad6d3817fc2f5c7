import math

ARGUMENTS = (0.7, 1.2)


def polar(x: float, y: float):
    return math.sqrt(x * x + y * y), math.atan2(y, x)


def tuples(x: float, y: float):
    r, phi = polar(x, y)
    a, b = r * phi, r - phi
    a, b = b, a * b
    return a * b


# adjoint wrt x, y
import math
from srcdiff.runtime import zeros_like


def polar_forward(x: float, y: float):
    """Forward sweep of `polar` (tuples.py:6): its value, and what the reverse sweep needs."""
    output_sqrt = math.sqrt(x * x + y * y)
    output_atan2 = math.atan2(y, x)
    return (output_sqrt, output_atan2), (x, y, output_sqrt)


def polar_reverse(residuals, gradient):
    """Reverse sweep of `polar` (tuples.py:6): the adjoints of x, y."""
    x, y, output_sqrt = residuals
    # line 7: return math.sqrt(x * x + y * y), math.atan2(y, x)
    output_atan2_bar = gradient[1]
    output_atan2_r = math.hypot(y, x)
    output_atan2_r_2 = output_atan2_r + (output_atan2_r == 0)
    y_bar = output_atan2_bar * x / output_atan2_r_2 / output_atan2_r_2
    x_bar = -output_atan2_bar * y / output_atan2_r_2 / output_atan2_r_2
    output_mul_bar = gradient[0] * 0.5 / output_sqrt
    y_bar += output_mul_bar * 2.0 * y
    x_bar += output_mul_bar * 2.0 * x
    return x_bar, y_bar


def tuples_adjoint(x: float, y: float, gradient=1.0):
    """Adjoint of `tuples` (tuples.py:10) with respect to x, y."""
    # forward sweep
    polar_items, polar_items_residuals = polar_forward(x, y)
    r = polar_items[0]
    phi = polar_items[1]
    a = r * phi
    b = r - phi
    a_2 = b
    b_2 = a * b

    # reverse sweep
    # line 13: a, b = b, a * b
    b_mul_bar = gradient * a_2
    b_bar = gradient * b_2
    a_bar = b_mul_bar * b
    b_bar += b_mul_bar * a
    # line 12: a, b = r * phi, r - phi
    r_bar = b_bar
    phi_bar = -b_bar
    r_bar += a_bar * phi
    phi_bar += a_bar * r
    # line 11: r, phi = polar(x, y)
    polar_items_bar = zeros_like(polar_items)
    polar_items_bar[1] += phi_bar
    polar_items_bar[0] += r_bar
    x_bar, y_bar = polar_reverse(polar_items_residuals, polar_items_bar)
    return x_bar, y_bar
