"""The rank of a result, where a function or an index makes another than its operand's."""

from __future__ import annotations

from collections.abc import Callable

import gast

from srcdiff.analysis.facts import Fact

__all__ = ["SCALARS", "rank_of_function", "rank_of_index", "rank_of_items", "rank_of_nested"]

FactOf = Callable[[gast.expr], Fact]


# Indexing (NumPy's "Indexing on ndarrays").


def rank_of_index(rank: int, index: gast.expr, fact_of: FactOf) -> int | None:
    """The rank of `a[index]` for an array `a` of this rank; None where it is not known.

    Integers take a dimension away, None adds one. All advanced indices together (arrays, lists, and integers beside
    them) stand for the dimensions of their broadcast; a mask takes as many dimensions as it has.
    """
    parts = list(index.elts) if isinstance(index, gast.Tuple) else [index]
    taken = added = 0
    advanced: list[int] = []
    integers = 0
    for part in parts:
        if isinstance(part, gast.Slice):
            continue
        if isinstance(part, gast.Constant) and part.value in (None, Ellipsis):
            added += part.value is None
            continue
        fact = fact_of(part)
        own = rank_of_nested(fact)
        if own is None or fact.kind in ("tuple", "numeric"):
            return None
        if _letter_of(fact) == "b":
            if fact.kind == "number":
                return None
            taken += own
            advanced.append(1)
        elif _letter_of(fact) in "iu":
            taken += 1
            if fact.kind == "number":
                integers += 1
            else:
                advanced.append(own)
        else:
            return None
    result = rank - taken + added + max(advanced, default=0)
    return result if rank >= taken else None  # NumPy raises


def _letter_of(fact: Fact) -> str:
    while fact.container and fact.item is not None:
        fact = fact.item
    return fact.letter if fact.numeric else "?"


def rank_of_nested(fact: Fact) -> int | None:
    """The rank of the array that `np.array` makes of numbers and arrays in lists."""
    if fact.numeric:
        return 0 if fact.kind == "number" else fact.rank
    if fact.kind not in ("list", "tuple"):
        return None
    inside = rank_of_items(fact)
    return inside + 1 if inside is not None else None


def rank_of_items(fact: Fact) -> int | None:
    """The rank that all the items of a sequence have as arrays."""
    if fact.numeric:
        return fact.rank - 1 if fact.rank else None
    items = fact.items if fact.items else (fact.item,) if fact.item is not None else ()
    ranks = {rank_of_nested(item) for item in items}
    return ranks.pop() if len(ranks) == 1 else None


# Functions, by their names in NumPy.

Arguments = dict[str, Fact]


def rank_of_function(name: str, arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    """The rank of the result of NumPy's function of this name; None where it is not known."""
    if not arguments or "out" in keywords:
        return None
    rule = _RANKS.get(name)
    return rule(arguments, keywords) if rule is not None else None


def _given(arguments: list[Fact], keywords: dict[str, Fact], position: int, keyword: str) -> Fact | None:
    if len(arguments) > position:
        return arguments[position]
    return keywords.get(keyword)


def _is_none(fact: Fact | None) -> bool:
    return fact is not None and fact.kind == "opaque" and fact.type is type(None)


def _first(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    return rank_of_nested(arguments[0])


def _vector_at_least(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    rank = rank_of_nested(arguments[0])
    return max(rank, 1) if rank is not None else None


def _not_a_scalar(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    """NumPy's scalars stay scalars, Python's numbers become arrays."""
    return rank_of_nested(arguments[0]) or None


def _flat_without_axis(position: int) -> Callable[[list[Fact], dict[str, Fact]], int | None]:
    """Along an axis the rank of the operand, without one a vector."""

    def rank(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
        axis = _given(arguments, keywords, position, "axis")
        if axis is None or _is_none(axis):
            return 1
        return rank_of_nested(arguments[0]) if axis.kind == "number" else None

    return rank


def _constant(value: int) -> Callable[[list[Fact], dict[str, Fact]], int | None]:
    return lambda arguments, keywords: value


def _matmul(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    ranks = [rank_of_nested(a) for a in arguments[:2]]
    if len(ranks) < 2 or ranks[0] is None or ranks[1] is None or 0 in ranks or keywords:
        return None
    return max(ranks[0], ranks[1], 2) - (ranks[0] == 1) - (ranks[1] == 1)


def _dot(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    ranks = [rank_of_nested(a) for a in arguments[:2]]
    if len(ranks) < 2 or ranks[0] is None or ranks[1] is None:
        return None
    return ranks[0] + ranks[1] - 2 if 0 not in ranks else max(ranks[0], ranks[1])


def _diag(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    return {1: 2, 2: 1}.get(rank_of_nested(arguments[0]) or 0)


def _diagonal(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    rank = rank_of_nested(arguments[0])
    return rank - 1 if rank is not None and rank >= 2 else None


def _less_two(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    rank = rank_of_nested(arguments[0])
    return rank - 2 if rank is not None and rank >= 2 else None


def _solve(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    ranks = [rank_of_nested(a) for a in arguments[:2]]
    return ranks[1] if len(ranks) == 2 and ranks[0] == 2 and ranks[1] in (1, 2) else None


def _stack(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    inside = rank_of_items(arguments[0])
    return inside + 1 if inside is not None else None


def _concatenate(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    return 1 if _is_none(_given(arguments, keywords, 1, "axis")) else rank_of_items(arguments[0])


def _stacked_at_least(least: int) -> Callable[[list[Fact], dict[str, Fact]], int | None]:
    def rank(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
        inside = rank_of_items(arguments[0])
        return max(inside, least) if inside is not None else None

    return rank


def _expand_dims(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    axis, rank = _given(arguments, keywords, 1, "axis"), rank_of_nested(arguments[0])
    if axis is None or rank is None:
        return None
    added = 1 if axis.kind == "number" else len(axis.items) if axis.kind == "tuple" and axis.items is not None else None
    return rank + added if added is not None else None


def _by_shape(position: int, keyword: str) -> Callable[[list[Fact], dict[str, Fact]], int | None]:
    """The rank that a shape among the arguments tells."""

    def rank(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
        shape = _given(arguments, keywords, position, keyword)
        if shape is None:
            return None
        if shape.kind == "number":
            return 1
        return len(shape.items) if shape.kind in ("tuple", "list") and shape.items is not None else None

    return rank


def _take(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    rank, indices = rank_of_nested(arguments[0]), _given(arguments, keywords, 1, "indices")
    own = rank_of_nested(indices) if indices is not None else None
    axis = _given(arguments, keywords, 2, "axis")
    if axis is None or _is_none(axis):
        return own
    return rank - 1 + own if rank is not None and own is not None else None


def _tensordot(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    ranks = [rank_of_nested(a) for a in arguments[:2]]
    axes = _given(arguments, keywords, 2, "axes")
    count = axes.value if axes is not None and axes.kind == "number" else 2 if axes is None else None
    if len(ranks) < 2 or ranks[0] is None or ranks[1] is None or not isinstance(count, int):
        return None
    return ranks[0] + ranks[1] - 2 * count


def _larger(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    ranks = [rank_of_nested(a) for a in arguments[:2]]
    return max(ranks[0], ranks[1]) if len(ranks) == 2 and ranks[0] is not None and ranks[1] is not None else None


def _sort(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    return 1 if _is_none(_given(arguments, keywords, 1, "axis")) else rank_of_nested(arguments[0])


def _at_least(least: int) -> Callable[[list[Fact], dict[str, Fact]], int | None]:
    """The rank of the operand, or more."""

    def rank(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
        own = rank_of_nested(arguments[0])
        return max(own, least) if own is not None else None

    return rank


def _tile(arguments: list[Fact], keywords: dict[str, Fact]) -> int | None:
    own, repeats = rank_of_nested(arguments[0]), _by_shape(1, "reps")(arguments, keywords)
    return max(own, repeats) if own is not None and repeats is not None else None


_SAME = """partition flip fliplr flipud roll rot90 matrix_transpose swapaxes moveaxis rollaxis diff pad take_along_axis
    inv pinv cholesky matrix_power conj conjugate interp fft ifft fft2 ifft2 fftn ifftn rfft
    irfft rfft2 irfft2 rfftn irfftn hfft ihfft fftshift ifftshift"""

_RANKS: dict[str, Callable[[list[Fact], dict[str, Fact]], int | None]] = {
    **dict.fromkeys(_SAME.split(), _first),
    **{name: _flat_without_axis(1) for name in ("cumsum", "cumprod", "nancumsum", "nancumprod")},
    **{name: _constant(1) for name in ("ravel", "ediff1d", "convolve", "correlate", "extract", "flatten")},
    **{name: _stacked_at_least(least) for name, least in (("hstack", 1), ("vstack", 2), ("dstack", 3))},
    "array": lambda arguments, keywords: rank_of_nested(arguments[0]) if "ndmin" not in keywords else None,
    "asarray": _first,
    "asanyarray": _first,
    "ascontiguousarray": _vector_at_least,
    "asfortranarray": _vector_at_least,
    "append": _flat_without_axis(2),
    "atleast_1d": _at_least(1),
    "atleast_2d": _at_least(2),
    "atleast_3d": _at_least(3),
    "delete": _flat_without_axis(2),
    "insert": _flat_without_axis(3),
    "sort": _sort,
    "tril": _at_least(2),
    "triu": _at_least(2),
    "permute_dims": _not_a_scalar,
    "transpose": _not_a_scalar,
    "broadcast_to": _by_shape(1, "shape"),
    "column_stack": _constant(2),
    "concatenate": _concatenate,
    "det": _less_two,
    "diag": _diag,
    "diagflat": _constant(2),
    "diagonal": _diagonal,
    "dot": _dot,
    "expand_dims": _expand_dims,
    "full": _by_shape(0, "shape"),
    "inner": _dot,
    "cumulative_sum": _vector_at_least,
    "kron": _larger,
    "matmul": _matmul,
    "outer": _constant(2),
    "repeat": _flat_without_axis(2),
    "reshape": _by_shape(1, "shape"),
    "solve": _solve,
    "stack": _stack,
    "take": _take,
    "tensordot": _tensordot,
    "tile": _tile,
    "trace": _less_two,
    "vander": _constant(2),
    "vdot": _constant(0),
}
"""Only what holds for every operand that NumPy takes."""

SCALARS = frozenset(
    {"conj", "conjugate", "det", "dot", "flip", "inner", "interp", "kron", "matmul", "take", "trace", "vdot"}
)
"""Functions that give a scalar, not a 0-d array, where the rank is 0."""
