"""`check_grads`: passes what is right, names what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from srcdiff import UnsupportedError, pipeline
from srcdiff.testing import check_grads
from tests.fake import FakePipeline, Text


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    made = FakePipeline()
    monkeypatch.setattr(pipeline, "generate", made.generate)
    return made


def sine(n: int = 1) -> Any:
    namespace: dict[str, Any] = {"np": np, "__name__": __name__}
    exec("def sine(x, k=2):\n    return np.sin(k * x)\n", namespace)
    return namespace["sine"]


SPLIT = """\
def sine_forward(x, k):
    return np.sin(k * x), (x, k)

def sine_reverse(residuals, gradient):
    x, k = residuals
    return {factor} * k * np.cos(k * x) * gradient
"""
TANGENT = "def sine_tangent(x, k, x_dot):\n    return np.sin(k * x), {factor} * k * np.cos(k * x) * x_dot\n"


def answers(fake: FakePipeline, factor: float = 1.0) -> None:
    fake.add("sine", "split", Text(SPLIT.format(factor=factor)))
    fake.add("sine", "tangent", Text(TANGENT.format(factor=factor)))


@pytest.mark.parametrize("x", [0.5, np.array([0.1, 2.0]), np.ones((5, 5)), np.array(0.3), 0.5 + 0.1j])
def test_right_derivatives_pass(fake: FakePipeline, x: Any) -> None:
    fake.add("sine", "split", Text(SPLIT.format(factor=1.0).replace("np.cos(k * x)", "np.conj(np.cos(k * x))")))
    fake.add("sine", "tangent", Text(TANGENT.format(factor=1.0)))
    check_grads(sine(), (x, 3))


def test_a_wrong_gradient_is_named(fake: FakePipeline) -> None:
    answers(fake, factor=1.001)
    with pytest.raises(AssertionError) as caught:
        check_grads(sine(), (np.array([[0.0, 1.0]]), 1), modes=["rev"])
    assert str(caught.value).startswith("reverse mode, argument 0 at [0, 0]: the derivative is ")
    assert "; they differ by " in str(caught.value)
    actual, expected = (
        float(str(caught.value).split(word)[1].split(";")[0].split(",")[0])
        for word in ("the derivative is ", "the finite difference ")
    )
    assert actual == pytest.approx(1.001 * expected, rel=1e-6)


def test_a_wrong_tangent_is_named(fake: FakePipeline) -> None:
    answers(fake, factor=1.001)
    with pytest.raises(AssertionError, match=r"^forward mode, argument 0 at \[1\], output\[1\]: the derivative is "):
        check_grads(sine(), (np.array([np.pi / 4, 1.0]),), modes=["fwd"])


def test_one_wrong_element_of_many_is_found(fake: FakePipeline) -> None:
    wrong = SPLIT.format(factor=1.0) + "\n\n_reverse = sine_reverse\n\n\ndef sine_reverse(residuals, gradient):\n"
    wrong += "    x_bar = _reverse(residuals, gradient)\n    x_bar[777] *= 1.1\n    return x_bar\n"
    fake.add("sine", "split", Text(wrong))
    with pytest.raises(AssertionError, match=r"argument 0 in a random direction"):
        check_grads(sine(), (np.linspace(0.1, 0.5, 1000),), modes=["rev"])


def test_tolerances(fake: FakePipeline) -> None:
    answers(fake, factor=1.001)
    check_grads(sine(), (0.5,), rtol=1e-2)
    answers(fake, factor=1.0 + 1e-5)
    check_grads(sine(), (np.float32(0.5),), modes=["rev"])
    with pytest.raises(AssertionError):
        check_grads(sine(), (0.5,), modes=["rev"])


def test_second_order_nests(fake: FakePipeline) -> None:
    answers(fake)
    fake.add(
        "sine",
        "adjoint",
        Text("def sine_adjoint(x, k, gradient=1.0):\n    return k * np.cos(k * x) * seed(gradient, x)\n", scalar=False),
    )
    text = """\
def sine_adjoint_forward(x, k, gradient):
    return k * np.cos(k * x) * gradient, (x, k, gradient)

def sine_adjoint_reverse(residuals, gradient_):
    x, k, gradient = residuals
    return {factor} * -k * k * np.sin(k * x) * gradient * gradient_
"""
    wrapped = text.replace("return k * np.cos(k * x) * gradient,", "return (k * np.cos(k * x) * gradient,),")
    wrapped = wrapped.replace("sine_adjoint", "sine_gradient").replace(
        "gradient * gradient_", "gradient * gradient_[0]"
    )
    for factor, works in ((1.0, True), (1.01, False)):
        fake.add("sine_gradient", "split", Text(wrapped.format(factor=factor)))
        if works:
            check_grads(sine(), (np.array([0.3, 0.4]),), order=2, modes=["rev"])
        else:
            with pytest.raises(AssertionError, match=r"^order 2, reverse mode, argument 0 at"):
                check_grads(sine(), (np.array([0.3, 0.4]),), order=2, modes=["rev"])


def test_forward_mode_that_is_not_there(fake: FakePipeline) -> None:
    answers(fake)
    fake.add("sine", "tangent", Text(""))
    with pytest.raises(UnsupportedError, match=r"forward mode"):
        check_grads(sine(), (0.5,))


def test_wrong_arguments(fake: FakePipeline) -> None:
    with pytest.raises(ValueError, match=r"`modes` are 'fwd' and 'rev', not 'forward'"):
        check_grads(sine(), (0.5,), modes=["forward"])
    with pytest.raises(ValueError, match=r"`order` is 1 or more, not 0"):
        check_grads(sine(), (0.5,), order=0)
    with pytest.raises(TypeError, match=r"no argument has floating parts"):
        check_grads(sine(), (2,))
    with pytest.raises(TypeError, match=r"the output has no floating parts"):
        check_grads(lambda x: 3, (2.0,))
