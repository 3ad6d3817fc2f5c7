"""Shapes, orders, repetitions and windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.shaping  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.shaping import as_strided, atleast, broadcast_arrays, ravel, reshape, sliding_window_view
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
SAMPLES = (real(2, 3, 4), cplx(2, 3, 4), real(2, 3, 4).astype(F32), np.asfortranarray(real(2, 3, 4)), real(4, 3, 2).T)
CASES = [Case(np.reshape, (x, s), {"order": o}) for x in SAMPLES for s in ((4, -1), 24, (2, 2, 6)) for o in "CF"]
CASES += [
    Case(np.reshape, (1.5, (1, 1))),
    Case(np.reshape, (np.array(1.5), 1)),
    Case(np.reshape, (np.zeros((0, 3)), (3, 0))),
]
CASES += [Case(f, (x,), {"order": o}) for f in (np.ravel, np.ndarray.ravel) for x in SAMPLES for o in "CF"]
CASES += [Case(np.ravel, (1.5,)), Case(np.squeeze, (real(1, 3, 1),)), Case(np.squeeze, (real(1, 3, 1), (0, -1)))]
CASES += [
    Case(np.squeeze, (real(1, 1),)),
    Case(np.squeeze, (np.array(1.5),)),
    Case(np.ndarray.squeeze, (real(1, 3), 0)),
]
CASES += [Case(np.expand_dims, (real(2, 3), a)) for a in (0, -1, (0, 2), (-1, 0))] + [Case(np.expand_dims, (1.5, 0))]
CASES += [Case(np.transpose, (x, a)) for x in SAMPLES for a in (None, (2, 0, 1), [-1, 0, 1], (1, -1, 0))]
CASES += [Case(np.permute_dims, (SAMPLES[0], (2, 0, 1)))]
CASES += [
    Case(np.transpose, (real(3),)),
    Case(np.matrix_transpose, (SAMPLES[1],)),
    Case(np.swapaxes, (SAMPLES[0], 0, -1)),
]
CASES += [Case(np.ndarray.swapaxes, (SAMPLES[0], 0, 1)), Case(np.moveaxis, (SAMPLES[0], 0, -1))]
CASES += [Case(np.moveaxis, (SAMPLES[1], (0, -1), (1, 0))), Case(np.moveaxis, (SAMPLES[0], [2, 0], [0, -1]))]
CASES += [Case(np.rollaxis, (SAMPLES[0], a, s)) for a in (0, 1, 2, -1) for s in (0, 1, 2, 3, -1)]
for _f in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    CASES += [Case(_f, (x,)) for x in (1.5, real(2), real(2, 3), np.array(1.5), *SAMPLES[:2])]
    CASES += [Case(_f, (1.5, real(2).astype(F32), real(2, 3)))]
CASES += [
    Case(np.broadcast_to, (x, (2, 3)))
    for x in (1.5, np.float32(1.5), real(3), real(2, 1), cplx(1, 3), real(1, 1).astype(F32))
]
CASES += [Case(np.broadcast_to, (real(1), (0,))), Case(np.broadcast_to, (real(3), 3))]
CASES += [
    Case(np.broadcast_arrays, args)
    for args in ((real(3), real(2, 1)), (1.5, cplx(2)), (real(1),), (real(2).astype(F32), real(1), 1.5))
]
CASES += [Case(np.flip, (x, a)) for x in SAMPLES[:3] for a in (None, 0, -1, (0, 2))]
CASES += [Case(f, (x,)) for f in (np.fliplr, np.flipud) for x in SAMPLES[:2]]
CASES += [Case(np.rot90, (real(2, 3, 2), k)) for k in (-1, 0, 1, 2, 5)] + [Case(np.rot90, (SAMPLES[1], 3, (2, 0)))]
CASES += [
    Case(np.roll, (SAMPLES[0], s, a))
    for s, a in ((2, None), (-5, None), (1, 0), (7, -1), ((1, 2), (0, -1)), (2, (0, 1)))
]
CASES += [
    Case(np.roll, (real(4), np.int64(1))),
    Case(np.roll, (np.zeros(0), 1)),
    Case(np.roll, (cplx(4).astype(np.complex64), -1)),
]
CASES += [
    Case(np.tile, (x, r))
    for x in (real(2, 3), cplx(2, 3), real(3).astype(F32), 1.5)
    for r in (2, (2, 1), (3, 1, 2), (1, 0), ())
]
CASES += [
    Case(f, (x, r))
    for f in (np.repeat, np.ndarray.repeat)
    for x in (real(4), cplx(2, 2))
    for r in (2, 0, [3], [1, 0, 2, 1])
]
CASES += [
    Case(np.repeat, (real(2, 3), r, a)) for r, a in ((2, 0), (2, -1), ([2, 0, 1], 1), (np.array([1, 3]), 0), (2, 1))
]
CASES += [
    Case(np.repeat, (real(3).astype(F32), [1, 0, 2])),
    Case(np.repeat, (1.5, 3)),
    Case(np.repeat, (np.zeros((0, 2)), 3, 0)),
]
CASES += [Case(np.resize, (x, s)) for x in (real(2, 3), cplx(4)) for s in ((2, 2), 3, (5, 3), 0, (2, 3))]
CASES += [Case(np.resize, (real(3).astype(F32), 7)), Case(np.resize, (1.5, (2, 2)))]
WINDOWS: list[tuple[Any, Any]] = [(2, -1), ((2, 3), None), ((2,), 0), ((2, 2), (1, 1)), ((3, 2), (-1, 0)), (1, 1)]
_window = np.lib.stride_tricks.sliding_window_view
CASES += [Case(_window, (real(3, 4), w, a)) for w, a in WINDOWS] + [
    Case(_window, (real(5), 3)),
    Case(_window, (cplx(5), 5)),
]
CASES += [Case(_window, (real(5).astype(F32), (2,)))]
_strided = np.lib.stride_tricks.as_strided
CASES += [Case(_strided, (real(6),), {"shape": (4, 3), "strides": (8, 8)}), Case(_strided, (cplx(6), (2, 2), (32, 0)))]
CASES += [Case(_strided, (real(2, 3), (3,), (8,))), Case(_strided, (real(3),))]
CASES += [
    Case(
        _strided,
        (np.asfortranarray(real(2, 3)), (3, 2), (16, 8)),
        evaluate=lambda x, *_: np.ravel(x, "F").reshape(3, 2),
    )
]
CASES += [Case(_strided, (real(3).astype(F32), (2, 2), (4, 4)), evaluate=lambda x, *_: x[np.array([[0, 1], [1, 2]])])]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_outputs_without_a_cotangent() -> None:
    x, y = real(3), real(2, 1)
    assert broadcast_arrays(x, y, gradient=(None, np.ones((2, 3))))[0].tolist() == [0.0] * 3
    assert atleast(x, y, gradient=(np.ones(3), None))[1].tolist() == [[0.0], [0.0]]


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np.reshape with `order='A'`"):
        reshape(real(2, 3), (3, 2), order="A", gradient=real(3, 2))
    with pytest.raises(UnsupportedError, match=r"np.ravel in the order of memory"):
        ravel(real(2, 3), order="K", gradient=real(6))
    with pytest.raises(UnsupportedError, match="sliding_window_view with `writeable=True`"):
        sliding_window_view(real(4), 2, writeable=True, gradient=real(3, 2))
    with pytest.raises(UnsupportedError, match="as_strided of an array with gaps"):
        as_strided(real(8)[::2], (2,), (16,), gradient=real(2))
    with pytest.raises(UnsupportedError, match="as_strided beyond the array's memory"):
        as_strided(real(3), (4,), (8,), gradient=real(4))
