"""The order of the statements that come from one primal line, and names that only pass a value on.

What an adjoint becomes by the line (`v_bar = -(v_bar * e)`) is written last, so that what the others need of its old
value needs no temporary.
"""

from __future__ import annotations

from collections import Counter

import gast

from srcdiff.analysis.structure import bound_names
from srcdiff.build import is_name, name, names_read, statement_like, substitute, walk
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
        if _is_passed_on(body[index], body[index + 1], temporary):
            passing, target = body[index].targets[0].id, body[index + 1].targets[0].id
            last = _last_use(body, index + 2, passing, target, uses[passing] - 2)
            if last is not None:
                values = {passing: name(target)}
                changed = [statement_like(substitute(s, values), s) for s in body[index + 2 : last + 1]]
                made = statement_like(gast.Assign(body[index + 1].targets, body[index].value, None), body[index])
                body[index : last + 1] = [made, *changed]
        index += 1
    return body


def _is_passed_on(first: gast.stmt, second: gast.stmt, temporary: set[str]) -> bool:
    """Whether two statements are `t = e; b = t`, with nothing of `t` in `e`."""
    for statement in (first, second):
        if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
            return False
    if isinstance(first.value, gast.Name):  # a second name for something: it goes anyway
        return False
    passing = first.targets[0].id
    return passing in temporary and is_name(second.value, passing) and passing not in names_read(first.value)


def _last_use(body: Block, start: int, passing: str, target: str, uses: int) -> int | None:
    """Where `t` is read last, if all that comes until then are plain statements that leave `t` and `b` as they are."""
    for index in range(start, len(body) if uses else start):
        statement = body[index]
        if not isinstance(statement, _SIMPLE) or passing in set(bound_names(statement)):
            return None
        here = sum(isinstance(part, gast.Name) and part.id == passing for part in walk(statement))
        uses -= here
        if here and not uses:
            bare = isinstance(statement, gast.AugAssign) and is_name(statement.value, passing)
            return None if bare else index
        if target in set(bound_names(statement)):
            return None
    return None
