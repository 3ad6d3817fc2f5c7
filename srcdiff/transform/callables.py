"""What may be called in a function, as far as it is known when its text is built."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff.build import constant
from srcdiff.source import own_signature

__all__ = [
    "Arguments",
    "Inner",
    "Known",
    "arguments_of",
    "bind",
    "collects",
    "is_hashable",
    "python_signature",
    "signature_of",
]


@dataclass(frozen=True, eq=False)
class Inner:
    """A function defined in the text; `here` tells whether its lines are those of the text."""

    node: gast.FunctionDef
    here: bool = True


@dataclass(frozen=True, eq=False)
class Known:
    """A Python function that is known when the text is built; `first` is the object of a bound method."""

    function: Any
    first: Any = None


@dataclass(frozen=True, eq=False)
class Arguments:
    """What a callee collects in `*args` or `**kwargs`."""

    positional: tuple[gast.expr, ...] = ()
    keywords: tuple[gast.keyword, ...] = ()


def signature_of(node: gast.FunctionDef) -> inspect.Signature:
    """The signature of an inner function, its defaults as expressions."""
    parameters = []
    plain = [*[(a, inspect.Parameter.POSITIONAL_ONLY) for a in node.args.posonlyargs]]
    plain += [(a, inspect.Parameter.POSITIONAL_OR_KEYWORD) for a in node.args.args]  # type: ignore[misc]
    missing = len(plain) - len(node.args.defaults)
    for index, (argument, kind) in enumerate(plain):
        default = node.args.defaults[index - missing] if index >= missing else inspect.Parameter.empty
        parameters.append(inspect.Parameter(argument.id, kind, default=default))
    if node.args.vararg is not None:
        parameters.append(inspect.Parameter(node.args.vararg.id, inspect.Parameter.VAR_POSITIONAL))
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        given = default if default is not None else inspect.Parameter.empty
        parameters.append(inspect.Parameter(argument.id, inspect.Parameter.KEYWORD_ONLY, default=given))
    if node.args.kwarg is not None:
        parameters.append(inspect.Parameter(node.args.kwarg.id, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def arguments_of(display: gast.Tuple | gast.Dict) -> Arguments:
    """What `*args` or `**kwargs` collected, from the display that the call was given."""
    if isinstance(display, gast.Tuple):
        return Arguments(positional=tuple(display.elts))
    return Arguments(
        keywords=tuple(gast.keyword(k.value, v) for k, v in zip(display.keys, display.values, strict=True))
    )


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def bind(signature: inspect.Signature, arguments: list[Any], keywords: list[gast.keyword]) -> dict[str, Any] | None:
    """What stands for each parameter; None where the call cannot be taken apart.

    `*args` gets a tuple display, in which starred items are left only if everything before them has its parameter.
    """
    if any(k.arg is None for k in keywords):
        return None
    starred = next((k for k, a in enumerate(arguments) if isinstance(a, gast.Starred)), None)
    if starred is not None:
        taking = [p for p in signature.parameters.values() if p.kind in _POSITIONAL]
        varying = any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values())
        if not varying or starred < len(taking):
            return None
    try:
        bound = signature.bind(*arguments, **{k.arg: k.value for k in keywords})
    except TypeError:
        return None
    values: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            values[parameter.name] = gast.Tuple(list(bound.arguments.get(parameter.name, ())), gast.Load())
        elif parameter.kind is parameter.VAR_KEYWORD:
            extra = bound.arguments.get(parameter.name, {})
            values[parameter.name] = gast.Dict([constant(k) for k in extra], list(extra.values()))
        else:
            values[parameter.name] = bound.arguments.get(parameter.name, parameter.default)
    return values


def collects(function: Any) -> bool:
    """Whether a function has `*args` or `**kwargs`: what it passes on depends on the call."""
    return bool(function.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS))


def python_signature(function: Any) -> inspect.Signature:
    """The signature of the function itself, not of one that it wraps."""
    return own_signature(function)


def is_hashable(value: Any) -> bool:
    """Whether a value can be looked up in a table."""
    try:
        hash(value)
    except TypeError:
        return False
    return True
