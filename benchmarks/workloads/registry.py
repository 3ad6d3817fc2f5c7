"""What a workload is: a primal as a scientist writes it, and what other people's tools and hands make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["CLASSES", "Workload", "numbers"]

CLASSES = ("scalar loops", "element loops", "slice stencils", "vectorised")


@dataclass(frozen=True)
class Workload:
    """One primal, differentiated in several ways.

    Attributes
    ----------
    name, kind : str
        Its name, and one of `CLASSES`.
    primal : callable
        A plain function that returns a number.
    args : tuple
        Its arguments.
    wrt : tuple of int
        What it is differentiated by.
    by_hand : callable
        `by_hand(*args)` returns (value, gradients): the adjoint as an expert writes it with NumPy.
    by_hand_compiled : callable
        The same as an expert writes it for Numba: loops. It is jitted by the harness.
    written_for : dict
        Of "autograd", "jax" and "torch": `make(module)` returns the primal in the idiom of that tool.
    """

    name: str
    kind: str
    primal: Callable[..., Any]
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    by_hand: Callable[..., Any]
    by_hand_compiled: Callable[..., Any]
    written_for: dict[str, Callable[..., Any]] = field(default_factory=dict)


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    """Reproducible numbers between 0.5 and 1.5."""
    return np.random.default_rng((seed, *shape)).uniform(0.5, 1.5, shape)
