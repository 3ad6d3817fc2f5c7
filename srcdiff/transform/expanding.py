"""The rounds of expansion: calls in place, derivatives inside a primal, functions as values, until none is left."""

from __future__ import annotations

from collections import Counter

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import bound_names, statements, with_blocks
from srcdiff.analysis.webs import separate_webs
from srcdiff.build import assign, name, statement_like
from srcdiff.names import Names
from srcdiff.transform.calls import Calls
from srcdiff.transform.collection_forms import plain_collections
from srcdiff.transform.dispatch import Dispatch
from srcdiff.transform.expand import expand_calls, without_unused_functions
from srcdiff.transform.fields import with_fields_as_variables
from srcdiff.transform.lifting import lift_recursion
from srcdiff.transform.module import Module
from srcdiff.transform.nested import Nested
from srcdiff.transform.object_facts import plain_calls
from srcdiff.transform.scope import Findings, Scope

__all__ = ["expanded"]

Block = list[gast.stmt]
_ROUNDS = 60
"""Calls in calls are written out one layer at a time."""


def expanded(
    function: core.Function, parameters: dict[str, Fact], names: Names, module: Module, calls: Calls
) -> core.Function:
    """The function with closures, callbacks and objects expanded, and calls of derivatives as calls of functions."""
    findings = Findings()
    dispatch = None
    for _ in range(_ROUNDS):
        function = function.with_body(_apart(function, names))
        function = expand_calls(function, parameters, names, module, findings)
        scope = Scope(function, names, module)
        added = scope.adopted
        inside = (
            lift_recursion(function, names, module)
            or Nested(function, parameters, names, module, calls).rewritten()
            or plain_calls(function, parameters, names, module, calls, added)
            or with_fields_as_variables(function, parameters, names, module, added)
            or plain_collections(function, names, scope.object_of)
        )
        if inside is None:
            dispatch = Dispatch(function, parameters, scope, calls, findings)
            inside = dispatch.rewritten()
        if inside is None:
            return function.with_body(without_unused_functions(function.body, set()))
        function = inside
    if dispatch is None:
        what = f"`{function.name}`, whose calls lead to more calls without an end"
        raise function.source.unsupported(None, what, "Call a function of the module in their place.")
    raise dispatch.refused()


def _apart(function: core.Function, names: Names) -> Block:
    """The body with inner functions of one name under several, each assigned to the name that they had."""
    bindings = Counter(n for s in statements(function.body) for n in bound_names(s))
    if all(bindings[s.name] == 1 for s in statements(function.body) if isinstance(s, gast.FunctionDef)):
        return function.body

    def block(body: Block) -> Block:
        out: Block = []
        for statement in body:
            if not isinstance(statement, gast.FunctionDef):
                out.append(with_blocks(statement, block))
            elif bindings[statement.name] == 1:
                out.append(statement)
            else:
                title = names.fresh(statement.name)
                parts = {field: getattr(statement, field, None) for field in statement._fields}
                out.append(gast.copy_location(gast.FunctionDef(**{**parts, "name": title}), statement))
                out.append(statement_like(assign(statement.name, name(title)), statement))
        return out

    return separate_webs(function.with_body(block(function.body)), names).body
