"""Optimal control: swing a pendulum up with a motor too weak to lift it directly.

The unknowns are the torques of 160 time steps. The cost of a plan is found by simulating it, in a loop over the steps;
its gradient by going back through the loop once, whatever the number of steps.

    python examples/optimal_control.py [figure.png]
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.optimize import minimize

from srcdiff import value_and_grad

STEPS = 160
DT = 0.025
GRAVITY = 9.81
LIMIT = 5.0  # holding the pendulum sideways would take 9.81


def swing(torques):
    """Angle (0 hangs down, pi stands up) and angular velocity before each step and after the last."""
    path = np.zeros((torques.size + 1, 2))
    for k in range(torques.size):
        velocity = path[k, 1] + DT * (torques[k] - GRAVITY * np.sin(path[k, 0]))
        path[k + 1, 1] = velocity
        path[k + 1, 0] = path[k, 0] + DT * velocity
    return path


def cost(plan):
    """What a plan costs: not standing still and upright at the end, and a little for effort."""
    torques = LIMIT * np.tanh(plan)
    path = swing(torques)
    miss = (path[-1, 0] - np.pi) ** 2 + 0.1 * path[-1, 1] ** 2
    return 100.0 * miss + 0.5 * DT * np.sum(torques**2)


def main(figure: str | None = None) -> np.ndarray:
    """Find a plan, and see that it works."""
    start = 0.5 * np.sin(np.sqrt(GRAVITY) * DT * np.arange(STEPS))
    fit = minimize(value_and_grad(cost), start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    torques = LIMIT * np.tanh(fit.x)
    path = swing(torques)
    angle, velocity = path[-1]
    print(
        f"{fit.nit} iterations: angle {angle:.3f}, velocity {velocity:.3f}, largest torque {np.abs(torques).max():.2f}"
    )
    assert abs(angle - np.pi) < 0.1
    assert abs(velocity) < 0.3
    assert np.diff(np.sign(torques[np.abs(torques) > 0.1])).any(), "it must swing to and fro"
    if figure:
        plot(figure, path, torques)
    return path


def plot(figure: str, path: np.ndarray, torques: np.ndarray) -> None:
    """The way of the pendulum, and the torques."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8, 4.5), layout="constrained")
    left, right = canvas.subplots(1, 2)
    x, y = np.sin(path[:, 0]), -np.cos(path[:, 0])
    radius = 1.0 + 0.25 * np.arange(len(path)) / len(path)  # drawn further out as time goes on
    left.plot(radius * x, radius * y, color="0.8")
    left.scatter(radius * x, radius * y, c=np.arange(len(path)), cmap="viridis", s=12, zorder=2)
    for k in (0, len(path) - 1):
        left.plot([0, radius[k] * x[k]], [0, radius[k] * y[k]], color="black", linewidth=1)
    left.set(aspect="equal", title="from hanging to standing")
    left.axis("off")
    time = DT * np.arange(torques.size)
    right.step(time, torques, where="post", label="torque")
    right.plot(time, path[:-1, 0], label="angle")
    right.axhline(np.pi, color="black", linestyle=":", label="upright")
    right.set(xlabel="seconds", title="the plan")
    right.legend()
    canvas.savefig(figure, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:2])
