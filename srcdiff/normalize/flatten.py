"""One operation per statement, from left to right: the machinery that every rewriting shares.

A rewriting is a function. For a statement it emits core statements; for an expression it emits what has to happen
first, and returns the core expression that is left. Which rewriting is for which node is the table that `Flattener` is
given; a rewriting asks the flattener for the parts of its node and so comes back to the table.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gast

from srcdiff import build
from srcdiff.errors import UnsupportedError
from srcdiff.names import Names
from srcdiff.normalize.aliases import Aliases
from srcdiff.normalize.exits import leave_at_the_end
from srcdiff.normalize.iterables import is_iterator, is_unordered, unordered_names
from srcdiff.normalize.naming import operation
from srcdiff.normalize.purity import Purity
from srcdiff.normalize.trees import bound_names, clone, is_atom, locate, own_nodes
from srcdiff.source import Source

__all__ = ["Flattener", "Rewritings"]


@dataclass(frozen=True)
class Rewritings:
    """The table of rewritings.

    Attributes
    ----------
    statements : mapping
        Node class to `rewrite(flat, statement)`, which emits.
    expressions : mapping
        Node class to `rewrite(flat, expression, stem, into)`, which emits and returns a core expression. Where it
        needs several statements for its value it may build it in the variable `into`, if that is given.
    """

    statements: Mapping[type, Callable[[Flattener, Any], None]]
    expressions: Mapping[type, Callable[[Flattener, Any, str, str | None], gast.expr]]


@dataclass
class Flattener:
    """The statements of one function as they come out.

    Attributes
    ----------
    source : Source
        Where the function comes from.
    names : Names
        Every name in use, in this function and the ones around and in it.
    purity : Purity
        What may be evaluated again.
    rewritings : Rewritings
        The table.
    tree : gast.FunctionDef
        The function, before.
    comprehension_cells : mapping
        Comprehension to the cells that it makes anew each time: variables that functions inside it capture.
    output : str
        The variable of the result, where there are several `return`.
    in_try : bool
        An exception may be caught: no variable is bound before its value is complete.
    loops : int
        The number of loops around.
    """

    source: Source
    names: Names
    purity: Purity
    rewritings: Rewritings
    tree: gast.FunctionDef
    comprehension_cells: Mapping[gast.AST, Sequence[str]]
    output: str = ""
    in_try: bool = False
    loops: int = 0
    at: gast.AST = field(init=False)
    out: list[gast.stmt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = self.tree
        nodes = list(own_nodes(self.tree.body))
        returns = [node for node in nodes if isinstance(node, gast.Return)]
        self.single_return = len(returns) == 1 and returns[0] is self.tree.body[-1]
        self.unordered: set[str] = set()
        self.unordered = unordered_names(self.tree.args, nodes, lambda value: is_unordered(self, value))
        self.iterators: set[str] = set()
        made = [node for node in nodes if isinstance(node, gast.Assign) and is_iterator(self, node.value)]
        self.iterators = {target.id for node in made for target in node.targets if isinstance(target, gast.Name)}
        self.reads = Counter(n.id for n in nodes if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
        self.aliases = Aliases(nodes, self.purity.pure_call)
        self.output = self.output or self.names.word("output")
        self._walrus = any(isinstance(node, gast.NamedExpr) for node in nodes)
        self._binds: dict[gast.AST, set[str]] = {}

    # Statements

    def emit(self, statement: gast.stmt) -> None:
        """Append a core statement, at the place of the primal statement that is being taken apart."""
        statement.__dict__.update((key, getattr(self.at, key, None)) for key in _POSITION)
        if statement.__dict__.get("body") == []:  # `x = x` alone
            statement.body = [gast.Pass()]
        self.out.append(locate(statement, self.at))

    def assign(self, name: str, value: gast.expr) -> None:
        """Emit `name = value`, unless the value is there already."""
        if not build.is_name(value, name):
            self.emit(build.assign(name, value))

    def block(self, statements: Iterable[gast.stmt]) -> list[gast.stmt]:
        """Statements, rewritten."""
        outer, at, self.out = self.out, self.at, []
        for statement in statements:
            self.statement(statement)
        result, self.out, self.at = self.out, outer, at
        return result

    def repeated(self, statements: Iterable[gast.stmt]) -> list[gast.stmt]:
        """The body of a loop, rewritten."""
        self.loops += 1
        result = self.block(statements)
        self.loops -= 1
        return result

    def bound_in(self, loop: gast.For | gast.While) -> set[str]:
        """The names that the body of a loop binds."""
        if loop not in self._binds:
            self._binds[loop] = bound_names(loop.body)
        return self._binds[loop]

    def collect(self, emit: Callable[[], object]) -> list[gast.stmt]:
        """What a function emits, as a block of its own."""
        outer, self.out = self.out, []
        emit()
        result, self.out = self.out, outer
        return result

    def statement(self, statement: gast.stmt) -> None:
        """Rewrite one statement."""
        if getattr(statement, "lineno", None) is not None:
            self.at = statement
        else:
            locate(statement, self.at)
        self.rewritings.statements[type(statement)](self, statement)

    # Expressions

    def value(self, node: gast.expr, stem: str, into: str | None = None) -> gast.expr:
        """What is left of an expression: one operation on atoms, or an inert expression."""
        if is_atom(node) or self.purity.inert(node):
            return node
        return self.rewritings.expressions[type(node)](self, node, stem, into)

    def atom(self, node: gast.expr, stem: str) -> gast.expr:
        """A name or a constant that holds the value of an expression."""
        value = self.value(node, stem)
        return value if is_atom(value) else self.name_for(value, f"{stem}_{operation(node)}")

    def name_for(self, value: gast.expr, stem: str) -> gast.Name:
        """A new variable that holds a core expression."""
        name = self.names.fresh(stem.lstrip("_") or "value")
        self.emit(build.assign(name, value))
        return self.read(name, value)

    def read(self, name: str, origin: gast.AST | None = None) -> gast.Name:
        """A new occurrence of a variable."""
        node: gast.Name = locate(build.name(name), self.at if origin is None else origin)
        return node

    def again(self, atom: gast.expr) -> gast.expr:
        """Another occurrence of an atom or of a plain expression."""
        copy: gast.expr = clone(atom)
        return copy

    def atoms(self, nodes: Sequence[gast.expr], stem: str) -> list[gast.expr]:
        """Atoms for several expressions, evaluated from left to right."""
        result = []
        for i, node in enumerate(nodes):
            atom = self.atom(node, stem)
            result.append(self.keep(atom, nodes[i + 1 :]))
        return result

    def keep(self, atom: gast.expr, later: Iterable[gast.AST]) -> gast.expr:
        """The atom, in a variable of its own if one of the `later` expressions rebinds its name."""
        if self._walrus and isinstance(atom, gast.Name) and atom.id in _walrus_names(later):
            return self.name_for(atom, f"{atom.id}_old")
        return atom

    def plain(self, node: gast.expr, stem: str) -> gast.expr:
        """A plain expression for an expression in a test, an index, a message: effects come first."""
        if self.purity.plain(node):
            return node
        if isinstance(node, gast.Slice):
            present = [part for part in (node.lower, node.upper, node.step) if part is not None]
            parts = iter(self.plains(present, stem))
            bounds = [None if part is None else next(parts) for part in (node.lower, node.upper, node.step)]
            return self.like(node, gast.Slice(*bounds))
        if isinstance(node, gast.Tuple) and not any(isinstance(item, gast.Starred) for item in node.elts):
            return self.like(node, build.display(self.plains(node.elts, stem)))
        if isinstance(node, gast.Compare):
            return self.value(node, stem)
        if isinstance(node, gast.UnaryOp):
            return self.like(node, gast.UnaryOp(node.op, self.plain(node.operand, stem)))
        if isinstance(node, gast.Attribute):
            return self.like(node, build.attribute(self.plain(node.value, stem), node.attr))
        return self.atom(node, stem)

    def plains(self, nodes: Sequence[gast.expr], stem: str) -> list[gast.expr]:
        """Plain expressions for several expressions, evaluated from left to right.

        What stands before an effect is evaluated before it.
        """
        effects = [i for i, node in enumerate(nodes) if not self.purity.plain(node)]
        last = effects[-1] if effects else -1
        result = []
        for i, node in enumerate(nodes):
            if i < last and not isinstance(node, gast.Slice):
                result.append(self.keep(self.atom(node, stem), nodes[i + 1 :]))
            elif i < last:
                result.append(self.still(node, stem, nodes[i + 1 :]))
            else:
                result.append(self.plain(node, stem))
        return result

    def still(self, index: gast.expr, stem: str, later: Sequence[gast.AST] = ()) -> gast.expr:
        """An index that no later effect changes: its parts are atoms."""
        if isinstance(index, gast.Slice):
            present = [part for part in (index.lower, index.upper, index.step) if part is not None]
            parts = iter([self.keep(atom, later) for atom in self.atoms(present, stem)])
            bounds = [None if part is None else next(parts) for part in (index.lower, index.upper, index.step)]
            return self.like(index, gast.Slice(*bounds))
        if isinstance(index, gast.Tuple) and not any(isinstance(item, gast.Starred) for item in index.elts):
            items = []
            for i, item in enumerate(index.elts):
                items.append(self.still(item, stem, [*index.elts[i + 1 :], *later]))
            return self.like(index, build.display(items))
        return self.keep(self.atom(index, stem), later)

    def like(self, origin: gast.AST, node: gast.expr) -> gast.expr:
        """A new node at the position of the one that it replaces."""
        located: gast.expr = locate(node, origin)
        return located

    # Inner functions, names and messages

    def inner_body(self, tree: gast.FunctionDef) -> list[gast.stmt]:
        """The body of an inner function, in core form."""
        inner = replace(self, tree=tree, output="", in_try=False, loops=0, out=[])
        return leave_at_the_end(inner.block(tree.body), self.names, inner.output)

    def builtin(self, name: str) -> gast.Name:
        """A builtin function; under another name, where the program has made something else of its own."""
        value = getattr(builtins, name)
        if self.purity.object_of(build.name(name)) is value:
            return self.read(name)
        if name == "range":  # loops are told by it
            what = f"a variable named `{name}`, where the builtin function is needed"
            raise self.refuse(self.at, what, f"Rename the variable `{name}`.")
        return self.read(self.provided(name, value))

    def provided(self, stem: str, value: Any) -> str:
        """A name for an object that the function does not name itself, as if it had imported it."""
        for name, known in self.source.imported.items():
            if known is value:
                return name
        name = self.names.word(stem)
        self.source.imported[name] = value
        return name

    def call(self, name: str, *arguments: gast.expr) -> gast.Call:
        """A call of a builtin function."""
        node: gast.Call = locate(build.call(self.builtin(name), *arguments), self.at)
        return node

    def refuse(self, node: gast.AST, what: str, way_out: str) -> UnsupportedError:
        """The error that names a construct, its place and the way out."""
        return self.source.unsupported(node, what, way_out)


_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def _walrus_names(nodes: Iterable[gast.AST]) -> set[str]:
    found = set()
    for node in own_nodes(nodes):
        if isinstance(node, gast.NamedExpr) and isinstance(node.target, gast.Name):
            found.add(node.target.id)
    return found
