"""Flags of the normal form back into `break` and `continue`: how people leave a loop.

>>> # left_early = False                   for i in range(n):
>>> # for i in range(n):                       if x > c:
>>> #     if x > c:                                break
>>> #         left_early = True                x = x * x
>>> #     else:
>>> #         x = x * x
>>> #     if left_early: break
"""

from __future__ import annotations

from collections.abc import Collection

import gast

from srcdiff.analysis.structure import blocks, statements
from srcdiff.build import is_name, names_read

__all__ = ["native_exits"]

Block = list[gast.stmt]


class _Stays(Exception):
    """A flag that is not used as the normal form uses it."""


def native_exits(body: Block, read: Collection[str] = ()) -> Block:
    """Statements with `break` and `continue` where flags stood for them; flags that nothing reads any more go.

    `read` are variables that something else reads.
    """
    converted: set[str] = set()
    body = _block(body, converted)
    unread = converted - names_read(body) - set(read)
    return _without_assignments(body, unread)


def _block(body: Block, converted: set[str]) -> Block:
    for statement in body:
        if isinstance(statement, (gast.For, gast.While)):
            statement.body = _loop(statement.body, converted)
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if inner and not isinstance(statement, gast.FunctionDef):
                setattr(statement, field, _block(inner, converted))
    return body


def _loop(body: Block, converted: set[str]) -> Block:
    """The body of one loop."""
    last = body[-1] if body else None  # nothing may be left of it
    if isinstance(last, gast.If) and not last.orelse and is_name(last.test):
        if len(last.body) == 1 and isinstance(last.body[0], gast.Break):
            try:
                body = _left(body[:-1], last.test.id, gast.Break) or [gast.Pass()]
                converted.add(last.test.id)
            except _Stays:
                pass
    for flag in [f for f in map(_lowered, body) if f is not None]:
        start = next(i for i, statement in enumerate(body) if _lowered(statement) == flag)
        try:
            body = [*body[: start + 1], *_left(body[start + 1 :], flag, gast.Continue)]
            converted.add(flag)
        except _Stays:
            pass
    return body


def _lowered(statement: gast.stmt) -> str | None:
    """The flag that a statement sets to False."""
    return _assigned(statement, False)


def _assigned(statement: gast.stmt, value: bool) -> str | None:
    if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
        if isinstance(statement.value, gast.Constant) and statement.value.value is value:
            name: str = statement.targets[0].id
            return name
    return None


def _raises(body: Block, flag: str) -> bool:
    return any(_assigned(statement, True) == flag for statement in statements(body))


def _left(body: Block, flag: str, leave: type[gast.stmt]) -> Block:
    """A block after which nothing is executed once `flag` is raised; it is left where the flag is raised."""
    index = next((i for i, statement in enumerate(body) if _raises([statement], flag)), None)
    if index is None:
        if flag in names_read(body):
            raise _Stays
        return body
    statement, rest = body[index], [made for guarded in body[index + 1 :] for made in _guarded(guarded, flag)]
    if flag in names_read(body[:index]):
        raise _Stays
    return [*body[:index], *_leaving(statement, flag, leave), *_left(rest, flag, leave)]


def _guarded(statement: gast.stmt, flag: str) -> Block:
    """What a statement does where the flag is not raised; where it is, it must do nothing."""
    if isinstance(statement, gast.If) and not statement.orelse and isinstance(statement.test, gast.UnaryOp):
        if isinstance(statement.test.op, gast.Not) and is_name(statement.test.operand, flag):
            inner: Block = statement.body
            return inner
    raise _Stays


def _leaving(statement: gast.stmt, flag: str, leave: type[gast.stmt]) -> Block:
    """A statement that raises the flag, and leaves there."""
    if _assigned(statement, True) == flag:
        return [statement, gast.copy_location(leave(), statement)]
    if isinstance(statement, gast.With):
        inside = _left(statement.body, flag, leave)
        return [gast.copy_location(gast.With(statement.items, inside, None), statement)]
    if not isinstance(statement, gast.If) or flag in names_read(statement.test):
        raise _Stays
    body, orelse = _left(statement.body, flag, leave), _left(statement.orelse, flag, leave)
    if isinstance(body[-1], leave):
        return [gast.copy_location(gast.If(statement.test, body, []), statement), *orelse]
    return [gast.copy_location(gast.If(statement.test, body, orelse), statement)]


def _without_assignments(body: Block, flags: set[str]) -> Block:
    if not flags:
        return body
    kept = [s for s in body if _assigned(s, True) not in flags and _assigned(s, False) not in flags]
    for statement in kept:
        for block in blocks(statement):
            block[:] = _without_assignments(block, flags) or [gast.Pass()]
    return kept
