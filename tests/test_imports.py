"""Imports inside a function: taken out where what they bind is known, left where it is not."""

# ruff: noqa: F401, I001  (the programs are what people write)
from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest

import srcdiff
from srcdiff.emit import emit
from srcdiff.source import read
from tests import helpers

X = np.array([0.3, 0.7, 1.1])


def text_of(function: Any) -> str:
    """The body as it is read, without its first line."""
    return emit([read(function).tree]).partition("\n")[2].rstrip()


def every_kind(x):
    import numpy
    import numpy.linalg
    import numpy.fft as fft
    from math import cos as cosine, sin

    return numpy.linalg.norm(x) + sin(0.5) * cosine(0.1)


def test_every_kind() -> None:
    source = read(every_kind)
    assert source.imported == {"numpy": np, "fft": np.fft, "cosine": math.cos, "sin": math.sin}
    assert text_of(every_kind) == "    return numpy.linalg.norm(x) + sin(0.5) * cosine(0.1)"
    assert {"numpy", "sin", "cosine"} <= source.free_names
    assert source.lookup("sin") is math.sin
    helpers.assert_gradient(every_kind, (X,))


def only_an_import():
    import math


def bound_twice(x, flag=True):
    from math import sin

    if flag:
        sin = abs
    return sin(x)


def two_meanings(x, flag=True):
    if flag:
        from math import sin as f
    else:
        from math import cos as f
    return f(x)


def one_meaning(x, flag=True):
    if flag:
        from math import sin as f
    else:
        from math import sin as f
    return f(x)


def missing(x):
    import a_package_that_nobody_has

    return x


def in_pairs(x):
    from math import cos, sin

    cos = cos(0.5)
    return sin(x) * cos


@pytest.mark.parametrize("function", [bound_twice, two_meanings, missing, in_pairs])
def test_left_alone(function: Any) -> None:
    source = read(function)
    assert source.imported == {}
    assert "import" in text_of(function)


def test_a_primal_s_own_exception() -> None:
    with pytest.raises(ModuleNotFoundError, match="a_package_that_nobody_has"):
        srcdiff.grad(missing)(1.0)


def test_nothing_is_left() -> None:
    assert text_of(only_an_import) == "    pass"
    assert text_of(one_meaning).count("pass") == 2
    assert srcdiff.grad(one_meaning)(0.4) == pytest.approx(math.cos(0.4))


def unneeded(x, flag=False):
    if flag:
        import antigravity

        antigravity.fly()
    return x * x


def test_nothing_is_loaded_that_the_primal_might_not_load() -> None:
    assert srcdiff.grad(unneeded)(3.0) == 6.0
    assert "antigravity" not in sys.modules


def optional(x):
    try:
        import a_package_that_nobody_has as fast
    except ImportError:
        fast = None
    try:
        import math as slow
    except ImportError:
        slow = None
    return slow.sin(x) * (1.0 if fast is None else 2.0)


def test_attempts_are_what_they_come_to() -> None:
    assert text_of(optional) == "    fast = None\n    return slow.sin(x) * (1.0 if fast is None else 2.0)"
    assert srcdiff.grad(optional)(0.4) == pytest.approx(math.cos(0.4))


sine = math.cos


def inside_and_outside(x):
    def inner(v):
        from math import sin as sine

        return sine(v)

    return inner(x) + sine(x)


def test_another_meaning_outside() -> None:
    """The name that an inner function imports means something else in the function around it."""
    assert read(inside_and_outside).imported == {}


def relative(x):
    from .helpers import random_like
    from . import helpers as same

    return x * same.random_like(1.0, 3)


def test_relative() -> None:
    assert read(relative).imported == {"random_like": helpers.random_like, "same": helpers}
