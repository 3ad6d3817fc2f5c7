"""Output cotangents: checked against the output, converted to its dtype, refused as a SeedError."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from srcdiff import runtime
from srcdiff.errors import SeedError
from srcdiff.structures import has_floats, is_array, is_container, is_float, map_structure, mirror
from srcdiff.tracebacks import note_reverse

__all__ = ["explain", "ones_for", "output_seed", "passed_seed", "template_of"]


def explain(error: Exception, gradient: Any) -> None:
    """Raise a SeedError if a generated text refused its seed; return otherwise, with a note on the reverse sweep."""
    if isinstance(error, TypeError):
        _explain_seed(error, gradient)
    note_reverse(error)


def _explain_seed(error: TypeError, gradient: Any) -> None:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is not None and traceback.tb_frame.f_code is runtime.seed.__code__:
        _refuse(str(error), gradient is None)


def _refuse(problem: str, missing: bool) -> NoReturn:
    if missing and "floating" not in problem:
        problem = (
            f"{problem}; without `gradient`, the output has to be a real number: pass `gradient`, or see `jacobian`"
        )
    raise SeedError(problem) from None


def output_seed(gradient: Any, output: Any) -> Any:
    """A seed for an output that is at hand, as a mirror.

    Raises
    ------
    SeedError
        Where it does not fit.
    """
    missing = gradient is None
    if missing:
        number = is_float(output) and np.size(output) == 1 and not np.iscomplexobj(output)
        if not number and has_floats(output):
            shape = f"has shape {np.shape(output)}" if is_float(output) else f"is a {type(output).__name__}"
            if np.iscomplexobj(output) and np.size(output) == 1:
                shape = "is complex"
            _refuse(f"the output {shape}", True)
        gradient = 1.0
    try:
        return runtime.seed(passed_seed(gradient, False), mirror(output))
    except (TypeError, ValueError) as error:
        _refuse(str(error), missing)


def passed_seed(gradient: Any, scalar: bool) -> Any:
    """A seed as a generated function takes it; `scalar` where the text neither checks nor converts it.

    Raises
    ------
    SeedError
        Where it is no number although the output is one, or no array of numbers.
    """
    if is_container(gradient) and not scalar:
        return mirror(gradient)
    try:
        array = gradient if is_array(gradient) else np.asarray(gradient)
    except ValueError:
        raise SeedError("`gradient` is neither a number nor an array") from None
    if not scalar:
        return array
    if array.shape != () or array.dtype.kind not in "fiub":
        what = f"shape {array.shape}" if array.shape else f"dtype {array.dtype}"
        raise SeedError(f"the output is a real number, `gradient` has {what}")
    return float(array)


def ones_for(output: Any) -> Any:
    """Ones in the shape of the output, as a mirror.

    Raises
    ------
    SeedError
        Where the output has no floating parts.
    """
    if not has_floats(output):
        raise SeedError(f"the output, a {type(output).__name__}, has no floating parts")
    return mirror(map_structure(_ones, output))


def _ones(leaf: Any) -> Any:
    if not is_float(leaf):
        return None
    return np.ones_like(leaf)[()] if np.ndim(leaf) == 0 else np.ones_like(leaf)


def template_of(output: Any) -> Any:
    """A stand-in for an output, with its structure, shapes and dtypes but without its memory."""

    def stand_in(leaf: Any) -> Any:
        return np.broadcast_to(np.zeros((), leaf.dtype), leaf.shape) if isinstance(leaf, np.ndarray) else leaf

    return map_structure(stand_in, output)
