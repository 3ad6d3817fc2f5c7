"""Functions and methods that write into an array, as the assignments that they are.

>>> # np.copyto(a, v)            a[...] = v
>>> # a.sort()                   a_sort = np.sort(a);  a[...] = a_sort
>>> # np.multiply.at(a, i, v)    for k in range(i.size): a[i[k]] = np.multiply(a[i[k]], v[k])
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.build import assign, attribute, call, constant, name, subscript
from srcdiff.transform.scatter import ScatterAdd

if TYPE_CHECKING:
    from srcdiff.transform.inplace import Rewriter

__all__ = ["EFFECTS", "at_each", "is_at", "put", "spread", "store_repeated", "whole"]

Block = list[gast.stmt]


def whole(variable: str) -> gast.expr:
    """`a[...]`, written."""
    return subscript(name(variable), constant(Ellipsis), gast.Store())


def copyto(
    rewriter: Rewriter, dst: gast.expr, src: gast.expr, casting: gast.expr | None = None, where: gast.expr | None = None
) -> Block | None:
    """`np.copyto`."""
    written = rewriter.array(dst)
    if written is None or casting is not None:
        return None
    if where is None or (isinstance(where, gast.Constant) and where.value is True):
        return [assign(whole(written), src)]
    made: Block = []
    mask = spread(rewriter, where, written, made)
    value = src
    if not rewriter.is_number(src):
        value = rewriter.temporary(f"{written}_chosen", subscript(spread(rewriter, src, written, made), mask), made)
    return [*made, assign(subscript(name(written), mask, gast.Store()), value)]


def fill(rewriter: Rewriter, array: gast.expr, value: gast.expr) -> Block | None:
    """`a.fill(v)`."""
    written = rewriter.array(array)
    return None if written is None else [assign(whole(written), value)]


def put(rewriter: Rewriter, a: gast.expr, ind: gast.expr, v: gast.expr) -> Block | None:
    """`np.put`: flat indices, of which an array of rank one takes any; the values are repeated as needed."""
    written = rewriter.array(a)
    if written is None:
        return None
    made: Block = []
    index = ind
    if rewriter.facts.of[written].rank != 1:
        size = gast.Call(rewriter.numpy("arange"), [attribute(name(written), "size")], [])
        flat = rewriter.temporary(f"{written}_positions", size, made)
        chosen = rewriter.temporary(f"{written}_index", subscript(flat, ind), made)
        unravelled = gast.Call(rewriter.numpy("unravel_index"), [chosen, attribute(name(written), "shape")], [])
        index = rewriter.temporary(f"{written}_index", unravelled, made)
    shape = gast.Call(rewriter.numpy("shape"), [ind], [])
    return [*made, *store_repeated(rewriter, written, index, v, shape)]


def store_repeated(rewriter: Rewriter, written: str, index: gast.expr, value: gast.expr, shape: gast.expr) -> Block:
    """`a[index] = value`, the values repeated as often as it takes to fill `shape`."""
    made: Block = []
    if not rewriter.is_number(value):
        repeated = gast.Call(rewriter.numpy("resize"), [value, shape], [])
        value = rewriter.temporary(f"{written}_values", repeated, made)
    return [*made, assign(subscript(name(written), index, gast.Store()), value)]


def place(rewriter: Rewriter, arr: gast.expr, mask: gast.expr, vals: gast.expr) -> Block | None:
    """`np.place`: the first values, one for each True."""
    written = rewriter.array(arr)
    if written is None or not isinstance(mask, gast.Name):
        return None
    made: Block = []
    mask = truths(rewriter, mask, made)
    count = rewriter.temporary(f"{written}_count", gast.Call(rewriter.numpy("count_nonzero"), [mask], []), made)
    return [*made, *store_repeated(rewriter, written, mask, vals, count)]


def truths(rewriter: Rewriter, mask: gast.expr, made: Block) -> gast.expr:
    """A mask as booleans: whole numbers would be taken for places."""
    if rewriter.facts(mask).letter == "b":
        return mask
    booleans = gast.Call(rewriter.numpy("asarray"), [mask], [gast.keyword("dtype", name("bool"))])
    return rewriter.temporary("mask", booleans, made)


def putmask(rewriter: Rewriter, a: gast.expr, mask: gast.expr, values: gast.expr) -> Block | None:
    """`np.putmask`: the values that stand at the places of the mask, repeated where they are too few."""
    written = rewriter.array(a)
    if written is None or not isinstance(mask, gast.Name):
        return None
    made: Block = []
    mask = truths(rewriter, mask, made)
    if rewriter.is_number(values):
        return [*made, assign(subscript(name(written), mask, gast.Store()), values)]
    repeated = gast.Call(rewriter.numpy("resize"), [values, attribute(name(written), "shape")], [])
    whole = rewriter.temporary(f"{written}_values", repeated, made)
    chosen = rewriter.temporary(f"{written}_chosen", subscript(whole, mask), made)
    return [*made, assign(subscript(name(written), mask, gast.Store()), chosen)]


def put_along_axis(
    rewriter: Rewriter, arr: gast.expr, indices: gast.expr, values: gast.expr, axis: gast.expr
) -> Block | None:
    """`np.put_along_axis`, of an array of known rank along a known axis."""
    written = rewriter.array(arr)
    rank = rewriter.facts.of[written].rank if written is not None else None
    along = rewriter.facts(axis).value
    if written is not None and rank is None:
        rewriter.require_kinds(arr)
    if written is None or rank is None or not isinstance(along, int) or not -rank <= along < rank:
        return None
    made: Block = []
    parts: list[gast.expr] = []
    for k in range(rank):
        if k == along % rank:
            parts.append(indices)
            continue
        length = subscript(attribute(name(written), "shape"), constant(k))
        count = rewriter.temporary(f"{written}_range", gast.Call(rewriter.numpy("arange"), [length], []), made)
        shape = gast.Tuple([constant(-1 if j == k else 1) for j in range(rank)], gast.Load())
        parts.append(rewriter.temporary(f"{written}_index", call(attribute(count, "reshape"), shape), made))
    index = parts[0] if rank == 1 else gast.Tuple(parts, gast.Load())
    return [*made, assign(subscript(name(written), index, gast.Store()), values)]


def fill_diagonal(rewriter: Rewriter, a: gast.expr, val: gast.expr) -> Block | None:
    """`np.fill_diagonal`."""
    written = rewriter.array(a)
    if written is None:
        return None
    made: Block = []
    shape = attribute(name(written), "shape")
    length = rewriter.temporary(f"{written}_length", call("min", shape), made)
    along = rewriter.temporary(f"{written}_diagonal", gast.Call(rewriter.numpy("arange"), [length], []), made)
    rank = rewriter.facts.of[written].rank
    index: gast.expr = gast.Tuple([along] * (rank or 1), gast.Load())
    if rank is None:
        index = gast.BinOp(index, gast.Mult(), attribute(name(written), "ndim"))
    return [*made, *store_repeated(rewriter, written, index, val, length)]


def sort(rewriter: Rewriter, array: gast.expr, **options: gast.expr) -> Block | None:
    """`a.sort()`."""
    return computed(rewriter, "sort", array, [], options)


def partition(rewriter: Rewriter, array: gast.expr, kth: gast.expr, **options: gast.expr) -> Block | None:
    """`a.partition(kth)`."""
    return computed(rewriter, "partition", array, [kth], options)


def computed(
    rewriter: Rewriter, function: str, array: gast.expr, arguments: list[gast.expr], options: dict[str, gast.expr]
) -> Block | None:
    """An array replaced by what a function makes of it."""
    written = rewriter.array(array)
    if written is None or rewriter.facts.of[written].kind == "number":
        return None
    made: Block = []
    keywords = [gast.keyword(key, value) for key, value in options.items()]
    value = gast.Call(rewriter.numpy(function), [name(written), *arguments], keywords)
    result = rewriter.temporary(f"{written}_{function}", value, made)
    return [*made, assign(whole(written), result)]


def add_at(rewriter: Rewriter, a: gast.expr, indices: gast.expr, b: gast.expr) -> Block | None:
    """`np.add.at`."""
    return scatter(rewriter, a, indices, b, gast.Add())


def subtract_at(rewriter: Rewriter, a: gast.expr, indices: gast.expr, b: gast.expr) -> Block | None:
    """`np.subtract.at`."""
    return scatter(rewriter, a, indices, b, gast.Sub())


def scatter(rewriter: Rewriter, a: gast.expr, indices: gast.expr, b: gast.expr, op: gast.operator) -> Block | None:
    """`a[indices] op= b`, once for each repeat of an index."""
    written = rewriter.array(a)
    if written is None:
        return None
    return [ScatterAdd(subscript(name(written), indices, gast.Store()), op, b, call("np.add.at"))]


def set_item(rewriter: Rewriter, array: gast.expr, key: gast.expr, value: gast.expr) -> Block | None:
    """`operator.setitem(a, k, v)`, `a.__setitem__(k, v)`."""
    if not isinstance(array, gast.Name):
        return None
    return [assign(subscript(name(array.id), key, gast.Store()), value)]


def spread(rewriter: Rewriter, node: gast.expr, written: str, made: Block) -> gast.expr:
    """An operand in the shape of the array that is written into."""
    shape = rewriter.facts(node).shape
    if isinstance(node, gast.Name) and shape is not None and shape and shape == rewriter.facts.of[written].shape:
        return node
    value = gast.Call(rewriter.numpy("broadcast_to"), [node, attribute(name(written), "shape")], [])
    return rewriter.temporary(f"{written}_spread", value, made)


def is_at(function: Any) -> bool:
    """Whether a function is `np.multiply.at` or its like."""
    return isinstance(getattr(function, "__self__", None), np.ufunc) and getattr(function, "__name__", "") == "at"


def at_each(rewriter: Rewriter, function: Any, arguments: list[gast.expr]) -> Block | None:
    """`ufunc.at(a, indices, v)`: one element after the other, as often as its index occurs."""
    operation: np.ufunc = function.__self__
    if len(arguments) != 1 + operation.nin or getattr(np, operation.__name__, None) is not operation:
        return None
    written, values = rewriter.array(arguments[0]), arguments[2:]
    rank = rewriter.facts.of[written].rank if written is not None else None
    if written is not None and not rank:
        rewriter.require_kinds(arguments[0])
    if written is None or not rank:
        return None
    made: Block = []
    places = positions(rewriter, written, arguments[1], made)
    shape = rewriter.temporary(f"{written}_shape", gast.Call(rewriter.numpy("shape"), [places], []), made)
    flat = rewriter.temporary(f"{written}_places", gast.Call(rewriter.numpy("ravel"), [places], []), made)
    count = rewriter.temporary(f"{written}_count", attribute(flat, "size"), made)
    axes = [flat]
    if rank > 1:
        unravelled = gast.Call(rewriter.numpy("unravel_index"), [flat, attribute(name(written), "shape")], [])
        along = rewriter.temporary(f"{written}_along", unravelled, made)
        axes = [rewriter.temporary(f"{written}_axis", subscript(along, constant(k)), made) for k in range(rank)]
    if values and not rewriter.is_number(values[0]):
        spread_out = gast.Call(rewriter.numpy("broadcast_to"), [values[0], shape], [])
        values = [rewriter.temporary(f"{written}_values", spread_out, made)]
        values = [rewriter.temporary(f"{written}_values", gast.Call(rewriter.numpy("ravel"), values, []), made)]
    counter = name(rewriter.names.fresh("k"))
    body: Block = []
    each = [rewriter.temporary(f"{written}_index", subscript(axis, counter), body) for axis in axes]
    index = each[0] if rank == 1 else gast.Tuple(each, gast.Load())
    part = rewriter.temporary(f"{written}_part", subscript(name(written), index), body)
    value = [v if rewriter.is_number(v) else rewriter.temporary("value", subscript(v, counter), body) for v in values]
    new = rewriter.temporary(f"{written}_new", gast.Call(rewriter.numpy(operation.__name__), [part, *value], []), body)
    body.append(assign(subscript(name(written), index, gast.Store()), new))
    trips = call("range", constant(0), count, constant(1))
    return [*made, gast.For(gast.Name(counter.id, gast.Store(), None, None), trips, body, [], None)]


def positions(rewriter: Rewriter, written: str, index: gast.expr, made: Block) -> gast.Name:
    """The flat positions of what `a[index]` takes."""
    size = gast.Call(rewriter.numpy("arange"), [attribute(name(written), "size")], [])
    flat = rewriter.temporary(f"{written}_positions", size, made)
    if rewriter.facts.of[written].rank != 1:
        flat = rewriter.temporary(
            f"{written}_positions", call(attribute(flat, "reshape"), attribute(name(written), "shape")), made
        )
    return rewriter.temporary(f"{written}_places", subscript(flat, index), made)


EFFECTS: dict[Any, tuple[tuple[str, ...], Callable[..., Block | None]]] = {
    np.copyto: (("dst", "src", "casting", "where"), copyto),
    np.ndarray.fill: (("array", "value"), fill),
    np.put: (("a", "ind", "v"), put),
    np.ndarray.put: (("a", "ind", "v"), put),
    np.place: (("arr", "mask", "vals"), place),
    np.putmask: (("a", "mask", "values"), putmask),
    np.put_along_axis: (("arr", "indices", "values", "axis"), put_along_axis),
    np.fill_diagonal: (("a", "val"), fill_diagonal),
    np.ndarray.sort: (("array", "axis", "kind"), sort),
    np.ndarray.partition: (("array", "kth", "axis"), partition),
    np.add.at: (("a", "indices", "b"), add_at),
    np.subtract.at: (("a", "indices", "b"), subtract_at),
    runtime.add_at: (("a", "indices", "b"), add_at),
    operator.setitem: (("array", "key", "value"), set_item),
    np.ndarray.__setitem__: (("array", "key", "value"), set_item),
    list.__setitem__: (("array", "key", "value"), set_item),
    dict.__setitem__: (("array", "key", "value"), set_item),
}
"""Functions that are called for what they write: their parameters, and what stands for the call."""
