"""What a command line names: `package.module:function`, `path/to/file.py:function`, and expressions beside it."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["Target", "TargetError", "evaluate", "load", "one_line"]


class TargetError(Exception):
    """A target or an expression that leads nowhere; the message is one line."""


class Target:
    """A function that was named on the command line.

    Attributes
    ----------
    text : str
        How it was named.
    module : module
        Where it stands, and where expressions about it are evaluated.
    object : object
        What the name leads to: a function, or a derivative.
    """

    def __init__(self, text: str, module: ModuleType, value: Any) -> None:
        self.text = text
        self.module = module
        self.object = value

    @property
    def primal(self) -> Callable[..., Any]:
        """The function itself; a derivative's primal."""
        primal: Callable[..., Any] = getattr(self.object, "primal", self.object)
        return primal

    @property
    def is_derivative(self) -> bool:
        """Whether the name leads to a derivative, such as a function under `@grad`."""
        return hasattr(self.object, "primal") and hasattr(self.object, "source")


def load(text: str) -> Target:
    """Import what `text` names.

    Raises
    ------
    TargetError
        With one line that says what is wrong with `text`.
    """
    place, colon, name = text.rpartition(":")
    if not colon or not place or not name:
        raise TargetError(f"{text!r} is no target: write package.module:function or path/to/file.py:function")
    is_file = place.endswith(".py") or "/" in place or "\\" in place
    module = _import_file(Path(place)) if is_file else _import_module(place)
    value: Any = module
    path = place
    for part in name.split("."):
        if not hasattr(value, part):
            raise TargetError(f"{path} has no {part!r}{_suggestion(part, value)}")
        value = getattr(value, part)
        path = f"{path}:{part}" if value is None or path == place else f"{path}.{part}"
    if isinstance(value, type):
        raise TargetError(f"{text} is a class, not a function: name one of its methods, {text}.method")
    if not callable(value):
        raise TargetError(f"{text} is {_article(type(value).__name__)}, not a function")
    return Target(text, module, value)


def _import_module(name: str, shown: str = "") -> ModuleType:
    shown = shown or name
    if str(Path.cwd()) not in sys.path and "" not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # as `python -m` has it
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise TargetError(f"there is no module {error.name!r}") from error
        raise TargetError(f"importing {shown} failed: {one_line(error)}") from error
    except (Exception, SystemExit) as error:
        raise TargetError(f"importing {shown} failed: {one_line(error)}") from error


def _import_file(path: Path) -> ModuleType:
    """Import a file under the name that it has in its package, or by its own name where it is in none."""
    if path.suffix != ".py":
        raise TargetError(f"{path} is no Python file: its name does not end in .py")
    if not path.is_file():
        raise TargetError(f"there is no file {path}")
    shown, path = path, path.resolve()
    root, parts = path.parent, [path.stem]
    while (root / "__init__.py").is_file():
        root, parts = root.parent, [root.name, *parts]
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    name = ".".join(parts)
    known = sys.modules.get(name)
    if len(parts) > 1 or (known is not None and getattr(known, "__file__", None) == str(path)):
        return _import_module(name, str(shown))
    if known is None and getattr(importlib.util.find_spec(name), "origin", None) == str(path):
        return _import_module(name, str(shown))
    # Not by `import`: a file called `random.py` must not be taken for the module of that name, nor take its place.
    name = f"target_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{shown} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise TargetError(f"importing {shown} failed: {one_line(error)}") from error
    return module


def evaluate(text: str, module: ModuleType) -> tuple[Any, ...]:
    """The arguments that an expression stands for, evaluated in `module` with `np`: a tuple is several arguments.

    Raises
    ------
    TargetError
        With one line that says what is wrong with the expression.
    """
    try:
        value = eval(compile(text.strip(), "--args", "eval"), {"np": np, **vars(module)})
    except Exception as error:
        raise TargetError(f"--args {text!r}: {one_line(error)}") from error
    return value if type(value) is tuple else (value,)


def _suggestion(name: str, value: Any) -> str:
    close = difflib.get_close_matches(name, [known for known in dir(value) if not known.startswith("__")], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _article(word: str) -> str:
    return f"an {word}" if word[0].lower() in "aeiou" or word == "ndarray" else f"a {word}"


def one_line(error: BaseException) -> str:
    """The type and the message of an exception, without line breaks."""
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(f"{type(error).__name__}: {message}".split())
