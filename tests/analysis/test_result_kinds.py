"""What functions are said to give, against what NumPy gives."""

from __future__ import annotations

import numpy as np
import pytest

from srcdiff.analysis.facts import Fact, fact_of_object
from srcdiff.analysis.result_kinds import ALWAYS, INDICES, OF_ARRAYS, indices, is_array, several

X, A = np.array([0.3, 0.1, 0.2]), np.arange(1.0, 10.0).reshape(3, 3) + np.eye(3)
CALLS = {
    "append": [(X, X)],
    "block": [([X, X],)],
    "broadcast_to": [(2.0, (3,)), (X, (2, 3))],
    "column_stack": [([X, X],)],
    "compress": [([True, False, True], X)],
    "concatenate": [([X, X],)],
    "convolve": [(X, X)],
    "correlate": [(X, X)],
    "cholesky": [(A @ A.T,)],
    "delete": [(X, 0)],
    "dstack": [([X, X],)],
    "expand_dims": [(2.0, 0), (X, 0)],
    "extract": [(X > 0.15, X)],
    "hstack": [([X, X],)],
    "insert": [(X, 0, 1.0)],
    "inv": [(A,)],
    "kron": [(X, X), (A, X)],
    "matrix_power": [(A, 2)],
    "moveaxis": [(A, 0, 1)],
    "outer": [(2.0, 3.0), (X, X)],
    "pad": [(X, 1), (A, 1)],
    "partition": [(X, 1)],
    "repeat": [(2.0, 3), (X, 2)],
    "reshape": [(2.0, ()), (X, (3, 1))],
    "resize": [(2.0, ()), (X, (2, 2))],
    "roll": [(X, 1)],
    "rollaxis": [(A, 1)],
    "solve": [(A, X), (A, A)],
    "stack": [([2.0, 3.0],), ([X, X],)],
    "swapaxes": [(A, 0, 1)],
    "take_along_axis": [(X, np.array([0, 2]), 0)],
    "tile": [(2.0, 2), (X, 2)],
    "vstack": [([X, X],)],
    **{name: [(X,), (A,), (A.reshape(3, 3, 1),)] for name in OF_ARRAYS - {"pad", "roll"}},
}
POSITIONS = {
    "argsort": [(X,), (A,), (A, None)],
    "argpartition": [(X, 1), (A, 1), (A, 1, None)],
    "argwhere": [(A > 2,)],
    "diag_indices": [(3,)],
    "digitize": [(X, X[:1]), (0.5, X[:1])],
    "flatnonzero": [(A,)],
    "indices": [((2, 3),)],
    "ix_": [([0, 1], [1, 2])],
    "lexsort": [((X, X),)],
    "nonzero": [(X,), (A,)],
    "searchsorted": [(X, 0.2), (X, X)],
    "tril_indices": [(3,)],
    "triu_indices_from": [(A,)],
    "unravel_index": [(4, (3, 3)), (np.array([4, 5]), (3, 3))],
    "where": [(X > 0.1,), (A > 2,)],
}
SEQUENCES = {
    "atleast_1d": [(2.0, X)],
    "atleast_2d": [(X, A)],
    "broadcast_arrays": [(X, A)],
    "array_split": [(X, 2), (A, [1])],
    "dsplit": [(A.reshape(3, 1, 3), 3)],
    "histogram": [(X, 2), (X, 2, None, True), (X, 2, None, None, X)],
    "hsplit": [(A, 3)],
    "split": [(X, 3), (A, [1, 2])],
    "vsplit": [(A, 3)],
    **({"unstack": [(X,), (A,)]} if hasattr(np, "unstack") else {}),
}


def call(name, arguments):
    function = getattr(np, name, None) or getattr(np.linalg, name, None) or getattr(np.ndarray, name)
    return function(*arguments), [fact_of_object(a, "a") for a in arguments]


def assert_fits(fact: Fact, value) -> None:
    """What is said of a value holds."""
    if fact.container:
        assert isinstance(value, (list, tuple))
        facts = fact.items if fact.items is not None else (fact.item,) * len(value)
        assert len(facts) == len(value)
        for part, item in zip(facts, value, strict=True):
            assert_fits(part, item)
        return
    assert fact.rank is None or fact.rank == np.ndim(value)
    assert fact.kind == "numeric" or (fact.kind == "number") == (not isinstance(value, np.ndarray))
    assert fact.letter == "?" or fact.letter == np.asarray(value).dtype.kind


@pytest.mark.parametrize("name", sorted(ALWAYS | OF_ARRAYS))
def test_an_array_for_certain(name):
    tried = 0
    for arguments in CALLS.get(name, [(2.0,), (X,), (A,), ([1.0, 2.0],)]):
        try:
            result, facts = call(name, arguments)
        except (TypeError, ValueError, np.linalg.LinAlgError):  # no result, nothing to be said of it
            continue
        tried += 1
        assert isinstance(result, np.ndarray) or not is_array(name, facts), arguments
        assert is_array(name, facts) or name in OF_ARRAYS
    assert tried


@pytest.mark.parametrize("name", sorted(POSITIONS))
def test_indices(name):
    for arguments in POSITIONS[name]:
        result, facts = call(name, arguments)
        told = indices(name, facts, {})
        assert told is not None
        assert_fits(told, result)
    assert name in INDICES or name in ("where", "diag_indices", "tril_indices", "triu_indices_from")


@pytest.mark.parametrize("name", sorted(SEQUENCES))
def test_sequences(name):
    for arguments in SEQUENCES[name]:
        result, facts = call(name, arguments)
        told = several(name, Fact("numeric", "f"), facts, {})
        assert told is not None
        assert_fits(told, list(result))
