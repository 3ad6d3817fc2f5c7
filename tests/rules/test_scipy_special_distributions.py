"""scipy.special: distribution functions and their inverses, combinatorics."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rules.harness import Case, check, elementwise, identifier

special = pytest.importorskip("scipy.special")

X, P = np.array([0.4, 1.7, 3.2]), np.array([0.2, 0.5, 0.9])
SECOND, THIRD = {"wrt": ("x2",)}, {"wrt": ("x3",)}

CASES = [
    *(case for f in (special.ndtr, special.log_ndtr) for case in elementwise(f, (-3.0, 3.0))),
    *elementwise(special.ndtri, (0.1, 0.9)),
    *elementwise(special.ndtri_exp, (-3.0, -0.5)),
    *(Case(special.stdtr, (df, X), **SECOND) for df in (2, 3.5)),
    *(Case(special.stdtrit, (df, P), **SECOND) for df in (2, 3.5)),
    *(Case(f, (df, X), **SECOND) for f in (special.chdtr, special.chdtrc) for df in (2, 3.5)),
    Case(special.chdtri, (3.5, P), **SECOND),
    *(Case(f, (2.5, 4.0, X), **THIRD) for f in (special.fdtr, special.fdtrc)),
    Case(special.fdtri, (2.5, 4.0, P), **THIRD),
    *(Case(f, (1.5, 2.5, X), wrt=("x1", "x3")) for f in (special.gdtr, special.gdtrc)),
    *(Case(f, (1.5, 2.5, P), wrt=("x1", "x3"), rtol=1e-6) for f in (special.gdtrix,)),
    Case(special.gdtria, (P, 2.5, 1.5), wrt=("x1", "x3"), rtol=1e-6),
    *(Case(f, (2, X), **SECOND) for f in (special.pdtr, special.pdtrc)),
    *(Case(f, (2, 5, P), **THIRD) for f in (special.bdtr, special.bdtrc, special.bdtri, special.nbdtr, special.nbdtrc)),
    Case(special.tklmbda, (np.array([0.2, -0.3]), 0.5), wrt=("x1",), rtol=1e-6),
    Case(special.chndtr, (X, 3.5, 1.3), wrt=("x1", "x3"), rtol=1e-5),
    Case(special.factorial, (X,)),
    Case(special.comb, (X + 3, 1.5)),
    Case(special.comb, (X + 3, 1.5), {"repetition": True}),
    Case(special.perm, (X + 3, 1.5)),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


def test_the_logarithm_of_a_small_tail() -> None:
    x = np.array([-1e8, -40.0, 0.0, 60.0])
    slope = np.sqrt(2 / np.pi) / special.erfcx(-x / np.sqrt(2))
    assert slope[0] == pytest.approx(1e8)
    assert slope[3] == 0.0
