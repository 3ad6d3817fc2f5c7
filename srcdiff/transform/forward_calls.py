"""Calls of the user's own functions in forward mode: one tangent function for each, which returns both values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from srcdiff.build import assign, call, constant, display, store, subscript
from srcdiff.transform.calls import Calls, _key, _Site
from srcdiff.transform.draft import Draft
from srcdiff.transform.forward_rules import Tangent

if TYPE_CHECKING:
    from srcdiff.transform.forward import Block, Forward

__all__ = ["TangentCalls"]


class TangentCalls(Calls):
    """The user's functions that one generated module differentiates in forward mode."""

    def joint(self, forward: Forward, statement: gast.stmt, target: str | None, node: gast.Call) -> Block | None:
        """`target, target_dot = f_tangent(...)`; None for other calls, and for those without a derivative."""
        setting = forward.setting
        site = self.site(node, setting.facts)
        if site is None:
            return None
        tangent = Tangent(forward, target or site.function.name)
        dots = {p: tangent.operand(v) for p, v in site.values.items() if isinstance(v, gast.AST)}
        active = tuple(p for p in site.function.parameters if dots.get(p) is not None)
        written = tuple(p for p in self.summary(site).writes if p in active)
        wanted = target is not None and target in setting.active
        if not active or not (wanted or written):
            return None
        title = self.tangent_function(site, active, written, wanted)
        arguments = [self.expression(site.values[p]) for p in site.function.parameters]
        made = call(title, *arguments, *(dots[p] for p in active))
        setting.writing_calls.add(title)
        if target is None:
            return [*tangent.statements, gast.Expr(made)]
        if not wanted:
            return [*tangent.statements, assign(target, subscript(made, constant(0)))]
        both = display([store(target), store(forward.dot_name(target))], gast.Store())
        return [*tangent.statements, gast.Assign([both], made, None)]

    def tangent_function(self, site: _Site, active: tuple[str, ...], written: tuple[str, ...], wanted: bool) -> str:
        """The name of the tangent function of a callee, for a pattern of activity."""
        from srcdiff import pipeline
        from srcdiff.transform.build_tangent import tangent_text

        key = ("tangent", _key(site), active, wanted)
        known: dict[Any, str] = self.titles
        if key not in known:
            known[key] = self.module.names.fresh(f"{site.function.name}_tangent")
            draft = Draft(site.function, active, site.facts, self, owned=True, also_useful=frozenset(written))
            pipeline.run(pipeline.FORWARD, draft)
            self.module.texts.append(tangent_text(draft, known[key]))
        return known[key]

    @property
    def titles(self) -> dict[Any, str]:
        """Keys of callees to the names of their tangent functions."""
        return self.__dict__.setdefault("_titles", {})  # type: ignore[no-any-return]
