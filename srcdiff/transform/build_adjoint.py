"""One primal to its generated functions: the analyses, the reverse transform and the assembly, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import gast

from srcdiff import core
from srcdiff.analysis.activity import active_names, varied_names
from srcdiff.analysis.classify import aliases_of_containers, classify
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Aliases, Facts, infer
from srcdiff.analysis.liveness import Liveness, liveness
from srcdiff.analysis.origins import CalleeEffects
from srcdiff.analysis.storage import Storage
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.analysis.webs import separate_webs
from srcdiff.build import names_read
from srcdiff.names import Names
from srcdiff.transform.buffers import is_tested_view, plan_shadows
from srcdiff.transform.calls import Calls
from srcdiff.transform.conversions import without_conversions
from srcdiff.transform.decided import without_decided
from srcdiff.transform.defer import deferred_sums
from srcdiff.transform.draft import Draft, all_names, returned_value
from srcdiff.transform.expanding import expanded
from srcdiff.transform.inline import Inliner
from srcdiff.transform.inplace import rewrite_in_place
from srcdiff.transform.module import ExpandInstead, Module
from srcdiff.transform.reverse import Reverse
from srcdiff.transform.setting import Setting

__all__ = ["activate", "adopt", "analyse", "analysed", "expand", "separate", "shadow", "sweep", "tables", "tabulate"]


class CallKnowledge(Protocol):
    """What tells the analyses of calls of the user's functions."""

    def result_fact(self, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
        """The fact of a call's result."""

    def effects_of(self, facts: Facts) -> CalleeEffects:
        """What calls in one function do to memory."""


def analysed(
    function: core.Function, parameters: dict[str, Fact], calls: Calls, *, owned: bool = False
) -> tuple[core.Function, Facts, Liveness, Storage]:
    """The tables of a function that is not being generated: for what a call of it does."""
    names = Names(all_names(function))
    scratch = Module(expanded=calls.module.expanded)
    function = separate_webs(expanded(function, parameters, names, scratch, calls), names)
    return analyse(function, parameters, calls, names, scratch.refer, owned=owned, helpers=scratch.objects)


def analyse(
    function: core.Function,
    parameters: dict[str, Fact],
    calls: Calls,
    names: Names,
    refer: Callable[[Any, str], str],
    *,
    owned: bool,
    helpers: dict[str, Any],
) -> tuple[core.Function, Facts, Liveness, Storage]:
    """What is known of a function whose variables are separated, after what it writes in place is written plainly."""
    narrowed: dict[str, str] = {}
    for _ in range(8):
        facts, live, storage = tables(function, parameters, calls, owned=owned, helpers=helpers, narrowed=narrowed)
        simpler = without_conversions(without_decided(function, facts), facts)
        plain = rewrite_in_place(simpler, facts, names, refer)
        if plain is function:
            return function, facts, live, storage
        function, helpers, narrowed = plain, facts.helpers, facts.narrowed  # more may be known of containers now
    return function, *tables(function, parameters, calls, owned=owned, helpers=helpers, narrowed=narrowed)


def tables(
    function: core.Function,
    parameters: dict[str, Fact],
    calls: CallKnowledge,
    *,
    owned: bool,
    helpers: dict[str, Any],
    narrowed: dict[str, str],
) -> tuple[Facts, Liveness, Storage]:
    """Facts and storage classes: what one name of a container tells of its items holds for the others."""
    aliases: Aliases = {}
    for _ in range(5):
        facts = infer(
            function,
            parameters,
            calls.result_fact,
            helpers=helpers,
            aliases=aliases,
            narrowed=narrowed,
            effects=calls.effects_of,
        )
        live = liveness(function.body)
        storage = classify(function, facts, live, calls.effects_of(facts), owned=owned)
        found = aliases_of_containers(function, facts, storage)
        if found == aliases:
            break
        aliases = found
    return facts, live, storage


def expand(draft: Draft) -> None:
    """Expand closures, callbacks and local objects, and make calls of derivatives calls of generated functions."""
    draft.function = expanded(draft.function, draft.parameters, draft.names, draft.module, draft.calls)


def separate(draft: Draft) -> None:
    """Give each variable that is bound anew for another purpose a name of its own."""
    draft.function = separate_webs(draft.function, draft.names)


def adopt(draft: Draft) -> None:
    """Name what the function sees of its module as the generated module does."""
    draft.function = _adopted(draft.function, draft.module)


def tabulate(draft: Draft) -> None:
    """Find facts, storage classes and liveness; write plainly what functions do in place."""
    names, users, calls = draft.names, draft.users, draft.calls
    own = frozenset(_own_names(draft.function) | users)
    refer = draft.refer(own)
    function, facts, live, storage = analyse(
        draft.function, draft.parameters, calls, names, refer, owned=draft.owned, helpers=draft.module.objects
    )
    effects = calls.effects_of(facts)
    names.reserve(*all_names(function))
    inliner = Inliner(names, facts, refer)
    setting = Setting(function, draft.wrt, facts, storage, live, set(), names, refer, inliner, effects)
    setting.writing_calls |= _writing_calls(function, effects)
    setting.objects = draft.module.objects
    setting.compiled = draft.module.compiled
    setting.calls = calls
    setting.owned_parameters = set(function.parameters) if draft.owned else set()
    setting.gradient = names.word("gradient")
    for variable in draft.wrt:
        setting.bar_name(variable)
    draft.function, draft.setting, draft.result = function, setting, returned_value(function)


def activate(draft: Draft) -> None:
    """Find the variables that depend on `wrt` and that the output depends on."""
    setting, function = draft.setting, draft.function
    useful = names_read(draft.differentiated) | draft.also_useful
    tables = (setting.facts, setting.storage)
    setting.active = active_names(function, set(draft.wrt), *tables, useful, setting.effects)
    setting.varied = varied_names(function, set(draft.wrt), *tables, setting.effects)
    draft.calls.state.note(function, *tables, setting.varied, draft.calls)


def shadow(draft: Draft) -> None:
    """Decide which variables have shadows in the forward sweep, and which sums wait for the end of their chain."""
    setting = draft.setting
    plan_shadows(setting)
    setting.keeps_layout = any(
        is_tested_view(setting, s.targets[0].id, s.value)
        for s in statements(draft.function.body)
        if isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name)
    )
    setting.deferred = deferred_sums(setting)
    setting.in_place |= {setting.bar_name(v) for v in setting.forward_shadows}


def _writing_calls(function: core.Function, effects: CalleeEffects) -> set[str]:
    """The functions of the user's that write into what they are given, as the primal calls them."""
    found: set[str] = set()
    for statement in statements(function.body):
        call = getattr(statement, "value", None)
        if isinstance(call, gast.Call):
            known = effects(call)
            if known is not None and known.writes:
                found.add(gast.unparse(call.func).strip())
    return found


def _own_names(function: core.Function) -> set[str]:
    """The names that a function binds."""
    return set(function.parameters) | {n for s in statements(function.body) for n in bound_names(s)}


def _adopted(function: core.Function, module: Module) -> core.Function:
    """The function with its free names as the module knows them."""
    from srcdiff.build import substitute

    own = set(function.parameters) | {n for s in statements(function.body) for n in bound_names(s)}
    renamed: dict[str, gast.expr] = {}
    for free in sorted(names_read(function.body) - own):
        try:
            chosen = module.adopt(function.source, free)
        except LookupError:
            continue
        if chosen != free:
            renamed[free] = gast.Name(chosen, gast.Load(), None, None)
    if not renamed:
        return function
    body = [gast.copy_location(substitute(s, renamed), s) for s in function.body]
    return function.with_body(body)


def sweep(draft: Draft) -> None:
    """Transform: each statement to what it keeps, what it does, and what its reverse is."""
    setting = draft.setting
    if draft.owned:
        _refuse_aliased(draft)
        setting.in_place |= {setting.bar_name(parameter) for parameter in sorted(draft.also_useful)}
    transform = Reverse(setting)
    draft.calls.current = transform
    sweeps = transform.sweeps()
    draft.forward, draft.reverse = sweeps.forward, sweeps.reverse


def _refuse_aliased(draft: Draft) -> None:
    """A callee whose forward sweep itself needs the shadow of an argument has to be expanded in place."""
    function = draft.function
    aliased = [p for p in function.parameters if p in draft.setting.forward_shadows]
    if aliased:
        refusal = function.source.unsupported(
            None, f"`{aliased[0]}`, which has other names in `{function.name}` and is written into", "Pass a copy."
        )
        raise ExpandInstead(function.source.function, refusal)
