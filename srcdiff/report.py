"""`srcdiff report`: one page with a primal and its adjoint side by side, which needs no network."""

from __future__ import annotations

import copy
import inspect
import sys
import time
import types
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup, escape

from srcdiff import __version__
from srcdiff.explain import Explanation, explain
from srcdiff.request import Request

__all__ = ["measure", "report"]


@dataclass(frozen=True)
class Line:
    """A line of text on the page."""

    number: int
    code: Markup
    origin: int | None
    seconds: float | None = None


@dataclass(frozen=True)
class Residual:
    """A value that the reverse sweep takes from the forward sweep, and how large it was."""

    name: str
    kind: str
    size: str


@dataclass(frozen=True)
class Measured:
    """Seconds by line of the generated text, and the residuals as the reverse sweep finds them."""

    seconds: dict[int, float]
    residuals: tuple[Residual, ...]

    @property
    def total(self) -> float:
        """Seconds of the whole call."""
        return sum(self.seconds.values())


def report(request: Request, args: tuple[Any, ...] | None = None) -> str:
    """The page, as text.

    Parameters
    ----------
    request : Request
        The primal, and what to differentiate by.
    args : tuple, optional
        Arguments to measure costs and sizes with.
    """
    explanation = explain(request)
    measured = measure(explanation, args) if args is not None else None
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(resources.files("srcdiff").joinpath("templates/report.html").read_text("utf-8"))
    return template.render(
        explanation=explanation,
        primal=_primal_lines(explanation),
        adjoint=_adjoint_lines(explanation, measured),
        measured=measured,
        wrt=request.wrt,
        style=Markup(_style()),
        version=__version__,
    )


def _primal_lines(explanation: Explanation) -> list[Line]:
    source = explanation.draft.function.source
    first, last = source.first_line, source.tree.end_lineno or source.first_line
    text = "\n".join(source.lines[first - 1 : last])
    return [Line(first + at, code, first + at) for at, code in enumerate(_coloured(text))]


def _adjoint_lines(explanation: Explanation, measured: Measured | None) -> list[Line]:
    generated = explanation.generated
    seconds = measured.seconds if measured is not None else {}
    return [
        Line(number, code, origin, seconds.get(number))
        for number, (code, origin) in enumerate(zip(_coloured(generated.text), generated.origins), 1)
    ]


def _coloured(text: str) -> list[Markup]:
    """Lines of Python with colours, if Pygments is there."""
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return [Markup(escape(line)) for line in text.splitlines()]
    coloured = highlight(text, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    lines = coloured.splitlines()[: len(text.splitlines())]
    return [Markup(line) for line in lines]  # Pygments has escaped it


def _style() -> str:
    """The colours of code in light and dark."""
    try:
        from pygments.formatters import HtmlFormatter
    except ImportError:
        return ""
    light = HtmlFormatter(style="default").get_style_defs("code")
    dark = HtmlFormatter(style="github-dark").get_style_defs("code")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def measure(explanation: Explanation, args: tuple[Any, ...]) -> Measured:
    """Run the adjoint once, and measure each line of the generated functions."""
    generated, draft = explanation.generated, explanation.draft
    primal = draft.function.source.function
    bound = inspect.signature(primal, follow_wrapped=False).bind(*args)
    bound.apply_defaults()
    values = [bound.arguments[name] for name in generated.parameters]
    function: Any = generated.functions["adjoint"]
    functions = [f for f in function.__globals__.values() if isinstance(f, types.FunctionType)]
    codes = {f.__code__ for f in [function, *functions] if f.__code__.co_filename == function.__code__.co_filename}
    stopwatch = _Stopwatch(codes, function.__code__, _first_reverse_line(generated.text), draft.crossing)
    seed = () if generated.scalar else (np.ones_like(primal(*copy.deepcopy(args))),)
    copied = copy.deepcopy(values)
    before = sys.gettrace()
    sys.settrace(stopwatch)
    try:
        function(*copied, *seed)
    finally:
        sys.settrace(before)
    return Measured(stopwatch.seconds, tuple(stopwatch.residuals))


def _first_reverse_line(text: str) -> int:
    lines = text.splitlines()
    at = [number for number, line in enumerate(lines, 1) if line.strip() == "# reverse sweep"]
    return at[-1] if at else len(lines)


class _Stopwatch:
    """A trace function that adds up the time of each line, and looks at the residuals when the reverse sweep begins."""

    def __init__(self, codes: set[Any], main: Any, reverse: int, crossing: set[str]) -> None:
        self.codes = codes
        self.main = main
        self.reverse = reverse
        self.crossing = crossing
        self.seconds: dict[int, float] = {}
        self.residuals: list[Residual] = []
        self.seen = False

    def __call__(self, frame: Any, event: str, _argument: Any) -> Any:
        if frame.f_code not in self.codes:
            return None
        state: list[Any] = [None, 0.0]

        def local(frame: Any, event: str, _argument: Any) -> Any:
            now = time.perf_counter()
            if state[0] is not None:
                self.seconds[state[0]] = self.seconds.get(state[0], 0.0) + now - state[1]
            if frame.f_code is self.main and not self.seen and frame.f_lineno > self.reverse:
                self.seen = True
                self.look(frame.f_locals)
            state[0] = frame.f_lineno if event == "line" else None
            state[1] = time.perf_counter()
            return local

        return local

    def look(self, names: dict[str, Any]) -> None:
        """Note the residuals."""
        for name in sorted(self.crossing & set(names)):
            value = names[name]
            self.residuals.append(Residual(name, _kind(value), _size(_bytes(value))))


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    if isinstance(value, list):
        return f"list of {len(value)}"
    return type(value).__name__


def _bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, (list, tuple)):
        return sys.getsizeof(value) + sum(map(_bytes, value))
    return sys.getsizeof(value)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
