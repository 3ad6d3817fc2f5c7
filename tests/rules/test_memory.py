"""The words of the table about memory and shape, checked by running the functions on the cases of their families."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from srcdiff.rules.registry import Rule, lookup
from tests.rules import (
    test_attributes,
    test_creation,
    test_joining,
    test_largest,
    test_matrices,
    test_methods,
    test_padding,
    test_ranges,
    test_reductions,
    test_scans,
    test_shaping,
    test_splitting,
    test_spreads,
    test_ufunc_methods,
    test_weighted,
)
from tests.rules.harness import Case, identifier

FAMILIES = (
    test_attributes,
    test_creation,
    test_joining,
    test_largest,
    test_matrices,
    test_methods,
    test_padding,
    test_ranges,
    test_reductions,
    test_scans,
    test_shaping,
    test_splitting,
    test_spreads,
    test_ufunc_methods,
    test_weighted,
)
CASES = [case for family in FAMILIES for case in family.CASES]


def arrays(x: Any) -> list[Any]:
    """The arrays with elements among nested lists and tuples."""
    if isinstance(x, (list, tuple)):
        return [found for item in x for found in arrays(item)]
    return [x] if isinstance(x, np.ndarray) and x.size else []


def rule_of(case: Case) -> Rule:
    rule = lookup(case.function)
    assert rule is not None
    return rule


def run(case: Case) -> Any:
    """The function itself, where the case evaluates something else."""
    if inspect.isdatadescriptor(case.function) and not callable(case.function):
        return case.function.__get__(case.args[0])
    return case.function(*case.args, **case.kwargs)


def shared(case: Case) -> list[bool]:
    """Whether each output array shares memory with an argument."""
    given = arrays((case.args, list(case.kwargs.values())))
    return [any(np.shares_memory(y, x) for x in given) for y in arrays(run(case))]


def of_word(*words: str) -> list[Case]:
    return [case for case in CASES if rule_of(case).result in words]


@pytest.mark.parametrize("case", of_word("fresh"), ids=identifier)
def test_fresh_results_share_no_memory(case: Case) -> None:
    assert not any(shared(case))


@pytest.mark.parametrize("case", of_word("view"), ids=identifier)
def test_views_share_memory(case: Case) -> None:
    if all(isinstance(x, np.ndarray) for x in case.args[:1]) and np.ndim(case.args[0]) > 0:
        values = run(case)
        assert all(shared(case)) or not isinstance(values, (np.ndarray, list, tuple))


@pytest.mark.parametrize("function", {case.function for case in of_word("maybe view", "argument")}, ids=str)
def test_what_may_be_a_view_is_one_in_some_case(function: Any) -> None:
    own = [case for case in CASES if case.function == function]
    assert any(any(shared(case)) for case in own)
    assert any(not all(shared(case)) for case in own)


@pytest.mark.parametrize("case", [case for case in CASES if rule_of(case).shape == "same"], ids=identifier)
def test_results_of_the_same_shape(case: Case) -> None:
    assert np.shape(run(case)) == np.shape(case.args[0])


@pytest.mark.parametrize("case", [case for case in CASES if rule_of(case).shape == "reduce"], ids=identifier)
def test_reductions_take_axis_and_keepdims(case: Case) -> None:
    axis = case.args[1] if len(case.args) > 1 else case.kwargs.get("axis")
    expected = np.sum(np.zeros(np.shape(case.args[0])), axis=axis, keepdims=case.kwargs.get("keepdims", False))
    assert np.shape(run(case)) == np.shape(expected)


@pytest.mark.parametrize("case", [case for case in CASES if rule_of(case).returns == "real"], ids=identifier)
def test_real_results(case: Case) -> None:
    assert not np.iscomplexobj(run(case))


@pytest.mark.parametrize("case", [case for case in CASES if not rule_of(case).returns], ids=identifier)
def test_complex_results_come_of_complex_operands(case: Case) -> None:
    given = [x for x in arrays_and_numbers((case.args, list(case.kwargs.values())))]
    if not any(np.iscomplexobj(x) for x in given) and not any(x is complex or x is np.complex128 for x in given):
        assert not any(np.iscomplexobj(y) for y in arrays_and_numbers(run(case)))


def arrays_and_numbers(x: Any) -> list[Any]:
    if isinstance(x, (list, tuple)):
        return [found for item in x for found in arrays_and_numbers(item)]
    return [x]
