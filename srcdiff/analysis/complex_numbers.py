"""Whether complex numbers can occur in a function at all: only then does its derivative need conjugates.

The answer is taken from names and constants before anything is inferred, and errs on the safe side: what may be complex
for all that is known gets text for complex numbers, which is right for real ones too.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.rules import registry

__all__ = ["complex_numbers_occur"]

_FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
        fft ifft fft2 ifft2 fftn ifftn rfft rfft2 rfftn ihfft ihfft2 ihfftn eig eigvals roots polyroots hilbert
        hilbert2 ordqz qz schur rsf2csf sqrtm logm csingle cdouble clongdouble complexfloating emath scimath
        """,
    )
)
"""Functions and types, by their last name, that give complex numbers though their operands are real."""

_PLAIN = (str, bytes, int, float, bool, type(None), range, slice, np.floating, np.integer, np.bool_)

_LIBRARIES = frozenset(("builtins", "collections", "functools", "math", "numpy", "operator", "scipy", "srcdiff"))
"""Where to look at names only."""

_LIMIT = 4000
"""How many objects to look at before the answer is that there may be complex numbers."""


def complex_numbers_occur(function: core.Function, parameters: Iterable[Fact], objects: Mapping[str, Any]) -> bool:
    """Whether a complex number can occur in `function`, given the facts of its parameters.

    `objects` are what names mean that have come into the function from elsewhere.
    """
    if any(_is_complex_fact(fact) for fact in parameters):
        return True
    code = getattr(function.source.function, "__code__", None)
    seen: set[Any] = set()
    if code is not None and _mentioned(function.source.function, seen):
        return True
    return any(_in_statement(node, function, objects, seen) for node in function.body)


def _is_complex_fact(fact: Fact) -> bool:
    if fact.letter == "c" or (fact.kind == "opaque" and _may_hide(fact.type)):
        return True
    if fact.value is not None and not fact.numeric and _is_complex_object(fact.value, set()):
        return True
    return any(_is_complex_fact(item) for item in (*(fact.items or ()), *([fact.item] if fact.item else [])))


def _may_hide(kind: type | None) -> bool:
    """Whether an object of a class may have complex numbers in its attributes: it is no plain value."""
    return kind is not None and not issubclass(kind, (*_PLAIN, set, frozenset, np.dtype, types.FunctionType, type))


def _in_statement(statement: gast.stmt, function: core.Function, objects: Mapping[str, Any], seen: set[Any]) -> bool:
    for node in gast.walk(statement):
        if isinstance(node, gast.Constant) and _is_complex_constant(node.value):
            return True
        if isinstance(node, gast.Attribute) and node.attr in _FUNCTIONS:
            return True
        if isinstance(node, (gast.Name, gast.Attribute)) and isinstance(node.ctx, gast.Load):
            if isinstance(node, gast.Name) and node.id in objects and _is_complex_object(objects[node.id], seen):
                return True
            try:
                found = function.source.resolve(node)
            except LookupError:
                continue
            if _is_complex_object(found, seen):
                return True
    return False


def _is_complex_constant(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower().lstrip("<>=|").startswith(("complex", "c8", "c16")) or value in ("D", "G")
    return isinstance(value, complex)


def _is_complex_object(value: Any, seen: set[Any]) -> bool:
    """Whether a global or captured object is complex, holds complex numbers, or makes them out of real ones."""
    if id(value) in seen or isinstance(value, (*_PLAIN, types.ModuleType)):
        return isinstance(value, str) and _is_complex_constant(value)
    seen.add(id(value))
    if len(seen) > _LIMIT:
        return True
    if isinstance(value, (complex, np.complexfloating)):
        return True
    if isinstance(value, np.ndarray):
        return bool(value.dtype.kind == "c")
    if isinstance(value, np.dtype):
        return bool(value.kind == "c")
    if isinstance(value, type):
        return issubclass(value, (complex, np.complexfloating)) or _of_class(value, seen)
    rule = registry.lookup(value)
    if rule is not None:
        return rule.returns == "complex" or getattr(value, "__name__", "") in _FUNCTIONS
    if isinstance(value, types.MethodType):
        return _is_complex_object(value.__func__, seen) or _is_complex_object(value.__self__, seen)
    if isinstance(value, types.FunctionType):
        library = (value.__module__ or "").partition(".")[0] in _LIBRARIES
        return value.__name__ in _FUNCTIONS if library else _mentioned(value, seen)
    return any(_is_complex_object(item, seen) for item in _parts(value))


def _of_class(value: type, seen: set[Any]) -> bool:
    own = value.__module__.partition(".")[0] not in _LIBRARIES
    return own and any(_is_complex_object(item, seen) for item in vars(value).values())


def _parts(value: Any) -> Iterator[Any]:
    """What an object holds."""
    if isinstance(value, (list, tuple, set, frozenset)):
        yield from list(value)[:64]
    elif isinstance(value, dict):
        yield from list(value.values())[:64]
    else:
        yield from getattr(value, "__dict__", {}).values()
        wrapped = getattr(type(value), "__call__", None)  # noqa: B004
        if isinstance(wrapped, types.FunctionType):
            yield wrapped


def _mentioned(function: types.FunctionType, seen: set[Any]) -> bool:
    """Whether a Python function has complex constants, or uses what makes complex numbers."""
    scope = function.__globals__
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        if any(_is_complex_constant(constant) for constant in code.co_consts) or _FUNCTIONS & set(code.co_names):
            return True
        if any(_is_complex_object(scope[name], seen) for name in code.co_names if name in scope):
            return True
        if "complex" in code.co_names or any(name.startswith(("complex64", "complex128")) for name in code.co_names):
            return True
    for cell in function.__closure__ or ():
        try:
            captured = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
        if _is_complex_object(captured, seen):
            return True
    return False
