"""The helpers that generated text calls, so that generated text can be differentiated like any other.

The first parameter of a helper that is called `gradient` there is `value` here: `gradient` is the cotangent. Of an
operand that gives nothing but its shape and kind the gradient is None.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff import runtime, tangents
from srcdiff.rules.registry import adjoint, constant, linear, tangent
from srcdiff.runtime import seed, unbroadcast

__all__: list[str] = []

constant(runtime.zeros_like, tangents.zero_tangent, raises=False, shape="same")

# Summing and spreading: each is the transpose of the other.


@linear(runtime.unbroadcast, "value", "x", result="argument", raises=False)
def unbroadcast_adjoint(value: Any, x: Any, *, gradient: Any) -> Any:
    """`gradient` spread over the axes that were summed."""
    return unbroadcast(gradient, value), None


@tangent(runtime.unbroadcast)
def unbroadcast_tangent(value: Any, x: Any, *, value_dot: Any) -> Any:
    """The tangent summed in the same way."""
    return unbroadcast(value_dot, x)


@linear(runtime.expand, "value", "x", result="argument", raises=False)
def expand_adjoint(value: Any, x: Any, axis: Any = None, keepdims: bool = False, *, gradient: Any) -> Any:
    """`gradient` summed over the axes that it was spread over."""
    if axis is None or keepdims:
        return unbroadcast(gradient, value), None
    return unbroadcast(np.sum(gradient, axis=axis), value), None


@tangent(runtime.expand)
def expand_tangent(value: Any, x: Any, axis: Any = None, keepdims: bool = False, *, value_dot: Any) -> Any:
    """The tangent spread in the same way."""
    if axis is None and not keepdims:
        return runtime.expand(value_dot, x)
    return runtime.expand(value_dot, x, axis, keepdims)


# Copies.


@linear(runtime.copy, raises=False, shape="same")
def copy_adjoint(x: Any, *, gradient: Any) -> Any:
    """A copy is linear."""
    return gradient


@linear(tangents.own_copy, raises=False, shape="same")
def own_copy_adjoint(x: Any, *, gradient: Any) -> Any:
    """A copy is linear."""
    return gradient


@linear(tangents.own_tangent, "x_dot", "x", raises=False)
def own_tangent_adjoint(x_dot: Any, x: Any, *, gradient: Any) -> Any:
    """`gradient` in the shape that the tangent had."""
    return unbroadcast(gradient, x_dot), None


@tangent(tangents.own_tangent)
def own_tangent_tangent(x_dot: Any, x: Any, *, x_dot_dot: Any) -> Any:
    """The tangent in memory of its own."""
    return tangents.own_tangent(x_dot_dot, x)


# The seed: a conversion, item by item.


def seed_transpose(gradient: Any, value: Any) -> Any:
    """The cotangent of a seed: each part in the shape that the part of the seed had."""
    if isinstance(value, (list, tuple)):
        return [seed_transpose(part, item) for part, item in zip(gradient, value)]
    if isinstance(value, dict):
        return {key: seed_transpose(gradient[key], item) for key, item in value.items()}
    return None if value is None or gradient is None else unbroadcast(gradient, value)


@linear(runtime.seed, "value", "output")
def seed_adjoint(value: Any, output: Any, *, gradient: Any) -> Any:
    """The cotangent in the structure and the shapes that the seed was given in."""
    return seed_transpose(gradient, value), None


@tangent(runtime.seed)
def seed_tangent(value: Any, output: Any, *, value_dot: Any) -> Any:
    """The tangent converted in the same way."""
    return seed(value_dot, output)


# Elements.


@linear(runtime.last_written)
def last_written_adjoint(x_bar: Any, index: Any, *, gradient: Any) -> Any:
    """`gradient` where it was taken from: of an element that is indexed repeatedly the last one counts."""
    return assigned(gradient, x_bar, index)


def assigned(gradient: Any, x: Any, index: Any) -> Any:
    """Zeros like `x`, with `gradient` assigned at `index`."""
    x_bar = np.zeros_like(x)
    x_bar[index] = gradient
    return x_bar


@adjoint(tangents.paired_tangents)
def paired_adjoint(items_dot: Any, *, gradient: Any) -> Any:
    """The cotangents of the items."""
    return [part[1] for part in gradient]


@tangent(tangents.paired_tangents)
def paired_tangent(items_dot: Any, *, items_dot_dot: Any) -> Any:
    """The tangents of the items."""
    return tangents.paired_tangents(items_dot_dot)
