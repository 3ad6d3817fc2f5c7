"""The documented choices at kinks and singular points are what the rules have."""

from __future__ import annotations

import pytest

from tests.rules.conventions import PAGE, POINTS, ours, shown


def documented() -> dict[tuple[str, str], str]:
    """The column of srcdiff, by function and point."""
    rows = [
        line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"
    ]
    return {(row[0].strip("`"), row[1]): row[2] for row in rows}


@pytest.mark.parametrize(("name", "args"), POINTS)
def test_the_page_says_what_the_rule_has(name: str, args: tuple[object, ...]) -> None:
    if name.startswith("scipy"):
        pytest.importorskip("scipy")
    assert ours(name, args) == documented()[name, shown(args)]


def test_nothing_else_is_documented() -> None:
    assert set(documented()) == {(name, shown(args)) for name, args in POINTS}
