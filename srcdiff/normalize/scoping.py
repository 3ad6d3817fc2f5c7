"""One meaning per name: the variables of comprehensions become variables of the function, renamed where they clash."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

import gast

from srcdiff.names import Names
from srcdiff.normalize.trees import COMPREHENSIONS, FUNCTIONS, children, walk
from srcdiff.scopes import parameter_names

__all__ = ["separate_scopes"]

Binder = tuple[gast.AST, str]
Environment = dict[str, Binder]


def separate_scopes(tree: gast.FunctionDef, names: Names) -> None:
    """Rename, in place, each variable of a comprehension that the function knows by another meaning.

    Two comprehensions may share a variable's name, if no function is made in them that would see the other's.
    """
    occurrences: dict[tuple[int, str], list[gast.Name]] = {}
    comprehensions: list[Binder] = []
    elsewhere: set[str] = set(parameter_names(tree.args)) | {tree.name}
    nested: set[tuple[int, str]] = set()
    for name, binder in _names(tree, comprehensions, nested):
        if binder is None:
            elsewhere.add(name if isinstance(name, str) else name.id)
        elif isinstance(name, gast.Name):
            occurrences.setdefault((id(binder[0]), binder[1]), []).append(name)
    for node, variable in comprehensions:
        key = id(node), variable
        if variable in elsewhere or hasattr(builtins, variable) or key in nested or _makes_functions(node):
            new = names.fresh(variable)
            for name in occurrences.get(key, ()):
                name.id = new


def _names(
    tree: gast.FunctionDef, comprehensions: list[Binder], nested: set[tuple[int, str]]
) -> Iterator[tuple[Any, Binder | None]]:
    """Every name in the tree, with the comprehension that binds it, if one does."""
    pending: list[tuple[gast.AST, Environment]] = [(child, {}) for child in reversed(children(tree))]
    while pending:
        node, environment = pending.pop()
        if isinstance(node, gast.Name):
            yield node, environment.get(node.id)
            if node.annotation is not None:
                pending.append((node.annotation, environment))
        elif isinstance(node, COMPREHENSIONS):
            pending.extend(reversed(_comprehension(node, environment, comprehensions, nested)))
        elif isinstance(node, gast.NamedExpr) and isinstance(node.target, gast.Name):
            yield node.target, None  # binds in the function
            pending.append((node.value, environment))
        elif isinstance(node, FUNCTIONS):
            yield from ((name, None) for name in parameter_names(node.args))
            if isinstance(node, gast.FunctionDef):
                yield node.name, None
            pending.extend(reversed(_function(node, environment)))
        else:
            if isinstance(node, gast.alias):
                yield node.asname or node.name.split(".")[0], None
            elif isinstance(node, (gast.Global, gast.Nonlocal)):
                yield from ((name, None) for name in node.names)
            pending.extend((child, environment) for child in reversed(children(node)))


def _comprehension(
    node: Any, environment: Environment, comprehensions: list[Binder], nested: set[tuple[int, str]]
) -> list[tuple[gast.AST, Environment]]:
    """The parts of a comprehension, each with what its names mean; the first iterable is evaluated outside."""
    inside = dict(environment)
    for generator in node.generators:
        for part in _targets(generator.target):
            if inside.get(part.id, (None,))[0] is not node:
                if part.id in environment:
                    nested.add((id(node), part.id))
                inside[part.id] = (node, part.id)
                comprehensions.append((node, part.id))
    first, *others = node.generators
    parts: list[gast.AST] = [first.target, *first.ifs]
    for generator in others:
        parts += [generator.iter, generator.target, *generator.ifs]
    parts += [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
    return [(first.iter, environment), *((part, inside) for part in parts)]


def _targets(target: gast.AST) -> Iterator[gast.Name]:
    pending = [target]
    while pending:
        node = pending.pop()
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
            yield node
        elif not isinstance(node, gast.Name):
            pending.extend(children(node))


def _function(node: Any, environment: Environment) -> list[tuple[gast.AST, Environment]]:
    """The parts of an inner function: its parameters and variables hide those of a comprehension around it."""
    arguments = node.args
    outside = [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]
    outside += getattr(node, "decorator_list", [])
    hidden = set(parameter_names(arguments))
    inside = {name: binder for name, binder in environment.items() if name not in hidden}
    body = node.body if isinstance(node.body, list) else [node.body]
    return [*((part, environment) for part in outside), *((part, inside) for part in body)]


def _makes_functions(node: gast.AST) -> bool:
    return any(isinstance(part, (gast.Lambda, gast.GeneratorExp)) and part is not node for part in walk([node]))
