"""The `math` and `cmath` modules."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

from srcdiff.rules import cmath_, math_
from tests.rules.harness import Case, check, identifier

Z = 0.6 - 0.8j

CASES = [
    *(
        Case(f, (x,))
        for f in (math.fabs, math.exp, math.expm1, math.sin, math.cos, math.tan, math.atan, math.sinh, math.cosh)
        for x in (0.7, -1.3)
    ),
    *(Case(f, (x,)) for f in (math.tanh, math.asinh, math.erf, math.erfc) for x in (0.7, -1.3)),
    *(Case(f, (x,)) for f in (math.degrees, math.radians) for x in (0.7, -1.3)),
    *(Case(f, (x,)) for f in (math.sqrt, math.log, math.log2, math.log10, math.log1p) for x in (0.3, 2.7)),
    *(Case(f, (x,)) for f in (math.asin, math.acos, math.atanh) for x in (0.3, -0.7)),
    Case(math.acosh, (1.7,)),
    *(Case(f, (x,)) for f in (math.gamma, math.lgamma) for x in (0.3, 4.5, 13.2, -0.6, -2.3)),
    *(Case(f, args) for f in (math.fmod, math.remainder) for args in ((2.6, 0.9), (-2.6, 0.9), (2.6, -0.9))),
    Case(math.ldexp, (0.7, 3)),
    *(Case(math.copysign, args) for args in ((0.7, -2.0), (-0.7, -1.0), (-0.7, 1.0))),
    *(Case(math.pow, args) for args in ((0.7, 2.5), (1.5, -0.5))),
    *(Case(math.pow, (x, n)) for x in (0.7, -1.5) for n in (0, 1, 2, 3, -1)),
    Case(math.pow, (2, 1.5)),
    *(Case(math.atan2, args) for args in ((0.7, 2.0), (-0.7, -1.0), (0.0, 1.0))),
    Case(math.log, (0.7, 3.0)),
    Case(math.log, (0.7, 10)),
    *(Case(math.hypot, args) for args in ((0.7, -1.3), (0.7, -1.3, 2.0), (0.7,))),
    Case(math.dist, ([0.7, 1.0], [0.1, -2.0])),
    Case(math.dist, (np.array([0.7, 1.0]), (0.1, -2.0))),
    Case(math.fsum, ([0.7, 1.0, 2.0],)),
    Case(math.fsum, (np.array([0.7, 1.0]),)),
    Case(math.prod, ([0.7, 1.0, 2.0],)),
    Case(math.prod, ([0.7, 0.0, 2.0],), {"start": 3}),
    Case(math.prod, (np.array([0.7, 1.2]),)),
    *(Case(f, (x,)) for f in (math.modf, math.frexp) for x in (2.6, -0.3)),
    Case(math.nextafter, (1.5, 2.0), wrt=("x",)),
    *(
        Case(f, (z,))
        for f in (cmath.exp, cmath.log, cmath.log10, cmath.sqrt, cmath.sin, cmath.cos, cmath.tan, cmath.asin)
        for z in (Z, -2 + 0.3j)
    ),
    *(
        Case(f, (z,))
        for f in (cmath.acos, cmath.atan, cmath.sinh, cmath.cosh, cmath.tanh, cmath.asinh, cmath.acosh, cmath.atanh)
        for z in (Z, -2 + 0.3j)
    ),
    *(Case(f, (z,)) for f in (cmath.phase, cmath.polar) for z in (Z, -2 + 0.3j)),
    Case(cmath.log, (Z, 2.5)),
    Case(cmath.log, (-1.5, Z)),
    Case(cmath.rect, (1.3, 0.4)),
]
for _name in ("cbrt", "exp2"):
    CASES += [Case(getattr(math, _name), (x,)) for x in (0.7, -1.3) if hasattr(math, _name)]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("x", [-30.7, -0.5, 1e-3, 0.5, 1.4616321449683623, 3.0, 25.0, 1e6])
def test_digamma_against_scipy(x: float) -> None:
    special = pytest.importorskip("scipy.special")
    assert math_.digamma(x) == pytest.approx(special.digamma(x), rel=1e-13, abs=1e-15)


def test_finite_derivatives_do_not_raise() -> None:
    assert math_.pow_by_base(0.0, 0.0) == 0.0
    assert math_.pow_by_base(0.0, 1.0) == 1.0
    assert math_.pow_by_exponent(0.0, output=0.0) == 0.0
    assert math_.atan2_by_first(0.0, 0.0) == 0.0
    assert math_.hypot(0.0, 0.0, 0.0, output=0.0, gradient=1.0) == [0.0, 0.0, 0.0]
    assert math_.tanh_partial(1000.0) == 0.0
    assert cmath_.tanh_partial(1000 + 1j) == 0.0
    assert cmath_.phase(0j, gradient=1.0) == 0.0
