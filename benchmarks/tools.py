"""What differentiates a workload: srcdiff, hands, and other tools, as functions that return (value, gradients)."""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Callable
from typing import Any

import numpy as np

import srcdiff
from benchmarks.workloads.registry import Workload

__all__ = ["TOOLS", "available", "made_by"]

Differentiated = Callable[..., Any]


def by_hand(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    return workload.by_hand, workload.args


def srcdiff_python(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    return srcdiff.value_and_grad(workload.primal, workload.wrt), workload.args


def by_hand_compiled(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    return jitted(workload.by_hand_compiled), workload.args


def srcdiff_compiled(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    import numba

    return srcdiff.value_and_grad(workload.primal, workload.wrt, compile=numba.njit), workload.args


def autograd(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    import autograd.numpy
    from autograd import make_vjp

    function = workload.written_for["autograd"](autograd.numpy)

    def both(*args: Any) -> Any:
        pullback, value = make_vjp(lambda *active: function(*_with(args, workload.wrt, active)), tuple(workload.wrt))(
            *(args[k] for k in workload.wrt)
        )
        return value, pullback(np.ones_like(value))

    return both, workload.args


def _with(args: tuple[Any, ...], where: tuple[int, ...], values: tuple[Any, ...]) -> list[Any]:
    changed = list(args)
    for k, value in zip(where, values):
        changed[k] = value
    return changed


def jax(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    import jax

    jax.config.update("jax_enable_x64", True)
    static = tuple(k for k, argument in enumerate(workload.args) if isinstance(argument, int))
    function = jax.value_and_grad(workload.written_for["jax"](jax), workload.wrt)
    compiled = jax.jit(function, static_argnums=static)
    args = tuple(a if isinstance(a, int) else jax.numpy.asarray(a) for a in workload.args)
    return lambda *a: jax.block_until_ready(compiled(*a)), args


def torch(workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    import torch

    torch.set_num_threads(1)
    function = workload.written_for["torch"](torch)
    args = tuple(a if isinstance(a, int) else torch.tensor(a, dtype=torch.float64) for a in workload.args)

    def both(*args: Any) -> Any:
        active = [args[k].detach().requires_grad_() for k in workload.wrt]
        value = function(*_with(args, workload.wrt, tuple(active)))
        return value, torch.autograd.grad(value, active)

    return both, args


TOOLS: dict[str, Callable[[Workload], tuple[Differentiated, tuple[Any, ...]]]] = {
    "by hand": by_hand,
    "srcdiff": srcdiff_python,
    "by hand Numba": by_hand_compiled,
    "srcdiff Numba": srcdiff_compiled,
    "autograd": autograd,
    "JAX jit": jax,
    "PyTorch": torch,
}
_NEEDS = {
    "by hand Numba": "numba",
    "srcdiff Numba": "numba",
    "autograd": "autograd",
    "JAX jit": "jax",
    "PyTorch": "torch",
}


def available() -> list[str]:
    """The tools that are installed."""
    return [tool for tool in TOOLS if tool not in _NEEDS or importlib.util.find_spec(_NEEDS[tool]) is not None]


def made_by(tool: str, workload: Workload) -> tuple[Differentiated, tuple[Any, ...]]:
    """What a tool makes of a workload, and the arguments as it takes them."""
    return TOOLS[tool](workload)


def jitted(function: Any) -> Any:
    """A function through `numba.njit`, with the plain functions that it calls."""
    import numba

    names = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(names.get(name), types.FunctionType) and names[name].__module__ == function.__module__:
            names[name] = numba.njit(names[name])
    own = types.FunctionType(function.__code__, names, function.__name__)
    own.__module__ = function.__module__
    return numba.njit(own)
