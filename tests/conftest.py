"""Options of the tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/test_golden.py --update-golden` rewrites the golden files; the diff is read like any other."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected texts in tests/golden")
