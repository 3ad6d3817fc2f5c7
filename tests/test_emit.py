"""Trees become text that parses to the same trees, and that a formatter would leave alone."""

import ast
import importlib.util
import inspect
import math
import sys
import time

import gast
import pytest

from srcdiff.emit import Comment, Commented, emit, emit_function, quote
from srcdiff.load import load
from srcdiff.source import read, to_gast
from srcdiff.unparse import expression


def emitted(text):
    return emit(to_gast(ast.parse(text)).body)


MODULES = """ast dis inspect statistics fractions dataclasses typing functools random heapq argparse _pydecimal datetime
enum asyncio.tasks asyncio.base_events unittest.mock numpy.linalg._linalg numpy.lib._function_base_impl""".split()


@pytest.mark.parametrize("name", MODULES)
def test_round_trip_of_whole_modules(name):
    with open(importlib.util.find_spec(name).origin, encoding="utf8") as file:
        tree = ast.parse(file.read())
    assert ast.dump(ast.parse(emit(to_gast(tree).body))) == ast.dump(tree)


# Text in its emitted form, so that both the tree and the layout are checked.
FORMATTED = '''
x = -(a ** 2)
x = (-a) ** 2
x = a ** -(b ** c)
x = (a ** b) ** c
x = a - (b - c) - d
x = a / (b * c) * d
x = not (a and b or not c)
x = (a or b) and (c or d)
x = a if b else c if d else e
x = (a if b else c) if d else e
x = lambda: 0
x = lambda a, /, b=1, *c, d, e=2, **f: (a, b)
x = (lambda a: a)(1)
x = (1).real + 1.5.real + 1j.imag
x = a < b <= c != d is not e not in f
x = (a < b) < c
x = yield
x = yield a, b
x = await f(x)
x = await f(x) ** 2
x = (await f(x)).y
x = (y := 1)
(y := f(x))
a, b = b, a
(a,) = b
a = b = c, d
a, *b = c
x += 1, 2
x @= y
x: int = 1
(x): int = 1
x.y: int
del a, b[0], c.d
x[a:b], x[a:b:c], x[:], x[::2], x[-1:], x[: -a.b]
x[a + 1 :], x[: a + 1], x[a : b + 1], x[f(a) :: 2], x[:: f(a)], x[a + 1 : b : c]
x[1:2, ..., None], x[1,], x[()], x[a, b], x[(*a, b)]
x = {**a, "b": 1, **c}
x = {1, 2}
x = {*()}
x = [*a, *b]
x = [a for b, c in d if e if f for g in h]
x = {a: b for a, b in c}
x = {a for a in b}
x = sum(a for a in b)
x = sum((a for a in b), 0)
f(*a, b=1, **c)
f((yield))
x = "it's", 'say "so"', "both ' and \\"", "\\n\\x00é", b"a", u"b"
x = f"{a!r:>{b}} {{}} {c} {a + b:.3f}"
x = f"{a['b']}", f"'{a}'"
x = 1e309, 1e100, 1.5e-07, 10000000000000000000000
if (n := len(a)) > 1:
    pass
elif a:
    pass
else:
    pass
if n := len(a):
    pass
for a, b in c, d:
    continue
else:
    break
while (yield):
    pass
with a as b, c as (d, e), f:
    pass
with ((a, b)):
    pass
try:
    pass
except (A, B) as error:
    raise
except A:
    raise B from error
except:
    raise B
else:
    pass
finally:
    pass
global g, h
nonlocal i
assert a, "b"
assert (a, b)
import a.b as c, d
from .. import a as b
from .c import *

return
return a, b
return (a,)
return (yield a)
return not a
match a, b:
    case [1, -2.5, *_] | {"k": [x], **rest} if x > 0:
        pass
    case C(1, k=None) as c:
        pass
    case A() | B() as d:
        pass
    case _:
        pass


@f(x)
class A(B, metaclass=C):
    """Doc."""

    x = 1

    def f(self, x: int = 1, *args: int, y: str = "", **kwargs: float) -> None:
        """Doc.

        More.
        """

    async def g():
        async with a:
            async for b in c:
                x = [d async for d in e]
'''


PARTS = FORMATTED.strip().split("\n\n\n")
LINES = [line for line in PARTS[0].split("\n") if line and not line.startswith(" ") and not line.endswith(":")]


@pytest.mark.parametrize("text", PARTS + LINES)
def test_text_in_its_final_form_stays_as_it_is(text):
    assert emitted(text) == f"{text}\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_syntax_of_3_12():
    text = "type A[T: int, *Ts, **P] = list[T]\n\n\ndef f[T](x: T) -> T:\n    return x\n\n\nclass C[T](B):\n    pass\n"
    assert emitted(text) == text


@pytest.mark.skipif(sys.version_info < (3, 11), reason="syntax of Python 3.11")
def test_syntax_of_3_11():
    text = "try:\n    pass\nexcept* A as error:\n    x[*a, 1:2]\n"
    assert emitted(text) == text


LONG = """
first_name = np.some_function_with_a_long_name(argument_number_one, argument_number_two, keyword=third)
first_name = np.some_function_with_a_long_name(argument_number_one, argument_number_two, keyword=third_name, m=4)
x_bar += gradient_of_everything * np.sum(weights * residual, axis=0) + np.cos(angle) * another_gradient - last_one_here
x_bar = gradient_of_everything * np.sum(weights_of_everything * residual_of_everything, axis=0, keepdims=True)
return first_result_with_a_long_name, second_result_with_a_long_name, third_result_with_a_long_name, fourth
if first_condition_with_a_long_name and second_condition_with_a_long_name or third_condition_with_a_long_name_x:
    pass
values = [first_result_with_a_long_name, second_result_with_a_long_name, third_result_with_a_long_name, fourth]
values = [some_function(element_with_a_long_name) for element_with_a_long_name in some_iterable if condition(x)]
"""

WRAPPED = """\
first_name = np.some_function_with_a_long_name(
    argument_number_one, argument_number_two, keyword=third
)
first_name = np.some_function_with_a_long_name(
    argument_number_one, argument_number_two, keyword=third_name, m=4
)
x_bar += (
    gradient_of_everything * np.sum(weights * residual, axis=0)
    + np.cos(angle) * another_gradient
    - last_one_here
)
x_bar = gradient_of_everything * np.sum(
    weights_of_everything * residual_of_everything, axis=0, keepdims=True
)
return (
    first_result_with_a_long_name,
    second_result_with_a_long_name,
    third_result_with_a_long_name,
    fourth,
)
if (
    first_condition_with_a_long_name and second_condition_with_a_long_name
    or third_condition_with_a_long_name_x
):
    pass
values = [
    first_result_with_a_long_name,
    second_result_with_a_long_name,
    third_result_with_a_long_name,
    fourth,
]
values = [
    some_function(element_with_a_long_name)
    for element_with_a_long_name in some_iterable
    if condition(x)
]
"""


def test_long_lines_are_broken_at_brackets_and_operators():
    assert emitted(LONG) == WRAPPED
    assert ast.dump(ast.parse(WRAPPED)) == ast.dump(ast.parse(LONG))


def test_a_sum_of_thousands_of_terms():
    total = gast.Name("x", gast.Load(), None, None)
    for number in range(5000):
        total = gast.BinOp(total, gast.Add(), gast.Name(f"x{number}", gast.Load(), None, None))
    text = expression(total)
    assert text == " + ".join(["x", *(f"x{number}" for number in range(5000))])
    lines = emit([gast.Return(total)]).splitlines()
    assert (len(lines), lines[0], lines[1], lines[-2], lines[-1]) == (5003, "return (", "    x", "    + x4999", ")")


def test_horner_s_scheme_of_hundreds_of_terms():
    tree = gast.Name("x", gast.Load(), None, None)
    for _ in range(500):
        product = gast.BinOp(tree, gast.Mult(), gast.Name("x", gast.Load(), None, None))
        tree = gast.BinOp(product, gast.Add(), gast.Constant(1.0, None))
    assert expression(tree) == "(" * 499 + "x * x + 1.0" + ") * x + 1.0" * 499


def test_hundreds_of_elif():
    text = "if a == 0:\n    pass\n" + "".join(f"elif a == {number}:\n    pass\n" for number in range(1, 400))
    program = ast.parse(text)
    assert emit(to_gast(program).body) == text


def test_three_thousand_statements_take_well_under_a_second():
    line = "x_bar[i, 1:n] += unbroadcast(np.exp(-t / tau) * y_bar * (a - b) ** 2 + c * x[i - 1, : n - 1], x)\n"
    statements = to_gast(ast.parse(line * 3000)).body
    start = time.process_time()
    text = emit(statements)
    assert time.process_time() - start < 1.0
    assert text == line * 3000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-2.0, "(-2.0) ** x"),
        (-0.0, "(-0.0) ** x"),
        (2, "2 ** x"),
        (True, "True ** x"),
        (math.inf, "1e309 ** x"),
        (-math.inf, "(-1e309) ** x"),
        (1e22, "1e22 ** x"),
    ],
)
def test_constants_that_no_source_holds(value, text):
    power = gast.BinOp(gast.Constant(value, None), gast.Pow(), gast.Name("x", gast.Load(), None, None))
    assert expression(power) == text


@pytest.mark.parametrize("value", [1 + 2j, -1 - 2j, complex(-0.0, 2.0), complex(0.0, -2.0), (1, -2.5), ("a",)])
def test_folded_constants_keep_their_value(value):
    again = eval(expression(gast.Constant(value, None)))
    assert repr(again) == repr(value)


def test_nan_stays_nan():
    assert math.isnan(eval(expression(gast.Constant(math.nan, None))))


def test_a_constant_that_is_no_literal_is_an_error():
    with pytest.raises(TypeError, match=r"^no text for a constant of type object$"):
        expression(gast.Constant(object(), None))


def test_comments():
    body = to_gast(ast.parse("a = 1\nfor i in x:\n    b = 2\nc = 3")).body
    first, loop, last = body
    loop.body = [Comment("only here", blank_before=True), Commented(loop.body[0], "kept for line 6")]
    text = emit(
        [Comment("forward sweep"), first, Comment("reverse sweep", blank_before=True), Commented(loop, "back"), last]
    )
    assert text == (
        "# forward sweep\n"
        "a = 1\n"
        "\n"
        "# reverse sweep\n"
        "for i in x:  # back\n"
        "    # only here\n"
        "    b = 2  # kept for line 6\n"
        "c = 3\n"
    )


def test_a_comment_that_does_not_fit_behind_its_statement_goes_before_it():
    (statement,) = to_gast(ast.parse("x = y")).body
    assert emit([Commented(statement, "z" * 93)], 1) == f"    # {'z' * 93}\n    x = y\n"
    assert emit([Commented(statement, "z" * 80)], 1) == f"    x = y  # {'z' * 80}\n"


def test_long_comments_are_wrapped_but_not_quoted_lines():
    words = "word " * 30
    lines = emit([Comment(words.strip())], 0).splitlines()
    assert [len(line) <= 100 and line.startswith("# word") for line in lines] == [True, True]
    assert emit([Comment(f"line 7: {words}")]) == f"# line 7: {words.rstrip()}\n"


def test_a_block_of_comments_gets_a_pass():
    loop = gast.While(gast.Name("x", gast.Load(), None, None), [Comment("nothing to undo")], [])
    assert emit([loop]) == "while x:\n    # nothing to undo\n    pass\n"


def test_function():
    body = to_gast(ast.parse("decay = np.exp(-t / tau)\nreturn decay")).body
    text = emit_function(
        "misfit_adjoint", "tau, t, gradient=1.0", "Adjoint of `misfit`.", [Comment("forward sweep"), *body]
    )
    assert text == (
        "def misfit_adjoint(tau, t, gradient=1.0):\n"
        '    """Adjoint of `misfit`."""\n'
        "    # forward sweep\n"
        "    decay = np.exp(-t / tau)\n"
        "    return decay\n"
    )


def test_function_with_long_parameters_and_docstring():
    parameters = ", ".join(f"parameter_number_{number}: float" for number in range(4)) + ", gradient=1.0"
    text = emit_function("f", parameters, 'First "line".\n\nMore \\ "lines"', [])
    assert text == (
        "def f(\n"
        "    parameter_number_0: float,\n"
        "    parameter_number_1: float,\n"
        "    parameter_number_2: float,\n"
        "    parameter_number_3: float,\n"
        "    gradient=1.0,\n"
        "):\n"
        '    """First "line".\n'
        "\n"
        '    More \\\\ "lines"\n'
        '    """\n'
    )
    assert inspect.getdoc(load(text, "f")["f"]) == 'First "line".\n\nMore \\ "lines"'


def test_an_empty_function_has_a_pass():
    assert emit_function("f", "", "", []) == "def f():\n    pass\n"


@pytest.mark.parametrize(
    "docstring", ['ends with "', 'has """ inside', "back\\slash", "tab\tand\x00null", '"', "é\u2028é"]
)
def test_docstrings_come_through(docstring):
    tree = ast.parse(emit_function("f", "", docstring, []))
    assert ast.get_docstring(tree.body[0], clean=False) == docstring


def quoted(x):
    y = "# no comment" + x  # a comment
    return (
        y  # another
        + """
# text
"""
    )


def test_quotes_leave_out_indentation_and_comment():
    source = read(quoted)
    first = source.first_line
    assert [quote(source, first + number) for number in range(7)] == [
        "def quoted(x):",
        'y = "# no comment" + x',
        "return (",
        "y",
        '+ """',
        "# text",
        '"""',
    ]
