"""Functions that shape derivatives without changing values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from srcdiff.errors import UnsupportedError
from srcdiff.rules import registry
from srcdiff.runtime import copy

__all__ = ["on_gradient", "stop_gradient"]

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """`x` itself, taken for a constant by derivatives.

    Parameters
    ----------
    x : object
        Anything.

    Examples
    --------
    >>> stop_gradient(3.0)
    3.0
    """
    return x


registry.constant(stop_gradient, result="argument", raises=False, shape="same")


def on_gradient(x: T, change: Callable[[Any], Any]) -> T:
    """`x` itself, whose gradient goes through `change` on its way back: to clip it, to log it, to reverse it.

    The primal runs as if this were not there. In the adjoint, what has come together for the result is passed to
    `change`, and what that returns is the gradient that goes on to `x`. Forward mode refuses it: a tangent does not
    come this way.

    Parameters
    ----------
    x : float or array
        The point of the primal. Nothing may be written into it.
    change : callable
        Takes the gradient, an array or a number like `x`, and returns one like it. It may print or record what it sees:
        the array is its own.

    Examples
    --------
    >>> on_gradient(3.0, np.sign)
    3.0
    """
    return x


@registry.adjoint(on_gradient, active=("x",), result="argument", raises=False, shape="same")
def _on_gradient_adjoint(x: Any, change: Any, *, gradient: Any) -> Any:
    """What `change` makes of the gradient."""
    return change(copy(gradient))


@registry.tangent(on_gradient)
def _on_gradient_tangent(x: Any, change: Any, *, x_dot: Any) -> Any:
    """There is none."""
    raise UnsupportedError("`on_gradient` in forward mode", "Use `grad`, `vjp` or `jacrev`: a tangent is no gradient.")
