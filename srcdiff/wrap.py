"""Expressions that are too long for one line, broken at their brackets and operators as ruff and Black break them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import gast

from srcdiff.unparse import (
    ATOM,
    BINARY,
    BIT_OR,
    COMPARISONS,
    OR,
    POWER,
    TEST,
    UNARY,
    WALRUS,
    comprehension_parts,
    expression,
    index,
    level_of,
    operand,
)

__all__ = ["WIDTH", "Room", "bracketed", "layout"]

WIDTH = 100
_STEP = 4
_BRACKETS: dict[type, tuple[str, str]] = {
    gast.Tuple: ("(", ")"),
    gast.List: ("[", "]"),
    gast.Set: ("{", "}"),
    gast.Dict: ("{", "}"),
    gast.GeneratorExp: ("(", ")"),
    gast.ListComp: ("[", "]"),
    gast.SetComp: ("{", "}"),
    gast.DictComp: ("{", "}"),
}


class Room(NamedTuple):
    """Where a text goes.

    Attributes
    ----------
    column : int
        Where its first line starts.
    indent : int
        Where further lines start.
    tail : int
        How much follows it on its last line.
    inside : bool
        Whether it stands between brackets, so that it may be broken at an operator.
    """

    column: int
    indent: int
    tail: int = 0
    inside: bool = False


class _Item(NamedTuple):
    """An expression with what is written before it: `key=`, `+ `."""

    prefix: str
    node: gast.AST
    level: int

    def text(self) -> str:
        return self.prefix + operand(self.node, self.level)


def layout(node: gast.AST, level: int, room: Room) -> str:
    """The text of an expression, over several lines if it does not fit on one."""
    text = operand(node, level)
    if room.column + len(text) + room.tail <= WIDTH:
        return text
    if level_of(node) < level:
        return _parenthesized(node, room.indent)
    write = _BREAKERS.get(type(node))
    return text if write is None else write(node, room)


def bracketed(opening: str, texts: list[str], closing: str, indent: int) -> str:
    """Texts between brackets: all on one indented line if they fit there, else one on each line."""
    inner = " " * (indent + _STEP)
    joined = ", ".join(texts)
    if len(inner) + len(joined) <= WIDTH:
        return f"{opening}\n{inner}{joined}\n{' ' * indent}{closing}"
    lines = "".join(f"{inner}{text},\n" for text in texts)
    return f"{opening}\n{lines}{' ' * indent}{closing}"


def _parenthesized(node: gast.AST, indent: int) -> str:
    inner = indent + _STEP
    text = layout(node, WALRUS, Room(inner, inner, inside=True))
    return f"(\n{' ' * inner}{text}\n{' ' * indent})"


def _items(opening: str, items: list[_Item], closing: str, indent: int, *, display: bool) -> str:
    """Items between brackets. A display (a list, a tuple, ...) that is broken has one item on each line."""
    inner = indent + _STEP
    if not display:
        joined = ", ".join([item.text() for item in items])
        if inner + len(joined) <= WIDTH:
            return f"{opening}\n{' ' * inner}{joined}\n{' ' * indent}{closing}"
    lines = []
    for item in items:
        room = Room(inner + len(item.prefix), inner, 1, inside=True)
        lines.append(f"{' ' * inner}{item.prefix}{layout(item.node, item.level, room)},\n")
    return f"{opening}\n{''.join(lines)}{' ' * indent}{closing}"


def _chain(node: gast.AST) -> list[_Item]:
    """The operands of a chain of operators that bind equally, each after the first with its operator."""
    if isinstance(node, gast.BoolOp):
        word, level = ("and ", level_of(node)) if isinstance(node.op, gast.And) else ("or ", level_of(node))
        return [_Item(word if number else "", value, level + 1) for number, value in enumerate(node.values)]
    if isinstance(node, gast.Compare):
        operators = [f"{COMPARISONS[type(op)]} " for op in node.ops]
        return [_Item(p, v, BIT_OR) for p, v in zip(["", *operators], [node.left, *node.comparators])]
    if isinstance(node, gast.IfExp):
        return [_Item("", node.body, OR), _Item("if ", node.test, OR), _Item("else ", node.orelse, TEST)]
    level = level_of(node)
    items = []
    while isinstance(node, gast.BinOp) and level_of(node) == level:
        items.append(_Item(f"{BINARY[type(node.op)][0]} ", node.right, level + 1))
        node = node.left
    return [_Item("", node, level), *reversed(items)]


def _operators(node: gast.AST, room: Room) -> str:
    if isinstance(node, gast.BinOp) and level_of(node) == POWER:
        exponent = f" ** {operand(node.right, POWER - 1)}"
        return layout(node.left, POWER + 1, room._replace(tail=room.tail + len(exponent))) + exponent
    items = _chain(node)
    if room.inside:
        first = layout(items[0].node, items[0].level, room._replace(tail=0))
        lines = [first]
        for item in items[1:]:
            tail = room.tail if item is items[-1] else 0
            inner = Room(room.indent + len(item.prefix), room.indent, tail, inside=True)
            lines.append(item.prefix + layout(item.node, item.level, inner))
        return f"\n{' ' * room.indent}".join(lines)
    last = items[-1]
    if len(items) == 2 and isinstance(last.node, (gast.Call, gast.Subscript)):
        head = f"{items[0].text()} {last.prefix}"
        text = head + layout(last.node, last.level, room._replace(column=room.column + len(head)))
        if room.column + len(text.partition("\n")[0]) <= WIDTH:
            return text
    return _parenthesized(node, room.indent)


def _call(node: gast.Call, room: Room) -> str:
    function = operand(node.func, ATOM)
    if room.column + len(function) + 1 > WIDTH:
        function = layout(node.func, ATOM, room._replace(tail=1))
    if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], gast.GeneratorExp):
        return function + _comprehension(node.args[0], room)
    items = [_Item("", argument, TEST) for argument in node.args]
    for keyword in node.keywords:
        item = _Item(f"{keyword.arg}=", keyword.value, TEST) if keyword.arg else _Item("**", keyword.value, BIT_OR)
        items.append(item)
    if not items:
        return f"{function}()"
    return _items(f"{function}(", items, ")", room.indent, display=False)


def _subscript(node: gast.Subscript, room: Room) -> str:
    text = index(node.slice)
    value = layout(node.value, ATOM, room._replace(tail=1))
    inner = room.indent + _STEP
    column = room.column if "\n" not in value else room.indent
    if column + len(value.rpartition("\n")[2].lstrip()) + len(text) + 2 + room.tail <= WIDTH:
        return f"{value}[{text}]"
    if isinstance(node.slice, gast.Tuple) and len(node.slice.elts) > 1 and not text.startswith("("):
        return _items(f"{value}[", [_Item("", item, TEST) for item in node.slice.elts], "]", room.indent, display=False)
    if not isinstance(node.slice, (gast.Slice, gast.Tuple)):
        text = layout(node.slice, TEST, Room(inner, inner, inside=True))
    return f"{value}[\n{' ' * inner}{text}\n{' ' * room.indent}]"


def _attribute(node: gast.Attribute, room: Room) -> str:
    return f"{layout(node.value, ATOM, room._replace(tail=room.tail + len(node.attr) + 1))}.{node.attr}"


def _unary(node: gast.UnaryOp, room: Room) -> str:
    symbol = UNARY[type(node.op)][0]
    level = ATOM if isinstance(node.operand, gast.BinOp) else level_of(node)
    return symbol + layout(node.operand, level, room._replace(column=room.column + len(symbol)))


def _await(node: gast.Await, room: Room) -> str:
    return f"await {layout(node.value, ATOM, room._replace(column=room.column + 6))}"


def _starred(node: gast.Starred, room: Room) -> str:
    return f"*{layout(node.value, BIT_OR, room._replace(column=room.column + 1))}"


def _display(node: gast.AST, room: Room) -> str:
    opening, closing = _BRACKETS[type(node)]
    if isinstance(node, gast.Dict):
        items = [
            _Item("**", value, BIT_OR) if key is None else _Item(f"{operand(key, TEST)}: ", value, TEST)
            for key, value in zip(node.keys, node.values)
        ]
    else:
        items = [_Item("", item, TEST) for item in node.elts]
    return _items(opening, items, closing, room.indent, display=True) if items else expression(node)


def _comprehension(node: gast.AST, room: Room) -> str:
    opening, closing = _BRACKETS[type(node)]
    parts, inner = comprehension_parts(node), " " * (room.indent + _STEP)
    joined = " ".join(parts)
    text = joined if len(inner) + len(joined) <= WIDTH else f"\n{inner}".join(parts)
    return f"{opening}\n{inner}{text}\n{' ' * room.indent}{closing}"


_BREAKERS: dict[type, Callable[[Any, Room], str]] = {
    gast.BinOp: _operators,
    gast.BoolOp: _operators,
    gast.Compare: _operators,
    gast.IfExp: _operators,
    gast.Call: _call,
    gast.Subscript: _subscript,
    gast.Attribute: _attribute,
    gast.UnaryOp: _unary,
    gast.Await: _await,
    gast.Starred: _starred,
    gast.Tuple: _display,
    gast.List: _display,
    gast.Set: _display,
    gast.Dict: _display,
    gast.ListComp: _comprehension,
    gast.SetComp: _comprehension,
    gast.DictComp: _comprehension,
    gast.GeneratorExp: _comprehension,
}
