import math

ARGUMENTS = (0.7, 1.2)


def closure(x: float, k: float):
    def force(u):
        return -k * math.sin(u)

    v = force(x)
    return v * force(x + v)


# adjoint wrt x, k
import math


def closure_adjoint(x: float, k: float, gradient=1.0):
    """Adjoint of `closure` (closure.py:6) with respect to x, k."""
    # forward sweep
    output_sin = math.sin(x)
    v = -k * output_sin
    output_add = x + v
    output_sin_2 = math.sin(output_add)
    output_force = -k * output_sin_2

    # reverse sweep
    # line 11: return v * force(x + v)
    v_bar = gradient * output_force
    output__bar = gradient * v
    # line 8: return -k * math.sin(u)
    output_add_bar = -output__bar * k * math.cos(output_add)
    k_bar = -output__bar * output_sin_2
    # line 11: return v * force(x + v)
    x_bar = output_add_bar
    v_bar += output_add_bar
    # line 8: return -k * math.sin(u)
    x_bar -= v_bar * k * math.cos(x)
    k_bar -= v_bar * output_sin
    return x_bar, k_bar
