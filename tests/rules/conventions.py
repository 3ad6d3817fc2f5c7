"""Where a derivative is a choice: what srcdiff has there, and what JAX and PyTorch have.

`python -m tests.rules.conventions` runs the two and writes the table of docs/reference/conventions.md anew; the test
beside it checks the column of srcdiff.
"""

from __future__ import annotations

import importlib
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.rules.harness import Case, bind, gradients

INF, NAN = float("inf"), float("nan")
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "conventions.md"

POINTS: list[tuple[str, tuple[Any, ...]]] = [
    ("numpy.maximum", (1.0, 1.0)),
    ("numpy.minimum", (1.0, 1.0)),
    ("numpy.fmax", (1.0, 1.0)),
    ("numpy.fmax", (NAN, 1.0)),
    ("numpy.abs", (0.0,)),
    ("numpy.abs", (0j,)),
    ("numpy.sign", (0j,)),
    ("numpy.angle", (0j,)),
    ("numpy.clip", (0.0, 0.0, 1.0)),
    ("numpy.clip", (1.0, 0.0, 1.0)),
    ("numpy.clip", (2.0, 3.0, 1.0)),
    ("numpy.hypot", (0.0, 0.0)),
    ("numpy.arctan2", (0.0, 0.0)),
    ("numpy.logaddexp", (-INF, -INF)),
    ("numpy.logaddexp", (INF, 1.0)),
    ("numpy.sqrt", (0.0,)),
    ("numpy.cbrt", (0.0,)),
    ("numpy.log", (0.0,)),
    ("numpy.power", (0.0, 0.0)),
    ("numpy.power", (0.0, 1.0)),
    ("numpy.power", (0.0, 2.0)),
    ("numpy.copysign", (0.0, 1.0)),
    ("numpy.mod", (3.0, 1.5)),
    ("numpy.sinc", (0.0,)),
    ("numpy.nan_to_num", (NAN,)),
    ("scipy.special.xlogy", (0.0, 0.0)),
    ("scipy.special.xlogy", (0.0, 2.0)),
    ("scipy.special.xlog1py", (0.0, -1.0)),
    ("scipy.special.entr", (0.0,)),
]


def resolve(name: str) -> Any:
    """The function of a dotted name."""
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(module), function)


def shown(values: Sequence[Any]) -> str:
    """Derivatives in a few characters each."""
    return ", ".join(f"{value + 0 if np.isrealobj(value) else complex(value) + 0j:.3g}" for value in values)


def ours(name: str, args: tuple[Any, ...]) -> str:
    """The gradients of srcdiff's rule."""
    arrays = tuple(np.array(arg) for arg in args)
    with np.errstate(all="ignore"):
        bound = bind(Case(resolve(name), arrays))
        found = gradients(bound, np.ones_like(bound.output))
    return shown([np.asarray(found.get(name, 0.0))[()] for name in list(bound.values)[: len(args)]])


def of_jax(name: str, args: tuple[Any, ...]) -> str:
    """The gradients that JAX has."""
    import jax

    jax.config.update("jax_enable_x64", True)
    stem = name.rpartition(".")[2]
    function = getattr(jax.numpy, stem, None) or getattr(jax.scipy.special, stem, None)
    try:
        real = jax.grad(lambda *z: jax.numpy.real(function(*z)), argnums=tuple(range(len(args))))
        return shown([np.conj(value) for value in real(*args)])
    except (TypeError, ValueError):
        return "none"


def of_torch(name: str, args: tuple[Any, ...]) -> str:
    """The gradients that PyTorch has."""
    import torch

    stem = name.rpartition(".")[2]
    stem = {"mod": "remainder", "power": "pow", "sign": "sgn", "clip": "clamp"}.get(stem, stem)
    function = getattr(torch, stem, None) or getattr(torch.special, stem, None)
    if function is None:
        return "none"
    tensors = [torch.tensor(arg, dtype=torch.complex128 if isinstance(arg, complex) else torch.float64) for arg in args]
    for tensor in tensors:
        tensor.requires_grad_()
    function(*tensors).real.backward()
    return shown([0.0 if tensor.grad is None else tensor.grad.numpy()[()] for tensor in tensors])


def table() -> str:
    """All rows, as Markdown."""
    rows = ["| function | at | srcdiff | JAX | PyTorch |", "| --- | --- | --- | --- | --- |"]
    for name, args in POINTS:
        cells = (f"`{name}`", shown(args), ours(name, args), of_jax(name, args), of_torch(name, args))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def write() -> None:
    """Write the page."""
    text = f"""# Conventions

Where a function has no derivative, or more than one that would do, srcdiff has the values below: those of JAX and
PyTorch where the two agree on a number, otherwise the one that lets a program go on: zero at a cone's tip, an equal
share for equal operands. Python's own `min` and `max` are branches: the operand that is returned gets the gradient.

{table()}
"""
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
