"""A Gauss-Newton fit that never forms a Jacobian: `jvp` and `vjp` are all that conjugate gradients need.

The numbers of lynx in the Hudson Bay Company's records rise and fall. The model is a trend and an oscillation, whose
period is fitted too; a step solves (J^T J + damping) step = -J^T r (Levenberg and Marquardt) by conjugate gradients.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from srcdiff import jacobian, jvp, vjp

DATA = Path(__file__).parent / "data" / "lynx_hare.csv"


def residuals(p: np.ndarray, t: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Model minus data: a level, a slope, and an oscillation with its first overtone."""
    phase = 2.0 * np.pi * t / p[2]
    wave = p[3] * np.sin(phase) + p[4] * np.cos(phase) + p[5] * np.sin(2.0 * phase) + p[6] * np.cos(2.0 * phase)
    return p[0] + p[1] * t + wave - observed


def fit(start: np.ndarray, t: np.ndarray, observed: np.ndarray, steps: int = 100) -> np.ndarray:
    """The least-squares parameters."""
    p, damping = start, 1e-2
    for _ in range(steps):
        r, pullback = vjp(residuals, p, t, observed)
        slope = pullback(r)[0]
        if np.abs(slope).max() < 1e-9:
            break

        def normal(v: np.ndarray, p: np.ndarray = p, pullback=pullback, damping: float = damping) -> np.ndarray:
            pushed = jvp(residuals, (p, t, observed), (v, np.zeros_like(t), np.zeros_like(observed)))[1]
            return pullback(pushed)[0] + damping * v

        operator = LinearOperator((p.size, p.size), matvec=normal, dtype=float)
        step = cg(operator, -slope, rtol=1e-10, maxiter=50)[0]
        new = residuals(p + step, t, observed)
        if new @ new < r @ r:
            p, damping = p + step, damping / 3.0
        else:
            damping *= 4.0
    return p


def main() -> np.ndarray:
    """Fit, and check against the normal equations with the whole Jacobian."""
    year, _, lynx = np.loadtxt(DATA, delimiter=",", skiprows=1, unpack=True)
    t, observed = (year - 1910.0) / 10.0, lynx / 10.0
    start = np.array([2.0, 0.0, 1.0, 1.0, 1.0, 0.1, 0.1])
    p = fit(start, t, observed)
    r, matrix = residuals(p, t, observed), jacobian(residuals)(p, t, observed)
    print(f"period {10 * p[2]:.2f} years; root mean square {10 * np.sqrt(np.mean(r**2)):.2f} thousand")
    np.testing.assert_allclose(matrix.T @ r, 0.0, atol=1e-6)
    assert 9.0 < 10 * p[2] < 11.0
    return p


if __name__ == "__main__":
    main()
