"""Adjoints as an expert writes them: assigned first, added to later, never a zero that is only added to.

The reverse transform says "add to", "forget" and "pass on". This pass knows at each point which adjoints are still zero
and which arrays are their adjoint's own, and writes `=`, `+=` or `x_bar = x_bar + ...` accordingly. What only passes on
a zero disappears.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import gast

from srcdiff import runtime
from srcdiff.analysis.structure import root_name
from srcdiff.build import (
    add,
    assign,
    augment,
    call,
    constant,
    index_argument,
    name,
    statement_like,
    store,
    subscript,
    walk,
)
from srcdiff.simplify.memory import Memory
from srcdiff.transform.marks import Accumulate, Group, Restore, Zero
from srcdiff.transform.setting import Setting

__all__ = ["write_adjoints"]

Block = list[gast.stmt]
Tokens = frozenset[int]

OUTSIDE = 0
"""The memory of everything that is no adjoint: arguments, the seed, kept values."""


@dataclass
class _State:
    """For each adjoint that is not zero, the memory that it may share."""

    memory: dict[str, Tokens] = field(default_factory=dict)

    def copy(self) -> _State:
        return _State(dict(self.memory))

    def owned(self, bar: str) -> bool:
        """Whether nothing else may see the array of this adjoint."""
        mine = self.memory[bar]
        if OUTSIDE in mine:
            return False
        return all(other == bar or not (mine & tokens) for other, tokens in self.memory.items())

    def sharing(self, bar: str) -> set[str]:
        """The adjoints that may see the array of this one."""
        mine = self.memory.get(bar, frozenset())
        return {other for other, tokens in self.memory.items() if other != bar and mine & tokens}


class _Writer:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.variable_of = {bar: variable for variable, bar in setting.bars.items()}
        self.rank_of = {bar: k for k, bar in enumerate(self.variable_of)}
        self.memory = Memory(setting)
        self.apart: set[str] = set()
        self.fresh_tokens = itertools.count(1)
        self.needs_array: set[str] = set()

    # Memory.

    def new_memory(self) -> Tokens:
        return frozenset([next(self.fresh_tokens)])

    def is_number(self, bar: str) -> bool:
        variable = self.variable_of.get(bar)
        return variable is not None and self.setting.fact(variable).kind == "number"

    def memory_of(self, node: gast.expr, state: _State) -> Tokens:
        """The memory that the value of an expression may share."""
        names, frozen = self.memory.shared(node)
        found: Tokens = frozenset([OUTSIDE]) if frozen else frozenset()
        for each in names:
            if each in state.memory:
                found |= state.memory[each]
            elif not self.is_number(each):
                found |= {OUTSIDE}
        apart = isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name) and node.value.id in self.apart
        return found if found and not apart else self.new_memory()

    # Zeros.

    def zero(self, bar: str) -> gast.expr:
        """A zero to add to: of the variable's shape where it is an array for certain, or elements are added."""
        variable = self.variable_of[bar]
        fact = self.setting.fact(variable)
        if fact.kind == "number":
            return constant(0j if fact.letter == "c" else 0.0)
        simple = fact.kind == "numeric" and variable not in self.setting.wrt and bar not in self.needs_array
        if simple and variable not in self.setting.function.parameters:
            return constant(0.0)
        value = self.setting.recomputed.get(variable, name(variable))
        return call(self.setting.helper(runtime.zeros_like), value)

    def materialise(self, bar: str, state: _State, out: Block) -> None:
        """Make an adjoint that is zero a zero that can be added to."""
        if bar not in state.memory and bar in self.variable_of:
            out.append(assign(bar, self.zero(bar)))
            state.memory[bar] = self.new_memory()

    def own(self, bar: str, state: _State, out: Block) -> None:
        """Make an adjoint's array its own."""
        self.materialise(bar, state, out)
        if bar in self.setting.in_place:  # a shadow stays what it is: it is others that get a copy
            for other in state.sharing(bar) - self.setting.in_place:
                out.append(assign(other, call(self.setting.helper(runtime.copy), name(other))))
                state.memory[other] = self.new_memory()
        elif bar in state.memory and not state.owned(bar) and not self.is_number(bar):
            out.append(assign(bar, call(self.setting.helper(runtime.copy), name(bar))))
            state.memory[bar] = self.new_memory()

    # Statements.

    def block(self, body: Block, state: _State) -> Block:
        out: Block = []
        for statement in body:
            mark = len(out)
            self.statement(statement, state, out)
            for made in out[mark:]:
                if not hasattr(made, "lineno"):
                    statement_like(made, statement)
        return out

    def statement(self, statement: gast.stmt, state: _State, out: Block) -> None:
        if isinstance(statement, Group):
            if statement.cotangents and not any(bar in state.memory for bar in statement.cotangents):
                return
            for bar in (*statement.cotangents, *statement.reads):
                self.materialise(bar, state, out)
            for bar in statement.owns:
                self.own(bar, state, out)
            for inner in statement.body:
                self.statement(inner, state, out)
        elif isinstance(statement, Accumulate):
            self.accumulate(statement, state, out)
        elif isinstance(statement, Zero):
            self.forget(statement.target, state, out)
        elif isinstance(statement, gast.Assign):
            self.assigned(statement, state, out)
        elif isinstance(statement, gast.If):
            self.branch(statement, state, out)
        elif isinstance(statement, gast.For):
            self.loop(statement, state, out)
        elif isinstance(statement, gast.With):
            out.append(gast.With(statement.items, self.block(statement.body, state), None))
        else:
            self.read(statement, state, out)
            out.append(statement)

    def read(self, statement: gast.AST, state: _State, out: Block) -> None:
        """An adjoint that is read in an unusual place has to be there."""
        if isinstance(statement, Restore):
            return
        for part in walk(statement):
            if isinstance(part, gast.Name) and part.id in self.variable_of:
                self.materialise(part.id, state, out)

    def accumulate(self, statement: Accumulate, state: _State, out: Block) -> None:
        target, value = statement.target, statement.value
        self.read(value, state, out)
        if isinstance(target, gast.Name):
            self.add_whole(target.id, statement, state, out)
            return
        bar = root_name(target)
        assert bar is not None
        assert isinstance(target, gast.Subscript)
        self.own(bar, state, out)
        element = subscript(target.value, target.slice, gast.Store())
        if statement.scatter:
            index = index_argument(target.slice)
            out.append(gast.Expr(call(self.setting.helper(runtime.add_at), target.value, index, value)))
        else:
            out.append(_add_to(element, value))

    def add_whole(self, bar: str, statement: Accumulate, state: _State, out: Block) -> None:
        value = statement.value
        if bar not in state.memory:
            state.memory[bar] = self.new_memory() if self.is_number(bar) else self.memory_of(value, state)
            if statement.fresh:
                state.memory[bar] = self.new_memory()
            elif statement.container:  # its slots may share memory with each other
                state.memory[bar] |= {OUTSIDE}
            out.append(assign(bar, value))
        elif bar in self.setting.in_place or (not statement.container and (self.is_number(bar) or state.owned(bar))):
            if statement.container:
                out.append(gast.Expr(call(self.setting.helper(runtime.add_into), name(bar), value)))
            else:
                out.append(_add_to(store(bar), value))
        elif statement.container:
            out.append(assign(bar, call(self.setting.helper(runtime.add_mirrors), name(bar), value)))
            state.memory[bar] = self.new_memory()
        else:
            out.append(assign(bar, add(name(bar), value)))
            state.memory[bar] = self.new_memory()

    def forget(self, target: gast.expr, state: _State, out: Block) -> None:
        if isinstance(target, gast.Name):
            if target.id in self.setting.in_place:
                return
            state.memory.pop(target.id, None)
            return
        bar = root_name(target)
        assert bar is not None
        assert isinstance(target, gast.Subscript)
        if bar not in state.memory:
            return
        self.own(bar, state, out)
        out.append(gast.Assign([subscript(target.value, target.slice, gast.Store())], constant(0.0), None))

    def assigned(self, statement: gast.Assign, state: _State, out: Block) -> None:
        self.read(statement.value, state, out)
        target = statement.targets[0]
        if isinstance(target, gast.Name):
            if self.memory.items_apart(statement.value):
                self.apart.add(target.id)
            known = target.id in self.variable_of or any(
                isinstance(part, gast.Name) and part.id in state.memory for part in walk(statement.value)
            )
            if known:
                state.memory[target.id] = (
                    self.new_memory() if self.is_number(target.id) else self.memory_of(statement.value, state)
                )
        else:
            bar = root_name(target)
            if bar is not None and bar in self.variable_of:
                self.own(bar, state, out)
        out.append(_compact(statement))

    # Control flow.

    def branch(self, statement: gast.If, state: _State, out: Block) -> None:
        before: Block = []
        while True:
            first, second = state.copy(), state.copy()
            body = self.block(statement.body, first)
            orelse = self.block(statement.orelse, second)
            touched = [
                bar
                for bar in self.variable_of
                if bar not in state.memory and (bar in first.memory) is not (bar in second.memory)
            ]
            if not touched:
                break
            for bar in touched:
                self.materialise(bar, state, before)
        for made in before:
            made.lineno = None
        for bar in sorted(set(first.memory) ^ set(second.memory)):
            if bar in self.variable_of:
                self.materialise(bar, *((second, orelse) if bar in first.memory else (first, body)))
        self.merge(state, first, second)
        out += before
        if body or orelse:
            out.append(gast.If(statement.test, body, orelse))

    def merge(self, state: _State, first: _State, second: _State) -> None:
        merged = {}
        for bar in set(first.memory) & set(second.memory):
            if first.owned(bar) and second.owned(bar):
                merged[bar] = self.new_memory()
            else:
                merged[bar] = first.memory[bar] | second.memory[bar]
        state.memory = merged

    def loop(self, statement: gast.For, state: _State, out: Block) -> None:
        start = len(out)
        for bar in sorted(_owned_in(statement.body)):
            if bar in state.memory and bar not in self.setting.in_place:
                self.own(bar, state, out)  # once, rather than in each trip
        while True:
            inside = state.copy()
            body = self.block(statement.body, inside)
            grown = [bar for bar in inside.memory if bar not in state.memory and bar in self.variable_of]
            if grown:
                for bar in sorted(grown, key=self.rank_of.__getitem__):
                    self.materialise(bar, state, out)
                continue
            shared = [
                bar for bar in state.memory if bar in inside.memory and state.owned(bar) and not inside.owned(bar)
            ]
            if not shared:
                break
            for bar in shared:
                state.memory[bar] = frozenset([OUTSIDE])
        for bar in sorted(set(state.memory) - set(inside.memory)):
            self.materialise(bar, inside, body)
        for made in out[start:]:
            made.lineno = None  # it belongs to the loop, which is not quoted
        if body:
            out.append(gast.For(statement.target, statement.iter, body, [], None))


def _owned_in(body: Block) -> set[str]:
    """The mirrors that are changed in a block."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Group):
            found |= set(statement.owns)
        elif isinstance(statement, (Accumulate, Zero)) and isinstance(statement.target, gast.Subscript):
            found |= {root_name(statement.target) or ""}
        for field_name in ("body", "orelse"):
            found |= _owned_in(getattr(statement, field_name, None) or [])
    return found


def _add_to(target: gast.expr, value: gast.expr) -> gast.stmt:
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        return augment(target, gast.Sub(), value.operand)
    return augment(target, gast.Add(), value)


_COMPACT = (gast.Mult, gast.Div)


def _compact(statement: gast.Assign) -> gast.stmt:
    """`x[i] = x[i] * y` as `x[i] *= y`."""
    target, value = statement.targets[0], statement.value
    if isinstance(target, gast.Subscript) and isinstance(value, gast.BinOp) and isinstance(value.op, _COMPACT):
        if gast.dump(value.left) == gast.dump(subscript(target.value, target.slice)):
            return statement_like(gast.AugAssign(target, value.op, value.right), statement)
    return statement


def write_adjoints(setting: Setting, reverse: Block, returned: list[str], seeded: dict[str, bool]) -> Block:
    """The reverse sweep with every adjoint written plainly.

    Parameters
    ----------
    reverse : list of gast.stmt
        The reverse sweep, with marks; it starts with what seeds the outputs.
    returned : list of str
        The variables whose adjoints the function returns.
    seeded : dict
        Names that hold cotangents from outside, and whether their memory is the function's own.
    """
    writer = _Writer(setting)
    _note_arrays(reverse, writer.needs_array)
    state = _State()
    for bar, own in seeded.items():
        state.memory[bar] = writer.new_memory() if own else frozenset([OUTSIDE])
    for bar in setting.in_place:
        state.memory[bar] = writer.new_memory()
    out = writer.block(reverse, state)
    for variable in returned:
        bar = setting.bar_name(variable)
        writer.own(bar, state, out)
    return out


def _note_arrays(body: Block, found: set[str]) -> None:
    for statement in body:
        if isinstance(statement, (Accumulate, Zero)) and isinstance(statement.target, gast.Subscript):
            root = root_name(statement.target)
            if root is not None:
                found.add(root)
        elif isinstance(statement, Group):
            found |= set(statement.owns)
        for field_name in ("body", "orelse"):
            _note_arrays(getattr(statement, field_name, None) or [], found)
