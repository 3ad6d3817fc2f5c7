"""What becomes of a generated program: right, refused, discarded, wrong or crashed."""

from __future__ import annotations

import itertools
import linecache
import re
import tempfile
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import srcdiff
from tests import helpers
from tests.fuzz.generator import Generated

__all__ = ["Result", "Slopes", "check", "load", "oracle", "slopes_of"]

LARGEST_VALUE = 1e4
LARGEST_SLOPE = 1e7
PRIMAL_SECONDS = 2.0
DERIVATIVE_SECONDS = 60.0
_NUMBERS = itertools.count()
_FOLDER = tempfile.TemporaryDirectory(prefix="srcdiff-fuzz-")


@dataclass(frozen=True)
class Slopes:
    """The oracle's answer: the value, the cotangent, directions, and the derivative along each."""

    value: Any
    gradient: Any
    directions: tuple[tuple[Any, ...], ...]
    slopes: tuple[float, ...]


@dataclass(frozen=True)
class Result:
    """A program's fate, and why."""

    status: str
    message: str = ""

    @property
    def reason(self) -> str:
        """The message without what differs from one program to the next: names, numbers, places."""
        head = next((line for line in self.message.splitlines() if line.strip()), "")
        head = re.sub(r"^\S+:\d+:\d+: ", "", head)
        return re.sub(r"`[^`]*`", "`...`", re.sub(r"\d+", "N", head))[:110]


@contextmanager
def load(source: str) -> Iterator[Callable[..., Any]]:
    """The function `program` of a module that stands in a real file for as long as it is in use.

    What is no such module (a program that has been made too small) is an ImportError.
    """
    path = Path(_FOLDER.name) / f"program_{next(_NUMBERS)}.py"
    path.write_text(source)
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)  # a program made smaller may subscript a number
                exec(compile(source, str(path), "exec"), module.__dict__)
            program = module.program
        except Exception as error:
            raise ImportError(f"no program: {error}") from error
        yield program
    finally:
        linecache.cache.pop(str(path), None)
        path.unlink()


def oracle(program: Callable[..., Any], args: tuple[Any, ...]) -> Slopes | str:
    """The slopes along two random directions; or why the program is of no use."""
    try:
        with helpers.limited(PRIMAL_SECONDS):
            value = program(*helpers.fresh(args))
    except Exception as error:  # whatever a random program does wrong
        return f"the primal raises {type(error).__name__}"
    if not helpers.is_floating(value):
        return f"the output is {type(value).__name__}"
    if not np.all(np.isfinite(value)) or np.max(np.abs(value), initial=0.0) > LARGEST_VALUE:
        return "the value is not moderate"
    gradient = helpers.random_like(value, 7)
    directions = tuple(helpers.random_like(args, seed) for seed in (1, 2))
    try:
        slopes = tuple(_slope(program, args, gradient, direction) for direction in directions)
    except Exception as error:  # the differences may leave the domain too
        return f"the oracle raises {type(error).__name__}"
    if not np.all(np.isfinite(slopes)) or max(map(abs, slopes)) > LARGEST_SLOPE:
        return "the slope is not moderate"
    return Slopes(value, gradient, directions, slopes)


def _slope(program: Callable[..., Any], args: tuple[Any, ...], gradient: Any, direction: Any) -> float:
    """By the complex step, which needs no margin at the branches; by differences where a program is not analytic."""
    contracted = helpers._along(program, args, gradient, range(len(args)), direction)
    try:
        return helpers.complex_step(contracted)
    except (TypeError, np.exceptions.ComplexWarning):
        return helpers.extrapolated_difference(contracted)


def slopes_of(gradients: tuple[Any, ...], directions: tuple[tuple[Any, ...], ...]) -> list[tuple[float, float]]:
    """(slope, magnitude of its terms) along each direction, by the gradients."""
    results = []
    for direction in directions:
        terms = [np.asarray(g * d).ravel() for g, d in zip(gradients, direction, strict=True)]
        joined = np.concatenate(terms)
        results.append((float(joined.sum()), float(np.abs(joined).sum())))
    return results


def check(generated: Generated, form: str = "grad") -> Result:
    """Compare the derivative (in one of the forms "grad", "value_and_grad", "vjp", "jvp") with the oracle."""
    with np.errstate(all="ignore"):
        try:
            with load(generated.source) as program:
                expected = oracle(program, generated.args)
                if isinstance(expected, str):
                    return Result("discarded", expected)
                return _compare(program, generated.args, expected, form)
        except ImportError as error:
            return Result("discarded", str(error))


def _compare(program: Callable[..., Any], args: tuple[Any, ...], expected: Slopes, form: str) -> Result:
    arguments = helpers.fresh(args)
    try:
        with helpers.limited(DERIVATIVE_SECONDS):
            if form == "jvp":
                return _compare_forward(program, args, expected)
            gradients = _differentiate(program, arguments, expected, form)
    except srcdiff.UnsupportedError as error:
        return Result("refused", str(error))
    except AssertionError as error:
        return Result("wrong", str(error))
    except Exception as error:  # a crash is a result to be counted
        return Result("crashed", f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-4)}")
    try:
        helpers.assert_same_structure(gradients, args, "gradient")
        helpers.assert_equal(arguments, args, "arguments after the call")
    except AssertionError as error:
        return Result("wrong", str(error))
    return _agreement(program, args, expected, slopes_of(gradients, expected.directions))


def _differentiate(program: Callable[..., Any], arguments: tuple[Any, ...], expected: Slopes, form: str) -> Any:
    wrt = tuple(range(len(arguments)))
    if form == "grad":
        return srcdiff.grad(program, wrt)(*arguments, gradient=expected.gradient)
    if form == "value_and_grad":
        value, gradients = srcdiff.value_and_grad(program, wrt)(*arguments, gradient=expected.gradient)
    else:
        value, pullback = srcdiff.vjp(program, *arguments)
        first = pullback(expected.gradient)
        gradients = pullback(expected.gradient)
        helpers.assert_equal(gradients, first, "second pullback")
    helpers.assert_close(value, expected.value, "value", rtol=1e-12, atol=1e-12)
    return gradients


def _compare_forward(program: Callable[..., Any], args: tuple[Any, ...], expected: Slopes) -> Result:
    """Forward mode against the oracle, and against reverse mode where that takes the program: <g, J v> = <J^T g, v>."""
    arguments = helpers.fresh(args)
    found = []
    for direction in expected.directions:
        value, tangent = srcdiff.jvp(program, arguments, helpers.fresh(direction))
        helpers.assert_close(value, expected.value, "value", rtol=1e-12, atol=1e-12)
        helpers.assert_equal(arguments, args, "arguments after the call")
        found.append((helpers.inner(expected.gradient, tangent), float(np.abs(expected.gradient * tangent).sum())))
    result = _agreement(program, args, expected, found)
    if result.status != "right":
        return result
    try:
        gradients = srcdiff.vjp(program, *arguments)[1](expected.gradient)
    except srcdiff.UnsupportedError:
        return result
    for (mine, size), (theirs, other) in zip(found, slopes_of(gradients, expected.directions), strict=True):
        if not abs(mine - theirs) <= 1e-11 * (1.0 + size + other):
            return Result("wrong", f"forward mode {mine}, reverse mode {theirs}")
    return result


def _finer_slope(program: Callable[..., Any], args: tuple[Any, ...], gradient: Any, direction: Any) -> float | None:
    """The complex step with extended precision; None where the platform or the program has none."""
    if np.finfo(np.longdouble).eps >= np.finfo(float).eps:
        return None
    step = np.clongdouble(1e-30j)
    moved = [
        (np.asarray(a).astype(np.clongdouble) + step * d)[() if np.ndim(a) == 0 else ...]
        for a, d in zip(args, direction, strict=True)
    ]
    try:
        return float(np.sum(gradient * np.imag(program(*moved))) / step.imag)
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return None


def _agreement(
    program: Callable[..., Any], args: tuple[Any, ...], expected: Slopes, found: list[tuple[float, float]]
) -> Result:
    for direction, slope, (mine, size) in zip(expected.directions, expected.slopes, found, strict=True):
        tolerance = 1e-8 * (1.0 + abs(slope) + size)
        if abs(mine - slope) <= tolerance:
            continue
        contracted = helpers._along(program, args, expected.gradient, range(len(args)), direction)
        difference = helpers.extrapolated_difference(contracted, 1e-4)
        if abs(mine - difference) <= 1e-6 * (1.0 + abs(mine)):
            return Result("discarded", "the complex step and differences disagree")
        finer = _finer_slope(program, args, expected.gradient, direction)
        if finer is not None and abs(mine - finer) <= 1e-6 * (1.0 + abs(mine)):
            return Result("discarded", "the slope is ill-conditioned")  # with more digits it is the derivative's
        return Result("wrong", f"slope {mine}, not {slope} (differences: {difference})")
    return Result("right")
