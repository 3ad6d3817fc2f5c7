"""Which names a function binds, and which it takes from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import gast

__all__ = ["Scope", "mangle", "parameter_names", "scope_of"]

_COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
_FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)


@dataclass(frozen=True)
class Scope:
    """The names of one function.

    Attributes
    ----------
    parameters : tuple of str
        In the order of the signature, `*args` and `**kwargs` among them.
    local : frozenset of str
        Names that the function binds, parameters included.
    free : frozenset of str
        Names that it, or a function inside it, takes from outside: captured names, globals, builtins.
    """

    parameters: tuple[str, ...]
    local: frozenset[str]
    free: frozenset[str]


def parameter_names(arguments: gast.arguments) -> tuple[str, ...]:
    """The parameters in the order of the signature."""
    plain = [*arguments.posonlyargs, *arguments.args]
    starred = [arguments.vararg] if arguments.vararg else []
    double = [arguments.kwarg] if arguments.kwarg else []
    return tuple(name.id for name in (*plain, *starred, *arguments.kwonlyargs, *double))


def scope_of(function: gast.AST) -> Scope:
    r"""The names of a function definition or a lambda.

    Examples
    --------
    >>> tree = gast.parse("def f(x):\n    y = [sin(t * x) for t in x]\n    return y").body[0]
    >>> sorted(scope_of(tree).local), sorted(scope_of(tree).free)
    (['x', 'y'], ['sin'])
    """
    parameters = parameter_names(function.args)
    names = _Names()
    names.bound.update(parameters)
    names.walk(function.body if isinstance(function.body, list) else [function.body])
    local = names.bound - names.outside
    return Scope(parameters, frozenset(local), frozenset((names.used | names.outside) - local))


class _Names:
    """Collects the names of one scope; scopes inside it are collected on their own and leave what is free there."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.used: set[str] = set()
        self.outside: set[str] = set()  # declared `global` or `nonlocal`

    def walk(self, nodes: Iterable[Any]) -> None:
        stack = [node for node in nodes if node is not None]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is gast.Name:
                (self.used if isinstance(node.ctx, gast.Load) else self.bound).add(node.id)
                stack.extend([node.annotation] if node.annotation is not None else [])
            elif kind in _FUNCTIONS:
                stack.extend(self._function(node))
            elif kind in _COMPREHENSIONS:
                stack.append(self._comprehension(node))
            elif kind is gast.ClassDef:
                stack.extend(self._class(node))
            else:
                self._statement(node)
                stack.extend(gast.iter_child_nodes(node))

    def _statement(self, node: gast.AST) -> None:
        """Names that are plain strings in the tree."""
        if isinstance(node, gast.alias):
            self.bound.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, (gast.Global, gast.Nonlocal)):
            self.outside.update(node.names)
        elif isinstance(node, (gast.MatchAs, gast.MatchStar)) and node.name:
            self.bound.add(node.name)
        elif isinstance(node, gast.MatchMapping) and node.rest:
            self.bound.add(node.rest)

    def _function(self, node: gast.AST) -> list[gast.AST]:
        """Take in an inner function; what of it is evaluated in this scope is returned."""
        self.used |= scope_of(node).free
        arguments = node.args
        parameters = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
        here = [*arguments.defaults, *arguments.kw_defaults, *(p.annotation for p in parameters if p is not None)]
        if not isinstance(node, gast.Lambda):
            self.bound.add(node.name)
            here += [*node.decorator_list, node.returns]
        return [part for part in here if part is not None]

    def _comprehension(self, node: gast.AST) -> gast.AST:
        """Take in a comprehension; its first iterable, which is evaluated in this scope, is returned."""
        inner = _Names()
        first, *others = node.generators
        elements = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
        inner.walk([first.target, *first.ifs, *others, *elements])
        walrus = {
            part.target.id
            for generator in (*others, *first.ifs, *elements)
            for part in gast.walk(generator)
            if isinstance(part, gast.NamedExpr)
        }
        self.bound |= walrus  # a walrus in a comprehension binds in the function
        self.used |= inner.used - (inner.bound - walrus)
        return first.iter

    def _class(self, node: gast.ClassDef) -> list[gast.AST]:
        """Take in a class; its body may read a name from outside before it binds it, so all of its reads count."""
        inner = _Names()
        inner.walk(node.body)
        self.bound.add(node.name)
        self.used |= inner.used | inner.outside
        return [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]


def mangle(tree: gast.AST, owner: str) -> None:
    """Write private names as they are called outside of the class `owner`: `self.__x` becomes `self._Owner__x`."""
    stack: list[tuple[gast.AST, str]] = [(child, owner) for child in gast.iter_child_nodes(tree)]
    while stack:
        node, owner = stack.pop()
        body = node.body if isinstance(node, gast.ClassDef) else []
        stack.extend((statement, node.name) for statement in body)
        for field in ("id", "attr", "name", "asname", "rest"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, _private(value, owner))
        if isinstance(node, (gast.Global, gast.Nonlocal)):
            node.names = [_private(name, owner) for name in node.names]
        stack.extend((child, owner) for child in gast.iter_child_nodes(node) if child not in body)


def _private(name: str, owner: str) -> str:
    if not name.startswith("__") or name.endswith("__") or "." in name or not owner.strip("_"):
        return name
    return f"_{owner.lstrip('_')}{name}"
