"""What lists and dictionaries can do, in terms of a few basic operations.

The transform knows how to undo these: `items[k] = v`, `items[i:j] = more`, `append`, `extend`, `insert`, `pop`, `clear`,
`reverse`, a read, a copy. Everything else is written with them; so is an augmented assignment to an item, which is a
read, an operation and, where the operation makes a new object, a store.
"""  # noqa: E501

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff.analysis.facts import ANYTHING, INTEGER, Fact
from srcdiff.build import assign, attribute, call, constant, name, names_read, store, subscript

if TYPE_CHECKING:
    from srcdiff.transform.inplace import Block, Rewriter

__all__ = ["rewritten", "unpacked"]

CONTAINERS = ("list", "dict", "tuple", "record")


def rewritten(rewriter: Rewriter, statement: gast.stmt) -> Block | None:
    """The basic operations that stand for one statement; None for one that stays as it is."""
    if isinstance(statement, gast.AugAssign):
        return _augmented(rewriter, statement)
    if isinstance(statement, gast.Delete):
        return _deleted(rewriter, statement)
    if isinstance(statement, gast.Expr) and isinstance(statement.value, gast.Call):
        return _call(rewriter, statement.value, None)
    if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
        target, value = statement.targets[0].id, statement.value
        if isinstance(value, gast.Call):
            return _call(rewriter, value, target)
        if isinstance(value, gast.BinOp) and isinstance(value.op, gast.BitOr):
            return _merged(rewriter, value, target)
    return None


def _call(rewriter: Rewriter, node: gast.Call, target: str | None) -> Block | None:
    """A method of a container, or a constructor."""
    if any(k.arg is None for k in node.keywords):
        return None
    if isinstance(node.func, gast.Name) and target is not None:
        made = {"dict": _constructed, "zip": _transposed}.get(node.func.id)
        known = node.func.id not in rewriter.facts.of
        return made(rewriter, node, target) if made is not None and known else None
    if not isinstance(node.func, gast.Attribute) or not isinstance(node.func.value, gast.Name):
        return None
    if any(isinstance(a, gast.Starred) for a in node.args):
        return None
    base = node.func.value.id
    kind = rewriter.facts(node.func.value).kind
    method = (_LIST if kind == "list" else _DICT if kind == "dict" else {}).get(node.func.attr)
    return method(rewriter, base, node, target) if method is not None else None


def unpacked(rewriter: Rewriter, node: gast.Call, target: str | None) -> Block | None:
    """`f(*items, **options)` of containers with known items, each of them as an argument of its own."""
    if not any(isinstance(a, gast.Starred) for a in node.args) and all(k.arg for k in node.keywords):
        return None
    if isinstance(node.func, gast.Name) and node.func.id == "zip":
        return None
    made: Block = []
    arguments: list[gast.expr] = []
    keywords: list[gast.keyword] = []
    for argument in node.args:
        if not isinstance(argument, gast.Starred):
            arguments.append(argument)
            continue
        fact = rewriter.facts(argument.value)
        if fact.kind not in ("list", "tuple") or fact.items is None:
            return None
        for k in range(len(fact.items)):
            arguments.append(  # noqa: PERF401
                rewriter.temporary(f"{target or 'call'}_item", subscript(argument.value, constant(k)), made)
            )
    for keyword in node.keywords:
        if keyword.arg is not None:
            keywords.append(keyword)
            continue
        fact = rewriter.facts(keyword.value)
        if fact.kind != "dict" or fact.items is None or not all(isinstance(key, str) for key in fact.keys):
            return None
        for key in fact.keys:
            item = rewriter.temporary(f"{target or 'call'}_{key}", subscript(keyword.value, constant(key)), made)
            keywords.append(gast.keyword(key, item))
    plain = gast.Call(node.func, arguments, keywords)
    return [*made, gast.Expr(plain) if target is None else assign(target, plain)]


def _bind(target: str | None, value: gast.expr) -> Block:
    return [] if target is None else [assign(target, value)]


def _loop(rewriter: Rewriter, stem: str, count: gast.expr) -> tuple[str, gast.For]:
    """A loop over a range, to be filled."""
    variable = rewriter.names.fresh("k")
    rewriter.facts.of[variable] = INTEGER
    return variable, gast.For(store(variable), call("range", count), [], [], None)


# Lists.


def _pop(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    """The item that is taken off has a name: the reverse sweep puts it back."""
    if target is not None:
        return None
    made: Block = []
    rewriter.temporary(f"{base}_item", node, made)
    return made


def _extend(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    """By a list or a tuple, that is not the list itself."""
    if target is not None or len(node.args) != 1:
        return None
    more = node.args[0]
    fact = rewriter.facts(more)
    itself = isinstance(more, gast.Name) and more.id == base
    if not itself and (fact.kind in ("list", "tuple") or not (fact.numeric or fact.kind == "dict")):
        return None
    made: Block = []
    copied = rewriter.temporary(f"{base}_more", call("list", more), made)
    return [*made, gast.Expr(call(attribute(name(base), "extend"), copied))]


def _remove(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    if target is not None or len(node.args) != 1:
        return None
    made: Block = []
    index = rewriter.temporary(f"{base}_index", call(attribute(name(base), "index"), node.args[0]), made)
    rewriter.facts.of[index.id] = INTEGER
    rewriter.temporary(f"{base}_item", call(attribute(name(base), "pop"), index), made)
    return made


def _sort(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    if target is not None or node.args:
        return None
    made: Block = []
    ordered = rewriter.temporary(f"{base}_sorted", gast.Call(name("sorted"), [name(base)], node.keywords), made)
    return [*made, _replace_all(base, ordered)]


def _replace_all(base: str, value: gast.expr) -> gast.stmt:
    """`items[:] = value`."""
    return assign(subscript(name(base), gast.Slice(None, None, None), gast.Store()), value)


_LIST = {"pop": _pop, "extend": _extend, "remove": _remove, "sort": _sort}


# Dictionaries.


def _contains(base: str, key: gast.expr, *, negated: bool = False) -> gast.expr:
    return gast.Compare(key, [gast.NotIn() if negated else gast.In()], [name(base)])


def _has(rewriter: Rewriter, base: str, key: gast.expr) -> bool:
    """Whether a dictionary has a key for certain."""
    fact = rewriter.facts.of.get(base, ANYTHING)
    return fact.items is not None and isinstance(key, gast.Constant) and key.value in fact.keys


def _get(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    if target is None or not 1 <= len(node.args) <= 2 or node.keywords:
        return None
    key = node.args[0]
    found = assign(target, subscript(name(base), key))
    if _has(rewriter, base, key):
        return [found]
    default = node.args[1] if len(node.args) == 2 else constant(None)
    return [gast.If(_contains(base, key), [found], [assign(target, default)])]


def _setdefault(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    if not 1 <= len(node.args) <= 2 or node.keywords:
        return None
    key = node.args[0]
    default = node.args[1] if len(node.args) == 2 else constant(None)
    stored = assign(subscript(name(base), key, gast.Store()), default)
    return [
        gast.If(_contains(base, key, negated=True), [stored], []),
        *_bind(target, subscript(name(base), key)),
    ]


def _dict_pop(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    if len(node.args) == 1:
        return _pop(rewriter, base, node, target)
    if len(node.args) != 2:
        return None
    plain = gast.Call(node.func, node.args[:1], [])
    taken: Block = [assign(target, plain)] if target is not None else []
    if target is None:
        rewriter.temporary(f"{base}_item", plain, taken)
    return [gast.If(_contains(base, node.args[0]), taken, _bind(target, node.args[1]))]


def _popitem(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    made: Block = []
    keys = rewriter.temporary(f"{base}_keys", call("list", name(base)), made)
    key = rewriter.temporary(f"{base}_key", subscript(keys, constant(-1)), made)
    item = rewriter.temporary(f"{base}_item", call(attribute(name(base), "pop"), key), made)
    return [*made, *_bind(target, gast.Tuple([key, item], gast.Load()))]


def _update(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    if target is not None or len(node.args) > 1:
        return None
    made: Block = []
    for other in node.args:
        copied = _put_all(rewriter, base, other)
        if copied is None:
            return None
        made += copied
    for keyword in node.keywords:
        made.append(assign(subscript(name(base), constant(keyword.arg), gast.Store()), keyword.value))
    return made


def _put_all(rewriter: Rewriter, base: str, other: gast.expr) -> Block | None:
    """The items of another dictionary, or pairs in a list, put into a dictionary."""
    fact = rewriter.facts(other)
    if fact.kind == "dict" and fact.items is not None:
        made: Block = []
        for key in fact.keys:
            item = rewriter.temporary(f"{base}_item", subscript(other, constant(key)), made)
            made.append(assign(subscript(name(base), constant(key), gast.Store()), item))
        return made
    if fact.kind == "dict":
        made = []
        keys = rewriter.temporary(f"{base}_keys", call("list", other), made)
        variable, loop = _loop(rewriter, base, call("len", keys))
        key_name = rewriter.temporary(f"{base}_key", subscript(keys, name(variable)), loop.body)
        item = rewriter.temporary(f"{base}_item", subscript(other, key_name), loop.body)
        loop.body.append(assign(subscript(name(base), key_name, gast.Store()), item))
        return [*made, loop]
    if fact.kind in ("list", "tuple"):
        variable, loop = _loop(rewriter, base, call("len", other))
        pair = rewriter.temporary(f"{base}_pair", subscript(other, name(variable)), loop.body)
        key_name = rewriter.temporary(f"{base}_key", subscript(pair, constant(0)), loop.body)
        item = rewriter.temporary(f"{base}_item", subscript(pair, constant(1)), loop.body)
        loop.body.append(assign(subscript(name(base), key_name, gast.Store()), item))
        return [loop]
    return None


def _values(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    return _listed(rewriter, base, target, pairs=False)


def _items(rewriter: Rewriter, base: str, node: gast.Call, target: str | None) -> Block | None:
    return _listed(rewriter, base, target, pairs=True)


def _listed(rewriter: Rewriter, base: str, target: str | None, *, pairs: bool) -> Block | None:
    """The values or the items of a dictionary in a list."""
    if target is None:
        return None
    fact = rewriter.facts.of[base]
    made: Block = []
    if fact.items is not None:
        items: list[gast.expr] = []
        for key in fact.keys:
            item: gast.expr = rewriter.temporary(f"{target}_item", subscript(name(base), constant(key)), made)
            if pairs:
                item = rewriter.temporary(f"{target}_pair", gast.Tuple([constant(key), item], gast.Load()), made)
            items.append(item)
        return [*made, assign(target, gast.List(items, gast.Load()))]
    keys = rewriter.temporary(f"{target}_keys", call("list", name(base)), made)
    made.append(assign(target, gast.List([], gast.Load())))
    variable, loop = _loop(rewriter, target, call("len", keys))
    key_name = rewriter.temporary(f"{target}_key", subscript(keys, name(variable)), loop.body)
    item = rewriter.temporary(f"{target}_item", subscript(name(base), key_name), loop.body)
    if pairs:
        item = rewriter.temporary(f"{target}_pair", gast.Tuple([key_name, item], gast.Load()), loop.body)
    loop.body.append(gast.Expr(call(attribute(name(target), "append"), item)))
    return [*made, loop]


_DICT = {
    "get": _get,
    "setdefault": _setdefault,
    "pop": _dict_pop,
    "popitem": _popitem,
    "update": _update,
    "values": _values,
    "items": _items,
}


def _constructed(rewriter: Rewriter, node: gast.Call, target: str) -> Block | None:
    """`dict(...)`; a plain copy stays."""
    if len(node.args) > 1 or any(isinstance(a, gast.Starred) for a in node.args):
        return None
    if not node.keywords and (not node.args or rewriter.facts(node.args[0]).kind == "dict"):
        return None if node.args else [assign(target, gast.Dict([], []))]
    return _fresh(rewriter, target, [*node.args], node.keywords, names_read(node))


def _fresh(
    rewriter: Rewriter, target: str, parts: list[gast.expr], keywords: list[gast.keyword], reads: set[str]
) -> Block | None:
    """A new dictionary of the items of others."""
    new = target if target not in reads else rewriter.names.fresh(f"{target}_dict")
    rewriter.facts.of.setdefault(new, Fact("dict", type=dict))
    made: Block = [assign(new, gast.Dict([], []))]
    for part in parts:
        copied = _put_all(rewriter, new, part)
        if copied is None:
            return None
        made += copied
    for keyword in keywords:
        made.append(assign(subscript(name(new), constant(keyword.arg), gast.Store()), keyword.value))
    return made if new == target else [*made, assign(target, name(new))]


def _merged(rewriter: Rewriter, node: gast.BinOp, target: str) -> Block | None:
    """`a | b` of dictionaries."""
    if rewriter.facts(node.left).kind != "dict" or rewriter.facts(node.right).kind != "dict":
        return None
    return _fresh(rewriter, target, [node.left, node.right], [], names_read(node))


def _transposed(rewriter: Rewriter, node: gast.Call, target: str) -> Block | None:
    """`zip(*rows)`: a list of tuples."""
    if len(node.args) != 1 or not isinstance(node.args[0], gast.Starred) or node.keywords:
        return None
    rows = node.args[0].value
    fact = rewriter.facts(rows)
    if fact.kind not in ("list", "tuple"):
        return None
    if fact.items is not None and all(row.items is not None for row in fact.items):
        return _transposed_displays(rewriter, rows, fact, target)
    made: Block = []
    lengths = rewriter.temporary(f"{target}_lengths", gast.List([], gast.Load()), made)
    variable, counting = _loop(rewriter, target, call("len", rows))
    row = rewriter.temporary(f"{target}_row", subscript(rows, name(variable)), counting.body)
    length = rewriter.temporary(f"{target}_length", call("len", row), counting.body)
    counting.body.append(gast.Expr(call(attribute(lengths, "append"), length)))
    shortest = gast.Call(name("min"), [lengths], [gast.keyword("default", constant(0))])
    made.append(counting)
    count = rewriter.temporary(f"{target}_count", shortest, made)
    rewriter.facts.of[count.id] = INTEGER
    made.append(assign(target, gast.List([], gast.Load())))
    column, outer = _loop(rewriter, target, count)
    items = rewriter.temporary(f"{target}_items", gast.List([], gast.Load()), outer.body)
    along, inner = _loop(rewriter, target, call("len", rows))
    again = rewriter.temporary(f"{target}_row", subscript(rows, name(along)), inner.body)
    item = rewriter.temporary(f"{target}_item", subscript(again, name(column)), inner.body)
    inner.body.append(gast.Expr(call(attribute(items, "append"), item)))
    outer.body.append(inner)
    whole = rewriter.temporary(f"{target}_tuple", call("tuple", items), outer.body)
    outer.body.append(gast.Expr(call(attribute(name(target), "append"), whole)))
    return [*made, outer]


def _transposed_displays(rewriter: Rewriter, rows: gast.expr, fact: Fact, target: str) -> Block:
    """Rows of known lengths."""
    made: Block = []
    facts = fact.items or ()
    named = [rewriter.temporary(f"{target}_row", subscript(rows, constant(k)), made) for k in range(len(facts))]
    tuples: list[gast.expr] = []
    for column in range(min((len(row.items or ()) for row in facts), default=0)):
        items: list[gast.expr] = [
            rewriter.temporary(f"{target}_item", subscript(row, constant(column)), made) for row in named
        ]
        tuples.append(rewriter.temporary(f"{target}_tuple", gast.Tuple(items, gast.Load()), made))
    return [*made, assign(target, gast.List(tuples, gast.Load()))]


# Statements.


def _deleted(rewriter: Rewriter, statement: gast.Delete) -> Block | None:
    """`del items[k]`: the item is popped."""
    made: Block = []
    for target in statement.targets:
        if not isinstance(target, gast.Subscript) or not isinstance(target.value, gast.Name):
            return None
        base, kind = target.value.id, rewriter.facts(target.value).kind
        if kind not in ("list", "dict"):
            return None
        if isinstance(target.slice, gast.Slice):
            empty = rewriter.temporary(f"{base}_empty", gast.List([], gast.Load()), made)
            made.append(assign(subscript(name(base), target.slice, gast.Store()), empty))
        elif kind == "list" and rewriter.facts(target.slice).kind != "number":
            return None  # a slice in a variable
        else:
            rewriter.temporary(f"{base}_item", call(attribute(name(base), "pop"), target.slice), made)
    return made


def _augmented(rewriter: Rewriter, statement: gast.AugAssign) -> Block | None:
    target = statement.target
    if isinstance(target, gast.Name):
        return _augmented_name(rewriter, statement, target.id)
    if rewriter.facts(target.value).kind not in CONTAINERS:
        return None
    read = (
        gast.Subscript(target.value, target.slice, gast.Load())
        if isinstance(target, gast.Subscript)
        else (gast.Attribute(target.value, target.attr, gast.Load()))
    )
    if isinstance(target, gast.Subscript) and isinstance(target.slice, gast.Slice):
        return None
    kind = rewriter.facts(read).kind
    made: Block = []
    stem = target.value.id if isinstance(target.value, gast.Name) else "item"
    if kind in ("array", "list", "dict"):  # it is changed itself
        item = rewriter.temporary(f"{stem}_item", read, made)
        return rewriter.block([*made, gast.AugAssign(store(item.id), statement.op, statement.value)])
    if kind in ("number", "tuple"):
        item = rewriter.temporary(f"{stem}_item", read, made)
        value = gast.BinOp(item, statement.op, statement.value)
        new = rewriter.temporary(f"{stem}_item", value, made)
        return [*made, assign(target, new)]
    return _augmented_either(rewriter, statement, read, stem) if kind == "numeric" else None


def _augmented_either(rewriter: Rewriter, statement: gast.AugAssign, read: gast.expr, stem: str) -> Block:
    """An item that may be a number, which is replaced, or an array, which is changed itself."""
    arrays: Block = []
    numbers: Block = []
    array = rewriter.temporary(f"{stem}_array", read, arrays)
    number = rewriter.temporary(f"{stem}_number", read, numbers)
    rewriter.facts.narrowed |= {array.id: "array", number.id: "number"}
    arrays.append(gast.AugAssign(store(array.id), statement.op, statement.value))
    new = rewriter.temporary(f"{stem}_item", gast.BinOp(number, statement.op, statement.value), numbers)
    numbers.append(assign(statement.target, new))
    return [gast.If(call("isinstance", read, rewriter.numpy("ndarray")), arrays, numbers)]


def _augmented_name(rewriter: Rewriter, statement: gast.AugAssign, base: str) -> Block | None:
    """`items += more`: a list or a dictionary is changed, a tuple is replaced."""
    kind = rewriter.facts.of.get(base, ANYTHING).kind
    if kind == "tuple":
        return [assign(base, gast.BinOp(name(base), statement.op, statement.value))]
    if kind == "list" and isinstance(statement.op, gast.Add):
        extended = call(attribute(name(base), "extend"), statement.value)
        return _extend(rewriter, base, extended, None) or [gast.Expr(extended)]
    if kind == "list" and isinstance(statement.op, gast.Mult):
        made: Block = []
        repeated = rewriter.temporary(f"{base}_mul", gast.BinOp(name(base), statement.op, statement.value), made)
        return [*made, _replace_all(base, repeated)]
    if kind == "dict" and isinstance(statement.op, gast.BitOr):
        return _put_all(rewriter, base, statement.value)
    return None
