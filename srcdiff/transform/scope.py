"""What names mean in a function whose calls are expanded: functions, partials, objects made in it, globals."""

from __future__ import annotations

import functools
import inspect
import types
from collections import Counter
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import constant, name, names_read
from srcdiff.names import Names
from srcdiff.source import Source, unwrap
from srcdiff.transform.callables import Instance, Known, Partial
from srcdiff.transform.callees import is_users_function, source_or_none
from srcdiff.transform.module import Module

__all__ = ["Scope"]

Block = list[gast.stmt]


class Scope:
    """The names of one function.

    Attributes
    ----------
    static : dict
        Variables that mean one function, partial, object or collection of arguments wherever they are read.
    bindings : Counter
        How often each variable is bound.
    foreign : dict
        The globals of functions from elsewhere, under their names here.
    """

    def __init__(self, function: core.Function, names: Names, module: Module) -> None:
        self.function = function
        self.source: Source = function.source
        self.names = names
        self.module = module
        self.static: dict[str, Any] = {}
        self.bindings = Counter(n for s in statements(function.body) for n in bound_names(s))
        self.foreign: dict[str, Any] = {}

    def known(self, node: gast.expr) -> Any:
        """The function or object that an expression means, if that is known; None otherwise."""
        if isinstance(node, gast.Name) and node.id in self.static:
            return self.static[node.id]
        if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name):
            owner = self.static.get(node.value.id)
            if isinstance(owner, Instance):
                return self.method(owner, node.attr)
        value = self.object_of(node)
        return self.as_known(value) if value is not None else None

    def as_known(self, value: Any) -> Any:
        """What calling an object means, if it is a function with a source, or a partial of one."""
        value = unwrap(value) if callable(value) else value
        if isinstance(value, types.MethodType) and is_users_function(value.__func__):
            return Known(value.__func__, value.__self__)
        if isinstance(value, functools.partial):
            inner = self.as_known(value.func)
            if inner is None:
                return None
            arguments = tuple(self.literal(a) for a in value.args)
            keywords = tuple(gast.keyword(k, self.literal(v)) for k, v in value.keywords.items())
            return Partial(inner, arguments, keywords)
        return Known(value) if is_users_function(value) else None

    def literal(self, value: Any) -> gast.expr:
        """An expression for an object: a constant, or a name of the module."""
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return constant(value)
        chosen = self.module.refer_default(value)
        self.foreign[chosen] = value
        return name(chosen)

    def object_of(self, node: gast.expr) -> Any:
        """The object that a global, or a dotted path from one, means; None where it is neither."""
        root = node
        path = []
        while isinstance(root, gast.Attribute):
            path.append(root.attr)
            root = root.value
        if not isinstance(root, gast.Name) or root.id in self.bindings or root.id in self.function.parameters:
            return None
        try:
            if root.id in self.foreign:
                value = self.foreign[root.id]
                for part in reversed(path):
                    if not isinstance(value, (types.ModuleType, type)):
                        return None
                    value = getattr(value, part)
                return value
            return self.source.resolve(node)
        except (LookupError, AttributeError):
            return None

    def method(self, owner: Instance, attr: str) -> Any:
        """What `object.attr` calls, for an object that was taken apart."""
        if attr in owner.attributes:
            return self.static.get(owner.attributes[attr])
        found = inspect.getattr_static(owner.cls, attr, None)
        if isinstance(found, staticmethod) and is_users_function(found.__func__):
            return Known(found.__func__)
        if isinstance(found, classmethod) and is_users_function(found.__func__):
            return Known(found.__func__, owner.cls)
        return Known(found, owner) if is_users_function(found) else None

    def adopt(self, function: Any, body: Block, taken: set[str], values: dict[str, gast.expr]) -> None:
        """The globals of a function from elsewhere, under names of this module."""
        source = source_or_none(function)
        assert source is not None
        for free in sorted(names_read(body) - taken):
            try:
                value = source.lookup(free)
            except LookupError:
                continue
            if self.means(free, value):
                continue
            known = [k for k, v in self.foreign.items() if v is value]
            chosen = known[0] if known else self.names.fresh(free)
            self.module.note(source, free, value)
            self.module.names.reserve(chosen)
            self.module.objects[chosen] = value
            self.foreign[chosen] = value
            values[free] = name(chosen)

    def means(self, free: str, value: Any) -> bool:
        """Whether a name means this object here, too."""
        if free in self.bindings or free in self.function.parameters:
            return False
        try:
            return self.source.lookup(free) is value
        except LookupError:
            return False

    def fresh(self, stem: str) -> str:
        """A new variable, bound once."""
        chosen = self.names.fresh(stem)
        self.bindings.setdefault(chosen, 1)
        return chosen

    def attribute_variable(self, owner: Instance, attr: str) -> str:
        """The variable that stands for an attribute."""
        if attr not in owner.attributes:
            owner.attributes[attr] = self.fresh(f"{owner.stem}_{attr}")
        return owner.attributes[attr]
