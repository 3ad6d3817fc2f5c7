"""Memory that is written into: its shadow, what a write keeps, and what the reverse sweep does at a write.

The adjoint of a buffer is a shadow: memory of the same layout. A view of a buffer has the same view of the shadow. A
write `a[k] = v` keeps what it overwrites; the reverse sweep puts that back, hands `a_bar[k]` to `v` and clears it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.activity import carriers
from srcdiff.analysis.origins import Origin, call_target, is_basic_index, origin_of
from srcdiff.analysis.records import key_of
from srcdiff.analysis.structure import bound_names, root_name
from srcdiff.build import (
    assign,
    attribute,
    call,
    constant,
    index_argument,
    is_name,
    name,
    names_read,
    subscript,
    substitute,
)
from srcdiff.kinds import NeedsKind
from srcdiff.rules import registry
from srcdiff.transform import container_methods, container_stores, containers
from srcdiff.transform.contributions import contributions
from srcdiff.transform.marks import Accumulate, Group, Restore, Save, Zero
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = [
    "augment_attribute",
    "augment_item",
    "augment_whole",
    "copies",
    "effect",
    "is_error_state",
    "plan_shadows",
    "shadow_names",
    "shadow_of_binding",
    "shares_shadow",
    "store_attribute",
    "store_item",
]


# Shadows.


def plan_shadows(setting: Setting) -> None:
    """Decide which buffers have their shadow made in the forward sweep.

    A buffer with one name, bound once and outside of loops, has its shadow made in the reverse sweep, where it is first
    needed. Every other shadow is a variable of the forward sweep, bound, kept and put back with its primal.
    """
    depth_of = _binding_depths(setting)
    for variable in sorted(setting.active):
        storage = setting.storage
        if variable not in storage.parent or variable in storage.snapshots:
            continue
        shadows = not setting.fact(variable).numeric and containers.holds_shadows(storage, variable)
        if not storage.is_buffer(variable) and not shadows:
            continue
        members = [m for m in storage.members(variable) if m not in storage.snapshots and m in setting.facts.of]
        depths = depth_of.get(variable, [])
        parameter = variable in setting.function.parameters
        contained = any(storage.root(c) == storage.root(variable) for c in storage.contents.values())
        single = (
            len(members) == 1 and not contained and ((depths == [0] and not parameter) or (parameter and not depths))
        )
        if not single or shadows:
            setting.forward_shadows.add(variable)
        setting.bar_name(variable)


def _binding_depths(setting: Setting) -> dict[str, list[int]]:
    depths: dict[str, list[int]] = {}

    def visit(body: list[gast.stmt], depth: int) -> None:
        for statement in body:
            augmented = isinstance(statement, gast.AugAssign)
            for variable in bound_names(statement):
                if not augmented or variable not in setting.storage.parent or not setting.storage.is_buffer(variable):
                    depths.setdefault(variable, []).append(depth)
            inner = depth + isinstance(statement, (gast.For, gast.While, gast.If, gast.Try))
            for field in ("body", "orelse", "finalbody"):
                if not isinstance(statement, gast.FunctionDef):
                    visit(getattr(statement, field, None) or [], inner)

    visit(setting.function.body, 0)
    return depths


def shadow_names(setting: Setting, variable: str) -> list[str]:
    """The shadow that is bound, kept and put back together with a variable."""
    return [setting.bar_name(variable)] if variable in setting.forward_shadows else []


def copies(setting: Setting) -> Block:
    """Copies of the parameters that the primal writes into, and the shadows of parameters."""
    made: Block = []
    for parameter in setting.function.parameters:
        storage = setting.storage
        written = parameter in storage.parent and (
            storage.is_buffer(parameter) or containers.holds_shadows(storage, parameter)
        )
        if parameter not in setting.owned_parameters and (written or parameter in storage.updated):
            fact = setting.fact(parameter)
            if fact.kind == "number":
                continue
            known = (
                written
                and fact.numeric
                and not setting.keeps_layout
                and not containers.is_contained(setting, parameter)
            )
            layout = setting.keeps_layout and fact.numeric
            helper = runtime.copy_in_layout if layout else runtime.copy
            value = call(attribute(name(parameter), "copy")) if known else call(setting.helper(helper), name(parameter))
            made.append(assign(parameter, value))
        if parameter in setting.forward_shadows and parameter not in setting.owned_parameters:
            made += _shadow_of_parameter(setting, parameter)
    return made


def _shadow_of_parameter(setting: Setting, parameter: str) -> Block:
    """Zeros; in the very layout of the parameter, where a `reshape` of both has to come out alike."""
    bar = setting.bar_name(parameter)
    if not setting.keeps_layout or not setting.fact(parameter).numeric:
        return [assign(bar, _zeros(setting, parameter))]
    same = call(setting.helper(runtime.copy_in_layout), name(parameter))
    whole = subscript(name(bar), constant(Ellipsis), gast.Store())
    return [assign(bar, same), gast.Assign([whole], constant(0.0), None)]


def _zeros(setting: Setting, variable: str) -> gast.expr:
    return call(setting.helper(runtime.zeros_like), name(variable))


def shadow_of_binding(reverse: Reverse, target: str, value: gast.expr) -> tuple[Block, Block]:
    """The shadow that goes with `target = value`, for shadows of the forward sweep."""
    setting = reverse.setting
    if target not in setting.forward_shadows:
        return [], []
    bar = setting.bar_name(target)
    origin = origin_of(value, setting.facts, setting.effects)
    if origin.how == "fresh":
        return [assign(bar, _zeros(setting, target))], []
    if isinstance(value, gast.Call) and call_target(value, setting.facts)[0] in _OVERLAPPING_VIEWS:
        raise setting.unsupported(
            value,
            f"`{target}`, a view with elements that share memory, of an array that is written into",
            "Copy it with `.copy()`.",
        )
    if origin.how in ("alias", "view", "views", "item") and all(
        base in setting.forward_shadows for base in origin.bases
    ):
        if isinstance(value, gast.Subscript) or containers.is_contained(setting, target):
            reverse.require_kind_of_view(value, target)
        return [assign(bar, _on_shadows(setting, value, origin))], []
    if is_tested_view(setting, target, value):
        return _tested_shadow(reverse, target, value, origin)
    if setting.fact(target).container:
        return [assign(bar, containers.shadow_of_container(setting, target, value))], []
    if isinstance(value, gast.Subscript) and origin.how == "maybe view":
        reverse.ask_for_kinds(value)  # what an index takes depends on what it is
    unknown = [p for p in setting.function.parameters if setting.fact(p).kind == "numeric"]
    if unknown and setting.fact(target).kind == "anything":
        raise NeedsKind(unknown, setting.function.source.place(value))
    raise setting.unsupported(
        value,
        f"`{target}`, which may or may not share memory with `{', '.join(origin.bases)}` and is written into",
        "Copy it with `.copy()`, or make a view with a slice.",
    )


def is_tested_view(setting: Setting, target: str, value: gast.expr) -> bool:
    """Whether only the run can tell if `target` is a view of a buffer or a copy: `x.reshape(-1)`."""
    if target not in setting.forward_shadows or isinstance(value, gast.Subscript):
        return False
    origin = origin_of(value, setting.facts, setting.effects)
    return (
        origin.how == "maybe view"
        and len(origin.bases) == 1
        and origin.bases[0] in setting.forward_shadows
        and setting.fact(origin.bases[0]).numeric
        and setting.fact(target).numeric
    )


def _tested_shadow(reverse: Reverse, target: str, value: gast.expr, origin: Origin) -> tuple[Block, Block]:
    """Test once, in the forward sweep: a view takes the same view of the shadow, a copy a shadow of its own."""
    setting = reverse.setting
    (base,) = origin.bases
    shares = call(attribute(name(setting.refer(np, "np")), "shares_memory"), name(target), name(base))
    tested, saves, restores = reverse.record(f"{target}_is_view", shares)
    bar = setting.bar_name(target)
    made = gast.If(
        name(tested), [assign(bar, _on_shadows(setting, value, origin))], [assign(bar, _zeros(setting, target))]
    )
    reverse.tested_views[id(value)] = tested
    return [*saves[:1], made, *saves[1:]], restores


def _on_shadows(setting: Setting, value: gast.expr, origin: Origin) -> gast.expr:
    """The same view of the shadow."""
    from srcdiff.build import substitute

    if (
        isinstance(value, gast.Attribute)
        and isinstance(value.value, gast.Name)
        and setting.facts(value.value).container
    ):
        base = value.value.id  # a field of a record
        return subscript(setting.bar(base), constant(key_of(setting.fact(base), value.attr)))
    result: gast.expr = substitute(value, {base: setting.bar(base) for base in origin.bases})
    if isinstance(value, gast.Call) and call_target(value, setting.facts)[0] in _READ_ONLY_VIEWS:
        return call(setting.helper(runtime.writeable), result)
    return result


def shares_shadow(reverse: Reverse, target: str, value: gast.expr) -> bool:
    """Whether `target` is another name, or a view, of a buffer: then there is nothing to pass on."""
    setting = reverse.setting
    if target not in setting.forward_shadows:
        return False
    origin = origin_of(value, setting.facts, setting.effects)
    return origin.how in ("alias", "view", "views", "item")


# Writes.


def _element_fact_is_number(reverse: Reverse, target: gast.Subscript) -> bool:
    return reverse.setting.facts(subscript(target.value, target.slice)).kind == "number"


def _kept_part(reverse: Reverse, target: gast.Subscript) -> gast.expr:
    """What a write overwrites: the number, or a copy (never a view) of the part."""
    part = subscript(target.value, target.slice)
    if _element_fact_is_number(reverse, target):
        return part
    return call(attribute(part, "copy"))


def _settled_index(reverse: Reverse, target: gast.Subscript) -> tuple[gast.Subscript, Block, Block]:
    """The target with an index that the write itself cannot change."""
    base = root_name(target)
    setting = reverse.setting
    storage = setting.storage
    root = storage.root(base) if base is not None else None
    reads = names_read(target.slice)
    if not any(v in storage.parent and root in (storage.root(v), *storage.within(v)) for v in reads):
        return target, [], []
    recorded, saves, restores = reverse.record(f"{base}_index", target.slice)
    return subscript(target.value, name(recorded), gast.Store()), saves, restores


def _check_array(reverse: Reverse, statement: gast.stmt, base: str) -> None:
    fact = reverse.setting.fact(base)
    if not fact.numeric and base in reverse.setting.active:
        raise reverse.setting.unsupported(
            statement,
            f"a write into `{base}`, which is not known to be an array",
            "Make it with a NumPy function in this function, or annotate it.",
        )


def store_item(reverse: Reverse, statement: gast.Assign, target: gast.Subscript) -> tuple[Block, Block]:
    """`a[k] = v`."""
    setting = reverse.setting
    base = root_name(target)
    assert base is not None
    if setting.fact(base).container:
        return container_stores.store_item(reverse, statement, target)
    _check_array(reverse, statement, base)
    target, saves, restores = _settled_index(reverse, target)
    if setting.fact(base).kind == "anything":
        return _store_unknown(reverse, statement, target, saves, restores)
    site = reverse.site(base)
    forward = [*saves, Save(site, _kept_part(reverse, target)), statement]
    backward: Block = [Restore(site, subscript(target.value, target.slice, gast.Store()))]
    if base in setting.active:
        bar = setting.bar_name(base)
        element = subscript(name(bar), target.slice)
        backward.append(Group((bar,), _hand_over(reverse, statement.value, element, target)))
    elif not setting.fact(base).differentiable and names_read(statement.value) & setting.varied:
        raise setting.unsupported(
            statement,
            f"storing a value that carries a derivative into `{base}`, which holds no floats",
            "Make it a float array.",
        )
    return forward, [*restores, *backward]


def _store_unknown(
    reverse: Reverse, statement: gast.Assign | gast.AugAssign, target: gast.Subscript, saves: Block, restores: Block
) -> tuple[Block, Block]:
    """`items[k] = v` for something that carries no derivative, and may be a dictionary without such a key."""
    setting = reverse.setting
    if names_read(statement.value) & setting.varied:
        raise setting.unsupported(
            statement,
            "storing a value that carries a derivative into something that is not known to be an array or a dictionary",
            "Make it in this function.",
        )
    old, keep, restore = reverse.record(
        f"{root_name(target)}_old", call(setting.helper(runtime.held), target.value, index_argument(target.slice))
    )
    undo = gast.Expr(call(setting.helper(runtime.put_back), target.value, index_argument(target.slice), name(old)))
    return [*saves, *keep, statement], [*restores, *restore, undo]


def _hand_over(reverse: Reverse, value: gast.expr, element: gast.expr, target: gast.Subscript) -> Block:
    """`v_bar += a_bar[k]`, summed to the shape of v, and taken out of the shadow before that is cleared."""
    setting = reverse.setting
    if not setting.is_active(value):
        return [Zero(element)]
    assert isinstance(value, gast.Name)
    gradient = _taken(reverse, element, target)
    before: Block = []
    if _shares_shadow(setting, value.id, target):  # clear first, then add
        held = setting.names.fresh(f"{value.id}_part_bar")
        before, gradient = [assign(held, gradient), Zero(element)], name(held)
    if not _same_shape(reverse, value, target):
        gradient = call(setting.helper(runtime.unbroadcast), gradient, value)
    added = Accumulate(setting.bar(value.id), gradient, container=setting.fact(value.id).container)
    return [*before, added] if before else [added, Zero(element)]


def _shares_shadow(setting: Setting, variable: str, target: gast.Subscript) -> bool:
    """Whether the adjoint of what is written may be part of the shadow of what it is written into."""
    base = root_name(target)
    return variable in setting.forward_shadows or (
        variable in setting.storage.parent and setting.storage.root(variable) == setting.storage.root(base or variable)
    )


def _same_shape(reverse: Reverse, value: gast.expr, target: gast.Subscript) -> bool:
    setting = reverse.setting
    whole = setting.facts(subscript(target.value, target.slice))
    part = setting.facts(value)
    if setting.facts.complex_numbers and part.letter != "c" and not whole.surely_real:
        return False  # a real value takes the real part
    return whole.kind == part.kind == "number" or (whole.shape is not None and whole.shape == part.shape)


def _taken(reverse: Reverse, element: gast.expr, target: gast.Subscript) -> gast.expr:
    """The cotangent of what was written, in memory of its own; of repeated elements only the last write counts."""
    setting = reverse.setting
    if _element_fact_is_number(reverse, target):
        return element
    if is_basic_index(target.slice, setting.facts) or _is_mask(reverse, target.slice):
        return call(attribute(element, "copy"))
    assert isinstance(element, gast.Subscript)
    return call(setting.helper(runtime.last_written), element.value, index_argument(element.slice))


def _is_mask(reverse: Reverse, index: gast.expr) -> bool:
    fact = reverse.setting.facts(index)
    return fact.numeric and fact.letter == "b"


def augment_item(reverse: Reverse, statement: gast.AugAssign, target: gast.Subscript) -> tuple[Block, Block]:
    """`a[k] op= v`."""
    setting = reverse.setting
    base = root_name(target)
    assert base is not None
    if setting.fact(base).container:
        return container_stores.augment_item(reverse, statement, target)
    _check_array(reverse, statement, base)
    target, saves, restores = _settled_index(reverse, target)
    if setting.fact(base).kind == "anything":
        return _store_unknown(reverse, statement, target, saves, restores)
    site = reverse.site(base)
    forward = [*saves, Save(site, _kept_part(reverse, target)), statement]
    backward: Block = [Restore(site, subscript(target.value, target.slice, gast.Store()))]
    if base in setting.active:
        bar = setting.bar_name(base)
        backward.append(Group((bar,), _augmented(reverse, statement, target, bar)))
    return forward, [*restores, *backward]


def _augmented(reverse: Reverse, statement: gast.AugAssign, target: gast.Subscript, bar: str) -> Block:
    """Pass the cotangent of `a[k] op v` on to v, and to what was in a[k]."""
    setting = reverse.setting
    part = subscript(target.value, target.slice)
    element = subscript(name(bar), target.slice)
    operand = setting.names.fresh(f"{root_name(target)}_part")
    setting.facts.of[operand] = setting.facts(part)
    setting.active.add(operand)
    operand_bar = setting.bar_name(operand)
    basic = is_basic_index(target.slice, setting.facts) or _is_mask(reverse, target.slice)
    number = _element_fact_is_number(reverse, target)
    overlaps = isinstance(statement.value, gast.Name) and _shares_shadow(setting, statement.value.id, target)
    linear = isinstance(statement.op, (gast.Add, gast.Sub))
    gradient: gast.expr = element if number or (basic and not linear) else _taken(reverse, element, target)
    before: Block = []
    if overlaps:  # the operand's shadow may be part of this one: take, clear, then add to both
        gradient, basic = _taken(reverse, element, target), False
    if not basic:
        held = setting.names.fresh(f"{root_name(target)}_part_bar")
        before = [assign(held, gradient), Zero(element)]
        gradient = name(held)
    value = gast.copy_location(gast.BinOp(name(operand), statement.op, statement.value), statement)
    output = gast.BinOp(part, statement.op, statement.value)
    shape = setting.facts(part).shape
    made = contributions(setting, operand, value, gradient, shape, output)
    setting.active.discard(operand)
    return [*before, *_settle_operand(made, operand, operand_bar, part, element, gradient, basic)]


def _settle_operand(
    made: Block, operand: str, operand_bar: str, part: gast.expr, element: gast.expr, gradient: gast.expr, basic: bool
) -> Block:
    """Write the part that stands for `a[k]` as what it is, its own cotangent last."""
    values = {operand: part}
    others: Block = []
    own: Block = []
    for statement in made:
        if isinstance(statement, Accumulate) and is_name(statement.target, operand_bar):
            unchanged = statement.value is gradient
            value = substitute(statement.value, values)
            if not basic:
                own.append(Accumulate(element, value, scatter=True))
            elif not unchanged and not _is_copy_of(value, gradient):
                own.append(assign(subscript(element.value, element.slice, gast.Store()), value))
        elif isinstance(statement, Accumulate):
            others.append(
                Accumulate(
                    statement.target,
                    substitute(statement.value, values),
                    scatter=statement.scatter,
                    container=statement.container,
                )
            )
        else:
            others.append(substitute(statement, values))
    return [*others, *own]


def _is_copy_of(value: gast.expr, gradient: gast.expr) -> bool:
    """A linear operation leaves the cotangent of what was there as it is."""
    return gast.dump(value) == gast.dump(gradient)  # type: ignore[no-any-return]


def augment_whole(reverse: Reverse, statement: gast.AugAssign, target: str) -> tuple[Block, Block]:
    """`a op= v` on an array that other names see."""
    if reverse.setting.fact(target).container:
        return container_stores.augment_whole(reverse, statement, target)
    whole = subscript(name(target), constant(Ellipsis), gast.Store())
    forward, backward = augment_item(reverse, statement, whole)
    return forward, backward


def store_attribute(reverse: Reverse, statement: gast.Assign, target: gast.Attribute) -> tuple[Block, Block]:
    """`object.attr = v`: an effect of the primal's own, as long as it carries no derivative."""
    return container_stores.store_attribute(reverse, statement, target)


def augment_attribute(reverse: Reverse, statement: gast.AugAssign, target: gast.Attribute) -> tuple[Block, Block]:
    """`object.attr op= v`."""
    return container_stores.store_attribute(reverse, statement, target)


# Calls for their effect.


def effect(reverse: Reverse, statement: gast.Expr, node: gast.Call) -> tuple[Block, Block]:
    """A call whose result is not used."""
    setting = reverse.setting
    function, arguments = call_target(node, setting.facts)
    base = root_name(node.func) if isinstance(node.func, gast.Attribute) else None
    if base is not None and (setting.fact(base).container or setting.fact(base).type is set):
        return container_methods.effect(reverse, statement, node)
    rule = registry.lookup(function) if function is not None else None
    writes = bool(rule and rule.writes) or any(k.arg == "out" for k in node.keywords)
    touched = {v for a in [*arguments, *(k.value for k in node.keywords)] for v in carriers(a, setting.facts)}
    if rule is not None and not writes:
        return [statement], []
    if base is not None and base in setting.active:
        raise setting.unsupported(
            node,
            f"the method `.{node.func.attr}` on something that carries a derivative",
            "Use an assignment.",
        )
    if any(v in setting.active and setting.fact(v).kind not in ("number",) for v in touched):
        raise setting.unsupported(
            node,
            f"a call of `{gast.unparse(node.func).strip()}`, which may write into what carries a derivative",
            "Register a rule for it with @srcdiff.adjoint, or assign its result.",
        )
    saves: Block = []
    restores: Block = []
    for variable in sorted(touched) if writes else ():  # a shuffle of what carries no derivative
        if variable in setting.storage.parent and setting.storage.is_buffer(variable):
            if not setting.fact(variable).numeric:
                raise setting.unsupported(node, "a write through a call", "Assign to a slice.")
            place = reverse.site(variable)
            saves.append(Save(place, call(setting.helper(runtime.copy), name(variable))))
            restores.append(Restore(place, subscript(name(variable), constant(Ellipsis), gast.Store())))
    return [*saves, statement], restores


_READ_ONLY_VIEWS = (np.diag, np.diagonal, np.ndarray.diagonal, np.linalg.diagonal)
_OVERLAPPING_VIEWS = (
    np.broadcast_to,
    np.broadcast_arrays,
    np.lib.stride_tricks.sliding_window_view,
    np.lib.stride_tricks.as_strided,
)
_ERROR_STATES = (np.errstate,)


def is_error_state(setting: Setting, node: gast.expr) -> bool:
    """Whether a context manager is `np.errstate`, under which the reverse statements run too."""
    if not isinstance(node, gast.Call):
        return False
    try:
        return setting.facts.object_of(node.func) in _ERROR_STATES
    except (LookupError, TypeError):
        return False
