"""Complex numbers: as arguments, from literals, in between; gradients are dL/dx + i dL/dy."""

import cmath

import numpy as np
import pytest

from srcdiff import grad
from tests.helpers import assert_gradient

V = np.array([0.7, 1.3, -0.4])
W = np.array([0.5, -1.1, 2.0])
P = np.array([0.7, 1.3, 0.4])
M = np.array([[1.0, 0.3, 0.2], [0.1, 2.0, 0.4], [0.5, 0.2, 3.0]])
Z = V + 1j * W
ZM = M + 1j * M.T[::-1]

CASES = []


def case(*args):
    """Compare a function's gradient with numerical differences at these arguments."""

    def register(fun):
        CASES.append(pytest.param(fun, args, id=fun.__name__))
        return fun

    return register


@case(Z)
def absq(z):
    return np.sum(np.abs(z) ** 2)


@case(Z)
def abs1(z):
    y = np.abs(z)
    return np.sum(y * y * y)


@case(Z)
def expz(z):
    w = np.exp(z) * z
    return np.sum(np.abs(w) ** 2) + np.sum(z.real * z.imag)


@case(Z, V)
def promoted(z, x):
    w = z * x + x * x
    return np.sum(np.abs(w) ** 2) + np.sum((w * w).imag)


@case(V)
def literal(x):
    z = x + 1j * x**2
    return np.sum((z * np.conj(z)).real) + np.sum(np.abs(z)) + np.sum(np.angle(z))


@case(V)
def real_intermediate(x):
    y = np.sin(x)
    z = y * 1j * y + np.exp(1j * y)
    r = np.abs(z)
    return np.sum(r * y)


@case(0.8 + 0.3j, 0.7)
def numbers(z, x):
    w = z * x + x * x
    return abs(w) ** 2 + (w * w).imag


@case(Z, V)
def written(z, x):
    w = z.copy()
    w[0] = x[0] * w[1]
    w *= x
    w[1:] += np.conj(w[:-1])
    return np.sum(w * np.conj(w)).real


@case(V)
def zbuffer(x):
    w = np.zeros(3, dtype=complex)
    for i in range(3):
        w[i] = x[i] * (1 + 2j)
    w[1] = x[0]
    return np.sum(np.abs(w) ** 2)


@case(V)
def zbuffer2(x):
    w = np.zeros(3, complex)
    w[:] = x
    w += 1j * x
    w[0] *= 2j
    w *= w
    return np.sum(np.abs(w) ** 2)


@case(Z)
def realbuffer(z):
    w = np.zeros(3)
    for i in range(3):
        w[i] = abs(z[i]) * z[i].real
    return np.sum(w**2)


@case(np.linspace(0.2, 1, 8))
def spectrum(x):
    f = np.fft.fft(x)
    power = np.abs(f) ** 2
    return np.sum(power * np.arange(8.0)) + np.fft.ifft(f * f).real[1]


@case(np.linspace(0.2, 1, 8))
def rfft(x):
    f = np.fft.rfft(x)
    return np.sum(np.fft.irfft(f * np.arange(5.0) * 1j) ** 2)


@case(Z)
def parts(z):
    return np.sum(np.real(z) ** 2 * np.imag(z)) + np.sum(z.real) + np.vdot(z, z).real


@case(Z, Z * 2 - 1)
def dots(z, w):
    return np.vdot(z, w).real + np.dot(z, w).imag + np.abs(np.inner(z, w)) + np.real(z @ w)


@case(ZM, Z)
def solve(m, z):
    return np.abs(np.sum(np.linalg.solve(m, z)))


@case(M, Z)
def realsolve(m, z):
    return np.abs(np.sum(np.linalg.solve(m, z) * z))


@case(M, Z)
def realmatmul(m, z):
    return np.abs(np.sum((m @ z) ** 2))


@case(Z)
def quot(z):
    return np.sum(np.abs(1 / z)) + np.sum((z / (1 + 2j)).imag) + np.sum(np.abs((2 + 1j) / z) ** 2)


@case(Z)
def powers(z):
    return np.sum(np.abs(z**3)) + np.sum((z**0.5).real) + np.sum(np.abs(2.0**z))


@case(0.8 + 0.3j, 0.7)
def npow(z, x):
    return abs(z**x) + (x**z).real


@case(0.8 + 0.3j)
def cm(z):
    return abs(cmath.exp(z) * cmath.sin(z)) + cmath.phase(z)


@case(Z)
def sgn(z):
    return np.sum(np.sign(z)).real + np.sum(np.angle(z) * np.abs(z))


@case(Z, V)
def where(z, x):
    return np.sum(np.abs(np.where(x > 0, z, x)) ** 2)


@case(Z)
def loop(z):
    s = 0.0
    for i in range(3):
        s = s + z[i] * z[i]
    return abs(s)


@case(V)
def loopreal(x):
    s = 0.0
    for i in range(3):
        s = s + x[i] * np.exp(1j * i)
    return abs(s)


@case(V, 2 + 1j)
def notwrt(x, c):
    return np.sum(np.abs(x * c + 1) ** 2)


@case(V)
def cplx(x):
    z = complex(x[0], x[1] * x[2])
    return abs(z) ** 3 + (z * z).real


@case(Z)
def cat(z):
    return np.sum(np.abs(np.concatenate([z, z * z])) ** 2) + np.sum(np.abs(np.stack([z, z * 1j])) ** 2)


@case(Z, V)
def catmix(z, x):
    return (
        np.sum(np.abs(np.concatenate([z, x])) ** 2)
        + np.sum(np.abs(np.stack([z, x * x])) ** 2)
        + np.sum(np.abs(np.array([z[0], x[1]])) ** 2)
    )


@case(Z, V)
def einsum(z, x):
    return np.abs(np.einsum("i,i->", z, x)) ** 2


@case(Z, V)
def outer(z, x):
    return np.sum(np.abs(np.outer(z, x) + np.multiply.outer(x, z)) ** 2)


@case(Z, 0.5)
def bcast(z, c):
    w = z * c
    y = w + c
    return np.sum(np.abs(y) ** 2 * c)


@case(Z)
def conjm(z):
    return np.sum((z.conj() * z * z).real) + np.sum((z.conjugate()).imag)


@case(Z)
def mean(z):
    return abs(np.mean(z) * np.prod(z)) + np.var(z) + np.std(z) + np.linalg.norm(z)


def helper(a, b):
    return a * b + np.conj(a)


@case(Z, V)
def callee(z, x):
    return np.sum(np.abs(helper(z, x) + helper(x, z)) ** 2)


@case(Z)
def ints(z):
    k = np.arange(3)
    return np.sum(np.abs(z * k) ** 2) + np.sum(np.abs(k + z))


@case([V, Z])
def lists(l):
    return np.sum(np.abs(l[0] * l[1]) ** 2)


@case(V)
def astype(x):
    z = x.astype(complex)
    z = z * (1 + 1j)
    return np.sum((z * z).imag)


@case(V)
def emath(x):
    return np.sum(np.abs(np.emath.sqrt(x)) ** 4)


@case(M)
def eig(m):
    w, _ = np.linalg.eig(m)
    return np.sum(np.abs(w) ** 2)


@case(V)
def roots(x):
    p = np.roots(x)
    return np.sum(np.abs(p) ** 2)


@case(V)
def branch(x):
    z = x * 1j
    if x[0] > 0:
        z = x
    return np.sum(np.abs(z) ** 2)


@case(V)
def branch2(x):
    z = x
    if x[0] > 0:
        z = x * (1 + 1j)
    y = z * z
    return np.sum(y.real) + np.sum(np.abs(y))


@case(Z)
def clip(z):
    return np.sum(np.clip(z.real, 0, 1) * z.imag) + np.sum(np.maximum(z.real, z.imag))


@case(Z)
def trig(z):
    return np.sum(np.abs(np.sin(z) + np.tanh(z) + np.sqrt(z) + np.log(z) + np.arctan(z)))


@case(Z, ZM)
def vecmat(z, m):
    return np.abs(z @ m @ np.conj(z)) + np.abs(np.trace(m @ m.conj().T)).real


@case(V)
def csum(x):
    z = 1j * x
    return abs(sum(z) + sum([x[0] * 1j, x[1]]))


@case(0.6)
def euler(t):
    return (np.exp(1j * t) * (2 + 1j)).real * abs(1 + t * 1j)


@case(Z)
def realpart_view(z):
    r = z.real
    return np.sum(r * r * z.imag)


@case(V)
def isz(x):
    w = np.ones_like(x, dtype=complex) * x
    return np.sum((w * 1j * w).imag)


@case(V)
def view(x):
    z = x[0] + 0j
    t = z * x[1]
    return t.real**2


@case(Z)
def augm(z):
    w = z * 1.0
    w += z
    w /= 1 + 1j
    w -= 1j * z
    w *= z
    return np.sum(np.abs(w) ** 2)


@case(0.3 + 0.2j)
def whil(z):
    w = 0j
    n = 0
    while n < 4:
        w = w * w + z
        n += 1
    return abs(w)


@pytest.mark.parametrize(("fun", "args"), CASES)
def test_gradient(fun, args):
    assert_gradient(fun, args)


def test_convention_is_that_of_descent():
    def distance(z):
        return np.abs(z - (1 + 2j)) ** 2

    z = 0j
    for _ in range(60):
        z = z - 0.2 * grad(distance)(z)
    np.testing.assert_allclose(z, 1 + 2j)


def test_agrees_with_torch():
    torch = pytest.importorskip("torch")

    def by_torch(z, x):
        w = torch.exp(z) * x + torch.conj(z) ** 2
        return torch.sum(torch.abs(w) ** 3) + torch.sum(torch.angle(z) * w.imag)

    def by_numpy(z, x):
        w = np.exp(z) * x + np.conj(z) ** 2
        return np.sum(np.abs(w) ** 3) + np.sum(np.angle(z) * w.imag)

    z, x = torch.tensor(Z, requires_grad=True), torch.tensor(V, requires_grad=True)
    by_torch(z, x).backward()
    z_bar, x_bar = grad(by_numpy, (0, 1))(Z, V)
    np.testing.assert_allclose(z_bar, z.grad.numpy())
    np.testing.assert_allclose(x_bar, x.grad.numpy())


def test_real_text_has_no_conjugates():
    def f(m, v):
        return np.sum(np.linalg.solve(m, v) * np.dot(m, v)) + np.vdot(v, v)

    derivative = grad(f, (0, 1))
    derivative(M, V)
    assert "conj" not in derivative.source


def test_conjugates_only_where_needed():
    def f(z, x):
        return np.sum(np.abs(z * x))

    derivative = grad(f, (0, 1))
    derivative(Z, V)
    source = derivative.source
    assert "np.conj(z)" in source
    assert "np.conj(x)" not in source


def test_real_first_then_complex():
    def f(z):
        return np.sum(np.abs(z * z) ** 2)

    derivative = grad(f)
    np.testing.assert_allclose(derivative(V), 4 * V**3)
    np.testing.assert_allclose(derivative(Z), 4 * Z * np.abs(Z) ** 2)
    np.testing.assert_allclose(derivative(V), 4 * V**3)


SCALE = 2.0 - 1.0j


class Medium:
    index = 1.5 + 0.2j

    def __init__(self, loss):
        self.loss = loss


MEDIUM = Medium(0.3j)


def test_captured_complex_numbers():
    def f(x):
        return np.sum(np.abs(np.exp(SCALE * x) + MEDIUM.loss * x + Medium.index) ** 2)

    assert_gradient(f, (V,))


def phase(x, dtype):
    return x.astype(dtype) * np.exp(np.array([1.0, 2.0, 3.0], dtype) * dtype(1j))


def test_complex_numbers_in_a_callee():
    def f(x):
        w = phase(x, complex)
        y = w * x
        return np.sum((y * w).imag)

    assert_gradient(f, (V,))
