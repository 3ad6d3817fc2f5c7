"""The tangent of an expression: one short method per kind of expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from srcdiff import runtime
from srcdiff.analysis.application import applied_rule, is_constant_argument
from srcdiff.analysis.origins import call_target
from srcdiff.analysis.shapes import within
from srcdiff.build import (
    add,
    call,
    constant,
    is_constant,
    is_name,
    multiply,
    name,
    names_read,
    negate,
    subscript,
    substitute,
)
from srcdiff.errors import UnsupportedError
from srcdiff.rules import registry
from srcdiff.rules.operators import BINARY, UNARY
from srcdiff.transform import forward_containers
from srcdiff.transform.forward_application import applied, applied_method, is_default, parameter_names
from srcdiff.transform.inline import UnknownArgument, bind_arguments, signature
from srcdiff.transform.setting import refuse_operator

if TYPE_CHECKING:
    from srcdiff.transform.forward import Forward

__all__ = ["OUTPUT", "Tangent", "expanded", "refuse_positional_out", "tangent_of"]

OUTPUT = "output of this statement"
"""Stands for the value whose tangent is computed; no variable can be called so."""


class Tangent:
    """The tangent of an expression's value.

    Attributes
    ----------
    value : gast.expr or None
        The tangent; None for zero.
    statements : list of gast.stmt
        What computes temporaries of it.
    full : bool
        It has the shape of the value for certain; otherwise it may be narrower, and broadcasts to it.
    fresh : bool
        It shares memory with nothing, if it is an array.
    """

    def __init__(self, forward: Forward, stem: str) -> None:
        self.forward = forward
        self.setting = forward.setting
        self.stem = stem
        self.value: gast.expr | None = None
        self.statements: list[gast.stmt] = []
        self.full = True
        self.fresh = False

    def __call__(self, node: gast.expr) -> Tangent:
        """Compute the tangent of `node`."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.setting.unsupported(
                node, f"`{type(node).__name__}` with a derivative", "Write it with the operations that are supported."
            )
        self.value = method(node)
        return self

    # Operands.

    def operand(self, node: gast.expr) -> gast.expr | None:
        """The tangent of an operand in its full shape; None for zero."""
        if isinstance(node, gast.Name):
            return self.forward.tangent_in_full(node.id) if self.setting.is_active(node) else None
        if isinstance(node, (gast.Tuple, gast.List)):
            if not any(self.operand(item) is not None for item in node.elts):
                return None
            return gast.List([self.operand_or_zero(item) for item in node.elts], gast.Load())
        if isinstance(node, gast.Dict):
            return self._dict(node)
        if isinstance(node, gast.Starred):
            inner = self.operand(node.value)
            return None if inner is None else gast.Starred(inner, gast.Load())
        if isinstance(node, (gast.Constant, gast.Compare, gast.JoinedStr)):
            return None
        active = sorted(n for n in names_read(node) if n in self.setting.active)
        if not active:
            return None
        inner = tangent_of(self.forward, self.stem, node)
        values = {OUTPUT: node}
        self.statements += [substitute(statement, values) for statement in inner.statements]
        return None if inner.value is None else substitute(inner.value, values)

    def operand_or_zero(self, node: gast.expr) -> gast.expr:
        """The tangent of an operand, or a zero of its kind."""
        found = self.operand(node)
        return self.forward.zero(node) if found is None else found

    # Kinds of expression.

    def _name(self, node: gast.Name) -> gast.expr | None:
        if not self.setting.is_active(node):
            return None
        self.full = node.id not in self.forward.narrow
        return name(self.forward.dot_name(node.id))

    def _constant(self, node: gast.Constant) -> None:
        return None

    _compare = _joinedstr = _lambda = _constant

    def _tuple(self, node: gast.Tuple | gast.List) -> gast.expr | None:
        found = self.operand(node)
        self.fresh = True
        return found

    _list = _tuple

    def _dict(self, node: gast.Dict) -> gast.expr | None:
        if not any(self.operand(item) is not None for item in node.values):
            return None
        self.fresh = True
        return gast.Dict(list(node.keys), [self.operand_or_zero(item) for item in node.values])

    def _ifexp(self, node: gast.IfExp) -> gast.expr | None:
        if self.operand(node.body) is None and self.operand(node.orelse) is None:
            return None
        return gast.IfExp(node.test, self.operand_or_zero(node.body), self.operand_or_zero(node.orelse))

    def _boolop(self, node: gast.BoolOp) -> gast.expr | None:
        if any(self.setting.is_active(value) for value in node.values):
            raise self.setting.unsupported(node, "`and` or `or` of what carries a derivative", "Write an `if`.")
        return None

    def _binop(self, node: gast.BinOp) -> gast.expr | None:
        if self.setting.facts(node).kind in ("list", "tuple"):
            return self.sequence(node)
        refuse_operator(self.setting, node)
        return self.rule(node, BINARY[type(node.op)], [node.left, node.right], [])

    def sequence(self, node: gast.BinOp) -> gast.expr | None:
        """`a + b` or `a * 3` of lists: the same of their mirrors."""
        self.fresh = True
        if isinstance(node.op, gast.Add):
            if self.operand(node.left) is None and self.operand(node.right) is None:
                return None
            return gast.BinOp(self.operand_or_zero(node.left), gast.Add(), self.operand_or_zero(node.right))
        left, right = self.operand(node.left), self.operand(node.right)
        if left is None and right is None:
            return None
        return gast.BinOp(node.left if left is None else left, node.op, node.right if right is None else right)

    def _unaryop(self, node: gast.UnaryOp) -> gast.expr | None:
        return self.rule(node, UNARY[type(node.op)], [node.operand], []) if type(node.op) in UNARY else None

    def _subscript(self, node: gast.Subscript) -> gast.expr | None:
        owner = self.operand(node.value)
        return None if owner is None else subscript(owner, node.slice)

    def _attribute(self, node: gast.Attribute) -> gast.expr | None:
        if not self.setting.is_active(node.value):
            return None
        fact = self.setting.facts(node.value)
        element = forward_containers.field_of(fact, node.attr)
        if element is not None:
            return subscript(self.operand_or_zero(node.value), element)
        descriptor = getattr(np.ndarray, node.attr, None)
        if registry.lookup(descriptor) is None or not (fact.numeric or fact.kind == "anything"):
            raise self.setting.unsupported(
                node,
                f"the attribute `.{node.attr}` of something that carries a derivative",
                "Take it from an array, a dataclass or a named tuple.",
            )
        return self.rule(node, descriptor, [node.value], [])

    def _call(self, node: gast.Call) -> gast.expr | None:
        special = forward_containers.call_tangent(self, node)
        if special is not NotImplemented:
            return special
        if self.forward.calls.site(node, self.setting.facts) is not None:
            return None  # a user's function that nothing active goes into, or whose result does not matter
        function, arguments = self.target_of(node)
        refuse_positional_out(self.forward, node, function, arguments)
        if not any(self.setting.is_active(name(n)) for n in names_read([*arguments, *node.keywords])):
            return None
        if any(isinstance(a, gast.Starred) for a in arguments):
            raise self.setting.unsupported(
                node, "a starred argument with a derivative", "Name the arguments one by one."
            )
        return self.rule(node, function, arguments, node.keywords)

    def target_of(self, node: gast.Call) -> tuple[Any, list[gast.expr]]:
        """The function that is called, and its arguments; a method of what may be an array is taken for an array's.

        Raises
        ------
        UnsupportedError
            Something without a rule is given what depends on the inputs, or may itself depend on them.
        """
        function, arguments = call_target(node, self.setting.facts)
        if function is None and isinstance(node.func, gast.Attribute):
            if self.setting.facts(node.func.value).kind == "anything":
                function, arguments = getattr(np.ndarray, node.func.attr, None), [node.func.value, *node.args]
        known = function is not None and registry.lookup(function) is not None
        if known or not names_read([node.func, *node.args, *node.keywords]) & self.forward.varied:
            return function, arguments
        raise self.setting.no_rule(node, "tangent")

    # Rules.

    def rule(
        self, node: gast.expr, function: Any, arguments: list[gast.expr], keywords: list[gast.keyword]
    ) -> gast.expr | None:
        """The tangent of a function that has a rule."""
        rule = applied_rule(function, arguments, keywords, self.setting.facts)
        assert rule is not None, function
        keywords = [k for k in keywords if k.arg != "out"]
        try:
            if rule.kind == "constant":
                return None
            if rule.expressions:
                return self.elementwise(rule, arguments, keywords)
            if rule.tangent is not None:
                return self.general(rule, rule.tangent, arguments, keywords)
            if rule.kind == "linear":
                return self.linear(node, rule, arguments, keywords)
            raise UnsupportedError(
                f"`{rule.name}` has no forward-mode rule", f"Register one with @srcdiff.tangent({rule.name})."
            )
        except UnknownArgument as problem:
            raise self.setting.unsupported(
                node, f"`{rule.name}` with {problem} has no rule", "Leave the argument out, or register a rule."
            ) from None
        except UnsupportedError as error:
            if error.place is None:
                raise self.setting.unsupported(node, error.what, error.way_out) from None
            raise

    def refuse(self, rule: registry.Rule, bound: dict[str, Any]) -> None:
        """An argument that carries a derivative which the rule does not have would silently lose it."""
        for key, value in bound.items():
            if key in rule.active or is_constant_argument(rule, key):
                continue
            items = value if isinstance(value, list) else [value]
            if any(isinstance(item, gast.AST) and self.operand(item) is not None for item in items):
                raise UnknownArgument(f"a derivative by `{key}`")

    def elementwise(
        self, rule: registry.Rule, arguments: list[gast.expr], keywords: list[gast.keyword]
    ) -> gast.expr | None:
        """The sum of the partial derivatives times the tangents of the operands."""
        if keywords or len(arguments) != len(rule.expressions):
            raise UnknownArgument(f"`{keywords[0].arg}=`" if keywords else f"{len(arguments)} operands")
        values = dict(zip(rule.parameters, arguments, strict=True))
        equal = len({n.id for n in arguments if isinstance(n, gast.Name)}) == 1 < len(arguments)
        total: gast.expr | None = None
        for position, (argument, partial) in enumerate(zip(arguments, rule.expressions, strict=True)):
            if not self.setting.is_active(argument) or partial == "0":
                continue
            if partial == "refused":
                raise UnknownArgument(f"a derivative by `{rule.parameters[position]}`")
            assert isinstance(argument, gast.Name)
            dot = name(self.forward.dot_name(argument.id))
            term = self.scaled(partial, values, dot, first=position == 0 < len(arguments) - 1 and not equal)
            if not is_constant(term, 0, 0.0):
                total = term if total is None else _sum(total, term)
        if total is not None:
            self.fresh = not is_name(total)
            self.full = self.covers(arguments, total)
        return total

    def scaled(
        self, partial: str | registry.Template, values: dict[str, gast.expr], dot: gast.expr, *, first: bool
    ) -> gast.expr:
        """A partial derivative times the operand's tangent."""
        if isinstance(partial, str):
            factor = self.setting.inliner.expression(partial, {**values, "output": name(OUTPUT)})
        else:
            parameters = signature(partial.function).parameters
            bound = {key: values[key] for key in parameters if key in values and key != "output"}
            extra = {"output": name(OUTPUT), "gradient": dot}
            inlined = self.setting.inliner.template(partial, bound, extra, self.stem)
            self.statements += inlined.statements
            if "gradient" in parameters:
                return inlined.value
            factor = inlined.value
        return multiply(dot, factor) if first and isinstance(factor, gast.Name) else _times(factor, dot)

    def covers(self, arguments: list[gast.expr], total: gast.expr) -> bool:
        """Whether the sum of terms has the shape of the result: every operand that may be an array is in it."""
        found = names_read([total, *self.statements])
        facts = self.setting.facts
        present = {n for n in found if n not in self.forward.narrow_dots}
        for argument in arguments:
            if facts(argument).kind == "number" or OUTPUT in present:
                continue
            inside = names_read(argument)
            dots = {self.forward.dot_name(n) for n in inside if n in self.setting.active}
            if not (inside | dots) & present:
                shape = facts(argument).shape
                known = [facts.of[n].shape for n in present if n in facts.of and facts.of[n].shape is not None]
                if shape is None or not any(within(shape, other) for other in known if other is not None):
                    return False
        return True

    def general(
        self, rule: registry.Rule, template: registry.Template, arguments: list[gast.expr], keywords: list[gast.keyword]
    ) -> gast.expr | None:
        """The value of a forward-mode template."""
        bound = bind_arguments(template.function, arguments, keywords)
        self.refuse(rule, bound)
        parameters = signature(template.function).parameters
        keys = [p.removesuffix("_dot") for p in parameters if p.endswith("_dot") and p.removesuffix("_dot") in bound]
        dots = {key: self.tangent_of_argument(bound[key]) for key in keys}
        if all(dot is None for dot in dots.values()):
            return None
        extra: dict[str, gast.expr] = {"output": name(OUTPUT)}
        for key, dot in dots.items():
            extra[f"{key}_dot"] = self.zero_of_argument(bound[key]) if dot is None else dot
        inlined = self.setting.inliner.template(template, bound, extra, self.stem)
        self.statements += [self.without_defaults(statement) for statement in inlined.statements]
        return self.without_defaults(inlined.value)

    def without_defaults(self, tree: Any) -> Any:
        """A template's text without arguments that say what the function does anyway."""
        for node in gast.walk(tree):
            if isinstance(node, gast.Call) and node.keywords:
                function = self.setting.object_named(node.func)
                node.keywords = [k for k in node.keywords if not is_default(function, k)]
        return tree

    def tangent_of_argument(self, value: Any) -> gast.expr | None:
        """The tangent of what is bound to a parameter: an expression, a list of them, or a default."""
        if isinstance(value, list):
            return self.operand(gast.List(value, gast.Load()))
        return self.operand(value) if isinstance(value, gast.AST) else None

    def zero_of_argument(self, value: Any) -> gast.expr:
        """A zero tangent for what is bound to a parameter."""
        if isinstance(value, list):
            return gast.List([self.forward.zero(item) for item in value], gast.Load())
        return self.forward.zero(value) if isinstance(value, gast.AST) else constant(0.0)

    def linear(
        self, node: gast.expr, rule: registry.Rule, arguments: list[gast.expr], keywords: list[gast.keyword]
    ) -> gast.expr | None:
        """The function of the tangents; of a product, the sum of those with one operand's tangent each."""
        template = rule.adjoints[0].function
        self.refuse(rule, bind_arguments(template, arguments, keywords))
        names = parameter_names(template, len(arguments))
        operands = {i: argument for i, argument in enumerate(arguments) if names[i] in rule.active}
        named = {k.arg: k.value for k in keywords if k.arg in rule.active}
        every: dict[Any, gast.expr] = {**operands, **named}
        dots = {key: self.operand(value) for key, value in every.items()}
        active = {key: dot for key, dot in dots.items() if dot is not None}
        if not active:
            return None
        self.fresh = rule.result == "fresh"
        method = isinstance(node, gast.Call) and len(arguments) > len(node.args)
        operation = applied_method if method else applied
        if not rule.multilinear:
            complete = {k: active[k] if k in active else self.forward.zero(v) for k, v in every.items()}
            return operation(node, complete)
        total: gast.expr | None = None
        for key, dot in active.items():
            term = operation(node, {key: dot})
            total = term if total is None else add(total, term)
        return total


def _times(partial: gast.expr, dot: gast.expr) -> gast.expr:
    """`partial * dot`, written as products and quotients are by hand."""
    if is_constant(partial, 1, 1.0):
        return dot
    if is_constant(partial, -1, -1.0):
        return negate(dot)
    if isinstance(partial, gast.UnaryOp) and isinstance(partial.op, gast.USub):
        return negate(_times(partial.operand, dot))
    if isinstance(partial, gast.BinOp) and isinstance(partial.op, gast.Div):
        return gast.BinOp(_times(partial.left, dot), gast.Div(), partial.right)
    return multiply(partial, dot)


def _sum(total: gast.expr, term: gast.expr) -> gast.expr:
    """`total + term`; of `a * a_dot` twice, `2 * a * a_dot`."""
    return multiply(constant(2), total) if gast.dump(total) == gast.dump(term) else add(total, term)


def refuse_positional_out(forward: Forward, node: gast.Call, function: object, arguments: list[gast.expr]) -> None:
    """`np.exp(a, b)` writes into b."""
    if isinstance(function, np.ufunc) and len(arguments) > function.nin:
        raise forward.setting.unsupported(
            node, f"`{function.__name__}` with an output array as a positional argument", "Write `out=`."
        )


def tangent_of(forward: Forward, stem: str, node: gast.expr) -> Tangent:
    """The tangent of `node`; `stem` names its temporaries."""
    facts = forward.setting.facts
    outer = facts.of.get(OUTPUT)
    facts.of[OUTPUT] = facts(node)
    try:
        return Tangent(forward, stem)(node)
    finally:
        if outer is not None:
            facts.of[OUTPUT] = outer


def expanded(forward: Forward, value: gast.expr, like: gast.expr) -> gast.expr:
    """A tangent that may be narrower than its primal, in the primal's shape."""
    return call(forward.setting.helper(runtime.expand), value, like)
