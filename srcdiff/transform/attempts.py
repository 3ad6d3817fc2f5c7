"""`try` in both modes.

A core `try` is of one of three kinds, and each says what was executed by whoever comes past it. With `finally`, or with
handlers that raise: all of the body. With handlers that set a flag: all of it if no flag is up, and otherwise, in what
anyone can see, nothing. The last is what the normaliser sees to for the primal's own statements; calls that were
expanded since, and callees that write into their arguments, are looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff.analysis.activity import carriers
from srcdiff.analysis.liveness import live_under
from srcdiff.analysis.structure import blocks, bound_names, flags_of, statements, written_names
from srcdiff.build import assign, is_name, name, names_read
from srcdiff.simplify.reading import Reading
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.forward import Forward
    from srcdiff.transform.reverse import Reverse

__all__ = ["reversed_try", "tangent_try"]

Block = list[gast.stmt]


def reversed_try(reverse: Reverse, statement: gast.Try) -> tuple[Block, Block]:
    """The sweeps of a `try`; what undoes it is under no `try`."""
    if not _carries(reverse.setting, statement):
        return reverse.forward_only(statement)
    flags = flags_of(statement)
    if not flags:
        body, undo = reverse.block(statement.body)
        final, undo_final = reverse.block(statement.finalbody)
        return [gast.Try(body, statement.handlers, [], final)], [*undo_final, *undo]
    _refuse_half_done(reverse.setting, statement)
    keeps: Block = []
    restores: Block = []
    for variable in sorted({v for handler in statement.handlers for s in handler.body for v in bound_names(s)}):
        keep, restore = reverse.keep(variable)
        keeps += keep
        restores += restore
    before = reverse.bindings.state()
    body, undo = reverse.block(statement.body)
    reverse.bindings.join(before, reverse.bindings.state())
    forward = gast.Try(body, statement.handlers, [], [])
    if not undo:
        return [*keeps, forward], restores
    reverse.line = getattr(statement, "lineno", reverse.line)
    return [*keeps, forward], [gast.If(_succeeded(flags), undo, []), *restores]


def tangent_try(forward: Forward, statement: gast.Try) -> Block:
    """A `try` with its tangents: where a handler goes on, behind it, for a tangent may raise where its primal does not.

    What overwrites what a tangent reads (`y = y * x`) is computed under another name first.
    """
    flags = flags_of(statement)
    if not flags:
        body, final = forward.block(statement.body), forward.block(statement.finalbody)
        return [gast.Try(body, statement.handlers, [], final)]
    setting = forward.setting
    if not _carries(setting, statement):
        return [statement]
    _refuse_half_done(setting, statement)
    attempt, after = _apart(forward, [statement])
    return [*attempt, *after]


def _apart(forward: Forward, body: Block) -> tuple[Block, Block]:
    """What a block computes, and what may come after it: its tangents, and names that are bound anew."""
    setting = forward.setting
    inside: Block = []
    after: Block = []
    for index, part in enumerate(body):
        own, tangents, early = _one_apart(forward, part)
        if _changes(setting, own, [*after, *early]):
            if own != [part] or not _binds_for_good(part, body[index + 1 :]):
                raise _refusal(setting, part)
            own, tangents = _bound_behind(setting, part, early, tangents[len(early) :])
        if _changes(setting, own, after):
            raise _refusal(setting, part)
        inside += own
        after += tangents
    return inside, after


def _one_apart(forward: Forward, part: gast.stmt) -> tuple[Block, Block, Block]:
    """What a statement computes; its tangents; those of them that come before it."""
    setting = forward.setting
    if not _carries(setting, part):
        return [part], [], []
    if isinstance(part, gast.Try) and flags_of(part):
        body, after = _apart(forward, part.body)
        guarded: Block = [gast.If(_succeeded(flags_of(part)), after, [])] if after else []
        return [gast.Try(body, part.handlers, [], [])], guarded, []
    if isinstance(part, gast.If):
        (body, after), (orelse, or_after) = _apart(forward, part.body), _apart(forward, part.orelse)
        return [gast.If(part.test, body, orelse)], [gast.If(part.test, after or [gast.Pass()], or_after)], []
    made = forward.block([part])
    last = made[-1]
    if isinstance(part, gast.Assign) and isinstance(made[0], gast.Assign) and made[0].value is part.value:
        if made[0] is not part and isinstance(last, gast.Assign) and is_name(last.value, made[0].targets[0].id):
            return made[:1], made[1:], []  # it is computed under a new name as it is
    if not any(s is part for s in made):
        raise _refusal(setting, part)
    position = next(index for index, s in enumerate(made) if s is part)
    return [part], [s for s in made if s is not part], made[:position]


def _binds_for_good(part: gast.stmt, later: Block) -> bool:
    """Whether a statement binds a variable that the rest of the block does not read."""
    target = part.targets[0] if isinstance(part, gast.Assign) else None
    return isinstance(target, gast.Name) and target.id not in names_read(later)


def _bound_behind(setting: Setting, part: gast.Assign, early: Block, tangents: Block) -> tuple[Block, Block]:
    """A binding under a new name, which is given to the variable when all of the block is done."""
    target = part.targets[0].id
    new = setting.names.fresh(f"{target}_new")
    setting.facts.of[new] = setting.fact(target)
    return [assign(new, part.value)], [*early, assign(target, name(new)), *tangents]


def _changes(setting: Setting, first: Block, second: Block) -> bool:
    """Whether statements change what others read."""
    reading = Reading(setting)
    written = {w for s in statements(first) for w in reading.writes(s)}
    return any(written & reading.statement_reads(s) for s in statements(second))


def _succeeded(flags: list[str]) -> gast.expr:
    """The test that no handler was called."""
    tests: list[gast.expr] = [name(flag) for flag in dict.fromkeys(flags)]
    failed = tests[0] if len(tests) == 1 else gast.BoolOp(gast.Or(), tests)
    return gast.UnaryOp(gast.Not(), failed)


def _carries(setting: Setting, statement: gast.stmt) -> bool:
    """Whether anything in a statement carries a derivative."""
    for inner in statements([statement]):
        touched = set(bound_names(inner)) | set(written_names(inner))
        value = getattr(inner, "value", None)
        if isinstance(value, gast.expr):
            touched |= set(carriers(value, setting.facts))
        if touched & setting.active:
            return True
    return False


# Half done.


def _refuse_half_done(setting: Setting, statement: gast.Try) -> None:
    """Refuse a body of which a part shows although a later part raises."""
    seen = {v for inner in statements(statement.body) for v in bound_names(inner)}
    flags = flags_of(statement)
    live = 0
    for flag in flags:
        up = {other: other == flag for other in flags}
        live |= live_under(setting.function.body, statement, up, setting.live)
    shown = {v for v in seen if live & setting.live.mask({v})}
    if not _in_one_step(setting, statement.body, shown, seen - shown):
        raise _refusal(setting, statement)


def _in_one_step(setting: Setting, body: Block, shown: set[str], own: set[str]) -> bool:
    """Whether only the last statement of a block shows, and it shows as a whole or not at all.

    `shown` are variables that are read later, `own` those that are not.
    """
    while len(body) > 1 and _cannot_fail(body[-1]):
        body = body[:-1]
    if not body:
        return True
    if any(_shows(setting, inner, shown, own) for inner in statements(body[:-1])):
        return False
    last = body[-1]
    if isinstance(last, (gast.If, gast.With)) or (isinstance(last, gast.Try) and flags_of(last)):
        return all(_in_one_step(setting, block, shown, own) for block in blocks(last))
    if isinstance(last, (gast.For, gast.While, gast.Try)):
        return not any(_shows(setting, inner, shown, own) for inner in statements([last]))
    return not _is_gradual(setting, last)


def _cannot_fail(statement: gast.stmt) -> bool:
    """Whether a statement only gives a value another name."""
    if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
        return False
    return isinstance(statement.value, (gast.Name, gast.Constant))


def _shows(setting: Setting, statement: gast.stmt, shown: set[str], own: set[str]) -> bool:
    """Whether a statement changes a variable that is read later, or an object that was there before."""
    written = any(not _is_own(setting, variable, own) for variable in written_names(statement))
    return written or bool(set(bound_names(statement)) & shown) or _is_gradual(setting, statement)


def _is_own(setting: Setting, variable: str, own: set[str]) -> bool:
    """Whether what a variable holds was made in the body: no other name gives access to it."""
    storage = setting.storage
    if variable not in own or variable not in storage.parent:
        return variable in own
    root = storage.root(variable)
    return all(other in own for other in storage.parent if storage.root(other) == root and other in setting.facts.of)


def _is_gradual(setting: Setting, statement: gast.stmt) -> bool:
    """Whether a statement calls a function that writes into its arguments, and may fail on the way."""
    value = getattr(statement, "value", None)
    if not isinstance(value, gast.Call) or setting.effects is None:
        return False
    known = setting.effects(value)
    return known is not None and bool(known.writes)


def _refusal(setting: Setting, node: gast.stmt) -> Exception:
    way_out = "Put the `try` around the one call that may fail, and assign its result to a new name."
    return setting.unsupported(node, "`try` around a block that may be left half done", way_out)
