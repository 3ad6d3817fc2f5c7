"""Expressions as text, on one line: `expression(node)`.

Parentheses stand where the grammar needs them and nowhere else. Operator chains are walked by iteration, so that their
length does not matter.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable
from typing import Any

import gast

__all__ = ["bare", "comprehension_parts", "expression", "index", "level_of", "operand", "parameters", "string"]

# How tightly an expression binds: the levels of Python's grammar, loosest first.
WALRUS, YIELD, TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT = range(11)
SUM, PRODUCT, SIGN, POWER, AWAIT, ATOM = range(11, 17)

BINARY: dict[type, tuple[str, int]] = {
    gast.BitOr: ("|", BIT_OR),
    gast.BitXor: ("^", BIT_XOR),
    gast.BitAnd: ("&", BIT_AND),
    gast.LShift: ("<<", SHIFT),
    gast.RShift: (">>", SHIFT),
    gast.Add: ("+", SUM),
    gast.Sub: ("-", SUM),
    gast.Mult: ("*", PRODUCT),
    gast.MatMult: ("@", PRODUCT),
    gast.Div: ("/", PRODUCT),
    gast.Mod: ("%", PRODUCT),
    gast.FloorDiv: ("//", PRODUCT),
    gast.Pow: ("**", POWER),
}
COMPARISONS: dict[type, str] = {
    gast.Eq: "==",
    gast.NotEq: "!=",
    gast.Lt: "<",
    gast.LtE: "<=",
    gast.Gt: ">",
    gast.GtE: ">=",
    gast.Is: "is",
    gast.IsNot: "is not",
    gast.In: "in",
    gast.NotIn: "not in",
}
UNARY: dict[type, tuple[str, int]] = {
    gast.Invert: ("~", SIGN),
    gast.Not: ("not ", NOT),
    gast.UAdd: ("+", SIGN),
    gast.USub: ("-", SIGN),
}
_LEVELS: dict[type, int] = {
    gast.NamedExpr: WALRUS,
    gast.Tuple: ATOM,  # written with its parentheses; `bare` takes them off
    gast.Yield: YIELD,
    gast.YieldFrom: YIELD,
    gast.Lambda: TEST,
    gast.IfExp: TEST,
    gast.Compare: COMPARE,
    gast.Await: AWAIT,
}


def expression(node: gast.AST) -> str:
    """An expression on one line.

    Examples
    --------
    >>> expression(gast.parse("(a+b) * c ** -d", mode="eval").body)
    '(a + b) * c ** -d'
    """
    try:
        write = _WRITERS[type(node)]
    except KeyError:
        raise TypeError(f"no text for a node of type {type(node).__name__}") from None
    return write(node)


def level_of(node: gast.AST) -> int:
    """How tightly an expression binds."""
    kind = type(node)
    if kind is gast.BinOp:
        return BINARY[type(node.op)][1]
    if kind is gast.UnaryOp:
        return UNARY[type(node.op)][1]
    if kind is gast.BoolOp:
        return AND if isinstance(node.op, gast.And) else OR
    if kind is gast.Constant and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return SIGN if math.copysign(1, node.value) < 0 else ATOM
    return _LEVELS.get(kind, ATOM)


def operand(node: gast.AST, level: int) -> str:
    """An expression where one that binds less tightly than `level` needs parentheses."""
    text = expression(node)
    return f"({text})" if level_of(node) < level else text


def bare(node: gast.AST, level: int = TEST) -> str:
    """`operand`, where a tuple needs no parentheses (a tuple of one keeps them, so that its comma is seen)."""
    if isinstance(node, gast.Tuple) and len(node.elts) > 1:
        return _items(node.elts)
    return operand(node, level)


def _items(nodes: Iterable[gast.AST]) -> str:
    return ", ".join([operand(node, TEST) for node in nodes])


def _name(node: gast.Name) -> str:
    name: str = node.id
    return name


def _binary(node: gast.BinOp) -> str:
    chain = []
    while type(node) is gast.BinOp:
        chain.append(node)
        node = node.left
    level, opened = level_of(node), 0
    parts = [expression(node)]
    for part in reversed(chain):
        symbol, own = BINARY[type(part.op)]
        power = own == POWER
        if level < own + power:
            opened += 1
            parts.append(")")
        parts.append(f" {symbol} {operand(part.right, SIGN if power else own + 1)}")
        level = own
    return "(" * opened + "".join(parts)


def _unary(node: gast.UnaryOp) -> str:
    symbol, level = UNARY[type(node.op)]
    # the grammar reads -x ** 2 as -(x ** 2), many readers do not
    return symbol + operand(node.operand, ATOM if isinstance(node.operand, gast.BinOp) else level)


def _boolean(node: gast.BoolOp) -> str:
    word, level = (" and ", AND) if isinstance(node.op, gast.And) else (" or ", OR)
    return word.join([operand(value, level + 1) for value in node.values])


def _compare(node: gast.Compare) -> str:
    parts = [operand(node.left, BIT_OR)]
    for op, value in zip(node.ops, node.comparators):
        parts += [COMPARISONS[type(op)], operand(value, BIT_OR)]
    return " ".join(parts)


def _conditional(node: gast.IfExp) -> str:
    return f"{operand(node.body, OR)} if {operand(node.test, OR)} else {operand(node.orelse, TEST)}"


def _lambda(node: gast.Lambda) -> str:
    text = ", ".join(parameters(node.args))
    return f"lambda{' ' if text else ''}{text}: {operand(node.body, TEST)}"


def _walrus(node: gast.NamedExpr) -> str:
    return f"{expression(node.target)} := {operand(node.value, TEST)}"


def _attribute(node: gast.Attribute) -> str:
    value = node.value
    text = operand(value, ATOM)
    if isinstance(value, gast.Constant) and type(value.value) is int and not text.startswith("("):
        text = f"({text})"
    return f"{text}.{node.attr}"


def _call(node: gast.Call) -> str:
    function = operand(node.func, ATOM)
    if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], gast.GeneratorExp):
        return function + expression(node.args[0])
    texts = [operand(argument, TEST) for argument in node.args]
    for keyword in node.keywords:
        prefix = f"{keyword.arg}=" if keyword.arg else "**"
        texts.append(prefix + operand(keyword.value, TEST if keyword.arg else BIT_OR))
    return f"{function}({', '.join(texts)})"


def _subscript(node: gast.Subscript) -> str:
    return f"{operand(node.value, ATOM)}[{index(node.slice)}]"


def index(node: gast.AST) -> str:
    """What stands between the brackets of a subscript."""
    if not isinstance(node, gast.Tuple) or not node.elts:
        return _slice(node) if isinstance(node, gast.Slice) else operand(node, TEST)
    sliced = any(isinstance(item, gast.Slice) for item in node.elts)
    if not sliced and any(isinstance(item, gast.Starred) for item in node.elts):
        return expression(node)  # without the parentheses it is for Python 3.11 and later only
    texts = [_slice(item) if isinstance(item, gast.Slice) else operand(item, TEST) for item in node.elts]
    return ", ".join(texts) + ("," if len(texts) == 1 else "")


def _slice(node: gast.Slice) -> str:
    """`a:b`, and `a + 1 : b` with spaces where a bound is more than a name or a number."""
    bounds = (node.lower, node.upper, node.step)
    space = "" if all(bound is None or _simple(bound) for bound in bounds) else " "
    lower, upper, step = ("" if bound is None else operand(bound, TEST) for bound in bounds)
    text = f"{lower}{space if lower else ''}:{space if upper else ''}{upper}"
    return text if not step else f"{text}{space if upper else ''}:{space}{step}"


def _simple(node: gast.AST) -> bool:
    if isinstance(node, gast.UnaryOp) and not isinstance(node.op, gast.Not):
        node = node.operand
    return isinstance(node, (gast.Name, gast.Constant))


def _tuple(node: gast.Tuple) -> str:
    return f"({_items(node.elts)}{',' if len(node.elts) == 1 else ''})"


def _list(node: gast.List) -> str:
    return f"[{_items(node.elts)}]"


def _set(node: gast.Set) -> str:
    return f"{{{_items(node.elts) or '*()'}}}"


def _dict(node: gast.Dict) -> str:
    texts = [
        f"**{operand(value, BIT_OR)}" if key is None else f"{operand(key, TEST)}: {operand(value, TEST)}"
        for key, value in zip(node.keys, node.values)
    ]
    return f"{{{', '.join(texts)}}}"


def _starred(node: gast.Starred) -> str:
    return f"*{operand(node.value, BIT_OR)}"


def comprehension_parts(node: gast.AST) -> list[str]:
    """The element, each `for` and each `if` of a comprehension."""
    if isinstance(node, gast.DictComp):
        parts = [f"{operand(node.key, TEST)}: {operand(node.value, TEST)}"]
    else:
        parts = [operand(node.elt, TEST)]
    for part in node.generators:
        word = "async for" if part.is_async else "for"
        parts.append(f"{word} {bare(part.target)} in {operand(part.iter, OR)}")
        parts += [f"if {operand(test, OR)}" for test in part.ifs]
    return parts


def _comprehended(node: gast.AST) -> str:
    return " ".join(comprehension_parts(node))


def _await(node: gast.Await) -> str:
    return f"await {operand(node.value, ATOM)}"


def _yield(node: gast.Yield) -> str:
    return "yield" if node.value is None else f"yield {bare(node.value)}"


def _yield_from(node: gast.YieldFrom) -> str:
    return f"yield from {operand(node.value, TEST)}"


def _constant(node: gast.Constant) -> str:
    return ("u" if node.kind == "u" else "") + _literal(node.value)


def _literal(value: Any) -> str:
    if value is Ellipsis:
        return "..."
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bytes):
        return "b" + string(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    if type(value) is float and math.isnan(value):
        return "(1e309 - 1e309)"
    if type(value) is complex and (value.real or str(value.real) != "0.0" or not str(value.imag)[0].isdigit()):
        return f"complex({_literal(value.real)}, {_literal(value.imag)})"
    if value is None or type(value) in (bool, int, float, complex):
        return repr(value).replace("e+", "e").replace("inf", "1e309")
    raise TypeError(f"no text for a constant of type {type(value).__name__}")


def string(value: str | bytes) -> str:
    """A string literal (without the `b` of bytes), in double quotes unless that takes more escapes."""
    text = repr(value).removeprefix("b")
    if text[0] == '"':
        return text
    inside = text[1:-1]
    single, double = inside.count("\\'"), inside.count('"')
    if double > single:
        return text
    return '"' + inside.replace("\\'", "'").replace('"', '\\"') + '"'


def _formatted(node: gast.JoinedStr) -> str:
    """An f-string; where quotes of both kinds or backslashes are nested, as the standard library writes it."""
    parts = []
    for value in node.values:
        part = _field(value) if isinstance(value, gast.FormattedValue) else None
        if isinstance(value, gast.Constant):
            inside = repr(value.value + '"')[1:-1]  # with a double quote in it, repr quotes by single ones
            part = inside[:-1].replace("\\'", "'").replace('"', '\\"').replace("{", "{{").replace("}", "}}")
            part = None if "\\N" in part else part
        if part is None:
            return ast.unparse(gast.gast_to_ast(node))
        parts.append(part)
    return 'f"' + "".join(parts) + '"'


def _field(node: gast.FormattedValue) -> str | None:
    """`{x!r:>10}`; None where its text does not go between double quotes (in Python before 3.12)."""
    text = operand(node.value, OR)
    if "'" not in text:
        text = text.replace('"', "'")
    conversion = "" if node.conversion == -1 else f"!{chr(node.conversion)}"
    pieces = []
    for value in node.format_spec.values if node.format_spec is not None else ():
        piece = _field(value) if isinstance(value, gast.FormattedValue) else value.value
        if piece is None or (isinstance(value, gast.Constant) and ("{" in piece or "}" in piece)):
            return None
        pieces.append(piece)
    spec = "" if node.format_spec is None else ":" + "".join(pieces)
    if any(letter in text + spec for letter in '"\\\n'):
        return None
    return f"{{{' ' if text.startswith('{') else ''}{text}{conversion}{spec}}}"


def parameters(node: gast.arguments) -> list[str]:
    """The parameters of a function, each as text; `/` and `*` among them."""
    texts = []
    plain = [*node.posonlyargs, *node.args]
    without = len(plain) - len(node.defaults)
    for position, name in enumerate(plain):
        texts.append(_parameter(name, node.defaults[position - without] if position >= without else None))
        if position + 1 == len(node.posonlyargs):
            texts.append("/")
    if node.vararg:
        texts.append(_parameter(node.vararg, None, "*"))
    elif node.kwonlyargs:
        texts.append("*")
    texts += [_parameter(name, default) for name, default in zip(node.kwonlyargs, node.kw_defaults)]
    if node.kwarg:
        texts.append(_parameter(node.kwarg, None, "**"))
    return texts


def _parameter(name: gast.Name, default: gast.AST | None, stars: str = "") -> str:
    annotated = getattr(name, "annotation", None) is not None
    text = f"{stars}{name.id}" + (f": {operand(name.annotation, TEST)}" if annotated else "")
    if default is None:
        return text
    return f"{text} = {operand(default, TEST)}" if annotated else f"{text}={operand(default, TEST)}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    gast.Name: _name,
    gast.Constant: _constant,
    gast.BinOp: _binary,
    gast.UnaryOp: _unary,
    gast.BoolOp: _boolean,
    gast.Compare: _compare,
    gast.IfExp: _conditional,
    gast.Lambda: _lambda,
    gast.NamedExpr: _walrus,
    gast.Attribute: _attribute,
    gast.Call: _call,
    gast.Subscript: _subscript,
    gast.Slice: _slice,
    gast.Tuple: _tuple,
    gast.List: _list,
    gast.Set: _set,
    gast.Dict: _dict,
    gast.Starred: _starred,
    gast.ListComp: lambda node: f"[{_comprehended(node)}]",
    gast.SetComp: lambda node: f"{{{_comprehended(node)}}}",
    gast.DictComp: lambda node: f"{{{_comprehended(node)}}}",
    gast.GeneratorExp: lambda node: f"({_comprehended(node)})",
    gast.Await: _await,
    gast.Yield: _yield,
    gast.YieldFrom: _yield_from,
    gast.JoinedStr: _formatted,
}
