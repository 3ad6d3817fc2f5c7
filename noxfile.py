"""The project's habits, one command each: `nox -s tests lint docs bench`."""

import os
from pathlib import Path

import nox

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]

nox.options.sessions = ["lint", "tests"]
nox.options.error_on_missing_interpreters = False


def find_pyenv() -> None:
    """Put pyenv's interpreters on the path: its shims only run the version that is selected."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [str(path) for minor in PYTHONS for path in sorted(versions.glob(f"{minor}.*/bin"), reverse=True)]
    os.environ["PATH"] = os.pathsep.join([*found, os.environ["PATH"]])


find_pyenv()


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Every test, on every supported Python that is installed."""
    session.install("-e", ".[dev]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint and types."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site, with warnings as errors."""
    session.install("-e", ".[docs]")
    session.run("mkdocs", "build", "--strict")


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks, next to hand-written adjoints and to other tools."""
    session.install("-e", ".[bench]")
    session.run("python", "-m", "benchmarks", *session.posargs)
