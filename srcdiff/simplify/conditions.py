"""Branches whose way the reverse sweep finds out for itself, without a record.

A test of what never changes is evaluated again. What only the last trip of a loop can have skipped, by a `break`, is
told by the flag of that exit: the first trip of the reverse sweep tests it and lowers it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import assign, constant, is_name, name, names_read, statement_like, substitute, walk
from srcdiff.transform.marks import Group, Restore, Save, Site
from srcdiff.transform.setting import Setting

__all__ = ["decide_again", "told_by_exits"]

Block = list[gast.stmt]
_LARGEST = 24
_PLAIN_CALLS = frozenset(("len", "abs", "min", "max", "isinstance"))


# Tests of what stays as it is.


def decide_again(setting: Setting, forward: Block, reverse: Block) -> tuple[Block, Block]:
    """Both sweeps with tests in the place of records, where what they read stays as it is."""
    steady = _steady_variables(setting)
    tests: dict[str, gast.expr] = {}
    for body in _all_blocks(forward):
        for index, statement in enumerate(body):
            record = _record(body, index)
            if record is not None and _is_steady(setting, statement.value, steady):
                tests[record.stem] = statement.value
    if not tests:
        return forward, reverse
    return _decided(forward, tests), _decided(reverse, tests)


def _all_blocks(body: Block) -> list[Block]:
    found = [body]
    for statement in body:
        for block in blocks(statement):
            found += _all_blocks(block)
    return found


def _record(body: Block, index: int) -> Site | None:
    """The site of a record that is made here: `taken = test`, kept, and tested."""
    statement = body[index]
    if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
        return None
    for save in body[index + 1 : index + 4]:
        if isinstance(save, Save) and save.site.record and save.site.stem == statement.targets[0].id:
            tested = [
                s for s in body[index + 1 : index + 4] if isinstance(s, gast.If) and is_name(s.test, save.site.stem)
            ]
            return save.site if tested else None
    return None


def _steady_variables(setting: Setting) -> set[str]:
    """Variables that mean the same wherever they are read: bound once, not in a loop, or counting the trips of one."""
    counts: dict[str, int] = {}
    inner: set[str] = set()

    def visit(body: Block, in_loop: bool) -> None:
        for statement in body:
            for variable in bound_names(statement):
                counts[variable] = counts.get(variable, 0) + 1
                if in_loop and not isinstance(statement, gast.For):
                    inner.add(variable)
            for block in blocks(statement):
                visit(block, in_loop or isinstance(statement, (gast.For, gast.While)))

    visit(setting.function.body, False)
    parameters = set(setting.function.parameters)
    return (parameters - set(counts)) | {v for v, n in counts.items() if n == 1 and v not in parameters | inner}


def _is_steady(setting: Setting, test: gast.expr, steady: set[str]) -> bool:
    parts = list(walk(test))
    if len(parts) > _LARGEST:
        return False
    for part in parts:
        if isinstance(part, gast.Call):
            known = (
                isinstance(part.func, gast.Name)
                and part.func.id in _PLAIN_CALLS
                and part.func.id not in setting.facts.of
            )
            if not known:
                return False
        elif isinstance(part, gast.Attribute) and part.attr not in ("shape", "size", "ndim"):
            return False
        elif isinstance(part, gast.Name) and not _stays(setting, part.id, steady):
            return False
        elif isinstance(part, (gast.JoinedStr, gast.NamedExpr, gast.Lambda)):
            return False
    return True


def _stays(setting: Setting, variable: str, steady: set[str]) -> bool:
    storage = setting.storage
    if variable not in setting.facts.of:
        return True
    if variable not in steady:
        return False
    if setting.fact(variable).kind in ("number", "opaque", "function"):
        return True
    known = variable in storage.parent and not storage.is_buffer(variable) and variable not in storage.updated
    return known and (setting.fact(variable).numeric or not storage.written_within(variable))


def _decided(body: Block, tests: dict[str, gast.expr]) -> Block:
    out: Block = []
    for statement in body:
        if isinstance(statement, (Save, Restore)) and statement.site.record and statement.site.stem in tests:
            continue
        if isinstance(statement, gast.Assign) and next(bound_names(statement), "") in tests:
            continue
        if isinstance(statement, gast.If):
            statement.test = substitute(statement.test, tests)
        for block in _inner(statement):
            block[:] = _decided(block, tests)
        out.append(statement)
    return out


def _inner(statement: gast.stmt) -> list[Block]:
    if isinstance(statement, Group):
        return [statement.body]
    return list(blocks(statement))


# What only the last trip can have skipped.


@dataclass
class _Exit:
    """A branch of a loop's body that is skipped in the last trip, or taken there alone."""

    flag: str
    site: Site
    raised: bool


def told_by_exits(setting: Setting, forward: Block, reverse: Block, flags: set[str]) -> tuple[Block, Block]:
    """Both sweeps with the flag of an exit in the place of a record for each trip.

    `flags` are names that may be flags: none of the user's own.
    """
    found: list[_Exit] = []
    for loop in statements(forward):
        if isinstance(loop, (gast.For, gast.While)):
            known = _exit_of(loop.body, flags)
            if known is not None and _raised(forward, known.flag) == _raised(loop.body, known.flag):
                found.append(known)
    by_flag = Counter(known.flag for known in found)
    for known in found:
        if by_flag[known.flag] > 1:
            continue  # an exit of several loops: the reverse sweep of the outer one would lower the inner one's flag
        body = _trip_with(reverse, known.site)
        if body is not None and _tell(body, known):
            for block in _all_blocks(forward):
                _without_record(block, known)
    return forward, reverse


def _raised(body: Block, flag: str) -> int:
    """How many statements may raise a flag."""
    raising = (s for s in statements(body) if flag in set(bound_names(s)))
    return sum(
        not (isinstance(s, gast.Assign) and isinstance(s.value, gast.Constant) and not s.value.value) for s in raising
    )


def _exit_of(body: Block, flags: set[str]) -> _Exit | None:
    """The record of a loop's body that the flag of its exit can stand for."""
    last = body[-1] if body else None  # nothing may be left of a body
    if not (isinstance(last, gast.If) and len(last.body) == 1 and isinstance(last.body[0], gast.Break)):
        return None
    if not isinstance(last.test, gast.Name) or last.test.id not in flags:
        return None
    flag = last.test.id
    binding = [i for i, s in enumerate(body) if any(flag in set(bound_names(inner)) for inner in statements([s]))]
    if not binding:
        return None
    site, test, branch = _recorded_branch(body, max(binding[-1], 0), flag)
    if site is None or branch is None:
        return None
    if test is not None and _is_not(test, flag):
        return _Exit(flag, site, False)
    times = sum(flag in set(bound_names(s)) for s in statements(body))
    directly = any(flag in set(bound_names(s)) for s in branch.body)
    if times == 1 and directly and body.index(branch) == binding[-1]:
        return _Exit(flag, site, True)
    return None


def _recorded_branch(body: Block, start: int, flag: str) -> tuple[Site | None, gast.expr | None, gast.If | None]:
    """The branch that is recorded last: on the flag itself, or the one that raises it."""
    for index in range(len(body) - 1, -1, -1):
        site = _record(body, index)
        if site is None:
            continue
        branch = next(s for s in body[index:] if isinstance(s, gast.If) and is_name(s.test, site.stem))
        test = body[index].value
        if _is_not(test, flag) and body.index(branch) > start:
            return site, test, branch
        if body.index(branch) == start and flag not in names_read(test):
            return site, None, branch
    return None, None, None


def _is_not(test: gast.expr, flag: str) -> bool:
    return isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not) and is_name(test.operand, flag)


def _trip_with(reverse: Block, site: Site) -> Block | None:
    """The body of the loop in the reverse sweep that takes a record back, as a statement of its own."""
    for loop in statements(reverse):
        if isinstance(loop, gast.For) and any(isinstance(s, Restore) and s.site is site for s in loop.body):
            body: Block = loop.body
            return body
    return None


def _tell(body: Block, known: _Exit) -> bool:
    """Let the reverse sweep test the flag; whether that could be done."""
    place = next((i for i, s in enumerate(body) if isinstance(s, gast.If) and is_name(s.test, known.site.stem)), None)
    if place is None:
        return False
    branch = body[place]
    assert isinstance(branch, gast.If)
    lower = assign(known.flag, constant(False))
    lower.lineno = None  # it belongs to the loop, which is not quoted
    if known.raised:
        made = gast.If(name(known.flag), [lower, *branch.body], branch.orelse)
    else:
        made = gast.If(name(known.flag), [lower, *branch.orelse], branch.body)
    body[place] = statement_like(made, branch)
    body[:] = [s for s in body if not (isinstance(s, Restore) and s.site is known.site)]
    _without_restores(body, known.flag)
    return True


def _without_restores(body: Block, flag: str) -> None:
    for statement in body:
        for block in _inner(statement):
            _without_restores(block, flag)
    body[:] = [s for s in body if not (isinstance(s, Restore) and is_name(s.target, flag))]


def _without_record(body: Block, known: _Exit) -> None:
    """The forward sweep tests the branch itself."""
    for index, statement in enumerate(body):
        if _record(body, index) is known.site:
            branch = next(s for s in body[index:] if isinstance(s, gast.If) and is_name(s.test, known.site.stem))
            branch.test = statement.value
            body[:] = [s for s in body if s is not statement and not (isinstance(s, Save) and s.site is known.site)]
            return
