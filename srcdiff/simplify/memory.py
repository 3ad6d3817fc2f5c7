"""Whose memory a value may share: of expressions in generated text, and of what the functions that it calls return."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import walk
from srcdiff.rules import registry
from srcdiff.transform.setting import Setting

__all__ = ["Memory", "is_fresh", "memory_classes"]

Block = list[gast.stmt]
_OWN_METHODS = ("copy", "sum", "mean", "dot", "pop", "prod", "cumsum")
_NEW = (runtime.zeros_like, runtime.copy, runtime.last_written, runtime.seed, np.outer, np.where, np.array, np.zeros)
_FRESH = (gast.BinOp, gast.UnaryOp, gast.Constant, gast.Compare, gast.JoinedStr)


class Memory:
    """Tells what an expression in generated text may share memory with."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def shared(self, node: gast.expr) -> tuple[set[str], bool]:
        """The variables that a value may share memory with, and whether that must not be written into."""
        if isinstance(node, gast.Name):
            return {node.id}, False
        if isinstance(node, _FRESH):
            return set(), False
        if isinstance(node, gast.Call):
            return self.of_call(node)
        found: set[str] = set()
        frozen = False
        for child in gast.iter_child_nodes(node):
            if isinstance(child, gast.expr) and not (isinstance(node, gast.Subscript) and child is node.slice):
                names, read_only = self.shared(child)
                found, frozen = found | names, frozen or read_only
        return found, frozen

    def of_call(self, node: gast.Call) -> tuple[set[str], bool]:
        """What the result of a call may share memory with."""
        if isinstance(node.func, gast.Attribute) and node.func.attr in (*_OWN_METHODS, "astype"):
            if self.setting.object_named(node.func.value) is None:
                return set(), False
        function = self.setting.object_named(node.func)
        if function is runtime.expand:
            return self.shared(node.args[0])[0], True
        result = _result_of(function)
        if result is not None and not node.keywords and not any(isinstance(a, gast.Starred) for a in node.args):
            parts = [node.args[k] for k in result.parameters if k < len(node.args)]
        elif result is not None:
            parts = [] if not result.parameters else [*node.args, *(k.value for k in node.keywords)]
            parts = self.by_name(node, function, result) if result.parameters else parts
        else:
            parts = [node.func.value] if isinstance(node.func, gast.Attribute) else []
            parts += [*node.args, *(k.value for k in node.keywords)]
        found: set[str] = set()
        frozen = False
        for part in parts:
            names, read_only = self.shared(part)
            found, frozen = found | names, frozen or read_only
        return found, frozen

    def by_name(self, node: gast.Call, function: Any, result: _Result) -> list[gast.expr]:
        """The arguments of a call that its result may share memory with."""
        names = list(inspect.signature(function).parameters)
        if any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            return [*node.args, *(k.value for k in node.keywords)]
        given = dict(zip(names, node.args)) | {k.arg: k.value for k in node.keywords if k.arg is not None}
        more = node.args[len(names) :]
        return [*more, *(value for key, value in given.items() if names.index(key) in result.parameters)]

    def items_apart(self, node: gast.expr) -> bool:
        """Whether the items of what a call returns share no memory with each other."""
        result = _result_of(self.setting.object_named(node.func)) if isinstance(node, gast.Call) else None
        return result is not None and result.apart


def is_fresh(setting: Setting, node: gast.expr) -> bool:
    """Whether a value is in memory of its own, whatever `unbroadcast` does."""
    while isinstance(node, gast.Call) and setting.object_named(node.func) is runtime.unbroadcast:
        node = node.args[0]
    return isinstance(node, _FRESH)


def memory_classes(setting: Setting, body: Block) -> dict[str, str]:
    """For each variable that may share memory with another, one that stands for all of these."""
    memory = Memory(setting)
    parent: dict[str, str] = {}

    def find(variable: str) -> str:
        while parent.get(variable, variable) != variable:
            variable = parent[variable]
        return variable

    numbers = {bar for variable, bar in setting.bars.items() if setting.fact(variable).kind == "number"}
    for statement in statements(body):
        value = getattr(statement, "value", None)
        if isinstance(statement, gast.Assign) and isinstance(value, gast.expr):
            for target in set(bound_names(statement)) - numbers:
                if setting.fact(target).kind == "number":
                    continue
                for name in memory.shared(value)[0] - numbers:
                    first, second = sorted((find(target), find(name)))
                    parent.setdefault(first, first)
                    parent[second] = first
    return {variable: find(variable) for variable in parent}


# What functions return.


@dataclass(frozen=True)
class _Result:
    """The positions of the parameters whose memory a result may share; whether its items have memory apart."""

    parameters: frozenset[int]
    apart: bool = True


@functools.lru_cache(maxsize=4096)
def _summary(function: Callable[..., Any]) -> _Result | None:
    return _Summary(function).result()


def _result_of(function: Any) -> _Result | None:
    """What is known of the result of a function; None where it may share memory with anything it is given."""
    try:
        hash(function)
    except TypeError:
        return None
    if function is None:
        return None
    if function in _NEW:
        return _Result(frozenset())
    if function is runtime.unbroadcast:
        return _Result(frozenset([0]))
    rule = registry.lookup(function)
    if rule is not None:
        return _Result(frozenset()) if rule.result == "fresh" else None
    module = getattr(function, "__module__", None) or ""
    if module.startswith("srcdiff.rules") and inspect.isfunction(function):
        return _summary(function)
    return None


class _Summary:
    """Reads the source of a template or of one of its helpers: tokens flow from parameters and allocations."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        try:
            source = textwrap.dedent(inspect.getsource(function))
        except (OSError, TypeError):
            self.tree = None
            return
        self.tree = gast.parse(source).body[0]
        self.parameters = list(inspect.signature(function).parameters)
        self.held: dict[str, set[Any]] = {name: {k} for k, name in enumerate(self.parameters)}

    def result(self) -> _Result | None:
        """What the function returns; None where that cannot be told."""
        if not isinstance(self.tree, gast.FunctionDef) or any(self.unclear()):
            return None
        size = -1
        while size != (size := sum(map(len, self.held.values()))):
            for node in walk(self.tree):
                if isinstance(node, gast.Assign):
                    for target in node.targets:
                        self.bind(target, node.value)
        returned = [n.value for n in walk(self.tree) if isinstance(n, gast.Return) and n.value is not None]
        tokens = set().union(*(self.tokens(value) for value in returned))
        apart = all(self.apart(value) for value in returned)
        return _Result(frozenset(t for t in tokens if isinstance(t, int)), apart)

    def unclear(self) -> Iterator[bool]:
        for node in walk(self.tree):
            yield isinstance(node, (gast.For, gast.With, gast.Lambda, gast.NamedExpr, gast.Yield, gast.AugAssign))
            yield isinstance(node, gast.FunctionDef) and node is not self.tree

    def bind(self, target: gast.expr, value: gast.expr) -> None:
        called = self.resolve(value.func) if isinstance(value, gast.Call) else None
        result = _result_of(called) if called is not None and called is not self.function else None
        if isinstance(target, gast.Tuple) and result is not None and result.apart and not result.parameters:
            for k, item in enumerate(target.elts):
                if isinstance(item, gast.Name):
                    self.held.setdefault(item.id, set()).add(f"made {id(value)} {k}")
            return
        for part in walk(target):
            if isinstance(part, gast.Name) and isinstance(part.ctx, gast.Store):
                self.held.setdefault(part.id, set()).update(self.tokens(value))

    def tokens(self, node: gast.expr) -> set[Any]:
        """Parameters (by position) and allocations (by a name for each) that a value may share memory with."""
        if isinstance(node, gast.Name):
            return set(self.held.get(node.id, ()))
        if isinstance(node, gast.Constant):
            return set()
        if isinstance(node, (*_FRESH, gast.ListComp)):
            return {f"made {id(node)}"}
        if isinstance(node, gast.Call):
            return self.tokens_of_call(node)
        found: set[Any] = set()
        for child in gast.iter_child_nodes(node):
            if isinstance(child, gast.expr) and not (isinstance(node, gast.Subscript) and child is node.slice):
                found |= self.tokens(child)
        return found

    def tokens_of_call(self, node: gast.Call) -> set[Any]:
        called = self.resolve(node.func)
        result = _result_of(called) if called is not self.function else None
        if isinstance(node.func, gast.Attribute) and called is None and node.func.attr in _OWN_METHODS:
            return {f"made {id(node)}"}
        parts: list[gast.expr] = [*node.args, *(k.value for k in node.keywords)]
        if result is not None and not any(isinstance(a, gast.Starred) for a in node.args):
            names = list(inspect.signature(called).parameters) if result.parameters else []
            keys = {k.arg: k.value for k in node.keywords if k.arg is not None}
            chosen = [node.args[k] for k in result.parameters if k < len(node.args)]
            parts = [*chosen, *(v for key, v in keys.items() if key in names and names.index(key) in result.parameters)]
            return set().union({f"made {id(node)}"}, *(self.tokens(part) for part in parts))
        if isinstance(node.func, gast.Attribute) and called is None:
            parts.append(node.func.value)
        return set().union({f"made {id(node)}"}, *(self.tokens(part) for part in parts))

    def resolve(self, node: gast.expr) -> Any:
        path = []
        while isinstance(node, gast.Attribute):
            path.append(node.attr)
            node = node.value
        if not isinstance(node, gast.Name) or node.id in self.held:
            return None
        found = self.function.__globals__.get(node.id)
        for attr in reversed(path):
            found = getattr(found, attr, None)
        return found

    def apart(self, value: gast.expr) -> bool:
        """Whether the items of a display share no memory with each other."""
        if not isinstance(value, (gast.Tuple, gast.List)):
            return isinstance(value, gast.ListComp) and self.is_made_per_item(value)
        seen: set[Any] = set()
        for item in value.elts:
            tokens = self.tokens(item)
            if tokens & seen:
                return False
            seen |= tokens
        return True

    def is_made_per_item(self, value: gast.ListComp) -> bool:
        return isinstance(value.elt, _FRESH)
