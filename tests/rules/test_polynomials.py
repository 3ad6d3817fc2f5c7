"""Polynomials in every basis: evaluation, arithmetic, derivatives, roots, fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

import srcdiff.rules.polynomial_arithmetic
import srcdiff.rules.polynomial_families
import srcdiff.rules.polynomials  # noqa: F401  registers the rules
from srcdiff.errors import UnsupportedError
from srcdiff.rules.polynomials import poly, polyfit, polyval_x
from tests.rules.harness import Case, check, identifier

RNG = np.random.default_rng(13)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def cplx(*shape: int) -> Any:
    return RNG.standard_normal(shape) + 1j * RNG.standard_normal(shape)


CASES = [Case(np.polyval, (p, x)) for p in (real(4), cplx(3), real(1)) for x in (0.7, real(2, 3), cplx(2))]
CASES += [
    Case(np.polyval, (real(4).astype(np.float32), real(3).astype(np.float32))),
    Case(np.polyval, (real(3, 2), real(2))),
]
CASES += [
    Case(f, (a, b)) for f in (np.polyadd, np.polysub, np.polymul) for a, b in [(real(4), real(2)), (cplx(2), real(3))]
]
CASES += [
    Case(np.polydiv, (real(5), real(3))),
    Case(np.polydiv, (cplx(4), cplx(2))),
    Case(np.polydiv, (real(2), real(4))),
]
CASES += [Case(f, (x, m)) for f in (np.polyder, np.polyint) for x in (real(4), cplx(4)) for m in (0, 1, 2)]
CASES += [Case(np.polyder, (real(2), 3)), Case(np.polyint, (real(3), 2, [1.0, 2.0]))]
CASES += [Case(np.poly, (x,)) for x in (real(4), cplx(3), real(1))]
CASES += [
    Case(np.roots, (np.array([1.0, -3.0, 1.0, 0.5]),)),
    Case(np.roots, (np.array([1.0, 0.3, 2.0]),)),
    Case(np.roots, (cplx(4),)),
]
CASES += [Case(np.polyfit, (real(6), real(6), 2)), Case(np.polyfit, (real(7), real(7, 2), 3))]
CASES += [Case(np.polyfit, (real(6), real(6), 2), {"w": 1.0 + real(6) ** 2})]

FAMILIES = [
    (polynomial, "poly"),
    (chebyshev, "cheb"),
    (legendre, "leg"),
    (hermite, "herm"),
    (hermite_e, "herme"),
    (laguerre, "lag"),
]
for module, prefix in FAMILIES:
    value, der, integral, vander, fit = (
        getattr(module, prefix + name) for name in ("val", "der", "int", "vander", "fit")
    )
    CASES += [Case(value, (x, c)) for x in (0.7, real(2, 3), cplx(2)) for c in (real(4), cplx(3), real(3, 2))]
    CASES += [Case(value, (real(2), real(4, 2), False)), Case(value, (real(3, 2), real(4, 2)), {"tensor": False})]
    CASES += [
        Case(f, (c, m), {"axis": a})
        for f in (der, integral)
        for c, a in [(real(4), 0), (real(2, 5), 1)]
        for m in (1, 2)
    ]
    CASES += [Case(integral, (real(3), 1, [2.0], 0.5, 2.0)), Case(vander, (real(2, 3), 3)), Case(vander, (real(3), 0))]
    CASES += [Case(fit, (real(6), real(6), 2)), Case(fit, (real(6), real(6, 2), 2), {"w": 1.0 + real(6) ** 2})]
    CASES += [Case(fit, (real(6), real(6), [0, 2]))]

P = polynomial
CASES += [
    Case(f, (a, b)) for f in (P.polyadd, P.polysub, P.polymul) for a, b in [(real(4), real(2)), (cplx(2), real(3))]
]
CASES += [Case(P.polydiv, (real(5), real(3))), Case(P.polydiv, (real(4), real(1))), Case(P.polydiv, (real(2), real(4)))]
CASES += [Case(P.polypow, (real(3), n)) for n in (0, 1, 3)] + [Case(P.polyfromroots, (x,)) for x in (real(4), cplx(3))]
CASES += [Case(P.polyroots, (np.array([1.0, -3.0, 1.0, 0.5]),)), Case(P.polyroots, (cplx(4),))]
CASES += [Case(P.polyval2d, (real(2, 3), real(2, 3), c)) for c in (real(3, 4), cplx(3, 4), real(3, 2, 2))]
CASES += [Case(P.polyval2d, (0.3, 0.4, real(2, 2))), Case(P.polyval3d, (real(3), real(3), real(3), real(2, 3, 2)))]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_polynomials(case: Case) -> None:
    check(case)


def test_what_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"np\.poly of a matrix"):
        poly(np.eye(2), gradient=np.ones(3))
    with pytest.raises(UnsupportedError, match="full=True"):
        polyfit(real(4), real(4), 1, full=True, output=None, gradient=None)
    with pytest.raises(UnsupportedError, match="poly1d"):
        polyval_x(np.poly1d([1.0, 2.0]), 1.0, gradient=1.0)
