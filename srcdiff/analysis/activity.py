"""Activity: which variables carry a derivative from the inputs to the output.

A variable is *varied* if it depends on an input, *useful* if the output depends on it; it is active if it is both
(Hascoët and Pascual 2013, "The Tapenade automatic differentiation tool", section 4).
"""

from __future__ import annotations

from collections.abc import Iterator

import gast

from srcdiff import core
from srcdiff.analysis.application import applied_rule, is_constant_argument, parameter_at
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.storage import CalleeEffects, Storage, call_target
from srcdiff.analysis.structure import MUTATING_METHODS, root_name, statements
from srcdiff.rules import registry

__all__ = ["active_names", "carriers", "varied_names"]

_CONSTANT_ATTRIBUTES = frozenset(["shape", "size", "ndim", "dtype", "nbytes", "itemsize", "strides", "flags"])


def carriers(node: gast.expr | None, facts: Facts) -> Iterator[str]:
    """The variables from which a derivative flows into the value of an expression."""
    if node is None or isinstance(node, (gast.Constant, gast.Compare, gast.JoinedStr, gast.Lambda)):
        return
    if isinstance(node, gast.Name):
        if node.id in facts.of:
            yield node.id
    elif isinstance(node, gast.Subscript):
        yield from carriers(node.value, facts)
        owner = facts(node.value)
        if not owner.numeric and not owner.container:  # `np.r_[x, y]`
            yield from carriers(node.slice, facts)
    elif isinstance(node, gast.Attribute):
        if node.attr not in _CONSTANT_ATTRIBUTES:
            yield from carriers(node.value, facts)
    elif isinstance(node, gast.IfExp):
        yield from carriers(node.body, facts)
        yield from carriers(node.orelse, facts)
    elif isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not):
        return
    elif isinstance(node, gast.Call):
        yield from _carriers_of_call(node, facts)
    elif isinstance(node, gast.BinOp) and isinstance(node.op, gast.FloorDiv):
        return
    else:
        for child in gast.iter_child_nodes(node):
            if isinstance(child, gast.expr):
                yield from carriers(child, facts)


def _carriers_of_call(node: gast.Call, facts: Facts) -> Iterator[str]:
    function, arguments = call_target(node, facts)
    rule = applied_rule(function, arguments, node.keywords, facts)
    if rule is not None:
        if rule.kind == "constant":
            return
        # An argument that the rule has no derivative by counts too, so that it is refused rather than lost.
        for position, argument in enumerate(arguments):
            if not is_constant_argument(rule, parameter_at(rule, position)):
                yield from carriers(argument, facts)
        for keyword in node.keywords:
            if keyword.arg is None or not is_constant_argument(rule, keyword.arg):
                yield from carriers(keyword.value, facts)
        return
    if isinstance(node.func, gast.Attribute) and root_name(node.func) in facts.of:
        yield from carriers(node.func.value, facts)
    elif isinstance(node.func, gast.Name) and node.func.id in facts.of and node.func.id not in facts.inner:
        yield node.func.id  # an object that is called
    elif isinstance(node.func, gast.Name) and node.func.id in facts.inner:
        for part in gast.walk(facts.inner[node.func.id]):
            if isinstance(part, gast.Name) and part.id in facts.of:
                yield part.id
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        yield from carriers(argument, facts)


def _flows(function: core.Function, facts: Facts, effects: CalleeEffects | None) -> list[tuple[set[str], set[str]]]:
    """(sources, targets) of every statement, in terms of storage classes for what is written into."""
    flows: list[tuple[set[str], set[str]]] = []
    for statement in statements(function.body):
        if isinstance(statement, (gast.Assign, gast.AugAssign)):
            target = statement.targets[0] if isinstance(statement, gast.Assign) else statement.target
            name = root_name(target)
            sources = set(carriers(statement.value, facts))
            if name is not None:
                flows.append((sources, {name}))
        value = getattr(statement, "value", None)
        if isinstance(value, gast.Call) and not isinstance(statement, gast.Return):
            written = _written_by_call(value, facts, effects)
            if written:
                flows.append((set(carriers(value, facts)) | written, written))
    return flows


def _written_by_call(node: gast.Call, facts: Facts, effects: CalleeEffects | None) -> set[str]:
    """Variables into which a call may put a derivative."""
    function, arguments = call_target(node, facts)
    rule = registry.lookup(function) if function is not None else None
    written = {n for k in node.keywords if k.arg == "out" for n in carriers(k.value, facts)}
    if isinstance(node.func, gast.Attribute) and node.func.attr in MUTATING_METHODS:
        base = root_name(node.func.value)
        return written | ({base} if base in facts.of and base is not None else set())
    if rule is not None:
        for name in rule.writes:
            position = rule.parameters.index(name) if name in rule.parameters else len(arguments)
            if position < len(arguments):
                written |= set(carriers(arguments[position], facts))
        return written
    known = effects(node) if effects is not None else None
    if known is not None:
        return written | set(known.writes)
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        written |= {n for n in carriers(argument, facts) if storage_may_change(facts.of[n])}
    return written


def storage_may_change(fact: Fact) -> bool:
    """Whether a callee could write into a value of this kind."""
    return fact.kind not in ("number", "opaque", "function")


def active_names(
    function: core.Function,
    wrt: set[str],
    facts: Facts,
    storage: Storage,
    outputs: set[str],
    effects: CalleeEffects | None = None,
) -> set[str]:
    """The variables that carry a derivative from `wrt` to `outputs`."""
    flows = _flows(function, facts, effects)
    varied = _closure(wrt, flows, facts, storage, forward=True)
    useful = _closure(outputs, flows, facts, storage, forward=False)
    return {name for name in varied & useful if facts.of.get(name, Fact()).differentiable}


def varied_names(
    function: core.Function, wrt: set[str], facts: Facts, storage: Storage, effects: CalleeEffects | None = None
) -> set[str]:
    """The variables that depend on `wrt` through floating values, whether or not the output depends on them."""
    return _closure(wrt, _flows(function, facts, effects), facts, storage, forward=True)


def _closure(
    start: set[str], flows: list[tuple[set[str], set[str]]], facts: Facts, storage: Storage, *, forward: bool
) -> set[str]:
    classes: dict[str, set[str]] = {}
    for name in facts.of:
        if name in storage.parent and storage.is_buffer(name):
            classes.setdefault(storage.root(name), set()).add(name)
    for name in facts.of:  # a container is as good as what is written into in it
        if name in storage.parent and not facts.of[name].numeric:
            for root in storage.written_within(name):
                classes.setdefault(root, set()).add(name)
    edges: dict[str, set[str]] = {}
    for sources, targets in flows:
        if not forward:
            sources, targets = targets, sources
        for source in sources:
            edges.setdefault(source, set()).update(targets)
    reached: set[str] = set()
    pending = list(start)
    while pending:
        name = pending.pop()
        if name in reached or not facts.of.get(name, Fact()).differentiable:
            continue
        reached.add(name)
        pending.extend(edges.get(name, ()))
        if name in storage.parent and storage.is_buffer(name):
            pending.extend(classes.get(storage.root(name), ()))
        if name in storage.parent and not facts.of.get(name, Fact()).numeric:
            for root in storage.written_within(name):
                pending.extend(classes.get(root, ()))
    return reached
