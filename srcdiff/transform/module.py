"""The module that a request generates: its functions, the names that they share, its imports."""

from __future__ import annotations

import re
import types
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff.emit import Text, emit
from srcdiff.errors import UnsupportedError
from srcdiff.names import Names
from srcdiff.source import Source

__all__ = ["ExpandInstead", "Module"]


class ExpandInstead(Exception):
    """A pair cannot serve this callee: its calls have to be expanded in place, or refused.

    `function` may be a class: the methods of its objects are expanded, and what these store becomes variables.
    """

    def __init__(self, function: Any, refusal: UnsupportedError) -> None:
        super().__init__(function)
        self.function = function
        self.refusal = refusal


@dataclass
class Module:
    """A generated module under construction.

    Attributes
    ----------
    names : Names
        The names taken at module level.
    objects : dict
        Module-level name to the object that it stands for: helpers, modules, the primal's globals.
    imports : dict
        Module-level name to the statement that imports it.
    captured : dict
        (id of namespace, name) to (namespace, name, object), for every global that the text was made from.
    texts : list of str
        The functions' texts, in order.
    expanded : frozenset
        The user's functions whose calls are expanded in place, whatever they are like.
    inlined : set
        Methods of objects that are known, and functions that are passed such objects: expanded in place likewise.
    stored : dict
        Object that others see to its attributes that are stored, and the variables of their values.
    fields : set of str
        The variables that stand for attributes of objects.
    whole : set of str
        The variables of dataclass instances that were taken apart, and are made of their fields where they are needed.
    has_derivatives : bool
        The primal calls derivatives.
    compiled : bool
        The text is for Numba.
    """

    names: Names = field(default_factory=Names)
    objects: dict[str, Any] = field(default_factory=dict)
    imports: dict[str, gast.stmt] = field(default_factory=dict)
    captured: dict[tuple[int, str], tuple[Any, str, Any]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    expanded: frozenset[Any] = frozenset()
    inlined: set[Any] = field(default_factory=set)
    stored: dict[str, dict[str, str]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    has_derivatives: bool = False
    compiled: bool = False

    def refer(self, value: Any, preferred: str, avoid: Collection[str] = ()) -> str:
        """The name of a helper or a module in this text; it is imported under it.

        `avoid` are the variables of the function that refers to it.
        """
        for known, other in self.objects.items():
            if other is value and known not in avoid:
                return known
        chosen = self.names.word(preferred)
        while chosen in avoid:
            chosen = self.names.word(f"{chosen}_")
        self.objects[chosen] = value
        self.imports[chosen] = _import(value, preferred, chosen)
        return chosen

    def refer_default(self, value: Any, stem: str = "default") -> str:
        """The name of an object that is the default of a parameter."""
        for known, other in self.objects.items():
            if other is value:
                return known
        chosen = self.names.fresh(stem)
        self.objects[chosen] = value
        return chosen

    def adopt(self, source: Source, free: str) -> str:
        """The name in this text of what a free name of a primal means; LookupError where it means nothing."""
        value = source.lookup(free)
        self.note(source, free, value)
        known = self.objects.get(free)
        if free in self.objects and known is value:
            return free
        for name, other in self.objects.items():
            if other is value and name not in self.imports:
                return name
        chosen = free if free not in self.objects else self.names.fresh(free)
        self.names.reserve(chosen)
        self.objects[chosen] = value
        return chosen

    def note(self, source: Source, free: str, value: Any) -> None:
        """Note that the text depends on a global or captured name."""
        if free in source.imported:
            return  # it is looked up where it is imported from
        cell = source.cells.get(free)
        namespace: Any = cell if cell is not None else source.function.__globals__
        if cell is None and free not in source.function.__globals__:
            return  # a builtin
        if isinstance(value, types.ModuleType):
            return
        self.captured[(id(namespace), free)] = (namespace, free, value)

    def text(self) -> str:
        """The whole module."""
        used = set(re.findall(r"\w+", "\n".join(self.texts)))
        imports = {chosen: statement for chosen, statement in self.imports.items() if chosen in used}
        plain = [s for s in imports.values() if isinstance(s, gast.Import)]
        named: dict[str, list[gast.alias]] = {}
        for statement in imports.values():
            if isinstance(statement, gast.ImportFrom):
                named.setdefault(statement.module, []).extend(statement.names)
        for chosen, value in self.objects.items():
            if isinstance(value, types.ModuleType) and chosen not in self.imports and chosen in used:
                plain.append(_import(value, chosen, chosen))
        lines = sorted({emit([s]) for s in plain if isinstance(s, gast.Import)})
        for module, aliases in sorted(named.items()):
            ordered = sorted(aliases, key=lambda alias: alias.name)
            lines.append(emit([gast.ImportFrom(module, ordered, 0)]))
        header = "".join(lines)
        return (header + "\n\n" if header else "") + self.body()

    def origins(self) -> tuple[int | None, ...]:
        """The primal's line of each line of the text, None where there is none."""
        found: list[int | None] = [None] * (self.text().count("\n") - self.body().count("\n"))
        for index, text in enumerate(self.texts):
            found += [None, None] if index else []
            found += text.origins if isinstance(text, Text) else [None] * text.count("\n")
        return tuple(found)

    def body(self) -> str:
        """The functions."""
        return "\n\n".join(self.texts)


def _import(value: Any, preferred: str, chosen: str) -> gast.stmt:
    if isinstance(value, types.ModuleType):
        alias = None if chosen == value.__name__ else chosen
        return gast.Import([gast.alias(value.__name__, alias)])
    module = getattr(value, "__module__", None) or "builtins"
    name = getattr(value, "__name__", preferred)
    return gast.ImportFrom(module, [gast.alias(name, None if chosen == name else chosen)], 0)
