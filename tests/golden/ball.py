import numpy as np

ARGUMENTS = (1.0, 0.0, 0.03, 0.05, 3.0)


def bounce(h: float, v: float, e: float, dt: float, t_end: float):
    t = 0.0
    while t < t_end:
        v = v - 9.81 * dt
        if h + v * dt < 0.0:
            v = -e * v
            if v < 0.2:
                break
        h = h + v * dt
        t = t + dt
    return h


# adjoint wrt h, v, e
def bounce_adjoint(h: float, v: float, e: float, dt: float, t_end: float, gradient=1.0):
    """Adjoint of `bounce` (ball.py:6) with respect to h, v, e."""
    # forward sweep
    taken_stack, v_stack = [], []
    left_early = False
    t = 0.0
    while t < t_end:
        v = v - 9.81 * dt
        taken = h + v * dt < 0.0
        taken_stack.append(taken)
        if taken:
            v_stack.append(v)  # kept for line 11
            v = -e * v
            if v < 0.2:
                left_early = True
                break
        h = h + v * dt
        t = t + dt

    # reverse sweep
    # line 16: return h
    h_bar = gradient
    v_bar = 0.0
    e_bar = 0.0
    while taken_stack:
        if left_early:  # the last trip ended at line 13
            left_early = False
        else:
            # line 14: h = h + v * dt
            v_bar += h_bar * dt
        if taken_stack.pop():
            # line 11: v = -e * v
            e_bar -= v_bar * v_stack.pop()
            v_bar *= -e
    return h_bar, v_bar, e_bar
