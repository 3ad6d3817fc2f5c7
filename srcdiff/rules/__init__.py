"""The rules: one file per family of functions, in the table of `registry`.

The families register themselves when they are imported. NumPy's are imported with the first derivative; SciPy's when a
program that has imported SciPy is differentiated, so that srcdiff itself never imports it.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

__all__ = ["load_rules"]

_loaded: set[str] = set()


def load_rules() -> None:
    """Import every family whose library the program uses."""
    for module in pkgutil.iter_modules(__path__):
        name = module.name
        if name in _loaded or (name.startswith("scipy_") and sys.modules.get("scipy") is None):
            continue
        importlib.import_module(f"{__name__}.{name}")
        _loaded.add(name)
