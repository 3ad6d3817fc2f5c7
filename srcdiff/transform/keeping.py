"""Where the forward sweep keeps what the reverse sweep puts back.

A variable that is bound again is kept in one of two ways. Where its old value may still be needed by what came before,
it is kept just before the binding ("on kill"), and put back at the mirrored place. A variable that lives within one
loop trip is kept once per trip, as the trip leaves it, and put back where the reverse sweep enters the trip.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import gast

from srcdiff.analysis.liveness import Liveness
from srcdiff.analysis.structure import blocks, bound_names, statements

__all__ = ["Bindings"]


@dataclass
class Bindings:
    """Which variables are bound at a point of the forward sweep, as the transform walks along.

    Attributes
    ----------
    maybe : set of str
        Bound on some path, to a value that may be needed.
    surely : set of str
        Bound on every path.
    unsure : set of str
        Variables that are kept although they may be unbound: they have to be bound beforehand.
    """

    live: Liveness
    maybe: set[str] = field(default_factory=set)
    surely: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)

    def bind(self, name: str) -> bool:
        """Note a binding; whether the old value has to be kept."""
        kill = name in self.maybe
        if kill and name not in self.surely:
            self.unsure.add(name)
        self.maybe.add(name)
        self.surely.add(name)
        return kill

    def state(self) -> tuple[set[str], set[str]]:
        """What is bound now."""
        return set(self.maybe), set(self.surely)

    def restart(self, state: tuple[set[str], set[str]]) -> None:
        """Go back to an earlier point."""
        self.maybe, self.surely = set(state[0]), set(state[1])

    def join(self, *states: tuple[set[str], set[str]]) -> None:
        """Where several paths meet."""
        self.maybe = set().union(*(maybe for maybe, _ in states))
        self.surely = set.intersection(*(surely for _, surely in states))

    def enter_trip(self, loop: gast.For | gast.While) -> set[str]:
        """Start a loop's body; the variables that live within one trip."""
        assigned = {name for s in statements(loop.body) for name in bound_names(s)}
        carried = {name for name in assigned if name in self.maybe or self.live.live_at_head(loop, name)}
        within = assigned - carried
        if isinstance(loop, gast.For):
            within -= set(bound_names(loop))
        self.maybe = (self.maybe | carried) - within
        self.surely = self.surely - within
        return within

    def leave_trip(self, within: set[str]) -> set[str]:
        """End a loop's body; the variables to keep, which this notes if they may be unbound."""
        kept = within & self.maybe
        self.unsure |= kept - self.surely
        return kept


def binds_directly(body: list[gast.stmt], name: str) -> int | None:
    """The position in a block of the only statement that binds `name`, if that is a simple one of the block itself."""
    position = None
    for index, statement in enumerate(body):
        if name in bound_names(statement):
            if position is not None or isinstance(statement, (gast.For, gast.With, gast.Try)):
                return None
            position = index
        for block in blocks(statement):
            if any(name in bound_names(inner) for inner in statements(block)):
                return None
    return position
