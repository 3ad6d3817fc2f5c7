"""Incompressible flow in a box and in a periodic channel, by explicit steps and a pressure iteration."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def build_source(source, density, dt, u, v, dx, dy):
    """The right side of the pressure equation, inside."""
    ux = (u[1:-1, 2:] - u[1:-1, :-2]) / (2.0 * dx)
    vy = (v[2:, 1:-1] - v[:-2, 1:-1]) / (2.0 * dy)
    uy = (u[2:, 1:-1] - u[:-2, 1:-1]) / (2.0 * dy)
    vx = (v[1:-1, 2:] - v[1:-1, :-2]) / (2.0 * dx)
    source[1:-1, 1:-1] = density * ((ux + vy) / dt - ux**2 - 2.0 * uy * vx - vy**2)


def solve_pressure(iterations, p, dx, dy, source):
    """Jacobi's iteration with the boundary conditions of a lid over a closed box."""
    old = np.empty_like(p)
    for _ in range(iterations):
        old[:] = p
        p[1:-1, 1:-1] = (
            (old[1:-1, 2:] + old[1:-1, :-2]) * dy**2 + (old[2:, 1:-1] + old[:-2, 1:-1]) * dx**2
            - dx**2 * dy**2 * source[1:-1, 1:-1]
        ) / (2.0 * (dx**2 + dy**2))  # fmt: skip
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0.0


def advance(new, field, u, v, pressure_gradient, dt, dx, dy, viscosity):
    """Advection upwind, diffusion, pressure: the momentum equation of one component, inside."""
    centre = field[1:-1, 1:-1]
    new[1:-1, 1:-1] = (
        centre
        - u[1:-1, 1:-1] * dt / dx * (centre - field[1:-1, :-2])
        - v[1:-1, 1:-1] * dt / dy * (centre - field[:-2, 1:-1])
        - dt * pressure_gradient
        + viscosity * dt * (
            (field[1:-1, 2:] - 2.0 * centre + field[1:-1, :-2]) / dx**2
            + (field[2:, 1:-1] - 2.0 * centre + field[:-2, 1:-1]) / dy**2
        )
    )  # fmt: skip


def cavity_flow(steps, iterations, u, v, p, dt, dx, dy, density, viscosity):
    """A lid drags the fluid in a box."""
    source = np.zeros_like(u)
    for _ in range(steps):
        un, vn = u.copy(), v.copy()
        build_source(source, density, dt, u, v, dx, dy)
        solve_pressure(iterations, p, dx, dy, source)
        advance(u, un, un, vn, (p[1:-1, 2:] - p[1:-1, :-2]) / (2.0 * density * dx), dt, dx, dy, viscosity)
        advance(v, vn, un, vn, (p[2:, 1:-1] - p[:-2, 1:-1]) / (2.0 * density * dy), dt, dx, dy, viscosity)
        u[0, :], u[:, 0], u[:, -1] = 0.0, 0.0, 0.0
        u[-1, :] = 1.0
        v[0, :] = v[-1, :] = 0.0
        v[:, 0] = v[:, -1] = 0.0


@kernel(
    lambda n: (2, 3, numbers(n, n), numbers(n, n, seed=1), numbers(n, n, seed=2), 0.01, 0.5, 0.5, 1.0, 0.1), small=5
)
def cavity_flow_loss(steps, iterations, u, v, p, dt, dx, dy, density, viscosity):
    cavity_flow(steps, iterations, u, v, p, dt, dx, dy, density, viscosity)
    return np.sum(u**2 + v**2) + np.sum(p) * 0.1


def channel_flow(tolerance, limit, u, v, p, dt, dx, dy, density, viscosity, force):
    """A force drives the fluid along a channel with periodic ends, until the flow is nearly steady."""
    steps = 0
    change = 1.0
    while change > tolerance and steps < limit:
        un, vn = u.copy(), v.copy()
        east, west = np.roll(un, -1, axis=1), np.roll(un, 1, axis=1)
        north, south = un[2:, :], un[:-2, :]
        p[1:-1, :] = 0.25 * (np.roll(p, -1, axis=1) + np.roll(p, 1, axis=1))[1:-1, :] + 0.25 * (p[2:, :] + p[:-2, :])
        p[-1, :] = p[-2, :]
        p[0, :] = p[1, :]
        slope = (np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1)) / (2.0 * density * dx)
        u[1:-1, :] = (
            un[1:-1, :]
            - un[1:-1, :] * dt / dx * (un - west)[1:-1, :]
            - vn[1:-1, :] * dt / dy * (un[1:-1, :] - south)
            - dt * slope[1:-1, :]
            + viscosity * dt * ((east - 2.0 * un + west)[1:-1, :] / dx**2 + (north - 2.0 * un[1:-1, :] + south) / dy**2)
            + force * dt
        )
        v[1:-1, :] = vn[1:-1, :] * (1.0 - dt * un[1:-1, :])
        u[0, :] = u[-1, :] = 0.0
        v[0, :] = v[-1, :] = 0.0
        change = (np.sum(u) - np.sum(un)) / np.sum(u)
        steps += 1
    return steps


@kernel(
    lambda n: (-10.0, 3, numbers(n, n), numbers(n, n, seed=1), numbers(n, n, seed=2), 0.01, 0.5, 0.5, 1.0, 0.1, 1.0),
    small=5,
)
def channel_flow_loss(tolerance, limit, u, v, p, dt, dx, dy, density, viscosity, force):
    steps = channel_flow(tolerance, limit, u, v, p, dt, dx, dy, density, viscosity, force)
    return np.sum(u**2 + v**2) * steps + np.sum(p)


def shallow_water(steps, h, u, dt, dx):
    """One-dimensional shallow water with a Lax-Friedrichs step, fluxes through a helper."""

    def flux(height, momentum):
        return momentum, momentum**2 / height + 0.5 * 9.81 * height**2

    q = h * u
    for _ in range(steps):
        mass, force = flux(h, q)
        h[1:-1] = 0.5 * (h[2:] + h[:-2]) - dt / (2.0 * dx) * (mass[2:] - mass[:-2])
        q[1:-1] = 0.5 * (q[2:] + q[:-2]) - dt / (2.0 * dx) * (force[2:] - force[:-2])
        h[0], h[-1] = h[1], h[-2]
        q[0] = -q[1]
        q[-1] = -q[-2]
    return q


@kernel(lambda n: (3, numbers(n), numbers(n, seed=1), 0.01, 0.5), small=7)
def shallow_water_loss(steps, h, u, dt, dx):
    q = shallow_water(steps, h, u, dt, dx)
    return np.sum(h**2) + np.sum(q**2 / h)
