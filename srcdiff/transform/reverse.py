"""Reverse mode: a forward sweep that is the primal, and a reverse sweep with one group of statements for each of its
own.

At each point of the reverse sweep every variable and every buffer is as it was at the mirrored point of the forward
sweep: what a statement overwrites is kept by the forward sweep and put back first. This is the general form; passes
over its marks (`srcdiff.lean`) remove what is provably needless.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import gast

from srcdiff import runtime
from srcdiff.analysis.structure import blocks, bound_names, flags_of, root_name, statements
from srcdiff.build import (
    assign,
    call,
    constant,
    is_name,
    name,
    names_read,
    statement_like,
    store,
)
from srcdiff.kinds import NeedsKind
from srcdiff.transform import attempts, buffers, container_methods, loops, scatter
from srcdiff.transform.contributions import contributions
from srcdiff.transform.keeping import Bindings, binds_directly
from srcdiff.transform.marks import Accumulate, Group, Restore, Save, Site, Zero
from srcdiff.transform.setting import Setting

__all__ = ["Reverse", "Sweeps"]

Block = list[gast.stmt]


@dataclass
class Sweeps:
    """The two sweeps of a function, before the lean passes."""

    forward: Block = field(default_factory=list)
    reverse: Block = field(default_factory=list)
    returned: gast.expr | None = None


class Reverse:
    """The reverse transform of one function."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.bindings = Bindings(setting.live, set(setting.function.parameters), set(setting.function.parameters))
        self.loops: list[gast.stmt] = []
        self.line = 0
        self.tested_views: dict[int, str] = {}
        self.returned: gast.expr | None = None

        self.bindings_of = _count_bindings(setting.function.body)
        attempted = [s for s in statements(setting.function.body) if isinstance(s, gast.Try)]
        self.flags = {flag for statement in attempted for flag in flags_of(statement)}

    def is_bound_once(self, variable: str) -> bool:
        """Whether a variable means the same from its binding on, through both sweeps."""
        if variable in self.setting.function.parameters:
            return variable not in self.bindings_of
        if any(isinstance(loop, gast.For) and variable in bound_names(loop) for loop in self.loops):
            return self.bindings_of.get(variable, (0, 0))[0] == 1
        return self.bindings_of.get(variable) == (1, 0)

    def sweeps(self) -> Sweeps:
        """The forward and the reverse sweep."""
        forward, reverse = self.block(self.setting.function.body)
        unsure = sorted(self.bindings.unsure)
        unsure += [shadow for variable in unsure for shadow in buffers.shadow_names(self.setting, variable)]
        unbound = [assign(variable, constant(None)) for variable in unsure]
        return Sweeps([*buffers.copies(self.setting), *unbound, *forward], reverse, self.returned)

    def block(self, body: Block) -> tuple[Block, Block]:
        """The sweeps of a block."""
        forward: Block = []
        reverses: list[Block] = []
        for statement in body:
            self.line = getattr(statement, "lineno", self.line)
            before, after = self.statement(statement)
            for made in (*before, *after):
                if not hasattr(made, "lineno"):
                    statement_like(made, statement)
            forward += before
            reverses.append(after)
        return forward, [made for after in reversed(reverses) for made in after]

    def statement(self, statement: gast.stmt) -> tuple[Block, Block]:
        """The sweeps of one statement."""
        method = getattr(self, f"_{type(statement).__name__.lower()}", None)
        if method is None:
            word = type(statement).__name__.lower()
            raise self.setting.unsupported(statement, f"`{word}` in a differentiated function", "Take it out.")
        sweeps: tuple[Block, Block] = method(statement)
        return sweeps

    # Keeping.

    def site(self, stem: str, *, record: bool = False) -> Site:
        """A new place to keep something at."""
        return Site(stem, bool(self.loops), self.line, record)

    def keep(self, variable: str) -> tuple[Block, Block]:
        """Keep a variable that is about to be bound, if its old value may be needed."""
        if not self.bindings.bind(variable):
            return [], []
        site = self.site(variable)
        saves: Block = [Save(site, self.copied(variable))]
        restores: Block = [Restore(site, store(variable))]
        for shadow in buffers.shadow_names(self.setting, variable):
            shadow_site = self.site(shadow)
            saves.append(Save(shadow_site, name(shadow)))
            restores.append(Restore(shadow_site, store(shadow)))
        return saves, restores

    def copied(self, variable: str) -> gast.expr:
        """What is kept of a variable: a copy, if its array changes in place."""
        if variable in self.setting.storage.updated and self.setting.fact(variable).kind != "number":
            return call(self.setting.helper(runtime.copy), name(variable))
        return name(variable)

    def record(self, stem: str, value: gast.expr) -> tuple[str, Block, Block]:
        """Keep a value under a name of its own, which the reverse sweep reads."""
        variable = self.setting.names.fresh(stem)
        site = self.site(variable, record=True)
        self.setting.facts.of[variable] = replace(self.setting.facts(value), value=None)
        return variable, [assign(variable, value), Save(site, name(variable))], [Restore(site, store(variable))]

    # Simple statements.

    def _assign(self, statement: gast.Assign) -> tuple[Block, Block]:
        target = statement.targets[0]
        if isinstance(target, gast.Name):
            return self.bind(statement, target.id, statement.value)
        if isinstance(target, gast.Subscript):
            return buffers.store_item(self, statement, target)
        if isinstance(target, gast.Attribute):
            return buffers.store_attribute(self, statement, target)
        raise self.setting.unsupported(statement, "this assignment", "Assign to names, elements or attributes.")

    def bind(self, statement: gast.stmt, target: str, value: gast.expr) -> tuple[Block, Block]:
        """`target = value`."""
        setting = self.setting
        if isinstance(value, gast.Call) and setting.calls.handles(value):
            return setting.calls.bind(self, statement, target, value)  # type: ignore[no-any-return]
        if container_methods.takes(setting, value):
            return container_methods.bind_taken(self, statement, target, value)
        keep, restore = self.keep(target)
        shadow, unshadow = buffers.shadow_of_binding(self, target, value)
        forward = [*keep, statement, *shadow]
        if target not in setting.active or buffers.shares_shadow(self, target, value):
            return forward, [*unshadow, *restore]
        if buffers.is_tested_view(setting, target, value):
            passed = self.pass_on_shadow(target, value, restore)
            copied = gast.If(gast.UnaryOp(gast.Not(), name(self.tested_views[id(value)])), passed[-1:], [])
            return forward, [*unshadow, *passed[:-1], copied]
        if restore and target in setting.forward_shadows:
            return forward, [*unshadow, *self.pass_on_shadow(target, value, restore)]
        if restore:
            return forward, [*unshadow, *self.pass_on_restored(target, value, restore)]
        return forward, [*unshadow, self.pass_on(target, value, name(target))]

    def pass_on_shadow(self, target: str, value: gast.expr, restore: Block) -> Block:
        """Pass on from a shadow that is put back too: the operands' shadow may be the old one of the same name."""
        setting = self.setting
        early = setting.names.fresh(f"{target}_new")
        held = setting.names.fresh(f"{target}_new_bar")
        made = contributions(setting, target, value, name(held), setting.fact(target).shape, name(early))
        return [assign(held, setting.bar(target)), assign(early, name(target)), *restore, Group((), made)]

    def pass_on_restored(self, target: str, value: gast.expr, restore: Block) -> Block:
        """Pass on where `target` was bound before: its new value, if a rule reads it, is set aside."""
        early = self.setting.names.fresh(f"{target}_new")
        group = self.pass_on(target, value, name(early))
        if early not in names_read(group):
            return [*restore, group]
        return [assign(early, name(target)), *restore, group]

    def pass_on(self, target: str, value: gast.expr, output: gast.expr) -> Group:
        """Pass the adjoint of `target` on to what it was computed from, and forget it."""
        setting = self.setting
        bar = setting.bar_name(target)
        shape = setting.fact(target).shape if target not in setting.deferred else None
        made = contributions(setting, target, value, name(bar), shape, output)
        own = [m for m in made if isinstance(m, Accumulate) and root_name(m.target) == bar]
        if not own:
            return Group((bar,), [*made, Zero(name(bar))])
        others = [m for m in made if m not in own]
        if all(isinstance(m.target, gast.Name) and not m.container for m in own):
            total = own[0].value
            for more in own[1:]:
                total = gast.BinOp(total, gast.Add(), more.value)
            passed_on = [] if is_name(total, bar) else [assign(bar, total)]
            return Group((bar,), [*others, *passed_on])
        held = setting.names.fresh(f"{bar}_new")
        made = contributions(setting, target, value, name(held), shape, output)
        return Group((bar,), [assign(held, name(bar)), Zero(name(bar)), *made])

    def _scatteradd(self, statement: scatter.ScatterAdd) -> tuple[Block, Block]:
        return scatter.scatter_add(self, statement)

    def _augassign(self, statement: gast.AugAssign) -> tuple[Block, Block]:
        target = statement.target
        if isinstance(target, gast.Subscript):
            return buffers.augment_item(self, statement, target)
        if isinstance(target, gast.Attribute):
            return buffers.augment_attribute(self, statement, target)
        assert isinstance(target, gast.Name)
        if self.setting.storage.is_buffer(target.id) and self.setting.fact(target.id).kind != "number":
            self.require_kind(statement, target.id)
            return buffers.augment_whole(self, statement, target.id)
        return self.bind_augmented(statement, target.id)

    def bind_augmented(self, statement: gast.AugAssign, target: str) -> tuple[Block, Block]:
        """`x += y` where no other name sees the difference between a new `x` and a changed one."""
        value = gast.BinOp(name(target), statement.op, statement.value)
        gast.copy_location(value, statement)
        keep, restore = self.keep(target)
        if target not in self.setting.active:
            return [*keep, statement], restore
        if restore:
            return [*keep, statement], self.pass_on_restored(target, value, restore)
        return [*keep, statement], [self.pass_on(target, value, name(target))]

    def require_kind(self, statement: gast.stmt, variable: str) -> None:
        """An augmented assignment to an alias: a number is bound anew, an array is written into."""
        if self.setting.fact(variable).kind in ("numeric", "anything"):
            unknown = [p for p in self.setting.function.parameters if self.setting.fact(p).kind == "numeric"]
            if not unknown:
                raise self.setting.unsupported(
                    statement,
                    f"an augmented assignment to `{variable}`, which may be a number or an array",
                    f"Write `{variable} = {variable} ...`, or `{variable}[...] op= ...`.",
                )
            raise NeedsKind(unknown, self.setting.function.source.place(statement))

    def require_kind_of_view(self, node: gast.expr, variable: str) -> None:
        """A view of a buffer, or a number read from it: the rank decides."""
        if self.setting.fact(variable).kind in ("numeric", "anything"):
            self.ask_for_kinds(node)
            raise self.setting.unsupported(
                node,
                f"`{variable}`, which may be a number or a view of what is written into",
                "Copy it, or annotate the array's rank by unpacking its shape.",
            )

    def ask_for_kinds(self, node: gast.expr) -> None:
        """Have the kinds and ranks of the parameters told, if there is one that is not known."""
        unknown = [p for p in self.setting.function.parameters if self._lacks_rank(p)]
        if unknown:
            raise NeedsKind(unknown, self.setting.function.source.place(node))

    def _lacks_rank(self, parameter: str) -> bool:
        fact = self.setting.fact(parameter)
        return fact.kind == "numeric" or (fact.kind == "array" and fact.rank is None)

    def _expr(self, statement: gast.Expr) -> tuple[Block, Block]:
        value = statement.value
        if isinstance(value, gast.Call):
            if self.setting.calls.handles(value):
                return self.setting.calls.bind(self, statement, None, value)  # type: ignore[no-any-return]
            return buffers.effect(self, statement, value)
        return [statement], []

    def _return(self, statement: gast.Return) -> tuple[Block, Block]:
        self.returned = statement.value if statement.value is not None else constant(None)
        return [], []

    def forward_only(self, statement: gast.stmt) -> tuple[Block, Block]:
        """Statements without a derivative."""
        keeps: Block = []
        restores: Block = []
        for variable in sorted(_bound_within(statement)):
            keep, restore = self.keep(variable)
            keeps += keep
            restores += restore
        return [*keeps, statement], restores

    _assert = _raise = _pass = _import = _importfrom = _functiondef = forward_only

    def _delete(self, statement: gast.Delete) -> tuple[Block, Block]:
        if all(isinstance(target, gast.Name) for target in statement.targets):
            return [], []  # the reverse sweep may need it still
        raise self.setting.unsupported(statement, "`del` of an item", "Build a new container without it.")

    # Compound statements.

    def _if(self, statement: gast.If) -> tuple[Block, Block]:
        before = self.bindings.state()
        body, body_reverse = self.block(statement.body)
        after_body = self.bindings.state()
        self.bindings.restart(before)
        orelse, orelse_reverse = self.block(statement.orelse)
        self.bindings.join(after_body, self.bindings.state())
        self.line = getattr(statement, "lineno", self.line)
        if not body_reverse and not orelse_reverse:
            return [gast.If(statement.test, body, orelse)], []
        test, keep, restore = self.outcome(statement.test, statement)
        return [*keep, gast.If(test, body, orelse)], [*restore, gast.If(test, body_reverse, orelse_reverse)]

    def outcome(self, test: gast.expr, branch: gast.If | None = None) -> tuple[gast.expr, Block, Block]:
        """The test of a branch, for both sweeps: the flag of a `try` as it is, which is put back like any variable."""
        read = names_read(test)
        if read and read <= self.flags and not (branch is not None and read & _bound_within(branch)):
            return test, [], []
        taken, keep, restore = self.record("taken", test)
        return name(taken), keep, restore

    def _for(self, statement: gast.For) -> tuple[Block, Block]:
        return loops.for_loop(self, statement)

    def _while(self, statement: gast.While) -> tuple[Block, Block]:
        return loops.while_loop(self, statement)

    def body_of_loop(self, loop: gast.For | gast.While) -> tuple[Block, Block]:
        """The sweeps of a loop's body, with what lives within one trip kept once per trip."""
        within = self.bindings.enter_trip(loop)
        self.loops.append(loop)
        forward: Block = []
        reverses: list[Block] = []
        ends: Block = []
        starts: Block = []
        for statement in loop.body:
            if _is_exit(statement):
                self.end_of_trip(within, ends, starts, set())
                forward += [*ends, statement]
                ends, within = [], set()
                continue
            self.line = getattr(statement, "lineno", self.line)
            before, after = self.statement(statement)
            for made in (*before, *after):
                if not hasattr(made, "lineno"):
                    statement_like(made, statement)
            forward += before
            reverses.append(after)
            self.keep_where_bound(statement, loop, within, forward, starts)
        self.end_of_trip(within, ends, starts, set())
        self.loops.pop()
        return [*forward, *ends], [*starts, *(made for after in reversed(reverses) for made in after)]

    def keep_where_bound(
        self, statement: gast.stmt, loop: gast.For | gast.While, within: set[str], forward: Block, starts: Block
    ) -> None:
        """Keep a variable of one trip right after the only statement that binds it: there it reads best."""
        for variable in sorted(set(bound_names(statement)) & within):
            if binds_directly(loop.body, variable) is not None and variable in self.bindings.surely:
                self.end_of_trip({variable}, forward, starts, set())
                within.discard(variable)

    def end_of_trip(self, within: set[str], ends: Block, starts: Block, done: set[str]) -> None:  # noqa: D102
        for variable in sorted(self.bindings.leave_trip(within)):
            site = self.site(variable)
            ends.append(Save(site, self.copied(variable)))
            starts.append(Restore(site, store(variable)))
            for extra in buffers.shadow_names(self.setting, variable):
                shadow_site = self.site(extra)
                ends.append(Save(shadow_site, name(extra)))
                starts.append(Restore(shadow_site, store(extra)))

    def _with(self, statement: gast.With) -> tuple[Block, Block]:
        keeps: Block = []
        restores: Block = []
        for variable in bound_names(statement):
            keep, restore = self.keep(variable)
            keeps += keep
            restores += restore
        body, reverse = self.block(statement.body)
        forward = [*keeps, gast.With(statement.items, body, None)]
        if reverse and all(buffers.is_error_state(self.setting, item.context_expr) for item in statement.items):
            return forward, [gast.With(statement.items, reverse, None), *restores]
        return forward, [*reverse, *restores]

    def _try(self, statement: gast.Try) -> tuple[Block, Block]:
        return attempts.reversed_try(self, statement)


def _bound_within(statement: gast.stmt) -> set[str]:
    return {variable for inner in statements([statement]) for variable in bound_names(inner)}


def _count_bindings(body: Block, depth: int = 0) -> dict[str, tuple[int, int]]:
    """For each variable, how often it is bound in the text, and in how many loops at most."""
    found: dict[str, tuple[int, int]] = {}

    def visit(block: Block, depth: int) -> None:
        for statement in block:
            inside = depth + isinstance(statement, (gast.For, gast.While))
            for variable in bound_names(statement):
                count, deepest = found.get(variable, (0, 0))
                found[variable] = (count + 1, max(deepest, inside))
            for inner in blocks(statement):
                visit(inner, inside)

    visit(body, depth)
    return found


def _is_exit(statement: gast.stmt) -> bool:
    """The end of a loop's body: `if left_early: break`."""
    return isinstance(statement, gast.If) and len(statement.body) == 1 and isinstance(statement.body[0], gast.Break)
