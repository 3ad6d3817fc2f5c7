"""Where summing over broadcast axes can wait.

In an elementwise chain the cotangent of an intermediate result may keep the wider shape that broadcasting gave it, and
be summed once, at the leaf. That is right where the intermediate has one use, executed as often as its definition, and
its own operands take the cotangent elementwise.
"""

from __future__ import annotations

from collections import Counter

import gast

from srcdiff.analysis.activity import carriers
from srcdiff.analysis.origins import call_target
from srcdiff.analysis.structure import blocks, bound_names
from srcdiff.rules import registry
from srcdiff.transform.setting import Setting

__all__ = ["deferred_sums"]


def deferred_sums(setting: Setting) -> set[str]:
    """The variables whose adjoints may be wider than they are."""
    uses: Counter[str] = Counter()
    bindings: Counter[str] = Counter()
    found: set[str] = set()
    _count(setting, setting.function.body, uses, bindings)
    _scan(setting, setting.function.body, uses, bindings, found)
    return found


def _count(setting: Setting, body: list[gast.stmt], uses: Counter[str], bindings: Counter[str]) -> None:
    for statement in body:
        for name in bound_names(statement):
            bindings[name] += 1
        if not isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
            for part in gast.walk(statement):
                if isinstance(part, gast.expr) and part is getattr(statement, "value", None):
                    uses.update(set(carriers(part, setting.facts)))
            if isinstance(statement, (gast.AugAssign,)) and isinstance(statement.target, gast.Name):
                uses[statement.target.id] += 2
        for block in blocks(statement):
            _count(setting, block, uses, bindings)


def _scan(setting: Setting, body: list[gast.stmt], uses: Counter[str], bindings: Counter[str], found: set[str]) -> None:
    defined_here: set[str] = set()
    for statement in body:
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            for name in set(carriers(statement.value, setting.facts)):
                if name in defined_here and is_elementwise(setting, statement.value) and name in setting.active:
                    found.add(name)
            target = statement.targets[0].id
            plain = target in setting.active and uses[target] == 1 and bindings[target] == 1
            value_class = not setting.storage.is_buffer(target) if target in setting.storage.parent else True
            if plain and value_class and is_elementwise(setting, statement.value):
                defined_here.add(target)
        for block in blocks(statement):
            _scan(setting, block, uses, bindings, found)


def is_elementwise(setting: Setting, node: gast.expr) -> bool:
    """Whether an operation works element by element on broadcast operands, with a partial derivative for each."""
    if isinstance(node, gast.UnaryOp):
        return isinstance(node.op, (gast.USub, gast.UAdd))
    if isinstance(node, gast.BinOp):
        return (
            isinstance(node.op, (gast.Add, gast.Sub, gast.Mult, gast.Div, gast.Pow))
            and not setting.facts(node).container
        )
    if isinstance(node, gast.Call):
        function, _ = call_target(node, setting.facts)
        rule = registry.lookup(function) if function is not None else None
        return rule is not None and bool(rule.expressions) and not node.keywords
    return False
