"""Long functions, deep expressions and many iterations: time in proportion, and no limit of the interpreter's."""

from __future__ import annotations

import linecache
import math
import sys
import time
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff.pipeline import Request, generate
from tests import helpers


def program(lines: list[str], label: str) -> Any:
    text = "import math\n\n\ndef program(x: float, y: float):\n" + "\n".join(lines)
    linecache.cache[f"<{label}>"] = (len(text), None, text.splitlines(keepends=True), f"<{label}>")
    scope: dict[str, Any] = {"__name__": label}
    exec(compile(text, f"<{label}>", "exec"), scope)
    return scope["program"]


def chain(statements: int) -> Any:
    lines = ["    a0 = x"] + [f"    a{k} = a{k - 1} * math.cos(y) + 0.1" for k in range(1, statements)]
    return program([*lines, f"    return a{statements - 1}"], f"chain_{statements}")


@pytest.mark.parametrize("terms", [400, 1500])
def test_deep_expressions(terms: int) -> None:
    limit = sys.getrecursionlimit()
    total = program(["    return " + " + ".join(f"x * {k}.0 * y" for k in range(terms))], f"sum_{terms}")
    found = srcdiff.grad(total, wrt=(0, 1))(0.5, 2.0)
    weight = terms * (terms - 1) / 2
    helpers.assert_close(found, (2.0 * weight, 0.5 * weight), "sum", rtol=1e-12)
    assert sys.getrecursionlimit() == limit


def test_long_functions() -> None:
    found = srcdiff.grad(chain(3000))(0.7, 0.01)
    assert found == pytest.approx(math.cos(0.01) ** 2999, rel=1e-9)


def test_time_grows_in_proportion() -> None:
    seconds = []
    for statements in (150, 600):
        primal = chain(statements)
        started = time.process_time()
        generate(Request(primal, ("x", "y")))
        seconds.append(time.process_time() - started)
    assert seconds[1] < 4 * 2.5 * seconds[0]


def test_many_iterations() -> None:
    def decayed(x: float, n: int) -> float:
        for _ in range(n):
            x = x - 1e-5 * math.sin(x)
        return x

    n, step = 100_000, 1e-6
    slope = (decayed(1.0 + step, n) - decayed(1.0 - step, n)) / (2 * step)
    assert srcdiff.grad(decayed)(1.0, n) == pytest.approx(slope, rel=1e-6)


def test_arrays_in_many_iterations() -> None:
    def filtered(x: Any, n: int) -> Any:
        for _ in range(n):
            x = 0.999 * x
        return np.sum(x**2)

    x = np.array([1.0, 2.0])
    helpers.assert_close(srcdiff.grad(filtered)(x, 5000), 2.0 * 0.999**10_000 * x, "filtered", rtol=1e-9)
