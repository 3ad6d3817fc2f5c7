"""SciPy's Rosenbrock function, exactly as SciPy ships it: its gradient, and its minimum.

`scipy.optimize.rosen` was not written for any differentiator. Its adjoint is made from SciPy's own source, compared
with the gradient that SciPy wrote by hand (`rosen_der`), and handed to `scipy.optimize.minimize`.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize, rosen, rosen_der

from srcdiff import grad, value_and_grad


def main() -> np.ndarray:
    """Compare, minimise, and print the adjoint."""
    drosen = grad(rosen)
    x = np.random.default_rng(0).standard_normal(50)
    np.testing.assert_allclose(drosen(x), rosen_der(x), rtol=1e-12, atol=1e-12 * np.abs(rosen_der(x)).max())

    result = minimize(value_and_grad(rosen), np.full(10, 1.3), jac=True, method="BFGS")
    print(drosen.source)
    print(f"minimum {result.fun:.1e} at {np.round(result.x, 6)} after {result.nfev} evaluations")
    np.testing.assert_allclose(result.x, 1.0, atol=1e-4)
    return result.x


if __name__ == "__main__":
    main()
