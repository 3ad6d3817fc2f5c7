"""Checking derivatives against finite differences, and finding where they stop being finite."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcdiff.api import grad
from srcdiff.debugging import NonFinite, first_nonfinite
from srcdiff.differences import directional_difference, inner, random_direction
from srcdiff.products import jvp, vjp
from srcdiff.structures import has_floats, is_float, leaves, map_structure

__all__ = ["NonFinite", "check_grads", "first_nonfinite"]

ELEMENTS = 16
"""How many elements of an array are checked one by one; random directions cover the others."""


@dataclass(frozen=True)
class _Tolerance:
    """How far apart two numbers may be."""

    rtol: float
    atol: float

    def allows(self, actual: complex, expected: complex, estimated: float) -> bool:
        """Whether they agree, given the estimated error of the finite difference."""
        if not np.isfinite(expected):
            return True  # there is no finite difference at an edge of the domain
        return bool(abs(actual - expected) <= self.atol + self.rtol * abs(expected) + 10.0 * estimated)


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("fwd", "rev"),
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Check the derivatives of a function against finite differences, element by element.

    Parameters
    ----------
    fun : callable
        The function.
    args : sequence
        Where to check; arguments without floating parts are constants.
    order : int
        The highest order of derivative to check.
    modes : sequence of str
        "fwd", "rev", or both.
    rtol, atol : float, optional
        Tolerances. By default what rounding in the coarsest precision among the arguments explains.

    Raises
    ------
    AssertionError
        Names the argument, the index in it, both values and their difference.

    Examples
    --------
    >>> check_grads(np.sin, (0.5,), modes=())
    """
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    unknown = [mode for mode in modes if mode not in ("fwd", "rev")]
    if unknown:
        raise ValueError(f"`modes` are 'fwd' and 'rev', not {unknown[0]!r}")
    if order < 1:
        raise ValueError(f"`order` is 1 or more, not {order}")
    args = tuple(args)
    differentiated = [k for k, arg in enumerate(args) if has_floats(arg)]
    if not differentiated:
        raise TypeError("no argument has floating parts to differentiate by")
    tolerance = _tolerance(args, rtol, atol)
    for level in range(1, order + 1):
        rng = np.random.default_rng(level)
        cotangent = _random_cotangent(fun(*copy.deepcopy(args)), rng)
        for mode in modes:
            check = _check_reverse if mode == "rev" else _check_forward
            check(fun, args, cotangent, tolerance, rng, "" if level == 1 else f"order {level}, ")
        fun = functools.partial(grad(fun, tuple(differentiated)), gradient=cotangent)


def _check_reverse(
    fun: Callable[..., Any],
    args: tuple[Any, ...],
    cotangent: Any,
    tolerance: _Tolerance,
    rng: np.random.Generator,
    prefix: str,
) -> None:
    gradients = vjp(fun, *args)[1](cotangent)

    def projected(*moved: Any) -> float:
        return inner(cotangent, fun(*moved))

    for label, direction in _directions(args, rng):
        actual = sum(inner(g, v) for g, v in zip(gradients, direction) if g is not None and v is not None)
        expected, error = directional_difference(projected, args, direction)
        _compare(f"{prefix}reverse mode, {label}", actual, expected, error, tolerance)


def _check_forward(
    fun: Callable[..., Any],
    args: tuple[Any, ...],
    _cotangent: Any,
    tolerance: _Tolerance,
    rng: np.random.Generator,
    prefix: str,
) -> None:
    for label, direction in _directions(args, rng):
        tangents = tuple(_zeros_for(arg) if v is None else v for arg, v in zip(args, direction))
        tangent = jvp(fun, copy.deepcopy(args), tangents)[1]
        expected, error = directional_difference(fun, args, direction)
        pairs = zip(leaves(tangent, "output"), leaves(expected, "output"))
        for (path, ours), (_, theirs) in pairs:
            if theirs is None:
                continue
            for index in np.ndindex(np.shape(theirs)):
                where = f"{prefix}forward mode, {label}, {path}{list(index) if index else ''}"
                _compare(where, complex(np.asarray(ours)[index]), complex(np.asarray(theirs)[index]), error, tolerance)


def _compare(where: str, actual: complex, expected: complex, error: float, tolerance: _Tolerance) -> None:
    if not tolerance.allows(actual, expected, error):
        raise AssertionError(
            f"{where}: the derivative is {_shown(actual)}, the finite difference {_shown(expected)}; "
            f"they differ by {abs(actual - expected):.3g}"
        )


def _shown(number: complex) -> str:
    number = complex(number)
    return f"{number.real:.10g}" if number.imag == 0.0 else f"{number:.10g}"


def _directions(args: tuple[Any, ...], rng: np.random.Generator) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Unit directions of single elements, then a random direction for each argument."""
    for k, arg in enumerate(args):
        if not has_floats(arg):
            continue
        for number, (path, leaf) in enumerate(leaves(arg, f"argument {k}")):
            if not is_float(leaf):
                continue
            size = int(np.size(leaf))
            chosen = np.arange(size) if size <= ELEMENTS else np.sort(rng.choice(size, ELEMENTS, replace=False))
            for element in chosen:
                index = [int(i) for i in np.unravel_index(element, np.shape(leaf))]
                at = f" at {index}" if index else ""
                for unit, name in ((1.0, ""), (1.0j, " (imaginary)"))[: 1 + np.iscomplexobj(leaf)]:
                    direction = _only(args, k, _unit(arg, number, int(element), unit))
                    yield f"{path}{at}{name}", direction
        yield f"argument {k} in a random direction", _only(args, k, random_direction(arg, rng))


def _only(args: tuple[Any, ...], k: int, tangent: Any) -> tuple[Any, ...]:
    return tuple(tangent if j == k else None for j in range(len(args)))


def _unit(value: Any, number: int, element: int, unit: complex) -> Any:
    position = -1

    def entry(leaf: Any) -> Any:
        nonlocal position
        position += 1
        if not is_float(leaf):
            return None
        dtype = np.result_type(np.asarray(leaf).dtype, float)
        array = np.zeros(np.shape(leaf), dtype)
        if position == number:
            array.flat[element] = unit
        return array if isinstance(leaf, np.ndarray) else array[()]

    return map_structure(entry, value)


def _zeros_for(value: Any) -> Any:
    """A zero tangent."""
    return map_structure(lambda leaf: np.zeros_like(leaf)[()] if is_float(leaf) else None, value)


def _random_cotangent(output: Any, rng: np.random.Generator) -> Any:
    """1 for a real number, random otherwise."""
    if not has_floats(output):
        raise TypeError("the output has no floating parts, so there is nothing to differentiate")
    if isinstance(output, (float, np.floating)):
        return 1.0
    ones = map_structure(lambda leaf: np.ones_like(leaf)[()] if is_float(leaf) else None, output)
    return random_direction(ones, rng)


def _tolerance(args: tuple[Any, ...], rtol: float | None, atol: float | None) -> _Tolerance:
    dtypes = [np.asarray(leaf).dtype for _, leaf in leaves(args) if is_float(leaf)]
    coarsest = max(float(np.finfo(dtype).eps) for dtype in dtypes)
    default = max(1e-6, 1e3 * coarsest)
    return _Tolerance(default if rtol is None else rtol, default if atol is None else atol)
