"""From a core function and the facts of its parameters to the facts of all its variables."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.called import result_of_function, result_of_method
from srcdiff.analysis.complex_numbers import complex_numbers_occur
from srcdiff.analysis.facts import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    OPAQUE,
    Fact,
    fact_of_object,
    join,
    join_all,
    promote,
)
from srcdiff.analysis.lengths import length_of_axis, length_of_operation, matmul, shape_as_tuple
from srcdiff.analysis.order import order_of_bindings
from srcdiff.analysis.ranks import of_rank, told_ranks
from srcdiff.analysis.records import fact_of_made
from srcdiff.analysis.result_ranks import rank_of_index
from srcdiff.analysis.shapes import (
    SCALAR,
    Entry,
    Length,
    Span,
    axes_of,
    cut,
    mentions,
    scaled,
    shape_of_axes,
    symbol_axes,
)
from srcdiff.build import walk

__all__ = ["Aliases", "Facts", "infer", "infer_statements"]

CalleeFact = Callable[[gast.Call, list[Fact], "Facts"], Fact | None]
Aliases = dict[str, frozenset[str]]


@dataclass
class Facts:
    """The facts of one function.

    Attributes
    ----------
    of : dict
        Variable to fact.
    function : core.Function
        Where names that are no variables resolve.
    symbolic : set of str
        Variables whose own name may stand for their shape: bound once, and read only after that.
    early : set of str
        Variables that are read before they are bound, in the order of the text.
    callee : callable
        Tells the fact of the result of a user's function.
    inner : dict
        The inner functions, by name.
    helpers : dict
        Names that generated text adds, with their objects.
    ranks : dict
        Ranks that the function itself tells.
    tuples : dict
        Variables of generated text that hold tuples, with their lengths.
    complex_numbers : bool
        Whether complex numbers can occur in the function.
    """

    of: dict[str, Fact]
    function: core.Function
    symbolic: set[str] = field(default_factory=set)
    early: set[str] = field(default_factory=set)
    callee: CalleeFact | None = None
    inner: dict[str, gast.FunctionDef] = field(default_factory=dict)
    helpers: dict[str, Any] = field(default_factory=dict)
    narrowed: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    tuples: dict[str, int] = field(default_factory=dict)
    memo: dict[int, Fact] | None = None
    complex_numbers: bool = False

    def maybe_complex(self, node: gast.expr) -> bool:
        """Whether an expression may be a complex number or array."""
        return self.complex_numbers and not isinstance(node, gast.Starred) and not self(node).surely_real

    def object_of(self, node: gast.AST) -> Any:
        """The object that a dotted path of free names stands for; LookupError where it is none."""
        root = node
        path = []
        while isinstance(root, gast.Attribute):
            path.append(root.attr)
            root = root.value
        if isinstance(root, gast.Name) and root.id in self.helpers and root.id not in self.of:
            return _walk_path(self.helpers[root.id], path)
        if not isinstance(root, gast.Name):
            raise LookupError
        if root.id in self.of:
            return self._object_in_variable(node, self.of[root.id])
        return self.function.source.resolve(node)

    def _object_in_variable(self, node: gast.AST, fact: Fact) -> Any:
        """`f.at` for a variable `f` that is known to hold a function: `np.add`."""
        if fact.kind != "function" or fact.value is None or not isinstance(node, gast.Attribute):
            raise LookupError
        owner = fact.value if isinstance(node.value, gast.Name) else self._object_in_variable(node.value, fact)
        try:
            return getattr(owner, node.attr)
        except AttributeError:
            raise LookupError from None

    def __call__(self, node: gast.expr) -> Fact:
        """The fact of an expression."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if self.memo is None or not isinstance(node, gast.BinOp):
            return method(node) if method is not None else ANYTHING
        known = self.memo.get(id(node))
        if known is None:
            known = self.memo[id(node)] = self._binop(node)
        return known

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """While nothing changes, what is found of parts of an expression is remembered: they are asked for often."""
        self.memo = {}
        try:
            yield
        finally:
            self.memo = None

    def _name(self, node: gast.Name) -> Fact:
        if node.id in self.of:
            return self.of[node.id]
        return self._object(node)

    def _object(self, node: gast.AST) -> Fact:
        try:
            return fact_of_object(self.object_of(node), gast.unparse(node).strip())
        except LookupError:
            return ANYTHING

    def _constant(self, node: gast.Constant) -> Fact:
        return _fact_of_literal(type(node.value).__name__, node.value)

    def _unaryop(self, node: gast.UnaryOp) -> Fact:
        operand = self(node.operand)
        if isinstance(node.op, gast.Not):
            return BOOLEAN
        if operand.value is not None and operand.kind == "number":
            return fact_of_object(-operand.value if isinstance(node.op, gast.USub) else operand.value, "")
        length = scaled(operand.length, -1) if operand.length and isinstance(node.op, gast.USub) else None
        return replace(promote(operand), length=length)

    def _binop(self, node: gast.BinOp) -> Fact:
        left, right = self(node.left), self(node.right)
        if left.kind in ("list", "tuple") or right.kind in ("list", "tuple"):
            return _sequence_operation(node.op, left, right)
        if left.kind == right.kind == "dict" and isinstance(node.op, gast.BitOr):
            return _merged(left, right)
        if left.kind == "opaque" and left.type is str:
            return OPAQUE
        if isinstance(node.op, gast.MatMult):
            return matmul(left, right)
        result = replace(promote(left, right), length=length_of_operation(node.op, left.length, right.length))
        if isinstance(node.op, gast.Div) and result.letter in "ib":
            return replace(result, letter="f")
        if isinstance(node.op, gast.Pow) and result.letter in "ib" and not _is_natural(right):
            return replace(result, letter="?")
        return result

    def _boolop(self, node: gast.BoolOp) -> Fact:
        return join_all(tuple(self(value) for value in node.values)) or ANYTHING

    def _compare(self, node: gast.Compare) -> Fact:
        if len(node.ops) == 1 and not isinstance(node.ops[0], (gast.In, gast.NotIn, gast.Is, gast.IsNot)):
            together = promote(self(node.left), self(node.comparators[0]))
            if together.numeric:
                return replace(together, letter="b", dtypes=frozenset())
        return BOOLEAN

    def _joinedstr(self, node: gast.JoinedStr) -> Fact:
        return replace(OPAQUE, type=str)

    def _ifexp(self, node: gast.IfExp) -> Fact:
        return join(self(node.body), self(node.orelse))

    def _tuple(self, node: gast.Tuple | gast.List) -> Fact:
        kind = "list" if isinstance(node, gast.List) else "tuple"
        kind_type = list if isinstance(node, gast.List) else tuple
        if any(isinstance(item, gast.Starred) for item in node.elts):
            return Fact(kind, type=kind_type)
        items = tuple(self.item(item) for item in node.elts)
        return Fact(kind, items=items, item=join_all(items), type=kind_type)

    _list = _tuple

    def item(self, node: gast.expr) -> Fact:
        """The fact of an expression that becomes an item of a container: it may outlive the variable."""
        fact = self(node)
        return fact if not self.is_passing(fact) else replace(fact, shape=None, length=None)

    def is_passing(self, fact: Fact) -> bool:
        """Whether a fact is told in terms of variables that may mean something else in the next trip of a loop."""
        of_length = fact.length is not None and mentions(frozenset([repr(fact.length)]), self.symbolic)
        return of_length or mentions(fact.shape, self.symbolic)

    def _dict(self, node: gast.Dict) -> Fact:
        items = tuple(self.item(value) for value in node.values)
        if all(isinstance(key, gast.Constant) for key in node.keys):
            keys = tuple(key.value for key in node.keys)
            return Fact("dict", items=items, keys=keys, item=join_all(items), type=dict)
        return Fact("dict", item=join_all(items), type=dict)

    def _attribute(self, node: gast.Attribute) -> Fact:
        known = self._object(node)
        if known is not ANYTHING:
            return known
        owner = self(node.value)
        if owner.keys and node.attr in owner.keys and owner.items is not None:
            return owner.items[owner.keys.index(node.attr)]
        if owner.kind == "record":
            return _class_attribute(owner.type, node.attr)
        if node.attr in ("ndim", "size", "nbytes", "itemsize"):
            one = node.attr == "size" and owner.numeric and owner.rank == 1
            return length_of_axis(owner, 0) if one else INTEGER
        if node.attr == "shape":
            return shape_as_tuple(owner)
        if node.attr == "dtype":
            return replace(OPAQUE, type=np.dtype, letter=owner.letter, dtypes=owner.dtypes) if owner.numeric else OPAQUE
        if node.attr in ("real", "imag") and owner.numeric:
            return replace(owner, letter="f" if owner.letter == "c" else owner.letter, value=None)
        if node.attr in ("T", "mT") and owner.numeric:
            axes = axes_of(owner.shape)
            if axes is not None and node.attr == "mT":
                axes = (*axes[:-2], *reversed(axes[-2:]))
            elif axes is not None:
                axes = tuple(reversed(axes))
            return replace(owner, shape=shape_of_axes(axes) if axes is not None else None, value=None)
        return ANYTHING

    def _subscript(self, node: gast.Subscript) -> Fact:
        owner = self(node.value)
        index = node.slice
        if owner.kind in ("list", "tuple", "dict"):
            return self._item(owner, index)
        if owner.kind == "opaque":
            return OPAQUE
        if owner.kind == "record" or owner.kind == "function":
            return ANYTHING
        if not owner.numeric:
            return ANYTHING if owner.kind == "anything" else Fact("numeric", owner.letter)
        return self._element(owner, index)

    def _item(self, owner: Fact, index: gast.expr) -> Fact:
        if isinstance(index, gast.Slice):
            items = owner.items
            parts = [self(part).value if part is not None else None for part in (index.lower, index.upper, index.step)]
            known = all(
                part is None or isinstance(value, int)
                for part, value in zip((index.lower, index.upper, index.step), parts, strict=True)
            )
            if items is not None and known:
                chosen = items[slice(*parts)]
                return Fact(owner.kind, items=chosen, item=join_all(chosen), type=owner.type)
            return Fact(owner.kind, item=owner.item, type=owner.type)
        key = self(index).value
        if owner.shape is not None and owner.kind == "tuple" and owner.items is None and isinstance(key, int):
            return length_of_axis(Fact("array", shape=owner.shape), key)
        if owner.items is not None and key is not None:
            if owner.kind == "dict" and not isinstance(key, (list, dict)) and key in owner.keys:
                return owner.items[owner.keys.index(key)]
            if owner.kind != "dict" and isinstance(key, int) and -len(owner.items) <= key < len(owner.items):
                return owner.items[key]
        if owner.kind == "dict" and key is not None and owner.first and key in owner.keys:
            return owner.first[owner.keys.index(key)]
        if owner.kind == "list" and isinstance(key, int) and 0 <= key < len(owner.first):
            return owner.first[key]
        return owner.item or ANYTHING

    def _element(self, owner: Fact, index: gast.expr) -> Fact:
        """What an index takes of a number or an array."""
        parts = list(index.elts) if isinstance(index, gast.Tuple) else [index]
        entries: list[Entry] = []
        for part in parts:
            entry = self.entry(part)
            if entry is None:
                rank = rank_of_index(owner.rank, index, self) if owner.rank is not None else None
                array = rank is not None or any(isinstance(p, gast.Slice) or self._copies(p) for p in parts)
                return Fact("array" if array else "numeric", owner.letter, rank, dtypes=owner.dtypes)
            entries.append(entry)
        rank = owner.rank
        if rank is not None:
            rank += entries.count("new") - entries.count("number")
        if rank is not None and rank < 0:  # NumPy raises
            return Fact("numeric", owner.letter, dtypes=owner.dtypes)
        if rank == 0 and "rest" not in entries:
            return Fact("number", owner.letter, 0, SCALAR, owner.dtypes)
        shape = cut(owner.shape, entries) if "unknown" not in entries else None
        slices = any(isinstance(p, gast.Slice) for p in parts) or "rest" in entries
        return Fact("array" if rank is not None or slices else "numeric", owner.letter, rank, shape, owner.dtypes)

    def _copies(self, part: gast.expr) -> bool:
        """Whether an index makes a copy: a list, an array or a mask."""
        fact = self(part)
        return fact.kind in ("list", "array") or fact.letter == "b"

    def entry(self, part: gast.expr) -> Entry | None:
        """What one entry of an index does; None where it is no basic index for certain."""
        if isinstance(part, gast.Slice):
            return self.span(part) or "unknown"
        if isinstance(part, gast.Constant) and part.value is Ellipsis:
            return "rest"
        fact = self(part)
        if fact.kind == "opaque" and fact.type is type(None):
            return "new"
        return "number" if fact.kind == "number" and fact.letter in "iu" else None

    def span(self, part: gast.Slice) -> Span | None:
        """A slice with step 1 between ends of which something is known, or without ends."""
        ends: list[Length | None] = []
        for end in (part.lower, part.upper):
            if end is None or (isinstance(end, gast.Constant) and end.value is None):
                ends.append(None)
                continue
            length = self(end).length
            if length is None:
                return None
            ends.append(length)
        step = part.step is None or (isinstance(part.step, gast.Constant) and part.step.value in (None, 1))
        return Span(*ends) if step else None

    def _call(self, node: gast.Call) -> Fact:
        try:
            function = self.object_of(node.func)
        except LookupError:
            function = None
        arguments = [self(argument) for argument in node.args]
        record = fact_of_made(node, self)
        if record is not None:
            return record
        if function is not None:
            known = result_of_function(function, node, arguments, self)
            if known is not None:
                return known
        elif isinstance(node.func, gast.Attribute):
            owner = self(node.func.value)
            known = result_of_method(node.func.attr, owner, arguments, node, self)
            if known is not None:
                return known
        if self.callee is not None:
            return self.callee(node, arguments, self) or ANYTHING
        return ANYTHING


@lru_cache(maxsize=1024)
def _fact_of_literal(kind: str, value: Any) -> Fact:
    """The fact of a literal; the type tells `1`, `1.0` and `True` apart, which are equal."""
    return fact_of_object(value, "")


def _walk_path(value: Any, path: list[str]) -> Any:
    """What a path of attributes leads to, through modules and classes, and what objects hold themselves."""
    for attr in reversed(path):
        if isinstance(value, (types.ModuleType, type)):
            if not hasattr(value, attr):
                raise LookupError(attr)
            value = getattr(value, attr)
        else:
            value = getattr(value, "__dict__", {})[attr]
    return value


def _merged(left: Fact, right: Fact) -> Fact:
    """`a | b` of dictionaries: where both have a key, the right one counts."""
    if left.items is None or right.items is None:
        return Fact("dict", item=ANYTHING, type=left.type)
    items = dict(zip(left.keys, left.items)) | dict(zip(right.keys, right.items))
    return Fact("dict", items=tuple(items.values()), keys=tuple(items), item=join_all(tuple(items.values())), type=dict)


def _class_attribute(cls: type | None, attr: str) -> Fact:
    """What is known of an attribute that no object of a class is known to have itself."""
    found = inspect.getattr_static(cls, attr, None) if cls is not None else None
    if found is None or isinstance(found, type) or hasattr(type(found), "__get__"):
        return ANYTHING
    return fact_of_object(found, attr)


def _is_natural(fact: Fact) -> bool:
    return isinstance(fact.value, int) and fact.value >= 0


def _sequence_operation(operator: gast.operator, left: Fact, right: Fact) -> Fact:
    sequence = left if left.kind in ("list", "tuple") else right
    other = right if sequence is left else left
    if isinstance(operator, gast.Add) and other.kind == sequence.kind:
        if left.items is not None and right.items is not None:
            items = left.items + right.items
            return Fact(sequence.kind, items=items, item=join_all(items), type=sequence.type)
        item = join(left.item, right.item) if left.item and right.item else left.item or right.item
        return Fact(sequence.kind, item=item, type=sequence.type)
    if isinstance(operator, gast.Mult) and other.kind == "number":
        return Fact(sequence.kind, item=sequence.item, type=sequence.type)
    return Fact("array", "?")  # an array and a list


class _Inference:
    """Runs over the body, joining what is bound to each variable, until nothing changes.

    A variable starts as nothing, not as anything: in the first runs, a statement that reads a variable that no run has
    bound yet (one that an earlier trip of a loop binds) waits. Once nothing changes, what still waits reads variables
    that are never bound on the way to it, and is run.
    """

    def __init__(
        self, facts: Facts, parameters: frozenset[str], aliases: Aliases, effects: Callable[[gast.Call], Any] | None
    ) -> None:
        self.effects = effects
        self.facts = facts
        self.aliases = aliases
        self.changed = True
        self.parameters = parameters
        self.bound: set[str] = set(parameters)
        self.waiting = False
        self.patient = True
        self.reads: dict[int, frozenset[str]] = {}

    def waits(self, statement: gast.Assign | gast.AugAssign) -> bool:
        """Whether a statement reads what nothing has bound yet."""
        if not self.patient:
            return False
        reads = self.reads.get(id(statement))
        if reads is None:
            reads = frozenset(
                node.id
                for node in gast.walk(statement)
                if isinstance(node, gast.Name)
                and node.id in self.facts.of
                and (isinstance(node.ctx, gast.Load) or isinstance(statement, gast.AugAssign))
            )
            self.reads[id(statement)] = reads
        if reads <= self.bound:
            return False
        self.waiting = True
        return True

    def finished(self) -> bool:
        """Whether nothing changes any more, and nothing waits."""
        if not self.changed and self.waiting and self.patient:
            self.patient, self.changed = False, True
        return not self.changed

    def bind(self, target: str, fact: Fact) -> None:
        known = self.facts.of.get(target)
        if target in self.facts.narrowed and fact.numeric:
            number = self.facts.narrowed[target] == "number"
            fact = replace(fact, kind="number", rank=0, shape=frozenset()) if number else replace(fact, kind="array")
        if target in self.facts.ranks and target not in self.parameters:
            fact = of_rank(fact, target, self.facts.ranks[target])
        if target in self.facts.symbolic:
            fact = _told_by_itself(fact, target)
        elif target in self.facts.early and self.facts.is_passing(fact):
            fact = replace(fact, shape=None, length=None)
        first = target not in self.bound
        new = fact if first else join(known, fact)
        self.bound.add(target)
        if new != known or (known is not None and known.value is not new.value):
            if known is not None and new.value is not known.value and not (first and new.kind == "function"):
                new = replace(new, value=None)
                if new == known and known.value is None:
                    return
            self.facts.of[target] = new
            self.changed = True

    def block(self, body: list[gast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, statement: gast.stmt) -> None:
        if isinstance(statement, (gast.Assign, gast.AugAssign)) and self.waits(statement):
            return
        if isinstance(statement, gast.Assign):
            plain = isinstance(statement.targets[0], gast.Name)
            self.assign(statement.targets[0], (self.facts if plain else self.facts.item)(statement.value))
            if isinstance(statement.value, gast.Call):
                self.effect(statement.value)
        elif isinstance(statement, gast.AugAssign):
            self.augment(statement)
        elif isinstance(statement, gast.For):
            assert isinstance(statement.target, gast.Name)
            self.bind(statement.target.id, INTEGER)
            self.block(statement.body)
        elif isinstance(statement, (gast.If, gast.While)):
            self.block(statement.body)
            self.block(statement.orelse)
        elif isinstance(statement, gast.With):
            for item in statement.items:
                if isinstance(item.optional_vars, gast.Name):
                    self.bind(item.optional_vars.id, ANYTHING)
            self.block(statement.body)
        elif isinstance(statement, gast.Try):
            self.block(statement.body)
            for handler in statement.handlers:
                if handler.name is not None:
                    self.bind(handler.name if isinstance(handler.name, str) else handler.name.id, OPAQUE)
                self.block(handler.body)
            self.block(statement.orelse)
            self.block(statement.finalbody)
        elif isinstance(statement, gast.FunctionDef):
            self.facts.inner[statement.name] = statement
            self.bind(statement.name, Fact("function", functions=(statement,)))
        elif isinstance(statement, (gast.Import, gast.ImportFrom)):
            for alias in statement.names:
                self.bind((alias.asname or alias.name).split(".")[0], Fact("function"))
        elif isinstance(statement, gast.Expr) and isinstance(statement.value, gast.Call):
            self.effect(statement.value)

    def assign(self, target: gast.expr, fact: Fact) -> None:
        if isinstance(target, gast.Name):
            self.bind(target.id, fact)
        elif isinstance(target, gast.Subscript) and isinstance(target.value, gast.Name):
            self.stored(target.value.id, target.slice, fact)
        elif isinstance(target, gast.Attribute) and isinstance(target.value, gast.Name):
            self.stored(target.value.id, gast.Constant(target.attr, None), fact)

    def stored(self, container: str, index: gast.expr, fact: Fact) -> None:
        """What is stored into a list, a dictionary or a record joins what is known of its items."""
        for name in self.aliases.get(container, (container,)):
            known = self.facts.of.get(name, ANYTHING)
            if known.kind == "list" and isinstance(index, gast.Slice) and fact.items == ():
                self.replace(name, replace(known, items=None, first=()) if known.items != () else known)
            elif known.kind == "list" and isinstance(index, gast.Slice):
                item = fact.item if fact.container else replace(fact, kind="numeric", rank=None, shape=None)
                self.replace(name, replace(known, items=None, first=(), item=_joined(known, item)))
            elif known.container:
                self.replace(name, self.with_item(known, self.facts(index).value, fact))

    def with_item(self, known: Fact, key: Any, fact: Fact) -> Fact:
        """A container after a store."""
        together = _joined(known, fact)
        if known.kind == "dict" and (known.items is None or key is None or key not in known.keys):
            return self.with_key(known, key, fact, together)
        if known.kind == "record" and known.items is not None and key not in known.keys:
            joined = join(_class_attribute(known.type, key), fact)
            new = fact if _class_attribute(known.type, key) is ANYTHING else joined
            return replace(known, items=(*known.items, new), keys=(*known.keys, key), item=together)
        if known.items is None:
            first = list(known.first)
            for k in range(len(first)):
                if key == k or not isinstance(key, int) or key < 0:
                    first[k] = join(first[k], fact)
            return replace(known, item=together, first=tuple(first))
        if known.kind in ("dict", "record"):
            position = known.keys.index(key) if key is not None and key in known.keys else None
        else:
            position = key if isinstance(key, int) and -len(known.items) <= key < len(known.items) else None
        if position is not None:
            items = list(known.items)
            items[position] = join(items[position], fact)
            return replace(known, items=tuple(items), item=together)
        if known.kind == "list":
            return replace(known, items=tuple(join(item, fact) for item in known.items), item=together)
        return replace(known, items=None, keys=(), item=together)

    def replace(self, target: str, fact: Fact) -> None:
        if self.facts.of.get(target) != fact:
            self.facts.of[target] = fact
            self.changed = True

    def augment(self, statement: gast.AugAssign) -> None:
        if isinstance(statement.target, gast.Name):
            known = self.facts(statement.target)
            result = self.facts(
                gast.BinOp(gast.Name(statement.target.id, gast.Load(), None, None), statement.op, statement.value)
            )
            if known.kind == "array":  # written in place: its own kind, rank and shape stay
                return
            self.bind(statement.target.id, result)

    def effect(self, call: gast.Call) -> None:
        known = self.effects(call) if self.effects is not None else None
        for written in known.writes if known is not None else ():
            for name in self.aliases.get(written, (written,)):
                fact = self.facts.of.get(name, ANYTHING)
                if fact.container:
                    self.replace(name, Fact(fact.kind, item=ANYTHING, type=fact.type))
        if not isinstance(call.func, gast.Attribute) or not isinstance(call.func.value, gast.Name):
            return
        container, attr = call.func.value.id, call.func.attr
        for name in self.aliases.get(container, (container,)):
            known = self.facts.of.get(name, ANYTHING)
            if known.kind == "list" and attr in ("append", "insert", "extend") and call.args:
                fact: Fact | None = self.facts.item(call.args[-1])  # type: ignore[no-redef]
                assert fact is not None
                if attr == "extend" and fact.items == ():
                    continue
                if attr == "extend" and fact.container:
                    fact = fact.item  # type: ignore[assignment]
                elif attr == "extend":
                    fact = replace(fact, kind="numeric", rank=None, shape=None) if fact.numeric else ANYTHING
                first = known.beginning if attr != "insert" else ()
                self.replace(name, replace(known, items=None, first=first, item=_joined(known, fact)))
            elif known.kind == "list" and attr in ("pop", "clear", "remove", "sort", "reverse") and known.items != ():
                self.replace(name, replace(known, items=None, first=()))
            elif known.kind == "dict" and attr in ("pop", "popitem", "clear") and known.items:
                self.replace(name, replace(known, items=None, first=known.beginning))
            elif known.kind == "dict" and attr in ("update", "setdefault"):
                self.replace(name, replace(known, items=None, keys=(), first=(), item=ANYTHING))

    def with_key(self, known: Fact, key: Any, fact: Fact, together: Fact | None) -> Fact:
        """A dictionary after a store under a key that may be new."""
        if known.items is None and not known.keys:
            return replace(known, item=together)
        found = dict(zip(known.keys, known.beginning))
        if key is None:
            found = {other: join(each, fact) for other, each in found.items()}
        else:
            found[key] = join(found[key], fact) if key in found else fact
        return replace(known, items=None, keys=tuple(found), first=tuple(found.values()), item=together)


def _told_by_itself(fact: Fact, variable: str) -> Fact:
    """A fact in terms of the variable itself, where nothing else tells its shape or length."""
    if fact.kind in ("array", "numeric") and fact.shape is None:
        return replace(fact, shape=frozenset([variable]) if fact.rank is None else symbol_axes(variable, fact.rank))
    if fact.kind == "number" and fact.letter == "i" and fact.length is None and fact.value is None:
        return replace(fact, length=Length(0, ((variable, 1),)))
    return fact


def _joined(known: Fact, fact: Fact | None) -> Fact | None:
    """What is known of the items of a container that gets another one; None is nothing."""
    if known.items == ():
        return fact
    return join(known.item, fact) if known.item is not None and fact is not None else None


def infer(
    function: core.Function,
    parameters: dict[str, Fact],
    callee: CalleeFact | None = None,
    *,
    helpers: dict[str, Any] | None = None,
    aliases: Aliases | None = None,
    narrowed: dict[str, str] | None = None,
    effects: Callable[[Facts], Callable[[gast.Call], Any]] | None = None,
) -> Facts:
    """The facts of every variable of `function`, given those of its parameters.

    Parameters
    ----------
    helpers : dict, optional
        Names that stand for objects though the primal does not know them.
    aliases : dict, optional
        For a container that is changed under one of several names, all of them.
    narrowed : dict, optional
        Variables that a test has told to be arrays or numbers.
    effects : callable, optional
        What calls of the user's functions write into: of a container that is, nothing is known any more.
    """
    told: dict[str, int] = {}
    while True:
        facts = Facts(dict(parameters), function, *order_of_bindings(function), callee, helpers=dict(helpers or {}))
        facts.narrowed, facts.ranks = dict(narrowed or {}), told
        for name, rank in told.items():
            facts.of[name] = of_rank(facts.of[name], name, rank) if name in parameters else ANYTHING
        facts.complex_numbers = complex_numbers_occur(function, parameters.values(), facts.helpers)
        for local in _locals(function):
            facts.of.setdefault(local, ANYTHING)
        known = effects(facts) if effects is not None else None
        _to_the_end(_Inference(facts, frozenset(parameters), aliases or {}, known), function)
        more = told_ranks(facts)
        if more.keys() <= told.keys():
            return facts
        told = {**more, **told}


def _to_the_end(run: _Inference, function: core.Function) -> None:
    """Repeat until nothing changes."""
    facts = run.facts
    for _ in range(30):
        if run.finished():
            return
        run.changed = run.waiting = False
        run.block(function.body)
    for name, fact in facts.of.items():  # shapes that grow without end: forget what keeps changing
        if name not in run.parameters and fact.kind != "number":
            facts.of[name] = ANYTHING


def infer_statements(facts: Facts, body: list[gast.stmt]) -> None:
    """Add the facts of the variables that further statements bind."""
    run = _Inference(facts, frozenset(), {}, None)
    run.bound, run.patient = set(facts.of), False
    for _ in range(6):
        if not run.changed:
            return
        run.changed = False
        run.block(body)


def _locals(function: core.Function) -> set[str]:
    found: set[str] = set()
    for statement in function.body:
        for node in walk(statement):
            if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
                found.add(node.id)
            elif isinstance(node, gast.FunctionDef):
                found.add(node.name)
    return found - set(function.parameters)
