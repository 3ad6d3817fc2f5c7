"""Which expressions are plain: without effect, so that they may be evaluated again, in the place where they stand.

Two questions, asked of every expression. *Plain*: has it no effect? Then it may stand in a test, an index, a message.
*Inert*: can it carry no derivative either, whatever its names hold (a comparison, a length, a shape, arithmetic on
these)? Then it may stand as the right-hand side of an assignment without being taken apart.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Iterable
from typing import Any

import gast
import numpy as np

from srcdiff.normalize.trees import FUNCTIONS, children, own_nodes, walk
from srcdiff.rules import registry
from srcdiff.scopes import parameter_names
from srcdiff.source import Source

__all__ = ["Purity", "is_pure", "purity_of"]

SHAPE_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides"})

INERT_BUILTINS: frozenset[Any] = frozenset(
    {bool, callable, chr, format, hasattr, hash, id, int, isinstance, issubclass, len, ord, range, repr, str, type}
)

PURE_BUILTINS: frozenset[Any] = INERT_BUILTINS | {
    abs, bytes, complex, dict, divmod, enumerate, float, frozenset, list, max, min, pow, round, set, slice, sorted, sum,
    tuple, zip, getattr, all, any, reversed, ascii, bin, hex, oct,
}  # fmt: skip

#: Builtins whose arguments matter to no derivative, effects or not.
CONSTANT_BUILTINS: frozenset[Any] = INERT_BUILTINS | {print, input, open}

#: Methods that change nothing, on an ndarray, a dictionary, a list, a string or a set alike.
_METHODS = """
    all any argmax argmin argsort astype choose clip compress conj conjugate copy count cumprod cumsum diagonal dot
    flatten item max mean min nonzero prod ptp ravel repeat reshape round searchsorted squeeze std sum swapaxes take
    tobytes tolist trace transpose var view get index items keys values endswith startswith lower upper strip lstrip
    rstrip split rsplit splitlines replace find rfind isdigit isalpha isalnum isidentifier isnumeric isspace islower
    isupper title join format encode decode is_integer as_integer_ratio hex bit_length issubset issuperset isdisjoint
    union intersection difference total_seconds
"""
PURE_METHODS = frozenset(_METHODS.split())

_PLAIN_NODES = (
    gast.Attribute, gast.BinOp, gast.BoolOp, gast.Compare, gast.Constant, gast.Dict, gast.FormattedValue, gast.IfExp,
    gast.JoinedStr, gast.List, gast.Name, gast.Set, gast.Slice, gast.Subscript, gast.Tuple, gast.UnaryOp,
)  # fmt: skip


def is_pure(function: Any) -> bool:
    """Whether a call of this object has no effect but its result."""
    rule = registry.lookup(function)
    if rule is not None:
        return rule.pure and not rule.writes
    if isinstance(function, np.ufunc):
        return True
    if isinstance(function, types.BuiltinFunctionType) and function.__module__ == math.__name__:
        return True
    try:
        return function in PURE_BUILTINS
    except TypeError:  # unhashable
        return False


def is_constant(function: Any) -> bool:
    """Whether no derivative passes through a call of this object."""
    rule = registry.lookup(function)
    if rule is not None:
        return rule.kind == "constant"
    try:
        return function in CONSTANT_BUILTINS or (isinstance(function, type) and issubclass(function, BaseException))
    except TypeError:
        return False


class Purity:
    """Answers about the expressions of one function, each found once."""

    def __init__(self, resolve: Callable[[gast.AST], Any]) -> None:
        self._resolve = resolve
        self._objects: dict[str, Any] = {}
        self._known: dict[gast.AST, tuple[bool, bool]] = {}

    def plain(self, node: gast.AST) -> bool:
        """Whether an expression has no effect."""
        return self._classify(node)[0]

    def inert(self, node: gast.AST) -> bool:
        """Whether an expression has no effect and cannot carry a derivative."""
        return self._classify(node)[1]

    def object_of(self, node: gast.AST) -> Any:
        """The object that a free name or a dotted path means; None where it cannot be told.

        A path counts only through modules, classes and functions: what an instance holds may change.
        """
        path, root = [], node
        while isinstance(root, gast.Attribute):
            path.append(root.attr)
            root = root.value
        if not isinstance(root, gast.Name):
            return None
        text = ".".join([root.id, *reversed(path)])
        if text not in self._objects:
            self._objects[text] = self._find(node)
        return self._objects[text]

    def is_path(self, node: gast.AST) -> bool:
        """Whether an attribute is a path that stays whole: `np.linalg.inv`."""
        return isinstance(node, gast.Attribute) and self.object_of(node) is not None

    def constant_call(self, call: gast.Call) -> bool:
        """Whether the arguments of a call carry no derivative into it, so that they may stay plain expressions."""
        function = self.object_of(call.func)
        return function is not None and is_constant(function)

    def calm(self, node: gast.AST) -> bool:
        """Whether evaluating an expression changes neither what a name holds nor what an object contains."""
        for part in own_nodes([node]):
            if isinstance(part, gast.NamedExpr) or (isinstance(part, gast.Call) and not self.pure_call(part)):
                return False
        return True

    def pure_call(self, call: gast.Call) -> bool:
        """Whether a call has no effect, its arguments aside."""
        if any(keyword.arg == "out" for keyword in call.keywords):
            return False
        function = self.object_of(call.func)
        if function is not None:
            if function is getattr and not (len(call.args) > 1 and _is_text(call.args[1])):
                return False
            return is_pure(function)
        if not isinstance(call.func, gast.Attribute):
            return False
        method = getattr(np.ndarray, call.func.attr, None)
        rule = None if method is None else registry.lookup(method)
        if rule is not None:
            return rule.pure and not rule.writes
        return call.func.attr in PURE_METHODS

    def _find(self, node: gast.AST) -> Any:
        try:
            if isinstance(node, gast.Attribute):
                holder = self.object_of(node.value)
                if not isinstance(holder, (types.ModuleType, type, types.FunctionType, np.ufunc)):
                    return None
            return self._resolve(node)
        except LookupError:
            return None

    def _classify(self, node: gast.AST) -> tuple[bool, bool]:
        """Both answers for an expression, its parts first: chains of any length are no matter of recursion."""
        known = self._known
        pending = [node]
        while pending:
            part = pending[-1]
            if part in known:
                pending.pop()
                continue
            unknown = [c for c in children(part) if c not in known]
            if unknown:
                pending.extend(unknown)
            else:
                pending.pop()
                plain = self._plain(part)
                known[part] = plain, plain and self._inert(part)
        return known[node]

    def _plain(self, node: gast.AST) -> bool:
        if isinstance(node, gast.keyword):
            return node.arg is not None and self._known[node.value][0]
        if isinstance(node, gast.Call):
            if not self.pure_call(node):
                return False
        elif not isinstance(node, _PLAIN_NODES):
            return False
        return all(self._known[c][0] for c in children(node))

    def _inert(self, node: gast.AST) -> bool:
        """Whether a plain expression carries no derivative."""
        if isinstance(node, (gast.Constant, gast.Compare, gast.JoinedStr, gast.FormattedValue)):
            return True
        if isinstance(node, gast.Attribute):
            return node.attr in SHAPE_ATTRIBUTES
        if isinstance(node, gast.Subscript):
            return self._known[node.value][1]
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
            return True
        if isinstance(node, gast.IfExp):
            return self._known[node.body][1] and self._known[node.orelse][1]
        if isinstance(node, gast.Call):
            return self.object_of(node.func) in INERT_BUILTINS
        if isinstance(node, (gast.BinOp, gast.BoolOp, gast.UnaryOp, gast.Tuple)):
            return all(self._known[c][1] for c in children(node))
        return False


def purity_of(parameters: Iterable[str], body: Iterable[gast.AST], source: Source) -> Purity:
    """What is known of the names that a function, with those in it, takes from outside."""
    bound = set(parameters)
    for node in walk(body):
        if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            bound.add(node.id)
        elif isinstance(node, FUNCTIONS):
            bound.update(parameter_names(node.args))
            bound.add(getattr(node, "name", ""))
        elif isinstance(node, (gast.Import, gast.ImportFrom)):
            bound.update(alias.asname or alias.name.split(".")[0] for alias in node.names)

    def resolve(node: gast.AST) -> Any:
        root = node
        while isinstance(root, gast.Attribute):
            root = root.value
        if isinstance(root, gast.Name) and root.id in bound:
            raise LookupError(root.id)
        return source.resolve(node)

    return Purity(resolve)


def _is_text(node: gast.AST) -> bool:
    return isinstance(node, gast.Constant) and isinstance(node.value, str)
