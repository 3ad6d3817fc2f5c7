"""Covariance, correlation and weighted counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


@adjoint(np.bincount, active=("weights",), inline=False)
def bincount(x: Any, weights: Any = None, minlength: int = 0, *, gradient: Any) -> Any:
    """weights_bar of output[n] = the sum of the weights where x == n."""
    return None, unbroadcast(np.asarray(gradient)[np.asarray(x)], weights)


@tangent(np.bincount)
def bincount_tangent(x: Any, weights: Any = None, minlength: int = 0, *, weights_dot: Any) -> Any:
    """The tangents of the weights, counted alike."""
    return np.bincount(x, weights_dot, minlength)


# Covariance.


def observations(m: Any, y: Any, rowvar: bool) -> Any:
    """The variables of `m` and `y` as rows."""
    rows = np.atleast_2d(m)
    rows = rows.T if not rowvar and np.ndim(m) != 1 else rows
    if y is None:
        return rows
    others = np.atleast_2d(y)
    return np.concatenate([rows, others.T if not rowvar and np.ndim(y) != 1 else others])


def as_given(rows: Any, m: Any, rowvar: bool) -> Any:
    """The reverse of `observations` for one of its operands."""
    return unbroadcast(np.reshape(rows.T if not rowvar and np.ndim(m) != 1 else rows, np.shape(m)), m)


def covariance_weights(rows: Any, bias: bool, ddof: Any, fweights: Any, aweights: Any) -> tuple[Any, Any]:
    """The weight of each observation, normalised to sum 1, and the weight of each product in the covariance."""
    count = rows.shape[1]
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = np.ones(count)
    if fweights is not None:
        weights = weights * fweights
    if aweights is not None:
        weights = weights * aweights
    total = weights.sum()
    if aweights is None:
        factor = total - ddof
    else:
        factor = total - ddof * (weights * aweights).sum() / total
    return weights / total, weights / factor


def cov_gradient(
    gradient: Any, m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, fweights: Any, aweights: Any
) -> tuple[Any, Any]:
    """m_bar and y_bar of the covariance C = X W X^H of the centred observations: (G + G^H) X W."""
    rows = observations(m, y, rowvar)
    mean_weights, product_weights = covariance_weights(rows, bias, ddof, fweights, aweights)
    centred = rows - (rows @ mean_weights)[:, np.newaxis]
    gradient = np.reshape(gradient, (rows.shape[0],) * 2)
    rows_bar = (gradient + np.conj(gradient.T)) @ centred * product_weights
    count = rows.shape[0] if y is None else rows.shape[0] - observations(y, None, rowvar).shape[0]
    return as_given(rows_bar[:count], m, rowvar), None if y is None else as_given(rows_bar[count:], y, rowvar)


def cov_tangent_of(
    m: Any, y: Any, rowvar: bool, bias: bool, ddof: Any, fweights: Any, aweights: Any, m_dot: Any, y_dot: Any
) -> Any:
    """The tangent of the covariance as a matrix."""
    rows = observations(m, y, rowvar)
    rows_dot = observations(m_dot, None if y is None else y_dot, rowvar)
    mean_weights, product_weights = covariance_weights(rows, bias, ddof, fweights, aweights)
    half = rows_dot * product_weights @ np.conj(rows - (rows @ mean_weights)[:, np.newaxis]).T
    return half + np.conj(half.T)


@adjoint(np.cov, inline=False, active=("m", "y"))
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    dtype: Any = None,
    *,
    gradient: Any,
) -> Any:
    """m_bar and y_bar of the covariance matrix; the weights are constants."""
    m_bar, y_bar = cov_gradient(gradient, m, y, rowvar, bias, ddof, fweights, aweights)
    return m_bar, y_bar


@tangent(np.cov, inline=False)
def cov_tangent(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    dtype: Any = None,
    *,
    m_dot: Any,
    y_dot: Any,
    output: Any,
) -> Any:
    """The tangent of the covariance matrix."""
    matrix_dot = cov_tangent_of(m, y, rowvar, bias, ddof, fweights, aweights, m_dot, y_dot)
    return np.reshape(matrix_dot, np.shape(output)).astype(output.dtype)


def correlation_to_covariance(gradient: Any, covariance: Any, correlation: Any) -> Any:
    """The gradient of C -> C_ij / sqrt(C_ii C_jj)."""
    deviation = np.sqrt(np.diagonal(covariance).real)
    covariance_bar = gradient / np.outer(deviation, deviation)
    products = (np.conj(gradient) * correlation).real
    diagonal_bar = -0.5 * (products.sum(axis=0) + products.sum(axis=1)) / deviation**2
    return covariance_bar + np.diag(diagonal_bar)


@adjoint(np.corrcoef, inline=False, active=("x", "y"))
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, dtype: Any = None, *, output: Any, gradient: Any) -> Any:
    """x_bar and y_bar of the correlation matrix."""
    if np.ndim(output) == 0:  # one variable: always 1
        return np.zeros_like(x), None
    covariance = np.cov(x, y, rowvar)
    covariance_bar = correlation_to_covariance(gradient, covariance, output)
    x_bar, y_bar = cov_gradient(covariance_bar, x, y, rowvar, False, None, None, None)
    return x_bar, y_bar


@tangent(np.corrcoef, inline=False)
def corrcoef_tangent(
    x: Any, y: Any = None, rowvar: bool = True, dtype: Any = None, *, x_dot: Any, y_dot: Any, output: Any
) -> Any:
    """The tangent of the correlation matrix."""
    if np.ndim(output) == 0:
        return np.zeros_like(output)
    covariance_dot = cov_tangent_of(x, y, rowvar, False, None, None, None, x_dot, y_dot)
    variance = np.diagonal(np.cov(x, y, rowvar)).real
    relative = 0.5 * np.diagonal(covariance_dot).real / variance
    scaled = covariance_dot / np.sqrt(np.outer(variance, variance))
    return (scaled - output * (relative[:, np.newaxis] + relative)).astype(output.dtype)
