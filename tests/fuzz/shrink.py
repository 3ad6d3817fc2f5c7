"""A failing program made smaller: statements removed, blocks unwrapped, expressions replaced by their parts."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

__all__ = ["shrink"]

BODIES = ("body", "orelse", "finalbody")


def shrink(source: str, still_fails: Callable[[str], bool], attempts: int = 600) -> str:
    """The smallest text found for which `still_fails` holds; greedy, largest cuts first."""
    tree = ast.parse(source)
    left = attempts
    progress = True
    while progress and left > 0:
        progress = False
        for candidate in _smaller(tree):
            left -= 1
            text = ast.unparse(ast.fix_missing_locations(candidate)) + "\n"
            if still_fails(text):
                tree, progress = ast.parse(text), True
                break
            if left <= 0:
                break
    return ast.unparse(tree) + "\n"


def _smaller(tree: ast.Module) -> Iterator[ast.Module]:
    """Copies of the tree, each with one thing less: statements first, the last ones before the first ones."""
    statements = [
        (number, field, position)
        for number, node in enumerate(ast.walk(tree))
        for field in BODIES
        if isinstance(getattr(node, field, None), list)
        for position in reversed(range(len(getattr(node, field))))
    ]
    for number, field, position in statements:
        yield from _without(tree, number, field, position)
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.expr):
            for part in range(len(_parts(node))):
                yield _with_part(tree, number, part)


def _without(tree: ast.Module, number: int, field: str, position: int) -> Iterator[ast.Module]:
    changed = copy.deepcopy(tree)
    body = getattr(list(ast.walk(changed))[number], field)
    removed = body.pop(position)
    if not body and field == "body":
        body.append(ast.Pass())
    if not isinstance(removed, ast.Pass):
        yield changed
    if isinstance(removed, (ast.If, ast.For, ast.While)):
        unwrapped = copy.deepcopy(tree)
        body = getattr(list(ast.walk(unwrapped))[number], field)
        body[position : position + 1] = body[position].body
        yield unwrapped


def _parts(node: ast.expr) -> list[ast.expr]:
    """What an expression may be replaced by."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.BoolOp):
        return list(node.values)
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Call):
        return list(node.args)
    return []


def _with_part(tree: ast.Module, number: int, part: int) -> ast.Module:
    changed = copy.deepcopy(tree)
    target = list(ast.walk(changed))[number]
    replacement = _parts(target)[part]  # type: ignore[arg-type]

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return replacement if node is target else self.generic_visit(node)

    return Replace().visit(changed)
