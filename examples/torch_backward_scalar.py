"""PyTorch's `Tensor.backward`, first example: a scalar output needs no seed.

PyTorch:

    x = torch.tensor([1., 2., 3.], requires_grad=True)
    y = (x ** 2 + 2).sum()
    y.backward()
    x.grad                                # tensor([2., 4., 6.])

Here nothing is recorded while `f` runs: the derivative is a function of its own, written once from the source of `f`.
"""

from __future__ import annotations

import numpy as np

from srcdiff import grad


def f(x):
    """The sum of x ** 2 + 2."""
    return np.sum(x**2 + 2)


def main() -> np.ndarray:
    """Print the adjoint and what it gives."""
    df = grad(f)
    gradient = df(np.array([1.0, 2.0, 3.0]))
    print(df.source)
    print("gradient:", gradient)
    np.testing.assert_array_equal(gradient, [2.0, 4.0, 6.0])
    return gradient


if __name__ == "__main__":
    main()
