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

from typing import TYPE_CHECKING

import gast

from srcdiff import runtime
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.origins import call_target, origin_of
from srcdiff.analysis.records import key_of, made_record
from srcdiff.analysis.storage import Storage
from srcdiff.build import attribute, call, constant, name, subscript
from srcdiff.kinds import NeedsKind
from srcdiff.transform.marks import Accumulate
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block

__all__ = [
    "give",
    "give_items",
    "holds_floats",
    "holds_shadows",
    "is_contained",
    "mirrored_slot",
    "mirrored_slots",
    "passed_on",
    "shadow_of_container",
    "shares_mirror",
    "slice_of",
    "zero_for",
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


def shares_mirror(setting: Setting, variable: str) -> bool:
    """Whether the mirror of a container holds shadows, and is a variable of the forward sweep."""
    return variable in setting.forward_shadows and holds_shadows(setting.storage, variable)


def mirrored_slot(setting: Setting, item: gast.expr) -> gast.expr:
    """What the mirror holds for an item, in the forward sweep."""
    if isinstance(item, gast.Name) and item.id in setting.forward_shadows:
        _require_kind(setting, item)
        return setting.bar(item.id)
    return zero_for(setting, item)


def zero_for(setting: Setting, item: gast.expr) -> gast.expr:
    """A zero for an item."""
    if isinstance(item, gast.Constant):
        return constant(runtime.zeros_like(item.value))
    fact = setting.facts(item)
    if fact.kind == "number" and fact.letter == "f":
        return constant(0.0)
    return call(setting.helper(runtime.zeros_like), item)


def mirrored_slots(setting: Setting, items: gast.expr) -> gast.expr:
    """What the mirror holds for the items of another container."""
    if isinstance(items, gast.Name) and shares_mirror(setting, items.id):
        return setting.bar(items.id)
    return call(setting.helper(runtime.zeros_like), items)


def shadow_of_container(setting: Setting, target: str, value: gast.expr) -> gast.expr:
    """The mirror of a new container, in the forward sweep."""
    if not holds_shadows(setting.storage, target):
        return call(setting.helper(runtime.zeros_like), name(target))
    if isinstance(value, (gast.Tuple, gast.List)):
        return gast.List([mirrored_slot(setting, item) for item in value.elts], gast.Load())
    if isinstance(value, gast.Dict) and None not in value.keys:
        return gast.Dict(list(value.keys), [mirrored_slot(setting, item) for item in value.values])
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
        if shares_mirror(setting, part.value.id) and setting.facts(part).kind != "number":
            return subscript(setting.bar(part.value.id), constant(key_of(setting.fact(part.value.id), part.attr)))
    if isinstance(part, (gast.List, gast.Dict)):
        return part
    return mirrored_slot(setting, part)


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
        return subscript(mirrored_slots(setting, source), value.slice)
    kind = "dict" if setting.facts(source).kind == "dict" else "list"
    return call(kind, mirrored_slots(setting, source))


def _slots_of(setting: Setting, operand: gast.expr) -> gast.expr:
    return mirrored_slots(setting, operand) if setting.facts(operand).container else operand


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
        slots = ((part, _slot_of_field(setting, whole, field, part, gradient)) for field, part in made.items())
        return [m for part, slot in slots for m in _give_part(setting, part, slot)]
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
        if shares_mirror(setting, source.id):
            return _numbers(setting, source.id, gradient, slice_of(node.slice))
        return [Accumulate(subscript(setting.bar(source.id), node.slice), gradient, scatter=True)]
    return give_items(setting, source, gradient)


def _slot_of_field(setting: Setting, whole: Fact, field: str, part: gast.expr, gradient: gast.expr) -> gast.expr:
    """What a mirror has for a field; the cotangent of a result has nothing for what is no field of its dataclass."""
    key = constant(key_of(whole, field))
    fields = getattr(whole.type, "__dataclass_fields__", None) if whole.kind == "record" else None
    if fields is None or field in fields:
        return subscript(gradient, key)
    return call(attribute(gradient, "get"), key, zero_for(setting, part))


def _passed_on_by_operator(setting: Setting, node: gast.BinOp, gradient: gast.expr) -> Block:
    """`a + b`, `a * n`."""
    if isinstance(node.op, gast.Add):
        split = call("len", node.left)
        return [
            *give_items(setting, node.left, subscript(gradient, gast.Slice(None, split, None))),
            *give_items(setting, node.right, subscript(gradient, gast.Slice(split, None, None))),
        ]
    items = node.left if setting.facts(node.left).container else node.right
    return give_items(setting, items, call(setting.helper(runtime.folded), gradient, call("len", items)))


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
    if shares_mirror(setting, base) and fact.kind != "number":
        return []
    slot = subscript(setting.bar(base), constant(key_of(setting.fact(base), part.attr)))
    return [Accumulate(slot, gradient, scatter=True)]


def give_items(setting: Setting, items: gast.expr, gradient: gast.expr) -> Block:
    """Add to the mirror of another container what the slots of its items have collected."""
    if not setting.is_active(items):
        return []
    if shares_mirror(setting, items.id):
        return _numbers(setting, items.id, gradient)
    return [Accumulate(setting.bar(items.id), gradient, container=True)]


def _numbers(setting: Setting, items: str, gradient: gast.expr, *index: gast.expr) -> Block:
    """Among shadows, which are shared, only the slots of numbers pass on."""
    item = setting.fact(items).item
    if item is not None and (item.kind == "array" or item.container):
        return []
    return [gast.Expr(call(setting.helper(runtime.add_numbers), setting.bar(items), gradient, *index))]


def slice_of(index: gast.Slice) -> gast.expr:
    """A slice as a value: `slice(i, j, None)`."""
    parts = [part if part is not None else constant(None) for part in (index.lower, index.upper, index.step)]
    return call("slice", *parts)
