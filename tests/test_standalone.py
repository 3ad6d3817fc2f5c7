"""Modules that run without srcdiff: what they carry, what they refuse, and that their text is always the same."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from srcdiff.cli import main

ROOT = Path(__file__).parents[1]

MODEL = """
import math
import types
import numpy as np
from numpy.linalg import norm

G = 9.81
TABLE = np.array([[1.0, 2.0], [3.0, 4.0]], order="F")
NAMES = {"a": 1.5, "b": (2, None)}
RATES = types.SimpleNamespace(decay=3.0)


def half(u):
    return scale * 0.5 * u


scale = 2.0
twice = lambda u: 2.0 * u


def carries(x, k=2.0):
    return half(twice(x[0])) * G * k + norm(x) * NAMES["a"] + np.sum(TABLE @ x) + math.exp(x[1])


def captures(x):
    return x * x * RATES.decay


def writes(x, y):
    x[0] = y[0] * 3.0
    return np.sum(x * y)


def general(x, y):
    return np.sum(np.sin(x) * y)


def hypotenuse(a: float, b: float):
    return math.hypot(a, b)
"""

BLOCKED = """
import sys
for name in ("srcdiff", "gast", "scipy"):
    sys.modules[name] = None  # importing it now fails
sys.path.insert(0, ".")
import numpy as np
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the module, which is the current one."""
    (tmp_path / "model.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    yield tmp_path
    sys.modules.pop("model", None)


def dump(*arguments):
    """The names of a standalone module, which is run here."""
    assert main(["dump", *arguments, "--standalone", "-o", "out.py"]) == 0
    names = {}
    exec(compile(Path("out.py").read_text(), "out.py", "exec"), names)
    return names


def alone(code):
    """Run code where srcdiff and SciPy cannot be imported."""
    subprocess.run([sys.executable, "-I", "-c", BLOCKED + code], check=True, timeout=60)


def differences(function, x):
    """Central differences of a scalar function of a vector."""
    steps = 1e-6 * np.eye(x.size)
    return np.array([(function(x + step) - function(x - step)) / 2e-6 for step in steps])


def test_helpers_and_constants_are_carried(folder):
    dump("model.py:carries")
    import model

    x = np.array([0.5, -0.25])
    expected = differences(lambda x: model.carries(x, 3.0), x)
    alone(
        f"import out; np.testing.assert_allclose(out.carries_adjoint(np.array({x.tolist()}), 3.0), "
        f"{expected.tolist()}, rtol=1e-6)"
    )
    text = Path("out.py").read_text()
    assert "import model" not in text
    assert "from model" not in text
    assert "RATES" not in text
    assert "def carries_adjoint(x, k=2.0" in text


def test_what_cannot_be_written_out_is_imported_from_where_it_is(folder):
    dump("model.py:captures", "--args", "2.0")
    assert "from model import RATES\n" in Path("out.py").read_text()


def test_what_can_neither_be_written_out_nor_imported_is_refused(folder, capsys):
    Path("local.py").write_text(
        "import numpy as np\n\n\ndef make():\n    generator = np.random.default_rng(0)\n\n"
        "    def f(x):\n        return x * generator.normal()\n\n    return f\n\n\nf = make()\n"
    )
    assert main(["dump", "local.py:f", "--standalone", "--args", "2.0"]) == 2
    assert capsys.readouterr().err == (
        "srcdiff dump: error: a standalone module that needs `generator`, of type Generator, which can be neither "
        "written out nor imported\nMake `generator` a parameter of the primal, or define it in a module that can be "
        "imported.\n"
    )


def test_rosen_runs_where_only_numpy_is_and_agrees_with_scipy(folder):
    optimize = pytest.importorskip("scipy.optimize")
    names = dump("scipy.optimize:rosen", "--args", "np.ones(5)")
    x = np.random.default_rng(1).standard_normal(6)
    expected = optimize.rosen_der(x)
    np.testing.assert_allclose(names["rosen_adjoint"](x), expected, rtol=1e-12, atol=1e-12)
    alone(
        f"import out; np.testing.assert_allclose(out.rosen_adjoint(np.array({x.tolist()})), {expected.tolist()}, "
        "rtol=1e-12, atol=1e-12)"
    )


def test_forward_mode_is_the_transpose(folder):
    forward = dump("model.py:general", "--wrt", "x,y", "--mode", "forward")["general_tangent"]
    reverse = dump("model.py:general", "--wrt", "x,y")["general_adjoint"]
    x, y, x_dot, y_dot = np.random.default_rng(0).standard_normal((4, 3))
    value, tangent = forward(x, y, x_dot, y_dot)
    x_bar, y_bar = reverse(x, y)
    assert value == np.sum(np.sin(x) * y)
    np.testing.assert_allclose(tangent, x_bar @ x_dot + y_bar @ y_dot, rtol=1e-14)
    with pytest.raises(TypeError, match=r"`x_dot` has shape \(2,\), what it is the tangent of has shape \(3,\)"):
        forward(x, y, x_dot[:2], y_dot)


REFUSED = {
    "1j * x, x": "`x` is a complex array of shape (n,), and this text was made for a real number or array",
    "[1.0, 2.0], x": "`x` is list(a real number, a real number), and this text was made for a real number or array",
    "np.arange(3), x": "`x` is an integer array of shape (n,), and this text was made for a real number or array",
    "2, x": "`x` is an integer number, and this text was made for a real number or array: pass 2.0",
    "x, [1.0]": "`y` is list(a real number), and this text was made for a constant",
    "np.ma.masked_array(x), x": "`x` is of type MaskedArray, and this text was made for a real number or array",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_a_general_text_was_not_made_for_is_a_type_error(folder, arguments):
    adjoint = dump("model.py:general")["general_adjoint"]
    with pytest.raises(TypeError) as info:
        adjoint(*eval(arguments, {"np": np, "x": np.ones(3)}))
    assert str(info.value) == REFUSED[arguments]


def test_arguments_of_a_special_text_are_of_its_kinds(folder):
    optimize = pytest.importorskip("scipy.optimize")
    adjoint = dump("scipy.optimize:rosen", "--args", "np.ones(5)")["rosen_adjoint"]
    assert adjoint(np.ones(5)).tolist() == optimize.rosen_der(np.ones(5)).tolist()
    with pytest.raises(TypeError) as info:
        adjoint(np.ones((5, 2)))
    expected = "`x` is a real array of shape (n, n), and this text was made for a real array of shape (n,)"
    assert str(info.value) == expected


def test_an_argument_that_is_written_into_stands_apart(folder):
    adjoint = dump("model.py:writes", "--wrt", "x,y", "--args", "np.ones(3), np.ones(3)")["writes_adjoint"]
    x, y = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    x_bar, y_bar = adjoint(x, y)
    assert (x_bar.tolist(), y_bar.tolist()) == ([0.0, 5.0, 6.0], [24.0, 2.0, 3.0])
    assert x.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(TypeError) as info:
        adjoint(x, x)
    assert str(info.value) == "`x` is written into and shares memory with `y`: pass a copy of one of them"


def test_types_are_written_where_they_are_known(folder):
    dump("model.py:hypotenuse", "--wrt", "a,b")
    text = Path("out.py").read_text()
    assert "def hypotenuse_adjoint(a: float, b: float, gradient: float = 1.0) -> tuple[float, float]:" in text
    assert 'require("a real number", a=a, b=b)' in text


def test_the_header_says_what_it_is_and_the_text_is_the_same_in_every_process(folder):
    texts = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "srcdiff", "dump", "model.py:carries", "--wrt", "x,k", "--standalone"]
        texts.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert texts[0] == texts[1]
    head, _, body = texts[0].partition('"""\n\n')
    assert head.startswith('"""Adjoint of model.py:carries with respect to x, k.\n\nWritten by srcdiff ')
    assert "\n    srcdiff dump model.py:carries --wrt x,k --standalone\n" in head
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    assert head.endswith(f"\nSHA-256 of what follows: {digest}\n")
