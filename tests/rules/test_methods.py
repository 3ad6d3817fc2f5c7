"""Methods of arrays with a signature of their own."""

from __future__ import annotations

import numpy as np
import pytest

import srcdiff.rules.methods  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.methods import ndarray_flatten, ndarray_reshape, ndarray_view
from tests.rules.harness import Case, check, identifier
from tests.rules.test_reductions import cplx, real

F32 = np.float32
SAMPLES = (real(2, 3, 4), cplx(2, 3, 4), real(2, 3, 4).astype(F32), real(4, 3, 2).T)
CASES = [
    Case(np.ndarray.reshape, (x, *s), {"order": o}) for x in SAMPLES for s in ((4, -1), ((6, 4),), (24,)) for o in "CF"
]
CASES += [Case(np.ndarray.reshape, (np.array(1.5), 1, 1)), Case(np.ndarray.reshape, (np.zeros((0, 2)), (2, 0)))]
CASES += [Case(np.ndarray.flatten, (x,)) for x in SAMPLES] + [Case(np.ndarray.flatten, (SAMPLES[3], "F"))]
CASES += [
    Case(np.ndarray.transpose, (SAMPLES[0], *a))
    for a in ((), (None,), (2, 0, 1), ((-1, 0, 1),), ([1, 0, 2],), (1, -1, 0))
]
CASES += [
    Case(np.ndarray.item, (real(1, 1),)),
    Case(np.ndarray.item, (real(2, 3), 4)),
    Case(np.ndarray.item, (cplx(2, 3), -1)),
]
CASES += [Case(np.ndarray.item, (real(2, 3), 1, -1)), Case(np.ndarray.item, (real(2, 3).astype(F32), (0, 2)))]
CASES += [Case(np.ndarray.item, (np.array(1.5),))]
CASES += [
    Case(np.ndarray.tolist, (x,)) for x in (real(2, 3), real(2).astype(F32), cplx(2), np.array(1.5), np.zeros((0, 2)))
][:4]
CASES += [Case(np.ndarray.view, (real(2, 3),))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_agrees_with_differences(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"ndarray.view as another type"):
        ndarray_view(real(2), np.int64, gradient=real(2))
    with pytest.raises(UnsupportedError, match=r"reshape with `order='A'`"):
        ndarray_reshape(real(2), 2, order="A", gradient=real(2))
    with pytest.raises(UnsupportedError, match="flatten in the order of memory"):
        ndarray_flatten(real(2), "K", gradient=real(2))
