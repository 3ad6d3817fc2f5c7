"""What is known of the result of a function that has a rule, or that makes an array: kind, letter, rank, shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import gast
import numpy as np

from srcdiff.analysis.facts import ANYTHING, Fact, promote, unvalued
from srcdiff.analysis.result_kinds import INDICES, indices, is_array, several
from srcdiff.analysis.result_ranks import SCALARS, rank_of_function
from srcdiff.analysis.shapes import SCALAR, Shape, axes_of, shape_of_axes, shape_of_lengths
from srcdiff.build import constant
from srcdiff.rules import registry

__all__ = ["CREATED", "LIKE", "SQUARE", "created", "given_dtype", "keywords_of", "result_of_rule"]

_ARRAYS = frozenset(
    re.findall(
        r"\w+",
        """
        dot vdot inner outer matmul tensordot kron cross einsum vecdot solve inv pinv det norm matrix_power cholesky
        multi_dot tensorsolve tensorinv trace cumsum cumprod nancumsum nancumprod diff ediff1d trapezoid convolve
        correlate interp polyval sort partition reshape ravel transpose permute_dims squeeze expand_dims swapaxes
        moveaxis rollaxis rot90 repeat tile resize pad take take_along_axis compress extract diagonal diag diagflat
        tril triu concatenate stack hstack vstack dstack column_stack block append select choose median nanmedian
        quantile percentile broadcast_to vander flatten conj conjugate array asarray ascontiguousarray
        asfortranarray asanyarray copy full atleast_1d atleast_2d atleast_3d roll flip delete insert identity
        matrix_transpose require nan_to_num
        """,
    )
)
"""NumPy's functions whose result is a number or an array, of the kind that their operands have together."""

_SPECTRA = frozenset(
    re.findall(
        r"\w+",
        """
        fft ifft fft2 ifft2 fftn ifftn rfft rfft2 rfftn ihfft eigvals roots
        """,
    )
)
"""Functions whose result is an array of complex numbers."""

_SIGNALS = frozenset(
    re.findall(
        r"\w+",
        """
        irfft irfft2 irfftn hfft eigvalsh cond matrix_norm vector_norm
        """,
    )
)
"""Functions whose result is real though operands may be complex."""

FactOf = Callable[[gast.expr], Fact]
ObjectOf = Callable[[gast.AST], Any]

CREATED = {np.zeros: 1, np.ones: 1, np.empty: 1, np.full: 2}
LIKE = {np.zeros_like: 1, np.ones_like: 1, np.empty_like: 1, np.full_like: 2}
"""Functions that make arrays, and the position of `dtype` among their parameters."""

SQUARE = {np.eye: 3, np.identity: 1, np.tri: 3}
"""Functions that make matrices, and the position of `dtype`."""

_DTYPE_POSITIONS = {**CREATED, **LIKE, **SQUARE, np.arange: 3, np.linspace: 5}

_AVERAGES = frozenset(
    re.findall(
        r"\w+",
        """
        mean nanmean var nanvar std nanstd average median nanmedian quantile percentile nanquantile nanpercentile
        """,
    )
)
"""Reductions that make floating numbers of whole ones."""


def keywords_of(node: gast.Call) -> dict[str, gast.expr]:
    """The keyword arguments of a call, but for starred ones."""
    return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}


def given_dtype(node: gast.expr, fact_of: FactOf, object_of: ObjectOf) -> str:
    """The kind letter that an argument `dtype` stands for, or "" where it may be any."""
    fact = fact_of(node)
    if fact.type is np.dtype and fact.letter in "bifc":
        return fact.letter
    value = fact.value
    if value is None:
        try:
            value = object_of(node)
        except LookupError:
            return ""
    try:
        letter = np.dtype(value).kind
    except TypeError:
        return ""
    return "i" if letter == "u" else letter if letter in "bifc" else ""


def created(function: Any, node: gast.Call, arguments: list[Fact], fact_of: FactOf, object_of: ObjectOf) -> Fact:
    """An array made by `np.zeros`, `np.full_like`, `np.arange`, ..."""
    position = _DTYPE_POSITIONS[function]
    dtype = keywords_of(node).get("dtype", node.args[position] if len(node.args) > position else None)
    letter = "f"
    known = True
    dtypes: frozenset[str] | None
    if dtype is not None:
        letter = given_dtype(dtype, fact_of, object_of)
        letter, known = letter or "?", bool(letter)
    elif function in LIKE and arguments:
        letter, known = arguments[0].letter, arguments[0].surely_real or arguments[0].letter == "c"
    elif function is np.arange and arguments:
        letter = "i" if all(a.letter in "iu" for a in arguments) else promote(*arguments).letter
        known = all(a.surely_real for a in arguments)
    elif function is np.full and len(arguments) > 1:
        letter, known = arguments[1].letter, arguments[1].surely_real
    elif function is np.linspace and arguments:
        letter = "c" if promote(*arguments).letter == "c" else "f" if promote(*arguments).surely_real else "?"
        known = letter != "?"
    dtypes = frozenset(["float64"]) if letter == "f" else frozenset[str]()
    if dtype is not None and fact_of(dtype).type is np.dtype:
        dtypes = fact_of(dtype).dtypes  # `dtype=x.dtype`
    if function in LIKE and arguments and arguments[0].numeric:
        given = arguments[0].dtypes if dtype is None else dtypes
        return Fact("array", letter, arguments[0].rank, arguments[0].shape, given if known else None)
    rank, shape = _made_shape(function, node, arguments)
    return Fact("array", letter, rank, shape, dtypes if known else None)


def _made_shape(function: Any, node: gast.Call, arguments: list[Fact]) -> tuple[int | None, Shape | None]:
    """Rank and shape of what `np.zeros`, `np.arange`, ... make."""
    if function in CREATED:
        return _told_shape(arguments[0] if arguments else ANYTHING)
    lengths = [a.length for a in arguments]
    if function is np.arange and len(node.args) == 1 and not node.keywords and lengths[0] is not None:
        return 1, shape_of_lengths([lengths[0]])
    if function is np.linspace and len(node.args) == 3 and not node.keywords and lengths[2] is not None:
        return 1, shape_of_lengths([lengths[2]])
    return 2 if function in SQUARE else 1, None


def _told_shape(told: Fact) -> tuple[int | None, Shape | None]:
    """Rank and shape that an argument `shape` stands for."""
    if told.kind == "number":
        return 1, shape_of_lengths([told.length]) if told.length is not None else None
    if told.shape is not None and told.kind == "tuple":
        axes = axes_of(told.shape)
        return len(axes) if axes is not None else None, told.shape
    if told.items is None:
        return None, None
    lengths = [item.length for item in told.items if item.length is not None]
    return len(told.items), shape_of_lengths(lengths) if len(lengths) == len(told.items) else None


class Known(Protocol):
    """What is known of expressions, and of names that stand for objects."""

    def __call__(self, node: gast.expr, /) -> Fact:
        """The fact of an expression."""

    def object_of(self, node: gast.AST) -> Any:
        """The object that a path of names stands for."""


def result_of_rule(rule: registry.Rule, arguments: list[Fact], node: gast.Call, facts: Known) -> Fact | None:
    """The result of a call by its rule's word for its shape; None where the rule does not say."""
    if any(k.arg is None for k in node.keywords) or any(isinstance(a, gast.Starred) for a in node.args):
        return None
    dtype = keywords_of(node).get("dtype")
    if dtype is not None:
        letter = given_dtype(dtype, facts, facts.object_of)
        result = _by_shape(rule, arguments, node, facts) if letter in ("f", "c") else None  # rules refuse the others
        known = facts(dtype).dtypes
        return replace(result, letter=letter, dtypes=known) if result is not None else Fact("numeric", "?")
    result = _by_shape(rule, arguments, node, facts)
    return _with_letter(result, rule) if result is not None else None


def _by_shape(rule: registry.Rule, arguments: list[Fact], node: gast.Call, facts: Known) -> Fact | None:
    """The result of a call, but for the kind of number that it holds."""
    if rule.shape == "broadcast":
        return _broadcast(rule, arguments)
    if rule.shape == "same":
        return unvalued(arguments[0]) if arguments and arguments[0].numeric else None
    if rule.shape == "scalar":
        return _scalar(arguments)
    return _reduced(arguments, node) if rule.shape == "reduce" else _array(rule, arguments, node, facts)


def _with_letter(result: Fact, rule: registry.Rule) -> Fact:
    """The result with the kind of number that the rule tells."""
    function = rule.function
    if isinstance(function, np.ufunc) and all(types.endswith("?") for types in function.types):
        return replace(result, letter="b", dtypes=frozenset())
    if rule.returns == "complex":
        return replace(result, letter="c")
    if rule.returns == "real" and result.letter not in "ib":
        return replace(result, letter="f")
    if result.letter in "ib" and (rule.name.rpartition(".")[2] in _AVERAGES):
        return replace(result, letter="f")
    return result


def _broadcast(rule: registry.Rule, arguments: list[Fact]) -> Fact | None:
    if not arguments or not all(a.numeric for a in arguments):
        return None
    result = promote(*arguments)
    if rule.kind == "constant":
        return replace(result, letter="?" if result.letter != "c" else "c")
    if result.letter in "ib?" and rule.kind == "elementwise" and (result.letter != "?" or result.surely_real):
        return replace(result, letter="f")
    return result


def _array(rule: registry.Rule, arguments: list[Fact], node: gast.Call, fact_of: FactOf) -> Fact | None:
    """The result of a function of NumPy's that gives a number or an array of some shape."""
    path = rule.name.split(".")
    if path[0] != "numpy" or len(path) > 3 or path[1] in ("random", "polynomial", "ma"):
        return None
    if path[-1] in INDICES or rule.kind == "constant":
        return indices(path[-1], arguments, {word: fact_of(value) for word, value in keywords_of(node).items()})
    if path[-1] in _SPECTRA:
        return Fact("numeric" if path[-1] in ("eigvals", "roots") else "array", "c")
    if path[-1] in _SIGNALS:
        return Fact("numeric", "f")
    keywords = {word: fact_of(value) for word, value in keywords_of(node).items()}
    together = _together(arguments)
    parts = several(path[-1], together, arguments, keywords)
    if parts is not None or path[-1] not in _ARRAYS:
        return parts
    rank = rank_of_function(path[-1], arguments, keywords)
    certain = rank is not None or is_array(path[-1], arguments)
    kind = "number" if rank == 0 and path[-1] in SCALARS else "array" if certain else "numeric"
    return replace(together, kind=kind, rank=rank, shape=SCALAR if kind == "number" else None)


def _together(arguments: list[Fact]) -> Fact:
    """A number or an array of the kind that operands, and the items of sequences among them, have together."""
    operands = [a.item if a.container and a.item is not None else a for a in arguments if a.kind != "opaque"]
    together = promote(*operands) if operands else ANYTHING
    if not together.numeric:
        return Fact("numeric", "?")
    return Fact("numeric", "?" if together.letter in "ib" else together.letter, None, None, together.dtypes)


def _scalar(arguments: list[Fact]) -> Fact:
    """A number made of numbers, in arguments or in sequences of these."""
    parts = [a.item if a.container else a for a in arguments]
    if not parts or not all(part is not None and part.numeric for part in parts):
        return Fact("number", "?", 0, frozenset(), None)
    together = promote(*(part for part in parts if part is not None))
    return Fact("number", together.letter, 0, frozenset(), together.dtypes)


def _reduced(arguments: list[Fact], node: gast.Call) -> Fact | None:
    operand = arguments[0] if arguments else ANYTHING
    given = keywords_of(node)
    axis = node.args[1] if len(node.args) > 1 else given.get("axis")
    whole = axis is None or (isinstance(axis, gast.Constant) and axis.value is None)
    keepdims = "keepdims" in given or len(node.args) > 2
    if operand.container and operand.item is not None and operand.item.numeric:  # of a list, an array is made first
        rank = operand.item.rank + 1 if operand.item.rank is not None else None
        operand = replace(operand.item, kind="array", rank=rank, shape=None, value=None, length=None)
    if not operand.numeric:
        return Fact("number" if whole and not keepdims else "numeric", "?", 0 if whole and not keepdims else None)
    if whole and not keepdims:
        return Fact("number", operand.letter, 0, frozenset(), operand.dtypes)
    one = isinstance(axis, (gast.Constant, gast.UnaryOp))
    shape = _reduced_shape(operand.shape, axis, node) if axis is not None else None
    axes = axes_of(shape)
    if axes is not None:
        return Fact("array" if axes else "number", operand.letter, len(axes), shape, operand.dtypes)
    rank = operand.rank - 1 if operand.rank is not None and one and not keepdims else None
    kind = "number" if rank == 0 else "array" if rank else "numeric"
    return Fact(kind, operand.letter, rank, SCALAR if rank == 0 else None, operand.dtypes)


def _reduced_shape(shape: Shape | None, axis: gast.expr, node: gast.Call) -> Shape | None:
    """The shape that a reduction over constant axes leaves of one of known rank."""
    axes = axes_of(shape)
    keepdims = keywords_of(node).get("keepdims", constant(False))
    chosen = [_whole_number(each) for each in (axis.elts if isinstance(axis, gast.Tuple) else [axis])]
    if axes is None or None in chosen or not isinstance(keepdims, gast.Constant) or len(node.args) > 2:
        return None
    if any(k is None or not -len(axes) <= k < len(axes) for k in chosen):
        return None
    gone = {k % len(axes) for k in chosen if k is not None}
    if keepdims.value:
        return shape_of_axes(frozenset() if k in gone else axis for k, axis in enumerate(axes))
    return shape_of_axes(axis for k, axis in enumerate(axes) if k not in gone)


def _whole_number(node: gast.expr) -> int | None:
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        inner = _whole_number(node.operand)
        return -inner if inner is not None else None
    known = isinstance(node, gast.Constant) and type(node.value) is int
    return node.value if known else None
