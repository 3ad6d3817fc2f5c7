"""`python -m benchmarks`: one command, one table."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

from benchmarks.measure import CLOCKS, Measured, measure  # noqa: E402  # threads are set before NumPy is imported
from benchmarks.table import report  # noqa: E402
from benchmarks.tools import TOOLS, available  # noqa: E402
from benchmarks.workloads import all_workloads  # noqa: E402

__all__ = ["main"]


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("words", nargs="*", help="only workloads whose name or class contains one of these")
    parser.add_argument("--tools", help=f"comma-separated, among: {', '.join(TOOLS)}", default=None)
    parser.add_argument("--rounds", type=int, default=9, help="how often every tool has its turn (9)")
    parser.add_argument("--budget", type=float, default=0.02, help="seconds of a turn (0.02)")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: for a machine that others use (wall)")
    parser.add_argument("-o", "--output", type=Path, help="write the report here (docs/benchmarks.md)")
    options = parser.parse_args()
    tools = available()
    if options.tools is not None:
        tools = [tool for tool in TOOLS if tool in options.tools.split(",") and tool in tools]
    results: list[Measured] = []
    for workload in all_workloads():
        if options.words and not any(w.lower() in f"{workload.name} {workload.kind}".lower() for w in options.words):
            continue
        print(f"{workload.kind}: {workload.name}", file=sys.stderr, flush=True)
        results.append(measure(workload, tools, options.rounds, options.budget, options.clock))
    text = report(results, tools, datetime.date.today().isoformat())
    if options.output is not None:
        options.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
