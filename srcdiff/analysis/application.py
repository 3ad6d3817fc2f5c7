"""Which rule a call takes, and which of its arguments the rule takes for constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from srcdiff import runtime, tangents
from srcdiff.analysis.inference import Facts
from srcdiff.rules import registry

__all__ = ["applied_rule", "is_constant_argument", "parameter_at"]

_SHAPED_LIKE: dict[Any, frozenset[str]] = {
    np.full_like: frozenset(["a"]),
    np.arange: frozenset(["stop"]),
    runtime.unbroadcast: frozenset(["x"]),
    runtime.expand: frozenset(["x", "axis", "keepdims"]),
    runtime.seed: frozenset(["result"]),
    runtime.last_written: frozenset(["index"]),
    tangents.own_tangent: frozenset(["x"]),
}
"""Parameters that tell a shape only: their derivative is zero."""


def applied_rule(
    function: Any, arguments: Sequence[gast.expr], keywords: Sequence[gast.keyword], facts: Facts
) -> registry.Rule | None:
    """The rule of a function for a call with these arguments, among those for real and for complex numbers."""
    rule = registry.lookup(function) if function is not None else None
    if rule is None or (rule.complex is None and rule.otherwise is None):
        return rule
    values = [*arguments, *(keyword.value for keyword in keywords)]
    in_complex = rule.complex is not None and any(map(facts.maybe_complex, values))
    names = [keyword.arg or "**" for keyword in keywords if keyword.arg != "out"]
    return rule.for_call(len(arguments), names, in_complex=in_complex)


def parameter_at(rule: registry.Rule, position: int) -> str:
    """The name of the parameter for a positional argument; the last one takes all that follow."""
    names = rule.parameters
    return names[min(position, len(names) - 1)] if names else ""


def is_constant_argument(rule: registry.Rule, parameter: str) -> bool:
    """Whether nothing flows from an argument into the result, so that it need not be constant for that."""
    if rule.kind == "constant":
        return True
    if rule.expressions:
        return parameter in rule.parameters and parameter not in rule.active and parameter not in rule.refused
    return parameter in _SHAPED_LIKE.get(rule.function, ())
