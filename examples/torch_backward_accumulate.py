"""PyTorch's `Tensor.backward`, third example: elementwise outputs, and gradients that add up.

PyTorch:

    x = torch.tensor([1., 2., 3.], requires_grad=True)
    y = x * x
    y.backward(gradient=torch.ones(3))    # the same as y.sum().backward()
    x.grad                                # tensor([2., 4., 6.])
    (x * x).backward(gradient=torch.ones(3))
    x.grad                                # tensor([4., 8., 12.]): .grad accumulates

A gradient here is a new array on every call, unless it is asked to be added `into` one that exists.
"""

from __future__ import annotations

import numpy as np

from srcdiff import elementwise_grad, grad


def square(x):
    """Each element squared."""
    y = x * x
    return y


def sum_of_squares(x):
    """The same, summed up."""
    y = x * x
    return y.sum()


def main() -> np.ndarray:
    """Print the adjoint and what it gives."""
    x = np.array([1.0, 2.0, 3.0])
    df = grad(square)
    print(df.source)

    once = df(x, gradient=np.ones(3))
    np.testing.assert_array_equal(once, grad(sum_of_squares)(x))
    np.testing.assert_array_equal(once, elementwise_grad(square)(x))
    np.testing.assert_array_equal(once, [2.0, 4.0, 6.0])

    total = np.zeros(3)
    for _ in range(2):
        result = df(x, gradient=np.ones(3), into=total)
        assert result is total
    print("after one call:", once, "  after two calls into one buffer:", total)
    np.testing.assert_array_equal(total, 2.0 * once)
    return total


if __name__ == "__main__":
    main()
