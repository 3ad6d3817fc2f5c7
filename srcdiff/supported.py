"""The page of supported functions, from the registry: `python -m srcdiff.supported docs/reference/functions.md`."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from srcdiff.rules import load_rules
from srcdiff.rules.registry import Rule, all_rules

__all__ = ["page", "rows"]

_LIBRARIES = ("numpy", "scipy")
_KINDS = """\
*Elementwise* functions have a partial derivative for each operand, *linear* ones are their own tangent, *general* ones
have a rule for each mode; *constant* functions carry no derivative and pass through. Any other function is
differentiated from its Python source, or gets [a rule of yours](../how-to/rules.md)."""


def rows() -> dict[str, tuple[str, str]]:
    """Every function with a rule, by name: the kind of its rule, and the parameters that carry a derivative.

    SciPy's functions are among them only where SciPy is installed.
    """
    with contextlib.suppress(ImportError):
        importlib.import_module("scipy")
    load_rules()
    found = {}
    for rule in all_rules():
        name = _name(rule)
        if not name.startswith("srcdiff.") and "._" not in name:
            found[name] = (rule.kind, ", ".join(_parameters(rule)))
    return dict(sorted(found.items(), key=lambda item: (item[0].lower(), item[0])))


def _name(rule: Rule) -> str:
    """The dotted name; the functions of `numpy.random` are methods of an object that has no name."""
    if isinstance(getattr(rule.function, "__self__", None), np.random.RandomState):
        return f"numpy.random.{rule.function.__name__}"
    return rule.name


def _parameters(rule: Rule) -> Iterator[str]:
    if rule.kind != "constant":
        yield from rule.active


def page() -> str:
    """The page as Markdown."""
    versions = " and ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    families: dict[str, list[str]] = {}
    for name, (kind, parameters) in rows().items():
        family = name.rpartition(".")[0] or "builtins"
        by = ", ".join(f"`{parameter}`" for parameter in parameters.split(", ") if parameter)
        families.setdefault(family, []).append(f"| `{name}` | {kind} | {by} |")
    parts = [
        "# Supported functions",
        f"Written by `python -m srcdiff.supported` with {versions}; other releases have a few more or fewer.",
        _KINDS,
    ]
    for family in sorted(families):
        lines = [f"## {family}", "", "| function | rule | derivative by |", "| --- | --- | --- |", *families[family]]
        parts += ["\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _version(name: str) -> str:
    try:
        return ".".join(importlib.metadata.version(name).split(".")[:2])
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
