ARGUMENTS = (1.9, 0.7, 30)


def early_break(x: float, c: float, n: int):
    for i in range(n):
        x = x - 0.3 * (x * x - c)
        if abs(x * x - c) < 1e-3:
            break
    return x


# adjoint wrt x, c
def early_break_adjoint(x: float, c: float, n: int, gradient=1.0):
    """Adjoint of `early_break` (early_break.py:4) with respect to x, c."""
    # forward sweep
    x_stack = []
    trips = 0
    for i in range(n):
        trips += 1
        x_stack.append(x)  # kept for line 6
        x = x - 0.3 * (x * x - c)
        if abs(x * x - c) < 0.001:
            break

    # reverse sweep
    # line 9: return x
    x_bar = gradient
    c_bar = 0.0
    for i in range(trips - 1, -1, -1):
        # line 6: x = x - 0.3 * (x * x - c)
        x_sub_bar = -x_bar * 0.3
        c_bar -= x_sub_bar
        x_bar += x_sub_bar * 2.0 * x_stack.pop()
    return x_bar, c_bar
