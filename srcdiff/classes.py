"""Classes inside a function: made when the function is read, and known from then on, like any global."""

from __future__ import annotations

import builtins
import types
from collections.abc import Iterator
from typing import Any

import gast

from srcdiff.cache import Recent

__all__ = ["take_out_classes"]

_made: Recent[type] = Recent(256)


def take_out_classes(tree: gast.FunctionDef, function: types.FunctionType, known: dict[str, Any]) -> dict[str, type]:
    """Remove the classes that depend on nothing in the function, in place; their names, with the classes.

    Parameters
    ----------
    known : dict
        What else is known by name inside the function.

    A class whose body or methods read a variable of the function stays where it is, and so does one that is bound
    again, or made in a branch or a loop.
    """
    found: dict[str, type] = {}
    for statement in list(tree.body):
        if not isinstance(statement, gast.ClassDef) or _bindings(tree, statement.name) != 1:
            continue
        names = {**vars(builtins), **function.__globals__, **known, **found}
        made = _class_of(statement, function, names)
        if made is not None:
            found[statement.name] = made
            tree.body.remove(statement)
    return found


def _bindings(tree: gast.FunctionDef, name: str) -> int:
    count = 0
    for node in gast.walk(tree):
        bound = isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load) and node.id == name
        count += bound or (isinstance(node, (gast.FunctionDef, gast.ClassDef)) and node.name == name)
    return count


def _class_of(node: gast.ClassDef, function: types.FunctionType, names: dict[str, Any]) -> type | None:
    """The class that a definition makes; None where that depends on the function's variables."""
    bodies = [code for code in _codes(function.__code__) if code.co_name == node.name]
    bodies = [code for code in bodies if code.co_firstlineno in _first_lines(node)]
    if len(bodies) != 1 or bodies[0].co_freevars or node.keywords:
        return None
    local = set(function.__code__.co_varnames) | set(function.__code__.co_cellvars) | set(function.__code__.co_freevars)
    try:
        bases = tuple(_value(base, names, local) for base in node.bases)
        decorators = [_value(decorator, names, local) for decorator in node.decorator_list]
    except LookupError:
        return None

    def make() -> type:
        body = types.FunctionType(bodies[0], function.__globals__, node.name)
        made: type = builtins.__build_class__(body, node.name, *bases)
        for decorate in reversed(decorators):
            made = decorate(made)
        return made

    made = _made.get((bodies[0], id(function.__globals__), bases), make)
    return made if isinstance(made, type) else None


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, types.CodeType))


def _first_lines(node: gast.ClassDef) -> set[int]:
    return {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}


def _value(node: gast.expr, names: dict[str, Any], local: set[str]) -> Any:
    """The object that a base or a decorator is: a global, or a call of one with constants."""
    if isinstance(node, gast.Attribute):
        owner = _value(node.value, names, local)
        if not isinstance(owner, types.ModuleType):
            raise LookupError(node.attr)
        return getattr(owner, node.attr)
    if isinstance(node, gast.Call) and not node.args:
        if not all(isinstance(keyword.value, gast.Constant) and keyword.arg for keyword in node.keywords):
            raise LookupError("a call with arguments")
        return _value(node.func, names, local)(**{keyword.arg: keyword.value.value for keyword in node.keywords})
    if not isinstance(node, gast.Name) or (node.id in local and not isinstance(names.get(node.id), type)):
        raise LookupError("not a name")
    return names[node.id]
