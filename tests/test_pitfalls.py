"""The ways in which differentiators go silently wrong (docs/pitfalls.md), by number: right here, or refused."""

from __future__ import annotations

import cmath
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import srcdiff
from tests import helpers
from tests.corpus.registry import numbers
from tests.helpers import assert_close, assert_gradient, assert_pullback, assert_refused

X = numbers(4)
Y = numbers(4, seed=1)


def right_or_refused(fun: Any, args: Any, match: str, **keywords: Any) -> None:
    """Agrees with the oracle, or is refused with a message that names the place and matches."""
    try:
        assert_gradient(fun, args, **keywords)
    except srcdiff.UnsupportedError:
        assert_refused(lambda: assert_gradient(fun, args, **keywords), match)


# --- storage, aliasing, overwriting ---------------------------------------------------------------------------------


def test_01_augmented_assignment_writes_an_array() -> None:
    def f(x: Any, y: Any) -> Any:
        z = y
        z += x
        return np.sum(y * z * x)

    assert_gradient(f, (X, Y))
    assert_gradient(lambda x, y: f(x * 1.0, y * x), (X, Y))


def test_01_augmented_assignment_rebinds_a_number() -> None:
    def f(x: Any, y: Any) -> Any:
        z = y
        z += x
        return y * z * x

    assert_gradient(f, (0.8, 0.7))


def test_02_write_through_a_view() -> None:
    def f(x: Any) -> Any:
        y = x * x
        part = y[1:3]
        part *= y[:2].copy()
        part[0] = 4.0 * x[0]
        return np.sum(y * x)

    assert_gradient(f, (X,))


def test_03_the_old_slice_is_kept() -> None:
    def f(x: Any, e: Any) -> Any:
        y = x * 1.0
        y[1:3] *= e
        y[1:3] *= e
        return np.sum(y * y)

    assert_gradient(f, (X, 0.7))
    assert_gradient(f, (X, Y[:2]))


def test_04_callee_writes_into_its_argument() -> None:
    def normalise(a: Any) -> None:
        a /= np.sum(a)

    def f(x: Any) -> Any:
        y = x * x
        before = y[0] * 1.0
        normalise(y)
        return np.sum(y * x) * before

    assert_gradient(f, (X,))


def test_05_repeated_indices_read() -> None:
    assert_gradient(lambda x: np.sum(x[[0, 0, 1]] ** 2), (X,))


def test_05_repeated_indices_written() -> None:
    def f(x: Any, v: Any) -> Any:
        y = x * x
        y[[0, 0, 1]] = v * v
        return np.sum(y * x)

    gradient = assert_gradient(f, (X, Y[:3]))[1]
    assert gradient[0] == 0.0
    assert gradient[1] != 0.0


def test_05_repeated_indices_multiplied() -> None:
    def f(x: Any, v: Any) -> Any:
        y = x * x
        np.multiply.at(y, [0, 0, 1], v)
        return np.sum(y * x)

    right_or_refused(f, (X, Y[:3]), "multiply")


def test_06_read_then_overwritten() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        a = np.sin(y[0])
        y[0] = y[1]
        return a * y[0]

    assert_gradient(f, (X,))


def test_06_read_and_overwritten_across_trips() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        for i in range(3):
            y[i + 1] = y[i] * y[i + 1] + np.sin(y[i])
            y[i] = y[i + 1] * y[i]
        return np.sum(y)

    assert_gradient(f, (X,))


def test_07_subexpressions_of_earlier_trips() -> None:
    def f(x: Any) -> Any:
        total = 0.0
        y = x
        for i in range(4):
            y = np.sin(y * (i + 1.0)) * np.exp(y * 0.1)
            total = total + np.cos(y * total)
        return total

    assert_gradient(f, (0.8,))


def test_08_adjoint_is_zeroed_at_each_overwrite() -> None:
    def f(x: Any, c: Any) -> Any:
        y = np.zeros(2)
        y[0] = x * c
        y[0] = c * c
        y[1] = y[0] * x
        y[0] = x
        return np.sum(y)

    assert_gradient(f, (0.8, 0.7))


def test_09_arguments_changed_before_the_pullback() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * np.sin(y) * x

    assert_pullback(f, (X, Y))
    x = X.copy()
    _, pullback = srcdiff.vjp(lambda a: np.sum(a * a), x)
    x[:] = 0.0
    np.testing.assert_array_equal(pullback(1.0)[0], 2.0 * X)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x, y: x + y,
        lambda x, y: x,
        lambda x, y: (x + y).T,
        lambda x, y: np.concatenate([x, y])[:4] + y,
        lambda x, y: x.reshape(2, 2).ravel() + y[::-1],
    ],
)
def test_10_gradients_share_no_memory(fun: Any) -> None:
    arguments, seed = helpers.fresh((X, Y)), np.ones(4)
    gradients = srcdiff.grad(fun, (0, 1))(*arguments, gradient=seed)
    helpers.assert_shares_no_memory(gradients, (*arguments, seed))
    gradients[0][...] = 9.0
    np.testing.assert_array_equal(seed, np.ones(4))


def test_10_pullbacks_share_no_memory_with_each_other() -> None:
    _, pullback = srcdiff.vjp(lambda x: x * 1.0, X.copy())
    first = pullback(np.ones(4))[0]
    first[...] = 7.0
    np.testing.assert_array_equal(pullback(np.ones(4))[0], np.ones(4))


def test_11_containers_change() -> None:
    def f(x: Any) -> Any:
        items = [x, x * x]
        items.append(items[0] * items[1])
        last = items.pop()
        items.insert(0, last)
        table = {"a": items[0]}
        table["a"] = table["a"] * items[2]
        table["b"] = items.pop(1)
        return table["a"] * table["b"] + len(items)

    assert_gradient(f, (0.8,))


# --- loops and control flow -----------------------------------------------------------------------------------------


def test_12_nested_loops_with_bounds_from_data() -> None:
    def f(x: Any, counts: Any) -> Any:
        scale = x[0] * x[1]
        total = 0.0
        for i in range(3):
            outer = x[i] * scale
            for j in range(counts[i]):
                outer = outer * x[j] + scale
            total = total + outer * scale
        return total * scale

    assert_gradient(f, (X, np.array([2, 0, 3])))


def test_13_continue() -> None:
    def f(x: Any) -> Any:
        total = 1.0
        for i in range(4):
            if x[i] > 1.0:
                continue
            total = total * x[i] + 0.5
        return total

    assert_gradient(f, (X,))


def test_13_break_and_the_index_after_it() -> None:
    def f(x: Any) -> Any:
        total = 1.0
        for i in range(10):  # noqa: B007
            total = total * 1.3 + x
            if total > 4.05:
                break
        return total * i + x * i

    assert_gradient(f, (0.8,))


def test_13_assignment_in_the_loop_test() -> None:
    def f(x: Any) -> Any:
        y = x
        while (z := y * x) < 3.05:
            y = y + z
        return y * z

    assert_gradient(f, (0.8,))


def test_13_bound_computed_inside() -> None:
    def f(x: Any, n: int) -> Any:
        y = x
        m = 1
        for i in range(n):
            m = m + i
            for _ in range(m):
                y = y * 0.9 + x * 0.1
        for _ in range(int(y * 3.0)):
            y = y * x
        return y

    assert_gradient(f, (0.8, 3))


def test_14_loop_variable_used_after_and_rebound() -> None:
    def f(x: Any) -> Any:
        y = x[0]
        for i, item in enumerate(x):
            i = i * 2
            item = item * y
            y = y + item * i
        return y * item + i * y

    assert_gradient(f, (X,))


def test_15_rotating_assignment() -> None:
    def f(x: Any, y: Any) -> Any:
        a, b, c = x, y, x * y
        for _ in range(4):
            a, b, c = b, c * 1.1, a * b
        return a + 2.0 * b + 3.0 * c

    assert_gradient(f, (0.8, 0.7))


def test_15_vector_rebuilt_from_its_components() -> None:
    def f(v: Any) -> Any:
        for _ in range(3):
            v = np.array([v[1] * v[2], v[2] - v[0], 0.9 * v[0]])
        return np.sum(v * v)

    assert_gradient(f, (X[:3],))


@pytest.mark.parametrize("flag", [True, False])
def test_16_constant_branch(flag: bool) -> None:
    def f(x: Any, constant: bool) -> Any:
        if constant:
            return 2.0
        return x * x * x

    assert srcdiff.grad(f)(0.8, flag) == pytest.approx(0.0 if flag else 3.0 * 0.8**2)


@pytest.mark.parametrize("flag", [True, False])
def test_16_undefined_in_one_branch(flag: bool) -> None:
    def f(x: Any, defined: bool) -> Any:
        if defined:
            y = x * x
        z = x * 3.0
        if defined:
            z = y * z
        return z

    assert_gradient(f, (0.8, flag))


def test_16_unbound_names_raise_as_in_the_primal() -> None:
    def f(x: Any, defined: bool) -> Any:
        if defined:
            y = x * x
        return y

    with pytest.raises(UnboundLocalError):
        srcdiff.value_and_grad(f)(0.8, False)


@pytest.mark.parametrize("trips", [0, 1, 2])
def test_17_loop_of_few_trips(trips: int) -> None:
    def f(x: Any, n: int) -> Any:
        y = x
        for i in range(n):
            y = y * x + i
        while n > 1:
            y = y * y
            n -= 1
        return y * x

    assert_gradient(f, (0.8, trips))


def test_17_return_before_anything_active() -> None:
    def f(x: Any, n: int) -> Any:
        if n > 2:
            return x
        y = x * x
        return y

    assert srcdiff.grad(f)(0.8, 3) == 1.0
    assert srcdiff.grad(f)(0.8, 1) == pytest.approx(1.6)


# --- activity, parameters, calls ------------------------------------------------------------------------------------


def test_18_parameter_reassigned_from_an_active_one() -> None:
    def f(x: Any, y: Any) -> Any:
        y = x * x
        for _ in range(2):
            y = y * x
        return y

    assert srcdiff.grad(f, "x")(0.8, 5.0) == pytest.approx(4.0 * 0.8**3)
    assert srcdiff.grad(f, ("x", "y"))(0.8, 5.0)[1] == 0.0


def test_18_array_parameter_written_with_active_values() -> None:
    def f(x: Any, out: Any) -> Any:
        out[:] = x * x
        return np.sum(out * x)

    assert_gradient(f, (X, np.zeros(4)), wrt="x")


def test_19_captured_name_reassigned() -> None:
    def f(x: Any) -> Any:
        y = x

        def update() -> None:
            nonlocal y
            y = y * x

        update()
        update()
        return y

    assert srcdiff.grad(f)(0.8) == pytest.approx(3.0 * 0.8**2)


def test_19_captured_dictionary() -> None:
    def f(x: Any) -> Any:
        table = {"y": x}

        def update(c: Any) -> None:
            table["y"] = table["y"] * c

        update(x)
        update(table["y"])
        return table["y"]

    assert srcdiff.grad(f)(0.8) == pytest.approx(4.0 * 0.8**3)


def test_20_written_argument_returned() -> None:
    def f(x: Any, c: Any) -> Any:
        x *= c
        return x

    gradients = srcdiff.grad(f, (0, 1))(X.copy(), 0.7, gradient=Y)
    assert_close(gradients, (Y * 0.7, float(np.sum(X * Y))))

    def g(x: Any) -> Any:
        y = x * 1.0
        z = f(y, 2.0)
        return np.sum(y) + np.sum(z)

    np.testing.assert_allclose(srcdiff.grad(g)(X), np.full(4, 4.0))


def test_21_perturbations_are_not_confused() -> None:
    def f(x: Any) -> Any:
        return x * srcdiff.grad(lambda y: x + y * 0.0 + y)(2.0)

    def g(x: Any) -> Any:
        return x * srcdiff.grad(lambda y: x * y)(2.0)

    def h(x: Any) -> Any:
        return srcdiff.jvp(lambda y: x * y * y, (x,), (1.0,))[1] * x

    assert srcdiff.grad(f)(0.8) == pytest.approx(1.0)
    assert srcdiff.grad(g)(0.8) == pytest.approx(1.6)
    assert srcdiff.grad(h)(0.8) == pytest.approx(6.0 * 0.8**2)


def test_22_uninitialised_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """With memory that comes as NaN instead of by chance as zero, the gradient is the same."""

    def f(x: Any) -> Any:
        y = np.empty(6)
        y[1:5] = x * x
        y[2] = x[0] * y[1]
        z = np.empty_like(x)
        z[:2] = y[2:4]
        return np.sum(y[1:4]) * z[1] + z[0]

    derivative = srcdiff.grad(f)
    expected = assert_gradient(f, (X,))[0]
    derivative(X)
    poison = {
        "empty": lambda *a, **k: np.full(*a[:1], np.nan),
        "empty_like": lambda a, **k: np.full(np.shape(a), np.nan),
    }
    for name, function in poison.items():
        monkeypatch.setattr(np, name, function)
    np.testing.assert_array_equal(derivative(X), expected)


def test_23_dead_and_invalid_computation() -> None:
    def f(x: Any) -> Any:
        unused = np.arccos(x + 2.0)  # noqa: F841
        y = np.log(x - 5.0)
        y = x * x
        return y * x

    with np.errstate(invalid="ignore"):
        assert srcdiff.grad(f)(0.8) == pytest.approx(3.0 * 0.8**2)
        assert srcdiff.value_and_grad(f)(0.8)[1] == pytest.approx(3.0 * 0.8**2)


def test_24_no_shared_state_between_threads() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        for i in range(1, len(y)):
            y[i] *= y[i - 1]
        return np.sum(y)

    derivative = srcdiff.grad(f)
    inputs = [numbers(6, seed=k) * (1.0 + 0.1 * k) for k in range(32)]
    alone = [derivative(x) for x in inputs]
    with ThreadPoolExecutor(8) as pool:
        for together, expected in zip(pool.map(derivative, inputs), alone, strict=True):
            np.testing.assert_array_equal(together, expected)


# --- rules and numbers ----------------------------------------------------------------------------------------------


def test_25_integer_input() -> None:
    def f(x: Any, k: Any) -> Any:
        return np.sum(x * k) / 2

    gradient = srcdiff.grad(f, "x")(np.array([0.5, 1.5, 2.5]), np.array([1, 2, 3]))
    np.testing.assert_array_equal(gradient, [0.5, 1.0, 1.5])
    with pytest.raises(TypeError, match="float"):
        srcdiff.grad(lambda x: x * x / 2)(3)
    with pytest.raises(TypeError, match="float"):
        srcdiff.grad(lambda x: np.sum(x / 2))(np.arange(3))


def test_25_active_value_in_an_integer_array() -> None:
    def f(x: Any) -> Any:
        a = np.zeros(2, dtype=int)
        a[0] = 3.0 * x
        return a[0] * 1.0

    message = assert_refused(lambda: srcdiff.grad(f)(0.8), "integer|int")
    assert "test_pitfalls.py:" in message


@pytest.mark.parametrize(
    ("fun", "args", "expected"),
    [
        (lambda x, y: np.maximum(x, y), (1.0, 1.0), (0.5, 0.5)),
        (lambda x, y: np.minimum(x, y), (1.0, 1.0), (0.5, 0.5)),
        (lambda x: np.abs(x), (0.0,), (0.0,)),
        (lambda x: np.max(x), (np.array([2.0, 1.0, 2.0]),), (np.array([0.5, 0.0, 0.5]),)),
        (lambda x: np.min(x), (np.array([1.0, 1.0, 2.0]),), (np.array([0.5, 0.5, 0.0]),)),
    ],
    ids=["maximum", "minimum", "abs", "max", "min"],
)
def test_26_ties(fun: Any, args: Any, expected: Any) -> None:
    """Where PyTorch and JAX agree, so do we."""
    assert_close(srcdiff.grad(fun, tuple(range(len(args))))(*args), expected)


def test_26_clip_inside_and_outside() -> None:
    gradient = srcdiff.grad(lambda x: np.sum(np.clip(x, 0.0, 1.0)))(np.array([-1.0, 0.3, 2.0]))
    np.testing.assert_array_equal(gradient, [0.0, 1.0, 0.0])


def test_26_log_sigmoid_at_zero() -> None:
    assert srcdiff.grad(lambda x: -np.logaddexp(0.0, -x))(0.0) == pytest.approx(0.5)
    assert srcdiff.grad(lambda x: -np.log1p(np.exp(-x)))(0.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("fun", "x", "expected"),
    [
        (lambda x: np.expm1(x), -40.0, math.exp(-40.0)),
        (lambda x: np.tanh(x), 20.0, 4.0 * math.exp(-40.0) / (1.0 + math.exp(-40.0)) ** 2),
        (lambda x: np.log1p(x), 1e-18, 1.0),
        (lambda x: np.arctan(x), 1e10, 1e-20),
        (lambda x: np.logaddexp(0.0, x), -40.0, math.exp(-40.0)),
    ],
    ids=["expm1", "tanh", "log1p", "arctan", "logaddexp"],
)
def test_27_no_cancellation(fun: Any, x: float, expected: float) -> None:
    assert srcdiff.grad(fun)(x) == pytest.approx(expected, rel=1e-10)


def test_28_product_with_a_zero() -> None:
    one_zero, two_zeros = np.array([2.0, 0.0, 3.0]), np.array([0.0, 0.0, 3.0])
    np.testing.assert_array_equal(srcdiff.grad(lambda x: np.prod(x))(one_zero), [0.0, 6.0, 0.0])
    np.testing.assert_array_equal(srcdiff.grad(lambda x: np.prod(x))(two_zeros), [0.0, 0.0, 0.0])


def test_28_sinc_at_zero() -> None:
    np.testing.assert_allclose(
        srcdiff.grad(lambda x: np.sum(np.sinc(x)))(np.array([0.0, 1.0])), [0.0, -1.0], atol=1e-15
    )


@pytest.mark.parametrize(
    ("fun", "args"),
    [
        (lambda x: np.std(x), (np.full(3, 2.0),)),
        (lambda x: np.linalg.norm(x), (np.zeros(3),)),
        (lambda x, y: np.hypot(x, y), (0.0, 0.0)),
        (lambda x, y: np.arctan2(x, y), (0.0, 0.0)),
    ],
    ids=["std", "norm", "hypot", "arctan2"],
)
def test_28_singular_points_give_no_infinity(fun: Any, args: Any) -> None:
    """A subgradient or NaN, as in the table of kinks; never an infinite slope, and never an exception."""
    with np.errstate(all="ignore"):
        gradients = srcdiff.grad(fun, tuple(range(len(args))))(*args)
    assert not any(np.any(np.isinf(gradient)) for gradient in gradients)


def test_28_norm_at_zero_is_a_subgradient() -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(srcdiff.grad(lambda x: np.linalg.norm(x))(np.zeros(3)), np.zeros(3))


def test_28_logaddexp_of_infinities() -> None:
    gradients = srcdiff.grad(lambda x, y: np.logaddexp(x, y), (0, 1))(-np.inf, 1.0)
    assert_close(gradients, (0.0, 1.0))
    with np.errstate(all="ignore"):
        both = srcdiff.grad(lambda x, y: np.logaddexp(x, y), (0, 1))(-np.inf, -np.inf)
    assert not any(math.isinf(gradient) for gradient in both)


def test_29_branch_that_where_did_not_select() -> None:
    """The mask is applied to the cotangent; a safe operand keeps the rest finite."""

    def safe(x: Any) -> Any:
        positive = x > 0.0
        return np.sum(np.where(positive, np.sqrt(np.where(positive, x, 1.0)), 0.0))

    with np.errstate(all="ignore"):
        gradient = srcdiff.grad(safe)(np.array([4.0, 0.0, -1.0]))
    np.testing.assert_array_equal(gradient, [0.25, 0.0, 0.0])


def test_30_indices_out_of_range_raise() -> None:
    def f(x: Any, k: int) -> Any:
        return x[k] * x[0]

    derivative = srcdiff.grad(f)
    with pytest.raises(IndexError):
        derivative(X, 4)
    with pytest.raises(IndexError):
        derivative(X, -5)
    with pytest.raises(IndexError):
        srcdiff.grad(lambda x: np.sum(x[[0, 9]]))(X)


def test_30_unused_index_raises_in_value_and_grad() -> None:
    def f(x: Any) -> Any:
        unused = x[10]  # noqa: F841
        return np.sum(x)

    with pytest.raises(IndexError):
        srcdiff.value_and_grad(f)(X)
    with pytest.raises(IndexError):
        srcdiff.grad(f)(X)


def test_31_sort_unique_argsort() -> None:
    values = np.array([1.3, 0.4, 0.9, 0.4])
    weights = np.array([1.0, 2.0, 3.0, 4.0])

    def gathered(x: Any) -> Any:
        order = np.argsort(x, kind="stable")
        return np.sum(x[order] * weights)

    assert_gradient(lambda x: np.sum(np.sort(x) * weights), (X,))
    np.testing.assert_array_equal(srcdiff.grad(gathered)(values), [4.0, 1.0, 3.0, 2.0])
    right_or_refused(lambda x: np.sum(np.unique(x) * weights), (X,), "unique")


def test_32_repeated_eigenvalues_and_singular_values() -> None:
    """What depends on the values alone is finite at repeats; eigenvectors there have no derivative."""

    def by_eigenvalues(a: Any) -> Any:
        return np.sum(np.linalg.eigvalsh(a) ** 2)

    def by_eigh(a: Any) -> Any:
        values, _ = np.linalg.eigh(a)
        return np.sum(values**2)

    def by_singular_values(a: Any) -> Any:
        return np.sum(np.linalg.svd(a, compute_uv=False))

    for fun in (by_eigenvalues, by_eigh):
        np.testing.assert_allclose(srcdiff.grad(fun)(np.eye(3)), 2.0 * np.eye(3), atol=1e-12)
    np.testing.assert_allclose(srcdiff.grad(by_singular_values)(np.eye(3)), np.eye(3), atol=1e-12)


def test_33_complex_conjugation() -> None:
    z = numbers(4) + 1j * numbers(4, seed=5)
    w = numbers(4, seed=2) - 1j * numbers(4, seed=3)
    assert_gradient(lambda a: np.sum(np.abs(np.fft.fft(a)) ** 2 * np.arange(4.0)), (z,))
    assert_gradient(lambda a, b: np.abs(np.dot(a, b)), (z, w))
    assert_gradient(lambda a, b: np.vdot(a, b).real + np.vdot(b, a).imag, (z, w))
    np.testing.assert_allclose(srcdiff.grad(lambda a: np.sum(np.abs(a)))(z), z / np.abs(z))


def test_33_the_gradient_descends() -> None:
    """PyTorch's convention: dL/dx + i dL/dy, not its conjugate."""
    z = 0.8 + 0.3j
    gradient = srcdiff.grad(lambda a: np.abs(a - (0.2 + 0.9j)) ** 2)(z)
    assert gradient == pytest.approx(2.0 * (z - (0.2 + 0.9j)))
    assert cmath.isfinite(gradient)


def test_34_promoted_operands_keep_their_kind() -> None:
    single, double = X.astype(np.float32), Y
    gradients = srcdiff.grad(lambda x, y: np.sum(x * y), (0, 1))(single, double)
    assert [gradient.dtype for gradient in gradients] == [np.float32, np.float64]
    real, other = srcdiff.grad(lambda x, z: np.sum(np.abs(x * z) ** 2), (0, 1))(X, X + 1j * Y)
    assert (real.dtype, other.dtype) == (np.float64, np.complex128)
    number = srcdiff.grad(lambda c, z: np.sum((c * z).real))(0.7, X + 1j * Y)
    assert isinstance(number, float)


@pytest.mark.parametrize("shape", [(1, 4), (3, 1), (), (4,), (1, 1), (1,)])
def test_35_broadcast_operands_keep_their_shape(shape: tuple[int, ...]) -> None:
    operand = numbers(*shape) if shape else np.array(0.7)
    assert_gradient(lambda x, y: np.sum(np.sin(x * y) * x), (numbers(3, 4), operand))
    assert_gradient(lambda x, y: np.sum(x / y + y**x), (numbers(3, 4), operand))


def test_35_python_numbers_stay_numbers() -> None:
    gradient = srcdiff.grad(lambda c, x: np.sum(c * x))(0.7, X)
    assert isinstance(gradient, float)
    assert gradient == pytest.approx(X.sum())


def test_36_in_place_updates_that_numpy_casts() -> None:
    def f(x: Any) -> Any:
        y = x * np.float32(2.0)
        y *= np.array([1.0, 2.0, 3.0, 4.0])
        return np.sum(y * x)

    gradient = srcdiff.grad(f)(X.astype(np.float32))
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, 4.0 * X * np.arange(1.0, 5.0), rtol=1e-5)


def test_36_in_place_updates_that_numpy_refuses() -> None:
    def f(x: Any) -> Any:
        counts = np.zeros(4, dtype=int)
        counts += x
        return np.sum(counts * x)

    with pytest.raises((TypeError, srcdiff.UnsupportedError)):
        srcdiff.grad(f)(X)
