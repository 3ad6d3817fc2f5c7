"""Helpers of rules in compiled code: their tests on ranks, kinds and constants are decided by the types of a call.

A helper is one text for every kind of argument: it asks `np.ndim(x) == 2` where it needs to know. Numba would give each
branch types, those that are not taken among them; so the text is made anew for each combination of types, without what
cannot be reached.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from srcdiff.load import load
from srcdiff.numba.overloads import HELPERS, is_number, literal_value, made, plain

__all__ = ["register_helper"]

_UNKNOWN = object()
_CONSTANTS = (bool, int, str, type(None))


def register_helper(function: Any) -> None:
    """Let compiled code call a plain helper, and everything that it calls in turn."""
    if function in HELPERS:
        return
    HELPERS.add(function)
    signature = inspect.signature(function)
    given = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    if any(p.kind is p.VAR_POSITIONAL for p in given):
        return
    text, optional = [], False
    for p in given:  # Numba knows no keyword-only parameters: what follows a default gets one
        optional = optional or p.default is not p.empty
        default = repr(p.default) if isinstance(p.default, (*_CONSTANTS, float)) else "None"
        text.append(f"{p.name}={default}" if optional else p.name)
    names = [p.name for p in given]
    typing = made(
        f"def implementation({', '.join(text)}):\n    return fold(({', '.join(names)},))\n",
        fold=lambda kinds: _folded(function, names, text, kinds),
    )
    overload(function, prefer_literal=True, strict=False, jit_options={"error_model": "numpy"})(typing)


def _folded(function: Any, names: list[str], parameters: list[str], kinds: tuple[Any, ...]) -> Callable[..., Any]:
    """The helper for arguments of these types."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    rebound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    known = {name: kind for name, kind in zip(names, kinds) if name not in rebound}
    namespace = dict(function.__globals__)
    fold = _Fold(known, namespace)
    body = fold.block(tree.body)
    for name in {n.id for statement in body for n in ast.walk(statement) if isinstance(n, ast.Name)}:
        value = namespace.get(name)
        if inspect.isfunction(value) and value.__module__.startswith("srcdiff."):
            register_helper(value)
    text = "\n".join(ast.unparse(statement) for statement in body)
    text = f"def {function.__name__}({', '.join(parameters)}):\n{textwrap.indent(text, '    ')}\n"
    loaded = load(text, function.__name__, namespace)
    return loaded[function.__name__]


class _Fold(ast.NodeTransformer):
    """Decides tests by types; a block ends where it is sure to return."""

    def __init__(self, known: dict[str, Any], namespace: dict[str, Any]) -> None:
        self.known = known
        self.namespace = namespace

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Statements that can be reached."""
        kept: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            kept += new if isinstance(new, list) else [new]
            if kept and isinstance(kept[-1], (ast.Return, ast.Raise)):
                break
        return kept or [ast.Pass()]

    def visit_If(self, node: ast.If) -> Any:
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            chosen = node.body if test.value else node.orelse
            return self.block(chosen) if chosen else []
        return ast.copy_location(
            ast.If(test, self.block(node.body), self.block(node.orelse) if node.orelse else []), node
        )

    def visit_For(self, node: ast.For) -> Any:
        return ast.copy_location(ast.For(node.target, self.visit(node.iter), self.block(node.body), []), node)

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        test = self.visit(node.test)
        if isinstance(test, ast.Constant):
            return self.visit(node.body if test.value else node.orelse)
        return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        stops = isinstance(node.op, ast.Or)
        values: list[Any] = []
        for value in map(self.visit, node.values):
            if isinstance(value, ast.Constant):
                if bool(value.value) is stops:
                    return value if not values else ast.BoolOp(node.op, [*values, value])
                continue
            values.append(value)
        if not values:
            return ast.Constant(not stops)
        return values[0] if len(values) == 1 else ast.BoolOp(node.op, values)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not) and isinstance(operand, ast.Constant):
            return ast.Constant(not operand.value)
        return ast.UnaryOp(node.op, operand)

    def visit_Compare(self, node: ast.Compare) -> Any:
        parts = [self.visit(part) for part in (node.left, *node.comparators)]
        values = [_value_of(part) for part in parts]
        if _UNKNOWN not in values:
            text = ast.unparse(ast.Compare(parts[0], node.ops, parts[1:]))
            return ast.Constant(bool(eval(text.replace(" is not ", " != ").replace(" is ", " == "))))
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)) and isinstance(node.left, ast.Name) and values[1] is None:
            kind = self.known.get(node.left.id, _UNKNOWN)
            if kind is not _UNKNOWN and not isinstance(kind, types.Optional):
                return ast.Constant((literal_value(kind) is None) == isinstance(node.ops[0], ast.Is))
        return ast.Compare(parts[0], node.ops, parts[1:])

    def visit_Name(self, node: ast.Name) -> Any:
        value = literal_value(self.known[node.id]) if node.id in self.known else _UNKNOWN
        return ast.Constant(value) if isinstance(value, _CONSTANTS) and isinstance(node.ctx, ast.Load) else node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        if isinstance(node.value, ast.Name) and node.attr == "ndim":
            rank = self.rank(node.value)
            if rank is not None:
                return ast.Constant(rank)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        called = ast.unparse(node.func)
        if called == "np.ndim" and (rank := self.rank(node.args[0])) is not None:
            return ast.Constant(rank)
        if called == "isinstance" and isinstance(node.args[0], ast.Name) and node.args[0].id in self.known:
            decided = self.is_instance(self.known[node.args[0].id], node.args[1])
            if decided is not None:
                return ast.Constant(decided)
        return self.generic_visit(node)

    def rank(self, node: ast.expr) -> int | None:
        """The number of dims of an argument."""
        kind = plain(self.known[node.id]) if isinstance(node, ast.Name) and node.id in self.known else None
        if is_number(kind):
            return 0
        return kind.ndim if isinstance(kind, types.Array) else None

    def is_instance(self, kind: Any, classes: ast.expr) -> bool | None:
        """Whether values of a type are instances of these classes; None where that is not told."""
        wanted = eval(ast.unparse(classes), self.namespace)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        kind = plain(kind)
        if kind is None or isinstance(kind, types.NoneType):
            return type(None) in wanted
        names: list[tuple[Any, tuple[type, ...]]] = [
            (types.Array, (np.ndarray,)),
            (types.BaseTuple, (tuple,)),
            (types.List, (list,)),
            (types.Boolean, (bool, int)),
            (types.Integer, (int, np.integer)),
            (types.Float, (float, np.floating)),
            (types.Complex, (complex, np.complexfloating)),
        ]
        for base, instances in names:
            if isinstance(kind, base):
                return any(issubclass(c, one) for one in wanted for c in instances)
        return None


def _value_of(node: ast.expr) -> Any:
    """The value of a literal, tuples of literals among them."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _UNKNOWN
