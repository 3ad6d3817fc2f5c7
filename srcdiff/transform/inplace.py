"""Functions that write into an array, as the assignments that they are; `np.add.at` as a statement of its own.

>>> # np.copyto(a, v)            a[...] = v
>>> # np.sin(x, out=c)           c_sin = np.sin(x);  c[...] = c_sin
>>> # a.sort()                   a_sort = np.sort(a);  a[...] = a_sort

A core-to-core pass: after it the transform needs no rule for them. What it leaves as it is has no right derivative here
and is refused by name, where it carries one.
"""

from __future__ import annotations

import copy
import inspect
import operator
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import core, runtime
from srcdiff.analysis.facts import ANYTHING
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.storage import call_target, is_basic_index
from srcdiff.analysis.structure import root_name
from srcdiff.build import assign, attribute, call, constant, dotted, is_name, name, negate, store, subscript
from srcdiff.kinds import NeedsKind
from srcdiff.names import Names
from srcdiff.rules import registry
from srcdiff.transform import container_forms
from srcdiff.transform.container_stores import settled
from srcdiff.transform.marks import Accumulate, Group, Restore, Save

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Reverse

__all__ = ["Rewriter", "ScatterAdd", "rewrite_in_place", "scatter_add"]

Block = list[gast.stmt]


class ScatterAdd(gast.AugAssign):  # type: ignore[misc]
    """`np.add.at(a, index, v)`: an `a[index] += v` that adds once for each repeat of an index.

    Attributes
    ----------
    written_as : gast.Call
        The call, as the forward sweep makes it.
    """

    def __init__(self, target: gast.expr, op: gast.operator, value: gast.expr, written_as: gast.Call) -> None:
        super().__init__(target, op, value)
        self.written_as = written_as


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
        return container_forms.rewritten(self, statement)

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
        for table, method in ((_EFFECTS, None), (_AUGMENTED, self.augmented)):
            found = _lookup(table, function)
            if found is not None:
                if method is not None:
                    return method(found, arguments, target)
                parameters, name_of_method = found
                values = _bound(arguments, node.keywords, parameters)
                if target is not None or values is None:
                    return None
                return self.effect(getattr(self, name_of_method), values, node)
        return self.with_out(node, function, arguments, target)

    def effect(
        self, method: Callable[..., Block | None], values: dict[str, gast.expr], node: gast.Call
    ) -> Block | None:
        """A function that is called for what it writes."""
        try:
            inspect.signature(method).bind(**values)
        except TypeError:  # too few arguments: Python says so when it is called
            return None
        made = method(**values)
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

    # `out=`.

    def with_out(self, node: gast.Call, function: Any, arguments: list[gast.expr], target: str | None) -> Block | None:
        """`f(x, out=c)`: compute, then store; the result is `c` itself."""
        rule = registry.lookup(function)
        if rule is None:
            return None
        out, position = _out_of(node, function, arguments)
        if out is None:
            return None
        if self.is_none(out):
            out = constant(None)
        made: Block = []
        fact = self.facts(out)
        if isinstance(out, gast.Name) and fact.kind == "tuple" and fact.items is not None and len(fact.items) == 1:
            out = self.temporary(f"{out.id}_item", subscript(out, constant(0)), made)  # `out=(c,)`
        written = self.array(out)
        shift = len(arguments) - len(node.args)  # the array of a method
        args = node.args if position is None else node.args[: position - shift]
        keywords = [k for k in node.keywords if k.arg != "out"]
        if written is None:
            if not isinstance(out, gast.Constant) or (out.value is not None and out.value is not Ellipsis):
                return None
            plain = gast.Call(node.func, args, keywords)
            if target is None:
                return [gast.Expr(plain)]
            if out.value is None:
                return [assign(target, plain)]
            result = self.temporary(f"{target}_{getattr(function, '__name__', 'new')}", plain, made)
            return [*made, assign(target, gast.Call(self.numpy("asarray"), [result], []))]  # not a number
        where = next((k.value for k in keywords if k.arg == "where"), None)
        if isinstance(function, np.ufunc) and where is not None:
            keywords = [k for k in keywords if k.arg != "where"]
            if not (isinstance(where, gast.Constant) and where.value is True):
                return [*made, *self.selected(node.func, args, keywords, where, written, target)]
        plain = gast.Call(node.func, args, keywords)
        if self.facts(plain).letter in "fc" and self.facts.of[written].letter in "iub":
            return None  # NumPy refuses it when it is called
        result = self.temporary(f"{written}_{getattr(function, '__name__', 'new')}", plain, made)
        made.append(assign(_whole(written), result))
        return [*made, *_result(target, written)]

    def is_none(self, node: gast.expr) -> bool:
        """Whether an expression is known to be None; of a parameter that is None by default it has to be known."""
        fact = self.facts(node)
        if isinstance(node, gast.Name) and node.id in self.function.parameters and fact.kind == "numeric":
            parameter = inspect.signature(self.function.source.function).parameters.get(node.id)
            if parameter is not None and parameter.default is None:
                raise NeedsKind([node.id], self.function.source.place(node))
        return fact.kind == "opaque" and fact.type is type(None)

    def selected(
        self,
        function: gast.expr,
        args: list[gast.expr],
        keywords: list[gast.keyword],
        where: gast.expr,
        written: str,
        target: str | None,
    ) -> Block:
        """`f(x, out=c, where=mask)`: the function sees the selected elements alone, as it does in NumPy."""
        made: Block = []
        mask = self.spread(where, written, made)
        chosen = [
            a
            if self.is_number(a)
            else self.temporary(f"{written}_chosen", subscript(self.spread(a, written, made), mask), made)
            for a in args
        ]
        result = self.temporary(f"{written}_new", gast.Call(function, chosen, keywords), made)
        made.append(assign(subscript(name(written), mask, gast.Store()), result))
        return [*made, *_result(target, written)]

    def spread(self, node: gast.expr, written: str, made: Block) -> gast.expr:
        """An operand in the shape of the array that is written into."""
        shape = self.facts(node).shape
        if isinstance(node, gast.Name) and shape is not None and shape and shape == self.facts.of[written].shape:
            return node
        value = gast.Call(self.numpy("broadcast_to"), [node, attribute(name(written), "shape")], [])
        return self.temporary(f"{written}_spread", value, made)

    # Functions and methods that write.

    def copyto(
        self, dst: gast.expr, src: gast.expr, casting: gast.expr | None = None, where: gast.expr | None = None
    ) -> Block | None:
        """`np.copyto`."""
        written = self.array(dst)
        if written is None or casting is not None:
            return None
        if where is None or (isinstance(where, gast.Constant) and where.value is True):
            return [assign(_whole(written), src)]
        made: Block = []
        mask = self.spread(where, written, made)
        value = src
        if not self.is_number(src):
            value = self.temporary(f"{written}_chosen", subscript(self.spread(src, written, made), mask), made)
        return [*made, assign(subscript(name(written), mask, gast.Store()), value)]

    def fill(self, self_: gast.expr, value: gast.expr) -> Block | None:
        """`a.fill(v)`."""
        written = self.array(self_)
        return None if written is None else [assign(_whole(written), value)]

    def put(self, a: gast.expr, ind: gast.expr, v: gast.expr) -> Block | None:
        """`np.put`: flat indices, of which an array of rank one takes any; the values are repeated as needed."""
        written = self.array(a)
        if written is None:
            return None
        made: Block = []
        index = ind
        if self.facts.of[written].rank != 1:
            size = gast.Call(self.numpy("arange"), [attribute(name(written), "size")], [])
            flat = self.temporary(f"{written}_positions", size, made)
            chosen = self.temporary(f"{written}_index", subscript(flat, ind), made)
            unravelled = gast.Call(self.numpy("unravel_index"), [chosen, attribute(name(written), "shape")], [])
            index = self.temporary(f"{written}_index", unravelled, made)
        shape = gast.Call(self.numpy("shape"), [ind], [])
        return [*made, *self.store_repeated(written, index, v, shape)]

    def store_repeated(self, written: str, index: gast.expr, value: gast.expr, shape: gast.expr) -> Block:
        """`a[index] = value`, the values repeated as often as it takes to fill `shape`."""
        made: Block = []
        if not self.is_number(value):
            repeated = gast.Call(self.numpy("resize"), [value, shape], [])
            value = self.temporary(f"{written}_values", repeated, made)
        return [*made, assign(subscript(name(written), index, gast.Store()), value)]

    def place(self, arr: gast.expr, mask: gast.expr, vals: gast.expr) -> Block | None:
        """`np.place`: the first values, one for each True."""
        written = self.array(arr)
        if written is None or not isinstance(mask, gast.Name):
            return None
        made: Block = []
        mask = self.truths(mask, made)
        count = self.temporary(f"{written}_count", gast.Call(self.numpy("count_nonzero"), [mask], []), made)
        return [*made, *self.store_repeated(written, mask, vals, count)]

    def truths(self, mask: gast.expr, made: Block) -> gast.expr:
        """A mask as booleans: whole numbers would be taken for places."""
        if self.facts(mask).letter == "b":
            return mask
        booleans = gast.Call(self.numpy("asarray"), [mask], [gast.keyword("dtype", name("bool"))])
        return self.temporary("mask", booleans, made)

    def putmask(self, a: gast.expr, mask: gast.expr, values: gast.expr) -> Block | None:
        """`np.putmask`: the values that stand at the places of the mask, repeated where they are too few."""
        written = self.array(a)
        if written is None or not isinstance(mask, gast.Name):
            return None
        made: Block = []
        mask = self.truths(mask, made)
        if self.is_number(values):
            return [*made, assign(subscript(name(written), mask, gast.Store()), values)]
        repeated = gast.Call(self.numpy("resize"), [values, attribute(name(written), "shape")], [])
        whole = self.temporary(f"{written}_values", repeated, made)
        chosen = self.temporary(f"{written}_chosen", subscript(whole, mask), made)
        return [*made, assign(subscript(name(written), mask, gast.Store()), chosen)]

    def put_along_axis(self, arr: gast.expr, indices: gast.expr, values: gast.expr, axis: gast.expr) -> Block | None:
        """`np.put_along_axis`, of an array of known rank along a known axis."""
        written = self.array(arr)
        rank = self.facts.of[written].rank if written is not None else None
        along = self.facts(axis).value
        if written is not None and rank is None:
            self.require_kinds(arr)
        if written is None or rank is None or not isinstance(along, int) or not -rank <= along < rank:
            return None
        made: Block = []
        parts: list[gast.expr] = []
        for k in range(rank):
            if k == along % rank:
                parts.append(indices)
                continue
            length = subscript(attribute(name(written), "shape"), constant(k))
            count = self.temporary(f"{written}_range", gast.Call(self.numpy("arange"), [length], []), made)
            shape = gast.Tuple([constant(-1 if j == k else 1) for j in range(rank)], gast.Load())
            parts.append(self.temporary(f"{written}_index", call(attribute(count, "reshape"), shape), made))
        index = parts[0] if rank == 1 else gast.Tuple(parts, gast.Load())
        return [*made, assign(subscript(name(written), index, gast.Store()), values)]

    def fill_diagonal(self, a: gast.expr, val: gast.expr) -> Block | None:
        """`np.fill_diagonal`."""
        written = self.array(a)
        if written is None:
            return None
        made: Block = []
        shape = attribute(name(written), "shape")
        length = self.temporary(f"{written}_length", call("min", shape), made)
        along = self.temporary(f"{written}_diagonal", gast.Call(self.numpy("arange"), [length], []), made)
        rank = self.facts.of[written].rank
        index: gast.expr = gast.Tuple([along] * (rank or 1), gast.Load())
        if rank is None:
            index = gast.BinOp(index, gast.Mult(), attribute(name(written), "ndim"))
        return [*made, *self.store_repeated(written, index, val, length)]

    def sort(self, self_: gast.expr, **options: gast.expr) -> Block | None:
        """`a.sort()`."""
        return self.computed("sort", self_, [], options)

    def partition(self, self_: gast.expr, kth: gast.expr, **options: gast.expr) -> Block | None:
        """`a.partition(kth)`."""
        return self.computed("partition", self_, [kth], options)

    def computed(
        self, function: str, array: gast.expr, arguments: list[gast.expr], options: dict[str, gast.expr]
    ) -> Block | None:
        """An array replaced by what a function makes of it."""
        written = self.array(array)
        if written is None or self.facts.of[written].kind == "number":
            return None
        made: Block = []
        keywords = [gast.keyword(key, value) for key, value in options.items()]
        value = gast.Call(self.numpy(function), [name(written), *arguments], keywords)
        result = self.temporary(f"{written}_{function}", value, made)
        return [*made, assign(_whole(written), result)]

    def add_at(self, a: gast.expr, indices: gast.expr, b: gast.expr) -> Block | None:
        """`np.add.at`."""
        return self.scatter(a, indices, b, gast.Add())

    def subtract_at(self, a: gast.expr, indices: gast.expr, b: gast.expr) -> Block | None:
        """`np.subtract.at`."""
        return self.scatter(a, indices, b, gast.Sub())

    def scatter(self, a: gast.expr, indices: gast.expr, b: gast.expr, op: gast.operator) -> Block | None:  # noqa: D102
        written = self.array(a)
        if written is None:
            return None
        return [ScatterAdd(subscript(name(written), indices, gast.Store()), op, b, call("np.add.at"))]

    def set_item(self, self_: gast.expr, key: gast.expr, value: gast.expr) -> Block | None:
        """`operator.setitem(a, k, v)`, `a.__setitem__(k, v)`."""
        if not isinstance(self_, gast.Name):
            return None
        return [assign(subscript(name(self_.id), key, gast.Store()), value)]

    def augmented(self, op: type[gast.operator], arguments: list[gast.expr], target: str | None) -> Block | None:
        """`operator.iadd(a, b)`, `a.__iadd__(b)`: an array or a list is written into, a number is not."""
        if len(arguments) != 2:
            return None
        left, right = arguments
        fact = self.facts(left)
        if isinstance(left, gast.Name) and fact.kind in ("array", "list"):
            return [gast.AugAssign(store(left.id), op(), right), *_result(target, left.id)]
        if fact.kind == "numeric":
            self.require_kinds(left)
        if fact.kind in ("number", "tuple"):
            value = gast.BinOp(left, op(), right)
            return [gast.Expr(value) if target is None else assign(target, value)]
        return None


def scatter_add(reverse: Reverse, statement: ScatterAdd) -> tuple[Block, Block]:
    """`np.add.at(a, index, v)`: the adjoint of `a` stays, `v` gets the part of it that it was added to."""
    setting = reverse.setting
    target, value = statement.target, statement.value
    base = root_name(target)
    assert base is not None
    index, saves, restores = settled(reverse, target.slice, base)
    part = subscript(name(base), index)
    site = reverse.site(base)
    keep = Save(site, call(setting.helper(runtime.copy), part))
    forward = [*saves, keep, gast.Expr(statement.written_as)]
    backward: Block = [Restore(site, subscript(name(base), index, gast.Store()))]
    if base in setting.active and setting.is_active(value):
        bar = setting.bar_name(base)
        gradient: gast.expr = subscript(name(bar), index)
        if is_basic_index(index, setting.facts) and setting.facts(part).kind != "number":
            gradient = call(attribute(gradient, "copy"))
        gradient = call(setting.helper(runtime.unbroadcast), gradient, value)
        if isinstance(statement.op, gast.Sub):
            gradient = negate(gradient)
        backward.append(Group((bar,), [Accumulate(setting.bar(value.id), gradient)]))
    return forward, [*restores, *backward]


# Tables.

_EFFECTS: dict[Any, tuple[tuple[str, ...], str]] = {
    np.copyto: (("dst", "src", "casting", "where"), "copyto"),
    np.ndarray.fill: (("self_", "value"), "fill"),
    np.put: (("a", "ind", "v"), "put"),
    np.ndarray.put: (("a", "ind", "v"), "put"),
    np.place: (("arr", "mask", "vals"), "place"),
    np.putmask: (("a", "mask", "values"), "putmask"),
    np.put_along_axis: (("arr", "indices", "values", "axis"), "put_along_axis"),
    np.fill_diagonal: (("a", "val"), "fill_diagonal"),
    np.ndarray.sort: (("self_", "axis", "kind"), "sort"),
    np.ndarray.partition: (("self_", "kth", "axis"), "partition"),
    np.add.at: (("a", "indices", "b"), "add_at"),
    np.subtract.at: (("a", "indices", "b"), "subtract_at"),
    runtime.add_at: (("a", "indices", "b"), "add_at"),
    operator.setitem: (("self_", "key", "value"), "set_item"),
    np.ndarray.__setitem__: (("self_", "key", "value"), "set_item"),
    list.__setitem__: (("self_", "key", "value"), "set_item"),
    dict.__setitem__: (("self_", "key", "value"), "set_item"),
}

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


def _whole(variable: str) -> gast.expr:
    """`a[...]`, written."""
    return subscript(name(variable), constant(Ellipsis), gast.Store())


def _result(target: str | None, written: str) -> Block:
    """The result of a call that returns what it has written into."""
    return [] if target is None or target == written else [assign(target, name(written))]


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


_OUT_POSITIONS = {
    "dot": 2, "sum": 3, "prod": 3, "mean": 3, "std": 3, "var": 3, "cumsum": 3, "cumprod": 3, "clip": 3, "take": 3,
    "round": 2, "max": 2, "min": 2, "amax": 2, "amin": 2, "trace": 5, "compress": 3, "choose": 2, "ptp": 2,
}  # fmt: skip
"""The position of `out` where the signature is not to be had (functions written in C, before NumPy 2.4)."""


def _out_of(node: gast.Call, function: Any, arguments: list[gast.expr]) -> tuple[gast.expr | None, int | None]:
    """What `out` is in a call, and its position if it has one."""
    for keyword in node.keywords:
        if keyword.arg == "out":
            value = keyword.value
            if isinstance(value, gast.Tuple) and len(value.elts) == 1:
                value = value.elts[0]
            return value, None
    if isinstance(function, np.ufunc):
        extra = len(arguments) - function.nin
        return (arguments[-1], function.nin) if extra == 1 and function.nout == 1 else (None, None)
    position = _out_position(function)
    if position is not None and position == len(arguments) - 1:
        return arguments[position], position
    return None, None


def _out_position(function: Any) -> int | None:
    title = getattr(function, "__name__", "")
    plain = getattr(np, title, None) if getattr(function, "__objclass__", None) is np.ndarray else function
    if getattr(plain, "__module__", "") is None or not str(getattr(plain, "__module__", "")).startswith("numpy"):
        return None
    try:
        parameters = list(inspect.signature(plain).parameters.values())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _OUT_POSITIONS.get(title)
    for position, parameter in enumerate(parameters):
        if parameter.name == "out" and parameter.kind is not parameter.KEYWORD_ONLY:
            return position
    return None


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
