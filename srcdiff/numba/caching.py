"""Where `cache=True` keeps what was compiled from generated text.

Numba stamps what it keeps with the file that a function stands in. Generated text stands in none: its stamp is made
from the text and from everything that the text refers to, so that what was kept is never stale.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import pickle
import types
import uuid
from collections.abc import Mapping
from typing import Any

import numba
import numpy as np
from numba.core import config
from numba.core.caching import CacheImpl, _CacheLocator
from numba.misc.appdirs import AppDirs

import srcdiff

__all__ = ["STAMP", "GeneratedTextLocator", "install", "stamp_of"]

STAMP = "__srcdiff_stamp__"
"""The name under which the globals of generated functions have their stamp."""


class GeneratedTextLocator(_CacheLocator):
    """Finds the folder for a function of a generated module; other functions are left to Numba's own locators."""

    def __init__(self, function: types.FunctionType, stamp: str) -> None:
        self._stamp = stamp
        self._name = f"{function.__module__}.{function.__qualname__}"

    def get_cache_path(self) -> str:
        """The folder of the user's that Numba would take for a file without a writable one beside it."""
        folder = config.CACHE_DIR or AppDirs(appname="numba", appauthor=False).user_cache_dir
        return os.path.join(folder, "srcdiff")

    def get_source_stamp(self) -> str:
        """What everything depends on, in one number."""
        return self._stamp

    def get_disambiguator(self) -> str:
        """A name of its own for each text."""
        return hashlib.sha256(f"{self._name} {self._stamp}".encode()).hexdigest()[:16]

    @classmethod
    def from_function(cls, py_func: types.FunctionType, _py_file: str) -> GeneratedTextLocator | None:
        """A locator for a function of a generated module."""
        stamp = py_func.__globals__.get(STAMP)
        if stamp is None:
            return None
        locator = cls(py_func, stamp)
        try:
            locator.ensure_cache_path()
        except OSError:
            return None
        return locator


def install() -> None:
    """Let Numba know the locator."""
    if GeneratedTextLocator not in CacheImpl._locator_classes:
        CacheImpl._locator_classes.insert(0, GeneratedTextLocator)


def stamp_of(text: str, namespace: Mapping[str, Any]) -> str:
    """A number made from a text, from what the names in it stand for, and from the versions of what made it."""
    digest = hashlib.sha256(text.encode())
    digest.update(repr((srcdiff.__version__, np.__version__, numba.__version__)).encode())
    seen: set[int] = set()
    for name in sorted(namespace):
        digest.update(name.encode())
        _update(digest, namespace[name], seen)
    return digest.hexdigest()


def _update(digest: Any, value: Any, seen: set[int]) -> None:
    """Add what a value is to a digest; a value that cannot be told from another one makes it unique."""
    function = getattr(value, "py_func", value)
    if isinstance(value, types.ModuleType):
        digest.update(f"{value.__name__} {getattr(value, '__version__', '')}".encode())
    elif isinstance(function, types.FunctionType):
        if id(function) not in seen:
            seen.add(id(function))
            _update_function(digest, function, seen)
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype} {value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif callable(value) and getattr(value, "__module__", "").partition(".")[0] in ("numpy", "math", "builtins"):
        digest.update(repr(getattr(value, "__qualname__", value)).encode())
    else:
        try:
            digest.update(pickle.dumps(value))
        except Exception:  # pickling runs any code
            digest.update(uuid.uuid4().bytes)


def _update_function(digest: Any, function: types.FunctionType, seen: set[int]) -> None:
    """A function is its source, its defaults, and what its names stand for."""
    try:
        digest.update(inspect.getsource(function).encode())
    except (OSError, TypeError):
        digest.update(function.__code__.co_code + repr(function.__code__.co_consts).encode())
    names = {name: function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__}
    names |= inspect.getclosurevars(function).nonlocals
    for name in sorted(names):
        digest.update(name.encode())
        _update(digest, names[name], seen)
    _update(digest, (function.__defaults__, function.__kwdefaults__), seen)
