"""np.einsum: explicit and implicit output, ellipsis, repeated and broadcast labels, both ways of giving operands."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcdiff.rules.registry import adjoint, constant, tangent
from srcdiff.runtime import unbroadcast

__all__ = ["einsum_gradient", "einsum_labels"]


def einsum_labels(operands: tuple[Any, ...]) -> tuple[list[list[int]], list[int], list[Any]]:
    """The labels of each operand, those of the output, and the operands, of the arguments of `np.einsum`.

    Labels are integers; the axes under an ellipsis get labels of their own, counted from the right: they are
    broadcast against each other like the axes of an ufunc's operands.
    """
    if isinstance(operands[0], str):
        text, arrays = operands[0].replace(" ", ""), list(operands[1:])
        inputs, arrow, result = text.partition("->")
        written: list[list[Any]] = [list(term.replace("...", ".")) for term in inputs.split(",")]
        output: list[Any] | None = list(result.replace("...", ".")) if arrow else None
        known = sorted({label for term in written for label in term} - {"."})
        numbers: dict[Any, int] = {label: k for k, label in enumerate(known)}
    else:
        arrays, terms = list(operands[: len(operands) // 2 * 2 : 2]), list(operands[1::2])
        written = [["." if label is Ellipsis else label for label in term] for term in terms]
        output = None
        if len(operands) % 2:
            output = ["." if label is Ellipsis else label for label in operands[-1]]
        known = sorted({label for term in written for label in term} - {"."})
        numbers = {label: k for k, label in enumerate(known)}
    ranks = [np.ndim(x) - len(term) + 1 for x, term in zip(arrays, written, strict=True) if "." in term]
    ellipsis = list(range(len(known), len(known) + max(ranks, default=0)))

    def resolve(term: list[Any], rank: int) -> list[int]:
        labels: list[int] = []
        for label in term:
            labels.extend(ellipsis[len(ellipsis) - rank :] if label == "." else [numbers[label]])
        return labels

    labels = [resolve(term, np.ndim(x) - len(term) + 1) for x, term in zip(arrays, written, strict=True)]
    if output is None:
        counts = [label for term in written for label in term]
        return labels, ellipsis + [numbers[label] for label in known if counts.count(label) == 1], arrays
    return labels, resolve(output, len(ellipsis)), arrays


def einsum_gradient(gradient: Any, operands: tuple[Any, ...], position: int, optimize: Any = False) -> Any:
    """The gradient of `np.einsum(*operands)` with respect to the array at `position` among the arrays.

    It is the einsum of the gradient and the conjugates of the other arrays, to the labels of this one. A label that
    stands in this array alone is broadcast, an axis of length 1 that was broadcast is summed, a label that stands
    here twice puts the result on a diagonal.
    """
    labels, output, arrays = einsum_labels(operands)
    own, x = labels[position], arrays[position]
    distinct = list(dict.fromkeys(own))
    others = [k for k in range(len(arrays)) if k != position]
    available = [label for label in distinct if label in output or any(label in labels[k] for k in others)]
    terms: list[Any] = [gradient, output]
    for k in others:
        terms += [np.conj(arrays[k]), labels[k]]
    reduced = np.einsum(*terms, available, optimize=optimize)
    lengths = {label: np.shape(x)[axis] for axis, label in enumerate(own)}
    for axis, label in enumerate(available):
        if lengths[label] == 1 and reduced.shape[axis] != 1:
            reduced = reduced.sum(axis=axis, keepdims=True)
    missing = [axis for axis, label in enumerate(distinct) if label not in available]
    for axis in missing:
        reduced = np.expand_dims(reduced, axis)
    spread = np.broadcast_to(reduced, [lengths[label] for label in distinct])
    if len(distinct) == len(own):
        return unbroadcast(spread, x)
    x_bar = np.zeros(np.shape(x), spread.dtype)
    np.einsum(x_bar, own, distinct)[...] = spread  # a view of the diagonal
    return unbroadcast(x_bar, x)


@adjoint(np.einsum, active=("operands",), inline=False)
def einsum(*operands: Any, optimize: Any = False, gradient: Any) -> list[Any]:
    """One gradient for each positional argument of `np.einsum`, None for the subscripts."""
    _, _, arrays = einsum_labels(operands)
    gradients = [
        einsum_gradient(gradient, operands, k, optimize) if np.result_type(x).kind in "fc" else None
        for k, x in enumerate(arrays)
    ]
    if isinstance(operands[0], str):
        return [None, *gradients]
    sublists = [[None] * len(term) for term in operands[1::2]]
    paired = [item for pair in zip(gradients, sublists, strict=False) for item in pair]
    return [*paired, [None] * len(operands[-1])] if len(operands) % 2 else paired


@tangent(np.einsum, inline=False)
def einsum_tangent(*operands: Any, optimize: Any = False, operands_dot: Any) -> Any:
    """The product rule over the operands; a tangent that is None is left out."""
    places = range(1, len(operands)) if isinstance(operands[0], str) else range(0, len(operands) // 2 * 2, 2)
    total: Any = 0.0
    for k in places:
        x_dot = operands_dot[k]
        if x_dot is not None and np.result_type(operands[k]).kind in "fc":
            total = total + np.einsum(*operands[:k], x_dot, *operands[k + 1 :], optimize=optimize)
    return total


constant(np.einsum_path)
