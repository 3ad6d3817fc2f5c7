"""What each pass of forward mode does to a draft, and the text of the tangent function."""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.analysis.activity import active_names
from srcdiff.analysis.structure import root_name
from srcdiff.build import call, display
from srcdiff.emit import emit_function
from srcdiff.runtime import copy
from srcdiff.simplify.algebra import simplify_algebra
from srcdiff.simplify.deadcode import _DeadCode
from srcdiff.simplify.exits import native_exits
from srcdiff.simplify.forwarding import forward_temporaries
from srcdiff.simplify.polish import plainer
from srcdiff.simplify.reading import Reading
from srcdiff.simplify.recompute import expand_temporaries
from srcdiff.transform.assemble import parameters_text
from srcdiff.transform.draft import Draft
from srcdiff.transform.forward import Block, Forward
from srcdiff.transform.forward_calls import TangentCalls
from srcdiff.transform.forward_rules import Tangent

__all__ = ["drop_dead", "forward", "own_memory", "polish", "push", "put_signs_first", "simplify", "tangent_text"]


def tangent_text(draft: Draft, title: str) -> str:
    """The text of `f_tangent(*parameters, *tangents)`, which returns (output, output_tangent).

    With `has_aux` the output is (output, aux), and the tangent that of the first alone.
    """
    function = draft.setting.function
    dots = [draft.tangents.dot_name(variable) for variable in draft.wrt]
    return emit_function(
        title, parameters_text(function, ", ".join(dots)), _docstring(function, draft.wrt), draft.forward
    )


def push(draft: Draft) -> None:
    """Transform: each statement to itself and to what it does to tangents."""
    setting, calls = draft.setting, draft.calls
    assert isinstance(calls, TangentCalls)
    everything = set(setting.facts.of)
    varied = active_names(setting.function, set(draft.wrt), setting.facts, setting.storage, everything, setting.effects)
    temporary = setting.names.taken - draft.users if "recompute" in calls.lean else None
    draft.tangents = pushed = Forward(setting, calls, varied, temporary)
    for variable in draft.wrt:
        pushed.dot_name(variable)
    body = pushed.body()
    output_dot, before = _output_tangent(pushed, draft.result, aux=draft.aux)
    body = expand_temporaries([*body, *before], pushed.cheap)
    draft.forward = [*body, gast.Return(display([draft.result, output_dot]))]


def _docstring(function: core.Function, wrt: tuple[str, ...]) -> str:
    source = function.source
    place = f"{source.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{source.first_line}"
    return f"`{function.name}` ({place}) and its tangent with respect to {', '.join(wrt)}."


def _output_tangent(forward: Forward, output: gast.expr, *, aux: bool) -> tuple[gast.expr, Block]:
    """The tangent of what is returned, and what computes it."""
    tangent = Tangent(forward, "output")
    value = _returned(forward, tangent, _differentiated(output, aux=aux))
    return value, tangent.statements


def _differentiated(output: gast.expr, *, aux: bool) -> gast.expr:
    return output.elts[0] if aux and isinstance(output, gast.Tuple) else output


def _returned(forward: Forward, tangent: Tangent, node: gast.expr) -> gast.expr:
    if isinstance(node, (gast.Tuple, gast.List)):
        items = [_returned(forward, tangent, item) for item in node.elts]
        return type(node)(items, gast.Load())
    if isinstance(node, gast.Dict):
        return gast.Dict(list(node.keys), [_returned(forward, tangent, v) for v in node.values])
    value = tangent.operand_or_zero(node)
    read_only = isinstance(node, gast.Name) and node.id in forward.narrow
    return call(forward.setting.helper(copy), value) if read_only else value


# Lean passes.


def simplify(draft: Draft) -> None:
    """Apply the identities of algebra to tangents; the primal's own statements stay as they are."""
    draft.forward = _simplified(draft.forward, draft.tangents, set(draft.tangents.dots.values()))


def forward(draft: Draft) -> None:
    """Write an expression that is used once where it is used."""
    setting, pushed = draft.setting, draft.tangents
    known = {dot for variable, dot in pushed.dots.items() if variable in draft.users}
    kept = draft.users | known | set(setting.objects) | set(setting.function.parameters)
    draft.forward, _ = forward_temporaries(draft.forward, [], pushed.reading, setting.names.taken - kept)


def drop_dead(draft: Draft) -> None:
    """Leave out tangents that nothing reads."""
    pushed = draft.tangents
    draft.forward, _ = _DeadTangents(pushed, pushed.reading, set(pushed.dots.values())).block(draft.forward, set())


def put_signs_first(draft: Draft) -> None:
    """Write `-(a * b)` as `-a * b`: the same number."""
    facts = draft.setting.facts
    draft.forward = plainer(draft.forward, lambda node: facts(node).kind == "number")


def own_memory(draft: Draft) -> None:
    """Give tangents memory of their own where they would share another's."""
    draft.forward = draft.tangents.own_memory(draft.forward)


def polish(draft: Draft) -> None:
    """Leave loops by `break` and `continue` where the primal does."""
    draft.forward = native_exits(draft.forward)


def _simplified(body: Block, forward: Forward, dots: set[str]) -> Block:
    out: Block = []
    for statement in body:
        target = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", [])), None)
        if target is not None and root_name(target) in dots:
            statement = simplify_algebra([statement], forward.setting)[0]
        elif isinstance(statement, gast.Return) and isinstance(statement.value, gast.Tuple):
            statement = _simplified_return(statement, forward)
        for field in ("body", "orelse"):
            inner = getattr(statement, field, None)
            if inner and not isinstance(statement, gast.FunctionDef):
                setattr(statement, field, _simplified(inner, forward, dots))
        out.append(statement)
    return out


def _simplified_return(statement: gast.Return, forward: Forward) -> gast.Return:
    primal, tangent = statement.value.elts
    simpler = simplify_algebra([gast.Expr(tangent)], forward.setting)[0]
    return gast.copy_location(gast.Return(display([primal, simpler.value])), statement)


class _DeadTangents(_DeadCode):
    """Tangents that nothing reads, and temporaries that were written out: every other statement stays."""

    def __init__(self, forward: Forward, reading: Reading, dots: set[str]) -> None:
        super().__init__(forward.setting, reading, derived=False, everything=True)
        self.dots = dots

    def is_dead(self, statement: gast.stmt, live: set[str]) -> bool:
        target = getattr(statement, "target", None) or next(iter(getattr(statement, "targets", [])), None)
        if not isinstance(target, gast.Name) or target.id in live:
            return False
        if target.id not in self.dots:
            value = getattr(statement, "value", None)
            return isinstance(value, gast.Name) and value.id in self.setting.facts.inner
        if isinstance(statement, gast.AugAssign) and self.reading.cells_of(target.id):
            return False
        return not any(isinstance(n, gast.Call) and self.may_write(n) for n in gast.walk(statement.value))

    def may_write(self, node: gast.Call) -> bool:
        """Calls that change tangents in place."""
        if isinstance(node.func, gast.Name):
            return node.func.id in self.setting.writing_calls
        return isinstance(node.func, gast.Attribute) and node.func.attr in ("pop", "append", "setdefault")
