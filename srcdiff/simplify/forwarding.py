"""Temporaries put back into the expression that uses them, and copies of names into all of theirs.

The core language has one operation to a statement; people write expressions. A temporary with one use moves to it if
nothing in between changes what it reads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import gast
import numpy as np

from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import names_read, substitute
from srcdiff.rules import registry
from srcdiff.simplify.reading import Reading
from srcdiff.transform.setting import Setting

__all__ = ["forward_temporaries"]

Block = list[gast.stmt]


@dataclass
class _Pending:
    statement: gast.Assign
    reads: set[str]
    writes: set[str]
    effect: bool


class _Forwarding:
    def __init__(self, reading: Reading, temporary: set[str], *bodies: Block) -> None:
        self.reading = reading
        self.temporary = temporary
        self.uses: Counter[str] = Counter()
        self.bindings: Counter[str] = Counter()
        self.mutated: set[str] = set()
        for body in bodies:
            self.count(body)
            self.note_mutated(body)
        self.changed = False

    def count(self, body: Block) -> None:
        for statement in body:
            for part in gast.walk(statement):
                if isinstance(part, gast.Name):
                    if isinstance(part.ctx, gast.Load):
                        self.uses[part.id] += 1
                    else:
                        self.bindings[part.id] += 1
                elif isinstance(part, gast.AugAssign) and isinstance(part.target, gast.Name):
                    self.uses[part.target.id] += 2

    def note_mutated(self, body: Block) -> None:
        """Variables whose arrays change in place: a second name for one of them is no mere copy of a name."""
        for statement in statements(body):
            written = {w[1:] for w in self.reading.writes(statement) if w.startswith("*")}
            self.mutated |= written
            if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
                self.mutated.add(statement.target.id)
            value = getattr(statement, "value", None)
            if isinstance(value, gast.Call) and isinstance(statement, gast.Expr):
                self.mutated |= {part.id for part in gast.walk(value) if isinstance(part, gast.Name)}

    def candidate(self, statement: gast.stmt) -> str | None:
        """The temporary that a statement binds, if it may move to its only use."""
        if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
            return None
        target = statement.targets[0].id
        trivial = isinstance(statement.value, (gast.Name, gast.Constant)) and target in self.temporary
        if trivial and ({target, *names_read(statement.value)} & self.mutated):
            trivial = False
        if self.bindings[target] != 1 or (target not in self.temporary):
            return None
        return target if self.uses[target] == 1 or trivial and self.uses[target] >= 1 else None

    def block(self, body: Block) -> Block:
        out: Block = []
        pending: dict[str, _Pending] = {}
        for statement in body:
            statement = self.use(statement, pending, out)
            target = self.candidate(statement)
            if target is not None:
                assert isinstance(statement, gast.Assign)
                self.settle(pending, self.reading.writes(statement), out, effect=_has_effect(statement.value, self.reading.setting))
                pending[target] = _Pending(
                    statement, self.reading.reads(statement.value), self.reading.writes(statement) - {target},
                    _has_effect(statement.value, self.reading.setting)
                )
                continue
            self.settle(pending, self.all_writes(statement), out, effect=self.has_effects(statement))
            out.append(statement)
        for waiting in pending.values():
            out.append(waiting.statement)
        return out

    def use(self, statement: gast.stmt, pending: dict[str, _Pending], out: Block) -> gast.stmt:
        """Put pending temporaries into a statement that uses them."""
        if any(waiting.writes for waiting in pending.values()):
            reads = self.all_reads(statement)
            for target in [t for t, waiting in pending.items() if waiting.writes & reads]:
                out.append(pending.pop(target).statement)  # what it changes is read here
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
            return self.compound(statement, pending, out)
        if isinstance(statement, (gast.FunctionDef, gast.Try)):
            self.flush_used(pending, statement, out)
            return statement
        values = self.taken(pending, statement)
        return self.replaced(statement, values)

    def replaced(self, node: gast.AST, values: dict[str, gast.expr]) -> gast.AST:
        if not values:
            return node
        self.changed = True
        return substitute(node, values)

    def taken(self, pending: dict[str, _Pending], node: gast.AST) -> dict[str, gast.expr]:
        values: dict[str, gast.expr] = {}
        if not pending:
            return values
        found: Counter[str] = Counter(
            part.id for part in gast.walk(node) if isinstance(part, gast.Name) and part.id in pending
        )
        for target, count in found.items():
            waiting = pending[target]
            values[target] = waiting.statement.value
            self.uses[target] -= count
            if self.uses[target] <= 0:
                del pending[target]
        # What a temporary that is put in reads may be temporary itself: it was put in before.
        return values

    def compound(self, statement: gast.stmt, pending: dict[str, _Pending], out: Block) -> gast.stmt:
        """The header is evaluated here; bodies see no pending temporaries."""
        header = {gast.If: "test", gast.For: "iter"}.get(type(statement))
        if header is not None:
            values = self.taken(pending, getattr(statement, header))
            if values:
                self.changed = True
                setattr(statement, header, substitute(getattr(statement, header), values))
        self.flush_used(pending, statement, out)
        statement.body = self.block(statement.body)
        if getattr(statement, "orelse", None):
            statement.orelse = self.block(statement.orelse)
        return statement

    def flush_used(self, pending: dict[str, _Pending], statement: gast.stmt, out: Block) -> None:
        inside = {part.id for part in gast.walk(statement) if isinstance(part, gast.Name)}
        for target in [t for t in pending if t in inside]:
            out.append(pending.pop(target).statement)

    def settle(self, pending: dict[str, _Pending], writes: set[str], out: Block, *, effect: bool) -> None:
        """Emit what cannot wait: something that it reads changes, or effects would change places."""
        for target in list(pending):
            waiting = pending[target]
            if waiting.reads & writes or target in writes or (effect and waiting.effect):
                out.append(pending.pop(target).statement)

    def all_reads(self, statement: gast.stmt) -> set[str]:
        found: set[str] = set()
        for part in gast.walk(statement):
            if isinstance(part, gast.stmt):
                found |= self.reading.statement_reads(part)
        return found

    def all_writes(self, statement: gast.stmt) -> set[str]:
        found: set[str] = set()
        for part in gast.walk(statement):
            if isinstance(part, gast.stmt) and not isinstance(part, gast.FunctionDef):
                found |= self.reading.writes(part)
                found |= set(bound_names(part))
        return found

    def has_effects(self, statement: gast.stmt) -> bool:
        if isinstance(statement, (gast.Assign, gast.AugAssign)):
            return _has_effect(statement, self.reading.setting)
        return not isinstance(statement, (gast.Pass, gast.Return))


def _has_effect(node: gast.AST, setting: Setting) -> bool:
    """Calls may have effects of their own, which keep their order, unless a rule says that they have none."""
    return any(isinstance(part, gast.Call) and not _is_pure(part, setting) for part in gast.walk(node))


_PURE_BUILTINS = frozenset((len, range, float, int, abs, min, max, sum, isinstance, tuple, list, bool, str, slice))


def _is_pure(node: gast.Call, setting: Setting) -> bool:
    function = setting.object_named(node.func)
    if function is None and isinstance(node.func, gast.Attribute):
        if node.func.attr in ("pop", "append"):
            return False
        function = getattr(np.ndarray, node.func.attr, None)
    if function is None:
        return False
    rule = registry.lookup(function)
    if rule is not None:
        return rule.pure and not rule.writes
    return function in _PURE_BUILTINS or getattr(function, "__module__", None) == "srcdiff.runtime"


def forward_temporaries(
    forward: Block, reverse: Block, reading: Reading, temporary: set[str]
) -> tuple[Block, Block]:
    """Both sweeps with temporaries in the place of their use."""
    for _ in range(12):
        forwarding = _Forwarding(reading, temporary, forward, reverse)
        forward, reverse = forwarding.block(forward), forwarding.block(reverse)
        if not forwarding.changed:
            break
    return forward, reverse
