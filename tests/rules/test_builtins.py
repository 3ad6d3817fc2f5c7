"""Python's own functions, operators and random numbers."""

from __future__ import annotations

import copy
import operator

import numpy as np
import pytest

from srcdiff.rules import builtins_, operators
from srcdiff.rules.registry import lookup
from tests.rules.harness import Case, check, elementwise, identifier, load_rules

A = np.array([0.7, -1.3, 2.2])
Z = 0.6 - 0.8j

CASES = [
    *(Case(abs, (x,)) for x in (0.7, -1.3, Z, A, A.astype(np.float32))),
    *(Case(pow, (x, n)) for x in (0.7, 1.3, A[2:]) for n in (2, 3.0, -1)),
    *(Case(divmod, (x, 0.9)) for x in (2.6, -2.6)),
    *(Case(f, (x,)) for f in (float, np.float64) for x in (0.7, np.float32(0.3), np.array(2.5))),
    *(
        Case(f, (x,), evaluate=np.float64)
        for f in (np.float16, np.float32, np.longdouble)
        for x in (0.7, np.float32(2))
    ),
    *(Case(f, (x,), evaluate=np.complex128) for f in (np.complex64, np.complex128, np.clongdouble) for x in (0.7, Z)),
    *(Case(complex, args) for args in ((0.7, 0.3), (0.7,), (Z, 0.3), (0.7, Z))),
    *(Case(f, args) for f in (min, max) for args in ((0.7, 0.3), (0.3, 0.7), (0.7, 1, 1.5), ([0.7, 0.3, 0.5],), (A,))),
    *(Case(f, ([0.7, -1.3, 0.5],), {"key": abs}) for f in (min, max)),
    Case(sum, ([0.7, 0.3, 1],)),
    Case(sum, ([0.7, 0.3], 1.5)),
    Case(sum, ([A, 0.3 * A, 1.5],)),
    Case(sum, (np.outer(A, A),)),
    Case(sorted, ([0.7, 0.3, 1.5],)),
    Case(sorted, ([0.7, -0.3, -1.5],), {"key": abs, "reverse": True}),
    Case(sorted, (A,)),
    *(Case(f, (x,)) for f in (copy.copy, copy.deepcopy) for x in (0.7, A, [A, 0.3])),
    *(case for f in (operator.add, operator.sub, operator.mul) for case in elementwise(f, (-2, 2), (-2, 2))),
    *(Case(f, (x, 0.9 * A)) for f in (np.ndarray.__add__, np.ndarray.__sub__, np.ndarray.__mul__) for x in (A, A * 1j)),
    *(Case(f, (A, 2.5)) for f in (operator.truediv, operator.mod, np.ndarray.__truediv__, np.ndarray.__mod__)),
    *(Case(f, (abs(A), 2)) for f in (operator.pow, np.ndarray.__pow__)),
    *(Case(f, (A, np.outer(A, A))) for f in (operator.matmul, np.ndarray.__matmul__)),
    *(Case(f, (A,)) for f in (operator.neg, operator.pos, operator.abs)),
    *(Case(f, (A,)) for f in (np.ndarray.__neg__, np.ndarray.__pos__, np.ndarray.__abs__)),
    Case(np.ndarray.__divmod__, (A, 0.9)),
    *(Case(f, (A, 0.9 + abs(A))) for f in (np.ndarray.__radd__, np.ndarray.__rsub__, np.ndarray.__rmul__)),
    *(Case(f, (A, 0.9 + abs(A))) for f in (np.ndarray.__rtruediv__, np.ndarray.__rpow__)),
    Case(np.ndarray.__rmod__, (A, 5.1)),
    Case(np.ndarray.__float__, (np.array(2.5),)),
    *(Case(np.ndarray.__complex__, (np.array(z),)) for z in (2.5, Z)),
]

DRAWS = [
    ("normal", (0.3, np.array([[0.7], [1.3]]), (2, 3))),
    ("normal", (np.zeros(3), 2.0)),
    ("uniform", (np.array([0.3, 0.5]), 2.0)),
    ("uniform", (0.3, 1.5, 4)),
    ("exponential", (np.array([0.3, 0.5]),)),
]
for _name, _args in DRAWS:

    def _draw(*args: object, name: str = _name) -> object:
        return getattr(np.random.RandomState(7), name)(*args)

    def _method(self: object, *args: object, name: str = _name) -> object:
        return getattr(np.random.RandomState(7), name)(*args)

    CASES.append(Case(getattr(np.random, _name), _args, evaluate=_draw))
    _owners = (np.random.Generator, np.random.RandomState)
    CASES.extend(Case(getattr(owner, _name), (None, *_args), evaluate=_method) for owner in _owners)


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_against_differences(case: Case) -> None:
    check(case)


def test_the_first_of_equal_numbers_gets_the_gradient() -> None:
    for first, second in (
        (builtins_.max_by_first, builtins_.max_by_second),
        (builtins_.min_by_first, builtins_.min_by_second),
    ):
        assert first(1.0, 1.0, gradient=3.0) == 3.0
        assert second(1.0, 1.0, gradient=3.0) == 0.0
    assert builtins_.max_adjoint(1.0, 2.0, 2.0, gradient=3.0) == [0.0, 3.0, 0.0]
    assert builtins_.min_adjoint([2.0, 1.0, 1.0], gradient=3.0) == [[0.0, 3.0, 0.0]]


OPERATORS = [*operators.BINARY.values(), *operators.UNARY.values(), *operators.COMPARE.values()]


@pytest.mark.parametrize("function", OPERATORS)
def test_every_operator_has_a_rule(function: object) -> None:
    load_rules()
    assert lookup(function) is not None


def test_rearrangements_of_what_is_differentiated_are_refused() -> None:
    load_rules()
    for function in (np.random.Generator.permutation, np.random.shuffle):
        rule = lookup(function)
        assert rule is not None
        assert rule.refused == ("x",)
        assert not rule.pure
