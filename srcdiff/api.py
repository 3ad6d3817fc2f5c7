"""The public functions that make derivatives; docs/api.md is their contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from srcdiff.binding import Wrt, checked_wrt
from srcdiff.derivative import Derivative, Mode, derivative_of
from srcdiff.jacobians import HessianProduct, Jacobian
from srcdiff.products import jvp, vjp
from srcdiff.structures import describe_value

__all__ = [
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "value_and_grad",
    "vjp",
]

Function = Callable[..., Any]
Compile = Callable[[Function], Function]


@overload
def grad(
    fun: None = None, wrt: Wrt = 0, *, has_aux: bool = False, compile: Compile | None = None
) -> Callable[[Function], Derivative]: ...
@overload
def grad(fun: Function, wrt: Wrt = 0, *, has_aux: bool = False, compile: Compile | None = None) -> Derivative: ...


def grad(
    fun: Function | None = None, wrt: Wrt = 0, *, has_aux: bool = False, compile: Compile | None = None
) -> Derivative | Callable[[Function], Derivative]:
    """The gradient of a function, as an object that is called like it.

    Used as `grad(f)`, `grad(f, wrt=("w", "b"))`, `@grad` or `@grad(wrt="w")`.

    Parameters
    ----------
    fun : callable
        Returns a real number, or anything with floating parts if a `gradient` is given at the call.
    wrt : position, name, path or a sequence of these
        What to differentiate by: `0`, `"w"`, `"params['w']"`. One gives one gradient, a sequence a tuple.
    has_aux : bool
        `fun` returns (output, aux), the derivative (gradient, aux).
    compile : callable, optional
        What the generated functions go through, such as `numba.njit`.

    Returns
    -------
    Derivative
        `df(*args, gradient=None, into=None, **keywords)`. `gradient` is the output cotangent, 1.0 for a real number;
        gradients are added to `into`, float arrays in their structure, if it is given.

    Raises
    ------
    TypeError
        For a `wrt` of the wrong type; everything else is found out when the derivative is first used.

    Examples
    --------
    >>> def square(x):
    ...     return x**2
    >>> grad(square)
    <srcdiff.grad of square with respect to 0>
    """
    return _made("grad", fun, wrt, has_aux, compile)


@overload
def value_and_grad(
    fun: None = None, wrt: Wrt = 0, *, has_aux: bool = False, compile: Compile | None = None
) -> Callable[[Function], Derivative]: ...
@overload
def value_and_grad(
    fun: Function, wrt: Wrt = 0, *, has_aux: bool = False, compile: Compile | None = None
) -> Derivative: ...


def value_and_grad(
    fun: Function | None = None, wrt: Wrt = 0, *, has_aux: bool = False, compile: Compile | None = None
) -> Derivative | Callable[[Function], Derivative]:
    """The value and the gradient of a function, from one evaluation: see `grad`.

    With `has_aux`, calls return ((value, aux), gradient).
    """
    return _made("value_and_grad", fun, wrt, has_aux, compile)


@overload
def elementwise_grad(
    fun: None = None, wrt: Wrt = 0, *, compile: Compile | None = None
) -> Callable[[Function], Derivative]: ...
@overload
def elementwise_grad(fun: Function, wrt: Wrt = 0, *, compile: Compile | None = None) -> Derivative: ...


def elementwise_grad(
    fun: Function | None = None, wrt: Wrt = 0, *, compile: Compile | None = None
) -> Derivative | Callable[[Function], Derivative]:
    """The derivative of an elementwise function, element by element: `grad` with ones for `gradient`.

    Of a function that is not elementwise it gives the sum over the output's elements.
    """
    return _made("elementwise_grad", fun, wrt, False, compile)


def jacobian(fun: Function, wrt: Wrt = 0) -> Jacobian:
    """The Jacobian of a function: the derivative of every element of the output by every element of `wrt`.

    The result has the output's structure, each leaf there the structure of `wrt`, each array the shape of the output
    followed by that of the argument. Complex functions have to be holomorphic. The cheaper mode is used.
    """
    return Jacobian(_checked(fun), wrt, "cheaper")


def jacrev(fun: Function, wrt: Wrt = 0) -> Jacobian:
    """The Jacobian in reverse mode, one pullback for each element of the output: see `jacobian`."""
    return Jacobian(_checked(fun), wrt, "reverse")


def jacfwd(fun: Function, wrt: Wrt = 0) -> Jacobian:
    """The Jacobian in forward mode, one tangent for each element of `wrt`: see `jacobian`."""
    return Jacobian(_checked(fun), wrt, "forward")


def hessian(fun: Function, wrt: Wrt = 0) -> Jacobian:
    """The matrix of second derivatives of a function that returns a real number: the Jacobian of its gradient."""
    return Jacobian(grad(fun, wrt), wrt, "forward first")


def hvp(fun: Function, wrt: Wrt = 0) -> HessianProduct:
    """The product of the Hessian with a vector, without forming the Hessian: `hvp(f)(x, ..., v)`.

    `v` is the last positional argument, in the structure of `wrt` (a tuple for a sequence).
    """
    return HessianProduct(_checked(fun), wrt)


def _checked(fun: Any) -> Function:
    if not callable(fun):
        raise TypeError(f"a derivative is taken of a function, not of {describe_value(fun)}")
    checked: Function = fun
    return checked


def _made(
    mode: Mode, fun: Function | None, wrt: Wrt, has_aux: bool, compile_function: Compile | None
) -> Derivative | Callable[[Function], Derivative]:
    """A derivative, or the decorator that makes one; the same object as before for the same function and options."""
    entries, single = checked_wrt(wrt)
    if fun is None:
        return lambda primal: derivative_of(_checked(primal), mode, entries, single, has_aux, compile_function)
    return derivative_of(_checked(fun), mode, entries, single, has_aux, compile_function)
