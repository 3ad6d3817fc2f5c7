"""PyTorch's `Tensor.backward`, second example: a non-scalar output is seeded with `gradient`.

PyTorch:

    x1, x2, x3 = (torch.tensor(v, requires_grad=True) for v in (1., 2., 3.))
    y = torch.empty(3)
    y[0] = x1 * x2 * x3
    y[1] = x1 + x2 + x3
    y[2] = x1 + x2 * x3
    y.backward(gradient=torch.tensor([0.1, 0.2, 0.3]))
    x1.grad, x2.grad, x3.grad             # 1.1, 1.4, 1.0

The output is written element by element, into an array, as in any NumPy program.
"""

from __future__ import annotations

import numpy as np

from srcdiff import SeedError, grad


def f(x1, x2, x3):
    """Three numbers become three others."""
    y = np.empty(3)
    y[0] = x1 * x2 * x3
    y[1] = x1 + x2 + x3
    y[2] = x1 + x2 * x3
    return y


def main() -> tuple[float, float, float]:
    """Print the adjoint and what it gives."""
    df = grad(f, wrt=("x1", "x2", "x3"))
    gradients = df(1.0, 2.0, 3.0, gradient=[0.1, 0.2, 0.3])
    print(df.source)
    print("gradients:", gradients)
    np.testing.assert_allclose(gradients, (1.1, 1.4, 1.0), rtol=1e-14)

    try:
        df(1.0, 2.0, 3.0)  # three outputs: which one is meant?
    except SeedError as error:
        print("without a seed:", error)
    else:
        raise AssertionError("a non-scalar output without `gradient` must be refused")
    return gradients


if __name__ == "__main__":
    main()
