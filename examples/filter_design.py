"""Designing a complex filter by its spectrum: real numbers to complex ones and back, through the FFT.

The taps of a filter for complex signals are complex, and its wanted response, a band at positive frequencies alone, has
no real taps that give it. The gradient of a real loss by complex taps is dL/dx + i dL/dy, so `taps -= rate * gradient`
descends. Least squares have a closed formula, which the descent is compared with; a higher power makes the largest
error smaller, and has none.
"""

from __future__ import annotations

import numpy as np

from srcdiff import grad, value_and_grad
from srcdiff.testing import check_grads

POINTS = 256
TAPS = 33


def wanted() -> tuple[np.ndarray, np.ndarray]:
    """The response on the grid of the FFT, and the weight of each frequency: transitions are free."""
    frequency = np.fft.fftfreq(POINTS)
    passed = (frequency > 0.1) & (frequency < 0.25)
    transition = ((frequency > 0.06) & (frequency <= 0.1)) | ((frequency >= 0.25) & (frequency < 0.29))
    delay = np.exp(-2j * np.pi * frequency * (TAPS // 2))
    return np.where(passed, delay, 0.0), np.where(transition, 0.0, 1.0)


def loss(taps: np.ndarray, response: np.ndarray, weight: np.ndarray, power: float) -> float:
    """The p-norm of the weighted error: the larger the power, the more even the ripples."""
    spectrum = np.fft.fft(taps, POINTS)
    error = spectrum - response
    return np.mean(weight * (error.real**2 + error.imag**2) ** (0.5 * power)) ** (1.0 / power)


def descend(taps: np.ndarray, response: np.ndarray, weight: np.ndarray, power: float, steps: int) -> np.ndarray:
    """Gradient descent with momentum and a step that shrinks when the loss grows."""
    objective = value_and_grad(loss)
    rate, momentum, last = 0.1, np.zeros_like(taps), np.inf
    for _ in range(steps):
        value, gradient = objective(taps, response, weight, power)
        if value > last:
            rate, momentum = rate / 2.0, np.zeros_like(taps)
        momentum = 0.9 * momentum - rate * gradient
        taps, last = taps + momentum, value
    return taps


def main() -> np.ndarray:
    """Least squares by descent against the closed formula, then even ripples."""
    response, weight = wanted()
    taps = np.zeros(TAPS, dtype=complex)
    rng = np.random.default_rng(0)
    somewhere = rng.standard_normal(TAPS) + 1j * rng.standard_normal(TAPS)
    check_grads(lambda t: loss(t, response, weight, 4.0), (somewhere,))

    least_squares = descend(taps, response, weight, 2.0, 600)
    matrix = np.exp(-2j * np.pi * np.outer(np.fft.fftfreq(POINTS), np.arange(TAPS))) * np.sqrt(weight)[:, None]
    exact = np.linalg.lstsq(matrix, response * np.sqrt(weight), rcond=None)[0]
    assert loss(least_squares, response, weight, 2.0) < 1.01 * loss(exact, response, weight, 2.0)
    assert np.abs(grad(loss)(exact, response, weight, 2.0)).max() < 1e-12

    even = descend(exact, response, weight, 8.0, 600)
    ripple = [np.abs(weight * (np.fft.fft(h, POINTS) - response)).max() for h in (exact, even)]
    print(f"largest error: {ripple[0]:.4f} by least squares, {ripple[1]:.4f} with the eighth power")
    assert ripple[1] < ripple[0]
    assert np.abs(even.imag).max() > 0.01  # no real filter passes positive frequencies alone
    return even


if __name__ == "__main__":
    main()
