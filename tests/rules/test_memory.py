"""The words of the table about memory and shape, checked by running the functions on the cases of their families."""

from __future__ import annotations

import inspect
import warnings
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
from tests.rules.harness import Case, gradients, identifier, prepare, tangent_of
from tests.rules.structures import leaves

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
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


def of_arrays(case: Case) -> bool:
    """Whether the call is of arrays alone: a number has no memory to share, and an element is read as a number."""
    operands = case.args if rule_of(case).parameters[0] in ("arys", "args") else case.args[:1]
    return all(isinstance(x, np.ndarray) and x.ndim > 0 for x in operands)


@pytest.mark.parametrize("case", [case for case in of_word("view") if of_arrays(case)], ids=identifier)
def test_views_share_memory(case: Case) -> None:
    assert all(shared(case))


AMBIGUOUS = {rule_of(case).name: case.function for case in of_word("maybe view", "argument")}


@pytest.mark.parametrize("name", sorted(AMBIGUOUS))
def test_what_may_be_a_view_is_one_in_some_case(name: str) -> None:
    found = [word for case in CASES if case.function == AMBIGUOUS[name] for word in shared(case)]
    assert any(found)
    assert not all(found)


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


@pytest.mark.parametrize("case", [case for case in CASES if "forward" in case.modes], ids=identifier)
def test_tangents_have_the_dtype_of_the_output(case: Case) -> None:
    bound, directions, _ = prepare(case, 0)
    for slope, value in zip(leaves(tangent_of(bound, directions)), leaves(bound.output), strict=True):
        assert np.asarray(slope).dtype == np.asarray(value).dtype


@pytest.mark.parametrize("case", [case for case in CASES if "reverse" in case.modes], ids=identifier)
def test_a_python_seed_changes_no_dtype(case: Case) -> None:
    bound, _, gradient = prepare(case, 0)
    if isinstance(gradient, np.floating):  # the output is a real number
        for name, found in gradients(bound, 1.0).items():
            for slope, value in zip(leaves(found), leaves(bound.values[name]), strict=True):
                assert np.asarray(slope).dtype == np.asarray(value).dtype
