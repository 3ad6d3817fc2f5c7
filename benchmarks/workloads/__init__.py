"""The workloads of the benchmark table, by class."""

from __future__ import annotations

from benchmarks.workloads import element_loops, scalar_loops, stencils, vectorised
from benchmarks.workloads.registry import Workload

__all__ = ["all_workloads"]


def all_workloads() -> list[Workload]:
    """Every workload, class by class."""
    return [*scalar_loops.WORKLOADS, *element_loops.WORKLOADS, *stencils.WORKLOADS, *vectorised.WORKLOADS]
