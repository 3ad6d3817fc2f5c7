"""Library functions that call the function they are given, in plain Python: differentiated like a user's own.

Only what is passed on as it stands is written here; anything else keeps its name, and is refused as unknown.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

__all__ = ["EQUIVALENTS", "accumulate", "apply_along_axis", "reduce", "vectorized"]


def reduce(function: Callable[..., Any], iterable: Iterable[Any], *initial: Any) -> Any:
    """`functools.reduce`."""
    items = list(iterable)
    if initial:
        result = initial[0]
        for item in items:
            result = function(result, item)
    else:
        result = items[0]
        for k in range(1, len(items)):
            result = function(result, items[k])
    return result


def accumulate(iterable: Iterable[Any], func: Callable[..., Any]) -> list[Any]:
    """`itertools.accumulate` with a function, as the list of what it yields."""
    items = list(iterable)
    results = []
    if items:
        result = items[0]
        results.append(result)
        for k in range(1, len(items)):
            result = func(result, items[k])
            results.append(result)
    return results


def vectorized(function: Callable[..., Any], *arguments: Any) -> Any:
    """What `np.vectorize(function)` does when it is called: Python numbers go in, the first result tells the dtype."""
    shape = np.broadcast_shapes(*[np.shape(argument) for argument in arguments])
    flat = [np.broadcast_to(argument, shape).ravel().tolist() for argument in arguments]
    results = [function(*[numbers[k] for numbers in flat]) for k in range(len(flat[0]))]
    made = np.array(results)
    if made.dtype != np.array(results[0]).dtype:
        raise TypeError("np.vectorize gives every result the dtype of the first one: return numbers of one kind")
    return np.reshape(made, shape)


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any) -> Any:
    """`np.apply_along_axis` of a function that returns numbers or vectors."""
    moved = np.moveaxis(arr, axis, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    made = np.array([func1d(row, *args) for row in rows])
    if made.ndim == 1:
        return made.reshape(moved.shape[:-1])
    return np.moveaxis(made.reshape(moved.shape[:-1] + made.shape[1:]), -1, axis)


EQUIVALENTS: dict[Any, Callable[..., Any]] = {
    functools.reduce: reduce,
    itertools.accumulate: accumulate,
    np.apply_along_axis: apply_along_axis,
}
