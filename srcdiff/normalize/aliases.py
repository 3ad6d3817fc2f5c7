"""Which expressions may give the same object: a rough answer from the text, before anything is known of kinds.

Unification (Steensgaard 1996): each variable is in a class of what it may be, and each class has one for its contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import gast

__all__ = ["Aliases"]


class Aliases:
    """The classes of one function.

    Parameters
    ----------
    nodes : statements and expressions
        All of the function's own.
    makes_new : function
        Whether a call gives a new object.
    """

    def __init__(self, nodes: Iterable[gast.AST], makes_new: Callable[[gast.Call], bool]) -> None:
        self._makes_new = makes_new
        self._variables: dict[str, int] = {}
        self._parent: list[int] = []
        self._contents: dict[int, int] = {}
        for node in nodes:
            if isinstance(node, gast.Assign):
                value = self._class(node.value)
                for target in node.targets:
                    self._bind(target, value)
            elif isinstance(node, gast.NamedExpr):
                self._bind(node.target, self._class(node.value))
            elif isinstance(node, (gast.For, gast.comprehension)):
                self._bind(node.target, self._content(self._class(node.iter)))
            elif isinstance(node, gast.withitem) and node.optional_vars is not None:
                self._bind(node.optional_vars, self._class(node.context_expr))
            elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
                for argument in node.args:  # `stacks.append(items)`
                    self._unite(self._content(self._class(node.func.value)), self._class(argument))

    def may_be_same(self, first: gast.expr, second: gast.expr) -> bool:
        """Whether two expressions may give the same object."""
        return self._root(self._class(first)) == self._root(self._class(second))

    def _new(self) -> int:
        self._parent.append(len(self._parent))
        return len(self._parent) - 1

    def _root(self, node: int) -> int:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def _content(self, node: int) -> int:
        root = self._root(node)
        if root not in self._contents:
            self._contents[root] = self._new()
        return self._contents[root]

    def _unite(self, first: int, second: int) -> int:
        pending = [(first, second)]
        while pending:
            kept, merged = (self._root(node) for node in pending.pop())
            if kept != merged:
                self._parent[merged] = kept
                inside = self._contents.pop(merged, None)
                if inside is not None:
                    if kept in self._contents:
                        pending.append((self._contents[kept], inside))
                    else:
                        self._contents[kept] = inside
        return self._root(first)

    def _bind(self, target: gast.expr, value: int) -> None:
        if isinstance(target, (gast.Tuple, gast.List)):
            for item in target.elts:
                self._bind(item, self._content(value))
        elif isinstance(target, gast.Starred):
            self._unite(self._content(self._class(target.value)), self._content(value))
        else:
            self._unite(self._class(target), value)

    def _class(self, node: gast.expr) -> int:
        if isinstance(node, gast.Name):
            if node.id not in self._variables:
                self._variables[node.id] = self._new()
            return self._variables[node.id]
        if isinstance(node, gast.Attribute) or (isinstance(node, gast.Subscript) and not _is_slice(node)):
            return self._content(self._class(node.value))
        if isinstance(node, gast.NamedExpr):
            return self._class(node.value)
        if isinstance(node, (gast.IfExp, gast.BoolOp)):
            parts = [node.body, node.orelse] if isinstance(node, gast.IfExp) else node.values
            return self._united([self._class(part) for part in parts])
        result = self._new()
        if isinstance(node, gast.Call):
            return self._call(node, result)
        items = node.elts if isinstance(node, (gast.Tuple, gast.List, gast.Set)) else getattr(node, "values", [])
        for item in items if isinstance(node, (gast.Tuple, gast.List, gast.Set, gast.Dict)) else []:
            value = item.value if isinstance(item, gast.Starred) else item
            inside = self._content(self._class(value)) if isinstance(item, gast.Starred) else self._class(value)
            self._unite(self._content(result), inside)
        return result

    def _call(self, node: gast.Call, result: int) -> int:
        arguments = [part.value if isinstance(part, gast.Starred) else part for part in node.args]
        arguments += [keyword.value for keyword in node.keywords]
        classes = [self._class(argument) for argument in arguments]
        if self._makes_new(node):
            for inside in classes:
                self._unite(self._content(result), self._content(inside))
            return result
        if isinstance(node.func, gast.Attribute):
            classes.append(self._content(self._class(node.func.value)))
        for inside in classes:  # the argument, or something in it
            self._unite(result, inside)
            self._unite(result, self._content(inside))
        return result

    def _united(self, classes: list[int]) -> int:
        for other in classes[1:]:
            self._unite(classes[0], other)
        return classes[0]


def _is_slice(node: gast.Subscript) -> bool:
    return isinstance(node.slice, gast.Slice)
