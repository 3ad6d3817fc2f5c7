"""Arrays made from values: array, asarray and their kin, copy, astype, full.

Conversion to integers is piecewise constant: its derivative is zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import constant, effects, linear, same, tangent
from srcdiff.runtime import unbroadcast, zeros_like

__all__ = ["parts"]

constant(np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri, np.indices)
constant(np.zeros_like, np.ones_like, np.empty_like, raises=False, shape="same")
constant(np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.promote_types, np.min_scalar_type, np.common_type)
constant(np.mintypecode, np.broadcast_shapes, np.may_share_memory, np.shares_memory)
constant(np.diag_indices, np.diag_indices_from, np.tril_indices, np.tril_indices_from)
constant(np.triu_indices, np.triu_indices_from, np.mask_indices)


def parts(gradient: Any, x: Any) -> Any:
    """`gradient` of an array that was made from `x`, in the structure of `x`: a list for a list or a tuple."""
    if isinstance(x, (list, tuple)):
        return [parts(gradient[k], x[k]) for k in range(len(x))]
    return unbroadcast(gradient, x)


def joined(gradient: Any, x: Any) -> Any:
    """The transpose of `parts`: what a list or a tuple has for each item of `x`, in one array."""
    if isinstance(x, (list, tuple)):
        return np.array([joined(part, item) for part, item in zip(gradient, x)])
    return np.zeros(np.shape(x)) if gradient is None else gradient


@linear(parts, "value", "x")
def parts_adjoint(value: Any, x: Any, *, gradient: Any) -> Any:
    """The cotangents of the parts, in the array that they were taken from."""
    return unbroadcast(joined(gradient, x), value), None


@tangent(parts)
def parts_tangent(value: Any, x: Any, *, value_dot: Any) -> Any:
    """The tangent taken apart in the same way."""
    return parts(value_dot, x)


# Conversion.


@linear(np.array)
def array(object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", ndmin: int = 0, gradient: Any) -> Any:
    """object_bar in the structure of the object: each number or array has its own part of `gradient`."""
    if copy is not True:
        raise UnsupportedError("np.array with `copy=`", "np.asarray copies where it has to.")
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return zeros_like(object)
    if ndmin > 0:
        return parts(np.reshape(gradient, np.shape(object)), object)
    if isinstance(object, (list, tuple)):
        return parts(gradient, object)
    return unbroadcast(gradient, object)


@tangent(np.array)
def array_tangent(
    object: Any,
    dtype: Any = None,
    *,
    copy: Any = True,
    order: Any = "K",
    ndmin: int = 0,
    object_dot: Any,
    output: Any,
) -> Any:
    """The tangent's numbers in the same places; zero for integers."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.array(object_dot, dtype=dtype, ndmin=ndmin)


@linear(np.asarray, result="argument")
def asarray(a: Any, dtype: Any = None, order: Any = None, *, gradient: Any) -> Any:
    """a_bar in the structure of `a`."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return zeros_like(a)
    if isinstance(a, (list, tuple)):
        return parts(gradient, a)
    return unbroadcast(gradient, a)


@tangent(np.asarray)
def asarray_tangent(a: Any, dtype: Any = None, order: Any = None, *, a_dot: Any, output: Any) -> Any:
    """The tangent's numbers in the same places; zero for integers."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.asarray(a_dot, dtype=dtype)


effects(np.asarray, converts=())
same(np.asarray, np.asanyarray, np.asarray_chkfinite)


@linear(np.ascontiguousarray, result="argument")
def ascontiguousarray(a: Any, dtype: Any = None, *, gradient: Any) -> Any:
    """a_bar in the structure of `a`; a number becomes an array of one element."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return zeros_like(a)
    if isinstance(a, (list, tuple)):
        return parts(gradient, a)
    return unbroadcast(gradient, a)


@tangent(np.ascontiguousarray)
def ascontiguousarray_tangent(a: Any, dtype: Any = None, *, a_dot: Any, output: Any) -> Any:
    """The tangent's numbers in the same places; zero for integers."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.ascontiguousarray(a_dot, dtype=dtype)


same(np.ascontiguousarray, np.asfortranarray)


@linear(np.require, result="argument")
def require(a: Any, dtype: Any = None, requirements: Any = None, *, gradient: Any) -> Any:
    """a_bar in the structure of `a`."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return zeros_like(a)
    return parts(gradient, a)


@tangent(np.require)
def require_tangent(a: Any, dtype: Any = None, requirements: Any = None, *, a_dot: Any, output: Any) -> Any:
    """The tangent's numbers in the same places; zero for integers."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.require(a_dot, dtype=dtype)


@linear(np.copy, shape="same", raises=False)
def copy(a: Any, order: Any = "K", *, gradient: Any) -> Any:
    """a_bar in the structure of `a`."""
    if isinstance(a, (list, tuple)):
        return parts(gradient, a)
    return gradient


@linear(np.ndarray.copy, shape="same", raises=False)
def ndarray_copy(self: Any, order: Any = "C", *, gradient: Any) -> Any:
    """self_bar: `gradient`."""
    return gradient


@linear(np.ndarray.astype, result="argument", shape=None)
def ndarray_astype(
    self: Any,
    dtype: Any,
    order: Any = "K",
    casting: Any = "unsafe",
    subok: Any = True,
    copy: Any = True,
    *,
    gradient: Any,
) -> Any:
    """self_bar: `gradient` in the dtype that `self` had; the real part where it was real. Zero for integers."""
    if np.dtype(dtype).kind not in "fc":
        return zeros_like(self)
    return unbroadcast(gradient, self)


@tangent(np.ndarray.astype)
def ndarray_astype_tangent(
    self: Any,
    dtype: Any,
    order: Any = "K",
    casting: Any = "unsafe",
    subok: Any = True,
    copy: Any = True,
    *,
    self_dot: Any,
) -> Any:
    """The tangent in the new dtype; zero for integers."""
    if np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(self))
    return self_dot.astype(dtype)


if hasattr(np, "astype"):  # NumPy 2.1

    @linear(np.astype, result="argument", shape=None)
    def astype(x: Any, dtype: Any, *, copy: Any = True, gradient: Any) -> Any:
        """x_bar: `gradient` in the dtype that `x` had; the real part where it was real. Zero for integers."""
        if np.dtype(dtype).kind not in "fc":
            return zeros_like(x)
        return unbroadcast(gradient, x)

    @tangent(np.astype)
    def astype_tangent(x: Any, dtype: Any, *, copy: Any = True, x_dot: Any) -> Any:
        """The tangent in the new dtype; zero for integers."""
        if np.dtype(dtype).kind not in "fc":
            return np.zeros(np.shape(x))
        return x_dot.astype(dtype)


@linear(np.fromiter)
def fromiter(iter: Any, dtype: Any, count: int = -1, *, gradient: Any) -> Any:
    """iter_bar: a list with the gradient of each item; zero for those that `count` leaves out, and for integers."""
    if np.dtype(dtype).kind not in "fc":
        return zeros_like(iter)
    taken = len(gradient)
    return parts(gradient, iter[:taken]) + zeros_like(iter[taken:])


@tangent(np.fromiter)
def fromiter_tangent(iter: Any, dtype: Any, count: int = -1, *, iter_dot: Any, output: Any) -> Any:
    """The tangents of the items; zero for integers."""
    if np.dtype(dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.fromiter(iter_dot, dtype, count)


# Filled arrays.


@linear(np.full, "fill_value")
def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, gradient: Any) -> Any:
    """fill_value_bar: the sum of `gradient`; zero for integers."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return None, zeros_like(fill_value)
    return None, unbroadcast(gradient, fill_value)


@tangent(np.full)
def full_tangent(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, fill_value_dot: Any) -> Any:
    """An array filled with the tangent; zero for integers."""
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        return np.zeros(shape)
    return np.full(shape, fill_value_dot, dtype=dtype)


@linear(np.full_like, "fill_value")
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", subok: Any = True, shape: Any = None, *, gradient: Any
) -> Any:
    """fill_value_bar: the sum of `gradient`; zero where the array is one of integers, as `a` or `dtype` says."""
    if np.dtype(np.result_type(a) if dtype is None else dtype).kind not in "fc":
        return None, zeros_like(fill_value)
    return None, unbroadcast(gradient, fill_value)


@tangent(np.full_like)
def full_like_tangent(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: Any = True,
    shape: Any = None,
    *,
    fill_value_dot: Any,
    output: Any,
) -> Any:
    """An array filled with the tangent; zero for integers."""
    if np.dtype(np.result_type(a) if dtype is None else dtype).kind not in "fc":
        return np.zeros(np.shape(output))
    return np.full_like(a, fill_value_dot, dtype=dtype, shape=shape)
