"""Building the pair of functions for a callee."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.build import display, name, statement_like
from srcdiff.emit import emit_function
from srcdiff.transform.assemble import Assembled, finish, seeds, with_lines
from srcdiff.transform.build_adjoint import prepare, sweep
from srcdiff.transform.calls import ExpandInstead
from srcdiff.transform.forms import held_output, residual_names, split_texts
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.calls import Calls, Pair

__all__ = ["build_pair"]


def build_pair(
    calls: Calls,
    pair: Pair,
    function: core.Function,
    facts: dict[str, Fact],
    active: tuple[str, ...],
    shadows: tuple[str, ...],
    seeded: bool,
) -> None:
    """Generate the forward and the reverse function of a callee, or one adjoint where the arguments are enough."""
    prepared = prepare(function, active, facts, calls.module, calls, owned=True, also_useful=frozenset(shadows))
    setting = prepared.setting
    aliased = [p for p in function.parameters if p in setting.forward_shadows]
    if aliased:  # the forward sweep itself needs the caller's shadow
        refusal = function.source.unsupported(
            None, f"`{aliased[0]}`, which has other names in `{function.name}` and is written into", "Pass a copy."
        )
        raise ExpandInstead(function.source.function, refusal)
    for parameter in shadows:
        setting.in_place.add(setting.bar_name(parameter))
    sweeps = sweep(prepared)
    output = prepared.output
    start = seeds(setting, output, name(setting.gradient)) if seeded else []
    last = setting.function.body[-1] if setting.function.body else None
    for statement in start:
        if last is not None:
            statement_like(statement, last)
    values = [p for p in active if p not in shadows]
    held = held_output(setting, output, sweeps.forward, copy=False)
    assembled = finish(
        setting,
        sweeps,
        held,
        start,
        values,
        prepared.users,
        lean=calls.lean,
        everything=True,
        needs_output=True,
        own_seed=False,
        seed_fact=replace(setting.facts(output), value=None),
    )
    bars = [setting.bar(p) for p in values]
    result: gast.expr = display(bars) if len(bars) != 1 else bars[0]
    extra = [*([setting.gradient] if seeded else []), *(setting.bar_name(p) for p in shadows)]
    needed = residual_names(setting, assembled, extra)
    if not shadows and _arguments_suffice(setting, assembled, needed):
        pair.simple, pair.residuals = True, tuple(needed)
        pair.reverse = calls.module.names.fresh(f"{function.name}_adjoint")
        _write_adjoint(calls, pair, setting, assembled, needed, extra, result, values)
        return
    titles = {"forward": pair.forward, "reverse": pair.reverse}
    calls.module.texts += split_texts(setting, assembled, titles, result, values, extra)


def _arguments_suffice(setting: Setting, assembled: Assembled, needed: list[str]) -> bool:
    """Whether the reverse sweep reads nothing but arguments that stay as they are."""
    storage = setting.storage
    return all(
        p in setting.function.parameters
        and not (p in storage.parent and (storage.is_buffer(p) or p in storage.updated))
        and p not in setting.rebound
        for p in needed
    )


def _write_adjoint(
    calls: Calls,
    pair: Pair,
    setting: Setting,
    assembled: Assembled,
    needed: list[str],
    extra: list[str],
    result: gast.expr,
    values: list[str],
) -> None:
    function = setting.function
    body, _ = with_lines(assembled.reverse, function)
    place = f"{function.name}` ({function.source.filename.rsplit('/', 1)[-1]}:{function.source.first_line})"
    text = emit_function(
        pair.reverse,
        ", ".join([*needed, *extra]),
        f"The adjoints of {', '.join(values)} in `{place}.",
        [*body, gast.Return(result)],
    )
    known = calls.written.get(text.replace(f"def {pair.reverse}(", "def (", 1))
    if known is not None:
        pair.reverse = known
        return
    calls.written[text.replace(f"def {pair.reverse}(", "def (", 1)] = pair.reverse
    calls.module.texts.append(text)
