"""Generated text becomes functions that Python's own tools can see into."""

import gc
import inspect
import linecache
import math
import pickle
import sys
import traceback

import pytest

from srcdiff import load as load_module
from srcdiff.load import filename_of, load
from srcdiff.source import read

TEXT = """import math


def double(x):
    return scale * math.fabs(x) / y


def helper(x):
    return double(x) + 1.0
"""


def test_functions_in_order_with_the_namespace_and_the_imports_of_the_text():
    functions = load(TEXT, "double", {"scale": 2.0, "y": 1.0})
    assert list(functions) == ["double", "helper"]
    assert functions["double"](-3.0) == 6.0
    assert functions["helper"](-3.0) == 7.0
    assert functions["double"].__globals__["math"] is math


def test_the_namespace_is_left_as_it_was():
    namespace = {"scale": 2.0, "y": 1.0, "__name__": "user"}
    functions = load(TEXT, "double", namespace)
    assert namespace == {"scale": 2.0, "y": 1.0, "__name__": "user"}
    assert functions["double"].__module__ != "user"


def test_future_imports_of_this_package_do_not_leak_into_the_text():
    function = load("def f(x: int): return x\n", "f")["f"]
    assert function.__annotations__ == {"x": int}


def test_two_texts_of_one_name_do_not_mix():
    first = load("def f(x):\n    return x\n", "f")["f"]
    second = load("def f(x):\n    return -x\n", "f")["f"]
    assert inspect.getsource(first) == "def f(x):\n    return x\n"
    assert inspect.getsource(second) == "def f(x):\n    return -x\n"
    assert first.__code__.co_filename == filename_of("def f(x):\n    return x\n", "f")
    assert first.__code__.co_filename != second.__code__.co_filename


def test_texts_whose_numbers_begin_alike_are_told_apart(monkeypatch):
    monkeypatch.setattr(load_module, "filename_of", lambda text, name, digits=8: f"<{name} {text[:digits]}>")
    first = load("def f(x): return x\n", "f")["f"]
    second = load("def f(x): return -x\n", "f")["f"]
    assert inspect.getsource(first) == "def f(x): return x\n"
    assert inspect.getsource(second) == "def f(x): return -x\n"


def test_tracebacks_show_the_generated_line():
    function = load(TEXT, "double", {"scale": 2.0, "y": 0.0})["double"]
    with pytest.raises(ZeroDivisionError) as caught:
        function(1.0)
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.lineno, frame.name) == (filename_of(TEXT, "double"), 5, "double")
    assert frame.line == "return scale * math.fabs(x) / y"


def test_the_text_survives_a_check_and_a_clearing_of_the_line_cache():
    function = load("def f(x):\n    return 3 * x\n", "f")["f"]
    linecache.checkcache()
    assert inspect.getsource(function) == "def f(x):\n    return 3 * x\n"
    saved = dict(linecache.cache)
    try:
        linecache.clearcache()
        assert read(function).line(2) == "    return 3 * x"
    finally:
        linecache.cache.update(saved)


def test_lines_go_with_the_last_function_made_from_them():
    text = "def f(x):\n    return 4 * x\n"
    filename = filename_of(text, "f")
    first, second = load(text, "f")["f"], load(text, "f")["f"]
    del first
    gc.collect()
    assert filename in linecache.cache
    assert inspect.getsource(second) == text
    del second
    gc.collect()
    assert filename not in linecache.cache


def test_lines_that_were_registered_again_stay():
    text = "def f(x):\n    return 5 * x\n"
    filename = filename_of(text, "f")
    first = load(text, "f")["f"]
    saved = dict(linecache.cache)
    linecache.clearcache()
    second = load(text, "f")["f"]
    linecache.cache.update({name: entry for name, entry in saved.items() if name != filename})
    del first
    gc.collect()
    assert inspect.getsource(second) == text


def test_a_module_can_be_pickled_by_reference():
    function = load("def f(x):\n    return 6 * x\n", "f", module=True)["f"]
    try:
        assert pickle.loads(pickle.dumps(function)) is function
        assert sys.modules[function.__module__].f is function
        assert inspect.getsource(sys.modules[function.__module__]) == "def f(x):\n    return 6 * x\n"
    finally:
        del sys.modules[function.__module__]


def test_without_module_nothing_is_left_in_sys_modules():
    before = set(sys.modules)
    load("def f(x):\n    return 7 * x\n", "f")
    assert set(sys.modules) == before


def test_a_syntax_error_names_the_text():
    with pytest.raises(SyntaxError) as caught:
        load("def f(x):\n    return +\n", "f")
    assert caught.value.filename == filename_of("def f(x):\n    return +\n", "f")
