"""The numerical oracle, and one assertion helper per idea.

The oracle knows nothing of srcdiff: it runs the primal on fresh copies of its arguments, moved a little. The complex
step is used where the program takes complex numbers and agrees with differences (it is exact to rounding), central
differences extrapolated to order six elsewhere.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import re
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

import srcdiff

Arguments = tuple[Any, ...]

COMPLEX_STEP = 1e-30
FIRST_STEP = 2e-3
EXACT = {"rtol": 1e-9, "atol": 1e-10}
DIFFERENCES = {"rtol": 1e-6, "atol": 1e-7}
SINGLE = {"rtol": 2e-4, "atol": 2e-4}


# --- structures: numbers and arrays, nested in lists, tuples, named tuples, dictionaries and dataclasses ------------


def is_floating(value: Any) -> bool:
    """Whether a value is a leaf that has a derivative."""
    if isinstance(value, (float, complex, np.floating, np.complexfloating)):
        return True
    return isinstance(value, np.ndarray) and value.dtype.kind in "fc"


def children(value: Any) -> list[tuple[Any, Any]] | None:
    """The (key, item) pairs of a container in a fixed order; None for a leaf."""
    if isinstance(value, (list, tuple)):
        return list(enumerate(value))
    if isinstance(value, dict):
        return list(value.items())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    return None


def rebuild(value: Any, items: list[Any]) -> Any:
    """A container like `value` with other items."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*items)
    if isinstance(value, (list, tuple)):
        return type(value)(items)
    if isinstance(value, dict):
        return dict(zip(value, items, strict=True))
    result = copy.copy(value)
    for field, item in zip(dataclasses.fields(value), items, strict=True):
        object.__setattr__(result, field.name, item)
    return result


def map_leaves(function: Callable[..., Any], value: Any, *others: Any, otherwise: Any = inspect.Parameter.empty) -> Any:
    """`function` of every floating leaf (and its counterparts in `others`); other leaves stay, or are `otherwise`."""
    pairs = children(value)
    if pairs is not None:
        counterparts = [[item for _, item in children(other) or []] for other in others]
        items = [
            map_leaves(function, item, *(c[k] for c in counterparts), otherwise=otherwise)
            for k, (_, item) in enumerate(pairs)
        ]
        return rebuild(value, items)
    if is_floating(value):
        return function(value, *others)
    return value if otherwise is inspect.Parameter.empty else otherwise


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, leaf) for every leaf, floating or not."""
    pairs = children(value)
    if pairs is None:
        yield path, value
        return
    for key, item in pairs:
        yield from leaves(item, f"{path}[{key!r}]")


def floating_leaves(value: Any) -> list[Any]:
    """The leaves that have a derivative, in order."""
    return [leaf for _, leaf in leaves(value) if is_floating(leaf)]


def has_floating(value: Any) -> bool:
    """Whether any leaf has a derivative."""
    return bool(floating_leaves(value))


def random_like(value: Any, seed: int) -> Any:
    """The structure of `value` with random numbers, away from zero, in its floating leaves and None elsewhere."""
    rng = np.random.default_rng(seed)

    def draw(leaf: Any) -> Any:
        shape = np.shape(leaf)
        numbers = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
        if np.iscomplexobj(leaf):
            numbers = numbers + 1j * rng.uniform(0.5, 1.5, shape)
        if isinstance(leaf, np.ndarray):
            return numbers.astype(leaf.dtype)
        return type(leaf)(numbers)

    return map_leaves(draw, value, otherwise=None)


def inner(gradient: Any, value: Any) -> Any:
    """Re(sum(conj(gradient) * value)) over the leaves; for real cotangents it is analytic in `value`."""
    total: Any = 0.0
    pairs = children(value)
    if pairs is not None:
        gradients = [item for _, item in children(gradient) or []]
        return sum((inner(g, item) for g, (_, item) in zip(gradients, pairs, strict=True)), total)
    if gradient is None or not is_floating(value):
        return total
    if np.iscomplexobj(gradient):
        return float(np.sum(np.real(np.conj(gradient) * value)))
    return np.sum(np.asarray(gradient) * np.asarray(value))


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop what runs for ever: a reverse loop that never ends, a program that lost the statement which ended it."""

    def stop(*_: Any) -> None:
        raise TimeoutError(f"ran for more than {seconds} s")

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


# --- the oracle -----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Numerical:
    """A gradient for each argument under `wrt`, and how precisely it is known."""

    gradients: tuple[Any, ...]
    tolerance: dict[str, float]
    method: str


def fresh(args: Any) -> Arguments:
    """Arguments for one run: a factory is called, a tuple is copied with its aliases."""
    return tuple(args()) if callable(args) else copy.deepcopy(args)


def double(value: Any) -> Any:
    """Single precision leaves in double precision, so that differences mean something."""

    def widen(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray):
            wide = np.result_type(leaf.dtype, np.float64)
            return leaf if leaf.dtype == wide else leaf.astype(wide)
        return leaf if isinstance(leaf, (float, complex)) else complex(leaf) if np.iscomplexobj(leaf) else float(leaf)

    return map_leaves(widen, value)


def complexify(value: Any) -> Any:
    """The same numbers as complex ones, so that the primal may write complex numbers into its arguments.

    NumPy's, not Python's: they can be compared, by their real parts.
    """
    return map_leaves(lambda leaf: leaf.astype(complex) if isinstance(leaf, np.ndarray) else np.complex128(leaf), value)


def moved(value: Any, direction: Any, step: complex) -> Any:
    """`value` moved along `direction`; arrays are moved in place, which keeps their memory layout."""

    def move(leaf: Any, towards: Any) -> Any:
        if towards is None:
            return leaf
        if isinstance(leaf, np.ndarray):
            leaf[...] = leaf + step * towards
            return leaf
        return leaf + step * towards

    return map_leaves(move, value, direction)


def _along(fun: Callable[..., Any], args: Any, gradient: Any, wrt: Sequence[int], directions: Sequence[Any]) -> Any:
    """A function of a step: the contracted output with the arguments moved."""

    def contracted(step: complex) -> Any:
        arguments = list(double(fresh(args)))
        if isinstance(step, complex):
            arguments = [complexify(argument) for argument in arguments]
        for position, direction in zip(wrt, directions, strict=True):
            arguments[position] = moved(arguments[position], direction, step)
        return inner(gradient, fun(*arguments))

    return contracted


def complex_step(contracted: Callable[[Any], Any]) -> float:
    """The derivative at 0, exact to rounding, of a function that is analytic."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        return float(np.imag(contracted(1j * COMPLEX_STEP)) / COMPLEX_STEP)


def extrapolated_difference(contracted: Callable[[Any], Any], first_step: float = FIRST_STEP) -> float:
    """The derivative at 0 by central differences at three steps, extrapolated to order six (Richardson)."""
    h = first_step
    first, second, third = (float(np.real(contracted(s) - contracted(-s))) / (2 * s) for s in (h, h / 2, h / 4))
    return (first - 20 * second + 64 * third) / 45


def directional(
    fun: Callable[..., Any],
    args: Any,
    gradient: Any,
    wrt: Sequence[int],
    directions: Sequence[Any],
    first_step: float = FIRST_STEP,
) -> tuple[float, str]:
    """The derivative of <gradient, fun(args)> along `directions`, and the method that gave it.

    The complex step is believed only where differences say nearly the same: `abs`, a comparison or a conjugate would
    make it wrong without a sign of it.
    """
    contracted = _along(fun, args, gradient, wrt, directions)
    difference = extrapolated_difference(contracted, first_step)
    try:
        exact = complex_step(contracted)
    except Exception:  # the program does not take complex numbers: any exception says so
        return difference, "differences"
    if np.allclose(exact, difference, **DIFFERENCES):
        return exact, "complex step"
    return difference, "differences"


def _unit_directions(value: Any) -> Iterator[tuple[int, tuple[int, ...], complex, Any]]:
    """(leaf number, index, unit, direction) for every real coordinate of `value`."""
    zeros = map_leaves(lambda leaf: np.zeros(np.shape(leaf), np.result_type(leaf, np.float64)), value, otherwise=None)
    for number, leaf in enumerate(floating_leaves(zeros)):
        units = (1.0, 1j) if np.iscomplexobj(leaf) else (1.0,)
        for index in np.ndindex(leaf.shape):
            for unit in units:
                leaf[index] = unit
                direction = map_leaves(lambda entry: entry.copy() if entry.shape else entry[()], zeros, otherwise=None)
                leaf[index] = 0.0
                yield number, index, unit, direction


def numerical_gradient(
    fun: Callable[..., Any], args: Any, gradient: Any, wrt: Sequence[int], first_step: float = FIRST_STEP
) -> Numerical:
    """The gradient of <gradient, fun(args)> with respect to the arguments at the positions `wrt`."""
    start = fresh(args)
    methods, gradients = set(), []
    for position in wrt:
        entries = [
            np.zeros(np.shape(leaf), np.result_type(leaf, np.float64)) for leaf in floating_leaves(start[position])
        ]
        for number, index, unit, direction in _unit_directions(start[position]):
            slope, method = directional(fun, args, gradient, (position,), (direction,), first_step)
            entries[number][index] += slope * unit
            methods.add(method)
        remaining = iter(entries)
        gradients.append(
            map_leaves(
                lambda leaf, entries=remaining: _in_the_kind_of(leaf, next(entries)), start[position], otherwise=None
            )
        )
    single = any(np.asarray(leaf).dtype.itemsize < 8 for position in wrt for leaf in floating_leaves(start[position]))
    tolerance = SINGLE if single else EXACT if methods == {"complex step"} else DIFFERENCES
    return Numerical(tuple(gradients), tolerance, "differences" if "differences" in methods else "complex step")


def _in_the_kind_of(leaf: Any, entry: Any) -> Any:
    return entry.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(entry.item())


# --- assertions -----------------------------------------------------------------------------------------------------


def assert_same_structure(actual: Any, expected: Any, where: str = "result") -> None:
    """The same containers, keys, shapes and dtypes; a number for a number."""
    pairs = children(expected)
    if pairs is not None:
        assert type(actual) is type(expected), f"{where}: {type(actual).__name__}, not {type(expected).__name__}"
        theirs = children(actual) or []
        assert [key for key, _ in theirs] == [key for key, _ in pairs], f"{where}: other keys or another length"
        for (key, mine), (_, his) in zip(theirs, pairs, strict=True):
            assert_same_structure(mine, his, f"{where}[{key!r}]")
    elif expected is None:
        assert actual is None, f"{where}: {actual!r} where there is no derivative, not None"
    elif isinstance(expected, np.ndarray):
        assert isinstance(actual, np.ndarray), f"{where}: {type(actual).__name__}, not an array"
        assert actual.shape == expected.shape, f"{where}: shape {actual.shape}, not {expected.shape}"
        assert actual.dtype == expected.dtype, f"{where}: dtype {actual.dtype}, not {expected.dtype}"
    else:
        assert not isinstance(actual, np.ndarray), f"{where}: an array for a number"
        assert np.ndim(actual) == 0, f"{where}: {actual!r} is not a number"
        mine, his = np.asarray(actual).dtype, np.asarray(expected).dtype
        assert mine == his or not is_floating(expected), f"{where}: {mine} for {type(expected).__name__}"


def assert_close(actual: Any, expected: Any, where: str = "result", rtol: float = 1e-9, atol: float = 1e-10) -> None:
    """Structure, shape and dtype first, then the values; NaN equals only NaN."""
    assert_same_structure(actual, expected, where)
    for (path, mine), (_, his) in zip(leaves(actual), leaves(expected), strict=True):
        if his is not None and is_floating(his):
            np.testing.assert_allclose(mine, his, rtol=rtol, atol=atol, equal_nan=True, err_msg=f"{where}{path}")


def assert_equal(actual: Any, expected: Any, where: str = "result") -> None:
    """The very same structure and numbers, non-floating leaves included."""
    mine, his = list(leaves(actual)), list(leaves(expected))
    assert [path for path, _ in mine] == [path for path, _ in his], f"{where}: another structure"
    for (path, left), (_, right) in zip(mine, his, strict=True):
        if isinstance(right, np.ndarray) or is_floating(right):
            assert np.asarray(left).dtype == np.asarray(right).dtype, f"{where}{path}: another dtype"
            np.testing.assert_array_equal(left, right, err_msg=f"{where}{path}")
        elif isinstance(right, (str, int, bool, bytes, type(None))):
            assert left == right, f"{where}{path}: {left!r}, not {right!r}"


def assert_arguments_unchanged(call: Callable[..., Any], args: Any) -> Any:
    """`call(*arguments)`, after which the arguments are what they were."""
    arguments, before = fresh(args), fresh(args)
    result = call(*arguments)
    assert_equal(arguments, before, "arguments after the call")
    return result


def assert_shares_no_memory(results: Any, arguments: Any) -> None:
    """Gradients are fresh: they alias neither the arguments nor each other."""
    arrays = [leaf for leaf in floating_leaves(results) if isinstance(leaf, np.ndarray) and leaf.size]
    theirs = [leaf for leaf in floating_leaves(arguments) if isinstance(leaf, np.ndarray) and leaf.size]
    for number, array in enumerate(arrays):
        assert array.flags.writeable, "a gradient is read-only"
        for other in theirs + arrays[number + 1 :]:
            assert not np.shares_memory(array, other), "gradients share memory with an argument or with each other"


def assert_repeatable(call: Callable[[], Any]) -> Any:
    """Two calls give the very same."""
    first, second = call(), call()
    assert_equal(second, first, "second call")
    return first


def assert_same_text(fun: Callable[..., Any], wrt: Any, *args: Any, **keywords: Any) -> str:
    """Two derivatives of one function, used alike, have one text."""
    texts = []
    for _ in range(2):
        derivative = srcdiff.grad(fun, wrt)
        derivative(*fresh(args), **keywords)
        texts.append(derivative.source)
    assert texts[0] == texts[1], "the generated text differs from one build to the next"
    return texts[0]


def assert_refused(call: Callable[[], Any], match: str = "") -> str:
    """`call` raises an UnsupportedError that says where; returns its message."""
    try:
        call()
    except srcdiff.UnsupportedError as error:
        message = str(error)
    else:
        raise AssertionError("not refused")
    assert re.search(r"\S+:\d+:\d+: ", message), f"the message does not say where:\n{message}"
    assert re.search(match, message), f"the message does not match {match!r}:\n{message}"
    return message


def positions(fun: Callable[..., Any], args: Any, wrt: Any = None) -> tuple[int, ...]:
    """`wrt` (names, positions, or None for every argument with a floating leaf) as positions."""
    if wrt is None:
        return tuple(k for k, argument in enumerate(fresh(args)) if has_floating(argument))
    names = list(inspect.signature(fun).parameters)
    several = wrt if isinstance(wrt, (tuple, list)) else (wrt,)
    return tuple(names.index(entry) if isinstance(entry, str) else entry for entry in several)


def cotangent(value: Any, seed: int = 7) -> Any:
    """A cotangent for an output: None (the default seed) for a real scalar, random numbers otherwise."""
    if isinstance(value, (float, np.floating)):
        return None
    return random_like(value, seed)


def assert_gradient(
    fun: Callable[..., Any], args: Any, wrt: Any = None, gradient: Any = None, oracle: Callable[..., Any] | None = None
) -> Any:
    """`grad(fun, wrt)` agrees with the oracle, is repeatable, fresh, and leaves its arguments alone.

    Parameters
    ----------
    fun : callable
        The primal.
    args : tuple or callable
        Its arguments, or what makes them afresh (where memory layout or aliases matter).
    wrt : names or positions, optional
        Every argument with a floating leaf by default.
    gradient : optional
        The cotangent; random for an output that is no real scalar.
    oracle : callable, optional
        The same function in other words, for the oracle; `fun` itself by default.
    """
    where = positions(fun, args, wrt)
    value = fun(*fresh(args))
    seed = cotangent(value) if gradient is None else gradient
    expected = numerical_gradient(oracle or fun, args, 1.0 if seed is None else seed, where)
    derivative = srcdiff.grad(fun, where)
    keywords = {} if seed is None else {"gradient": seed}
    actual = assert_arguments_unchanged(lambda *a: derivative(*a, **keywords), args)
    assert_close(actual, expected.gradients, "gradient", **expected.tolerance)
    arguments = fresh(args)
    again = derivative(*arguments, **keywords)
    assert_equal(again, actual, "second call")
    assert_shares_no_memory(again, arguments)
    return actual


def assert_value_and_grad(fun: Callable[..., Any], args: Any, wrt: Any = None, gradient: Any = None) -> None:
    """`value_and_grad` gives the primal's own value, and the gradient that `grad` gives."""
    where = positions(fun, args, wrt)
    value = fun(*fresh(args))
    seed = cotangent(value) if gradient is None else gradient
    keywords = {} if seed is None else {"gradient": seed}
    both = srcdiff.value_and_grad(fun, where)
    output, gradients = assert_arguments_unchanged(lambda *a: both(*a, **keywords), args)
    assert_close(output, value, "value", rtol=1e-13, atol=0.0)
    assert_close(gradients, srcdiff.grad(fun, where)(*fresh(args), **keywords), "gradient", rtol=1e-12, atol=1e-13)


def assert_pullback(
    fun: Callable[..., Any], args: Any, gradient: Any = None, oracle: Callable[..., Any] | None = None
) -> None:
    """A pullback may be called again, and owns what it needs: its arguments are overwritten before it is called."""
    arguments = fresh(args)
    value = fun(*fresh(args))
    seed = cotangent(value) if gradient is None else gradient
    seed = random_like(value, 7) if seed is None else seed
    where = tuple(k for k, argument in enumerate(arguments) if has_floating(argument))
    expected = numerical_gradient(oracle or fun, args, seed, where)
    output, pullback = srcdiff.vjp(fun, *arguments)
    assert_close(output, value, "value of vjp", rtol=1e-13, atol=0.0)
    for leaf in floating_leaves(arguments):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable:
            leaf[...] = np.nan
    first, second = pullback(copy.deepcopy(seed)), pullback(copy.deepcopy(seed))
    assert len(first) == len(arguments), "one gradient per primal"
    assert_close(tuple(first[k] for k in where), expected.gradients, "pullback", **expected.tolerance)
    assert_equal(second, first, "second pullback")
