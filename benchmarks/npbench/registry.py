"""How a kernel's `loss` gets into the list, and the numbers it runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["KERNELS", "Kernel", "kernel", "numbers"]


@dataclass(frozen=True)
class Kernel:
    """A loss over one kernel.

    Attributes
    ----------
    loss : callable
        Calls the kernel and reduces what it wrote to one number.
    make : callable
        `make(n)` gives arguments of size `n`.
    small : int
        The size for tests.
    """

    loss: Callable[..., Any]
    make: Callable[[int], tuple[Any, ...]]
    small: int

    @property
    def name(self) -> str:
        """The kernel's name: the loss's, without the suffix."""
        return self.loss.__name__.removesuffix("_loss")

    @property
    def arguments(self) -> tuple[Any, ...]:
        """Small arguments."""
        return self.make(self.small)


KERNELS: list[Kernel] = []


def kernel(make: Callable[[int], tuple[Any, ...]], small: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a loss with what makes its arguments."""

    def register(loss: Callable[..., Any]) -> Callable[..., Any]:
        KERNELS.append(Kernel(loss, make, small))
        return loss

    return register


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    """Reproducible numbers between 0.5 and 1.5."""
    return np.random.default_rng((seed, *shape)).uniform(0.5, 1.5, shape)
