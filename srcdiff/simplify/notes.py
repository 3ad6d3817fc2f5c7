"""Comments behind statements: what is kept, and for which lines of the primal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import gast

from srcdiff.analysis.structure import blocks, bound_names, root_name, statements
from srcdiff.build import display, is_name, mentioned_at, names_read, statement_like, walk
from srcdiff.emit import Commented
from srcdiff.simplify.keeping import is_copy_of_itself
from srcdiff.transform.marks import Site

__all__ = ["add_notes", "lists_together", "with_notes"]

Block = list[gast.stmt]
_COMPOUND = (gast.If, gast.For, gast.While, gast.With, gast.Try)


def add_notes(forward: Block, reverse: Block, sites: dict[str, Site], raised: dict[str, int]) -> None:
    """Note on statements what a reader wants to know of them; `with_notes` writes that down.

    Parameters
    ----------
    sites : dict
        The variables that keep something, and where they do.
    raised : dict
        Flags of exits, and the line at which each is raised, if there is one.
    """
    for statement in forward:
        if not is_copy_of_itself(statement):
            break
        statement.note = "the primal writes into it"
    readers: dict[str, set[int]] = {}
    _note_readers(reverse, {v for v, site in sites.items() if not site.record}, readers)
    for statement in statements(forward):
        kept = _kept_in(statement)
        if kept in readers and readers[kept] and sites[kept].in_loop is not isinstance(statement, gast.Assign):
            statement.note = _for_lines(sorted(readers[kept]))
    for statement in statements(reverse):
        if isinstance(statement, gast.If) and isinstance(statement.test, gast.Name) and statement.test.id in raised:
            if is_name(getattr(statement.body[0], "targets", [None])[0], statement.test.id):
                statement.note = f"the last trip ended at line {raised[statement.test.id]}"


def _kept_in(statement: gast.stmt) -> str | None:
    """The variable in which a statement of the forward sweep keeps something."""
    if isinstance(statement, gast.Assign):
        return next(bound_names(statement), None)
    value = getattr(statement, "value", None)
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "append":
        return root_name(value.func.value)
    return None


def _for_lines(lines: list[int]) -> str:
    if len(lines) == 1:
        return f"kept for line {lines[0]}"
    return f"kept for lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def _note_readers(body: Block, kept: set[str], readers: dict[str, set[int]], after: _Rest | None = None) -> None:
    """Which lines read what is kept; `after` is what runs after this block: for a loop's body, that body again."""
    mentions = mentioned_at(body)
    for index, statement in enumerate(body):
        header = {gast.If: "test", gast.For: "iter"}.get(type(statement))
        part = getattr(statement, header) if header is not None else statement
        if not isinstance(statement, _COMPOUND) or header is not None:
            for variable in names_read(part) & kept:
                if isinstance(statement, gast.Assign) and _is_restored(statement.value, variable):
                    lines = _lines_reading(statement.targets[0], _Rest(body, index + 1, mentions, after))
                else:
                    lines = {statement.lineno} if getattr(statement, "lineno", None) is not None else set()
                readers.setdefault(variable, set()).update(lines)
        for block in blocks(statement):
            loop = isinstance(statement, (gast.For, gast.While))
            again = _Rest(block, 0, mentioned_at(block), None) if loop else _Rest(body, index + 1, mentions, after)
            _note_readers(block, kept, readers, again)


@dataclass
class _Rest:
    """What runs after a statement: the rest of its block, and what comes after that."""

    body: Block
    start: int
    mentions: dict[str, list[int]]
    after: _Rest | None

    def of(self, variable: str) -> Iterator[gast.stmt]:
        """The statements that mention a variable, in order."""
        positions = self.mentions.get(variable, [])
        for position in positions[bisect_left(positions, self.start) :]:
            yield self.body[position]
        if self.after is not None:
            yield from self.after.of(variable)


def _is_restored(value: gast.expr, variable: str) -> bool:
    """Whether a value is what was kept, as it is."""
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "pop":
        value = value.func.value
    return is_name(value, variable)


def _lines_reading(target: gast.expr, rest: _Rest) -> set[int]:
    """The lines of the statements that read what was put back, before it is bound again."""
    root = root_name(target)
    element = gast.dump(_loaded(target)) if isinstance(target, gast.Subscript) else None
    same: set[int] = set()
    any_part: set[int] = set()
    for statement in rest.of(root or ""):
        if element is not None and same and _is_restored_at(statement, element):
            break
        for inner in statements([statement]):
            line = getattr(inner, "lineno", None)
            if line is None or isinstance(inner, _COMPOUND) or root not in names_read(inner):
                continue
            if _is_restored_into(inner, root):
                continue
            any_part.add(line)
            if element is not None and any(
                gast.dump(p) == element for p in walk(inner) if _is_read(p) and root_name(p) == root
            ):
                same.add(line)
        if element is None and root in set(bound_names(statement)):
            break
    return same or any_part


def _is_restored_at(statement: gast.stmt, element: str) -> bool:
    target = statement.targets[0] if isinstance(statement, gast.Assign) else None
    return isinstance(target, gast.Subscript) and gast.dump(_loaded(target)) == element


def _is_restored_into(statement: gast.stmt, root: str) -> bool:
    target = statement.targets[0] if isinstance(statement, gast.Assign) else None
    return isinstance(target, gast.Subscript) and root_name(target) == root and root not in names_read(statement.value)


def _loaded(target: gast.Subscript) -> gast.Subscript:
    return gast.Subscript(target.value, target.slice, gast.Load())


def _is_read(node: gast.AST) -> bool:
    return isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Load)


def with_notes(body: Block) -> Block:
    """Statements with their notes behind them."""
    out: Block = []
    for statement in body:
        for field in ("body", "orelse"):
            inner = getattr(statement, field, None)
            if inner and not isinstance(statement, gast.FunctionDef):
                setattr(statement, field, with_notes(inner))
        out.append(noted(statement))
    return out


def noted(statement: gast.stmt) -> gast.stmt:
    """A statement with its note behind it."""
    note = getattr(statement, "note", None)
    return statement if note is None else Commented(statement, note)


def lists_together(forward: Block, stacks: set[str]) -> Block:
    """The empty lists made in one statement: `taken_stack, v_stack = [], []`."""
    made = [s for s in forward if isinstance(s, gast.Assign) and is_name(s.targets[0]) and s.targets[0].id in stacks]
    if len(made) < 2:
        return forward
    room = sum(len(s.targets[0].id) + 6 for s in made)
    if room > 92:
        return forward
    targets = sorted((s.targets[0] for s in made), key=lambda target: target.id)
    values = [gast.List([], gast.Load()) for _ in made]
    together = statement_like(gast.Assign([display(targets, gast.Store())], display(values), None), made[0])
    place = forward.index(made[0])
    rest = [s for s in forward if not any(s is m for m in made)]
    return [*rest[:place], together, *rest[place:]]
