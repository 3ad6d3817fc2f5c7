"""How the cotangent of an expression's value reaches its operands: one short method per kind of expression."""

from __future__ import annotations

import types
from typing import Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.activity import carriers
from srcdiff.analysis.application import applied_rule, is_constant_argument
from srcdiff.analysis.origins import call_target, is_basic_index
from srcdiff.analysis.shapes import Shape
from srcdiff.build import assign, attribute, call, constant, is_constant, multiply, name, negate, subscript
from srcdiff.errors import UnsupportedError
from srcdiff.rules import registry
from srcdiff.rules.operators import BINARY, UNARY
from srcdiff.transform import containers
from srcdiff.transform.inline import UnknownArgument, bind_arguments, signature
from srcdiff.transform.marks import Accumulate
from srcdiff.transform.setting import Setting, refuse_operator

__all__ = ["contributions", "scale"]


def scale(gradient: gast.expr, partial: gast.expr) -> gast.expr:
    """`gradient * partial`, written as products and quotients are by hand."""
    if is_constant(partial, 1, 1.0):
        return gradient
    if isinstance(partial, gast.UnaryOp) and isinstance(partial.op, gast.USub):
        return negate(scale(gradient, partial.operand))
    if is_constant(partial, -1, -1.0):
        return negate(gradient)
    if isinstance(partial, gast.BinOp) and isinstance(partial.op, gast.Div):
        return gast.BinOp(scale(gradient, partial.left), gast.Div(), partial.right)
    if isinstance(partial, gast.BinOp) and isinstance(partial.op, gast.Mult):
        return scale(scale(gradient, partial.left), partial.right)
    if isinstance(gradient, gast.UnaryOp) and isinstance(gradient.op, gast.USub):
        return negate(multiply(gradient.operand, partial))
    return multiply(gradient, partial)


def contributions(
    setting: Setting, target: str, node: gast.expr, gradient: gast.expr, shape: Shape | None, output: gast.expr
) -> list[gast.stmt]:
    """The statements that pass `gradient`, the cotangent of `node`, on to the operands.

    Parameters
    ----------
    target : str
        The variable that the value goes to; names temporaries.
    shape : Shape or None
        The shape of `gradient`, where it is known.
    output : gast.expr
        The value itself, for rules that read it.
    """
    return _Contributions(setting, target, gradient, shape, output)(node)


def _conjugate_number(value: complex) -> gast.expr:
    if value.real == 0.0:
        return negate(constant(value))
    return constant(value.conjugate())


class _Contributions:
    def __init__(
        self, setting: Setting, target: str, gradient: gast.expr, shape: Shape | None, output: gast.expr
    ) -> None:
        self.setting = setting
        self.target = target
        self.gradient = gradient
        self.shape = shape
        self.output = output
        self.statements: list[gast.stmt] = []
        self.in_complex = False

    def __call__(self, node: gast.expr) -> list[gast.stmt]:
        self.in_complex = self.involves_complex(node)
        made = containers.passed_on(self.setting, node, self.gradient)
        if made is not None:
            return made
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.setting.unsupported(
                node, f"`{type(node).__name__}` with a derivative", "Write it with the operations that are supported."
            )
        method(node)
        return self.merged()

    def involves_complex(self, node: gast.expr) -> bool:
        """Whether an operation may give a complex result, or have a complex operand."""
        facts = self.setting.facts
        return facts.complex_numbers and (facts.maybe_complex(node) or self.may_be_complex(node))

    def merged(self) -> list[gast.stmt]:
        """One addition for each operand, however often it occurs: `x * x` adds `2 * gradient * x`."""
        out: list[gast.stmt] = []
        first: dict[str, Accumulate] = {}
        for statement in self.statements:
            whole = isinstance(statement, Accumulate) and isinstance(statement.target, gast.Name)
            if whole and not statement.container:
                known = first.get(statement.target.id)
                if known is not None:
                    known.value = self.total(known.value, statement.value)
                    out.remove(known)
                    out.append(known)
                    continue
                first[statement.target.id] = statement
            out.append(statement)
        return out

    def total(self, a: gast.expr, b: gast.expr) -> gast.expr:
        """`a + b`, summed over broadcast axes together."""
        if isinstance(a, gast.Call) and isinstance(b, gast.Call) and len(a.args) == len(b.args) == 2:
            if self.setting.object_named(a.func) is self.setting.object_named(b.func) is runtime.unbroadcast:
                return gast.Call(a.func, [gast.BinOp(a.args[0], gast.Add(), b.args[0]), a.args[1]], [])
        return gast.BinOp(a, gast.Add(), b)

    # Adding to the adjoint of an operand.

    def add(self, operand: gast.expr, value: gast.expr, shape: Shape | None = None, *, fits: bool = False) -> None:
        """Add `value` to the adjoint of an operand.

        `shape` is that of `value`; with `fits` it is known to have the operand's shape and kind.
        """
        if isinstance(operand, (gast.Tuple, gast.List)):
            self.add_items(operand, value)
            return
        if not self.setting.is_active(operand):
            return
        assert isinstance(operand, gast.Name)
        variable = operand.id
        fact = self.setting.fact(variable)
        settled = fits or self.fits(variable, shape)
        waits = variable in self.setting.deferred
        if self.in_complex and not fits and fact.letter != "c":
            if not fact.surely_real:  # only a run can tell
                settled = waits = False
            elif settled or waits:
                value = attribute(value, "real")
        if not settled:
            if waits:
                self.setting.bar_shapes[variable] = shape
            elif fact.numeric or fact.kind == "anything":
                value = call(self.setting.helper(runtime.unbroadcast), value, name(variable))
        container = fact.container or fact.kind == "anything"
        self.statements.append(Accumulate(self.setting.bar(variable), value, container=container))

    def add_items(self, operand: gast.Tuple | gast.List, value: gast.expr) -> None:
        if not any(self.setting.is_active(item) for item in operand.elts):
            return
        parts = value
        if not isinstance(value, (gast.Tuple, gast.List)):
            local = self.setting.names.fresh(f"{self.target}_parts_bar")
            self.statements.append(assign(local, value))
            parts = name(local)
        for index, item in enumerate(operand.elts):
            shown = isinstance(parts, (gast.Tuple, gast.List))
            part = parts.elts[index] if shown else subscript(parts, constant(index))
            self.add(item, part, fits=True)

    def fits(self, variable: str, shape: Shape | None) -> bool:
        """Whether a value of this shape needs neither summing nor converting to be added to an adjoint."""
        fact = self.setting.fact(variable)
        if shape is None or fact.shape != shape or not fact.numeric:
            return False
        if fact.kind == "array" and fact.rank == 0:
            return False  # arithmetic on arrays without dimensions gives numbers
        if variable not in self.setting.wrt:
            return True
        return fact.kind == "number"

    # Kinds of expression.

    def _name(self, node: gast.Name) -> None:
        self.add(node, self.gradient, self.shape)

    def _constant(self, node: gast.Constant) -> None:
        return

    def _binop(self, node: gast.BinOp) -> None:
        refuse_operator(self.setting, node)
        function = BINARY[type(node.op)]
        self.rule(node, function, [node.left, node.right], [])

    def _unaryop(self, node: gast.UnaryOp) -> None:
        if type(node.op) in UNARY:
            self.rule(node, UNARY[type(node.op)], [node.operand], [])

    def _compare(self, node: gast.Compare) -> None:
        return

    def _joinedstr(self, node: gast.JoinedStr) -> None:
        return

    def _tuple(self, node: gast.Tuple | gast.List) -> None:
        for index, item in enumerate(node.elts):
            if isinstance(item, gast.Starred):
                if self.setting.is_active(item.value):
                    raise self.setting.unsupported(
                        item, "a starred item with a derivative", "Name the items one by one."
                    )
            elif self.setting.is_active(item):
                self.add(item, subscript(self.gradient, constant(index)), fits=True)

    _list = _tuple

    def _dict(self, node: gast.Dict) -> None:
        for key, item in zip(node.keys, node.values, strict=True):
            if self.setting.is_active(item):
                if key is None:
                    raise self.setting.unsupported(item, "`**` in a dictionary with a derivative", "Name the keys.")
                self.add(item, subscript(self.gradient, key), fits=True)

    def _subscript(self, node: gast.Subscript) -> None:
        owner = self.setting.facts(node.value)
        if not owner.numeric and not owner.container:
            if any(self.setting.is_active(part) for part in gast.walk(node.slice)):
                raise self.setting.unsupported(
                    node,
                    "a subscript that carries a derivative, of something else than an array",
                    "Use np.concatenate for `np.r_`, np.column_stack for `np.c_`.",
                )
        if not self.setting.is_active(node.value):
            return
        assert isinstance(node.value, gast.Name)
        fact = self.setting.fact(node.value.id)
        basic = is_basic_index(node.slice, self.setting.facts)
        plain = basic and (fact.numeric or containers.holds_floats(fact))
        element = subscript(self.setting.bar(node.value.id), node.slice)
        self.statements.append(Accumulate(element, self.gradient, scatter=not plain))

    def _attribute(self, node: gast.Attribute) -> None:
        if not self.setting.is_active(node.value):
            return
        assert isinstance(node.value, gast.Name)
        fact = self.setting.fact(node.value.id)
        if fact.kind in ("record", "tuple") and node.attr in fact.keys:
            key: Any = node.attr if fact.kind == "record" else fact.keys.index(node.attr)
            element = subscript(self.setting.bar(node.value.id), constant(key))
            self.statements.append(Accumulate(element, self.gradient, scatter=True))
            return
        descriptor = getattr(np.ndarray, node.attr, None)
        if registry.lookup(descriptor) is None or not fact.numeric:
            raise self.setting.unsupported(
                node,
                f"the attribute `.{node.attr}` of something that carries a derivative",
                "Take it from an array, a dataclass or a named tuple.",
            )
        self.rule(node, descriptor, [node.value], [])

    def _call(self, node: gast.Call) -> None:
        function, arguments = call_target(node, self.setting.facts)
        if any(isinstance(a, gast.Starred) for a in arguments):
            raise self.setting.unsupported(
                node, "a starred argument with a derivative", "Name the arguments one by one."
            )
        if function is None or registry.lookup(function) is None:
            raise self.setting.no_rule(node, "adjoint")
        self.rule(node, function, arguments, node.keywords)

    # Rules.

    def rule(self, node: gast.expr, function: Any, arguments: list[gast.expr], keywords: list[gast.keyword]) -> None:
        """The contributions of a function that has a rule."""
        self.refuse_nested([*arguments, *(keyword.value for keyword in keywords)])
        rule = applied_rule(function, arguments, keywords, self.setting.facts)
        assert rule is not None, function
        try:
            if rule.kind == "constant":
                return
            if rule.expressions:
                self.elementwise(node, rule, arguments, keywords)
            else:
                self.general(node, rule, arguments, keywords)
        except UnknownArgument as problem:
            raise self.setting.unsupported(
                node, f"`{rule.name}` with {problem} has no rule", "Leave the argument out, or register a rule."
            ) from None
        except UnsupportedError as error:
            if error.place is None:
                raise self.setting.unsupported(node, error.what, error.way_out) from None
            raise

    def refuse_nested(self, arguments: list[gast.expr]) -> None:
        """What carries a derivative stands in a variable by now; anything else would lose it."""
        for argument in arguments:
            if isinstance(argument, (gast.Tuple, gast.List)):
                self.refuse_nested(argument.elts)
            elif not isinstance(argument, (gast.Name, gast.Starred)):
                if any(variable in self.setting.active for variable in carriers(argument, self.setting.facts)):
                    text = gast.unparse(argument).strip()
                    raise self.setting.unsupported(argument, f"`{text}` with a derivative", "Take it apart.")

    def elementwise(
        self, node: gast.expr, rule: registry.Rule, arguments: list[gast.expr], keywords: list[gast.keyword]
    ) -> None:
        keywords = [k for k in keywords if k.arg != "out"]
        if keywords or len(arguments) != len(rule.expressions):
            label = f"`{keywords[0].arg}=`" if keywords else f"{len(arguments)} operands"
            raise UnknownArgument(label)
        values = dict(zip(rule.parameters, arguments, strict=True))
        for key, argument, partial in zip(rule.parameters, arguments, rule.expressions, strict=True):
            if not self.setting.is_active(argument) or partial == "0":
                continue
            if key in rule.refused:
                raise UnknownArgument(f"a derivative by `{gast.unparse(argument).strip()}`, its parameter `{key}`,")
            self.add(argument, self.scaled(partial, values), self.elementwise_shape(arguments))

    def elementwise_shape(self, arguments: list[gast.expr]) -> Shape | None:
        """The cotangent has the shape of the output, which all operands broadcast to."""
        return self.shape

    def scaled(self, partial: str | registry.Template, values: dict[str, gast.expr]) -> gast.expr:
        """The cotangent times a partial derivative."""
        values = {**values, "output": self.output}
        if isinstance(partial, str):
            return scale(self.gradient, self.conjugated(self.setting.inliner.expression(partial, values)))
        parameters = signature(partial.function).parameters
        bound = {key: values[key] for key in parameters if key in values and key != "output"}
        extra = {"output": self.output, "gradient": self.gradient}
        inlined = self.setting.inliner.template(partial, bound, extra, self.target)
        self.statements += inlined.statements
        return inlined.value if "gradient" in parameters else scale(self.gradient, self.conjugated(inlined.value))

    def conjugated(self, partial: gast.expr) -> gast.expr:
        """The conjugate of a partial derivative, where that may be complex."""
        if not self.in_complex or not self.may_be_complex(partial):
            return partial
        if isinstance(partial, gast.UnaryOp) and isinstance(partial.op, gast.USub):
            return negate(self.conjugated(partial.operand))
        if isinstance(partial, gast.BinOp) and isinstance(partial.op, (gast.Mult, gast.Div)):
            if not (self.may_be_complex(partial.left) and self.may_be_complex(partial.right)):
                return gast.BinOp(self.conjugated(partial.left), partial.op, self.conjugated(partial.right))
        if isinstance(partial, gast.Constant):
            return _conjugate_number(partial.value)
        return call(f"{self.setting.refer(np, 'np')}.conj", partial)

    def may_be_complex(self, expression: gast.expr) -> bool:
        """Whether an expression in generated text may be complex: by its variables, or where complex numbers arise."""
        facts = self.setting.facts
        for part in gast.walk(expression):
            if isinstance(part, gast.Constant) and isinstance(part.value, complex):
                return True
            if isinstance(part, gast.Call):
                rule = registry.lookup(self.setting.object_named(part.func))
                if rule is None or rule.returns == "complex":
                    return True
            if isinstance(part, gast.Name) and facts.maybe_complex(part):
                known = self.setting.object_named(part) if part.id not in facts.of else None
                if not (callable(known) or isinstance(known, types.ModuleType)):
                    return True
        return False

    def general(
        self, node: gast.expr, rule: registry.Rule, arguments: list[gast.expr], keywords: list[gast.keyword]
    ) -> None:
        if not rule.adjoints:
            raise UnsupportedError(
                f"`{rule.name}` has no reverse-mode rule", f"Register one with @srcdiff.adjoint({rule.name})."
            )
        extra = {"output": self.output, "gradient": self.gradient}
        keywords = [k for k in keywords if k.arg != "out"]
        reached: set[str] = set()
        for template in rule.adjoints:
            bound = bind_arguments(template.function, arguments, keywords)
            if template.wrt is not None:
                reached.add(template.wrt)
                if self.carries(bound.get(template.wrt)):
                    inlined = self.setting.inliner.template(template, bound, extra, self.target)
                    self.statements += inlined.statements
                    self.one(bound[template.wrt], inlined.value)
                continue
            inlined = self.setting.inliner.template(template, bound, extra, self.target)
            self.statements += inlined.statements
            reached |= self.distribute(bound, inlined.value, rule.active)
        self.refuse_unreached(rule, bind_arguments(rule.adjoints[0].function, arguments, keywords), reached)

    def refuse_unreached(self, rule: registry.Rule, bound: dict[str, Any], reached: set[str]) -> None:
        """An argument that carries a derivative which the rule does not give would silently lose it."""
        if getattr(rule.function, "__module__", None) == "srcdiff.runtime":
            return  # of their other arguments, only the shape counts
        for key, value in bound.items():
            if self.carries(value) and (key not in reached or key in rule.refused):
                if not is_constant_argument(rule, key):
                    raise UnknownArgument(f"a derivative by `{key}`")

    def carries(self, value: Any) -> bool:
        if isinstance(value, list):
            return any(self.carries(item) for item in value)
        if isinstance(value, (gast.Tuple, gast.List)):
            return any(self.carries(item) for item in value.elts)
        return self.setting.is_active(value)

    def distribute(self, bound: dict[str, Any], value: gast.expr, active: tuple[str, ...]) -> set[str]:
        """One gradient for each parameter in order, or the gradient of the first alone; the names of these."""
        parameters = list(bound.items())
        if not isinstance(value, gast.Tuple):
            self.one(parameters[0][1], value)
            return {parameters[0][0]}
        reached = set()
        for (key, argument), part in zip(parameters, value.elts, strict=False):
            if key in active:
                reached.add(key)
                if not (isinstance(part, gast.Constant) and part.value is None):
                    self.one(argument, part)
        return reached

    def one(self, argument: Any, value: gast.expr) -> None:
        if isinstance(argument, list):
            self.add_items(gast.List(argument, gast.Load()), value)
        elif isinstance(argument, gast.AST):
            self.add(argument, value, fits=True)
