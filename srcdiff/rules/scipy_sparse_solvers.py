"""scipy.sparse.linalg: solutions of sparse systems with respect to the right-hand side.

The matrix, a sparse array or a linear operator, is a constant: differentiating by it is refused. The gradient is the
solution of the adjoint system, by the same method and to the same tolerances: its error is theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl

from srcdiff.errors import UnsupportedError
from srcdiff.rules.registry import adjoint, linear, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []


def adjoint_of(operator: Any) -> Any:
    """The conjugate transpose of a matrix, a sparse array or a linear operator; None of None."""
    if operator is None:
        return None
    return operator.H if isinstance(operator, sl.LinearOperator) else operator.conj().T


def refuse_sparse(b: Any, name: str) -> None:
    """Refuse a sparse right-hand side."""
    if sp.issparse(b):
        raise UnsupportedError(f"{name} with a sparse right-hand side", "Pass it as an array: b.toarray().")


def refuse_recycling(space: Any, name: str) -> None:
    """Refuse to write into a list of vectors that calls hand on to each other."""
    if space is not None:
        raise UnsupportedError(f"{name} with a recycled space", "Leave it out: the solution does not depend on it.")


def zero_if_none(x_bar: Any, x: Any) -> Any:
    """The gradient of the solution, zeros where only the report was used."""
    return np.zeros_like(x) if x_bar is None else x_bar


@linear(sl.spsolve, "b")
def spsolve(A: Any, b: Any, permc_spec: Any = None, use_umfpack: Any = True, *, gradient: Any) -> Any:
    """b_bar = A^-H gradient."""
    refuse_sparse(b, "scipy.sparse.linalg.spsolve")
    return None, unbroadcast(
        np.reshape(sl.spsolve(sp.csc_array(A.conj().T), gradient, permc_spec, use_umfpack), np.shape(b)), b
    )


@linear(sl.spsolve_triangular, "b")
def spsolve_triangular(
    A: Any,
    b: Any,
    lower: Any = True,
    overwrite_A: Any = False,
    overwrite_b: Any = False,
    unit_diagonal: Any = False,
    *,
    gradient: Any,
) -> Any:
    """b_bar = A^-H gradient, by the other triangle."""
    if overwrite_A or overwrite_b:
        raise UnsupportedError("scipy.sparse.linalg.spsolve_triangular with `overwrite_...=True`", "Leave it out.")
    transposed = sp.csr_array(A.conj().T)
    return None, unbroadcast(sl.spsolve_triangular(transposed, gradient, not lower, unit_diagonal=unit_diagonal), b)


@linear(sl.expm_multiply, "B")
def expm_multiply(
    A: Any,
    B: Any,
    start: Any = None,
    stop: Any = None,
    num: Any = None,
    endpoint: Any = None,
    traceA: Any = None,
    *,
    gradient: Any,
) -> Any:
    """B_bar = exp(A)^H gradient."""
    if start is not None or stop is not None or num is not None:
        raise UnsupportedError("scipy.sparse.linalg.expm_multiply at several times", "Call it once for each time.")
    return None, unbroadcast(sl.expm_multiply(adjoint_of(A), gradient), B)


@adjoint(sl.cg, wrt="b", inline=False)
def cg(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.cg(adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.cg, inline=False)
def cg_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.cg(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M)[0], None


@adjoint(sl.cgs, wrt="b", inline=False)
def cgs(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.cgs(adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.cgs, inline=False)
def cgs_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.cgs(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M)[0], None


@adjoint(sl.bicg, wrt="b", inline=False)
def bicg(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.bicg(adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.bicg, inline=False)
def bicg_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.bicg(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M)[0], None


@adjoint(sl.bicgstab, wrt="b", inline=False)
def bicgstab(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.bicgstab(adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.bicgstab, inline=False)
def bicgstab_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.bicgstab(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M)[0], None


@adjoint(sl.gmres, wrt="b", inline=False)
def gmres(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    restart: Any = None,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    callback_type: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.gmres(adjoint_of(A), x_bar, rtol=rtol, atol=atol, restart=restart, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.gmres, inline=False)
def gmres_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    restart: Any = None,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    callback_type: Any = None,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.gmres(A, b_dot, rtol=rtol, atol=atol, restart=restart, maxiter=maxiter, M=M)[0], None


@adjoint(sl.lgmres, wrt="b", inline=False)
def lgmres(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = 1000,
    M: Any = None,
    callback: Any = None,
    inner_m: Any = 30,
    outer_k: Any = 3,
    outer_v: Any = None,
    store_outer_Av: Any = True,
    prepend_outer_v: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    refuse_recycling(outer_v, "scipy.sparse.linalg.lgmres")
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.lgmres(
        adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M), inner_m=inner_m, outer_k=outer_k
    )
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.lgmres, inline=False)
def lgmres_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = 1000,
    M: Any = None,
    callback: Any = None,
    inner_m: Any = 30,
    outer_k: Any = 3,
    outer_v: Any = None,
    store_outer_Av: Any = True,
    prepend_outer_v: Any = False,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.lgmres(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M, inner_m=inner_m, outer_k=outer_k)[0], None


@adjoint(sl.minres, wrt="b", inline=False)
def minres(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    shift: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    show: Any = False,
    check: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.minres(adjoint_of(A), x_bar, rtol=rtol, shift=shift, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.minres, inline=False)
def minres_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    shift: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    show: Any = False,
    check: Any = False,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.minres(A, b_dot, rtol=rtol, shift=shift, maxiter=maxiter, M=M)[0], None


@adjoint(sl.qmr, wrt="b", inline=False)
def qmr(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M1: Any = None,
    M2: Any = None,
    callback: Any = None,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.qmr(adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M1=adjoint_of(M2), M2=adjoint_of(M1))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.qmr, inline=False)
def qmr_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M1: Any = None,
    M2: Any = None,
    callback: Any = None,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.qmr(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M1=M1, M2=M2)[0], None


@adjoint(sl.gcrotmk, wrt="b", inline=False)
def gcrotmk(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = 1000,
    M: Any = None,
    callback: Any = None,
    m: Any = 20,
    k: Any = None,
    CU: Any = None,
    discard_C: Any = False,
    truncate: Any = "oldest",
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    refuse_recycling(CU, "scipy.sparse.linalg.gcrotmk")
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.gcrotmk(
        adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M), m=m, k=k, truncate=truncate
    )
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.gcrotmk, inline=False)
def gcrotmk_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = 1000,
    M: Any = None,
    callback: Any = None,
    m: Any = 20,
    k: Any = None,
    CU: Any = None,
    discard_C: Any = False,
    truncate: Any = "oldest",
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.gcrotmk(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M, m=m, k=k, truncate=truncate)[0], None


@adjoint(sl.tfqmr, wrt="b", inline=False)
def tfqmr(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    show: Any = False,
    *,
    output: Any,
    gradient: Any,
) -> Any:
    """b_bar of (solution, report): the solution of the adjoint system."""
    x_bar = zero_if_none(gradient[0], output[0])
    b_bar, _ = sl.tfqmr(adjoint_of(A), x_bar, rtol=rtol, atol=atol, maxiter=maxiter, M=adjoint_of(M))
    return unbroadcast(np.reshape(b_bar, np.shape(b)), b)


@tangent(sl.tfqmr, inline=False)
def tfqmr_tangent(
    A: Any,
    b: Any,
    x0: Any = None,
    rtol: Any = 1e-05,
    atol: Any = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    show: Any = False,
    *,
    b_dot: Any,
) -> tuple[Any, Any]:
    """The solution for b_dot; None for the report."""
    return sl.tfqmr(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter, M=M)[0], None
