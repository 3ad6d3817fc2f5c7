"""Measuring: gradients are checked first; then rounds in which every tool has its turn, and the median of each."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.tools import made_by
from benchmarks.workloads.registry import Workload

__all__ = ["CLOCKS", "Measured", "measure"]


@dataclass
class Measured:
    """What was measured of one workload.

    Attributes
    ----------
    primal : float
        Seconds of one evaluation of the primal as it is written.
    seconds, first : dict
        Tool to the median of one value and gradient, and to the seconds of the first call.
    memory : dict
        Tool to the peak of what Python and NumPy allocate in one call, in bytes: for tools that allocate there.
    problems : dict
        Tool to what went wrong.
    """

    workload: Workload
    primal: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
"""What time is: on a machine that others use too, the time of this process alone."""


def measure(
    workload: Workload, tools: Sequence[str], rounds: int = 9, budget: float = 0.02, clock: str = "wall"
) -> Measured:
    """Measure one workload.

    Parameters
    ----------
    workload : Workload
        What to differentiate.
    tools : sequence of str
        With what.
    rounds : int
        How often every tool has its turn.
    budget : float
        Seconds that a turn takes; a call that is longer is a turn of its own.
    clock : str
        One of `CLOCKS`.
    """
    measured = Measured(workload)
    calls: dict[str, Callable[[], Any]] = {}
    reference = workload.by_hand(*workload.args)
    _check_by_differences(workload, reference)
    for tool in tools:
        call = _first_call(measured, tool, reference)
        if call is not None:
            calls[tool] = call
    calls["primal"] = _bound(workload.primal, workload.args)
    medians = _interleaved(calls, rounds, budget, CLOCKS[clock])
    measured.primal = medians.pop("primal")
    measured.seconds = medians
    for tool in ("by hand", "srcdiff"):
        if tool in calls:
            measured.memory[tool] = _peak(calls[tool])
    return measured


def _first_call(measured: Measured, tool: str, reference: Any) -> Callable[[], Any] | None:
    """What is to be timed, after its first call; a tool that fails leaves a hole in the table, and its reason below."""
    try:
        function, args = made_by(tool, measured.workload)
        call = _bound(function, args)
        start = time.perf_counter()
        result = call()
        measured.first[tool] = time.perf_counter() - start
        _check(result, reference)
    except Exception as error:
        text = str(error).strip()
        measured.problems[tool] = f"{type(error).__name__}: {text.splitlines()[0] if text else ''}"[:160]
        return None
    return call


def _bound(function: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[], Any]:
    return lambda: function(*args)


def _interleaved(
    calls: dict[str, Callable[[], Any]], rounds: int, budget: float, now: Callable[[], float]
) -> dict[str, float]:
    repeats = {}
    for tool, call in calls.items():
        start = now()
        call()
        repeats[tool] = max(1, int(budget / max(now() - start, 1e-7)))
    turns: dict[str, list[float]] = {tool: [] for tool in calls}
    gc.disable()
    try:
        for _ in range(rounds):
            for tool, call in calls.items():
                start = now()
                for _ in range(repeats[tool]):
                    call()
                turns[tool].append((now() - start) / repeats[tool])
            gc.collect()
    finally:
        gc.enable()
    return {tool: statistics.median(times) for tool, times in turns.items()}


def _peak(call: Callable[[], Any]) -> int:
    tracemalloc.start()
    call()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    call()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return peak


def _check(result: Any, reference: Any) -> None:
    value, gradients = result
    np.testing.assert_allclose(_plain(value), reference[0], rtol=1e-7)
    for gradient, expected in zip(gradients, reference[1], strict=True):
        scale = np.max(np.abs(expected))
        np.testing.assert_allclose(_plain(gradient), expected, rtol=1e-6, atol=1e-9 * scale)


def _plain(value: Any) -> Any:
    return value.detach().numpy() if hasattr(value, "detach") else np.asarray(value)


def _check_by_differences(workload: Workload, reference: Any) -> None:
    """The adjoint by hand against central differences of the primal, along one direction."""
    rng = np.random.default_rng(0)
    directions = {k: rng.standard_normal(np.shape(workload.args[k])) for k in workload.wrt}

    def moved(step: float) -> float:
        args = [a + step * directions[k] if k in directions else a for k, a in enumerate(workload.args)]
        return float(workload.primal(*args))

    slope = sum(float(np.sum(g * directions[k])) for k, g in zip(workload.wrt, reference[1], strict=True))
    step = 1e-5
    np.testing.assert_allclose((moved(step) - moved(-step)) / (2.0 * step), slope, rtol=2e-5, atol=1e-6 * abs(slope))
    np.testing.assert_allclose(workload.primal(*workload.args), reference[0], rtol=1e-10)
