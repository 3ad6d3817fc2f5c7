"""What README and the documentation show is what happens."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from srcdiff.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
PAGES = ["index.md", "tutorial.md", "zh/tensor-backward.md"]
PAGES += sorted(str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs" / "how-to").glob("*.md"))


def blocks(text):
    """Every fenced block of a page: (mark, language, code)."""
    return [(found["mark"], found["language"], found["code"]) for found in BLOCK.finditer(text)]


def marked(mark):
    (code,) = [code for found, _, code in blocks(README) if found == mark]
    return code


def test_the_adjoint_in_readme_is_the_one_that_dump_prints(tmp_path, monkeypatch, capsys):
    (tmp_path / "decay.py").write_text(marked("primal"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert "srcdiff dump decay.py:misfit --wrt a,tau" in README
    assert main(["dump", "decay.py:misfit", "--wrt", "a,tau"]) == 0
    assert capsys.readouterr().out == marked("adjoint")


def test_the_usage_in_readme_prints_what_it_says(tmp_path, capsys):
    (tmp_path / "usage.py").write_text(marked("usage"))
    names = runpy.run_path(str(tmp_path / "usage.py"))
    assert capsys.readouterr().out.startswith("[2.5 2.5 1. ]\n")
    np.testing.assert_array_equal(names["gradient"], [2.5, 2.5, 1.0])
    assert names["value"] == 6.125


def test_readme_has_two_commands_of_one_line():
    commands = [code for _, language, code in blocks(README) if language == "bash"]
    assert commands == [marked("quick start"), marked("tests")]
    assert all(command.count("\n") == 1 for command in commands)
    assert "examples/quickstart.py" in commands[0]
    assert "-m pytest" in commands[1]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *(f"docs/{page}" for page in PAGES)])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)):
        if not target.startswith("http"):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_the_code_on_a_page_runs(page, tmp_path, capsys):
    found = blocks((ROOT / "docs" / page).read_text(encoding="utf-8"))
    if any(mark == "needs numba" for mark, _, _ in found):
        pytest.importorskip("numba")
    code = "\n\n".join(code for mark, language, code in found if language == "python" and mark != "not run")
    path = tmp_path / "page.py"
    path.write_text(code, encoding="utf-8")
    runpy.run_path(str(path))
    capsys.readouterr()
