"""Reversing loops.

The reverse sweep passes the trips in the opposite order. Of a `for` over a range it needs the range; of any other loop,
the number of trips. The only exit of a loop is at the tail of its body, so each trip that was begun is reversed whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, augment, binary, call, constant, name, names_read, store

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = ["for_loop", "while_loop"]


def _has_exit(body: list[gast.stmt]) -> bool:
    return bool(body) and any(isinstance(s, gast.Break) for s in statements(body[-1:]))


def _range_parts(loop: gast.For) -> tuple[gast.expr, gast.expr, gast.expr]:
    """(start, stop, step) of the loop's range."""
    assert isinstance(loop.iter, gast.Call)
    arguments = list(loop.iter.args)
    if len(arguments) == 1:
        return constant(0), arguments[0], constant(1)
    if len(arguments) == 2:
        return arguments[0], arguments[1], constant(1)
    return arguments[0], arguments[1], arguments[2]


def _step(node: gast.expr) -> int | None:
    if isinstance(node, gast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return -int(node.operand.value)
    return None


def plus(node: gast.expr, offset: int) -> gast.expr:
    """`node + offset`, folded."""
    if offset == 0:
        return node
    if isinstance(node, gast.Constant) and isinstance(node.value, int):
        return constant(node.value + offset)
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return constant(offset - node.operand.value)
    if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub)):
        right = _step(node.right)
        if right is not None:
            return plus(node.left, offset + (right if isinstance(node.op, gast.Add) else -right))
    return binary(node, gast.Add() if offset > 0 else gast.Sub(), constant(abs(offset)))


def _reversed_range(start: gast.expr, stop: gast.expr, step: gast.expr) -> gast.expr:
    """The range from the last trip to the first; descending ranges are what Numba compiles."""
    stride = _step(step)
    if stride == 1:
        return call("range", plus(stop, -1), plus(start, -1), constant(-1))
    if stride == -1:
        return call("range", plus(stop, 1), plus(start, 1))
    return call("reversed", call("range", start, stop, step))


def is_stable(reverse: Reverse, node: gast.expr, changed: set[str]) -> bool:
    """Whether an expression has the same value in the reverse sweep: nothing that it reads is ever changed again.

    `changed` are the variables that change between now and the mirrored point.
    """
    setting = reverse.setting
    for variable in names_read(node):
        if variable in setting.facts.of and (variable in changed or not reverse.is_bound_once(variable)):
            return False
        if variable in setting.storage.parent and setting.storage.is_buffer(variable) and not _reads_shape_only(node):
            return False
    return True


def _reads_shape_only(node: gast.expr) -> bool:
    """Only sizes of arrays are read: `x.size`, `x.shape[0]`, `len(x)`."""
    if isinstance(node, gast.Attribute):
        return node.attr in ("size", "shape", "ndim")
    if isinstance(node, gast.Call):
        return isinstance(node.func, gast.Name) and node.func.id == "len"
    if isinstance(node, gast.Name):
        return False
    return all(
        _reads_shape_only(child) or not names_read(child)
        for child in gast.iter_child_nodes(node)
        if isinstance(child, gast.expr)
    )


def for_loop(reverse: Reverse, loop: gast.For) -> tuple[Block, Block]:
    """`for i in range(...)`: the range backwards, or as many trips as were made where the loop has an exit."""
    if not (
        isinstance(loop.iter, gast.Call) and isinstance(loop.iter.func, gast.Name) and loop.iter.func.id == "range"
    ):
        raise reverse.setting.unsupported(loop, "this iterable", "Iterate over a range or a sequence.")
    (variable,) = bound_names(loop)
    keep, restore = reverse.keep(variable)
    parts = list(_range_parts(loop))
    snapshots: Block = []
    unsnapshots: Block = []
    changed = {v for s in statements(loop.body) for v in bound_names(s)} | {variable}
    for index, stem in enumerate(("start", "stop", "step")):
        if not is_stable(reverse, parts[index], changed):
            recorded, saves, restores = reverse.record(f"{variable}_{stem}".lstrip("_"), parts[index])
            snapshots += saves
            unsnapshots += restores
            parts[index] = name(recorded)
    iterable = loop.iter if not snapshots else call("range", *parts)
    before = reverse.bindings.state()
    body, body_reverse = reverse.body_of_loop(loop)
    reverse.bindings.join(before, reverse.bindings.state())
    if not _has_exit(loop.body):
        forward = gast.For(store(variable), iterable, body, [], None)
        backward: Block = [gast.For(store(variable), _reversed_range(*parts), body_reverse, [], None)]
        return [*keep, *snapshots, forward], [*unsnapshots, *backward, *restore]
    reverse.line = getattr(loop, "lineno", reverse.line)
    trips, counting, recounting = _count_trips(reverse)
    forward = gast.For(store(variable), iterable, [augment(trips, gast.Add(), constant(1)), *body], [], None)
    again = _trip_loop(reverse, variable, trips, parts, body_reverse)
    return (
        [*keep, *snapshots, *counting[:1], forward, *counting[1:]],
        [*unsnapshots, *recounting, again, *restore],
    )


def _count_trips(reverse: Reverse) -> tuple[str, Block, Block]:
    trips, saves, restores = reverse.record("trips", constant(0))
    return trips, saves, restores


def _trip_loop(reverse: Reverse, variable: str, trips: str, parts: list[gast.expr], body: Block) -> gast.stmt:
    """As many trips as were made, the last one first."""
    start, _, step = parts
    descending = call("range", plus(name(trips), -1), constant(-1), constant(-1))
    if isinstance(start, gast.Constant) and start.value == 0 and _step(step) == 1:
        return gast.For(store(variable), descending, body, [], None)
    trip = reverse.setting.names.fresh("trip")
    offset: gast.expr = name(trip) if _step(step) == 1 else binary(name(trip), gast.Mult(), step)
    value = offset if isinstance(start, gast.Constant) and start.value == 0 else binary(start, gast.Add(), offset)
    return gast.For(store(trip), descending, [assign(variable, value), *body], [], None)


def while_loop(reverse: Reverse, loop: gast.While) -> tuple[Block, Block]:
    """`while`: as many trips as were made."""
    before = reverse.bindings.state()
    body, body_reverse = reverse.body_of_loop(loop)
    reverse.bindings.join(before, reverse.bindings.state())
    reverse.line = getattr(loop, "lineno", reverse.line)
    trips, counting, recounting = _count_trips(reverse)
    forward = gast.While(loop.test, [augment(trips, gast.Add(), constant(1)), *body], [])
    trip = reverse.setting.names.fresh("trip")
    again = gast.For(store(trip), call("range", name(trips)), body_reverse, [], None)
    return [*counting[:1], forward, *counting[1:]], [*recounting, again]
