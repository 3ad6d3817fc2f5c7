"""The Hessian of a function of 10,000 variables, in three Hessian-vector products.

SciPy's chained Rosenbrock function couples neighbours only: its Hessian is tridiagonal, and a star colouring of the
variables takes three colours. The pattern is found by probing a small instance, and given for the large one. One Newton
step solves with the sparse matrix.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import rosen, rosen_hess_prod
from scipy.sparse import diags_array
from scipy.sparse.linalg import spsolve

from srcdiff import grad, sparse

N = 10_000


def seconds(call: Callable[[], Any], repeats: int = 30) -> float:
    """The shortest of some runs."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> float:
    """Compute the Hessian, check it, and take a Newton step; the cost in gradients."""
    found = sparse.hessian(rosen)
    found(np.linspace(-1.0, 1.0, 12))
    tridiagonal = diags_array([np.ones(11), np.ones(12), np.ones(11)], offsets=[-1, 0, 1])
    assert (found.pattern.toarray() == (tridiagonal.toarray() != 0)).all()

    pattern = diags_array([np.ones(N - 1), np.ones(N), np.ones(N - 1)], offsets=[-1, 0, 1])
    hessian = sparse.hessian(rosen, pattern=pattern)
    x = 1.0 + 0.01 * np.random.default_rng(0).standard_normal(N)
    matrix = hessian(x)
    v = np.random.default_rng(1).standard_normal(N)
    np.testing.assert_allclose(matrix @ v, rosen_hess_prod(x, v), rtol=1e-9, atol=1e-7)

    gradient = grad(rosen)
    cost = seconds(lambda: hessian(x)) / seconds(lambda: gradient(x))
    print(f"{matrix.nnz} entries by {hessian.count} products, at the cost of {cost:.1f} gradients")
    step = spsolve(matrix.tocsc(), -gradient(x))
    print(f"one Newton step: {rosen(x):.3g} -> {rosen(x + step):.3g}")
    assert hessian.count == 3
    assert rosen(x + step) < rosen(x)
    return cost


if __name__ == "__main__":
    main()
