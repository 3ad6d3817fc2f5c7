"""scipy.special: error functions, the gamma and beta families, log-sum-exp, entropy and link functions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.rules.harness import Case, check, elementwise, identifier

special = pytest.importorskip("scipy.special")

import srcdiff.rules.scipy_special as rules  # noqa: E402

ANY, POSITIVE, UNIT = (-2.0, 2.0), (0.3, 3.0), (0.1, 0.9)
A = np.array([[-1.0, 0.2, 3.0], [0.6, -0.4, 1.1]])

CASES = [
    *(case for f in (special.erf, special.erfc, special.erfi) for case in elementwise(f, ANY, in_complex=True)),
    *(case for f in (special.dawsn, special.erfcx) for case in elementwise(f, ANY, in_complex=True)),
    *elementwise(special.erfcx, (60.0, 100.0)),
    *elementwise(special.dawsn, (60.0, 100.0)),
    *elementwise(special.erfinv, (-0.8, 0.8)),
    *elementwise(special.erfcinv, UNIT),
    *(Case(special.wofz, (x,)) for x in (A, A + 0.5j)),
    *(Case(special.voigt_profile, (A, s, g)) for s, g in ((0.7, 0.4), (np.array([0.5, 1.0, 2.0]), 0.0))),
    *(Case(special.fresnel, (x,)) for x in (0.7, A, A + 0.3j, A.astype(np.float32))),
    *(
        case
        for f in (special.gamma, special.loggamma, special.rgamma)
        for case in elementwise(f, POSITIVE, in_complex=True)
    ),
    *(case for f in (special.gammaln, special.psi) for case in elementwise(f, POSITIVE)),
    *(Case(special.polygamma, (n, np.array([0.7, 2.5]))) for n in (0, 1, 3)),
    *(Case(special.multigammaln, (x, 3)) for x in (2.7, np.array([2.5, 4.0]))),
    *(Case(f, (a, np.array([0.7, 2.5])), wrt=("x2",)) for f in (special.gammainc, special.gammaincc) for a in (0.7, 3)),
    *(
        Case(f, (a, np.array([0.2, 0.7])), wrt=("x2",))
        for f in (special.gammaincinv, special.gammainccinv)
        for a in (0.7, 3)
    ),
    Case(special.zeta, (2.5, np.array([0.7, 2.0])), wrt=("x2",)),
    *elementwise(special.poch, POSITIVE, POSITIVE),
    *(case for f in (special.beta, special.betaln) for case in elementwise(f, POSITIVE, POSITIVE)),
    *elementwise(special.binom, (3.1, 5.0), (0.3, 2.9)),
    *(Case(f, (1.5, 0.7, np.array([0.2, 0.7])), wrt=("x3",)) for f in (special.betainc, special.betaincc)),
    *(Case(f, (1.5, 0.7, np.array([0.2, 0.7])), wrt=("x3",)) for f in (special.betaincinv, special.betainccinv)),
    *(case for f in (special.expit, special.log_expit) for case in elementwise(f, ANY)),
    *elementwise(special.logit, UNIT),
    *(case for f in (special.xlogy, special.xlog1py) for case in elementwise(f, ANY, POSITIVE)),
    *elementwise(special.entr, POSITIVE),
    *(case for f in (special.rel_entr, special.kl_div) for case in elementwise(f, POSITIVE, POSITIVE)),
    *elementwise(special.huber, (0.5, 1.0), (0.0, 0.4)),
    *elementwise(special.huber, (0.5, 1.0), (-2.0, -1.1)),
    *elementwise(special.pseudo_huber, POSITIVE, ANY),
    *(case for f in (special.expm1, special.log1p) for case in elementwise(f, POSITIVE, in_complex=True)),
    *(case for f in (special.cosm1, special.exp2, special.exp10, special.cbrt) for case in elementwise(f, POSITIVE)),
    *elementwise(special.powm1, POSITIVE, ANY),
    *(
        case
        for f in (special.sindg, special.cosdg, special.tandg, special.cotdg)
        for case in elementwise(f, (10.0, 80.0))
    ),
    Case(special.radian, (A, 2.0, 0.7)),
    *elementwise(special.wrightomega, ANY, in_complex=True),
    *elementwise(special.spence, POSITIVE, in_complex=True),
    *(case for domain in ((-0.4, 0.4), (0.6, 2.0)) for case in elementwise(special.exprel, domain)),
    *elementwise(special.boxcox, POSITIVE, ANY),
    Case(special.boxcox, (np.array([0.3, 2.0]), 0.0)),
    *elementwise(special.boxcox1p, POSITIVE, ANY),
    *elementwise(special.inv_boxcox, POSITIVE, POSITIVE),
    Case(special.inv_boxcox, (np.array([0.3, 2.0]), 0.01)),
    *elementwise(special.inv_boxcox1p, POSITIVE, POSITIVE),
    *(Case(special.lambertw, (x, k)) for x in (0.7, A[1:], A + 0.3j) for k in (0, 1)),
    *(Case(special.logsumexp, (A,), k) for k in ({}, {"axis": 1}, {"axis": (0, 1), "keepdims": True})),
    Case(special.logsumexp, (A, 0, np.array([0.5, 1.0, 2.0]))),
    Case(special.logsumexp, (A.astype(np.float32), 1)),
    *(Case(f, (A,), k) for f in (special.softmax, special.log_softmax) for k in ({}, {"axis": 1}, {"axis": 0})),
]
if hasattr(special, "softplus"):
    CASES += elementwise(special.softplus, ANY)


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("x", [49.0, 51.0])
def test_series_and_closed_form_agree(x: float) -> None:
    assert rules.dawsn_partial(x, special.dawsn(x)) == pytest.approx(1 - 2 * x * special.dawsn(x), rel=1e-11)
    closed = 2 * x * special.erfcx(x) - 2 / np.sqrt(np.pi)
    assert rules.erfcx_partial(x, special.erfcx(x)) == pytest.approx(closed, rel=1e-11)


def test_log_sum_exp_of_nothing() -> None:
    a = np.full(3, -np.inf)
    assert not np.any(rules.logsumexp(a, output=special.logsumexp(a), gradient=1.0))
