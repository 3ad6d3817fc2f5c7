"""np.einsum: explicit, implicit, ellipsis, repeated labels, broadcast labels, the sublist form, `optimize`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import srcdiff.rules.einsum  # noqa: F401  registers the rules
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(2)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


CALLS: list[tuple[Any, ...]] = [
    ("ij,jk->ik", real(2, 3), real(3, 4)),
    ("ij,jk", real(2, 3), cplx(3, 4)),
    ("ba,ca", real(2, 3), real(4, 3)),
    ("ij,jk->ki", cplx(2, 3), cplx(3, 4)),
    ("i,i->", real(3), real(3)),
    ("ij->", real(2, 3)),
    ("ij->j", cplx(2, 3)),
    ("ii", real(3, 3)),
    ("ii->i", real(3, 3)),
    ("iij,jk->ik", real(3, 3, 2), real(2, 4)),
    ("iii->i", real(3, 3, 3)),
    ("ij,kl->ijl", real(2, 3), real(4, 5)),
    ("...ij,...jk->...ik", real(5, 2, 3), real(3, 4)),
    ("...ij,...jk->...ik", real(5, 1, 2, 3), real(6, 3, 4)),
    ("...ij,...jk", real(5, 2, 3), real(5, 3, 4)),
    ("i...,j->...ij", real(3, 2), real(4)),
    ("...->...", real(2, 3)),
    ("ij,ij,i->j", real(2, 3), real(2, 3), real(2)),
    ("i j , j k -> i k", real(2, 3), real(3, 4)),
    ("ij,jk->ik", real(2, 3).astype(np.float32), real(3, 4).astype(np.float32)),
    ("ij,jk->ik", real(2, 1), real(3, 4)),
    (",ij->ij", 2.5, real(2, 3)),
    (real(2, 3), [0, 1], real(3, 4), [1, 2], [2, 0]),
    (real(2, 3), [0, 1], real(3, 4), [1, 2]),
    (real(5, 2, 3), [Ellipsis, 0, 1], real(3, 4), [1, 2], [Ellipsis, 0, 2]),
]
CASES = [Case(np.einsum, args) for args in CALLS]
CASES += [Case(np.einsum, ("ij,jk,kl->il", real(2, 3), real(3, 4), real(4, 2)), {"optimize": True})]
CASES += [Case(np.einsum, ("ij,j->i", np.arange(6).reshape(2, 3), real(3)))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_einsum(case: Case) -> None:
    check(case)
