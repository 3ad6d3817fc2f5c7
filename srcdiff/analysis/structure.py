"""The shape of a core tree: what a statement binds, reads and writes into."""

from __future__ import annotations

from collections.abc import Iterator

import gast

__all__ = ["MUTATING_METHODS", "blocks", "bound_names", "flags_of", "root_name", "statements", "written_names"]

MUTATING_METHODS = frozenset(
    [
        "append",
        "extend",
        "insert",
        "pop",
        "remove",
        "clear",
        "reverse",
        "sort",
        "update",
        "setdefault",
        "popitem",
        "add",
        "discard",
        "fill",
        "put",
        "itemset",
        "partition",
        "resize",
        "setflags",
        "byteswap",
    ]
)


_SIMPLE = frozenset((gast.Assign, gast.AugAssign, gast.Expr, gast.Return, gast.Pass))


def blocks(statement: gast.stmt) -> Iterator[list[gast.stmt]]:
    """The blocks of a compound statement; inner functions are left aside."""
    if isinstance(statement, gast.FunctionDef):
        return
    for field in ("body", "orelse", "finalbody"):
        block = getattr(statement, field, None)
        if block:
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def statements(body: list[gast.stmt]) -> list[gast.stmt]:
    """Every statement, compound ones before what they contain, in the order of the text."""
    found: list[gast.stmt] = []
    for statement in body:
        found.append(statement)
        if statement.__class__ not in _SIMPLE:
            for block in blocks(statement):
                found += statements(block)
    return found


def root_name(node: gast.AST) -> str | None:
    """`a` for `a[i].b[j]`: the variable that a path starts at."""
    while isinstance(node, (gast.Subscript, gast.Attribute, gast.Starred)):
        node = node.value
    return node.id if isinstance(node, gast.Name) else None


def bound_names(statement: gast.stmt) -> Iterator[str]:
    """The variables that one statement binds itself, not counting the blocks in it."""
    if isinstance(statement, gast.Assign):
        for target in statement.targets:
            if isinstance(target, gast.Name):
                yield target.id
            elif isinstance(target, gast.Tuple):
                yield from (item.id for item in target.elts if isinstance(item, gast.Name))
    elif isinstance(statement, (gast.AugAssign, gast.For)):
        if isinstance(statement.target, gast.Name):
            yield statement.target.id
    elif isinstance(statement, gast.FunctionDef):
        yield statement.name
    elif isinstance(statement, gast.With):
        for item in statement.items:
            if isinstance(item.optional_vars, gast.Name):
                yield item.optional_vars.id
    elif isinstance(statement, (gast.Import, gast.ImportFrom)):
        for alias in statement.names:
            yield (alias.asname or alias.name).split(".")[0]
    elif isinstance(statement, gast.Try):
        for handler in statement.handlers:
            if handler.name is not None:
                yield handler.name if isinstance(handler.name, str) else handler.name.id


def flags_of(statement: gast.Try) -> list[str]:
    """The flags that the handlers of a `try` set; none where it has no handlers, or where they end by raising."""
    if any(isinstance(handler.body[-1], gast.Raise | gast.If) for handler in statement.handlers):
        return []
    inner = [part for handler in statement.handlers for part in handler.body if isinstance(part, gast.Assign)]
    return [
        part.targets[0].id
        for part in inner
        if isinstance(part.targets[0], gast.Name) and isinstance(part.value, gast.Constant) and part.value.value is True
    ]


def written_names(statement: gast.stmt) -> Iterator[str]:
    """The variables whose storage one statement writes into (subscripts, attributes, mutating methods)."""
    targets: list[gast.expr] = []
    if isinstance(statement, gast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, gast.AugAssign):
        targets = [statement.target]
    elif isinstance(statement, gast.Delete):
        targets = list(statement.targets)
    for target in targets:
        if isinstance(target, (gast.Subscript, gast.Attribute)):
            root = root_name(target)
            if root is not None:
                yield root
    value = getattr(statement, "value", None)
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr in MUTATING_METHODS:
        root = root_name(value.func.value)
        if root is not None:
            yield root
