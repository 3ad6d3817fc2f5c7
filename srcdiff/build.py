"""Building expressions: small constructors that never make `1.0 * x`, `0.0 + x` or `--x`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import gast

__all__ = [
    "add",
    "assign",
    "attribute",
    "augment",
    "binary",
    "call",
    "constant",
    "display",
    "index_argument",
    "is_constant",
    "is_name",
    "mentioned_at",
    "multiply",
    "name",
    "negate",
    "parse_expression",
    "same_tree",
    "statement_like",
    "store",
    "subscript",
    "substitute",
    "walk",
]


def name(identifier: str) -> gast.Name:
    """A name that is read."""
    return gast.Name(identifier, gast.Load(), None, None)


def store(identifier: str) -> gast.Name:
    """A name that is bound."""
    return gast.Name(identifier, gast.Store(), None, None)


def constant(value: Any) -> gast.expr:
    """A literal."""
    return gast.Constant(value, None)


def is_name(node: gast.AST | None, identifier: str | None = None) -> bool:
    """Whether a node is a name (this name)."""
    return isinstance(node, gast.Name) and (identifier is None or node.id == identifier)


def is_constant(node: gast.AST, *values: Any) -> bool:
    """Whether a node is a literal (one of these numbers)."""
    if not isinstance(node, gast.Constant):
        return False
    return not values or (type(node.value) in (int, float) and node.value in values)


def binary(left: gast.expr, operator: gast.operator, right: gast.expr) -> gast.expr:
    """`left operator right`, as it is."""
    return gast.BinOp(left, operator, right)


def add(left: gast.expr, right: gast.expr) -> gast.expr:
    """`left + right`; a negated right operand makes a difference."""
    if is_constant(left, 0, 0.0):
        return right
    if is_constant(right, 0, 0.0):
        return left
    if isinstance(right, gast.UnaryOp) and isinstance(right.op, gast.USub):
        return gast.BinOp(left, gast.Sub(), right.operand)
    return gast.BinOp(left, gast.Add(), right)


def multiply(left: gast.expr, right: gast.expr) -> gast.expr:
    """`left * right`, without factors of one."""
    if is_constant(left, 1, 1.0):
        return right
    if is_constant(right, 1, 1.0):
        return left
    return gast.BinOp(left, gast.Mult(), right)


def negate(operand: gast.expr) -> gast.expr:
    """`-operand`, or the operand of a negation."""
    if isinstance(operand, gast.UnaryOp) and isinstance(operand.op, gast.USub):
        return operand.operand
    return gast.UnaryOp(gast.USub(), operand)


def call(function: str | gast.expr, *arguments: gast.expr, **keywords: gast.expr) -> gast.Call:
    """A call of a dotted name or of an expression."""
    target = dotted(function) if isinstance(function, str) else function
    return gast.Call(target, list(arguments), [gast.keyword(key, value) for key, value in keywords.items()])


def dotted(path: str) -> gast.expr:
    """`np.linalg.inv` as an expression."""
    first, *rest = path.split(".")
    node: gast.expr = name(first)
    for part in rest:
        node = attribute(node, part)
    return node


def attribute(value: gast.expr, attr: str) -> gast.expr:
    """`value.attr`."""
    return gast.Attribute(value, attr, gast.Load())


def subscript(value: gast.expr, index: gast.expr, ctx: gast.expr_context | None = None) -> gast.Subscript:
    """`value[index]`, read unless told otherwise."""
    return gast.Subscript(value, index, ctx or gast.Load())


def display(items: Iterable[gast.expr], ctx: gast.expr_context | None = None) -> gast.Tuple:
    """A tuple."""
    return gast.Tuple(list(items), ctx or gast.Load())


def assign(target: str | gast.expr, value: gast.expr) -> gast.Assign:
    """`target = value`."""
    return gast.Assign([store(target) if isinstance(target, str) else target], value, None)


def augment(target: str | gast.expr, operator: gast.operator, value: gast.expr) -> gast.AugAssign:
    """`target operator= value`."""
    return gast.AugAssign(store(target) if isinstance(target, str) else target, operator, value)


def statement_like(statement: gast.stmt, origin: gast.AST) -> gast.stmt:
    """`statement` with the position of `origin`."""
    for field in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        if hasattr(origin, field):
            setattr(statement, field, getattr(origin, field))
    return statement


def parse_expression(text: str) -> gast.expr:
    """The tree of an expression."""
    return gast.parse(text, mode="eval").body


_LITERALS = (gast.Load, gast.Store, gast.Del, gast.operator, gast.unaryop, gast.cmpop, gast.boolop)


def substitute(node: Any, values: dict[str, gast.expr], moved: Collection[str] = ()) -> Any:
    """A copy of a tree in which names that are read stand for expressions.

    Every name in the copy is a node of its own: analyses tell occurrences apart by identity. The values of names in
    `moved` are put in as they are: nothing else has them any more.
    """
    if isinstance(node, gast.Name):
        value = values.get(node.id)
        if value is None or not (isinstance(node.ctx, gast.Load) or isinstance(value, gast.Name)):
            return gast.copy_location(gast.Name(node.id, node.ctx, None, None), node)
        if isinstance(value, gast.Name):
            return gast.copy_location(gast.Name(value.id, node.ctx, None, None), node)
        return value if node.id in moved else substitute(value, {})
    if isinstance(node, list):
        return [substitute(item, values, moved) for item in node]
    if not isinstance(node, gast.AST) or isinstance(node, (_LITERALS, gast.Constant)):
        return node
    copy = type(node)(*[substitute(getattr(node, field, None), values, moved) for field in node._fields])
    for field in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        if hasattr(node, field):
            setattr(copy, field, getattr(node, field))
    return copy


def same_tree(a: Any, b: Any) -> bool:
    """Whether two expressions are written alike."""
    if a.__class__ is not b.__class__:
        return False
    if isinstance(a, gast.Name):
        return bool(a.id == b.id)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same_tree, a, b))
    if not isinstance(a, gast.AST):
        return type(a) is type(b) and bool(a == b)
    return all(same_tree(getattr(a, f, None), getattr(b, f, None)) for f in reversed(a._fields) if f != "ctx")


def index_argument(index: gast.expr) -> gast.expr:
    """An index as an argument: a slice is spelled out."""
    if isinstance(index, gast.Slice):
        parts = [part if part is not None else constant(None) for part in (index.lower, index.upper, index.step)]
        return call("slice", *parts)
    if isinstance(index, gast.Tuple):
        return gast.Tuple([index_argument(item) for item in index.elts], gast.Load())
    return index


_LEAVES = frozenset(("ctx", "op", "ops", "id", "attr", "annotation", "type_comment", "kind", "returns"))
_FIELDS: dict[type, tuple[str, ...]] = {gast.Name: (), gast.Constant: ()}


def walk(*trees: gast.AST) -> list[gast.AST]:
    """The nodes of these trees, breadth first, but for operators and contexts; many times faster than `ast.walk`."""
    nodes = list(trees)
    for node in nodes:
        kind = node.__class__
        fields = _FIELDS.get(kind)
        if fields is None:
            fields = _FIELDS[kind] = tuple(f for f in kind._fields if f not in _LEAVES)
        for field in fields:
            value = getattr(node, field, None)
            if value.__class__ is list:
                nodes += [item for item in value if isinstance(item, gast.AST)]
            elif value is not None and isinstance(value, gast.AST):
                nodes.append(value)
    return nodes


def mentioned_at(body: Sequence[gast.AST]) -> dict[str, list[int]]:
    """For each name in a block, the positions of the statements that mention it."""
    found: dict[str, list[int]] = {}
    for position, statement in enumerate(body):
        for variable in {node.id for node in walk(statement) if node.__class__ is gast.Name}:
            found.setdefault(variable, []).append(position)
    return found


def names_read(nodes: Sequence[gast.AST] | gast.AST) -> set[str]:
    """Every name that is read in these trees."""
    trees = nodes if isinstance(nodes, (list, tuple)) else [nodes]
    return {node.id for node in walk(*trees) if node.__class__ is gast.Name and node.ctx.__class__ is gast.Load}
