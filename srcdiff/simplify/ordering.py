"""The order of the statements that come from one primal line, and names that only pass a value on.

What an adjoint becomes by the line (`v_bar = -(v_bar * e)`) is written last, so that what the others need of its old
value needs no temporary.
"""

from __future__ import annotations

from collections import Counter

import gast

from srcdiff.analysis.structure import bound_names
from srcdiff.build import name, names_read, statement_like, substitute, walk
from srcdiff.simplify.reading import Reading

__all__ = ["order_groups"]

Block = list[gast.stmt]
_SIMPLE = (gast.Assign, gast.AugAssign, gast.Expr)


def order_groups(body: Block, reading: Reading, temporary: set[str]) -> Block:
    """The reverse sweep with self-updates at the end of their groups."""
    uses: Counter[str] = Counter()
    for statement in body:
        for part in walk(statement):
            if isinstance(part, gast.Name):
                uses[part.id] += 1
    return _ordered(body, reading, {v for v in temporary if uses[v]}, uses)


def _ordered(body: Block, reading: Reading, temporary: set[str], uses: Counter[str]) -> Block:
    out: Block = []
    for statement in body:
        for field in ("body", "orelse"):
            inner = getattr(statement, field, None)
            if inner and not isinstance(statement, gast.FunctionDef):
                setattr(statement, field, _ordered(inner, reading, temporary, uses))
    start = 0
    while start < len(body):
        end = start + 1
        if isinstance(body[start], _SIMPLE):
            while end < len(body) and isinstance(body[end], _SIMPLE) and _line(body[end]) == _line(body[start]):
                end += 1
        out += _sunk(body[start:end], reading)
        start = end
    return _without_copies(out, temporary, uses)


def _line(statement: gast.stmt) -> int | None:
    return getattr(statement, "lineno", None)


def _is_self_update(statement: gast.stmt) -> bool:
    if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
        return False
    return statement.targets[0].id in names_read(statement.value)


def _sunk(group: Block, reading: Reading) -> Block:
    """Self-updates moved behind statements of the group that neither read nor change what they are about."""
    for index in range(len(group) - 2, -1, -1):
        statement = group[index]
        if not _is_self_update(statement):
            continue
        target = next(bound_names(statement))
        reads, writes = reading.reads(statement.value), reading.writes(statement)
        place = index
        for later in range(index + 1, len(group)):
            other = group[later]
            touched = reading.writes(other) | set(bound_names(other))
            if target in names_read(other) or touched & (reads | writes) or reading.statement_reads(other) & writes:
                break
            place = later
        if place > index:
            group.insert(place, group.pop(index))
    return group


def _without_copies(body: Block, temporary: set[str], uses: Counter[str]) -> Block:
    """`t = e; b = t; ... t ...` as `b = e; ... b ...`, where `t` is a temporary and `b` does not change in between."""
    index = 0
    while index + 1 < len(body):
        first, second = body[index], body[index + 1]
        made = _passed_on(first, second, body[index + 2 :], temporary, uses)
        if made is not None:
            body[index:] = [statement_like(gast.Assign(second.targets, first.value, None), first), *made]
        index += 1
    return body


def _passed_on(
    first: gast.stmt, second: gast.stmt, rest: Block, temporary: set[str], counted: Counter[str]
) -> Block | None:
    """What follows with `b` in the place of `t`; None where that does not do."""
    for statement in (first, second):
        if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
            return None
    if isinstance(first.value, gast.Name):  # a second name for something: it goes anyway
        return None
    passing, target = first.targets[0].id, second.targets[0].id
    if not isinstance(second.value, gast.Name) or second.value.id != passing or passing not in temporary:
        return None
    uses = [k for k, s in enumerate(rest) if passing in names_read(s)]
    if any(passing in set(bound_names(s)) for s in rest) or not uses:
        return None
    here = [p for s in (first, second, *rest) for p in walk(s) if isinstance(p, gast.Name) and p.id == passing]
    if len(here) != counted[passing]:  # it is read elsewhere too
        return None
    if not all(isinstance(rest[k], _SIMPLE) for k in uses):
        return None
    for statement in rest[: uses[-1]]:
        if not isinstance(statement, _SIMPLE) or target in set(bound_names(statement)):
            return None
    last = rest[uses[-1]]
    if isinstance(last, gast.AugAssign) and _is_bare(last.value, passing):
        return None
    values = {passing: name(target)}
    changed = [substitute(s, values) if k in uses else s for k, s in enumerate(rest)]
    for old, new in zip(rest, changed, strict=True):
        statement_like(new, old)
    return changed


def _is_bare(node: gast.expr, identifier: str) -> bool:
    return isinstance(node, gast.Name) and node.id == identifier
