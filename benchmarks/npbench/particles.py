"""Bodies that attract each other."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def acceleration(position, mass, gravity, softening):
    """All pairs at once, by columns of coordinates."""
    x, y, z = position[:, 0:1], position[:, 1:2], position[:, 2:3]
    dx, dy, dz = x.T - x, y.T - y, z.T - z
    inverse = (dx**2 + dy**2 + dz**2 + softening**2) ** (-1.5)
    return np.hstack(
        (gravity * (dx * inverse) @ mass, gravity * (dy * inverse) @ mass, gravity * (dz * inverse) @ mass)
    )


def energy(position, velocity, mass, gravity):
    """Kinetic and potential energy."""
    kinetic = 0.5 * np.sum(mass * velocity**2)
    potential = 0.0
    n = len(position)
    for i in range(n):
        for j in range(i + 1, n):
            separation = position[j] - position[i]
            potential = potential - gravity * mass[i, 0] * mass[j, 0] / np.sqrt(np.sum(separation**2))
    return kinetic, potential


def n_body(mass, position, velocity, steps, dt, gravity, softening):
    """Leapfrog: kick, drift, kick; the energies after each step."""
    velocity -= np.mean(mass * velocity, axis=0) / np.mean(mass)
    a = acceleration(position, mass, gravity, softening)
    kinetic = np.zeros(steps + 1)
    potential = np.zeros(steps + 1)
    kinetic[0], potential[0] = energy(position, velocity, mass, gravity)
    for k in range(steps):
        velocity += a * dt / 2.0
        position += velocity * dt
        a[:] = acceleration(position, mass, gravity, softening)
        velocity += a * dt / 2.0
        kinetic[k + 1], potential[k + 1] = energy(position, velocity, mass, gravity)
    return kinetic, potential


@kernel(lambda n: (numbers(n, 1), 3.0 * numbers(n, 3), numbers(n, 3, seed=1), 2, 0.1, 1.0, 0.3), small=4)
def n_body_loss(mass, position, velocity, steps, dt, gravity, softening):
    kinetic, potential = n_body(mass, position, velocity, steps, dt, gravity, softening)
    return np.sum(kinetic**2) + np.sum(potential)
