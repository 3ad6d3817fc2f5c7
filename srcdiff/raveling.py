"""Structures as vectors, for optimisers and samplers that know nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcdiff.structures import describe_value, is_float, leaves, map_structure

__all__ = ["ravel"]

Vector = np.ndarray[Any, Any]


def ravel(tree: Any) -> tuple[Vector, Callable[[Any], Any]]:
    """The floating leaves of a structure as one real vector, and the function that puts such a vector back.

    A complex leaf has its real parts first and then its imaginary parts, so that the vector of a gradient is the
    gradient by the vector. Leaves without floating parts (integers, strings, None) are not in the vector; `unravel`
    puts them back as they were.

    Parameters
    ----------
    tree : float, complex, array, or a list, tuple, dictionary, named tuple or dataclass of these
        The structure.

    Returns
    -------
    vector : ndarray
        In the precision that all leaves fit in.
    unravel : callable
        `unravel(vector)` is a structure like `tree`, in memory of its own.

    Raises
    ------
    TypeError
        Where there is nothing floating, or a vector has another shape.

    Examples
    --------
    >>> vector, unravel = ravel({"w": np.array([1.0, 2.0]), "b": 3.0})
    >>> vector
    array([1., 2., 3.])
    >>> unravel(2 * vector)
    {'w': array([2., 4.]), 'b': 6.0}
    """
    floating = [leaf for _, leaf in leaves(tree) if is_float(leaf)]
    if not floating:
        raise TypeError(f"{describe_value(tree)} has no floating leaves to put into a vector")
    dtype = np.result_type(*(np.asarray(leaf).real.dtype for leaf in floating))
    vector = np.concatenate([_parts(leaf) for leaf in floating]).astype(dtype)
    template = map_structure(_without_memory, tree)

    def unravel(vector: Any) -> Any:
        """The structure that a vector of this length stands for."""
        flat = np.asarray(vector)
        if flat.shape != (length,):
            raise TypeError(f"the vector has shape {flat.shape}, not ({length},)")
        position = 0

        def entry(leaf: Any) -> Any:
            nonlocal position
            if not is_float(leaf):
                return leaf
            size = int(np.size(leaf)) * (2 if np.iscomplexobj(leaf) else 1)
            part = flat[position : position + size]
            position += size
            return _leaf_from(part, leaf)

        return map_structure(entry, template)

    length = vector.size
    return vector, unravel


def _parts(leaf: Any) -> Vector:
    """The numbers of a leaf, real parts first."""
    flat = np.ravel(leaf)
    return np.concatenate([flat.real, flat.imag]) if flat.dtype.kind == "c" else flat


def _without_memory(leaf: Any) -> Any:
    """A stand-in for a floating array that keeps nothing of it alive; anything else itself."""
    if isinstance(leaf, np.ndarray) and is_float(leaf):
        return np.broadcast_to(np.zeros((), leaf.dtype), leaf.shape)
    return leaf


def _leaf_from(part: Vector, leaf: Any) -> Any:
    """A leaf with the numbers of a part of the vector, in the kind, shape and dtype of the one that was there."""
    if np.iscomplexobj(leaf):
        real, imaginary = np.split(part, 2)
        part = real + 1j * imaginary
    if isinstance(leaf, np.ndarray):
        return part.astype(leaf.dtype).reshape(leaf.shape)
    return type(leaf)(part[0])
