"""Short, nasty programs by theme: one file per theme, each program an ordinary function as people write it."""

from __future__ import annotations

import importlib
import pkgutil

from tests.corpus.registry import PROGRAMS, Program

__all__ = ["THEMES", "all_programs"]

_MACHINERY = {"__main__", "registry", "runner"}
THEMES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _MACHINERY))


def all_programs() -> list[Program]:
    """Every program of every theme, in the order of the files."""
    for theme in THEMES:
        importlib.import_module(f"{__name__}.{theme}")
    return list(PROGRAMS)
