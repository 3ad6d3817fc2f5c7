"""In what order the text binds and reads variables: whose name means one value wherever it is read."""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.analysis.structure import blocks, bound_names
from srcdiff.build import walk

__all__ = ["order_of_bindings"]


class _Order:
    """Which variables are bound once, and which may be read as an earlier trip of a loop left them."""

    def __init__(self) -> None:
        self.bindings: dict[str, list[int]] = {}
        self.early: set[str] = set()
        self.blocks: list[int] = []
        self.loops = 0
        self.count = 0
        self.in_loop: set[int] = set()

    def block(self, body: list[gast.stmt], *, loop: bool = False) -> None:
        self.count += 1
        self.blocks.append(self.count)
        self.loops += loop
        if self.loops:
            self.in_loop.add(self.count)
        for statement in body:
            self.statement(statement)
        self.loops -= loop
        self.blocks.pop()

    def statement(self, statement: gast.stmt) -> None:
        if isinstance(statement, gast.FunctionDef):
            self.bind(statement.name)
        for field_name in statement._fields:
            value = getattr(statement, field_name, None)
            if isinstance(value, gast.expr) and not isinstance(getattr(value, "ctx", None), gast.Store):
                self.read(value)
        if isinstance(statement, (gast.Assign, gast.AugAssign, gast.Delete)):
            for target in getattr(statement, "targets", None) or [statement.target]:
                if not isinstance(target, gast.Name) or isinstance(statement, gast.AugAssign):
                    self.read(target)
        elif isinstance(statement, gast.With):
            self.read(*(item.context_expr for item in statement.items))
        if isinstance(statement, gast.For):
            self.block([gast.Assign([statement.target], gast.Constant(0, None), None), *statement.body], loop=True)
            return
        for variable in bound_names(statement):
            if not isinstance(statement, gast.FunctionDef):
                self.bind(variable)
        for inner in blocks(statement) if not isinstance(statement, gast.FunctionDef) else [statement.body]:
            self.block(inner, loop=isinstance(statement, (gast.While, gast.FunctionDef)))

    def bind(self, variable: str) -> None:
        self.bindings.setdefault(variable, []).append(self.blocks[-1])

    def read(self, *trees: gast.AST) -> None:
        for tree in trees:
            for node in walk(tree):
                if isinstance(node, gast.Name) and node.id not in self.early:
                    known = self.bindings.get(node.id, [])
                    if not any(block in self.blocks for block in known) and (not known or set(known) & self.in_loop):
                        self.early.add(node.id)


def order_of_bindings(function: core.Function) -> tuple[set[str], set[str]]:
    """Variables bound once whose reads all follow in the same loop trip, and variables of which that is not so."""
    order = _Order()
    order.block(function.body)
    once = {variable for variable, places in order.bindings.items() if len(places) == 1}
    return once - order.early - set(function.parameters), order.early
