"""What is known of the result of a call: of a function of Python's or NumPy's, of a method of an array or a list."""

from __future__ import annotations

import functools
import math
import types
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import runtime, tangents
from srcdiff.analysis.facts import ANYTHING, BOOLEAN, INTEGER, NUMBER, OPAQUE, Fact, join, join_all, promote, unvalued
from srcdiff.analysis.lengths import length_of_axis, shape_as_tuple
from srcdiff.analysis.result_ranks import rank_of_function
from srcdiff.analysis.results import CREATED, LIKE, SQUARE, created, given_dtype, keywords_of, result_of_rule
from srcdiff.analysis.shapes import shape_of_lengths
from srcdiff.rules import registry

if TYPE_CHECKING:
    from srcdiff.analysis.inference import Facts

__all__ = ["result_of_function", "result_of_method"]

_INTEGERS = {len, int, id, hash, ord, round, np.ndim, np.size}
_BOOLEANS = {bool, isinstance, issubclass, hasattr, callable, any, all, np.any, np.all, np.allclose, np.array_equal}


def result_of_function(function: Any, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
    """The result of a function that is known; None where nothing is known of it."""
    try:
        hash(function)
    except TypeError:
        return None
    if function in _BOOLEANS:
        return BOOLEAN
    if getattr(function, "__name__", "") == "array_namespace":
        return _namespace(function)
    if function in (runtime.unbroadcast, runtime.expand) and len(arguments) > 1:
        return unvalued(arguments[1])
    if function in (runtime.seed, tangents.own_tangent) and len(arguments) > 1:
        return _mirror(unvalued(arguments[1]))
    if function is runtime.zeros_like:
        return _mirror(unvalued(arguments[0]))
    if function in (runtime.copy, runtime.copy_in_layout):
        return unvalued(arguments[0])
    if function is len and len(arguments) == 1 and arguments[0].numeric:
        return length_of_axis(arguments[0], 0)
    if function in _INTEGERS:
        return INTEGER if function is not round or len(arguments) < 2 else promote(*arguments[:1])
    if function is float or getattr(function, "__module__", None) == "math" or function in vars(math).values():
        integer = getattr(function, "__name__", "") in ("floor", "ceil", "factorial", "comb", "gcd", "lcm", "isqrt")
        return INTEGER if integer else NUMBER
    if function is np.shape and arguments:
        return shape_as_tuple(arguments[0])
    if function in (abs, np.abs, np.absolute) and arguments and arguments[0].numeric:
        letter = arguments[0].letter
        return replace(promote(arguments[0]), letter=letter if letter in "ib" or arguments[0].surely_real else "f")
    if function in (min, max) and len(arguments) > 1:
        return join_all(tuple(replace(a, value=None) for a in arguments))
    if function in {**CREATED, **LIKE, **SQUARE} or function is np.arange or function is np.linspace:
        return created(function, node, arguments, facts, facts.object_of)
    if function in (list, tuple):
        kind = "list" if function is list else "tuple"
        if arguments and arguments[0].kind in ("list", "tuple"):
            return replace(arguments[0], kind=kind, type=function, value=None)
        return Fact(kind, item=_item_of_iterable(arguments[0]) if arguments else None, type=function)
    if function is dict and not node.keywords and (not arguments or arguments[0].kind == "dict"):
        return replace(arguments[0], type=dict, value=None) if arguments else Fact("dict", items=(), type=dict)
    if function in (set, frozenset):
        return replace(OPAQUE, type=function)
    if function is sorted and arguments and (arguments[0].container or arguments[0].numeric):
        return Fact("list", item=_item_of_iterable(arguments[0]), type=list)
    if function is _ASTYPE and arguments and arguments[0].numeric:
        return _converted(
            arguments[0], keywords_of(node).get("dtype", node.args[1] if len(node.args) > 1 else None), facts
        )
    if function in _FROM_SEQUENCES or function in _JOINED:
        made = _made_of(function, node, arguments, facts)
        if made is not None:
            return made
    rule = registry.lookup(function)
    return result_of_rule(rule, arguments, node, facts) if rule is not None else None


def _item_of_iterable(fact: Fact) -> Fact | None:
    """What iterating over something gives."""
    if fact.kind == "dict":
        numbers = bool(fact.items) and all(isinstance(key, int) for key in fact.keys)
        return INTEGER if numbers else OPAQUE
    if fact.numeric and fact.rank == 1:
        return Fact("number", fact.letter, 0, frozenset(), fact.dtypes)
    if fact.numeric:
        rank = fact.rank - 1 if fact.rank else None
        return Fact("array" if rank else "numeric", fact.letter, rank, None, fact.dtypes)
    return fact.item if fact.container or fact.kind == "anything" else None


_FROM_SEQUENCES = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray)
_JOINED = (np.stack, np.concatenate, np.hstack, np.vstack, np.dstack, np.column_stack, np.block, np.append)


def _made_of(function: Any, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
    """An array that is made of numbers and arrays in lists."""
    if not arguments or not arguments[0].container:
        return None
    item = arguments[0]
    while item.container and item.item is not None:
        item = item.item
    letter = item.letter if item.numeric else "?"
    if "dtype" in keywords_of(node) or len(arguments) > 1:
        dtype = keywords_of(node).get("dtype")
        letter = given_dtype(dtype, facts, facts.object_of) or "?" if dtype is not None else "?"
    keywords = {word: facts(value) for word, value in keywords_of(node).items()}
    return Fact("array", letter, rank_of_function(function.__name__, arguments, keywords))


_ASTYPE = getattr(np, "astype", np.ndarray.astype)  # a function since NumPy 2.1


def _converted(operand: Fact, dtype: gast.expr | None, facts: Facts) -> Fact:
    """An array in another dtype."""
    letter = given_dtype(dtype, facts, facts.object_of) if dtype is not None else ""
    return Fact(operand.kind, letter or "?", operand.rank, operand.shape)


_SAME_METHODS = {"copy", "conj", "conjugate", "clip", "round"}
_REDUCTIONS = {"sum", "mean", "prod", "max", "min", "std", "var", "ptp", "trace"}


def _taken(owner: Fact, attr: str, arguments: list[Fact]) -> Fact:
    """What `d.get(key, default)` and its like give: the item of the key, or the default where there is none."""
    missing = Fact("opaque", type=type(None)) if attr == "get" else None
    default = arguments[1] if len(arguments) > 1 else missing
    key = arguments[0].value if arguments else None
    if owner.items is not None and isinstance(key, (str, int)):
        if key in owner.keys:
            return owner.items[owner.keys.index(key)]
        return default or ANYTHING
    if owner.item is None:
        return ANYTHING if owner.items != () or default is None else default
    return join(owner.item, default) if default is not None else owner.item


def _mirror(fact: Fact) -> Fact:
    """What is known of the mirror of a container: a list, or a dictionary by field name."""
    if not fact.container:
        return fact
    items = tuple(map(_mirror, fact.items)) if fact.items is not None else None
    item = _mirror(fact.item) if fact.item is not None else join_all(items) if items else None
    if fact.kind in ("record", "dict"):
        return Fact("dict", items=items, keys=fact.keys, item=item, type=dict)
    return Fact("list", items=items, item=item, type=list)


def result_of_method(attr: str, owner: Fact, arguments: list[Fact], node: gast.Call, facts: Facts) -> Fact | None:
    """The result of a method of an array, a list or a dictionary."""
    if owner.kind in ("list", "dict"):
        if owner.kind == "dict" and attr in ("pop", "get", "setdefault"):
            return _taken(owner, attr, arguments)
        if attr == "pop":
            return owner.item or ANYTHING
        if attr == "copy":
            return owner
        if attr in ("index", "count"):
            return INTEGER
        if attr == "keys":
            return Fact("list", item=_item_of_iterable(owner), type=list)
        if owner.kind == "dict" and attr in ("values", "items") and owner.item is not None:
            pair = (_item_of_iterable(owner) or ANYTHING, owner.item)
            return Fact(item=owner.item if attr == "values" else Fact("tuple", items=pair, type=tuple))
        return OPAQUE if attr in ("append", "extend", "insert", "update", "clear", "sort", "reverse") else ANYTHING
    if owner.kind == "tuple" and attr in ("index", "count"):
        return INTEGER
    if not owner.numeric:
        return OPAQUE if owner.kind == "opaque" else None
    if attr in _SAME_METHODS:
        return unvalued(owner)
    if attr in _REDUCTIONS:
        rule = registry.lookup(getattr(np, attr))
        return (
            result_of_rule(rule, [owner, *arguments], _with_owner(node), facts)
            if rule is not None
            else Fact("numeric", owner.letter)
        )
    if attr == "item":
        return replace(NUMBER, letter=owner.letter)
    if attr in ("argmax", "argmin"):
        return INTEGER if not arguments and not node.keywords else ANYTHING
    if attr in ("ravel", "flatten"):
        return Fact("array", owner.letter, 1, owner.shape if owner.rank == 1 else None, owner.dtypes)
    if attr == "reshape":
        items = arguments[0].items if len(arguments) == 1 else tuple(arguments)
        if len(arguments) == 1 and arguments[0].kind == "number":
            items = (arguments[0],)
        lengths = [item.length for item in items or () if item.length is not None]
        known = items is not None and len(lengths) == len(items) and all(n.terms or n.constant >= 0 for n in lengths)
        shape = shape_of_lengths(lengths) if known else None
        return Fact("array", owner.letter, len(items) if items is not None else None, shape, owner.dtypes)
    if attr == "tolist":
        return Fact("list", item=_item_of_iterable(owner) if owner.rank == 1 else None, type=list)
    if attr == "dot" and arguments:
        return result_of_function(np.dot, _with_owner(node), [owner, *arguments], facts)
    if attr == "astype":
        return _converted(owner, keywords_of(node).get("dtype", node.args[0] if node.args else None), facts)
    rule = registry.lookup(getattr(np.ndarray, attr, None))
    return result_of_rule(rule, [owner, *arguments], _with_owner(node), facts) if rule is not None else None


def _with_owner(node: gast.Call) -> gast.Call:
    """A call of a method as one of a function."""
    owner = [node.func.value] if isinstance(node.func, gast.Attribute) else []
    return gast.Call(node.func, [*owner, *node.args], node.keywords)


@functools.cache
def _namespace(function: Any) -> Fact | None:
    """The module that `xp = array_namespace(x)` gives for arrays of NumPy's: generated text is for these."""
    try:
        module = function(np.empty(1))
    except Exception:  # another function of that name
        return None
    return Fact("function", type=types.ModuleType, value=module) if isinstance(module, types.ModuleType) else None
