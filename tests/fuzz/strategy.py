"""The generator as a Hypothesis strategy: Hypothesis owns the random draws, so that it can shrink them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies

from tests.fuzz.generator import Generated, generate

__all__ = ["programs"]


@strategies.composite
def programs(draw: Any, size: int = 9) -> Generated:
    """Random programs of about `size` statements."""
    return generate(draw(strategies.randoms(use_true_random=False)), size)
