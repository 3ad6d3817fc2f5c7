"""Calls of the user's own functions: differentiated from their source, as pairs of a forward and a reverse function.

The forward function returns the primal's result and what its reverse sweep needs; the reverse function takes that and
the cotangent of the result, and returns a gradient for each argument that carries a derivative. Arguments that the
function writes into pass their shadows along, which the reverse function brings up to date in place. Where the reverse
sweep needs nothing but the arguments, the primal itself is called, and one adjoint function takes the arguments again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import gast

from srcdiff import core, runtime
from srcdiff.analysis.facts import ANYTHING, Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.origins import CalleeEffects, CallEffects
from srcdiff.analysis.storage import Storage
from srcdiff.build import assign, call, constant, display, is_name, name, names_read, store, subscript
from srcdiff.transform.callees import (
    Callee,
    Unbound,
    argument_fact,
    bind_call,
    core_of,
    find_callee,
    source_or_none,
)
from srcdiff.transform.captured import CapturedState, Writes, captured_reads, captured_writes
from srcdiff.transform.marks import Accumulate, Group, Restore, Save, Zero
from srcdiff.transform.module import ExpandInstead, Module

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = ["Calls", "Pair", "Summary"]


@dataclass(frozen=True)
class Summary:
    """What calling a function does.

    The parameters that it writes into, those that its result may alias, those that may hold others afterwards (the
    container, how deep in it, and what it holds), its result, and the captured objects that may get something that
    carries a derivative.
    """

    writes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    stores: tuple[tuple[str, int, str], ...] = ()
    result: Fact | None = None
    captured: Writes = ()


@dataclass
class Pair:
    """The two functions made from one callee and one pattern of activity.

    Attributes
    ----------
    simple : bool
        The reverse function takes the arguments themselves; the forward sweep calls the primal.
    residuals : tuple of str
        Of a simple pair: the parameters that the reverse function takes.
    contents : frozenset of str or None
        The parameters whose contents the reverse function reads, and "return" where it reads those of the result; None
        before that is known.
    finished : bool
        False while it is being built: a recursive call refers to it by name.
    """

    forward: str
    reverse: str
    simple: bool = False
    residuals: tuple[str, ...] = ()
    contents: frozenset[str] | None = None
    finished: bool = False

    def reads(self, parameter: str) -> bool:
        """Whether the reverse function may look into the memory of an argument, or of the result ("return")."""
        return self.contents is None or parameter in self.contents


@dataclass(frozen=True)
class _Site:
    """One call, taken apart."""

    callee: Callee
    function: core.Function
    values: dict[str, Any]
    facts: dict[str, Fact]


_KINDS = 40
"""How many patterns of argument kinds one callee may have: a recursion over a nested structure has no end of them."""


class Calls:
    """The user's functions that one generated module differentiates."""

    def __init__(self, module: Module, lean: frozenset[str], watch: Callable[[str, Any], None] | None = None) -> None:
        self.module = module
        self.lean = lean
        self.watch = watch
        self.pairs: dict[Any, Pair] = {}
        self.summaries: dict[Any, Summary] = {}
        self.in_progress: dict[Any, bool] = {}
        self.state = CapturedState()
        self.written: dict[str, str] = {}

    # Telling what a call is.

    def site(self, node: gast.Call, facts: Facts) -> _Site | None:
        """The user's function that is called, and what its parameters are bound to."""
        callee = find_callee(node, facts)
        if callee is None or source_or_none(callee.function) is None:
            return None
        try:
            values = bind_call(callee, node)
        except Unbound:
            return None
        function = core_of(callee.function)
        known = {p: argument_fact(values[p], facts, p) for p in function.parameters}
        return _Site(callee, function, values, known)

    def summary(self, site: _Site) -> Summary:
        """What the callee does, for arguments of these kinds."""
        key = _key(site)
        if sum(known[0] is site.callee.function for known in self.summaries) > _KINDS:
            raise site.function.source.unsupported(
                None,
                f"`{site.function.name}`, which is called with more than {_KINDS} kinds of arguments",
                "Pass arguments of fewer kinds, or register a rule for it.",
            )
        if key in self.summaries and key not in self.in_progress:
            return self.summaries[key]
        if key in self.in_progress:
            self.in_progress[key] = True
            return self.summaries.get(key, Summary())
        self.in_progress[key] = False
        try:
            for _ in range(5):
                before = self.summaries.get(key)
                self.summaries[key] = self.summarise(site)
                if not self.in_progress[key] or self.summaries[key] == before:
                    break
        finally:
            del self.in_progress[key]
        return self.summaries[key]

    def summarise(self, site: _Site) -> Summary:  # noqa: D102
        from srcdiff.transform.build_adjoint import analysed
        from srcdiff.transform.draft import returned_value

        function, facts, _, storage = analysed(site.function, site.facts, self, owned=True)
        output = returned_value(function)
        writes = tuple(p for p in function.parameters if _may_write(p, facts, storage))
        aliases = tuple(p for p in function.parameters if _may_alias(output, p, facts, storage))
        self.state.read |= captured_reads(function, facts)
        carrying = {variable for variable, fact in facts.of.items() if fact.differentiable}
        captured = tuple(captured_writes(function, facts, storage, carrying, self))
        stores = _stores(function.parameters, facts, storage)
        return Summary(writes, aliases, stores, _free_of_symbols(facts(output)), captured)

    def result_fact(self, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
        """The fact of a call's result."""
        site = self.site(node, facts)
        return self.summary(site).result if site is not None else None

    def effects_of(self, facts: Facts) -> CalleeEffects:
        """What calls in one function do to memory."""

        def effects(node: gast.Call) -> CallEffects | None:
            site = self.site(node, facts)
            if site is None:
                return None
            summary = self.summary(site)
            writes = tuple(v.id for p in summary.writes if isinstance(v := site.values[p], gast.Name))
            aliases = tuple(v.id for p in summary.aliases if isinstance(v := site.values[p], gast.Name))
            held = ((site.values[p], depth, site.values[q]) for p, depth, q in summary.stores)
            stores = [(p.id, d, q.id) for p, d, q in held if isinstance(p, gast.Name) and isinstance(q, gast.Name)]
            return CallEffects(writes, aliases, tuple(stores))

        return effects

    def handles(self, node: gast.Call) -> bool:
        """Whether a call is one of a user's function."""
        return self.current is not None and self.site(node, self.current.setting.facts) is not None

    current: Reverse | None = None

    # Differentiating a call.

    def bind(self, reverse: Reverse, statement: gast.stmt, target: str | None, node: gast.Call) -> tuple[Block, Block]:
        """`target = f(...)`, or `f(...)` for its effect."""
        setting = reverse.setting
        site = self.site(node, setting.facts)
        assert site is not None
        summary = self.summary(site)
        written = [v.id for p in summary.writes if isinstance(v := site.values[p], gast.Name)]
        self.refuse_changed_containers(reverse, node, written, site)
        seeded = target is not None and target in setting.active
        active = tuple(p for p in site.function.parameters if setting.is_active(site.values[p]))
        self.refuse_heavy(reverse, node, target, summary, site)
        self.refuse_shared(reverse, node, summary, site)
        keep, restore = reverse.keep(target) if target is not None else ([], [])
        saves: Block = []
        undo: Block = []
        for variable in dict.fromkeys(written):
            place = reverse.site(variable)
            saves.append(Save(place, call(setting.helper(runtime.copy), name(variable))))
            undo.append(Restore(place, subscript(name(variable), constant(Ellipsis), gast.Store())))
        self.refuse_displays(reverse, node, site)
        if not active or not (seeded or any(v in setting.active for v in written)):
            return [*keep, *saves, statement], [*undo, *restore]
        shadows = tuple(p for p in active if p in summary.writes)
        pair = self.pair(site, active, shadows, seeded)
        shadow: Block = []
        early: Block = []
        seed = setting.bar(target) if seeded and target is not None else None
        if target in setting.forward_shadows:
            assert target is not None
            zeros = call(setting.helper(runtime.zeros_like), name(target))
            shadow = [assign(setting.bar_name(target), zeros)]
            if restore and seed is not None:  # its shadow is put back too
                held = setting.names.fresh(f"{target}_new_bar")
                early, seed = [assign(held, seed)], name(held)
        forward, group = self.paired(reverse, statement, target, node, site, pair, active, shadows, seed)
        return [*keep, *saves, *forward[0], *shadow], [*early, *forward[1], *restore, group, *undo]

    def refuse_changed_containers(self, reverse: Reverse, node: gast.Call, written: list[str], site: _Site) -> None:
        """A list or an object that the callee changes: what undoes it are the callee's own statements."""
        for variable in written:
            fact = reverse.setting.facts(name(variable))
            if fact.container or fact.kind == "anything":
                refusal = reverse.setting.unsupported(
                    node,
                    f"a call of `{site.function.name}`, which changes `{variable}`, a container or an object",
                    "Return what is new, and store it here.",
                )
                whole = fact.kind == "anything" and fact.type is not None and fact.type not in self.module.expanded
                raise ExpandInstead(fact.type if whole else site.callee.function, refusal)

    def refuse_heavy(
        self, reverse: Reverse, node: gast.Call, target: str | None, summary: Summary, site: _Site
    ) -> None:
        """A result that is an argument, or a view of it, and is written into: two names for one shadow."""
        setting = reverse.setting
        if target is None or not summary.aliases or target not in setting.storage.parent:
            return
        if setting.storage.is_buffer(target) and target in setting.active:
            refusal = setting.unsupported(
                node,
                f"`{target}` may share memory with an argument of `{site.function.name}`, and is written into",
                "Return a copy, or write before the call.",
            )
            raise ExpandInstead(site.callee.function, refusal)

    def refuse_shared(self, reverse: Reverse, node: gast.Call, summary: Summary, site: _Site) -> None:
        """An argument that is written into and shares memory with another: the callee would see two arrays."""
        storage = reverse.setting.storage
        roots: dict[str, set[str]] = {}
        for parameter, value in site.values.items():
            variables = names_read(value) if isinstance(value, gast.AST) else set()
            roots[parameter] = set()
            for variable in variables:
                if variable in storage.parent and reverse.setting.fact(variable).kind not in ("number", "opaque"):
                    roots[parameter] |= {storage.root(variable)} | storage.viewed.get(variable, set())
        for written in summary.writes:
            for other, others in roots.items():
                if other != written and roots[written] & others:
                    refusal = reverse.setting.unsupported(
                        node,
                        f"`{site.function.name}` writes into its argument `{written}`, which shares memory with `{other}`",  # noqa: E501
                        "Pass a copy of one of them.",
                    )
                    raise ExpandInstead(site.callee.function, refusal)

    def refuse_displays(self, reverse: Reverse, node: gast.Call, site: _Site) -> None:  # noqa: D102
        for parameter, value in site.values.items():
            if isinstance(value, (gast.Tuple, gast.Dict)) and any(
                reverse.setting.is_active(name(v)) for v in names_read(value)
            ):
                raise reverse.setting.unsupported(
                    node, f"`*{parameter}` with a derivative", "Name the parameters one by one."
                )

    def paired(
        self,
        reverse: Reverse,
        statement: gast.stmt,
        target: str | None,
        node: gast.Call,
        site: _Site,
        pair: Pair,
        active: tuple[str, ...],
        shadows: tuple[str, ...],
        seed: gast.Name | None,
    ) -> tuple[tuple[Block, Block], Group]:
        """The forward statements with what restores them, and the group of the reverse sweep."""
        setting = reverse.setting
        arguments = [self.expression(site.values[p]) for p in site.function.parameters]
        stem = target or site.function.name
        if pair.simple:
            first = [self.expression(site.values[p]) for p in pair.residuals]
            forward: tuple[Block, Block] = ([statement], [])
        else:
            residuals = setting.names.fresh(f"{stem}_residuals")
            place = reverse.site(residuals, record=True)
            bound = target if target is not None else setting.names.fresh(f"{stem}_result")
            targets = display([store(bound), store(residuals)], gast.Store())
            kept = {p: a for p, a in zip(site.function.parameters, arguments, strict=True) if pair.reads(p)}
            kept |= {"return": name(bound)} if pair.reads("return") else {}
            setting.held[residuals] = frozenset(names_read(list(kept.values())))
            arguments = [self.own(reverse, a) if a in kept.values() else a for a in arguments]
            made = gast.Assign([targets], call(pair.forward, *arguments), None)
            own = self.own(reverse, name(bound)) if "return" in kept else name(bound)
            apart = [] if is_name(own) else [assign(bound, own)]
            forward = ([made, Save(place, name(residuals)), *apart], [Restore(place, store(residuals))])
            setting.facts.of[residuals] = ANYTHING
            first = [name(residuals)]
        shadow_arguments = [setting.bar(site.values[p].id) for p in shadows]
        reverse_call = call(pair.reverse, *first, *([seed] if seed is not None else []), *shadow_arguments)
        setting.writing_calls |= {pair.reverse, pair.forward}
        own_seed = target if seed is not None and seed.id == setting.bar_name(target or "") else None
        group = self.received(reverse, reverse_call, own_seed, site, active, shadows, stem)
        return forward, group

    def own(self, reverse: Reverse, value: gast.expr) -> gast.expr:
        """What a callee may keep: a copy of an array that changes in place later under a name that is a value."""
        setting = reverse.setting
        if isinstance(value, gast.Name) and value.id in setting.storage.updated:
            if setting.fact(value.id).kind != "number":
                return call(setting.helper(runtime.copy), value)
        return value

    def received(
        self,
        reverse: Reverse,
        reverse_call: gast.Call,
        seeded: str | None,
        site: _Site,
        active: tuple[str, ...],
        shadows: tuple[str, ...],
        stem: str,
    ) -> Group:
        """Add the gradients that the reverse function returns to the adjoints of the arguments."""
        setting = reverse.setting
        values = [p for p in active if p not in shadows]
        made: Block = []
        parts: list[tuple[str, gast.expr]] = []
        if not values:
            made.append(gast.Expr(reverse_call))
        elif len(values) == 1:
            variable = site.values[values[0]].id
            if variable == seeded:
                return Group((setting.bar_name(variable),), [assign(setting.bar_name(variable), reverse_call)])
            parts.append((variable, reverse_call))
        else:
            whole = setting.names.fresh(f"{stem}_parts_bar")
            setting.facts.tuples[whole] = len(values)
            made.append(assign(whole, reverse_call))
            for index, parameter in enumerate(values):
                parts.append((site.values[parameter].id, subscript(name(whole), constant(index))))
        own: Block = []
        for variable, value in parts:
            container = setting.fact(variable).container or setting.fact(variable).kind == "anything"
            (own if variable == seeded else made).append(Accumulate(setting.bar(variable), value, container=container))
        forget: Block = [Zero(setting.bar(seeded))] if seeded is not None else []
        cotangents = (setting.bar_name(seeded),) if seeded is not None and not shadows else ()
        group = Group(cotangents, [*made, *forget, *own])
        group.owns = tuple(setting.bar_name(site.values[p].id) for p in shadows)
        group.reads = (setting.bar_name(seeded),) if seeded is not None else ()
        return group

    def expression(self, value: Any) -> gast.expr:
        """An argument, or the default that stands for it."""
        if isinstance(value, gast.AST):
            return value
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return constant(value)
        if isinstance(value, tuple) and all(isinstance(v, (int, float, str, bool)) for v in value):
            return display([constant(v) for v in value])
        return name(self.module.refer_default(value))

    # Building pairs.

    def pair(self, site: _Site, active: tuple[str, ...], shadows: tuple[str, ...], seeded: bool) -> Pair:
        """The pair for a callee and a pattern of activity."""
        key = (_key(site), active, shadows, seeded)
        if key not in self.pairs:
            stem = site.function.name
            names = self.module.names
            self.pairs[key] = Pair(names.fresh(f"{stem}_forward"), names.fresh(f"{stem}_reverse"))
            current = self.current
            self.build(self.pairs[key], site, active, shadows, seeded)
            self.current = current
        return self.pairs[key]

    def build(self, pair: Pair, site: _Site, active: tuple[str, ...], shadows: tuple[str, ...], seeded: bool) -> None:  # noqa: D102
        from srcdiff.transform.pairs import build_pair

        build_pair(self, pair, site.function, site.facts, active, shadows, seeded)
        pair.finished = True


def _key(site: _Site) -> Any:
    known = tuple(_fact_key(site.facts[p]) for p in site.function.parameters)
    return (site.callee.function, known)


def _fact_key(fact: Fact) -> Any:
    value = fact.value
    if value is not None:
        try:
            hash(value)
        except TypeError:
            value = id(value)
    functions = tuple(map(id, fact.functions))
    return (fact.kind, fact.letter, fact.rank, fact.type, fact.keys, _items_key(fact), functions, type(value), value)


def _items_key(fact: Fact) -> Any:
    """What is known of the items of a container."""
    each = tuple(map(_fact_key, fact.beginning))
    return each, fact.items is None, None if fact.item is None else _fact_key(fact.item)


def _may_write(parameter: str, facts: Facts, storage: Storage) -> bool:
    if facts.of[parameter].kind in ("number", "opaque", "function"):
        return False
    if parameter not in storage.parent:
        return False
    inside = not facts.of[parameter].numeric and storage.holds_written(parameter)
    return storage.is_buffer(parameter) or parameter in storage.updated or inside


def _stores(parameters: Sequence[str], facts: Facts, storage: Storage) -> tuple[tuple[str, int, str], ...]:
    """The parameters that are put into others, which then share their memory."""
    holds = [p for p in parameters if p in storage.parent and not facts.of[p].numeric]
    kept = [p for p in parameters if p in storage.parent and facts.of[p].kind not in ("number", "opaque", "function")]
    found: list[tuple[str, int, str]] = []
    for holder in holds:
        for held in kept:
            inside = [storage.root(holder), *storage.within(holder)]
            seen = storage.reached(held)
            depths = [depth for depth, root in enumerate(inside) if storage.reached(root) & seen]
            found += [(holder, max(depths), held)] if depths and holder != held else []
    return tuple(found)


def _may_alias(output: gast.expr, parameter: str, facts: Facts, storage: Storage) -> bool:
    if facts.of[parameter].kind in ("number", "opaque", "function"):
        return False
    theirs = storage.reached(parameter)
    for variable in names_read(output):
        if facts.of.get(variable, Fact()).kind in ("number", "opaque", "function") or variable not in storage.parent:
            continue
        if storage.reached(variable) & theirs:
            return True
    return False


def _free_of_symbols(fact: Fact) -> Fact:
    """A result's fact without the callee's names for shapes."""
    items = tuple(_free_of_symbols(item) for item in fact.items) if fact.items is not None else None
    item = _free_of_symbols(fact.item) if fact.item is not None else None
    shape = frozenset[str]() if fact.kind == "number" else None
    dtypes = fact.dtypes if not fact.dtypes else None
    value = fact.value if fact.kind in ("opaque", "function") else None
    keys = fact.keys if items is not None else ()
    return replace(fact, shape=shape, dtypes=dtypes, items=items, item=item, value=value, keys=keys, first=())
