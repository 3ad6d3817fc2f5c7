"""What the package promises as a package: types, version, dependencies, and what an import costs."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import srcdiff

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
OPTIONAL = {"autograd", "hypothesis", "jax", "matplotlib", "numba", "pygments", "pytest", "scipy", "torch"}
PUBLIC = {
    "SeedError",
    "SourceError",
    "SrcdiffError",
    "UnsupportedError",
    "adjoint",
    "elementwise_grad",
    "grad",
    "stop_gradient",
    "tangent",
    "value_and_grad",
    "vjp",
}


def test_the_public_names_are_there():
    assert set(srcdiff.__all__) >= PUBLIC
    for name in srcdiff.__all__:
        assert hasattr(srcdiff, name)


def test_the_version_is_the_installed_one():
    assert re.fullmatch(r"\d+\.\d+\.\d+([ab]\d+|rc\d+|\.dev\d+)?", srcdiff.__version__)
    try:
        installed = importlib.metadata.version("srcdiff")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("srcdiff is not installed: these tests run from a checkout")
    assert installed == srcdiff.__version__


def test_the_changelog_knows_the_version():
    assert f"## {srcdiff.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_it_is_typed():
    assert (Path(srcdiff.__file__).parent / "py.typed").is_file()


def test_only_numpy_and_gast_are_needed():
    match = re.search(r"^dependencies = \[(.*)\]$", PYPROJECT, re.MULTILINE)
    assert match is not None
    assert {re.split(r"[<>=]", item.strip(' "'))[0] for item in match[1].split(",")} == {"gast", "numpy"}


def test_importing_imports_nothing_optional():
    code = "import sys, srcdiff; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert OPTIONAL.isdisjoint(result.stdout.split())


def test_it_works_where_nothing_optional_is_installed(tmp_path):
    (tmp_path / "f.py").write_text("import numpy as np\n\n\ndef f(x):\n    return np.sum(np.sin(x) ** 2)\n")
    code = textwrap.dedent(f"""
        import sys
        sys.modules |= dict.fromkeys({sorted(OPTIONAL)})  # importing any of them now fails
        import numpy as np, srcdiff
        from f import f
        x = np.array([0.5, 1.0])
        assert np.allclose(srcdiff.grad(f)(x), np.sin(2 * x), rtol=1e-14)
        from srcdiff.cli import main
        assert main(["check", "f:f", "--args", "np.ones(2)"]) == 0
    """)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, stdout=subprocess.DEVNULL)


def test_the_console_script_is_the_command_line():
    assert 'srcdiff = "srcdiff.cli:main"' in PYPROJECT
