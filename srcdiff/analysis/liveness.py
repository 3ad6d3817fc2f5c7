"""Liveness: which variables may still be read after a statement. Sets of variables are bits of an integer."""

from __future__ import annotations

from dataclasses import dataclass, field

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import names_read

__all__ = ["Liveness", "live_under", "liveness"]


@dataclass
class Liveness:
    """Which variables are live where.

    Attributes
    ----------
    bit : dict
        Variable to its bit.
    after : dict
        `id(statement)` to the variables that are live after it.
    head : dict
        `id(loop)` to the variables that are live where its test is evaluated, before the first trip and after each.
    """

    bit: dict[str, int] = field(default_factory=dict)
    after: dict[int, int] = field(default_factory=dict)
    head: dict[int, int] = field(default_factory=dict)

    def mask(self, names: set[str]) -> int:
        """The bits of these variables."""
        bits = 0
        for name in names:
            if name not in self.bit:
                self.bit[name] = 1 << len(self.bit)
            bits |= self.bit[name]
        return bits

    def live_after(self, statement: gast.stmt, name: str) -> bool:
        """Whether `name` may be read after `statement`."""
        return bool(self.after.get(id(statement), 0) & self.bit.get(name, 0))

    def live_at_head(self, loop: gast.stmt, name: str) -> bool:
        """Whether the value that `name` has at the head of a loop may be read."""
        return bool(self.head.get(id(loop), 0) & self.bit.get(name, 0))


def liveness(body: list[gast.stmt]) -> Liveness:
    """The liveness of every variable in these statements, of which the last one is the end."""
    table = Liveness()
    captured = names_read(list(_inner_functions(body)))
    table.mask(captured)
    _block(body, table.mask(captured), table)
    return table


def live_under(body: list[gast.stmt], statement: gast.stmt, values: dict[str, bool], table: Liveness) -> int:
    """What is live after a statement, given what some flags are there: branches on them go one way."""
    found = _live_under(body, statement, values, table, 0)
    return found if found is not None else table.after.get(id(statement), 0)


def _live_under(
    body: list[gast.stmt], statement: gast.stmt, values: dict[str, bool], table: Liveness, end: int
) -> int | None:
    """The same within a block, after which `end` is live; None if the statement is not in it."""
    for index, part in enumerate(body):
        if part is statement or any(inner is statement for inner in statements([part])):
            scratch = Liveness(table.bit)
            after = _block(_decided(body[index + 1 :], values), end, scratch)
            if part is statement:
                return after
            if isinstance(part, (gast.For, gast.While)):
                after = table.head[id(part)]
            elif isinstance(part, gast.Try):
                after |= table.after[id(part)]
            found = (_live_under(block, statement, values, table, after) for block in blocks(part))
            return next((live for live in found if live is not None), None)
    return None


def _decided(body: list[gast.stmt], values: dict[str, bool]) -> list[gast.stmt]:
    """A block with one side of each branch on a flag that is known, up to where a flag changes."""
    out: list[gast.stmt] = []
    for index, part in enumerate(body):
        way = _way(part.test, values) if isinstance(part, gast.If) else None
        if way is not None:
            return [*out, *_decided([*(part.body if way else part.orelse), *body[index + 1 :]], values)]
        out.append(part)
        if any(variable in values for inner in statements([part]) for variable in bound_names(inner)):
            return [*out, *body[index + 1 :]]
    return out


def _way(test: gast.expr, values: dict[str, bool]) -> bool | None:
    if isinstance(test, gast.Name):
        return values.get(test.id)
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        way = _way(test.operand, values)
        return None if way is None else not way
    if isinstance(test, gast.BoolOp) and isinstance(test.op, gast.Or):
        ways = [_way(part, values) for part in test.values]
        return None if None in ways else any(ways)
    return None


def _inner_functions(body: list[gast.stmt]) -> list[gast.stmt]:
    found: list[gast.stmt] = []
    pending: list[gast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, gast.FunctionDef):
            found.append(node)
        elif isinstance(node, gast.stmt):
            pending.extend(gast.iter_child_nodes(node))
    return found


def _block(body: list[gast.stmt], live: int, table: Liveness) -> int:
    for statement in reversed(body):
        table.after[id(statement)] = live
        live = _statement(statement, live, table)
    return live


def _statement(statement: gast.stmt, live: int, table: Liveness) -> int:
    if isinstance(statement, gast.If):
        body = _block(statement.body, live, table)
        orelse = _block(statement.orelse, live, table)
        return body | orelse | table.mask(names_read(statement.test))
    if isinstance(statement, (gast.For, gast.While)):
        return _loop(statement, live, table)
    if isinstance(statement, gast.With):
        inside = _block(statement.body, live, table) & ~table.mask(set(bound_names(statement)))
        return inside | table.mask(names_read([item.context_expr for item in statement.items]))
    if isinstance(statement, gast.Try):
        end = _block(statement.finalbody, live, table)
        handled = end
        for handler in statement.handlers:
            handled |= _block(handler.body, end, table) | table.mask(
                names_read(handler.type) if handler.type else set()
            )
        inside = _block(statement.body, _block(statement.orelse, end, table) | handled, table)
        for part in statements(statement.body):  # each of them may be the one that raises
            table.after[id(part)] |= handled
        return inside | handled
    if isinstance(statement, gast.FunctionDef):
        return live
    reads = names_read(statement)
    if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
        return live | table.mask(reads | {statement.target.id})
    return (live & ~table.mask(set(bound_names(statement)))) | table.mask(reads)


def _loop(loop: gast.For | gast.While, live: int, table: Liveness) -> int:
    test = table.mask(names_read(loop.test)) if isinstance(loop, gast.While) else 0
    target = table.mask(set(bound_names(loop)))
    head = live | test
    while True:
        inside = _block(loop.body, head, table) & ~target
        grown = head | inside
        if grown == head:
            break
        head = grown
    table.head[id(loop)] = head
    before = head | (table.mask(names_read(loop.iter)) if isinstance(loop, gast.For) else 0)
    return before
