"""What names mean in a function whose calls are expanded: functions, partials, globals."""

from __future__ import annotations

import inspect
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff import core
from srcdiff.analysis.structure import blocks, bound_names, statements
from srcdiff.build import attribute, constant, name, names_read
from srcdiff.names import Names
from srcdiff.rules import registry
from srcdiff.source import Source, unwrap
from srcdiff.transform import equivalents
from srcdiff.transform.callables import Inner, Known, is_hashable
from srcdiff.transform.callees import is_derivative, is_users_function, source_or_none
from srcdiff.transform.definitions import free_names
from srcdiff.transform.equivalents import EQUIVALENTS
from srcdiff.transform.makers import made_function, parts_of
from srcdiff.transform.module import Module

__all__ = ["Findings", "Scope"]

Block = list[gast.stmt]


@dataclass
class Findings:
    """What one round of expansion tells the next.

    Attributes
    ----------
    kept : set of str
        Inner functions that stay though nothing names them: tags stand for them.
    wanted : set
        Functions from elsewhere whose calls have to be expanded, because functions go in or come out.
    settled : set of str
        Variables that were made to hold a value, and that nothing binds again.
    closures : dict
        What tags stand for.
    """

    kept: set[str] = field(default_factory=set)
    wanted: set[Any] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    closures: dict[str, Any] = field(default_factory=dict)


class Scope:
    """The names of one function.

    Attributes
    ----------
    static : dict
        Variables that mean one function, partial or collection of arguments wherever they are read.
    bindings : Counter
        How often each variable is bound.
    aliases : dict
        Variables that name one function of a library wherever they are read.
    missing : set of str
        Parameters that are None.
    stable : set of str
        Variables that are bound once, outside loops, and parameters that are not bound again.
    renamed : dict
        Variables that stand for a module whatever happens, with its name here.
    """

    def __init__(self, function: core.Function, names: Names, module: Module) -> None:
        self.function = function
        self.source: Source = function.source
        self.names = names
        self.module = module
        self.static: dict[str, Any] = {}
        self.bindings = Counter(n for s in statements(function.body) for n in bound_names(s))
        self.stable = stable_names(function)
        self.made: dict[int, Inner] = {}
        self.renamed: dict[str, gast.expr] = {}
        self.aliases: dict[str, Any] = {}
        self.missing: set[str] = set()

    def known(self, node: gast.expr) -> Any:
        """The function or object that an expression means, if that is known; None otherwise."""
        if isinstance(node, gast.Name) and node.id in self.static:
            return self.static[node.id]
        value = self.object_of(node)
        return self.as_known(value) if value is not None else None

    def as_known(self, value: Any) -> Any:
        """What calling an object means, if it is a function with a source, or a partial of one."""
        value = unwrap(value) if callable(value) else value
        if isinstance(value, types.MethodType) and is_users_function(value.__func__):
            return Known(value.__func__, value.__self__)
        parts = parts_of(value)
        if parts is not None:
            return self.as_inner(value, *parts)
        called = inspect.getattr_static(type(value), "__call__", None)
        if is_users_function(called) and not isinstance(value, type) and not is_derivative(value):
            return Known(called, value)
        if not is_hashable(value):
            return None
        value = EQUIVALENTS.get(value, value)
        own = isinstance(value, types.FunctionType) and value in self.module.expanded  # a rule's template, a helper
        known = own or is_users_function(value) or getattr(value, "__module__", None) == equivalents.__name__
        return Known(value) if known else None

    def as_inner(self, value: Any, maker: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Inner | None:
        """A partial and its like as the inner function that it stands for."""
        if id(value) not in self.made:
            given = [gast.keyword(k, self.literal(v)) for k, v in keywords.items()]
            title = self.names.fresh(maker.__name__)
            node = made_function(maker, title, [self.literal(a) for a in arguments], given, self.literal)
            if node is None:
                return None
            self.made[id(value)] = Inner(node, here=False)
        return self.made[id(value)]

    def literal(self, value: Any) -> gast.expr:
        """An expression for an object: a constant, or a name of the module."""
        if value is None or isinstance(value, (bool, int, float, complex, str)):
            return constant(value)
        return name(self.module.refer_default(value))

    def reference(self, value: Any) -> gast.expr:
        """An expression for a function: as an attribute of a module that the function knows, or under its own name."""
        title = getattr(value, "__name__", "function")
        known = {n: self.outside(n) for n in sorted(self.source.free_names | set(self.adopted))}
        for free, found in known.items():
            if isinstance(found, types.ModuleType) and vars(found).get(title) is value:
                return attribute(name(free), title)
        for free, found in known.items():
            if found is value:
                return name(free)
        if self.means(title, value):
            return name(title)
        return name(self.module.refer_default(value, title if title.isidentifier() else "function"))

    @property
    def adopted(self) -> dict[str, Any]:
        """The names that expansion added, and what they mean: the function's own names may mean others elsewhere."""
        return {n: value for n, value in self.module.objects.items() if n not in self.source.free_names}

    def outside(self, free: str) -> Any:
        """What a name means that is no variable here; None where it means nothing."""
        return self.object_of(name(free))

    def object_of(self, node: gast.expr) -> Any:
        """The object that a global, or a dotted path from one, means; None where it is neither."""
        root = node
        path = []
        while isinstance(root, gast.Attribute):
            path.append(root.attr)
            root = root.value
        if isinstance(root, gast.Name) and root.id in self.renamed:
            root = self.renamed[root.id]
            node = with_root(node, root)
        if isinstance(node, gast.Name) and node.id in self.aliases:
            return self.aliases[node.id]
        if not isinstance(root, gast.Name) or root.id in self.bindings or root.id in self.function.parameters:
            return None
        try:
            if root.id in self.module.objects and root.id not in self.source.free_names:
                value = self.module.objects[root.id]
                for part in reversed(path):
                    if not isinstance(value, (types.ModuleType, type)):
                        return None
                    value = getattr(value, part)
                return value
            return self.source.resolve(node)
        except (LookupError, AttributeError):
            return None

    def note_module(self, statement: gast.stmt, node: gast.Call) -> bool:
        """`xp = array_namespace(x)`: a call that returns the same module for all of NumPy's arrays."""
        function = self.object_of(node.func)
        rule = registry.lookup(function) if callable(function) else None
        if rule is None or rule.value is None or not isinstance(statement, gast.Assign):
            return False
        target = statement.targets[0]
        if not isinstance(target, gast.Name) or self.bindings[target.id] > 1:
            return False
        taken = {*self.bindings, *self.function.parameters, *self.source.free_names}
        chosen = "np" if self.means("np", rule.value) else self.module.refer(rule.value, "np", taken)
        self.renamed[target.id] = name(chosen)
        return True

    def is_recursive(self, node: gast.FunctionDef) -> bool:
        """Whether an inner function calls itself, or one that does."""
        seen: set[str] = set()
        pending = [node]
        while pending:
            for free in free_names(pending.pop()) - seen:
                seen.add(free)
                found = self.static.get(free)
                if isinstance(found, Inner) and found.here:
                    pending.append(found.node)
        return node.name in seen

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
            known = [k for k, v in self.adopted.items() if v is value and k not in self.module.imports]
            chosen = known[0] if known else self.names.fresh(free)
            self.module.note(source, free, value)
            self.module.names.reserve(chosen)
            self.module.objects[chosen] = value
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


def stable_names(function: core.Function) -> set[str]:
    """Variables that are bound once, outside loops, and parameters that are not bound again."""
    once = Counter([*function.parameters, *(n for s in statements(function.body) for n in bound_names(s))])
    looped = {n for s in _in_loops(function.body, within=False) for n in bound_names(s)}
    return {n for n, count in once.items() if count == 1 and n not in looped}


def _in_loops(body: Block, *, within: bool) -> Iterator[gast.stmt]:
    for statement in body:
        loop = within or isinstance(statement, (gast.For, gast.While))
        if loop:
            yield statement
        for block in blocks(statement):
            yield from _in_loops(block, within=loop)


def with_root(node: gast.expr, root: gast.expr) -> gast.expr:
    """A dotted path with another name at its beginning."""
    return attribute(with_root(node.value, root), node.attr) if isinstance(node, gast.Attribute) else root
