"""Operations applied to other operands: what is linear is its own tangent."""

from __future__ import annotations

from typing import Any

import gast

from srcdiff.transform.inline import signature

__all__ = ["applied", "applied_method", "is_default", "parameter_names"]


def parameter_names(function: Any, count: int) -> list[str]:
    """The parameter that each positional argument is bound to."""
    found: list[str] = []
    for parameter in signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            return [*found, *[parameter.name] * (count - len(found))]
        if parameter.kind is not parameter.KEYWORD_ONLY:
            found.append(parameter.name)
    return found


_WITHOUT_EFFECT: dict[str, Any] = {"axis": None, "dtype": None, "out": None, "keepdims": False, "where": True}


def is_default(function: Any, keyword: gast.keyword) -> bool:
    """Whether a NumPy reduction does the same without this argument."""
    if keyword.arg not in _WITHOUT_EFFECT or not isinstance(keyword.value, gast.Constant):
        return False
    known = getattr(function, "__module__", None) == "numpy" and function.__name__ in _REDUCTIONS
    return known and keyword.value.value is _WITHOUT_EFFECT[keyword.arg]


_REDUCTIONS = frozenset(("sum", "mean", "prod", "nansum", "nanmean", "max", "min", "var", "std", "cumsum", "cumprod"))


def applied(node: gast.expr, replaced: dict[Any, gast.expr]) -> gast.expr:
    """An operation on other operands, by position or keyword."""
    if isinstance(node, gast.BinOp):
        return gast.BinOp(replaced.get(0, node.left), node.op, replaced.get(1, node.right))
    if isinstance(node, gast.Attribute):
        return gast.Attribute(replaced[0], node.attr, gast.Load())
    if isinstance(node, gast.UnaryOp):
        return gast.UnaryOp(node.op, replaced[0])
    assert isinstance(node, gast.Call)
    keywords = [gast.keyword(k.arg, replaced.get(k.arg, k.value)) for k in node.keywords if k.arg != "out"]
    return gast.Call(node.func, [replaced.get(i, a) for i, a in enumerate(node.args)], keywords)


def applied_method(node: gast.expr, replaced: dict[Any, gast.expr]) -> gast.expr:
    """A method's call on other operands, the object of the method first."""
    assert isinstance(node, gast.Call)
    assert isinstance(node.func, gast.Attribute)
    func = gast.Attribute(replaced.get(0, node.func.value), node.func.attr, gast.Load())
    rest = {(key - 1 if isinstance(key, int) else key): value for key, value in replaced.items() if key != 0}
    return applied(gast.Call(func, node.args, node.keywords), rest)
