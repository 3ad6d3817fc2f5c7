"""Conditions: what is evaluated only sometimes becomes an `if`, unless it is plain.

`if` and `while` keep a plain test. `a if c else b`, `a and b`, `a < b() < c` are evaluated into a variable; Python's
value of `and` and `or` is the operand that decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.naming import operation

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["branch", "choice", "comparison", "connective", "while_loop"]


def branch(flat: Flattener, statement: gast.If) -> None:
    """`if`; the operands of `and` nest where there is no `else`."""
    test, body = statement.test, statement.body
    if isinstance(test, gast.BoolOp) and isinstance(test.op, gast.And) and not statement.orelse:
        first = next((i for i, part in enumerate(test.values) if not flat.purity.plain(part)), 0)
        if first > 0:
            rest = test.values[first:]
            inner = rest[0] if len(rest) == 1 else flat.like(test, gast.BoolOp(gast.And(), rest))
            body = [flat.like(statement, gast.If(inner, body, []))]
            rest = test.values[:first]
            test = rest[0] if len(rest) == 1 else flat.like(test, gast.BoolOp(gast.And(), rest))
    test = flat.plain(test, "test")
    flat.emit(gast.If(test, flat.block(body), _alternatives(flat, statement)))


def _alternatives(flat: Flattener, statement: gast.If) -> list[gast.stmt]:
    return flat.block(statement.orelse)


def while_loop(flat: Flattener, statement: gast.While) -> None:
    """`while`; a test with effects is evaluated in the body, which it leaves early."""
    if flat.purity.plain(statement.test):
        loop = gast.While(statement.test, flat.repeated(statement.body), flat.block(statement.orelse))
        flat.emit(loop)
        return
    at = flat.at
    finished = flat.names.fresh("finished") if statement.orelse else None
    if finished is not None:
        flat.assign(finished, build.constant(False))

    def test() -> None:
        failed = gast.UnaryOp(gast.Not(), flat.plain(statement.test, "test"))
        leave: list[gast.stmt] = [gast.Break()]
        if finished is not None:
            leave.insert(0, build.assign(finished, build.constant(True)))
        for part in leave:
            flat.like(at, part)
        flat.emit(gast.If(failed, leave, []))

    body = flat.collect(test)
    flat.emit(gast.While(build.constant(True), [*body, *flat.repeated(statement.body)], []))
    if finished is not None:
        flat.emit(gast.If(flat.read(finished), flat.block(statement.orelse), []))


def choice(flat: Flattener, node: gast.IfExp, stem: str, into: str | None) -> gast.expr:
    """`a if c else b`."""
    name = into or flat.names.fresh(f"{stem}_choice")
    test = flat.plain(node.test, "test")
    body = flat.collect(lambda: flat.assign(name, flat.value(node.body, stem)))
    orelse = flat.collect(lambda: flat.assign(name, flat.value(node.orelse, stem)))
    if not body:  # `x = x if c else b`
        test, body, orelse = flat.like(test, gast.UnaryOp(gast.Not(), test)), orelse, []
    if body:
        flat.emit(gast.If(test, body, orelse))
    return flat.read(name, node)


def connective(flat: Flattener, node: gast.BoolOp, stem: str, into: str | None) -> gast.expr:
    """`a and b`, `a or b`."""
    name = flat.names.fresh(f"{stem}_{operation(node)}")
    flat.assign(name, _operand(flat, node.values[0], stem))
    _next_operand(flat, node, 1, name, stem)
    return flat.read(name, node)


def _next_operand(flat: Flattener, node: gast.BoolOp, i: int, name: str, stem: str) -> None:
    """`if name: name = <operand i>`, and so on with the operands after it."""
    if i == len(node.values):
        return

    def more() -> None:
        flat.assign(name, _operand(flat, node.values[i], stem))
        _next_operand(flat, node, i + 1, name, stem)

    decided = flat.read(name, node)
    test = decided if isinstance(node.op, gast.And) else flat.like(node, gast.UnaryOp(gast.Not(), decided))
    flat.emit(gast.If(test, flat.collect(more), []))


def _operand(flat: Flattener, node: gast.expr, stem: str) -> gast.expr:
    return flat.value(node, stem)


def comparison(flat: Flattener, node: gast.Compare, stem: str, into: str | None) -> gast.expr:
    """`a < b() < c`: each operand is evaluated once, and only if the comparisons before it hold."""
    if len(node.ops) == 1:
        left, right = flat.plains([node.left, node.comparators[0]], stem)
        return flat.like(node, gast.Compare(left, node.ops, [right]))
    if all(flat.purity.plain(operand) for operand in node.comparators[1:]):
        left, middle = flat.plains([node.left, node.comparators[0]], stem)
        if not flat.purity.plain(node.comparators[0]):
            middle = flat.atom(middle, stem)
        return flat.like(node, gast.Compare(left, node.ops, [middle, *node.comparators[1:]]))
    name = flat.names.fresh(f"{stem}_test")
    left, middle = flat.atoms([node.left, node.comparators[0]], stem)
    flat.assign(name, flat.like(node, gast.Compare(left, node.ops[:1], [middle])))
    rest = flat.like(node, gast.Compare(flat.again(middle), node.ops[1:], node.comparators[1:]))
    body = flat.collect(lambda: flat.assign(name, comparison(flat, rest, stem, None)))
    flat.emit(gast.If(flat.read(name, node), body, []))
    return flat.read(name, node)
