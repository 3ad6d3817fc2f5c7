"""The command line: targets, messages, exit statuses, files, pipes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import srcdiff
from srcdiff.cli import main, parse_wrt

ROOT = Path(__file__).parents[1]

TOY = """
import numpy as np
from srcdiff import adjoint, grad

KNOWN = np.array([1.0, 2.0])


def energy(x, k=2.0):
    return 0.5 * k * np.sum((x[1:] - x[:-1]) ** 2)


def squares(x):
    return x * x


def opaque(x):
    return 3.0 * x


@adjoint(opaque)
def wrong_rule(x, *, gradient):
    return 3.1 * gradient


def uses_opaque(x):
    return opaque(x) ** 2


def generator(x):
    yield x


def boom(x):
    raise RuntimeError("no\\nway")


@grad(wrt="k")
def decorated(x, k):
    return x * k * k


class Model:
    scale = 3

    def loss(self, x):
        return np.sum(x * x)

    @staticmethod
    def cost(x):
        return np.sum(x * x * x)
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A module `toy_target` in the current folder."""
    (tmp_path / "toy_target.py").write_text(TOY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "toy_target", raising=False)
    yield tmp_path
    sys.modules.pop("toy_target", None)


def run(*args, **options):
    """The program in a process of its own, as a shell runs it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **options.pop("env", {})}
    command = [sys.executable, "-m", "srcdiff", *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, **options)


# --- dump -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["toy_target:energy", "toy_target.py:energy", "./toy_target.py:energy"])
def test_dump_prints_the_source_of_the_derivative(toy, capsys, target):
    assert main(["dump", target]) == 0
    out, err = capsys.readouterr()
    import toy_target

    assert out.rstrip("\n") == srcdiff.grad(toy_target.energy).source.rstrip("\n")
    assert out.endswith("\n")
    assert "\x1b" not in out
    assert err == ""


def test_dump_is_the_text_for_the_parameters_that_are_named(toy, capsys):
    assert main(["dump", "toy_target:energy", "--wrt", "x, k"]) == 0
    import toy_target

    both = capsys.readouterr().out
    assert main(["dump", "toy_target:energy", "--wrt", "0,1"]) == 0
    assert capsys.readouterr().out == both
    assert both.strip() == srcdiff.grad(toy_target.energy, wrt=("x", "k")).source.strip()


def test_dump_of_a_derivative_is_its_own_text(toy, capsys):
    assert main(["dump", "toy_target:decorated"]) == 0
    import toy_target

    assert capsys.readouterr().out.strip() == toy_target.decorated.source.strip()


def test_dump_of_a_derivative_for_something_else_needs_names(toy, capsys):
    assert main(["dump", "toy_target:decorated", "--standalone"]) == 2
    expected = "toy_target:decorated is a derivative of decorated: say --wrt, by what else it should be"
    assert capsys.readouterr() == ("", f"srcdiff dump: error: {expected}\n")


@pytest.mark.parametrize("target", ["toy_target:Model.loss", "toy_target:Model.cost"])
def test_dump_finds_methods(toy, capsys, target):
    wrt = ["--wrt", "x"]
    assert main(["dump", target, *wrt]) == 0
    assert "adjoint(" in capsys.readouterr().out


def test_dump_for_known_kinds_runs_and_is_right(toy, capsys):
    assert main(["dump", "toy_target:energy", "--args", "np.ones(3), 2.0", "--standalone"]) == 0
    names = {}
    exec(compile(capsys.readouterr().out, "standalone", "exec"), names)
    x = np.array([0.0, 1.0, 3.0])
    np.testing.assert_allclose(names["energy_adjoint"](x, 2.0), [-2.0, -2.0, 4.0])


def test_dump_standalone_runs_without_srcdiff(toy):
    for flags in ([], ["--args", "np.ones(3), 2.0"]):
        assert main(["dump", "toy_target.py:energy", "--wrt", "x,k", "--standalone", *flags, "-o", "out.py"]) == 0
        code = textwrap.dedent("""
            import sys
            sys.modules["srcdiff"] = sys.modules["gast"] = None   # importing either now fails
            sys.path.insert(0, ".")
            import numpy as np, out
            x_bar, k_bar = out.energy_adjoint(np.array([0.0, 1.0, 3.0]), 2.0)
            assert x_bar.tolist() == [-2.0, -2.0, 4.0] and k_bar == 2.5, (x_bar, k_bar)
        """)
        subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=60)


def test_dump_to_a_file_and_check_it(toy, capsys):
    arguments = ["dump", "toy_target:energy", "--standalone"]
    assert main([*arguments, "-o", "energy_adjoint.py"]) == 0
    assert main([*arguments, "--check", "energy_adjoint.py"]) == 0
    assert capsys.readouterr() == ("", "")

    with open("energy_adjoint.py", "a") as file:
        file.write("# edited\n")
    assert main([*arguments, "--check", "energy_adjoint.py"]) == 1
    out, err = capsys.readouterr()
    assert "-# edited" in out
    assert err == "srcdiff dump: energy_adjoint.py is out of date: write it again with -o energy_adjoint.py\n"

    assert main([*arguments, "--check", "none.py"]) == 1
    assert "none.py does not exist" in capsys.readouterr().err


def test_dump_rosen_reads_and_agrees_with_scipy(capsys):
    optimize = pytest.importorskip("scipy.optimize")
    assert main(["dump", "scipy.optimize:rosen", "--standalone", "--args", "np.ones(5)"]) == 0
    text = capsys.readouterr().out
    assert "srcdiff" not in [line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))]
    names = {}
    exec(compile(text, "rosen_adjoint", "exec"), names)
    x = np.random.default_rng(0).standard_normal(7)
    expected = optimize.rosen_der(x)
    np.testing.assert_allclose(names["rosen_adjoint"](x), expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_of_a_right_adjoint(toy, capsys):
    assert main(["check", "toy_target:energy", "--args", "np.array([0.0, 1.0, 3.0]), 2.0"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["direction", "adjoint", "difference", "error", "allowed"]
    assert [line.split()[0] for line in lines[2:-1]] == ["x"] * 3 + ["k"] * 3 + ["(all)"] * 3
    assert lines[-1] == "ok: the adjoint agrees with differences in 9 of 9 directions"
    assert err == ""


def test_check_takes_names_directions_and_defaults(toy, capsys):
    arguments = ["check", "toy_target:energy", "--args", "KNOWN", "--wrt", "x", "--directions", "2", "--seed", "5"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert first.endswith("in 2 of 2 directions\n")
    assert main(arguments) == 0
    assert capsys.readouterr().out == first


def test_check_of_a_non_scalar_output(toy, capsys):
    assert main(["check", "toy_target:squares", "--args", "np.ones((2, 3))"]) == 0
    assert "ok" in capsys.readouterr().out


def test_check_of_a_wrong_rule_is_a_mismatch(toy, capsys):
    assert main(["check", "toy_target:uses_opaque", "--args", "2.0"]) == 1
    assert capsys.readouterr().out.endswith("MISMATCH in 3 of 3 directions: x\n")


# --- what cannot be done ----------------------------------------------------------------------------------------------

BAD_TARGETS = {
    "toy_target": "'toy_target' is no target: write package.module:function or path/to/file.py:function",
    ":energy": "':energy' is no target: write package.module:function or path/to/file.py:function",
    "toy_target:": "'toy_target:' is no target: write package.module:function or path/to/file.py:function",
    "toy_target:enrgy": "toy_target has no 'enrgy'; did you mean 'energy'?",
    "toy_target:Model.los": "toy_target:Model has no 'los'; did you mean 'loss'?",
    "toy_target:KNOWN": "toy_target:KNOWN is an ndarray, not a function",
    "toy_target:Model.scale": "toy_target:Model.scale is an int, not a function",
    "toy_target:Model": "toy_target:Model is a class, not a function: name one of its methods, toy_target:Model.method",
    "no_such_module:f": "there is no module 'no_such_module'",
    "no_such_package.module:f": "there is no module 'no_such_package'",
    "toy_target.deeper:f": "there is no module 'toy_target.deeper'",
    "no/such/file.py:f": "there is no file no/such/file.py",
    "some/folder:f": "some/folder is no Python file: its name does not end in .py",
    "broken.py:f": "importing broken.py failed: ZeroDivisionError: division by zero",
    "syntax.py:f": "importing syntax.py failed: SyntaxError: unmatched ')'",
    "exits.py:f": "importing exits.py failed: SystemExit: 3",
    "needs.py:f": "importing needs.py failed: ModuleNotFoundError: No module named 'not_installed'",
}


@pytest.mark.parametrize("target", BAD_TARGETS)
def test_a_bad_target_gets_one_line_and_status_2(toy, capsys, target):
    Path("broken.py").write_text("1 / 0\n")
    Path("syntax.py").write_text("def f(x):\n    return )\n")
    Path("exits.py").write_text("raise SystemExit(3)\n")
    Path("needs.py").write_text("import not_installed\n")
    for arguments in (["dump", target], ["check", target, "--args", "1.0"]):
        assert main(arguments) == 2
        message = BAD_TARGETS[target]
        assert capsys.readouterr() == (
            "",
            f"srcdiff {arguments[0]}: error: {message}\n",
        )


BAD_ARGUMENTS = {
    "np.onez(3)": "--args 'np.onez(3)': AttributeError: module 'numpy' has no attribute 'onez'",
    "nowhere": "--args 'nowhere': NameError: name 'nowhere' is not defined",
    "1.0, 2.0, 3.0": "--args does not fit energy(x, k=2.0): too many positional arguments",
    "()": "--args does not fit energy(x, k=2.0): missing a required argument: 'x'",
    "2": "none of the arguments has a floating part: write 2.0 where 2 stands",
}


@pytest.mark.parametrize("expression", BAD_ARGUMENTS)
def test_bad_arguments_get_one_line_and_status_2(toy, capsys, expression):
    assert main(["check", "toy_target:energy", "--args", expression]) == 2
    assert capsys.readouterr() == ("", f"srcdiff check: error: {BAD_ARGUMENTS[expression]}\n")


def test_an_expression_that_does_not_parse(toy, capsys):
    assert main(["check", "toy_target:energy", "--args", "1 +"]) == 2
    assert capsys.readouterr().err.startswith("srcdiff check: error: --args '1 +': SyntaxError: ")


@pytest.mark.parametrize(
    ("wrt", "message"),
    [
        (",", "--wrt ',': names with commas between, such as --wrt w,b"),
        ("z", "`wrt` names `z`: energy(x, k=2.0) has no such parameter"),
        ("2", "`wrt` is position 2: energy(x, k=2.0) has 2 positional parameters"),
    ],
)
def test_bad_names_get_one_line_and_status_2(toy, capsys, wrt, message):
    assert main(["dump", "toy_target:energy", "--wrt", wrt, "--standalone"]) == 2
    assert capsys.readouterr() == ("", f"srcdiff dump: error: {message}\n")


def test_unknown_names_without_standalone_are_said_to_be_unknown(toy, capsys):
    assert main(["dump", "toy_target:energy", "--wrt", "z"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("srcdiff dump: error: ")
    assert "z" in err


def test_what_is_refused_says_where_and_has_status_2(toy, capsys):
    assert main(["dump", "toy_target:generator"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("srcdiff dump: error: ")
    assert "toy_target.py:" in err
    assert "yield" in err


def test_a_primal_that_raises_is_named(toy, capsys):
    assert main(["check", "toy_target:boom", "--args", "2.0"]) == 2
    assert capsys.readouterr() == ("", "srcdiff check: error: boom raises there: RuntimeError: no way\n")


def test_a_file_that_cannot_be_written(toy, capsys):
    assert main(["dump", "toy_target:energy", "-o", "no/such/folder.py"]) == 2
    assert capsys.readouterr().err == "srcdiff dump: error: no/such/folder.py: No such file or directory\n"


@pytest.mark.parametrize(
    "arguments", [[], ["frobnicate"], ["dump"], ["check", "m:f"], ["dump", "m:f", "-o", "a", "--check", "b"]]
)
def test_bad_options_have_status_2(arguments):
    with pytest.raises(SystemExit) as info:
        main(arguments)
    assert info.value.code == 2


# --- the program in a shell -------------------------------------------------------------------------------------------


def test_python_dash_m_is_the_same_program(toy, capsys):
    result = run("dump", "toy_target:energy", cwd=toy)
    assert main(["dump", "toy_target:energy"]) == 0
    assert (result.returncode, result.stdout, result.stderr) == (0, capsys.readouterr().out, "")


def test_version():
    assert run("--version").stdout == f"srcdiff {srcdiff.__version__}\n"


def test_a_file_that_is_called_like_a_module_of_the_library(tmp_path):
    (tmp_path / "random.py").write_text("def f(x):\n    return x * x\n")
    result = run("check", str(tmp_path / "random.py:f"), "--args", "2.0")
    assert result.returncode == 0, result.stderr


def test_a_file_inside_a_package_is_imported_as_part_of_it(tmp_path):
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "helper.py").write_text("def twice(x):\n    return 2.0 * x\n")
    (package / "model.py").write_text("from .helper import twice\n\n\ndef f(x):\n    return twice(x) ** 2\n")
    result = run("check", "pack/model.py:f", "--args", "2.0", cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_a_closed_pipe_is_no_error(toy):
    command = f"{sys.executable} -m srcdiff dump toy_target:energy | true; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(["bash", "-c", command], cwd=toy, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self, stream):
        self.stream = stream

    def isatty(self):
        return True

    def __getattr__(self, name):
        return getattr(self.stream, name)


def test_colours_on_a_terminal_only_and_not_under_no_color(toy, capsys, monkeypatch):
    pytest.importorskip("pygments")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["dump", "toy_target:energy"]) == 0
    plain = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdout", Terminal(sys.stdout))
    assert main(["dump", "toy_target:energy"]) == 0
    coloured = capsys.readouterr().out
    assert "\x1b[" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["dump", "toy_target:energy"]) == 0
    assert capsys.readouterr().out == plain


def test_without_pygments_a_terminal_gets_plain_text(toy, capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setitem(sys.modules, "pygments", None)
    monkeypatch.setattr(sys, "stdout", Terminal(sys.stdout))
    assert main(["dump", "toy_target:energy"]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("w", "w"),
        ("w,b", ("w", "b")),
        (" w , 1 ", ("w", 1)),
        ("params['a,b'],c", ("params['a,b']", "c")),
        ("params.w", "params.w"),
    ],
)
def test_names_are_split_at_commas(text, expected):
    assert parse_wrt(text) == expected
