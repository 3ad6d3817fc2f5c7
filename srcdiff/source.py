"""A function's source: its tree, the names it can see, and places in its text for error messages.

A function is read as it was compiled. Where its text cannot be had, or is not what it was compiled from, that is a
`SourceError`: the derivative of another text than the one that runs would be silently wrong.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import io
import tokenize
import types
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

import gast
from gast.ast3 import Ast3ToGAst

from srcdiff.classes import take_out_classes
from srcdiff.errors import Place, SourceError, UnsupportedError
from srcdiff.imports import take_out_imports
from srcdiff.scopes import Scope, mangle, scope_of
from srcdiff.sourcefile import Definition, locate

__all__ = ["Source", "is_empty", "own_signature", "read", "to_gast", "unwrap"]


@dataclass(frozen=True, eq=False)
class Source:
    """Where a function comes from.

    Attributes
    ----------
    function : function
        The function that was read.
    tree : gast.FunctionDef
        Its definition, without decorators; a lambda is made into one. Lines count as in the file, private names are
        written as they are outside of their class. The tree is this source's own: a pass may take it apart. Defaults
        are those of `function`, not the expressions in the tree.
    filename : str
        The file, as Python names it (`<stdin>`, a notebook's cell).
    lines : tuple of str
        All lines of the file, without line ends.
    first_line : int
        The line of `def` or `lambda`, counting from 1.
    imported : dict
        The names that imports inside the function bind, with their objects; these imports are not in the tree. A
        pass that needs an object which the function does not name adds it here.
    """

    function: types.FunctionType
    tree: gast.FunctionDef
    filename: str
    lines: tuple[str, ...]
    first_line: int
    imported: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def scope(self) -> Scope:
        """The names that the function binds and those it takes from outside, as the tree was when first asked."""
        return scope_of(self.tree)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters in the order of the signature."""
        return self.scope.parameters

    @property
    def local_names(self) -> frozenset[str]:
        """Names that the function binds, parameters included."""
        return self.scope.local

    @property
    def free_names(self) -> frozenset[str]:
        """Names that the function takes from outside: captured names, globals, builtins."""
        return self.scope.free

    @property
    def cells(self) -> dict[str, types.CellType]:
        """The captured names and their cells (`__class__` among them where `super()` is used)."""
        return dict(zip(self.function.__code__.co_freevars, self.function.__closure__ or ()))

    @property
    def namespace(self) -> Mapping[str, Any]:
        """What the free names mean at this moment: captured names over globals over builtins."""
        captured = {name: cell.cell_contents for name, cell in self.cells.items() if not is_empty(cell)}
        return ChainMap(dict(self.imported), captured, self.function.__globals__, dict(_builtins(self.function)))

    def lookup(self, name: str) -> Any:
        """The object that a free name means at this moment.

        Raises
        ------
        KeyError
            The name is the function's own, or it is not bound.
        """
        if name in self.local_names:
            raise KeyError(name)
        if name in self.imported:
            return self.imported[name]
        cell = self.cells.get(name)
        if cell is not None:
            if is_empty(cell):
                raise KeyError(name)
            return cell.cell_contents
        names = self.function.__globals__
        return names[name] if name in names else _builtins(self.function)[name]

    def resolve(self, expression: gast.AST) -> Any:
        """The object that a free name, or a dotted path from one, means: `np.linalg.inv`.

        Steps go through attributes of modules, of classes, and what an instance holds in its own dictionary; a
        property or `__getattr__` of an instance is never run.

        Raises
        ------
        LookupError
            It is no such path, or a step of it is not bound.
        """
        path = []
        while isinstance(expression, gast.Attribute):
            path.append(expression.attr)
            expression = expression.value
        if not isinstance(expression, gast.Name):
            raise LookupError(f"not a dotted path: {type(expression).__name__}")
        value = self.lookup(expression.id)
        for name in reversed(path):
            value = _attribute(value, name)
        return value

    def line(self, lineno: int) -> str:
        """A line of the file, counting from 1; empty beyond its end."""
        return self.lines[lineno - 1] if 0 < lineno <= len(self.lines) else ""

    def place(self, node: gast.AST | None = None) -> Place:
        """Where a node stands; a node without a position, or None, means the function itself."""
        if node is None or getattr(node, "lineno", None) is None:
            node = self.tree
        line, start = node.lineno, getattr(node, "col_offset", None) or 0
        text = self.line(line)
        encoded = text.encode()
        end = len(encoded)
        if getattr(node, "end_lineno", None) == line and getattr(node, "end_col_offset", None) is not None:
            end = min(end, node.end_col_offset)
        column = len(encoded[:start].decode(errors="ignore"))
        width = len(encoded[start:end].decode(errors="ignore").rstrip())
        return Place(self.filename, line, column + 1, text, max(1, width))

    def unsupported(self, node: gast.AST | None, what: str, way_out: str) -> UnsupportedError:
        """The error that names a construct, its place and the way out."""
        return UnsupportedError(what, way_out, self.place(node))

    @cached_property
    def comments(self) -> dict[int, int]:
        """The column at which the trailing comment of a line starts, counting from 0."""
        first, last = self.first_line, getattr(self.tree, "end_lineno", None) or self.first_line
        text = "".join(f"{line}\n" for line in self.lines[first - 1 : last])
        columns: dict[int, int] = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type == tokenize.COMMENT:
                    columns[first + token.start[0] - 1] = token.start[1]
        except (tokenize.TokenError, SyntaxError):  # a lambda's lines need not be whole statements
            pass
        return columns


def read(function: Callable[..., Any]) -> Source:
    """Read the source of a Python function: of exactly this one, not of one that it wraps (see `unwrap`).

    Raises
    ------
    SourceError
        It has no source text, or its text is not what it was compiled from.
    UnsupportedError
        It is a generator or a coroutine.
    """
    if isinstance(function, types.MethodType):
        function = function.__func__
    if not isinstance(function, types.FunctionType):
        _refuse(function)
    lifted: Source | None = getattr(function, "__srcdiff_source__", None)
    if lifted is not None:  # made from an inner function: messages point at that one
        return lifted
    found = locate(function)
    if isinstance(found, str):
        raise SourceError(
            f"no source text for `{function.__qualname__}`: {found}\n"
            "Define it in a file or a notebook cell, and import or run that again after editing it."
        )
    file, definition = found
    tree = _tree(definition)
    imported = take_out_imports(tree, function)
    imported |= take_out_classes(tree, function, imported)
    source = Source(function, tree, file.filename, file.lines, tree.lineno, imported)
    _refuse_suspended(source, definition)
    return source


def unwrap(function: Any) -> Any:
    """The Python function inside wrappers that only pass calls on.

    Taken off are `functools.cache` and `lru_cache`, `staticmethod`, and Numba's dispatchers. A wrapper that is a
    Python function itself may do anything, even if `functools.wraps` made it look like what it wraps: it stays.
    """
    while True:
        if isinstance(function, staticmethod) or type(function).__name__ == "_lru_cache_wrapper":
            function = function.__wrapped__
        elif type(function).__module__.partition(".")[0] == "numba" and inspect.isfunction(
            inspect.getattr_static(function, "py_func", None)
        ):
            function = function.py_func
        else:
            return function


def own_signature(function: Any) -> inspect.Signature:
    """The signature that the code has, whatever `__wrapped__` and `__signature__` say."""
    bare = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    bare.__kwdefaults__ = function.__kwdefaults__
    bare.__annotations__ = function.__annotations__
    return inspect.signature(bare)


def to_gast(node: ast.AST) -> gast.AST:
    """`gast.ast_to_gast` for chains of any length (a sum of 1,000 terms, 200 `elif`)."""
    return _Converter().visit(node)


class _Converter(Ast3ToGAst):  # type: ignore[misc]
    """Goes down the left side of operator chains, and along `elif`, by iteration."""

    def visit_BinOp(self, node: ast.BinOp) -> gast.BinOp:
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        result = self.visit(chain[-1].left)
        for part in reversed(chain):
            new = gast.BinOp(result, self.visit(part.op), self.visit(part.right))
            result = gast.copy_location(new, part)
        return result

    def visit_If(self, node: ast.If) -> gast.If:
        first = last = self._one_if(node)
        while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            last.orelse = [self._one_if(node)]
            last = last.orelse[0]
        last.orelse = [self.visit(statement) for statement in node.orelse]
        return first

    def _one_if(self, node: ast.If) -> gast.If:
        new = gast.If(self.visit(node.test), [self.visit(statement) for statement in node.body], [])
        return gast.copy_location(new, node)


def _tree(definition: Definition) -> gast.FunctionDef:
    """A fresh tree of a definition, in plain form."""
    node = definition.node
    if isinstance(node, ast.Lambda):
        value = to_gast(node.body)
        body = gast.copy_location(gast.Return(value), node.body)
        tree = gast.FunctionDef(definition.name, to_gast(node.args), [body], [], None, None, [])
        gast.copy_location(tree, node)
    else:
        tree = to_gast(node)
        tree.decorator_list = []
        if isinstance(tree, gast.AsyncFunctionDef):  # about to be refused: the tree is only pointed at
            tree = gast.copy_location(gast.FunctionDef(*(getattr(tree, name) for name in tree._fields)), tree)
    if definition.owner is not None:
        mangle(tree, definition.owner)
    return tree


def _refuse(function: Any) -> NoReturn:
    """Say what was passed instead of a Python function."""
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    if isinstance(function, type):
        what, way_out = f"`{name}` is a class", "Pass a function, or a method of an instance."
    elif callable(function) and name is not None:
        what = f"`{name}` is compiled ({type(function).__name__})"
        way_out = f"Register a rule for it with @srcdiff.adjoint({name})."
    elif callable(function):
        what, way_out = f"an object of type `{type(function).__name__}`", "Pass its `__call__` method."
    else:
        what, way_out = f"an object of type `{type(function).__name__}` is no function", "Pass a Python function."
    raise SourceError(f"no source text: {what}\n{way_out}")


def _refuse_suspended(source: Source, definition: Definition) -> None:
    """Refuse generators and coroutines."""
    name = source.tree.name
    rule = f"or register a rule for `{name}` with @srcdiff.adjoint({name})."
    if isinstance(definition.node, ast.AsyncFunctionDef):
        what = "`async def` in a differentiated function"
        raise source.unsupported(source.tree, what, f"A derivative runs to its end: make it a plain `def`,\n{rule}")
    if source.function.__code__.co_flags & inspect.CO_GENERATOR:
        node = _first_yield(source.tree)
        word = "yield from" if isinstance(node, gast.YieldFrom) else "yield"
        way_out = f"A derivative needs one returned value: collect the values in a list and return it,\n{rule}"
        raise source.unsupported(node, f"`{word}` in a differentiated function", way_out)


def _first_yield(tree: gast.FunctionDef) -> gast.AST | None:
    """The first `yield` of the function itself."""
    inner = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)
    found, stack = [], list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, (gast.Yield, gast.YieldFrom)):
            found.append(node)
        elif not isinstance(node, inner):
            stack.extend(gast.iter_child_nodes(node))
    return min(found, key=lambda node: (node.lineno, node.col_offset), default=None)


def is_empty(cell: types.CellType) -> bool:
    """Whether nothing is bound to a captured name yet."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def _builtins(function: types.FunctionType) -> Mapping[str, Any]:
    names = function.__globals__.get("__builtins__", builtins)
    return vars(names) if isinstance(names, types.ModuleType) else names


def _attribute(value: Any, name: str) -> Any:
    """An attribute, where reading it runs no code of an instance's class."""
    kind = type(value)
    missing = object()
    if isinstance(value, (types.ModuleType, type)):
        if not isinstance(value, types.ModuleType) and isinstance(inspect.getattr_static(kind, name, None), property):
            raise LookupError(f"`{name}` is a property")
        found = getattr(value, name, missing)
    else:
        plain = isinstance(kind.__getattribute__, types.WrapperDescriptorType)  # not one written in Python
        on_class = inspect.getattr_static(kind, name, None)
        shadowed = hasattr(type(on_class), "__set__") or hasattr(type(on_class), "__delete__")
        fields = getattr(value, "__dict__", {}) if plain and not shadowed else {}
        found = fields.get(name, missing)
    if found is missing:
        raise LookupError(f"`{name}` of an object of type `{kind.__name__}`")
    return found
