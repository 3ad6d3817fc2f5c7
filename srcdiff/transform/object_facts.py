"""What is known of objects while calls of their methods are being written out."""

from __future__ import annotations

import functools
import types
from typing import Any

import gast

from srcdiff import core, runtime
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.origins import CalleeEffects, CallEffects
from srcdiff.analysis.structure import statements
from srcdiff.build import names_read
from srcdiff.names import Names
from srcdiff.source import is_empty
from srcdiff.transform.callees import find_callee, is_users_function
from srcdiff.transform.calls import Calls
from srcdiff.transform.module import Module
from srcdiff.transform.object_classes import keeps_attributes_plainly
from srcdiff.transform.objects import with_plain_calls

__all__ = ["plain_calls"]


def plain_calls(
    function: core.Function,
    parameters: dict[str, Fact],
    names: Names,
    module: Module,
    calls: Calls,
    added: dict[str, Any],
) -> core.Function | None:
    """The function with calls of methods as calls of functions; None where it has no objects with methods.

    `added` are the objects that the text refers to by names that are not the user's.
    """
    from srcdiff.transform.build_adjoint import tables

    if not _may_have_objects(function, parameters, added):
        return None
    pending = _Pending(calls, module)
    facts, _, _ = tables(function, parameters, pending, owned=True, helpers=added, narrowed={})
    return with_plain_calls(function, facts, names, module)


def _may_have_objects(function: core.Function, parameters: dict[str, Fact], added: dict[str, Any]) -> bool:
    """Whether there may be an object whose class is known: an argument, or what a class or a function makes."""
    if any(fact.kind == "anything" or _holds_records(fact) for fact in parameters.values()):
        return True
    facts = Facts(dict(parameters), function, helpers=dict(added))
    for statement in statements(function.body):
        value = getattr(statement, "value", None)
        if isinstance(statement, gast.ClassDef):
            return True
        for node in gast.walk(value) if isinstance(value, gast.Call) else ():
            if isinstance(node, (gast.Name, gast.Attribute)) and _leads_to_objects(node, facts):
                return True
    return False


def _leads_to_objects(node: gast.expr, facts: Facts) -> bool:
    try:
        found = facts.object_of(node)
    except LookupError:
        return False
    return found is runtime.new_object or _makes_objects(found)


def _makes_objects(value: Any, depth: int = 3) -> bool:
    """Whether something in a module is an object with methods, makes one, or is a function that may return one."""
    if isinstance(value, (type, types.ModuleType)):
        return isinstance(value, type) and keeps_attributes_plainly(value)
    if isinstance(value, types.MethodType):
        return True
    if not isinstance(value, types.FunctionType):
        cls: type = type(value)
        return keeps_attributes_plainly(cls)
    return is_users_function(value) and _function_makes_objects(value, depth)


@functools.lru_cache(maxsize=1024)
def _function_makes_objects(function: types.FunctionType, depth: int) -> bool:
    names = (n for n in function.__code__.co_names if n in function.__globals__)
    inside = [function.__globals__[n] for n in names]
    inside += [cell.cell_contents for cell in function.__closure__ or () if not is_empty(cell)]
    return depth > 0 and any(_makes_objects(value, depth - 1) for value in inside if value is not function)


def _holds_records(fact: Fact) -> bool:
    items = [*(fact.items or ()), *([fact.item] if fact.item is not None else [])]
    return fact.kind == "record" or any(_holds_records(item) for item in items)


class _Pending:
    """`Calls`, but for functions that are about to be expanded: they may change what they are passed."""

    def __init__(self, calls: Calls, module: Module) -> None:
        self.calls = calls
        self.inlined = module.inlined | module.expanded

    def is_pending(self, node: gast.Call, facts: Facts) -> bool:
        """Whether a call is of such a function, or of a method of an object that the text makes."""
        callee = find_callee(node, facts)
        if callee is None or callee.function in self.inlined:
            return callee is not None
        owner = facts(callee.first) if callee.first is not None else None
        return owner is not None and owner.kind == "record" and owner.type is not None

    def result_fact(self, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
        """The fact of a call's result."""
        return None if self.is_pending(node, facts) else self.calls.result_fact(node, arguments, facts)

    def effects_of(self, facts: Facts) -> CalleeEffects:
        """What calls in one function do to memory."""
        known: Any = self.calls.effects_of(facts)

        def effects(node: gast.Call) -> CallEffects | None:
            if not self.is_pending(node, facts):
                found: CallEffects | None = known(node)
                return found
            touched = tuple(sorted(n for n in names_read(node) if n in facts.of and not facts.of[n].numeric))
            stores = tuple((holder, 0, held) for holder in touched for held in touched if holder != held)
            return CallEffects(touched, tuple(sorted(n for n in names_read(node) if n in facts.of)), stores)

        return effects
