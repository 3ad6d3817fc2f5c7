"""Where a derivative goes wrong: the first statement at which an adjoint or a tangent becomes NaN or infinite."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcdiff.structures import is_float, leaves

__all__ = ["NonFinite", "first_nonfinite"]

_GENERATED = "<srcdiff "
_DERIVATIVE = re.compile(r"_(bar|dot)[_\d]*$")
_PRIMAL_LINE = re.compile(r"# line (\d+): (.*)")
_PRIMAL_FILE = re.compile(r"\((\S+):\d+\)")


@dataclass(frozen=True)
class NonFinite:
    """A derivative that is not finite, and where it became so.

    Attributes
    ----------
    name : str
        The variable of the generated text; "the result" for what is returned.
    value : float or complex
        The first number in it that is not finite.
    function : str
        The generated function.
    line, text : int, str
        The statement of the generated text.
    primal_file, primal_line, primal_text : str, int or None, str
        The statement of the primal that it came from, as far as the text says.
    """

    name: str
    value: Any
    function: str
    line: int
    text: str
    primal_file: str = ""
    primal_line: int | None = None
    primal_text: str = ""

    def __str__(self) -> str:
        lines = [f"`{self.name}` becomes {self.value} in `{self.function}`"]
        if self.primal_line is not None:
            lines.append(f"  {self.primal_file}:{self.primal_line} | {self.primal_text}")
        lines.append(f"  generated line {self.line} | {self.text}")
        return "\n".join(lines)


def first_nonfinite(call: Callable[..., Any], /, *args: Any, **keywords: Any) -> NonFinite | None:
    """Run a derivative statement by statement, and find where an adjoint or a tangent first is NaN or infinite.

    Every variable of generated text that is an adjoint (`x_bar`) or a tangent (`x_dot`) is looked at after every
    statement, so it is slow; a compiled derivative shows nothing.

    Parameters
    ----------
    call : callable
        What runs generated text: `grad(f)`, a pullback, `hvp(f)`, or a function that calls such.
    *args, **keywords
        What to call it with.

    Returns
    -------
    NonFinite or None
        None where all derivatives are finite. `print` shows the line of the primal.

    Examples
    --------
    >>> print(first_nonfinite(np.sin, 0.5))
    None
    """
    watch = _Watch()
    before = sys.gettrace()
    sys.settrace(watch.frame)
    try:
        with np.errstate(all="ignore"):
            call(*args, **keywords)
    finally:
        sys.settrace(before)
    return watch.found


class _Watch:
    """A tracer of generated functions."""

    def __init__(self) -> None:
        self.found: NonFinite | None = None

    def frame(self, frame: types.FrameType, event: str, _argument: Any) -> Callable[..., Any] | None:
        """What traces a call: nothing but generated functions is looked into."""
        if self.found is not None or not frame.f_code.co_filename.startswith(_GENERATED):
            return None
        last = frame.f_lineno
        given = dict(_bad_variables(frame))

        def line(frame: types.FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if self.found is None and event in ("line", "return"):
                for name, value in _bad_variables(frame):
                    if name not in given:
                        self.found = _described(frame, last, name, value)
                        return line
                if event == "return":
                    for value in _bad_numbers(argument if "_tangent" not in frame.f_code.co_name else None):
                        self.found = _described(frame, frame.f_lineno, "the result", value)
                        return line
            last = frame.f_lineno
            return line

        return line


def _bad_variables(frame: types.FrameType) -> Iterator[tuple[str, Any]]:
    for name, value in frame.f_locals.items():
        if _DERIVATIVE.search(name):
            for number in _bad_numbers(value):
                yield name, number
                break


def _bad_numbers(value: Any) -> Iterator[Any]:
    for _, leaf in leaves(value):
        if is_float(leaf):
            bad = np.asarray(leaf)[~np.isfinite(leaf)]
            yield from bad.ravel()[:1].tolist()


def _described(frame: types.FrameType, number: int, name: str, value: Any) -> NonFinite:
    filename = frame.f_code.co_filename
    lines = [line.rstrip("\n") for line in linecache.getlines(filename)]
    first, last = _statement_at(lines, number)
    text = " ".join(line.strip() for line in lines[first - 1 : last])
    function = frame.f_code.co_name
    docstring = next(
        (_PRIMAL_FILE.search(line) for line in lines[frame.f_code.co_firstlineno :][:3] if '"""' in line), None
    )
    file = docstring.group(1) if docstring else ""
    for line in reversed(lines[frame.f_code.co_firstlineno : first - 1]):
        origin = _PRIMAL_LINE.search(line)
        if origin is not None and line.strip().startswith("#"):
            return NonFinite(name, value, function, first, text, file, int(origin.group(1)), origin.group(2))
    return NonFinite(name, value, function, first, text, file)


def _statement_at(lines: list[str], number: int) -> tuple[int, int]:
    """The first and the last line of the innermost statement at a line."""
    found = (number, number)
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            end = node.end_lineno or node.lineno
            if node.lineno <= number <= end:
                found = (node.lineno, end)
    return found
