"""What has to be kept: only what the reverse sweep reads before it is put back by an earlier statement.

Recording is liveness over the reverse sweep (Hascoët, Naumann and Pascual 2005, "To be recorded analysis in reverse-mode
automatic differentiation"): a value that is put back and then not read need not have been kept.
"""  # noqa: E501

from __future__ import annotations

import gast

from srcdiff.analysis.structure import blocks, root_name
from srcdiff.simplify.elements import Elements
from srcdiff.simplify.reading import Reading
from srcdiff.transform.marks import Restore, Save, Site

__all__ = ["drop_needless_restores", "drop_needless_saves", "kept_sites"]

Block = list[gast.stmt]


class _Recording:
    """Backwards over the reverse sweep, with the set of what is read later, which changes along the way.

    What is read is a variable, the contents of a buffer (`*root`), or one element of it (`*x[i + 1]`).
    """

    def __init__(self, reading: Reading, *, decide: bool = True) -> None:
        self.reading = reading
        self.decide = decide
        self.kept: set[Site] = set()
        self.elements = Elements(reading)

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
            if not (self.has_content(statement.body) or self.has_content(statement.orelse)):
                return live
            return body | orelse | self.elements.reads(statement.test)
        if isinstance(statement, gast.For):
            return self.loop(statement, live)
        if isinstance(statement, gast.With):
            return self.block(statement.body, live) | self.elements.statement_reads(statement)
        writes = self.reading.writes(statement)
        killed = {w for w in writes if not w.startswith("*")}
        live = self.elements.blurred(live, killed)
        live -= killed
        live |= self.elements.statement_reads(statement)
        return live

    def has_content(self, body: Block) -> bool:
        """Whether anything of a block is left."""
        for statement in body:
            if isinstance(statement, Restore):
                if statement.site in self.kept:
                    return True
            elif isinstance(statement, (gast.If, gast.For, gast.With)):
                if self.has_content(statement.body) or self.has_content(getattr(statement, "orelse", None) or []):
                    return True
            elif not isinstance(statement, gast.Pass):
                return True
        return not self.decide and bool(body)

    def loop(self, statement: gast.For, live: set[str]) -> set[str]:
        assert isinstance(statement.target, gast.Name)
        target = {statement.target.id}
        head = set(live)
        while True:
            known = len(self.kept)
            inside = self.elements.carried(self.block(statement.body, set(head)), statement) - target
            if inside <= head and known == len(self.kept):
                return self.elements.blurred(head, target) | self.elements.reads(statement.iter)
            head |= inside

    def restore(self, statement: Restore, live: set[str]) -> set[str]:
        target = statement.target
        if isinstance(target, gast.Name):
            if target.id in live or not self.decide:
                self.kept.add(statement.site)
            live = self.elements.blurred(live, {target.id})
            live.discard(target.id)
            return live
        base = root_name(target)
        assert base is not None
        if self.decide and not self.elements.are_touched(live, base, target):
            return live
        self.kept.add(statement.site)
        live -= self.elements.of(target)
        live |= {base, *self.elements.index_reads(target)}
        return live


def kept_sites(reverse: Block, reading: Reading, read_after: set[str], *, decide: bool = True) -> set[Site]:
    """The sites of which something is read after it is put back; all of them, unless it is to be decided."""
    recording = _Recording(reading, decide=decide)
    while True:
        known = len(recording.kept)
        recording.block(reverse, set(read_after))
        if known == len(recording.kept):
            return recording.kept


def drop_needless_restores(reverse: Block, kept: set[Site]) -> Block:
    """The reverse sweep without what it puts back for nothing."""
    return _without(reverse, kept)


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
        for block in blocks(statement):
            needed = [] if block is getattr(statement, "orelse", None) else [gast.Pass()]
            block[:] = drop_needless_saves(block, kept) or needed
        out.append(statement)
    return out
