"""One function while its derivative is made: what the passes of pipeline.py hand to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import gast

from srcdiff import core
from srcdiff.analysis.facts import Fact
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import names_read
from srcdiff.emit import Comment, emit_function
from srcdiff.names import Names
from srcdiff.simplify.reading import Reading
from srcdiff.transform.calls import Calls
from srcdiff.transform.marks import Site
from srcdiff.transform.module import Module
from srcdiff.transform.setting import Setting

if TYPE_CHECKING:
    from srcdiff.transform.forward import Forward

__all__ = ["Draft", "Wanted", "all_names", "returned_value"]

Block = list[gast.stmt]
Wanted = Literal["output", "aux", ""]


@dataclass
class Draft:
    """A function, the tables of its analyses, and the statements of its derivative so far.

    Attributes
    ----------
    function : core.Function
        The primal, in core form.
    wrt : tuple of str
        The parameters to differentiate by.
    parameters : dict of str to Fact
        What is known of the parameters.
    calls : Calls
        The functions that the module differentiates; its module takes the text.
    aux : bool
        Only the first of the two results is differentiated.
    owned : bool
        The function is called by generated text: what it writes into its arguments stays.
    also_useful : frozenset of str
        Parameters whose contents are results.
    wanted : str
        What is returned besides adjoints: "output", "aux" (the second of two results), or "" for nothing.
    seeded : bool
        There is a `gradient`: the result carries a derivative.
    users : set of str
        The variables that the user named.
    setting : Setting
        The tables, once the analyses have run.
    result : gast.expr
        What the primal returns.
    forward, reverse : list of gast.stmt
        The two sweeps; in forward mode there is only the first.
    output : gast.expr
        What is returned besides adjoints, as an expression at the end of the forward sweep.
    recomputed : dict
        Temporaries that are written out wherever they are used.
    may_go : set of str
        Temporaries that may be written out, or left out.
    crossing : set of str
        The variables that the reverse sweep takes from the forward sweep.
    shown : dict
        Variables that have another name in the text, with that.
    """

    function: core.Function
    wrt: tuple[str, ...]
    parameters: dict[str, Fact]
    calls: Calls
    aux: bool = False
    owned: bool = False
    also_useful: frozenset[str] = frozenset()
    wanted: Wanted = "output"
    seeded: bool = True

    names: Names = field(init=False)
    users: set[str] = field(init=False)
    setting: Setting = field(init=False)

    result: gast.expr = field(init=False)
    forward: Block = field(default_factory=list)
    reverse: Block = field(default_factory=list)
    output: gast.expr = field(init=False)

    reading: Reading = field(init=False)
    may_go: set[str] = field(default_factory=set)
    recomputed: dict[str, gast.expr] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    needed_after: set[str] = field(default_factory=set)
    crossing: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)
    tangents: Forward = field(init=False)

    def __post_init__(self) -> None:
        self.users = set(self.function.source.local_names)
        self.names = Names(all_names(self.function) | self.users | self.module.names.taken)

    def called(self, title: str) -> set[str]:
        """The variables that may have this name in the text."""
        return {title} | {variable for variable, new in self.shown.items() if new == title}

    @property
    def module(self) -> Module:
        """What takes the text."""
        return self.calls.module

    @property
    def differentiated(self) -> gast.expr:
        """The part of the result that is differentiated."""
        return self.result.elts[0] if self.aux and isinstance(self.result, gast.Tuple) else self.result

    @property
    def scalar(self) -> bool:
        """Whether that is proved a real number."""
        fact = self.setting.facts(self.differentiated)
        return fact.kind == "number" and fact.letter != "c"

    @property
    def returned(self) -> list[str]:
        """The variables whose adjoints are returned."""
        return [variable for variable in self.wrt if variable not in self.also_useful]

    @property
    def bars(self) -> set[str]:
        """The names of the adjoints that are returned."""
        return {self.setting.bar_name(variable) for variable in self.returned}

    @property
    def results(self) -> list[gast.expr]:
        """What the two sweeps are for, as expressions at the end of the reverse sweep."""
        bars: list[gast.expr] = [gast.Name(bar, gast.Load(), None, None) for bar in sorted(self.bars)]
        return [*bars, *([self.output] if self.wanted else [])]

    @property
    def temporaries(self) -> set[str]:
        """The variables that the text may do without: not the user's own, nor their adjoints."""
        known = {bar for variable, bar in self.setting.bars.items() if variable in self.users}
        return self.setting.names.taken - self.users - known - set(self.setting.objects)

    @property
    def size(self) -> int:
        """How many statements there are."""
        return len(list(statements(self.forward))) + len(list(statements(self.reverse)))

    def text(self) -> str:
        """The function so far: its sweeps, or before there are any, its statements."""
        body = self.forward or self.function.body
        if self.reverse:
            body = [*self.forward, Comment("reverse sweep", blank_before=True), *self.reverse]
        return emit_function(self.function.name, ", ".join(self.function.parameters), "", body)

    def refer(self, own: frozenset[str]) -> Callable[..., str]:
        """What names objects in the text, out of the way of these variables."""
        return lambda value, preferred: self.module.refer(value, preferred, own)


def all_names(function: core.Function) -> set[str]:
    """Every name in a function, bound or free."""
    found = set(function.parameters) | names_read(function.body)
    for statement in statements(function.body):
        found |= set(bound_names(statement))
    return found


def returned_value(function: core.Function) -> gast.expr:
    """What a core function returns."""
    last = function.body[-1] if function.body else None
    if isinstance(last, gast.Return) and last.value is not None:
        value: gast.expr = last.value
        return value
    return gast.Constant(None, None)
