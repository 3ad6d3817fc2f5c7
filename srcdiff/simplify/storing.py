"""Store or recompute: a cheap value is computed again where what it is made of is at hand.

The reverse sweep puts back what the forward sweep kept. Where a kept variable was computed by a cheap expression, and
what that reads is as it was when the reverse sweep first needs the variable, the expression stands there instead. That
must not have anything else kept: an operand that the reverse sweep does not read otherwise is not worth it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import gast

from srcdiff.analysis.structure import blocks, bound_names, root_name, statements
from srcdiff.build import assign, mentioned_at, names_read, statement_like, substitute, walk
from srcdiff.rules import registry
from srcdiff.simplify.reading import Reading
from srcdiff.transform.marks import Restore, Save, Site

__all__ = ["recompute_cheap"]

Block = list[gast.stmt]
Sites = Callable[[Block], set[Site]]
_COMPOUND = (gast.If, gast.For, gast.While, gast.With, gast.Try)
_MOST_ON_NUMBERS, _MOST_ON_ARRAYS = 6, 1


@dataclass
class _Candidate:
    """A variable that may be computed again.

    Attributes
    ----------
    reads : set of str
        What the expression reads, other candidates taken apart.
    cost : int
        Its operations, other candidates taken apart.
    inner : bool
        It is bound in a branch of the block that keeps it: computed only there, as that may be guarded.
    """

    variable: str
    statement: gast.Assign
    site: Site
    reads: set[str]
    cost: int
    inner: bool


def recompute_cheap(forward: Block, reverse: Block, reading: Reading, kept: Sites) -> tuple[Block, Block]:
    """Both sweeps with cheap expressions in the place of what would be kept.

    Parameters
    ----------
    kept : callable
        Tells the sites that a reverse sweep takes something from.
    """
    chosen = _candidates(forward, reverse, reading)
    if not chosen:
        return forward, reverse
    before = kept(reverse)
    chosen = {v: c for v, c in chosen.items() if not c.inner}
    while any(candidate.site in before for candidate in chosen.values()):
        trial = _recomputed(reverse, chosen)
        more = kept(trial) - before
        if not more:
            gone = {candidate.site for candidate in chosen.values()}
            return _without(forward, gone), trial
        needed = _targets(trial, more, reading)
        blamed = {variable for variable, c in chosen.items() if c.reads & needed}
        chosen = {variable: c for variable, c in chosen.items() if variable not in blamed} if blamed else {}
    return forward, reverse


# Which ones.


def _candidates(forward: Block, reverse: Block, reading: Reading) -> dict[str, _Candidate]:
    bindings = Counter(
        variable for s in statements(forward) if hasattr(s, "lineno") for variable in bound_names(s)
    )  # what has no line gives a name to what may be unbound
    restored: dict[str, Site] = {}
    for statement in statements(reverse):
        if isinstance(statement, Restore) and isinstance(statement.target, gast.Name) and not statement.site.record:
            restored[statement.target.id] = statement.site
    found: dict[str, _Candidate] = {}
    once = {variable for variable in restored if bindings[variable] == 1}
    if once:
        _scan(forward, once, restored, reading, found)
    return found


def _scan(
    body: Block, once: set[str], restored: dict[str, Site], reading: Reading, found: dict[str, _Candidate]
) -> None:
    mentions = mentioned_at(body)
    for index, statement in enumerate(body):
        if isinstance(statement, gast.Assign) and _defines(statement, once):
            variable = next(bound_names(statement))
            inner = {part for part in names_read(statement.value) if part in found}
            cost = _cost(statement.value, reading) + sum(found[part].cost for part in inner)
            number = reading.is_number(variable)
            kept = any(isinstance(s, Save) and s.site is restored[variable] for s in body[:index])
            written = _is_written(variable, reading)
            if cost <= (_MOST_ON_NUMBERS if number else _MOST_ON_ARRAYS) and not kept and not written:
                reads = reading.reads(statement.value).union(*(found[part].reads for part in inner))
                if _stay(body, index, mentions.get(variable, []), variable, reads, reading):
                    later = any(isinstance(s, Save) and s.site is restored[variable] for s in body[index + 1 :])
                    found[variable] = _Candidate(variable, statement, restored[variable], reads, cost, not later)
        for block in blocks(statement):
            _scan(block, once, restored, reading, found)


def _defines(statement: gast.Assign, once: set[str]) -> bool:
    return next(bound_names(statement), "") in once and hasattr(statement, "lineno")


def _is_written(variable: str, reading: Reading) -> bool:
    """Whether the variable gives access to something that is written into, as every shadow does."""
    storage = reading.setting.storage
    known = variable in storage.parent and bool(reading.cells_of(variable))
    return known or variable in reading.setting.forward_shadows or variable in reading.adjoints


def _cost(node: gast.expr, reading: Reading) -> int:
    """The operations in an expression; many for what is not cheap."""
    if isinstance(node, (gast.Name, gast.Constant)):
        return 0
    if isinstance(node, gast.UnaryOp):
        return 1 + _cost(node.operand, reading)
    if isinstance(node, gast.BinOp):
        dear = isinstance(node.op, gast.MatMult) or (
            isinstance(node.op, (gast.Pow, gast.Div, gast.Mod, gast.FloorDiv)) and not _is_number(node, reading)
        )
        return (100 if dear else 1) + _cost(node.left, reading) + _cost(node.right, reading)
    if isinstance(node, (gast.Subscript, gast.Attribute)):
        return _cost(node.value, reading) if root_name(node) is not None else 100
    if isinstance(node, gast.Compare):
        return 1 + sum(_cost(part, reading) for part in (node.left, *node.comparators))
    if isinstance(node, gast.Call) and not node.keywords and _is_number(node, reading):
        rule = registry.lookup(reading.setting.object_named(node.func))
        if rule is not None and rule.pure and rule.kind == "elementwise":
            return 1 + sum(_cost(argument, reading) for argument in node.args)
    return 100


def _is_number(node: gast.expr, reading: Reading) -> bool:
    return reading.setting.facts(node).kind == "number"


def _stay(body: Block, index: int, mentions: list[int], variable: str, reads: set[str], reading: Reading) -> bool:
    """Whether what an expression reads stays as it is until its variable is read last, all of that in this block.

    The last reader may change it, if it is a simple statement: the reverse sweep undoes that first.
    """
    readers = [k for k in mentions if k > index and not isinstance(body[k], Save)]
    if not readers:
        return True
    rest, last = body[index + 1 :], readers[-1] - index - 1
    compound = isinstance(rest[last], _COMPOUND)
    for statement in rest[: last + compound]:
        for inner in statements([statement]):
            if not isinstance(inner, Save) and reading.writes(inner) & reads:
                return False
    target = rest[last].targets[0] if isinstance(rest[last], gast.Assign) else getattr(rest[last], "target", None)
    return compound or not isinstance(target, (gast.Subscript, gast.Attribute)) or variable not in names_read(target)


def _mentions(statement: gast.stmt, variable: str) -> bool:
    return any(isinstance(part, gast.Name) and part.id == variable for part in walk(statement))


# Writing it.


def _recomputed(reverse: Block, chosen: dict[str, _Candidate], waiting: dict[str, _Candidate] | None = None) -> Block:
    """A copy of the reverse sweep in which each variable is computed before it is first read."""
    out: Block = []
    waiting = dict(waiting or {})
    for statement in reverse:
        if isinstance(statement, Restore) and isinstance(statement.target, gast.Name):
            candidate = chosen.get(statement.target.id)
            if candidate is not None and candidate.site is statement.site:
                waiting[candidate.variable] = candidate
                continue
        for variable in [v for v in waiting if _mentions(statement, v)]:
            if variable in waiting and not (waiting[variable].inner and isinstance(statement, _COMPOUND)):
                _compute(variable, waiting, out, statement)
        out.append(_with_blocks(statement, chosen, waiting))
    return out


def _compute(variable: str, waiting: dict[str, _Candidate], out: Block, reader: gast.stmt) -> None:
    candidate = waiting.pop(variable, None)
    if candidate is None:
        return
    for part in names_read(candidate.statement.value):
        _compute(part, waiting, out, reader)
    made = assign(variable, substitute(candidate.statement.value, {}))
    if not isinstance(reader, _COMPOUND):
        statement_like(made, reader)
    out.append(made)


def _with_blocks(statement: gast.stmt, chosen: dict[str, _Candidate], waiting: dict[str, _Candidate]) -> gast.stmt:
    if not isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
        return statement
    made = type(statement)(*[getattr(statement, f, None) for f in statement._fields])
    inside = {variable: candidate for variable, candidate in waiting.items() if candidate.inner}
    made.body = _recomputed(statement.body, chosen, inside)
    if getattr(statement, "orelse", None):
        made.orelse = _recomputed(statement.orelse, chosen, inside)
    for note in ("lineno", "note"):
        if hasattr(statement, note):
            setattr(made, note, getattr(statement, note))
    return made


def _targets(reverse: Block, sites: set[Site], reading: Reading) -> set[str]:
    """What is put back at these sites: variables and contents."""
    found: set[str] = set()
    for statement in statements(reverse):
        if isinstance(statement, Restore) and statement.site in sites:
            root = root_name(statement.target)
            if root is not None:
                found |= {root, f"*{root}", *reading.cells_of(root)}
    return found


def _without(body: Block, gone: set[Site]) -> Block:
    out: Block = []
    for statement in body:
        if isinstance(statement, Save) and statement.site in gone:
            continue
        for block in blocks(statement):
            block[:] = _without(block, gone)
        out.append(statement)
    return out
