"""Names as a person gives them: no number that nothing calls for, and the user's own where that is free."""

from __future__ import annotations

import re

import gast

from srcdiff.analysis.liveness import Liveness, liveness
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import display, name, names_read, substitute, walk

__all__ = ["fixed_names", "merged_names", "names_in_order", "renamed", "shorter_names"]

Block = list[gast.stmt]


def names_in_order(body: Block) -> list[str]:
    """Every name in the text, in order."""
    found: dict[str, None] = {}
    for statement in body:
        for part in walk(statement):
            if isinstance(part, gast.Name):
                found.setdefault(part.id)
    return list(found)


def renamed(body: Block, names: dict[str, str]) -> Block:
    """Statements with other names."""
    if not names:
        return body
    values: dict[str, gast.expr] = {old: name(new) for old, new in names.items()}
    return [substitute(statement, values) for statement in body]


def fixed_names(body: Block) -> set[str]:
    """Names that are not only those of variables of this function: of inner functions and what they mention."""
    found: set[str] = set()
    for statement in statements(body):
        if isinstance(statement, (gast.FunctionDef, gast.Import, gast.ImportFrom, gast.Try)):
            found |= set(bound_names(statement))
        if isinstance(statement, gast.FunctionDef):
            found |= {part.id for part in walk(statement) if isinstance(part, gast.Name)}
    return found


_NUMBERED = re.compile(r"(.+?)_(\d+)((?:_stack|_bar|_old|_residuals)*)$")


def shorter_names(used: list[str], generated: set[str], taken: set[str]) -> dict[str, str]:
    """Lower numbers, or none, for generated names, where no other name is in the way.

    Parameters
    ----------
    used : list of str
        The names in the text, in order.
    generated : set of str
        Those that may change.
    taken : set of str
        Names that must not be taken beside these: parameters, globals, builtins.
    """
    names: dict[str, str] = {}
    present = set(used) | taken
    for old in used:
        match = _NUMBERED.fullmatch(old)
        if old not in generated or match is None or old in names:
            continue
        stem, number, tail = match.group(1), int(match.group(2)), match.group(3)
        for candidate in [stem + tail, *(f"{stem}_{n}{tail}" for n in range(2, number))]:
            if candidate not in present:
                names[old] = candidate
                present = (present - {old}) | {candidate}
                break
    return names


def merged_names(forward: Block, reverse: Block, result: list[gast.expr], pairs: dict[str, str]) -> dict[str, str]:
    """The user's name for variables that got a number, where both are never needed at once.

    Parameters
    ----------
    result : list of gast.expr
        What is read after the last statement.
    pairs : dict
        Variable with a number to the user's name.
    """
    end = gast.Return(display(result))
    body = [*forward, *reverse, end]
    live = liveness(body)
    needed = _needed_after_bindings(body[:-1], live)
    names: dict[str, str] = {}
    groups: dict[str, tuple[int, int]] = {}  # the bits of the members, and what is needed after they are bound
    for numbered, plain in pairs.items():
        members, after = groups.get(plain) or (live.mask({plain}), needed.get(plain, 0))
        own = live.mask({numbered})
        if not needed.get(numbered, 0) & members and not after & own:
            members, after = members | own, after | needed.get(numbered, 0)
            names[numbered] = plain
        groups[plain] = members, after
    return names


def _needed_after_bindings(body: Block, live: Liveness) -> dict[str, int]:
    """For each variable, what is live after it is bound; for the counter of a loop, all that the loop mentions."""
    needed: dict[str, int] = {}
    for statement in statements(body):
        bound = set(bound_names(statement))
        if not bound:
            continue
        after = live.after.get(id(statement), 0)
        if isinstance(statement, gast.For):
            after |= live.mask(names_read([statement]) | bound)
        for variable in bound:
            needed[variable] = needed.get(variable, 0) | after
    return needed
