"""scipy.special: Bessel functions, integrals, hypergeometric functions, orthogonal polynomials, distributions."""

from __future__ import annotations

import numpy as np
import pytest

from srcdiff.rules.registry import lookup
from tests.rules.harness import Case, check, elementwise, identifier, load_rules

special = pytest.importorskip("scipy.special")

POSITIVE, UNIT = (0.3, 3.0), (0.1, 0.9)
X = np.array([0.4, 1.7, 3.2])
Z = X + 0.3j
ORDERS = (0, 1, 2.5)

ZERO_AND_ONE = (special.j0, special.j1, special.y0, special.y1, special.i0, special.i0e, special.i1, special.i1e)
ANY_ORDER = (special.jv, special.yv, special.iv, special.kv, special.kve)
SCALED = (special.jve, special.yve, special.ive)
HANKEL = (special.hankel1, special.hankel2, special.hankel1e, special.hankel2e)
DERIVATIVES = (special.jvp, special.yvp, special.ivp, special.kvp)
SPHERICAL = (special.spherical_jn, special.spherical_yn, special.spherical_in, special.spherical_kn)
ONE_PARAMETER = (special.eval_hermite, special.eval_hermitenorm, special.eval_chebyt, special.eval_chebyu)
LAST = {"wrt": ("x2",)}

CASES = [
    *(case for f in ZERO_AND_ONE for case in elementwise(f, POSITIVE)),
    *(case for f in (special.k0, special.k0e, special.k1, special.k1e) for case in elementwise(f, POSITIVE)),
    *(Case(f, (-X,)) for f in (special.j0, special.j1, special.i0, special.i0e, special.i1, special.i1e)),
    *(Case(f, (v, x), wrt=("x2",)) for f in ANY_ORDER for v in ORDERS for x in (1.3, X, Z)),
    *(Case(f, (v, x), wrt=("x2",)) for f in SCALED for v in ORDERS for x in (1.3, X)),
    *(Case(f, (v, x), wrt=("x2",)) for f in (special.yn, special.kn) for v in (0, 1, 3) for x in (1.3, X)),
    *(Case(f, (v, x), wrt=("x2",)) for f in HANKEL for v in ORDERS for x in (X, Z)),
    *(Case(f, (v, x, n)) for f in DERIVATIVES for v in (0, 2) for x in (1.3, X) for n in (0, 1)),
    *(Case(f, (n, x, d)) for f in SPHERICAL for n in (0, 2) for x in (1.3, X) for d in (False, True)),
    *(Case(special.airy, (x,)) for x in (0.7, -X, X, Z)),
    *(Case(special.airye, (x,)) for x in (0.7, X)),
    *(Case(f, (v, x), wrt=("x2",)) for f in (special.struve, special.modstruve) for v in ORDERS for x in (1.3, X)),
    *(Case(special.wright_bessel, (a, 1.5, X), wrt=("x3",)) for a in (0.5, 1.5)),
    *elementwise(special.exp1, POSITIVE, in_complex=True),
    *elementwise(special.expi, POSITIVE, in_complex=True),
    *(Case(special.expn, (n, X), wrt=("x2",)) for n in (1, 2, 4)),
    *(Case(f, (x,)) for f in (special.sici, special.shichi) for x in (0.7, X, Z)),
    *(case for f in (special.ellipk, special.ellipe, special.ellipkm1) for case in elementwise(f, UNIT)),
    *(Case(f, (np.array([-1.5, 0.0]),)) for f in (special.ellipk, special.ellipe)),
    *(case for f in (special.ellipkinc, special.ellipeinc) for case in elementwise(f, (-4.0, 4.0), UNIT)),
    Case(special.elliprf, (X, 0.7, 1.3)),
    *elementwise(special.agm, POSITIVE, POSITIVE),
    *(Case(special.lpmv, (m, 3, X / 4), wrt=("x3",)) for m in (0, 1, 2)),
    Case(special.elliprc, (X, 0.7)),
    *(Case(special.ellipj, (x, 0.4), wrt=("u",)) for x in (0.7, X, -X)),
    *(Case(special.hyp0f1, (1.5, x), wrt=("x2",)) for x in (0.7, X, Z)),
    *(Case(special.hyp1f1, (0.5, 1.5, x), wrt=("x3",)) for x in (0.7, X, Z)),
    *(Case(special.hyp2f1, (0.5, 0.7, 1.5, x), wrt=("x4",)) for x in (0.3, X / 5, Z / 5)),
    *(Case(special.hyperu, (0.5, 1.5, x), wrt=("x3",)) for x in (0.7, X)),
    *elementwise(special.owens_t, POSITIVE, POSITIVE),
    *(Case(f, (n, x), wrt=("x2",)) for f in ONE_PARAMETER for n in (0, 1, 4) for x in (0.3, X / 4)),
    *(Case(f, (n, X / 4), **LAST) for f in (special.eval_legendre, special.eval_laguerre) for n in (0, 1, 4)),
    *(
        Case(f, (n, 0.7, X / 4), wrt=("x3",))
        for f in (special.eval_genlaguerre, special.eval_gegenbauer)
        for n in (0, 1, 4)
    ),
    *(Case(special.eval_jacobi, (n, 0.7, 0.3, X / 4), wrt=("x4",)) for n in (0, 1, 4)),
]
if hasattr(special, "log_wright_bessel"):
    CASES.append(Case(special.log_wright_bessel, (0.5, 1.5, X), wrt=("x3",)))


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("function", [special.jv, special.hyp0f1, special.eval_legendre])
def test_orders_are_refused(function: object) -> None:
    load_rules()
    rule = lookup(function)
    assert rule is not None
    assert (rule.refused, rule.active) == (("x1",), ("x2",))


def test_scaled_bessel_functions_of_complex_numbers_are_refused() -> None:
    load_rules()
    rule = lookup(special.jve)
    assert rule is not None
    assert rule.for_call(2, in_complex=True).refused == ("x1", "x2")
