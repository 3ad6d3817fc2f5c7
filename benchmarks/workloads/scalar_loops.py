"""Loops over numbers: recurrences, an integrator, a filter."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.workloads.registry import Workload, numbers

# A chain of scalar operations.


def chain(x, n):
    y = x
    for _ in range(n):
        y = math.sin(y) + 0.5 * x * y
    return y


def chain_by_hand(x, n):
    ys = []
    y = x
    for _ in range(n):
        ys.append(y)
        y = math.sin(y) + 0.5 * x * y
    value = y
    y_bar, x_bar = 1.0, 0.0
    for _ in range(n):
        y = ys.pop()
        x_bar += y_bar * 0.5 * y
        y_bar *= math.cos(y) + 0.5 * x
    return value, (x_bar + y_bar,)


def chain_compiled(x, n):
    ys = np.empty(n)
    y = x
    for i in range(n):
        ys[i] = y
        y = math.sin(y) + 0.5 * x * y
    y_bar, x_bar = 1.0, 0.0
    for i in range(n - 1, -1, -1):
        x_bar += y_bar * 0.5 * ys[i]
        y_bar *= math.cos(ys[i]) + 0.5 * x
    return y, (x_bar + y_bar,)


def chain_jax(jax):
    def function(x, n):
        step = lambda _, y: jax.numpy.sin(y) + 0.5 * x * y  # noqa: E731
        return jax.lax.fori_loop(0, n, step, x)

    return function


def chain_eager(xp):
    def function(x, n):
        y = x
        for _ in range(n):
            y = xp.sin(y) + 0.5 * x * y
        return y

    return function


# Lotka-Volterra by the classical Runge-Kutta method, as a loss over the parameters.


def lotka_volterra(a, b, c, d, n):
    x, y, h = 1.0, 0.5, 0.01
    loss = 0.0
    for _ in range(n):
        k1, l1 = a * x - b * x * y, d * x * y - c * y
        u, v = x + 0.5 * h * k1, y + 0.5 * h * l1
        k2, l2 = a * u - b * u * v, d * u * v - c * v
        u, v = x + 0.5 * h * k2, y + 0.5 * h * l2
        k3, l3 = a * u - b * u * v, d * u * v - c * v
        u, v = x + h * k3, y + h * l3
        k4, l4 = a * u - b * u * v, d * u * v - c * v
        x = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        y = y + h / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
        loss = loss + (x - 1.0) ** 2 + (y - 1.0) ** 2
    return loss


def _lotka_volterra_forward(a, b, c, d, n, xs, ys):
    x, y, h = 1.0, 0.5, 0.01
    loss = 0.0
    for i in range(n):
        xs[i], ys[i] = x, y
        k1, l1 = a * x - b * x * y, d * x * y - c * y
        u, v = x + 0.5 * h * k1, y + 0.5 * h * l1
        k2, l2 = a * u - b * u * v, d * u * v - c * v
        u, v = x + 0.5 * h * k2, y + 0.5 * h * l2
        k3, l3 = a * u - b * u * v, d * u * v - c * v
        u, v = x + h * k3, y + h * l3
        k4, l4 = a * u - b * u * v, d * u * v - c * v
        x = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        y = y + h / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
        loss = loss + (x - 1.0) ** 2 + (y - 1.0) ** 2
    xs[n], ys[n] = x, y
    return loss


def lotka_volterra_by_hand(a, b, c, d, n):
    xs, ys = [0.0] * (n + 1), [0.0] * (n + 1)
    loss = _lotka_volterra_forward(a, b, c, d, n, xs, ys)
    return loss, _lotka_volterra_reverse(a, b, c, d, n, xs, ys)


def _lotka_volterra_reverse(a, b, c, d, n, xs, ys):
    h = 0.01
    a_bar = b_bar = c_bar = d_bar = x_bar = y_bar = 0.0
    for i in range(n - 1, -1, -1):
        x, y = xs[i], ys[i]
        u2, v2 = x + 0.5 * h * (a * x - b * x * y), y + 0.5 * h * (d * x * y - c * y)
        u3, v3 = x + 0.5 * h * (a * u2 - b * u2 * v2), y + 0.5 * h * (d * u2 * v2 - c * v2)
        u4, v4 = x + h * (a * u3 - b * u3 * v3), y + h * (d * u3 * v3 - c * v3)
        x_bar += 2.0 * (xs[i + 1] - 1.0)
        y_bar += 2.0 * (ys[i + 1] - 1.0)
        k4_bar, l4_bar = h / 6.0 * x_bar, h / 6.0 * y_bar
        k3_bar, l3_bar = 2.0 * k4_bar, 2.0 * l4_bar
        k2_bar, l2_bar, k1_bar, l1_bar = k3_bar, l3_bar, k4_bar, l4_bar
        # stage 4
        uv, uv_bar = u4 * v4, d * l4_bar - b * k4_bar
        a_bar += k4_bar * u4
        b_bar -= k4_bar * uv
        c_bar -= l4_bar * v4
        d_bar += l4_bar * uv
        u_bar, v_bar = a * k4_bar + uv_bar * v4, uv_bar * u4 - c * l4_bar
        x_bar += u_bar
        y_bar += v_bar
        k3_bar += h * u_bar
        l3_bar += h * v_bar
        # stage 3
        uv, uv_bar = u3 * v3, d * l3_bar - b * k3_bar
        a_bar += k3_bar * u3
        b_bar -= k3_bar * uv
        c_bar -= l3_bar * v3
        d_bar += l3_bar * uv
        u_bar, v_bar = a * k3_bar + uv_bar * v3, uv_bar * u3 - c * l3_bar
        x_bar += u_bar
        y_bar += v_bar
        k2_bar += 0.5 * h * u_bar
        l2_bar += 0.5 * h * v_bar
        # stage 2
        uv, uv_bar = u2 * v2, d * l2_bar - b * k2_bar
        a_bar += k2_bar * u2
        b_bar -= k2_bar * uv
        c_bar -= l2_bar * v2
        d_bar += l2_bar * uv
        u_bar, v_bar = a * k2_bar + uv_bar * v2, uv_bar * u2 - c * l2_bar
        x_bar += u_bar
        y_bar += v_bar
        k1_bar += 0.5 * h * u_bar
        l1_bar += 0.5 * h * v_bar
        # stage 1
        uv, uv_bar = x * y, d * l1_bar - b * k1_bar
        a_bar += k1_bar * x
        b_bar -= k1_bar * uv
        c_bar -= l1_bar * y
        d_bar += l1_bar * uv
        x_bar += a * k1_bar + uv_bar * y
        y_bar += uv_bar * x - c * l1_bar
    return a_bar, b_bar, c_bar, d_bar


def lotka_volterra_compiled(a, b, c, d, n):
    xs, ys = np.empty(n + 1), np.empty(n + 1)
    loss = _lotka_volterra_forward(a, b, c, d, n, xs, ys)
    return loss, _lotka_volterra_reverse(a, b, c, d, n, xs, ys)


def lotka_volterra_jax(jax):
    def function(a, b, c, d, n):
        h = 0.01

        def rates(x, y):
            return a * x - b * x * y, d * x * y - c * y

        def step(_, state):
            x, y, loss = state
            k1, l1 = rates(x, y)
            k2, l2 = rates(x + 0.5 * h * k1, y + 0.5 * h * l1)
            k3, l3 = rates(x + 0.5 * h * k2, y + 0.5 * h * l2)
            k4, l4 = rates(x + h * k3, y + h * l3)
            x = x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            y = y + h / 6.0 * (l1 + 2.0 * l2 + 2.0 * l3 + l4)
            return x, y, loss + (x - 1.0) ** 2 + (y - 1.0) ** 2

        return jax.lax.fori_loop(0, n, step, (1.0, 0.5, 0.0))[2]

    return function


# The log-likelihood of a local-level model by a scalar Kalman filter.


def kalman(q, r, y):
    m, p = 0.0, 1.0
    nll = 0.0
    for k in range(y.size):
        p = p + q
        s = p + r
        e = y[k] - m
        gain = p / s
        nll += 0.5 * (math.log(s) + e * e / s)
        m = m + gain * e
        p = (1.0 - gain) * p
    return nll


def kalman_by_hand(q, r, y):
    saved = []
    m, p, nll = 0.0, 1.0, 0.0
    for k in range(y.size):
        p = p + q
        s = p + r
        e = y[k] - m
        gain = p / s
        saved.append((p, s, e, gain))
        nll += 0.5 * (math.log(s) + e * e / s)
        m = m + gain * e
        p = (1.0 - gain) * p
    q_bar = r_bar = m_bar = p_bar = 0.0
    while saved:
        p, s, e, gain = saved.pop()
        gain_bar = m_bar * e - p_bar * p
        e_bar = m_bar * gain + e / s
        s_bar = 0.5 * (1.0 - e * e / s) / s - gain_bar * gain / s
        p_bar = p_bar * (1.0 - gain) + gain_bar / s + s_bar
        m_bar -= e_bar
        r_bar += s_bar
        q_bar += p_bar
    return nll, (q_bar, r_bar)


def kalman_compiled(q, r, y):
    n = y.size
    saved = np.empty((n, 4))
    m, p, nll = 0.0, 1.0, 0.0
    for k in range(n):
        p = p + q
        s = p + r
        e = y[k] - m
        gain = p / s
        saved[k, 0], saved[k, 1], saved[k, 2], saved[k, 3] = p, s, e, gain
        nll += 0.5 * (math.log(s) + e * e / s)
        m = m + gain * e
        p = (1.0 - gain) * p
    q_bar = r_bar = m_bar = p_bar = 0.0
    for k in range(n - 1, -1, -1):
        p, s, e, gain = saved[k, 0], saved[k, 1], saved[k, 2], saved[k, 3]
        gain_bar = m_bar * e - p_bar * p
        e_bar = m_bar * gain + e / s
        s_bar = 0.5 * (1.0 - e * e / s) / s - gain_bar * gain / s
        p_bar = p_bar * (1.0 - gain) + gain_bar / s + s_bar
        m_bar -= e_bar
        r_bar += s_bar
        q_bar += p_bar
    return nll, (q_bar, r_bar)


def kalman_jax(jax):
    def function(q, r, y):
        def step(state, yk):
            m, p, nll = state
            p = p + q
            s = p + r
            e = yk - m
            gain = p / s
            nll = nll + 0.5 * (jax.numpy.log(s) + e * e / s)
            return (m + gain * e, (1.0 - gain) * p, nll), None

        return jax.lax.scan(step, (0.0, 1.0, 0.0), y)[0][2]

    return function


def kalman_eager(xp):
    def function(q, r, y):
        m, p, nll = 0.0, 1.0, 0.0
        for k in range(len(y)):
            p = p + q
            s = p + r
            e = y[k] - m
            gain = p / s
            nll = nll + 0.5 * (xp.log(s) + e * e / s)
            m = m + gain * e
            p = (1.0 - gain) * p
        return nll

    return function


def _plain(_xp):
    return lotka_volterra


WORKLOADS = [
    Workload(
        "scalar chain",
        "scalar loops",
        chain,
        (0.7, 1000),
        (0,),
        chain_by_hand,
        chain_compiled,
        {"jax": chain_jax, "autograd": chain_eager, "torch": chain_eager},
    ),
    Workload(
        "Lotka-Volterra",
        "scalar loops",
        lotka_volterra,
        (1.1, 0.4, 0.4, 0.1, 500),
        (0, 1, 2, 3),
        lotka_volterra_by_hand,
        lotka_volterra_compiled,
        {"jax": lotka_volterra_jax, "autograd": _plain, "torch": _plain},
    ),
    Workload(
        "Kalman filter",
        "scalar loops",
        kalman,
        (0.3, 0.8, numbers(1000)),
        (0, 1),
        kalman_by_hand,
        kalman_compiled,
        {"jax": kalman_jax, "autograd": kalman_eager, "torch": kalman_eager},
    ),
]
