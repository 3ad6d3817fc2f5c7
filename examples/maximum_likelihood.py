"""Maximum likelihood on real data: how fast did Michelson find light to be, and how scattered were his values?

Five series of twenty measurements from 1879 (see data/README.md), in km/s above 299,000. Each series has a mean of its
own; the errors follow Student's t distribution with four degrees of freedom, so a few wild values do little harm. The
likelihood is plain NumPy: `location[series]` gathers, so its adjoint scatters.

    python examples/maximum_likelihood.py [figure.png]
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.optimize import minimize

from srcdiff import value_and_grad

DATA = Path(__file__).parent / "data" / "michelson.csv"
FREEDOM = 4.0
TRUE_SPEED = 734.5  # in air, in the units of the data


def negative_log_likelihood(params, series, speed):
    """Of five locations and the logarithm of the common scale, up to a constant."""
    location = params[:5]
    scale = np.exp(params[5])
    z = (speed - location[series]) / scale
    return 0.5 * (FREEDOM + 1.0) * np.sum(np.log1p(z**2 / FREEDOM)) + speed.size * np.log(scale)


def main(figure: str | None = None) -> np.ndarray:
    """Fit the model, check it against SciPy's density, and plot it."""
    table = np.loadtxt(DATA, delimiter=",", skiprows=1, dtype=int)
    series, speed = table[:, 0] - 1, table[:, 1].astype(float)
    start = np.array([*(speed[series == k].mean() for k in range(5)), math.log(speed.std())])

    fit = minimize(value_and_grad(negative_log_likelihood), start, args=(series, speed), jac=True, method="BFGS")
    location, scale = fit.x[:5], math.exp(fit.x[5])
    print("location of each series:", np.round(location, 1), f"  scale: {scale:.1f}")

    constant = speed.size * stats.t.logpdf(0.0, FREEDOM)
    density = stats.t.logpdf(speed, FREEDOM, location[series], scale)
    np.testing.assert_allclose(fit.fun, constant - density.sum(), rtol=1e-10)
    assert np.abs(fit.jac).max() < 1e-3, "not at the maximum"
    if figure:
        plot(figure, series, speed, location, scale)
    return fit.x


def plot(figure: str, series: np.ndarray, speed: np.ndarray, location: np.ndarray, scale: float) -> None:
    """The measurements of each series and the fitted densities beside them."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 4.5), layout="constrained")
    axes = canvas.subplots()
    grid = np.linspace(600, 1100, 300)
    for k in range(5):
        values = np.sort(speed[series == k])
        shift = (np.arange(values.size) % 4 - 1.5) * 0.03
        axes.plot(k + 1 - 0.12 + shift, values, "o", color=f"C{k}", alpha=0.6, markersize=4)
        bump = 60.0 * stats.t.pdf(grid, FREEDOM, location[k], scale)
        axes.fill_betweenx(grid, k + 1, k + 1 + bump, color=f"C{k}", alpha=0.35, linewidth=0)
        axes.hlines(location[k], k + 1, k + 1.4, color=f"C{k}")
    axes.axhline(TRUE_SPEED, color="black", linestyle=":", label="today's value, in air")
    axes.set(xlabel="series", ylabel="km/s above 299,000", title="Michelson's measurements of the speed of light, 1879")
    axes.legend(loc="upper right")
    canvas.savefig(figure, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:2])
