"""Structures of arguments and outputs: lists, tuples, named tuples, dictionaries and dataclasses of numbers and arrays.

Generated text keeps the cotangent of a container in a *mirror*, which can be written into: a list for a list or a
tuple, a dictionary for a dictionary, a dictionary by field name for a dataclass, None for a leaf without floating
parts. Here mirrors become structures of the argument's own type, and back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcdiff.errors import SrcdiffError, UnsupportedError

__all__ = [
    "ArgumentError",
    "add_into",
    "check_argument",
    "describe_value",
    "has_floats",
    "in_structure_of",
    "in_tuples",
    "is_array",
    "is_container",
    "is_float",
    "is_record",
    "leaves",
    "map_structure",
    "mirror",
]

FLOATS = (float, complex, np.floating, np.complexfloating)
LEAF_TYPES = frozenset({np.ndarray, float, int, complex, bool, str, type(None), np.float64, np.int64, np.bool_})


class ArgumentError(UnsupportedError, TypeError):
    """An argument of a type that no derivative is taken for, and what to pass instead."""


def is_record(value: Any) -> bool:
    """Whether a value is an instance of a dataclass."""
    return hasattr(type(value), "__dataclass_fields__")


def is_container(value: Any) -> bool:
    """Whether a value has items or fields that may have derivatives."""
    return type(value) not in LEAF_TYPES and (isinstance(value, (list, tuple, dict)) or is_record(value))


def is_array(value: Any) -> bool:
    """Whether a value is an array: NumPy's, or one that takes part in NumPy's function protocol (CuPy, Dask)."""
    if isinstance(value, np.ndarray):
        return True
    return hasattr(type(value), "__array_function__") and hasattr(value, "dtype") and hasattr(value, "ndim")


def is_float(value: Any) -> bool:
    """Whether a value is a leaf that has a derivative: a real or complex number, or an array of these."""
    if type(value) is np.ndarray:
        return value.dtype.kind in "fc"
    return isinstance(value, FLOATS) or (is_array(value) and getattr(value.dtype, "kind", "") in "fc")


def children(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """The items of a container, each with the path to it."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from ((f"{where}.{name}", item) for name, item in zip(value._fields, value))
    elif isinstance(value, (list, tuple)):
        yield from ((f"{where}[{k}]", item) for k, item in enumerate(value))
    elif isinstance(value, dict):
        yield from ((f"{where}[{key!r}]", item) for key, item in value.items())
    else:
        for field in dataclasses.fields(value):
            if hasattr(value, field.name):
                yield f"{where}.{field.name}", getattr(value, field.name)


def leaves(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a structure, with the path to it.

    Examples
    --------
    >>> list(leaves({"w": [1.0, 2]}, "params"))
    [("params['w'][0]", 1.0), ("params['w'][1]", 2)]
    """
    if is_container(value):
        for path, item in children(value, where):
            yield from leaves(item, path)
    else:
        yield where, value


def has_floats(value: Any) -> bool:
    """Whether a structure has a leaf that has a derivative."""
    if is_container(value):
        return any(has_floats(item) for _, item in children(value))
    return is_float(value)


def rebuilt(value: Any, items: list[Any]) -> Any:
    """A container of the type of `value` with other items; no constructor runs, so that none can refuse them."""
    if isinstance(value, tuple):
        return tuple.__new__(type(value), items)
    if isinstance(value, list):
        new_list = list.__new__(type(value))
        list.extend(new_list, items)
        return new_list
    if isinstance(value, dict):
        return _rebuilt_dictionary(value, dict(zip(value, items)))
    record = object.__new__(type(value))
    names = [field.name for field in dataclasses.fields(value) if hasattr(value, field.name)]
    for name, item in zip(names, items):
        object.__setattr__(record, name, item)
    return record


def _rebuilt_dictionary(value: dict[Any, Any], items: dict[Any, Any]) -> dict[Any, Any]:
    if type(value) is dict:
        return items
    copied = value.copy()  # keeps what a subclass has besides its items, as defaultdict's factory
    copied.update(items)
    return copied


def map_structure(function: Callable[[Any], Any], value: Any) -> Any:
    """`function` of every leaf, in the same structure."""
    if is_container(value):
        return rebuilt(value, [map_structure(function, item) for _, item in children(value)])
    return function(value)


def mirror(value: Any) -> Any:
    """A structure in lists and dictionaries, as generated text keeps cotangents and tangents."""
    if isinstance(value, (list, tuple)):
        return [mirror(item) for item in value]
    if isinstance(value, dict):
        return {key: mirror(item) for key, item in value.items()}
    if is_record(value):
        return {path[1:]: mirror(item) for path, item in children(value)}
    return value


def in_tuples(value: Any) -> Any:
    """A mirror with tuples for its lists: compiled text has types for these."""
    return tuple(in_tuples(item) for item in value) if isinstance(value, (list, tuple)) else value


def in_structure_of(argument: Any, gradient: Any, where: str = "argument") -> Any:
    """A mirror in the structure of `argument`: its types, each leaf in the shape and precision of its leaf there.

    Leaves of `argument` without floating parts get None, whatever the mirror has for them.
    """
    if not is_container(argument):
        return _leaf_like(argument, gradient, where) if is_float(argument) else None
    paths = [path for path, _ in children(argument, where)]
    items = [item for _, item in children(argument)]
    if not any(has_floats(item) for item in items):
        gradients: list[Any] = [None] * len(items)
    elif isinstance(argument, (list, tuple)):
        gradients = list(gradient)
    elif isinstance(argument, dict):
        gradients = [gradient[key] for key in argument]
    else:
        gradients = [gradient[path[1:]] for path, _ in children(argument)]
    if len(gradients) != len(items):
        raise _internal(where, f"has {len(items)} items, its gradient {len(gradients)}")
    return rebuilt(argument, [in_structure_of(item, g, path) for path, item, g in zip(paths, items, gradients)])


def _leaf_like(argument: Any, gradient: Any, where: str) -> Any:
    if type(argument) is float and type(gradient) in (float, np.float64):
        return gradient
    shape, dtype = np.shape(argument), np.asarray(argument).dtype if isinstance(argument, FLOATS) else argument.dtype
    if gradient is None or np.shape(gradient) != shape:
        raise _internal(where, f"has shape {shape}, its gradient {np.shape(gradient)}")
    if is_array(argument):
        if not is_array(gradient):
            gradient = np.asarray(gradient)
        if gradient.dtype == dtype:
            return gradient
        return (gradient.real if dtype.kind == "f" else gradient).astype(dtype)
    if dtype.kind == "f":
        gradient = gradient.real
    return np.asarray(gradient, dtype=dtype)[()]


def _internal(where: str, what: str) -> SrcdiffError:
    return SrcdiffError(f"`{where}` {what}: this is a bug in srcdiff, please report it with the function")


def describe_value(value: Any) -> str:
    """A value in a few words, for messages.

    Examples
    --------
    >>> describe_value(np.ones((2, 3), dtype=int))
    'an int64 array of shape (2, 3)'
    >>> describe_value(2)
    'the int 2'
    """
    if isinstance(value, np.ndarray):
        name = str(value.dtype)
        return f"{'an' if name[0] in 'aeio' else 'a'} {name} array of shape {value.shape}"
    if value is None:
        return "None"
    if isinstance(value, (bool, int, float, complex, np.generic, str)):
        text = repr(value) if isinstance(value, str) else str(value)
        return f"the {type(value).__name__} {text if len(text) <= 40 else text[:37] + '...'}"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def check_argument(value: Any, where: str, differentiated: bool) -> None:
    """Refuse what no derivative is taken for, anywhere in an argument.

    Parameters
    ----------
    value : object
        The argument.
    where : str
        What to call it in messages.
    differentiated : bool
        Whether derivatives are taken with respect to it: arrays of strings and records may be constants only.

    Raises
    ------
    ArgumentError
        For pandas objects, masked arrays, other subclasses of ndarray, arrays of objects, strings or records.
    """
    for path, leaf in leaves(value, where):
        if type(leaf) in LEAF_TYPES and (type(leaf) is not np.ndarray or leaf.dtype.kind in "fiubc"):
            continue
        if type(leaf).__module__.partition(".")[0] == "pandas" and hasattr(leaf, "to_numpy"):
            raise ArgumentError(
                f"`{path}` is a pandas {type(leaf).__name__}", f"Pass plain arrays: `{path}.to_numpy()`."
            )
        if isinstance(leaf, np.ndarray):
            _check_array(leaf, path, differentiated)


def _check_array(array: np.ndarray[Any, Any], where: str, differentiated: bool) -> None:
    if isinstance(array, np.ma.MaskedArray):
        raise ArgumentError(
            f"`{where}` is a masked array",
            f"Pass a plain array: `{where}.filled(value)`, or `.to_numpy()` of the table that it came from.",
        )
    if type(array) is not np.ndarray:
        raise ArgumentError(
            f"`{where}` is a {type(array).__name__}, a subclass of ndarray with a behaviour of its own",
            f"Pass a plain array: `np.asarray({where})`.",
        )
    if array.dtype.kind == "O":
        raise ArgumentError(
            f"`{where}` is an array of objects", f"Convert it: `{where}.astype(float)`, or pass a list of arrays."
        )
    if differentiated and array.dtype.kind in "SUV":
        raise ArgumentError(
            f"`{where}` is an array of {'records' if array.dtype.kind == 'V' else 'strings'} ({array.dtype})",
            "Pass its floating parts as arrays of their own.",
        )


def add_into(target: Any, gradient: Any, where: str = "into") -> Any:
    """Add a gradient to the float arrays of a structure, in place; returns the structure.

    Everything is checked before anything is added.

    Raises
    ------
    TypeError
        Where `target` has a number for an array, another structure or shape, or cannot hold the gradient's dtype.
    """
    pairs = list(_into_pairs(target, gradient, where))
    for array, addend in pairs:
        np.add(array, addend, out=array, casting="same_kind")
    return target


def _into_pairs(target: Any, gradient: Any, where: str) -> Iterator[tuple[Any, Any]]:
    if is_container(gradient):
        ours = list(children(gradient, where))
        theirs = list(children(target, where)) if type(target) is type(gradient) else None
        if theirs is None or [path for path, _ in ours] != [path for path, _ in theirs]:
            raise TypeError(
                f"`{where}` is {describe_value(target)}, which has not the structure of the gradient, "
                f"{describe_value(gradient)} with {len(ours)} items"
            )
        for (path, item), (_, slot) in zip(ours, theirs):
            yield from _into_pairs(slot, item, path)
    elif gradient is None:
        if target is not None:
            raise TypeError(f"`{where}` is {describe_value(target)} where the gradient is None")
    else:
        _check_slot(target, gradient, where)
        yield target, gradient


def _check_slot(target: Any, gradient: Any, where: str) -> None:
    if not is_array(target):
        raise TypeError(f"`{where}` is {describe_value(target)}: gradients can be added to float arrays only")
    if target.shape != np.shape(gradient):
        raise TypeError(f"`{where}` has shape {target.shape}, the gradient has shape {np.shape(gradient)}")
    dtype = gradient.dtype if is_array(gradient) else np.asarray(gradient).dtype
    if target.dtype.kind not in "fc" or not np.can_cast(dtype, target.dtype, "same_kind"):
        raise TypeError(f"`{where}` is {describe_value(target)}, which cannot hold a gradient of {dtype}")
    if isinstance(target, np.ndarray) and not target.flags.writeable:
        raise TypeError(f"`{where}` is read-only")
