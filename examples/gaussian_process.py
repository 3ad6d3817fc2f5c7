"""Hyper-parameters of a Gaussian process: how smooth is the Nile's flow?

The marginal likelihood needs a Cholesky factor, a linear solve and a kernel matrix; its gradient with respect to the
logarithms of amplitude, length scale and noise is compared with the closed formula of the textbook (Rasmussen and
Williams, Gaussian Processes for Machine Learning, equation 5.9), then used to fit them.

    python examples/gaussian_process.py [figure.png]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from srcdiff import grad, value_and_grad

DATA = Path(__file__).parent / "data" / "nile.csv"


def kernel(log_amplitude, log_length, t1, t2):
    """Squared exponential covariances."""
    distance = (t1[:, None] - t2[None, :]) / np.exp(log_length)
    return np.exp(2.0 * log_amplitude - 0.5 * distance**2)


def negative_log_likelihood(params, t, y):
    """Of the logarithms of amplitude, length scale and noise."""
    covariance = kernel(params[0], params[1], t, t) + np.exp(2.0 * params[2]) * np.eye(t.size)
    factor = np.linalg.cholesky(covariance)
    weights = np.linalg.solve(factor, y)
    return 0.5 * weights @ weights + np.sum(np.log(np.diag(factor))) + 0.5 * t.size * np.log(2.0 * np.pi)


def textbook_gradient(params: np.ndarray, t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The closed formula: half the trace of (K^-1 - a a^T) dK/dtheta, with a = K^-1 y."""
    k = kernel(params[0], params[1], t, t)
    noise = np.exp(2.0 * params[2]) * np.eye(t.size)
    inverse = np.linalg.inv(k + noise)
    a = inverse @ y
    squared = ((t[:, None] - t[None, :]) / np.exp(params[1])) ** 2
    return np.array([0.5 * np.sum((inverse - np.outer(a, a)) * part) for part in (2.0 * k, k * squared, 2.0 * noise)])


def main(figure: str | None = None) -> np.ndarray:
    """Compare with the textbook, and fit."""
    year, flow = np.loadtxt(DATA, delimiter=",", skiprows=1, unpack=True)
    t, y = year - year.mean(), (flow - flow.mean()) / flow.std()
    start = np.array([0.0, np.log(10.0), np.log(0.5)])
    np.testing.assert_allclose(
        grad(negative_log_likelihood)(start, t, y), textbook_gradient(start, t, y), rtol=1e-8
    )  # fmt: skip

    fit = minimize(value_and_grad(negative_log_likelihood), start, args=(t, y), jac=True, method="BFGS")
    amplitude, length, noise = np.exp(fit.x)
    print(f"amplitude {amplitude:.2f}, length {length:.1f} years, noise {noise:.2f}; {fit.nit} iterations")
    assert fit.fun < negative_log_likelihood(start, t, y)
    assert np.abs(textbook_gradient(fit.x, t, y)).max() < 1e-3
    if figure:
        plot(figure, year, flow, fit.x)
    return fit.x


def plot(figure: str, year: np.ndarray, flow: np.ndarray, params: np.ndarray) -> None:
    """The flow, and the process's mean with a band of two standard deviations."""
    from matplotlib.figure import Figure

    t, y = year - year.mean(), (flow - flow.mean()) / flow.std()
    grid = np.linspace(t[0], t[-1] + 15.0, 400)
    k = kernel(params[0], params[1], t, t) + np.exp(2.0 * params[2]) * np.eye(t.size)
    cross = kernel(params[0], params[1], grid, t)
    mean = cross @ np.linalg.solve(k, y)
    variance = np.exp(2.0 * params[0]) - np.sum(cross * np.linalg.solve(k, cross.T).T, axis=1)
    centre, band = flow.mean() + flow.std() * mean, 2.0 * flow.std() * np.sqrt(np.maximum(variance, 0.0))

    canvas = Figure(figsize=(8, 4.5), layout="constrained")
    axes = canvas.subplots()
    axes.plot(year, flow, ".", color="0.5", label="annual flow at Aswan")
    axes.plot(grid + year.mean(), centre, color="C2", label="fitted process")
    axes.fill_between(grid + year.mean(), centre - band, centre + band, color="C2", alpha=0.2, linewidth=0)
    axes.set(xlabel="year", ylabel="10$^8$ m$^3$", title="The Nile as a Gaussian process")
    axes.legend()
    canvas.savefig(figure, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:2])
