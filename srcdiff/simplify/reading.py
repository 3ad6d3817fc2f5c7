"""What generated statements read and write, in terms of variables and of the contents of buffers."""

from __future__ import annotations

from collections.abc import Iterator

import gast

from srcdiff.analysis.facts import ANYTHING
from srcdiff.analysis.structure import bound_names, root_name, written_names
from srcdiff.build import walk
from srcdiff.transform.marks import Accumulate, Restore, Save, Zero
from srcdiff.transform.setting import Setting

__all__ = ["Reading"]

_SHAPE_ATTRIBUTES = frozenset(["shape", "size", "ndim", "dtype"])
_SHAPE_SECOND = frozenset(("unbroadcast", "expand"))
_SHAPE_FIRST = frozenset(("zeros_like", "len"))


class Reading:
    """Reads and writes, with `*root` for the contents of a buffer."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.cells: dict[str, tuple[str, ...]] = {}
        self.shadowed: dict[str, str] = {}
        self.stacks: set[str] = set()

    @property
    def adjoints(self) -> set[str]:
        """The adjoints of the variables."""
        return set(self.setting.bars.values())

    def primal_of(self, variable: str) -> str:
        """What a variable is the adjoint of; itself, if it is none."""
        if not self.shadowed:
            self.shadowed = {bar: primal for primal, bar in self.setting.bars.items()}
        return self.shadowed.get(variable, variable)

    def is_number(self, variable: str) -> bool:
        """Whether a variable, or what it is the adjoint of, is a number for certain."""
        return self.setting.fact(self.primal_of(variable)).kind == "number"

    def cells_of(self, variable: str) -> tuple[str, ...]:
        """The buffers whose contents a variable gives access to."""
        if variable not in self.cells:
            storage = self.setting.storage
            found: set[str] = set()
            if variable in self.setting.held:
                held = (v for v in self.setting.held[variable] if self.holds_memory(v))
                found.update({f"*{variable}"}, *map(self.cells_of, held))
            elif variable in storage.parent:
                if variable in storage.snapshots:
                    roots = storage.viewed.get(variable, set())
                    found |= {f"*{root}" for root in roots if root in storage.written}
                elif storage.is_buffer(variable):
                    found.add(f"*{storage.root(variable)}")
                found |= {f"*{root}" for root in storage.written_within(variable)}
            else:
                found |= self._cells_of_adjoint(variable)
            self.cells[variable] = tuple(sorted(found))
        return self.cells[variable]

    def holds_memory(self, variable: str) -> bool:
        """Whether a variable may give access to memory that others see."""
        shadows = {self.setting.bars.get(primal) for primal in self.setting.forward_shadows}
        return variable in self.setting.storage.parent or variable in self.setting.held or variable in shadows

    def _cells_of_adjoint(self, variable: str) -> set[str]:
        """Adjoints are written into, too; shadows of one buffer share their memory as it does."""
        if not self.shadowed:
            self.shadowed = {bar: primal for primal, bar in self.setting.bars.items()}
        primal = self.shadowed.get(variable)
        if primal not in self.setting.forward_shadows or primal is None:
            return {f"*{self.setting.memory_classes.get(variable, variable)}"}
        storage = self.setting.storage
        return {f"*bar({root})" for root in (storage.root(primal), *storage.written_within(primal))}

    def reads(self, node: gast.AST | None) -> set[str]:
        """The variables and contents that an expression reads."""
        found: set[str] = set()
        if node is not None:
            self._collect(node, found)
        return found

    def _collect(self, node: gast.AST, found: set[str]) -> None:
        pending: list[gast.AST] = [node]
        while pending:
            current = pending.pop()
            if isinstance(current, gast.Name):
                if isinstance(current.ctx, gast.Load):
                    found.add(current.id)
                    found.update(self.cells_of(current.id))
            elif isinstance(current, gast.Attribute) and current.attr in _SHAPE_ATTRIBUTES:
                self._shape(current.value, found)
            elif isinstance(current, gast.Call) and isinstance(current.func, gast.Name):
                self._call(current, found, pending)
            else:
                pending.extend(gast.iter_child_nodes(current))

    def _call(self, node: gast.Call, found: set[str], pending: list[gast.AST]) -> None:
        assert isinstance(node.func, gast.Name)
        shape_only = None
        if node.func.id in _SHAPE_SECOND and len(node.args) > 1:
            shape_only = 1
        elif node.func.id in _SHAPE_FIRST and node.args:
            shape_only = 0
        found.add(node.func.id)
        for index, argument in enumerate(node.args):
            if index == shape_only:
                self._shape(argument, found)
            else:
                pending.append(argument)
        pending.extend(node.keywords)

    def _shape(self, node: gast.AST, found: set[str]) -> None:
        root = root_name(node)
        fact = self.setting.fact(root) if root is not None else ANYTHING
        if fact.container or fact.kind == "anything":  # the size of a container is in its memory
            self._collect(node, found)
            return
        while isinstance(node, gast.Subscript):
            self._collect(node.slice, found)
            node = node.value
        if isinstance(node, gast.Name):
            found.add(node.id)
        else:
            self._collect(node, found)

    def statement_reads(self, statement: gast.stmt) -> set[str]:
        """What one statement reads itself, not counting the blocks in it."""
        found: set[str] = set()
        for part in self._parts(statement):
            self._collect(part, found)
        if isinstance(statement, (gast.AugAssign, Accumulate)):
            root = root_name(statement.target)
            if root is not None:
                found.add(root)
                found.update(self.cells_of(root))
        return found

    def _parts(self, statement: gast.stmt) -> Iterator[gast.AST]:
        if isinstance(statement, gast.For):
            yield statement.iter
        elif isinstance(statement, (gast.If, gast.While)):
            yield statement.test
        elif isinstance(statement, gast.With):
            yield from (item.context_expr for item in statement.items)
        elif isinstance(statement, (gast.Assign, gast.AugAssign, Accumulate, Restore, Zero, Save)):
            value = getattr(statement, "value", None)
            if value is not None:
                yield value
            targets = statement.targets if isinstance(statement, gast.Assign) else [getattr(statement, "target", None)]
            for target in targets:
                if isinstance(target, (gast.Subscript, gast.Attribute)):
                    yield target
        else:
            yield statement

    def writes(self, statement: gast.stmt) -> set[str]:
        """The variables that a statement binds itself, and the contents that it changes."""
        found = set(bound_names(statement))
        target = getattr(statement, "target", None)
        if isinstance(statement, (Accumulate, Restore, Zero)):
            root = root_name(target)
            if isinstance(target, gast.Name):
                found.add(target.id)
            elif root is not None:
                found.update(self.cells_of(root))
                found.add(f"*{root}")
        if isinstance(statement, gast.AugAssign) and isinstance(statement.target, gast.Name):
            found.update(self.cells_of(statement.target.id))
        for name in written_names(statement):
            found.update(self.contents_of(name))
        value = getattr(statement, "value", None)
        if value is not None and self.setting.writing_calls:
            for part in walk(value):  # a call may have been put into an expression
                if isinstance(part, gast.Call):
                    found.update(self.call_writes(part))
        return found

    def contents_of(self, variable: str) -> set[str]:
        """The contents that a write into a variable changes; what a stack holds stays as it is."""
        return {f"*{variable}"} if variable in self.stacks else {f"*{variable}", *self.cells_of(variable)}

    def call_writes(self, node: gast.Call) -> set[str]:
        """The contents that a call may change."""
        found: set[str] = set()
        called = node.func.id if isinstance(node.func, gast.Name) else gast.unparse(node.func).strip()
        if called in self.setting.writing_calls:
            for part in walk(node):
                if isinstance(part, gast.Name):
                    found.update(self.cells_of(part.id))
                    found.add(f"*{part.id}")
        return found
