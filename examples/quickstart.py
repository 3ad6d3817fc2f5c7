"""The main job on real input: fit a line to NumPy data by gradient descent, with an adjoint that you can read.

The data are Michelson's measurements of the speed of light in 1879 (see data/README.md): did his values drift from
one series to the next? The loss is plain NumPy, an element loop included; its derivative is made from its source.
Only NumPy is needed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from srcdiff import value_and_grad

Vector = np.ndarray

DATA = Path(__file__).parent / "data" / "michelson.csv"


def loss(params: Vector, series: Vector, speed: Vector) -> float:
    """Half the mean squared distance of the measurements from a line over the number of the series."""
    residual = np.empty(speed.size)
    for i in range(speed.size):
        residual[i] = params[0] + params[1] * series[i] - speed[i]
    return 0.5 * np.mean(residual**2)


def main() -> Vector:
    """Fit the line, compare it with NumPy's own least squares, and print the adjoint."""
    table = np.loadtxt(DATA, delimiter=",", skiprows=1)
    series, speed = table[:, 0] - 3.0, table[:, 1]

    loss_and_gradient = value_and_grad(loss)
    params = np.array([speed.mean(), 0.0])
    for step in range(60):
        value, gradient = loss_and_gradient(params, series, speed)
        if step % 20 == 0:
            print(f"step {step:3d}   loss {value:10.4f}   gradient {gradient}")
        params -= 0.4 * gradient
    print(f"line: {params[0]:.2f} {params[1]:+.2f} * (series - 3), in km/s above 299,000\n")

    np.testing.assert_allclose(params, np.polynomial.Polynomial.fit(series, speed, 1).convert().coef, rtol=1e-6)
    print(loss_and_gradient.source)
    return params


if __name__ == "__main__":
    main()
