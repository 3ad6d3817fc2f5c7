"""The checks between passes, each with a tree that fails it."""

from __future__ import annotations

import textwrap

import gast
import pytest

from srcdiff import core, verify
from srcdiff.rules import load_rules
from srcdiff.source import read

load_rules()


def home(x):
    return x


def function_of(text, parameters=("x", "y", "n")):
    return core.Function("f", parameters, gast.parse(textwrap.dedent(text)).body, read(home))


GOOD = """
    import math
    a = x * y
    b = -2
    c = (a, b)
    d = [a, -1.5]
    e = {"k": a, "l": b}
    g = a[1:n, ::2]
    g[n - 1] = a
    g.flag = b
    g[:, 0] += a
    a -= b
    h = home(a, *c, key=b, **e)
    h.sort(a)
    i = len(x.shape) + 1 > n and not a
    for k in range(n - 1, -1, -1):
        left_early = False
        if a > b + k * 2:
            left_early = True
        else:
            a = a.T
        if left_early:
            break
    while a < b:
        a = a + 1
        late = a
    late = late + 1
    with home(a) as w:
        z = w
    def inner(p, q=b):
        r = p + x
        return r
    failed = False
    try:
        z = inner(a)
    except ValueError:
        failed = True
    assert a > b, f"{a} and {b}"
    if failed:
        raise ValueError(f"{a}")
    del z
    return a, (b, [x, -1])
"""

BAD = {
    "x = 1": "no `return` at the end",
    "return x\nreturn x": "a second `return`: return x",
    "return x + y": "`return` of something else than atoms: (x + y)",
    "a = x * y + 1\nreturn a": "`(x * y)` stands where a name or a constant should: a = ((x * y) + 1)",
    "x[0] = x * y\nreturn x": "`(x * y)` stands where a name or a constant should: x[0] = (x * y)",
    "x.a.b = y\nreturn x": "a target that is no `name`, `name[index]` or `name.attr`: x.a.b",
    "a = b = x\nreturn a": "an assignment with several targets: a = b = x",
    "a, b = x\nreturn a": "a target that is no `name`, `name[index]` or `name.attr`: (a, b)",
    "a = x if y else n\nreturn a": "`(x if y else n)` is no core expression: a = (x if y else n)",
    "a = [i for i in x]\nreturn a": "`[i for i in x]` is no core expression: a = [i for i in x]",
    "x.y.f(n)\nreturn x": "`x.y.f` is called, which is no name, path or method of an atom",
    "if home(x) > 0:\n    pass\nreturn x": "`home(x)` has an effect, where a plain expression stands: if",
    "a = x[y.pop()]\nreturn a": "`y.pop()` has an effect, where a plain expression stands: a = x[y.pop()]",
    "for i in x:\n    pass\nreturn x": "a `for` that does not go over a range: for i in x:",
    "for i in range(n):\n    i = 1\nreturn x": "the counter `i` is bound in the body: for i in range(n):",
    "for i in range(n):\n    pass\nelse:\n    pass\nreturn x": "a loop with `else`: for i in range(n):",
    "for i in range(n):\n    if x > 0:\n        break\nreturn x": "`Break` is no core statement: break",
    "for i in range(n):\n    if x:\n        break\n    a = x\nreturn x": "`Break` is no core statement: break",
    "while x:\n    continue\nreturn x": "`Continue` is no core statement: continue",
    "a = b\nb = 1\nreturn a": "`b` is read, which nothing can have bound: a = b",
    "if x:\n    a = 1\nelse:\n    c = a\nreturn x": "`a` is read, which nothing can have bound: c = a",
    "a += x\nreturn a": "`a` is read, which nothing can have bound: a += x",
    "x\nreturn x": "an expression statement that is no call: x",
    "with home(x), home(y):\n    pass\nreturn x": "a `with` of several contexts",
    "del x, y\nreturn n": "a `del` of several targets",
    "def g():\n    pass\nreturn g": "no `return` at the end: pass",
    "raise\nreturn x": "`raise` without an exception: raise",
    "try:\n    a = x\nexcept ValueError:\n    home(x)\nreturn x": "a handler that does more than to set a flag",
    "try:\n    a = x\nexcept ValueError:\n    a = y\nelse:\n    a = n\nreturn a": "a `try` with `else`",
}


def test_core_form_passes():
    verify.check(function_of(GOOD))


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_said(text):
    with pytest.raises(AssertionError) as caught:
        verify.check(function_of(text))
    assert str(caught.value).startswith("f: ")
    assert BAD[text].replace("(", "").replace(")", "") in str(caught.value).replace("(", "").replace(")", "")


def test_a_node_has_one_parent():
    function = function_of("a = x * y\nb = x\nreturn a")
    function.body[1].value = function.body[0].value.left
    with pytest.raises(AssertionError, match=r"^f: a node with two parents: x$"):
        verify.check(function)
