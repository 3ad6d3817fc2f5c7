"""Random programs as people write them: loops, branches, writes, views, aliases, helpers, containers, early exits.

A program is one source file with helper functions and `program`, over numbers, vectors and matrices of small fixed
shapes. It tracks the shapes of its names, so nearly every program runs; what does not, or what leaves the moderate
range, is discarded by the caller. All operations are analytic: the complex step is an exact oracle for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from tests.fuzz.scope import Function, Scope, Shape
from tests.fuzz.statements import Block

__all__ = ["PARAMETERS", "Generated", "generate"]

PARAMETERS: dict[str, Shape] = {"x": (3,), "y": (4,), "m": (3, 3), "k": (2, 3), "g": (), "h": ()}
HELPER_NAMES = ("smooth", "mix", "relax", "unbroadcast", "zeros_like", "add_at", "program_adjoint", "update", "seed")
OUTPUTS: tuple[Shape, ...] = ((), (), (), (3,), (4,), (3, 3))


@dataclass(frozen=True)
class Generated:
    """A program's text, and arguments to run it on."""

    source: str
    args: tuple[Any, ...]


def generate(rng: Random, size: int = 9) -> Generated:
    """A program of about `size` statements; the same for the same state of `rng`."""
    functions: list[Function] = []
    lines = ["import numpy as np", ""]
    for name in rng.sample(HELPER_NAMES, rng.choice([0, 1, 1, 2, 3])):
        text, function = _helper(rng, name, functions)
        functions.append(function)
        lines += ["", *text, ""]
    parameters = dict(rng.sample(list(PARAMETERS.items()), rng.randint(2, 4)))
    if not any(parameters.values()):
        parameters["x"] = (3,)
    scope = Scope(arrays=dict(parameters), functions=functions, used=_used(parameters, functions))
    block = Block(rng, rng.choice(OUTPUTS))
    block.statements(scope, rng.randint(max(2, size // 2), size))
    block.final_return(scope)
    lines += ["", f"def program({', '.join(parameters)}):", *block.lines]
    return Generated("\n".join(lines) + "\n", _arguments(rng, parameters))


def _used(parameters: dict[str, Shape], functions: list[Function]) -> set[str]:
    return {*parameters, *(function.name for function in functions), "np", "program", "t", "e"}


def _helper(rng: Random, name: str, functions: list[Function]) -> tuple[list[str], Function]:
    """A helper that is pure, writes into its first argument, or returns a view of it."""
    shapes = [rng.choice([(3,), (4,), (3, 3)]), rng.choice([(), (3,)])]
    parameters = dict(zip(rng.sample(["a", "b", "x", "v", "out", "source"], 2), shapes, strict=True))
    first = next(iter(parameters))
    kind = rng.choice(["pure", "pure", "writes", "writes", "writes and returns", "view"])
    pure_only = [function for function in functions if not function.writes]
    scope = Scope(arrays=dict(parameters), functions=pure_only, used=_used(parameters, functions) | {name})
    writes = (0,) if kind.startswith("writes") else ()
    if not writes:
        scope.read_only.update(parameters)
    result: Shape | None = {"pure": rng.choice([(), (3,)]), "writes": None}.get(kind, shapes[0])
    block = Block(rng, result, may_alias=bool(writes))
    if writes:
        block.write_into(scope, first)
    block.statements(scope, rng.randint(0, 2))
    if kind == "view":
        length = shapes[0][0] - 1
        result = (length, *shapes[0][1:])
        block.line(f"return {first}[{rng.choice(['1:', ':-1'])}]")
        block.result = result
    elif kind == "writes and returns":
        block.line(f"return {first}")
    elif result is not None:
        block.final_return(scope)
    return [f"def {name}({', '.join(parameters)}):", *block.lines], Function(name, tuple(shapes), result, writes)


def _arguments(rng: Random, parameters: dict[str, Shape]) -> tuple[Any, ...]:
    numbers = np.random.default_rng(rng.randrange(2**32))
    arrays = [
        numbers.uniform(0.4, 1.6, shape) * numbers.choice([1.0, 1.0, -1.0], shape) for shape in parameters.values()
    ]
    return tuple(array if array.shape else float(array) for array in arrays)
