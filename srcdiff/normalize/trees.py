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
    "walk",
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
            kind: Any = type(value)
            copy = kind.__new__(kind)
            inside = copy.__dict__
            for field, part in value.__dict__.items():
                if isinstance(part, (list, gast.AST)) and not isinstance(part, _MARKS):
                    pending.append((part, inside, field))
                else:
                    inside[field] = part
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
        if part is node or part.__dict__.get("lineno") is None:
            if part.__dict__.get("lineno") is None:
                part.__dict__.update(position)
            pending += children(part)
    return node


#: Fields that hold no statement, expression or part of one.
_WORDS = "ctx op ops id attr arg type_comment kind conversion names level module asname is_async simple type_params"
_LEAVES = frozenset(_WORDS.split())
_fields: dict[type, tuple[str, ...]] = {}


def children(node: gast.AST) -> list[gast.AST]:
    """The nodes directly below, in the order of the fields; operators and contexts are none."""
    kind = type(node)
    if kind is gast.Name or kind is gast.Constant:  # most nodes are
        return []
    fields = _fields.get(kind)
    if fields is None:
        skipped = _LEAVES - {"names"} if kind in (gast.Import, gast.ImportFrom) else _LEAVES
        fields = _fields[kind] = tuple(field for field in kind._fields if field not in skipped)
    found: list[gast.AST] = []
    inside = node.__dict__
    for field in fields:
        value = inside.get(field)
        if type(value) is list:
            found += [item for item in value if isinstance(item, gast.AST)]
        elif isinstance(value, gast.AST):
            found.append(value)
    return found


def walk(nodes: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """These nodes and all below them, in no order that matters; operators and contexts are left out."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        pending += children(node)


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
        kind = type(node)
        if kind is gast.Name or kind is gast.Constant:
            continue
        if kind in FUNCTIONS:
            arguments = node.args
            parts = [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]
            parts += getattr(node, "decorator_list", [])
            pending += parts[::-1]
        elif kind is gast.ClassDef:
            pending.extend(node.decorator_list)
        else:
            pending += children(node)[::-1]


def bound_names(nodes: Iterable[gast.AST]) -> set[str]:
    """The names that these nodes bind or delete in their own function, those inside comprehensions included."""
    found: set[str] = set()
    for node in own_nodes(nodes):
        if isinstance(node, gast.Name):
            if not isinstance(node.ctx, gast.Load):
                found.add(node.id)
        elif type(node) in _BINDING:
            found.update(_bound_text(node))
    return found


def names_in(nodes: Iterable[gast.AST]) -> set[str]:
    """Every name that occurs in these nodes, read or bound, those of inner functions included."""
    found: set[str] = set()
    for node in walk(nodes):
        if isinstance(node, gast.Name):
            found.add(node.id)
        elif type(node) in _BINDING:
            found.update(_bound_text(node))
        elif isinstance(node, (gast.Global, gast.Nonlocal)):
            found.update(node.names)
    return found


_BINDING = frozenset(
    {
        gast.alias,
        gast.FunctionDef,
        gast.AsyncFunctionDef,
        gast.ClassDef,
        gast.MatchAs,
        gast.MatchStar,
        gast.MatchMapping,
    }
)


def _bound_text(node: Any) -> list[str]:
    """The names that a node binds and that are plain strings in it."""
    if isinstance(node, gast.alias):
        return [node.asname or node.name.split(".")[0]]
    name = node.rest if isinstance(node, gast.MatchMapping) else node.name
    return [name] if name else []
