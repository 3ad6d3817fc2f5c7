from dataclasses import dataclass

import numpy as np


@dataclass
class Body:
    position: np.ndarray
    mass: float


ARGUMENTS = (Body(np.array([0.5, -1.0]), 2.0), 9.81)


def point(body, g: float):
    kinetic = 0.5 * body.mass * np.sum(body.position ** 2)
    return kinetic + g * body.mass * body.position[1]


# adjoint wrt body, g
import numpy as np
from srcdiff.runtime import add_at, zeros_like


def point_adjoint(body, g: float, gradient=1.0):
    """Adjoint of `point` (point.py:15) with respect to body, g."""
    # forward sweep
    kinetic_mul = 0.5 * body.mass
    kinetic_sum = np.sum(body.position ** 2)
    kinetic = kinetic_mul * kinetic_sum
    output_mul = g * body.mass
    output = kinetic + output_mul * body.position[1]

    # reverse sweep
    # line 17: return kinetic + g * body.mass * body.position[1]
    output_mul_bar = gradient * body.position[1]
    output_position_bar = zeros_like(body.position)
    output_position_bar[1] += gradient * output_mul
    body_bar = zeros_like(body)
    add_at(body_bar, "position", output_position_bar)
    g_bar = output_mul_bar * body.mass
    add_at(body_bar, "mass", output_mul_bar * g)
    # line 16: kinetic = 0.5 * body.mass * np.sum(body.position ** 2)
    kinetic_mul_bar = gradient * kinetic_sum
    add_at(body_bar, "position", gradient * kinetic_mul * 2.0 * body.position)
    add_at(body_bar, "mass", kinetic_mul_bar * 0.5)
    return body_bar, g_bar
