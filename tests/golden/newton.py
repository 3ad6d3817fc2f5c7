
ARGUMENTS = (2.0, 1.0)


def newton(a: float, x: float):
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


# adjoint wrt a, x
def newton_adjoint(a: float, x: float, gradient=1.0):
    """Adjoint of `newton` (newton.py:5) with respect to a, x."""
    # forward sweep
    x_stack = []
    while abs(x * x - a) > 1e-10:
        x_stack.append(x)  # kept for line 7
        x = 0.5 * (x + a / x)

    # reverse sweep
    # line 8: return x
    x_bar = gradient
    a_bar = 0.0
    while x_stack:
        # line 7: x = 0.5 * (x + a / x)
        x = x_stack.pop()
        x_bar *= 0.5
        a_bar += x_bar / x
        x_bar -= x_bar * a / x ** 2
    return a_bar, x_bar
