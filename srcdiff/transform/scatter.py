"""`np.add.at`: an augmented assignment that adds once for each repeat of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import runtime
from srcdiff.analysis.origins import is_basic_index
from srcdiff.analysis.structure import root_name
from srcdiff.build import attribute, call, name, negate, subscript
from srcdiff.transform.container_stores import settled
from srcdiff.transform.marks import Accumulate, Group, Restore, Save

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Reverse

__all__ = ["ScatterAdd", "scatter_add"]

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
