"""Random numbers: draws are made once, in the forward sweep.

A draw that depends on no differentiable argument is a constant. Draws from a location-scale family are differentiated
along the path: the standardised number is held fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, constant, tangent
from srcdiff.runtime import unbroadcast

__all__: list[str] = []

constant(
    np.random.default_rng,
    np.random.RandomState,
    np.random.SeedSequence,
    np.random.Generator,
    np.random.PCG64,
    np.random.seed,
    np.random.get_state,
    np.random.set_state,
    np.random.rand,
    np.random.randn,
    np.random.random,
    np.random.random_sample,
    np.random.ranf,
    np.random.sample,
    np.random.randint,
    np.random.standard_normal,
    np.random.standard_exponential,
    np.random.bytes,
    np.random.Generator.random,
    np.random.Generator.standard_normal,
    np.random.Generator.standard_exponential,
    np.random.Generator.integers,
    np.random.Generator.bytes,
    np.random.Generator.spawn,
    np.random.RandomState.rand,
    np.random.RandomState.randn,
    np.random.RandomState.random,
    np.random.RandomState.random_sample,
    np.random.RandomState.randint,
    np.random.RandomState.standard_normal,
    np.random.RandomState.standard_exponential,
    pure=False,
)

# Rearrangements: of indices or constants they are constants; which item went where, the result alone does not tell.

for _of in (np.random, np.random.Generator, np.random.RandomState):
    _self = () if _of is np.random else ("self",)
    constant(_of.permutation, pure=False, parameters=(*_self, "x"), refused=("x",))
    constant(_of.shuffle, pure=False, parameters=(*_self, "x"), refused=("x",), writes=("x",))
    constant(_of.choice, pure=False, parameters=(*_self, "a", "size", "replace", "p"), refused=("a", "p"))
constant(np.random.Generator.permuted, pure=False, parameters=("self", "x", "axis", "out"), refused=("x", "out"))

_METHODS = (np.random.Generator, np.random.RandomState)
_DRAW: dict[str, Any] = {"pure": False}


def standardised(output: Any, shift: Any, width: Any) -> Any:
    """(output - shift) / width, zero where the width is zero."""
    return (output - shift) / (width + (width == 0))


@adjoint(np.random.normal, active=("loc", "scale"), **_DRAW)
def normal(loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, output: Any, gradient: Any) -> Any:
    """The draw is loc + scale * z."""
    return unbroadcast(gradient, loc), unbroadcast(gradient * standardised(output, loc, scale), scale)


@tangent(np.random.normal)
def normal_tangent(
    loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, loc_dot: Any, scale_dot: Any, output: Any
) -> Any:
    """The draw is loc + scale * z."""
    return loc_dot + standardised(output, loc, scale) * scale_dot


@adjoint(np.random.uniform, active=("low", "high"), **_DRAW)
def uniform(low: Any = 0.0, high: Any = 1.0, size: Any = None, *, output: Any, gradient: Any) -> Any:
    """The draw is low + (high - low) * u."""
    share = standardised(output, low, high - low)
    return unbroadcast(gradient * (1 - share), low), unbroadcast(gradient * share, high)


@tangent(np.random.uniform)
def uniform_tangent(
    low: Any = 0.0, high: Any = 1.0, size: Any = None, *, low_dot: Any, high_dot: Any, output: Any
) -> Any:
    """The draw is low + (high - low) * u."""
    share = standardised(output, low, high - low)
    return (1 - share) * low_dot + share * high_dot


@adjoint(np.random.exponential, **_DRAW)
def exponential(scale: Any = 1.0, size: Any = None, *, output: Any, gradient: Any) -> Any:
    """The draw is scale * z."""
    return unbroadcast(gradient * standardised(output, 0.0, scale), scale)


@tangent(np.random.exponential)
def exponential_tangent(scale: Any = 1.0, size: Any = None, *, scale_dot: Any, output: Any) -> Any:
    """The draw is scale * z."""
    return standardised(output, 0.0, scale) * scale_dot


for _owner in _METHODS:

    @adjoint(_owner.normal, active=("loc", "scale"), **_DRAW)
    def method_normal(
        self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, output: Any, gradient: Any
    ) -> Any:
        """The draw is loc + scale * z."""
        return None, unbroadcast(gradient, loc), unbroadcast(gradient * standardised(output, loc, scale), scale)

    @tangent(_owner.normal)
    def method_normal_tangent(
        self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, loc_dot: Any, scale_dot: Any, output: Any
    ) -> Any:
        """The draw is loc + scale * z."""
        return loc_dot + standardised(output, loc, scale) * scale_dot

    @adjoint(_owner.uniform, active=("low", "high"), **_DRAW)
    def method_uniform(
        self: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None, *, output: Any, gradient: Any
    ) -> Any:
        """The draw is low + (high - low) * u."""
        share = standardised(output, low, high - low)
        return None, unbroadcast(gradient * (1 - share), low), unbroadcast(gradient * share, high)

    @tangent(_owner.uniform)
    def method_uniform_tangent(
        self: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None, *, low_dot: Any, high_dot: Any, output: Any
    ) -> Any:
        """The draw is low + (high - low) * u."""
        share = standardised(output, low, high - low)
        return (1 - share) * low_dot + share * high_dot

    @adjoint(_owner.exponential, active=("scale",), **_DRAW)
    def method_exponential(self: Any, scale: Any = 1.0, size: Any = None, *, output: Any, gradient: Any) -> Any:
        """The draw is scale * z."""
        return None, unbroadcast(gradient * standardised(output, 0.0, scale), scale)

    @tangent(_owner.exponential)
    def method_exponential_tangent(
        self: Any, scale: Any = 1.0, size: Any = None, *, scale_dot: Any, output: Any
    ) -> Any:
        """The draw is scale * z."""
        return standardised(output, 0.0, scale) * scale_dot
