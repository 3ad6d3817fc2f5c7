"""What writes into an array, as the assignments that it is; containers changed by a few basic operations alone.

>>> # np.copyto(a, v)            a[...] = v
>>> # np.sin(x, out=c)           c_sin = np.sin(x);  c[...] = c_sin
>>> # z.imag += v                z_imag = z.imag;  z_imag[...] += v

A core-to-core pass: after it the transform needs no rule for them. What it leaves as it is has no right derivative here
and is refused by name, where it carries one.
"""

from __future__ import annotations

import copy
import inspect
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.facts import ANYTHING
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.origins import call_target
from srcdiff.build import assign, attribute, call, constant, dotted, is_name, name, store, subscript
from srcdiff.kinds import NeedsKind
from srcdiff.names import Names
from srcdiff.transform import container_forms
from srcdiff.transform.flat_iterators import flat_names, through_flat
from srcdiff.transform.out_arguments import with_out, written_back
from srcdiff.transform.scatter import ScatterAdd
from srcdiff.transform.writing_functions import EFFECTS, at_each, is_at, store_repeated, whole

__all__ = ["Rewriter", "rewrite_in_place"]

Block = list[gast.stmt]


def rewrite_in_place(
    function: core.Function, facts: Facts, names: Names, refer: Callable[[Any, str], str]
) -> core.Function:
    """The function without calls that write into arrays, and with containers changed by a few basic operations alone.

    Parameters
    ----------
    facts : Facts
        They tell arrays from lists. A name for NumPy that this pass needs is added to its helpers.
    names : Names
        The names that are taken.
    refer : callable
        The name under which generated text knows an object.
    """
    rewriter = Rewriter(function, facts, names, refer)
    body = rewriter.block(function.body)
    return function.with_body(body) if rewriter.changed else function


class Rewriter:
    """One run over a function."""

    def __init__(self, function: core.Function, facts: Facts, names: Names, refer: Callable[[Any, str], str]) -> None:
        self.function = function
        self.facts = facts
        self.names = names
        self.refer = refer
        self.changed = False
        self.flats = flat_names(function, facts)

    def block(self, body: Block) -> Block:
        """The statements of a block."""
        out: Block = []
        for statement in body:
            made = self.rewritten(statement)
            if made is None:
                out.append(self.compound(statement))
                continue
            self.changed = True
            for new in made:
                _place(new, statement)
            out += made
        return out

    def compound(self, statement: gast.stmt) -> gast.stmt:
        """A compound statement with its blocks rewritten."""
        if not isinstance(statement, (gast.If, gast.For, gast.While, gast.With)):
            return statement
        if isinstance(statement, gast.For):
            statement = self.over_keys(statement)
        new = copy.copy(statement)
        new.body = self.block(statement.body)
        if getattr(statement, "orelse", None):
            new.orelse = self.block(statement.orelse)
        return new

    def over_keys(self, loop: gast.For) -> gast.For:
        """A loop over a sequence that has turned out to be a dictionary: it passes the keys."""
        variable = loop.target.id
        if re.sub(r"(_\d+)+$", "", variable) in self.function.source.local_names:
            return loop  # the user's own counter
        owners = {
            part.args[0].id
            for part in gast.walk(loop.iter)
            if isinstance(part, gast.Call) and is_name(part.func, "len") and is_name(part.args[0])
        }
        for owner in sorted(owners):
            fact = self.facts.of.get(owner, ANYTHING)
            if fact.kind == "dict" and not (fact.items and all(isinstance(key, int) for key in fact.keys)):
                self.changed = True
                loop = _with_keys(loop, owner, variable)
        return loop

    def rewritten(self, statement: gast.stmt) -> Block | None:
        """What stands for one statement; None for one that stays."""
        value = getattr(statement, "value", None)
        if isinstance(value, gast.Call) and isinstance(statement, (gast.Expr, gast.Assign)):
            target = statement.targets[0].id if _binds_name(statement) else None
            if target is not None or isinstance(statement, gast.Expr):
                made = self.call(value, target)
                if made is not None:
                    return made
        if isinstance(statement, (gast.Assign, gast.AugAssign)):
            part = self.part_of_array(statement)
            if part is None and self.flats:
                part = through_flat(self, statement)
            if part is not None:
                return part
        return container_forms.rewritten(self, statement)

    def part_of_array(self, statement: gast.Assign | gast.AugAssign) -> Block | None:
        """`z.imag = v`, `z.real += v`, `z.flat = v`: writes into the array."""
        target = statement.targets[0] if isinstance(statement, gast.Assign) else statement.target
        if not isinstance(target, gast.Attribute) or target.attr not in ("real", "imag", "flat"):
            return None
        written = self.array(target.value)
        if written is None or (target.attr == "flat" and isinstance(statement, gast.AugAssign)):
            return None
        if target.attr == "flat":
            return store_repeated(self, written, constant(Ellipsis), statement.value, attribute(name(written), "shape"))
        made: Block = []
        part = self.temporary(f"{written}_{target.attr}", attribute(name(written), target.attr), made)
        if isinstance(statement, gast.Assign):
            return [*made, assign(whole(part.id), statement.value)]
        return [*made, gast.AugAssign(whole(part.id), statement.op, statement.value)]

    def call(self, node: gast.Call, target: str | None) -> Block | None:
        """A call that may write into an array."""
        unpacked = container_forms.unpacked(self, node, target)
        if unpacked is not None:
            return unpacked
        function, arguments = call_target(node, self.facts)
        if function is None or any(isinstance(a, gast.Starred) for a in arguments):
            return None
        if any(k.arg is None for k in node.keywords):
            return None
        operator_of = _lookup(_AUGMENTED, function)
        if operator_of is not None:
            return self.augmented(operator_of, arguments, target)
        known = _lookup(EFFECTS, function)
        if known is not None:
            parameters, rewrite = known
            values = _bound(arguments, node.keywords, parameters)
            return None if target is not None or values is None else self.effect(rewrite, values, node)
        if is_at(function) and target is None and not node.keywords:
            return at_each(self, function, arguments)
        return with_out(self, node, function, arguments, target)

    def effect(
        self, rewrite: Callable[..., Block | None], values: dict[str, gast.expr], node: gast.Call
    ) -> Block | None:
        """A function that is called for what it writes."""
        try:
            inspect.signature(rewrite).bind(self, **values)
        except TypeError:  # too few arguments: Python says so when it is called
            return None
        made = rewrite(self, **values)
        for statement in made or ():
            if isinstance(statement, ScatterAdd):
                statement.written_as = node
        return made

    # Helpers.

    def numpy(self, path: str) -> gast.expr:
        """A function of NumPy, under the name that the text has for it."""
        alias = self.refer(np, "np")
        self.facts.helpers[alias] = np
        return dotted(f"{alias}.{path}")

    def temporary(self, stem: str, value: gast.expr, out: Block) -> gast.Name:
        """Bind a value to a new name."""
        fresh = self.names.fresh(stem)
        self.facts.of[fresh] = self.facts(value)
        out.append(assign(fresh, value))
        return name(fresh)

    def is_number(self, node: gast.expr) -> bool:
        """Whether an atom is a number for certain."""
        return self.facts(node).kind == "number"

    def array(self, node: gast.expr) -> str | None:
        """The variable of an array that is written into; None for what is none."""
        if isinstance(node, gast.Name) and node.id in self.facts.of and self.facts.of[node.id].numeric:
            return node.id  # type: ignore[no-any-return]
        return None

    def require_kinds(self, node: gast.expr) -> None:
        """What a statement means depends on kinds and ranks: those of the parameters are asked for where unknown."""
        facts = self.facts.of
        unknown = [
            p
            for p in self.function.parameters
            if facts[p].kind == "numeric" or (facts[p].kind == "array" and facts[p].rank is None)
        ]
        if unknown:
            raise NeedsKind(unknown, self.function.source.place(node))

    def augmented(self, op: type[gast.operator], arguments: list[gast.expr], target: str | None) -> Block | None:
        """`operator.iadd(a, b)`, `a.__iadd__(b)`: an array or a list is written into, a number is not."""
        if len(arguments) != 2:
            return None
        left, right = arguments
        fact = self.facts(left)
        if isinstance(left, gast.Name) and fact.kind in ("array", "list"):
            return [gast.AugAssign(store(left.id), op(), right), *written_back(target, left.id)]
        if fact.kind == "numeric":
            self.require_kinds(left)
        if fact.kind in ("number", "tuple"):
            value = gast.BinOp(left, op(), right)
            return [gast.Expr(value) if target is None else assign(target, value)]
        return None


# Tables.

_OPERATORS: dict[str, type[gast.operator]] = {
    "add": gast.Add,
    "sub": gast.Sub,
    "mul": gast.Mult,
    "truediv": gast.Div,
    "pow": gast.Pow,
    "matmul": gast.MatMult,
}

_AUGMENTED: dict[Any, type[gast.operator]] = {
    **{getattr(operator, f"i{key}"): kind for key, kind in _OPERATORS.items()},
    **{getattr(np.ndarray, f"__i{key}__"): kind for key, kind in _OPERATORS.items()},
    list.__iadd__: gast.Add,
    list.__imul__: gast.Mult,
}


def _lookup(table: dict[Any, Any], function: Any) -> Any:
    try:
        return table.get(function)
    except TypeError:  # unhashable
        return None


def _binds_name(statement: gast.stmt) -> bool:
    return isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name)


def _bound(
    arguments: Sequence[gast.expr], keywords: Sequence[gast.keyword], parameters: tuple[str, ...]
) -> dict[str, gast.expr] | None:
    """The arguments by name; None where they do not fit."""
    if len(arguments) > len(parameters):
        return None
    values = dict(zip(parameters, arguments))
    for keyword in keywords:
        if keyword.arg not in parameters or keyword.arg in values:
            return None
        values[keyword.arg] = keyword.value
    return values


def _with_keys(loop: gast.For, owner: str, variable: str) -> gast.For:
    """The loop with `list(owner)[k]` in the place of `owner[k]`."""

    def replaced(node: Any) -> Any:
        if isinstance(node, list):
            return [replaced(item) for item in node]
        if not isinstance(node, gast.AST):
            return node
        reads = isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Load)
        if reads and is_name(node.value, owner) and is_name(node.slice, variable):
            return gast.copy_location(subscript(call("list", node.value), node.slice), node)
        new = copy.copy(node)
        for field in node._fields:
            setattr(new, field, replaced(getattr(node, field, None)))
        return new

    made: gast.For = replaced(loop)
    return made


def _place(new: gast.stmt, origin: gast.stmt) -> None:
    """Give made nodes the position of the statement that they stand for."""
    for node in gast.walk(new):
        if isinstance(node, (gast.stmt, gast.expr)) and not hasattr(node, "lineno"):
            gast.copy_location(node, origin)
