"""The forms in which a derivative is generated: joint adjoint, value and adjoint, forward and reverse apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import gast

from srcdiff import runtime
from srcdiff.analysis.facts import NUMBER, Fact, fact_of_kind, fact_of_object
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, call, display, name
from srcdiff.emit import emit_function
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import NeedsKind, NumberKind, UnknownKind
from srcdiff.load import load
from srcdiff.normalize import normalize
from srcdiff.pipeline import Generated, Request
from srcdiff.source import read
from srcdiff.transform.assemble import (  # type: ignore[attr-defined]
    LEAN,
    Assembled,
    finish,
    is_scalar,
    joint_text,
    parameters_text,
    seed_check,
    seeds,
    with_lines,
    with_notes,
)
from srcdiff.transform.build_adjoint import Prepared, prepare, sweep
from srcdiff.transform.build_tangent import build_tangent
from srcdiff.transform.calls import Calls, ExpandInstead
from srcdiff.transform.module import Module
from srcdiff.transform.setting import Setting

__all__ = ["build", "held_output", "residual_names", "split_texts"]

Block = list[gast.stmt]
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


def build(request: Request) -> Generated:
    """Generate what a request asks for.

    A callee that a pair cannot serve (its result is an argument that is written into, say) is expanded in place: that
    shows only on the way, so the text is begun anew with what is known by then.
    """
    if request.form == "tangent":
        return build_tangent(request)
    in_place: set[Any] = set()
    while True:
        try:
            return _build(request, frozenset(in_place))
        except ExpandInstead as wanted:  # noqa: PERF203
            if wanted.function in in_place:
                raise wanted.refusal from None
            in_place.add(wanted.function)


def _build(request: Request, in_place: frozenset[Any]) -> Generated:
    source = read(request.primal)
    function = normalize(source)
    module = Module(expanded=in_place)
    lean = LEAN if request.lean is None else request.lean
    calls = Calls(module, lean)
    facts = parameter_facts(request, function.parameters)
    builder: Callable[..., dict[str, str]] = _split if request.form == "split" else _joint
    try:
        prepared = prepare(function, request.wrt, facts, module, calls, aux=request.has_aux)
        titles = builder(request, prepared, module, lean)
    except UnsupportedError as error:
        raise _with_kinds_asked(error, facts, module) from None
    text = module.text()
    first = next(iter(titles.values()))
    namespace = {key: value for key, value in module.objects.items() if key not in module.imports}
    functions = load(text, first, namespace)
    output = _differentiated(prepared.output, request.has_aux)
    return Generated(
        text,
        {role: functions[title] for role, title in titles.items()},
        function.parameters,
        is_scalar(prepared.setting, output),
        _written(prepared.setting),
        tuple(module.captured.values()),
    )


def _with_kinds_asked(error: UnsupportedError, facts: dict[str, Fact], module: Module) -> UnsupportedError:
    """The error, or the question for the kinds of the primal's own parameters where these may help.

    They do where a callee, or the text of a derivative inside the primal, depends on a kind.
    """
    unknown = [p for p, fact in facts.items() if fact.kind == "numeric" or (fact.kind == "array" and fact.rank is None)]
    foreign = isinstance(error, NeedsKind) and not set(error.names) <= set(facts)
    return NeedsKind(unknown, error.place) if unknown and (foreign or module.has_derivatives) else error


def _written(setting: Setting) -> tuple[str, ...]:
    storage = setting.storage
    return tuple(
        p
        for p in setting.function.parameters
        if p in storage.parent and (storage.is_buffer(p) or p in storage.updated) and setting.fact(p).kind != "number"
    )


def _differentiated(output: gast.expr, aux: bool) -> gast.expr:
    return output.elts[0] if aux and isinstance(output, gast.Tuple) else output


def _bars(setting: Setting, wrt: Sequence[str]) -> gast.expr:
    bars = [setting.bar(variable) for variable in wrt]
    return bars[0] if len(bars) == 1 else display(bars)


def _seeded(setting: Setting, output: gast.expr) -> tuple[Block, bool]:
    """The start of the reverse sweep; whether `gradient` is then the function's own."""
    start: Block = []
    checked = not is_scalar(setting, output)
    if checked:
        start.append(seed_check(setting, output))
    last = setting.function.body[-1] if setting.function.body else None
    made = [*start, *seeds(setting, output, name(setting.gradient))]
    for statement in made:
        if isinstance(last, gast.Return) and hasattr(last, "lineno"):
            statement.lineno = last.lineno
    return made, checked


def _seed_fact(setting: Setting, output: gast.expr) -> Fact:
    """A Python number for a number, else what the check makes of it: the output's shape and dtype."""
    return NUMBER if is_scalar(setting, output) else replace(setting.facts(output), value=None)


def _joint(request: Request, prepared: Prepared, module: Module, lean: frozenset[str]) -> dict[str, str]:
    """One function with both sweeps."""
    setting = prepared.setting
    output = _differentiated(prepared.output, request.has_aux)
    with_value = request.form == "value and adjoint"
    sweeps = sweep(prepared)
    start, own = _seeded(setting, output)
    wanted = prepared.output if with_value else prepared.output.elts[1] if request.has_aux else None
    if wanted is not None:
        wanted = held_output(setting, wanted, sweeps.forward)
    assembled = finish(
        setting,
        sweeps,
        wanted if wanted is not None else gast.Constant(None, None),
        start,
        request.wrt,
        prepared.users,
        lean=lean,
        everything=with_value,
        needs_output=wanted is not None,
        own_seed=own,
        seed_fact=_seed_fact(setting, output),
    )
    result: gast.expr = _bars(setting, request.wrt)
    if with_value:
        result = display([assembled.output, result])
    elif wanted is not None:
        result = display([result, assembled.output])
    title = module.names.word(f"{setting.function.name}_{'value_and_adjoint' if with_value else 'adjoint'}")
    module.texts.append(joint_text(setting, assembled, title, request.wrt, result))
    return {"adjoint": title}


def held_output(setting: Setting, output: gast.expr, forward: Block, *, copy: bool = True) -> gast.expr:
    """The result, in variables (and, with `copy`, in memory) that the reverse sweep leaves alone."""
    if isinstance(output, (gast.Tuple, gast.List)):
        return type(output)([held_output(setting, item, forward, copy=copy) for item in output.elts], gast.Load())
    if isinstance(output, gast.Dict):
        return gast.Dict(output.keys, [held_output(setting, item, forward, copy=copy) for item in output.values])
    if not isinstance(output, gast.Name):
        return output
    variable = output.id
    storage = setting.storage
    written = variable in storage.parent and (storage.is_buffer(variable) or variable in storage.snapshots)
    number = setting.fact(variable).kind == "number"
    rebound = sum(variable in bound_names(s) for s in statements(setting.function.body)) > 1
    argument = variable in setting.function.parameters
    if (number and not rebound) or not copy:
        return output
    if not (written or argument or rebound):
        return output
    held = setting.names.fresh("value")
    shared = not number and (written or argument or variable in storage.updated)
    forward.append(assign(held, call(setting.helper(runtime.copy), output) if shared else output))
    return name(held)


def _split(request: Request, prepared: Prepared, module: Module, lean: frozenset[str]) -> dict[str, str]:
    """A forward function that returns what the reverse function needs."""
    setting = prepared.setting
    output = _differentiated(prepared.output, request.has_aux)
    sweeps = sweep(prepared)
    start, own = _seeded(setting, output)
    held = held_output(setting, prepared.output, sweeps.forward)
    assembled = finish(
        setting,
        sweeps,
        held,
        start,
        request.wrt,
        prepared.users,
        lean=lean,
        everything=True,
        needs_output=True,
        own_seed=own,
        seed_fact=_seed_fact(setting, output),
    )
    stem = setting.function.name
    titles = {"forward": module.names.word(f"{stem}_forward"), "reverse": module.names.word(f"{stem}_reverse")}
    module.texts += split_texts(setting, assembled, titles, _bars(setting, request.wrt), request.wrt)
    return titles


def split_texts(
    setting: Setting,
    assembled: Assembled,
    titles: dict[str, str],
    result: gast.expr,
    wrt: Sequence[str],
    extra: Sequence[str] | None = None,
) -> list[str]:
    """The texts of the forward and of the reverse function."""
    function = setting.function
    extra = extra if extra is not None else [setting.gradient]
    residuals = residual_names(setting, assembled, extra)
    kept: gast.expr = display([name(r) for r in residuals])
    sure = _surely_bound(assembled.forward) | set(function.parameters)
    unsure: Block = [assign(r, gast.Constant(None, None)) for r in residuals if r not in sure]
    place = f"{function.name}` ({function.source.filename.rsplit('/', 1)[-1]}:{function.source.first_line})"
    forward = emit_function(
        titles["forward"],
        parameters_text(function, ""),
        f"Forward sweep of `{place}: its value, and what the reverse sweep needs.",
        [*unsure, *with_notes(assembled.forward), gast.Return(display([assembled.output, kept]))],
    )
    reverse, _ = with_lines(assembled.reverse, function)
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
        f"Reverse sweep of `{place}: the adjoints of {', '.join(wrt)}.",
        [*unpack, *reverse, gast.Return(result)],
    )
    return [forward, backward]


def residual_names(setting: Setting, assembled: Assembled, extra: Sequence[str]) -> list[str]:
    """The variables of the forward sweep that the reverse sweep reads."""
    bound: list[str] = list(setting.function.parameters)
    for statement in statements(assembled.forward):
        for variable in bound_names(statement):
            if variable not in bound:
                bound.append(variable)
    return [variable for variable in bound if variable in assembled.crossing and variable not in extra]


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
