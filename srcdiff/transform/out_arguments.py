"""`f(x, out=c)` as what it is: compute, then store; the result is `c` itself."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff.build import assign, constant, name, subscript
from srcdiff.kinds import NeedsKind
from srcdiff.rules import registry
from srcdiff.transform.writing_functions import spread, whole

if TYPE_CHECKING:
    from srcdiff.transform.inplace import Rewriter

__all__ = ["with_out", "written_back"]

Block = list[gast.stmt]


def written_back(target: str | None, written: str) -> Block:
    """The result of a call that returns what it has written into."""
    return [] if target is None or target == written else [assign(target, name(written))]


def with_out(
    rewriter: Rewriter, node: gast.Call, function: Any, arguments: list[gast.expr], target: str | None
) -> Block | None:
    """`f(x, out=c)`: compute, then store; the result is `c` itself."""
    rule = registry.lookup(function)
    if rule is None:
        return None
    out, position = _out_of(node, function, arguments)
    if out is None:
        return None
    if is_none(rewriter, out):
        out = constant(None)
    made: Block = []
    fact = rewriter.facts(out)
    if isinstance(out, gast.Name) and fact.kind == "tuple" and fact.items is not None and len(fact.items) == 1:
        out = rewriter.temporary(f"{out.id}_item", subscript(out, constant(0)), made)  # `out=(c,)`
    written = rewriter.array(out)
    shift = len(arguments) - len(node.args)  # the array of a method
    args = node.args if position is None else node.args[: position - shift]
    keywords = [k for k in node.keywords if k.arg != "out"]
    if written is None:
        if not isinstance(out, gast.Constant) or (out.value is not None and out.value is not Ellipsis):
            return None
        plain = gast.Call(node.func, args, keywords)
        if target is None:
            return [gast.Expr(plain)]
        if out.value is None:
            return [assign(target, plain)]
        result = rewriter.temporary(f"{target}_{getattr(function, '__name__', 'new')}", plain, made)
        return [*made, assign(target, gast.Call(rewriter.numpy("asarray"), [result], []))]  # not a number
    where = next((k.value for k in keywords if k.arg == "where"), None)
    if isinstance(function, np.ufunc) and where is not None:
        keywords = [k for k in keywords if k.arg != "where"]
        if not (isinstance(where, gast.Constant) and where.value is True):
            return [*made, *selected(rewriter, node.func, args, keywords, where, written, target)]
    plain = gast.Call(node.func, args, keywords)
    if rewriter.facts(plain).letter in "fc" and rewriter.facts.of[written].letter in "iub":
        return None  # NumPy refuses it when it is called
    result = rewriter.temporary(f"{written}_{getattr(function, '__name__', 'new')}", plain, made)
    made.append(assign(whole(written), result))
    return [*made, *written_back(target, written)]


def is_none(rewriter: Rewriter, node: gast.expr) -> bool:
    """Whether an expression is known to be None; of a parameter that is None by default it has to be known."""
    fact, function = rewriter.facts(node), rewriter.function
    if isinstance(node, gast.Name) and node.id in function.parameters and fact.kind == "numeric":
        parameter = inspect.signature(function.source.function).parameters.get(node.id)
        if parameter is not None and parameter.default is None:
            raise NeedsKind([node.id], function.source.place(node))
    return fact.kind == "opaque" and fact.type is type(None)


def selected(
    rewriter: Rewriter,
    function: gast.expr,
    args: list[gast.expr],
    keywords: list[gast.keyword],
    where: gast.expr,
    written: str,
    target: str | None,
) -> Block:
    """`f(x, out=c, where=mask)`: the function sees the selected elements alone, as it does in NumPy."""
    made: Block = []
    mask = spread(rewriter, where, written, made)
    chosen = [
        a
        if rewriter.is_number(a)
        else rewriter.temporary(f"{written}_chosen", subscript(spread(rewriter, a, written, made), mask), made)
        for a in args
    ]
    result = rewriter.temporary(f"{written}_new", gast.Call(function, chosen, keywords), made)
    made.append(assign(subscript(name(written), mask, gast.Store()), result))
    return [*made, *written_back(target, written)]


_OUT_POSITIONS = {
    "dot": 2, "sum": 3, "prod": 3, "mean": 3, "std": 3, "var": 3, "cumsum": 3, "cumprod": 3, "clip": 3, "take": 3,
    "round": 2, "max": 2, "min": 2, "amax": 2, "amin": 2, "trace": 5, "compress": 3, "choose": 2, "ptp": 2,
}  # fmt: skip
"""The position of `out` where the signature is not to be had (functions written in C, before NumPy 2.4)."""


def _out_of(node: gast.Call, function: Any, arguments: list[gast.expr]) -> tuple[gast.expr | None, int | None]:
    """What `out` is in a call, and its position if it has one."""
    for keyword in node.keywords:
        if keyword.arg == "out":
            value = keyword.value
            if isinstance(value, gast.Tuple) and len(value.elts) == 1:
                value = value.elts[0]
            return value, None
    if isinstance(function, np.ufunc):
        extra = len(arguments) - function.nin
        return (arguments[-1], function.nin) if extra == 1 and function.nout == 1 else (None, None)
    position = _out_position(function)
    if position is not None and position == len(arguments) - 1:
        return arguments[position], position
    return None, None


def _out_position(function: Any) -> int | None:
    title = getattr(function, "__name__", "")
    plain = getattr(np, title, None) if getattr(function, "__objclass__", None) is np.ndarray else function
    if getattr(plain, "__module__", "") is None or not str(getattr(plain, "__module__", "")).startswith("numpy"):
        return None
    try:
        parameters = list(inspect.signature(plain).parameters.values())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _OUT_POSITIONS.get(title)
    for position, parameter in enumerate(parameters):
        if parameter.name == "out" and parameter.kind is not parameter.KEYWORD_ONLY:
            return position
    return None
