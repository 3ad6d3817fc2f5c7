"""Newton's method on SciPy's Rosenbrock function, with the Hessian of SciPy's own source.

`hessian(rosen)` is forward mode over the generated gradient: one Hessian-vector product for each variable. It is
compared with `rosen_hess`, which SciPy wrote by hand, and then used for Newton steps with a halving line search.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import rosen, rosen_hess, rosen_hess_prod

from srcdiff import hessian, hvp, value_and_grad


def newton(start: np.ndarray, steps: int = 60) -> tuple[np.ndarray, int]:
    """Minimise `rosen`; the point and the number of steps."""
    value_and_gradient, curvature = value_and_grad(rosen), hessian(rosen)
    x = start.copy()
    for step in range(steps):
        value, gradient = value_and_gradient(x)
        if np.abs(gradient).max() < 1e-10:
            return x, step
        direction = np.linalg.solve(curvature(x), -gradient)
        if direction @ gradient > 0.0:  # the Hessian is not positive definite here: go downhill
            direction = -gradient
        length = 1.0
        while rosen(x + length * direction) > value + 1e-4 * length * (direction @ gradient):
            length /= 2.0
        x = x + length * direction
    return x, steps


def main() -> np.ndarray:
    """Compare with SciPy's Hessian, and minimise."""
    rng = np.random.default_rng(0)
    for n in (2, 5, 20):
        x, v = rng.standard_normal(n), rng.standard_normal(n)
        expected = rosen_hess(x)
        np.testing.assert_allclose(hessian(rosen)(x), expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())
        np.testing.assert_allclose(hvp(rosen)(x, v), rosen_hess_prod(x, v), rtol=1e-9, atol=1e-9)
    print("the Hessian is SciPy's rosen_hess, the product its rosen_hess_prod")

    x, steps = newton(np.full(10, -0.5))
    print(f"minimum {rosen(x):.1e} at {np.round(x, 6)} after {steps} Newton steps")
    np.testing.assert_allclose(x, 1.0, atol=1e-8)
    return x


if __name__ == "__main__":
    main()
