"""Real and imaginary parts, conjugates, angles, and what else is not holomorphic.

Gradients are for the real inner product Re(sum(conj(a) * b)). For real operands most of these are trivial; the rules
for complex text stand beside them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, constant, effects, partials, same, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

# The modulus and the sign.

partials(np.abs, "np.sign(x)", returns="real")


@adjoint(np.abs, when="complex", shape="same", returns="real")
def abs_complex(x: Any, *, gradient: Any) -> Any:
    """`gradient` in the direction of x; zero at zero."""
    return gradient * np.sign(x)


@tangent(np.abs, when="complex")
def abs_complex_tangent(x: Any, *, x_dot: Any) -> Any:
    """The tangent's component in the direction of x."""
    return np.real(np.conj(np.sign(x)) * x_dot)


constant(np.sign, raises=False, shape="same")


def nonzero_modulus(x: Any) -> Any:
    """|x|, and 1 where that is zero."""
    r = np.abs(x)
    return r + (r == 0)


@adjoint(np.sign, when="complex", shape="same")
def sign_complex(x: Any, *, output: Any, gradient: Any) -> Any:
    """The component of `gradient` across x, by |x|; zero at zero."""
    return unbroadcast(1j * output * np.imag(np.conj(output) * gradient) / nonzero_modulus(x), x)


@tangent(np.sign, when="complex")
def sign_complex_tangent(x: Any, *, x_dot: Any, output: Any) -> Any:
    """The component of the tangent across x, by |x|; zero at zero."""
    return 1j * output * np.imag(np.conj(output) * x_dot) / nonzero_modulus(x)


# Parts and conjugates.

partials(np.conj, "1")


@adjoint(np.conj, when="complex", shape="same")
def conj_complex(x: Any, *, gradient: Any) -> Any:
    """The conjugate of `gradient`."""
    return np.conj(gradient)


@tangent(np.conj, when="complex")
def conj_complex_tangent(x: Any, *, x_dot: Any) -> Any:
    """The conjugate of the tangent."""
    return np.conj(x_dot)


@adjoint(np.real, result="view", shape="same", returns="real")
def real(val: Any, *, gradient: Any) -> Any:
    """`gradient`, of the kind of `val`."""
    return unbroadcast(gradient, val)


@tangent(np.real)
def real_tangent(val: Any, *, val_dot: Any) -> Any:
    """The real part of the tangent."""
    return np.real(val_dot)


@adjoint(np.imag, result="view", shape="same", returns="real")
def imag(val: Any, *, gradient: Any) -> Any:
    """`gradient` along the imaginary axis; nothing for a real `val`."""
    return unbroadcast(1j * gradient, val)


@tangent(np.imag)
def imag_tangent(val: Any, *, val_dot: Any) -> Any:
    """The imaginary part of the tangent."""
    return np.imag(val_dot)


same(np.conj, np.ndarray.conj, np.ndarray.conjugate, float.conjugate, complex.conjugate)
same(np.real, np.ndarray.real, float.real, complex.real)
same(np.imag, np.ndarray.imag, float.imag, complex.imag)
for _method in (np.ndarray.conj, np.ndarray.conjugate, float.conjugate, complex.conjugate):
    effects(_method, result="argument")  # the array itself where it is real

# The angle.


def turning(z: Any) -> Any:
    """The gradient of the angle: z / |z| ** 2, turned by a right angle. Zero at zero."""
    r = nonzero_modulus(z)
    return 1j * z / r / r


constant(np.angle, raises=False, returns="real", shape="same")


@adjoint(np.angle, when="complex", shape="same", returns="real")
def angle(z: Any, deg: Any = False, *, gradient: Any) -> Any:
    """`gradient` across z, by |z|; zero at zero."""
    if deg:
        return unbroadcast(gradient * (180 / math.pi) * turning(z), z)
    return unbroadcast(gradient * turning(z), z)


@tangent(np.angle, when="complex")
def angle_tangent(z: Any, deg: Any = False, *, z_dot: Any) -> Any:
    """The component of the tangent across z, by |z|."""
    if deg:
        return (180 / math.pi) * np.real(np.conj(turning(z)) * z_dot)
    return np.real(np.conj(turning(z)) * z_dot)


# Functions that leave the real axis where they have to. The gradient of a real operand is the real part.

partials(np.emath.sqrt, "0.5 / output", returns="complex")
partials(np.emath.log, "1 / x", returns="complex")
partials(np.emath.log2, "1 / (x * math.log(2.0))", returns="complex")
partials(np.emath.log10, "1 / (x * math.log(10.0))", returns="complex")
partials(
    np.emath.logn,
    "-output / (x1 * np.emath.log(x1))",
    "1 / (x2 * np.emath.log(x1))",
    returns="complex",
)
partials(
    np.emath.power,
    "x2 * np.emath.power(x1, x2 - (x2 != 0))",
    "output * np.emath.log(x1 + (x1 == 0))",
    returns="complex",
)
partials(np.emath.arcsin, "1 / np.cos(output)", returns="complex")  # cos and sin of the output know the branch
partials(np.emath.arccos, "-1 / np.sin(output)", returns="complex")
partials(np.emath.arctanh, "1 / ((1 - x) * (1 + x))", returns="complex")
