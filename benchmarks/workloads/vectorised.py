"""Whole-array code: models of statistics, mechanics and vision."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.registry import Workload, numbers

# Logistic regression.


def logistic(w, x, y):
    z = x @ w
    return np.sum(np.log(1.0 + np.exp(-y * z))) + 0.5 * np.sum(w**2)


def logistic_by_hand(w, x, y):
    e = np.exp(-y * (x @ w))
    value = np.sum(np.log(1.0 + e)) + 0.5 * np.sum(w**2)
    return value, (w - x.T @ (y * e / (1.0 + e)),)


def logistic_compiled(w, x, y):
    z = x @ w
    value = 0.0
    for i in range(z.size):
        e = np.exp(-y[i] * z[i])
        value += np.log(1.0 + e)
        z[i] = y[i] * e / (1.0 + e)
    w_bar = w - x.T @ z
    for j in range(w.size):
        value += 0.5 * w[j] * w[j]
    return value, (w_bar,)


def logistic_in(xp):
    return lambda w, x, y: xp.sum(xp.log(1.0 + xp.exp(-y * (x @ w)))) + 0.5 * xp.sum(w**2)


# A perceptron of two layers.


def perceptron(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    out = hidden @ w2 + b2
    return np.mean((out - y) ** 2)


def perceptron_by_hand(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    error = hidden @ w2 + b2 - y
    value = np.mean(error**2)
    out_bar = (2.0 / error.size) * error
    z_bar = (out_bar @ w2.T) * (1.0 - hidden**2)
    return value, (x.T @ z_bar, z_bar.sum(0), hidden.T @ out_bar, out_bar.sum(0))


def perceptron_compiled(w1, b1, w2, b2, x, y):
    hidden = x @ w1
    for i in range(hidden.shape[0]):
        for j in range(hidden.shape[1]):
            hidden[i, j] = np.tanh(hidden[i, j] + b1[j])
    error = hidden @ w2
    value = 0.0
    b2_bar, b1_bar = np.zeros_like(b2), np.zeros_like(b1)
    factor = 2.0 / error.size
    for i in range(error.shape[0]):
        for j in range(error.shape[1]):
            e = error[i, j] + b2[j] - y[i, j]
            value += e * e
            error[i, j] = factor * e
            b2_bar[j] += factor * e
    z_bar = error @ w2.T
    for i in range(hidden.shape[0]):
        for j in range(hidden.shape[1]):
            z_bar[i, j] *= 1.0 - hidden[i, j] ** 2
            b1_bar[j] += z_bar[i, j]
    return value / error.size, (x.T @ z_bar, b1_bar, hidden.T @ error, b2_bar)


def perceptron_in(xp):
    def function(w1, b1, w2, b2, x, y):
        return xp.mean((xp.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2)

    return function


# The log-likelihood of a Gaussian mixture with diagonal covariances.


def mixture(logits, means, log_scales, x):
    z = (x[:, None, :] - means) * np.exp(-log_scales)
    weights = logits - np.log(np.sum(np.exp(logits)))
    terms = weights - np.sum(log_scales, axis=1) - 0.5 * np.sum(z**2, axis=2)
    top = np.max(terms, axis=1)
    return -np.sum(top + np.log(np.sum(np.exp(terms - top[:, None]), axis=1)))


def mixture_by_hand(logits, means, log_scales, x):
    inverse = np.exp(-log_scales)
    z = (x[:, None, :] - means) * inverse
    e = np.exp(logits)
    total = np.sum(e)
    terms = logits - np.log(total) - np.sum(log_scales, axis=1) - 0.5 * np.sum(z**2, axis=2)
    top = np.max(terms, axis=1)
    p = np.exp(terms - top[:, None])
    sums = np.sum(p, axis=1)
    value = -np.sum(top + np.log(sums))
    terms_bar = p / -sums[:, None]
    weights_bar = terms_bar.sum(axis=0)
    z_bar = -terms_bar[:, :, None] * z
    return value, (
        weights_bar - e * (weights_bar.sum() / total),
        -z_bar.sum(axis=0) * inverse,
        -weights_bar[:, None] - (z_bar * z).sum(axis=0),
    )


def mixture_compiled(logits, means, log_scales, x):
    n, d = x.shape
    k = logits.size
    e = np.exp(logits)
    total = np.sum(e)
    inverse = np.exp(-log_scales)
    base = np.empty(k)
    for c in range(k):
        base[c] = logits[c] - np.log(total) - np.sum(log_scales[c])
    terms = np.empty(k)
    weights_bar, means_bar, scales_bar = np.zeros(k), np.zeros((k, d)), np.zeros((k, d))
    value = 0.0
    for i in range(n):
        top = -np.inf
        for c in range(k):
            squares = 0.0
            for j in range(d):
                z = (x[i, j] - means[c, j]) * inverse[c, j]
                squares += z * z
            terms[c] = base[c] - 0.5 * squares
            top = max(top, terms[c])
        sums = 0.0
        for c in range(k):
            terms[c] = np.exp(terms[c] - top)
            sums += terms[c]
        value -= top + np.log(sums)
        for c in range(k):
            g = -terms[c] / sums
            weights_bar[c] += g
            for j in range(d):
                z = (x[i, j] - means[c, j]) * inverse[c, j]
                means_bar[c, j] += g * z * inverse[c, j]
                scales_bar[c, j] += g * z * z
    all_bar = np.sum(weights_bar)
    for c in range(k):
        for j in range(d):
            scales_bar[c, j] -= weights_bar[c]
    return value, (weights_bar - e * (all_bar / total), means_bar, scales_bar)


def mixture_in(xp):
    def function(logits, means, log_scales, x):
        z = (x[:, None, :] - means) * xp.exp(-log_scales)
        weights = logits - xp.log(xp.sum(xp.exp(logits)))
        terms = weights - xp.sum(log_scales, 1) - 0.5 * xp.sum(z**2, 2)
        return -xp.sum(xp.log(xp.sum(xp.exp(terms), 1)))

    return function


# The potential of bodies that attract each other.


def bodies(x, masses, softening):
    d = x[:, None, :] - x[None, :, :]
    r2 = np.sum(d**2, axis=2) + softening
    pairs = masses[:, None] * masses[None, :]
    return -0.5 * np.sum(pairs / np.sqrt(r2))


def bodies_by_hand(x, masses, softening):
    d = x[:, None, :] - x[None, :, :]
    r2 = np.sum(d**2, axis=2) + softening
    inverse = 1.0 / np.sqrt(r2)
    pairs = masses[:, None] * masses[None, :]
    value = -0.5 * np.sum(pairs * inverse)
    masses_bar = -(inverse @ masses)
    r2_bar = 0.25 * pairs * inverse / r2
    x_bar = 4.0 * np.sum(r2_bar[:, :, None] * d, axis=1)
    return value, (x_bar, masses_bar)


def bodies_compiled(x, masses, softening):
    n, m = x.shape
    x_bar, masses_bar = np.zeros_like(x), np.zeros_like(masses)
    value = 0.0
    for i in range(n):
        for j in range(n):
            r2 = softening
            for k in range(m):
                r2 += (x[i, k] - x[j, k]) ** 2
            inverse = 1.0 / np.sqrt(r2)
            value -= 0.5 * masses[i] * masses[j] * inverse
            masses_bar[i] -= masses[j] * inverse
            g = masses[i] * masses[j] * inverse / r2
            for k in range(m):
                x_bar[i, k] += g * (x[i, k] - x[j, k])
    return value, (x_bar, masses_bar)


def bodies_in(xp):
    def function(x, masses, softening):
        d = x[:, None, :] - x[None, :, :]
        r2 = xp.sum(d**2, 2) + softening
        return -0.5 * xp.sum(masses[:, None] * masses[None, :] / xp.sqrt(r2))

    return function


# Bundle adjustment: the error of points projected by cameras with radial distortion.


def bundle(points, angles, shifts, focal, observed):
    c, s = np.cos(angles), np.sin(angles)
    x = c[:, None] * points[:, 0] - s[:, None] * points[:, 1] + shifts[:, 0:1]
    y = s[:, None] * points[:, 0] + c[:, None] * points[:, 1] + shifts[:, 1:2]
    z = points[:, 2] + shifts[:, 2:3]
    u, v = x / z, y / z
    r2 = u * u + v * v
    scale = focal[:, 0:1] * (1.0 + focal[:, 1:2] * r2)
    return np.sum((scale * u - observed[0]) ** 2 + (scale * v - observed[1]) ** 2)


def bundle_by_hand(points, angles, shifts, focal, observed):
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    px, py = points[:, 0], points[:, 1]
    x = c * px - s * py + shifts[:, 0:1]
    y = s * px + c * py + shifts[:, 1:2]
    z = points[:, 2] + shifts[:, 2:3]
    u, v = x / z, y / z
    r2 = u * u + v * v
    f, k = focal[:, 0:1], focal[:, 1:2]
    distortion = 1.0 + k * r2
    scale = f * distortion
    du, dv = scale * u - observed[0], scale * v - observed[1]
    value = np.sum(du**2 + dv**2)
    du *= 2.0
    dv *= 2.0
    scale_bar = du * u + dv * v
    r2_bar = scale_bar * f * k
    u_bar = du * scale + 2.0 * r2_bar * u
    v_bar = dv * scale + 2.0 * r2_bar * v
    x_bar, y_bar = u_bar / z, v_bar / z
    z_bar = -(x_bar * u + y_bar * v)
    points_bar = np.empty_like(points)
    points_bar[:, 0] = (c * x_bar + s * y_bar).sum(0)
    points_bar[:, 1] = (c * y_bar - s * x_bar).sum(0)
    points_bar[:, 2] = z_bar.sum(0)
    angles_bar = (y_bar * (c * px - s * py) - x_bar * (s * px + c * py)).sum(1)
    shifts_bar = np.stack((x_bar.sum(1), y_bar.sum(1), z_bar.sum(1)), axis=1)
    focal_bar = np.stack(((scale_bar * distortion).sum(1), (scale_bar * f * r2).sum(1)), axis=1)
    return value, (points_bar, angles_bar, shifts_bar, focal_bar)


def bundle_compiled(points, angles, shifts, focal, observed):
    n, m = angles.size, points.shape[0]
    points_bar, angles_bar = np.zeros_like(points), np.zeros_like(angles)
    shifts_bar, focal_bar = np.zeros_like(shifts), np.zeros_like(focal)
    value = 0.0
    for i in range(n):
        c, s = np.cos(angles[i]), np.sin(angles[i])
        f, k = focal[i, 0], focal[i, 1]
        for j in range(m):
            px, py = points[j, 0], points[j, 1]
            rx, ry = c * px - s * py, s * px + c * py
            z = points[j, 2] + shifts[i, 2]
            u, v = (rx + shifts[i, 0]) / z, (ry + shifts[i, 1]) / z
            r2 = u * u + v * v
            distortion = 1.0 + k * r2
            scale = f * distortion
            du, dv = scale * u - observed[0, i, j], scale * v - observed[1, i, j]
            value += du * du + dv * dv
            du, dv = 2.0 * du, 2.0 * dv
            scale_bar = du * u + dv * v
            r2_bar = scale_bar * f * k
            u_bar, v_bar = du * scale + 2.0 * r2_bar * u, dv * scale + 2.0 * r2_bar * v
            x_bar, y_bar = u_bar / z, v_bar / z
            z_bar = -(x_bar * u + y_bar * v)
            points_bar[j, 0] += c * x_bar + s * y_bar
            points_bar[j, 1] += c * y_bar - s * x_bar
            points_bar[j, 2] += z_bar
            angles_bar[i] += y_bar * rx - x_bar * ry
            shifts_bar[i, 0] += x_bar
            shifts_bar[i, 1] += y_bar
            shifts_bar[i, 2] += z_bar
            focal_bar[i, 0] += scale_bar * distortion
            focal_bar[i, 1] += scale_bar * f * r2
    return value, (points_bar, angles_bar, shifts_bar, focal_bar)


def bundle_in(xp):
    def function(points, angles, shifts, focal, observed):
        c, s = xp.cos(angles)[:, None], xp.sin(angles)[:, None]
        x = c * points[:, 0] - s * points[:, 1] + shifts[:, 0:1]
        y = s * points[:, 0] + c * points[:, 1] + shifts[:, 1:2]
        z = points[:, 2] + shifts[:, 2:3]
        u, v = x / z, y / z
        scale = focal[:, 0:1] * (1.0 + focal[:, 1:2] * (u * u + v * v))
        return xp.sum((scale * u - observed[0]) ** 2 + (scale * v - observed[1]) ** 2)

    return function


# The negative log-likelihood of a Gaussian process with a squared-exponential kernel.


def gaussian_process(length, noise, x, y):
    d2 = (x[:, None] - x[None, :]) ** 2
    k = np.exp(-0.5 * d2 / length**2) + noise**2 * np.eye(x.size)
    _, logdet = np.linalg.slogdet(k)
    return 0.5 * (y @ np.linalg.solve(k, y) + logdet)


def gaussian_process_by_hand(length, noise, x, y):
    d2 = (x[:, None] - x[None, :]) ** 2
    kernel = np.exp(-0.5 * d2 / length**2)
    k = kernel + noise**2 * np.eye(x.size)
    _, logdet = np.linalg.slogdet(k)
    inverse = np.linalg.inv(k)
    a = inverse @ y
    k_bar = 0.5 * (inverse - np.outer(a, a))
    length_bar = np.sum(k_bar * kernel * d2) / length**3
    return 0.5 * (y @ a + logdet), (length_bar, 2.0 * noise * np.trace(k_bar))


def gaussian_process_in(xp):
    def function(length, noise, x, y):
        d2 = (x[:, None] - x[None, :]) ** 2
        k = xp.exp(-0.5 * d2 / length**2) + noise**2 * xp.eye(len(x))
        logdet = xp.linalg.slogdet(k)[1]
        return 0.5 * (y @ xp.linalg.solve(k, y) + logdet)

    return function


def gaussian_process_torch(torch):
    def function(length, noise, x, y):
        d2 = (x[:, None] - x[None, :]) ** 2
        k = torch.exp(-0.5 * d2 / length**2) + noise**2 * torch.eye(len(x), dtype=torch.float64)
        return 0.5 * (y @ torch.linalg.solve(k, y) + torch.linalg.slogdet(k)[1])

    return function


def _all(make):
    return {"jax": lambda jax: make(jax.numpy), "autograd": make, "torch": make}


_LABELS = np.sign(numbers(1000, seed=2) - 1.0)

WORKLOADS = [
    Workload(
        "logistic regression",
        "vectorised",
        logistic,
        (numbers(50) * 0.01, numbers(1000, 50, seed=1) - 1.0, _LABELS),
        (0,),
        logistic_by_hand,
        logistic_compiled,
        _all(logistic_in),
    ),
    Workload(
        "MLP",
        "vectorised",
        perceptron,
        (
            (numbers(30, 64) - 1.0) * 0.3,
            numbers(64) - 1.0,
            (numbers(64, 5) - 1.0) * 0.3,
            numbers(5) - 1.0,
            numbers(200, 30, seed=1) - 1.0,
            numbers(200, 5, seed=2),
        ),
        (0, 1, 2, 3),
        perceptron_by_hand,
        perceptron_compiled,
        _all(perceptron_in),
    ),
    Workload(
        "Gaussian mixture",
        "vectorised",
        mixture,
        (numbers(10), 4.0 * numbers(10, 5), 0.1 * numbers(10, 5, seed=1), 4.0 * numbers(500, 5, seed=2)),
        (0, 1, 2),
        mixture_by_hand,
        mixture_compiled,
        _all(mixture_in),
    ),
    Workload(
        "n-body",
        "vectorised",
        bodies,
        (numbers(100, 3), numbers(100, seed=1), 0.01),
        (0, 1),
        bodies_by_hand,
        bodies_compiled,
        _all(bodies_in),
    ),
    Workload(
        "bundle adjustment",
        "vectorised",
        bundle,
        (
            numbers(500, 3),
            numbers(10) - 1.0,
            numbers(10, 3) + np.array([0.0, 0.0, 2.0]),
            0.2 * numbers(10, 2) + np.array([1.0, 0.0]),
            numbers(2, 10, 500, seed=4),
        ),
        (0, 1, 2, 3),
        bundle_by_hand,
        bundle_compiled,
        _all(bundle_in),
    ),
    Workload(
        "Gaussian process",
        "vectorised",
        gaussian_process,
        (0.3, 0.5, 6.0 * numbers(100), numbers(100, seed=1)),
        (0, 1),
        gaussian_process_by_hand,
        gaussian_process_by_hand,
        {**_all(gaussian_process_in), "torch": gaussian_process_torch},
    ),
]
