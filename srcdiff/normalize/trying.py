"""`try`, in the one form from which it can be told afterwards what was executed.

>>> # try: root = np.linalg.cholesky(a)          failed = False
>>> # except np.linalg.LinAlgError:              try: root = np.linalg.cholesky(a)
>>> #     root = fallback(a)                     except np.linalg.LinAlgError: failed = True
>>> #                                            if failed: root = fallback(a)

A handler only notes that it was called; what it does comes after. So either all of the body of a `try` was executed, or
(in what anyone can see) nothing of it: a body with several visible results is made into as many `try`. Handlers that
end by raising may stay where they are, and so may `finally`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.trees import FUNCTIONS, bound_names, clone, is_atom, names_in, own_nodes, walk

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["attempt"]

_EXITS = (gast.Return, gast.Break, gast.Continue)


def attempt(flat: Flattener, statement: gast.Try) -> None:
    """`try: ... except ...: ... else: ... finally: ...`."""
    if statement.finalbody:
        _with_finally(flat, statement)
    elif all(_raises(handler.body) for handler in statement.handlers):
        _with_raising_handlers(flat, statement)
    else:
        _with_flags(flat, statement)


def _with_finally(flat: Flattener, statement: gast.Try) -> None:
    for node in leaving(statement.finalbody):
        way_out = "It would swallow exceptions: put it after the `try`."
        raise flat.refuse(node, "an exit from within `finally`", way_out)
    body = statement.body
    if statement.handlers:
        body = [flat.like(statement, gast.Try(body, statement.handlers, statement.orelse, []))]
    outer, flat.in_try = flat.in_try, True
    kept = flat.block(body)
    flat.in_try = outer
    flat.emit(gast.Try(kept, [], [], flat.block(statement.finalbody)))


def leaving(body: list[gast.stmt]) -> Iterator[gast.stmt]:
    """The exits in a block that leave it."""
    pending: list[tuple[gast.AST, bool]] = [(statement, False) for statement in reversed(body)]
    while pending:
        node, in_loop = pending.pop()
        if isinstance(node, gast.Return) or (isinstance(node, (gast.Break, gast.Continue)) and not in_loop):
            yield node
        for field in ("finalbody", "orelse", "handlers", "body"):
            inside = in_loop or (isinstance(node, (gast.For, gast.While)) and field == "body")
            if not isinstance(node, FUNCTIONS):
                block = getattr(node, field, None)
                pending.extend((part, inside) for part in reversed(block if isinstance(block, list) else []))


def _raises(body: list[gast.stmt]) -> bool:
    """Whether a block ends by raising, without an exit before."""
    if any(True for _ in leaving(body)):
        return False
    last = body[-1]
    if isinstance(last, gast.If):
        return bool(last.orelse) and _raises(last.body) and _raises(last.orelse)
    return isinstance(last, gast.Raise)


def _with_raising_handlers(flat: Flattener, statement: gast.Try) -> None:
    """Who comes past this statement has executed its whole body."""
    handlers = []
    outer, flat.in_try = flat.in_try, True
    body = flat.block(statement.body)
    flat.in_try = outer
    for handler in statement.handlers:
        kind = _type(flat, handler)
        name = handler.name.id if handler.name is not None else None
        if name is None and any(isinstance(node, gast.Raise) and node.exc is None for node in own_nodes(handler.body)):
            name = flat.names.fresh("error")
            kind = kind if kind is not None else flat.builtin("BaseException")
        inner = [_reraised(part, name) for part in clone(handler.body)]
        target = None if name is None else build.store(name)
        handlers.append(flat.like(handler, gast.ExceptHandler(kind, target, flat.block(inner))))
    flat.emit(gast.Try(body, handlers, [], []))
    for part in statement.orelse:
        flat.statement(part)


def _reraised(statement: gast.stmt, name: str | None) -> gast.stmt:
    """A statement of a handler with the exception of a bare `raise` named."""
    for node in own_nodes([statement]):
        if isinstance(node, gast.Raise) and node.exc is None and name is not None:
            node.exc = gast.copy_location(build.name(name), node)
    return statement


def _type(flat: Flattener, handler: gast.ExceptHandler) -> gast.expr | None:
    if handler.type is not None and not flat.purity.plain(handler.type):
        way_out = "Name the exceptions, or a tuple of them."
        raise flat.refuse(handler.type, "`except` with an expression that has effects", way_out)
    return clone(handler.type)


@dataclass
class _Handler:
    """A handler, the flag that it sets, and the variable in which it leaves the exception."""

    node: gast.ExceptHandler
    flag: str
    error: str | None


def _with_flags(flat: Flattener, statement: gast.Try) -> None:
    """Body first, each part of it under the handlers' flags; then the handlers, or `else`."""
    handlers = [_handler(flat, handler) for handler in statement.handlers]
    body, last = statement.body, None
    if isinstance(body[-1], _EXITS):
        body, last = body[:-1], body[-1]
    for node in leaving(body):
        way_out = "Set a variable in the `try`, and leave after it."
        raise flat.refuse(node, "an exit from the middle of `try` with handlers", way_out)
    for handler in handlers:
        flat.assign(handler.flag, build.constant(False))
    visible = _visible(flat, statement, body)
    apart = {} if flat.in_try else _apart(flat, statement, body, visible)
    body = _renamed(body, apart)
    if not isinstance(last, gast.Return):
        body += [flat.like(statement, build.assign(name, build.name(new))) for name, new in apart.items()]
    orelse = list(statement.orelse)
    outer, flat.in_try = flat.in_try, True
    core = flat.block(body)
    if isinstance(last, gast.Return) and last.value is not None:
        core += flat.collect(lambda: flat.assign(flat.output, flat.value(last.value, flat.output)))
        orelse.insert(0, flat.like(last, gast.Return(flat.read(flat.output, last))))
        visible.add(flat.output)
    elif last is not None:
        orelse.insert(0, last)
    flat.in_try = outer
    for part in _parts(flat, statement, core, visible, handlers):
        flat.out.append(part)
    flat.at = statement
    _dispatch(flat, handlers, orelse)


def _handler(flat: Flattener, node: gast.ExceptHandler) -> _Handler:
    flag = flat.names.fresh("failed")
    needs_error = node.name is not None or any(
        isinstance(part, gast.Raise) and part.exc is None for part in own_nodes(node.body)
    )
    return _Handler(node, flag, flat.names.fresh("error") if needs_error else None)


def _visible(flat: Flattener, statement: gast.Try, body: list[gast.stmt]) -> set[str]:
    """What the body binds and someone outside of it may read, were the body left half done."""
    bound = bound_names(body)
    inside = Counter(_occurrences([*body, *statement.orelse]))
    everywhere = Counter(_occurrences(flat.tree.body))
    return {
        name for name in bound if everywhere[name] > inside[name] or (flat.loops > 0 and not _is_set_first(body, name))
    }


def _apart(flat: Flattener, statement: gast.Try, body: list[gast.stmt], visible: set[str]) -> dict[str, str]:
    """Visible variables that nobody reads once the body has failed, with names for them while it is under way.

    So the whole body is one piece, of which only the end shows.
    """
    steps = [*body, *([] if len(body) == len(statement.body) else statement.body[-1:])]
    bindings = Counter(name for part in body for name in bound_names([part]) & visible)
    if len(steps) < 2 or not all(isinstance(part, (gast.Assign, gast.Expr, gast.Return)) for part in steps):
        return {}
    captured = names_in([node for node in walk(flat.tree.body) if isinstance(node, FUNCTIONS)])
    hidden = {}
    for name in sorted(bindings, key=lambda name: min(i for i, part in enumerate(body) if name in names_in([part]))):
        alone = bindings[name] == 1 and name in bound_names(body[-1:]) and len(steps) == len(body)
        if name not in captured and not alone and _is_set_first(body, name):
            if all(_is_set_first(handler.body, name) for handler in statement.handlers):
                hidden[name] = flat.names.fresh(f"{name}_new")
    return hidden


def _is_set_first(body: list[gast.stmt], name: str) -> bool:
    """Whether the first statement of a block that mentions a variable binds it, without reading it."""
    first = next((part for part in body if name in names_in([part])), None)
    if not isinstance(first, gast.Assign) or name in names_in([first.value]):
        return False
    return any(isinstance(target, gast.Name) and target.id == name for target in first.targets)


def _renamed(body: list[gast.stmt], names: dict[str, str]) -> list[gast.stmt]:
    if not names:
        return list(body)
    body = clone(body)
    for node in walk(body):
        if isinstance(node, gast.Name) and node.id in names:
            node.id = names[node.id]
    return body


def _occurrences(nodes: list[gast.stmt]) -> list[str]:
    return [node.id for node in walk(nodes) if isinstance(node, gast.Name)]


def _parts(
    flat: Flattener, statement: gast.Try, core: list[gast.stmt], visible: set[str], handlers: list[_Handler]
) -> list[gast.stmt]:
    """The body in pieces, of which each is executed as a whole or not at all as far as anyone can see."""
    known = names_in(flat.tree.body)
    pieces: list[list[gast.stmt]] = [[]]
    certain = 0
    while certain < len(core) and _cannot_fail(core[-1 - certain]):
        certain += 1
    for part in core[: len(core) - certain]:
        pieces[-1].append(part)
        if _shows(flat, part, visible, known):
            if not _in_one_step(flat, part, visible, known):
                way_out = "Put the `try` around the one call that may fail."
                raise flat.refuse(statement, "`try` around a block that may be left half done", way_out)
            pieces.append([])
    if not pieces[-1] and len(pieces) > 1:
        pieces.pop()
    pieces[-1] += core[len(core) - certain :]
    result: list[gast.stmt] = []
    inner = result
    for i, piece in enumerate(pieces):
        if i > 0:
            guard = flat.like(statement, gast.If(_none_failed(flat, handlers), [], []))
            inner.append(guard)
            inner = guard.body
        nodes = [flat.like(h.node, gast.ExceptHandler(*_noted(flat, h))) for h in handlers]
        inner.append(flat.like(statement, gast.Try(piece, nodes, [], [])))
    return result


def _cannot_fail(part: gast.stmt) -> bool:
    """Whether a statement only gives a value another name."""
    return isinstance(part, gast.Assign) and isinstance(part.targets[0], gast.Name) and is_atom(part.value)


_SIMPLE = (gast.Assign, gast.AugAssign, gast.Expr, gast.Delete, gast.Import, gast.ImportFrom, gast.FunctionDef)


def _in_one_step(flat: Flattener, part: gast.stmt, visible: set[str], known: set[str]) -> bool:
    """Whether a statement shows at its end, or not at all if it raises."""
    if isinstance(part, (gast.If, gast.With)) or (isinstance(part, gast.Try) and not part.finalbody):
        for block in (part.body, getattr(part, "orelse", [])):
            if any(_shows(flat, inner, visible, known) for inner in block[:-1]):
                return False
            if block and not _in_one_step(flat, block[-1], visible, known):
                return False
        return True
    return isinstance(part, _SIMPLE)


def _shows(flat: Flattener, part: gast.stmt, visible: set[str], known: set[str]) -> bool:
    """Whether a statement has an effect that remains if a later one raises."""
    if isinstance(part, (gast.Import, gast.ImportFrom, gast.FunctionDef)):
        return False
    for node in own_nodes([part]):
        if isinstance(node, gast.Call) and _builds_temporary(node, known):
            continue
        if isinstance(node, (gast.Subscript, gast.Attribute)) and not isinstance(node.ctx, gast.Load):
            return True
        if isinstance(node, gast.Call) and not flat.purity.pure_call(node):
            return True
        if isinstance(node, gast.AugAssign):
            return True
    return bool(bound_names([part]) & visible)


def _builds_temporary(call: gast.Call, known: set[str]) -> bool:
    """Whether a call only fills a list that a comprehension makes."""
    function = call.func
    if not isinstance(function, gast.Attribute) or function.attr != "append":
        return False
    return isinstance(function.value, gast.Name) and function.value.id not in known


def _noted(flat: Flattener, handler: _Handler) -> tuple[gast.expr | None, gast.expr | None, list[gast.stmt]]:
    """What is left of a handler: it sets its flag."""
    kind = _type(flat, handler.node)
    body = [build.assign(handler.flag, build.constant(True))]
    if handler.error is None:
        return kind, None, body
    caught = flat.names.fresh(f"{handler.error}_caught")
    body.append(build.assign(handler.error, build.name(caught)))
    return kind or flat.builtin("BaseException"), build.store(caught), body


def _none_failed(flat: Flattener, handlers: list[_Handler]) -> gast.expr:
    tests: list[gast.expr] = [build.name(handler.flag) for handler in handlers]
    either = tests[0] if len(tests) == 1 else gast.BoolOp(gast.Or(), tests)
    return gast.UnaryOp(gast.Not(), either)


def _dispatch(flat: Flattener, handlers: list[_Handler], orelse: list[gast.stmt]) -> None:
    """`if failed: <handler> else: <else>`."""
    if not handlers:
        for part in orelse:
            flat.statement(part)
        return
    first, rest = handlers[0], handlers[1:]
    body = [_with_error(part, first) for part in clone(first.node.body)]
    core = flat.block(body)
    others = flat.collect(lambda: _dispatch(flat, rest, orelse))
    if core or others:
        flat.emit(gast.If(flat.read(first.flag), core or [gast.Pass()], others))


def _with_error(statement: gast.stmt, handler: _Handler) -> gast.stmt:
    """A statement of a handler that reads the exception where the handler left it."""
    caught = handler.node.name.id if handler.node.name is not None else None
    for node in walk([statement]):
        if isinstance(node, gast.Name) and node.id == caught and handler.error is not None:
            node.id = handler.error
    return _reraised(statement, handler.error)
