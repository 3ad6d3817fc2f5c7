"""Ahead-of-time differentiation of plain NumPy and Python code: the derivative is source text that people read."""

from srcdiff import testing
from srcdiff.api import (
    elementwise_grad,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    value_and_grad,
    vjp,
)
from srcdiff.derivative import Derivative
from srcdiff.errors import SeedError, SourceError, SrcdiffError, UnsupportedError
from srcdiff.raveling import ravel
from srcdiff.rules.registry import adjoint, tangent
from srcdiff.shaping import on_gradient, stop_gradient

__version__ = "0.1.0"

__all__ = [
    "Derivative",
    "SeedError",
    "SourceError",
    "SrcdiffError",
    "UnsupportedError",
    "adjoint",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "on_gradient",
    "ravel",
    "stop_gradient",
    "tangent",
    "testing",
    "value_and_grad",
    "vjp",
]
