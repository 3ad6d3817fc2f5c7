"""An inverse problem: what was the temperature of a rod at the start, and how well does it conduct?

The simulation steps the heat equation forward in place, `u[1:-1] += ...`, as such programs do. A few sensors see the
rod later, with noise. The gradient of the misfit with respect to the whole initial state and the conductivity costs a
few simulations, however many unknowns there are.

    python examples/heat_equation.py [figure.png]
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.optimize import minimize

from srcdiff import value_and_grad

CELLS = 60
STEPS = 240
EVERY = 20
SENSORS = np.arange(2, CELLS, 4)
NOISE = 0.01
CONDUCTIVITY = 0.35


def simulate(u0, conductivity):
    """What the sensors see: temperatures at every twentieth step. The ends of the rod stay as they are."""
    u = u0.copy()
    seen = np.empty((STEPS // EVERY, SENSORS.size))
    for step in range(STEPS):
        u[1:-1] += conductivity * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        if (step + 1) % EVERY == 0:
            seen[step // EVERY] = u[SENSORS]
    return seen


def misfit(params, observed):
    """How badly an initial state (and a conductivity, last) explains the observations; rough states cost more."""
    u0 = params[:-1]
    residual = (simulate(u0, params[-1]) - observed) / NOISE
    return 0.5 * np.sum(residual**2) + 20.0 * np.sum((u0[2:] - 2.0 * u0[1:-1] + u0[:-2]) ** 2)


def main(figure: str | None = None) -> np.ndarray:
    """Make observations of a known rod, and recover it from them."""
    x = np.linspace(0.0, 1.0, CELLS)
    truth = np.exp(-80.0 * (x - 0.3) ** 2) + 0.6 * np.exp(-150.0 * (x - 0.7) ** 2)
    noise = NOISE * np.random.default_rng(1).standard_normal((STEPS // EVERY, SENSORS.size))
    observed = simulate(truth, CONDUCTIVITY) + noise

    start = np.append(np.zeros(CELLS), 0.2)
    bounds = [(None, None)] * CELLS + [(0.05, 0.45)]  # explicit stepping is stable below 0.5
    fit = minimize(
        value_and_grad(misfit), start, args=(observed,), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 2000, "maxfun": 4000},
    )  # fmt: skip
    recovered, conductivity = fit.x[:-1], fit.x[-1]
    error = np.abs(recovered - truth).max()
    print(f"{fit.nit} iterations; conductivity {conductivity:.4f} (true: {CONDUCTIVITY}); largest error {error:.3f}")
    assert abs(conductivity - CONDUCTIVITY) < 0.02
    assert error < 0.1
    if figure:
        plot(figure, x, truth, recovered, observed)
    return fit.x


def plot(figure: str, x: np.ndarray, truth: np.ndarray, recovered: np.ndarray, observed: np.ndarray) -> None:
    """The true and the recovered initial state, and what the sensors saw."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 4.5), layout="constrained")
    axes = canvas.subplots()
    for k, row in enumerate(observed):
        label = "seen by the sensors, later and later" if k == 0 else None
        axes.plot(x[SENSORS], row, ".", color="C1", alpha=1.0 - 0.9 * k / len(observed), label=label)
    axes.plot(x, truth, color="black", label="true initial state")
    axes.plot(x, recovered, "--", color="C0", linewidth=2, label="recovered initial state")
    axes.set(xlabel="position", ylabel="temperature", title="A rod's past, from noisy sensors")
    axes.legend()
    canvas.savefig(figure, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:2])
