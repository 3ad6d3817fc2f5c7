"""Adjoints of golden primals as an expert writes them, without looking at the generated ones.

They assume what the primal's author knows (that `x` is a vector, that shapes agree), and are written for reading: one
statement for each thought. The tests compare numbers, and count statements.
"""

from __future__ import annotations

import math

import numpy as np


def misfit(a, tau, t, y, gradient=1.0):
    decay = np.exp(-t / tau)
    r = a * decay - y
    r_bar = gradient * r
    a_bar = np.sum(r_bar * decay)
    tau_bar = np.sum(r_bar * a * decay * t) / tau ** 2
    return a_bar, tau_bar


def tanks(x, k, gradient=1.0):
    x = x.copy()
    before = []
    for i in range(x.size - 1):
        spill = k * math.pow(x[i], 1.5)
        before.append(x[i])
        x[i] -= spill
        x[i + 1] += spill
    x_bar = 2.0 * gradient * x
    k_bar = 0.0
    for i in range(x.size - 2, -1, -1):
        x[i] = before.pop()
        spill_bar = x_bar[i + 1] - x_bar[i]
        k_bar += spill_bar * math.pow(x[i], 1.5)
        x_bar[i] += spill_bar * k * 1.5 * math.pow(x[i], 0.5)
    return x_bar, k_bar


def ball(h, v, e, dt, t_end, gradient=1.0):
    bounced, speeds = [], []
    left_early = False
    t = 0.0
    while t < t_end:
        v = v - 9.81 * dt
        hits = h + v * dt < 0.0
        bounced.append(hits)
        if hits:
            speeds.append(v)
            v = -e * v
            if v < 0.2:
                left_early = True
                break
        h = h + v * dt
        t = t + dt
    h_bar = gradient
    v_bar = 0.0
    e_bar = 0.0
    while bounced:
        if not left_early:
            v_bar += h_bar * dt
        left_early = False
        if bounced.pop():
            e_bar -= v_bar * speeds.pop()
            v_bar *= -e
    return h_bar, v_bar, e_bar


def euler(y0, k, dt, n, gradient=1.0):
    y = np.zeros((n + 1, 2))
    y[0] = y0
    for i in range(n):
        y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y[i + 1, 1] = y[i, 1] - dt * k * math.sin(y[i, 0])
    y_bar = 2.0 * gradient * y
    k_bar = 0.0
    for i in range(n - 1, -1, -1):
        k_bar -= y_bar[i + 1, 1] * dt * math.sin(y[i, 0])
        y_bar[i, 0] += y_bar[i + 1, 0]
        y_bar[i, 0] -= y_bar[i + 1, 1] * dt * k * math.cos(y[i, 0])
        y_bar[i, 1] += y_bar[i + 1, 1]
        y_bar[i, 1] += y_bar[i + 1, 0] * dt
    return y_bar[0], k_bar


def thomas(a, b, c, d, gradient=1.0):
    b, d = b.copy(), d.copy()
    (n,) = d.shape
    ws, ds = [], []
    for i in range(1, n):
        w = a[i] / b[i - 1]
        ws.append(w)
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    last = d[n - 1]
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        ds.append(d[i])
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    d_bar = 2.0 * gradient * d
    a_bar = np.zeros_like(a)
    b_bar = np.zeros_like(b)
    for i in range(n - 1):
        quotient_bar = d_bar[i] / b[i]
        b_bar[i] -= quotient_bar * d[i]
        d_bar[i] = quotient_bar
        d_bar[i + 1] -= quotient_bar * c[i]
        d[i] = ds.pop()
    d[n - 1] = last
    b_bar[n - 1] -= d_bar[n - 1] * last / b[n - 1] ** 2
    d_bar[n - 1] /= b[n - 1]
    for i in range(n - 1, 0, -1):
        w = ws.pop()
        w_bar = -d_bar[i] * d[i - 1] - b_bar[i] * c[i - 1]
        d_bar[i - 1] -= d_bar[i] * w
        a_bar[i] = w_bar / b[i - 1]
        b_bar[i - 1] -= w_bar * w / b[i - 1]
    return a_bar, b_bar, d_bar


def quadratic_form(A, x, gradient=1.0):
    n, m = A.shape
    y = np.zeros(n)
    for i in range(n):
        for j in range(m):
            y[i] += A[i, j] * x[j] ** 2
    y_bar = gradient * np.cos(y)
    A_bar = np.zeros_like(A)
    x_bar = np.zeros_like(x)
    for i in range(n):
        for j in range(m):
            A_bar[i, j] = y_bar[i] * x[j] ** 2
            x_bar[j] += y_bar[i] * A[i, j] * 2.0 * x[j]
    return A_bar, x_bar


def cumulative(x, w, gradient=1.0):
    (n,) = x.shape
    y = np.empty(n)
    y[0] = x[0]
    for i in range(1, n):
        y[i] = y[i - 1] * w[i] + x[i]
    x_bar = np.full(n, gradient)
    w_bar = np.zeros(n)
    for i in range(n - 1, 0, -1):
        w_bar[i] = x_bar[i] * y[i - 1]
        x_bar[i - 1] += x_bar[i] * w[i]
    return x_bar, w_bar


def trajectory(y0, mu, dt, n, gradient=1.0):
    y = np.zeros((n + 1, 2))
    y[0] = y0
    for i in range(n):
        y[i + 1, 0] = y[i, 0] + dt * y[i, 1]
        y[i + 1, 1] = y[i, 1] + dt * (mu * (1.0 - y[i, 0] ** 2) * y[i, 1] - y[i, 0])
    y_bar = np.zeros_like(y)
    y_bar[n, 0] = 2.0 * gradient * y[n, 0]
    mu_bar = 0.0
    for i in range(n - 1, -1, -1):
        slope_bar = y_bar[i + 1, 1] * dt
        damping = 1.0 - y[i, 0] ** 2
        mu_bar += slope_bar * damping * y[i, 1]
        y_bar[i, 0] += y_bar[i + 1, 0]
        y_bar[i, 0] -= slope_bar * (mu * 2.0 * y[i, 0] * y[i, 1] + 1.0)
        y_bar[i, 1] += y_bar[i + 1, 1]
        y_bar[i, 1] += y_bar[i + 1, 0] * dt
        y_bar[i, 1] += slope_bar * mu * damping
    return y_bar[0], mu_bar


def lotka_volterra(x, y, a, b, dt, n, gradient=1.0):
    xs, ys = [], []
    for i in range(n):
        xs.append(x)
        ys.append(y)
        growth = a * x - b * x * y
        decline = b * x * y - a * y
        x = x + dt * growth
        y = y + dt * decline
    x_bar = gradient
    y_bar = gradient
    a_bar = 0.0
    b_bar = 0.0
    for i in range(n):
        x = xs.pop()
        y = ys.pop()
        growth_bar = x_bar * dt
        decline_bar = y_bar * dt
        a_bar += growth_bar * x - decline_bar * y
        b_bar += (decline_bar - growth_bar) * x * y
        x_bar += growth_bar * (a - b * y) + decline_bar * b * y
        y_bar += decline_bar * (b * x - a) - growth_bar * b * x
    return x_bar, y_bar, a_bar, b_bar


def newton(a, x, gradient=1.0):
    xs = []
    while abs(x * x - a) > 1e-10:
        xs.append(x)
        x = 0.5 * (x + a / x)
    x_bar = gradient
    a_bar = 0.0
    while xs:
        x = xs.pop()
        half_bar = 0.5 * x_bar
        a_bar += half_bar / x
        x_bar = half_bar - half_bar * a / x ** 2
    return a_bar, x_bar


def pendulum(theta, omega, k, dt, steps, gradient=1.0):
    thetas, omegas = [], []
    energy = 0.0
    for i in range(steps):
        omegas.append(omega)
        omega = omega - dt * k * math.sin(theta)
        thetas.append(theta)
        theta = theta + dt * omega
        if i % 2 == 0:
            energy = energy + omega ** 2
    theta_bar = 0.0
    omega_bar = 0.0
    k_bar = 0.0
    for i in range(steps - 1, -1, -1):
        if i % 2 == 0:
            omega_bar += gradient * 2.0 * omega
        theta = thetas.pop()
        omega = omegas.pop()
        omega_bar += theta_bar * dt
        theta_bar -= omega_bar * dt * k * math.cos(theta)
        k_bar -= omega_bar * dt * math.sin(theta)
    return energy, (theta_bar, omega_bar, k_bar)


def horner(c, x, gradient=1.0):
    partial = []
    s = 0.0
    for i in range(len(c)):
        partial.append(s)
        s = s * x + float(c[i])
    c_bar = np.zeros_like(c)
    x_bar = 0.0
    s_bar = gradient
    for i in range(len(c) - 1, -1, -1):
        c_bar[i] = s_bar
        x_bar += s_bar * partial.pop()
        s_bar *= x
    return c_bar, x_bar


def early_break(x, c, n, gradient=1.0):
    xs = []
    for i in range(n):
        xs.append(x)
        x = x - 0.3 * (x * x - c)
        if abs(x * x - c) < 1e-3:
            break
    x_bar = gradient
    c_bar = 0.0
    while xs:
        c_bar += 0.3 * x_bar
        x_bar -= 0.6 * x_bar * xs.pop()
    return x_bar, c_bar


def early_return(x, gradient=1.0):
    if x < 0.0:
        return -gradient
    y = x * x
    y_bar = gradient if y > 4.0 else gradient * math.cos(y)
    return y_bar * 2.0 * x


def jacobi_1d(steps, A, B, gradient=1.0):
    A, B = A.copy(), B.copy()
    for t in range(1, steps):
        B[1:-1] = 0.33333 * (A[:-2] + A[1:-1] + A[2:])
        A[1:-1] = 0.33333 * (B[:-2] + B[1:-1] + B[2:])
    A_bar = 2.0 * gradient * A
    B_bar = np.zeros_like(B)
    for t in range(1, steps):
        mean_bar = 0.33333 * A_bar[1:-1]
        A_bar[1:-1] = 0.0
        B_bar[:-2] += mean_bar
        B_bar[1:-1] += mean_bar
        B_bar[2:] += mean_bar
        mean_bar = 0.33333 * B_bar[1:-1]
        B_bar[1:-1] = 0.0
        A_bar[:-2] += mean_bar
        A_bar[1:-1] += mean_bar
        A_bar[2:] += mean_bar
    return A_bar, B_bar


def relaxation(u, f, h, sweeps, gradient=1.0):
    u_bar = np.full_like(u, gradient)
    f_bar = np.zeros_like(f)
    for k in range(sweeps):
        for i in range(u.size - 2, 0, -1):
            mean_bar = 0.5 * u_bar[i]
            u_bar[i] = 0.0
            u_bar[i - 1] += mean_bar
            u_bar[i + 1] += mean_bar
            f_bar[i] -= mean_bar * h * h
    return u_bar, f_bar


def linear_system(A, b, gradient=1.0):
    x = np.linalg.solve(A, b)
    x_bar = 2.0 * gradient * x
    b_bar = np.linalg.solve(A.T, x_bar)
    A_bar = -np.outer(b_bar, x)
    return A_bar, b_bar


def logistic_regression(w, X, y, gradient=1.0):
    n, d = X.shape
    z = X @ w
    z_bar = gradient / n * (1.0 / (1.0 + np.exp(-z)) - y)
    w_bar = X.T @ z_bar
    return w_bar


def layer(W, b, x, y, gradient=1.0):
    h = np.tanh(W @ x + b)
    r = h - y
    r_bar = gradient / r.size * 2.0 * r
    b_bar = r_bar * (1.0 - h ** 2)
    W_bar = np.outer(b_bar, x)
    return W_bar, b_bar


def modes(x, mode, gradient=1.0):
    if mode == 0:
        y = math.sin(x)
    elif x > 1.0:
        y = x ** 2
    else:
        y = math.exp(x)
    y_bar = gradient * x
    x_bar = gradient * y
    if mode == 0:
        x_bar += y_bar * math.cos(x)
    elif x > 1.0:
        x_bar += y_bar * 2.0 * x
    else:
        x_bar += y_bar * y
    return x_bar
