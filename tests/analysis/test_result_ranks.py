"""The ranks that are inferred, against those that NumPy gives."""

from __future__ import annotations

import itertools

import gast
import numpy as np
import pytest

from srcdiff.analysis.facts import Fact, fact_of_object
from srcdiff.analysis.result_kinds import ALWAYS
from srcdiff.analysis.result_ranks import _RANKS, SCALARS, rank_of_function, rank_of_index, rank_of_nested

SQUARE = np.eye(3) + 0.1
OPERANDS = (2.0, np.float64(2.0), np.ones(3), SQUARE, np.stack([SQUARE, SQUARE]))
MORE = {
    "append": [(a, b, axis) for a, b in zip(OPERANDS[2:], OPERANDS[2:]) for axis in (None, 0)],
    "broadcast_to": [(np.ones(3), (2, 3)), (2.0, (3,)), (2.0, 4)],
    "column_stack": [([np.ones(3), np.ones(3)],), ([np.ones((3, 2)), np.ones(3)],)],
    "concatenate": [([a, a],) for a in OPERANDS[2:]] + [([[1.0, 2.0], np.ones(3)],), ([np.ones((2, 2))] * 2, None)],
    "delete": [(np.ones((3, 3)), 0), (np.ones((3, 3)), 0, 1), (np.ones(3), [0, 1], None)],
    "expand_dims": [(np.ones(3), 0), (np.ones(3), (0, 2)), (np.ones((2, 2)), -1)],
    "extract": [(np.array([True, False, True]), np.ones(3))],
    "full": [((2, 3), 1.0), (3, 1.0), ([1, 2, 3], 1.0)],
    "insert": [(np.ones((3, 3)), 0, 1.0), (np.ones((3, 3)), 0, 1.0, 1), (np.ones(3), 1, [1.0, 2.0])],
    "interp": [(x, np.arange(4.0), np.ones(4)) for x in OPERANDS],
    "matrix_power": [(np.ones((3, 3)), 2)],
    "moveaxis": [(np.ones((2, 3)), 0, 1)],
    "pad": [(np.ones(3), 1), (np.ones((2, 2)), ((0, 1), (1, 0)))],
    "partition": [(a, 1) for a in OPERANDS],
    "roll": [(a, 1) for a in OPERANDS],
    "repeat": [(a, 2, axis) for a in OPERANDS[2:] for axis in (None, 0)],
    "reshape": [(np.ones(6), (2, 3)), (np.ones(6), -1), (np.ones((2, 3)), (6,)), (np.ones(1), ())],
    "rollaxis": [(np.ones((2, 3)), 1)],
    "solve": [(np.eye(3), b) for b in (np.ones(3), np.ones((3, 2)))],
    "stack": [([a, a],) for a in OPERANDS],
    "swapaxes": [(np.ones((2, 3)), 0, 1)],
    "take": [(np.ones((3, 3)), i, *a) for i in (0, [0, 1], np.zeros((2, 2), int)) for a in ((), (0,), (None,))],
    "take_along_axis": [(np.ones((3, 3)), np.zeros((1, 3), int), 0)],
    "tile": [(a, reps) for a in OPERANDS for reps in (2, (2, 1), (2, 1, 1))],
    "tensordot": [(np.ones((3, 3)), np.ones((3, 3)), k) for k in (0, 1, 2)] + [(np.ones((3, 3)), np.ones((3, 3)))],
    **{name: [([a, a],) for a in OPERANDS] for name in ("hstack", "vstack", "dstack")},
}
INDICES = (
    *(
        "0",
        "-1",
        ":",
        "None",
        "...",
        "0, 1",
        "0, :",
        ":, 0",
        "1:, None",
        "..., 0",
        "[0, 1]",
        "[[0, 1], [1, 0]]",
        "whole",
    ),
    *(
        "[0, 1], 0",
        "0, [0, 1]",
        "[0, 1], [1, 2]",
        ":, [0, 1]",
        "matrix, :",
        "matrix, 0",
        "mask",
        "mask, 0",
        "mask2",
        "()",
    ),
)


def _function(name):
    for module in (np.fft, np.linalg, np):
        if callable(getattr(module, name, None)):
            return getattr(module, name)
    return None


def _cases():
    for name in sorted(_RANKS):
        if _function(name) is None:
            continue
        given = MORE.get(name) or [(a,) for a in OPERANDS]
        if name in ("dot", "inner", "matmul", "outer", "kron", "vdot", "convolve", "correlate"):
            given = list(itertools.product(OPERANDS, repeat=2))
        yield from ((name, arguments) for arguments in given)


@pytest.mark.parametrize("name", sorted({name for name, _ in _cases()}))
def test_rank_of_function(name):
    tried = 0
    for other, arguments in _cases():
        if other != name:
            continue
        try:
            result = _function(name)(*arguments)
        except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
            continue
        told = rank_of_function(name, [fact_of_object(a, "a") for a in arguments], {})
        assert told is None or told == np.ndim(result), arguments
        if told == 0:
            assert (name in SCALARS) == (not isinstance(result, np.ndarray)), arguments
        tried += told is not None
    assert tried


@pytest.mark.parametrize("name", sorted(filter(_function, ALWAYS)))
def test_functions_that_always_give_an_array(name):
    given = {
        "block": [([a, a],) for a in OPERANDS],
        "compress": [([True], a) for a in OPERANDS],
        "resize": [(a, (2,)) for a in OPERANDS],
        "tile": [(2.0, 2), (2.0, ()), (np.float64(2.0), ())],
    }
    cases = given.get(name) or [arguments for other, arguments in _cases() if other == name]
    results = [_result(name, arguments) for arguments in cases or [(a,) for a in OPERANDS]]
    assert all(isinstance(result, np.ndarray) for result in results if result is not None)
    assert any(result is not None for result in results)


def _result(name, arguments):
    try:
        return _function(name)(*arguments)
    except (TypeError, ValueError, IndexError):
        return None


@pytest.mark.parametrize("index", INDICES)
def test_rank_of_index(index):
    tried = 0
    for rank in (1, 2, 3):
        array = np.ones((3,) * rank)
        names = {
            "matrix": np.zeros((2, 2), int),
            "mask": np.array([True, False, True]),
            "mask2": np.ones((3, 3), bool),
            "whole": np.ones((3,) * rank, bool),
        }
        try:
            result = eval(f"array[{index}]", {"array": array, **names})
        except IndexError:
            continue
        node = gast.parse(f"array[{index}]").body[0].value.slice
        facts = {key: fact_of_object(value, key) for key, value in names.items()}

        def fact_of(part: gast.expr, facts: dict[str, Fact] = facts) -> Fact:
            if isinstance(part, gast.Name):
                return facts[part.id]
            return fact_of_object(eval(gast.unparse(part), {}), "a")

        told = rank_of_index(rank, node, fact_of)
        assert told is None or told == np.ndim(result)
        tried += told is not None
    assert tried


def test_rank_of_nested():
    for value in ([1.0, 2.0], [[1.0], [2.0]], [np.ones(3), np.ones(3)], [[1.0, 2.0], np.ones(2)], 3.0, np.ones((2, 2))):
        assert rank_of_nested(fact_of_object(value, "a")) == np.ndim(np.array(value))
