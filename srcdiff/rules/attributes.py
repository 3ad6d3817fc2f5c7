"""Attributes of arrays. (`real` and `imag` stand with the functions of these names.)"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import constant, linear

constant(
    np.ndarray.shape,
    np.ndarray.ndim,
    np.ndarray.size,
    np.ndarray.dtype,
    np.ndarray.itemsize,
    np.ndarray.nbytes,
    np.ndarray.strides,
    np.ndarray.flags,
    raises=False,
)


@linear(np.ndarray.T, result="view", raises=False)
def T(self: Any, *, gradient: Any) -> Any:
    """self_bar: the axes in reverse order again."""
    return gradient.T


@linear(np.ndarray.mT, result="view")
def mT(self: Any, *, gradient: Any) -> Any:
    """self_bar: the last two axes swapped again."""
    return np.swapaxes(gradient, -1, -2)
