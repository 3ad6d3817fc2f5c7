"""Paths, several arguments, named tuples, dataclasses and complex numbers in every entry point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import srcdiff
from srcdiff import grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, ravel, vjp
from tests import helpers

X = np.array([0.3, 0.7])
Z = np.array([0.3 + 0.7j, 0.7 - 0.2j])


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclass
class Layer:
    w: Any
    s: float
    name: str


def of_pair(p: Any, c: Any) -> Any:
    return np.sum(p.a**2 * p.b) * c


def of_layer(layer: Any) -> Any:
    return np.sum(np.sin(layer.w) * layer.s)


def of_dictionary(p: Any) -> Any:
    return np.sum(p["w"] ** 2) * p["l"][0] + p["l"][1] ** 3


PARAMS = {"w": X, "l": [1.5, 2.0], "n": 3}
CASES = [
    pytest.param(of_pair, (Pair(X, 2.0), 1.5), 0, id="named tuple"),
    pytest.param(of_pair, (Pair(X, 2.0), 1.5), (0, 1), id="several arguments"),
    pytest.param(of_pair, (Pair(X, 2.0), 1.5), ("p.a", "c"), id="a field and an argument"),
    pytest.param(of_layer, (Layer(X, 2.0, "first"),), 0, id="dataclass"),
    pytest.param(of_dictionary, (PARAMS,), 0, id="dictionary"),
    pytest.param(of_dictionary, (PARAMS,), "p['w']", id="path"),
    pytest.param(of_dictionary, (PARAMS,), ("p['w']", "p['l'][1]"), id="paths"),
]


def numerically(function: Any, at: Any, direction: Any, step: float = 1e-5) -> Any:
    """The derivative of a function of one argument along a direction."""
    x, unravel = ravel(at)
    v = ravel(direction)[0]
    return (ravel(function(unravel(x + step * v)))[0] - ravel(function(unravel(x - step * v)))[0]) / (2 * step)


@pytest.mark.parametrize(("function", "args", "wrt"), CASES)
def test_second_derivatives_of_structures(function: Any, args: tuple[Any, ...], wrt: Any) -> None:
    gradient = grad(function, wrt)(*args)
    for mode in (jacfwd, jacrev, jacobian):
        helpers.assert_close(ravel(mode(function, wrt)(*args))[0], ravel(gradient)[0], mode.__name__)
    every = tuple(range(len(args)))
    direction = helpers.random_like(args, 3)
    chosen = direction if wrt == (0, 1) else direction[0] if wrt == 0 else None
    if chosen is None:  # the direction is zero outside the paths
        return check_paths(function, args, wrt, gradient)
    product = hvp(function, wrt)(*args, chosen)
    at = args if wrt == (0, 1) else args[0]

    def slope(where: Any) -> Any:
        return grad(function, wrt)(*(where if wrt == (0, 1) else (where, *args[1:])))

    expected = numerically(slope, at, chosen)
    np.testing.assert_allclose(ravel(product)[0], expected, rtol=1e-7, atol=1e-8)
    check_hessian(hessian(function, wrt)(*args), chosen, product)
    assert srcdiff.grad(function, every)(*args) is not None


def check_paths(function: Any, args: tuple[Any, ...], wrt: Any, gradient: Any) -> None:
    """By parts: the Hessian agrees with the products, and with differences of the gradient by the whole."""
    product = hvp(function, wrt)(*args, gradient)
    check_hessian(hessian(function, wrt)(*args), gradient, product)
    whole = hessian(function, tuple(range(len(args))))(*args)
    size = ravel(args)[0].size
    parts = ravel(hessian(function, wrt)(*args))[0]
    assert set(np.round(parts, 10)) <= set(np.round(ravel(whole)[0], 10))
    assert parts.size < size**2


def check_hessian(found: Any, direction: Any, product: Any) -> None:
    """The Hessian, as a structure of structures, times a direction."""
    blocks, vectors = helpers.floating_leaves(found), helpers.floating_leaves(direction)
    for j, expected in enumerate(helpers.floating_leaves(product)):
        row = blocks[j * len(vectors) : (j + 1) * len(vectors)]
        total = sum(np.tensordot(block, v, axes=np.ndim(v)) for block, v in zip(row, vectors, strict=True))
        np.testing.assert_allclose(total, expected, rtol=1e-10, atol=1e-12)


def test_outputs_with_a_structure() -> None:
    def outputs(p: Any) -> Any:
        return {"y": p["w"] * p["l"][0], "z": (p["l"][1] ** 2, 3)}

    found = jacobian(outputs)(PARAMS)
    helpers.assert_close(found["y"]["w"], 1.5 * np.eye(2))
    helpers.assert_close(found["y"]["l"][0], X)
    helpers.assert_close(found["z"][0]["l"], [np.float64(0.0), np.float64(4.0)])
    assert found["z"][1] is None
    helpers.assert_close(jacfwd(outputs, "p['l'][0]")(PARAMS)["y"], X)


def spectrum(z: Any) -> Any:
    return np.fft.ifft(np.fft.fft(z) ** 2 * np.array([1.0, 2.0j]))


def autocorrelation(z: Any) -> Any:
    return np.fft.ifft(np.abs(np.fft.fft(z)) ** 2)


def test_holomorphic_functions_have_one_jacobian() -> None:
    step = 1e-6
    expected = np.stack([(spectrum(Z + e) - spectrum(Z - e)) / (2 * step) for e in step * np.eye(2)], axis=-1)
    for mode in (jacfwd, jacrev, jacobian):
        np.testing.assert_allclose(mode(spectrum)(Z), expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("mode", [jacfwd, jacrev, jacobian])
def test_other_complex_functions_have_none(mode: Any) -> None:
    with pytest.raises(TypeError, match=r"^the function is not holomorphic, so that it has no complex Jacobian"):
        mode(autocorrelation)(Z)
    with pytest.raises(TypeError, match=r"^a Jacobian from complex to real numbers is no holomorphic function"):
        mode(np.abs)(Z)


def test_complex_chains_are_transposes_of_each_other() -> None:
    """Re(sum(conj(g) J v)) = Re(sum(conj(J^H g) v)), through real and complex intermediates."""
    v, g = helpers.random_like(Z, 1), helpers.random_like(Z, 2)
    for function in (spectrum, autocorrelation):
        pushed, pulled = jvp(function, (Z,), (v,))[1], vjp(function, Z)[1](g)[0]
        assert np.sum(np.conj(g) * pushed).real == pytest.approx(np.sum(np.conj(pulled) * v).real, rel=1e-12)
        step = 1e-6
        np.testing.assert_allclose(
            pushed, (function(Z + step * v) - function(Z - step * v)) / (2 * step), rtol=1e-8, atol=1e-9
        )


def test_a_real_loss_descends_along_the_complex_gradient_and_has_second_derivatives() -> None:
    def loss(z: Any) -> Any:
        return np.sum(np.abs(np.fft.fft(z)) ** 4)

    gradient = grad(loss)(Z)
    assert loss(Z - 1e-4 * gradient) < loss(Z)
    v, step = helpers.random_like(Z, 4), 1e-5
    expected = (grad(loss)(Z + step * v) - grad(loss)(Z - step * v)) / (2 * step)
    np.testing.assert_allclose(hvp(loss)(Z, v), expected, rtol=1e-8)
