"""Conversions to arrays of what is one already: `x = np.asarray(x)`."""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import blocks, statements
from srcdiff.build import statement_like
from srcdiff.rules import registry

__all__ = ["without_conversions"]

Block = list[gast.stmt]


def without_conversions(function: core.Function, facts: Facts) -> core.Function:
    """The function without conversions that return their argument itself; the same object where there are none."""
    if not any(_is_needless(statement, facts) for statement in statements(function.body)):
        return function
    return function.with_body(_converted(function.body, facts))


def _converted(body: Block, facts: Facts) -> Block:
    out: Block = []
    for statement in body:
        if _is_needless(statement, facts):
            statement = statement_like(gast.Assign(statement.targets, statement.value.args[0], None), statement)
        for inner in blocks(statement):
            inner[:] = _converted(inner, facts)
        out.append(statement)
    return out


def _is_needless(statement: gast.stmt, facts: Facts) -> bool:
    """Whether a statement converts an array of floating numbers to what it is."""
    if not isinstance(statement, gast.Assign) or not isinstance(statement.value, gast.Call):
        return False
    node = statement.value
    if len(node.args) != 1 or not isinstance(node.args[0], gast.Name):
        return False
    argument = facts(node.args[0])
    if argument.kind != "array" or argument.letter not in "fc":
        return False
    try:
        rule = registry.lookup(facts.object_of(node.func))
    except LookupError:
        return False
    return rule is not None and rule.converts is not None and {k.arg for k in node.keywords} <= set(rule.converts)
