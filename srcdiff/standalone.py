"""Modules that run where srcdiff is not installed: what `srcdiff dump --standalone` writes.

The text is what `grad` runs, with the helpers that it uses, and with tests of the arguments in the place of the entry
that a derivative has: what the text was not made for is a TypeError.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import re
from dataclasses import replace
from typing import Any

import numpy as np

from srcdiff import __version__, guards, pipeline
from srcdiff.carried import Carrier
from srcdiff.emit import header
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import ArrayKind, Kind, NumberKind, UnknownKind, describe
from srcdiff.request import Generated, Request

__all__ = ["standalone"]

_PLAIN: dict[Any, str] = {float: "f", "float": "f", int: "i", "int": "i", complex: "c", "complex": "c"}
_TYPES = {"f": "float", "i": "int", "c": "complex", "b": "bool"}


def standalone(request: Request, primal: str, command: str) -> str:
    """The text of a module with the function that a request asks for.

    Parameters
    ----------
    request : Request
        What to generate.
    primal : str
        What to call the primal.
    command : str
        What writes the module again.
    """
    request = _unspecialised(request)
    generated = pipeline.generate(request)
    if request.bound and {name for name, _ in request.bound} & set(generated.parameters):
        names = ", ".join(f"`{name}`" for name, _ in request.bound)
        raise UnsupportedError(
            f"a standalone module of {primal}, which binds {names}",
            "Name the plain function or method itself, and pass them.",
        )
    writer = _Writer(request, generated)
    body = writer.text()
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    return (
        f'"""{_docstring(request, writer.words, primal, command)}\n\nSHA-256 of what follows: {digest}\n"""\n\n{body}'
    )


def _unspecialised(request: Request) -> Request:
    """The request without the kinds of arguments, where the text does not depend on them."""
    if not request.kinds:
        return request
    general = replace(request, kinds=())
    try:
        return general if pipeline.generate(general).text == pipeline.generate(request).text else request
    except UnsupportedError:
        return request


def _docstring(request: Request, words: dict[str, list[str]], primal: str, command: str) -> str:
    what = {"adjoint": "Adjoint", "tangent": "Value and tangent"}.get(request.form, "Value and adjoint")
    kinds = "".join(f"\n    {', '.join(names)}: {kind}" for kind, names in words.items())
    return (
        f"{what} of {primal} with respect to {', '.join(request.wrt)}.\n\n"
        f"Written by srcdiff {__version__} from the primal as it was then; it stands alone. To write it again:\n\n"
        f"    {command}\n\n"
        f"Made for\n{kinds}"
    )


def _kinds(request: Request, generated: Generated) -> dict[str, Kind]:
    """What the text takes each parameter for."""
    known, notes = dict(request.kinds), getattr(request.primal, "__annotations__", {})
    kinds: dict[str, Kind] = {}
    for name in generated.parameters:
        note = notes.get(name)
        plain = NumberKind(_PLAIN[note]) if isinstance(note, (type, str)) and note in _PLAIN else UnknownKind()
        kinds[name] = known.get(name, plain)
    return kinds


class _Writer:
    """The functions of a generated module, made to stand alone."""

    def __init__(self, request: Request, generated: Generated) -> None:
        self.request = request
        self.generated = generated
        self.kinds = _kinds(request, generated)
        self.lines = generated.body.splitlines()
        found = {name: (space["__name__"], value) for space, name, value in generated.captured if _is_module(space)}
        words = set(re.findall(r"\w+", generated.body))
        self.carrier = Carrier(request.primal.__module__ or "", words, found)
        for name in sorted(set(generated.objects) & words):
            self.carrier.define(name, generated.objects[name])

    def text(self) -> str:
        """The module, but for its docstring."""
        (role, function), *_ = self.generated.functions.items()
        self.rewrite(function.__name__, adjoint=role == "adjoint")
        head, functions = self.carrier.text()
        parts = ["from __future__ import annotations\n", head, "\n" + "\n".join(self.lines).strip("\n") + "\n"]
        return "\n".join(part for part in parts if part) + (f"\n\n{functions}" if functions else "")

    def rewrite(self, title: str, *, adjoint: bool) -> None:
        """Give the function that people call types, defaults, and tests of its arguments."""
        tree = ast.parse("\n".join(self.lines))
        (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == title)
        docstring, names = function.body[0], [argument.arg for argument in function.args.args]
        assert docstring.end_lineno is not None
        tests = [f"    {test}" for test in self.tests(names[len(self.generated.parameters) :], adjoint=adjoint)]
        tests += [""] if not adjoint or self.lines[docstring.end_lineno].strip().startswith("#") else []
        after = self.lines[docstring.end_lineno :]
        first = header(title, [self.parameter(name) for name in names], self.returned(adjoint=adjoint))
        before = [*self.lines[: function.lineno - 1], *first.splitlines()]
        self.lines = [*before, *self.lines[docstring.lineno - 1 : docstring.end_lineno], *tests, *after]

    def tests(self, extra: list[str], *, adjoint: bool) -> list[str]:
        """Calls that raise TypeError for arguments that the text was not made for."""
        require = self.carrier.name(guards.require, "require")
        made = []
        for kind, names in self.words.items():
            made.append(f'{require}("{kind}", {", ".join(f"{name}={name}" for name in names)})')
        if not adjoint:
            same = self.carrier.name(guards.require_tangent, "require_tangent")
            made += [f'{same}("{dot}", {dot}, {name})' for name, dot in zip(self.request.wrt, extra)]
        for name in self.generated.written:
            others = [f"{other}={other}" for other in self.generated.parameters if other != name]
            if others:
                apart = self.carrier.name(guards.require_apart, "require_apart")
                made.append(f'{apart}("{name}", {name}, {", ".join(others)})')
        return made

    def parameter(self, name: str) -> str:
        """A parameter with its type, if that is known, and its default."""
        if name == self.seed:
            return f"{name}: float = 1.0" if self.generated.scalar else f"{name}=1.0"
        note = self.type_of(name) if name in self.kinds else None
        default = _default(self.request.primal, name) if self.seed and name in self.kinds else None
        if default is None:
            return name if note is None else f"{name}: {note}"
        return f"{name}={default}" if note is None else f"{name}: {note} = {default}"

    @property
    def words(self) -> dict[str, list[str]]:
        """The parameters, by what the text takes them for, in words."""
        found: dict[str, list[str]] = {}
        for name, kind in self.kinds.items():
            constant = name not in self.request.wrt and isinstance(kind, UnknownKind)
            found.setdefault("a constant" if constant else describe(kind), []).append(name)
        return found

    @property
    def seed(self) -> str:
        """The name of the parameter for the cotangent of the output; "" in forward mode."""
        (role, function), *_ = self.generated.functions.items()
        code = function.__code__
        return code.co_varnames[code.co_argcount - 1] if role == "adjoint" else ""

    def type_of(self, name: str) -> str | None:
        """The type of a parameter, where one is known."""
        kind = self.kinds[name]
        if isinstance(kind, NumberKind):
            return _TYPES.get(kind.dtype)
        if isinstance(kind, ArrayKind):
            return f"{self.carrier.name(np, 'np')}.ndarray"
        return None

    def returned(self, *, adjoint: bool) -> str | None:
        """The type of the result, where all of it is known."""
        types_ = [self.type_of(name) for name in self.request.wrt]
        known = [one for one in types_ if one is not None]
        if not adjoint or self.request.form != "adjoint" or self.request.has_aux or len(known) < len(types_):
            return None
        return known[0] if len(known) == 1 else f"tuple[{', '.join(known)}]"


def _is_module(namespace: Any) -> bool:
    return isinstance(namespace, dict) and isinstance(namespace.get("__name__"), str)


def _default(primal: Any, name: str) -> str | None:
    """The text of a parameter's default, where all parameters after it have plain ones too."""
    parameters = list(inspect.signature(primal, follow_wrapped=False).parameters.values())
    at = [parameter.name for parameter in parameters].index(name)
    plain = (bool, int, float, complex, str, type(None))
    if any(p.default is p.empty or not isinstance(p.default, plain) for p in parameters[at:]):
        return None
    return repr(parameters[at].default)
