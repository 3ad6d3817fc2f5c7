
ARGUMENTS = (0.7, 4)


def fibonacci(x: float, n: int):
    a = x
    b = 1.0
    for i in range(n):
        a, b = b, a + x * b
    return a * b


# split wrt x
def fibonacci_forward(x: float, n: int):
    """Forward sweep of `fibonacci` (fibonacci.py:5): its value, and what the reverse sweep needs."""
    b_stack = []
    a = x
    b = 1.0
    for i in range(n):
        b_add = a + x * b
        a = b
        b_stack.append(b)  # kept for line 9
        b = b_add
    output = a * b
    return output, (x, n, b_stack, a, b)


def fibonacci_reverse(residuals, gradient):
    """Reverse sweep of `fibonacci` (fibonacci.py:5): the adjoints of x."""
    x, n, b_stack, a, b = residuals
    # line 10: return a * b
    a_bar = gradient * b
    b_bar = gradient * a
    x_bar = 0.0
    for i in range(n - 1, -1, -1):
        # line 9: a, b = b, a + x * b
        b_add_bar = b_bar
        b_bar = a_bar
        a_bar = b_add_bar
        x_bar += b_add_bar * b_stack.pop()
        b_bar += b_add_bar * x
    # line 6: a = x
    x_bar += a_bar
    return x_bar
