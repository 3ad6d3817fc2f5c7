"""Kernels as they stand in scientific code: arrays written in place, None returned.

Written afresh from their mathematical definitions; each has a `..._loss` that calls it and reduces the result.
"""

from __future__ import annotations

import importlib

from benchmarks.npbench.registry import KERNELS, Kernel

__all__ = ["FAMILIES", "all_kernels"]

FAMILIES = (
    "stencils",
    "products",
    "decompositions",
    "statistics",
    "weather",
    "fluids",
    "particles",
    "signals",
    "networks",
    "spectra",
    "tables",
)


def all_kernels() -> list[Kernel]:
    """Every kernel of every family."""
    for family in FAMILIES:
        importlib.import_module(f"{__name__}.{family}")
    return list(KERNELS)
