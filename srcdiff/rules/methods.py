"""Methods of arrays that have a signature of their own; others are registered beside the functions of their name.

`sort`, `partition`, `fill`, `put` and `resize` write into their array: they are the transform's part.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import linear
from srcdiff.rules.shaping import inverse_axes

__all__ = ["item_transpose"]


@linear(np.ndarray.reshape, result="maybe view")
def ndarray_reshape(self: Any, *shape: Any, order: Any = "C", gradient: Any) -> Any:
    """self_bar: `gradient` in the shape of `self`."""
    if order == "A":
        raise UnsupportedError("reshape with `order='A'`", 'Say "C" or "F".')
    if order == "F":
        return gradient.reshape(self.shape, order="F")
    return gradient.reshape(self.shape)


@linear(np.ndarray.flatten, raises=False)
def ndarray_flatten(self: Any, order: Any = "C", *, gradient: Any) -> Any:
    """self_bar: `gradient` in the shape of `self`."""
    if order in ("A", "K"):
        raise UnsupportedError("flatten in the order of memory (`order=`)", 'Say "C" or "F".')
    if order == "F":
        return gradient.reshape(self.shape, order="F")
    return gradient.reshape(self.shape)


@linear(np.ndarray.transpose, result="view")
def ndarray_transpose(self: Any, *axes: Any, gradient: Any) -> Any:
    """self_bar: `gradient` with the axes put back."""
    if len(axes) == 0 or axes[0] is None:
        return gradient.transpose()
    if isinstance(axes[0], (tuple, list)):
        return gradient.transpose(inverse_axes(axes[0]))
    return gradient.transpose(inverse_axes(axes))


@linear(np.ndarray.item)
def ndarray_item(self: Any, *args: Any, gradient: Any) -> Any:
    """self_bar: `gradient` at the element, zero elsewhere."""
    return item_transpose(gradient, self, args)


def item_transpose(gradient: Any, x: Any, args: Any) -> Any:
    """Zeros like `x` with `gradient` at the element that `x.item(*args)` reads."""
    x_bar = np.zeros(np.shape(x), x.dtype)
    if len(args) == 0:
        return x_bar + gradient
    if len(args) == 1 and isinstance(args[0], (int, np.integer)):
        x_bar[np.unravel_index(args[0] % np.size(x), np.shape(x))] = gradient
    else:
        x_bar[args[0] if len(args) == 1 else args] = gradient
    return x_bar


@linear(np.ndarray.tolist)
def ndarray_tolist(self: Any, *, gradient: Any) -> Any:
    """self_bar: the nested list of cotangents as an array."""
    return np.array(gradient, dtype=self.dtype)


@linear(np.ndarray.view, result="view", shape="same")
def ndarray_view(self: Any, dtype: Any = None, *, gradient: Any) -> Any:
    """self_bar: `gradient`. A view of the same bits as another type has no derivative."""
    if dtype is not None:
        raise UnsupportedError("ndarray.view as another type", "Convert with `astype`.")
    return gradient
