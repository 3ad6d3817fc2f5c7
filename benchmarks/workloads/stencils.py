"""Partial differential equations by slices of arrays."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.registry import Workload, numbers

# Diffusion in two dimensions, as a function of the start and the coefficient.


def diffusion(u, r, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += r * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
    return np.sum(u**2)


def diffusion_by_hand(u, r, steps):
    u = u.copy()
    kept = np.empty((steps, u.shape[0] - 2, u.shape[1] - 2))
    for k in range(steps):
        kept[k] = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += r * kept[k]
    u_bar = 2.0 * u
    r_bar = 0.0
    for k in range(steps - 1, -1, -1):
        inner = u_bar[1:-1, 1:-1]
        r_bar += np.sum(inner * kept[k])
        g = r * inner
        u_bar[2:, 1:-1] += g
        u_bar[:-2, 1:-1] += g
        u_bar[1:-1, 2:] += g
        u_bar[1:-1, :-2] += g
        inner -= 4.0 * g
    return np.sum(u**2), (u_bar, r_bar)


def diffusion_compiled(u, r, steps):
    n, m = u.shape
    u = u.copy()
    kept = np.empty((steps, n, m))
    for k in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                kept[k, i, j] = u[i + 1, j] + u[i - 1, j] + u[i, j + 1] + u[i, j - 1] - 4.0 * u[i, j]
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] += r * kept[k, i, j]
    value = 0.0
    for i in range(n):
        for j in range(m):
            value += u[i, j] ** 2
    u_bar = 2.0 * u
    g = np.zeros((n, m))
    r_bar = 0.0
    for k in range(steps - 1, -1, -1):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                r_bar += u_bar[i, j] * kept[k, i, j]
                g[i, j] = r * u_bar[i, j]
        for i in range(n):  # gathered: every element is written once
            for j in range(m):
                total = -4.0 * g[i, j]
                if i > 0:
                    total += g[i - 1, j]
                if i < n - 1:
                    total += g[i + 1, j]
                if j > 0:
                    total += g[i, j - 1]
                if j < m - 1:
                    total += g[i, j + 1]
                u_bar[i, j] += total
    return value, (u_bar, r_bar)


def diffusion_functional(xp, loop, add):
    def function(u, r, steps):
        def step(u):
            change = r * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
            return add(u, change)

        return xp.sum(loop(step, steps, u) ** 2)

    return function


def _jax_loop(jax):
    return lambda step, steps, state: jax.lax.fori_loop(0, steps, lambda _, s: step(s), state)


def _eager_loop(step, steps, state):
    for _ in range(steps):
        state = step(state)
    return state


def diffusion_jax(jax):
    return diffusion_functional(jax.numpy, _jax_loop(jax), lambda u, change: u.at[1:-1, 1:-1].add(change))


def diffusion_autograd(xp):
    return diffusion_functional(xp, _eager_loop, lambda u, change: u + xp.pad(change, 1, "constant"))


def diffusion_torch(torch):
    pad = torch.nn.functional.pad
    return diffusion_functional(torch, _eager_loop, lambda u, change: u + pad(change, (1, 1, 1, 1)))


# Nonlinear advection (Burgers) on a line, upwind, with fixed ends.


def advection(u, c, steps):
    for _ in range(steps):
        u = u.copy()
        u[1:] = u[1:] - c * u[1:] * (u[1:] - u[:-1])
    return np.sum(u**2)


def advection_by_hand(u, c, steps):
    kept = np.empty((steps, u.size))
    for k in range(steps):
        kept[k] = u
        u = u.copy()
        u[1:] -= c * kept[k, 1:] * (kept[k, 1:] - kept[k, :-1])
    value = np.sum(u**2)
    u_bar = 2.0 * u
    c_bar = 0.0
    for k in range(steps - 1, -1, -1):
        u = kept[k]
        slope = u[1:] - u[:-1]
        g = u_bar[1:] * u[1:]
        c_bar -= np.sum(g * slope)
        g *= c
        u_bar[1:] -= g + c * slope * u_bar[1:]
        u_bar[:-1] += g
    return value, (u_bar, c_bar)


def advection_compiled(u, c, steps):
    n = u.size
    kept = np.empty((steps + 1, n))
    kept[0] = u
    for k in range(steps):
        kept[k + 1, 0] = kept[k, 0]
        for i in range(1, n):
            kept[k + 1, i] = kept[k, i] - c * kept[k, i] * (kept[k, i] - kept[k, i - 1])
    value = 0.0
    u_bar = np.empty(n)
    for i in range(n):
        value += kept[steps, i] ** 2
        u_bar[i] = 2.0 * kept[steps, i]
    c_bar = 0.0
    for k in range(steps - 1, -1, -1):
        for i in range(1, n):
            g, v, slope = u_bar[i], kept[k, i], kept[k, i] - kept[k, i - 1]
            c_bar -= g * v * slope
            u_bar[i] = g - c * g * (slope + v)
            u_bar[i - 1] += c * g * v
    return value, (u_bar, c_bar)


def advection_functional(xp, loop):
    def function(u, c, steps):
        def step(u):
            return xp.concatenate((u[:1], u[1:] - c * u[1:] * (u[1:] - u[:-1])))

        return xp.sum(loop(step, steps, u) ** 2)

    return function


def advection_jax(jax):
    return advection_functional(jax.numpy, _jax_loop(jax))


def advection_eager(xp):
    return advection_functional(xp, _eager_loop)


# Linear shallow water on a staggered grid, forward-backward, with nonlinear drag.


def shallow_water(h, drag, steps):
    h = h.copy()
    n, m = h.shape
    u, v = np.zeros((n + 1, m)), np.zeros((n, m + 1))
    dt = 0.1
    for _ in range(steps):
        u[1:-1] -= dt * (h[1:] - h[:-1] + drag * u[1:-1] * np.abs(u[1:-1]))
        v[:, 1:-1] -= dt * (h[:, 1:] - h[:, :-1] + drag * v[:, 1:-1] * np.abs(v[:, 1:-1]))
        h -= dt * (u[1:] - u[:-1] + v[:, 1:] - v[:, :-1])
    return np.sum(h**2)


def shallow_water_by_hand(h, drag, steps):
    h = h.copy()
    n, m = h.shape
    u, v = np.zeros((n + 1, m)), np.zeros((n, m + 1))
    dt = 0.1
    us, vs = np.empty((steps, n - 1, m)), np.empty((steps, n, m - 1))
    for k in range(steps):
        us[k], vs[k] = u[1:-1], v[:, 1:-1]
        u[1:-1] -= dt * (h[1:] - h[:-1] + drag * us[k] * np.abs(us[k]))
        v[:, 1:-1] -= dt * (h[:, 1:] - h[:, :-1] + drag * vs[k] * np.abs(vs[k]))
        h -= dt * (u[1:] - u[:-1] + v[:, 1:] - v[:, :-1])
    value = np.sum(h**2)
    h_bar = 2.0 * h
    u_bar, v_bar = np.zeros_like(u), np.zeros_like(v)
    drag_bar = 0.0
    for k in range(steps - 1, -1, -1):
        g = dt * h_bar
        u_bar[1:] -= g
        u_bar[:-1] += g
        v_bar[:, 1:] -= g
        v_bar[:, :-1] += g
        g, size = dt * v_bar[:, 1:-1], np.abs(vs[k])
        h_bar[:, 1:] -= g
        h_bar[:, :-1] += g
        drag_bar -= np.sum(g * vs[k] * size)
        v_bar[:, 1:-1] -= (2.0 * drag) * g * size
        g, size = dt * u_bar[1:-1], np.abs(us[k])
        h_bar[1:] -= g
        h_bar[:-1] += g
        drag_bar -= np.sum(g * us[k] * size)
        u_bar[1:-1] -= (2.0 * drag) * g * size
    return value, (h_bar, drag_bar)


def shallow_water_compiled(h, drag, steps):
    h = h.copy()
    n, m = h.shape
    us, vs = np.zeros((steps + 1, n + 1, m)), np.zeros((steps + 1, n, m + 1))
    dt = 0.1
    for k in range(steps):
        for i in range(1, n):
            for j in range(m):
                w = us[k, i, j]
                us[k + 1, i, j] = w - dt * (h[i, j] - h[i - 1, j] + drag * w * abs(w))
        for i in range(n):
            for j in range(1, m):
                w = vs[k, i, j]
                vs[k + 1, i, j] = w - dt * (h[i, j] - h[i, j - 1] + drag * w * abs(w))
        for i in range(n):
            for j in range(m):
                h[i, j] -= dt * (us[k + 1, i + 1, j] - us[k + 1, i, j] + vs[k + 1, i, j + 1] - vs[k + 1, i, j])
    value = 0.0
    for i in range(n):
        for j in range(m):
            value += h[i, j] ** 2
    h_bar = 2.0 * h
    u_bar, v_bar = np.zeros((n + 1, m)), np.zeros((n, m + 1))
    drag_bar = 0.0
    for k in range(steps - 1, -1, -1):
        for i in range(n):
            for j in range(m):
                g = dt * h_bar[i, j]
                u_bar[i + 1, j] -= g
                u_bar[i, j] += g
                v_bar[i, j + 1] -= g
                v_bar[i, j] += g
        for i in range(n):
            for j in range(1, m):
                g, w = dt * v_bar[i, j], vs[k, i, j]
                h_bar[i, j] -= g
                h_bar[i, j - 1] += g
                drag_bar -= g * w * abs(w)
                v_bar[i, j] -= 2.0 * drag * g * abs(w)
        for i in range(1, n):
            for j in range(m):
                g, w = dt * u_bar[i, j], us[k, i, j]
                h_bar[i, j] -= g
                h_bar[i - 1, j] += g
                drag_bar -= g * w * abs(w)
                u_bar[i, j] -= 2.0 * drag * g * abs(w)
    return value, (h_bar, drag_bar)


def shallow_water_functional(xp, loop, zeros):
    def function(h, drag, steps):
        n, m = h.shape
        dt = 0.1

        def step(state):
            h, u, v = state
            u = u - dt * (h[1:] - h[:-1] + drag * u * xp.abs(u))
            v = v - dt * (h[:, 1:] - h[:, :-1] + drag * v * xp.abs(v))
            ends, sides = zeros((1, m)), zeros((n, 1))
            wide, high = xp.concatenate((ends, u, ends), 0), xp.concatenate((sides, v, sides), 1)
            return h - dt * (wide[1:] - wide[:-1] + high[:, 1:] - high[:, :-1]), u, v

        state = loop(step, steps, (h, zeros((n - 1, m)), zeros((n, m - 1))))
        return xp.sum(state[0] ** 2)

    return function


def shallow_water_jax(jax):
    return shallow_water_functional(jax.numpy, _jax_loop(jax), jax.numpy.zeros)


def shallow_water_autograd(xp):
    return shallow_water_functional(xp, _eager_loop, xp.zeros)


def shallow_water_torch(torch):
    return shallow_water_functional(torch, _eager_loop, lambda shape: torch.zeros(shape, dtype=torch.float64))


# Many tridiagonal systems at once, by the Thomas algorithm along the first axis.


def tridiagonal(lower, diagonal, upper, right):
    n = diagonal.shape[0]
    d, x = diagonal.copy(), right.copy()
    for i in range(1, n):
        w = lower[i - 1] / d[i - 1]
        d[i] -= w * upper[i - 1]
        x[i] -= w * x[i - 1]
    x[n - 1] /= d[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / d[i]
    return np.sum(x**2)


def tridiagonal_by_hand(lower, diagonal, upper, right):
    """The adjoint of a solve is a solve with the transpose."""
    n = diagonal.shape[0]
    d, x = diagonal.copy(), right.copy()
    ws = np.empty_like(lower)
    for i in range(1, n):
        ws[i - 1] = lower[i - 1] / d[i - 1]
        d[i] -= ws[i - 1] * upper[i - 1]
        x[i] -= ws[i - 1] * x[i - 1]
    x[n - 1] /= d[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - upper[i] * x[i + 1]) / d[i]
    z = 2.0 * x
    z[0] /= d[0]
    for i in range(1, n):
        z[i] = (z[i] - upper[i - 1] * z[i - 1]) / d[i]
    for i in range(n - 2, -1, -1):
        z[i] -= ws[i] * z[i + 1]
    return np.sum(x**2), (-z[1:] * x[:-1], -z * x, -z[:-1] * x[1:], z)


def tridiagonal_compiled(lower, diagonal, upper, right):
    n, m = diagonal.shape
    d, x, ws = np.empty((n, m)), np.empty((n, m)), np.empty((n - 1, m))
    lower_bar, upper_bar = np.empty((n - 1, m)), np.empty((n - 1, m))
    diagonal_bar, z = np.empty((n, m)), np.empty((n, m))
    value = 0.0
    for j in range(m):
        d[0, j], x[0, j] = diagonal[0, j], right[0, j]
    for i in range(1, n):
        for j in range(m):
            w = lower[i - 1, j] / d[i - 1, j]
            ws[i - 1, j] = w
            d[i, j] = diagonal[i, j] - w * upper[i - 1, j]
            x[i, j] = right[i, j] - w * x[i - 1, j]
    for j in range(m):
        x[n - 1, j] /= d[n - 1, j]
    for i in range(n - 2, -1, -1):
        for j in range(m):
            x[i, j] = (x[i, j] - upper[i, j] * x[i + 1, j]) / d[i, j]
    for j in range(m):
        z[0, j] = 2.0 * x[0, j] / d[0, j]
    for i in range(1, n):
        for j in range(m):
            z[i, j] = (2.0 * x[i, j] - upper[i - 1, j] * z[i - 1, j]) / d[i, j]
    for i in range(n - 2, -1, -1):
        for j in range(m):
            z[i, j] -= ws[i, j] * z[i + 1, j]
    for i in range(n):
        for j in range(m):
            value += x[i, j] ** 2
            diagonal_bar[i, j] = -z[i, j] * x[i, j]
    for i in range(n - 1):
        for j in range(m):
            lower_bar[i, j] = -z[i + 1, j] * x[i, j]
            upper_bar[i, j] = -z[i, j] * x[i + 1, j]
    return value, (lower_bar, diagonal_bar, upper_bar, z)


def tridiagonal_jax(jax):
    jnp = jax.numpy

    def function(lower, diagonal, upper, right):
        def down(state, row):
            d, x = state
            low, diag, up, r = row
            w = low / d
            d, x = diag - w * up, r - w * x
            return (d, x), (d, x)

        first = (diagonal[0], right[0])
        _, (ds, xs) = jax.lax.scan(down, first, (lower, diagonal[1:], upper, right[1:]))
        ds, xs = jnp.concatenate((diagonal[:1], ds)), jnp.concatenate((right[:1], xs))

        def up(x, row):
            d, above, r = row
            x = (r - above * x) / d
            return x, x

        last = xs[-1] / ds[-1]
        _, rest = jax.lax.scan(up, last, (ds[:-1], upper, xs[:-1]), reverse=True)
        return jnp.sum(rest**2) + jnp.sum(last**2)

    return function


def tridiagonal_eager(xp):
    def function(lower, diagonal, upper, right):
        n = diagonal.shape[0]
        d, x = [diagonal[0]], [right[0]]
        for i in range(1, n):
            w = lower[i - 1] / d[i - 1]
            d.append(diagonal[i] - w * upper[i - 1])
            x.append(right[i] - w * x[i - 1])
        y = x[n - 1] / d[n - 1]
        total = xp.sum(y**2)
        for i in range(n - 2, -1, -1):
            y = (x[i] - upper[i] * y) / d[i]
            total = total + xp.sum(y**2)
        return total

    return function


WORKLOADS = [
    Workload(
        "diffusion",
        "slice stencils",
        diffusion,
        (numbers(100, 100), 0.2, 50),
        (0, 1),
        diffusion_by_hand,
        diffusion_compiled,
        {"jax": diffusion_jax, "autograd": diffusion_autograd, "torch": diffusion_torch},
    ),
    Workload(
        "advection",
        "slice stencils",
        advection,
        (numbers(4000), 0.1, 50),
        (0, 1),
        advection_by_hand,
        advection_compiled,
        {"jax": advection_jax, "autograd": advection_eager, "torch": advection_eager},
    ),
    Workload(
        "shallow water",
        "slice stencils",
        shallow_water,
        (numbers(80, 80), 0.3, 50),
        (0, 1),
        shallow_water_by_hand,
        shallow_water_compiled,
        {"jax": shallow_water_jax, "autograd": shallow_water_autograd, "torch": shallow_water_torch},
    ),
    Workload(
        "tridiagonal solve",
        "slice stencils",
        tridiagonal,
        (numbers(99, 500), numbers(100, 500, seed=1) + 3.0, numbers(99, 500, seed=2), numbers(100, 500, seed=3)),
        (0, 1, 2, 3),
        tridiagonal_by_hand,
        tridiagonal_compiled,
        {"jax": tridiagonal_jax, "autograd": tridiagonal_eager, "torch": tridiagonal_eager},
    ),
]
