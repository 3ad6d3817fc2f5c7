import numpy as np

ARGUMENTS = (np.array([[0.3, -0.2], [0.1, 0.5]]), np.array([[0.2, 0.4], [-0.3, 0.1]]), np.array([0.1, 0.2]), np.arange(6.0).reshape(3, 2) / 6.0, np.array([0.1, -0.1]))


def recurrent(Wx, Wh, b, xs, h):
    for t in range(xs.shape[0]):
        h = np.tanh(xs[t] @ Wx + h @ Wh + b)
    return np.sum(h ** 2)


# adjoint wrt Wx, Wh, b, h
import numpy as np
from srcdiff.rules.elementwise import sech
from srcdiff.rules.products import matmul_x1, matmul_x2
from srcdiff.runtime import expand, unbroadcast, zeros_like


def recurrent_adjoint(Wx, Wh, b, xs, h, gradient=1.0):
    """Adjoint of `recurrent` (recurrent.py:6) with respect to Wx, Wh, b, h."""
    # forward sweep
    h_add_stack, h_matmul_2_stack, h_matmul_stack, h_stack = [], [], [], []
    for t in range(xs.shape[0]):
        h_matmul = xs[t] @ Wx
        h_matmul_stack.append(h_matmul)  # kept for line 8
        h_matmul_2 = h @ Wh
        h_matmul_2_stack.append(h_matmul_2)  # kept for line 8
        h_add = h_matmul + h_matmul_2 + b
        h_add_stack.append(h_add)  # kept for line 8
        h_stack.append(h)  # kept for line 8
        h = np.tanh(h_add)
    output_pow = h ** 2

    # reverse sweep
    # line 9: return np.sum(h ** 2)
    h_bar = unbroadcast(expand(gradient, output_pow) * 2.0 * h, h)
    Wx_bar = zeros_like(Wx)
    Wh_bar = zeros_like(Wh)
    b_bar = zeros_like(b)
    for t in range(xs.shape[0] - 1, -1, -1):
        # line 8: h = np.tanh(xs[t] @ Wx + h @ Wh + b)
        h = h_stack.pop()
        h_add_bar = h_bar * sech(h_add_stack.pop()) ** 2
        b_bar += unbroadcast(h_add_bar, b)
        h_matmul_2_bar = unbroadcast(h_add_bar, h_matmul_2_stack.pop())
        h_bar = matmul_x1(h, Wh, gradient=h_matmul_2_bar)
        Wh_bar += matmul_x2(h, Wh, gradient=h_matmul_2_bar)
        Wx_bar += matmul_x2(xs[t], Wx, gradient=unbroadcast(h_add_bar, h_matmul_stack.pop()))
    return Wx_bar, Wh_bar, b_bar, h_bar
