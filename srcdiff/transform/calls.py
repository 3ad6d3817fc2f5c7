"""Calls of the user's own functions: differentiated from their source, as pairs of a forward and a reverse function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = ["Calls"]


class Calls:
    def handles(self, node: gast.Call) -> bool:
        return False

    def bind(self, reverse: Reverse, statement: gast.stmt, target: str | None, node: gast.Call) -> tuple[Block, Block]:
        raise NotImplementedError
