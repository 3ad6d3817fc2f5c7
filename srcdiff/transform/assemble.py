"""From sweeps to functions: the lean passes in order, seeds and results, the text."""

from __future__ import annotations

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
from srcdiff.simplify.deadcode import drop_dead_code
from srcdiff.simplify.forwarding import forward_temporaries
from srcdiff.simplify.keeping import write_kept
from srcdiff.simplify.ordering import order_groups
from srcdiff.simplify.reading import Reading
from srcdiff.simplify.recompute import cheap_temporaries, expand_temporaries
from srcdiff.simplify.recording import drop_needless_restores, drop_needless_saves
from srcdiff.transform.marks import Accumulate
from srcdiff.transform.reverse import Sweeps
from srcdiff.transform.setting import Setting

__all__ = ["LEAN", "Assembled", "finish", "seeds"]

Block = list[gast.stmt]

LEAN = frozenset(("activity", "recompute", "recording", "ordering", "forwarding", "algebra", "deadcode"))
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
    setting: Setting, sweeps: Sweeps, output: gast.expr, seed: Block, returned: Sequence[str], users: set[str],
    *, lean: frozenset[str], everything: bool, needs_output: bool, own_seed: bool, seed_fact: Fact,
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
    outside = {cell for bar in setting.in_place for cell in reading.cells_of(bar)} if setting.owned_parameters else set()
    result = [*(name(bar) for bar in sorted(bars)), *([output] if needs_output else [])]
    after = outside | {read for part in result for read in reading.reads(part)}
    reverse, kept = drop_needless_restores(reverse, reading, set(bars), decide="recording" in lean)
    forward = drop_needless_saves(forward, kept)
    forward, reverse, reading.stacks = write_kept(forward, reverse, setting.names)
    temporary = temporaries(setting, users)
    for _ in range(3):
        before = len(list(statements(forward))) + len(list(statements(reverse)))
        if "forwarding" in lean:
            forward, reverse = forward_temporaries(
                forward, reverse, reading, temporary - names_read(output) - bars, names_read(output) | bars
            )
        if "algebra" in lean:
            reverse = simplify_algebra(reverse, setting)
        if "deadcode" in lean:
            forward, reverse, crossing = drop_dead_code(setting, reading, forward, reverse, after, everything=everything)
        if len(list(statements(forward))) + len(list(statements(reverse))) == before:
            break
    mentioned = bars | {part.id for s in reverse for part in gast.walk(s) if isinstance(part, gast.Name)}
    crossing = crossing & mentioned if "deadcode" in lean else mentioned
    return Assembled(forward, reverse, output, is_scalar(setting, output), crossing)


def _substituted(output: gast.expr, values: dict[str, gast.expr]) -> gast.expr:
    from srcdiff.build import substitute

    result: gast.expr = substitute(output, values)
    return result


def with_lines(body: Block, function: core.Function, line: int | None = None) -> tuple[Block, int | None]:
    """The reverse sweep with each primal line quoted over what came from it; headers of blocks go without."""
    out: Block = []
    for statement in body:
        if isinstance(statement, (gast.For, gast.While, gast.With)):
            inner, line = with_lines(statement.body, function, line)
            out.append(_with_body(statement, inner))
            continue
        if isinstance(statement, gast.If):
            inner, last = with_lines(statement.body, function, line)
            orelse, last_else = with_lines(statement.orelse, function, line)
            out.append(gast.If(statement.test, inner, orelse))
            line = None if (last, last_else) != (line, line) else line
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


def joint_text(
    setting: Setting, assembled: Assembled, title: str, wrt: Sequence[str], returned: gast.expr
) -> str:
    """The text of the function with both sweeps in it."""
    function = setting.function
    body: Block = []
    if assembled.forward:
        body += [Comment("forward sweep"), *assembled.forward]
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


