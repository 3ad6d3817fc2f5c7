"""Functions of installed packages, differentiated from their own source as it stands, without a rule for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import chebyshev, hermite, laguerre, legendre, polynomial, polyutils

import srcdiff
from srcdiff.rules import load_rules, registry
from tests import helpers

distance = pytest.importorskip("scipy.spatial.distance")
integrate = pytest.importorskip("scipy.integrate")
linalg = pytest.importorskip("scipy.linalg")
signal = pytest.importorskip("scipy.signal")
special = pytest.importorskip("scipy.special")

load_rules()


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers of both signs, none near another or near zero."""
    rng = np.random.default_rng(seed + sum(shape))
    count = int(np.prod(shape))
    spread = np.linspace(-1.3, 1.7, count) + 0.07 * rng.uniform(size=count) + 0.011 * seed
    return rng.permutation(spread).reshape(shape)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers between 0.4 and 2."""
    return 0.4 + np.abs(numbers(*shape, seed=seed))


def source_of(function: Any) -> Any:
    """What NumPy's dispatcher calls."""
    return getattr(function, "__wrapped__", function)


U, V, W = numbers(4), numbers(4, seed=1), positive(4, seed=2)
OLD, NEW = np.array([-1.0, 1.2]), np.array([0.3, 2.0])

#: Function, arguments, and the positions to differentiate by (every floating one if left out).
CASES: list[tuple[Any, ...]] = [
    (distance.euclidean, (U, V)),
    (distance.euclidean, (U, V, W)),
    (distance.sqeuclidean, (U, V)),
    (distance.cosine, (U, V)),
    (distance.correlation, (U, V)),
    (distance.cityblock, (U, V)),
    (distance.cityblock, (U, V, W)),
    (distance.minkowski, (U, V, 3)),
    (distance.braycurtis, (U, V)),
    (distance.canberra, (U, V)),
    (distance.chebyshev, (U, V)),
    (distance.jensenshannon, (positive(4), positive(4, seed=1))),
    (distance.seuclidean, (U, V, W)),
    (distance.mahalanobis, (U, V, np.eye(4) + 0.05 * numbers(4, 4))),
    (integrate.simpson, (numbers(5),)),
    (integrate.simpson, (numbers(6),)),
    (linalg.companion, (positive(4),)),
    (signal.gausspulse, (numbers(4),)),
    (signal.chirp, (numbers(4), 1.0, 2.0, 3.0)),
    (signal.sawtooth, (positive(5) * 3.0, 0.3), (1,)),
    (signal.windows.gaussian, (5, 1.3), (1,)),
    (signal.windows.general_gaussian, (5, 1.5, 0.7), (1, 2)),
    (signal.windows.exponential, (5, None, 1.3), (2,)),
    (special.polygamma, (1, 1.3), (1,)),
    (polynomial.polyval, (0.4, numbers(4))),
    (polynomial.polyvander, (numbers(3), 3), (0,)),
    (polynomial.polyvalfromroots, (0.4, numbers(3))),
    (chebyshev.chebval, (0.4, numbers(4))),
    (chebyshev.chebvander, (numbers(3), 3), (0,)),
    (legendre.legval, (numbers(3), numbers(5))),
    (legendre.legvander, (numbers(3), 3), (0,)),
    (hermite.hermval, (0.4, numbers(4))),
    (laguerre.lagval, (0.4, numbers(4))),
    (polyutils.mapparms, (OLD, NEW)),
    (polyutils.mapdomain, (numbers(3), OLD, NEW)),
    (source_of(np.polyval), (numbers(4), 0.3)),
    (source_of(np.cross), (numbers(3), numbers(3, seed=1))),
    (source_of(np.unwrap), (numbers(5) * 4.0,)),
    (source_of(np.sinc), (numbers(3),)),
    (source_of(np.diff), (numbers(5), 2), (0,)),
    (source_of(np.stack), ([numbers(3), numbers(3, seed=1)], 1), (0,)),
    (source_of(np.linalg.matrix_power), (numbers(2, 2), 3), (0,)),
    (source_of(np.tril), (numbers(3, 3),)),
    (source_of(np.rot90), (numbers(3, 3),)),
    (source_of(np.tensordot), (numbers(2, 3), numbers(3, 2), 1), (0, 1)),
    (source_of(np.column_stack), ([numbers(3), numbers(3, seed=1)],)),
]


def name_of(case: Any) -> str:
    return f"{case.__module__}.{case.__name__}" if callable(case) else ""


def differences(function: Callable[..., Any], args: tuple[Any, ...], k: int, seed: Any) -> Any:
    """Central differences of <seed, f> by every number of argument `k`; `args` are left alone."""

    def contracted(value: Any) -> Any:
        return helpers.inner(seed, function(*args[:k], value, *args[k + 1 :]))

    def by(leaf: Any, put: Callable[[Any], Any]) -> Any:
        plain = np.asarray(leaf, dtype=float)
        slopes = np.zeros_like(plain)
        for index in np.ndindex(plain.shape):
            step = np.zeros_like(plain)
            step[index] = 1e-6
            up, down = contracted(put((plain + step)[()])), contracted(put((plain - step)[()]))
            slopes[index] = (up - down) / 2e-6
        return slopes[()]

    argument = args[k]
    if isinstance(argument, list):
        return [by(leaf, lambda new, i=i: [*argument[:i], new, *argument[i + 1 :]]) for i, leaf in enumerate(argument)]
    return by(argument, lambda new: new)


@pytest.mark.parametrize("case", CASES, ids=lambda case: name_of(case[0]))
def test_gradient(case: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    function, args, *more = case
    for table in (registry._rules, registry._aliases):
        for known in [known for known in table if known is function]:
            monkeypatch.delitem(table, known)
    monkeypatch.setattr(registry, "version", registry.version + 1)
    assert registry.lookup(function) is None
    where = more[0] if more else tuple(k for k, arg in enumerate(args) if helpers.has_floating(arg))
    seed = helpers.cotangent(function(*helpers.fresh(args)))
    keywords = {} if seed is None else {"gradient": seed}
    gradients = srcdiff.grad(function, wrt=where)(*helpers.fresh(args), **keywords)
    for k, gradient in zip(where, gradients, strict=True):
        expected = differences(function, helpers.fresh(args), k, 1.0 if seed is None else seed)
        helpers.assert_close(gradient, expected, f"argument {k}", rtol=2e-6, atol=2e-8)
