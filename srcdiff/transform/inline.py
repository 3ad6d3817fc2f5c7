"""Inlining a rule's template into generated text.

A template is an ordinary function. Its parameters are replaced by what stands in the call, its tests are decided where
the call decides them, its locals get names of the text's own, and what is left are statements and an expression. Where
a test guards a `return` and only a run can decide it, the template is called instead.
"""

from __future__ import annotations

import functools
import inspect
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff.analysis.inference import Facts
from srcdiff.build import assign, constant, is_name, name, substitute
from srcdiff.errors import UnsupportedError
from srcdiff.names import Names
from srcdiff.rules.registry import EXPRESSION_MODULES, Template
from srcdiff.transform.fold import Undecided, evaluate

__all__ = ["Inlined", "Inliner", "UnknownArgument", "bind_arguments", "template_tree"]


class UnknownArgument(Exception):
    """The call has an argument that the rule does not name."""


@dataclass
class Inlined:
    """What a template becomes: statements, and the expression that it returns."""

    value: gast.expr
    statements: list[gast.stmt] = field(default_factory=list)


@functools.lru_cache(maxsize=4096)
def template_tree(function: Callable[..., Any]) -> gast.FunctionDef:
    """The tree of a template, without its docstring."""
    tree = gast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, gast.FunctionDef)
    first = tree.body[0]
    if isinstance(first, gast.Expr) and isinstance(first.value, gast.Constant) and len(tree.body) > 1:
        tree.body = tree.body[1:]
    return tree


@functools.lru_cache(maxsize=4096)
def _expression(text: str) -> gast.expr:
    return gast.parse(text, mode="eval").body


@functools.lru_cache(maxsize=4096)
def signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature of a template."""
    return inspect.signature(function)


def _is_extra(parameter: inspect.Parameter) -> bool:
    """Whether a parameter of a template is none of the function's own: `output`, `gradient`, a tangent."""
    if parameter.kind is not parameter.KEYWORD_ONLY:
        return False
    return parameter.name in ("output", "gradient") or parameter.name.endswith("_dot")


def bind_arguments(
    function: Callable[..., Any], arguments: list[gast.expr], keywords: list[gast.keyword]
) -> dict[str, Any]:
    """What stands for each positional parameter of a template; lists for `*values`.

    Raises
    ------
    UnknownArgument
        An argument that the template has no parameter for.
    """
    parameters = [p for p in signature(function).parameters.values() if not _is_extra(p)]
    bound: dict[str, Any] = {}
    position = 0
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            bound[parameter.name] = list(arguments[position:])
            position = len(arguments)
        elif parameter.kind is not parameter.KEYWORD_ONLY and position < len(arguments):
            bound[parameter.name] = arguments[position]
            position += 1
    if position < len(arguments):
        raise UnknownArgument(f"argument {position + 1}")
    known = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    for keyword in keywords:
        if keyword.arg is None or keyword.arg not in known or keyword.arg in bound:
            raise UnknownArgument(f"`{keyword.arg}=`" if keyword.arg else "`**`")
        bound[keyword.arg] = keyword.value
    for parameter in parameters:
        if parameter.name not in bound:
            if parameter.default is parameter.empty:
                raise UnknownArgument(f"no `{parameter.name}`")
            bound[parameter.name] = parameter.default if parameter.kind is not parameter.VAR_POSITIONAL else []
    return bound


@functools.lru_cache(maxsize=4096)
def _gradients_returned(function: Callable[..., Any]) -> int | None:
    """How many gradients a template returns, itself or by a helper; None where it returns one, bare."""
    counts = []
    for node in _own_returns(template_tree(function)):
        if isinstance(node.value, gast.Tuple):
            counts.append(len(node.value.elts))
        helper = _helper_called(node.value, function)
        count = _gradients_returned(helper) if helper is not None else None
        if count is not None:
            counts.append(count)
    return max(counts, default=None)


def _own_returns(tree: gast.AST) -> list[gast.Return]:
    """The `return` statements of a function, not those of functions in it."""
    found: list[gast.Return] = []
    for child in gast.iter_child_nodes(tree):
        if isinstance(child, gast.Return):
            found.append(child)
        elif not isinstance(child, (gast.FunctionDef, gast.Lambda)):
            found += _own_returns(child)
    return found


def _helper_called(node: gast.AST | None, function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The helper of a rule, written in Python, that an expression of its template calls."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Name):
        return None
    helper = function.__globals__.get(node.func.id)
    return helper if isinstance(helper, types.FunctionType) and helper is not function else None


class Inliner:
    """Inlines templates into one function.

    Parameters
    ----------
    names : Names
        The names taken in the function.
    facts : Facts
        What decides tests.
    refer : callable
        Gives the name under which generated text knows an object (a helper, a module).
    """

    def __init__(self, names: Names, facts: Facts, refer: Callable[[Any, str], str]) -> None:
        self.names = names
        self.facts = facts
        self.refer = refer

    def expression(self, text: str, values: dict[str, gast.expr]) -> gast.expr:
        """A partial derivative that is given as text, over `values`."""
        modules = {}
        for alias, module in EXPRESSION_MODULES.items():
            if alias in text:
                modules[alias] = name(self.refer(__import__(module, fromlist=["_"]), alias))
        result: gast.expr = substitute(_expression(text), {**modules, **values})
        return result

    def template(self, template: Template, bound: dict[str, Any], extra: dict[str, gast.expr], stem: str) -> Inlined:
        """The statements and the value of a template.

        `bound` holds the arguments of the call, `extra` what stands for `output`, `gradient` and tangents; `stem`
        names its local variables.
        """
        values = {key: self.as_expression(value) for key, value in bound.items()}
        values |= {key: value for key, value in extra.items() if key in signature(template.function).parameters}
        if template.inline and not any(isinstance(value, list) for value in bound.values()):
            tree = template_tree(template.function)
            walk = _Walk(self, template.function, values, stem)
            try:
                walk.block(tree.body)
            except Undecided:
                pass
            else:
                assert walk.value is not None
                count = _gradients_returned(walk.helper) if walk.helper is not None else None
                return self.taken_apart(walk.value, count if "gradient" in extra else None, walk.statements, stem)
        called = self.call(template.function, bound, values)
        count = _gradients_returned(template.function) if "gradient" in extra else None
        return self.taken_apart(called, count, [], stem)

    def taken_apart(self, value: gast.expr, count: int | None, statements: list[gast.stmt], stem: str) -> Inlined:
        """A value that is a tuple of so many gradients, as a display of them; any other value as it is."""
        if count is None:
            return Inlined(value, statements)
        parts = self.names.fresh(f"{stem}_parts_bar")
        self.facts.tuples[parts] = count
        items: list[gast.expr] = [gast.Subscript(name(parts), constant(i), gast.Load()) for i in range(count)]
        return Inlined(gast.Tuple(items, gast.Load()), [*statements, assign(parts, value)])

    def as_expression(self, value: Any) -> gast.expr:
        """An argument as an expression: what the call has, or the template's own default."""
        if isinstance(value, gast.AST):
            return value
        if isinstance(value, list):
            return gast.List([self.as_expression(item) for item in value], gast.Load())
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return constant(value)
        if isinstance(value, tuple):
            return gast.Tuple([self.as_expression(item) for item in value], gast.Load())
        return name(self.refer(value, getattr(value, "__name__", "default")))

    def call(self, function: Callable[..., Any], bound: dict[str, Any], values: dict[str, gast.expr]) -> gast.Call:
        """A call of the template itself, for what inlining can't do."""
        parameters = signature(function).parameters
        arguments: list[gast.expr] = []
        keywords: list[gast.keyword] = []
        positional = True
        for parameter in parameters.values():
            if parameter.kind is parameter.VAR_POSITIONAL:
                arguments.extend(self.as_expression(item) for item in bound[parameter.name])
            elif _is_extra(parameter):
                if parameter.name in values:
                    keywords.append(gast.keyword(parameter.name, values[parameter.name]))
            elif not isinstance(bound.get(parameter.name), gast.AST) and parameter.default is not parameter.empty:
                positional = False  # its default holds
            elif positional and parameter.kind is not parameter.KEYWORD_ONLY:
                arguments.append(values[parameter.name])
            else:
                keywords.append(gast.keyword(parameter.name, values[parameter.name]))
        return gast.Call(name(self.refer(function, function.__name__)), arguments, keywords)


def _is_conjugate(node: gast.AST) -> bool:
    """Whether a template says `np.conj` here."""
    return isinstance(node, gast.Attribute) and node.attr == "conj" and is_name(node.value, "np")


class _Walk:
    """One pass over a template's statements."""

    def __init__(self, inliner: Inliner, function: Callable[..., Any], values: dict[str, gast.expr], stem: str) -> None:
        self.inliner = inliner
        self.function = function
        self.values = dict(values)
        self.stem = stem
        self.statements: list[gast.stmt] = []
        self.value: gast.expr | None = None
        self.helper: Callable[..., Any] | None = None  # what the returned value is a call of

    def resolve(self, identifier: str) -> Any:
        """The object that a global of the template means."""
        scope = self.function.__globals__
        if identifier in scope:
            return scope[identifier]
        builtins = scope["__builtins__"]
        table = builtins if isinstance(builtins, dict) else vars(builtins)
        if identifier in table:
            return table[identifier]
        raise LookupError(identifier)

    def decide(self, test: gast.expr) -> bool:
        return bool(evaluate(test, self.values, self.inliner.facts, self.resolve))

    def rewrite(self, node: gast.expr) -> gast.expr:
        """An expression of the template in terms of the call."""
        if isinstance(node, gast.IfExp):
            try:
                return self.rewrite(node.body if self.decide(node.test) else node.orelse)
            except Undecided:
                pass
        free = {}
        for part in gast.walk(node):
            if isinstance(part, gast.Name) and part.id not in self.values and part.id not in free:
                free[part.id] = name(self.refer(part.id))
        result: gast.expr = substitute(self.without_conjugates(node), {**free, **self.values})
        return result

    def without_conjugates(self, node: Any) -> Any:
        """An expression of the template without `np.conj` of what is real."""
        if isinstance(node, list):
            return [self.without_conjugates(item) for item in node]
        if not isinstance(node, gast.AST) or isinstance(node, (gast.Name, gast.Constant)):
            return node
        if isinstance(node, gast.Call) and len(node.args) == 1 and _is_conjugate(node.func):
            if not any(map(self.may_be_complex, gast.walk(node.args[0]))):
                return self.without_conjugates(node.args[0])
        return type(node)(*[self.without_conjugates(getattr(node, field, None)) for field in node._fields])

    def may_be_complex(self, node: gast.AST) -> bool:
        """Whether a variable of the template may be complex in this call."""
        facts = self.inliner.facts
        if not facts.complex_numbers or not isinstance(node, gast.Name):
            return facts.complex_numbers and isinstance(node, gast.Constant) and isinstance(node.value, complex)
        if node.id not in self.values:
            return node.id not in self.function.__globals__
        return facts.maybe_complex(self.values[node.id])

    def refer(self, identifier: str) -> str:
        """The name in the generated text of a global of the template."""
        try:
            value = self.resolve(identifier)
        except LookupError:
            return identifier  # a variable of a comprehension
        if identifier not in self.function.__globals__:
            return identifier
        return self.inliner.refer(value, identifier)

    def block(self, body: list[gast.stmt]) -> bool:
        """Whether a `return` ended it."""
        return any(self.statement(statement) for statement in body)

    def statement(self, statement: gast.stmt) -> bool:
        if isinstance(statement, gast.Return):
            assert statement.value is not None
            self.value = self.rewrite(statement.value)
            self.helper = _helper_called(statement.value, self.function)
            return True
        if isinstance(statement, gast.If):
            return self.block(statement.body if self.decide(statement.test) else statement.orelse)
        if isinstance(statement, gast.Raise):
            self.refuse(statement)
        if isinstance(statement, gast.Assign) and len(statement.targets) == 1:
            self.assign(statement.targets[0], statement.value)
            return False
        raise Undecided

    def assign(self, target: gast.expr, value: gast.expr) -> None:
        rewritten = self.rewrite(value)
        if isinstance(target, gast.Name):
            if isinstance(rewritten, (gast.Constant, gast.Name)):
                self.values[target.id] = rewritten
                return
            local = self.inliner.names.fresh(f"{self.stem}_{target.id}")
            self.statements.append(assign(local, rewritten))
            self.values[target.id] = name(local)
            return
        if isinstance(target, gast.Tuple) and all(isinstance(item, gast.Name) for item in target.elts):
            locals_ = [self.inliner.names.fresh(f"{self.stem}_{item.id}") for item in target.elts]
            if isinstance(rewritten, gast.Tuple) and len(rewritten.elts) == len(locals_):
                self.statements += [assign(n, v) for n, v in zip(locals_, rewritten.elts, strict=True)]
            else:
                whole = self.inliner.names.fresh(f"{self.stem}_parts")
                self.statements.append(assign(whole, rewritten))
                for index, local in enumerate(locals_):
                    part = gast.Subscript(name(whole), constant(index), gast.Load())
                    self.statements.append(assign(local, part))
            for item, local in zip(target.elts, locals_, strict=True):
                self.values[item.id] = name(local)
            return
        raise Undecided

    def refuse(self, statement: gast.Raise) -> None:
        """A template that raises for this call says what is refused."""
        if isinstance(statement.exc, gast.Call):
            words = [self.text_of(argument) for argument in statement.exc.args]
            raise UnsupportedError(words[0], words[1] if len(words) > 1 else "")
        raise Undecided

    def text_of(self, argument: gast.expr) -> str:
        """A message of the template, or its source where only a run can tell it."""
        try:
            return str(evaluate(argument, self.values, self.inliner.facts, self.resolve))
        except Undecided:
            return str(gast.unparse(argument)).strip()
