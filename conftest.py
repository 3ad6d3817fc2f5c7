"""What docstring examples may use without importing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    """Let examples say `np`, as this whole project does."""
    doctest_namespace["np"] = np


def _known_failures() -> list[str]:
    """The tests that are known to fail: a node id, or the beginning of several followed by `*`."""
    listed = Path(__file__).parent / "tests" / "known_failures.txt"
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the failures that tests/known_failures.txt lists, so that any other one shows."""
    known = _known_failures()
    exact = {entry for entry in known if not entry.endswith("*")}
    prefixes = tuple(entry[:-1] for entry in known if entry.endswith("*"))
    for item in items:
        if item.nodeid in exact or (prefixes and item.nodeid.startswith(prefixes)):
            item.add_marker(pytest.mark.xfail(reason="listed in tests/known_failures.txt", strict=False))
