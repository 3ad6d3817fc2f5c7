"""The small statements: expressions for their effect, `return`, `raise`, `assert`, `del`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.naming import operation
from srcdiff.normalize.trees import is_atom

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["assertion", "deletion", "effect", "keep", "leave_out", "raising", "result"]


def keep(flat: Flattener, statement: gast.stmt) -> None:
    """`pass`, `break`, `continue`, imports: as they are."""
    flat.emit(statement)


def leave_out(flat: Flattener, statement: gast.stmt) -> None:
    """`global x`, where `x` is only read."""


def effect(flat: Flattener, statement: gast.Expr) -> None:
    """A call for its effect; documentation is left out, anything else is evaluated because it may raise."""
    node = statement.value
    if isinstance(node, (gast.Constant, gast.Name)):
        return
    value = flat.value(node, operation(node))
    if isinstance(value, gast.Call):
        flat.emit(gast.Expr(value))
    elif not is_atom(value):
        flat.name_for(value, operation(node))


def result(flat: Flattener, statement: gast.Return) -> None:
    """`return` of atoms; where there are several, the value is put into one variable."""
    node = statement.value
    if node is None:
        node = flat.like(statement, build.constant(None))
    if flat.single_return:
        flat.emit(gast.Return(_display(flat, node)))
        return
    into = None if flat.in_try else flat.output
    flat.assign(flat.output, flat.value(node, "output", into))
    flat.emit(gast.Return(flat.read(flat.output)))


def _display(flat: Flattener, node: gast.expr) -> gast.expr:
    """An atom, or a (nested) display of atoms."""
    leaves: list[gast.expr] = []
    _leaves(node, leaves)
    if leaves == [node]:
        value = flat.value(node, "output", flat.output)
        if is_atom(value):
            return value
        flat.assign(flat.output, value)
        return flat.read(flat.output, value)
    atoms = iter(flat.atoms(leaves, "output"))
    return _rebuilt(flat, node, atoms)


def _leaves(node: gast.expr, found: list[gast.expr]) -> None:
    if _is_display(node):
        for item in node.elts:
            _leaves(item, found)
    else:
        found.append(node)


def _is_display(node: gast.expr) -> bool:
    return isinstance(node, (gast.Tuple, gast.List)) and not any(isinstance(item, gast.Starred) for item in node.elts)


def _rebuilt(flat: Flattener, node: gast.expr, atoms: Iterator[gast.expr]) -> gast.expr:
    if _is_display(node):
        items = [_rebuilt(flat, item, atoms) for item in node.elts]
        return flat.like(node, type(node)(items, gast.Load()))
    return next(atoms)


def raising(flat: Flattener, statement: gast.Raise) -> None:
    """`raise expression`."""
    if statement.exc is None:
        way_out = "Name the exception: `except Error as error: ... raise error`."
        raise flat.refuse(statement, "`raise` without an exception, outside of `except`", way_out)
    error = flat.value(statement.exc, "error")
    if statement.cause is None:
        flat.emit(gast.Raise(error, None))
        return
    if not flat.purity.plain(statement.cause):
        error = error if is_atom(error) else flat.name_for(error, "error")
    flat.emit(gast.Raise(error, flat.plain(statement.cause, "cause")))


def assertion(flat: Flattener, statement: gast.Assert) -> None:
    """`assert plain, plain`; a message that has an effect is made only when it is needed."""
    test = flat.plain(statement.test, "test")
    if statement.msg is None or flat.purity.plain(statement.msg):
        flat.emit(gast.Assert(test, statement.msg))
        return
    failing = flat.like(test, gast.UnaryOp(gast.Not(), test))
    body = flat.collect(lambda: flat.emit(gast.Assert(build.constant(False), flat.plain(statement.msg, "message"))))
    flat.emit(gast.If(failing, body, []))


def deletion(flat: Flattener, statement: gast.Delete) -> None:
    """`del` of one name, or of one item of a name, at a time."""
    for target in statement.targets:
        if isinstance(target, (gast.Tuple, gast.List)):
            deletion(flat, flat.like(target, gast.Delete(target.elts)))
        elif isinstance(target, gast.Name):
            flat.emit(gast.Delete([target]))
        elif isinstance(target, gast.Attribute):
            base = flat.atom(target.value, target.attr)
            flat.emit(gast.Delete([gast.Attribute(base, target.attr, gast.Del())]))
        else:
            base = flat.atom(target.value, "item")
            index = flat.plain(target.slice, "item")
            flat.emit(gast.Delete([build.subscript(base, index, gast.Del())]))
