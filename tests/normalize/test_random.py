"""Random programs of exits, effects and assignments: the core form does the same."""

from __future__ import annotations

import linecache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.normalize.equivalence import assert_equivalent, say

NAMES = ["a", "b", "c"]
MARGIN = "    "


class Writer:
    """Draws a program, statement by statement."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.loops = 0
        self.sites = 0

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def site(self) -> int:
        self.sites += 1
        return self.sites

    def expression(self, depth: int) -> str:
        if depth == 0:
            return self.pick(*NAMES, "xs[0]", "xs[a % 3]", "1", "2", "-1")
        x, y = self.expression(depth - 1), self.expression(depth - 1)
        forms = [
            f"({x} + {y})",
            f"({x} - {y} * {self.pick(*NAMES)} % 7) % 9",
            f"say({x})",
            f"({x} if {self.test(depth - 1)} else {y})",
            f"({x} and {y})",
            f"({x} or {y})",
            f"({self.pick(*NAMES)} := {x})",
            f"bump(xs, {x})",
            f"sum(q + {x} for q in xs if q > {y})",
            f"len([{y} for q in xs for r in range(q % 3)])",
            f"(lambda q: q + {self.pick('1', 'q')})({x})",
            f"max({x}, {y})",
        ]
        return self.pick(*forms)

    def test(self, depth: int) -> str:
        x, y = self.expression(depth), self.expression(depth)
        return self.pick(f"{x} > {y}", f"{x} < {y} <= {self.pick(*NAMES)}", f"not {x}", f"{x} == {y} or {y} > 2", x)

    def block(self, depth: int, indent: str) -> list[str]:
        lines = []
        for _ in range(self.draw(st.integers(1, 3))):
            lines += self.statement(depth, indent)
        return lines

    def statement(self, depth: int, indent: str) -> list[str]:
        kinds = ["assign", "assign", "swap", "augment", "item", "say", "exit"]
        kinds += ["if", "if", "for", "while", "try", "chain"] if depth else []
        return getattr(self, self.pick(*kinds))(depth, indent)

    def assign(self, depth: int, indent: str) -> list[str]:
        return [f"{indent}{self.pick(*NAMES)} = {self.expression(self.pick(0, 1, 2))}"]

    def swap(self, depth: int, indent: str) -> list[str]:
        targets = [self.pick(*NAMES, "xs[0]", "xs[b % 2]") for _ in range(2)]
        return [f"{indent}{targets[0]}, {targets[1]} = {self.expression(1)}, {self.expression(1)}"]

    def chain(self, depth: int, indent: str) -> list[str]:
        return [f"{indent}{self.pick(*NAMES)} = xs[{self.pick('0', 'a % 3')}] = {self.expression(1)}"]

    def augment(self, depth: int, indent: str) -> list[str]:
        return [f"{indent}{self.pick(*NAMES)} {self.pick('+=', '-=')} {self.expression(1)}"]

    def item(self, depth: int, indent: str) -> list[str]:
        index = self.pick("0", "say(1)", "b % 3")
        return [f"{indent}xs[{index}] {self.pick('=', '+=')} {self.expression(1)}"]

    def say(self, depth: int, indent: str) -> list[str]:
        return [f"{indent}say(({self.site()}, a, b, c))"]

    def exit(self, depth: int, indent: str) -> list[str]:
        exits = [f"return {self.expression(1)}", f"return a, (b, {self.expression(0)})"]
        exits += ["break", "continue", "break", "continue"] if self.loops else []
        return [f"{indent}{self.pick(*exits)}"]

    def inner(self, depth: int, indent: str) -> list[str]:
        return self.block(depth - 1, indent + MARGIN)

    def _if(self, depth: int, indent: str) -> list[str]:
        lines = [f"{indent}if {self.test(1)}:", *self.inner(depth, indent)]
        if self.pick(True, False):
            lines += [f"{indent}elif {self.test(1)}:", *self.inner(depth, indent)]
        if self.pick(True, False):
            lines += [f"{indent}else:", *self.inner(depth, indent)]
        return lines

    def _for(self, depth: int, indent: str) -> list[str]:
        i = self.pick("i", "j", *NAMES)
        header = self.pick(f"for {i} in range(3)", f"for {i} in list(xs)", f"for i, {i} in enumerate(xs[:2])")
        return [f"{indent}{header}:", *self.body(depth, indent), *self.orelse(depth, indent)]

    def _while(self, depth: int, indent: str) -> list[str]:
        n = f"n{self.site()}"
        test = self.pick(f"{n} < 3", f"({n} := {n} + 1) < 4 and ({self.test(1)})")
        lines = [f"{indent}{n} = 0", f"{indent}while {test}:", f"{indent}{MARGIN}{n} += 1"]
        return [*lines, *self.body(depth, indent), *self.orelse(depth, indent)]

    def _try(self, depth: int, indent: str) -> list[str]:
        if self.pick(True, False):
            lines = [f"{indent}try:", *self.inner(depth, indent), f"{indent}finally:"]
            return [*lines, *self.say(depth, indent + MARGIN)]
        lines = [f"{indent}try:", f"{indent}{MARGIN}{self.pick(*NAMES)} = 6 // say({self.expression(0)})"]
        return [*lines, f"{indent}except ZeroDivisionError:", *self.inner(depth, indent)]

    def body(self, depth: int, indent: str) -> list[str]:
        self.loops += 1
        lines = self.inner(depth, indent)
        self.loops -= 1
        return lines

    def orelse(self, depth: int, indent: str) -> list[str]:
        return [f"{indent}else:", *self.inner(depth, indent)] if self.pick(True, False) else []


for _name in ("if", "for", "while", "try"):
    setattr(Writer, _name, getattr(Writer, f"_{_name}"))


def bump(xs: list[int], by: int) -> int:
    """Write into the list."""
    xs[0] += by
    return xs[0] % 5


@st.composite
def programs(draw: Any) -> str:
    writer = Writer(draw)
    body = writer.block(3, MARGIN)
    return "\n".join(["def program(a, b, xs):", f"{MARGIN}c = 1", *body, f"{MARGIN}return a, b, c, xs", ""])


def built(text: str) -> Any:
    """The function of a text whose source can be read."""
    filename = "<random program>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace: dict[str, Any] = {"say": say, "bump": bump, "__name__": __name__}
    exec(compile(text, filename, "exec"), namespace)
    return namespace["program"]


@given(programs())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_same_behaviour(text):
    assert_equivalent(built(text), (1, 2, [3, 0, 2]), (0, -1, [1, 2, 0]))
