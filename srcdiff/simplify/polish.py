"""The last look at the text: what a person would write in other words.

Trip counts that a list of kept values tells, augmented assignments, tuples that are taken apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import call, display, is_constant, is_name, name, names_read, statement_like, store, walk
from srcdiff.simplify.keeping import appended_to, is_copy_of_itself
from srcdiff.simplify.reading import Reading

__all__ = ["augmented", "bookkeeping_first", "counted_by_lists", "plainer", "unpacked", "without_trivial"]

Block = list[gast.stmt]


# What is set up before anything is computed.


def bookkeeping_first(forward: Block, generated: set[str]) -> Block:
    """Flags and counters of the text's own are set up where the lists are made, before the primal begins."""
    made = [s for s in forward if _sets_up(s, generated)]
    start = next((k for k, s in enumerate(forward) if not is_copy_of_itself(s) and not _makes_list(s)), 0)
    if not made or forward.index(made[0]) <= start:
        return forward
    head, rest = forward[:start], [s for s in forward[start:] if not any(s is m for m in made)]
    return [*head, *(m for m in made if not any(m is h for h in head)), *rest]


def _makes_list(statement: gast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, gast.Assign) and isinstance(value, gast.List) and not value.elts


def _sets_up(statement: gast.stmt, generated: set[str]) -> bool:
    """Whether a statement sets a flag or a counter that nothing else sets at the top."""
    if not isinstance(statement, gast.Assign) or not is_name(statement.targets[0]):
        return False
    value = statement.value
    plain = isinstance(value, gast.Constant) and (value.value is False or value.value == 0)
    return plain and statement.targets[0].id in generated


# Loops that run as long as there are kept values.


def counted_by_lists(forward: Block, reverse: Block, stacks: set[str]) -> tuple[Block, Block]:
    """`while x_stack:` in the place of a loop that counts trips, where each trip keeps one value in that list."""
    appended = _appended_once(forward, stacks)
    counters: set[str] = set()
    reverse = _counted(reverse, appended, counters)
    used = names_read(forward) | names_read(reverse)
    return _without_counters(forward, counters - used), reverse


def _appended_once(body: Block, stacks: set[str]) -> dict[str, set[str]]:
    """For each counter of trips, the lists that get one value in every trip and nowhere else."""
    found: dict[str, set[str]] = {}
    for statement in _outer_statements(body):
        if (
            not isinstance(statement, (gast.For, gast.While))
            or not statement.body
            or not isinstance(statement.body[0], gast.AugAssign)
        ):
            continue
        counter = statement.body[0].target
        if not isinstance(counter, gast.Name) or not is_constant(statement.body[0].value, 1):
            continue
        everywhere = Counter(s for s in map(appended_to, statements(body)) if s is not None)
        here = {s for s in map(appended_to, statement.body) if s in stacks}
        found[counter.id] = {s for s in here if everywhere[s] == 1}
    return found


def _outer_statements(body: Block) -> Block:
    """Every statement outside of loops."""
    found: Block = []
    for statement in body:
        found.append(statement)
        if not isinstance(statement, (gast.For, gast.While)):
            for block in blocks(statement):
                found += _outer_statements(block)
    return found


def _counted(body: Block, appended: dict[str, set[str]], counters: set[str]) -> Block:
    out: Block = []
    for statement in body:
        if isinstance(statement, (gast.If, gast.With)):
            for field in ("body", "orelse"):
                if getattr(statement, field, None):
                    setattr(statement, field, _counted(getattr(statement, field), appended, counters))
        stack = _told_by(statement, appended) if isinstance(statement, gast.For) else None
        if stack is not None:
            assert isinstance(statement, gast.For)
            counters.add(statement.iter.args[0].id)
            statement = statement_like(gast.While(name(stack), statement.body, []), statement)
        out.append(statement)
    return out


def _told_by(loop: gast.For, appended: dict[str, set[str]]) -> str | None:
    """The list that is taken from once in each trip of `for trip in range(trips)`."""
    ranged = isinstance(loop.iter, gast.Call) and len(loop.iter.args) == 1 and isinstance(loop.iter.args[0], gast.Name)
    if not ranged or loop.iter.args[0].id not in appended or loop.target.id in names_read(loop.body):
        return None
    everywhere = Counter(part.func.value.id for part in _pops(loop))
    for statement in loop.body:
        header: gast.AST = statement
        if isinstance(statement, (gast.For, gast.While, gast.With, gast.Try)):
            continue
        if isinstance(statement, gast.If):
            header = statement.test
        for part in _pops(header):
            stack: str = part.func.value.id
            if stack in appended[loop.iter.args[0].id] and everywhere[stack] == 1 and _always_evaluated(header, part):
                return stack
    return None


def _pops(node: gast.AST) -> list[gast.Call]:
    return [
        part
        for part in walk(node)
        if isinstance(part, gast.Call)
        and isinstance(part.func, gast.Attribute)
        and part.func.attr == "pop"
        and isinstance(part.func.value, gast.Name)
    ]


def _always_evaluated(node: gast.AST, part: gast.AST) -> bool:
    """Whether nothing decides if a part of a statement is evaluated."""
    deciding = [p for p in walk(node) if isinstance(p, (gast.IfExp, gast.BoolOp, gast.Lambda, gast.ListComp))]
    return not any(part is inner for p in deciding for inner in walk(p))


def _without_counters(body: Block, counters: set[str]) -> Block:
    """The forward sweep without counts that nothing reads."""
    if not counters:
        return body
    kept = [s for s in body if not (isinstance(s, (gast.Assign, gast.AugAssign)) and set(bound_names(s)) & counters)]
    for statement in kept:
        for block in blocks(statement):
            block[:] = _without_counters(block, counters) or [gast.Pass()]
    return kept


# Augmented assignments.


def augmented(reading: Reading, body: Block) -> Block:
    """`v_bar = v_bar * e` as `v_bar *= e`, for numbers: there it is the same."""
    for statement in body:
        for block in blocks(statement):
            block[:] = augmented(reading, block)
    return [_augmented(reading, statement) for statement in body]


def _augmented(reading: Reading, statement: gast.stmt) -> gast.stmt:
    if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
        return statement
    target, value = statement.targets[0].id, statement.value
    if not reading.is_number(target):
        return statement
    negative = isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub)
    product = value.operand if negative else value
    if not isinstance(product, gast.BinOp) or target in names_read(product.right):
        return statement
    if not is_name(product.left, target):
        return statement
    operator, right = product.op, product.right
    if negative:
        if not isinstance(operator, (gast.Mult, gast.Div)):
            return statement
        right = gast.UnaryOp(gast.USub(), right)
    elif not isinstance(operator, (gast.Mult, gast.Div, gast.Add, gast.Sub)):
        return statement
    return statement_like(gast.AugAssign(store(target), operator, right), statement)


# Signs and comparisons.


def plainer(node: Any, is_number: Callable[[gast.expr], bool]) -> Any:
    """`-(a * b)` as `-a * b`, `not a == b` as `a != b` for numbers: the same, as it is written by hand."""
    if isinstance(node, gast.expr) and isinstance(node, gast.UnaryOp):
        operand = node.operand
        if isinstance(node.op, gast.USub) and isinstance(operand, gast.BinOp):
            if isinstance(operand.op, (gast.Mult, gast.Div)):
                left = plainer(_negative(operand.left), is_number)
                return gast.copy_location(gast.BinOp(left, operand.op, plainer(operand.right, is_number)), node)
        if isinstance(node.op, gast.Not) and isinstance(operand, gast.Compare) and len(operand.ops) == 1:
            opposite = {gast.Eq: gast.NotEq, gast.NotEq: gast.Eq}.get(type(operand.ops[0]))
            if opposite is not None and is_number(operand.left) and is_number(operand.comparators[0]):
                return gast.copy_location(gast.Compare(operand.left, [opposite()], operand.comparators), node)
    if isinstance(node, list):
        return [plainer(item, is_number) for item in node]
    if isinstance(node, gast.AST) and not isinstance(node, (gast.Name, gast.Constant, gast.FunctionDef)):
        for field, value in gast.iter_fields(node):
            if isinstance(value, (list, gast.AST)):
                setattr(node, field, plainer(value, is_number))
    return node


def _negative(node: gast.expr) -> gast.expr:
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        inner: gast.expr = node.operand
        return inner
    return gast.UnaryOp(gast.USub(), node)


# Tuples taken apart.


def unpacked(body: Block, read: set[str], tuples: dict[str, int]) -> Block:
    """`n, m = x.shape` for what the normal form spells out.

    Parameters
    ----------
    read : set of str
        The variables that something else reads.
    tuples : dict
        Variables that hold tuples of known length.
    """
    out: Block = []
    index = 0
    while index < len(body):
        taken = _unpacking(body[index : index + 12], tuples)
        if taken is not None and not _is_read_elsewhere(body, index, taken[1], taken[2], read):
            made, _, count = taken
            out.append(made)
            index += count
            continue
        for block in blocks(body[index]):
            block[:] = unpacked(block, read, tuples)
        out.append(body[index])
        index += 1
    return out


def _unpacking(body: Block, tuples: dict[str, int]) -> tuple[gast.stmt, str, int] | None:
    """The assignment to a tuple that some statements come to, its temporary, and how many they are."""
    first = body[0]
    if len(body) < 3 or not isinstance(first, gast.Assign) or not isinstance(first.targets[0], gast.Name):
        return None
    whole = first.targets[0].id
    length, start = tuples.get(whole), 1
    if length is None:
        length, start = _checked_length(body[1], whole), 2
    if length is None or len(body) < start + length:
        return None
    targets = []
    for position, statement in enumerate(body[start : start + length]):
        item = statement.value if isinstance(statement, gast.Assign) else None
        plain = isinstance(item, gast.Subscript) and is_name(item.value, whole) and is_constant(item.slice, position)
        if not plain or not isinstance(statement.targets[0], gast.Name):
            return None
        targets.append(statement.targets[0])
    if len({t.id for t in targets}) != length or names_read(first.value) & {t.id for t in targets}:
        return None
    made = gast.Assign([display(targets, gast.Store())], first.value, None)
    return statement_like(made, first), whole, start + length


def _checked_length(statement: gast.stmt, whole: str) -> int | None:
    """The length in `if len(whole) != length: raise ...`."""
    if not isinstance(statement, gast.If) or statement.orelse or not isinstance(statement.body[0], gast.Raise):
        return None
    test = statement.test
    if not isinstance(test, gast.Compare) or not isinstance(test.ops[0], gast.NotEq):
        return None
    if gast.dump(test.left) != gast.dump(call("len", name(whole))):
        return None
    length = test.comparators[0]
    return length.value if isinstance(length, gast.Constant) and isinstance(length.value, int) else None


def _is_read_elsewhere(body: Block, index: int, whole: str, count: int, read: set[str]) -> bool:
    return whole in read or whole in names_read([*body[:index], *body[index + count :]])


def without_trivial(body: Block) -> Block:
    """Statements without `x = x`."""
    kept = [
        s
        for s in body
        if not (
            isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name) and is_name(s.value, s.targets[0].id)
        )
    ]
    for statement in kept:
        for block in blocks(statement):
            block[:] = without_trivial(block) or ([gast.Pass()] if block else [])
    return kept
