"""What a standalone module carries along: the text of helpers, values written out, imports of the rest.

Every name that the text takes from its module is followed to the object that it stands for. A function of srcdiff or of
the primal's own module is copied with what it uses in its turn; numbers, strings and small arrays are written out as
they are; modules, and what can be imported from other modules, are imported.
"""

from __future__ import annotations

import builtins
import importlib
import re
import sys
import textwrap
import types
from collections.abc import Iterable, Mapping
from typing import Any

import gast
import numpy as np

from srcdiff.emit import emit
from srcdiff.errors import SourceError, UnsupportedError
from srcdiff.source import Source, read, unwrap

__all__ = ["Carrier"]

_LARGEST = 1000
"""How many elements of an array are written out."""


class Carrier:
    """The names of a standalone module, and what defines them.

    Parameters
    ----------
    home : str
        The module of the primal: functions of it are copied, for importing it may need more than they do.
    taken : iterable of str
        Names that have a meaning in the text already.
    found_in : mapping of str to (str, object)
        Module-level name to where the primal's module has it from: the last resort for an import.
    """

    def __init__(self, home: str, taken: Iterable[str], found_in: Mapping[str, tuple[str, Any]]) -> None:
        self.home = home
        self.taken = set(taken)
        self.found_in = found_in
        self.named: dict[str, Any] = {}
        self.imports: set[str] = set()
        self.constants: list[str] = []
        self.functions: list[str] = []

    def name(self, value: Any, preferred: str) -> str:
        """The name of an object in the module, which is defined there if it is not yet."""
        for known, other in self.named.items():
            if other is value:
                return known
        chosen = preferred
        while chosen in self.named or (chosen in self.taken and chosen != preferred):
            chosen += "_"
        self.define(chosen, value)
        return chosen

    def define(self, name: str, value: Any) -> None:
        """Let a name stand for an object."""
        self.named[name] = value
        self.taken.add(name)
        if isinstance(value, types.ModuleType):
            plain = value.__name__ == name
            self.imports.add(f"import {name}" if plain else f"import {value.__name__} as {name}")
        elif getattr(builtins, name, None) is value:
            return
        elif (text := _literal(value, self)) is not None:
            self.constants.append(f"{name} = {text}")
        elif self.is_copied(value):
            self.copy(name, unwrap(value))
        else:
            self.import_from(name, value)

    def is_copied(self, value: Any) -> bool:
        """Whether a function's text is carried along, rather than imported."""
        value = unwrap(value) if callable(value) else value
        if not isinstance(value, types.FunctionType):
            return False
        module = value.__module__ or ""
        own = module.partition(".")[0] == "srcdiff" or module in (self.home, "__main__")
        return own or _importable(value) is None

    def copy(self, name: str, function: types.FunctionType) -> None:
        """Copy a function, and define what it uses."""
        at = len(self.functions)
        self.functions.append("")  # it stands before what it uses
        self.functions[at] = self.text_of(name, function)

    def text_of(self, name: str, function: types.FunctionType) -> str:
        """The text of a function under a name, with the names that this module has for what it uses."""
        try:
            source = read(function)
        except SourceError as error:
            raise _not_carried(name, function) from error
        if _is_lambda(source):
            source.tree.name = name
            body: list[gast.AST] = [source.tree]
            for node, value in _outside(source, source.tree):
                node.id = self.name(value, node.id)
            return emit(body)
        lines = list(source.lines[source.tree.lineno - 1 : source.tree.end_lineno])
        edits = [(edit[0], *edit[1:]) for edit in self.edits(name, source)]
        for line, start, end, text in sorted(edits, reverse=True):
            encoded = lines[line].encode()
            lines[line] = (encoded[:start] + text.encode() + encoded[end:]).decode()
        return textwrap.dedent("\n".join(lines)) + "\n"

    def edits(self, name: str, source: Source) -> Iterable[tuple[int, int, int, str]]:
        """(line, start, end, text): what is written otherwise than in the source."""
        first = source.tree.lineno - 1
        if name != source.tree.name:
            start = re.search(r"def\s+", source.line(first + 1))
            assert start is not None
            yield 0, start.end(), start.end() + len(source.tree.name), name
        for node, value in _outside(source, source.tree):
            original = node.id if isinstance(node, gast.Name) else f"{node.value.id}.{node.attr}"
            chosen = self.name(value, original.rpartition(".")[2])
            if chosen != original:
                yield node.lineno - 1 - first, node.col_offset, node.end_col_offset, chosen

    def import_from(self, name: str, value: Any) -> None:
        """Import an object from where it is defined, or from where the primal's module has it."""
        where = _importable(value)
        if where is None and name in self.found_in and self.found_in[name][0] != "__main__":
            where = (self.found_in[name][0], name)
        if where is None:
            raise _not_carried(name, value)
        module, original = where
        if module.partition(".")[0] == "srcdiff":
            raise _not_carried(name, value)
        suffix = "" if original == name else f" as {name}"
        self.imports.add(f"from {module} import {original}{suffix}")

    def text(self) -> tuple[str, str]:
        """The imports and constants, and the functions."""
        plain = {line for line in self.imports if line.startswith("import ")}
        named: dict[str, list[str]] = {}
        for line in self.imports - plain:
            module, _, names = line.removeprefix("from ").partition(" import ")
            named.setdefault(module, []).append(names)
        lines = [
            *sorted(plain),
            *(f"from {module} import {', '.join(sorted(named[module]))}" for module in sorted(named)),
        ]
        standard = [line for line in lines if line.split()[1].partition(".")[0] in sys.stdlib_module_names]
        groups = [standard, [line for line in lines if line not in standard], self.constants]
        return "\n".join("".join(f"{line}\n" for line in group) for group in groups if group), "\n\n".join(
            self.functions
        )


def _outside(source: Source, tree: gast.AST) -> Iterable[tuple[Any, Any]]:
    """The names, and attributes of srcdiff's modules, that a function takes from outside, with what they mean."""
    modules = set()
    for node in gast.walk(tree):
        if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name):
            owner = _meaning(source, node.value.id)
            if isinstance(owner, types.ModuleType) and owner.__name__.partition(".")[0] == "srcdiff":
                modules.add(id(node.value))
                yield node, getattr(owner, node.attr)
    for node in gast.walk(tree):
        if isinstance(node, gast.Name) and id(node) not in modules:
            value = _meaning(source, node.id)
            if value is not _NOTHING and getattr(builtins, node.id, _NOTHING) is not value:
                yield node, value


_NOTHING = object()


def _meaning(source: Source, name: str) -> Any:
    try:
        return source.lookup(name)
    except KeyError:
        return _NOTHING


def _is_lambda(source: Source) -> bool:
    return source.function.__code__.co_name == "<lambda>"


def _importable(value: Any) -> tuple[str, str] | None:
    """(module, name) under which an object can be imported; ufuncs do not say, but NumPy has them."""
    name = getattr(value, "__name__", None)
    module = getattr(value, "__module__", None)
    for where in (module, "numpy"):
        if not isinstance(where, str) or not isinstance(name, str) or where == "__main__":
            continue
        try:
            if getattr(importlib.import_module(where), name, None) is value:
                return where, name
        except ImportError:
            continue
    return None


def _literal(value: Any, carrier: Carrier) -> str | None:
    """The expression that gives an equal value, for numbers, strings, containers of them and small arrays."""
    if value is None or isinstance(value, (bool, str, bytes)) or value is Ellipsis:
        return repr(value)
    if type(value) in (int, float, complex):
        text = repr(value)
        if re.search("inf|nan", text):
            return f"{type(value).__name__}({text.strip('()')!r})"
        return text
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return f"{carrier.name(np, 'np')}.{value.dtype.name}({_literal(value.item(), carrier)})"
    if type(value) in (list, tuple, set, frozenset) or type(value) is dict:
        return _display(value, carrier)
    if type(value) is np.ndarray and value.dtype.kind in "biufc" and value.size <= _LARGEST:
        items = _literal(value.tolist(), carrier)
        natural = value.dtype == np.array(value.tolist()).dtype and value.dtype.kind != "i"
        dtype = "" if natural else f', "{value.dtype.name}"'
        order = ', order="F"' if value.flags.f_contiguous and not value.flags.c_contiguous else ""
        shape = f".reshape({value.shape})" if value.size == 0 else ""
        return f"{carrier.name(np, 'np')}.array({items}{dtype}{order}){shape}"
    return None


def _display(value: Any, carrier: Carrier) -> str | None:
    if isinstance(value, dict):
        pairs = [(_literal(key, carrier), _literal(item, carrier)) for key, item in value.items()]
        if any(None in pair for pair in pairs):
            return None
        return f"{{{', '.join(f'{key}: {item}' for key, item in pairs)}}}"
    items = [_literal(item, carrier) for item in value]
    known = [item for item in items if item is not None]
    if len(known) < len(items):
        return None
    if isinstance(value, list):
        return f"[{', '.join(known)}]"
    if isinstance(value, tuple):
        return f"({', '.join(known)}{',' if len(known) == 1 else ''})"
    return f"{type(value).__name__}(({', '.join(sorted(known))}{',' if len(known) == 1 else ''}))"


def _not_carried(name: str, value: Any) -> UnsupportedError:
    return UnsupportedError(
        f"a standalone module that needs `{name}`, of type {type(value).__name__}, which can be neither written out "
        "nor imported",
        f"Make `{name}` a parameter of the primal, or define it in a module that can be imported.",
    )
