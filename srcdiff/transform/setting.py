"""What the reverse transform of one function works with: the tables of the analyses, and the names it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from srcdiff import core, runtime
from srcdiff.analysis.facts import ANYTHING, Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.liveness import Liveness
from srcdiff.analysis.origins import CalleeEffects
from srcdiff.analysis.shapes import Shape
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import name
from srcdiff.errors import UnsupportedError
from srcdiff.names import Names
from srcdiff.transform.inline import Inliner
from srcdiff.transform.module import ExpandInstead

__all__ = ["Setting", "expanding", "refuse_operator"]

HARMLESS: frozenset[Any] = frozenset(
    (np.sum, np.mean, np.ndarray.sum, np.ndarray.mean, np.ndarray.copy, np.zeros_like, runtime.zeros_like, runtime.copy)
)

WRITING_HELPERS: frozenset[Any] = frozenset(
    (
        runtime.add_at,
        runtime.add_into,
        runtime.add_numbers,
        runtime.put_attribute,
        runtime.put_back,
        runtime.put_key,
        runtime.replace_items,
    )
)


@dataclass
class Setting:
    """The tables of one function under differentiation.

    Attributes
    ----------
    function : core.Function
        The primal, in core form.
    wrt : tuple of str
        Parameters to differentiate by.
    facts, storage, live, active :
        What the analyses found.
    names : Names
        The names taken so far.
    refer : callable
        The name under which the generated text knows an object.
    bars : dict
        Variable to the name of its adjoint.
    bar_shapes : dict
        Variable to the shape of its adjoint where that is wider than its own: the sum over broadcast axes waits for
        the end of an elementwise chain.
    deferred : set of str
        The variables for which it does.
    held : dict
        Variables of the text that keep what others hold, to these: what a callee's forward function keeps, stacks.
    memory_classes : dict
        For an adjoint that may share memory with others, one that stands for all of these.
    writing_calls : set of str
        Functions of the generated text that write into what they are given.
    """

    function: core.Function
    wrt: tuple[str, ...]
    facts: Facts
    storage: Storage
    live: Liveness
    active: set[str]
    names: Names
    refer: Callable[[Any, str], str]
    inliner: Inliner
    effects: CalleeEffects | None = None
    deferred: set[str] = field(default_factory=set)
    bars: dict[str, str] = field(default_factory=dict)
    bar_shapes: dict[str, Shape | None] = field(default_factory=dict)
    gradient: str = "gradient"
    calls: Any = None
    forward_shadows: set[str] = field(default_factory=set)
    in_place: set[str] = field(default_factory=set)
    owned_parameters: set[str] = field(default_factory=set)
    keeps_layout: bool = False
    varied: set[str] = field(default_factory=set)
    recomputed: dict[str, gast.expr] = field(default_factory=dict)
    writing_calls: set[str] = field(default_factory=set)
    objects: dict[str, Any] = field(default_factory=dict)
    compiled: bool = False
    held: dict[str, frozenset[str]] = field(default_factory=dict)
    memory_classes: dict[str, str] = field(default_factory=dict)

    def fact(self, variable: str) -> Fact:
        """What is known of a variable."""
        return self.facts.of.get(variable, ANYTHING)

    def is_active(self, node: gast.AST | None) -> bool:
        """Whether an atom carries a derivative."""
        return isinstance(node, gast.Name) and node.id in self.active

    def bar_name(self, variable: str) -> str:
        """The name of a variable's adjoint."""
        if variable not in self.bars:
            self.bars[variable] = self.names.word(f"{variable}_bar")
        return self.bars[variable]

    def bar(self, variable: str) -> gast.Name:
        """The adjoint of a variable, read."""
        return name(self.bar_name(variable))

    def helper(self, function: Callable[..., Any]) -> str:
        """The name of a runtime helper in the generated text."""
        chosen = self.refer(function, function.__name__)
        if function in WRITING_HELPERS:
            self.writing_calls.add(chosen)
        return chosen

    def object_named(self, node: gast.AST) -> Any:
        """The object that a name or a dotted path in the generated text means; None if it is not known."""
        if isinstance(node, gast.Name) and node.id in self.objects:
            return self.objects[node.id]
        try:
            found = self.facts.object_of(node)
            hash(found)
            return found
        except (LookupError, TypeError):
            pass
        if isinstance(node, gast.Attribute):
            owner = self.object_named(node.value)
            return getattr(owner, node.attr, None) if owner is not None else None
        return None

    @property
    def harmless(self) -> frozenset[Any]:
        """Functions that do not raise on operands of valid types, though their rules do not say so."""
        return HARMLESS

    @property
    def rebound(self) -> set[str]:
        """Parameters that are bound again."""
        bound = {v for s in statements(self.function.body) for v in bound_names(s)}
        return bound & set(self.function.parameters)

    def no_rule(self, node: gast.Call, decorator: str) -> UnsupportedError:
        """The refusal of a call that nothing tells the derivative of."""
        if isinstance(node.func, gast.Name) and node.func.id in self.facts.of:
            return self.unsupported(
                node,
                "a call of a function that is known only at run time",
                "Choose it, in a branch, a list or a dictionary, among functions that are named in the primal,\n"
                "or pass it as an argument of the primal.",
            )
        return self.unsupported(
            node,
            f"no rule for `{gast.unparse(node.func).strip()}`",
            f"Register one with @srcdiff.{decorator}, or write the function in Python.",
        )

    def unsupported(self, node: gast.AST, what: str, way_out: str) -> UnsupportedError:
        """An error that points at a node of the primal."""
        error: UnsupportedError = self.function.source.unsupported(node, what, way_out)
        return error


def expanding(setting: Setting, owner: gast.expr, refusal: UnsupportedError) -> Exception:
    """What to raise where an attribute of an object is set: the wish to expand its methods, if its class is known."""
    fact = setting.facts(owner)
    return refusal if fact.kind != "anything" or fact.type is None else ExpandInstead(fact.type, refusal)


def refuse_operator(setting: Setting, node: gast.BinOp) -> None:
    """An operator of objects or dictionaries that was not told: it is not that of numbers and arrays."""
    for side in (node.left, node.right):
        fact = setting.facts(side)
        if not setting.is_active(side) or fact.numeric:
            continue
        if fact.kind in ("record", "dict"):
            what = f"an operator of a {'dictionary' if fact.kind == 'dict' else 'class'} that is not known here"
            raise setting.unsupported(node, what, "Give the object a name of its own, bound once, or call the method.")
        if isinstance(node.op, gast.BitOr):
            what = "`|` of what may be dictionaries with derivatives"
            raise setting.unsupported(node, what, "Write `{**a, **b}`, or annotate the parameters.")
