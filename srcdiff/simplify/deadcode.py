"""Statements whose results nothing reads.

A statement of the primal goes only if it cannot raise: an index, a call without a rule, a division of Python numbers
and `math` functions can. What the reverse sweep computes for itself goes freely.
"""

from __future__ import annotations

import gast

from srcdiff.analysis.structure import root_name
from srcdiff.build import walk
from srcdiff.rules import registry
from srcdiff.simplify.elements import Elements
from srcdiff.simplify.reading import Reading
from srcdiff.transform.setting import Setting

__all__ = ["drop_dead_code"]

Block = list[gast.stmt]


class _DeadCode:
    def __init__(self, setting: Setting, reading: Reading, *, derived: bool, everything: bool) -> None:
        self.setting = setting
        self.reading = reading
        self.elements = Elements(reading)
        self.derived = derived
        self.everything = everything

    def block(self, body: Block, live: set[str]) -> tuple[Block, set[str]]:
        out: Block = []
        for statement in reversed(body):
            kept, live = self.statement(statement, live)
            out.extend(reversed(kept))
        out.reverse()
        return out, live

    def statement(self, statement: gast.stmt, live: set[str]) -> tuple[Block, set[str]]:
        if isinstance(statement, gast.If):
            return self.branch(statement, live)
        if isinstance(statement, (gast.For, gast.While)):
            return self.loop(statement, live)
        if isinstance(statement, gast.With):
            body, inside = self.block(statement.body, set(live))
            return [gast.With(statement.items, body or [gast.Pass()], None)], inside | self.reading.statement_reads(
                statement
            )
        if isinstance(statement, gast.Try):
            reads = {n for part in walk(statement) if isinstance(part, gast.stmt) for n in self.all_reads(part)}
            return [statement], live | reads
        if isinstance(statement, gast.FunctionDef):
            if statement.name not in live:
                return [], live
            return [statement], live | self.reading.reads(statement)
        if self.is_dead(statement, live):
            return [], live
        killed = {w for w in self.reading.writes(statement) if not w.startswith("*")}
        if not isinstance(statement, gast.AugAssign):
            live = self.elements.blurred(live, killed)
            live -= killed
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Subscript):
            live -= self.elements.of(statement.targets[0])
        live |= self.elements.statement_reads(statement) if self.derived else self.reading.statement_reads(statement)
        return [statement], live

    def all_reads(self, statement: gast.stmt) -> set[str]:
        return self.reading.statement_reads(statement)

    def is_dead(self, statement: gast.stmt, live: set[str]) -> bool:
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            if statement.targets[0].id in live:
                return False
            return self.may_go(statement, statement.value)
        if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
            written = {statement.target.id, *self.reading.cells_of(statement.target.id)}
            if self.elements.any_live(written, live):
                return False
            return self.may_go(statement, gast.BinOp(gast.Constant(0.0, None), statement.op, statement.value))
        if isinstance(statement, (gast.Assign, gast.AugAssign)) and self.derived:
            target = statement.targets[0] if isinstance(statement, gast.Assign) else statement.target
            root = root_name(target)
            if isinstance(target, gast.Subscript) and root is not None and self.elements.of(target):
                return not self.elements.are_touched(live, root, target) and not _has_effect(statement)
            return not self.elements.any_live(self.reading.writes(statement), live)
        return False

    def may_go(self, statement: gast.stmt, value: gast.expr) -> bool:
        if self.derived:
            return not _has_effect(value)
        own = getattr(statement, "lineno", None) is None
        if self.everything and not own:
            return False
        with self.setting.facts.remembering():
            return not self.may_raise(value)

    def may_raise(self, node: gast.expr) -> bool:
        if isinstance(node, (gast.Name, gast.Constant)):
            return False
        if isinstance(node, gast.Attribute):
            return not self.setting.facts(node.value).numeric or self.may_raise(node.value)
        if isinstance(node, gast.BinOp):
            if isinstance(node.op, (gast.Div, gast.FloorDiv, gast.Mod, gast.Pow, gast.MatMult)):
                literal = isinstance(node.right, gast.Constant) and node.right.value not in (0, 0.0)
                arrays = "array" in (self.setting.facts(node.left).kind, self.setting.facts(node.right).kind)
                if not (literal or arrays) or isinstance(node.op, gast.MatMult):
                    return True
            numeric = all(self.setting.facts(side).numeric for side in (node.left, node.right))
            return not numeric or self.may_raise(node.left) or self.may_raise(node.right)
        if isinstance(node, gast.UnaryOp):
            return self.may_raise(node.operand)
        if isinstance(node, gast.Call):
            function = self.setting.object_named(node.func)
            rule = registry.lookup(function) if function is not None else None
            if rule is None and isinstance(node.func, gast.Attribute) and self.setting.facts(node.func.value).numeric:
                return node.func.attr not in ("sum", "mean", "copy") or bool(node.args or node.keywords)
            if rule is None or not rule.pure or (rule.raises and function not in self.setting.harmless):
                return True
            return any(self.may_raise(a) for a in [*node.args, *(k.value for k in node.keywords)])
        if isinstance(node, (gast.Tuple, gast.List)):
            return any(self.may_raise(item) for item in node.elts)
        if isinstance(node, (gast.Compare, gast.BoolOp)):
            return any(self.may_raise(c) for c in gast.iter_child_nodes(node) if isinstance(c, gast.expr))
        return True

    def is_decided(self, test: gast.expr) -> bool:
        """Whether it is `len(items) != 2` for what has two items for certain."""
        if not isinstance(test, gast.Compare) or not isinstance(test.ops[0], gast.NotEq):
            return False
        measured, length = test.left, test.comparators[0]
        if not isinstance(measured, gast.Call) or not isinstance(measured.func, gast.Name) or not measured.args:
            return False
        items = self.setting.facts(measured.args[0]).items
        known = measured.func.id == "len" and "len" not in self.setting.facts.of and isinstance(length, gast.Constant)
        told = self.setting.facts(measured.args[0]).shape is None  # the rank of an array may be told by this very test
        return known and told and items is not None and len(items) == length.value

    def branch(self, statement: gast.If, live: set[str]) -> tuple[Block, set[str]]:
        if self.is_decided(statement.test) and not statement.orelse:
            return [], live
        body, first = self.block(statement.body, set(live))
        orelse, second = self.block(statement.orelse, set(live))
        body = [s for s in body if not isinstance(s, gast.Pass)]
        orelse = [s for s in orelse if not isinstance(s, gast.Pass)]
        if not body and not orelse:
            if self.derived or not self.may_raise(statement.test):
                return [], live
            return [gast.If(statement.test, [gast.Pass()], [])], live | self.reading.reads(statement.test)
        made = gast.If(statement.test, body, orelse)
        if not body:
            made = gast.If(_negated(statement.test), orelse, [])
        gast.copy_location(made, statement)
        return [made], first | second | self.reading.reads(statement.test)

    def loop(self, statement: gast.For | gast.While, live: set[str]) -> tuple[Block, set[str]]:
        header = statement.iter if isinstance(statement, gast.For) else statement.test
        head = live | (self.reading.reads(header) if isinstance(statement, gast.While) else set())
        while True:
            body, inside = self.block(statement.body, set(head))
            if isinstance(statement, gast.For) and isinstance(statement.target, gast.Name):
                inside = self.elements.carried(inside, statement) - {statement.target.id}
            if inside <= head:
                break
            head = head | inside
        if isinstance(statement, gast.For):
            assert isinstance(statement.target, gast.Name)
            head = self.elements.blurred(head, {statement.target.id})
            if not body and statement.target.id not in live and not _has_effect(header):
                return [], live
            made: gast.stmt = gast.For(statement.target, statement.iter, body or [gast.Pass()], [], None)
        else:
            made = gast.While(statement.test, body or [gast.Pass()], [])
        gast.copy_location(made, statement)
        return [made], head | self.reading.reads(header)


def _negated(test: gast.expr) -> gast.expr:
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return gast.UnaryOp(gast.Not(), test)


_EFFECTS = frozenset(("pop", "append"))


def _has_effect(node: gast.AST) -> bool:
    return any(
        isinstance(part, gast.Call) and isinstance(part.func, gast.Attribute) and part.func.attr in _EFFECTS
        for part in walk(node)
    )


def drop_dead_code(
    setting: Setting, reading: Reading, forward: Block, reverse: Block, live: set[str], *, everything: bool
) -> tuple[Block, Block, set[str]]:
    """The statements of both sweeps that something needs.

    Parameters
    ----------
    live : set of str
        What is read after the last statement.
    everything : bool
        Keep every statement of the primal.

    Returns
    -------
    forward, reverse : list of gast.stmt
        What is left.
    live : set of str
        What the reverse sweep takes from the forward sweep.
    """
    derived = _DeadCode(setting, reading, derived=True, everything=everything)
    reverse, live = derived.block(reverse, set(live))
    live |= derived.elements.whole(live)
    forward, _ = _DeadCode(setting, reading, derived=False, everything=everything).block(forward, set(live))
    return forward, reverse, live
