"""The table: ratios within one run, geometric means and the worst case by class."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.measure import Measured
from benchmarks.workloads.registry import CLASSES

__all__ = ["report"]

RATIOS = (
    ("srcdiff", "by hand", "Python output over NumPy by hand"),
    ("srcdiff Numba", "by hand Numba", "Numba output over Numba by hand"),
    ("autograd", "srcdiff", "autograd over Python output"),
    ("PyTorch", "srcdiff", "PyTorch over Python output"),
    ("JAX jit", "srcdiff Numba", "JAX jit over Numba output"),
)
HOW = (
    "Time of one value and gradient, float64, one thread: medians of interleaved rounds. Before anything is timed, the"
    " adjoints written by hand are checked against differences of the primal, and every tool against them."
)
_PACKAGES = ("numpy", "scipy", "numba", "autograd", "jax", "torch")


def report(results: Sequence[Measured], tools: Sequence[str], date: str) -> str:
    """Everything that was measured, in Markdown."""
    parts = [
        "# Benchmarks",
        f"{_machine()}; {date}. Made by `python -m benchmarks`.",
        HOW,
        _times(results, tools),
        "## Ratios\n\nGeometric mean of each class, the worst workload in brackets.",
        _ratios(results),
        "## Gradient over primal",
        "One value and gradient in primals as they are written (for Numba: the compiled one in *uncompiled* primals).",
        _over_primal(results, tools),
        "## First calls\n\nSeconds, everything included: transforming, tracing, compiling.",
        _first(results, tools),
        "## Memory\n\nThe peak of what Python and NumPy allocate in one call.",
        _memory(results),
    ]
    problems = [f"- {m.workload.name}, {tool}: {reason}" for m in results for tool, reason in m.problems.items()]
    if problems:
        parts += ["## Not in the table", "\n".join(problems)]
    return "\n\n".join(parts) + "\n"


def _machine() -> str:
    packages = []
    for package in _PACKAGES:
        try:
            packages.append(f"{package} {version(package)}")
        except PackageNotFoundError:  # noqa: PERF203
            continue
    return f"{platform.machine()}, Python {platform.python_version()}, {', '.join(packages)}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join([_row(head), _row(["---"] * len(head)), *map(_row, rows)])


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def _times(results: Sequence[Measured], tools: Sequence[str]) -> str:
    head = ["class", "workload", "primal", *tools]
    rows = [
        [m.workload.kind, m.workload.name, _duration(m.primal), *(_duration(m.seconds.get(tool)) for tool in tools)]
        for m in results
    ]
    return _table(head, rows)


def _summary(pairs: Sequence[tuple[float, str]], *, worst: str = "max") -> str:
    """The geometric mean of ratios, and the worst with its workload."""
    if not pairs:
        return ""
    mean = math.exp(sum(math.log(ratio) for ratio, _ in pairs) / len(pairs))
    extreme = max(pairs) if worst == "max" else min(pairs)
    return f"{mean:.3g} ({extreme[0]:.3g}, {extreme[1]})"


def _of_class(results: Sequence[Measured], kind: str) -> list[Measured]:
    return [m for m in results if m.workload.kind == kind]


def _ratios(results: Sequence[Measured]) -> str:
    rows = []
    for over, under, words in RATIOS:
        cells = [words]
        for kind in CLASSES:
            pairs = [
                (m.seconds[over] / m.seconds[under], m.workload.name)
                for m in _of_class(results, kind)
                if over in m.seconds and under in m.seconds
            ]
            cells.append(_summary(pairs, worst="max" if over.startswith("srcdiff") else "min"))
        rows.append(cells)
    return _table(["", *CLASSES], rows)


def _over_primal(results: Sequence[Measured], tools: Sequence[str]) -> str:
    rows = []
    for tool in tools:
        cells = [tool]
        for kind in CLASSES:
            pairs = [
                (m.seconds[tool] / m.primal, m.workload.name) for m in _of_class(results, kind) if tool in m.seconds
            ]
            cells.append(_summary(pairs))
        rows.append(cells)
    return _table(["", *CLASSES], rows)


def _first(results: Sequence[Measured], tools: Sequence[str]) -> str:
    rows = [[m.workload.name, *(_duration(m.first.get(tool)) for tool in tools)] for m in results]
    return _table(["workload", *tools], rows)


def _memory(results: Sequence[Measured]) -> str:
    rows = []
    for m in results:
        cells = [f"{m.memory[tool] / 1024:.4g} KiB" if tool in m.memory else "" for tool in ("by hand", "srcdiff")]
        both = len(m.memory) == 2 and m.memory["by hand"]
        rows.append([m.workload.name, *cells, f"{m.memory['srcdiff'] / m.memory['by hand']:.3g}" if both else ""])
    return _table(["workload", "by hand", "srcdiff", "ratio"], rows)
