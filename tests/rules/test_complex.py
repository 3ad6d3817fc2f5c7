"""Real and imaginary parts, conjugates, angles, functions that leave the real axis."""

from __future__ import annotations

import numpy as np
import pytest

from srcdiff.rules import complex_
from tests.rules.harness import Case, check, elementwise, identifier

ANY = (0.2, 2.0)
NEGATIVE = (-2.0, -0.2)
A = np.array([[-1.2, 0.2, 3.0], [0.6, -0.4, 1.1]])
Z = A + 1j * np.array([0.3, -1.2, 0.8])

CASES = [
    *elementwise(np.abs, ANY, in_complex=True),
    *elementwise(np.abs, NEGATIVE),
    *(Case(np.sign, (z,)) for z in (Z, Z.astype(np.complex64), 1 + 2j)),
    *elementwise(np.conj, ANY, in_complex=True),
    *(Case(f, (z,)) for f in (np.real, np.imag) for z in (Z, Z.astype(np.complex64), Z[:, ::2], 1 + 2j, Z[:0])),
    *(Case(np.real, (x,)) for x in (A, 1.5, np.float32(2.0))),
    Case(np.imag, (A,)),
    *(Case(f, (Z,)) for f in (np.ndarray.conj, np.ndarray.conjugate, np.ndarray.real, np.ndarray.imag)),
    *(Case(f, (1 + 2j,)) for f in (complex.conjugate, complex.real, complex.imag)),
    *(Case(f, (1.5,)) for f in (float.conjugate, float.real, float.imag)),
    *(Case(np.angle, (z,)) for z in (Z, Z.astype(np.complex64), 1 + 2j)),
    Case(np.angle, (Z,), {"deg": True}),
    *(case for f in (np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10) for case in elementwise(f, ANY)),
    *(case for f in (np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10) for case in elementwise(f, NEGATIVE)),
    *(Case(f, (Z,)) for f in (np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10)),
    *(Case(np.emath.logn, (b, x)) for b in (2.5, -2.5) for x in (1.7, -1.7, A, Z)),
    *elementwise(np.emath.power, NEGATIVE, ANY, in_complex=True),
    *(Case(f, (x,)) for f in (np.emath.arcsin, np.emath.arccos) for x in (0.3, -1.5, 1.5, A, Z)),
    *(Case(np.emath.arctanh, (x,)) for x in (0.3, -1.5, 1.5, A[1], Z)),
]


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


def test_zero_at_the_origin() -> None:
    z = np.zeros(2, complex)
    assert not np.any(complex_.abs_complex(z, gradient=1.0))
    assert not np.any(complex_.angle(z, gradient=np.ones(2)))
    assert not np.any(complex_.sign_complex(z, output=z, gradient=np.ones(2)))
