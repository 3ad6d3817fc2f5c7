"""Every kernel of benchmarks/npbench against the oracle."""

from __future__ import annotations

import numpy as np
import pytest

import srcdiff
from benchmarks.npbench import all_kernels
from benchmarks.npbench.registry import Kernel
from benchmarks.npbench.tables import crc16
from tests import helpers

KERNELS = all_kernels()
IDS = [kernel.name for kernel in KERNELS]


def directional_slopes(kernel: Kernel) -> tuple[tuple[int, ...], list[tuple[tuple[object, ...], float]]]:
    """Positions of the floating arguments, and (direction, slope) for three random directions."""
    where = helpers.positions(kernel.loss, kernel.arguments)
    start = [kernel.arguments[k] for k in where]
    slopes = []
    for seed in range(3):
        direction = tuple(helpers.random_like(argument, 10 * seed + k) for k, argument in enumerate(start))
        slope, _ = helpers.directional(kernel.loss, kernel.arguments, 1.0, where, direction, first_step=1e-4)
        slopes.append((direction, slope))
    return where, slopes


def test_there_are_enough() -> None:
    assert len(KERNELS) >= 55
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("kernel", KERNELS, ids=IDS)
def test_the_oracle_is_sure(kernel: Kernel) -> None:
    """Two step sizes agree, and no argument is idle: a kernel without a derivative would test nothing."""
    where, slopes = directional_slopes(kernel)
    for direction, slope in slopes:
        finer, _ = helpers.directional(kernel.loss, kernel.arguments, 1.0, where, direction, first_step=2e-5)
        assert slope == pytest.approx(finer, rel=1e-5, abs=1e-6)
        assert slope != 0.0


@pytest.mark.parametrize("kernel", KERNELS, ids=IDS)
def test_kernel(kernel: Kernel) -> None:
    where, slopes = directional_slopes(kernel)
    derivative = srcdiff.value_and_grad(kernel.loss, where)
    value, gradients = helpers.assert_arguments_unchanged(derivative, kernel.arguments)
    assert value == pytest.approx(kernel.loss(*helpers.fresh(kernel.arguments)), rel=1e-13)
    helpers.assert_same_structure(gradients, tuple(kernel.arguments[k] for k in where))
    for direction, slope in slopes:
        terms = np.concatenate([np.ravel(g * d) for g, d in zip(gradients, direction, strict=True)])
        assert terms.sum() == pytest.approx(slope, rel=1e-6, abs=1e-7 * (1.0 + np.abs(terms).sum()))


@pytest.mark.parametrize("kernel", KERNELS, ids=IDS)
def test_kernel_in_forward_mode(kernel: Kernel) -> None:
    where, slopes = directional_slopes(kernel)
    value = kernel.loss(*helpers.fresh(kernel.arguments))
    for direction, slope in slopes:
        along = dict(zip(where, direction, strict=True))
        tangents = tuple(along.get(k) for k in range(len(kernel.arguments)))
        output, tangent = helpers.assert_arguments_unchanged(
            lambda *primals, tangents=tangents: srcdiff.jvp(kernel.loss, primals, tangents), kernel.arguments
        )
        assert output == pytest.approx(value, rel=1e-13)
        assert tangent == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_a_checksum_has_no_derivative() -> None:
    with pytest.raises(TypeError, match="floating"):
        srcdiff.grad(crc16)(np.arange(5, dtype=np.uint8))
