"""A Kalman filter's likelihood, maximised: the local level model of the Nile's annual flow, 1871 to 1970.

The filter is a loop over the years that updates a mean and a variance, the textbook way. Its two unknown variances are
fitted by gradient; Durbin and Koopman (Time Series Analysis by State Space Methods, section 2.10) print 15099 and
1469.1.

    python examples/kalman_nile.py [figure.png]
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from srcdiff import value_and_grad

DATA = Path(__file__).parent / "data" / "nile.csv"


def negative_log_likelihood(log_variances, flow):
    """Of the logarithms of the observations' and of the level's variance, given the first observation."""
    observation = np.exp(log_variances[0])
    drift = np.exp(log_variances[1])
    level, variance = flow[0], observation
    total = 0.0
    for t in range(1, flow.size):
        variance = variance + drift
        surprise = flow[t] - level
        spread = variance + observation
        total += 0.5 * (np.log(2.0 * np.pi * spread) + surprise**2 / spread)
        gain = variance / spread
        level = level + gain * surprise
        variance = variance * (1.0 - gain)
    return total


def levels(log_variances: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """The filtered level and its standard deviation, year by year."""
    observation, drift = np.exp(log_variances)
    level, variance = flow[0], observation
    rows = [(level, math.sqrt(variance))]
    for t in range(1, flow.size):
        variance += drift
        gain = variance / (variance + observation)
        level += gain * (flow[t] - level)
        variance *= 1.0 - gain
        rows.append((level, math.sqrt(variance)))
    return np.array(rows)


def main(figure: str | None = None) -> np.ndarray:
    """Fit the two variances and compare them with the published ones."""
    year, flow = np.loadtxt(DATA, delimiter=",", skiprows=1, unpack=True)
    start = np.full(2, math.log(flow.var() / 2.0))
    fit = minimize(value_and_grad(negative_log_likelihood), start, args=(flow,), jac=True, method="BFGS")
    variances = np.exp(fit.x)
    print(f"variance of the observations {variances[0]:.0f}, of the level {variances[1]:.1f}; {fit.nit} iterations")
    np.testing.assert_allclose(variances, [15099.0, 1469.1], rtol=1e-3)
    np.testing.assert_allclose(fit.fun, 632.5456, atol=1e-3)
    if figure:
        plot(figure, year, flow, levels(fit.x, flow))
    return variances


def plot(figure: str, year: np.ndarray, flow: np.ndarray, filtered: np.ndarray) -> None:
    """The flow and the filtered level with a band of two standard deviations."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 4.5), layout="constrained")
    axes = canvas.subplots()
    level, deviation = filtered.T
    axes.plot(year, flow, ".-", color="0.6", linewidth=0.8, label="annual flow at Aswan")
    axes.plot(year, level, color="C0", label="filtered level")
    axes.fill_between(year, level - 2 * deviation, level + 2 * deviation, color="C0", alpha=0.2, linewidth=0)
    axes.set(xlabel="year", ylabel="10$^8$ m$^3$", title="The Nile, and the level that a fitted Kalman filter sees")
    axes.legend()
    canvas.savefig(figure, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:2])
