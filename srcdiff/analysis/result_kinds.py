"""What kind of thing a function of NumPy's gives: indices, a sequence of arrays, an array whatever its rank is.

A number and an array differ where memory is shared: what may be a number is no view for certain.
"""

from __future__ import annotations

import re
from dataclasses import replace

from srcdiff.analysis.facts import Fact, join_all
from srcdiff.analysis.result_ranks import rank_of_function
from srcdiff.analysis.shapes import SCALAR

__all__ = ["INDICES", "indices", "is_array", "several"]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


ALWAYS = _words(
    """
    outer vander diagflat column_stack ravel flatten ediff1d convolve correlate extract sort partition diff swapaxes
    moveaxis rollaxis inv pinv matrix_power cholesky rot90 fliplr flipud take_along_axis matrix_transpose cumsum cumprod
    nancumsum nancumprod repeat delete append insert compress triu tril diag diagonal expand_dims tile
    broadcast_to resize reshape concatenate stack hstack vstack dstack block solve atleast_1d atleast_2d atleast_3d
    array asarray asanyarray ascontiguousarray asfortranarray require
    """
)
"""Functions that give an array of whatever they are given: of numbers, one without dimensions."""

OF_ARRAYS = _words("transpose permute_dims pad roll flip squeeze conj conjugate nan_to_num")
"""Functions that give an array of an array."""


def is_array(name: str, arguments: list[Fact]) -> bool:
    """Whether the result is an array for certain, though its rank may not be known."""
    if not arguments or (name in ("array", "asarray", "asanyarray", "require") and arguments[0].kind == "numeric"):
        return False  # where it is not known whether there are dimensions, arithmetic may give numbers
    return name in ALWAYS or (name in OF_ARRAYS and arguments[0].kind in ("array", "list", "tuple"))


VECTORS = _words("flatnonzero lexsort")
ALONG = _words("argsort argpartition digitize searchsorted")
POSITIONS = _words("nonzero where tril_indices triu_indices tril_indices_from triu_indices_from diag_indices")
INDICES = VECTORS | ALONG | _words("argwhere indices nonzero unravel_index ix_")
"""Functions that give whole numbers, whatever they are given."""

_VECTOR = Fact("array", "i", 1, None, frozenset())


def indices(name: str, arguments: list[Fact], keywords: dict[str, Fact]) -> Fact | None:
    """What is known of indices that a function gives; None where it gives others."""
    first = arguments[0] if arguments else None
    rank = first.rank if first is not None and first.numeric else None
    if name in POSITIONS and not (name == "where" and len(arguments) != 1):
        count = rank if name in ("nonzero", "where") else 2 if name.startswith("tri") else None
        items = (_VECTOR,) * count if count is not None else None
        return Fact("tuple", items=items, item=_VECTOR, type=tuple)
    if name == "ix_":
        arrays = (replace(_VECTOR, rank=len(arguments)),) * len(arguments)
        return Fact("tuple", items=arrays, item=join_all(arrays), type=tuple)
    if name == "unravel_index" and first is not None and first.kind in ("array", "number"):
        return Fact("tuple", item=_of_rank(_VECTOR, rank), type=tuple)
    if name in VECTORS:
        return _VECTOR
    if name == "argwhere" or name == "indices":
        return replace(_VECTOR, rank=2 if name == "argwhere" else None)
    if name in ("argsort", "argpartition"):
        position = 1 if name == "argsort" else 2
        axis = arguments[position] if len(arguments) > position else keywords.get("axis")
        flat = axis is not None and axis.type is type(None)
        return replace(_VECTOR, rank=1 if flat else rank)
    if name in ALONG:
        sought = arguments[1] if name == "searchsorted" and len(arguments) > 1 else first
        return _of_rank(_VECTOR, sought.rank) if sought is not None and sought.numeric else None
    return None


def _of_rank(result: Fact, rank: int | None) -> Fact:
    """A result of this rank: a number, where that is zero."""
    if rank is None:
        return replace(result, kind="numeric", rank=None, shape=None)
    return replace(result, kind="array" if rank else "number", rank=rank, shape=None if rank else SCALAR)


SPLITS = _words("split array_split hsplit vsplit dsplit")


def several(name: str, together: Fact, arguments: list[Fact], keywords: dict[str, Fact]) -> Fact | None:
    """What is known of several arrays that a function gives at once; None where it gives one."""
    if not arguments:
        return None
    rank = arguments[0].rank if arguments[0].numeric else None
    if name.startswith("atleast_") and len(arguments) > 1:
        parts = tuple(replace(a, kind="array", rank=rank_of_function(name, [a], {}), shape=None) for a in arguments)
        return Fact("tuple", items=parts, item=join_all(parts), type=tuple)
    if name in SPLITS:
        return _split(replace(together, kind="array", rank=rank, shape=None), arguments, keywords)
    if name == "histogram":
        counted = len(arguments) < 4 and not keywords.keys() & {"density", "weights"}
        counts = _VECTOR if counted else Fact("array", "?", 1)
        items = (counts, Fact("array", "?", 1))
        return Fact("tuple", items=items, item=join_all(items), type=tuple)
    if name == "unstack" and rank is not None:
        return Fact("tuple", item=_of_rank(together, rank - 1), type=tuple)
    if name == "broadcast_arrays":
        return Fact("tuple", item=replace(together, kind="array", rank=None, shape=None), type=tuple)
    return None


def _split(part: Fact, arguments: list[Fact], keywords: dict[str, Fact]) -> Fact | None:
    """A list of parts: as many as the sections, or one more than the indices at which they begin."""
    sections = arguments[1] if len(arguments) > 1 else keywords.get("indices_or_sections")
    if sections is None or part.rank == 0:
        return None
    count = sections.value if sections.kind == "number" else None
    if sections.container and sections.items is not None:
        count = len(sections.items) + 1
    items = (part,) * count if isinstance(count, int) and count > 0 else None
    return Fact("list", items=items, item=part, type=list)
