"""What a temporary is called: the target, and the operation that it holds the result of."""

from __future__ import annotations

import gast

__all__ = ["operation", "stem_of"]

_OPERATIONS: dict[type, str] = {
    gast.Add: "add",
    gast.Sub: "sub",
    gast.Mult: "mul",
    gast.Div: "div",
    gast.FloorDiv: "floordiv",
    gast.Mod: "mod",
    gast.Pow: "pow",
    gast.MatMult: "matmul",
    gast.LShift: "shift",
    gast.RShift: "shift",
    gast.BitAnd: "and",
    gast.BitOr: "or",
    gast.BitXor: "xor",
    gast.USub: "neg",
    gast.UAdd: "pos",
    gast.Invert: "invert",
    gast.Not: "not",
    gast.And: "and",
    gast.Or: "or",
}

_KINDS: dict[type, str] = {
    gast.Compare: "test",
    gast.IfExp: "choice",
    gast.List: "list",
    gast.ListComp: "list",
    gast.Tuple: "tuple",
    gast.Dict: "dict",
    gast.DictComp: "dict",
    gast.Set: "set",
    gast.SetComp: "set",
    gast.JoinedStr: "text",
    gast.Lambda: "function",
}


def operation(node: gast.AST) -> str:
    """The word for what an expression does: `exp` for `np.exp(t)`, `mul` for `a * b`.

    Examples
    --------
    >>> [operation(gast.parse(text).body[0].value) for text in ("np.exp(t)", "a * b", "w[i]", "a.T", "a < b")]
    ['exp', 'mul', 'w', 'T', 'test']
    """
    if isinstance(node, (gast.BinOp, gast.UnaryOp, gast.BoolOp)):
        return _OPERATIONS[type(node.op)]
    if isinstance(node, gast.Call):
        return operation(node.func)
    if isinstance(node, gast.Attribute):
        return node.attr.strip("_") or "attribute"
    if isinstance(node, gast.Name):
        return node.id.strip("_") or "value"
    if isinstance(node, gast.Subscript):
        return operation(node.value) if isinstance(node.value, (gast.Name, gast.Attribute)) else "item"
    return _KINDS.get(type(node), "value")


def stem_of(target: gast.AST) -> str:
    """The variable that an assignment is about: `a` for `a[i]`, `w` for `self.w`."""
    while isinstance(target, (gast.Subscript, gast.Starred)):
        target = target.value
    if isinstance(target, gast.Attribute):
        return target.attr.strip("_") or "value"
    if isinstance(target, gast.Name):
        return str(target.id)
    if isinstance(target, (gast.Tuple, gast.List)) and target.elts:
        return stem_of(target.elts[0])
    return "value"
