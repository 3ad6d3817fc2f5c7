"""Captured objects that a primal writes into: what goes in with a derivative must not come out without it.

A list, a dictionary, an array or an object of a module or of a closure has no adjoint. A value that carries a
derivative may be stored in it, as in a log; if it is also read where the derivative is taken, that is refused.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import MUTATING_METHODS, blocks, bound_names, root_name, statements, written_names
from srcdiff.build import name, names_read
from srcdiff.errors import UnsupportedError

if TYPE_CHECKING:
    from srcdiff.transform.calls import Calls

__all__ = ["CapturedState", "Writes", "captured_reads", "captured_writes"]

Writes = tuple[tuple[int, UnsupportedError], ...]


@dataclass
class CapturedState:
    """What the functions of one generated module do with captured objects, by the objects' identities."""

    written: dict[int, UnsupportedError] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)

    def note(self, function: core.Function, facts: Facts, storage: Storage, varied: set[str], calls: Calls) -> None:
        """Note what a function does that is differentiated."""
        self.written |= dict(captured_writes(function, facts, storage, varied, calls))
        self.read |= captured_reads(function, facts)

    def refuse(self) -> None:
        """Refuse what is both written into, with a derivative, and read."""
        for identity, refusal in self.written.items():
            if identity in self.read:
                raise refusal


def captured_writes(
    function: core.Function, facts: Facts, storage: Storage, varied: set[str], calls: Calls
) -> Iterator[tuple[int, UnsupportedError]]:
    """The captured objects that get something that is `varied`, and the refusals of that."""
    captured = _captured(function, facts)
    for statement in statements(function.body):
        value = getattr(statement, "value", None)
        call = value if isinstance(value, gast.Call) else None
        given = [*call.args, *(k.value for k in call.keywords)] if call is not None else []
        if call is not None and varied & names_read(given):
            site = calls.site(call, facts)
            if site is not None:
                yield from calls.summary(site).captured
        if not isinstance(value, gast.AST) or not varied & names_read(given or value):
            continue
        for root in written_names(statement):
            for title in _reached(root, captured, storage):
                yield id(captured[title]), _refusal(function, statement, title)


def captured_reads(function: core.Function, facts: Facts) -> set[int]:
    """The captured objects that are read, other than to write into them."""
    captured = _captured(function, facts)
    read = {n for s in statements(function.body) for n in names_read(list(_read_expressions(s)))}
    return {id(captured[n]) for n in read & set(captured)}


def _captured(function: core.Function, facts: Facts) -> dict[str, Any]:
    """The free names of a function that mean something that can be written into."""
    own = set(function.parameters) | {n for s in statements(function.body) for n in bound_names(s)}
    found: dict[str, Any] = {}
    for free in names_read(function.body) - own:
        try:
            value = facts.object_of(name(free))
        except LookupError:
            continue
        if _is_state(value):
            found[free] = value
    return found


def _is_state(value: Any) -> bool:
    if isinstance(value, (types.ModuleType, type)):
        return False
    return isinstance(value, (list, dict, set, np.ndarray)) or (hasattr(value, "__dict__") and not callable(value))


def _reached(root: str, captured: dict[str, Any], storage: Storage) -> Iterable[str]:
    """The captured objects that a write through a name goes to."""
    if root in captured:
        return [root]
    if root not in storage.parent:
        return []
    own = storage.root(root)
    known = [title for title in captured if title in storage.parent]
    return [title for title in known if storage.root(title) == own or own in set(storage.within(title))]


def _read_expressions(statement: gast.stmt) -> Iterator[gast.AST]:
    """What a statement reads, without the container that it writes into."""
    if isinstance(statement, gast.FunctionDef):
        yield statement
        return
    if any(True for _ in blocks(statement)):
        yield from (part for f in ("test", "iter") if isinstance(part := getattr(statement, f, None), gast.AST))
        return
    value = getattr(statement, "value", None)
    if isinstance(statement, gast.AugAssign):
        yield statement
    elif isinstance(statement, gast.Expr) and isinstance(value, gast.Call) and _mutates(value):
        yield from [*value.args, *(k.value for k in value.keywords)]
    elif isinstance(value, gast.AST):
        yield value
    elif not isinstance(statement, gast.Assign):
        yield statement


def _mutates(node: gast.Call) -> bool:
    method = isinstance(node.func, gast.Attribute) and node.func.attr in MUTATING_METHODS
    return method and root_name(node.func) is not None


def _refusal(function: core.Function, statement: gast.stmt, title: str) -> UnsupportedError:
    error: UnsupportedError = function.source.unsupported(
        statement,
        f"`{title}`, which is captured, gets a value that carries a derivative, and is read again",
        "Pass it as an argument, or make it in the function. For a cache, use functools.cache.",
    )
    return error
