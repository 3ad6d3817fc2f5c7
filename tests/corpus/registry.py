"""How a program gets into the corpus, and the numbers that programs are run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["PROGRAMS", "Program", "numbers", "program"]


@dataclass(frozen=True)
class Program:
    """A function as people write it, and what to differentiate it on.

    Attributes
    ----------
    function : callable
        The primal.
    theme : str
        The file that it stands in.
    args : tuple or callable
        Its arguments, copied for each run; or a function that makes them, where memory layout or aliases matter.
    wrt : names, optional
        What to differentiate by; every argument with a floating leaf by default.
    gradient : optional
        The cotangent; random by default for an output that is no real scalar.
    refused : str or None
        None: it has to be differentiated. A pattern: it may be refused with a message that matches, or be right.
    oracle : callable or None
        The same function written without srcdiff, for a program that uses srcdiff itself.
    """

    function: Callable[..., Any]
    theme: str
    args: Any
    wrt: Any = None
    gradient: Any = None
    refused: str | None = None
    oracle: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """`theme.function`, `theme.Class.method`."""
        method = getattr(self.function, "__func__", None)
        title = getattr(self.function, "__name__", repr(self.function)) if method is None else method.__qualname__
        return f"{self.theme}.{title}"


PROGRAMS: list[Program] = []


def program(
    args: Any,
    wrt: Any = None,
    gradient: Any = None,
    refused: str | None = None,
    oracle: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a program; the function itself stays what it is."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        theme = function.__module__.rpartition(".")[2]
        PROGRAMS.append(Program(function, theme, args, wrt, gradient, refused, oracle))
        return function

    return register


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers between 0.5 and 1.5, none of them round, no two alike, others for another seed; always the same."""
    count = int(np.prod(shape))
    spread = 0.5 + (np.arange(count) + 0.437 + 0.093 * seed) / max(count, 1)
    return np.random.default_rng(seed + count).permutation(spread).reshape(shape)
