"""Every example runs and asserts its own result; the bundled data are what was published."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(path.stem for path in EXAMPLES.glob("*.py"))


def load(name):
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
def test_example(name, tmp_path, capsys):
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    for optional in ("scipy", "matplotlib"):
        if optional in text:
            pytest.importorskip(optional)
    module = load(name)
    assert module.__doc__
    if "figure" in inspect.signature(module.main).parameters:
        figure = tmp_path / "figure.png"
        module.main(str(figure))
        assert figure.stat().st_size > 10_000
    else:
        module.main()
    assert capsys.readouterr().out.strip()


def test_there_are_examples():
    assert {"quickstart", "rosenbrock", "torch_backward_scalar", "maximum_likelihood", "heat_equation"} <= set(SCRIPTS)


def read(name):
    return np.loadtxt(EXAMPLES / "data" / name, delimiter=",", skiprows=1, unpack=True)


def test_michelson_is_as_published():
    series, speed = read("michelson.csv")
    assert speed.size == 100
    assert speed.mean() == pytest.approx(852.4)
    assert speed.std(ddof=1) == pytest.approx(79.01, abs=0.005)
    assert [speed[series == k].mean() for k in range(1, 6)] == [909.0, 856.0, 845.0, 820.5, 831.5]
    assert [round(speed[series == k].std(ddof=1), 1) for k in range(1, 6)] == [104.9, 61.2, 79.1, 60.0, 54.2]


def test_nile_is_as_published():
    year, flow = read("nile.csv")
    assert year.tolist() == list(range(1871, 1971))
    assert flow.mean() == pytest.approx(919.35)
    assert flow.std(ddof=1) == pytest.approx(169.2275, abs=5e-5)


def test_lynx_and_hare_are_21_years():
    year, hare, lynx = read("lynx_hare.csv")
    assert year.tolist() == list(range(1900, 1921))
    assert (hare.max(), year[hare.argmax()]) == (77.4, 1903)
    assert (lynx.max(), year[lynx.argmax()]) == (59.4, 1904)
