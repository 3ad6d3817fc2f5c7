"""Correlation and covariance of columns."""

import numpy as np

from benchmarks.npbench.registry import kernel, numbers


def correlation(data):
    """Centres and scales `data` in place; returns the matrix of correlations."""
    n, m = data.shape
    mean = np.mean(data, axis=0)
    deviation = np.std(data, axis=0)
    deviation[deviation <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(n) * deviation
    result = np.eye(m)
    for i in range(m - 1):
        result[i + 1 : m, i] = result[i, i + 1 : m] = data[:, i] @ data[:, i + 1 : m]
    return result


@kernel(lambda n: (numbers(n + 2, n),), small=3)
def correlation_loss(data):
    result = correlation(data)
    return np.sum(result**3) + np.sum(data**3)


def covariance(data):
    """Centres `data` in place; returns the matrix of covariances."""
    n, m = data.shape
    data -= np.mean(data, axis=0)
    result = np.zeros((m, m))
    for i in range(m):
        result[i:m, i] = result[i, i:m] = data[:, i] @ data[:, i:m] / (n - 1.0)
    return result


@kernel(lambda n: (numbers(n + 2, n),), small=3)
def covariance_loss(data):
    return np.sum(covariance(data) ** 2) * 10.0


def softmax_and_log_likelihood(logits, labels):
    """A numerically careful softmax in place, then the mean log-likelihood of labels."""
    logits -= np.max(logits, axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= np.sum(logits, axis=1, keepdims=True)
    return np.mean(np.log(logits[np.arange(len(labels)), labels]))


@kernel(lambda n: (numbers(n, 4), np.arange(n) % 4), small=5)
def softmax_loss(logits, labels):
    return softmax_and_log_likelihood(logits, labels) + np.sum(logits**2)
