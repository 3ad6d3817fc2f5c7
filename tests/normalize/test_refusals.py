"""What is refused, each message in full."""

from __future__ import annotations

import pytest

import srcdiff.errors
from srcdiff.normalize import normalize
from srcdiff.source import read

COUNT = 0


def global_write(x):
    global COUNT
    COUNT += x
    return x


def class_inside(x):
    class Inner:
        value = x * 2.0

    return Inner.value


def generator_inside(x):
    def inner():
        yield x

    return list(inner())


def runs_text(x):
    return eval("x + 1")


def looks_at_frame(x):
    y = x
    return locals()["y"]


class Quiet:
    """A context that catches everything."""

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return True


def suppresses(x):
    with Quiet():
        x = float("no")
    return x


def stored_generator(x):
    g = (v for v in x)
    return next(g)


def builtin_is_hidden(x, range):
    total = 0
    for v in x:
        total += v * range
    return total


def zipped_iterator(x):
    items = iter(x)
    pairs = [a * k for k, a in zip((1, 2), items)]
    return sum(pairs) + next(items)


def exits_in_finally(x):
    try:
        x = 1 / x
    finally:
        return x  # noqa: B012


def exit_from_try(x):
    for v in x:
        try:
            if v:
                break
            v = 1 / v
        except ZeroDivisionError:
            pass
    return v


def half_done(x):
    total = 0.0
    try:
        for v in x:
            total += 1 / v
    except ZeroDivisionError:
        pass
    return total


def bare_raise(x):
    raise


def unknown_class_pattern(x, kind):
    match x:
        case kind():
            return 1
    return 2


def captured_definition(x):
    def call():
        return step(x)

    def step(v):
        return v

    a = call()

    def step(v):  # noqa: F811
        return v + 1

    return a + call()


def dynamic_strict(x, flag):
    return [a * b for a, b in zip(x, x, strict=flag)]


CASES = [
    (
        global_write,
        "global COUNT",
        "the global variable `COUNT` is written",
        "Pass `COUNT` as an argument and return its new value.",
    ),
    (
        class_inside,
        "class Inner:",
        "a class that depends on variables of a differentiated function",
        "Move the class to the module, and make its instances here.",
    ),
    (
        generator_inside,
        "yield x",
        "`yield` in a differentiated function",
        "A derivative needs one returned value: collect the values in a list and return it.",
    ),
    (
        runs_text,
        'return eval("x + 1")',
        "`eval()` in a differentiated function",
        "Write the statements out.",
    ),
    (
        looks_at_frame,
        'return locals()["y"]',
        "`locals()` in a differentiated function",
        "Name the variables.",
    ),
    (
        suppresses,
        "with Quiet():",
        "a context that may catch exceptions or change values",
        "Open it around the call of the function, or move what it is for into a function of its own.",
    ),
    (
        stored_generator,
        "g = (v for v in x)",
        "a generator expression that is not consumed where it stands",
        "Use a list: write it in square brackets.",
    ),
    (
        builtin_is_hidden,
        "for v in x:",
        "a variable named `range`, where the builtin function is needed",
        "Rename the variable `range`.",
    ),
    (
        zipped_iterator,
        "pairs = [a * k for k, a in zip((1, 2), items)]",
        "`zip` of the iterator `items`, which is used elsewhere, too",
        "Make a list of it first: `items = list(...)`.",
    ),
    (
        exits_in_finally,
        "return x  # noqa: B012",
        "an exit from within `finally`",
        "It would swallow exceptions: put it after the `try`.",
    ),
    (
        exit_from_try,
        "break",
        "an exit from the middle of `try` with handlers",
        "Set a variable in the `try`, and leave after it.",
    ),
    (
        half_done,
        "try:",
        "`try` around a block that may be left half done",
        "Put the `try` around the one call that may fail.",
    ),
    (
        bare_raise,
        "raise",
        "`raise` without an exception, outside of `except`",
        "Name the exception: `except Error as error: ... raise error`.",
    ),
    (
        unknown_class_pattern,
        "case kind():",
        "a class pattern whose class is not known",
        "Write it as `if isinstance(...)`.",
    ),
    (
        captured_definition,
        "def step(v):",
        "`step` is captured by a function made before it changes, and is written",
        "Pass `step` as an argument and return its new value.",
    ),
    (
        dynamic_strict,
        "return [a * b for a, b in zip(x, x, strict=flag)]",
        "`zip` with a `strict` that is not a constant",
        "Write `strict=True` or leave it out.",
    ),
]


@pytest.mark.parametrize(("function", "line", "what", "way_out"), CASES, ids=[case[0].__name__ for case in CASES])
def test_message(function, line, what, way_out):
    with pytest.raises(srcdiff.errors.UnsupportedError) as caught:
        normalize(read(function))
    error = caught.value
    assert error.what == what
    assert error.way_out == way_out
    assert error.place.text.strip() == line
