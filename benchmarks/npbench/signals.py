"""Recursive filters, and dynamic programming with smooth choices."""

import math

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def deriche(alpha, image):
    """Deriche's recursive smoothing: forward and backward passes along rows, then along columns."""
    e = math.exp(-alpha)
    k = (1.0 - e) ** 2 / (1.0 + 2.0 * alpha * e - math.exp(-2.0 * alpha))
    a1, a2 = k, k * e * (alpha - 1.0)
    a3, a4 = k * e * (alpha + 1.0), -k * e * e
    b1, b2 = 2.0 * e, -e * e
    rows, columns = image.shape
    y1, y2 = np.empty_like(image), np.empty_like(image)
    y1[:, 0] = a1 * image[:, 0]
    y1[:, 1] = a1 * image[:, 1] + a2 * image[:, 0] + b1 * y1[:, 0]
    for j in range(2, columns):
        y1[:, j] = a1 * image[:, j] + a2 * image[:, j - 1] + b1 * y1[:, j - 1] + b2 * y1[:, j - 2]
    y2[:, -1] = 0.0
    y2[:, -2] = a3 * image[:, -1]
    for j in range(columns - 3, -1, -1):
        y2[:, j] = a3 * image[:, j + 1] + a4 * image[:, j + 2] + b1 * y2[:, j + 1] + b2 * y2[:, j + 2]
    smooth = y1 + y2
    y1[0, :] = a1 * smooth[0, :]
    y1[1, :] = a1 * smooth[1, :] + a2 * smooth[0, :] + b1 * y1[0, :]
    for i in range(2, rows):
        y1[i, :] = a1 * smooth[i, :] + a2 * smooth[i - 1, :] + b1 * y1[i - 1, :] + b2 * y1[i - 2, :]
    y2[-1, :] = 0.0
    y2[-2, :] = a3 * smooth[-1, :]
    for i in range(rows - 3, -1, -1):
        y2[i, :] = a3 * smooth[i + 1, :] + a4 * smooth[i + 2, :] + b1 * y2[i + 1, :] + b2 * y2[i + 2, :]
    return y1 + y2


@kernel(lambda n: (0.25, numbers(n, n + 1)), small=5)
def deriche_loss(alpha, image):
    return np.sum(deriche(alpha, image) ** 2)


def smooth_nussinov(sequence, sharpness):
    """A table filled diagonal by diagonal, with a smooth maximum over the ways to split."""
    n = len(sequence)
    table = np.zeros((n, n))
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            best = table[i, j - 1]
            if i + 1 < n:
                best = np.logaddexp(sharpness * best, sharpness * table[i + 1, j]) / sharpness
            if i < j - 1:
                paired = table[i + 1, j - 1] + sequence[i] * sequence[j]
                best = np.logaddexp(sharpness * best, sharpness * paired) / sharpness
            for k in range(i + 1, j):
                best = np.logaddexp(sharpness * best, sharpness * (table[i, k] + table[k + 1, j])) / sharpness
            table[i, j] = best
    return table


@kernel(lambda n: (numbers(n), 2.0), small=5)
def smooth_nussinov_loss(sequence, sharpness):
    return np.sum(smooth_nussinov(sequence, sharpness) ** 2)


def convolve_layer(inputs, weights, bias):
    """A convolution with several channels, position by position, and a soft rectifier."""
    size = weights.shape[0]
    rows, columns = inputs.shape[0] - size + 1, inputs.shape[1] - size + 1
    out = np.empty((rows, columns, weights.shape[3]))
    for i in range(rows):
        for j in range(columns):
            window = inputs[i : i + size, j : j + size, :, np.newaxis]
            out[i, j, :] = np.sum(window * weights, axis=(0, 1, 2))
    out += bias
    return np.logaddexp(out, 0.0)


@kernel(lambda n: (numbers(n, n, 2), numbers(2, 2, 2, 3) - 1.0, numbers(3)), small=3)
def convolve_layer_loss(inputs, weights, bias):
    return np.sum(convolve_layer(inputs, weights, bias) ** 2)
