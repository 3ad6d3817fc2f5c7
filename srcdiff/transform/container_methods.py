"""Methods that change a list or a dictionary, and how the reverse sweep undoes them: `append`, `pop` and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from srcdiff import runtime
from srcdiff.analysis.structure import root_name
from srcdiff.build import assign, attribute, call, constant, is_constant, name, names_read, subscript
from srcdiff.transform.container_stores import change_of, whole_change
from srcdiff.transform.containers import (
    give,
    give_items,
    mirrored_slot,
    mirrored_slots,
    shares_mirror,
    zero_for,
)
from srcdiff.transform.marks import Group, Zero
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = ["bind_taken", "effect", "takes"]


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
        if shares_mirror(setting, base) and target not in setting.forward_shadows:
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
        return zero_for(setting, name(target)), []
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
        return whole_change(reverse, statement, base)
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
        forward.append(gast.Expr(call(attribute(name(bar), method), *where(), mirrored_slot(setting, item))))
    popped = call(attribute(name(bar), "pop"), *where())
    made = give(setting, item, popped, moved=True) or [gast.Expr(popped)]
    return forward, [undo, change_of(setting, base, made)]


def _extend(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    setting = reverse.setting
    more = node.args[0]
    if setting.facts(more).kind not in ("list", "tuple"):
        if base in setting.active or setting.is_active(more):
            raise setting.unsupported(
                node, "`.extend` by something that is not known to be a list", "Write `list(...)`."
            )
        return whole_change(reverse, statement, base)
    length, saves, restores = reverse.record(f"{base}_length", call("len", name(base)))
    forward: Block = [*saves, statement]
    undo = _cut(base, length)
    if base not in setting.active:
        return forward, [*restores, undo]
    bar = setting.bar_name(base)
    if base in setting.forward_shadows:
        forward.append(gast.Expr(call(attribute(name(bar), "extend"), mirrored_slots(setting, more))))
    added = give_items(setting, more, subscript(name(bar), gast.Slice(name(length), None, None)))
    return forward, [*restores, undo, change_of(setting, base, [*added, _cut(bar, length)])]


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
    return forward, [undo, change_of(setting, base, [again])]
