"""What docstring examples may use without importing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    """Let examples say `np`, as this whole project does."""
    doctest_namespace["np"] = np
