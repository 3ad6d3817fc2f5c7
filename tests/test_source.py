"""Functions are read as they were compiled, or refused."""

import ast
import builtins
import doctest
import functools
import importlib.util
import linecache
import math
import sys
import textwrap
import threading
import time
from types import SimpleNamespace

import gast
import numpy as np
import pytest

from srcdiff.emit import emit
from srcdiff.errors import SourceError, UnsupportedError
from srcdiff.source import read, to_gast, unwrap


def text_of(function):
    return emit([read(function).tree]).rstrip()


def load_file(path, text):
    """A module from a file that is written for it."""
    path.write_text(textwrap.dedent(text), encoding="utf8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(x, y=2.0):
    return x * y


def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 2.0 * function(*args)

    return wrapper


@twice
def decorated(x):
    return x + 1.0


@functools.cache
def cached(x):
    return x - 1.0


class Model:
    rate = 3.0

    def __init__(self):
        self.__hidden = 2.0

    def run(self, x):
        __local = self.__hidden
        return __local * x

    @staticmethod
    def free(x):
        return x * 5.0

    def base(self):
        return super().__repr__()


square, cube = lambda x: x**2, lambda x: x**3
named = lambda t: t + 1.0  # noqa: E731
table = [lambda x: 2.0 * x, lambda x: 3.0 * x, lambda y: 2.0 * y, lambda x=1.0: 2.0 * x, lambda x=2.0: 2.0 * x]
curried = lambda a: lambda b: lambda c: a + b + c  # noqa: E731
twins = (lambda x: x + 1.0, lambda x: x + 1.0)


def test_function():
    source = read(plain)
    assert source.function is plain
    assert emit([source.tree]) == "def plain(x, y=2.0):\n    return x * y\n"
    assert source.filename == __file__
    assert source.first_line == plain.__code__.co_firstlineno == source.tree.lineno
    assert source.line(source.first_line) == "def plain(x, y=2.0):"
    assert source.lines[source.first_line] == "    return x * y"
    assert source.line(0) == source.line(10**6) == ""
    assert source.tree.body[0].lineno == source.first_line + 1


def test_each_reading_has_its_own_tree():
    first = read(plain)
    first.tree.body.clear()
    assert text_of(plain) == "def plain(x, y=2.0):\n    return x * y"


def test_nested_function():
    def outer():
        def inner(x):
            return x + shift

        shift = 1.0
        return inner

    assert text_of(outer()) == "def inner(x):\n    return x + shift"


def test_method_and_its_private_names():
    assert text_of(Model.run) == text_of(Model().run)
    assert (
        text_of(Model.run) == "def run(self, x):\n    _Model__local = self._Model__hidden\n    return _Model__local * x"
    )
    assert text_of(Model.free) == "def free(x):\n    return x * 5.0"


def test_private_names_in_inner_classes_belong_to_these(tmp_path):
    module = load_file(
        tmp_path / "privates.py",
        """
        class _A:
            def f(self, __x):
                class __B(self.__base):
                    __y = 1
                    def g(self):
                        return self.__z
                def __inner():
                    return __x.__dunder__
                return __B, __inner
        """,
    )
    text = text_of(module._A.f)
    names = {
        part
        for part in text.replace("(", " ").replace(".", " ").replace(")", " ").replace(":", " ").split()
        if "__" in part
    }
    assert names == {"_A__x", "_A__B", "_A__base", "_B__y", "_B__z", "_A__inner", "__dunder__", "_A__B,"}


def test_zero_argument_super_can_be_found():
    source = read(Model.base)
    assert source.lookup("__class__") is Model
    assert source.cells["__class__"].cell_contents is Model


def test_decorated_function_is_its_wrapper():
    assert text_of(decorated) == "def wrapper(*args):\n    return 2.0 * function(*args)"
    assert text_of(decorated.__wrapped__) == "def decorated(x):\n    return x + 1.0"
    assert read(decorated.__wrapped__).tree.decorator_list == []


def test_unwrap():
    assert unwrap(cached) is cached.__wrapped__
    assert text_of(unwrap(cached)) == "def cached(x):\n    return x - 1.0"
    assert unwrap(decorated) is decorated
    assert unwrap(staticmethod(plain)) is plain
    assert unwrap(functools.lru_cache(maxsize=3)(staticmethod(plain))) is plain
    assert unwrap(math.sin) is math.sin
    partial = functools.partial(plain, y=3.0)
    assert unwrap(partial) is partial
    dispatched = functools.singledispatch(plain)
    assert unwrap(dispatched) is dispatched


def test_unwrap_numba_dispatcher():
    numba = pytest.importorskip("numba")
    assert unwrap(numba.njit(plain)) is plain


def test_unwrap_takes_py_func_only_from_numba():
    other = SimpleNamespace(py_func=plain)
    assert unwrap(other) is other


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (square, "def function(x):\n    return x ** 2"),
        (cube, "def function(x):\n    return x ** 3"),
        (named, "def named(t):\n    return t + 1.0"),
        (table[0], "def function(x):\n    return 2.0 * x"),
        (table[1], "def function(x):\n    return 3.0 * x"),
        (table[2], "def function(y):\n    return 2.0 * y"),
        (table[3], "def function(x=1.0):\n    return 2.0 * x"),
        (table[4], "def function(x=2.0):\n    return 2.0 * x"),
        (curried, "def curried(a):\n    return lambda b: lambda c: a + b + c"),
        (curried(1), "def function(b):\n    return lambda c: a + b + c"),
        (curried(1)(2), "def function(c):\n    return a + b + c"),
        (twins[1], "def function(x):\n    return x + 1.0"),
    ],
)
def test_lambdas_on_one_line(function, text):
    assert text_of(function) == text


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.11 and later note columns")
def test_the_same_lambdas_are_told_apart_by_their_columns():
    assert [read(twin).tree.col_offset for twin in twins] == [9, 28]


def test_lambdas_that_differ_only_in_what_their_defaults_evaluate_to(tmp_path):
    module = load_file(tmp_path / "defaults.py", "a, b = 1.0, 2.0\nf, g = lambda x=a: 2.0 * x, lambda x=b: 2.0 * x\n")
    if sys.version_info >= (3, 11):
        assert text_of(module.f) == "def function(x=a):\n    return 2.0 * x"
        assert text_of(module.g) == "def function(x=b):\n    return 2.0 * x"
    else:
        with pytest.raises(SourceError, match=r"differ only in their defaults"):
            read(module.f)


def test_constants_that_compare_equal_are_told_apart(tmp_path):
    module = load_file(
        tmp_path / "equal.py", "fs = [lambda: 1, lambda: 1.0, lambda: True, lambda: 0.0, lambda: -0.0]\n"
    )
    assert [text_of(f).split()[-1] for f in module.fs] == ["1", "1.0", "True", "0.0", "-0.0"]


def test_a_function_with_assertions_that_pytest_has_rewritten():
    def checked(x):
        assert x > 0.0, "positive"
        return 2.0 * x

    assert text_of(checked) == 'def checked(x):\n    assert x > 0.0, "positive"\n    return 2.0 * x'


def test_text_that_was_cached_before_the_file_was_edited_is_used(tmp_path):
    path = tmp_path / "edited.py"
    module = load_file(path, "def f(x):\n    return 2.0 * x\n")
    linecache.getlines(str(path))
    path.write_text("def f(x):\n    return 3.0 * x + 1.0\n")
    assert text_of(module.f) == "def f(x):\n    return 2.0 * x"


@pytest.mark.parametrize(
    "edited",
    [
        "def f(x):\n    return 3.0 * x\n",
        "def f(x):\n    return 2.0 + x\n",
        "def f(y):\n    return 2.0 * y\n",
        "\n",
        "f = (\n",
    ],
)
def test_a_file_that_was_edited_since_is_refused(tmp_path, edited):
    path = tmp_path / "edited.py"
    module = load_file(path, "def f(x):\n    return 2.0 * x\n")
    path.write_text(edited)
    linecache.checkcache(str(path))
    with pytest.raises(SourceError):
        read(module.f)


def test_message_of_an_edited_file(tmp_path):
    path = tmp_path / "edited.py"
    module = load_file(path, "def f(x):\n    return 2.0 * x\n")
    path.write_text("def f(x):\n    return 3.0 * x\n")
    with pytest.raises(SourceError) as caught:
        read(module.f)
    assert str(caught.value) == (
        f"no source text for `f`: the text at {path}:1 is not what the function was compiled from\n"
        "Define it in a file or a notebook cell, and import or run that again after editing it."
    )


def test_a_function_that_moved_in_its_file_is_found(tmp_path):
    path = tmp_path / "moved.py"
    module = load_file(path, "def f(x):\n    return 2.0 * x\n")
    path.write_text('"""Doc."""\n\n\ndef g(x):\n    return x\n\n\ndef f(x):\n    return 2.0 * x\n')
    source = read(module.f)
    assert (source.first_line, source.line(source.first_line)) == (8, "def f(x):")


def test_future_imports_and_finally_blocks(tmp_path):
    module = load_file(
        tmp_path / "blocks.py",
        """
        from __future__ import annotations
        try:
            pass
        finally:
            f = lambda x: (x, 1)

        def g(x: Unknown) -> Unknown:
            def inner(y: Unknown): return y
            if __debug__:
                x = inner(x)
            return x in {1, 2, 3}
        """,
    )
    assert text_of(module.f) == "def f(x):\n    return (x, 1)" or text_of(module.f) == "def f(x):\n    return x, 1"
    assert text_of(module.g).startswith("def g(x: Unknown) -> Unknown:\n    def inner(y: Unknown):")


def test_text_from_a_notebook_or_a_loader_or_nowhere():
    text = "def f(x):\n    return 2.0 * x\n"
    names = {}
    exec(compile(text, "<cell 1>", "exec", dont_inherit=True), names)
    with pytest.raises(SourceError) as caught:
        read(names["f"])
    assert str(caught.value) == (
        "no source text for `f`: no text is kept of `<cell 1>`\n"
        "Define it in a file or a notebook cell, and import or run that again after editing it."
    )
    names["__loader__"] = SimpleNamespace(get_source=lambda name: text)
    assert text_of(names["f"]) == text.rstrip()
    del names["__loader__"]
    linecache.cache["<cell 1>"] = (len(text), None, text.splitlines(keepends=True), "<cell 1>")
    try:
        assert text_of(names["f"]) == text.rstrip()
    finally:
        del linecache.cache["<cell 1>"]


def test_doctest():
    example = """
    >>> def f(x):
    ...     return 2.0 * x
    >>> print(text_of(f))
    def f(x):
        return 2.0 * x
    >>> f = lambda x: 3.0 * x
    >>> print(text_of(f))
    def f(x):
        return 3.0 * x
    """
    test = doctest.DocTestParser().get_doctest(example, {"text_of": text_of}, "example", None, 0)
    results = doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None)
    assert (results.attempted, results.failed) == (4, 0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            math.sin,
            (
                "no source text: `sin` is compiled (builtin_function_or_method)\n"
                "Register a rule for it with @srcdiff.adjoint(sin)."
            ),
        ),
        (np.add, "no source text: `add` is compiled (ufunc)\nRegister a rule for it with @srcdiff.adjoint(add)."),
        (Model, "no source text: `Model` is a class\nPass a function, or a method of an instance."),
        (functools.partial(plain), "no source text: an object of type `partial`\nPass its `__call__` method."),
        (3, "no source text: an object of type `int` is no function\nPass a Python function."),
    ],
)
def test_message_of_what_is_no_python_function(value, message):
    with pytest.raises(SourceError) as caught:
        read(value)
    assert str(caught.value) == message


def test_message_of_a_generator(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = load_file(
        tmp_path / "tanks.py",
        """
        def levels(x):
            inner = lambda: (yield)
            for i in range(3):
                yield x[i]
        """,
    )
    with pytest.raises(UnsupportedError) as caught:
        read(module.levels)
    assert str(caught.value) == (
        "tanks.py:5:9: `yield` in a differentiated function\n"
        "  5 |         yield x[i]\n"
        "    |         ^^^^^^^^^^\n"
        "A derivative needs one returned value: collect the values in a list and return it,\n"
        "or register a rule for `levels` with @srcdiff.adjoint(levels)."
    )


def test_message_of_a_coroutine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = load_file(tmp_path / "tanks.py", "async def level(x):\n    yield await x\n")
    with pytest.raises(UnsupportedError) as caught:
        read(module.level)
    assert str(caught.value) == (
        "tanks.py:1:1: `async def` in a differentiated function\n"
        "  1 | async def level(x):\n"
        "    | ^^^^^^^^^^^^^^^^^^^\n"
        "A derivative runs to its end: make it a plain `def`,\n"
        "or register a rule for `level` with @srcdiff.adjoint(level)."
    )


def test_places_count_characters(tmp_path):
    module = load_file(tmp_path / "places.py", "def f(größe):\n    return größe['ä'] + (1 +\n        2)\n")
    source = read(module.f)
    total = source.tree.body[0].value
    place = source.place(total.left)
    assert (place.line, place.column, place.width) == (2, 12, 10)
    assert place.text == "    return größe['ä'] + (1 +"
    tail = source.place(total.right)  # goes on in the next line
    assert (tail.line, tail.column, tail.width) == (2, 26, 3)
    whole = source.place(gast.Pass())
    assert (whole.line, whole.column, whole.width) == (1, 1, 13)
    error = source.unsupported(total.left, "what", "way out")
    assert (error.what, error.way_out, error.place) == ("what", "way out", place)


shift = 4.0
settings = SimpleNamespace(rate=0.5, inner=SimpleNamespace(depth=2))


class Lazy(type):
    @property
    def danger(cls):
        raise AssertionError("a property was run")


class Settings(metaclass=Lazy):
    step = 0.1
    table = {"a": 1}

    @property
    def danger(self):
        raise AssertionError("a property was run")

    @staticmethod
    def helper(x):
        return x


class Slots:
    __slots__ = ("x",)


class Proxy:
    def __getattribute__(self, name):
        assert name != "x", "an attribute was computed"
        return object.__getattribute__(self, name)


instance, slots, proxy = Settings(), Slots(), Proxy()
instance.__dict__["danger"] = 1
instance.plain = 2


NAMES = """
import math

def outer():
    captured = d = 0

    def names_of_every_kind(a, /, b, *args, c=1.0, **kwargs):
        import os.path as path
        import xml.dom

        global shift
        nonlocal d
        shift = math.pi
        e2 = [e + captured for e in a if (f := e)]
        for g, (h, *i) in b:
            with open(path) as j:
                k: int = 1
        try:
            m += len(undefined)
        except ValueError as n:
            del o
        g2 = lambda p, q=late: p + q + r

        def s(t: annotation) -> annotation2:
            nonlocal e2
            return u

        class V(base):
            w = x

        match a:
            case {"k": y, **z}:
                pass
            case [A(aa), *bb] as cc:
                pass

    return names_of_every_kind

names_of_every_kind = outer()
"""


def test_names_of_every_kind(tmp_path):
    source = read(load_file(tmp_path / "every.py", NAMES).names_of_every_kind)
    assert source.parameters == ("a", "b", "args", "c", "kwargs")
    assert source.local_names == set("a b args c kwargs e2 f g h i j k m n o g2 s V y z aa bb cc".split())
    free = "d shift math captured open len undefined ValueError late r annotation annotation2 u base x A int path"
    assert source.free_names == set(free.split())


def test_the_names_agree_with_the_compiler(tmp_path):
    function = load_file(tmp_path / "every.py", NAMES).names_of_every_kind
    code = function.__code__
    inlined = {"e"} if sys.version_info >= (3, 12) else set()  # the comprehension's own name
    source = read(function)
    assert {*source.local_names, *source.imported, *inlined} == {*code.co_varnames, *code.co_cellvars}


def test_lookup():
    captured, unbound = 5.0, 0.0

    def function(x):
        y = x + captured + shift + len(x)
        return y + unbound  # noqa: F821

    source = read(function)
    assert source.lookup("captured") == 5.0
    assert source.lookup("shift") == 4.0
    assert source.lookup("len") is builtins.len
    captured = 6.0
    assert source.lookup("captured") == source.namespace["captured"] == 6.0
    for name in ("x", "y", "no_such_name"):
        with pytest.raises(KeyError, match=name):
            source.lookup(name)
    del unbound
    with pytest.raises(KeyError, match="unbound"):
        source.lookup("unbound")
    assert "unbound" not in source.namespace
    assert source.namespace["shift"] == 4.0
    assert source.namespace["len"] is builtins.len


def resolve(text):
    return read(paths).resolve(gast.parse(text, mode="eval").body)


def paths(x):
    return np, math, settings, Settings, instance, slots, proxy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("np", np),
        ("np.linalg.inv", np.linalg.inv),
        ("np.add.reduce", None),
        ("Settings.step", 0.1),
        ("Settings.helper", Settings.helper),
        ("settings.rate", 0.5),
        ("settings.inner.depth", 2),
        ("instance.plain", 2),
    ],
)
def test_resolve(text, value):
    if value is None:
        with pytest.raises(LookupError):
            resolve(text)
    else:
        assert resolve(text) is value or resolve(text) == value


@pytest.mark.parametrize(
    "text",
    "x x.y nothing np.no_such_name settings.no instance.danger instance.step instance.helper Settings.danger slots.x "
    "proxy.x f().x np[0].x".split(),
)
def test_resolve_runs_nothing_and_guesses_nothing(text):
    with pytest.raises(LookupError):
        resolve(text)


def test_long_chains(tmp_path):
    terms = " + ".join(["x"] * 1200)
    branches = "".join(f"    elif x == {number}:\n        y = {number}\n" for number in range(1, 300))
    module = load_file(
        tmp_path / "long.py", f"def f(x):\n    if x == 0:\n        y = 0\n{branches}    return {terms}\n"
    )
    source = read(module.f)
    assert emit([source.tree.body[0]]) == textwrap.dedent(f"    if x == 0:\n        y = 0\n{branches}")
    node, count = source.tree.body[1].value, 1
    while isinstance(node, gast.BinOp):
        node, count = node.left, count + 1
    assert count == 1200


def test_to_gast_is_gast_s_own_conversion():
    with open(ast.__file__, encoding="utf8") as file:
        tree = ast.parse(file.read())
    dump = functools.partial(gast.dump, include_attributes=True)
    assert dump(to_gast(tree)) == dump(gast.ast_to_gast(tree))


def test_a_file_is_parsed_once(monkeypatch):
    read(plain)
    calls = []
    monkeypatch.setattr(ast, "parse", lambda *args, **kwargs: calls.append(args))
    read(decorated.__wrapped__)
    assert calls == []


def test_reading_is_fast_once_the_file_is_parsed():
    read(plain)
    start = time.perf_counter()
    for _ in range(20):
        read(plain)
    assert time.perf_counter() - start < 0.2


def test_threads(tmp_path):
    text = "".join(f"def f{number}(x):\n    return x * {number}.0\n\n\n" for number in range(40))
    module = load_file(tmp_path / "threads.py", text)
    failures = []

    def check():
        texts = [text_of(getattr(module, f"f{number}")) for number in range(40)]
        failures.extend(n for n in range(40) if texts[n] != f"def f{n}(x):\n    return x * {n}.0")

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
