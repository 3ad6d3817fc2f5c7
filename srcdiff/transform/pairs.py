"""Building the pair of functions for a callee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import core, pipeline
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import statements
from srcdiff.build import display
from srcdiff.emit import emit_function
from srcdiff.simplify.reading import Reading
from srcdiff.transform.assemble import with_lines
from srcdiff.transform.draft import Draft
from srcdiff.transform.forms import residual_names, split_texts

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
    draft = Draft(function, active, facts, calls, owned=True, also_useful=frozenset(shadows), seeded=seeded)
    pipeline.run(pipeline.REVERSE, draft)
    setting = draft.setting
    bars: list[gast.expr] = [setting.bar(p) for p in draft.returned]
    result: gast.expr = display(bars) if len(bars) != 1 else bars[0]
    extra = [*([setting.gradient] if seeded else []), *(setting.bar_name(p) for p in shadows)]
    needed = residual_names(draft, extra)
    if not shadows and _arguments_suffice(draft, needed):
        pair.simple, pair.residuals = True, tuple(needed)
        pair.reverse = calls.module.names.fresh(f"{function.name}_adjoint")
        _write_adjoint(pair, draft, needed, extra, result)
        return
    pair.contents = _contents_read(draft)
    titles = {"forward": pair.forward, "reverse": pair.reverse}
    calls.module.texts += split_texts(draft, titles, result, extra)


def _arguments_suffice(draft: Draft, needed: list[str]) -> bool:
    """Whether the reverse sweep reads nothing but arguments that stay as they are."""
    setting, storage = draft.setting, draft.setting.storage
    return all(
        p in setting.function.parameters
        and not (p in storage.parent and (storage.is_buffer(p) or p in storage.updated))
        and p not in setting.rebound
        for p in needed
    )


def _contents_read(draft: Draft) -> frozenset[str]:
    """The parameters whose contents the reverse function reads, under whatever name, and not their shape alone."""
    storage = draft.setting.storage
    read = Reading(draft.setting, only_contents=True)
    names = {name for s in statements(draft.reverse) for name in read.statement_reads(s)}
    for variable in [v for v in names if v in draft.setting.held]:
        names |= draft.setting.held[variable]
    roots = {r for v in names if v in storage.parent for r in (storage.root(v), *storage.viewed.get(v, ()))}
    unknown = {v for v in names if v in draft.sites and draft.sites[v].in_loop}  # lists that may hold parts of them
    parameters = draft.setting.function.parameters
    if unknown:
        return frozenset(parameters)
    return frozenset(p for p in parameters if p in names or (p in storage.parent and storage.root(p) in roots))


def _write_adjoint(pair: Pair, draft: Draft, needed: list[str], extra: list[str], result: gast.expr) -> None:
    function, calls = draft.setting.function, draft.calls
    body, _ = with_lines(draft.reverse, function)
    place = f"{function.name}` ({function.source.filename.rsplit('/', 1)[-1]}:{function.source.first_line})"
    text = emit_function(
        pair.reverse,
        ", ".join([*needed, *extra]),
        f"The adjoints of {', '.join(draft.returned)} in `{place}.",
        [*body, gast.Return(result)],
    )
    known = calls.written.get(text.replace(f"def {pair.reverse}(", "def (", 1))
    if known is not None:
        pair.reverse = known
        return
    calls.written[text.replace(f"def {pair.reverse}(", "def (", 1)] = pair.reverse
    calls.module.texts.append(text)
