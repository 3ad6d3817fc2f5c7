"""What Numba compiles as a primal it compiles as an adjoint, with the same numbers."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import numba
import numpy as np
import pytest

import srcdiff
from benchmarks.npbench import all_kernels
from benchmarks.npbench.registry import Kernel
from srcdiff.numba.compiling import compiled_helper
from tests import helpers
from tests.numba.programs import PROGRAMS, Program

EVERY = "EVERY_COMPILED" in os.environ
"""Compiling takes seconds a function: by default a part of the programs and a few kernels are; with this set, all."""

KERNELS = [kernel for kernel in all_kernels() if kernel.name != "adi"]  # loops over a list of unlike tuples
FEW = ("jacobi_1d", "durbin", "seidel_2d", "gemm")


@pytest.fixture(autouse=True)
def _no_performance_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", numba.NumbaPerformanceWarning)
        yield


@pytest.mark.parametrize("program", PROGRAMS if EVERY else PROGRAMS[::3], ids=lambda program: program.name)
def test_program(program: Program) -> None:
    function, args = compiled_helper(program.function), program.args
    value = function(*helpers.fresh(args))
    where = helpers.positions(program.function, args, program.wrt)
    seed = None if isinstance(value, float) else helpers.random_like(value, 3)
    keywords = {} if seed is None else {"gradient": seed}
    derivative = srcdiff.grad(function, where)
    gradients = helpers.assert_arguments_unchanged(lambda *a: derivative(*a, **keywords), args)
    expected = helpers.numerical_gradient(program.function, args, 1.0 if seed is None else seed, where)
    tolerance = helpers.SINGLE if program.name == "single_precision" else helpers.DIFFERENCES
    helpers.assert_close(gradients, expected.gradients, program.name, **tolerance)
    for gradient, position in zip(gradients, where, strict=True):
        assert np.shape(gradient) == np.shape(args[position])
        assert not isinstance(gradient, np.ndarray) or gradient.dtype == args[position].dtype


@pytest.mark.parametrize("kernel", [k for k in KERNELS if EVERY or k.name in FEW], ids=lambda kernel: kernel.name)
def test_kernel(kernel: Kernel) -> None:
    function, args = compiled_helper(kernel.loss), kernel.arguments
    try:
        function(*helpers.fresh(args))
    except numba.errors.NumbaError:
        pytest.skip("the primal does not compile")
    where = helpers.positions(kernel.loss, args)
    gradients = srcdiff.grad(function, where)(*helpers.fresh(args))
    direction = tuple(helpers.random_like(args[k], k) for k in where)
    slope, _ = helpers.directional(kernel.loss, args, 1.0, where, direction, first_step=1e-4)
    terms = np.concatenate([np.ravel(g * d) for g, d in zip(gradients, direction, strict=True)])
    assert terms.sum() == pytest.approx(slope, rel=1e-6, abs=1e-7 * (1.0 + np.abs(terms).sum()))


@numba.njit
def power(x: float, n: int) -> float:
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def test_recursion_is_refused() -> None:
    """Numba finds no type for the residuals of a recursive function: they are nested as deep as it calls itself."""
    assert srcdiff.grad(power.py_func)(0.3, 6) == pytest.approx(6 * 0.3**5)
    with pytest.raises(srcdiff.UnsupportedError, match=r"test_compiled.py:\d+:\d+: the adjoint of `power` under Numba"):
        srcdiff.grad(power)(0.3, 6)


@numba.njit
def sorts_with_a_key(x):  # Numba's `sort` has no axis
    return np.sum(np.sort(x, axis=0))


def test_a_primal_that_does_not_compile_gets_the_message_of_numba() -> None:
    with pytest.raises(numba.TypingError, match="sorts_with_a_key"):
        srcdiff.grad(sorts_with_a_key)(np.ones((2, 2)))
