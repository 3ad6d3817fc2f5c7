"""Random expressions of a wanted shape, analytic in every variable, with values that stay moderate."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.fuzz.scope import Scope, Shape

__all__ = ["Expressions"]

BOUNDED = ("np.sin", "np.cos", "np.tanh", "np.arctan")


class Expressions:
    """Writes expressions over the names of a scope."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def constant(self) -> str:
        """A number, never one at which branches meet."""
        return str(round(self.rng.uniform(0.21, 1.93), 2))

    def index(self, scope: Scope, length: int) -> str:
        """An integer index that is in range."""
        loops = [name for name, bound in scope.integers.items() if bound <= length]
        if loops and self.rng.random() < 0.6:
            name = self.rng.choice(loops)
            return name if self.rng.random() < 0.7 else f"{name} - 1"
        return str(self.rng.randrange(-length, length))

    def condition(self, scope: Scope) -> str:
        """A test: of data against a constant, of a loop counter, or both."""
        data = f"{self.of(scope, (), 1)} {self.rng.choice('<>')} {self.constant()}"
        if scope.integers and self.rng.random() < 0.4:
            name = self.rng.choice(list(scope.integers))
            counter = self.rng.choice([f"{name} % 2 == 0", f"{name} == 1", f"{name} > 0"])
            return self.rng.choice([counter, f"({counter} and {data})", f"({counter} or {data})", f"not ({counter})"])
        return data

    def of(self, scope: Scope, shape: Shape, depth: int = 2) -> str:
        """An expression of exactly this shape."""
        if depth <= 0 or self.rng.random() < 0.15:
            return self.leaf(scope, shape)
        makers: list[Callable[[Scope, Shape, int], str | None]] = [
            self._sum, self._sum, self._product, self._product, self._bounded, self._quotient, self._power,
            self._call, self._conditional, self._structural, self._structural,
        ]  # fmt: skip
        return self.rng.choice(makers)(scope, shape, depth - 1) or self._sum(scope, shape, depth - 1)

    # --- leaves -------------------------------------------------------------------------------------------------------

    def leaf(self, scope: Scope, shape: Shape) -> str:
        """A name, an element, a row, a column, a slice; a constant where there is nothing else."""
        candidates: list[str] = [*scope.of_shape(shape)] * 2
        for name, known in scope.arrays.items():
            candidates += self._part(scope, name, known, shape)
        for name, (known, length) in scope.lists.items():
            if known == shape:
                candidates.append(f"{name}[{self.rng.randrange(-length, length)}]")
        for name, items in scope.dictionaries.items():
            candidates += [f'{name}["{key}"]' for key, known in items.items() if known == shape]
        if shape == () and (not candidates or self.rng.random() < 0.15):
            candidates = [self.constant(), *(f"0.2 * {name}" for name in scope.integers)]
        if not candidates:
            return f"np.full({shape}, {self.constant()}) * {self.leaf(scope, ())}"
        return self.rng.choice(candidates)

    def _part(self, scope: Scope, name: str, known: Shape, shape: Shape) -> list[str]:
        if len(known) == 1 and shape == ():
            return [f"{name}[{self.index(scope, known[0])}]"]
        if len(known) == 2 and shape == ():
            return [f"{name}[{self.index(scope, known[0])}, {self.index(scope, known[1])}]"]
        parts = []
        if len(known) == 2 and len(shape) == 1:
            if known[1] == shape[0]:
                parts.append(f"{name}[{self.index(scope, known[0])}]")
            if known[0] == shape[0]:
                parts.append(f"{name}[:, {self.index(scope, known[1])}]")
        if len(known) == 1 and len(shape) == 1:
            if known[0] == shape[0] + 1:
                parts += [f"{name}[1:]", f"{name}[:-1]"]
            if known[0] == shape[0]:
                picks = [self.rng.randrange(known[0]) for _ in range(shape[0])]
                parts += [f"{name}[::-1]", f"{name}[{picks}]"]
        if known == shape[::-1] and len(shape) == 2:
            parts.append(f"{name}.T")
        return parts

    # --- inner nodes --------------------------------------------------------------------------------------------------

    def _narrower(self, shape: Shape) -> Shape:
        """A shape that broadcasts against `shape`."""
        return self.rng.choice([shape, shape[1:], ()]) if shape else ()

    def _sum(self, scope: Scope, shape: Shape, depth: int) -> str:
        pair = [self.of(scope, shape, depth), self.of(scope, self._narrower(shape), depth)]
        self.rng.shuffle(pair)
        return f"({pair[0]} {self.rng.choice('+-')} {pair[1]})"

    def _product(self, scope: Scope, shape: Shape, depth: int) -> str:
        pair = [self.of(scope, shape, depth), self.of(scope, self._narrower(shape), depth)]
        self.rng.shuffle(pair)
        return f"{pair[0]} * {pair[1]}"

    def _bounded(self, scope: Scope, shape: Shape, depth: int) -> str:
        return f"{self.rng.choice(BOUNDED)}({self.of(scope, shape, depth)})"

    def _quotient(self, scope: Scope, shape: Shape, depth: int) -> str:
        below = self.of(scope, self._narrower(shape), min(depth, 1))
        return f"{self.of(scope, shape, depth)} / (1.5 + ({below}) ** 2)"

    def _power(self, scope: Scope, shape: Shape, depth: int) -> str:
        return f"({self.of(scope, shape, depth)}) ** {self.rng.choice('23')}"

    def _call(self, scope: Scope, shape: Shape, depth: int) -> str | None:
        known = [f for f in scope.functions if f.result == shape]
        if not known:
            return None
        function = self.rng.choice(known)
        arguments = []
        for position, parameter in enumerate(function.parameters):
            argument = self.of(scope, parameter, min(depth, 1))
            if position in function.writes:
                names = [name for name in scope.of_shape(parameter) if name not in scope.read_only]
                argument = self.rng.choice(names) if names else f"np.array({argument}) * 1.0"
            arguments.append(argument)
        return f"{function.name}({', '.join(arguments)})"

    def _conditional(self, scope: Scope, shape: Shape, depth: int) -> str:
        left, right = self.of(scope, shape, depth), self.of(scope, shape, depth)
        if not shape or self.rng.random() < 0.4:
            return f"({left} if {self.condition(scope)} else {right})"
        return f"np.where({self.leaf(scope, shape)} > {self.constant()}, {left}, {right})"

    def _structural(self, scope: Scope, shape: Shape, depth: int) -> str | None:
        if shape == ():
            return self._reduction(scope, depth)
        if len(shape) == 1:
            return self._vector(scope, shape[0], depth)
        rows, columns = shape
        left, right = self.of(scope, (rows,), depth), self.of(scope, (columns,), depth)
        square = f"(({self.leaf(scope, (rows, 3))}) @ ({self.leaf(scope, (3, columns))}))"
        return self.rng.choice([f"np.outer({left}, {right})", square, f"({left})[:, None] * ({right})"])

    def _reduction(self, scope: Scope, depth: int) -> str:
        shape = self.rng.choice([(3,), (4,), (3, 3), (2, 3)])
        inner = self.of(scope, shape, depth)
        if len(shape) == 1 and self.rng.random() < 0.3:
            return f"(({inner}) @ ({self.of(scope, shape, 0)}))"
        if self.rng.random() < 0.2:
            names = [name for name, known in scope.arrays.items() if len(known) == 1]
            if names:
                return f"sum(t * {self.constant()} for t in {self.rng.choice(names)})"
        return self.rng.choice([f"np.sum({inner})", f"np.mean({inner})", f"({inner}).sum()"])

    def _vector(self, scope: Scope, length: int, depth: int) -> str:
        choices = [
            f"np.array([{', '.join(self.of(scope, (), 1) for _ in range(length))}])",
            f"({self.of(scope, (3, length), depth)}).sum(axis=0)",
            f"(({self.leaf(scope, (length, 3))}) @ ({self.leaf(scope, (3,))}))",
            f"np.cumsum({self.of(scope, (length,), depth)})",
            f"np.array([t * {self.leaf(scope, ())} for t in {self.leaf(scope, (length,))}])",
        ]
        if length > 2:
            parts = [self.of(scope, (length - 1,), 0), f"[{self.of(scope, (), 1)}]"]
            self.rng.shuffle(parts)
            choices.append(f"np.concatenate([{', '.join(parts)}])")
        return self.rng.choice(choices)
