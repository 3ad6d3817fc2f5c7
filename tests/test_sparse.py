"""Sparse Jacobians and Hessians: against dense ones, colourings against their definition, and what is refused."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff.colouring import column_colouring, star_colouring
from tests.helpers import has_floating

sp = pytest.importorskip("scipy.sparse")
from srcdiff import sparse  # noqa: E402

X = np.linspace(-0.9, 1.3, 9)


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def arrow(x: Any) -> Any:
    return np.sum(x**2 * x[0]) + x[0] ** 3


def looped(x: Any) -> Any:
    total = 0.0
    for i in range(x.size - 2):
        if x[i] > 0.0:
            total += np.sin(x[i] * x[i + 2])  # another neighbour
        else:
            total += x[i] ** 2 * x[i + 1]
    return total


def stencil(x: Any) -> Any:
    y = np.zeros(x.size + 1)
    y[1:-1] = x[1:] * x[:-1] ** 2
    y[0] = np.exp(x[0])
    return y


def one_full_row(x: Any) -> Any:
    return np.concatenate([np.array([np.sum(x**3)]), x**2])


def one_full_column(x: Any) -> Any:
    return x[0] * x + x**3


@pytest.mark.parametrize(("function", "colours"), [(rosenbrock, 3), (arrow, 2), (looped, None)])
def test_hessians_agree_with_dense_ones(function: Any, colours: int | None) -> None:
    hessian = sparse.hessian(function)
    for x in (X, X + 0.01):
        np.testing.assert_allclose(hessian(x).toarray(), srcdiff.hessian(function)(x), rtol=1e-12, atol=1e-12)
    assert colours is None or hessian.count == colours
    assert hessian.count < X.size


@pytest.mark.parametrize(
    ("function", "colours", "by_rows"), [(stencil, 2, False), (one_full_row, 2, True), (one_full_column, 2, False)]
)
def test_jacobians_agree_with_dense_ones(function: Any, colours: int, by_rows: bool) -> None:
    jacobian = sparse.jacobian(function)
    found = jacobian(X)
    assert isinstance(found, sp.csr_array)
    np.testing.assert_allclose(found.toarray(), srcdiff.jacrev(function)(X), rtol=1e-12, atol=1e-12)
    assert (jacobian.count, jacobian.by_rows) == (colours, by_rows)


def test_a_partial_derivative_that_happens_to_be_zero_is_in_the_pattern() -> None:
    jacobian = sparse.jacobian(lambda x: x**2)
    np.testing.assert_array_equal(jacobian(np.zeros(3)).toarray(), np.zeros((3, 3)))
    np.testing.assert_array_equal(jacobian(X[:3]).toarray(), np.diag(2.0 * X[:3]))


def test_structures_are_laid_out_as_by_ravel() -> None:
    def residuals(params: Any, k: Any) -> Any:
        return {"a": params["w"] ** 2 * k, "b": params["w"][0] * params["s"]}

    params = {"w": X[:3], "n": 2, "s": 0.7}
    vector, unravel = srcdiff.ravel(params)
    dense = srcdiff.jacfwd(lambda v: np.concatenate([v[:3] ** 2 * 1.5, v[:1] * v[3]]))(vector)
    np.testing.assert_allclose(sparse.jacobian(residuals)(params, 1.5).toarray(), dense)
    assert has_floating(unravel(vector))
    by_part = sparse.jacobian(residuals, "params['w']")(params, 1.5).toarray()
    np.testing.assert_allclose(by_part, dense[:, :3])


def test_patterns_that_are_given() -> None:
    pattern = sp.diags_array([np.ones(8), np.ones(9), np.ones(8)], offsets=[-1, 0, 1])
    hessian = sparse.hessian(rosenbrock, pattern=pattern)
    np.testing.assert_allclose(hessian(X).toarray(), srcdiff.hessian(rosenbrock)(X), rtol=1e-12)
    again = pickle.loads(pickle.dumps(sparse.hessian(rosenbrock, pattern=pattern)))
    assert (again(X) != hessian(X)).nnz == 0


def test_a_pattern_that_lacks_entries_is_refused() -> None:
    with pytest.raises(srcdiff.SrcdiffError, match=r"the sparsity pattern lacks entries in row 0: .* the matrix "):
        sparse.hessian(rosenbrock, pattern=np.eye(9))(X)

    def either(x: Any) -> Any:
        return x * x[1] if x[0] > 0 else x**2

    jacobian = sparse.jacobian(either)
    jacobian(-np.ones(4))
    with pytest.raises(srcdiff.SrcdiffError, match="takes other branches than before"):
        jacobian(np.ones(4))


def test_other_refusals() -> None:
    with pytest.raises(TypeError, match=r"^the matrix has shape \(9, 9\), the sparsity pattern \(4, 4\)$"):
        sparse.hessian(rosenbrock, pattern=np.eye(4))(X)
    with pytest.raises(TypeError, match="taken by one argument: put several into one structure"):
        sparse.jacobian(rosenbrock, (0, 1))
    with pytest.raises(TypeError, match="an argument with complex parts"):
        sparse.jacobian(lambda z: z * z)(X + 1j)


def _random_pattern(seed: int, symmetric: bool) -> Any:
    rng = np.random.default_rng(seed)
    n, m = (12, 12) if symmetric else (9, 14)
    dense = rng.uniform(size=(n, m)) < 0.2
    dense = dense | dense.T | np.eye(n, dtype=bool) if symmetric else dense
    return sp.csr_array(dense), dense


@pytest.mark.parametrize("seed", range(6))
def test_columns_of_one_colour_share_no_row(seed: int) -> None:
    pattern, dense = _random_pattern(seed, symmetric=False)
    by_column = pattern.tocsc()
    colours = column_colouring((pattern.indptr, pattern.indices), (by_column.indptr, by_column.indices))
    for a, b in itertools.combinations(range(dense.shape[1]), 2):
        if colours[a] == colours[b]:
            assert not np.any(dense[:, a] & dense[:, b])


@pytest.mark.parametrize("seed", range(6))
def test_star_colourings_have_no_path_of_four_in_two_colours(seed: int) -> None:
    pattern, dense = _random_pattern(seed, symmetric=True)
    colours = star_colouring(pattern.indptr, pattern.indices)
    edge = dense & ~np.eye(12, dtype=bool)
    for a, b in zip(*np.nonzero(edge), strict=True):
        assert colours[a] != colours[b]
        for c, d in itertools.product(np.flatnonzero(edge[b]), range(12)):
            if c != a and d not in (a, b) and edge[c, d]:
                assert len({colours[a], colours[b], colours[c], colours[d]}) > 2
