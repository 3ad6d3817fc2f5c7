"""From sweeps to functions: the lean passes in order, seeds and results, the text."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field

import gast

from srcdiff import core, runtime
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import infer_statements
from srcdiff.analysis.structure import statements
from srcdiff.build import assign, call, constant, name, names_read, statement_like, subscript
from srcdiff.emit import Comment, emit_function, quote
from srcdiff.simplify.adjoints import write_adjoints
from srcdiff.simplify.algebra import simplify_algebra
from srcdiff.simplify.conditions import decide_again, told_by_exits
from srcdiff.simplify.deadcode import drop_dead_code
from srcdiff.simplify.exits import native_exits
from srcdiff.simplify.forwarding import forward_temporaries
from srcdiff.simplify.keeping import write_kept
from srcdiff.simplify.naming import fixed_names, merged_names, names_in_order, renamed, shorter_names
from srcdiff.simplify.notes import add_notes, lists_together, noted, with_notes
from srcdiff.simplify.ordering import order_groups
from srcdiff.simplify.polish import augmented, counted_by_lists, unpacked, without_trivial
from srcdiff.simplify.reading import Reading
from srcdiff.simplify.recompute import cheap_temporaries, expand_temporaries
from srcdiff.simplify.recording import drop_needless_restores, drop_needless_saves
from srcdiff.transform.marks import Accumulate, Site
from srcdiff.transform.reverse import Sweeps
from srcdiff.transform.setting import Setting

__all__ = ["LEAN", "Assembled", "finish", "seeds"]

Block = list[gast.stmt]

LEAN = frozenset(("recompute", "conditions", "recording", "ordering", "forwarding", "algebra", "deadcode", "polish"))
"""The lean passes; each can be switched off alone."""


@dataclass
class Assembled:
    """The two sweeps in plain Python, and what they are about.

    Attributes
    ----------
    output : gast.expr
        The primal's result, as an expression at the end of the forward sweep.
    crossing : set of str
        The variables that the reverse sweep takes from the forward sweep.
    """

    forward: Block
    reverse: Block
    output: gast.expr
    scalar: bool = False
    crossing: set[str] = field(default_factory=set)


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


def is_scalar(setting: Setting, output: gast.expr) -> bool:
    """Whether the result is proved a real number."""
    fact = setting.facts(output)
    return fact.kind == "number" and fact.letter != "c"


def temporaries(setting: Setting, users: set[str]) -> set[str]:
    """The variables that the text may do without: not the user's own, nor their adjoints."""
    known = {bar for variable, bar in setting.bars.items() if variable in users}
    return setting.names.taken - users - known - set(setting.objects)


def finish(
    setting: Setting,
    sweeps: Sweeps,
    output: gast.expr,
    seed: Block,
    returned: Sequence[str],
    users: set[str],
    *,
    lean: frozenset[str],
    everything: bool,
    needs_output: bool,
    own_seed: bool,
    seed_fact: Fact,
) -> Assembled:
    """Run the lean passes and write the marks as plain statements.

    Parameters
    ----------
    output : gast.expr
        What the primal returns.
    seed : list of gast.stmt
        What starts the reverse sweep.
    returned : sequence of str
        Variables whose adjoints are returned.
    users : set of str
        The variables that the user named.
    everything : bool
        Keep every statement of the primal (its value is returned too).
    needs_output : bool
        The caller reads `output`.
    own_seed : bool
        `gradient` is in memory of the function's own.
    seed_fact : Fact
        What is known of `gradient`.
    """
    forward, reverse = sweeps.forward, [*seed, *sweeps.reverse]
    reading = Reading(setting)
    temporary = setting.names.taken - users
    if "recompute" in lean:
        values = cheap_temporaries(setting, reading, temporary)
        setting.recomputed = values
        forward, reverse = expand_temporaries(forward, values), expand_temporaries(reverse, values)
        output = _substituted(output, values)
    if "conditions" in lean:
        forward, reverse = told_by_exits(setting, forward, reverse, temporary)
        forward, reverse = decide_again(setting, forward, reverse)
    setting.facts.helpers = setting.objects
    setting.facts.of[setting.gradient] = seed_fact
    reverse = write_adjoints(setting, reverse, list(returned), {setting.gradient: own_seed})
    if "recompute" in lean:
        reverse = expand_temporaries(reverse, values)  # zeros may be made in the shape of a temporary
    bars = {setting.bar_name(variable) for variable in returned}
    infer_statements(setting.facts, reverse)
    if "algebra" in lean:
        reverse = simplify_algebra(reverse, setting)
    reading = Reading(setting)
    if "ordering" in lean:
        reverse = order_groups(reverse, reading, temporaries(setting, users) - bars)
    outside = (
        {cell for bar in setting.in_place for cell in reading.cells_of(bar)} if setting.owned_parameters else set()
    )
    result = [*(name(bar) for bar in sorted(bars)), *([output] if needs_output else [])]
    after = outside | {read for part in result for read in reading.reads(part)}
    reverse, kept = drop_needless_restores(reverse, reading, set(bars), decide="recording" in lean)
    forward = drop_needless_saves(forward, kept)
    forward, reverse, sites = write_kept(forward, reverse, setting.names)
    reading.stacks = {variable for variable, site in sites.items() if site.in_loop}
    temporary = temporaries(setting, users)
    crossing = set(setting.names.taken)
    for _ in range(3):
        before = len(list(statements(forward))) + len(list(statements(reverse)))
        if "forwarding" in lean:
            forward, reverse = forward_temporaries(
                forward, reverse, reading, temporary - names_read(output) - bars, names_read(output) | bars
            )
        if "algebra" in lean:
            reverse = simplify_algebra(reverse, setting)
        if "deadcode" in lean:
            forward, reverse, crossing = drop_dead_code(
                setting, reading, forward, reverse, after, everything=everything
            )
        if len(list(statements(forward))) + len(list(statements(reverse))) == before:
            break
    if "polish" in lean:
        forward, reverse, output, names = _polished(setting, forward, reverse, output, users, sites, result)
        crossing |= {names.get(variable, variable) for variable in crossing}
    mentioned = bars | {part.id for s in reverse for part in gast.walk(s) if isinstance(part, gast.Name)}
    crossing &= mentioned
    return Assembled(forward, reverse, output, is_scalar(setting, output), crossing)


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
    forward = unpacked(forward, names_read([*reverse, *result, output]))
    forward = native_exits(forward, names_read([*reverse, *result, output]))
    fixed = (
        fixed_names([*forward, *reverse])
        | users
        | set(setting.objects)
        | set(setting.function.parameters)
        | {setting.gradient}
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
    forward = lists_together(forward, {shorter.get(s, s) for s in stacks})
    add_notes(forward, reverse, sites, raised)
    merged = {variable: names.get(variable, variable) for variable in (*names, *shorter)}
    return forward, reverse, output, {old: shorter.get(new, new) for old, new in merged.items()}


def _numbered_webs(
    setting: Setting, forward: Block, reverse: Block, output: gast.expr, users: set[str], result: list[gast.expr]
) -> dict[str, str]:
    """The user's own names for variables that were told apart, where the text need not tell them apart."""
    pairs = {}
    for variable in setting.facts.of:
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
        if isinstance(statement, (gast.For, gast.While, gast.With)):
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


def joint_text(setting: Setting, assembled: Assembled, title: str, wrt: Sequence[str], returned: gast.expr) -> str:
    """The text of the function with both sweeps in it."""
    function = setting.function
    body: Block = []
    if assembled.forward:
        body += [Comment("forward sweep"), *with_notes(assembled.forward)]
    reverse, _ = with_lines(assembled.reverse, function)
    body += [Comment("reverse sweep", blank_before=bool(assembled.forward)), *reverse, gast.Return(returned)]
    place = f"{_base(function.source.filename)}:{function.source.first_line}"
    docstring = f"Adjoint of `{function.name}` ({place}) with respect to {', '.join(wrt)}."
    return emit_function(title, parameters_text(function, f"{setting.gradient}=1.0"), docstring, body)


def _base(filename: str) -> str:
    return filename.replace("\\", "/").rsplit("/", 1)[-1]


def seed_check(setting: Setting, output: gast.expr) -> gast.stmt:
    """`gradient = seed(gradient, output)`."""
    return assign(setting.gradient, call(setting.helper(runtime.seed), name(setting.gradient), output))
