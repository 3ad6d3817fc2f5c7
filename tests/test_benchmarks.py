"""The adjoints that benchmarks compare with are right, and the report is made."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.measure import measure
from benchmarks.workloads import all_workloads
from benchmarks.workloads.registry import CLASSES, Workload

WORKLOADS = all_workloads()


def test_there_are_enough_in_every_class() -> None:
    assert len(WORKLOADS) >= 16
    assert {workload.kind for workload in WORKLOADS} == set(CLASSES)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_srcdiff_agrees_with_the_adjoint_by_hand(workload: Workload) -> None:
    """The adjoint by hand is itself checked against differences of the primal."""
    measured = measure(workload, ["by hand", "srcdiff"], rounds=1, budget=0.0)
    assert not measured.problems
    assert set(measured.seconds) == {"by hand", "srcdiff"}


def test_one_command() -> None:
    command = [sys.executable, "-m", "benchmarks", "chain", "--rounds", "1", "--tools", "by hand,srcdiff"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "| scalar loops | scalar chain |" in done.stdout
    assert "Python output over NumPy by hand" in done.stdout
