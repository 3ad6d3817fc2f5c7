"""Building the pair of functions for a callee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff import core, pipeline
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import statements
from srcdiff.build import display, names_read
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


class _Contents(Reading):
    """What statements read of any memory, whether or not this function writes into it."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.setting)
        self.draft = draft

    def cells_of(self, variable: str) -> tuple[str, ...]:
        """The storage classes whose memory a variable gives access to."""
        setting, storage = self.setting, self.setting.storage
        pending, known = list(self.draft.called(variable)), set[str]()
        while pending:
            name = pending.pop()
            if name not in known:
                known.add(name)
                pending += setting.held.get(name, ())
        roots = {root for v in known & storage.parent.keys() for root in storage.reached(v)}
        return tuple(sorted(f"*{root}" for root in roots))


def _contents_read(draft: Draft) -> frozenset[str]:
    """The parameters into whose memory the reverse sweep looks; "return" where it looks into the result's."""
    contents = _Contents(draft)
    read = {cell for s in statements(draft.reverse) for cell in contents.statement_reads(s) if cell.startswith("*")}
    kept = {p for p in draft.setting.function.parameters if read.intersection(contents.cells_of(p))}
    result = {cell for variable in names_read(draft.result) for cell in contents.cells_of(variable)}
    return frozenset(kept | ({"return"} if read & result else set()))


def _arguments_suffice(draft: Draft, needed: list[str]) -> bool:
    """Whether the reverse sweep reads nothing but arguments that stay as they are."""
    setting, storage = draft.setting, draft.setting.storage
    return all(
        p in setting.function.parameters
        and not (p in storage.parent and (storage.is_buffer(p) or p in storage.updated))
        and p not in setting.rebound
        for p in needed
    )


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
