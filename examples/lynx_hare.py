"""Parameters of an ODE from published data: hares and lynxes of the Hudson Bay Company, 1900 to 1920.

The Lotka-Volterra equations are integrated by Runge-Kutta steps in a plain loop; the gradient goes back through all of
them. Four rates and two initial populations are fitted to the logarithms of the pelts; the fit agrees with the
posterior that is usually quoted for these data (0.55, 0.028, 0.80, 0.024).

    python examples/lynx_hare.py [figure.png]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from srcdiff import value_and_grad

DATA = Path(__file__).parent / "data" / "lynx_hare.csv"
STEPS_PER_YEAR = 20


def rate(state, rates):
    """How fast hares and lynxes become more or fewer."""
    hare, lynx = state[0], state[1]
    return np.array([(rates[0] - rates[1] * lynx) * hare, (rates[3] * hare - rates[2]) * lynx])


def trajectory(params, years):
    """Hares and lynxes at the start of each year; `params` are logarithms: four rates, two initial populations."""
    rates = np.exp(params[:4])
    state = np.exp(params[4:])
    h = 1.0 / STEPS_PER_YEAR
    states = np.empty((years, 2))
    for year in range(years):
        states[year] = state
        for _ in range(STEPS_PER_YEAR):
            k1 = rate(state, rates)
            k2 = rate(state + 0.5 * h * k1, rates)
            k3 = rate(state + 0.5 * h * k2, rates)
            k4 = rate(state + h * k3, rates)
            state = state + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return states


def misfit(params, pelts):
    """Half the squared distance between the logarithms of the pelts and of the trajectory."""
    return 0.5 * np.sum((np.log(trajectory(params, len(pelts))) - np.log(pelts)) ** 2)


def main(figure: str | None = None) -> np.ndarray:
    """Fit the six unknowns."""
    table = np.loadtxt(DATA, delimiter=",", skiprows=1)
    pelts = table[:, 1:]
    start = np.log([0.5, 0.025, 0.8, 0.025, *pelts[0]])
    fit = minimize(value_and_grad(misfit), start, args=(pelts,), jac=True, method="BFGS")
    rates = np.exp(fit.x[:4])
    scatter = np.sqrt(2.0 * fit.fun / pelts.size)
    print("rates:", np.round(rates, 4), f"  scatter of the logarithms: {scatter:.2f}; {fit.nit} iterations")
    np.testing.assert_allclose(rates, [0.55, 0.028, 0.80, 0.024], rtol=0.1)
    assert scatter < 0.3
    if figure:
        plot(figure, table, fit.x)
    return rates


def plot(figure: str, table: np.ndarray, params: np.ndarray) -> None:
    """The pelts, and the fitted populations."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 4.5), layout="constrained")
    axes = canvas.subplots()
    fitted = trajectory(params, len(table))
    for k, name in enumerate(("hare", "lynx")):
        axes.plot(table[:, 0], table[:, k + 1], "o", color=f"C{k}", label=f"{name}, thousands of pelts")
        axes.plot(table[:, 0], fitted[:, k], color=f"C{k}", label=f"{name}, fitted")
    axes.set(
        xlabel="year",
        ylabel="thousands",
        title="Lotka and Volterra on Hudson Bay",
        xticks=table[::4, 0],
        ylim=(0.0, 100.0),
    )
    axes.legend(ncols=2)
    canvas.savefig(figure, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:2])
