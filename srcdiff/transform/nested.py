"""Derivatives inside a primal: `grad(f)(x)` becomes a call of the adjoint of `f`, which is ordinary input.

The inner derivative is generated first, as a function of its own; the outer transform then differentiates a call of it
like any other. A function defined in the primal is lifted out for that: what it captures becomes parameters, so that
the derivative by captured variables comes right, and no perturbation can be confused with another.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts, infer
from srcdiff.analysis.structure import blocks, statements, with_blocks
from srcdiff.binding import Callee, own_signature
from srcdiff.build import assign, call, constant, is_name, name, statement_like, subscript
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import Kind, NeedsKind, UnknownKind
from srcdiff.load import load
from srcdiff.names import Names
from srcdiff.transform.calls import Calls
from srcdiff.transform.lifting import Definitions, unified
from srcdiff.transform.module import Module
from srcdiff.transform.nested_parts import kind_of_fact, without_unused

__all__ = ["Nested"]

Block = list[gast.stmt]
T = TypeVar("T")


@dataclass(frozen=True)
class _Derived:
    """An object that stands for a derivative; the captured variables of its function are its first parameters."""

    object: Any
    captured: tuple[str, ...] = ()


def _makers() -> dict[Any, Callable[..., Any]]:
    """The functions that make derivatives."""
    from srcdiff import api

    own = (api.grad, api.value_and_grad, api.elementwise_grad, api.jacobian, api.jacrev, api.jacfwd, api.hessian)
    return {**{maker: maker for maker in own}, api.hvp: _hessian_product}


def _hessian_product(fun: Any, wrt: Any = 0) -> Any:
    """`hvp(fun, wrt)` by reverse over reverse mode: the gradient of the inner product of gradient and vector."""
    from srcdiff import api
    from srcdiff.binding import take_apart

    inner = api.grad(fun, wrt)
    if isinstance(wrt, (tuple, list)):
        raise UnsupportedError("a Hessian-vector product by several arguments, inside a primal", "Take one array.")
    listed = list(take_apart(fun).signature.parameters)
    vector = Names(listed).word("v")
    text = (
        f"def product({', '.join([*listed, vector])}):\n"
        f"    return np.sum(gradient_of({', '.join(listed)}) * {vector})\n"
    )
    import numpy as np

    return api.grad(unified(load(text, "product", {"np": np, "gradient_of": inner})["product"]), wrt)


class Nested:
    """One run over a function."""

    def __init__(
        self, function: core.Function, parameters: dict[str, Fact], names: Names, module: Module, calls: Calls
    ) -> None:
        self.function = function
        self.parameters = parameters
        self.names = names
        self.module = module
        self.calls = calls
        self.makers: dict[Any, Callable[..., Any]] = {}
        self.static: dict[str, _Derived] = {}
        self.definitions = Definitions(function, module)
        self.bindings, self.locals = self.definitions.bindings, self.definitions.locals
        self.changed = False
        self.facts: Facts | None = None

    def rewritten(self) -> core.Function | None:
        """The function after this run; None where there was nothing to do."""
        if not any(
            isinstance(s, gast.Assign | gast.Expr) and isinstance(s.value, gast.Call)
            for s in statements(self.function.body)
        ):
            return None
        self.makers = _makers()
        body = self.block(self.function.body)
        if not self.changed:
            return None
        return self.function.with_body(without_unused(body, set(self.static)))

    def block(self, body: Block) -> Block:
        """A body with the calls in it replaced."""
        out: Block = []
        for statement in body:
            out += self.statement(statement)
        return out

    def statement(self, statement: gast.stmt) -> Block:
        """What stands in the place of a statement."""
        if isinstance(statement, gast.FunctionDef):
            self.definitions.nodes[statement.name] = statement
            return [statement]
        if any(True for _ in blocks(statement)):
            return [with_blocks(statement, self.block)]
        value = getattr(statement, "value", None)
        if isinstance(statement, gast.Assign) and is_name(statement.targets[0]) and self.noted(statement):
            return [statement]
        if isinstance(value, gast.Call) and isinstance(statement, (gast.Assign, gast.Expr)):
            return self.called(statement, value)
        return [statement]

    # What is known of names.

    def object_of(self, node: gast.expr) -> Any:
        """The object that a global, or a dotted path from one, means; None where it is neither."""
        root = node
        while isinstance(root, gast.Attribute):
            root = root.value
        if not isinstance(root, gast.Name) or root.id in self.locals:
            return None
        try:
            if root.id in self.module.objects and root.id not in self.function.source.free_names:
                found = self.module.objects[root.id]
                for part in reversed(_path(node)):
                    found = getattr(found, part)
                return found
            return self.function.source.resolve(node)
        except (LookupError, AttributeError):
            return None

    def noted(self, statement: gast.Assign) -> bool:
        """`df = grad(f)`, `dg = df`: whether the statement names a derivative."""
        target, value = statement.targets[0].id, statement.value
        if self.bindings[target] > 1:
            return False
        if isinstance(value, gast.Name) and value.id in self.static:
            self.static[target] = self.static[value.id]
        elif isinstance(value, gast.Call):
            made = self.made(value)
            if made is None:
                return False
            self.static[target] = made
        else:
            known = self.object_of(value) if isinstance(value, (gast.Name, gast.Attribute)) else None
            if not callable(known):
                return False
            self.static[target] = _Derived(known)
        self.definitions.nodes[target] = statement
        return True

    def made(self, node: gast.Call) -> _Derived | None:
        """The derivative that `grad(f, ...)` makes; None where it is another call, or `f` is not known."""
        found = self.object_of(node.func)
        maker = self.makers.get(found) if isinstance(found, types.FunctionType) else None
        if maker is None or not node.args:
            return None
        inner = self.function_of(node.args[0])
        if inner is None:
            return None
        options = [self.option(argument) for argument in node.args[1:]]
        keywords = {keyword.arg: self.option(keyword.value) for keyword in node.keywords if keyword.arg is not None}
        wrt = keywords.pop("wrt", options[0] if options else 0)
        return _Derived(maker(inner.object, _shifted(wrt, inner), **keywords), inner.captured)

    def option(self, node: gast.expr) -> Any:
        """The value of an option, which has to be known now."""
        if isinstance(node, (gast.Tuple, gast.List)):
            return tuple(self.option(item) for item in node.elts)
        value = self.inferred()(node)
        if value.items is not None and all(item.value is not None for item in value.items):
            return tuple(item.value for item in value.items)
        if value.value is None and not (value.kind == "opaque" and value.type is type(None)):
            raise self.refused(
                node, "an option of a derivative that is known only at run time", "Write it as a literal."
            )
        return value.value

    def function_of(self, node: gast.expr) -> _Derived | None:
        """The function that a derivative is taken of."""
        if isinstance(node, gast.Name) and node.id in self.static:
            return self.static[node.id]
        if isinstance(node, gast.Name) and node.id in self.definitions.nodes and self.bindings[node.id] == 1:
            return _Derived(*self.definitions.lifted(node.id))
        value = self.object_of(node)
        return _Derived(value) if callable(value) and value not in self.makers else None

    # Calls.

    def called(self, statement: gast.stmt, node: gast.Call) -> Block:
        """A call of a derivative as one of the function that was generated for it."""
        from srcdiff import api

        if self.object_of(node.func) is api.jvp:
            return self.pushed_forward(statement, node)
        derived = self.static.get(node.func.id) if isinstance(node.func, gast.Name) else None
        if derived is None:
            derived = _Derived(self.object_of(node.func))
        if not hasattr(type(derived.object), "__srcdiff_callee__"):
            return [statement]
        callee: Callee = derived.object.__srcdiff_callee__()
        keywords = {k.arg: k.value for k in node.keywords if k.arg is not None}
        if len(keywords) < len(node.keywords) or any(isinstance(a, gast.Starred) for a in node.args):
            raise self.refused(node, "starred arguments of a derivative", "Name the arguments one by one.")
        seed = keywords.pop("gradient", None)
        if "into" in keywords:
            raise self.refused(node, "`into` inside a primal", "Add the gradients.")
        values = self.bound(node, callee, [*map(name, derived.captured), *node.args], keywords)
        resolved = self.built(node, lambda: callee.resolved(self.kinds(node, callee, values)))
        fixed = dict(resolved.bound)
        for namespace, free, value in resolved.captured:
            self.module.captured[(id(namespace), free)] = (namespace, free, value)
        arguments = []
        for parameter in own_signature(resolved.function).parameters:
            if parameter in values:
                arguments.append(values[parameter])
            elif seed is not None and parameter == resolved.bound[-1][0]:
                arguments.append(seed)
            else:
                arguments.append(self.literal(fixed[parameter]))
        return [self.with_call(statement, node, unified(resolved.function), arguments)]

    def pushed_forward(self, statement: gast.stmt, node: gast.Call) -> Block:
        """`jvp(f, (x,), (v,))`."""
        from srcdiff.products import shared_builder

        inner = self.function_of(node.args[0]) if len(node.args) == 3 and not node.keywords else None
        if inner is None:
            return [statement]
        before: Block = []
        primals, tangents = (self.items(group, before, statement) for group in node.args[1:])
        if len(primals) != len(tangents):
            raise self.refused(node, f"{len(primals)} primals with {len(tangents)} tangents", "Pass one for each.")
        first = len(inner.captured)
        builder = shared_builder(inner.object, tuple(range(first, first + len(primals))), "tangent")
        values = self.bound(node, builder.callee, [*map(name, inner.captured), *primals], {})
        found = self.built(node, lambda: builder.for_kinds(self.kinds(node, builder.callee, values)))
        directions = dict(zip(list(builder.callee.signature.parameters)[first:], tangents))
        arguments = [values[p] if p in values else self.literal(found.bound[p]) for p in found.generated.parameters]
        function = unified(found.generated.functions["tangent"])
        for namespace, free, value in found.captured:
            self.module.captured[(id(namespace), free)] = (namespace, free, value)
        return [*before, self.with_call(statement, node, function, [*arguments, *(directions[p] for p in builder.wrt)])]

    def built(self, node: gast.AST, build: Callable[[], T]) -> T:
        """The inner derivative; kinds that it needs are asked of the caller."""
        place = self.function.source.place(node)
        try:
            return build()
        except NeedsKind:
            unknown = [p for p, fact in self.parameters.items() if fact.kind == "numeric"]
            if unknown:
                raise NeedsKind(unknown, place) from None
            raise
        except UnsupportedError as error:
            raise error.at(place) from None

    def items(self, node: gast.expr, before: Block, statement: gast.stmt) -> list[gast.expr]:
        """The items of a tuple, in variables."""
        if isinstance(node, (gast.Tuple, gast.List)):
            return list(node.elts)
        fact = self.inferred()(node)
        if fact.items is None or not isinstance(node, gast.Name):
            raise self.refused(node, "primals and tangents that are no tuples", "Write them out: `(x,), (v,)`.")
        found: list[gast.expr] = []
        for index in range(len(fact.items)):
            local = self.names.fresh(f"{node.id}_item")
            self.locals.add(local)
            before.append(statement_like(assign(local, subscript(name(node.id), constant(index))), statement))
            found.append(name(local))
            self.inferred().of[local] = fact.items[index]
        return found

    def bound(
        self, node: gast.Call, callee: Callee, arguments: list[gast.expr], keywords: dict[str, gast.expr]
    ) -> dict[str, gast.expr]:
        """What stands for each parameter of a derivative."""
        try:
            bound = callee.signature.bind(*arguments, **keywords)
        except TypeError as error:
            raise self.refused(node, f"arguments that do not fit: {error}", "Call it as the function itself.") from None
        values: dict[str, gast.expr] = {}
        for p in callee.signature.parameters.values():
            if p.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
                raise self.refused(node, f"the derivative of a function with `*{p.name}`", "Name its parameters.")
            values[p.name] = bound.arguments[p.name] if p.name in bound.arguments else self.literal(p.default)
        return values

    def with_call(self, statement: gast.stmt, node: gast.Call, function: Any, arguments: list[gast.expr]) -> gast.stmt:
        """The statement with a call of a generated function."""
        known = [n for n, other in self.module.objects.items() if other is function]
        title = known[0] if known else self.names.fresh(function.__name__)
        self.module.names.reserve(title)
        self.module.objects[title] = function
        self.changed = self.module.has_derivatives = True
        self.facts = None
        made = gast.copy_location(call(title, *arguments), node)
        if isinstance(statement, gast.Assign):
            return statement_like(gast.Assign(statement.targets, made, None), statement)
        return statement_like(gast.Expr(made), statement)

    def literal(self, value: Any) -> gast.expr:
        """An expression for an object: a constant, or a name of the module."""
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return constant(value)
        return name(self.module.refer_default(value))

    # Kinds.

    def inferred(self) -> Facts:
        """What is known of the variables so far."""
        if self.facts is None:
            own = self.function.source.free_names
            helpers = {n: value for n, value in self.module.objects.items() if n not in own}
            self.facts = infer(self.function, self.parameters, self.calls.result_fact, helpers=helpers)
        return self.facts

    def kinds(self, node: gast.Call, callee: Callee, values: dict[str, gast.expr]) -> tuple[tuple[str, Kind], ...]:
        """The kinds of the arguments that the inner derivative is generated for."""
        facts = self.inferred()
        found: list[tuple[str, Kind]] = []
        for parameter in callee.signature.parameters:
            fact = facts(values[parameter])
            kind = kind_of_fact(fact, facts)
            if kind is None:
                raise self.refused(
                    node,
                    f"a derivative inside a primal whose argument `{parameter}` is of a kind that is not known",
                    "Use numbers, arrays, and lists or dictionaries of these.",
                )
            if not isinstance(kind, UnknownKind):
                found.append((parameter, kind))
        return tuple(found)

    def refused(self, node: gast.AST, what: str, way_out: str) -> UnsupportedError:
        """The refusal of a construct."""
        error: UnsupportedError = self.function.source.unsupported(node, what, way_out)
        return error


def _path(node: gast.expr) -> list[str]:
    """The attributes of a dotted path, the last one first."""
    found = []
    while isinstance(node, gast.Attribute):
        found.append(node.attr)
        node = node.value
    return found


def _shifted(wrt: Any, inner: _Derived) -> Any:
    """`wrt` for a function whose first parameters are what it captures."""
    if not inner.captured:
        return wrt
    if isinstance(wrt, (tuple, list)):
        return tuple(_shifted(entry, inner) for entry in wrt)
    return wrt + len(inner.captured) if isinstance(wrt, int) and wrt >= 0 else wrt
