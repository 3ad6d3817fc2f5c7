"""What must hold of any core function between passes (docs/design.md says what the core language is)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import gast

from srcdiff import core
from srcdiff.normalize.purity import Purity, purity_of
from srcdiff.normalize.trees import bound_names, children, is_atom, walk
from srcdiff.scopes import parameter_names

__all__ = ["check"]


def check(function: core.Function) -> None:
    r"""Raise an AssertionError that says what is wrong, and where.

    Checked are the form of every statement and expression; that no node has two parents; that no variable is read
    which nothing can have bound; and that there is one `return`, at the end.

    Examples
    --------
    >>> from srcdiff.source import read
    >>> body = gast.parse("if x.pop(): pass\nreturn x").body
    >>> check(core.Function("f", ("x",), body, read(check)))
    Traceback (most recent call last):
    AssertionError: f: `x.pop()` has an effect, where a plain expression stands: if x.pop():
    """
    _check_parents(function)
    checker = _Checker(function.name, purity_of(function.parameters, function.body, function.source))
    checker.function(function.parameters, function.body, frozenset())


def _check_parents(function: core.Function) -> None:
    seen: set[int] = set()
    pending: list[gast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if id(node) in seen:
            raise AssertionError(f"{function.name}: a node with two parents: {_text(node)}")
        seen.add(id(node))
        pending.extend(children(node))


def _text(node: Any) -> str:
    """The text of a node, or its first line."""
    try:
        text: str = gast.unparse(node)
    except Exception:  # a malformed tree is what this module is about
        return str(gast.dump(node)[:120])
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[0] if lines else type(node).__name__


class _Checker:
    """Goes through the statements of a function in order, with the variables that may be bound by then."""

    def __init__(self, name: str, purity: Purity) -> None:
        self.name = name
        self.purity = purity
        self.local: frozenset[str] = frozenset()
        self.statement_at: gast.AST | None = None

    def fail(self, message: str, node: gast.AST | None = None) -> NoReturn:
        where = f": {_text(node)}" if node is not None else ""
        raise AssertionError(f"{self.name}: {message}{where}")

    def function(self, parameters: Sequence[str], body: list[gast.stmt], outer: frozenset[str]) -> None:
        """A function's own statements; `outer` are the variables of the functions around it."""
        if not body or not isinstance(body[-1], gast.Return):
            self.fail("no `return` at the end", body[-1] if body else None)
        before, self.local = self.local, frozenset(parameters) | bound_names(body)
        bound = set(parameters) | set(outer - self.local)
        self.block(body[:-1], bound, loop=False)
        last = body[-1]
        self.returned(last.value)
        self.reads(last, bound)
        self.local = before

    # Statements

    def block(self, body: list[gast.stmt], bound: set[str], *, loop: bool) -> None:
        """Statements; `bound` grows by what they may bind."""
        if not isinstance(body, list):
            self.fail("a block that is no list")
        for i, statement in enumerate(body):
            self.statement_at = statement
            if loop and i == len(body) - 1 and _is_exit(statement):
                self.reads(statement.test, bound)
                continue
            method = getattr(self, f"_{type(statement).__name__.lower()}", None)
            if method is None:
                self.fail(f"`{type(statement).__name__}` is no core statement", statement)
            method(statement, bound)

    def _assign(self, statement: gast.Assign, bound: set[str]) -> None:
        if len(statement.targets) != 1:
            self.fail("an assignment with several targets", statement)
        target = statement.targets[0]
        if isinstance(target, gast.Name):
            self.expression(statement.value)
        else:
            self.place(target)
            self.atom(statement.value)
        self.reads(statement, bound)
        bound |= bound_names([target])

    def _augassign(self, statement: gast.AugAssign, bound: set[str]) -> None:
        if isinstance(statement.target, gast.Name):
            self.is_bound(statement.target.id, bound)
        else:
            self.place(statement.target)
        self.atom(statement.value)
        self.reads(statement, bound)

    def _expr(self, statement: gast.Expr, bound: set[str]) -> None:
        if not isinstance(statement.value, gast.Call):
            self.fail("an expression statement that is no call", statement)
        self.expression(statement.value)
        self.reads(statement, bound)

    def _if(self, statement: gast.If, bound: set[str]) -> None:
        self.plain(statement.test)
        self.reads(statement.test, bound)
        if not statement.body:
            self.fail("an empty block", statement)
        other = set(bound)
        self.block(statement.body, bound, loop=False)
        self.block(statement.orelse, other, loop=False)
        bound |= other

    def _for(self, statement: gast.For, bound: set[str]) -> None:
        call = statement.iter
        is_range = isinstance(call, gast.Call) and isinstance(call.func, gast.Name) and call.func.id == "range"
        if not is_range or not isinstance(statement.target, gast.Name) or call.keywords:
            self.fail("a `for` that does not go over a range", statement)
        for argument in call.args:
            self.plain(argument)
        self.reads(call, bound)
        inside = bound_names(statement.body)
        if statement.target.id in inside:
            self.fail(f"the counter `{statement.target.id}` is bound in the body", statement)
        bound.add(statement.target.id)
        self.loop(statement, bound, inside)

    def _while(self, statement: gast.While, bound: set[str]) -> None:
        self.plain(statement.test)
        self.reads(statement.test, bound)
        self.loop(statement, bound, bound_names(statement.body))

    def loop(self, statement: gast.For | gast.While, bound: set[str], inside: set[str]) -> None:
        if statement.orelse:
            self.fail("a loop with `else`", statement)
        if not statement.body:
            self.fail("an empty block", statement)
        self.block(statement.body, bound | inside, loop=True)
        bound |= inside

    def _with(self, statement: gast.With, bound: set[str]) -> None:
        if len(statement.items) != 1:
            self.fail("a `with` of several contexts", statement)
        item = statement.items[0]
        self.expression(item.context_expr)
        self.reads(item.context_expr, bound)
        if item.optional_vars is not None:
            if not isinstance(item.optional_vars, gast.Name):
                self.fail("a context that is bound to something else than a name", statement)
            bound.add(item.optional_vars.id)
        self.block(statement.body, bound, loop=False)

    def _functiondef(self, statement: gast.FunctionDef, bound: set[str]) -> None:
        if statement.decorator_list:
            self.fail("an inner function with a decorator", statement)
        for default in (*statement.args.defaults, *statement.args.kw_defaults):
            if default is not None:
                self.atom(default)
                self.reads(default, bound)
        bound.add(statement.name)
        self.function(parameter_names(statement.args), statement.body, frozenset(self.local | bound))
        self.statement_at = statement

    def _try(self, statement: gast.Try, bound: set[str]) -> None:
        if statement.orelse:
            self.fail("a `try` with `else`", statement)
        self.block(statement.body, bound, loop=False)
        for handler in statement.handlers:
            if handler.type is not None:
                self.plain(handler.type)
                self.reads(handler.type, bound)
            inside = set(bound)
            if handler.name is not None:
                inside.add(handler.name.id)
            self.block(handler.body, inside, loop=False)
            if not (_ends_by_raising(handler.body) or all(isinstance(part, gast.Assign) for part in handler.body)):
                self.fail("a handler that does more than to set a flag or to raise", statement)
            bound |= inside
        self.block(statement.finalbody, bound, loop=False)

    def _raise(self, statement: gast.Raise, bound: set[str]) -> None:
        if statement.exc is None:
            self.fail("`raise` without an exception", statement)
        self.expression(statement.exc)
        if statement.cause is not None:
            self.plain(statement.cause)
        self.reads(statement, bound)

    def _assert(self, statement: gast.Assert, bound: set[str]) -> None:
        self.plain(statement.test)
        if statement.msg is not None:
            self.plain(statement.msg)
        self.reads(statement, bound)

    def _delete(self, statement: gast.Delete, bound: set[str]) -> None:
        if len(statement.targets) != 1:
            self.fail("a `del` of several targets", statement)
        if not isinstance(statement.targets[0], gast.Name):
            self.place(statement.targets[0])
        self.reads(statement, bound)

    def _pass(self, statement: gast.Pass, bound: set[str]) -> None:
        pass

    def _import(self, statement: gast.Import, bound: set[str]) -> None:
        bound |= bound_names([statement])

    _importfrom = _import

    def _return(self, statement: gast.Return, bound: set[str]) -> None:
        self.fail("a second `return`", statement)

    # Expressions

    def place(self, target: gast.expr) -> None:
        """`name[index]` or `name.attr`."""
        if not isinstance(target, (gast.Subscript, gast.Attribute)) or not isinstance(target.value, gast.Name):
            self.fail("a target that is no `name`, `name[index]` or `name.attr`", target)
        if isinstance(target, gast.Subscript):
            self.plain(target.slice)

    def atom(self, node: gast.expr) -> None:
        if not is_atom(node):
            self.fail(f"`{_text(node)}` stands where a name or a constant should", self.statement_at)

    def plain(self, node: gast.expr) -> None:
        if self.purity.plain(node):
            return
        pending: list[gast.AST] = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, (gast.NamedExpr, gast.Lambda, gast.Starred, gast.ListComp, gast.GeneratorExp)):
                break
            if isinstance(part, gast.Call) and not self.purity.pure_call(part) and not self.is_foreign(part.func):
                node = part
                break
            pending.extend(children(part))
        else:
            return
        self.fail(f"`{_text(node)}` has an effect, where a plain expression stands", self.statement_at)

    def is_path(self, function: gast.expr) -> bool:
        """Whether a dotted name starts at a name from outside."""
        while isinstance(function, gast.Attribute):
            function = function.value
        return isinstance(function, gast.Name) and function.id not in self.local

    def is_foreign(self, function: gast.expr) -> bool:
        """Whether a function is of a module that generated text imports, and the primal does not know."""
        if not isinstance(function, gast.Attribute):
            return False
        root: Any = function
        while isinstance(root, gast.Attribute):
            root = root.value
        return isinstance(root, gast.Name) and root.id not in self.local and self.purity.object_of(root) is None

    def expression(self, node: gast.expr) -> None:
        """One operation on atoms, or a plain expression without derivative."""
        if is_atom(node) or self.purity.inert(node) or self.purity.is_path(node):
            return
        if isinstance(node, gast.BinOp):
            parts = [node.left, node.right]
        elif isinstance(node, gast.UnaryOp):
            parts = [node.operand]
        elif isinstance(node, gast.Attribute):
            parts = [node.value]
        elif isinstance(node, gast.Subscript):
            parts = [node.value]
            self.plain(node.slice)
        elif isinstance(node, (gast.Tuple, gast.List)):
            parts = node.elts
        elif isinstance(node, gast.Dict):
            parts = [*node.keys, *node.values]
        elif isinstance(node, gast.Call):
            self.call(node)
            return
        else:
            self.fail(f"`{_text(node)}` is no core expression", self.statement_at)
        for part in parts:
            self.atom(part)

    def call(self, node: gast.Call) -> None:
        function = node.func
        if isinstance(function, gast.Attribute) and not is_atom(function.value):
            if not self.is_path(function):
                self.fail(
                    f"`{_text(function)}` is called, which is no name, path or method of an atom", self.statement_at
                )
        elif not isinstance(function, (gast.Name, gast.Attribute)):
            self.fail(f"`{_text(function)}` is called, which is no name, path or method of an atom", self.statement_at)
        constant = self.purity.constant_call(node)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            value = argument.value if isinstance(argument, gast.Starred) else argument
            if constant:
                self.plain(value)
            else:
                self.atom(value)

    def returned(self, node: gast.expr | None) -> None:
        """An atom, or a (nested) display of atoms."""
        if isinstance(node, (gast.Tuple, gast.List)):
            for item in node.elts:
                self.returned(item)
        elif isinstance(node, gast.Dict):
            for item in (*node.keys, *node.values):
                self.returned(item)
        elif node is None or not is_atom(node):
            self.fail("`return` of something else than atoms", node)

    # Variables

    def reads(self, node: gast.AST, bound: set[str]) -> None:
        for part in walk([node]):
            if isinstance(part, gast.Name) and not isinstance(part.ctx, gast.Store):
                self.is_bound(part.id, bound)

    def is_bound(self, name: str, bound: set[str]) -> None:
        if name in self.local and name not in bound:
            self.fail(f"`{name}` is read, which nothing can have bound", self.statement_at)


def _is_exit(statement: gast.stmt) -> bool:
    """`if flag: break`."""
    return (
        isinstance(statement, gast.If)
        and isinstance(statement.test, gast.Name)
        and len(statement.body) == 1
        and isinstance(statement.body[0], gast.Break)
        and not statement.orelse
    )


def _ends_by_raising(body: list[gast.stmt]) -> bool:
    last = body[-1] if body else None
    if isinstance(last, gast.If):
        return _ends_by_raising(last.body) and _ends_by_raising(last.orelse)
    return isinstance(last, gast.Raise)
