"""The few helpers that generated text calls: NumPy only, each short, so that standalone modules carry them along."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["add_at", "copy", "expand", "seed", "unbroadcast", "zeros_like"]


def unbroadcast(gradient: Any, x: Any) -> Any:
    """`gradient` summed over the axes along which `x` was broadcast, in the kind, shape and dtype of `x`."""
    if type(x) is float:
        if type(gradient) is float:
            return gradient
        return float((gradient.sum() if isinstance(gradient, np.ndarray) or np.ndim(gradient) else gradient).real)
    shape = np.shape(x)
    if np.shape(gradient) != shape:
        extra = np.ndim(gradient) - len(shape)
        if extra < 0 or any(n != m and n != 1 for n, m in zip(shape, np.shape(gradient)[extra:])):
            gradient = np.broadcast_to(gradient, np.broadcast_shapes(np.shape(gradient), shape))
            extra = np.ndim(gradient) - len(shape)
        stretched = [axis + extra for axis, n in enumerate(shape) if n == 1 and gradient.shape[axis + extra] != 1]
        gradient = gradient.sum(axis=(*range(extra), *stretched))
        gradient = gradient.reshape(shape) if shape else gradient
    if not shape and isinstance(x, np.ndarray) and not isinstance(gradient, np.ndarray):
        gradient = np.array(gradient)
    dtype = getattr(x, "dtype", None)
    if dtype is None:  # a Python number
        return complex(gradient) if isinstance(x, complex) else gradient.real
    given = getattr(gradient, "dtype", None)
    if given is None or given != dtype:  # `None != dtype` is false: NumPy takes None for float64
        if dtype.kind not in "fc":
            return gradient.real
        if dtype.kind == "f":
            gradient = gradient.real
        gradient = gradient.astype(dtype) if hasattr(gradient, "astype") else dtype.type(gradient)
    return gradient


def expand(gradient: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The transpose of a sum: `gradient` spread over the axes of `x` that were summed, in the dtype of `x`.

    A read-only view where `x` is an array.
    """
    if np.ndim(x) == 0:
        return unbroadcast(gradient, x)
    dtype, given = getattr(x, "dtype", None), getattr(gradient, "dtype", None)
    if dtype is not None and dtype.kind in "fc" and (given is None or given != dtype):
        gradient = np.asarray(gradient.real if dtype.kind == "f" else gradient, dtype)
    if axis is not None and not keepdims:
        gradient = np.expand_dims(gradient, axis)
    return np.broadcast_to(gradient, np.shape(x))


def zeros_like(x: Any) -> Any:
    """A zero cotangent for `x`: floating arrays and numbers, mirrored through lists, tuples, dictionaries and objects.

    Containers are mirrored by lists and dictionaries (by attribute, for an object), so that a cotangent can be written
    into them. What has no floating parts gets None.
    """
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else None
    if isinstance(x, (list, tuple)):
        return [zeros_like(item) for item in x]
    if isinstance(x, dict):
        return {key: zeros_like(item) for key, item in x.items()}
    if isinstance(x, (complex, np.complexfloating)):
        return 0j
    if isinstance(x, (float, np.floating)):
        return 0.0
    attributes = attributes_of(x)
    return None if attributes is None else {key: zeros_like(item) for key, item in attributes.items()}


def attributes_of(x: Any) -> dict[str, Any] | None:
    """The attributes of an object of a class written in Python; None for anything else."""
    cls = type(x)
    if isinstance(x, type) or not (cls.__flags__ & 512 or cls.__module__ == "types"):  # of a `class` statement
        return None
    fields = {key: getattr(x, key) for key in getattr(x, "__dataclass_fields__", ()) if hasattr(x, key)}
    own = getattr(x, "__dict__", None)
    return {**fields, **own} if own is not None else fields or None


def add_at(x_bar: Any, index: Any, gradient: Any) -> None:
    """Add `gradient` to `x_bar[index]` in place, once for each time that an element is indexed."""
    if isinstance(x_bar, np.ndarray):
        np.add.at(x_bar, index, gradient)
    elif isinstance(index, slice):
        for k, part in zip(range(len(x_bar))[index], gradient):
            x_bar[k] = added(x_bar[k], part)
    else:
        x_bar[index] = added(x_bar[index], gradient)


def added(x_bar: Any, gradient: Any) -> Any:
    """`x_bar + gradient`, in place where `x_bar` is an array or a mirror of lists and dictionaries; None is nothing."""
    if x_bar is None or gradient is None:
        return x_bar
    if isinstance(x_bar, (list, dict)):
        keys = list(x_bar) if isinstance(x_bar, dict) else range(len(gradient))
        for key in keys:
            x_bar[key] = added(x_bar[key], gradient[key])
        return x_bar
    x_bar += gradient
    return x_bar


def empty_for(shape: Any, *operands: Any) -> Any:
    """An array of the dtype that these promote to, for a result that is computed element by element."""
    return np.empty(shape, np.result_type(*operands))


def clipped(index: int, length: int) -> int:
    """Where a slice that has `index` for a bound starts or stops, on an axis of this length."""
    return min(max(index + length if index < 0 else index, 0), length)


def copy(x: Any) -> Any:
    """A copy of an array, a copy of a container or a dataclass and of what is in it, or the number itself."""
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, list):
        return [copy(item) for item in x]
    if isinstance(x, tuple):
        items = [copy(item) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if isinstance(x, dict):
        return {key: copy(item) for key, item in x.items()}
    if isinstance(x, type) or not hasattr(x, "__dataclass_fields__"):
        return x
    record = object.__new__(type(x))
    for key in x.__dataclass_fields__:
        if hasattr(x, key):
            object.__setattr__(record, key, copy(getattr(x, key)))
    return record


def copy_in_layout(x: Any) -> Any:
    """A copy of an array with its strides, gaps included, so that `reshape` and `ravel` of it are views where they were."""  # noqa: E501
    if not isinstance(x, np.ndarray):
        return copy(x)
    reach = [(n - 1) * stride for n, stride in zip(x.shape, x.strides) if n > 1]
    low = sum(step for step in reach if step < 0)
    span = sum(step for step in reach if step > 0) - low + x.itemsize
    memory = np.zeros(span if x.size else x.itemsize, np.uint8)
    same = np.ndarray(x.shape, x.dtype, memory, offset=-low if x.size else 0, strides=x.strides)
    same[...] = x
    return same


def writeable(view: Any) -> Any:
    """A view that NumPy makes read-only, of an array that may be written into."""
    view.flags.writeable = True
    return view


def seed(gradient: Any, output: Any) -> Any:
    """The output cotangent, checked against the output and converted to its dtype.

    An output that is a list, a tuple or a dictionary takes a cotangent of the same structure, and gets one in lists and
    dictionaries, with None for items without floating parts. A Python float stands for the default seed, which a
    complex output does not have. Raises TypeError where the two do not fit.
    """
    if type(gradient) is float and type(output) in (float, np.float64):
        return gradient
    if isinstance(output, (list, tuple)):
        if not isinstance(gradient, (list, tuple)) or len(gradient) != len(output):
            raise TypeError(f"the output is a {type(output).__name__} of {len(output)}, `gradient` is not")
        return [seed(part, item) for part, item in zip(gradient, output)]
    if hasattr(type(output), "__dataclass_fields__"):
        fields = {field: getattr(output, field) for field in output.__dataclass_fields__}
        others = {key: zeros_like(item) for key, item in (attributes_of(output) or {}).items() if key not in fields}
        return seed(gradient, fields) | others
    if isinstance(output, dict):
        if not isinstance(gradient, dict) or gradient.keys() != output.keys():
            raise TypeError(f"the output is a dict with keys {list(output)}, `gradient` is not")
        return {key: seed(gradient[key], item) for key, item in output.items()}
    dtype = output.dtype if hasattr(output, "dtype") else np.asarray(output).dtype
    if dtype.kind not in "fc":
        if gradient is None:
            return None
        raise TypeError(f"the output, of type {type(output).__name__}, has no floating parts")
    value = gradient if hasattr(gradient, "dtype") else np.asarray(gradient)
    if value.dtype.kind not in "fciub":
        raise TypeError(f"`gradient` is no number and no array of numbers, but {value.dtype}")
    if dtype.kind == "c" and type(gradient) is float:
        raise TypeError("the output is complex")
    if dtype.kind == "f" and value.dtype.kind == "c":
        raise TypeError("the output is real, `gradient` is complex")
    shape = np.shape(output)
    if value.shape != shape and not (value.shape == () and np.size(output) == 1):
        raise TypeError(f"the output has shape {shape}, `gradient` has shape {value.shape}")
    return np.broadcast_to(value.astype(dtype), shape).copy()[()]


def last_written(x_bar: Any, index: Any) -> Any:
    """The cotangent of `v` in `x[index] = v`: where an element is written repeatedly, only the last write counts."""
    taken = np.array(x_bar[index])
    writer = np.full(np.shape(x_bar), -1)
    order = np.arange(taken.size).reshape(taken.shape)
    writer[index] = order
    return np.where(writer[index] == order, taken, 0.0)


def add_into(x_bar: Any, gradient: Any) -> None:
    """Add a mirror of lists and dictionaries into another, in place."""
    added(x_bar, gradient)


def add_mirrors(x_bar: Any, gradient: Any) -> Any:
    """The sum of two cotangents that may be mirrors of lists and dictionaries, in memory of its own."""
    return copy(gradient) if x_bar is None else added(copy(x_bar), gradient)


def add_numbers(x_bar: Any, gradient: Any, index: Any = None) -> None:
    """Add the numbers in one mirror to those in another (in `x_bar[index]`): shadows are shared already."""
    keys = list(x_bar) if isinstance(x_bar, dict) else range(len(x_bar))[slice(None) if index is None else index]
    for k, key in enumerate(keys):
        part = gradient[key if isinstance(x_bar, dict) else k]
        if part is not None and not isinstance(part, (np.ndarray, list, dict)):
            x_bar[key] = x_bar[key] + part


def folded(gradient: Any, length: int) -> Any:
    """The cotangent of a list that was repeated, as `gradient` has it for all repeats."""
    total = [copy(part) for part in gradient[:length]]
    for k in range(length, len(gradient)):
        total[k % length] = added(total[k % length], gradient[k])
    return total


def new_object(cls: Any) -> Any:
    """An object of a class, without attributes."""
    return cls.__new__(cls)


def made_object(cls: Any, **attributes: Any) -> Any:
    """An object of a class with these attributes; its `__init__` does not run."""
    made = cls.__new__(cls)
    for key, value in attributes.items():
        object.__setattr__(made, key, value)
    return made


def set_attribute(x: Any, attribute: str, value: Any) -> None:
    """Store what a variable stands for into an attribute of an object that other code sees."""
    setattr(x, attribute, value)


def found(items: Any, key: Any) -> Any:
    """The item of a dictionary, in a list; an empty list where there is none."""
    return [items[key]] if key in items else []


def held(items: Any, key: Any) -> Any:
    """A copy of an item of an array, a list or a dictionary, in a list; an empty list where there is none."""
    try:
        return [copy(items[key])]
    except KeyError:
        return []


def put_back(items: Any, key: Any, item: Any) -> None:
    """Put back what `found` has found: a key that was not there goes."""
    if item:
        items[key] = item[0]
    else:
        del items[key]


def found_attribute(x: Any, attribute: str) -> Any:
    """The attribute of an object, in a list; an empty list where it has none of its own."""
    return [vars(x)[attribute]] if attribute in vars(x) else []


def put_attribute(x: Any, attribute: str, item: Any) -> None:
    """Put back what `found_attribute` has found: an attribute that was not there goes."""
    if item:
        object.__setattr__(x, attribute, item[0])
    else:
        object.__delattr__(x, attribute)


def put_key(items: Any, key: Any, item: Any, order: Any) -> None:
    """Put an item back into a dictionary that was taken out of it, and the keys in their order."""
    items[key] = item
    for each in order:
        items[each] = items.pop(each)


def span(items: Any, index: slice, count: int) -> slice:
    """Where `items[index] = more` puts `count` items into a list."""
    start, _, step = index.indices(len(items))
    return slice(start, start + count) if step == 1 else index


def replace_items(items: Any, old: Any) -> None:
    """Give a list, a set or a dictionary the items that it had."""
    items.clear()
    (items.extend if isinstance(items, list) else items.update)(old)
