"""Spreads: variance, standard deviation, and their versions that skip NaN.

For complex numbers the variance is that of the modulus of the deviations, a real number. The gradient of the standard
deviation of equal values is zero, as the mean of its one-sided derivatives is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.reductions import reduced_size
from srcdiff.rules.registry import adjoint, same, tangent
from srcdiff.runtime import expand

__all__ = ["deviations", "freedom", "nonzero_spread"]


def deviations(a: Any, axis: Any, where: Any = True) -> Any:
    """`a` less its mean; zero where `where` doesn't hold."""
    if where is True:
        return a - np.mean(a, axis=axis, keepdims=True)
    return np.where(where, a - np.mean(a, axis=axis, keepdims=True, where=where), 0)


def freedom(a: Any, axis: Any, keepdims: bool, where: Any, ddof: Any, correction: Any) -> Any:
    """The degrees of freedom: the number of elements less `ddof`, which is also called `correction`."""
    return reduced_size(a, axis, keepdims, where) - (ddof if correction is None else correction)


def nonzero_spread(a: Any, axis: Any, output: Any, keepdims: bool, where: Any = True) -> Any:
    """`output`, the standard deviation; infinite where the values are equal, so that dividing by it gives zero.

    Rounding may leave equal values a deviation that is not quite zero: the values are looked at themselves.
    """
    if np.size(a) == 0:
        return output
    highest = np.max(a, axis=axis, keepdims=keepdims, initial=-np.inf, where=where)
    lowest = np.min(a, axis=axis, keepdims=keepdims, initial=np.inf, where=where)
    equal = highest == lowest
    return np.where(equal | (output == 0), np.inf, output)


@adjoint(np.var, shape="reduce", returns="real")
def var_adjoint(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    gradient: Any,
) -> Any:
    """a_bar of a variance: twice the deviations, divided by the degrees of freedom."""
    n = freedom(a, axis, keepdims, where, ddof, correction)
    return expand(2 * gradient / n, a, axis, keepdims) * deviations(a, axis, where)


@tangent(np.var)
def var_tangent(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    a_dot: Any,
    output: Any,
) -> Any:
    """Twice the mean product of deviation and tangent."""
    n = freedom(a, axis, keepdims, where, ddof, correction)
    products = np.real(np.conj(deviations(a, axis, where)) * a_dot)
    slope = 2 * np.sum(products, axis=axis, keepdims=keepdims) / n
    return slope if where is True and dtype is None else slope.astype(output.dtype)


@adjoint(np.std, shape="reduce", returns="real")
def std_adjoint(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of a standard deviation: the deviations, divided by it and by the degrees of freedom."""
    n = freedom(a, axis, keepdims, where, ddof, correction)
    spread = nonzero_spread(a, axis, output, keepdims, where)
    return expand(gradient / (n * spread), a, axis, keepdims) * deviations(a, axis, where)


@tangent(np.std)
def std_tangent(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    a_dot: Any,
    output: Any,
) -> Any:
    """The mean product of deviation and tangent, divided by the standard deviation."""
    n = freedom(a, axis, keepdims, where, ddof, correction)
    products = np.real(np.conj(deviations(a, axis, where)) * a_dot)
    slope = np.sum(products, axis=axis, keepdims=keepdims) / (n * nonzero_spread(a, axis, output, keepdims, where))
    return slope if where is True and dtype is None else slope.astype(output.dtype)


@adjoint(np.nanvar, shape="reduce", returns="real")
def nanvar_adjoint(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    gradient: Any,
) -> Any:
    """a_bar of the variance of what is not NaN."""
    present = np.logical_not(np.isnan(a)) & where
    n = freedom(a, axis, keepdims, present, ddof, correction)
    return expand(2 * gradient / n, a, axis, keepdims) * deviations(a, axis, present)


@tangent(np.nanvar)
def nanvar_tangent(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    a_dot: Any,
    output: Any,
) -> Any:
    """Twice the mean product of deviation and tangent, of what is not NaN."""
    present = np.logical_not(np.isnan(a)) & where
    n = freedom(a, axis, keepdims, present, ddof, correction)
    products = np.real(np.conj(deviations(a, axis, present)) * a_dot)
    return (2 * np.sum(products, axis=axis, keepdims=keepdims) / n).astype(output.dtype)


@adjoint(np.nanstd, shape="reduce", returns="real")
def nanstd_adjoint(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    output: Any,
    gradient: Any,
) -> Any:
    """a_bar of the standard deviation of what is not NaN."""
    present = np.logical_not(np.isnan(a)) & where
    n = freedom(a, axis, keepdims, present, ddof, correction)
    spread = nonzero_spread(a, axis, output, keepdims, present)
    return expand(gradient / (n * spread), a, axis, keepdims) * deviations(a, axis, present)


@tangent(np.nanstd)
def nanstd_tangent(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    *,
    ddof: Any = 0,
    keepdims: Any = False,
    where: Any = True,
    correction: Any = None,
    a_dot: Any,
    output: Any,
) -> Any:
    """The mean product of deviation and tangent, of what is not NaN, divided by the standard deviation."""
    present = np.logical_not(np.isnan(a)) & where
    n = freedom(a, axis, keepdims, present, ddof, correction)
    products = np.real(np.conj(deviations(a, axis, present)) * a_dot)
    spread = nonzero_spread(a, axis, output, keepdims, present)
    return (np.sum(products, axis=axis, keepdims=keepdims) / (n * spread)).astype(output.dtype)


same(np.var, np.ndarray.var)
same(np.std, np.ndarray.std)
