"""Functions that library objects are: `functools.partial(f, a)` and its like as the inner function they stand for."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcdiff.build import assign, attribute, constant, display, is_constant, name, subscript
from srcdiff.transform.equivalents import vectorized

__all__ = ["MAKERS", "made_function", "parts_of"]

Body = tuple[gast.arguments, list[gast.stmt]]
Maker = Callable[[list[gast.expr], list[gast.keyword], Callable[[Any], gast.expr]], "Body | None"]


def made_function(
    maker: Any,
    title: str,
    arguments: list[gast.expr],
    keywords: list[gast.keyword],
    literal: Callable[[Any], gast.expr],
) -> gast.FunctionDef | None:
    """The function that `maker(*arguments, **keywords)` returns; None where that cannot be written.

    Parameters
    ----------
    arguments, keywords
        Names that nothing binds again, and constants.
    literal : callable
        An expression for an object.
    """
    made = MAKERS[maker](arguments, keywords, literal)
    if made is None:
        return None
    parameters, body = made
    return gast.FunctionDef(title, parameters, body, [], None, None, [])


def parts_of(value: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]] | None:
    """What made an object, and from which arguments; None for other objects."""
    if isinstance(value, functools.partial):
        return functools.partial, (value.func, *value.args), value.keywords
    if isinstance(value, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):
        reduced: Any = value.__reduce__()
        maker, arguments = reduced[:2]
        keywords = getattr(maker, "keywords", {})  # a methodcaller with keywords is reduced to a partial
        return getattr(maker, "func", maker), (*getattr(maker, "args", ()), *arguments), keywords
    if type(value) is np.vectorize:
        plain = value.otypes is None and value.signature is None and not value.excluded and not value.cache
        return (np.vectorize, (value.pyfunc,), {}) if plain else None
    return None


def _parameters(*names: str, rest: str | None = None, more: str | None = None) -> gast.arguments:
    def parameter(title: str | None) -> gast.Name | None:
        return gast.Name(title, gast.Param(), None, None) if title is not None else None

    return gast.arguments([parameter(n) for n in names], [], parameter(rest), [], [], parameter(more), [])


def _returned(value: gast.expr) -> list[gast.stmt]:
    return [assign("result", value), gast.Return(name("result"))]


def _partial(arguments: list[gast.expr], keywords: list[gast.keyword], _literal: Any) -> Body | None:
    if not arguments:
        return None
    function, *first = arguments
    rest = gast.Starred(name("arguments"), gast.Load())
    more: gast.expr = name("keywords")
    if keywords:  # those of the call take the place of those of the partial
        more = gast.Dict([*(constant(k.arg) for k in keywords), None], [*(k.value for k in keywords), more])
    call = gast.Call(function, [*first, rest], [gast.keyword(None, more)])
    return _parameters(rest="arguments", more="keywords"), _returned(call)


def _itemgetter(arguments: list[gast.expr], keywords: list[gast.keyword], _literal: Any) -> Body | None:
    if not arguments or keywords:
        return None
    if len(arguments) == 1:
        return _parameters("items"), _returned(subscript(name("items"), arguments[0]))
    titles = [f"item_{k}" for k in range(len(arguments))]
    taken = [assign(title, subscript(name("items"), key)) for title, key in zip(titles, arguments, strict=True)]
    return _parameters("items"), [*taken, *_returned(display(map(name, titles)))]


def _attrgetter(arguments: list[gast.expr], keywords: list[gast.keyword], _literal: Any) -> Body | None:
    if keywords or len(arguments) != 1 or not is_constant(arguments[0]) or not isinstance(arguments[0].value, str):
        return None
    *path, last = arguments[0].value.split(".")
    steps = [assign("owner", attribute(name("owner"), part)) for part in path]
    return _parameters("owner"), [*steps, *_returned(attribute(name("owner"), last))]


def _methodcaller(arguments: list[gast.expr], keywords: list[gast.keyword], _literal: Any) -> Body | None:
    if not arguments or not is_constant(arguments[0]):
        return None
    method = attribute(name("owner"), arguments[0].value)
    return _parameters("owner"), _returned(gast.Call(method, arguments[1:], keywords))


def _vectorize(arguments: list[gast.expr], keywords: list[gast.keyword], literal: Any) -> Body | None:
    if keywords or len(arguments) != 1:
        return None
    call = gast.Call(literal(vectorized), [arguments[0], gast.Starred(name("arguments"), gast.Load())], [])
    return _parameters(rest="arguments"), _returned(call)


def _cache(arguments: list[gast.expr], keywords: list[gast.keyword], _literal: Any) -> Body | None:
    """`functools.cache(f)`, `functools.lru_cache(f)`: every call is one of `f`; and the decorator `lru_cache(size)`."""
    if len(arguments) != 1 or keywords or isinstance(arguments[0], gast.Constant):
        return _same("function") if not any(isinstance(a, gast.Name) for a in arguments) else None
    call = gast.Call(
        arguments[0], [gast.Starred(name("arguments"), gast.Load())], [gast.keyword(None, name("keywords"))]
    )
    return _parameters(rest="arguments", more="keywords"), _returned(call)


def _wraps(_arguments: list[gast.expr], _keywords: list[gast.keyword], _literal: Any) -> Body | None:
    """`functools.wraps(f)`, a decorator that changes names and documentation only."""
    return _same("wrapper")


def _same(parameter: str) -> Body:
    return _parameters(parameter), _returned(name(parameter))


MAKERS: dict[Any, Maker] = {
    functools.cache: _cache,
    functools.lru_cache: _cache,
    functools.wraps: _wraps,
    functools.partial: _partial,
    operator.itemgetter: _itemgetter,
    operator.attrgetter: _attrgetter,
    operator.methodcaller: _methodcaller,
    np.vectorize: _vectorize,
}
