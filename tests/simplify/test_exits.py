"""Flags back into `break` and `continue`."""

from __future__ import annotations

import inspect

import gast
import pytest

from srcdiff.emit import emit
from srcdiff.simplify.exits import native_exits

CASES = {
    "break": (
        """
        left_early = False
        for i in range(n):
            if x > c:
                left_early = True
            if not left_early:
                x = x * x
            if left_early:
                break
        """,
        """
        for i in range(n):
            if x > c:
                break
            x = x * x
        """,
    ),
    "break in an inner branch, with an else": (
        """
        left_early = False
        while x < c:
            if x > 1:
                y = y + 1
                if y > 3:
                    left_early = True
                else:
                    x = x + y
            if not left_early:
                x = x * x + 1
            if left_early:
                break
        """,
        """
        while x < c:
            if x > 1:
                y = y + 1
                if y > 3:
                    break
                x = x + y
            x = x * x + 1
        """,
    ),
    "continue": (
        """
        for i in range(n):
            skipped = False
            if x > c:
                x = x - 1
                skipped = True
            if not skipped:
                x = x * x
        """,
        """
        for i in range(n):
            if x > c:
                x = x - 1
                continue
            x = x * x
        """,
    ),
    "a flag that is read after the loop stays": (
        """
        left_early = False
        for i in range(n):
            if x > c:
                left_early = True
            if left_early:
                break
        if not left_early:
            x = 0
        """,
        """
        left_early = False
        for i in range(n):
            if x > c:
                left_early = True
                break
        if not left_early:
            x = 0
        """,
    ),
    "a statement that runs in any case": (
        """
        left_early = False
        for i in range(n):
            if x > c:
                left_early = True
            x = x + 1
            if left_early:
                break
        """,
        """
        left_early = False
        for i in range(n):
            if x > c:
                left_early = True
            x = x + 1
            if left_early:
                break
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_flags(case: str) -> None:
    before, after = (inspect.cleandoc(text) for text in CASES[case])
    body = native_exits(gast.parse(before).body)
    assert emit(body).strip() == after
    for start in (0.5, 2.0, 5.0):
        results = []
        for text in (before, after):
            scope = {"n": 4, "c": 3.0, "x": start, "y": 0}
            exec(text, scope)
            results.append((scope["x"], scope["y"]))
        assert results[0] == results[1]
