"""Every pass, named once, in order, each with the reason why it stands there.

The tuples below are run one after another on each function that is differentiated: the primal, and every callee that
gets functions of its own. `normalize`, before them, lists its rewritings in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from srcdiff.emit import emit, emit_function
from srcdiff.normalize import normalize
from srcdiff.request import Form, Generated, Request
from srcdiff.room import at_rest, with_room
from srcdiff.rules import load_rules
from srcdiff.source import read
from srcdiff.transform import assemble, build_adjoint, build_tangent
from srcdiff.transform.draft import Draft

__all__ = ["ANALYSES", "FORWARD", "LEAN", "REVERSE", "Form", "Generated", "Pass", "Repeated", "Request"]
__all__ += ["generate", "run", "trace"]


class Pass(NamedTuple):
    """A pass: its name, what it does, why it stands where it does, and whether it may be switched off."""

    name: str
    step: Callable[[Draft], None]
    why: str
    lean: bool = False


class Repeated(NamedTuple):
    """Passes that are run until there are no fewer statements, a few times at most."""

    passes: tuple[Pass, ...]
    times: int = 3


ANALYSES: tuple[Pass | Repeated, ...] = (
    Pass("expand", build_adjoint.expand, "first: what follows sees plain functions with plain arguments"),
    Pass("webs", build_adjoint.separate, "before anything is told of a variable, it has one meaning"),
    Pass("adopt", build_adjoint.adopt, "names of the module are fixed before any name is made"),
    Pass("tables", build_adjoint.tabulate, "facts, storage and liveness need each other; they come out together"),
    Pass("activity", build_adjoint.activate, "a derivative flows through storage, so storage comes first"),
    Pass("shadows", build_adjoint.shadow, "only active buffers have shadows"),
)

REVERSE: tuple[Pass | Repeated, ...] = (
    *ANALYSES,
    Pass("reverse", build_adjoint.sweep, "the transform; all that follows makes its text lean"),
    Pass("ends", assemble.tie_ends, "the seed and the results belong to the sweeps before anything is left out"),
    Pass("recompute", assemble.recompute, "while what is kept is still said by marks, not by statements", True),
    Pass("conditions", assemble.decide_conditions, "before adjoints: a way that is known needs no zeros", True),
    Pass("adjoints", assemble.collect_adjoints, "all contributions are known; what adds to them is plain Python now"),
    Pass("algebra", assemble.simplify, "may drop the last use of a value that would be kept", True),
    Pass("ordering", assemble.order, "before recording, which depends on what is read when", True),
    Pass("storing", assemble.store_or_recompute, "what is read is known; before it is decided what is kept", True),
    Pass("recording", assemble.record, "what the reverse sweep reads is final but for single expressions"),
    Pass("keeping", assemble.keep, "names for what is kept, only where something is"),
    Pass("sharing", assemble.share, "values still have names; forwarding takes those away", True),
    Repeated(
        (
            Pass("forwarding", assemble.forward, "a value that is used once has no need of a name", True),
            Pass("algebra", assemble.simplify, "finds more in longer expressions", True),
            Pass("deadcode", assemble.drop_dead, "drops what forwarding and algebra left behind", True),
        )
    ),
    Pass("loops", assemble.lower_arrays, "after differentiating: adjoints of slices are slices, and shorter", True),
    Pass("numba", assemble.say_for_numba, "facts are about names, which polishing changes"),
    Pass("polish", assemble.polish, "words only, when the statements are final", True),
    Pass("crossing", assemble.cross, "for functions in two parts: what the first hands to the second"),
)

FORWARD: tuple[Pass | Repeated, ...] = (
    *ANALYSES,
    Pass("forward", build_tangent.push, "the transform; it needs no sweeps, so nothing is kept or put back"),
    Pass("algebra", build_tangent.simplify, "before forwarding: it may drop a use", True),
    Repeated(
        (
            Pass("forwarding", build_tangent.forward, "as in reverse mode", True),
            Pass("algebra", build_tangent.simplify, "as in reverse mode", True),
            Pass("deadcode", build_tangent.drop_dead, "as in reverse mode", True),
        )
    ),
    Pass("algebra", build_tangent.put_signs_first, "a sign goes before a product when products are final", True),
    Pass("memory", build_tangent.own_memory, "which results may share memory shows in the final expressions"),
    Pass("polish", build_tangent.polish, "words only, when the statements are final", True),
)


def _flat(passes: Iterable[Pass | Repeated]) -> Iterator[Pass]:
    for each in passes:
        yield from each.passes if isinstance(each, Repeated) else (each,)


LEAN = frozenset(each.name for each in _flat((*REVERSE, *FORWARD)) if each.lean) | {"recording"}
"""The passes that can be switched off, each alone; without `recording`, all that is overwritten is kept."""


def run(passes: Iterable[Pass | Repeated], draft: Draft) -> None:
    """Run passes on a draft, those that are switched on."""
    for each in passes:
        if isinstance(each, Repeated):
            for _ in range(each.times):
                before = draft.size
                run(each.passes, draft)
                if draft.size == before:
                    break
        elif not each.lean or each.name in draft.calls.lean:
            each.step(draft)
            if draft.calls.watch is not None:
                draft.calls.watch(each.name, draft)


def generate(request: Request) -> Generated:
    """Run the pipeline."""
    from srcdiff.transform.forms import build

    load_rules()
    with at_rest():
        return with_room(lambda: build(request))


def trace(request: Request) -> Iterator[tuple[str, str]]:
    """The program after each pass, as (name of the pass, text), and the whole module at the end.

    A pass that changed nothing that can be shown has an empty text. A callee's passes stand where the caller's pass
    made it needed.
    """
    from srcdiff.transform.forms import build

    load_rules()
    source = read(request.primal)
    yield "source", emit([source.tree])
    shown: list[tuple[str, str]] = []
    last: dict[str, str] = {}

    def watch(name: str, draft: Draft) -> None:
        text = draft.text()
        changed = last.get(draft.function.name) != text
        last[draft.function.name] = text
        shown.append((f"{name}, {draft.function.name}", text if changed else ""))

    normal = normalize(source)
    yield f"normalize, {normal.name}", emit_function(normal.name, ", ".join(normal.parameters), "", normal.body)
    generated = build(request, watch)
    yield from shown
    yield "emit", generated.text
