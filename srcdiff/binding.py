"""A primal taken apart: the Python function to differentiate, the parameters that a caller gives, and what is bound.

A primal may be a function, a method, a partial, a callable object, a Numba dispatcher, a function that has a rule but
no Python source, or another derivative. What `wrt` names is resolved against its signature here, too.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import linecache
import operator
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from srcdiff.entry import parameters_text
from srcdiff.errors import Place, UnsupportedError
from srcdiff.kinds import Kind, NeedsKind, SequenceKind
from srcdiff.load import load
from srcdiff.rules import load_rules, registry
from srcdiff.source import own_signature
from srcdiff.structures import describe_value

__all__ = [
    "Callee",
    "Resolved",
    "Target",
    "Wrt",
    "checked_wrt",
    "own_signature",
    "place_of",
    "resolve_targets",
    "take_apart",
]

Wrt = int | str | Sequence[int | str]
Kinds = tuple[tuple[str, Kind], ...]
Constants = tuple[tuple[str, Any], ...]
Captured = tuple[tuple[Any, str, Any], ...]


@dataclass(frozen=True)
class Resolved:
    """What to generate from, for arguments of certain kinds.

    Attributes
    ----------
    function : function
        A Python function.
    bound : tuple
        (parameter, value) of what is bound besides what the callee binds anyway.
    captured : tuple
        What the function itself was made from, if it is generated.
    """

    function: Callable[..., Any]
    bound: tuple[tuple[str, Any], ...] = ()
    captured: Captured = ()


@dataclass(frozen=True)
class Callee:
    """A primal taken apart.

    Attributes
    ----------
    name : str
        What people call it.
    function : function
        The Python function inside; for a derivative whose text depends on kinds, its primal's.
    signature : inspect.Signature
        The parameters that a caller gives: what is bound by position is no longer among them.
    bound : tuple
        (parameter of `function`, value).
    constants_bound : bool
        Constant arguments (None, numbers that are not floating, strings) are bound too: a rule is chosen by them.
    dispatcher : object or None
        The Numba dispatcher that the function came from.
    resolve : callable or None
        `resolve(kinds, constants)` gives the function for these arguments, where that is not always `function`.
    finish : callable or None
        `finish(values, output)` gives a generated primal's output the structure that people know it in.
    with_seed : callable or None
        `with_seed(gradient)` is this callee with another seed, where it is a derivative.
    """

    name: str
    function: Callable[..., Any]
    signature: inspect.Signature
    bound: tuple[tuple[str, Any], ...] = ()
    constants_bound: bool = False
    dispatcher: Any = None
    resolve: Callable[[Kinds, Constants], Resolved] | None = None
    finish: Callable[[dict[str, Any], Any], Any] | None = None
    with_seed: Callable[[Any], Callee] | None = None

    def resolved(self, kinds: Kinds, constants: Constants = ()) -> Resolved:
        """The function for arguments of these kinds, with these constants among them."""
        return Resolved(self.function) if self.resolve is None else self.resolve(kinds, constants)


@dataclass(frozen=True)
class Target:
    """What is differentiated by: a parameter, or a path into the structure that is its argument."""

    parameter: str
    steps: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.parameter + "".join(f".{key}" if how == "." else f"[{key!r}]" for how, key in self.steps)

    def of(self, value: Any) -> Any:
        """The part of an argument, or of its gradient, that the path leads to."""
        path = self.parameter
        for how, key in self.steps:
            try:
                value = getattr(value, key) if how == "." else value[key]
            except (AttributeError, LookupError, TypeError):
                here = f"`{path}` is {describe_value(value)}"
                raise TypeError(f"there is no `{self}`: {here}, without {'.' + key if how == '.' else [key]}") from None
            path += f".{key}" if how == "." else f"[{key!r}]"
        return value


def checked_wrt(wrt: Any) -> tuple[tuple[int | str, ...], bool]:
    """The entries of `wrt`, and whether there is a single one.

    Raises
    ------
    TypeError
        For anything but a position, a name, a path or a sequence of these.
    """
    if isinstance(wrt, (list, tuple)):
        if not wrt:
            raise TypeError("`wrt` is empty: name at least one parameter")
        return tuple(_checked_entry(entry) for entry in wrt), False
    return (_checked_entry(wrt),), True


def _checked_entry(entry: Any) -> int | str:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, bool):
        try:
            return operator.index(entry)
        except TypeError:
            pass
    raise TypeError(
        f"`wrt` takes a position, a parameter name, a path such as \"params['w']\", or a sequence of these, "
        f"not {describe_value(entry)}"
    )


def resolve_targets(entries: Sequence[int | str], callee: Callee) -> tuple[Target, ...]:
    """The parameters, and paths into them, that the entries of `wrt` mean.

    Raises
    ------
    TypeError
        Where there is no such parameter, or two entries overlap.
    """
    targets = tuple(_target(entry, callee) for entry in entries)
    for k, target in enumerate(targets):
        for other in targets[:k]:
            length = min(len(target.steps), len(other.steps))
            if target.parameter == other.parameter and target.steps[:length] == other.steps[:length]:
                raise TypeError(f"`wrt` names `{target}` and `{other}`, which overlap: name each part once")
    return targets


def _target(entry: int | str, callee: Callee) -> Target:
    parameters = callee.signature.parameters
    if isinstance(entry, int):
        return _positional_target(entry, callee)
    target = _parsed_path(entry)
    if target.parameter in parameters:
        return target
    for p in parameters.values():
        if p.kind is p.VAR_KEYWORD:
            return Target(p.name, (("[", target.parameter), *target.steps))
    if target.parameter in dict(callee.bound):
        raise TypeError(f"`wrt` names `{target.parameter}`, which is bound already in {callee.name}")
    raise TypeError(f"`wrt` names `{entry}`: {callee.name}{callee.signature} has no such parameter")


def _positional_target(position: int, callee: Callee) -> Target:
    parameters = list(callee.signature.parameters.values())
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if -len(named) <= position < len(named):
        return Target(named[position])
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL and position >= 0:
            return Target(p.name, (("[", position - len(named)),))
    raise TypeError(
        f"`wrt` is position {position}: {callee.name}{callee.signature} has {len(named)} positional parameters"
    )


def _parsed_path(text: str) -> Target:
    """`params['w'][0].scale` as a parameter and steps."""
    steps: list[tuple[str, Any]] = []
    try:
        node = ast.parse(text.strip(), mode="eval").body
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute):
                steps.append((".", node.attr))
            elif isinstance(node, ast.Subscript):
                steps.append(("[", ast.literal_eval(node.slice)))
            else:
                raise ValueError
            node = node.value
    except (SyntaxError, ValueError):
        raise TypeError(f"`wrt` names {text!r}: neither a parameter nor a path such as \"params['w']\"") from None
    return Target(node.id, tuple(reversed(steps)))


def place_of(function: Callable[..., Any]) -> Place | None:
    """Where a function is defined, for messages."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    text = linecache.getline(code.co_filename, code.co_firstlineno).rstrip("\n")
    at = max(text.find(code.co_name), 0)
    return Place(PurePath(code.co_filename).name, code.co_firstlineno, at + 1, text, len(code.co_name))


def take_apart(primal: Any) -> Callee:
    """The function inside a primal, the parameters that are left, and what is bound.

    Parameters
    ----------
    primal : callable
        What a user wants the derivative of.

    Raises
    ------
    UnsupportedError
        Where there is neither Python source nor a rule.
    """
    load_rules()
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    function, dispatcher = primal, None
    while True:
        method = getattr(type(function), "__srcdiff_callee__", None)
        if method is not None:
            inner: Callee = method(function)
            if inner.with_seed is not None and "gradient" in keywords:
                inner = inner.with_seed(keywords.pop("gradient"))
            return _applied(inner, positional, keywords, dispatcher)
        if registry.lookup(function) is not None:
            inner = _rule_callee(function)
            return _applied(inner, positional, keywords, dispatcher)
        if isinstance(function, types.FunctionType):
            inner = Callee(function.__name__, function, own_signature(function))
            return _applied(inner, positional, keywords, dispatcher)
        if isinstance(function, functools.partial):
            positional = [*function.args, *positional]
            keywords = {**function.keywords, **keywords}
            function = function.func
        elif isinstance(function, types.MethodType):
            positional = [function.__self__, *positional]
            function = function.__func__
        elif isinstance(getattr(function, "py_func", None), types.FunctionType):
            dispatcher, function = function, function.py_func
        else:
            function = _call_method(function)


def _call_method(function: Any) -> Any:
    """The method behind a callable object."""
    call = None if isinstance(function, type) else getattr(type(function), "__call__", None)  # noqa: B004
    if isinstance(call, types.FunctionType):
        return types.MethodType(call, function)
    name = registry.qualified_name(function) if callable(function) else repr(function)
    if isinstance(function, type):
        raise UnsupportedError(f"`{name}` is a class", "Differentiate a function that makes and uses its instances.")
    raise UnsupportedError(
        f"`{name}` has no Python source and no rule",
        f"Register a rule for it with @srcdiff.adjoint({name.rpartition('.')[2]}), or write it in Python.",
    )


def _applied(callee: Callee, positional: list[Any], keywords: dict[str, Any], dispatcher: Any) -> Callee:
    """A callee with arguments bound, as `functools.partial` and methods bind them."""
    parameters = list(callee.signature.parameters.values())
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(positional) > len(named):
        raise UnsupportedError(
            f"arguments bound to `*args` of `{callee.name}`",
            "Bind them in a function of your own.",
            place_of(callee.function),
        )
    bound = tuple((p.name, value) for p, value in zip(named, positional))
    rest = parameters[len(positional) :]
    unknown = set(keywords) - {p.name for p in rest}
    if unknown:
        raise UnsupportedError(
            f"`{sorted(unknown)[0]}` bound to `**keywords` of `{callee.name}`",
            "Bind it in a function of your own.",
            place_of(callee.function),
        )
    return replace(
        callee,
        signature=callee.signature.replace(parameters=_with_defaults(rest, keywords)),
        bound=(*callee.bound, *bound),
        dispatcher=dispatcher,
    )


def _with_defaults(parameters: list[inspect.Parameter], keywords: dict[str, Any]) -> list[inspect.Parameter]:
    """Parameters with arguments bound by keyword: these, and what follows them, are left by keyword only."""
    after = False
    changed = []
    for p in parameters:
        after = after or p.name in keywords
        if after and p.kind is p.VAR_POSITIONAL:
            continue
        if after and p.kind is p.POSITIONAL_OR_KEYWORD:
            p = p.replace(kind=p.KEYWORD_ONLY)
        changed.append(p.replace(default=keywords[p.name]) if p.name in keywords else p)
    return changed


def _rule_callee(function: Any) -> Callee:
    """A function that has a rule, as a little Python function that calls it."""
    rule = registry.lookup(function)
    assert rule is not None
    signature = _rule_signature(rule)
    dotted = registry.qualified_name(function)
    short = dotted.rpartition(".")[2]
    path, namespace = _reachable(function, dotted, short)
    defaults: dict[str, Any] = {}

    def default(parameter: str, value: Any) -> str:
        if value is None or type(value) in (int, float, str, bool):
            return repr(value)
        defaults[f"default_{parameter}"] = value
        return f"default_{parameter}"

    header = parameters_text(signature, default)
    arguments = ", ".join(_passed_on(p) for p in signature.parameters.values())
    text = f"def {short}_({header}):\n    return {path}({arguments})\n"
    namespace |= defaults
    wrapper = load(text, f"{short}_", namespace)[f"{short}_"]
    starred = [p for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL]

    def resolve(kinds: Kinds, constants: Constants) -> Resolved:
        """A wrapper that names the items of `*args` one by one, the constants among them as literals."""
        name = starred[0].name
        kind = dict(kinds).get(name)
        if not isinstance(kind, SequenceKind) or not kind.items:
            raise NeedsKind([name])
        given = dict(constants)
        items = []
        for k in range(len(kind.items)):
            item = f"{name}[{k}]"
            items.append(repr(given[item]) if item in given else item)
        plain = header.replace(f"*{name}", name, 1).replace(f"{name}, ", f"{name}, *, ", 1)
        text = f"def {short}_({plain}):\n    return {path}({arguments.replace(f'*{name}', ', '.join(items), 1)})\n"
        return Resolved(load(text, f"{short}_", namespace)[f"{short}_"])

    return Callee(short, wrapper, signature, constants_bound=True, resolve=resolve if starred else None)


def _passed_on(p: inspect.Parameter) -> str:
    if p.kind is p.VAR_POSITIONAL:
        return f"*{p.name}"
    if p.kind is p.VAR_KEYWORD:
        return f"**{p.name}"
    return p.name if p.default is p.empty else f"{p.name}={p.name}"


def _rule_signature(rule: registry.Rule) -> inspect.Signature:
    """The signature that the rule's templates have in common with the function."""
    templates = [t.function for t in (*rule.adjoints, *([rule.tangent] if rule.tangent else []))]
    if templates:
        own = inspect.signature(templates[0]).parameters.values()
        needed = {"gradient", "output", *(f"{p.name}_dot" for p in own)}
        return inspect.Signature(
            [p.replace(annotation=p.empty) for p in own if p.kind is not p.KEYWORD_ONLY or p.name not in needed]
        )
    names = rule.parameters or ("x",)
    return inspect.Signature([inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names])


def _reachable(function: Any, dotted: str, short: str) -> tuple[str, dict[str, Any]]:
    """How text can say the function: by its dotted path where that leads to it, by a name of its own otherwise."""
    root, _, rest = dotted.partition(".")
    try:
        module = importlib.import_module(root)
        found = operator.attrgetter(rest)(module) if rest else None
    except (ImportError, AttributeError):
        found = None
    if found is function:
        alias = "np" if root == "numpy" else root
        return f"{alias}.{rest}", {alias: module}
    return short, {short: function}
