ARGUMENTS = (1.0, 0.5, 0.6, 0.3, 0.02, 10)


def lotka_volterra(x: float, y: float, a: float, b: float, dt: float, n: int):
    for i in range(n):
        growth = a * x - b * x * y
        decline = b * x * y - a * y
        x = x + dt * growth
        y = y + dt * decline
    return x + y


# adjoint wrt x, y, a, b
def lotka_volterra_adjoint(x: float, y: float, a: float, b: float, dt: float, n: int, gradient=1.0):
    """Adjoint of `lotka_volterra` (lotka_volterra.py:4) with respect to x, y, a, b."""
    # forward sweep
    x_stack, y_stack = [], []
    for i in range(n):
        growth = a * x - b * x * y
        decline = b * x * y - a * y
        x_stack.append(x)  # kept for lines 6 and 7
        x = x + dt * growth
        y_stack.append(y)  # kept for lines 6 and 7
        y = y + dt * decline

    # reverse sweep
    # line 10: return x + y
    x_bar = gradient
    y_bar = gradient
    a_bar = 0.0
    b_bar = 0.0
    for i in range(n - 1, -1, -1):
        # line 9: y = y + dt * decline
        y = y_stack.pop()
        decline_bar = y_bar * dt
        # line 8: x = x + dt * growth
        x = x_stack.pop()
        growth_bar = x_bar * dt
        # line 7: decline = b * x * y - a * y
        a_bar -= decline_bar * y
        y_bar -= decline_bar * a
        decline_mul_bar = decline_bar * y
        decline_mul = b * x
        y_bar += decline_bar * decline_mul
        b_bar += decline_mul_bar * x
        x_bar += decline_mul_bar * b
        # line 6: growth = a * x - b * x * y
        growth_mul_2_bar = -growth_bar * y
        y_bar -= growth_bar * decline_mul
        b_bar += growth_mul_2_bar * x
        x_bar += growth_mul_2_bar * b
        a_bar += growth_bar * x
        x_bar += growth_bar * a
    return x_bar, y_bar, a_bar, b_bar
