"""What is known of the objects in a function while their methods are being written out."""

from __future__ import annotations

import dataclasses
import inspect
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.facts import ANYTHING, Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import is_name, name
from srcdiff.names import Names
from srcdiff.transform.callees import is_users_function
from srcdiff.transform.module import Module
from srcdiff.transform.object_classes import attributes_changed, inherited, keeps_attributes_plainly, title_of

__all__ = ["Method", "ObjectKnowledge"]


@dataclass(frozen=True)
class Method:
    """A function and the arguments that come first."""

    function: gast.expr
    first: list[gast.expr]

    def __call__(self, *arguments: gast.expr, keywords: list[gast.keyword] | None = None) -> gast.Call:
        """A call of the method with further arguments."""
        return gast.Call(self.function, [*self.first, *arguments], list(keywords or []))


@dataclass
class ObjectKnowledge:
    """The objects of one function, and the names under which the text has classes and methods."""

    function: core.Function
    facts: Facts
    names: Names
    module: Module
    changed: bool = False
    supers: dict[str, tuple[gast.expr, gast.expr]] = dataclasses.field(default_factory=dict)
    parts: dict[str, gast.Attribute] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        bindings = Counter(n for s in statements(self.function.body) for n in bound_names(s))
        for statement in statements(self.function.body):
            value = getattr(statement, "value", None)
            if not isinstance(statement, gast.Assign) or not is_name(statement.targets[0]):
                continue
            target = statement.targets[0].id
            if isinstance(value, gast.Call) and len(value.args) == 2 and self.object_of(value.func) is super:
                self.supers[target] = (value.args[0], value.args[1])
            if isinstance(value, gast.Attribute) and bindings[target] == 1:
                self.parts[target] = value

    def class_of(self, node: gast.AST | None) -> type | None:
        """The class of an object whose methods are known."""
        if not isinstance(node, gast.Name):
            return None
        fact = self.facts.of.get(node.id, ANYTHING)
        if fact.kind != "record" or not isinstance(fact.type, type):
            return self.class_of_known(node)
        return fact.type if keeps_attributes_plainly(fact.type) else None

    def known(self, node: gast.AST | None) -> Any:
        """The object that an expression means now, and at each call for which the text is used: captured or bound."""
        if isinstance(node, gast.Name) and node.id in self.parts:
            return self.known(self.parts[node.id])
        if isinstance(node, gast.Name) and node.id in self.facts.of:
            fact = self.facts.of[node.id]
            return fact.value if fact.kind == "anything" and node.id in self.function.parameters else None
        if isinstance(node, gast.Attribute):
            owner = self.known(node.value)
            cls: type = type(owner)
            if not keeps_attributes_plainly(cls) or node.attr in attributes_changed(cls):
                return None
            return vars(owner).get(node.attr)
        return self.object_of(node) if isinstance(node, gast.Name) else None

    def rely_on(self, node: gast.AST | None) -> None:
        """Note that the text holds as long as the attributes on the way to an object are the same."""
        if isinstance(node, gast.Name) and node.id in self.parts:
            node = self.parts[node.id]
        if isinstance(node, gast.Attribute):
            owner, value = self.known(node.value), self.known(node)
            if owner is not None and value is not None:
                self.module.captured[(id(owner), node.attr)] = (owner, node.attr, value)
                self.rely_on(node.value)

    def class_of_known(self, node: gast.AST | None) -> type | None:
        """The class of a captured object whose methods are to be expanded: it changes, or is part of another one."""
        value = self.known(node)
        cls: type = type(value)
        if isinstance(node, gast.Name) and node.id in self.function.parameters and value is None:
            fact = self.facts.of[node.id]  # an argument of a class that is tested at the call
            if fact.kind == "anything" and fact.type is not None:
                cls = fact.type
        if not keeps_attributes_plainly(cls):
            return None
        part = isinstance(node, gast.Name) and node.id in self.parts
        if not part and cls not in self.module.expanded:
            return None
        self.rely_on(node)
        return cls

    def fact(self, node: gast.AST) -> Fact:
        """What is known of the value of an expression."""
        return self.facts(node) if isinstance(node, gast.expr) else ANYTHING

    def object_of(self, node: gast.expr) -> Any:
        """The object that a global, or a dotted path from one, means; None where it is neither."""
        try:
            return self.facts.object_of(node)
        except LookupError:
            return None

    def refer(self, value: Any, preferred: str) -> gast.expr:
        """The name of an object in the text: the user's, where it has the one that is preferred."""
        if preferred not in self.facts.of and preferred not in self.facts.helpers:
            try:
                if self.function.source.lookup(preferred) is value and preferred in self.names.taken:
                    return name(preferred)
            except LookupError:
                pass
        for known, other in self.facts.helpers.items():
            if other is value and known not in self.module.imports:
                return name(known)
        chosen = self.names.fresh(preferred)
        self.module.names.reserve(chosen)
        self.module.objects[chosen] = value
        self.facts.helpers[chosen] = value
        return name(chosen)

    def helper(self, value: Callable[..., Any]) -> gast.expr:
        """The name of a runtime helper in the text."""
        chosen = self.module.refer(value, value.__name__, self.names.taken)
        self.names.reserve(chosen)
        self.facts.helpers[chosen] = value
        return name(chosen)

    def method(self, cls: type, attr: str, owner: gast.expr | None, after: type | None = None) -> Method | None:
        """A method of a class as a function and its first arguments, looked up after another class for `super()`."""
        found = inspect.getattr_static(cls, attr, None) if after is None else inherited(cls, attr, after)
        first: list[gast.expr] = []
        if isinstance(found, staticmethod):
            found = found.__func__
        elif isinstance(found, classmethod):
            found, first = found.__func__, [self.refer(cls, cls.__name__)]
        elif owner is not None:
            first = [owner]
        if not is_users_function(found):
            return None
        self.module.inlined.add(found)
        return Method(self.refer(found, title_of(found)), first)
