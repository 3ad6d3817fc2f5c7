"""Code as it stands in libraries and papers: solvers, filters, layers, physics, statistics."""

import numpy as np

from tests.corpus.registry import numbers, program


@program(args=(numbers(4, 4), numbers(4)))
def gaussian_elimination(a, b):
    a = a + 4.0 * np.eye(4)
    a = a.copy()
    x = b.copy()
    n = len(x)
    for k in range(n):
        p = k + np.argmax(np.abs(a[k:, k]))
        if p != k:
            a[[k, p]] = a[[p, k]]
            x[k], x[p] = x[p], x[k]
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            a[i, k:] -= f * a[k, k:]
            x[i] -= f * x[k]
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x


@program(args=(numbers(4, 4), numbers(4)))
def conjugate_gradients(a, b):
    a = a @ a.T + np.eye(4)
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for _ in range(len(b)):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        rs_new = r @ r
        if np.sqrt(rs_new) < 1e-12:
            break
        p = r + (rs_new / rs) * p
        rs = rs_new
    return np.sum(x * b)


@program(args=(numbers(3), numbers(3, seed=1), numbers(3, seed=2), numbers(3, seed=3)))
def thomas_algorithm(lower, diagonal, upper, rhs):
    n = len(rhs)
    c, d = np.zeros(n), np.zeros(n)
    diagonal = diagonal + 3.0
    c[0] = upper[0] / diagonal[0]
    d[0] = rhs[0] / diagonal[0]
    for i in range(1, n):
        m = diagonal[i] - lower[i] * c[i - 1]
        c[i] = upper[i] / m
        d[i] = (rhs[i] - lower[i] * d[i - 1]) / m
    x = np.zeros(n)
    x[-1] = d[-1]
    for i in reversed(range(n - 1)):
        x[i] = d[i] - c[i] * x[i + 1]
    return np.sum(x**2)


@program(args=(numbers(6), 0.2))
def burgers(u, nu):
    dx, dt = 0.5, 0.05
    for _ in range(4):
        un = u.copy()
        u[1:-1] = (
            un[1:-1] - un[1:-1] * dt / dx * (un[1:-1] - un[:-2]) + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
        u[0], u[-1] = u[-2], u[1]
    return np.sum(u * u)


@program(args=(numbers(4, 2), numbers(4, seed=3), numbers(4, 2, seed=4)))
def n_body(position, mass, velocity):
    n = len(mass)
    for _ in range(2):
        acceleration = np.zeros_like(position)
        for i in range(n):
            for j in range(n):
                if i == j:
                    continue
                d = position[j] - position[i]
                r = np.sqrt(np.dot(d, d) + 0.1)
                acceleration[i] += mass[j] * d / r**3
        velocity += 0.05 * acceleration
        position += 0.05 * velocity
    return 0.5 * np.sum(mass * np.sum(velocity**2, axis=1))


@program(args=(numbers(5, 3), numbers(5), numbers(3), 0.2))
def logistic_regression(features, targets, w, b):
    z = features @ w + b
    p = 1.0 / (1.0 + np.exp(-z))
    y = (targets > 1.0).astype(float)
    loss = -np.mean(y * np.log(p) + (1.0 - y) * np.log1p(-p))
    return loss + 0.1 * np.linalg.norm(w)


@program(args=([(numbers(3, 2), numbers(3)), (numbers(1, 3), numbers(1))], numbers(4, 2)))
def multilayer_perceptron(layers, inputs):
    activations = inputs
    for w, b in layers[:-1]:
        activations = np.tanh(activations @ w.T + b)
    w, b = layers[-1]
    return np.mean((activations @ w.T + b) ** 2)


@program(args=(numbers(4, 2), numbers(3, 3), numbers(3, 2), numbers(3)))
def recurrent_network(inputs, w, u, b):
    h = np.zeros(3)
    states = []
    for x in inputs:
        h = np.tanh(w @ h + u @ x + b)
        states.append(h)
    return np.sum(np.array(states)[1:] * states[0])


@program(args=(numbers(5, 5), numbers(3, 3)))
def convolution(image, kernel):
    n, m = image.shape
    k = kernel.shape[0]
    out = np.zeros((n - k + 1, m - k + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + k, j : j + k] * kernel)
    pooled = out[:2, :2].max(axis=0)
    return np.sum(pooled**2) + np.sum(out)


@program(args=(numbers(3), numbers(4, 3)))
def attention(query, keys):
    scores = keys @ query / np.sqrt(len(query))
    scores -= np.max(scores)
    weights = np.exp(scores)
    weights /= np.sum(weights)
    return weights @ keys @ query


@program(args=(numbers(4), 0.9, 0.3))
def kalman_filter(measurements, q, r):
    x, p = 0.0, 1.0
    log_likelihood = 0.0
    for z in measurements:
        p = p + q
        s = p + r
        k = p / s
        residual = z - x
        log_likelihood -= 0.5 * (np.log(2.0 * np.pi * s) + residual**2 / s)
        x = x + k * residual
        p = (1.0 - k) * p
    return log_likelihood


@program(args=(numbers(5), numbers(2, 2), numbers(2)))
def hidden_markov_forward(observations, transition, start):
    transition = transition / transition.sum(axis=1, keepdims=True)
    alpha = start / np.sum(start)
    log_likelihood = 0.0
    for y in observations:
        emission = np.exp(-0.5 * (y - np.array([0.5, 1.5])) ** 2)
        alpha = (alpha @ transition) * emission
        total = np.sum(alpha)
        log_likelihood += np.log(total)
        alpha /= total
    return log_likelihood


@program(args=(1.1, 1.0, 0.05, 0.2, 1.0))
def binomial_option(spot, strike, rate, sigma, expiry):
    n = 5
    dt = expiry / n
    u = np.exp(sigma * np.sqrt(dt))
    d = 1.0 / u
    p = (np.exp(rate * dt) - d) / (u - d)
    values = np.zeros(n + 1)
    for j in range(n + 1):
        values[j] = max(spot * u ** (n - j) * d**j - strike, 0.0)
    for i in range(n, 0, -1):
        for j in range(i):
            values[j] = np.exp(-rate * dt) * (p * values[j] + (1.0 - p) * values[j + 1])
    return values[0]


@program(args=(numbers(4), numbers(4, seed=1)))
def dynamic_time_warping_soft(a, b):
    n = len(a)
    cost = np.full((n + 1, n + 1), 10.0)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            d = (a[i - 1] - b[j - 1]) ** 2
            options = np.array([cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1]])
            cost[i, j] = d - 0.5 * np.log(np.sum(np.exp(-options / 0.5)))
    return cost[n, n]


@program(args=(numbers(3, 3),))
def power_iteration(a):
    s = a + a.T
    v = np.ones(3) / np.sqrt(3.0)
    for _ in range(6):
        v = s @ v
        v /= np.linalg.norm(v)
    return v @ s @ v


@program(args=(numbers(4, 4),))
def cholesky_in_place(a):
    a = a @ a.T + 2.0 * np.eye(4)
    for j in range(4):
        a[j, j] = np.sqrt(a[j, j] - np.sum(a[j, :j] ** 2))
        for i in range(j + 1, 4):
            a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
    return np.sum(np.tril(a))


@program(args=(numbers(4), numbers(3)))
def polynomial_by_horner(coefficients, x):
    y = np.zeros_like(x)
    for c in coefficients[::-1]:
        y = y * x + c
    return np.sum(y * np.polyval(coefficients, x))


@program(args=(numbers(6), numbers(3)))
def recursive_filter(signal, taps):
    out = np.zeros(len(signal))
    for n in range(len(signal)):
        acc = taps[0] * signal[n]
        for k in range(1, min(n + 1, 3)):
            acc += taps[k] * out[n - k]
        out[n] = acc
    return np.sum(out**2)


@program(args=(numbers(3), numbers(3, seed=1), 0.3))
def adam_steps(w, target, rate):
    m, v = np.zeros(3), np.zeros(3)
    for t in range(1, 4):
        g = 2.0 * (w - target)
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        w -= rate * (m / (1.0 - 0.9**t)) / (np.sqrt(v / (1.0 - 0.99**t)) + 1e-2)
    return np.sum((w - target) ** 2)


@program(args=(numbers(4, 4),))
def game_of_smooth_life(grid):
    for _ in range(2):
        neighbours = np.zeros_like(grid)
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                if di or dj:
                    neighbours += np.roll(grid, (di, dj), axis=(0, 1))
        grid = np.tanh(0.2 * neighbours) * grid
    return np.sum(grid**2)


@program(args=(numbers(4),))
def sorting_network(x):
    a = x * 1.0
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a[0] * 3.0 + a[1] * a[2] + a[3] ** 2


@program(args=(numbers(4, 2),))
def distances_and_energies(p):
    d = p[:, None, :] - p[None, :, :]
    r2 = np.sum(d**2, axis=-1) + np.eye(len(p))
    e = (1.0 / r2**3) - 1.0 / r2
    i, j = np.triu_indices(len(p), 1)
    return np.sum(e[i, j]) * 0.1 + np.trace(r2 @ r2)


@program(args=(numbers(5), 0.4, 1.3))
def quadrature_by_trapezoid(f, a, b):
    x = np.linspace(a, b, 5)
    y = f * np.sin(x)
    return np.trapezoid(y, x) + np.interp(0.9, x, f)
