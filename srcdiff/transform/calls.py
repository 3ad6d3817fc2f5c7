"""Calls of the user's own functions: differentiated from their source, as pairs of a forward and a reverse function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast

from srcdiff.analysis.facts import Fact
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.storage import CalleeEffects, CallEffects
from srcdiff.transform.module import Module

if TYPE_CHECKING:
    from srcdiff.transform.reverse import Block, Reverse

__all__ = ["Calls"]


class Calls:
    def __init__(self, module: Module, lean: frozenset[str]) -> None:
        self.module = module
        self.lean = lean

    def handles(self, node: gast.Call) -> bool:
        return False

    def result_fact(self, node: gast.Call, arguments: list[Fact], facts: Facts) -> Fact | None:
        return None

    def effects_of(self, facts: Facts) -> CalleeEffects:
        def effects(node: gast.Call) -> CallEffects | None:
            return None

        return effects

    def bind(self, reverse: Reverse, statement: gast.stmt, target: str | None, node: gast.Call) -> tuple[Block, Block]:
        raise NotImplementedError
