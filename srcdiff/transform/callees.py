"""Which function a call calls, and what its arguments are bound to."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.records import made_record
from srcdiff.analysis.structure import statements
from srcdiff.build import constant, names_read
from srcdiff.errors import SourceError, UnsupportedError
from srcdiff.normalize import normalize
from srcdiff.rules import registry
from srcdiff.source import Source, own_signature, read, unwrap

__all__ = ["Callee", "bind_call", "core_of", "find_callee", "is_users_function", "makes_functions"]


@dataclass(frozen=True)
class Callee:
    """A function of the user's that a call calls.

    Attributes
    ----------
    function : function
        The Python function.
    first : gast.expr or None
        The object of a method, as an expression at the call.
    """

    function: Any
    first: gast.expr | None = None


def is_users_function(value: Any) -> bool:
    """Whether a value is a Python function with a source and no rule: one that is differentiated from its text."""
    if not isinstance(value, types.FunctionType) or registry.lookup(value) is not None or value is dataclasses.replace:
        return False
    return not (value.__module__ or "").startswith("srcdiff.")


_PACKAGE = str(Path(__file__).parents[1])
_OWN_MODULES = ("srcdiff.rules.", "srcdiff.runtime", "srcdiff.tangents")


def _is_template(value: Any, node: gast.expr, facts: Facts) -> bool:
    """Whether a call in generated text that is differentiated in turn is of a template of a rule, or a helper."""
    if not isinstance(value, types.FunctionType) or not (value.__module__ or "").startswith(_OWN_MODULES):
        return False
    if not is_own_text(facts.function):
        return False
    try:
        return registry.lookup(value) is None and facts.object_of(node) is value
    except LookupError:
        return False


def is_own_text(function: core.Function) -> bool:
    """Whether a function is generated text, or a helper of such text."""
    return function.source.filename.startswith(("<srcdiff ", _PACKAGE))


def find_callee(node: gast.Call, facts: Facts) -> Callee | None:
    """The user's function that a call calls; None where it is another kind of function, or not known."""
    if made_record(node, facts) is not None:
        return None
    try:
        value = facts.object_of(node.func)
    except LookupError:
        value = facts.of[node.func.id].value if isinstance(node.func, gast.Name) and node.func.id in facts.of else None
        if value is None and isinstance(node.func, gast.Attribute):
            return _method(node.func, facts)
    value = unwrap(value) if callable(value) else value
    if isinstance(value, types.MethodType) and is_users_function(value.__func__):
        return Callee(value.__func__, node.func.value if isinstance(node.func, gast.Attribute) else None)
    if _is_template(value, node.func, facts):
        return Callee(value)
    if is_users_function(value):
        if isinstance(node.func, gast.Attribute) and _is_instance_path(node.func, facts, value):
            return Callee(value, node.func.value)
        return Callee(value)
    return None


def _is_instance_path(node: gast.Attribute, facts: Facts, value: Any) -> bool:
    """Whether `object.method` binds the object: it is an instance, and the function is its class's."""
    try:
        owner = facts.object_of(node.value)
    except LookupError:
        return False
    if isinstance(owner, (types.ModuleType, type)):
        return False
    return inspect.getattr_static(type(owner), node.attr, None) is value


def _method(node: gast.Attribute, facts: Facts) -> Callee | None:
    """A method of an object whose class is known."""
    owner = facts(node.value)
    value = owner.value
    cls = type(value) if value is not None and owner.kind != "function" else owner.type
    if cls is None or owner.kind in ("list", "dict") or owner.numeric:
        return None
    found = inspect.getattr_static(cls, node.attr, None)
    if isinstance(found, staticmethod) and is_users_function(found.__func__):
        return Callee(found.__func__)
    if is_users_function(found):
        return Callee(found, node.value)
    return None


@functools.lru_cache(maxsize=1024)
def core_of(function: Any) -> core.Function:
    """A user's function in the core language."""
    return normalize(read(function))


@functools.lru_cache(maxsize=1024)
def makes_functions(function: Any) -> bool:
    """Whether a function defines others that it hands out: what is called then depends on where they go."""
    body = core_of(function).body
    made = {s.name for s in statements(body) if isinstance(s, gast.FunctionDef)}
    handed = [s.value for s in statements(body) if isinstance(s, (gast.Assign, gast.Return)) and s.value is not None]
    displayed = [v for v in handed if isinstance(v, (gast.Name, gast.Tuple, gast.List, gast.Dict))]
    stored = [
        a for s in statements(body) if isinstance(s, gast.Expr) and isinstance(s.value, gast.Call) for a in s.value.args
    ]
    return bool(made & names_read([*displayed, *stored]))


@functools.lru_cache(maxsize=1024)
def source_or_none(function: Any) -> Source | None:
    """The source of a function, where it can be had and differentiated."""
    try:
        return read(function)
    except (SourceError, UnsupportedError):
        return None


class Unbound(Exception):
    """The arguments of a call do not fit, or cannot be told apart before it runs."""


def bind_call(callee: Callee, node: gast.Call) -> dict[str, gast.expr | Any]:
    """What stands for each parameter: expressions of the call, or default values (not expressions).

    `*args` gets a tuple display, `**kwargs` a dictionary display.
    """
    arguments = [*([callee.first] if callee.first is not None else []), *node.args]
    if any(isinstance(a, gast.Starred) for a in arguments) or any(k.arg is None for k in node.keywords):
        raise Unbound("starred arguments")
    keywords = {k.arg: k.value for k in node.keywords}
    try:
        signature = own_signature(callee.function)
        bound = signature.bind(*arguments, **keywords)
    except TypeError as error:
        raise Unbound(str(error)) from None
    values: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            values[parameter.name] = gast.Tuple(list(bound.arguments.get(parameter.name, ())), gast.Load())
        elif parameter.kind is parameter.VAR_KEYWORD:
            extra = bound.arguments.get(parameter.name, {})
            values[parameter.name] = gast.Dict([constant(k) for k in extra], list(extra.values()))
        else:
            values[parameter.name] = bound.arguments.get(parameter.name, parameter.default)
    return values


def argument_fact(value: Any, facts: Facts, parameter: str) -> Fact:
    """What a callee may take for granted of an argument: its kind, under the parameter's own name."""
    from srcdiff.analysis.facts import fact_of_object

    if not isinstance(value, gast.AST):
        return fact_of_object(value, parameter)
    fact = facts(value)
    if (fact.numeric or fact.kind == "anything") and facts.maybe_complex(value):
        fact = replace(fact, letter="c")  # for all that is known
    return renamed(fact, parameter, keep=isinstance(value, gast.Constant))


def renamed(fact: Fact, symbol: str, *, keep: bool) -> Fact:
    """A fact whose shape and dtype stand under another name."""
    items = (
        tuple(renamed(item, f"{symbol}[{i}]", keep=False) for i, item in enumerate(fact.items))
        if fact.items
        else fact.items
    )
    item = renamed(fact.item, f"{symbol}[]", keep=False) if fact.item is not None else None
    shape, dtypes = fact.shape, fact.dtypes
    if fact.kind == "number":
        shape = frozenset()
        dtypes = frozenset([symbol]) if dtypes is None or dtypes else frozenset()
    elif fact.numeric:
        shape, dtypes = frozenset([symbol]), frozenset([symbol])
    constant_like = fact.kind in ("opaque", "function") or keep or isinstance(fact.value, bool)
    value = fact.value if constant_like or fact.kind == "anything" else None
    keys = fact.keys if items is not None else ()
    return dataclasses.replace(
        fact, shape=shape, dtypes=dtypes, items=items, item=item, value=value, keys=keys, first=()
    )
