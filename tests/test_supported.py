"""The reference page of supported functions says what the registry says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from srcdiff.supported import rows

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "functions.md"


def test_the_page_is_current(tmp_path):
    pytest.importorskip("scipy")
    text = PAGE.read_text(encoding="utf-8")
    command = [sys.executable, "-m", "srcdiff.supported", str(tmp_path / "functions.md")]
    subprocess.run(command, check=True)  # by itself: other tests register rules of their own
    now = (tmp_path / "functions.md").read_text(encoding="utf-8")
    if now.splitlines()[2] == text.splitlines()[2]:  # written with these releases
        assert text == now, "write it again: python -m srcdiff.supported docs/reference/functions.md"
    written = dict(re.findall(r"^\| `([^`]+)` \| (\w+) \|", text, re.MULTILINE))
    known = {name: kind for name, (kind, _) in rows().items()}
    different = {name for name in written.keys() & known.keys() if written[name] != known[name]}
    assert not different
    assert len(written.keys() & known.keys()) > 0.9 * len(written)


def test_rows_say_what_carries_a_derivative():
    known = rows()
    assert known["numpy.sin"] == ("elementwise", "x")
    assert known["numpy.linalg.solve"] == ("general", "a, b")
    assert known["numpy.argmax"][0] == "constant"
