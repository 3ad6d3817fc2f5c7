"""The forms in which a derivative is generated: joint adjoint, value and adjoint, forward and reverse apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from srcdiff import pipeline
from srcdiff.analysis.facts import Fact, fact_of_kind, fact_of_object
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, display, name
from srcdiff.emit import emit_function
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import NeedsKind, NumberKind, UnknownKind
from srcdiff.load import load
from srcdiff.normalize import normalize
from srcdiff.request import Form, Generated, Request
from srcdiff.simplify.notes import with_notes
from srcdiff.source import read
from srcdiff.transform.assemble import joint_text, parameters_text, with_lines
from srcdiff.transform.build_tangent import tangent_text
from srcdiff.transform.calls import Calls
from srcdiff.transform.draft import Draft, Wanted
from srcdiff.transform.forward_calls import TangentCalls
from srcdiff.transform.forward_writes import written_parameters
from srcdiff.transform.module import ExpandInstead, Module

__all__ = ["build", "residual_names", "split_texts"]

Block = list[gast.stmt]
Watch = Callable[[str, Draft], None]
_PLAIN: dict[Any, str] = {
    float: "f",
    int: "i",
    complex: "c",
    bool: "b",
    "float": "f",
    "int": "i",
    "complex": "c",
    "bool": "b",
}


def parameter_facts(request: Request, parameters: tuple[str, ...]) -> dict[str, Fact]:
    """What is known of the parameters: kinds of a call, bound objects, annotations that are plain numbers."""
    kinds, bound = dict(request.kinds), dict(request.bound)
    notes = getattr(request.primal, "__annotations__", {})
    facts = {}
    for parameter in parameters:
        note = notes.get(parameter)
        if parameter in kinds:
            facts[parameter] = fact_of_kind(kinds[parameter], parameter)
        elif parameter in bound:
            facts[parameter] = fact_of_object(bound[parameter], parameter)
        elif isinstance(note, (type, str)) and note in _PLAIN:
            facts[parameter] = fact_of_kind(NumberKind(_PLAIN[note]), parameter)
        else:
            facts[parameter] = fact_of_kind(UnknownKind(), parameter)
    return facts


def build(request: Request, watch: Watch | None = None) -> Generated:
    """Generate what a request asks for; `watch` is called with its name and the draft after every pass.

    A callee that a pair cannot serve (its result is an argument that is written into, say) is expanded in place: that
    shows only on the way, so the text is begun anew with what is known by then.
    """
    in_place: set[Any] = set()
    while True:
        try:
            return _build(request, frozenset(in_place), watch)
        except ExpandInstead as wanted:  # noqa: PERF203
            if wanted.function in in_place:
                facts = parameter_facts(request, read(request.primal).parameters)
                raise _with_kinds_asked(wanted.refusal, facts, needed=True) from None
            in_place.add(wanted.function)


def _build(request: Request, in_place: frozenset[Any], watch: Watch | None) -> Generated:
    function = normalize(read(request.primal))
    module = Module(expanded=in_place, compiled=request.compiled)
    lean = pipeline.LEAN if request.lean is None else request.lean
    forward_mode = request.form == "tangent"
    calls = (TangentCalls if forward_mode else Calls)(module, lean, watch)
    facts = parameter_facts(request, function.parameters)
    wanted: Wanted = "output" if request.form != "adjoint" else "aux" if request.has_aux else ""
    draft = Draft(function, request.wrt, facts, calls, aux=request.has_aux, wanted=wanted)
    try:
        pipeline.run(pipeline.FORWARD if forward_mode else pipeline.REVERSE, draft)
        calls.state.refuse()
    except UnsupportedError as error:
        raise _with_kinds_asked(error, facts, needed=module.has_derivatives) from None
    titles = _WRITERS[request.form](draft)
    text = module.text()
    first = next(iter(titles.values()))
    namespace = {key: value for key, value in module.objects.items() if key not in module.imports}
    functions = load(text, first, namespace)
    return Generated(
        text,
        {role: functions[title] for role, title in titles.items()},
        function.parameters,
        draft.scalar,
        tuple(written_parameters(draft.setting)),
        tuple(module.captured.values()),
        body=module.body(),
        origins=module.origins(),
        objects=dict(module.objects),
    )


def _with_kinds_asked(error: UnsupportedError, facts: dict[str, Fact], *, needed: bool) -> UnsupportedError:
    """The error, or the question for the kinds of the primal's own parameters where these may help.

    They do where a callee, or the text of a derivative inside the primal (`needed`), depends on a kind.
    """
    unknown = [p for p, fact in facts.items() if fact.kind == "numeric" or (fact.kind == "array" and fact.rank is None)]
    foreign = isinstance(error, NeedsKind) and not set(error.names) <= set(facts)
    return NeedsKind(unknown, error.place) if unknown and (foreign or needed) else error


def _bars(draft: Draft) -> gast.expr:
    bars: list[gast.expr] = [draft.setting.bar(variable) for variable in draft.returned]
    return bars[0] if len(bars) == 1 else display(bars)


def _adjoint(draft: Draft) -> dict[str, str]:
    """One function with both sweeps; it returns the gradients, and aux if there is one."""
    result = display([_bars(draft), draft.output]) if draft.wanted else _bars(draft)
    title = draft.module.names.word(f"{draft.setting.function.name}_adjoint")
    draft.module.texts.append(joint_text(draft, title, result))
    return {"adjoint": title}


def _value_and_adjoint(draft: Draft) -> dict[str, str]:
    """One function with both sweeps; it returns the value too."""
    title = draft.module.names.word(f"{draft.setting.function.name}_value_and_adjoint")
    draft.module.texts.append(joint_text(draft, title, display([draft.output, _bars(draft)])))
    return {"adjoint": title}


def _split(draft: Draft) -> dict[str, str]:
    """A forward function that returns what the reverse function needs."""
    stem, names = draft.setting.function.name, draft.module.names
    titles = {"forward": names.word(f"{stem}_forward"), "reverse": names.word(f"{stem}_reverse")}
    draft.module.texts += split_texts(draft, titles, _bars(draft))
    return titles


def _tangent(draft: Draft) -> dict[str, str]:
    """One function that takes tangents and returns the value and its tangent."""
    title = draft.module.names.word(f"{draft.setting.function.name}_tangent")
    draft.module.texts.append(tangent_text(draft, title))
    return {"tangent": title}


_WRITERS: dict[Form, Callable[[Draft], dict[str, str]]] = {
    "adjoint": _adjoint,
    "value and adjoint": _value_and_adjoint,
    "split": _split,
    "tangent": _tangent,
}


def split_texts(
    draft: Draft, titles: dict[str, str], result: gast.expr, extra: Sequence[str] | None = None
) -> list[str]:
    """The texts of the forward and of the reverse function."""
    setting, function = draft.setting, draft.setting.function
    extra = extra if extra is not None else [setting.gradient]
    residuals = residual_names(draft, extra)
    kept: gast.expr = display([name(r) for r in residuals])
    sure = _surely_bound(draft.forward) | set(function.parameters)
    unsure: Block = [assign(r, gast.Constant(None, None)) for r in residuals if r not in sure]
    place = f"{function.name}` ({function.source.filename.rsplit('/', 1)[-1]}:{function.source.first_line})"
    forward = emit_function(
        titles["forward"],
        parameters_text(function, ""),
        f"Forward sweep of `{place}: its value, and what the reverse sweep needs.",
        [*unsure, *with_notes(draft.forward), gast.Return(display([draft.output, kept]))],
    )
    reverse, _ = with_lines(draft.reverse, function)
    packed = setting.names.word("residuals")
    unpack: Block = []
    if residuals:
        unpack = [
            gast.Assign(
                [display([gast.Name(r, gast.Store(), None, None) for r in residuals], gast.Store())], name(packed), None
            )
        ]
    parameters = ", ".join([packed, *extra])
    backward = emit_function(
        titles["reverse"],
        parameters,
        f"Reverse sweep of `{place}: the adjoints of {', '.join(draft.returned)}.",
        [*unpack, *reverse, gast.Return(result)],
    )
    return [forward, backward]


def residual_names(draft: Draft, extra: Sequence[str]) -> list[str]:
    """The variables of the forward sweep that the reverse sweep reads."""
    bound: list[str] = list(draft.setting.function.parameters)
    for statement in statements(draft.forward):
        for variable in bound_names(statement):
            if variable not in bound:
                bound.append(variable)
    return [variable for variable in bound if variable in draft.crossing and variable not in extra]


def _surely_bound(body: Block) -> set[str]:
    """The variables that are bound whichever way these statements go."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, gast.If):
            found |= _surely_bound(statement.body) & _surely_bound(statement.orelse)
        elif isinstance(statement, gast.With):
            found |= set(bound_names(statement)) | _surely_bound(statement.body)
        elif not isinstance(statement, (gast.For, gast.While, gast.Try)):
            found |= set(bound_names(statement))
    return found
