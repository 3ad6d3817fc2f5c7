"""Functions that shape derivatives without changing values."""

from __future__ import annotations

from typing import TypeVar

from srcdiff.rules import registry

__all__ = ["stop_gradient"]

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
