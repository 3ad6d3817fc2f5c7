"""Activity for forward mode: the flows of `analysis.activity`, and those through captures, containers and calls."""

from __future__ import annotations

from collections.abc import Iterable

import gast

from srcdiff import core
from srcdiff.analysis.activity import _closure, _flows
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import root_name, statements
from srcdiff.build import names_read

__all__ = ["activity"]

Flows = list[tuple[set[str], set[str]]]


def activity(
    function: core.Function, wrt: Iterable[str], facts: Facts, storage: Storage, outputs: set[str]
) -> tuple[set[str], set[str]]:
    """The variables that depend on `wrt` and that `outputs` depend on; and those that depend on `wrt` at all."""
    flows = [*_flows(function, facts, storage), *_through_calls(function, facts), *_through_contents(facts, storage)]
    varied = _closure(set(wrt), flows, facts, storage, forward=True)
    useful = _closure(outputs, flows, facts, storage, forward=False)
    varied = {v for v in varied if facts.of.get(v, Fact()).differentiable}
    return varied & useful, varied


def _through_calls(function: core.Function, facts: Facts) -> Flows:
    """From every argument of a call into what it may write into, and from an unknown callable to its result."""
    flows: Flows = []
    for statement in statements(function.body):
        value = getattr(statement, "value", None)
        if not isinstance(value, gast.Call) or isinstance(statement, gast.Return):
            continue
        sources = {v for v in names_read([*value.args, *value.keywords]) if v in facts.of}
        if isinstance(value.func, gast.Name) and value.func.id in facts.of:
            sources.add(value.func.id)
            target = statement.targets[0] if isinstance(statement, gast.Assign) else None
            if isinstance(target, gast.Name):
                flows.append((sources | {value.func.id}, {target.id}))
        if isinstance(statement, gast.Expr):
            base = root_name(value.func)
            written = {v for v in sources if facts.of[v].kind not in ("number", "opaque", "function")}
            if base in facts.of and base is not None:
                written.add(base)
                sources.add(base)
            flows.append((sources, written))
    return flows


def _through_contents(facts: Facts, storage: Storage) -> Flows:
    """Between a container and the memory that it holds, where that is written into; and into views of it."""
    flows: Flows = []
    variables = [v for v in facts.of if v in storage.parent]
    members: dict[str, set[str]] = {}
    for variable in variables:
        members.setdefault(storage.root(variable), set()).add(variable)
    for variable in variables:
        inside = storage.contents.get(storage.root(variable))
        while inside is not None and storage.root(inside) in storage.written:
            held = members.get(storage.root(inside), set())
            flows += [(held, {variable}), ({variable}, held)]
            inner = storage.contents.get(storage.root(inside))
            inside = None if inner == inside else inner
        for root in storage.viewed.get(variable, ()):
            if root in storage.written:
                flows.append((members.get(root, set()), {variable}))
    return flows

