"""Trees: copies, positions, and which names a piece of a program binds or reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import gast

__all__ = [
    "COMPREHENSIONS",
    "FUNCTIONS",
    "LOOPS",
    "bound_names",
    "children",
    "clone",
    "is_atom",
    "is_number",
    "locate",
    "names_in",
    "own_nodes",
]

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
LOOPS = (gast.For, gast.While)
_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")
_MARKS = (gast.expr_context, gast.operator, gast.unaryop, gast.cmpop, gast.boolop)


def clone(node: Any) -> Any:
    """A copy that shares no statement or expression with the original. Chains of any length are copied."""
    result: list[Any] = [None]
    pending: list[tuple[Any, Any, Any]] = [(node, result, 0)]
    while pending:
        value, holder, key = pending.pop()
        if isinstance(value, list):
            copy: Any = [None] * len(value)
            pending.extend((item, copy, i) for i, item in enumerate(value))
        elif isinstance(value, gast.AST) and not isinstance(value, _MARKS):
            copy = type(value).__new__(type(value))
            for field, part in value.__dict__.items():
                if isinstance(part, (list, gast.AST)):
                    pending.append((part, copy.__dict__, field))
                else:
                    copy.__dict__[field] = part
        else:
            copy = value
        holder[key] = copy
    return result[0]


def locate(node: Any, origin: gast.AST) -> Any:
    """`node` and everything in it that has no position yet, at the position of `origin`."""
    position = {field: getattr(origin, field, None) for field in _POSITION}
    pending = [node]
    while pending:
        part = pending.pop()
        if part is node or (part.__dict__.get("lineno") is None and not isinstance(part, _MARKS)):
            if part.__dict__.get("lineno") is None:
                part.__dict__.update(position)
            pending.extend(children(part))
    return node


def children(node: gast.AST) -> Iterator[gast.AST]:
    """The nodes directly below, in the order of evaluation as far as the fields go."""
    for field in node._fields:
        value = node.__dict__.get(field)
        if isinstance(value, list):
            for item in value:
                if isinstance(item, gast.AST):
                    yield item
        elif isinstance(value, gast.AST):
            yield value


def is_number(node: gast.AST) -> bool:
    """Whether a node is a literal number, or a negative one."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        return is_number(node.operand) and isinstance(node.operand, gast.Constant)
    return isinstance(node, gast.Constant) and type(node.value) in (int, float, complex)


def is_atom(node: gast.AST) -> bool:
    """Whether a node is a name or a constant; a negative number is one, too."""
    return isinstance(node, (gast.Name, gast.Constant)) or is_number(node)


def own_nodes(nodes: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """These nodes and all below them that belong to the same function.

    Of an inner function only what is evaluated where it is defined: its defaults, decorators and annotations.
    """
    pending = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, FUNCTIONS):
            arguments = node.args
            parts = [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]
            parts += getattr(node, "decorator_list", [])
            pending.extend(parts[::-1])
        elif isinstance(node, gast.ClassDef):
            pending.extend(node.decorator_list)
        else:
            pending.extend(list(children(node))[::-1])


def bound_names(nodes: Iterable[gast.AST]) -> set[str]:
    """The names that these nodes bind or delete in their own function, those inside comprehensions included."""
    found: set[str] = set()
    for node in own_nodes(nodes):
        if isinstance(node, gast.Name):
            if not isinstance(node.ctx, gast.Load):
                found.add(node.id)
        elif isinstance(node, gast.alias):
            found.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (gast.MatchAs, gast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, gast.MatchMapping) and node.rest:
            found.add(node.rest)
    return found


def names_in(nodes: Iterable[gast.AST]) -> set[str]:
    """Every name that occurs in these nodes, read or bound, those of inner functions included."""
    found: set[str] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, gast.Name):
            found.add(node.id)
        elif isinstance(node, (gast.FunctionDef, gast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, gast.alias):
            found.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, (gast.Global, gast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, (gast.MatchAs, gast.MatchStar)) and node.name:
            found.add(node.name)
        elif isinstance(node, gast.MatchMapping) and node.rest:
            found.add(node.rest)
        pending.extend(children(node))
    return found
