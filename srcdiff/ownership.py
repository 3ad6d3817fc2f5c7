"""Who owns which memory: copies of structures that keep what shares memory together, and tests for sharing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from srcdiff.structures import children, is_container, is_record, leaves, rebuilt

__all__ = ["arrays_in", "owned", "repeated_container", "shared_pair"]

Array = np.ndarray[Any, Any]


def owned(value: Any) -> Any:
    """A copy of every array and container of a structure; what was one object, or shared memory, does so again.

    The strides of arrays are kept, so that `reshape` and `ravel` of the copy are views where they were views of the
    original. An object of a class of the user's is copied with its attributes; functions, strings and what libraries
    make are taken over as they are.

    Examples
    --------
    >>> x = np.zeros(4)
    >>> y, row = owned((x, x[1:3]))
    >>> y[1] = 5.0
    >>> row
    array([5., 0.])
    """
    arrays: dict[int, Array] = {}
    _collect(value, arrays, set())
    return _copied(value, _copies(list(arrays.values())), {})


def _collect(value: Any, arrays: dict[int, Array], seen: set[int]) -> None:
    if isinstance(value, np.ndarray):
        arrays[id(value)] = value
    elif is_container(value) and id(value) not in seen:
        seen.add(id(value))
        for _, item in children(value):
            _collect(item, arrays, seen)
    elif is_users_object(value) and id(value) not in seen:
        seen.add(id(value))
        for item in vars(value).values():
            _collect(item, arrays, seen)


def is_users_object(value: Any) -> bool:
    """Whether a value is an object of a class written in Python that does not come from a library of Python's own."""
    cls = type(value)
    if (
        not cls.__flags__ & _HEAP_TYPE
        or isinstance(value, type)
        or not isinstance(getattr(value, "__dict__", None), dict)
    ):
        return False
    return cls.__module__.partition(".")[0] not in _LIBRARIES and type(cls) is type and "__new__" not in vars(cls)


_HEAP_TYPE = 1 << 9  # made by a `class` statement
_LIBRARIES = sys.stdlib_module_names - {"__main__"} | {"numpy", "scipy", "srcdiff"}


def _copied(value: Any, arrays: dict[int, Array], memo: dict[int, Any]) -> Any:
    if isinstance(value, np.ndarray):
        return arrays[id(value)]
    if not is_container(value) and not is_users_object(value):
        return value
    if id(value) not in memo and not is_container(value):
        memo[id(value)] = copied = _empty(type(value))
        for key, item in vars(value).items():
            object.__setattr__(copied, key, _copied(item, arrays, memo))
    elif id(value) not in memo:
        memo[id(value)] = rebuilt(value, [_copied(item, arrays, memo) for _, item in children(value)])
    return memo[id(value)]


def _empty(cls: Any) -> Any:
    """An object without attributes."""
    return cls.__new__(cls)


def _copies(arrays: list[Array]) -> dict[int, Array]:
    """A copy for each array, by the identity of the original."""
    copies: dict[int, Array] = {}
    for group in _overlapping(arrays):
        if len(group) == 1 and (group[0].flags.c_contiguous or group[0].flags.f_contiguous):
            copies[id(group[0])] = group[0].copy(order="K")
        else:
            copies |= _copied_together(group)
        for array in group:
            copies[id(array)].flags.writeable = array.flags.writeable
    return copies


def _overlapping(arrays: list[Array]) -> Iterator[list[Array]]:
    """The arrays in groups, such that the memory ranges of two groups are disjoint."""
    group: list[Array] = []
    end = 0
    for low, high, array in sorted(((*byte_bounds(array), array) for array in arrays), key=lambda entry: entry[:2]):
        if group and low >= end:
            yield group
            group = []
        group.append(array)
        end = max(end, high) if len(group) > 1 else high
    if group:
        yield group


def _copied_together(group: list[Array]) -> dict[int, Array]:
    """Copies of arrays that may overlap: the same views of one new piece of memory. Only their elements are read."""
    if any(array.dtype.hasobject for array in group):  # no bytes to be copied
        return {id(array): array.copy(order="K") for array in group}
    bounds = [byte_bounds(array) for array in group]
    low, high = min(start for start, _ in bounds), max(stop for _, stop in bounds)
    memory = np.zeros(high - low, np.uint8)
    copies: dict[int, Array] = {}
    for array in group:
        start = array.__array_interface__["data"][0] - low
        copied: Array = np.ndarray(array.shape, array.dtype, memory, start if array.size else 0, array.strides)
        copied[...] = array
        copies[id(array)] = copied
    return copies


def arrays_in(value: Any, where: str) -> Iterator[tuple[str, Array]]:
    """The arrays in a structure, or among the attributes of another object."""
    for path, leaf in leaves(value, where):
        if isinstance(leaf, np.ndarray):
            yield path, leaf
        elif not is_record(leaf) and not callable(leaf) and isinstance(getattr(leaf, "__dict__", None), dict):
            for name, attribute in vars(leaf).items():
                for inner_path, inner_leaf in leaves(attribute, f"{path}.{name}"):
                    if isinstance(inner_leaf, np.ndarray):
                        yield inner_path, inner_leaf


def repeated_container(written: Iterable[str], values: dict[str, Any]) -> tuple[str, str] | None:
    """Two paths to one list, dictionary or dataclass, of which one starts at a written argument; None without such."""
    known: dict[int, str] = {}
    seen: set[int] = set()
    starts = tuple(written)
    for name in (*starts, *(n for n in values if n not in starts)):
        pending = [(name, values[name])]
        while pending:
            path, value = pending.pop()
            if not is_container(value) or id(value) in seen:
                continue
            if not isinstance(value, tuple):
                if id(value) in known:
                    return known[id(value)], path
                if name in starts:
                    known[id(value)] = path
                else:
                    seen.add(id(value))
            pending += [(f"{path}{part}", item) for part, item in reversed(list(children(value)))]
    return None


def shared_pair(written: Iterable[tuple[str, Array]], others: Iterable[tuple[str, Array]]) -> tuple[str, str] | None:
    """The first two arrays of different names that share memory, one of them written; None if there are none."""
    others = list(others)
    for name, array in written:
        for other_name, other in others:
            if name != other_name and np.may_share_memory(array, other) and np.shares_memory(array, other):
                return name, other_name
    return None
