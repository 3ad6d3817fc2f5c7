"""From sweeps to functions: what each pass of pipeline.py does to a draft; seeds and results; the text."""

from __future__ import annotations

import builtins
from collections import Counter
from dataclasses import replace

import gast

from srcdiff import core, runtime
from srcdiff.analysis.facts import NUMBER, Fact
from srcdiff.analysis.inference import infer_statements
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import assign, call, constant, name, names_read, statement_like, subscript, walk
from srcdiff.emit import Comment, emit_function, quote
from srcdiff.numba.forms import for_numba
from srcdiff.numba.lowering import lower
from srcdiff.simplify.adjoints import write_adjoints
from srcdiff.simplify.algebra import simplify_algebra
from srcdiff.simplify.conditions import decide_again, told_by_exits
from srcdiff.simplify.deadcode import drop_dead_code
from srcdiff.simplify.exits import native_exits
from srcdiff.simplify.forwarding import forward_temporaries, is_pure
from srcdiff.simplify.keeping import write_kept
from srcdiff.simplify.memory import memory_classes
from srcdiff.simplify.naming import fixed_names, merged_names, names_in_order, renamed, shorter_names
from srcdiff.simplify.notes import add_notes, lists_together, noted, with_notes
from srcdiff.simplify.ordering import order_groups
from srcdiff.simplify.polish import (
    augmented,
    bookkeeping_first,
    counted_by_lists,
    plainer,
    unpacked,
    without_trivial,
)
from srcdiff.simplify.reading import Reading
from srcdiff.simplify.recompute import cheap_temporaries, expand_temporaries
from srcdiff.simplify.recording import drop_needless_restores, drop_needless_saves, kept_sites
from srcdiff.simplify.sharing import share_common
from srcdiff.simplify.storing import recompute_cheap
from srcdiff.transform.draft import Draft
from srcdiff.transform.marks import Accumulate, Site
from srcdiff.transform.setting import Setting

__all__ = ["joint_text", "seeds", "with_lines"]

Block = list[gast.stmt]


def seeds(setting: Setting, output: gast.expr, gradient: gast.expr) -> Block:
    """The statements that add the cotangent of the result to the adjoints of what is returned."""
    made: Block = []
    _seed(setting, output, gradient, made)
    return made


def _seed(setting: Setting, output: gast.expr, gradient: gast.expr, made: Block) -> None:
    if isinstance(output, gast.Name):
        if output.id in setting.active:
            fact = setting.fact(output.id)
            container = fact.container or fact.kind == "anything"
            made.append(Accumulate(setting.bar(output.id), gradient, container=container))
    elif isinstance(output, (gast.Tuple, gast.List)):
        for index, item in enumerate(output.elts):
            _seed(setting, item, subscript(gradient, constant(index)), made)
    elif isinstance(output, gast.Dict):
        for key, item in zip(output.keys, output.values, strict=True):
            _seed(setting, item, subscript(gradient, key), made)


def tie_ends(draft: Draft) -> None:
    """Start the reverse sweep with the seed, and hold what is returned out of its reach."""
    setting = draft.setting
    made: Block = []
    if draft.seeded:
        if not draft.owned and not draft.scalar:
            made.append(seed_check(setting, draft.differentiated))
        made += seeds(setting, draft.differentiated, name(setting.gradient))
    last = setting.function.body[-1] if setting.function.body else None
    for statement in made:
        if isinstance(last, gast.Return) and hasattr(last, "lineno"):
            statement.lineno = last.lineno
    draft.reverse = [*made, *draft.reverse]
    wanted = draft.result.elts[1] if draft.wanted == "aux" else draft.result if draft.wanted else None
    draft.output = gast.Constant(None, None)
    if wanted is not None:
        draft.output = held_output(setting, wanted, draft.forward, copy=not draft.owned)


def _seed_fact(draft: Draft) -> Fact:
    """A Python number for a number, else what the check makes of it: the output's shape and dtype."""
    if not draft.owned and draft.scalar:
        return NUMBER
    return replace(draft.setting.facts(draft.differentiated), value=None)


def recompute(draft: Draft) -> None:
    """Write out temporaries that only name a part of something else."""
    setting = draft.setting
    draft.reading = Reading(setting)
    values = cheap_temporaries(setting, draft.reading, setting.names.taken - draft.users)
    draft.recomputed = setting.recomputed = values
    draft.forward = expand_temporaries(draft.forward, values)
    draft.reverse = expand_temporaries(draft.reverse, values)
    draft.output = _substituted(draft.output, values)


def decide_conditions(draft: Draft) -> None:
    """Take the way through a branch from what is known by then, rather than from a record."""
    setting = draft.setting
    draft.forward, draft.reverse = told_by_exits(
        setting, draft.forward, draft.reverse, setting.names.taken - draft.users
    )
    draft.forward, draft.reverse = decide_again(setting, draft.forward, draft.reverse)


def collect_adjoints(draft: Draft) -> None:
    """Write the contributions to each adjoint: none gives nothing, the first assigns, later ones add."""
    setting = draft.setting
    setting.facts.helpers = setting.objects
    setting.facts.of[setting.gradient] = _seed_fact(draft)
    own = {setting.gradient: not draft.owned and not draft.scalar}
    reverse = write_adjoints(setting, draft.reverse, draft.returned, own)
    draft.reverse = expand_temporaries(reverse, draft.recomputed)  # zeros may be made in the shape of a temporary
    infer_statements(setting.facts, draft.reverse)
    setting.memory_classes = memory_classes(setting, draft.reverse)


def simplify(draft: Draft) -> None:
    """Apply the identities of algebra to the reverse sweep."""
    draft.reverse = simplify_algebra(draft.reverse, draft.setting)


def order(draft: Draft) -> None:
    """Put the reverse of a statement together, in the order of the primal's lines where data allow."""
    draft.reverse = order_groups(draft.reverse, Reading(draft.setting), draft.temporaries - draft.bars)


def store_or_recompute(draft: Draft) -> None:
    """Compute again what is cheap and made of what is at hand, rather than keep it."""
    draft.reading = Reading(draft.setting)
    draft.forward, draft.reverse = recompute_cheap(
        draft.forward, draft.reverse, draft.reading, lambda reverse: _kept(draft, reverse)
    )


def _kept(draft: Draft, reverse: Block) -> set[Site]:
    """The places of which a reverse sweep needs what is kept there."""
    return kept_sites(reverse, draft.reading, set(draft.bars), decide="recording" in draft.calls.lean)


def record(draft: Draft) -> None:
    """Keep and put back only what the reverse sweep reads."""
    setting, reading = draft.setting, Reading(draft.setting)
    owned = bool(setting.owned_parameters)
    outside = {cell for bar in setting.in_place for cell in reading.cells_of(bar)} if owned else set()
    draft.reading = reading
    draft.needed_after = outside | {read for part in draft.results for read in reading.reads(part)}
    kept = _kept(draft, draft.reverse)
    draft.reverse = drop_needless_restores(draft.reverse, kept)
    draft.forward = drop_needless_saves(draft.forward, kept)


def keep(draft: Draft) -> None:
    """Write what is kept as lists and variables."""
    names = draft.setting.names
    draft.forward, draft.reverse, draft.sites = write_kept(draft.forward, draft.reverse, names)
    draft.reading.stacks = {variable for variable, site in draft.sites.items() if site.in_loop}
    kept = {variable: site.refers_to for variable, site in draft.sites.items() if site.refers_to not in ("", variable)}
    draft.setting.held |= {variable: frozenset([other]) for variable, other in kept.items()}
    draft.crossing = set(names.taken)
    draft.may_go = draft.temporaries


def share(draft: Draft) -> None:
    """Compute once what the reverse sweep computes twice alike."""
    setting = draft.setting
    own = draft.may_go - draft.bars
    draft.reverse = share_common(draft.reverse, draft.reading, own, lambda node: is_pure(setting, node))


def forward(draft: Draft) -> None:
    """Write an expression that is used once where it is used."""
    read = names_read(draft.output)
    draft.forward, draft.reverse = forward_temporaries(
        draft.forward, draft.reverse, draft.reading, draft.may_go - read - draft.bars, read | draft.bars
    )


def drop_dead(draft: Draft) -> None:
    """Leave out what nothing reads."""
    everything = draft.wanted == "output"  # the primal's value is asked for, with all its effects
    draft.forward, draft.reverse, draft.crossing = drop_dead_code(
        draft.setting, draft.reading, draft.forward, draft.reverse, draft.needed_after, everything=everything
    )


def lower_arrays(draft: Draft) -> None:
    """Write array statements as loops over elements, in text that is for Numba."""
    if draft.module.compiled:
        draft.forward, draft.reverse = lower(draft.setting, draft.forward, draft.reverse)


def say_for_numba(draft: Draft) -> None:
    """Rewrite what Numba does not compile, in text that is for Numba."""
    if draft.module.compiled:
        draft.forward, draft.reverse = for_numba(draft.setting, draft.forward, draft.reverse, draft.results)


def polish(draft: Draft) -> None:
    """Say more simply what can be: native exits, augmented assignments, short names, notes on what is kept."""
    draft.forward, draft.reverse, draft.output, names = _polished(
        draft.setting, draft.forward, draft.reverse, draft.output, draft.users, draft.sites, draft.results
    )
    draft.crossing |= {names.get(variable, variable) for variable in draft.crossing}
    draft.shown = names


def cross(draft: Draft) -> None:
    """Note what the reverse sweep takes from the forward sweep."""
    read = {part.id for s in draft.reverse for part in walk(s) if isinstance(part, gast.Name)}
    draft.crossing &= draft.bars | read


def _polished(
    setting: Setting,
    forward: Block,
    reverse: Block,
    output: gast.expr,
    users: set[str],
    sites: dict[str, Site],
    result: list[gast.expr],
) -> tuple[Block, Block, gast.expr, dict[str, str]]:
    """What is said more simply in other words; with the names that were changed."""
    stacks = {variable for variable, site in sites.items() if site.in_loop}
    raised = _lines_of_exits(forward)
    forward, reverse = counted_by_lists(forward, reverse, stacks)
    reverse = augmented(Reading(setting), reverse)
    read = names_read([*reverse, *result, output])
    reverse = unpacked(reverse, names_read(result), setting.facts.tuples)
    forward = unpacked(forward, read, setting.facts.tuples)
    facts = setting.facts
    forward, reverse = (plainer(body, lambda node: facts(node).kind == "number") for body in (forward, reverse))
    forward = native_exits(forward, names_read([*reverse, *result, output]))
    fixed = (
        fixed_names([*forward, *reverse])
        | users
        | set(setting.objects)
        | set(setting.function.parameters)
        | setting.writing_calls
        | {setting.gradient}
        | {setting.bar_name(variable) for variable in setting.wrt}  # what is returned says their names
    )
    names = _numbered_webs(setting, forward, reverse, output, users, result)
    forward, reverse, output = renamed(forward, names), renamed(reverse, names), renamed([output], names)[0]
    body = [*forward, *reverse, gast.Expr(output)]
    shown = names_in_order(body)
    taken = fixed | {bar for bar in setting.bars.values() if bar not in shown} | set(dir(builtins))
    shorter = shorter_names(shown, set(shown) - fixed, taken | {read for part in result for read in names_read(part)})
    forward, reverse, output = renamed(forward, shorter), renamed(reverse, shorter), renamed([output], shorter)[0]
    sites = {shorter.get(variable, variable): site for variable, site in sites.items()}
    forward, reverse = without_trivial(forward), without_trivial(reverse)
    forward = bookkeeping_first(forward, _set_once(forward, users | set(setting.function.parameters)))
    if not setting.compiled:  # Numba has no type for a display of empty lists
        forward = lists_together(forward, {shorter.get(s, s) for s in stacks})
    add_notes(forward, reverse, sites, raised)
    merged = {variable: names.get(variable, variable) for variable in (*names, *shorter)}
    return forward, reverse, output, {old: shorter.get(new, new) for old, new in merged.items()}


def _set_once(forward: Block, users: set[str]) -> set[str]:
    """Variables of the text's own that are bound once outside of loops and branches."""
    return {v for v, n in Counter(v for s in forward for v in bound_names(s)).items() if n == 1} - users


def _numbered_webs(
    setting: Setting, forward: Block, reverse: Block, output: gast.expr, users: set[str], result: list[gast.expr]
) -> dict[str, str]:
    """The user's own names for variables that were told apart, where the text need not tell them apart."""
    pairs = {}
    for variable in sorted(setting.facts.of, key=lambda name: (len(name), name)):  # not in the order of a set
        plain, _, number = variable.rpartition("_")
        if number.isdecimal() and plain in users and variable not in users:
            if not (setting.owned_parameters and plain in setting.function.parameters):
                pairs[variable] = plain
            if variable in setting.bars and plain in setting.bars and variable not in setting.forward_shadows:
                pairs[setting.bars[variable]] = setting.bars[plain]
    fixed = fixed_names([*forward, *reverse])
    pairs = {numbered: plain for numbered, plain in pairs.items() if not {numbered, plain} & fixed}
    return merged_names(forward, reverse, [*result, output], pairs)


def _lines_of_exits(forward: Block) -> dict[str, int]:
    """The lines at which flags are raised, for those that are raised at one."""
    lines: dict[str, set[int]] = {}
    for statement in statements(forward):
        if isinstance(statement, gast.Assign) and isinstance(statement.targets[0], gast.Name):
            if isinstance(statement.value, gast.Constant) and statement.value.value is True:
                lines.setdefault(statement.targets[0].id, set()).add(getattr(statement, "lineno", 0))
    return {flag: line for flag, (line, *more) in lines.items() if not more and line}


def _substituted(output: gast.expr, values: dict[str, gast.expr]) -> gast.expr:
    from srcdiff.build import substitute

    result: gast.expr = substitute(output, values)
    return result


def with_lines(body: Block, function: core.Function, line: int | None = None) -> tuple[Block, int | None]:
    """The reverse sweep with each primal line quoted over what came from it; headers of blocks go without."""
    out: Block = []
    for statement in body:
        nest = isinstance(statement, gast.For) and getattr(statement, "nest", False)
        if isinstance(statement, (gast.For, gast.While, gast.With)) and not nest:
            inner, _ = with_lines(statement.body, function)
            out.append(_with_body(statement, inner))
            line = None
            continue
        if isinstance(statement, gast.If):
            body_, orelse = with_lines(statement.body, function)[0], with_lines(statement.orelse, function)[0]
            made = gast.If(statement.test, body_, orelse)
            made.note = getattr(statement, "note", None)
            out.append(noted(statement_like(made, statement)))
            line = None
            continue
        own = getattr(statement, "lineno", None)
        if own is not None and own != line:
            out.append(Comment(f"line {own}: {quote(function.source, own)}"))
            line = own
        out.append(statement)
    return out, line


def _with_body(statement: gast.For | gast.While | gast.With, body: Block) -> gast.stmt:
    if isinstance(statement, gast.For):
        made: gast.stmt = gast.For(statement.target, statement.iter, body, [], None)
    elif isinstance(statement, gast.While):
        made = gast.While(statement.test, body, [])
    else:
        made = gast.With(statement.items, body, None)
    return statement_like(made, statement)


def parameters_text(function: core.Function, extra: str) -> str:
    """The parameters, with the annotations that are plain kinds of number."""
    plain = {"float", "int", "complex", "bool"}
    notes = {}
    for argument in [*function.source.tree.args.args, *function.source.tree.args.posonlyargs]:
        if isinstance(argument.annotation, gast.Name) and argument.annotation.id in plain:
            notes[argument.id] = argument.annotation.id
    shown = [f"{p}: {notes[p]}" if p in notes else p for p in function.parameters]
    return ", ".join([*shown, extra] if extra else shown)


def joint_text(draft: Draft, title: str, returned: gast.expr) -> str:
    """The text of the function with both sweeps in it."""
    setting, function = draft.setting, draft.setting.function
    body: Block = []
    if draft.forward:
        body += [Comment("forward sweep"), *with_notes(draft.forward)]
    reverse, _ = with_lines(draft.reverse, function)
    body += [Comment("reverse sweep", blank_before=bool(draft.forward)), *reverse, gast.Return(returned)]
    place = f"{_base(function.source.filename)}:{function.source.first_line}"
    docstring = f"Adjoint of `{function.name}` ({place}) with respect to {', '.join(draft.returned)}."
    return emit_function(title, parameters_text(function, f"{setting.gradient}=1.0"), docstring, body)


def _base(filename: str) -> str:
    return filename.replace("\\", "/").rsplit("/", 1)[-1]


def seed_check(setting: Setting, output: gast.expr) -> gast.stmt:
    """`gradient = seed(gradient, output)`."""
    return assign(setting.gradient, call(setting.helper(runtime.seed), name(setting.gradient), output))


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
