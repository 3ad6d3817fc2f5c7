"""`srcdiff explain` and `srcdiff report`: what they say, and the page in a real browser where there is one."""

from __future__ import annotations

import html.parser
import shutil
import subprocess
import sys

import numpy as np
import pytest

import srcdiff
from srcdiff.cli import main

MODEL = """
import numpy as np


def misfit(a, tau, t, y, n: int):
    decay = np.exp(-t / tau)
    r = a * decay - y
    label = 1 < n  # <b>no markup</b> & "quotes"
    for i in range(n):
        r[i] = r[i] * r[i] if label else r[i]
    return 0.5 * np.sum(r * a)
"""

TABLE = """\
line  primal                            variable  active  stored    why
----  --------------------------------  --------  ------  --------  -------------------------------------------
4     def decay(x, k=2.0):              x         yes     as it is  for lines 5 and 6
4     def decay(x, k=2.0):              k         no      as it is  does not depend on x; stored for line 5
5     y = np.exp(-k * x)                y         yes     as it is  for lines 5 and 6
"""

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "reported.py").write_text(MODEL)
    (tmp_path / "decaying.py").write_text(
        "import numpy as np\n\n\ndef decay(x, k=2.0):\n    y = np.exp(-k * x)\n    return np.sum(x * y)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in ("reported", "decaying"):
        sys.modules.pop(name, None)


class Page(html.parser.HTMLParser):
    """The listings of a page: (number of the column, origin, text) of each line, and what it loads."""

    def __init__(self, text):
        super().__init__()
        self.lines, self.loads, self.tags = [], [], []
        self.column, self.code = "", None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.tags.append(tag)
        self.loads += [known[name] for name in ("src", "href") if name in known]
        if tag == "ol":
            self.column = known["id"]
        if tag == "li":
            self.lines.append([self.column, known.get("data-origin"), ""])
        if tag == "code":
            self.code = True

    def handle_endtag(self, tag):
        if tag == "code":
            self.code = None
        if tag == "ol":
            self.column = ""

    def handle_data(self, data):
        if self.code and self.column:
            self.lines[-1][2] += data


def made(*extra):
    arguments = "np.array(2.0)[()], 3.0, np.linspace(0.1, 1.0, 4), np.ones(4), 4"
    command = ["report", "reported.py:misfit", "--wrt", "a,tau", "--args", arguments, "-o", "report.html", *extra]
    assert main(command) == 0
    with open("report.html", encoding="utf-8") as file:
        return file.read()


def test_explain_says_what_is_active_stored_and_why(folder, capsys):
    assert main(["explain", "decaying.py:decay"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[2:] == [" ".join(line.split()) for line in TABLE.splitlines()[2:]]


def test_the_page_shows_both_texts_line_by_line(folder):
    pytest.importorskip("jinja2")
    page = Page(made())
    primal = [(origin, text) for column, origin, text in page.lines if column == "primal"]
    assert [text for _, text in primal] == MODEL.strip("\n").splitlines()[3:]
    assert [int(origin) for origin, _ in primal] == list(range(5, 12))
    adjoint = [(origin, text) for column, origin, text in page.lines if column == "adjoint"]
    texts = {text: origin for origin, text in adjoint}
    assert texts["    decay = np.exp(-t / tau)"] == "6"
    assert texts["    # line 7: r = a * decay - y"] == "7"
    assert all(int(origin) in range(5, 12) for origin, _ in adjoint if origin is not None)


def test_the_page_needs_nothing_else_and_all_code_is_escaped(folder):
    pytest.importorskip("jinja2")
    text = made()
    page = Page(text)
    assert page.loads == []
    assert "b" not in page.tags
    assert "http" not in text
    assert "prefers-color-scheme: dark" in text


def test_costs_and_sizes_are_measured(folder):
    pytest.importorskip("jinja2")
    text = made()
    assert "µs" in text
    assert "float64 array of shape (4,)" in text
    assert "32 bytes" in text


def test_the_table_in_a_notebook_is_escaped(folder):
    from reported import misfit

    from srcdiff.explain import explain
    from srcdiff.kinds import kind_of
    from srcdiff.request import Request

    kinds = (("a", kind_of(2.0)), ("tau", kind_of(3.0)), ("t", kind_of(np.ones(3))), ("y", kind_of(np.ones(3))))
    shown = explain(Request(misfit, ("a", "tau"), kinds=kinds))._repr_html_()
    assert "<td>label = 1 &lt; n</td>" in shown


def test_a_derivative_in_a_notebook_shows_both_texts_escaped(folder):
    from reported import misfit

    shown = srcdiff.grad(misfit, ("a", "tau"))._repr_html_()
    assert "label = 1 &lt; n" in shown
    assert "def misfit_adjoint(" in shown
    assert "<b>no markup" not in shown


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_pointing_at_a_line_marks_what_belongs_to_it(folder):
    pytest.importorskip("jinja2")
    text = made()
    script = (
        "<script>document.querySelector('#primal [data-origin=\"7\"]').dispatchEvent(new Event('mouseenter'));"
        "</script></body>"
    )
    (folder / "hover.html").write_text(text.replace("</body>", script), encoding="utf-8")
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", f"file://{folder}/hover.html"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert shown.count('class="linked marked" tabindex="0" data-origin="7"') >= 2
    assert 'class="linked marked" tabindex="0" data-origin="6"' not in shown
