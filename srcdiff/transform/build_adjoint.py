"""One primal to its generated functions: the analyses, the reverse transform and the assembly, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.activity import active_names, varied_names
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Aliases, Facts, infer
from srcdiff.analysis.liveness import Liveness, liveness
from srcdiff.analysis.storage import Storage, aliases_of_containers, classify
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.analysis.webs import separate_webs
from srcdiff.build import names_read
from srcdiff.names import Names
from srcdiff.transform.buffers import is_tested_view, plan_shadows
from srcdiff.transform.calls import Calls
from srcdiff.transform.defer import deferred_sums
from srcdiff.transform.inline import Inliner
from srcdiff.transform.inplace import rewrite_in_place
from srcdiff.transform.module import Module
from srcdiff.transform.nested import expanded
from srcdiff.transform.reverse import Reverse, Sweeps
from srcdiff.transform.setting import Setting

__all__ = ["Prepared", "analysed", "prepare", "returned_value", "sweep"]


@dataclass
class Prepared:
    """A primal with its tables, ready for the transform."""

    setting: Setting
    output: gast.expr
    users: set[str]


def all_names(function: core.Function) -> set[str]:
    """Every name in a function, bound or free."""
    found = set(function.parameters) | names_read(function.body)
    for statement in statements(function.body):
        found |= set(bound_names(statement))
    return found


def returned_value(function: core.Function) -> gast.expr:
    """What a core function returns."""
    last = function.body[-1] if function.body else None
    if isinstance(last, gast.Return) and last.value is not None:
        value: gast.expr = last.value
        return value
    return gast.Constant(None, None)


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
    for _ in range(4):
        facts, live, storage = _tables(function, parameters, calls, owned=owned, helpers=helpers, narrowed=narrowed)
        plain = rewrite_in_place(function, facts, names, refer)
        if plain is function:
            return function, facts, live, storage
        function, helpers, narrowed = plain, facts.helpers, facts.narrowed  # more may be known of containers now
    return function, *_tables(function, parameters, calls, owned=owned, helpers=helpers, narrowed=narrowed)


def _tables(
    function: core.Function,
    parameters: dict[str, Fact],
    calls: Calls,
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


def prepare(
    function: core.Function,
    wrt: tuple[str, ...],
    parameters: dict[str, Fact],
    module: Module,
    calls: Calls,
    *,
    aux: bool = False,
    owned: bool = False,
    also_useful: frozenset[str] = frozenset(),
) -> Prepared:
    """Run the analyses.

    Parameters
    ----------
    aux : bool
        Only the first of the two results is differentiated.
    owned : bool
        The function is called by generated text: what it writes into its arguments stays.
    also_useful : frozenset of str
        Parameters whose contents are results.
    """
    users = set(function.source.local_names)
    names = Names(all_names(function) | users | module.names.taken)
    function = expanded(function, parameters, names, module, calls)
    function = separate_webs(function, names)
    function = _adopted(function, module)
    own = frozenset(_own_names(function) | users)

    def refer(value: Any, preferred: str) -> str:
        return module.refer(value, preferred, own)

    function, facts, live, storage = analyse(
        function, parameters, calls, names, refer, owned=owned, helpers=module.objects
    )
    effects = calls.effects_of(facts)
    output = returned_value(function)
    differentiated = output.elts[0] if aux and isinstance(output, gast.Tuple) else output
    active = active_names(function, set(wrt), facts, storage, names_read(differentiated) | also_useful, effects)
    names.reserve(*all_names(function))
    inliner = Inliner(names, facts, refer)
    setting = Setting(function, wrt, facts, storage, live, active, names, refer, inliner, effects)
    setting.objects = module.objects
    setting.calls = calls
    setting.varied = varied_names(function, set(wrt), facts, storage, effects)
    setting.owned_parameters = set(function.parameters) if owned else set()
    setting.gradient = names.word("gradient")
    for variable in wrt:
        setting.bar_name(variable)
    plan_shadows(setting)
    setting.keeps_layout = any(
        is_tested_view(setting, s.targets[0].id, s.value)
        for s in statements(function.body)
        if isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name)
    )
    setting.deferred = deferred_sums(setting)
    setting.in_place |= {setting.bar_name(v) for v in setting.forward_shadows}
    return Prepared(setting, output, users)


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


def sweep(prepared: Prepared) -> Sweeps:
    """The two sweeps of a prepared primal."""
    transform = Reverse(prepared.setting)
    prepared.setting.calls.current = transform
    return transform.sweeps()
