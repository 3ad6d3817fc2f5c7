"""The helpers that generated text calls, so that generated text can be differentiated like any other.

A parameter that is called `gradient` or `x_dot` there is `value` here, and `output` is `result`: in a template these
are words with a meaning. Of an operand that gives nothing but its shape and kind the gradient is None.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff import runtime, tangents
from srcdiff.rules.registry import adjoint, constant, linear, tangent
from srcdiff.runtime import seed, unbroadcast

__all__: list[str] = []

constant(runtime.zeros_like, tangents.zero_tangent, raises=False, shape="same")

constant(runtime.set_attribute, pure=False)

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


@linear(runtime.copy_in_layout, raises=False, shape="same")
def copy_in_layout_adjoint(x: Any, *, gradient: Any) -> Any:
    """A copy is linear."""
    return gradient


@linear(tangents.own_copy, raises=False, shape="same")
def own_copy_adjoint(x: Any, *, gradient: Any) -> Any:
    """A copy is linear."""
    return gradient


@linear(tangents.own_tangent, "value", "x", raises=False)
def own_tangent_adjoint(value: Any, x: Any, *, gradient: Any) -> Any:
    """`gradient` in the shape that the tangent had."""
    return unbroadcast(gradient, value), None


@tangent(tangents.own_tangent)
def own_tangent_tangent(value: Any, x: Any, *, value_dot: Any) -> Any:
    """The tangent in memory of its own."""
    return tangents.own_tangent(value_dot, x)


# The seed: a conversion, item by item.


def seed_transpose(gradient: Any, value: Any) -> Any:
    """The cotangent of a seed: each part in the shape that the part of the seed had."""
    if isinstance(value, (list, tuple)):
        return [seed_transpose(part, item) for part, item in zip(gradient, value)]
    if isinstance(value, dict):
        return {key: seed_transpose(gradient[key], item) for key, item in value.items()}
    return None if value is None or gradient is None else unbroadcast(gradient, value)


@linear(runtime.seed, "value", "result")
def seed_adjoint(value: Any, result: Any, *, gradient: Any) -> Any:
    """The cotangent in the structure and the shapes that the seed was given in."""
    return seed_transpose(gradient, value), None


@tangent(runtime.seed)
def seed_tangent(value: Any, result: Any, *, value_dot: Any) -> Any:
    """The tangent converted in the same way."""
    return seed(value_dot, result)


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
def paired_adjoint(items: Any, *, gradient: Any) -> Any:
    """The cotangents of the items."""
    return [part[1] for part in gradient]


@tangent(tangents.paired_tangents)
def paired_tangent(items: Any, *, items_dot: Any) -> Any:
    """The tangents of the items."""
    return tangents.paired_tangents(items_dot)
