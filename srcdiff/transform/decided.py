"""Branches that the kinds of the arguments decide: of `if isinstance(x, list)` only the branch that is taken stays.

A helper that serves several kinds is differentiated for those that it is called with, so that what it does with other
kinds refuses nothing and leaves no text. It is done in text of srcdiff's own: the helpers of generated text, and
generated text itself, where it is differentiated in its turn. Only questions about kinds are decided, never values.

>>> # x is a list       if isinstance(x, list): y = sum(x)      y = sum(x)
>>> #                   else: y = x.sum()
"""

from __future__ import annotations

import copy
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.inference import Facts
from srcdiff.build import name
from srcdiff.shaping import on_gradient
from srcdiff.transform.callees import is_own_text
from srcdiff.transform.fold import Undecided, evaluate

__all__ = ["without_decided"]

Block = list[gast.stmt]
_QUESTIONS = (isinstance, np.ndim, np.iscomplexobj)


def without_decided(function: core.Function, facts: Facts) -> core.Function:
    """The function without branches that are never taken; the function itself where there are none."""
    if not is_own_text(function):
        return function
    decider = _Decider(facts)
    body = decider.block(function.body)
    return function.with_body(body) if decider.changed else function


class _Decider:
    """One run over a function."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.values = {variable: name(variable) for variable in facts.of}
        self.changed = False

    def block(self, body: Block) -> Block:
        out: Block = []
        for statement in body:
            if isinstance(statement, gast.If):
                taken = self.taken(statement.test)
                if taken is not None:
                    self.changed = True
                    out += self.block(statement.body if taken else statement.orelse)
                    continue
            out.append(self.without_changed_gradient(self.compound(statement)))
        return out

    def without_changed_gradient(self, statement: gast.stmt) -> gast.stmt:
        """`y = on_gradient(x, change)` as `y = x`: the adjoint has changed the gradient already."""
        value = statement.value if isinstance(statement, gast.Assign) else None
        if not isinstance(value, gast.Call) or not value.args or not self.calls(value, (on_gradient,)):
            return statement
        self.changed = True
        return gast.copy_location(gast.Assign(statement.targets, value.args[0], None), statement)

    def compound(self, statement: gast.stmt) -> gast.stmt:
        """A statement with its blocks decided."""
        if not isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
            return statement
        made = copy.copy(statement)
        for field in ("body", "orelse"):
            if getattr(statement, field, None):
                inner = self.block(getattr(statement, field))
                setattr(made, field, inner or ([gast.Pass()] if field == "body" else []))
        return made

    def taken(self, test: gast.expr) -> bool | None:
        """The outcome of a test that asks for kinds; None where only a run can tell, or where it asks for values."""
        if not any(self.is_question(node) for node in gast.walk(test)):
            return None
        try:
            return bool(evaluate(test, self.values, self.facts, self.resolve))
        except (Undecided, LookupError, TypeError, AttributeError):
            return None

    def is_question(self, node: gast.AST) -> bool:
        return isinstance(node, gast.Call) and self.calls(node, _QUESTIONS)

    def calls(self, node: gast.Call, functions: tuple[Any, ...]) -> bool:
        """Whether a call is of one of these functions."""
        try:
            return self.facts.object_of(node.func) in functions
        except (LookupError, TypeError):
            return False

    def resolve(self, title: str) -> Any:
        return self.facts.object_of(name(title))
