"""Cheap temporaries that are computed again rather than kept.

A temporary of the core language that is cheap (a sign, an element, a product of numbers in a loop) and whose operands
are the same in the reverse sweep stands for its expression wherever it is read, in both sweeps.
"""

from __future__ import annotations

from collections import Counter

import gast

from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import mentioned_at, substitute
from srcdiff.simplify.reading import Reading
from srcdiff.transform.marks import Accumulate, Group, Restore, Save, Zero
from srcdiff.transform.setting import Setting

__all__ = ["cheap_temporaries", "expand_temporaries"]

Block = list[gast.stmt]


def cheap_temporaries(setting: Setting, reading: Reading, temporary: set[str]) -> dict[str, gast.expr]:
    """The temporaries to compute again, with their expressions."""
    found: dict[str, gast.expr] = {}
    once = Counter(n for s in statements(setting.function.body) for n in bound_names(s))
    temporary = {name for name in temporary if once[name] == 1}
    _scan(setting, reading, setting.function.body, temporary, found, in_loop=False)
    return found


def _scan(
    setting: Setting, reading: Reading, body: Block, temporary: set[str], found: dict[str, gast.expr], *, in_loop: bool
) -> None:
    mentions = mentioned_at(body)
    for index, statement in enumerate(body):
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            target = statement.targets[0].id
            if target in temporary and _is_cheap(setting, statement.value, in_loop=in_loop):
                value = substitute(statement.value, found)
                if _undisturbed(reading, body, index, mentions.get(target, []), value):
                    found[target] = value
        if isinstance(statement, gast.Try):  # what is in it happens there
            continue
        for block in blocks(statement):
            loop = in_loop or isinstance(statement, (gast.For, gast.While))
            _scan(setting, reading, block, temporary, found, in_loop=loop)


def _is_cheap(setting: Setting, node: gast.expr, *, in_loop: bool) -> bool:
    fact = setting.facts(node)
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        return True
    if isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name):
        return fact.kind == "number" or (fact.numeric and _is_whole(setting, node.slice) and _is_view(setting, node))
    if isinstance(node, gast.Attribute) and setting.facts(node.value).kind == "record":
        return node.attr in setting.facts(node.value).keys
    if isinstance(node, gast.Attribute):
        return node.attr in ("T", "real", "imag", "shape", "size")
    return False


def _is_whole(setting: Setting, index: gast.expr) -> bool:
    """Whether an index is no array in a variable, which may change."""
    fact = setting.facts(index) if isinstance(index, gast.Name) else None
    return fact is None or (fact.kind == "number" and fact.letter in "iu")


def _is_view(setting: Setting, node: gast.Subscript) -> bool:
    from srcdiff.analysis.origins import is_basic_index

    return is_basic_index(node.slice, setting.facts)


def _undisturbed(reading: Reading, body: Block, index: int, mentions: list[int], value: gast.expr) -> bool:
    """Nothing that the expression reads changes until the last use, which is in the same block."""
    reads = reading.reads(value)
    if mentions[-1] == index:
        return False
    for statement in body[index + 1 : mentions[-1]]:
        if isinstance(statement, (gast.For, gast.While, gast.If, gast.With, gast.Try)):
            return False
        if reading.writes(statement) & reads:
            return False
    last = body[mentions[-1]]
    return not isinstance(last, (gast.For, gast.While, gast.If, gast.With, gast.Try, gast.Return))


def expand_temporaries(body: Block, values: dict[str, gast.expr]) -> Block:
    """Statements of a sweep with the expressions in the place of the temporaries, which are bound no more."""
    if not values:
        return body
    out: Block = []
    for statement in body:
        if isinstance(statement, (Save, Restore)) and _is_kept_itself(statement, values):
            continue
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            if statement.targets[0].id in values:
                continue
        out.append(_expand(statement, values))
    return out


def _is_kept_itself(statement: Save | Restore, values: dict[str, gast.expr]) -> bool:
    """Whether a temporary is kept, rather than a part of what it is a view of."""
    if isinstance(statement, Restore):
        return isinstance(statement.target, gast.Name) and statement.target.id in values
    return isinstance(statement.value, gast.Name) and statement.value.id in values


def _expand(statement: gast.stmt, values: dict[str, gast.expr]) -> gast.stmt:
    if isinstance(statement, Accumulate):
        statement.value = substitute(statement.value, values)
        statement.target = substitute(statement.target, values)
    elif isinstance(statement, Group):
        statement.body = expand_temporaries(statement.body, values)
    elif isinstance(statement, (Save, gast.Assign, gast.AugAssign, gast.Expr)):
        statement = _copy(statement)
        statement.value = substitute(statement.value, values)
        if isinstance(statement, gast.Assign):
            statement.targets = [substitute(t, values) for t in statement.targets]
        elif isinstance(statement, gast.AugAssign):
            statement.target = substitute(statement.target, values)
    elif isinstance(statement, (Restore, Zero)):
        statement.target = substitute(statement.target, values)
    elif isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
        statement = _copy(statement)
        header = {gast.If: "test", gast.While: "test", gast.For: "iter"}.get(type(statement))
        if header is not None:
            setattr(statement, header, substitute(getattr(statement, header), values))
        statement.body = expand_temporaries(statement.body, values)
        if getattr(statement, "orelse", None):
            statement.orelse = expand_temporaries(statement.orelse, values)
    elif isinstance(statement, gast.Try):
        handlers = [_copy(handler) for handler in statement.handlers]
        for handler in handlers:
            handler.body = expand_temporaries(handler.body, values)
        statement = _copy(statement)
        statement.handlers = handlers
        statement.body = expand_temporaries(statement.body, values)
        statement.finalbody = expand_temporaries(statement.finalbody, values)
    else:
        statement = substitute(statement, values)
    return statement


def _copy(statement: gast.stmt) -> gast.stmt:
    if isinstance(statement, Save):
        new: gast.stmt = Save(statement.site, statement.value)
    else:
        new = type(statement)(*[getattr(statement, f, None) for f in statement._fields])
    return gast.copy_location(new, statement) if hasattr(statement, "lineno") else new
