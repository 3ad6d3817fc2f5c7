"""Lists and dictionaries that are changed, and attributes that are set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import runtime
from srcdiff.analysis.activity import carriers
from srcdiff.analysis.storage import origin_of
from srcdiff.analysis.structure import root_name
from srcdiff.build import attribute, call, name, names_read, store, subscript
from srcdiff.transform.marks import Accumulate, Group, Restore, Save, Zero
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = ["augment_item", "augment_whole", "effect", "shadow_of_container", "store_attribute", "store_item"]


def shadow_of_container(setting: Setting, target: str, value: gast.expr) -> gast.expr:
    """The mirror of a new container: shadows of the buffers that it holds, zeros for values."""
    if isinstance(value, (gast.Tuple, gast.List)):
        return gast.List([_slot(setting, item) for item in value.elts], gast.Load())
    if isinstance(value, gast.Dict) and None not in value.keys:
        return gast.Dict(list(value.keys), [_slot(setting, item) for item in value.values])
    origin = origin_of(value, setting.facts, setting.effects)
    if any(base in setting.forward_shadows for base in origin.bases):
        raise setting.unsupported(value, f"a container made of parts of `{origin.bases[0]}`", "Build it item by item.")
    return call(setting.helper(runtime.zeros_like), name(target))


def _slot(setting: Setting, item: gast.expr) -> gast.expr:
    if isinstance(item, gast.Name) and item.id in setting.forward_shadows:
        return setting.bar(item.id)
    return call(setting.helper(runtime.zeros_like), item)


def store_item(reverse: Reverse, statement: gast.Assign, target: gast.Subscript) -> tuple[Block, Block]:
    """`items[k] = v` for a list or a dictionary."""
    setting = reverse.setting
    base = root_name(target)
    assert base is not None
    if isinstance(target.slice, gast.Slice):
        return _whole_change(reverse, statement, base)
    site = reverse.site(base)
    old = call(setting.helper(runtime.item_or_missing), name(base), target.slice)
    keeps = [Save(site, old)]
    back = [Restore(site, subscript(name(base), target.slice, gast.Store()))]
    if base not in setting.active:
        return [*keeps, statement], list(back)
    bar = setting.bar_name(base)
    element = subscript(name(bar), target.slice)
    made: Block = []
    forward_extra: Block = []
    if base in setting.forward_shadows:
        shadow_site = reverse.site(bar)
        forward_extra = [
            Save(shadow_site, call(setting.helper(runtime.item_or_missing), name(bar), target.slice)),
            gast.Assign([subscript(name(bar), target.slice, gast.Store())], _slot(setting, statement.value), None),
        ]
        if setting.is_active(statement.value) and not _is_buffer(setting, statement.value):
            made = [_take(setting, statement.value, element)]
        return (
            [*keeps, statement, *forward_extra],
            [*back, Group((), made), Restore(shadow_site, subscript(name(bar), target.slice, gast.Store()))],
        )
    if setting.is_active(statement.value):
        made = [_take(setting, statement.value, element)]
    return [*keeps, statement], [*back, Group((bar,), [*made, Zero(element)])]


def _is_buffer(setting: Setting, node: gast.expr) -> bool:
    return isinstance(node, gast.Name) and node.id in setting.forward_shadows


def _take(setting: Setting, value: gast.expr, element: gast.expr) -> Accumulate:
    assert isinstance(value, gast.Name)
    container = setting.fact(value.id).container or setting.fact(value.id).kind == "anything"
    return Accumulate(setting.bar(value.id), element, container=container)


def augment_item(reverse: Reverse, statement: gast.AugAssign, target: gast.Subscript) -> tuple[Block, Block]:
    """`items[k] op= v`: read, compute, store, for items that are numbers."""
    setting = reverse.setting
    base = root_name(target)
    assert base is not None
    item = setting.facts(subscript(target.value, target.slice))
    if item.kind != "number" and base in setting.active:
        raise setting.unsupported(
            statement, f"an augmented assignment to an item of `{base}` that may be an array",
            "Write `items[k] = items[k] + ...`.",
        )
    part = setting.names.fresh(f"{base}_part")
    setting.facts.of[part] = item
    if base in setting.active:
        setting.active.add(part)
    result = setting.names.fresh(f"{base}_item")
    setting.facts.of[result] = item
    if base in setting.active:
        setting.active.add(result)
    read = gast.Assign([store(part)], subscript(target.value, target.slice), None)
    compute = gast.Assign([store(result)], gast.BinOp(name(part), statement.op, statement.value), None)
    write = gast.Assign([target], name(result), None)
    forward: Block = []
    backward: Block = []
    for step in (read, compute, write):
        gast.copy_location(step, statement)
        before, after = reverse.statement(step)
        forward += before
        backward = [*after, *backward]
    return forward, backward


def augment_whole(reverse: Reverse, statement: gast.AugAssign, target: str) -> tuple[Block, Block]:
    """`items += more`."""
    return _whole_change(reverse, statement, target)


def _whole_change(reverse: Reverse, statement: gast.stmt, base: str) -> tuple[Block, Block]:
    setting = reverse.setting
    if base in setting.active:
        raise setting.unsupported(
            statement, f"changing several items of `{base}` at once", "Append or store the items one by one."
        )
    site = reverse.site(base)
    whole = subscript(name(base), gast.Slice(None, None, None), gast.Store())
    return [Save(site, call("list", name(base))), statement], [Restore(site, whole)]


def store_attribute(
    reverse: Reverse, statement: gast.Assign | gast.AugAssign, target: gast.Attribute
) -> tuple[Block, Block]:
    """`object.attr = v`: done as the primal does it, where no derivative is in it."""
    setting = reverse.setting
    if any(setting.is_active(name(v)) for v in carriers(statement.value, setting.facts)):
        raise setting.unsupported(
            statement, "storing what carries a derivative in an attribute", "Keep it in a local variable and return it."
        )
    base = root_name(target)
    if base is not None and base in setting.active:
        raise setting.unsupported(
            statement, f"setting an attribute of `{base}`, which carries a derivative", "Make a new object instead."
        )
    return [statement], []


def effect(reverse: Reverse, statement: gast.Expr, node: gast.Call) -> tuple[Block, Block]:
    """`items.append(v)` and its like."""
    setting = reverse.setting
    assert isinstance(node.func, gast.Attribute)
    base = root_name(node.func)
    assert base is not None
    method = node.func.attr
    if method == "append" and isinstance(node.func.value, gast.Name):
        return _append(reverse, statement, node, base)
    if base in setting.active or any(setting.is_active(name(v)) for v in names_read(node)):
        raise setting.unsupported(node, f"`.{method}` on a container that carries a derivative", "Use `append`.")
    site = reverse.site(base)
    if setting.fact(base).kind == "list":
        whole = subscript(name(base), gast.Slice(None, None, None), gast.Store())
        return [Save(site, call("list", name(base))), statement], [Restore(site, whole)]
    return [statement], []


def _append(reverse: Reverse, statement: gast.Expr, node: gast.Call, base: str) -> tuple[Block, Block]:
    """The reverse sweep takes the last item off again, and hands its cotangent to what was appended."""
    setting = reverse.setting
    value = node.args[0]
    undo = gast.Expr(call(attribute(name(base), "pop")))
    if base not in setting.active:
        return [statement], [undo]
    bar = setting.bar_name(base)
    forward: Block = [statement]
    if base in setting.forward_shadows:
        forward.append(gast.Expr(call(attribute(name(bar), "append"), _slot(setting, value))))
    popped = call(attribute(name(bar), "pop"))
    if setting.is_active(value) and not _is_buffer(setting, value):
        return forward, [Group((), [undo, _take(setting, value, popped)])]
    return forward, [Group((), [undo, gast.Expr(popped)])]


