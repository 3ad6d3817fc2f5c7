"""What a derivative does with each variable of its primal: whether it is active, what is stored of it, and why."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import names_read
from srcdiff.emit import quote
from srcdiff.request import Generated, Request
from srcdiff.transform.draft import Draft

__all__ = ["Explanation", "Row", "explain"]


@dataclass(frozen=True)
class Row:
    """A variable where it is bound.

    Attributes
    ----------
    line : int
        The line of the primal.
    text : str
        What stands there.
    variable : str
        The variable, as the primal calls it.
    active : bool
        Whether a derivative flows through it.
    stored : str
        How the forward sweep keeps it for the reverse sweep, in words; empty where it does not.
    why : str
        The reason, in words.
    """

    line: int
    text: str
    variable: str
    active: bool
    stored: str
    why: str

    @property
    def cells(self) -> tuple[str, str, str, str, str, str]:
        """The row as text."""
        return str(self.line), self.text, self.variable, "yes" if self.active else "no", self.stored or "no", self.why


HEAD = ("line", "primal", "variable", "active", "stored", "why")


@dataclass(frozen=True)
class Explanation:
    """A table with a row for each variable and line that binds it; `print` shows it."""

    name: str
    rows: tuple[Row, ...]
    generated: Generated
    draft: Draft

    def __str__(self) -> str:
        table = [HEAD, *(row.cells for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip() for cells in table]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The table in a notebook."""
        head = "".join(f"<th>{cell}</th>" for cell in HEAD)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row.cells)}</tr>" for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def explain(request: Request) -> Explanation:
    """Say of each variable of a primal what its adjoint does with it."""
    from srcdiff.rules import load_rules
    from srcdiff.transform.forms import build

    drafts: list[Draft] = []

    def watch(_name: str, draft: Draft) -> None:
        if not draft.owned:
            drafts[:] = [draft]

    load_rules()
    generated = build(request, watch)
    (draft,) = drafts
    rows = [*_parameter_rows(draft), *_bound_rows(draft)]
    return Explanation(request.primal.__name__, tuple(rows), generated, draft)


def _parameter_rows(draft: Draft) -> list[Row]:
    source = draft.function.source
    line = source.first_line
    text = quote(source, line)
    return [_row(draft, line, text, name) for name in source.parameters if name in draft.function.parameters]


def _bound_rows(draft: Draft) -> list[Row]:
    source = draft.function.source
    found: dict[tuple[int, str], list[str]] = {}
    for statement in statements(draft.function.body):
        line = getattr(statement, "lineno", None)
        for variable in bound_names(statement):
            if line is not None and _users_name(draft, variable) in draft.users:
                found.setdefault((line, _users_name(draft, variable)), []).append(variable)
    return [_row(draft, line, quote(source, line), *webs) for (line, _), webs in sorted(found.items())]


def _users_name(draft: Draft, variable: str) -> str:
    """The user's name of a variable that was told apart from others of the same name."""
    plain, _, number = variable.rpartition("_")
    return plain if number.isdecimal() and plain in draft.users and variable not in draft.users else variable


def _row(draft: Draft, line: int, text: str, *webs: str) -> Row:
    name = _users_name(draft, webs[0])
    active = any(web in draft.setting.active for web in webs)
    kept, readers = _kept(draft, line, {name, *webs})
    if not active:
        why = _why_inactive(draft, webs)
    elif kept:
        why = f"for {_lines(readers)}" if readers else "its shape or kind is read"
    else:
        why = "nothing that is computed in reverse needs its value"
    if not active and kept:
        why = f"{why}; stored for {_lines(readers)}" if readers else why
    return Row(line, text, name, active, kept, why)


def _why_inactive(draft: Draft, webs: tuple[str, ...]) -> str:
    facts = [draft.setting.fact(web) for web in webs]
    if all(fact.numeric and fact.letter in "ib" for fact in facts):
        return "whole numbers and truth values have no derivative"
    if not any(web in draft.setting.varied for web in webs):
        return f"does not depend on {', '.join(draft.wrt)}"
    return "the result does not depend on it"


def _kept(draft: Draft, line: int, names: set[str]) -> tuple[str, set[int]]:
    """How a variable that is bound on a line is kept, and the lines whose reverse reads it."""
    stacks = {name for name, site in draft.sites.items() if site.line == line and {site.stem, site.variable} & names}
    for stack in sorted(stacks):
        readers = _readers(draft, {stack})
        if readers:
            return ("each time, in a list" if draft.sites[stack].in_loop else "its old value"), readers
    crossing = names & draft.crossing
    return ("as it is", _readers(draft, crossing)) if crossing else ("", set())


def _readers(draft: Draft, names: set[str]) -> set[int]:
    found: set[int] = set()
    for statement in statements(draft.reverse):
        headers: list[Any] = [getattr(statement, field, None) for field in ("test", "iter")]
        parts = headers if any(headers) else [statement]
        if any(names & names_read(part) for part in parts if isinstance(part, gast.AST)):
            line = getattr(statement, "lineno", None)
            found |= {line} if line is not None else set()
    return found


def _lines(lines: set[int]) -> str:
    listed = [str(line) for line in sorted(lines)]
    return f"line {listed[0]}" if len(listed) == 1 else f"lines {', '.join(listed[:-1])} and {listed[-1]}"
