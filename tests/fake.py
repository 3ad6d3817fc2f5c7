"""A stand-in for the pipeline: adjoints written by hand, so that the layer above it is tested on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcdiff import pipeline
from srcdiff.load import load
from srcdiff.runtime import seed, unbroadcast, zeros_like

HELPERS = {"np": np, "seed": seed, "unbroadcast": unbroadcast, "zeros_like": zeros_like}


@dataclass
class Text:
    """A text written by hand, and what the pipeline would say of it."""

    text: str
    scalar: bool = True
    written: tuple[str, ...] = ()
    reusable: bool = False
    names: dict[str, Any] = field(default_factory=dict)
    captured: tuple[tuple[Any, str, Any], ...] = ()
    parameters: tuple[str, ...] | None = None


Answer = Text | Callable[[pipeline.Request], Text]


class FakePipeline:
    """Answers requests from a table by the primal's name and the form; keeps what was asked."""

    def __init__(self) -> None:
        self.table: dict[tuple[str, str], Answer] = {}
        self.requests: list[pipeline.Request] = []

    def add(self, primal: Any, form: str, answer: Answer) -> None:
        """What to answer for a primal, a function or its name."""
        name = primal if isinstance(primal, str) else primal.__name__
        self.table[name, form] = answer

    def generate(self, request: pipeline.Request) -> pipeline.Generated:
        """In place of `pipeline.generate`."""
        self.requests.append(request)
        answer = self.table[request.primal.__name__, request.form]
        text = answer(request) if callable(answer) else answer
        functions = load(text.text, request.primal.__name__, {**HELPERS, **text.names})
        named: dict[str, Callable[..., Any]] = {}
        for name, function in functions.items():
            for suffix in ("forward", "reverse", "tangent", "adjoint"):
                if name.endswith(f"_{suffix}"):
                    named[suffix] = function
        code = request.primal.__code__
        parameters = text.parameters
        if parameters is None:
            count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
            parameters = code.co_varnames[:count]
        return pipeline.Generated(text.text, named, parameters, text.scalar, text.written, text.captured, text.reusable)
