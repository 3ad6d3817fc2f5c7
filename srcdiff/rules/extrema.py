"""Extrema of two operands, clipping, and selection by value.

Where operands are equal they share the gradient evenly; what is not selected gets an exact zero, whatever the gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, constant, partials, same, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


def maximum_by_first(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """`gradient` where the first is larger, half of it where both are equal."""
    return np.where(x1 == x2, 0.5 * gradient, np.where(x1 > x2, gradient, 0.0))


def maximum_by_second(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """`gradient` where the second is larger, half of it where both are equal."""
    return np.where(x1 == x2, 0.5 * gradient, np.where(x1 < x2, gradient, 0.0))


def fmax_by_first(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """As for `maximum`; all of it where the second is NaN."""
    return np.where(x1 == x2, 0.5 * gradient, np.where((x1 > x2) | np.isnan(x2), gradient, 0.0))


def fmax_by_second(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """As for `maximum`; all of it where only the first is NaN."""
    return np.where(x1 == x2, 0.5 * gradient, np.where((x1 < x2) | (np.isnan(x1) & ~np.isnan(x2)), gradient, 0.0))


def fmin_by_first(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """As for `minimum`; all of it where the second is NaN."""
    return np.where(x1 == x2, 0.5 * gradient, np.where((x1 < x2) | np.isnan(x2), gradient, 0.0))


def fmin_by_second(x1: Any, x2: Any, *, gradient: Any) -> Any:
    """As for `minimum`; all of it where only the first is NaN."""
    return np.where(x1 == x2, 0.5 * gradient, np.where((x1 > x2) | (np.isnan(x1) & ~np.isnan(x2)), gradient, 0.0))


partials(np.maximum, maximum_by_first, maximum_by_second)
partials(np.minimum, maximum_by_second, maximum_by_first)
partials(np.fmax, fmax_by_first, fmax_by_second)
partials(np.fmin, fmin_by_first, fmin_by_second)


def within(a: Any, low: Any, high: Any, gradient: Any) -> Any:
    """`gradient` where `np.clip` returns `a`: within the limits or on them."""
    if high is None:
        inside = a >= low
    elif low is None:
        inside = a <= high
    else:
        inside = (a >= low) & (a <= high)
    return np.where(inside, gradient, 0.0)


def below(a: Any, low: Any, high: Any, gradient: Any) -> Any:
    """`gradient` where `np.clip` returns the lower limit."""
    taken = a < low if high is None else (a < low) & (low < high)
    return np.where(taken, gradient, 0.0)


def above(a: Any, low: Any, high: Any, gradient: Any) -> Any:
    """`gradient` where `np.clip` returns the upper limit, also where that is below the lower one."""
    taken = a > high if low is None else (a > high) | ((a < low) & (low >= high))
    return np.where(taken, gradient, 0.0)


@adjoint(np.clip, wrt="a", shape="broadcast")
def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, gradient: Any) -> Any:
    """`gradient` where `a` is returned: within the limits or on them, as PyTorch has it."""
    if min is None and max is None and a_max is None:
        return unbroadcast(np.where(a >= a_min, gradient, 0.0), a)
    if min is None and max is None and a_min is None:
        return unbroadcast(np.where(a <= a_max, gradient, 0.0), a)
    if min is None and max is None:
        return unbroadcast(np.where((a >= a_min) & (a <= a_max), gradient, 0.0), a)
    return unbroadcast(within(a, min if a_min is None else a_min, max if a_max is None else a_max, gradient), a)


@adjoint(np.clip, wrt="a_min")
def clip_by_a_min(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, gradient: Any
) -> Any:
    """`gradient` where the lower limit is returned."""
    return unbroadcast(below(a, a_min, max if a_max is None else a_max, gradient), a_min)


@adjoint(np.clip, wrt="a_max")
def clip_by_a_max(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, gradient: Any
) -> Any:
    """`gradient` where the upper limit is returned."""
    return unbroadcast(above(a, min if a_min is None else a_min, a_max, gradient), a_max)


@adjoint(np.clip, wrt="min")
def clip_by_min(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, gradient: Any
) -> Any:
    """`gradient` where the lower limit is returned."""
    return unbroadcast(below(a, min, max if a_max is None else a_max, gradient), min)


@adjoint(np.clip, wrt="max")
def clip_by_max(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, gradient: Any
) -> Any:
    """`gradient` where the upper limit is returned."""
    return unbroadcast(above(a, min if a_min is None else a_min, max, gradient), max)


@tangent(np.clip)
def clip_tangent(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    *,
    min: Any = None,
    max: Any = None,
    a_dot: Any,
    a_min_dot: Any,
    a_max_dot: Any,
    min_dot: Any,
    max_dot: Any,
) -> Any:
    """The tangent of what is returned: `a` or one of the limits."""
    low, high = (min if a_min is None else a_min), (max if a_max is None else a_max)
    total = within(a, low, high, a_dot)
    if low is not None:
        total = total + below(a, low, high, min_dot if a_min is None else a_min_dot)
    if high is not None:
        total = total + above(a, low, high, max_dot if a_max is None else a_max_dot)
    return total


@adjoint(np.ndarray.clip, wrt="a", shape="broadcast")
def method_clip(a: Any, min: Any = None, max: Any = None, *, gradient: Any) -> Any:
    """As for `np.clip`."""
    if max is None:
        return unbroadcast(np.where(a >= min, gradient, 0.0), a)
    if min is None:
        return unbroadcast(np.where(a <= max, gradient, 0.0), a)
    return unbroadcast(np.where((a >= min) & (a <= max), gradient, 0.0), a)


@adjoint(np.ndarray.clip, wrt="min")
def method_clip_by_min(a: Any, min: Any = None, max: Any = None, *, gradient: Any) -> Any:
    """`gradient` where the lower limit is returned."""
    return unbroadcast(below(a, min, max, gradient), min)


@adjoint(np.ndarray.clip, wrt="max")
def method_clip_by_max(a: Any, min: Any = None, max: Any = None, *, gradient: Any) -> Any:
    """`gradient` where the upper limit is returned."""
    return unbroadcast(above(a, min, max, gradient), max)


@tangent(np.ndarray.clip)
def method_clip_tangent(a: Any, min: Any = None, max: Any = None, *, a_dot: Any, min_dot: Any, max_dot: Any) -> Any:
    """The tangent of what is returned."""
    total = within(a, min, max, a_dot)
    if min is not None:
        total = total + below(a, min, max, min_dot)
    if max is not None:
        total = total + above(a, min, max, max_dot)
    return total


# Selection by a condition or an index.


def where_by_second(x1: Any, *, gradient: Any) -> Any:
    """`gradient` where the condition holds."""
    return np.where(x1, gradient, 0.0)


def where_by_third(x1: Any, *, gradient: Any) -> Any:
    """`gradient` where the condition does not hold."""
    return np.where(x1, 0.0, gradient)


partials(np.where, "0", where_by_second, where_by_third)
constant(np.where, when="otherwise")  # of a condition alone: indices


@adjoint(np.select, inline=False, active=("choicelist", "default"))
def select(condlist: Any, choicelist: Any, default: Any = 0, *, gradient: Any) -> Any:
    """Each choice gets `gradient` where its condition is the first to hold, the default where none does."""
    choices_bar = []
    for condition, choice in zip(condlist, choicelist):
        choices_bar.append(unbroadcast(np.where(condition, gradient, 0.0), choice))
        gradient = np.where(condition, 0.0, gradient)
    return None, choices_bar, unbroadcast(gradient, default)


@tangent(np.select)
def select_tangent(
    condlist: Any, choicelist: Any, default: Any = 0, *, choicelist_dot: Any, default_dot: Any, output: Any
) -> Any:
    """The tangent of what is selected."""
    return np.select(condlist, choicelist_dot, default_dot)


def chosen(a: Any, count: int, mode: str) -> Any:
    """The index into the choices that `np.choose` takes."""
    return np.mod(a, count) if mode == "wrap" else np.clip(a, 0, count - 1) if mode == "clip" else a


@adjoint(np.choose, inline=False, active=("choices",))
def choose(a: Any, choices: Any, out: Any = None, mode: Any = "raise", *, gradient: Any) -> Any:
    """Each choice gets `gradient` where it is chosen."""
    if out is not None:
        raise UnsupportedError("`np.choose` with `out=`", "Assign its result instead.")
    index = np.asarray(chosen(a, len(choices), mode))
    parts = [unbroadcast(np.where(index == k, gradient, 0.0), choice) for k, choice in enumerate(choices)]
    return None, np.stack(parts) if isinstance(choices, np.ndarray) else parts


@tangent(np.choose)
def choose_tangent(a: Any, choices: Any, out: Any = None, mode: Any = "raise", *, choices_dot: Any) -> Any:
    """The tangent of what is chosen."""
    return np.choose(a, choices_dot, mode=mode)


same(np.choose, np.ndarray.choose)


@adjoint(np.nan_to_num, shape="same")
def nan_to_num(
    x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None, *, gradient: Any
) -> Any:
    """`gradient` where `x` is finite, zero where it is replaced."""
    if not copy:
        raise UnsupportedError("`np.nan_to_num` with `copy=False`", "Assign its result instead: x = np.nan_to_num(x).")
    return np.where(np.isfinite(x), gradient, 0.0)


@tangent(np.nan_to_num)
def nan_to_num_tangent(
    x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None, *, x_dot: Any
) -> Any:
    """The tangent where `x` is finite, zero where it is replaced."""
    if not copy:
        raise UnsupportedError("`np.nan_to_num` with `copy=False`", "Assign its result instead: x = np.nan_to_num(x).")
    return np.where(np.isfinite(x), x_dot, 0.0)


def finite_parts(x: Any, gradient: Any) -> Any:
    """The real part of `gradient` where that of `x` is finite, and likewise the imaginary part."""
    parts = np.where(np.isfinite(np.real(x)), np.real(gradient), 0.0)
    return parts + 1j * np.where(np.isfinite(np.imag(x)), np.imag(gradient), 0.0)


@adjoint(np.nan_to_num, shape="same", when="complex")
def nan_to_num_complex(
    x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None, *, gradient: Any
) -> Any:
    """Real and imaginary part are replaced each for itself."""
    if not copy:
        raise UnsupportedError("`np.nan_to_num` with `copy=False`", "Assign its result instead: x = np.nan_to_num(x).")
    return unbroadcast(finite_parts(x, gradient), x)


@tangent(np.nan_to_num, when="complex")
def nan_to_num_complex_tangent(
    x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None, *, x_dot: Any
) -> Any:
    """Real and imaginary part are replaced each for itself."""
    if not copy:
        raise UnsupportedError("`np.nan_to_num` with `copy=False`", "Assign its result instead: x = np.nan_to_num(x).")
    return finite_parts(x, x_dot)


@adjoint(np.real_if_close, result="argument", shape="same")
def real_if_close(a: Any, tol: Any = 100, *, gradient: Any) -> Any:
    """`gradient`, complex where `a` is."""
    return unbroadcast(gradient, a)


@tangent(np.real_if_close)
def real_if_close_tangent(a: Any, tol: Any = 100, *, a_dot: Any, output: Any) -> Any:
    """The tangent, real where the output is."""
    return np.real(a_dot) if np.isrealobj(output) else a_dot
