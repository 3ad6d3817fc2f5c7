"""What no derivative is made of: refused first, while messages can point at what was written."""

from __future__ import annotations

import builtins
from typing import Any

import gast

from srcdiff.normalize.trees import FUNCTIONS, bound_names, children, own_nodes, walk
from srcdiff.source import Source

__all__ = ["refuse_unsupported"]

_COLLECT = "A derivative needs one returned value: collect the values in a list and return it."
_PLAIN_DEF = "A derivative runs to its end: use the plain form."
_MOVE_CLASS = "Move the class to the module, and make its instances here."

_REFUSED: dict[str, tuple[str, str]] = {
    "Yield": ("`yield` in a differentiated function", _COLLECT),
    "YieldFrom": ("`yield from` in a differentiated function", _COLLECT),
    "Await": ("`await` in a differentiated function", _PLAIN_DEF),
    "AsyncFunctionDef": ("`async def` in a differentiated function", _PLAIN_DEF),
    "AsyncFor": ("`async for` in a differentiated function", _PLAIN_DEF),
    "AsyncWith": ("`async with` in a differentiated function", _PLAIN_DEF),
    "ClassDef": ("a class that depends on variables of a differentiated function", _MOVE_CLASS),
    "TryStar": ("`except*` in a differentiated function", "Use `except`."),
    "TypeAlias": ("`type` in a differentiated function", "Move the alias to the module."),
    "TemplateStr": ("a template string in a differentiated function", "Use an f-string."),
}
_FRAMES = {"exec", "eval", "compile", "locals", "globals", "vars", "dir", "breakpoint", "__import__"}
_WAY_OUT = {
    "locals": "Name the variables.",
    "vars": "Name the object whose attributes are meant.",
    "dir": "Name the object whose attributes are meant.",
}


def refuse_unsupported(tree: gast.FunctionDef, source: Source) -> None:
    """Raise for the first construct, in the order of the text, that is not supported."""
    found: list[tuple[gast.AST, str, str]] = []
    declares = False
    for node in walk(children(tree)):
        kind = type(node)
        if kind is gast.Call or kind is gast.comprehension:
            reason = _call(node, tree, source) or _comprehension(node)
        else:
            reason = _REFUSED.get(kind.__name__)
        declares = declares or kind is gast.Global
        if reason is not None:
            found.append((node, *reason))
    if declares:
        found += _global_writes(tree)
    if found:
        node, what, way_out = min(found, key=_position)
        raise source.unsupported(node, what, way_out)


def _position(entry: tuple[gast.AST, str, str]) -> tuple[int, int]:
    return getattr(entry[0], "lineno", None) or 0, getattr(entry[0], "col_offset", None) or 0


def _call(node: gast.AST, tree: gast.FunctionDef, source: Source) -> tuple[str, str] | None:
    """Calls that look at the frame they stand in, or that run text."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Name):
        return None
    name = node.func.id
    if name not in _FRAMES or (name in ("vars", "dir") and node.args) or name in bound_names(tree.body):
        return None
    try:
        if source.lookup(name) is not getattr(builtins, name):
            return None
    except LookupError:
        return None
    return f"`{name}()` in a differentiated function", _WAY_OUT.get(name, "Write the statements out.")


def _comprehension(node: Any) -> tuple[str, str] | None:
    if isinstance(node, gast.comprehension) and node.is_async:
        return "an asynchronous comprehension in a differentiated function", _PLAIN_DEF
    return None


def _global_writes(tree: gast.FunctionDef) -> list[tuple[gast.AST, str, str]]:
    """`global x` with `x` bound in the same function."""
    found: list[tuple[gast.AST, str, str]] = []
    for function in [tree, *(node for node in walk([tree]) if isinstance(node, FUNCTIONS) and node is not tree)]:
        body = function.body if isinstance(function.body, list) else [function.body]
        declared = [node for node in own_nodes(body) if isinstance(node, gast.Global)]
        bound = bound_names(body) if declared else set()
        for node in declared:
            for name in node.names:
                if name in bound:
                    way_out = f"Pass `{name}` as an argument and return its new value."
                    found.append((node, f"the global variable `{name}` is written", way_out))
    return found
