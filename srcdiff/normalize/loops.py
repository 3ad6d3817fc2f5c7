"""Loops over anything become loops over a range.

>>> # for i, row in enumerate(a):      for i in range(len(a)):  row = a[i]; ...

A list that grows in its own loop makes a `while`. A counter that the body rebinds is another variable than the loop's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import gast

from srcdiff import build
from srcdiff.normalize.assignments import bind
from srcdiff.normalize.iterables import Plan, is_iterator, plan_of
from srcdiff.normalize.trees import bound_names, locate, names_in, own_nodes

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["for_loop"]

RESIZING = frozenset({"append", "extend", "insert", "pop", "remove", "clear", "appendleft", "popleft"})


def for_loop(flat: Flattener, statement: gast.For) -> None:
    """`for target in iterable`."""
    iterable = statement.iter
    rebound = flat.bound_in(statement) | bound_names([statement.target])
    if isinstance(iterable, gast.Call):
        function = flat.purity.object_of(iterable.func)
        if function is range and _is_simple_range(iterable):
            _over_range(flat, statement, iterable)
            return
        if function is reversed and _reversed_range(flat, statement):
            return
        if function is filter and len(iterable.args) == 2 and not iterable.keywords:
            _filtered(flat, statement, iterable)
            return
    if isinstance(iterable, gast.GeneratorExp) and len(iterable.generators) == 1:
        _inline_generator(flat, statement, iterable)
        return
    if isinstance(iterable, gast.Name) and is_iterator(flat, iterable) and _leaves_some(statement, iterable.id):
        flat.statement(_one_by_one(flat, statement, iterable))
        return
    plan = plan_of(flat, iterable, rebound)
    at = flat.at
    loop = _planned(flat, statement, plan)
    flat.at = at
    flat.emit(loop)


def _leaves_some(statement: gast.For, iterator: str) -> bool:
    """Whether a loop may leave something of an iterator to others, or others take from it meanwhile."""
    nodes = list(own_nodes(statement.body))
    return iterator in names_in(statement.body) or any(isinstance(n, (gast.Break, gast.Return)) for n in nodes)


def _one_by_one(flat: Flattener, statement: gast.For, iterator: gast.Name) -> gast.While:
    """`for v in items` that takes no more of an iterator than it needs.

    >>> # end = object()
    >>> # while True:
    >>> #     item = next(items, end)
    >>> #     if item is end: <else>; break
    >>> #     v = item; ...
    """
    end, item = flat.names.fresh("end"), flat.names.fresh("item")
    flat.assign(end, flat.call("object"))
    taken = build.assign(item, flat.call("next", flat.again(iterator), build.name(end)))
    at_end = gast.Compare(build.name(item), [gast.Is()], [build.name(end)])
    leave = gast.If(at_end, [*statement.orelse, gast.Break()], [])
    bound = gast.Assign([statement.target], build.name(item), None)
    body = [locate(part, statement) for part in (taken, leave, bound)]
    loop: gast.While = locate(gast.While(build.constant(True), [*body, *statement.body], []), statement)
    return loop


def _is_simple_range(node: gast.Call) -> bool:
    return not node.keywords and 1 <= len(node.args) <= 3 and not any(isinstance(a, gast.Starred) for a in node.args)


def _over_range(flat: Flattener, statement: gast.For, iterable: gast.Call) -> None:
    """`for i in range(...)`: the bounds are kept if the body changes them, `i` if it rebinds it."""
    body_binds = flat.bound_in(statement)
    bounds = [_bound(flat, bound, statement, body_binds) for bound in flat.plains(iterable.args, "bound")]
    call = flat.like(iterable, gast.Call(iterable.func, bounds, []))
    _emit_for(flat, statement, call, None)


def _emit_for(flat: Flattener, statement: gast.For, call: gast.Call, element: object) -> None:
    target = statement.target
    own = isinstance(target, gast.Name) and target.id not in flat.bound_in(statement)
    counter = target.id if own else flat.names.fresh("k")
    at = flat.at
    first = [] if own else flat.collect(lambda: bind(flat, target, flat.read(counter, target)))
    body = [*first, *flat.repeated(statement.body)]
    flat.at = at
    flat.emit(gast.For(build.store(counter), call, body, flat.block(statement.orelse), None))


def _bound(flat: Flattener, bound: gast.expr, statement: gast.For, rebound: set[str]) -> gast.expr:
    """A bound that is the same after the loop as before."""
    if _is_steady(flat, bound, statement, rebound):
        return bound
    atom = flat.atom(bound, "bound")
    return flat.name_for(atom, "bound") if atom is bound else atom


def _is_steady(flat: Flattener, bound: gast.expr, statement: gast.For, rebound: set[str]) -> bool:
    """Whether a bound reads only names that the loop leaves alone, and of these only number or shape."""
    for node in own_nodes([bound]):
        if isinstance(node, gast.Name):
            if node.id in rebound:
                return False
        elif isinstance(node, gast.Attribute):
            if node.attr not in ("shape", "size", "ndim") and not flat.purity.is_path(node):
                return False
        elif isinstance(node, gast.Subscript):
            if not flat.purity.inert(node):
                return False
        elif isinstance(node, gast.Call) and _grows(flat, statement, node.args):
            return False
    return True


def _reversed_range(flat: Flattener, statement: gast.For) -> bool:
    """`for i in reversed(range(n))` is `for i in range(n - 1, -1, -1)`."""
    call = statement.iter
    if len(call.args) != 1 or call.keywords:
        return False
    inner = call.args[0]
    if not isinstance(inner, gast.Call) or flat.purity.object_of(inner.func) is not range:
        return False
    if not _is_simple_range(inner) or len(inner.args) > 2:
        return False
    first, last = ([None, *inner.args] if len(inner.args) == 1 else inner.args)[-2:]
    minus = gast.UnaryOp(gast.USub(), build.constant(1))
    start = build.binary(last, gast.Sub(), build.constant(1))
    stop = minus if first is None else build.binary(first, gast.Sub(), build.constant(1))
    if first is not None and not (flat.purity.plain(first) and flat.purity.plain(last)):
        return False
    step = gast.UnaryOp(gast.USub(), build.constant(1))
    iterable = flat.like(call, gast.Call(flat.again(inner.func), [start, stop, step], []))
    _over_range(flat, statement, iterable)
    return True


def _planned(flat: Flattener, statement: gast.For, plan: Plan) -> gast.stmt:
    """The loop of a plan: over a range, or a `while` if what it goes over may grow."""
    body_binds = flat.bound_in(statement)
    target = statement.target
    grows = not plan.lengths or _grows(flat, statement, plan.sequences)
    counter, target, element = _counter(flat, target, plan, body_binds, grows)
    at = flat.at
    first = flat.collect(lambda: bind(flat, target, flat.like(at, element))) if target is not None else []
    body = [*first]
    orelse = [*_strict_checks(flat, plan), *statement.orelse]
    if not grows:
        count = plan.lengths[0] if len(plan.lengths) == 1 else flat.call("min", *plan.lengths)
        body += flat.repeated(statement.body)
        return gast.For(build.store(counter), flat.call("range", count), body, flat.block(orelse), None)
    step = flat.collect(
        lambda: flat.emit(build.assign(counter, build.binary(build.name(counter), gast.Add(), build.constant(1))))
    )
    flat.assign(counter, build.constant(0))
    tests: list[gast.expr] = [gast.Compare(flat.read(counter), [gast.Lt()], [length]) for length in plan.lengths]
    test = build.constant(True) if not tests else tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)
    return gast.While(test, [*body, *step, *flat.repeated(statement.body)], flat.block(orelse))


def _counter(
    flat: Flattener, target: gast.expr, plan: Plan, body_binds: set[str], grows: bool
) -> tuple[str, gast.expr | None, gast.expr]:
    """The counter, and what is left to be bound to what: the `i` of `enumerate` may count itself."""
    trial = plan.element(build.name("_"))
    if isinstance(trial, gast.Tuple) and isinstance(target, (gast.Tuple, gast.List)) and not grows:
        if len(target.elts) == len(trial.elts) == 2 and build.is_name(trial.elts[0], "_"):
            first, second = target.elts
            if isinstance(first, gast.Name) and first.id not in body_binds | bound_names([second]):
                element = plan.element(flat.read(first.id, first))
                return first.id, second, element.elts[1]
    counter = flat.names.fresh("k")
    return counter, target, plan.element(flat.read(counter))


def _strict_checks(flat: Flattener, plan: Plan) -> list[gast.stmt]:
    """What `zip(strict=True)` does once the shortest is through."""
    checks: list[gast.stmt] = []
    for first, *others in plan.strict:
        tests = [gast.Compare(flat.again(length), [gast.NotEq()], [flat.again(first)]) for length in others]
        if tests:
            message = build.constant("zip() arguments have different lengths")
            error = gast.Raise(build.call(flat.builtin("ValueError"), message), None)
            test = tests[0] if len(tests) == 1 else gast.BoolOp(gast.Or(), tests)
            checks.append(flat.like(flat.at, gast.If(test, [error], [])))
    return checks


def _grows(flat: Flattener, statement: gast.For, sequences: Sequence[gast.expr]) -> bool:
    """Whether the body changes the length of one of these, under this name or one that may be the same."""
    resized: list[gast.expr] = []
    for node in own_nodes(statement.body):
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
            if node.func.attr in RESIZING:
                resized.append(node.func.value)
        elif isinstance(node, gast.AugAssign) and isinstance(node.op, gast.Add):
            resized.append(node.target)
        elif isinstance(node, gast.Subscript) and not isinstance(node.ctx, gast.Load):
            if isinstance(node.ctx, gast.Del) or isinstance(node.slice, gast.Slice):
                resized.append(node.value)
    return any(flat.aliases.may_be_same(one, other) for one in resized for other in sequences)


def _inline_generator(flat: Flattener, statement: gast.For, iterable: gast.GeneratorExp) -> None:
    """`for x in (g(y) for y in z if c)`: the body runs between the elements, as it does with a generator."""
    generator = iterable.generators[0]
    body: list[gast.stmt] = [flat.like(statement, gast.Assign([statement.target], iterable.elt, None)), *statement.body]
    for test in reversed(generator.ifs):
        body = [flat.like(statement, gast.If(test, body, []))]
    for name in flat.comprehension_cells.get(iterable, ()):
        flat.assign(name, gast.List([build.constant(None)], gast.Load()))
    loop = gast.For(generator.target, generator.iter, body, statement.orelse, None)
    flat.statement(flat.like(statement, loop))


def _filtered(flat: Flattener, statement: gast.For, iterable: gast.Call) -> None:
    """`for x in filter(test, items)`."""
    test, items = iterable.args
    name = flat.names.fresh("item")
    element = flat.like(iterable, build.name(name))
    if build.is_name(test) or (isinstance(test, gast.Constant) and test.value is None) or flat.purity.is_path(test):
        function = test
    else:
        function = flat.atom(test, "test")
    nothing = isinstance(function, gast.Constant) and function.value is None
    condition = flat.again(element) if nothing else flat.like(iterable, gast.Call(function, [flat.again(element)], []))
    comprehension = gast.comprehension(flat.like(iterable, build.store(name)), items, [condition], 0)
    _inline_generator(flat, statement, flat.like(iterable, gast.GeneratorExp(element, [comprehension])))
