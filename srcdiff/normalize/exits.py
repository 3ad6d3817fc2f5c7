"""Exits in normal form: one `return`, at the end, and loops that are left at the end of their body or not at all.

After a branch that always exits, the rest of the block moves into its `else`. Where that does not do, a flag guards the
rest: `skipped` for `continue`, `left_early` for `break`, `returned` for `return` (whose value is in `output`).

>>> # for x in a:                     left_early = False
>>> #     if x < 0: break             for x in a:
>>> #     s += x                          if x < 0: left_early = True
>>> #                                     else: s += x
>>> #                                     if left_early: break
"""

from __future__ import annotations

from dataclasses import dataclass

import gast

from srcdiff import build
from srcdiff.names import Names
from srcdiff.normalize.trees import LOOPS, locate, names_in

__all__ = ["leave_at_the_end"]

BREAK, CONTINUE, RETURN = 1, 2, 4
_KINDS = {gast.Break: BREAK, gast.Continue: CONTINUE, gast.Return: RETURN}

#: How deep the rest of a block may move into `else`; beyond that flags keep the text flat.
DEPTH = 12


def leave_at_the_end(body: list[gast.stmt], names: Names, output: str) -> list[gast.stmt]:
    """Statements with one `return`, the last, which gives `output` where there were several."""
    exits = _Exits(names, output)
    for statement in body:
        exits.look(statement)
    if exits.may(body) & RETURN == 0:
        origin = body[-1] if body else None
        end = gast.Return(build.constant(None))
        rest = exits.block(body, _Place(None, True, 0))
        return [*rest, locate(end, origin) if origin is not None else end]
    if isinstance(body[-1], gast.Return) and not exits.may(body[:-1]) & RETURN:
        return [*exits.block(body[:-1], _Place(None, True, 0)), body[-1]]
    if not exits.always(body):
        nothing = build.assign(output, build.constant(None))
        fall = [nothing, gast.Return(build.name(output))]
        body = [*body, *(locate(part, body[-1]) for part in fall)]
        for part in fall:
            exits.look(part)
    result = exits.block(body, _Place(None, True, 0))
    if exits.returned is not None:
        first = next(i for i, statement in enumerate(result) if exits.returned in names_in([statement]))
        result.insert(first, locate(build.assign(exits.returned, build.constant(False)), result[first]))
    return [*result, locate(gast.Return(build.name(output)), body[-1])]


@dataclass
class _Loop:
    """A loop that is being rewritten, and the flags that it turned out to need."""

    breaks: bool
    outer: _Loop | None
    left_early: str | None = None
    skipped: str | None = None


@dataclass(frozen=True)
class _Place:
    """Where a block stands.

    `tail`: after it, nothing more is executed up to the end of the loop's body, or of the function.
    """

    loop: _Loop | None
    tail: bool
    depth: int

    def inside(self, tail: bool) -> _Place:
        return _Place(self.loop, self.tail and tail, self.depth + 1)


class _Exits:
    """Rewrites the blocks of one function."""

    def __init__(self, names: Names, output: str) -> None:
        self.names = names
        self.output = output
        self.returned: str | None = None
        self._may: dict[gast.AST, int] = {}
        self._always: dict[gast.AST, bool] = {}

    # Which exits a statement may take

    def look(self, statement: gast.stmt) -> None:
        """Find out, for a statement and all inside it, which exits it may take and whether it always takes one."""
        kind = type(statement)
        if kind in _KINDS:
            self._may[statement], self._always[statement] = _KINDS[kind], True
            return
        may, always = 0, kind is gast.Raise
        for block in _blocks(statement):
            for inner in block:
                self.look(inner)
        if kind is gast.If:
            may = self.may(statement.body) | self.may(statement.orelse)
            always = self.always(statement.body) and self.always(statement.orelse)
        elif kind in LOOPS:
            inside = self.may(statement.body)
            may = inside & RETURN | self.may(statement.orelse)
            endless = kind is gast.While and isinstance(statement.test, gast.Constant) and bool(statement.test.value)
            always = (endless or self.always(statement.orelse)) and not inside & BREAK
        elif kind is gast.With:
            may, always = self.may(statement.body), self.always(statement.body)
        elif kind is gast.Try:
            may = self.may(statement.body)
            for handler in statement.handlers:
                may |= self.may(handler.body)
            always = self.always(statement.body) and all(self.always(handler.body) for handler in statement.handlers)
        self._may[statement], self._always[statement] = may, always

    def may(self, block: list[gast.stmt]) -> int:
        """The exits that a block may take, as bits."""
        found = 0
        for statement in block:
            found |= self._may[statement]
        return found

    def always(self, block: list[gast.stmt]) -> bool:
        """Whether a block never comes to its end."""
        return any(self._always[statement] for statement in block)

    # Rewriting

    def block(self, statements: list[gast.stmt], place: _Place) -> list[gast.stmt]:
        """A block in normal form."""
        out: list[gast.stmt] = []
        for i, statement in enumerate(statements):
            may = self._may[statement]
            if type(statement) in _KINDS:
                self._exit(statement, place, out)
                return out
            if not may:
                self._calm(statement, place, out)
                if self._always[statement]:
                    return out
                continue
            rest = statements[i + 1 :]
            if self._always[statement] or not rest:
                self._leaving(statement, place, True, out)
                return out
            if isinstance(statement, gast.If) and place.depth < DEPTH and self._moves(statement):
                self._move(statement, rest, place, out)
                return out
            self._leaving(statement, place, False, out)
            if place.depth >= DEPTH:
                self._guarded_flat(statement, rest, place, may, out)
                return out
            guarded = self.block(rest, place.inside(True))
            if guarded:
                out.append(_like(statement, gast.If(self._guard(may, place), guarded, [])))
            return out
        return out

    def _guarded_flat(
        self, statement: gast.stmt, rest: list[gast.stmt], place: _Place, may: int, out: list[gast.stmt]
    ) -> None:
        """The rest under one guard after another, instead of one in another."""
        pieces: list[list[gast.stmt]] = [[]]
        for part in rest:
            pieces[-1].append(part)
            if self._may[part] or self._always[part]:
                pieces.append([])
        for piece in pieces:
            if piece:
                last = piece is pieces[-1]
                inside = _Place(place.loop, place.tail and last, place.depth)
                guarded = self.block(piece, inside)
                if guarded:
                    out.append(_like(statement, gast.If(self._guard(may, place), guarded, [])))
                may |= self.may(piece)

    def _moves(self, statement: gast.If) -> bool:
        """Whether the rest of the block can move into one of the branches."""
        return self.always(statement.body) or self.always(statement.orelse)

    def _move(self, statement: gast.If, rest: list[gast.stmt], place: _Place, out: list[gast.stmt]) -> None:
        """`if c: ...; return` and the rest: the rest becomes the `else`."""
        body, orelse = statement.body, statement.orelse
        if self.always(body):
            orelse = [*orelse, *rest]
        else:
            body = [*body, *rest]
        inside = place.inside(True)
        out.extend(self._branch(statement, self.block(body, inside), self.block(orelse, inside)))

    def _branch(self, statement: gast.If, body: list[gast.stmt], orelse: list[gast.stmt]) -> list[gast.stmt]:
        """An `if` with new branches, turned round if only the second has something in it."""
        test = statement.test
        if not body and orelse:
            test, body, orelse = _negated(test), orelse, []
        if not body:
            return [_like(statement, gast.If(test, [_like(statement, gast.Pass())], []))]
        return [_like(statement, gast.If(test, body, orelse))]

    def _exit(self, statement: gast.stmt, place: _Place, out: list[gast.stmt]) -> None:
        """The flags that an exit sets."""
        flags: list[str] = []
        loop = place.loop
        if isinstance(statement, gast.Continue) and loop is not None:
            if not place.tail:
                loop.skipped = loop.skipped or self.names.fresh("skipped")
                flags.append(loop.skipped)
        elif isinstance(statement, gast.Break) and loop is not None:
            flags.append(self._left_early(loop))
        elif isinstance(statement, gast.Return) and (loop is not None or not place.tail):
            flags.append(self._returned())
            while loop is not None:
                if loop.breaks:
                    flags.append(self._left_early(loop))
                loop = loop.outer
        out.extend(_like(statement, build.assign(flag, build.constant(True))) for flag in flags)

    def _left_early(self, loop: _Loop) -> str:
        loop.left_early = loop.left_early or self.names.fresh("left_early")
        return loop.left_early

    def _returned(self) -> str:
        self.returned = self.returned or self.names.fresh("returned")
        return self.returned

    def _guard(self, may: int, place: _Place) -> gast.expr:
        """Whether none of these exits was taken."""
        flags = []
        loop = place.loop
        if may & RETURN:
            flags.append(self._returned())
        if may & BREAK and loop is not None:
            flags.append(self._left_early(loop))
            if may & RETURN and loop.breaks:
                flags.remove(self._returned())  # `return` sets both
        if may & CONTINUE and loop is not None:
            loop.skipped = loop.skipped or self.names.fresh("skipped")
            flags.append(loop.skipped)
        tests: list[gast.expr] = [build.name(flag) for flag in flags]
        return _negated(tests[0] if len(tests) == 1 else gast.BoolOp(gast.Or(), tests))

    def _calm(self, statement: gast.stmt, place: _Place, out: list[gast.stmt]) -> None:
        """A statement that always comes to its end, or raises."""
        if isinstance(statement, LOOPS):
            self._loop(statement, place, out)
            return
        inside = _Place(place.loop, False, place.depth + 1)
        for field in ("body", "orelse", "finalbody"):
            if isinstance(getattr(statement, field, None), list) and not isinstance(statement, gast.FunctionDef):
                setattr(statement, field, self.block(getattr(statement, field), inside))
        for handler in getattr(statement, "handlers", []):
            handler.body = self.block(handler.body, inside)
        out.append(statement)

    def _leaving(self, statement: gast.stmt, place: _Place, last: bool, out: list[gast.stmt]) -> None:
        """A compound statement that exits may leave."""
        if isinstance(statement, LOOPS):
            self._loop(statement, place, out, last)
            return
        inside = place.inside(last)
        if isinstance(statement, gast.If):
            body, orelse = self.block(statement.body, inside), self.block(statement.orelse, inside)
            out.extend(self._branch(statement, body, orelse))
            return
        for field in ("body", "finalbody"):
            if hasattr(statement, field):
                part = self.block(getattr(statement, field), inside)
                setattr(statement, field, part or ([_like(statement, gast.Pass())] if field == "body" else []))
        for handler in getattr(statement, "handlers", []):
            handler.body = self.block(handler.body, inside) or [_like(handler, gast.Pass())]
        out.append(statement)

    def _loop(self, statement: gast.For | gast.While, place: _Place, out: list[gast.stmt], last: bool = False) -> None:
        """A loop; its exits become flags, one of which it tests at the end of its body. `else` comes after it."""
        may = self.may(statement.body)
        loop = _Loop(bool(may & BREAK), place.loop)
        body = self.block(statement.body, _Place(loop, True, 0))
        if loop.skipped is not None:
            body.insert(0, _like(statement, build.assign(loop.skipped, build.constant(False))))
        flag = self._left_early(loop) if may & BREAK else self._returned() if may & RETURN else None
        if flag is not None:
            body.append(_like(statement, gast.If(build.name(flag), [gast.Break()], [])))
        if loop.left_early is not None:
            out.append(_like(statement, build.assign(loop.left_early, build.constant(False))))
        orelse, statement.orelse = statement.orelse, []
        statement.body = body or [_like(statement, gast.Pass())]
        out.append(statement)
        if not orelse:
            return
        if flag is None:
            out.extend(self.block(orelse, _Place(place.loop, place.tail and last, place.depth)))
            return
        after = self.block(orelse, place.inside(last))
        if after:
            out.append(_like(statement, gast.If(_negated(build.name(flag)), after, [])))


def _blocks(statement: gast.stmt) -> list[list[gast.stmt]]:
    """The blocks of a statement of the same function."""
    if isinstance(statement, gast.FunctionDef):
        return []
    found = [getattr(statement, field, None) for field in ("body", "orelse", "finalbody")]
    found += [handler.body for handler in getattr(statement, "handlers", [])]
    return [block for block in found if isinstance(block, list)]


def _negated(test: gast.expr) -> gast.expr:
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return gast.UnaryOp(gast.Not(), test)


def _like(origin: gast.AST, statement: gast.stmt) -> gast.stmt:
    located: gast.stmt = locate(statement, origin)
    return located
