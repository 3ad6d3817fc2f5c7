"""Lists, tuples, dictionaries and records with derivatives.

The adjoint of a container is a mirror of it: a list for a list or a tuple, a dictionary for a dictionary or a record. A
slot of the mirror holds the adjoint of the item. There are two kinds of mirror:

- Items whose memory is written into have shadows, made in the forward sweep; the mirror holds these very shadows,
and is
  made and changed beside its container in the forward sweep.
- Items that are values have their adjoints collected in the slots, which own them. Such a mirror is a variable of the
  forward sweep, with zeros in its slots, where several names share it; else it is made in the reverse sweep.

Either way the reverse sweep undoes each change, of the container and of its mirror: what was appended is popped, and
its
adjoint goes to what it was; what was popped is put back, and its adjoint with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from srcdiff import runtime
from srcdiff.analysis.activity import carriers
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.origins import call_target, origin_of
from srcdiff.analysis.records import key_of, made_record
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import root_name
from srcdiff.build import assign, attribute, call, constant, is_constant, name, names_read, subscript
from srcdiff.kinds import NeedsKind
from srcdiff.transform.marks import Accumulate, Group, Restore, Save, Zero
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = [
    "augment_item",
    "augment_whole",
    "bind_taken",
    "effect",
    "holds_floats",
    "holds_shadows",
    "is_contained",
    "passed_on",
    "settled",
    "shadow_of_container",
    "store_attribute",
    "store_item",
    "takes",
]


def holds_shadows(storage: Storage, variable: str) -> bool:
    """Whether what a container holds, at any depth, is written into: then its mirror holds shadows."""
    return storage.holds_written(variable)


def holds_floats(fact: Fact) -> bool:
    """Whether every item of a container is a real number for certain, so that every slot of the mirror is one."""
    return fact.container and fact.items is not None and all(i.kind == "number" and i.letter == "f" for i in fact.items)


def is_contained(setting: Setting, variable: str) -> bool:
    """Whether a variable's memory may be an item of a container."""
    storage = setting.storage
    root = storage.root(variable)
    return any(storage.root(content) == root for content in storage.contents.values())


def _require_kind(setting: Setting, item: gast.Name) -> None:
    """Among shadows, the slot of a number is its own, that of an array is shared: they have to be told apart."""
    if setting.fact(item.id).kind not in ("numeric", "anything"):
        return
    unknown = [p for p in setting.function.parameters if setting.fact(p).kind in ("numeric", "anything")]
    if unknown:
        raise NeedsKind(unknown, setting.function.source.place(item))
    raise setting.unsupported(
        item,
        f"`{item.id}`, a number or an array, in a container of arrays that are written into",
        "Keep numbers and arrays in containers of their own.",
    )


# Mirrors.


def _shared(setting: Setting, variable: str) -> bool:
    return variable in setting.forward_shadows and holds_shadows(setting.storage, variable)


def _slot(setting: Setting, item: gast.expr) -> gast.expr:
    """What the mirror holds for an item, in the forward sweep."""
    if isinstance(item, gast.Name) and item.id in setting.forward_shadows:
        _require_kind(setting, item)
        return setting.bar(item.id)
    return _zero(setting, item)


def _zero(setting: Setting, item: gast.expr) -> gast.expr:
    """A zero for an item."""
    if isinstance(item, gast.Constant):
        return constant(runtime.zeros_like(item.value))
    fact = setting.facts(item)
    if fact.kind == "number" and fact.letter == "f":
        return constant(0.0)
    return call(setting.helper(runtime.zeros_like), item)


def _slots(setting: Setting, items: gast.expr) -> gast.expr:
    """What the mirror holds for the items of another container."""
    if isinstance(items, gast.Name) and _shared(setting, items.id):
        return setting.bar(items.id)
    return call(setting.helper(runtime.zeros_like), items)


def shadow_of_container(setting: Setting, target: str, value: gast.expr) -> gast.expr:
    """The mirror of a new container, in the forward sweep."""
    if not holds_shadows(setting.storage, target):
        return call(setting.helper(runtime.zeros_like), name(target))
    if isinstance(value, (gast.Tuple, gast.List)):
        return gast.List([_slot(setting, item) for item in value.elts], gast.Load())
    if isinstance(value, gast.Dict) and None not in value.keys:
        return gast.Dict(list(value.keys), [_slot(setting, item) for item in value.values])
    made = made_record(value, setting.facts)
    if made is not None:
        keys = [constant(field) for field in made]
        slots = [_slot_of_part(setting, part) for part in made.values()]
        is_tuple = setting.facts(value).kind == "tuple"
        return gast.List(slots, gast.Load()) if is_tuple else gast.Dict(keys, slots)
    mirrored = _same_on_mirrors(setting, value)
    if mirrored is None:
        bases = ", ".join(f"`{base}`" for base in origin_of(value, setting.facts, setting.effects).bases)
        raise setting.unsupported(
            value, f"a container made of parts of {bases or 'another'} that are written into", "Build it item by item."
        )
    return mirrored


def _slot_of_part(setting: Setting, part: gast.expr) -> gast.expr:
    """The slot of a field: that of another record's where it is taken over."""
    if isinstance(part, gast.Attribute) and isinstance(part.value, gast.Name):
        if _shared(setting, part.value.id) and setting.facts(part).kind != "number":
            return subscript(setting.bar(part.value.id), constant(key_of(setting.fact(part.value.id), part.attr)))
    if isinstance(part, (gast.List, gast.Dict)):
        return part
    return _slot(setting, part)


def _same_on_mirrors(setting: Setting, value: gast.expr) -> gast.expr | None:
    """The same operation on the mirrors of the operands; None where that does not do."""
    if isinstance(value, gast.BinOp):
        if isinstance(value.op, gast.Mult):
            sides = (value.left, value.right)
            return gast.BinOp(*(_slots_of(setting, s) for s in sides[:1]), value.op, _slots_of(setting, sides[1]))
        return gast.BinOp(_slots_of(setting, value.left), value.op, _slots_of(setting, value.right))
    source = _copied(setting, value)
    if source is None or not isinstance(source, gast.Name):
        return None
    if isinstance(value, gast.Subscript):
        return subscript(_slots(setting, source), value.slice)
    kind = "dict" if setting.facts(source).kind == "dict" else "list"
    return call(kind, _slots(setting, source))


def _slots_of(setting: Setting, operand: gast.expr) -> gast.expr:
    return _slots(setting, operand) if setting.facts(operand).container else operand


# New containers made of the items of others.


def _copied(setting: Setting, value: gast.expr) -> gast.expr | None:
    """What `list(a)`, `tuple(a)`, `dict(a)`, `a.copy()`, `a[i:j]`, `x.tolist()` takes its items from."""
    if isinstance(value, gast.Subscript) and isinstance(value.slice, gast.Slice):
        source: gast.expr = value.value
        return source if setting.facts(value.value).container else None
    if not isinstance(value, gast.Call) or value.keywords:
        return None
    function, arguments = call_target(value, setting.facts)
    try:
        known = function in _COPIES
    except TypeError:
        return None
    if not known or len(arguments) != 1 or isinstance(arguments[0], gast.Starred):
        return None
    fact = setting.facts(arguments[0])
    fits = fact.container or (fact.numeric and function in (list, tuple, *_ARRAY_COPIES))
    return arguments[0] if fits else None


_ARRAY_COPIES = (runtime.np.ndarray.tolist,)  # type: ignore[attr-defined]
_COPIES = {list, tuple, dict, list.copy, dict.copy, *_ARRAY_COPIES}


def passed_on(setting: Setting, node: gast.expr, gradient: gast.expr) -> Block | None:
    """How the mirror of a new container passes on to what it was made of; None where `node` makes none."""
    if isinstance(node, (gast.Tuple, gast.List)):
        if any(isinstance(item, gast.Starred) for item in node.elts):
            return None
        return [m for k, item in enumerate(node.elts) for m in give(setting, item, subscript(gradient, constant(k)))]
    if isinstance(node, gast.Dict):
        if None in node.keys:
            return None
        pairs = zip(node.keys, node.values, strict=True)
        return [m for key, item in pairs for m in give(setting, item, subscript(gradient, key))]
    made = made_record(node, setting.facts)
    if made is not None:
        whole = setting.facts(node)
        parts = ((constant(key_of(whole, field)), part) for field, part in made.items())
        return [m for key, part in parts for m in _give_part(setting, part, subscript(gradient, key))]
    if isinstance(node, gast.BinOp) and setting.facts(node).kind in ("list", "tuple"):
        return _passed_on_by_operator(setting, node, gradient)
    source = _copied(setting, node)
    if source is None:
        return None
    if not setting.is_active(source):
        return []
    if setting.facts(source).numeric:
        array = call(f"{setting.refer(runtime.np, 'np')}.array", gradient)  # type: ignore[attr-defined]
        return [Accumulate(setting.bar(source.id), array)]
    if isinstance(node, gast.Subscript):
        if _shared(setting, source.id):
            return _numbers(setting, source.id, gradient, _slice(node.slice))
        return [Accumulate(subscript(setting.bar(source.id), node.slice), gradient, scatter=True)]
    return _give_items(setting, source, gradient)


def _passed_on_by_operator(setting: Setting, node: gast.BinOp, gradient: gast.expr) -> Block:
    """`a + b`, `a * n`."""
    if isinstance(node.op, gast.Add):
        split = call("len", node.left)
        return [
            *_give_items(setting, node.left, subscript(gradient, gast.Slice(None, split, None))),
            *_give_items(setting, node.right, subscript(gradient, gast.Slice(split, None, None))),
        ]
    items = node.left if setting.facts(node.left).container else node.right
    return _give_items(setting, items, call(setting.helper(runtime.folded), gradient, call("len", items)))


def give(setting: Setting, item: gast.expr, gradient: gast.expr, *, moved: bool = False) -> Block:
    """Add to the adjoint of an item what its slot has collected; a shadow has it already.

    `moved` says that the slot is given up, so that what was in it is the item's alone.
    """
    if not setting.is_active(item) or item.id in setting.forward_shadows:
        return []
    fact = setting.fact(item.id)
    container = fact.container or fact.kind == "anything"
    return [Accumulate(setting.bar(item.id), gradient, container=container, fresh=moved)]


def _give_part(setting: Setting, part: gast.expr, gradient: gast.expr) -> Block:
    """Add to the adjoint of what a field of a new record was made of."""
    if not isinstance(part, gast.Attribute) or not isinstance(part.value, gast.Name):
        return give(setting, part, gradient)
    fact = setting.facts(part)
    if not setting.is_active(part.value) or not fact.differentiable:
        return []
    base = part.value.id
    if _shared(setting, base) and fact.kind != "number":
        return []
    slot = subscript(setting.bar(base), constant(key_of(setting.fact(base), part.attr)))
    return [Accumulate(slot, gradient, scatter=True)]


def _give_items(setting: Setting, items: gast.expr, gradient: gast.expr) -> Block:
    """Add to the mirror of another container what the slots of its items have collected."""
    if not setting.is_active(items):
        return []
    if _shared(setting, items.id):
        return _numbers(setting, items.id, gradient)
    return [Accumulate(setting.bar(items.id), gradient, container=True)]


def _numbers(setting: Setting, items: str, gradient: gast.expr, *index: gast.expr) -> Block:
    """Among shadows, which are shared, only the slots of numbers pass on."""
    item = setting.fact(items).item
    if item is not None and (item.kind == "array" or item.container):
        return []
    return [gast.Expr(call(setting.helper(runtime.add_numbers), setting.bar(items), gradient, *index))]


def _slice(index: gast.Slice) -> gast.expr:
    parts = [part if part is not None else constant(None) for part in (index.lower, index.upper, index.step)]
    return call("slice", *parts)


# Items taken off.


def takes(setting: Setting, value: gast.expr) -> bool:
    """Whether an expression takes an item off a list or a dictionary: `items.pop(k)`."""
    if not isinstance(value, gast.Call) or not isinstance(value.func, gast.Attribute) or value.func.attr != "pop":
        return False
    owner = value.func.value
    return isinstance(owner, gast.Name) and setting.facts(owner).kind in ("list", "dict") and not value.keywords


def bind_taken(reverse: Reverse, statement: gast.stmt, target: str, node: gast.Call) -> tuple[Block, Block]:
    """`target = items.pop(k)`."""
    setting = reverse.setting
    assert isinstance(node.func, gast.Attribute)
    base = node.func.value.id
    bar = setting.bar_name(base) if base in setting.active else None
    if target in setting.forward_shadows:
        reverse.require_kind_of_view(node, target)
    keep, restore = reverse.keep(target)
    put_back, saves, restores = _putting_back(reverse, base, node)
    forward = [*keep, *saves, statement]
    taken_bar = setting.bar_name(target) if target in setting.active else None
    if target in setting.forward_shadows and base not in setting.forward_shadows:
        raise setting.unsupported(node, f"`{target}`, an item that is written into", f"Copy it out of `{base}` first.")
    if bar is not None and base in setting.forward_shadows:
        if _shared(setting, base) and target not in setting.forward_shadows:
            return _bind_read_off(reverse, forward, target, node, put_back, (restores, restore))
        popped = call(attribute(name(bar), "pop"), *node.args)
        forward.append(assign(taken_bar, popped) if target in setting.forward_shadows else gast.Expr(popped))
    backward: Block = []
    if bar is not None:
        adjoint, forget = _moved(setting, target)
        cotangents = [bar] if base not in setting.forward_shadows else []
        if taken_bar is not None and target not in setting.forward_shadows and cotangents:
            cotangents.append(taken_bar)
        group = Group(tuple(cotangents), [gast.Expr(put_back(name(bar), adjoint)), *forget])
        group.owns = (bar, *([taken_bar] if forget and taken_bar is not None else []))
        backward.append(group)
    elif taken_bar is not None and target not in setting.forward_shadows:
        backward.append(Group((taken_bar,), [Zero(name(taken_bar))]))
    return forward, [*restores, *backward, gast.Expr(put_back(name(base), name(target))), *restore]


def _bind_read_off(
    reverse: Reverse, forward: Block, target: str, node: gast.Call, put_back: Any, restores: tuple[Block, Block]
) -> tuple[Block, Block]:
    """An item taken off that is only read, though it has a shadow: the slot goes back, and gets the adjoint."""
    setting = reverse.setting
    base = node.func.value.id
    popped = call(attribute(setting.bar(base), "pop"), *node.args)
    slot, saves, slots = reverse.record(f"{setting.bar_name(base)}_item", popped)
    backward: Block = [*restores[0], *slots]
    value: gast.expr = name(slot)
    if target in setting.active:
        value = call(setting.helper(runtime.added), name(slot), setting.bar(target))
        backward.append(Group((setting.bar_name(target),), [assign(slot, value), Zero(setting.bar(target))]))
    backward.append(gast.Expr(put_back(setting.bar(base), name(slot))))
    return [*forward, *saves], [*backward, gast.Expr(put_back(name(base), name(target))), *restores[1]]


def _moved(setting: Setting, target: str) -> tuple[gast.expr, Block]:
    """The adjoint of what was taken off, as the slot takes it over."""
    if target in setting.forward_shadows:
        return setting.bar(target), []
    if target not in setting.active:
        return _zero(setting, name(target)), []
    return setting.bar(target), [Zero(setting.bar(target))]


def _putting_back(reverse: Reverse, base: str, node: gast.Call) -> tuple[Any, Block, Block]:
    """What puts an item back where it was taken off, and what has to be kept for that."""
    setting = reverse.setting
    if setting.fact(base).kind == "dict":
        helper = setting.helper(runtime.put_key)
        order, saves, restores = reverse.record(f"{base}_order", call("list", name(base)))
        setting.facts.of[order] = setting.facts(call("list", name(base)))
        key = node.args[0]

        def put_key(items: gast.expr, item: gast.expr) -> gast.expr:
            return call(helper, items, key, item, name(order))

        return put_key, saves, restores
    if not node.args or is_constant(node.args[0], -1) or _is_minus_one(node.args[0]):
        return (lambda items, item: call(attribute(items, "append"), item)), [], []
    index, saves, restores = _position(reverse, base, node.args[0], call("len", name(base)))
    return (lambda items, item: call(attribute(items, "insert"), index, item)), saves, restores


def _is_minus_one(node: gast.expr) -> bool:
    return isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and is_constant(node.operand, 1)


def _position(reverse: Reverse, base: str, index: gast.expr, length: gast.expr) -> tuple[gast.expr, Block, Block]:
    """The position that an index means, counted from the start."""
    if isinstance(index, gast.Constant) and isinstance(index.value, int) and index.value >= 0:
        return index, [], []
    recorded, saves, restores = reverse.record(f"{base}_index", subscript(call("range", length), index))
    return name(recorded), saves, restores


# Stores.


def settled(reverse: Reverse, index: gast.expr, base: str) -> tuple[gast.expr, Block, Block]:
    """An index that the write itself cannot change, and what has to be kept for that."""
    storage = reverse.setting.storage
    root = storage.root(base)
    if not any(v in storage.parent and storage.root(v) == root for v in names_read(index)):
        return index, [], []
    recorded, saves, restores = reverse.record(f"{base}_index", index)
    return name(recorded), saves, restores


def store_item(reverse: Reverse, statement: gast.Assign, target: gast.Subscript) -> tuple[Block, Block]:
    """`items[k] = v` for a list or a dictionary."""
    setting = reverse.setting
    base = root_name(target)
    assert base is not None
    if not isinstance(target.value, gast.Name):
        raise setting.unsupported(statement, "this write into a container", "Write into a variable.")
    if isinstance(target.slice, gast.Slice):
        return _store_slice(reverse, statement, base, target.slice)
    index, saves, restores = settled(reverse, target.slice, base)
    if setting.fact(base).kind == "dict":
        forward, backward = _store_key(reverse, statement, base, index)
    else:
        forward, backward = _store_slot(reverse, statement, base, index)
    return [*saves, *forward], [*restores, *backward]


def _group(setting: Setting, base: str, made: Block) -> Group:
    """What is done at a change: nothing, where nothing has arrived at a mirror that is made in the reverse sweep."""
    bar = setting.bar_name(base)
    group = Group(() if base in setting.forward_shadows else (bar,), made)
    group.owns = (bar,)
    return group


def _store_slot(reverse: Reverse, statement: gast.Assign, base: str, index: gast.expr) -> tuple[Block, Block]:
    setting = reverse.setting
    item, site = subscript(name(base), index), reverse.site(base)
    forward: Block = [Save(site, item), statement]
    backward: Block = [Restore(site, subscript(name(base), index, gast.Store()))]
    if base not in setting.active:
        return forward, backward
    bar = setting.bar_name(base)
    slot, write = subscript(name(bar), index), subscript(name(bar), index, gast.Store())
    made = give(setting, statement.value, slot, moved=True)
    if base in setting.forward_shadows:
        kept = reverse.site(bar)
        forward += [Save(kept, slot), gast.Assign([write], _slot(setting, statement.value), None)]
        return forward, [*backward, _group(setting, base, made), Restore(kept, write)]
    made.append(gast.Assign([write], _zero(setting, item), None))
    return forward, [*backward, _group(setting, base, made)]


def _store_key(reverse: Reverse, statement: gast.Assign, base: str, key: gast.expr) -> tuple[Block, Block]:
    """A key that is there is replaced, a new one is added."""
    setting = reverse.setting
    found, put_back = setting.helper(runtime.found), setting.helper(runtime.put_back)
    old, saves, restores = reverse.record(f"{base}_old", call(found, name(base), key))
    forward: Block = [*saves, statement]
    undo: Block = [gast.Expr(call(put_back, name(base), key, name(old)))]
    if base not in setting.active:
        return forward, [*restores, *undo]
    bar = setting.bar_name(base)
    slot = subscript(name(bar), key)
    made = give(setting, statement.value, slot, moved=True)
    if base in setting.forward_shadows:
        old_bar, saves_bar, restores_bar = reverse.record(f"{bar}_old", call(found, name(bar), key))
        write = subscript(name(bar), key, gast.Store())
        forward += [*saves_bar, gast.Assign([write], _slot(setting, statement.value), None)]
        put = gast.Expr(call(put_back, name(bar), key, name(old_bar)))
        return forward, [*restores, *undo, *restores_bar, _group(setting, base, [*made, put])]
    zero = call(setting.helper(runtime.zeros_like), name(old))
    made.append(gast.Expr(call(put_back, name(bar), key, zero)))
    return forward, [*restores, *undo, _group(setting, base, made)]


def _store_slice(reverse: Reverse, statement: gast.Assign, base: str, index: gast.Slice) -> tuple[Block, Block]:
    """`items[i:j] = more`, of as many items or of others."""
    setting = reverse.setting
    more = statement.value
    fact = setting.facts(more)
    if setting.fact(base).kind != "list" or fact.kind not in ("list", "tuple"):
        if base in setting.active or setting.is_active(more):
            raise setting.unsupported(
                statement, f"changing several items of `{base}` at once", "Assign a list, or the items one by one."
            )
        return _whole_change(reverse, statement, base)
    where = call(setting.helper(runtime.span), name(base), _slice(index), call("len", more))
    span, saves, restores = reverse.record(f"{base}_span", where)
    site = reverse.site(base)
    forward: Block = [*saves, Save(site, subscript(name(base), index)), statement]
    backward: Block = [Restore(site, subscript(name(base), name(span), gast.Store()))]
    if base not in setting.active:
        return forward, [*restores, *backward]
    bar = setting.bar_name(base)
    slots, write = subscript(name(bar), name(span)), subscript(name(bar), name(span), gast.Store())
    made = _give_items(setting, more, slots)
    if base in setting.forward_shadows:
        kept = reverse.site(bar)
        into = subscript(name(bar), index, gast.Store())
        forward += [Save(kept, subscript(name(bar), index)), gast.Assign([into], _slots(setting, more), None)]
        return forward, [*restores, *backward, _group(setting, base, made), Restore(kept, write)]
    old = call(setting.helper(runtime.zeros_like), subscript(name(base), index))
    made.append(gast.Assign([write], old, None))
    return forward, [*restores, *backward, _group(setting, base, made)]


def augment_item(reverse: Reverse, statement: gast.AugAssign, target: gast.Subscript) -> tuple[Block, Block]:
    """`items[k] op= v` where it is not known whether the item is a number or an array: they differ."""
    setting = reverse.setting
    base = root_name(target)
    assert base is not None
    if base in setting.active:
        _refuse_unknown(reverse, statement, f"an augmented assignment to an item of `{base}`")
    site = reverse.site(base)
    item = subscript(target.value, target.slice)
    keep = Save(site, call(setting.helper(runtime.copy), item))
    return [keep, statement], [Restore(site, subscript(target.value, target.slice, gast.Store()))]


def _refuse_unknown(reverse: Reverse, statement: gast.stmt, what: str) -> None:
    setting = reverse.setting
    unknown = [p for p in setting.function.parameters if setting.fact(p).kind in ("numeric", "anything")]
    if unknown:
        raise NeedsKind(unknown, setting.function.source.place(statement))
    raise setting.unsupported(
        statement, f"{what}, which may be a number or an array", "Write `items[k] = items[k] + ...`."
    )


def augment_whole(reverse: Reverse, statement: gast.AugAssign, target: str) -> tuple[Block, Block]:
    """`items += more`, by something that is not known to be a list."""
    return _whole_change(reverse, statement, target)


def _whole_change(reverse: Reverse, statement: gast.stmt, base: str) -> tuple[Block, Block]:
    """A change of something that carries no derivative: all of it is kept."""
    setting = reverse.setting
    if base in setting.active:
        raise setting.unsupported(
            statement, f"changing several items of `{base}` at once", "Append or store the items one by one."
        )
    helper = setting.helper(runtime.replace_items)
    old, saves, restores = reverse.record(f"{base}_old", call(attribute(name(base), "copy")))
    return [*saves, statement], [*restores, gast.Expr(call(helper, name(base), name(old)))]


def store_attribute(
    reverse: Reverse, statement: gast.Assign | gast.AugAssign, target: gast.Attribute
) -> tuple[Block, Block]:
    """`object.attr = v`."""
    setting = reverse.setting
    base = root_name(target)
    known = base is not None and setting.fact(base).kind == "record" and target.attr in setting.fact(base).keys
    if known and isinstance(target.value, gast.Name) and isinstance(statement, gast.Assign):
        return _store_field(reverse, statement, target.value.id, target.attr)
    if any(setting.is_active(name(v)) for v in carriers(statement.value, setting.facts)):
        raise setting.unsupported(
            statement, "storing what carries a derivative in an attribute", "Keep it in a local variable and return it."
        )
    if base is not None and base in setting.active:
        raise setting.unsupported(
            statement, f"setting an attribute of `{base}`, which carries a derivative", "Make a new object instead."
        )
    return [statement], []


def _store_field(reverse: Reverse, statement: gast.Assign, base: str, field: str) -> tuple[Block, Block]:
    """A field of a record: the mirror is a dictionary."""
    setting = reverse.setting
    item, site = attribute(name(base), field), reverse.site(f"{base}_{field}")
    forward: Block = [Save(site, item), statement]
    backward: Block = [Restore(site, gast.Attribute(name(base), field, gast.Store()))]
    if base not in setting.active:
        return forward, backward
    bar = setting.bar_name(base)
    slot, write = subscript(name(bar), constant(field)), subscript(name(bar), constant(field), gast.Store())
    made = give(setting, statement.value, slot, moved=True)
    if base in setting.forward_shadows:
        kept = reverse.site(f"{bar}_{field}")
        forward += [Save(kept, slot), gast.Assign([write], _slot(setting, statement.value), None)]
        return forward, [*backward, _group(setting, base, made), Restore(kept, write)]
    made.append(gast.Assign([write], _zero(setting, item), None))
    return forward, [*backward, _group(setting, base, made)]


# Methods that change a list or a dictionary.


def effect(reverse: Reverse, statement: gast.Expr, node: gast.Call) -> tuple[Block, Block]:
    """`items.append(v)` and its like."""
    setting = reverse.setting
    assert isinstance(node.func, gast.Attribute)
    base = root_name(node.func)
    assert base is not None
    method, kind = node.func.attr, setting.fact(base).kind
    handler = {"append": _append, "extend": _extend, "insert": _insert, "clear": _clear, "reverse": _reverse}.get(
        method
    )
    fits = kind == "list" or (kind == "dict" and method == "clear")
    if handler is not None and fits and isinstance(node.func.value, gast.Name) and not node.keywords:
        return handler(reverse, statement, node, base)
    if base in setting.active or any(setting.is_active(name(v)) for v in names_read(node)):
        raise setting.unsupported(
            node, f"`.{method}` on a container that carries a derivative", "Append or store the items one by one."
        )
    if kind in ("list", "dict") or setting.fact(base).type is set:
        return _whole_change(reverse, statement, base)
    return [statement], []


def _append(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    """The reverse sweep takes the last item off again, and hands its cotangent to what was appended."""
    return _added(reverse, statement, base, node.args[0], list)


def _insert(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    index = node.args[0]
    if is_constant(index, 0):
        return _added(reverse, statement, base, node.args[1], lambda: [constant(0)])
    start = call(attribute(call("slice", index, constant(None)), "indices"), call("len", name(base)))
    recorded, saves, restores = reverse.record(f"{base}_index", subscript(start, constant(0)))
    forward, backward = _added(reverse, statement, base, node.args[1], lambda: [name(recorded)])
    return [*saves, *forward], [*restores, *backward]


def _added(reverse: Reverse, statement: gast.Expr, base: str, item: gast.expr, where: Any) -> tuple[Block, Block]:
    """An item added to a list, at a position or at the end."""
    setting = reverse.setting
    undo = gast.Expr(call(attribute(name(base), "pop"), *where()))
    if base not in setting.active:
        return [statement], [undo]
    bar = setting.bar_name(base)
    forward: Block = [statement]
    if base in setting.forward_shadows:
        method = "insert" if where() else "append"
        forward.append(gast.Expr(call(attribute(name(bar), method), *where(), _slot(setting, item))))
    popped = call(attribute(name(bar), "pop"), *where())
    made = give(setting, item, popped, moved=True) or [gast.Expr(popped)]
    return forward, [undo, _group(setting, base, made)]


def _extend(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    setting = reverse.setting
    more = node.args[0]
    if setting.facts(more).kind not in ("list", "tuple"):
        if base in setting.active or setting.is_active(more):
            raise setting.unsupported(
                node, "`.extend` by something that is not known to be a list", "Write `list(...)`."
            )
        return _whole_change(reverse, statement, base)
    length, saves, restores = reverse.record(f"{base}_length", call("len", name(base)))
    forward: Block = [*saves, statement]
    undo = _cut(base, length)
    if base not in setting.active:
        return forward, [*restores, undo]
    bar = setting.bar_name(base)
    if base in setting.forward_shadows:
        forward.append(gast.Expr(call(attribute(name(bar), "extend"), _slots(setting, more))))
    added = _give_items(setting, more, subscript(name(bar), gast.Slice(name(length), None, None)))
    return forward, [*restores, undo, _group(setting, base, [*added, _cut(bar, length)])]


def _cut(items: str, length: str) -> gast.stmt:
    """`del items[length:]`."""
    return gast.Delete([subscript(name(items), gast.Slice(name(length), None, None), gast.Del())])


def _clear(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    setting = reverse.setting
    kind = setting.fact(base).kind
    old, saves, restores = reverse.record(f"{base}_old", call(kind, name(base)))
    method = "extend" if kind == "list" else "update"
    undo = gast.Expr(call(attribute(name(base), method), name(old)))
    if base not in setting.active:
        return [*saves, statement], [*restores, undo]
    bar = setting.bar_name(base)
    if base not in setting.forward_shadows:
        return [*saves, statement], [*restores, undo, Group((bar,), [Zero(name(bar))])]
    old_bar, saves_bar, restores_bar = reverse.record(f"{bar}_old", call(kind, name(bar)))
    forward = [*saves, *saves_bar, statement, gast.Expr(call(attribute(name(bar), "clear")))]
    undo_bar = gast.Expr(call(attribute(name(bar), method), name(old_bar)))
    return forward, [*restores, undo, *restores_bar, undo_bar]


def _reverse(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    setting = reverse.setting
    undo = gast.Expr(call(attribute(name(base), "reverse")))
    if base not in setting.active:
        return [statement], [undo]
    bar = setting.bar_name(base)
    again = gast.Expr(call(attribute(name(bar), "reverse")))
    forward: Block = [statement, again] if base in setting.forward_shadows else [statement]
    return forward, [undo, _group(setting, base, [again])]
