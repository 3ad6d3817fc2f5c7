import math

import numpy as np

ARGUMENTS = (0.7, 3)


def states(x: float, n: int):
    values = [x]
    for i in range(n):
        values.append(values[-1] * math.cos(values[-1]))
    return np.sum(np.stack(values) ** 2)


# adjoint wrt x
import math
import numpy as np
from srcdiff.rules.creation import parts
from srcdiff.runtime import add_at, copy, unbroadcast


def states_adjoint(x: float, n: int, gradient=1.0):
    """Adjoint of `states` (states.py:8) with respect to x."""
    # forward sweep
    values = [x]
    for i in range(n):
        values.append(values[-1] * math.cos(values[-1]))
    output_stack = np.stack(values)

    # reverse sweep
    # line 12: return np.sum(np.stack(values) ** 2)
    values_bar = parts(np.moveaxis(gradient * 2.0 * output_stack, 0, 0), values)
    values_bar = copy(values_bar)
    for i in range(n - 1, -1, -1):
        # line 11: values.append(values[-1] * math.cos(values[-1]))
        values.pop()
        append_mul_bar = values_bar.pop()
        append_values_bar = append_mul_bar * math.cos(values[-1])
        add_at(
            values_bar,
            -1,
            unbroadcast(-append_mul_bar * values[-1] * math.sin(values[-1]), values[-1]),
        )
        add_at(values_bar, -1, append_values_bar)
    # line 9: values = [x]
    x_bar = values_bar[0]
    return x_bar
