"""What an inner function takes from outside."""

from __future__ import annotations

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import names_read

__all__ = ["free_names", "own_names", "parameters_of"]


def parameters_of(arguments: gast.arguments) -> list[gast.Name]:
    """The parameters in the order of the signature, `*args` and `**kwargs` among them."""
    starred = [arguments.vararg] if arguments.vararg is not None else []
    double = [arguments.kwarg] if arguments.kwarg is not None else []
    return [*arguments.posonlyargs, *arguments.args, *starred, *arguments.kwonlyargs, *double]


def own_names(node: gast.FunctionDef) -> set[str]:
    """What a definition binds: its parameters and its variables."""
    return {a.id for a in parameters_of(node.args)} | {n for s in statements(node.body) for n in bound_names(s)}


def free_names(statement: gast.stmt) -> set[str]:
    """What a definition reads and does not bind itself; what any other statement reads."""
    if not isinstance(statement, gast.FunctionDef):
        return names_read(statement)
    read: set[str] = set()
    for inner in statements(statement.body):
        if isinstance(inner, gast.FunctionDef):
            read |= free_names(inner)
        elif not any(True for _ in blocks(inner)):
            read |= names_read(inner)
        else:
            headers = [getattr(inner, field, None) for field in ("test", "iter", "items")]
            read |= names_read([h for h in headers if isinstance(h, gast.AST)])
            read |= names_read([item for h in headers if isinstance(h, list) for item in h])
            read |= names_read([h.type for h in getattr(inner, "handlers", ()) if h.type is not None])
    defaults = [d for d in (*statement.args.defaults, *statement.args.kw_defaults) if d is not None]
    return (read - own_names(statement)) | names_read(defaults)
