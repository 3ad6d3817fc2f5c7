"""Calls of the user's own functions in forward mode: one tangent function for each, which returns both values.

An inner function is lifted out of the function that it stands in: what it captures becomes parameters.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, call, constant, display, name, names_read, store, subscript
from srcdiff.transform.callees import Callee, argument_fact
from srcdiff.transform.calls import Calls, _key, _Site
from srcdiff.transform.forward_rules import Tangent

if TYPE_CHECKING:
    from srcdiff.transform.forward import Block, Forward

__all__ = ["TangentCalls"]


@dataclass(frozen=True)
class _InnerKey:
    """Which inner function: where it stands."""

    filename: str
    line: int
    column: int
    name: str


class TangentCalls(Calls):
    """The user's functions that one generated module differentiates in forward mode."""

    depth = 0

    def site(self, node: gast.Call, facts: Facts) -> _Site | None:
        """The user's function that is called, an inner function included."""
        if isinstance(node.func, gast.Name) and node.func.id in facts.inner:
            return _inner_site(facts.inner[node.func.id], node, facts)
        return super().site(node, facts)

    def joint(self, forward: Forward, statement: gast.stmt, target: str | None, node: gast.Call) -> Block | None:
        """`target, target_dot = f_tangent(...)`; None for other calls, and for those without a derivative."""
        setting = forward.setting
        site = self.site(node, setting.facts)
        if site is None:
            return None
        tangent = Tangent(forward, target or site.function.name)
        dots = {p: tangent.operand(v) for p, v in site.values.items() if isinstance(v, gast.AST)}  # type: ignore[arg-type]
        active = tuple(p for p in site.function.parameters if dots.get(p) is not None)
        written = tuple(p for p in self.summary(site).writes if p in active)
        wanted = target is not None and target in setting.active
        if not active or not (wanted or written):
            return None
        title = self.tangent_function(site, active, written, wanted)
        arguments = [self.expression(site.values[p]) for p in site.function.parameters]
        made = call(title, *arguments, *(dots[p] for p in active))  # type: ignore[arg-type]
        setting.writing_calls.add(title)
        if target is None:
            return [*tangent.statements, gast.Expr(made)]
        if not wanted:
            return [*tangent.statements, assign(target, subscript(made, constant(0)))]
        both = display([store(target), store(forward.dot_name(target))], gast.Store())
        return [*tangent.statements, gast.Assign([both], made, None)]

    def tangent_function(self, site: _Site, active: tuple[str, ...], written: tuple[str, ...], wanted: bool) -> str:
        """The name of the tangent function of a callee, for a pattern of activity."""
        from srcdiff.transform.build_tangent import write_tangent

        key = ("tangent", _key(site), active, wanted)
        known: dict[Any, str] = self.titles
        if key not in known:
            known[key] = self.module.names.fresh(f"{site.function.name}_tangent")
            self.depth += 1
            try:
                write_tangent(self, known[key], site.function, active, site.facts, frozenset(written))
            finally:
                self.depth -= 1
        return known[key]

    @property
    def titles(self) -> dict[Any, str]:
        """Keys of callees to the names of their tangent functions."""
        return self.__dict__.setdefault("_titles", {})  # type: ignore[no-any-return]


def _inner_site(definition: gast.FunctionDef, node: gast.Call, facts: Facts) -> _Site | None:
    """The call of an inner function, with what it captures as further arguments."""
    bound = _bind(definition.args, node)
    if bound is None:
        return None
    own = list(bound)
    local = set(own) | {v for s in statements(definition.body) for v in bound_names(s)}
    captured = sorted(n for n in names_read(definition.body) - local if n in facts.of)
    helpers = [facts.inner[n] for n in captured if n in facts.inner]
    reachable = {n for h in helpers for n in names_read(h.body) if n in facts.of and n not in local}
    captured = sorted((set(captured) | reachable) - {h.name for h in helpers})
    body = [*helpers, *definition.body]
    values = {**bound, **{n: name(n) for n in captured}}
    source = facts.function.source
    function = core.Function(definition.name, tuple(values), body, source)
    key = _InnerKey(source.filename, definition.lineno, definition.col_offset, definition.name)
    known = {p: argument_fact(v, facts, p) for p, v in values.items()}
    return _Site(Callee(key), function, values, known)


def _bind(arguments: gast.arguments, node: gast.Call) -> dict[str, Any] | None:
    """What stands for each parameter of an inner function; None where that is not plain."""
    if arguments.vararg or arguments.kwarg or any(isinstance(a, gast.Starred) for a in node.args):
        return None
    if any(k.arg is None for k in node.keywords):
        return None
    positional = [a.id for a in [*arguments.posonlyargs, *arguments.args]]
    names = [*positional, *(a.id for a in arguments.kwonlyargs)]
    if len(node.args) > len(positional):
        return None
    bound: dict[str, Any] = dict(zip(positional, node.args))
    bound |= {k.arg: k.value for k in node.keywords}
    defaults = dict(zip(reversed(positional), reversed(arguments.defaults)))
    defaults |= {a.id: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d is not None}
    for parameter in names:
        if parameter not in bound and parameter in defaults:
            bound[parameter] = defaults[parameter]
    return {p: bound[p] for p in names} if set(bound) == set(names) else None
