"""Temporaries put back into the expression that uses them, and copies of names into all of theirs.

The core language has one operation to a statement; people write expressions. A temporary that is read once moves to
where it is read, if nothing in between changes what it reads itself. In the reverse sweep so do values that are put
back for a single use, and adjoints that only pass on another.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.liveness import Liveness, liveness
from srcdiff.analysis.structure import MUTATING_METHODS, bound_names, root_name, statements, written_names
from srcdiff.build import call, display, is_name, name, names_read, substitute, walk
from srcdiff.rules import registry
from srcdiff.simplify.reading import Reading
from srcdiff.transform.setting import Setting

__all__ = ["forward_temporaries", "is_pure"]

Block = list[gast.stmt]
_COMPOUND = (gast.If, gast.For, gast.While, gast.With, gast.Try, gast.FunctionDef)
_HEADERS = {gast.If: "test", gast.For: "iter"}


@dataclass
class _Pending:
    statement: gast.Assign
    reads: set[str]
    writes: set[str]
    effect: bool
    uses: int
    alone: bool = field(init=False)

    def __post_init__(self) -> None:
        self.alone = self.uses == 1


class _Forwarding:
    def __init__(self, reading: Reading, temporary: set[str], live: Liveness, *bodies: Block) -> None:
        self.reading = reading
        self.setting = reading.setting
        self.temporary = temporary
        self.live = live
        self.derived = False
        self.changed = False
        self.mutated: set[str] = set()
        self.written: set[str] = set()
        self.taken_now: list[_Pending] = []
        for body in bodies:
            self.note_mutated(body)

    def note_mutated(self, body: Block) -> None:
        """Variables whose arrays change in place: a second name for one of them is no mere copy of a name."""
        for statement in statements(body):
            written = {w for w in self.reading.writes(statement) if w.startswith("*")}
            written = {w for w in written if not self.reading.is_number(w[1:])}
            self.written |= written
            self.mutated |= {w[1:] for w in written}
            if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
                if not self.reading.is_number(statement.target.id):
                    self.mutated.add(statement.target.id)
            value = getattr(statement, "value", None)
            if isinstance(value, gast.Call) and isinstance(statement, gast.Expr):
                self.mutated |= {part.id for part in walk(value) if isinstance(part, gast.Name)}

    # Which ones.

    def candidates(self, body: Block) -> dict[int, int]:
        """Positions of the statements that may move, with how often they are read."""
        found: dict[int, int] = {}
        events = _events(body)
        for index, statement in enumerate(body):
            if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
                most = self.most_uses(statement.targets[0].id, statement.value)
                uses = self.uses(body, index, statement.targets[0].id, events) if most else 0
                if uses and uses <= most:
                    found[index] = uses
        return found

    def most_uses(self, target: str, value: gast.expr) -> int:
        """How often a variable may be read and still be replaced by its value."""
        bare = value.operand if self.derived and _is_negation(value) else value
        trivial = isinstance(bare, (gast.Name, gast.Constant)) and not self.is_mutated(target, *names_read(value))
        if target in self.temporary:
            return 1000 if trivial else 1
        if not self.derived:
            return 0
        if self.is_pop(value):
            return 1
        if target not in self.reading.adjoints:
            return 0
        return 1000 if trivial else int(self.is_passed_on(value))

    def is_mutated(self, *variables: str) -> bool:
        """Whether the array of one of these variables changes in place, under this name or another."""
        return any(
            v in self.mutated
            or (not self.reading.is_number(v) and not self.written.isdisjoint(self.reading.cells_of(v)))
            for v in variables
        )

    def is_passed_on(self, value: gast.expr) -> bool:
        """`-g`, `expand(g, x)`: what is hardly more than a name."""
        if isinstance(value, gast.UnaryOp):
            return self.is_passed_on(value.operand)
        if isinstance(value, gast.Call) and value.args and self.setting.object_named(value.func) is runtime.expand:
            return self.is_passed_on(value.args[0])
        return isinstance(value, gast.Name)

    def uses(self, body: Block, index: int, target: str, events: dict[str, list[_Event]]) -> int:
        """How often the value that is bound here is read, if all of that is in this block; else 0."""
        count = 0
        last = None
        later = events.get(target, [])
        for event in later[bisect_right(later, index, key=lambda event: event.position) :]:
            if event.compound and (event.inside or event.bound):
                return 0
            if event.augmented:
                return 0
            if event.reads:
                count, last = count + event.reads, event.position
            if event.bound:
                return count
        return 0 if last is None or self.live.live_after(body[last], target) else count

    # Moving.

    def block(self, body: Block) -> Block:
        out: Block = []
        pending: dict[str, _Pending] = {}
        candidates = self.candidates(body)
        for index, original in enumerate(body):
            self.taken_now = []
            statement = self.use(original, pending, out)
            if index in candidates and self.still_moves(statement, candidates[index]):
                waiting = self.waiting(original, statement, candidates[index])
                self.settle(pending, original, out, waiting)
                pending[statement.targets[0].id] = waiting
                continue
            self.settle(pending, statement, out)
            out.append(statement)
        out += [waiting.statement for waiting in pending.values()]
        return out

    def waiting(self, original: gast.stmt, statement: gast.stmt, uses: int) -> _Pending:
        """A value that moves: what it reads and changes is that of the statement, and of what was put into it."""
        assert isinstance(original, gast.Assign)
        assert isinstance(statement, gast.Assign)
        value, put_in = original.value, self.taken_now
        reads = self.reading.reads(value).union(*(part.reads for part in put_in))
        writes = (self.reading.writes(original) - set(bound_names(original))) | self.taken_from(value)
        effect = self.has_effect(value) or any(part.effect for part in put_in)
        gone = {part.statement.targets[0].id for part in put_in}
        return _Pending(statement, reads - gone, writes.union(*(part.writes for part in put_in)), effect, uses)

    def still_moves(self, statement: gast.stmt, uses: int) -> bool:
        """Whether a value may move, now that others have been put into it."""
        assert isinstance(statement, gast.Assign)
        assert isinstance(statement.targets[0], gast.Name)
        return uses <= self.most_uses(statement.targets[0].id, statement.value)

    def use(self, statement: gast.stmt, pending: dict[str, _Pending], out: Block) -> gast.stmt:
        """Put pending values into a statement that reads them."""
        if any(waiting.writes for waiting in pending.values()):
            reads = self.all_reads(statement)
            for target in [t for t, waiting in pending.items() if waiting.writes & reads]:
                out.append(pending.pop(target).statement)  # what it changes is read here
        for target in set(written_names(statement)) & set(pending):
            if root_name(pending[target].statement.value) is None:  # what is written into keeps its name
                out.append(pending.pop(target).statement)
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With, gast.Try)):
            return self.compound(statement, pending, out)
        if isinstance(statement, gast.FunctionDef):
            self.flush_used(pending, statement, out)
            return statement
        values = self.taken(pending, statement)
        if values:
            self.changed = True
            bound = (
                list(statement.targets) if isinstance(statement, gast.Assign) else getattr(statement, "target", None)
            )
            moved = {part.statement.targets[0].id for part in self.taken_now if part.alone}
            statement = substitute(statement, values, moved)
            if isinstance(bound, list) and isinstance(bound[0], gast.Name):
                statement.targets = bound
            elif isinstance(bound, gast.Name):
                statement.target = bound
        return statement

    def taken(self, pending: dict[str, _Pending], node: gast.AST) -> dict[str, gast.expr]:
        values: dict[str, gast.expr] = {}
        if not pending:
            return values
        for part in walk(node):
            if isinstance(part, gast.Name) and isinstance(part.ctx, gast.Load) and part.id in pending:
                waiting = pending[part.id]
                if part.id not in values:
                    self.taken_now.append(waiting)
                values[part.id] = waiting.statement.value
                waiting.uses -= 1
        for target in values:
            if pending[target].uses <= 0:
                del pending[target]
        return values

    def compound(self, statement: gast.stmt, pending: dict[str, _Pending], out: Block) -> gast.stmt:
        """The header is evaluated here; bodies see no pending values."""
        header = _HEADERS.get(type(statement))
        if header is not None:
            values = self.taken(pending, getattr(statement, header))
            if values:
                self.changed = True
                setattr(statement, header, substitute(getattr(statement, header), values))
        self.flush_used(pending, statement, out)
        for block in ("body", "orelse", "finalbody"):  # handlers only note, or raise
            if getattr(statement, block, None):
                setattr(statement, block, self.block(getattr(statement, block)))
        return statement

    def flush_used(self, pending: dict[str, _Pending], statement: gast.stmt, out: Block) -> None:
        inside = {part.id for part in walk(statement) if isinstance(part, gast.Name)}
        for target in [t for t in pending if t in inside]:
            out.append(pending.pop(target).statement)

    def settle(
        self, pending: dict[str, _Pending], statement: gast.stmt, out: Block, moving: _Pending | None = None
    ) -> None:
        """Emit what cannot wait: something that it reads changes, or effects would change places.

        `moving` tells of a statement that is to wait too.
        """
        if not pending:
            return
        writes = self.all_writes(statement) | (moving.writes if moving is not None else set())
        effect = moving.effect if moving is not None else self.has_effects(statement)
        reads = self.all_reads(statement) if any(p.writes for p in pending.values()) else set()
        reads |= moving.reads if moving is not None else set()
        for target in list(pending):
            waiting = pending[target]
            touched = waiting.reads & writes or waiting.writes & reads or target in writes
            if touched or (effect and waiting.effect):
                out.append(pending.pop(target).statement)

    # Effects.

    def all_writes(self, statement: gast.stmt) -> set[str]:
        found: set[str] = set()
        for part in walk(statement):
            if isinstance(part, gast.stmt) and not isinstance(part, gast.FunctionDef):
                found |= self.reading.writes(part)
                found |= set(bound_names(part))
        return found | self.taken_from(statement)

    def all_reads(self, statement: gast.stmt) -> set[str]:
        found: set[str] = set()
        for part in walk(statement):
            if isinstance(part, gast.stmt):
                found |= self.reading.statement_reads(part)
        return found

    def taken_from(self, node: gast.AST) -> set[str]:
        """The contents that methods in an expression change: `x_stack.pop()`."""
        found: set[str] = set()
        for part in walk(node):
            if isinstance(part, gast.Call) and isinstance(part.func, gast.Attribute):
                root = root_name(part.func.value) if part.func.attr in MUTATING_METHODS else None
                if root is not None:
                    found |= {f"*{root}", *self.reading.cells_of(root)}
        return found

    def has_effects(self, statement: gast.stmt) -> bool:
        if isinstance(statement, (gast.Assign, gast.AugAssign)):
            return self.has_effect(statement)
        return not isinstance(statement, (gast.Pass, gast.Return)) and not self.is_of_stack(
            getattr(statement, "value", None), "append"
        )

    def has_effect(self, node: gast.AST) -> bool:
        """Calls may have effects of their own, which keep their order, unless a rule says that they have none.

        What is taken off a list of kept values has an order of its own: that of the list.
        """
        return any(isinstance(part, gast.Call) and not self.is_pure(part) for part in walk(node))

    def is_pure(self, node: gast.Call) -> bool:
        return self.is_pop(node) or is_pure_call(self.setting, node)

    def is_pop(self, node: gast.AST) -> bool:
        """Whether an expression takes the last kept value off its list: `x_stack.pop()`."""
        return self.is_of_stack(node, "pop")

    def is_of_stack(self, node: gast.AST | None, attr: str) -> bool:
        return (
            isinstance(node, gast.Call)
            and isinstance(node.func, gast.Attribute)
            and node.func.attr == attr
            and isinstance(node.func.value, gast.Name)
            and node.func.value.id in self.reading.stacks
        )


_PURE_BUILTINS = frozenset((len, range, float, int, abs, min, max, sum, isinstance, tuple, list, bool, str, slice))


def is_pure_call(setting: Setting, node: gast.Call) -> bool:
    """Whether a call has no effect but its result, as far as rules tell."""
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


def is_pure(setting: Setting, node: gast.expr) -> bool:
    """Whether an expression has no effect."""
    return all(is_pure_call(setting, part) for part in walk(node) if isinstance(part, gast.Call))


def _is_negation(node: gast.expr) -> bool:
    return isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub)


@dataclass
class _Event:
    """What one statement of a block does with a variable: reads in it, and bindings; of these, reads in its blocks."""

    position: int
    compound: bool
    reads: int = 0
    inside: int = 0
    bound: bool = False
    augmented: bool = False


def _events(body: Block) -> dict[str, list[_Event]]:
    """For each variable, the statements of a block that mention it."""
    found: dict[str, list[_Event]] = {}
    for position, statement in enumerate(body):
        for variable, event in _mentions(statement, position).items():
            found.setdefault(variable, []).append(event)
    return found


def _mentions(statement: gast.stmt, position: int) -> dict[str, _Event]:
    compound = isinstance(statement, _COMPOUND)
    header = getattr(statement, _HEADERS.get(type(statement), ""), None)
    reads, bound = Counter[str](), set(bound_names(statement))
    for node in walk(statement):
        if node.__class__ is gast.Name:
            if node.ctx.__class__ is gast.Load:
                reads[node.id] += 1
        elif compound and isinstance(node, gast.stmt):
            bound.update(bound_names(node))
    outside = Counter(node.id for node in walk(header) if isinstance(node, gast.Name)) if header is not None else {}
    augmented = bound if isinstance(statement, gast.AugAssign) else ()
    return {
        v: _Event(position, compound, reads[v], (reads[v] - outside.get(v, 0)) * compound, v in bound, v in augmented)
        for v in {*reads, *bound}
    }


def _without_second_names(forward: Block, reverse: Block, forwarding: _Forwarding, keep: Collection[str]) -> Block:
    """The reverse sweep without variables that are, all along, another name for what is never bound or changed."""
    bindings = Counter(v for body in (forward, reverse) for s in statements(body) for v in bound_names(s))
    bindings.update({v: 2 for s in statements(reverse) if isinstance(s, gast.FunctionDef) for v in names_read(s)})
    second: dict[str, gast.expr] = {}
    for statement in reverse:  # at the top, so that it comes before every other use
        value = getattr(statement, "value", None)
        if isinstance(statement, gast.Assign) and isinstance(value, gast.Name) and is_name(statement.targets[0]):
            target = statement.targets[0].id
            steady = bindings[target] == 1 and not bindings[value.id] and not forwarding.is_mutated(target, value.id)
            if steady and target not in keep and value.id == forwarding.setting.gradient:
                second[target] = value
    if not second:
        return reverse
    forwarding.changed = True
    rest = [
        s for s in reverse if not (isinstance(s, gast.Assign) and is_name(s.targets[0]) and s.targets[0].id in second)
    ]
    return [substitute(statement, second) for statement in rest]


def forward_temporaries(
    forward: Block, reverse: Block, reading: Reading, temporary: set[str], result: Collection[str] = ()
) -> tuple[Block, Block]:
    """Both sweeps with temporaries in the place of their use; `result` is what is read after them."""
    end = gast.Return(call("f", display([name(each) for each in sorted(result)])))
    for _ in range(12):
        live = liveness([*forward, *reverse, end])
        forwarding = _Forwarding(reading, temporary, live, forward, reverse)
        forward = forwarding.block(forward)
        forwarding.derived = True
        reverse = _without_second_names(forward, forwarding.block(reverse), forwarding, result)
        if not forwarding.changed:
            break
    return forward, reverse
