"""Text to functions: generated code that tracebacks, debuggers and `inspect` see as if it stood in a file."""

from __future__ import annotations

import builtins
import hashlib
import linecache
import sys
import threading
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["GeneratedLoader", "filename_of", "load"]


class GeneratedLoader:
    """What holds a generated text: the `__loader__` of the modules made from it.

    Its lines are in `linecache` for as long as a function made from the text lives: the functions' globals hold the
    loader, and when the last of them is collected the lines go too.
    """

    def __init__(self, filename: str, text: str) -> None:
        self.filename = filename
        self.text = text
        entry = (len(text), None, text.splitlines(keepends=True), filename)  # no time stamp: never checked on disk
        linecache.cache[filename] = entry
        weakref.finalize(self, _forget, filename, entry).atexit = False

    def get_source(self, _name: str) -> str:
        """The text, as `linecache` and `inspect` ask for it."""
        return self.text


_loaders: weakref.WeakValueDictionary[str, GeneratedLoader] = weakref.WeakValueDictionary()
_lock = threading.Lock()


def load(
    text: str, name: str, namespace: Mapping[str, Any] | None = None, *, module: bool = False
) -> dict[str, Callable[..., Any]]:
    """Run a generated module and return the functions that it defines, in their order.

    Parameters
    ----------
    text : str
        The module.
    name : str
        What it is called in tracebacks: `<srcdiff misfit_adjoint 3f2a91c0>`. The number is made from the text, so that
        two texts of one name do not mix, and the same text has the same name in every process.
    namespace : mapping, optional
        Names that the text uses beside its own imports.
    module : bool
        Also put the module into `sys.modules`, under the functions' `__module__`, where pickle and Numba's cache look
        for it. It then stays for good; a module of the same text and name is replaced.
    """
    loader = _loader(text, name)
    filename = loader.filename
    program = compile(text, filename, "exec", dont_inherit=True)
    made = types.ModuleType(_module_name(filename))
    names = made.__dict__ if module else {}
    names.update(namespace or {})
    names.update(
        __name__=made.__name__,
        __doc__=None,
        __package__="",
        __spec__=None,
        __file__=filename,
        __builtins__=builtins,
        __loader__=loader,
    )
    exec(program, names)
    if module:
        sys.modules[made.__name__] = made
    defined = [constant.co_name for constant in program.co_consts if isinstance(constant, types.CodeType)]
    return {function: names[function] for function in defined if callable(names.get(function))}


def filename_of(text: str, name: str, digits: int = 8) -> str:
    """The name under which a text is shown as a file.

    Examples
    --------
    >>> filename_of("def misfit_adjoint(): pass", "misfit_adjoint")
    '<srcdiff misfit_adjoint e7f39b45>'
    """
    return f"<srcdiff {name} {hashlib.sha256(text.encode()).hexdigest()[:digits]}>"


def _module_name(filename: str) -> str:
    words = "_".join(filename.strip("<>").split())
    return "".join(letter if letter.isalnum() else "_" for letter in words)


def _loader(text: str, name: str) -> GeneratedLoader:
    """The loader of a text: one for all modules made from it."""
    with _lock:
        digits, filename = 8, filename_of(text, name)
        loader = _loaders.get(filename)
        while loader is not None and loader.text != text:  # two texts whose numbers begin alike
            digits += 8
            filename = filename_of(text, name, digits)
            loader = _loaders.get(filename)
        if loader is None or filename not in linecache.cache:
            loader = _loaders[filename] = GeneratedLoader(filename, text)
        return loader


def _forget(filename: str, entry: Any) -> None:
    """Remove the lines of a text that nothing uses any more, unless they were registered anew."""
    if linecache.cache.get(filename) is entry:
        linecache.cache.pop(filename, None)
