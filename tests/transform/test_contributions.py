"""Functions that have a rule, in every form in which they are called."""

import math
import operator

import numpy as np
import pytest

from srcdiff import grad
from tests.helpers import assert_gradient, assert_refused

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


@case(V, W)
def einsum(a, b):
    return np.einsum("i,i->", a, b)


@case(V, M)
def einsum2(a, m):
    return np.einsum("i,ij,j", a, m, a)


@case(0.7, 1.2)
def max_list(a, b):
    return np.max([a, b])


@case(V, W)
def sum_list0(a, b):
    return np.sum(np.sum([a, b], 0) * a)


@case(0.7, 1.2)
def array_nested(a, b):
    return np.sum(np.array([[a, b], [b, a * a]]) ** 2)


@case(0.7, 1.2)
def ragged(a, b):
    return np.sum(np.array([a, [b][0]]) ** 2)


@case(V, W)
def dotm(x, w):
    return x.dot(w)


@case(M)
def reshape_m(x):
    return np.sum(x.reshape(-1, 1) * np.arange(9.0)[:, None])


@case(M)
def sum_m(x):
    return (x.sum(0) ** 2).sum()


@case(M)
def sum_m1(x):
    return (x.sum(axis=1) ** 2).sum()


@case(V, W)
def opmod(x, w):
    return operator.add(x, w).sum() + operator.mul(x, w).sum() + operator.neg(operator.truediv(x, w)).sum()


@case(P)
def addreduce(x):
    return np.add.reduce(x * x)


@case(P)
def mulreduce(x):
    return np.multiply.reduce(x)


@case(P)
def addacc(x):
    return np.sum(np.add.accumulate(x) ** 2)


@case(V, W)
def outer_(x, w):
    return np.sum(np.multiply.outer(x, w) ** 2)


@case(V, W)
def concat(x, w):
    return np.sum(np.concatenate([x, w * 2]) ** 2)


@case(V, W)
def concat_tuple(x, w):
    parts = (x, w * 2, x)
    return np.sum(np.concatenate(parts) ** 2)


@case(V, W)
def stack(x, w):
    return np.sum(np.stack([x, w], axis=1) ** 3)


@case(V, W)
def hv(x, w):
    return np.sum(np.hstack((x, w)) ** 2) + np.sum(np.vstack((x, w)) ** 3)


@case(V, W)
def col(x, w):
    return np.sum(np.column_stack((x, w)) ** 3)


@case(V)
def grown(x):
    parts = []
    for i in range(3):
        parts.append(x[i] ** 2)  # noqa: PERF401
    return np.sum(parts) + np.max(parts) + np.mean(np.array(parts) ** 2)


@case(V)
def grown_stack(x):
    parts = []
    for i in range(3):
        parts.append(x * x[i])  # noqa: PERF401
    return np.sum(np.stack(parts) ** 2) + np.sum(np.array(parts)[1]) + np.sum(np.concatenate(parts) ** 3)


@case(V, 0.5)
def where(x, c):
    return np.sum(np.where(x > 0, x * c, c**2))


@case(V, 0.5)
def clip(x, c):
    return np.sum(np.clip(x, -c, c) * x)


@case(V, 0.5)
def clipm(x, c):
    return np.sum(x.clip(-c, c) * x)


@case(V, 0.5)
def maximum(x, c):
    return np.sum(np.maximum(x, c) * x)


@case(0.7, 1.2, 0.3)
def bmax(a, b, c):
    return max(a * b, b, c) + min(a, b, c * a) + max(a, b) * min(b, c)


@case(V)
def bmaxseq(x):
    return max(x) + min(x) * x[0]


@case(0.7, 1.2)
def bmaxlist(a, b):
    return max([a, b * b]) * min((a, b))


@case(0.7, 1.2)
def bsumlist(a, b):
    return sum([a, b * b, a * b]) + sum([a, b], a)


@case(V)
def bsum(x):
    return sum(x) ** 2


@case(V)
def bsumgen(x):
    return sum(v * v for v in x) + sum([v**3 for v in x])


@case(0.7, 1.2)
def babs(a, b):
    return abs(a - b) * pow(a, b) + pow(a, 2)


@case(2.7, 1.2)
def bdivmod(a, b):
    q, r = divmod(a, b)
    return q * r + a % b


@case(2.7)
def bround(a):
    return round(a) * a + round(a * 1.0, 1) + int(a) * a + float(a) ** 2


@case(2.7, 1.2)
def fsum(a, b):
    return math.fsum([a, b, a * b])


@case(2.7, 1.2)
def mprod(a, b):
    return math.prod([a, b, a * b])


@case(2.7, 1.2, 0.4)
def hypot(a, b, c):
    return math.hypot(a, b, c) + math.hypot(a, b) + math.hypot(a)


@case(2.7, 1.2, 0.4)
def mdist(a, b, c):
    return math.dist([a, b], [c, a])


@case([0.7, 1.2, 0.4])
def listarg(l):
    return np.sum(l) + np.max(l) * l[0]


@case([V, W])
def listarrays(l):
    return np.sum(np.stack(l) ** 2) + np.sum(np.concatenate(l) ** 3)


@case([V, W])
def listsum(l):
    return np.sum(sum(l) ** 2)


@case([V, W])
def listeinsum(l):
    return np.einsum("i,i->", l[0], l[1]) + np.dot(*l)


@case(V)
def meanstd(x):
    return np.mean(x) * np.std(x) + np.var(x, ddof=1)


@case(V)
def meanints(x):
    k = np.array([1, 2, 4])
    return np.mean(k) * x[0] + np.sum(k * x) / np.mean(k)


@case(V)
def intmean_active(x):
    k = np.arange(3)
    m = np.mean(k * 1)
    y = m * x
    return np.sum(y)


@case(V)
def pad(x):
    return np.sum(np.pad(x, 2) ** 2)


@case(V, 0.5)
def padc(x, c):
    return np.sum(np.pad(x, 1, constant_values=c) ** 2)


@case(V, 0.5)
def full(x, c):
    return np.sum(np.full(3, c) * x)


@case(V, 0.5)
def fulllike(x, c):
    return np.sum(np.full_like(x, c) * x)


@case(V, 0.5, 1.5)
def linspace(x, a, b):
    return np.sum(np.linspace(a, b, 3) * x)


@case(V, W, P)
def interp(x, w, p):
    return np.sum(np.interp(np.array([0.5, 0.9]), np.sort(p), w))


@case(V, W)
def cross(x, w):
    return np.sum(np.cross(x, w) * x)


@case(V, W)
def inner(x, w):
    return np.inner(x, w) + np.vdot(x, w) + np.outer(x, w).sum()


@case(M, V)
def solve(m, v):
    return np.sum(np.linalg.solve(m, v) * v)


@case(M)
def det(m):
    return np.linalg.det(m) + np.trace(np.linalg.inv(m))


@case(M)
def eigh(m):
    w, _ = np.linalg.eigh(m + m.T)
    return np.sum(w * np.arange(3.0))


@case(M)
def qr(m):
    _, r = np.linalg.qr(m)
    return np.sum(r**2 * np.arange(3.0))


@case(M)
def svdvals(m):
    return np.sum(np.linalg.svd(m, compute_uv=False) * np.arange(3.0))


@case(M)
def multidot(m):
    return np.trace(np.linalg.multi_dot([m, m.T, m]))


@case(M)
def norm(m):
    return np.linalg.norm(m) + np.linalg.norm(m[0], 1)


@case(V)
def diff(x):
    return np.sum(np.diff(x) ** 2) + np.sum(np.cumsum(x) ** 2) + np.prod(x)


@case(V, 0.4)
def diffprepend(x, c):
    return np.sum(np.diff(x, prepend=c) ** 2)


@case(V)
def take(x):
    return np.sum(np.take(x, [0, 1, 1]) ** 2) + np.sum(x.take([2]) ** 2)


@case(V)
def sortm(x):
    return np.sum(np.sort(x) * np.arange(3.0))


@case(V)
def sortedb(x):
    s = sorted(x)
    return s[0] * s[2]


@case(V)
def rollflip(x):
    return np.sum(np.roll(x, 1) * x) + np.sum(np.flip(x) * x) + np.sum(x[::-1] * x)


@case(M)
def transposes(m):
    return (
        np.sum(m.T @ m)
        + np.sum(m.transpose(1, 0) * m)
        + np.sum(np.transpose(m, (1, 0)) * m**2)
        + np.sum(m.swapaxes(0, 1) * m**3)
    )


@case(V, W)
def ufunc_out(x, w):
    y = np.empty(3)
    np.multiply(x, w, out=y)
    return np.sum(y**2)


@case(V, W)
def ufunc_where(x, w):
    return np.sum(np.add(x, w, where=x > 0, out=np.zeros(3)))


@case(V, W)
def matmul(x, w):
    return x @ w + np.matmul(x, w)


@case(M, V)
def tensordot(m, v):
    return np.sum(np.tensordot(m, v, axes=1) * v)


@case(M)
def splitm(m):
    a, b, c = np.split(m, 3)
    return np.sum(a * b * c)


@case(V, W)
def select(x, w):
    return np.sum(np.select([x > 1, x > 0], [x * w, w], default=0.3) * x)


@case(V, 0.4)
def selectd(x, c):
    return np.sum(np.select([x > 1, x > 0], [x * x, x], default=c))


@case(V, W)
def choose(x, w):
    return np.sum(np.choose([0, 1, 0], [x, w]) * x)


@case(V, W)
def average(x, w):
    return np.average(x, weights=w**2)


@case(V, W)
def convolve(x, w):
    return np.sum(np.convolve(x, w) ** 2)


@case(V, W)
def polyval(x, w):
    return np.sum(np.polyval(x, w) ** 2)


@case(V, W)
def meshgrid(x, w):
    a, b = np.meshgrid(x, w)
    return np.sum(a * b**2)


@case(V, W)
def broadcast_arrays(x, w):
    a, b = np.broadcast_arrays(x[:, None], w)
    return np.sum(a * b**2)


@case(V, W)
def block(x, w):
    return np.sum(np.block([[x, w], [w, x]]) ** 2 * np.arange(6.0))


@case(V, W)
def lerp(x, w):
    return np.sum(np.ldexp(x, 2) * w) + np.sum(np.hypot(x, w)) + np.sum(np.arctan2(x, w))


@case(V, W)
def ncopy(x, w):
    return np.sum(np.copysign(x, w) * w) + np.sum(np.fmod(x, w))


@case(V)
def modf(x):
    f, i = np.modf(x)
    return np.sum(f * i * x)


@case(V)
def frexp(x):
    f, _ = np.frexp(x)
    return np.sum(f * x)


@case(V, W)
def npmaxaxis(x, w):
    return np.sum(np.max(np.stack([x, w]), axis=0) * x) + np.sum(np.maximum.reduce([x, w]) * w)


@case(V)
def tolist(x):
    l = x.tolist()
    return l[0] * l[1] + sum(l)


@case(M)
def rowsum(m):
    return sum(row.sum() ** 2 for row in m)


@case(V)
def asarr(x):
    return np.sum(np.asarray(x) * np.array(x) * np.atleast_1d(x) * np.ascontiguousarray(x))


@case(V)
def astype(x):
    return np.sum(x.astype(np.float32).astype(float) * 0 + x.astype(float) ** 2)


@case(V)
def ptp(x):
    return np.ptp(x) * x.max() + x.min() + x.prod() + x.mean() + x.std() + x.var()


@case(M)
def trace(m):
    return m.trace() + np.trace(m, 1) + m.diagonal().sum() ** 2 + np.diag(m).prod()


@case(V)
def repeat(x):
    return np.sum(np.repeat(x, 2) * np.arange(6.0)) + np.sum(np.tile(x, 2) * np.arange(6.0)) + np.sum(x.repeat(2) ** 2)


@case(V)
def argm(x):
    return x[np.argmax(x)] * x[x.argmin()]


@pytest.mark.parametrize(("fun", "args"), CASES)
def test_gradient(fun, args):
    assert_gradient(fun, args)


REFUSED = {
    "active initial value": (lambda x, c: np.sum(x, initial=c), (V, 0.5), "numpy.sum.*initial"),
    "only the initial value": (lambda x, c: np.sum(np.ones(3), initial=c) * x[0], (V, 0.5), "numpy.sum.*initial"),
    "start by keyword": (lambda x, c: math.prod([2.0, 3.0], start=c) * x[0], (V, 0.5), "math.prod.*start"),
    "subscript of np.r_": (lambda x, w: np.sum(np.r_[x, w] ** 2), (V, W), "subscript"),
    "integer dtype": (lambda x: np.sum(x, dtype=int) + np.sum(x), (V,), "integer `dtype`"),
    "spacing of np.gradient": (lambda x, h: np.sum(np.gradient(x, h) ** 2), (V, 0.5), "numpy.gradient.*varargs"),
    "masked ufunc": (lambda x, w: np.sum(np.add(x, w, where=x > 0)), (V, W), "where"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    fun, args, match = REFUSED[name]
    assert_refused(lambda: grad(fun, tuple(range(len(args))))(*args), match)


def test_derivative_by_an_order_that_has_none():
    special = pytest.importorskip("scipy.special")

    def bessel(order, x):
        return np.sum(special.jv(order, x))

    assert_refused(lambda: grad(bessel, (0, 1))(0.5, P), "jv.*order.*x1")
    np.testing.assert_allclose(grad(bessel, 1)(0.5, P), special.jvp(0.5, P))


@pytest.mark.parametrize("letter", ["f2", "f4", "f8", "g"])
def test_dtype_of_an_array(letter):
    x = V.astype(letter)

    def f(x, w):
        return np.sum(np.sin(x) * w) + np.linalg.norm(x.astype(float)) + np.max(x * 2.0)

    assert grad(f)(x, W).dtype == x.dtype


@pytest.mark.parametrize("kind", [float, np.float32, np.float64])
@pytest.mark.parametrize("x", [V.astype(np.float32), V])
def test_kind_of_a_number_beside_an_array(kind, x):
    def f(x, c):
        y = x * c
        y /= c + 1.0
        return np.sum(y * y)

    for _ in range(2):  # through the slow path, then directly
        x_bar, c_bar = grad(f, (0, 1))(x, kind(0.7))
        assert x_bar.dtype == x.dtype
        assert np.asarray(c_bar).dtype == np.dtype(kind)


def test_mean_of_integers_is_a_float():
    def f(x):
        scale = np.mean(np.array([1, 2, 4]))
        y = np.array([2, 3, 4]) * scale
        return np.sum(y * x)

    np.testing.assert_allclose(grad(f)(V), np.array([2, 3, 4]) * 7 / 3)


def test_templates_return_their_gradients_in_one_way():
    """A template that is called cannot return now a bare gradient, now a tuple of them: the text could not tell."""
    from srcdiff.rules import load_rules, registry
    from srcdiff.transform.inline import _gradients_returned, _own_returns, template_tree

    load_rules()
    for rule in registry.all_rules():
        for template in rule.adjoints:
            if template.wrt is None and not template.inline and _gradients_returned(template.function) is not None:
                returned = [type(node.value).__name__ for node in _own_returns(template_tree(template.function))]
                assert len(set(returned)) == 1, rule.name
