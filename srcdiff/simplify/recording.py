"""What has to be kept: only what the reverse sweep reads before it is put back by an earlier statement.

Recording is liveness over the reverse sweep (Hascoët, Naumann and Pascual 2005, "To be recorded analysis in reverse-mode
automatic differentiation"): a value that is put back and then not read need not have been kept.
"""

from __future__ import annotations

import gast

from srcdiff.analysis.structure import root_name
from srcdiff.simplify.reading import Reading
from srcdiff.transform.marks import Restore, Save, Site

__all__ = ["drop_needless_restores", "drop_needless_saves"]

Block = list[gast.stmt]


class _Recording:
    """Backwards over the reverse sweep, with the set of what is read later."""

    def __init__(self, reading: Reading, *, decide: bool = True) -> None:
        self.reading = reading
        self.decide = decide
        self.kept: set[Site] = set()

    def block(self, body: Block, live: set[str]) -> set[str]:
        for statement in reversed(body):
            live = self.statement(statement, live)
        return live

    def statement(self, statement: gast.stmt, live: set[str]) -> set[str]:
        if isinstance(statement, Restore):
            return self.restore(statement, live)
        if isinstance(statement, gast.If):
            body = self.block(statement.body, set(live))
            orelse = self.block(statement.orelse, set(live))
            return body | orelse | self.reading.reads(statement.test)
        if isinstance(statement, gast.For):
            return self.loop(statement, live)
        if isinstance(statement, gast.With):
            return self.block(statement.body, live) | self.reading.statement_reads(statement)
        killed = {w for w in self.reading.writes(statement) if not w.startswith("*")}
        return (live - killed) | self.reading.statement_reads(statement)

    def loop(self, statement: gast.For, live: set[str]) -> set[str]:
        assert isinstance(statement.target, gast.Name)
        head = set(live)
        while True:
            inside = self.block(statement.body, set(head)) - {statement.target.id}
            if inside <= head:
                return head | self.reading.reads(statement.iter)
            head |= inside

    def restore(self, statement: Restore, live: set[str]) -> set[str]:
        target = statement.target
        if isinstance(target, gast.Name):
            if target.id in live or not self.decide:
                self.kept.add(statement.site)
            return live - {target.id}
        base = root_name(target)
        assert base is not None
        cells = {*self.reading.cells_of(base), f"*{base}"}
        if self.decide and not (cells & live):
            return live
        self.kept.add(statement.site)
        return live | {base} | self.reading.reads(target)


def drop_needless_restores(
    reverse: Block, reading: Reading, read_after: set[str], *, decide: bool = True
) -> tuple[Block, set[Site]]:
    """The reverse sweep without what it puts back for nothing, and the sites that are left."""
    recording = _Recording(reading, decide=decide)
    recording.block(reverse, set(read_after))
    return _without(reverse, recording.kept), recording.kept


def _without(body: Block, kept: set[Site]) -> Block:
    out: Block = []
    for statement in body:
        if isinstance(statement, (Restore, Save)) and statement.site not in kept:
            continue
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
            for field in ("body", "orelse"):
                inner = getattr(statement, field, None)
                if inner:
                    setattr(statement, field, _without(inner, kept))
            if not statement.body and not getattr(statement, "orelse", None):
                continue
            if isinstance(statement, gast.If) and not statement.body:
                statement.test = gast.UnaryOp(gast.Not(), statement.test)
                statement.body, statement.orelse = statement.orelse, []
        out.append(statement)
    return out


def drop_needless_saves(forward: Block, kept: set[Site]) -> Block:
    """The forward sweep without what it would keep for nothing."""
    out: Block = []
    for statement in forward:
        if isinstance(statement, Save) and statement.site not in kept:
            continue
        if isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
            statement.body = drop_needless_saves(statement.body, kept) or [gast.Pass()]
            if getattr(statement, "orelse", None):
                statement.orelse = drop_needless_saves(statement.orelse, kept)
        out.append(statement)
    return out
