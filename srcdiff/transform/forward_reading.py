"""What statements with tangents read and write, the user's functions included."""

from __future__ import annotations

import gast

from srcdiff.simplify.reading import Reading

__all__ = ["TangentReading"]


class TangentReading(Reading):
    """Reads and writes where calls of the user's functions may write into their arguments."""

    def call_writes(self, node: gast.Call) -> set[str]:
        """The contents that a call may change."""
        found: set[str] = super().call_writes(node)
        effects = self.setting.effects(node) if self.setting.effects is not None else None
        for variable in effects.writes if effects is not None else ():
            found |= {f"*{variable}", *self.cells_of(variable)}
        return found
