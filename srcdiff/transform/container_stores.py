"""Stores into lists, dictionaries and records: what they keep, and how the reverse sweep undoes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import runtime
from srcdiff.analysis.activity import carriers
from srcdiff.analysis.records import is_always_there
from srcdiff.analysis.structure import root_name
from srcdiff.build import attribute, call, constant, name, names_read, subscript
from srcdiff.kinds import NeedsKind
from srcdiff.transform.containers import (
    give,
    give_items,
    mirrored_slot,
    mirrored_slots,
    slice_of,
    zero_for,
)
from srcdiff.transform.marks import Group, Restore, Save
from srcdiff.transform.setting import Setting, expanding

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = [
    "augment_item",
    "augment_whole",
    "change_of",
    "settled",
    "store_attribute",
    "store_item",
    "whole_change",
]


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


def change_of(setting: Setting, base: str, made: Block) -> Group:
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
        forward += [Save(kept, slot), gast.Assign([write], mirrored_slot(setting, statement.value), None)]
        return forward, [*backward, change_of(setting, base, made), Restore(kept, write)]
    made.append(gast.Assign([write], zero_for(setting, item), None))
    return forward, [*backward, change_of(setting, base, made)]


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
        forward += [*saves_bar, gast.Assign([write], mirrored_slot(setting, statement.value), None)]
        put = gast.Expr(call(put_back, name(bar), key, name(old_bar)))
        return forward, [*restores, *undo, *restores_bar, change_of(setting, base, [*made, put])]
    zero = call(setting.helper(runtime.zeros_like), name(old))
    made.append(gast.Expr(call(put_back, name(bar), key, zero)))
    return forward, [*restores, *undo, change_of(setting, base, made)]


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
        return whole_change(reverse, statement, base)
    where = call(setting.helper(runtime.span), name(base), slice_of(index), call("len", more))
    span, saves, restores = reverse.record(f"{base}_span", where)
    site = reverse.site(base)
    forward: Block = [*saves, Save(site, subscript(name(base), index)), statement]
    backward: Block = [Restore(site, subscript(name(base), name(span), gast.Store()))]
    if base not in setting.active:
        return forward, [*restores, *backward]
    bar = setting.bar_name(base)
    slots, write = subscript(name(bar), name(span)), subscript(name(bar), name(span), gast.Store())
    made = give_items(setting, more, slots)
    if base in setting.forward_shadows:
        kept = reverse.site(bar)
        into = subscript(name(bar), index, gast.Store())
        forward += [Save(kept, subscript(name(bar), index)), gast.Assign([into], mirrored_slots(setting, more), None)]
        return forward, [*restores, *backward, change_of(setting, base, made), Restore(kept, write)]
    old = call(setting.helper(runtime.zeros_like), subscript(name(base), index))
    made.append(gast.Assign([write], old, None))
    return forward, [*restores, *backward, change_of(setting, base, made)]


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
    return whole_change(reverse, statement, target)


def whole_change(reverse: Reverse, statement: gast.stmt, base: str) -> tuple[Block, Block]:
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
    if setting.varied & set(carriers(statement.value, setting.facts)):
        refusal = setting.unsupported(
            statement, "storing what carries a derivative in an attribute", "Keep it in a local variable and return it."
        )
        raise expanding(setting, target.value, refusal)
    if base is not None and base in setting.active:
        refusal = setting.unsupported(
            statement, f"setting an attribute of `{base}`, which carries a derivative", "Make a new object instead."
        )
        raise expanding(setting, target.value, refusal)
    return [statement], []


def _store_field(reverse: Reverse, statement: gast.Assign, base: str, field: str) -> tuple[Block, Block]:
    """A field of a record: the mirror is a dictionary."""
    setting = reverse.setting
    if not is_always_there(setting.fact(base).type, field):
        return _store_new_field(reverse, statement, base, field)
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
        forward += [Save(kept, slot), gast.Assign([write], mirrored_slot(setting, statement.value), None)]
        return forward, [*backward, change_of(setting, base, made), Restore(kept, write)]
    made.append(gast.Assign([write], zero_for(setting, item), None))
    return forward, [*backward, change_of(setting, base, made)]


def _store_new_field(reverse: Reverse, statement: gast.Assign, base: str, field: str) -> tuple[Block, Block]:
    """An attribute that the object may not have had before."""
    setting, key = reverse.setting, constant(field)
    find, put = setting.helper(runtime.found_attribute), setting.helper(runtime.put_attribute)
    old, saves, restores = reverse.record(f"{base}_{field}_old", call(find, name(base), key))
    forward: Block = [*saves, statement]
    backward: Block = [*restores, gast.Expr(call(put, name(base), key, name(old)))]
    if base not in setting.active:
        return forward, backward
    bar = setting.bar_name(base)
    slot, write = subscript(name(bar), key), subscript(name(bar), key, gast.Store())
    made = give(setting, statement.value, slot, moved=True)
    put_back = setting.helper(runtime.put_back)
    if base not in setting.forward_shadows:
        zero = call(setting.helper(runtime.zeros_like), name(old))
        made.append(gast.Expr(call(put_back, name(bar), key, zero)))
        return forward, [*backward, change_of(setting, base, made)]
    old_bar, saves_bar, restores_bar = reverse.record(
        f"{bar}_{field}_old", call(setting.helper(runtime.found), name(bar), key)
    )
    forward += [*saves_bar, gast.Assign([write], mirrored_slot(setting, statement.value), None)]
    made.append(gast.Expr(call(put_back, name(bar), key, name(old_bar))))
    return forward, [*backward, *restores_bar, change_of(setting, base, made)]
