"""Hamiltonian Monte Carlo on real data: Michelson's five series of 1879, with the parameters in a named tuple.

A hierarchical model: each series has a mean of its own, drawn around a common one, and all errors have one scale. The
posterior takes a `Model`; so do the steps of the sampler, since gradients have the structure of what they are taken by.
`ravel` puts such a structure into a vector for what needs one: momenta, and means and deviations of the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from srcdiff import ravel, value_and_grad

DATA = Path(__file__).parent / "data" / "michelson.csv"


class Model(NamedTuple):
    """The parameters, in units of 100 km/s; the scales by their logarithms."""

    common: float
    offsets: np.ndarray  # of each series, in units of the scale between series
    log_between: float
    log_within: float


def log_posterior(model: Model, series: np.ndarray, speed: np.ndarray) -> float:
    """Up to a constant: weak normal priors, normal errors."""
    within = np.exp(model.log_within)
    means = model.common + np.exp(model.log_between) * model.offsets
    z = (speed - means[series]) / within
    likelihood = -0.5 * np.sum(z**2) - speed.size * model.log_within
    prior = -0.5 * (np.sum(model.offsets**2) + model.common**2 / 100.0)
    return likelihood + prior - 0.5 * ((model.log_between + 1.0) ** 2 + model.log_within**2)


def sample(
    target: Callable[[np.ndarray], tuple[float, np.ndarray]], start: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Draws by leapfrog trajectories, and the share that was accepted."""
    position = start
    value, gradient = target(position)
    found, accepted = [], 0
    for _ in range(draws):
        momentum = rng.standard_normal(start.size)
        step = 0.06 * rng.uniform(0.8, 1.2)
        x, new_value, slope, p = position, value, gradient, momentum
        for _ in range(20):
            p = p + 0.5 * step * slope
            x = x + step * p
            new_value, slope = target(x)
            p = p + 0.5 * step * slope
        if np.log(rng.uniform()) < new_value - value - 0.5 * (p @ p - momentum @ momentum):
            position, value, gradient, accepted = x, new_value, slope, accepted + 1
        found.append(position)
    return np.array(found), accepted / draws


def main() -> Model:
    """Sample, and compare with the measured means and the scatter of the data."""
    table = np.loadtxt(DATA, delimiter=",", skiprows=1, dtype=int)
    series, speed = table[:, 0] - 1, (table[:, 1] - 850.0) / 100.0
    start, unravel = ravel(Model(0.0, np.zeros(5), -1.0, 0.0))
    posterior = value_and_grad(log_posterior)

    def target(vector: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = posterior(unravel(vector), series, speed)
        return value, ravel(gradient)[0]

    rng = np.random.default_rng(1)
    warm = sample(target, start, 150, rng)[0][-1]
    draws, accepted = sample(target, warm, 600, rng)
    models = [unravel(draw) for draw in draws]
    means = np.array([850.0 + 100.0 * (m.common + np.exp(m.log_between) * m.offsets) for m in models])
    within = 100.0 * np.exp([m.log_within for m in models])
    print(f"accepted {accepted:.0%}; scale of one measurement {within.mean():.0f} +- {within.std():.0f} km/s")
    measured = np.array([850.0 + 100.0 * speed[series == k].mean() for k in range(5)])
    for k in range(5):
        print(f"series {k + 1}: {means[:, k].mean():.0f} +- {means[:, k].std():.0f}, measured {measured[k]:.1f}")
    assert accepted > 0.6
    pooled = np.sqrt(np.mean([np.var(100.0 * speed[series == k], ddof=1) for k in range(5)]))
    assert abs(within.mean() - pooled) < 8.0
    shrunk = np.abs(means.mean(axis=0) - measured.mean()) < np.abs(measured - measured.mean()) + 6.0
    assert shrunk.all(), "a hierarchical mean lies between its own series and the common mean"
    assert np.corrcoef(means.mean(axis=0), measured)[0, 1] > 0.99
    return unravel(draws.mean(axis=0))


if __name__ == "__main__":
    main()
