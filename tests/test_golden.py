"""Golden files: a primal, a line that says what is asked of it, the text that has to come of it.

    ARGUMENTS = (np.array([0.5, 1.5]), 0.3)         what to run it on (or a function that makes them)

    def cascade(x, k: float): ...                   the function, after its helpers

    # adjoint wrt x, k                              or `value and adjoint`, `split`
    <the generated module>

`pytest tests/test_golden.py --update-golden` rewrites what stands under that line. The text is run against finite
differences, quotes the lines that it says it quotes, and gives the same numbers with each lean pass switched off.
"""

from __future__ import annotations

import dataclasses
import inspect
import linecache
import re
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from srcdiff.kinds import kind_of
from srcdiff.pipeline import LEAN, Generated, Request, generate
from tests import helpers

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("[a-z]*.py"))
ASKED = re.compile(r"^# (adjoint|value and adjoint|split) wrt ([\w, ]+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One golden file."""

    path: Path
    form: str
    wrt: tuple[str, ...]
    line: int
    expected: str
    primal: Any
    args: tuple[Any, ...]
    source: list[str]

    def generate(self, lean: frozenset[str] | None = None) -> Generated:
        """Run the pipeline."""
        names = list(inspect.signature(self.primal).parameters)
        records = tuple((name, kind_of(a)) for name, a in zip(names, self.args) if dataclasses.is_dataclass(a))
        return generate(Request(self.primal, self.wrt, self.form, records, lean=lean))


def read_case(path: Path) -> Case:
    """A golden file, with its functions as a module of its own."""
    text = path.read_text()
    asked = ASKED.search(text)
    assert asked is not None, f"{path.name} has no line `# adjoint wrt ...`"
    above = text[: asked.start()]
    module = types.ModuleType(f"tests.golden.{path.stem}")
    sys.modules[module.__name__] = module
    linecache.cache[str(path)] = (len(above), None, above.splitlines(keepends=True), str(path))
    exec(compile(above, str(path), "exec"), module.__dict__)
    functions = [f for f in vars(module).values() if inspect.isfunction(f) and f.__code__.co_filename == str(path)]
    primal = max(functions, key=lambda f: f.__code__.co_firstlineno)
    args = module.ARGUMENTS() if callable(module.ARGUMENTS) else module.ARGUMENTS
    wrt = tuple(part.strip() for part in asked.group(2).split(","))
    line = above.count("\n") + 1
    return Case(path, asked.group(1), wrt, line, text[asked.end() :], primal, args, above.splitlines())


def gradients(case: Case, generated: Generated) -> tuple[Any, ...]:
    """What the generated text gives, whatever its form."""
    args = helpers.fresh(case.args)
    if case.form == "split":
        _, residuals = generated.functions["forward"](*args)
        found = generated.functions["reverse"](residuals, 1.0)
    else:
        found = generated.functions["adjoint"](*args)
    if case.form == "value and adjoint":
        value, found = found
        helpers.assert_close(value, case.primal(*helpers.fresh(case.args)), "value", rtol=1e-12)
    return found if len(case.wrt) > 1 else (found,)


def positions(case: Case) -> list[int]:
    """Where the parameters stand that are differentiated by."""
    names = list(inspect.signature(case.primal).parameters)
    return [names.index(name) for name in case.wrt]


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> Case:
    """Every golden file."""
    return read_case(request.param)


def test_there_are_files() -> None:
    assert len(FILES) >= 45


def test_text(case: Case, request: pytest.FixtureRequest) -> None:
    text = case.generate().text
    if request.config.getoption("--update-golden"):
        above = case.path.read_text()[: ASKED.search(case.path.read_text()).end()]  # type: ignore[union-attr]
        case.path.write_text(above + text)
        return
    assert text == case.expected


def test_gradients_agree_with_differences(case: Case) -> None:
    expected = helpers.numerical_gradient(case.primal, case.args, 1.0, positions(case)).gradients
    mirrored = tuple(vars(e) if dataclasses.is_dataclass(e) else e for e in expected)
    helpers.assert_close(gradients(case, case.generate()), mirrored, case.path.stem, rtol=1e-6, atol=1e-7)


def test_lines_are_quoted_as_they_are(case: Case) -> None:
    quoted = re.findall(r"^ *# line (\d+): (.*)$", case.generate().text, re.MULTILINE)
    assert quoted
    for number, text in quoted:
        line = case.source[int(number) - 1].strip()
        assert line == text or (line.startswith(text) and line[len(text) :].lstrip().startswith("#"))


@pytest.mark.parametrize("off", ["all", *sorted(LEAN)])
def test_numbers_stay_without_lean_passes(case: Case, off: str) -> None:
    lean = frozenset[str]() if off == "all" else LEAN - {off}
    expected = gradients(case, case.generate())
    found = gradients(case, case.generate(lean))
    helpers.assert_close(found, expected, f"without {off}", rtol=1e-12, atol=1e-13)


def test_text_is_the_same_twice(case: Case) -> None:
    assert case.generate().text == case.generate().text


def test_every_pass_is_of_use() -> None:
    """Each pass changes the text of some golden file; but for the one for compiled output, which they are not."""
    useless = set(LEAN) - {"loops"}
    for path in FILES:
        known = read_case(path)
        text = known.generate().text
        useless -= {off for off in useless if known.generate(LEAN - {off}).text != text}
    assert useless == set()
