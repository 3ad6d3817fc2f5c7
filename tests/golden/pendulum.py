import math

ARGUMENTS = (0.4, 0.0, 1.3, 0.05, 20)


def pendulum(theta: float, omega: float, k: float, dt: float, steps: int):
    energy = 0.0
    for i in range(steps):
        omega = omega - dt * k * math.sin(theta)
        theta = theta + dt * omega
        if i % 2 == 0:
            energy = energy + omega ** 2
    return energy


# value and adjoint wrt theta, omega, k
import math


def pendulum_value_and_adjoint(
    theta: float, omega: float, k: float, dt: float, steps: int, gradient=1.0
):
    """Adjoint of `pendulum` (pendulum.py:6) with respect to theta, omega, k."""
    # forward sweep
    omega_stack, theta_stack = [], []
    energy = 0.0
    for i in range(steps):
        omega_stack.append(omega)  # kept for line 12
        omega = omega - dt * k * math.sin(theta)
        theta_stack.append(theta)  # kept for line 9
        theta = theta + dt * omega
        if i % 2 == 0:
            energy = energy + omega ** 2
    value = energy

    # reverse sweep
    theta_bar = 0.0
    omega_bar = 0.0
    k_bar = 0.0
    for i in range(steps - 1, -1, -1):
        if i % 2 == 0:
            # line 12: energy = energy + omega ** 2
            omega_bar += gradient * 2.0 * omega
        # line 10: theta = theta + dt * omega
        theta = theta_stack.pop()
        omega_bar += theta_bar * dt
        # line 9: omega = omega - dt * k * math.sin(theta)
        omega = omega_stack.pop()
        theta_bar -= omega_bar * dt * k * math.cos(theta)
        k_bar -= omega_bar * math.sin(theta) * dt
    return value, (theta_bar, omega_bar, k_bar)
