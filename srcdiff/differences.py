"""Finite differences that know how good they are: the independent derivative behind `srcdiff check` and `testing`.

Central differences at a falling sequence of steps, extrapolated to step zero by Richardson's scheme (Ridders 1982, an
error-controlled tableau); each element of the output takes the entry with the smallest error estimate of its own.
"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from srcdiff.structures import children, is_container, is_float, leaves, rebuilt

__all__ = ["directional_difference", "inner", "map_leaves", "perturbed", "random_direction"]

STEPS = 14
SHRINK = 3.0
FIRST_STEP = 0.1
Vector = np.ndarray[Any, Any]

# What a primal raises where a step leaves its domain; LinAlgError is a ValueError.
DOMAIN_ERRORS = (ArithmeticError, ValueError)


def map_leaves(function: Callable[..., Any], *trees: Any) -> Any:
    """`function` of the corresponding leaves of several structures, in the structure of the first.

    None in a later structure stands for None at every leaf below.

    Examples
    --------
    >>> map_leaves(lambda x, y: x + y, {"w": [1.0, 2.0]}, {"w": [10.0, 20.0]})
    {'w': [11.0, 22.0]}
    """
    first, *rest = trees
    if not is_container(first):
        return function(first, *rest)
    columns = [[item for _, item in children(first)]]
    for tree in rest:
        columns.append([None] * len(columns[0]) if tree is None else [item for _, item in children(tree)])
    return rebuilt(first, [map_leaves(function, *row) for row in zip(*columns, strict=True)])


def inner(a: Any, b: Any) -> float:
    """The real inner product Re(sum(conj(a) * b)) over structures; None counts as zero.

    Examples
    --------
    >>> inner((1.0, [2.0, None]), (3.0, [4.0, None]))
    11.0
    """
    total = 0.0

    def add(x: Any, y: Any) -> None:
        nonlocal total
        if x is not None and y is not None:
            with np.errstate(all="ignore"):  # what is not finite goes through
                total += float(np.sum(np.conj(np.asarray(x)) * np.asarray(y)).real)

    map_leaves(add, a, b)
    return total


def random_direction(tree: Any, rng: np.random.Generator) -> Any:
    """Normal noise of the structure of `tree`, at the size of each element; None where there is no derivative.

    Small elements move less, so that a step keeps them in the domain of `log` or `sqrt`; zeros move as
    the largest does.
    """

    def noise(leaf: Any) -> Any:
        if not is_float(leaf):
            return None
        values = np.asarray(rng.standard_normal(np.shape(leaf)))
        if np.asarray(leaf).dtype.kind == "c":
            values = values + 1j * rng.standard_normal(np.shape(leaf))
        size, scale = np.abs(np.asarray(leaf, dtype=complex)), _scale(leaf)
        size = np.where((size > 0.0) & np.isfinite(size), np.maximum(size, 1e-3 * scale), scale)
        return (values * size)[()]

    return map_leaves(noise, tree)


def _scale(leaf: Any) -> float:
    """The size of a leaf's largest finite element, 1 for zeros."""
    sizes = np.abs(np.asarray(leaf, dtype=complex))
    sizes = sizes[np.isfinite(sizes)]
    return float(sizes.max(initial=0.0)) or 1.0


def perturbed(args: Sequence[Any], direction: Sequence[Any], step: float) -> list[Any]:
    """`args + step * direction`, in new arrays of the same layout and in double precision.

    Nothing is shared with `args`, random generators included, so a primal may write into what it gets.
    """
    return [map_leaves(lambda x, v: _perturbed_leaf(x, v, step), *pair) for pair in zip(args, direction, strict=True)]


def _perturbed_leaf(leaf: Any, tangent: Any, step: float) -> Any:
    if isinstance(leaf, np.ndarray):
        new = _with_layout_of(leaf)
        if tangent is not None and is_float(leaf):
            new[...] = leaf + step * np.asarray(tangent)
        return new
    if is_float(leaf) and tangent is not None:
        number = type(leaf) if type(leaf) in (float, complex) else np.result_type(leaf, np.float64).type
        return number(number(leaf) + step * tangent)
    generators = (np.random.Generator, np.random.RandomState, random.Random)
    return copy.deepcopy(leaf) if isinstance(leaf, generators) else leaf


def _with_layout_of(x: Vector) -> Vector:
    """A copy of `x` in double precision that keeps its strides: what `reshape` and `ravel` share depends on them."""
    dtype = np.result_type(x.dtype, np.float64) if x.dtype.kind in "fc" else x.dtype
    plain = x.size == 0 or x.dtype.hasobject or x.flags.c_contiguous
    if plain or any(n > 1 and (stride == 0 or stride % x.itemsize) for n, stride in zip(x.shape, x.strides)):
        return x.astype(dtype, order="K")
    low, high = byte_bounds(x)
    start = x.__array_interface__["data"][0] - low
    grow = dtype.itemsize // x.itemsize
    storage = np.zeros((high - low) * grow, dtype=np.uint8)
    new = np.ndarray(x.shape, dtype, storage, start * grow, tuple(stride * grow for stride in x.strides))
    new[...] = x
    return new


def _flat(output: Any) -> Vector:
    """The floating leaves of an output in one complex or real vector."""
    parts = [np.asarray(leaf).ravel() for _, leaf in leaves(output) if is_float(leaf)]
    return np.concatenate([np.zeros(0), *parts])


def _unflat(vector: Vector, output: Any) -> Any:
    """The elements of a vector in the structure of an output; None for leaves without floating parts."""
    position = 0

    def take(leaf: Any) -> Any:
        nonlocal position
        if not is_float(leaf):
            return None
        size = np.size(leaf)
        part = vector[position : position + size].reshape(np.shape(leaf))
        position += size
        if np.asarray(leaf).dtype.kind == "f":
            part = part.real
        return part.copy() if isinstance(leaf, np.ndarray) else part[()].item()

    return map_leaves(take, output)


def _first_step(args: Sequence[Any], direction: Sequence[Any]) -> float:
    """A step that moves no leaf by more than a tenth of its own size."""
    bounds = [FIRST_STEP]

    def bound(leaf: Any, tangent: Any) -> None:
        if is_float(leaf) and tangent is not None and np.any(tangent):
            bounds.append(FIRST_STEP * _scale(leaf) / _scale(tangent))

    map_leaves(bound, list(args), list(direction))
    return min(bounds[1:] or bounds)


def _central(fun: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any], step: float, size: int) -> Vector:
    """The two outputs at plus and minus `step`, as rows; NaN where the step leaves the domain of `fun`."""
    rows = np.full((2, size), np.nan, dtype=complex)
    for k, signed in enumerate((step, -step)):
        try:
            row = _flat(fun(*perturbed(args, direction, signed)))
        except DOMAIN_ERRORS:
            break
        if row.size != size:  # the output changed its shape: a step too far
            break
        rows[k] = row
    return rows


def directional_difference(fun: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any]) -> tuple[Any, float]:
    """The derivative of `fun` at `args` along `direction`, without any derivative of `fun`.

    Parameters
    ----------
    fun : callable
        Called as `fun(*args)`. Single precision arguments are passed in double precision, arrays in copies.
    args : sequence
        Numbers, arrays, and structures of these.
    direction : sequence
        One entry for each of `args`, in its structure; None for what stays as it is.

    Returns
    -------
    value : structure of the output
        The derivative along `direction`: float64 or complex128 arrays, Python numbers; None for leaves without
        floating parts, NaN for elements that have no finite difference.
    error : float
        The largest estimated absolute error over all elements that have one.

    Raises
    ------
    Exception
        What `fun(*args)` itself raises. What it raises a step away from `args` only makes the steps smaller.

    Examples
    --------
    >>> value, error = directional_difference(np.sin, (0.5,), (1.0,))
    >>> abs(value - np.cos(0.5)) < 1e-12 and error < 1e-10
    True
    """
    with np.errstate(all="ignore"):
        output = fun(*perturbed(args, direction, 0.0))
        flat = _flat(output)
        value, error = _ridders(fun, args, direction, flat)
    known = np.isfinite(error)
    return _unflat(value, output), float(error[known].max()) if known.any() else math.nan * flat.size


def _ridders(
    fun: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any], flat: Vector
) -> tuple[Vector, Vector]:
    """The best entry of the extrapolation tableau for each output element, and its error estimate."""
    best = np.full(flat.size, np.nan, dtype=complex)
    error = np.full(flat.size, np.inf)
    row: list[Vector] = []
    stale, step = 0, _first_step(args, direction)
    for _ in range(STEPS):
        ends = _central(fun, args, direction, step, flat.size)
        rounding = np.finfo(float).eps * np.abs(ends).max(axis=0) / step
        earlier, row = row, [(ends[0] - ends[1]) / (2.0 * step)]
        improved = False
        for k, coarse in enumerate(earlier):
            factor = SHRINK ** (2 * (k + 1))
            row.append(row[k] + (row[k] - coarse) / (factor - 1.0))
            change = np.maximum(np.abs(row[k + 1] - row[k]), np.abs(row[k + 1] - coarse)) + rounding
            better = change < error
            best[better], error[better] = row[k + 1][better], change[better]
            improved = improved or bool(better.any())
        stale = 0 if improved or not np.isfinite(error).any() else stale + 1
        if stale == 3:
            break
        step /= SHRINK
    return best, error
