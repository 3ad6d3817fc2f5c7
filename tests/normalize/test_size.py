"""Long chains, deep nesting and long functions."""

from __future__ import annotations

import ast
import sys
import time

import gast
import pytest

from srcdiff import verify
from srcdiff.normalize import normalize
from srcdiff.source import read
from tests.normalize.equivalence import assert_equivalent, core_text
from tests.normalize.test_random import built


def program(*lines):
    return built("\n".join(["def program(x, y):", *(f"    {line}" for line in lines), ""]))


def test_a_sum_of_a_thousand_terms():
    function = program("z = " + " + ".join(["x * y"] * 1000), "return z - " + " - ".join(["x"] * 1000))
    normal = normalize(read(function))
    verify.check(normal)
    assert len(normal.body) == 1000 + 999 + 1000 + 1
    assert normal.body[0].targets[0].id == "z_mul"
    assert normal.body[1999].targets[0].id == "output_sub"


def test_a_test_of_a_thousand_terms():
    function = program("if " + " + ".join(["x"] * 1000) + " > y:", "    return 1", "return 2")
    verify.check(normalize(read(function)))


def test_many_branches():
    lines = ["if x == 0:", "    r = 1"]
    for i in range(1, 150):
        lines += [f"elif x == {i}:", f"    r = {i} * y"]
    assert_equivalent(program(*lines, "else:", "    r = 0", "return r"), (0, 2), (77, 2), (149, 3), (-1, 4))


def test_many_early_returns():
    lines = []
    for i in range(300):
        lines += [f"if x == {i}:", f"    return {i} * y"]
    function = program(*lines, "return -1")
    assert_equivalent(function, (0, 2), (7, 2), (12, 2), (13, 2), (299, 3), (-1, 4))
    deepest = max(len(line) - len(line.lstrip()) for line in core_text(function).splitlines())
    assert deepest // 4 < 20, "text of more than 100 levels of indentation does not compile"


def test_many_guards_in_a_loop():
    lines = ["for i in range(4):"]
    for i in range(60):
        lines += [f"    if x == {i}:", f"        if y == {i} + i:", "            continue", "        y += 1"]
    assert_equivalent(program(*lines, "    x += 1", "return x, y"), (0, 2), (57, 50), (3, 3), (58, 59))


def test_time_is_linear():
    def seconds(count):
        lines = []
        for i in range(count):
            lines += [f"a{i} = x * y + {i} / 2", f"if a{i} > 3 and x > {i}:", f"    y = y - a{i}"]
        source = read(program(*lines, "return y"))
        start = time.process_time()
        normalize(source)
        return time.process_time() - start

    seconds(50)
    assert seconds(800) < 24 * min(seconds(100) for _ in range(3)), "8 times the statements"


@pytest.mark.skipif(sys.gettrace() is not None, reason="tracing costs frames")
def test_text_of_core_trees_is_python():
    function = program("return [q for q in x if q > y]")
    tree = normalize(read(function)).body
    assert ast.unparse(gast.gast_to_ast(gast.Module(tree, []))).startswith("output = []\nfor k in range(len(x)):")
