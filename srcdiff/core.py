"""The core language: what every pass takes and returns (docs/design.md says what it contains)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import gast

if TYPE_CHECKING:
    from srcdiff.source import Source

__all__ = ["Function"]


@dataclass(frozen=True)
class Function:
    """A function in the core language.

    Attributes
    ----------
    name : str
        Its name.
    parameters : tuple of str
        Plain positional parameters.
    body : list of gast.stmt
        Core statements; the last one is the only `return`.
    source : Source
        Where it came from: names resolve there, and messages point there.
    """

    name: str
    parameters: tuple[str, ...]
    body: list[gast.stmt]
    source: Source

    def with_body(self, body: list[gast.stmt]) -> Function:
        """The same function with another body."""
        return replace(self, body=body)
