"""Reads of single elements: `x[i]` needs that element of `x` to be put back, and not `x[i + 1]`.

Over the trips of a loop, `x[i]` becomes what earlier or later trips mean by it: where the reverse sweep counts down,
the trips to come read `x[j]` for `j < i` alone, and `x[i + 1]` need not be put back for them.
"""

from __future__ import annotations

from collections.abc import Iterable

import gast

from srcdiff.analysis.structure import bound_names, root_name, statements
from srcdiff.build import is_name, names_read, walk
from srcdiff.simplify.reading import Reading

__all__ = ["Elements"]


class Elements:
    """What expressions read, with an element of a buffer as a thing of its own where it is a number.

    Only buffers that have one name: under another name, the same element could be meant.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.setting = reading.setting
        self.known: dict[str, tuple[str, gast.expr, set[str]]] = {}  # element: its variable, its index, what that reads
        self.ranges: dict[str, tuple[str, str, int, int, int]] = {}  # part: variable, counter, position, bound, step
        self.alone: dict[str, bool] = {}
        self.lowest = _lowest_counters(self.setting.function.body)

    def element(self, node: gast.AST) -> str | None:
        """The part that a subscript reads; None where it is not told by whole numbers, in a buffer with one name."""
        if not isinstance(node, gast.Subscript) or not isinstance(node.value, gast.Name):
            return None
        variable, index = node.value.id, node.slice
        if not self.has_one_name(variable):
            return None
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        facts = self.setting.facts
        rank = self.setting.fact(self.reading.primal_of(variable)).rank
        if (rank is not None and len(parts) > rank) or all(isinstance(part, gast.Slice) for part in parts):
            return None
        for part in parts:
            plain = isinstance(part, gast.Slice) or (facts(part).kind == "number" and facts(part).letter in "iu")
            if not plain or any(isinstance(inner, (gast.Subscript, gast.Call)) for inner in walk(part)):
                return None
        key = f"*{variable}[{gast.dump(index)}]"
        self.known[key] = (variable, index, names_read(index))
        return key

    def has_one_name(self, variable: str) -> bool:
        """Whether no other variable gives access to the contents."""
        if variable not in self.alone:
            in_primal = variable in self.setting.storage.parent
            self.alone[variable] = self._is_alone(variable) if in_primal else self._is_adjoint_alone(variable)
        return self.alone[variable]

    def _is_alone(self, variable: str) -> bool:
        storage, cells = self.setting.storage, self.reading.cells_of(variable)
        return (
            storage.is_buffer(variable)
            and self.setting.fact(variable).kind == "array"
            and len(cells) == 1
            and len([v for v in storage.members(variable) if v not in self.setting.recomputed]) == 1
            and not any(
                cells[0] in self.reading.cells_of(other)
                for other in self.setting.facts.of
                if other != variable and other not in self.setting.recomputed
            )
        )

    def _is_adjoint_alone(self, variable: str) -> bool:
        classes, primal = self.setting.memory_classes, self.reading.primal_of(variable)
        return (
            primal != variable
            and variable not in self.setting.in_place
            and self.setting.fact(primal).kind == "array"
            and not any(v != variable and c == classes.get(variable, variable) for v, c in classes.items())
        )

    def reads(self, node: gast.AST | None) -> set[str]:
        """The variables, contents and elements that an expression reads."""
        found: set[str] = set()
        if node is not None:
            self._collect(node, found)
        return found

    def _collect(self, node: gast.AST, found: set[str]) -> None:
        elements: set[str] = set()
        rest = self._without_elements(node, elements)
        found |= self.reading.reads(rest) | elements
        for key in elements:
            variable, index, _ = self.known[key]
            found |= {variable, *self.reading.reads(index)}

    def _without_elements(self, node: gast.AST, elements: set[str]) -> gast.AST:
        """The tree with a literal in the place of each element that is read."""
        if isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Load):
            key = self.element(node)
            if key is not None:
                elements.add(key)
                return gast.Constant(0, None)
        if isinstance(node, (gast.Name, gast.Constant)) or not isinstance(node, (gast.expr, gast.keyword)):
            return node
        changed = False
        values = []
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                new = [self._without_elements(v, elements) if isinstance(v, gast.AST) else v for v in value]
                changed = changed or any(a is not b for a, b in zip(new, value, strict=True))
            elif isinstance(value, gast.AST):
                new = self._without_elements(value, elements)
                changed = changed or new is not value
            else:
                new = value  # type: ignore[assignment]
            values.append(new)
        return type(node)(*values) if changed else node

    def statement_reads(self, statement: gast.stmt) -> set[str]:
        """What one statement reads itself."""
        value = getattr(statement, "value", None)
        if not isinstance(statement, (gast.Assign, gast.AugAssign, gast.Expr)) or value is None:
            return self.reading.statement_reads(statement)
        elements: set[str] = set()
        rest = self._without_elements(value, elements)
        target = getattr(statement, "target", None)
        changed = self.of(target) if isinstance(target, gast.Subscript) else set()
        if not elements and not changed:
            return self.reading.statement_reads(statement)
        if isinstance(statement, gast.Assign) or changed:  # the element that `+=` reads is told apart
            targets = statement.targets if isinstance(statement, gast.Assign) else [target]
            bare: gast.stmt = gast.Assign(targets, rest, None)
        elif isinstance(statement, gast.AugAssign):
            bare = gast.AugAssign(target, statement.op, rest)
        else:
            bare = gast.Expr(rest)
        found = self.reading.statement_reads(bare)
        if changed:
            found -= set(self.reading.cells_of(self.known[next(iter(changed))][0]))
        found |= elements | changed
        for key in elements | changed:
            variable, index, _ = self.known[key]
            found |= {variable, *self.reading.reads(index)}
        return found

    def carried(self, live: set[str], loop: gast.For) -> set[str]:
        """What is live at the start of a trip, as the trip before it sees that."""
        counter, step = loop.target.id, _step_of(loop.iter)
        found = set(live)
        for key in [k for k in self.known if k in live and counter in self.known[k][2]]:
            variable, index, _ = self.known[key]
            place = self._place_of(index, counter) if step else None
            found.discard(key)
            if place is not None:
                found.add(self._range(variable, counter, *place, step))
            else:
                found.update(self.reading.cells_of(variable))
        return found

    def _place_of(self, index: gast.expr, counter: str) -> tuple[int, int] | None:
        """Where an index is `counter + offset`, and never negative."""
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        for position, part in enumerate(parts):
            if not isinstance(part, gast.Slice):
                base, offset = _split(part)
                lowest = self.lowest.get(counter)
                if is_name(base, counter) and lowest is not None and lowest + offset >= 0:
                    return position, offset
        return None

    def _range(self, variable: str, counter: str, position: int, offset: int, step: int) -> str:
        """The elements of all trips to come, seen from a trip: `counter + offset` and below, or above."""
        bound = offset + (1 if step > 0 else -1)
        key = f"*{variable}[{position}: {counter} {'>' if step > 0 else '<'} {bound}]"
        self.ranges[key] = (variable, counter, position, bound, step)
        return key

    def blurred(self, live: set[str], bound: Iterable[str]) -> set[str]:
        """What is live before these variables are bound: an element that they index may be any."""
        if not self.known:
            return live
        bound = set(bound)
        keys = [key for key in self.known if key in live]
        stale = {key for key in keys if self.known[key][0] in bound or not bound.isdisjoint(self.known[key][2])}
        variables = {self.known[key][0] for key in stale}
        for key in [key for key in self.ranges if key in live]:
            variable, counter, *_ = self.ranges[key]
            if variable in bound or counter in bound:
                stale.add(key)
                variables.add(variable)
        if not stale:
            return live
        return (live - stale) | {cell for variable in variables for cell in self.reading.cells_of(variable)}

    def are_touched(self, live: set[str], base: str, target: gast.expr) -> bool:
        """Whether something that is live may be in what `target` puts back."""
        if {*self.reading.cells_of(base), f"*{base}"} & live:
            return True
        if not isinstance(target, gast.Subscript):
            return any(self.known[key][0] == base for key in self.known if key in live) or any(
                self.ranges[key][0] == base for key in self.ranges if key in live
            )
        for key in self.known:
            if self.known[key][0] == base and key in live and not self.differ(self.known[key][1], target.slice):
                return True
        return any(
            self.ranges[key][0] == base and key in live and not self._outside(self.ranges[key], target.slice)
            for key in self.ranges
        )

    def any_live(self, writes: set[str], live: set[str]) -> bool:
        """Whether something that is live may be in what is written."""
        return not writes.isdisjoint(live) or not writes.isdisjoint(self.whole(live))

    def whole(self, live: set[str]) -> set[str]:
        """The contents of which parts are live."""
        variables = {self.known[key][0] for key in self.known if key in live}
        variables |= {self.ranges[key][0] for key in self.ranges if key in live}
        return {cell for variable in variables for cell in (f"*{variable}", *self.reading.cells_of(variable))}

    def _outside(self, part: tuple[str, str, int, int, int], index: gast.expr) -> bool:
        """Whether an index is beyond those of the trips to come."""
        _, counter, position, bound, step = part
        place = self._place_of(index, counter)
        if place is None or place[0] != position:
            return False
        return place[1] < bound if step > 0 else place[1] > bound

    def differ(self, a: gast.expr, b: gast.expr) -> bool:
        """Whether two indices mean different elements: in one place they differ by a number, and do not wrap around."""
        first = a.elts if isinstance(a, gast.Tuple) else [a]
        second = b.elts if isinstance(b, gast.Tuple) else [b]
        for x, y in zip(first, second):
            if isinstance(x, gast.Slice) or isinstance(y, gast.Slice):
                continue
            (left, m), (right, n) = _split(x), _split(y)
            if left is None and right is None:
                lowest: int | None = 0 if min(m, n) >= 0 or max(m, n) < 0 else None
            elif left is None or right is None:
                counter, offset, number = (right, n, m) if left is None else (left, m, n)
                least = self.lowest.get(counter.id) if isinstance(counter, gast.Name) else None
                if least is not None and 0 <= number < least + offset:
                    return True
                lowest = None
            elif isinstance(left, gast.Name) and isinstance(right, gast.Name) and left.id == right.id:
                lowest = self.lowest.get(left.id)
                lowest = lowest if lowest is not None and lowest + min(m, n) >= 0 else None
            else:
                lowest = None
            if lowest is not None and m != n:
                return True
        return False

    def of(self, target: gast.expr) -> set[str]:
        """The element that a target is."""
        key = self.element(target)
        return {key} if key is not None else set()

    def index_reads(self, target: gast.expr) -> set[str]:
        """What the index of a target reads."""
        found: set[str] = set()
        node = target
        while isinstance(node, (gast.Subscript, gast.Attribute)):
            if isinstance(node, gast.Subscript):
                found |= self.reads(node.slice)
            node = node.value
        return found if root_name(target) is not None else found | self.reads(target)


def _lowest_counters(body: list[gast.stmt]) -> dict[str, int]:
    """For each variable that only loops over ranges bind, the lowest number that it can be, where that is known."""
    lowest: dict[str, int | None] = {}
    for statement in statements(body):
        for variable in bound_names(statement):
            bound = _lowest_of_range(statement.iter) if isinstance(statement, gast.For) else None
            known = lowest.get(variable, bound)
            lowest[variable] = min(known, bound) if known is not None and bound is not None else None
    return {variable: bound for variable, bound in lowest.items() if bound is not None}


def _lowest_of_range(node: gast.expr) -> int | None:
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "range"):
        return None
    if len(node.args) == 1:
        return 0
    (start_of, start), (stop_of, stop) = _split(node.args[0]), _split(node.args[1])
    step_of, step = _split(node.args[2]) if len(node.args) == 3 else (None, 1)
    if step_of is not None:
        return None
    if step > 0:
        return start if start_of is None else None
    return stop + 1 if stop_of is None else None


def _step_of(node: gast.expr) -> int:
    """The direction in which a range counts; 0 where that is not known."""
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "range"):
        return 0
    if len(node.args) < 3:
        return 1
    base, step = _split(node.args[2])
    return step if base is None else 0


def _split(node: gast.expr) -> tuple[gast.expr | None, int]:
    """`i + 1` as (i, 1)."""
    if isinstance(node, gast.Constant) and type(node.value) is int:
        return None, node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return None, -node.operand.value
    if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub)):
        base, offset = _split(node.left)
        other, more = _split(node.right)
        if base is not None and other is None:
            return base, offset + (more if isinstance(node.op, gast.Add) else -more)
        if base is None and isinstance(node.op, gast.Add):
            return other, offset + more
    return node, 0
