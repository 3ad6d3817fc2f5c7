"""Python's own functions: arithmetic on numbers, conversions, and what tells nothing but kinds and sizes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.math_ import like
from srcdiff.rules.registry import adjoint, constant, linear, partials, same, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

same(np.abs, abs)
same(np.power, pow)
same(np.divmod, divmod)

# Conversions.

for _real in (float, np.float16, np.float32, np.float64, np.longdouble):
    partials(_real, "1", raises=True, shape="scalar" if _real is float else "same")
    constant(_real, when="otherwise")  # `float()`
for _complex in (np.complex64, np.complex128, np.clongdouble):
    partials(_complex, "1", raises=True, returns="complex", shape="same")


partials(np.ndarray.__float__, "1", raises=True, shape="scalar")
partials(np.ndarray.__complex__, "1", raises=True, returns="complex", shape="scalar")


def part_of(x: Any, gradient: Any) -> Any:
    """A number's gradient: complex for a complex number, real for a real one."""
    return gradient if np.iscomplexobj(x) else np.real(gradient)


@adjoint(complex, active=("real", "imag"), returns="complex", shape="scalar")
def complex_adjoint(real: Any = 0.0, imag: Any = 0.0, *, gradient: Any) -> Any:
    """The transpose of real + 1j * imag."""
    return part_of(real, gradient), part_of(imag, -1j * gradient)


@tangent(complex)
def complex_tangent(real: Any = 0.0, imag: Any = 0.0, *, real_dot: Any, imag_dot: Any) -> Any:
    """The tangent of real + 1j * imag."""
    return complex(real_dot, imag_dot)


# Extrema: of equal numbers Python returns the first, which therefore gets the gradient.


def max_by_first(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """`gradient` unless the second is larger."""
    return 0.0 if x2 > x1 else gradient


def max_by_second(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """`gradient` if the second is larger."""
    return gradient if x2 > x1 else 0.0


def min_by_first(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """`gradient` unless the second is smaller."""
    return 0.0 if x2 < x1 else gradient


def min_by_second(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """`gradient` if the second is smaller."""
    return gradient if x2 < x1 else 0.0


partials(max, max_by_first, max_by_second, raises=True, shape="scalar")
partials(min, min_by_first, min_by_second, raises=True, shape="scalar")


def chosen(function: Any, values: Any, key: Any, default: Any) -> int:
    """The position of what `max` or `min` chooses."""
    if default is not None:
        raise UnsupportedError(f"`{function.__name__}` with `default=`", "Test for the empty sequence with `if`.")
    items = values[0] if len(values) == 1 else values
    position: int = function(range(len(items)), key=_key_of(items, key))
    return position


def _key_of(items: Any, key: Any) -> Any:
    """What tells the key of a position."""
    return items.__getitem__ if key is None else lambda position: key(items[position])


def only(values: Any, position: int, gradient: Any) -> Any:
    """`gradient` in the place of the chosen item, zero in the place of the others."""
    items = values[0] if len(values) == 1 else values
    parts = like(items, [gradient if k == position else 0.0 for k in range(len(items))])
    return [parts] if len(values) == 1 else parts


@adjoint(max, when="otherwise", inline=False, raises=True, shape="scalar")
def max_adjoint(*values: Any, key: Any = None, default: Any = None, gradient: Any) -> Any:
    """`gradient` for the first of the largest."""
    return only(values, chosen(max, values, key, default), gradient)


@tangent(max, when="otherwise", inline=False)
def max_tangent(*values: Any, key: Any = None, default: Any = None, values_dot: Any) -> Any:
    """The tangent of the first of the largest."""
    items_dot = values_dot[0] if len(values) == 1 else values_dot
    return items_dot[chosen(max, values, key, default)]


@adjoint(min, when="otherwise", inline=False, raises=True, shape="scalar")
def min_adjoint(*values: Any, key: Any = None, default: Any = None, gradient: Any) -> Any:
    """`gradient` for the first of the smallest."""
    return only(values, chosen(min, values, key, default), gradient)


@tangent(min, when="otherwise", inline=False)
def min_tangent(*values: Any, key: Any = None, default: Any = None, values_dot: Any) -> Any:
    """The tangent of the first of the smallest."""
    items_dot = values_dot[0] if len(values) == 1 else values_dot
    return items_dot[chosen(min, values, key, default)]


# Sequences.


@adjoint(sum, active=("iterable", "start"), inline=False, raises=True)
def sum_adjoint(iterable: Any, start: Any = 0, *, gradient: Any) -> Any:
    """`gradient` for each term."""
    if isinstance(iterable, np.ndarray):
        return np.broadcast_to(gradient, iterable.shape).astype(iterable.dtype), unbroadcast(gradient, start)
    return [unbroadcast(gradient, item) for item in iterable], unbroadcast(gradient, start)


@tangent(sum)
def sum_tangent(iterable: Any, start: Any = 0, *, iterable_dot: Any, start_dot: Any) -> Any:
    """The sum of the tangents."""
    return sum(iterable_dot, start_dot)


def sorting(items: Any, key: Any, reverse: bool) -> list[int]:
    """The positions of the items in sorted order."""
    return sorted(range(len(items)), key=_key_of(items, key), reverse=reverse)


constant(chosen, sorting)


@adjoint(sorted, inline=False, raises=True)
def sorted_adjoint(iterable: Any, *, key: Any = None, reverse: bool = False, gradient: Any) -> Any:
    """Each item gets the gradient of the place that it has been sorted to."""
    found = [0.0] * len(iterable)
    for position, part in zip(sorting(iterable, key, reverse), gradient):
        found[position] = part
    return like(iterable, found)


@tangent(sorted, inline=False)
def sorted_tangent(iterable: Any, *, key: Any = None, reverse: bool = False, iterable_dot: Any) -> Any:
    """The tangents in the order of the sorted items."""
    return [iterable_dot[position] for position in sorting(iterable, key, reverse)]


for _copy in (copy.copy, copy.deepcopy):

    @linear(_copy)
    def copy_adjoint(x: Any, *, gradient: Any) -> Any:
        """A copy is linear."""
        return gradient


# Without derivative.

constant(
    int,
    bool,
    round,
    len,
    range,
    all,
    any,
    set,
    frozenset,
    slice,
    isinstance,
    issubclass,
    type,
    callable,
    hasattr,
    str,
    repr,
    format,
    id,
    hash,
    ord,
    chr,
    bytes,
    hex,
    oct,
    bin,
    ascii,
    object,
    float.is_integer,
    float.hex,
    float.__round__,
    float.__floor__,
    float.__ceil__,
    float.__trunc__,
    float.as_integer_ratio,
    list.index,
    list.count,
    tuple.index,
    tuple.count,
    dict.keys,
    str.format,
    str.join,
    str.lower,
    str.upper,
    str.split,
    str.strip,
    str.startswith,
    str.endswith,
    str.replace,
    int.bit_length,
)
constant(print, input, open, globals, locals, pure=False)
