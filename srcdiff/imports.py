"""Imports inside a function: what they bind is known when the function is read, like any global.

An `import` that stands in a function is taken out of its tree, and the names that it binds are free names from then on,
with the objects that it would have bound. So is a `try` of imports: what it does on this machine is what counts.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff.scopes import parameter_names

__all__ = ["take_out_imports"]

_FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
_Import = (gast.Import, gast.ImportFrom)


@dataclass(frozen=True)
class _Found:
    """An import: the block that it stands in, and whether it is surely executed once the function has begun."""

    statement: gast.stmt
    block: list[gast.stmt]
    surely: bool
    inner: bool


def take_out_imports(tree: gast.FunctionDef, function: types.FunctionType) -> dict[str, Any]:
    """Remove the imports that can be resolved, in place; the names that they bind, with their objects.

    A name that is bound otherwise, too, stays as it is, and so does an import that fails.
    """
    if not any(isinstance(node, _Import) for node in gast.walk(tree)):
        return {}
    package = function.__globals__.get("__package__") or function.__globals__.get("__name__", "").rpartition(".")[0]
    _settle_attempts(tree.body, package)
    found = list(_imports(tree.body, surely=True, inner=False))
    bound: dict[str, list[tuple[_Found, Any]]] = {}
    failed: set[int] = set()
    for entry in found:
        made = _made_by(entry, package)
        for name, value in made or ():
            bound.setdefault(name, []).append((entry, value))
        if made is None:
            failed.add(id(entry.statement))
    others = _other_bindings(tree)
    known = dict.fromkeys(bound)
    for name, entries in bound.items():
        outside = [_outside(name, function)] if any(entry.inner for entry, _ in entries) else []
        values = [value for _, value in entries] + [value for value in outside if value is not None]
        if name in others or any(value is not values[0] for value in values):
            failed |= {id(entry.statement) for entry, _ in entries}
        known[name] = values[0]
    _give_back(found, failed, bound)
    for entry in found:
        if id(entry.statement) not in failed:
            place = next(index for index, other in enumerate(entry.block) if other is entry.statement)
            entry.block[place : place + 1] = [] if len(entry.block) > 1 else [_nothing(entry.statement)]
    return {
        name: known[name]
        for name, entries in bound.items()
        if not any(id(entry.statement) in failed for entry, _ in entries)
    }


def _give_back(found: list[_Found], failed: set[int], bound: dict[str, list[tuple[_Found, Any]]]) -> None:
    """An import of several names stays if one of them has to; so do the other imports of all of these names."""
    while True:
        before = len(failed)
        for entries in bound.values():
            if any(id(entry.statement) in failed for entry, _ in entries):
                failed |= {id(entry.statement) for entry, _ in entries}
        if len(failed) == before:
            return


def _nothing(statement: gast.stmt) -> gast.stmt:
    return gast.copy_location(gast.Pass(), statement)


def _imports(body: list[gast.stmt], *, surely: bool, inner: bool) -> Iterator[_Found]:
    """Every import in a block and below it."""
    for statement in body:
        if isinstance(statement, _Import):
            yield _Found(statement, body, surely, inner)
            continue
        below = inner or isinstance(statement, _FUNCTIONS)
        kept = surely and isinstance(statement, gast.With)
        for field in ("body", "orelse", "finalbody"):
            block = getattr(statement, field, None)
            if isinstance(block, list):
                yield from _imports(block, surely=kept, inner=below)
        for handler in [*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]:
            yield from _imports(handler.body, surely=False, inner=below)


def _made_by(entry: _Found, package: str) -> list[tuple[str, Any]] | None:
    """What an import binds; None where it fails, or where it need not be executed and would load something."""
    try:
        return list(_bindings(entry.statement, package, loaded=not entry.surely))
    except (ImportError, AttributeError):
        return None


def _bindings(statement: gast.stmt, package: str, *, loaded: bool) -> Iterator[tuple[str, Any]]:
    """The names that an import binds, and what to; ImportError where it fails, or imports what is not `loaded` yet."""
    if isinstance(statement, gast.Import):
        for alias in statement.names:
            module = _module(alias.name, loaded=loaded)
            first = alias.name.partition(".")[0]
            yield (alias.asname, module) if alias.asname else (first, sys.modules[first])
        return
    path = "." * (statement.level or 0) + (statement.module or "")
    path = importlib.util.resolve_name(path, package) if path.startswith(".") else path
    module = _module(path, loaded=loaded)
    for alias in statement.names:
        if not hasattr(module, alias.name):
            _module(f"{path}.{alias.name}", loaded=loaded)
        yield alias.asname or alias.name, getattr(module, alias.name)


def _module(path: str, *, loaded: bool) -> types.ModuleType:
    if loaded and path not in sys.modules:
        raise ImportError(path)
    return importlib.import_module(path)


def _settle_attempts(body: list[gast.stmt], package: str) -> None:
    """`try: import a except ImportError: a = None` as what it comes to, in place."""
    for index in range(len(body) - 1, -1, -1):
        statement = body[index]
        if not isinstance(statement, gast.Try) or not all(isinstance(part, _Import) for part in statement.body):
            continue
        try:
            for part in statement.body:
                list(_bindings(part, package, loaded=False))
        except (ImportError, AttributeError):
            handler = statement.handlers[0] if statement.handlers and _catches(statement.handlers[0]) else None
            if handler is None or handler.name is not None:
                continue
            chosen = handler.body
        else:
            chosen = [*statement.body, *statement.orelse]
        body[index : index + 1] = [*chosen, *statement.finalbody]


def _catches(handler: gast.ExceptHandler) -> bool:
    """Whether a handler is known to catch an ImportError."""
    kinds = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in ("ImportError", "Exception") for kind in kinds)


def _other_bindings(tree: gast.FunctionDef) -> set[str]:
    """The names that anything but an import binds, in the function or in one inside it."""
    found: set[str] = set()
    for node in gast.walk(tree):
        if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            found.add(node.id)
        elif isinstance(node, (gast.Global, gast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, (gast.MatchAs, gast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)) and node is not tree:
            found.add(node.name)
        if isinstance(node, _FUNCTIONS):
            found.update(parameter_names(node.args))
    return found


def _outside(name: str, function: types.FunctionType) -> Any:
    """What a name means outside of the function; None where it means nothing."""
    return function.__globals__.get(name, vars(builtins).get(name))
