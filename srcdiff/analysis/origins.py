"""Where the memory of an expression's value comes from: new memory, another name for it, a view, an item."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.records import made_record
from srcdiff.analysis.structure import root_name
from srcdiff.rules import registry

__all__ = [
    "CallEffects",
    "CalleeEffects",
    "Origin",
    "arguments_of",
    "call_target",
    "holds_memory",
    "is_basic_index",
    "memory_names",
    "origin_of",
]


@dataclass(frozen=True)
class CallEffects:
    """What a call does to memory.

    Attributes
    ----------
    writes : tuple of str
        The arguments that it writes into.
    aliases : tuple of str
        The arguments that its result may share memory with.
    stores : tuple of (str, int, str)
        Arguments that may hold others afterwards: the container, how deep in it, and what it holds.
    """

    writes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    stores: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where the memory of an expression's value comes from.

    `how` is "fresh", "alias", "view", "maybe view", "item" (of a container), "repack" (a new container of the same
    items), "display" (a new container of these variables), "views" (a new container of views of them), "record" (of
    these, and of fields of a record) or "unknown"; `bases` are the variables concerned.
    """

    how: str
    bases: tuple[str, ...] = ()


FRESH = Origin("fresh")
CalleeEffects = Callable[[gast.Call], CallEffects | None]


def holds_memory(fact: Fact) -> bool:
    """Whether a value of this kind may share memory with another: numbers and constants do not."""
    return fact.kind not in ("number", "opaque", "function")


def is_basic_index(index: gast.expr, facts: Facts) -> bool:
    """Whether an index is made of integers, slices, None and Ellipsis for certain: it makes a view or an element."""
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    for part in parts:
        if isinstance(part, gast.Slice):
            continue
        if isinstance(part, gast.Constant) and (part.value is None or part.value is Ellipsis):
            continue
        fact = facts(part)
        if fact.kind == "number" and fact.letter in "iu":
            continue
        if fact.kind == "opaque" or (fact.kind == "tuple" and all_integers(fact)):
            continue
        return False
    return True


def all_integers(fact: Fact) -> bool:
    """Whether a tuple holds integers alone."""
    return fact.item is not None and fact.item.kind == "number" and fact.item.letter in "iu"


def _is_fancy(index: gast.expr, facts: Facts) -> bool:
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    for part in parts:
        if isinstance(part, (gast.Slice, gast.Constant)):
            continue
        fact = facts(part)
        if fact.kind in ("array", "list") or (fact.letter == "b" and fact.numeric):
            return True
    return False


_REPACK: set[Any] = {list, tuple, sorted, reversed, zip, enumerate, dict, set, iter, map, filter}


def origin_of(node: gast.expr, facts: Facts, callee: CalleeEffects | None = None) -> Origin:
    """Where the memory of the value of `node` comes from."""
    if isinstance(node, gast.Name):
        return Origin("alias", (node.id,)) if holds_memory(facts(node)) else FRESH
    if isinstance(node, gast.Subscript):
        return _origin_of_subscript(node, facts)
    if isinstance(node, gast.Attribute):
        return _origin_of_attribute(node, facts)
    if isinstance(node, (gast.Tuple, gast.List, gast.Dict)):
        return _origin_of_items(node.values if isinstance(node, gast.Dict) else node.elts, facts)
    if isinstance(node, gast.BinOp):
        fact = facts(node)
        if fact.kind in ("list", "tuple"):
            return Origin("repack", tuple(n.id for n in (node.left, node.right) if isinstance(n, gast.Name)))
        return FRESH
    if isinstance(node, gast.IfExp):
        return Origin("unknown", tuple(n.id for n in (node.body, node.orelse) if isinstance(n, gast.Name)))
    if isinstance(node, gast.Call):
        return _origin_of_call(node, facts, callee)
    return FRESH


def _origin_of_items(items: list[gast.expr], facts: Facts) -> Origin:
    """Where the items of a new container come from: variables, or the fields of a record."""
    names = [root_name(item) for item in items if not isinstance(item, gast.Attribute) or holds_memory(facts(item))]
    bases = tuple(n for n in names if n is not None and holds_memory(facts.of.get(n, Fact())))
    taken = any(isinstance(item, gast.Attribute) for item in items)
    return Origin("record" if taken else "display", bases)


def _origin_of_subscript(node: gast.Subscript, facts: Facts) -> Origin:
    base = root_name(node)
    if base is None or not holds_memory(facts(node)):
        return FRESH
    owner = facts(node.value)
    if owner.container:
        return Origin("repack" if isinstance(node.slice, gast.Slice) else "item", (base,))
    if not owner.numeric:
        return Origin("unknown", (base,))
    if _is_fancy(node.slice, facts):
        return FRESH
    if is_basic_index(node.slice, facts):
        return Origin("view", (base,))
    return Origin("maybe view", (base,))


def _origin_of_attribute(node: gast.Attribute, facts: Facts) -> Origin:
    base = root_name(node)
    if base is None or not holds_memory(facts(node)) or node.attr in ("shape", "size", "ndim", "dtype"):
        return FRESH
    owner = facts(node.value)
    if owner.container:
        return Origin("item", (base,))
    return Origin("view" if owner.numeric else "unknown", (base,))


def arguments_of(node: gast.Call) -> list[gast.expr]:
    """Every argument of a call, by position or by keyword."""
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def call_target(node: gast.Call, facts: Facts) -> tuple[Any, list[gast.expr]]:
    """The function that a call is known to call, with the object of a method as its first argument.

    A method of something that is an array, or is taken for one, is `numpy.ndarray`'s; None where it is not known.
    """
    try:
        return facts.object_of(node.func), list(node.args)
    except LookupError:
        pass
    if isinstance(node.func, gast.Attribute):
        owner = facts(node.func.value)
        table: Any = {"list": list, "dict": dict, "tuple": tuple}.get(owner.kind)
        if owner.numeric:
            table = np.ndarray
        if table is None:
            return _ruled_method(owner, node.func.attr), [node.func.value, *node.args]
        return getattr(table, node.func.attr, None), [node.func.value, *node.args]
    return None, list(node.args)


def _ruled_method(owner: Fact, attr: str) -> Any:
    """The method of an object whose class is known, if there is a rule for it: `logger.debug`."""
    cls = owner.type if owner.value is None else type(owner.value)
    method = inspect.getattr_static(cls, attr, None) if isinstance(cls, type) else None
    return method if registry.lookup(method) is not None else None


def memory_names(nodes: list[gast.expr], facts: Facts) -> tuple[str, ...]:
    """The variables in expressions that hold memory."""
    found = []
    for node in nodes:
        for part in gast.walk(node):
            if isinstance(part, gast.Name) and part.id in facts.of and holds_memory(facts.of[part.id]):
                found.append(part.id)  # noqa: PERF401
    return tuple(found)


def _origin_of_call(node: gast.Call, facts: Facts, callee: CalleeEffects | None) -> Origin:
    made = made_record(node, facts)
    if made is not None:
        return _origin_of_items(list(made.values()), facts)
    function, arguments = call_target(node, facts)
    out = next((k.value for k in node.keywords if k.arg == "out"), None)
    if out is not None:
        return Origin("alias", memory_names([out], facts))
    if function is not None:
        try:
            if function in _REPACK or (function is copy.copy and arguments and not facts(arguments[0]).numeric):
                return Origin("repack", memory_names(arguments, facts))
            if function is np.ndarray.tolist:
                return FRESH
        except TypeError:
            pass
        if function in (list.pop, dict.get, dict.pop, dict.setdefault):
            return Origin("item", memory_names(arguments[:1], facts))
        if function in (list.copy, dict.copy, dict.items, dict.values, dict.keys):
            return Origin("repack", memory_names(arguments[:1], facts))
        rule = registry.lookup(function)
        if rule is not None:
            return _origin_by_rule(rule, function, arguments, facts)
    effects = callee(node) if callee is not None else None
    if effects is not None:
        return Origin("unknown", effects.aliases) if effects.aliases else FRESH
    receiver = [node.func.value] if isinstance(node.func, gast.Attribute) else []
    return Origin("unknown", memory_names([*receiver, *arguments_of(node)], facts))


def _origin_by_rule(rule: registry.Rule, function: Any, arguments: list[gast.expr], facts: Facts) -> Origin:
    """Where the memory of the result of a function with a rule comes from."""
    how, several = rule.result, function in _OF_SEVERAL and len(arguments) > 1
    bases = memory_names(arguments if function in _OF_SEVERAL else arguments[:1], facts)
    rank = facts(arguments[0]).rank if arguments else None
    if how == "fresh" or not bases or (function is np.diag and rank == 1):
        return FRESH
    if how == "views" or several:
        return Origin("views", bases)
    return Origin("view" if how == "view" or (function is np.diag and rank == 2) else "maybe view", bases)


_OF_SEVERAL = (np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays, np.ix_)
"""Functions that take any number of arrays, and give a sequence of as many if these are several."""
