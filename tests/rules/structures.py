"""Arguments and outputs as structures: what a derivative has in the place of each floating leaf."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

__all__ = ["each", "floating", "inner", "leaves", "norm", "random_like", "shifted", "still", "widened", "zero_of"]


def floating(x: Any) -> bool:
    """Whether `x` is a floating number or array."""
    return isinstance(x, (float, complex, np.ndarray, np.generic)) and np.asarray(x).dtype.kind in "fc"


def leaves(x: Any) -> Iterator[Any]:
    """The floating leaves of nested lists, tuples and dictionaries."""
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from leaves(item)
    elif isinstance(x, dict):
        for item in x.values():
            yield from leaves(item)
    elif floating(x):
        yield x


def each(
    function: Callable[..., Any], x: Any, *others: Any, otherwise: Callable[[Any], Any] = lambda leaf: leaf
) -> Any:
    """`function` of each floating leaf of `x` and of what stands in its place in the others."""
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*(each(function, *items, otherwise=otherwise) for items in zip(x, *others, strict=True)))
    if isinstance(x, (list, tuple)):
        return type(x)(each(function, *items, otherwise=otherwise) for items in zip(x, *others, strict=True))
    if isinstance(x, dict):
        return {key: each(function, x[key], *(o[key] for o in others), otherwise=otherwise) for key in x}
    return function(x, *others) if floating(x) else otherwise(x)


def still(x: Any) -> Any:
    """What stands in a direction in the place of what can't move: zero for a number."""
    if isinstance(x, (bool, int, np.ndarray, np.generic)) and np.asarray(x).dtype.kind in "biu":
        return np.zeros(np.shape(x))[()]
    return x


def random_like(x: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the place of each floating leaf, of its shape and dtype; an output may be a bare number."""

    def draw(leaf: Any) -> Any:
        value = rng.standard_normal(np.shape(leaf))
        if np.iscomplexobj(leaf):
            value = value + 1j * rng.standard_normal(np.shape(leaf))
        if isinstance(leaf, (np.ndarray, np.generic)):
            value = np.asarray(value).astype(leaf.dtype)
            return value if isinstance(leaf, np.ndarray) else value[()]
        return type(leaf)(value)

    return each(draw, x, otherwise=still)


def inner(a: Any, b: Any) -> float:
    """The real inner product Re(sum(conj(a) * b)) over all leaves; None counts as zero."""
    if a is None or b is None:
        return 0.0
    if isinstance(a, dict):
        return sum(inner(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return sum(inner(x, y) for x, y in zip(a, b, strict=True))
    if not floating(a) or not floating(b):
        return 0.0
    wide = [np.asarray(x).astype(complex) for x in (a, b)]
    return float(np.sum(np.conj(wide[0]) * wide[1]).real)


def zero_of(x: Any) -> Any:
    """Zeros in the place of the numbers and arrays."""
    return each(lambda leaf: leaf * 0, x, otherwise=still)


def widened(x: Any) -> Any:
    """Double precision in the place of each floating leaf, with its memory layout kept."""

    def widen(leaf: Any) -> Any:
        if isinstance(leaf, (np.ndarray, np.generic)):
            wide = leaf.astype(np.complex128 if leaf.dtype.kind == "c" else np.float64)
            return wide
        return leaf

    return each(widen, x)


def shifted(x: Any, v: Any, t: float) -> Any:
    """x + t * v, leaf by leaf."""

    def move(a: Any, b: Any) -> Any:
        moved = a + t * b
        if isinstance(a, np.ndarray):
            return np.asarray(moved)
        return type(a)(moved) if type(a) in (float, complex) else moved

    return each(move, x, v)


def norm(x: Any) -> float:
    """The Euclidean norm over all leaves."""
    return math.sqrt(sum(float(np.sum(np.abs(np.asarray(leaf).astype(complex)) ** 2)) for leaf in leaves(x)))
