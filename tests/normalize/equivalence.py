"""Running a program and its core form side by side: same result, same effects in the same order, same exception."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcdiff import core, verify
from srcdiff.normalize import normalize
from srcdiff.rules import load_rules
from srcdiff.source import read

load_rules()

LOG: list[Any] = []


def say(value: Any, returned: Any = None) -> Any:
    """Leave a trace of when something was evaluated."""
    LOG.append(copy.deepcopy(value))
    return value if returned is None else returned


def core_text(function: Callable[..., Any]) -> str:
    """The core form of a function as text."""
    return text_of(normalize(read(function)))


def text_of(function: core.Function) -> str:
    """A core function as text."""
    parameters = [gast.Name(name, gast.Param(), None, None) for name in function.parameters]
    arguments = gast.arguments(parameters, [], None, [], [], None, [])
    definition = gast.FunctionDef(function.name, arguments, function.body, [], None, None, [])
    module = gast.gast_to_ast(gast.Module([definition], []))
    return ast.unparse(ast.fix_missing_locations(module)) + "\n"


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The core form of a function, checked and compiled."""
    normal = normalize(read(function))
    verify.check(normal)
    namespace = {**function.__globals__, **normal.source.imported}
    cells = zip(function.__code__.co_freevars, function.__closure__ or ())
    namespace.update({name: cell.cell_contents for name, cell in cells})
    exec(compile(text_of(normal), f"<core form of {function.__name__}>", "exec"), namespace)
    return namespace[normal.name]


def run(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a call returns or raises, what it leaves of its arguments, and what it logged."""
    LOG.clear()
    arguments = copy.deepcopy(arguments)
    try:
        outcome = ("returned", function(*arguments))
    except Exception as error:
        outcome = ("raised", type(error).__name__, _message(error))
    return outcome, arguments, list(LOG)


def _message(error: Exception) -> str:
    text = str(error)
    if isinstance(error, AssertionError):
        return text.splitlines()[0] if text and not text.startswith("assert ") else ""  # pytest's own messages
    ours = ("unpack", "len()", "zip()", "local variable", "not iterable", "not subscriptable")
    return "" if any(words in text for words in ours) else text


def assert_equivalent(function: Callable[..., Any], *inputs: tuple[Any, ...]) -> None:
    """The program and its core form do the same on every input."""
    normal = compiled(function)
    for arguments in inputs:
        expected, found = run(function, arguments), run(normal, arguments)
        assert _same(expected, found), f"on {arguments}: {expected} became {found}\n{core_text(function)}"


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, np.ndarray) or isinstance(found, np.ndarray):
        return type(expected) is type(found) and expected.dtype == found.dtype and np.array_equal(expected, found)
    if type(expected) is not type(found) and not (callable(expected) and callable(found)):
        return False
    if isinstance(expected, (list, tuple)):
        return len(expected) == len(found) and all(map(_same, expected, found))
    if isinstance(expected, dict):
        return list(expected) == list(found) and all(_same(expected[key], found[key]) for key in expected)
    if callable(expected) or type(expected).__eq__ is object.__eq__:
        return type(expected).__name__ == type(found).__name__
    return bool(expected == found) or (expected != expected and found != found)


class Programs:
    """Programs and the inputs to try them on; used as a decorator."""

    def __init__(self) -> None:
        self.cases: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def __call__(self, *inputs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            self.cases.append((function, inputs))
            return function

        return add

    @property
    def names(self) -> list[str]:
        return [function.__name__ for function, _ in self.cases]
