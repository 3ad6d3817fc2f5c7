"""`with`: kept for contexts that change no value and catch no exception, one context to a statement."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import textwrap
import types
import warnings
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff.normalize.assignments import bind

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["context"]

_HARMLESS: tuple[Any, ...] = (
    np.errstate,
    np.printoptions,
    warnings.catch_warnings,
    contextlib.nullcontext,
    contextlib.redirect_stdout,
    contextlib.redirect_stderr,
    contextlib.closing,
    open,
)


def context(flat: Flattener, statement: gast.With) -> None:
    """`with a() as b, c(): ...`."""
    item, others = statement.items[0], statement.items[1:]
    call = item.context_expr
    if _suppresses(flat, call):
        body = [flat.like(statement, gast.With(others, statement.body, None))] if others else statement.body
        kinds = flat.like(call, gast.Tuple(call.args, gast.Load()))
        handler = flat.like(call, gast.ExceptHandler(kinds, None, [flat.like(call, gast.Pass())]))
        flat.statement(flat.like(statement, gast.Try(body, [handler], [], [])))
        return
    if not _is_harmless(flat, call):
        way_out = "Open it around the call of the function, or move what it is for into a function of its own."
        raise flat.refuse(call, "a context that may catch exceptions or change values", way_out)
    expression = flat.value(call, "context")
    target = item.optional_vars
    if target is not None and not isinstance(target, gast.Name):
        name = flat.names.fresh("context")
        target, inner = flat.like(target, gast.Name(name, gast.Store(), None, None)), target
        first = flat.collect(lambda: bind(flat, inner, flat.read(name, inner)))
    else:
        first = []
    if others:
        rest = flat.like(statement, gast.With(others, statement.body, None))
        body = flat.block([rest])
    else:
        body = flat.block(statement.body)
    new = gast.withitem(expression, target)
    flat.emit(gast.With([new], [*first, *body], None))


def _suppresses(flat: Flattener, node: gast.expr) -> bool:
    """Whether a context is `contextlib.suppress(...)`: a `try` in other words."""
    if not isinstance(node, gast.Call) or flat.purity.object_of(node.func) is not contextlib.suppress:
        return False
    return not node.keywords and not any(isinstance(argument, gast.Starred) for argument in node.args)


def _is_harmless(flat: Flattener, node: gast.expr) -> bool:
    """Whether a context is known to catch no exception."""
    manager = flat.purity.object_of(node.func if isinstance(node, gast.Call) else node)
    if manager is None:
        return False
    if any(manager is known for known in _HARMLESS):
        return True
    if isinstance(manager, functools.partial):
        return False
    if isinstance(manager, types.FunctionType):
        return hasattr(manager, "__wrapped__") and _passes_exceptions_on(manager)
    kind = manager if isinstance(manager, type) else type(manager)
    if kind.__module__ in ("_thread", "threading") or issubclass(kind, io.IOBase):
        return True
    leave = inspect.getattr_static(kind, "__exit__", None)
    return isinstance(leave, types.FunctionType) and _returns_nothing(leave)


def _passes_exceptions_on(manager: Any) -> bool:
    """Whether a generator under `contextlib.contextmanager` has no `except` that could catch."""
    if manager.__code__.co_filename != contextlib.__file__:
        return False
    tree = _tree_of(manager.__wrapped__)
    if tree is None:
        return False
    return not any(isinstance(node, (gast.ExceptHandler, gast.With)) for node in gast.walk(tree))


def _returns_nothing(function: types.FunctionType) -> bool:
    """Whether `__exit__` always returns None or False."""
    tree = _tree_of(function)
    if tree is None:
        return False
    returns = [node.value for node in gast.walk(tree) if isinstance(node, gast.Return)]
    return all(value is None or (isinstance(value, gast.Constant) and not value.value) for value in returns)


def _tree_of(function: Any) -> gast.AST | None:
    try:
        return gast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
