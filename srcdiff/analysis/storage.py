"""Storage classes: which variables may share memory, and which memory is ever written.

Unification (Steensgaard 1996, "Points-to analysis in almost linear time"): one class per allocation, parameter and
their contents; aliases, views, maybe-views, what is stored into and loaded from a container unify. A class that nothing
writes into is a *value*; any other is a *buffer*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

__all__ = ["Storage"]


@dataclass
class Storage:
    """The storage classes of one function.

    Attributes
    ----------
    parent : dict
        Union-find over variables (and `contents(...)` of classes).
    written : set of str
        Representatives of the classes that are written into.
    snapshots : set of str
        Variables that look like views of a buffer, but are read only before it is written again: values.
    updated : set of str
        Variables whose array is changed by `name op= value` alone, and that share it with nothing: values that are
        computed in place.
    viewed : dict
        Snapshot to the classes that it looks into.
    """

    parent: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    snapshots: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    viewed: dict[str, set[str]] = field(default_factory=dict)

    def root(self, name: str) -> str:
        """The representative of a variable's class."""
        parent = self.parent
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def content(self, name: str) -> str:
        """The class of what a container holds."""
        root = self.root(name)
        if root not in self.contents:
            self.contents[root] = f"contents({root})"
        return self.root(self.contents[root])

    def unite(self, a: str, b: str) -> None:
        """One class of two, and of what they hold."""
        pending = [(a, b)]
        while pending:
            left, right = (self.root(x) for x in pending.pop())
            if left == right:
                continue
            self.parent[right] = left
            if right in self.written:
                self.written.discard(right)
                self.written.add(left)
            inside = self.contents.pop(right, None)
            if inside is not None:
                if left in self.contents:
                    pending.append((self.contents[left], inside))
                else:
                    self.contents[left] = inside

    def write(self, name: str) -> None:
        """Note that the class of a variable is written into."""
        self.written.add(self.root(name))

    def is_buffer(self, name: str) -> bool:
        """Whether a variable's memory is ever written."""
        return name not in self.snapshots and self.root(name) in self.written

    def holds_written(self, name: str) -> bool:
        """Whether what a container holds, at any depth, is written into."""
        return any(True for _ in self.written_within(name))

    def written_within(self, name: str) -> Iterator[str]:
        """The classes that are written into among what a container holds, at any depth."""
        return (root for root in self.within(name) if root in self.written)

    def within(self, name: str) -> Iterator[str]:
        """The classes of what a container holds, at any depth."""
        root, seen = self.root(name), set[str]()
        while root in self.contents and root not in seen:
            seen.add(root)
            root = self.root(self.contents[root])
            yield root

    def reached(self, name: str) -> set[str]:
        """The classes that a variable gives access to: its own, of what it holds, and what these look into."""
        looks: dict[str, set[str]] = {}
        for snapshot, classes in self.viewed.items():
            looks.setdefault(self.root(snapshot), set()).update(map(self.root, classes))
        found: set[str] = set()
        pending = [self.root(name)]
        while pending:
            root = pending.pop()
            if root not in found:
                found.add(root)
                pending += [*self.within(root), *looks.get(root, ())]
        return found

    def cell(self, name: str) -> str | None:
        """The name under which liveness knows the contents of a buffer; None for a value."""
        return f"*{self.root(name)}" if self.is_buffer(name) else None

    def alike(self, names: Iterable[str]) -> dict[str, list[str]]:
        """For each of these variables, the variables of its class."""
        classes: dict[str, list[str]] = {}
        for other in list(self.parent):
            classes.setdefault(self.root(other), []).append(other)
        return {name: classes.get(self.root(name), [name]) for name in names}

    def members(self, name: str) -> list[str]:
        """The variables of a class."""
        root = self.root(name)
        return [other for other in self.parent if not other.startswith("contents(") and self.root(other) == root]
