"""What a generated program knows of its own names, so that what is written next can run."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from random import Random

__all__ = ["Function", "Scope", "Shape"]

Shape = tuple[int, ...]

PLAIN_NAMES = "a b c d p q r s u v w z alpha beta energy flux step total state field".split()
CLASHING_NAMES = (
    "x_bar x_bar_ y_bar x_dot x_stack x_old taken taken_stack left_early skipped returned output gradient_ "
    "r_exp r_mul r_2 done code trips shadow residuals seed expand zeros_like unbroadcast add_at copy forward reverse"
).split()


@dataclass(frozen=True)
class Function:
    """A function that the program may call: parameter shapes, the result's shape, and what it writes into."""

    name: str
    parameters: tuple[Shape, ...]
    result: Shape | None
    writes: tuple[int, ...] = ()


@dataclass
class Scope:
    """Names by kind. Nested blocks work on a copy: what they define is not known behind them."""

    arrays: dict[str, Shape] = field(default_factory=dict)
    integers: dict[str, int] = field(default_factory=dict)
    lists: dict[str, tuple[Shape, int]] = field(default_factory=dict)
    dictionaries: dict[str, dict[str, Shape]] = field(default_factory=dict)
    functions: list[Function] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    read_only: set[str] = field(default_factory=set)

    def nested(self) -> Scope:
        """The scope of a block: names used in it stay used, so that no two things share one."""
        inner = copy.copy(self)
        inner.arrays, inner.integers = dict(self.arrays), dict(self.integers)
        inner.lists, inner.dictionaries = dict(self.lists), dict(self.dictionaries)
        inner.functions = list(self.functions)
        return inner

    def fresh(self, rng: Random, clash: float = 0.15) -> str:
        """A name not used so far, now and then one that generated text likes too."""
        pool = CLASHING_NAMES if rng.random() < clash else PLAIN_NAMES
        free = [name for name in pool if name not in self.used]
        name = rng.choice(free) if free else f"v{len(self.used)}"
        self.used.add(name)
        return name

    def of_shape(self, shape: Shape) -> list[str]:
        """Numbers or arrays of this shape."""
        return [name for name, known in self.arrays.items() if known == shape]

    def writable(self, rank: int | None = None) -> list[str]:
        """Arrays that may be written into, of a rank or of any."""
        return [
            name
            for name, shape in self.arrays.items()
            if shape and name not in self.read_only and (rank is None or len(shape) == rank)
        ]
