"""What facts decide before the program runs: conversions of what is so already, and tests of a dtype."""

from __future__ import annotations

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import blocks, statements
from srcdiff.build import statement_like
from srcdiff.rules import registry

__all__ = ["without_conversions"]

Block = list[gast.stmt]
_SAMPLES = {"f": np.float64, "c": np.complex128, "b": np.bool_, "i": np.int64}


def without_conversions(function: core.Function, facts: Facts) -> core.Function:
    """The function without `x = np.asarray(x)` of an array, and without branches on a dtype that is known.

    The same object where there is nothing to decide.
    """
    if not any(_simpler(s, facts) is not None or _taken(s, facts) is not None for s in statements(function.body)):
        return function
    return function.with_body(_block(function.body, facts))


def _block(body: Block, facts: Facts) -> Block:
    out: Block = []
    for statement in body:
        taken = _taken(statement, facts)
        if taken is not None:
            out += _block(taken, facts)
            continue
        value = _simpler(statement, facts)
        if value is not None:
            statement = statement_like(gast.Assign(statement.targets, value, None), statement)
        for inner in blocks(statement):
            inner[:] = _block(inner, facts)
        out.append(statement)
    return out


def _taken(statement: gast.stmt, facts: Facts) -> Block | None:
    """The statements of the branch that is always taken; None where a run decides."""
    if not isinstance(statement, gast.If) or not isinstance(statement.test, gast.Name):
        return None
    fact = facts.of.get(statement.test.id)
    if fact is None or type(fact.value) is not bool:
        return None
    taken: Block = statement.body if fact.value else statement.orelse
    return taken


def _simpler(statement: gast.stmt, facts: Facts) -> gast.expr | None:
    """What an assigned call comes to, where facts tell."""
    if not isinstance(statement, gast.Assign) or not isinstance(statement.value, gast.Call):
        return None
    node = statement.value
    try:
        function = facts.object_of(node.func)
    except LookupError:
        return None
    if function is np.isdtype:
        return _tested(node, facts)
    rule = registry.lookup(function)
    if rule is None or rule.converts is None or len(node.args) != 1 or not isinstance(node.args[0], gast.Name):
        return None
    argument = facts(node.args[0])
    is_so = argument.kind == "array" and argument.letter in ("f", "c")
    argument_itself: gast.expr = node.args[0]
    return argument_itself if is_so and {k.arg for k in node.keywords} <= set(rule.converts) else None


def _tested(node: gast.Call, facts: Facts) -> gast.expr | None:
    """`np.isdtype(x.dtype, "integral")` as a constant."""
    if len(node.args) != 2 or node.keywords or facts.complex_numbers:
        return None
    dtype, kind = facts(node.args[0]), facts(node.args[1]).value
    if dtype.type is not np.dtype or dtype.letter not in _SAMPLES or not isinstance(kind, str) or "signed" in kind:
        return None
    return gast.Constant(bool(np.isdtype(np.dtype(_SAMPLES[dtype.letter]), kind)), None)
