"""Ranks that the function itself tells: an array whose shape is unpacked, an element that `math` takes for a number."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gast

from srcdiff.analysis.facts import Fact
from srcdiff.analysis.shapes import symbol_axes
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import names_read, walk

if TYPE_CHECKING:
    from srcdiff.analysis.inference import Facts

__all__ = ["of_rank", "told_ranks"]

Block = list[gast.stmt]


def of_rank(fact: Fact, symbol: str, rank: int) -> Fact:
    """A fact of an array, with what its rank tells."""
    if fact.kind not in ("numeric", "array") or fact.rank is not None:
        return fact
    shape = symbol_axes(symbol, rank) if fact.shape == frozenset([symbol]) else fact.shape
    return replace(fact, kind="array", rank=rank, shape=shape)


def told_ranks(facts: Facts) -> dict[str, int]:
    """The ranks that statements tell, of variables whose rank is not known."""
    body = facts.function.body
    return {**_of_unpacked_shapes(facts, body), **_of_numbers(facts, body)}


def _of_unpacked_shapes(facts: Facts, body: Block) -> dict[str, int]:
    """`n, m = x.shape` for a parameter, before it is bound anew and outside of branches."""
    found: dict[str, int] = {}
    shapes: dict[str, str] = {}
    bound: set[str] = set()
    for statement in body:
        if isinstance(statement, gast.If):
            whole, length = _checked_length(statement)
            if whole in shapes and shapes[whole] not in found:
                found[shapes[whole]] = length
        elif isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            owner = _owner_of_shape(statement.value)
            if owner in facts.function.parameters and owner not in bound and _lacks_rank(facts, owner):
                shapes[statement.targets[0].id] = owner
        bound |= {name for inner in statements([statement]) for name in bound_names(inner)}
    return found


def _lacks_rank(facts: Facts, name: str) -> bool:
    fact = facts.of.get(name)
    return fact is not None and fact.kind in ("numeric", "array") and fact.rank is None


def _owner_of_shape(node: gast.expr) -> str:
    if isinstance(node, gast.Attribute) and node.attr == "shape" and isinstance(node.value, gast.Name):
        name: str = node.value.id
        return name
    return ""


def _checked_length(statement: gast.If) -> tuple[str, int]:
    """The variable and the number in `if len(whole) != 2: raise ...`."""
    test = statement.test
    raises = len(statement.body) == 1 and isinstance(statement.body[0], gast.Raise)
    if not raises or not isinstance(test, gast.Compare) or not isinstance(test.ops[0], gast.NotEq):
        return "", 0
    measured, length = test.left, test.comparators[0]
    plain = isinstance(measured, gast.Call) and isinstance(measured.func, gast.Name) and measured.func.id == "len"
    if plain and isinstance(measured.args[0], gast.Name) and isinstance(length, gast.Constant):
        return measured.args[0].id, length.value
    return "", 0


def _of_numbers(facts: Facts, body: Block) -> dict[str, int]:
    """An element that is used as a number tells the rank: `x[i]` in `math.pow(x[i], 2)`, or in `y[k] = x[i] * 2`."""
    asked, told = _asked_for_rank(body), list(_unconditional(body, set(facts.function.parameters)))
    once = Counter(name for statement in statements(body) for name in bound_names(statement))
    values = {
        statement.targets[0].id: statement.value
        for statement in told
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name)
    }
    numbers: set[str] = set()
    pending = [name for statement in told for name in _used_as_numbers(facts, statement)]
    found: dict[str, int] = {}
    while pending:
        name = pending.pop()
        value = values.get(name)
        if name in numbers or value is None or once[name] != 1:
            continue
        numbers.add(name)
        if isinstance(value, (gast.BinOp, gast.UnaryOp)) and not isinstance(getattr(value, "op", None), gast.MatMult):
            pending += [part.id for part in gast.iter_child_nodes(value) if isinstance(part, gast.Name)]
        elif isinstance(value, gast.Subscript) and isinstance(value.value, gast.Name):
            count, owner = _whole_numbers(facts, value.slice), value.value.id
            steady = once[owner] == (owner not in facts.function.parameters)
            if count and steady and owner not in asked and _lacks_rank(facts, owner):
                found[owner] = count
    return found


def _unconditional(body: Block, fixed: set[str]) -> Iterator[gast.stmt]:
    """The statements that no flag decides about, as it may go with the ranks of the arguments."""
    for statement in body:
        yield statement
        if isinstance(statement, gast.If) and names_read(statement.test) <= fixed:
            continue
        for block in blocks(statement):
            yield from _unconditional(block, fixed)


def _whole_numbers(facts: Facts, index: gast.expr) -> int:
    """How many whole numbers an index consists of; 0 where it has other parts."""
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    known = all(
        not isinstance(part, gast.Slice) and facts(part).kind == "number" and facts(part).letter in "iu"
        for part in parts
    )
    return len(parts) if known else 0


def _used_as_numbers(facts: Facts, statement: gast.stmt) -> list[str]:
    """The variables that a statement takes for numbers."""
    value = getattr(statement, "value", None)
    if isinstance(value, gast.Call) and _takes_numbers(facts, value.func):
        return [a.id for a in value.args if isinstance(a, gast.Name)]
    target = statement.targets[0] if isinstance(statement, gast.Assign) else getattr(statement, "target", None)
    if isinstance(target, gast.Subscript) and isinstance(target.value, gast.Name) and isinstance(value, gast.Name):
        owner = facts.of.get(target.value.id)
        if owner is not None and owner.kind == "array" and owner.rank == _whole_numbers(facts, target.slice):
            return [value.id]
    return []


def _takes_numbers(facts: Facts, function: gast.expr) -> bool:
    if isinstance(function, gast.Attribute) and isinstance(function.value, gast.Name):
        return function.value.id not in facts.of and facts(function.value).value is math
    return isinstance(function, gast.Name) and function.id not in facts.of and _object(facts, function) is float


def _object(facts: Facts, node: gast.expr) -> Any:
    try:
        return facts.object_of(node)
    except LookupError:
        return None


def _asked_for_rank(body: Block) -> set[str]:
    """Variables whose rank the function asks for: what it does then may hold for some ranks only."""
    found: set[str] = set()
    for statement in statements(body):
        for field in ("test", "value", "iter"):
            node = getattr(statement, field, None)
            for part in walk(node) if isinstance(node, gast.AST) else ():
                if isinstance(part, gast.Attribute) and part.attr == "ndim" and isinstance(part.value, gast.Name):
                    found.add(part.value.id)
                elif isinstance(part, gast.Call) and part.args and isinstance(part.args[0], gast.Name):
                    called = part.func.attr if isinstance(part.func, gast.Attribute) else getattr(part.func, "id", "")
                    if called in ("isinstance", "ndim", "isscalar"):
                        found.add(part.args[0].id)
    return found
