"""Bad input, with every message spelled out: what is wrong, where, and what to do."""

from __future__ import annotations

import importlib
import sys
import traceback

import numpy as np
import pytest

import srcdiff
from srcdiff import grad, vjp

MODULE = """
import numpy as np


def vector(x):
    return x * x


def scalar(x, k=2.0):
    return np.sum(x) * k


def takes_gradient(x, gradient):
    return np.sum(x) * gradient


def takes_into(x, into):
    return x * into


def levels(x):
    for value in x:
        yield value


def days(x):
    return np.busday_count(x, x)


def refuses_large(x):
    if x > 1.0:
        raise ValueError("too large")
    return x * x


def keeps(x):
    global TOTAL
    TOTAL = x
    return x


def words(x):
    return "none"


no_source = eval("lambda x: x * x")


def logs(x):
    return np.log(x)


def clashing(x_bar, gradient_, taken):
    x_bar_bar = x_bar * gradient_
    if taken > 0.0:
        x_bar_bar = x_bar_bar * taken
    return x_bar_bar


def roots(x):
    total = 0.0
    for i in range(len(x)):
        total = total + x[i] ** 0.5
    return total
"""

V = np.array([1.0, 2.0, 3.0])


@pytest.fixture
def made(tmp_path, monkeypatch):
    """The module, imported from the current folder."""
    (tmp_path / "bad_input.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("bad_input")
    del sys.modules["bad_input"]


MESSAGES = {
    "no seed": (
        lambda m: grad(m.vector)(V),
        srcdiff.SeedError,
        (
            "the output has shape (3,), `gradient` has shape (); without `gradient`, the output has to be a real "
            "number: pass `gradient`, or see `jacobian`"
        ),
    ),
    "a seed of another shape": (
        lambda m: grad(m.vector)(V, gradient=np.ones(2)),
        srcdiff.SeedError,
        "the output has shape (3,), `gradient` has shape (2,)",
    ),
    "a seed that is no number": (
        lambda m: grad(m.vector)(V, gradient="x"),
        srcdiff.SeedError,
        "`gradient` is no number and no array of numbers, but <U1",
    ),
    "a complex seed": (
        lambda m: grad(m.vector)(V, gradient=1j * V),
        srcdiff.SeedError,
        "the output is real, `gradient` is complex",
    ),
    "an integer": (
        lambda m: grad(m.scalar)(2),
        TypeError,
        "`x` is the int 2, which has no floating parts to differentiate by: pass 2.0, or leave `x` out of `wrt`",
    ),
    "an array of integers": (
        lambda m: grad(m.scalar)(np.arange(3)),
        TypeError,
        (
            f"`x` is an {np.arange(3).dtype} array of shape (3,), which has no floating parts to differentiate by: "
            "pass `x.astype(float)`, or leave `x` out of `wrt`"
        ),
    ),
    "an unknown name": (
        lambda m: grad(m.scalar, "z")(V),
        TypeError,
        "`wrt` names `z`: scalar(x, k=2.0) has no such parameter",
    ),
    "an unknown position": (
        lambda m: grad(m.scalar, 5)(V),
        TypeError,
        "`wrt` is position 5: scalar(x, k=2.0) has 2 positional parameters",
    ),
    "a wrt that is neither": (
        lambda m: grad(m.scalar, 1.5),
        TypeError,
        (
            "`wrt` takes a position, a parameter name, a path such as \"params['w']\", or a sequence of these, not the "
            "float 1.5"
        ),
    ),
    "no function": (
        lambda m: grad(3),
        TypeError,
        "a derivative is taken of a function, not of the int 3",
    ),
    "a parameter called gradient": (
        lambda m: grad(m.takes_gradient)(V, 2.0),
        srcdiff.UnsupportedError,
        (
            "bad_input.py:13:5: `takes_gradient` has a parameter named `gradient`, which a derivative has of its own\n"
            "  13 | def takes_gradient(x, gradient):\n"
            "     |     ^^^^^^^^^^^^^^\n"
            "Use vjp(takes_gradient, ...), or rename the parameter."
        ),
    ),
    "a parameter called into": (
        lambda m: grad(m.takes_into)(V, 2.0),
        srcdiff.UnsupportedError,
        (
            "bad_input.py:17:5: `takes_into` has a parameter named `into`, which a derivative has of its own\n"
            "  17 | def takes_into(x, into):\n"
            "     |     ^^^^^^^^^^\n"
            "Use vjp(takes_into, ...), or rename the parameter."
        ),
    ),
    "a generator": (
        lambda m: grad(m.levels)(V),
        srcdiff.UnsupportedError,
        (
            "bad_input.py:23:9: `yield` in a differentiated function\n"
            "  23 |         yield value\n"
            "     |         ^^^^^^^^^^^\n"
            "A derivative needs one returned value: collect the values in a list and return it,\n"
            "or register a rule for `levels` with @srcdiff.adjoint(levels)."
        ),
    ),
    "a function without a rule": (
        lambda m: grad(m.days)(V),
        srcdiff.UnsupportedError,
        (
            "bad_input.py:27:12: no rule for `np.busday_count`\n"
            "  27 |     return np.busday_count(x, x)\n"
            "     |            ^^^^^^^^^^^^^^^^^^^^^\n"
            "Register one with @srcdiff.adjoint, or write the function in Python."
        ),
    ),
    "a primal that is compiled": (
        lambda m: grad(np.busday_count)(2.0),
        srcdiff.UnsupportedError,
        (
            "`numpy.busday_count` has no Python source and no rule\n"
            "Register a rule for it with @srcdiff.adjoint(busday_count), or write it in Python."
        ),
    ),
    "a global that is written": (
        lambda m: grad(m.keeps)(2.0),
        srcdiff.UnsupportedError,
        (
            "bad_input.py:37:5: the global variable `TOTAL` is written\n"
            "  37 |     global TOTAL\n"
            "     |     ^^^^^^^^^^^^\n"
            "Pass `TOTAL` as an argument and return its new value."
        ),
    ),
    "no source": (
        lambda m: grad(m.no_source)(2.0),
        srcdiff.SourceError,
        (
            "no source text for `<lambda>`: the text at <string>:1 is not what the function was compiled from\n"
            "Define it in a file or a notebook cell, and import or run that again after editing it."
        ),
    ),
    "a masked array": (
        lambda m: grad(m.scalar)(np.ma.masked_array(V)),
        TypeError,
        (
            "`x` is a masked array\n"
            "Pass a plain array: `x.filled(value)`, or `.to_numpy()` of the table that it came from."
        ),
    ),
    "an argument too few": (
        lambda m: grad(m.scalar)(),
        TypeError,
        "scalar() missing 1 required positional argument: 'x'",
    ),
    "a number under into": (
        lambda m: grad(m.scalar)(2.0, into=1.0),
        TypeError,
        "`into` is the float 1.0: gradients can be added to float arrays only",
    ),
    "an array of another shape under into": (
        lambda m: grad(m.scalar)(V, into=np.ones(2)),
        TypeError,
        "`into` has shape (2,), the gradient has shape (3,)",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_the_message_says_what_where_and_what_to_do(made, case):
    call, kind, message = MESSAGES[case]
    with pytest.raises(kind) as info:
        call(made)
    assert str(info.value) == message


def test_vjp_takes_a_parameter_called_gradient(made):
    output, pullback = vjp(made.takes_gradient, V, 2.0)
    assert output == 12.0
    gradients = pullback(1.0)
    assert (gradients[0].tolist(), gradients[1]) == ([2.0, 2.0, 2.0], 6.0)


def test_an_exception_of_the_primal_is_undisturbed(made):
    with pytest.raises(ValueError, match=r"^too large$") as info:
        grad(made.refuses_large)(2.0)
    assert info.type is ValueError
    assert not getattr(info.value, "__notes__", [])
    assert info.value.__cause__ is None
    assert info.value.__context__ is None
    last = traceback.extract_tb(info.value.__traceback__)[-1]
    assert last.line == 'raise ValueError("too large")'


def test_values_that_are_not_finite_pass_through(made):
    with np.errstate(all="ignore"):
        assert grad(made.logs)(np.inf) == 0.0
        assert np.isnan(grad(made.logs)(np.nan))
        assert grad(made.logs)(np.float64(0.0)) == np.inf


def test_names_of_the_users_are_never_captured(made):
    assert grad(made.clashing, (0, 1, 2))(2.0, 3.0, 4.0) == (12.0, 8.0, 6.0)
    assert grad(made.clashing, (0, 1, 2))(2.0, 3.0, -4.0) == (3.0, 2.0, 0.0)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions take no notes before Python 3.11")
def test_an_exception_in_the_reverse_sweep_names_the_line_of_the_primal(made):
    derivative = grad(made.roots)
    with pytest.raises(ZeroDivisionError) as info:
        derivative([4.0, 0.0])
    assert info.value.__notes__ == ["in the reverse of bad_input.py:63: total = total + x[i] ** 0.5"]
