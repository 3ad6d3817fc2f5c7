"""Facts about shapes and lengths: of products, of `x.shape` and `len(x)`, of arithmetic on these."""

from __future__ import annotations

from dataclasses import replace

import gast

from srcdiff.analysis.facts import INTEGER, Fact, join_all, promote
from srcdiff.analysis.result_ranks import rank_of_function
from srcdiff.analysis.shapes import SCALAR, Length, added, axes_of, length_of, scaled, shape_of_axes

__all__ = ["length_of_axis", "length_of_operation", "matmul", "shape_as_tuple"]


def matmul(left: Fact, right: Fact) -> Fact:
    """The result of `left @ right`."""
    result = promote(left, right)
    rank = rank_of_function("matmul", [left, right], {})
    kind = "number" if rank == 0 else "array" if rank else "numeric"
    shape = SCALAR if rank == 0 else None
    first, second = axes_of(left.shape), axes_of(right.shape)
    if first and second and len(first) <= 2 and len(second) <= 2:
        shape = shape_of_axes([*first[:-1], *second[1:]])
    return replace(result, kind=kind, rank=rank, shape=shape)


def length_of_operation(operator: gast.operator, left: Length | None, right: Length | None) -> Length | None:
    """The whole number that arithmetic on lengths gives."""
    if left is None or right is None:
        return None
    if isinstance(operator, (gast.Add, gast.Sub)):
        return added(left, right, 1 if isinstance(operator, gast.Add) else -1)
    if isinstance(operator, gast.Mult) and not (left.terms and right.terms):
        return scaled(right, left.constant) if not left.terms else scaled(left, right.constant)
    return None


def shape_as_tuple(owner: Fact) -> Fact:
    """`x.shape`."""
    if not owner.numeric or owner.rank is None:
        return Fact("tuple", item=INTEGER, type=tuple, shape=owner.shape if owner.numeric else None)
    items = tuple(length_of_axis(owner, k) for k in range(owner.rank))
    return Fact("tuple", items=items, item=join_all(items), type=tuple, shape=owner.shape)


def length_of_axis(owner: Fact, k: int) -> Fact:
    """`x.shape[k]`."""
    axes = axes_of(owner.shape)
    if axes is not None and -len(axes) <= k < len(axes):
        return replace(INTEGER, length=length_of(axes[k]))
    if owner.shape is not None and len(owner.shape) == 1 and axes is None and k >= 0:
        (part,) = owner.shape
        if isinstance(part, str):
            return replace(INTEGER, length=Length(0, ((f"{part}.{k}", 1),)))
    return INTEGER
