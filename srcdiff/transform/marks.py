"""Statements that exist only between the reverse transform and its lowering.

The transform says what it means (add to an adjoint, forget it, keep a value, put it back); the passes that follow decide
how that is best written.
"""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass

import gast

__all__ = ["Accumulate", "Group", "Restore", "Save", "Site", "Zero"]


@dataclass(eq=False)
class Site:
    """A place where the forward sweep keeps something and the reverse sweep takes it back.

    Attributes
    ----------
    stem : str
        What is kept: `x` makes `x_stack` or `x_old`.
    in_loop : bool
        It is passed many times: a list is needed.
    line : int
        The primal line.
    record : bool
        A new variable (`taken`, `trips`) rather than a variable of the primal.
    variable : str
        How the text calls what is kept, once that is decided.
    refers_to : str
        The variable whose value is kept as it is: memory that may be written into, not a copy.
    """

    stem: str
    in_loop: bool
    line: int
    record: bool = False
    variable: str = ""
    refers_to: str = ""


class Accumulate(gast.stmt):  # type: ignore[misc]
    """Add `value` to an adjoint: `target` is its name, or an element of it.

    `scatter` says that the index may name an element more than once; `container` that the adjoint is a mirror of lists
    and dictionaries; `fresh` that the value shares memory with nothing.
    """

    _fields = ("target", "value")

    def __init__(
        self,
        target: gast.expr,
        value: gast.expr,
        *,
        scatter: bool = False,
        container: bool = False,
        fresh: bool = False,
    ) -> None:
        super().__init__()
        self.target = target
        self.value = value
        self.scatter = scatter
        self.container = container
        self.fresh = fresh


class Zero(gast.stmt):  # type: ignore[misc]
    """The adjoint `target` (a name, or an element of a shadow) is zero from here on."""

    _fields = ("target",)

    def __init__(self, target: gast.expr) -> None:
        super().__init__()
        self.target = target


class Group(gast.stmt):  # type: ignore[misc]
    """What the reverse sweep does for one primal statement; nothing, where all of `cotangents` are zero.

    `owns` are adjoints that a call in it writes into, `reads` adjoints that it takes whether or not they are zero.
    """

    _fields = ("body",)

    def __init__(self, cotangents: tuple[str, ...], body: list[gast.stmt]) -> None:
        super().__init__()
        self.cotangents = cotangents
        self.owns: tuple[str, ...] = ()
        self.reads: tuple[str, ...] = ()
        self.body = body


class Save(gast.stmt):  # type: ignore[misc]
    """Keep `value` at a site."""

    _fields = ("value",)

    def __init__(self, site: Site, value: gast.expr) -> None:
        super().__init__()
        self.site = site
        self.value = value


class Restore(gast.stmt):  # type: ignore[misc]
    """Put back into `target` what was kept at a site."""

    _fields = ("target",)

    def __init__(self, site: Site, target: gast.expr) -> None:
        super().__init__()
        self.site = site
        self.target = target
