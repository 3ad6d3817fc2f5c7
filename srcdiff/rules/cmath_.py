"""The `cmath` module: holomorphic functions of one complex number, and polar coordinates."""

from __future__ import annotations

import cmath
from typing import Any

from srcdiff.rules.registry import adjoint, constant, partials, tangent

__all__: list[str] = []

_NUMBER: dict[str, Any] = {"raises": True, "shape": "scalar", "returns": "complex"}

partials(cmath.exp, "output", **_NUMBER)
partials(cmath.log, "1 / x", **_NUMBER)
partials(cmath.log10, "1 / (x * math.log(10.0))", **_NUMBER)
partials(cmath.sqrt, "0.5 / output", **_NUMBER)
partials(cmath.sin, "cmath.cos(x)", **_NUMBER)
partials(cmath.cos, "-cmath.sin(x)", **_NUMBER)
partials(cmath.tan, "1 + output * output", **_NUMBER)
partials(cmath.asin, "1 / cmath.cos(output)", **_NUMBER)
partials(cmath.acos, "-1 / cmath.sin(output)", **_NUMBER)
partials(cmath.atan, "1 / (1 + x * x)", **_NUMBER)
partials(cmath.sinh, "cmath.cosh(x)", **_NUMBER)
partials(cmath.cosh, "cmath.sinh(x)", **_NUMBER)
partials(cmath.asinh, "1 / cmath.cosh(output)", **_NUMBER)
partials(cmath.acosh, "1 / cmath.sinh(output)", **_NUMBER)
partials(cmath.atanh, "1 / ((1 - x) * (1 + x))", **_NUMBER)


def tanh_partial(x: Any) -> Any:
    """1 / cosh(x) ** 2, without overflow or cancellation."""
    e = cmath.exp(-2 * x if x.real > 0 else 2 * x)
    return 4 * e / (1 + e) ** 2


partials(cmath.tanh, tanh_partial, **_NUMBER)


def in_kind_of(z: Any, gradient: Any) -> Any:
    """A number's gradient: complex for a complex number, real for a real one."""
    return gradient if isinstance(z, complex) else gradient.real


def multiplied(a: Any, b: Any) -> Any:
    """The real inner product Re(conj(a) * b) of two numbers."""
    return (a.conjugate() * b).real


@adjoint(cmath.log, when="otherwise", active=("z", "base"), **_NUMBER)
def log(z: Any, base: Any, *, output: Any, gradient: Any) -> Any:
    """The logarithm to a base."""
    scaled = gradient / cmath.log(base).conjugate()
    z_bar = scaled / complex(z).conjugate()
    base_bar = -scaled * (output / base).conjugate()
    return in_kind_of(z, z_bar), in_kind_of(base, base_bar)


@tangent(cmath.log, when="otherwise")
def log_tangent(z: Any, base: Any, *, z_dot: Any, base_dot: Any, output: Any) -> Any:
    """The logarithm to a base."""
    return (z_dot / z - output * base_dot / base) / cmath.log(base)


def turning(z: Any) -> Any:
    """The gradient of the angle: z / |z| ** 2, turned by a right angle. Zero at zero."""
    r = abs(z)
    r = r + (r == 0)
    return 1j * z / r / r


@adjoint(cmath.phase, raises=True, shape="scalar", returns="real")
def phase(z: Any, *, gradient: Any) -> Any:
    """`gradient` across z, by |z|."""
    return in_kind_of(z, gradient * turning(z))


@tangent(cmath.phase)
def phase_tangent(z: Any, *, z_dot: Any) -> Any:
    """The component of the tangent across z, by |z|."""
    return multiplied(turning(z), z_dot)


@adjoint(cmath.polar, raises=True, returns="real")
def polar(z: Any, *, gradient: Any) -> Any:
    """The modulus along z, the angle across it."""
    r = abs(z)
    return in_kind_of(z, gradient[0] * z / (r + (r == 0)) + gradient[1] * turning(z))


@tangent(cmath.polar)
def polar_tangent(z: Any, *, z_dot: Any) -> Any:
    """The modulus along z, the angle across it."""
    r = abs(z)
    return multiplied(z / (r + (r == 0)), z_dot), multiplied(turning(z), z_dot)


@adjoint(cmath.rect, active=("r", "phi"), **_NUMBER)
def rect(r: Any, phi: Any, *, output: Any, gradient: Any) -> Any:
    """Z = r * exp(i phi)."""
    return multiplied(cmath.rect(1.0, phi), gradient), multiplied(1j * output, gradient)


@tangent(cmath.rect)
def rect_tangent(r: Any, phi: Any, *, r_dot: Any, phi_dot: Any, output: Any) -> Any:
    """Z = r * exp(i phi)."""
    return cmath.rect(1.0, phi) * r_dot + 1j * output * phi_dot


constant(cmath.isfinite, cmath.isinf, cmath.isnan, cmath.isclose, shape="scalar")
