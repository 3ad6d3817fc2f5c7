"""scipy.linalg's matrix functions and matrix equations.

A matrix function's derivative in a direction is a block of the function of a larger matrix (Mathias 1996); its
transpose is the derivative at a^H in the direction of the gradient (Higham 2008, Functions of Matrices).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from srcdiff.errors import UnsupportedError
from srcdiff.rules.linalg import conjugate_transpose, frechet
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

MATHIAS = "Mathias (1996), A Chain Rule for Matrix Functions and Applications"
HIGHAM = "Higham (2008), Functions of Matrices"


def refuse_report(disp: Any, name: str) -> None:
    """Refuse the form that returns an error estimate too."""
    if disp is False:
        raise UnsupportedError(f"{name} with disp=False", "Leave out `disp`.")


@adjoint(sl.sqrtm, inline=False, source=HIGHAM)
def sqrtm(A: Any, disp: Any = True, blocksize: Any = 64, *, output: Any, gradient: Any) -> Any:
    """A_bar = S, the solution of X^H S + S X^H = gradient, with X the root."""
    refuse_report(disp, "scipy.linalg.sqrtm")
    root_h = conjugate_transpose(output)
    return unbroadcast(sl.solve_sylvester(root_h, root_h, gradient), A)


@tangent(sl.sqrtm, inline=False)
def sqrtm_tangent(A: Any, disp: Any = True, blocksize: Any = 64, *, A_dot: Any, output: Any) -> Any:
    """The solution of X S + S X = A_dot."""
    refuse_report(disp, "scipy.linalg.sqrtm")
    return sl.solve_sylvester(output, output, A_dot)


@adjoint(sl.fractional_matrix_power, inline=False, source=MATHIAS)
def fractional_matrix_power(A: Any, t: Any, *, gradient: Any) -> Any:
    """A_bar of A^t; the exponent is a constant."""
    return unbroadcast(frechet(sl.fractional_matrix_power, conjugate_transpose(A), gradient, t), A)


@tangent(sl.fractional_matrix_power, inline=False)
def fractional_matrix_power_tangent(A: Any, t: Any, *, A_dot: Any) -> Any:
    """The derivative in the direction A_dot."""
    return frechet(sl.fractional_matrix_power, A, A_dot, t)


@adjoint(sl.expm, inline=False, source=MATHIAS)
def expm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix exponential: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.expm, conjugate_transpose(A), gradient), A)


@tangent(sl.expm, inline=False)
def expm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix exponential in the direction A_dot."""
    return frechet(sl.expm, A, A_dot)


@adjoint(sl.logm, inline=False, source=MATHIAS)
def logm(A: Any, disp: Any = True, *, gradient: Any) -> Any:
    """A_bar of the matrix logarithm: its derivative at A^H in the direction of the gradient."""
    refuse_report(disp, "scipy.linalg.logm")
    return unbroadcast(frechet(sl.logm, conjugate_transpose(A), gradient), A)


@tangent(sl.logm, inline=False)
def logm_tangent(A: Any, disp: Any = True, *, A_dot: Any) -> Any:
    """The derivative of the matrix logarithm in the direction A_dot."""
    refuse_report(disp, "scipy.linalg.logm")
    return frechet(sl.logm, A, A_dot)


@adjoint(sl.cosm, inline=False, source=MATHIAS)
def cosm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix cosine: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.cosm, conjugate_transpose(A), gradient), A)


@tangent(sl.cosm, inline=False)
def cosm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix cosine in the direction A_dot."""
    return frechet(sl.cosm, A, A_dot)


@adjoint(sl.sinm, inline=False, source=MATHIAS)
def sinm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix sine: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.sinm, conjugate_transpose(A), gradient), A)


@tangent(sl.sinm, inline=False)
def sinm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix sine in the direction A_dot."""
    return frechet(sl.sinm, A, A_dot)


@adjoint(sl.tanm, inline=False, source=MATHIAS)
def tanm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix tangent: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.tanm, conjugate_transpose(A), gradient), A)


@tangent(sl.tanm, inline=False)
def tanm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix tangent in the direction A_dot."""
    return frechet(sl.tanm, A, A_dot)


@adjoint(sl.coshm, inline=False, source=MATHIAS)
def coshm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix hyperbolic cosine: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.coshm, conjugate_transpose(A), gradient), A)


@tangent(sl.coshm, inline=False)
def coshm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix hyperbolic cosine in the direction A_dot."""
    return frechet(sl.coshm, A, A_dot)


@adjoint(sl.sinhm, inline=False, source=MATHIAS)
def sinhm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix hyperbolic sine: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.sinhm, conjugate_transpose(A), gradient), A)


@tangent(sl.sinhm, inline=False)
def sinhm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix hyperbolic sine in the direction A_dot."""
    return frechet(sl.sinhm, A, A_dot)


@adjoint(sl.tanhm, inline=False, source=MATHIAS)
def tanhm(A: Any, *, gradient: Any) -> Any:
    """A_bar of the matrix hyperbolic tangent: its derivative at A^H in the direction of the gradient."""
    return unbroadcast(frechet(sl.tanhm, conjugate_transpose(A), gradient), A)


@tangent(sl.tanhm, inline=False)
def tanhm_tangent(A: Any, *, A_dot: Any) -> Any:
    """The derivative of the matrix hyperbolic tangent in the direction A_dot."""
    return frechet(sl.tanhm, A, A_dot)


# Matrix equations, by the implicit function theorem: the adjoint equation has the transposed coefficients.


@adjoint(sl.solve_sylvester, active=("a", "b", "q"))
def solve_sylvester(a: Any, b: Any, q: Any, *, output: Any, gradient: Any) -> tuple[Any, Any, Any]:
    """The gradients of a X + X b = q: q_bar solves a^H S + S b^H = gradient."""
    q_bar = sl.solve_sylvester(np.conj(a.T), np.conj(b.T), gradient)
    a_bar, b_bar = -q_bar @ np.conj(output.T), -np.conj(output.T) @ q_bar
    return unbroadcast(a_bar, a), unbroadcast(b_bar, b), unbroadcast(q_bar, q)


@tangent(sl.solve_sylvester)
def solve_sylvester_tangent(a: Any, b: Any, q: Any, *, a_dot: Any, b_dot: Any, q_dot: Any, output: Any) -> Any:
    """The solution for q_dot - a_dot X - X b_dot."""
    return sl.solve_sylvester(a, b, q_dot - a_dot @ output - output @ b_dot)


@adjoint(sl.solve_continuous_lyapunov, active=("a", "q"))
def solve_continuous_lyapunov(a: Any, q: Any, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a X + X a^H = q: q_bar solves a^H S + S a = gradient."""
    q_bar = sl.solve_continuous_lyapunov(np.conj(a.T), gradient)
    a_bar = -q_bar @ np.conj(output.T) - np.conj(q_bar.T) @ output
    return unbroadcast(a_bar, a), unbroadcast(q_bar, q)


@tangent(sl.solve_continuous_lyapunov)
def solve_continuous_lyapunov_tangent(a: Any, q: Any, *, a_dot: Any, q_dot: Any, output: Any) -> Any:
    """The solution for q_dot - a_dot X - X a_dot^H."""
    return sl.solve_continuous_lyapunov(a, q_dot - a_dot @ output - output @ np.conj(a_dot.T))


@adjoint(sl.solve_discrete_lyapunov, active=("a", "q"))
def solve_discrete_lyapunov(a: Any, q: Any, method: Any = None, *, output: Any, gradient: Any) -> tuple[Any, Any]:
    """The gradients of a X a^H - X + q = 0: q_bar solves the same equation with a^H and the gradient."""
    q_bar = sl.solve_discrete_lyapunov(np.conj(a.T), gradient, method)
    a_bar = q_bar @ a @ np.conj(output.T) + np.conj(q_bar.T) @ a @ output
    return unbroadcast(a_bar, a), unbroadcast(q_bar, q)


@tangent(sl.solve_discrete_lyapunov)
def solve_discrete_lyapunov_tangent(a: Any, q: Any, method: Any = None, *, a_dot: Any, q_dot: Any, output: Any) -> Any:
    """The solution for q_dot + a_dot X a^H + a X a_dot^H."""
    right = q_dot + a_dot @ output @ np.conj(a.T) + a @ output @ np.conj(a_dot.T)
    return sl.solve_discrete_lyapunov(a, right, method)


def refuse_generalised(e: Any, s: Any, name: str) -> None:
    """Refuse the generalised Riccati equations."""
    if e is not None or s is not None:
        raise UnsupportedError(f"{name} with `e` or `s`", "Transform the system so that they are not needed.")


@adjoint(sl.solve_continuous_are, active=("a", "b", "q", "r"), inline=False)
def solve_continuous_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: Any = True, *, output: Any, gradient: Any
) -> tuple[Any, ...]:
    """The gradients of a^H X + X a - X b r^-1 b^H X + q = 0, by a Lyapunov equation of the closed loop.

    The solution is taken for q and r Hermitian, as the equation has them.
    """
    refuse_generalised(e, s, "scipy.linalg.solve_continuous_are")
    gain = np.linalg.solve(r, np.conj(b.T))
    closed = a - b @ gain @ output
    symmetric = 0.5 * (gradient + np.conj(gradient.T))
    q_bar = -sl.solve_continuous_lyapunov(closed, symmetric)
    a_bar = 2.0 * output @ q_bar
    product_bar = -output @ q_bar @ output
    b_bar = 2.0 * product_bar @ np.conj(gain.T)
    r_bar = -gain @ product_bar @ np.conj(gain.T)
    return unbroadcast(a_bar, a), unbroadcast(b_bar, b), unbroadcast(q_bar, q), unbroadcast(r_bar, r)


@tangent(sl.solve_continuous_are, inline=False)
def solve_continuous_are_tangent(
    a: Any,
    b: Any,
    q: Any,
    r: Any,
    e: Any = None,
    s: Any = None,
    balanced: Any = True,
    *,
    a_dot: Any,
    b_dot: Any,
    q_dot: Any,
    r_dot: Any,
    output: Any,
) -> Any:
    """The solution of a Lyapunov equation of the closed loop."""
    refuse_generalised(e, s, "scipy.linalg.solve_continuous_are")
    gain = np.linalg.solve(r, np.conj(b.T))
    closed = a - b @ gain @ output
    product_dot = b_dot @ gain + np.conj((b_dot @ gain).T) - np.conj(gain.T) @ r_dot @ gain
    half = output @ a_dot
    change = q_dot + half + np.conj(half.T) - output @ product_dot @ output
    change = 0.5 * (change + np.conj(change.T))
    return sl.solve_continuous_lyapunov(np.conj(closed.T), -change)


@adjoint(sl.solve_discrete_are, active=("a", "b", "q", "r"), inline=False)
def solve_discrete_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: Any = True, *, output: Any, gradient: Any
) -> tuple[Any, ...]:
    """The gradients of the discrete algebraic Riccati equation, by a Lyapunov equation of the closed loop.

    The solution is taken for q and r Hermitian, as the equation has them.
    """
    refuse_generalised(e, s, "scipy.linalg.solve_discrete_are")
    gain = np.linalg.solve(r + np.conj(b.T) @ output @ b, np.conj(b.T) @ output @ a)
    closed = a - b @ gain
    q_bar = sl.solve_discrete_lyapunov(closed, 0.5 * (gradient + np.conj(gradient.T)))
    a_bar = 2.0 * output @ closed @ q_bar
    b_bar, r_bar = -a_bar @ np.conj(gain.T), gain @ q_bar @ np.conj(gain.T)
    return unbroadcast(a_bar, a), unbroadcast(b_bar, b), unbroadcast(q_bar, q), unbroadcast(r_bar, r)


@tangent(sl.solve_discrete_are, inline=False)
def solve_discrete_are_tangent(
    a: Any,
    b: Any,
    q: Any,
    r: Any,
    e: Any = None,
    s: Any = None,
    balanced: Any = True,
    *,
    a_dot: Any,
    b_dot: Any,
    q_dot: Any,
    r_dot: Any,
    output: Any,
) -> Any:
    """The solution of a Lyapunov equation of the closed loop."""
    refuse_generalised(e, s, "scipy.linalg.solve_discrete_are")
    gain = np.linalg.solve(r + np.conj(b.T) @ output @ b, np.conj(b.T) @ output @ a)
    closed = a - b @ gain
    half = np.conj(closed.T) @ output @ (a_dot - b_dot @ gain)
    change = q_dot + np.conj(gain.T) @ r_dot @ gain + half + np.conj(half.T)
    return sl.solve_discrete_lyapunov(np.conj(closed.T), 0.5 * (change + np.conj(change.T)))
