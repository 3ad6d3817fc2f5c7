"""Inner functions: a `lambda` becomes a `def`, and the body of every inner function is normalised as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.trees import clone

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["definition", "function"]

Finish = Callable[["Flattener", gast.FunctionDef], list[gast.stmt]]


def definition(flat: Flattener, statement: gast.FunctionDef) -> None:
    """`def` inside a function; a decorator is a call."""
    decorators = flat.atoms(statement.decorator_list, statement.name)
    arguments = _arguments(flat, statement.args, statement.name)
    _define(flat, statement, statement.name, arguments)
    for decorator in reversed(decorators):
        call = build.call(decorator, flat.read(statement.name))
        flat.emit(build.assign(statement.name, call))


def function(flat: Flattener, node: gast.Lambda, stem: str, into: str | None) -> gast.expr:
    """`lambda`."""
    name = into or flat.names.fresh(f"{stem}_function")
    body: list[gast.stmt] = [flat.like(node.body, gast.Return(node.body))]
    inner = gast.FunctionDef(name, node.args, body, [], None, None, [])
    arguments = _arguments(flat, node.args, name)
    _define(flat, flat.like(node, inner), name, arguments)
    return flat.read(name, node)


def _arguments(flat: Flattener, arguments: gast.arguments, stem: str) -> gast.arguments:
    """The parameters; their defaults are evaluated now."""
    present = [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
    atoms = iter(flat.atoms(present, stem))
    result: gast.arguments = clone(arguments)
    result.defaults = [next(atoms) for _ in arguments.defaults]
    result.kw_defaults = [None if default is None else next(atoms) for default in arguments.kw_defaults]
    return result


def _define(flat: Flattener, tree: gast.FunctionDef, name: str, arguments: gast.arguments) -> None:
    body = flat.inner_body(tree)
    flat.emit(gast.FunctionDef(name, arguments, body, [], tree.returns, None, []))
