"""A primal to its tangent function: the analyses, the forward transform, the lean passes, the text."""

from __future__ import annotations

import gast

from srcdiff import core
from srcdiff.analysis.activity import active_names
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import root_name
from srcdiff.build import call, display
from srcdiff.emit import emit_function
from srcdiff.load import load
from srcdiff.normalize import normalize
from srcdiff.pipeline import Generated, Request
from srcdiff.runtime import copy
from srcdiff.simplify.algebra import simplify_algebra
from srcdiff.simplify.deadcode import _DeadCode
from srcdiff.simplify.exits import native_exits
from srcdiff.simplify.forwarding import forward_temporaries
from srcdiff.simplify.reading import Reading
from srcdiff.simplify.recompute import expand_temporaries
from srcdiff.source import read
from srcdiff.transform.assemble import LEAN, is_scalar, parameters_text
from srcdiff.transform.build_adjoint import Prepared, prepare
from srcdiff.transform.forward import Block, Forward
from srcdiff.transform.forward_calls import TangentCalls
from srcdiff.transform.forward_rules import Tangent
from srcdiff.transform.forward_writes import written_parameters
from srcdiff.transform.module import Module

__all__ = ["build_tangent", "write_tangent"]


def build_tangent(request: Request) -> Generated:
    """Generate `f_tangent(*parameters, *tangents)`, which returns (output, output_tangent).

    With `has_aux` the output is (output, aux), and the tangent that of the first alone.
    """
    from srcdiff.transform.forms import parameter_facts

    function = normalize(read(request.primal))
    module = Module()
    lean = LEAN if request.lean is None else request.lean
    calls = TangentCalls(module, lean)
    facts = parameter_facts(request, function.parameters)
    title = module.names.word(f"{function.name}_tangent")
    prepared = write_tangent(calls, title, function, request.wrt, facts, aux=request.has_aux, outermost=True)
    text = module.text()
    namespace = {key: value for key, value in module.objects.items() if key not in module.imports}
    return Generated(
        text,
        {"tangent": load(text, title, namespace)[title]},
        function.parameters,
        is_scalar(prepared.setting, _differentiated(prepared.output, aux=request.has_aux)),
        tuple(written_parameters(prepared.setting)),
        tuple(module.captured.values()),
    )


def write_tangent(
    calls: TangentCalls,
    title: str,
    function: core.Function,
    wrt: tuple[str, ...],
    facts: dict[str, Fact],
    written: frozenset[str] = frozenset(),
    *,
    aux: bool = False,
    outermost: bool = False,
) -> Prepared:
    """Add the text of a tangent function to the module.

    Parameters
    ----------
    calls : TangentCalls
        The functions that the module differentiates.
    title : str
        Its name.
    wrt : tuple of str
        The parameters that have tangents.
    written : frozenset of str
        Parameters that it writes into, and whose tangents its caller reads.
    outermost : bool
        It is called by people: it leaves its arguments alone, and its results share memory with nothing.
    """
    prepared = prepare(function, wrt, facts, calls.module, calls, aux=aux, owned=not outermost, also_useful=written)
    setting = prepared.setting
    everything = set(setting.facts.of)
    varied = active_names(setting.function, set(wrt), setting.facts, setting.storage, everything, setting.effects)
    temporary = setting.names.taken - prepared.users if "recompute" in calls.lean else None
    forward = Forward(setting, calls, varied, temporary)
    tangents = [forward.dot_name(variable) for variable in wrt]
    body = forward.body()
    output_dot, before = _output_tangent(forward, prepared.output, aux=aux)
    body = expand_temporaries([*body, *before], forward.cheap)
    body.append(gast.Return(display([prepared.output, output_dot])))
    body = _lean(forward, body, calls.lean, prepared.users)
    docstring = _docstring(function, wrt)
    text = emit_function(title, parameters_text(function, ", ".join(tangents)), docstring, body)
    calls.module.texts.append(text)
    return prepared


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


def _lean(forward: Forward, body: Block, lean: frozenset[str], users: set[str]) -> Block:
    """The lean passes, over tangent statements; the primal's own stay as they are."""
    setting = forward.setting
    dots = set(forward.dots.values())
    known = {dot for variable, dot in forward.dots.items() if variable in users}
    temporary = setting.names.taken - users - known - set(setting.objects) - set(setting.function.parameters)
    reading = forward.reading
    if "algebra" in lean:
        body = _simplified(body, forward, dots)
    for _ in range(3):
        if "forwarding" in lean:
            body, _ = forward_temporaries(body, [], reading, temporary)
        if "algebra" in lean:
            body = _simplified(body, forward, dots)
        if "deadcode" in lean:
            body, _ = _DeadTangents(forward, reading, dots).block(body, set())
    if "algebra" in lean:
        body = [_with_signs_first(statement) for statement in body]
    body = forward.own_memory(body)
    return native_exits(body) if lean else body


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


def _with_signs_first(node: gast.AST) -> gast.AST:
    """`-(a * b)` as `-a * b`: the same number."""
    if isinstance(node, gast.expr) and isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        product = node.operand
        if isinstance(product, gast.BinOp) and isinstance(product.op, (gast.Mult, gast.Div)):
            left = _with_signs_first(gast.UnaryOp(gast.USub(), product.left))
            return gast.copy_location(gast.BinOp(left, product.op, product.right), node)
    for field, value in gast.iter_fields(node):
        if isinstance(value, list):
            value[:] = [_with_signs_first(item) if isinstance(item, gast.AST) else item for item in value]
        elif isinstance(value, gast.AST):
            setattr(node, field, _with_signs_first(value))
    return node


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
