"""What the pipeline is asked for, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from srcdiff.kinds import Kind

__all__ = ["Form", "Generated", "Request"]

Form = Literal["adjoint", "value and adjoint", "split", "tangent"]


@dataclass(frozen=True)
class Request:
    """What is to be generated.

    Attributes
    ----------
    primal : function
        A Python function (methods, partials and callable objects are taken apart by the caller: see `bound`).
    wrt : tuple of str
        Names of the parameters to differentiate by.
    form : str
        "adjoint": `f_adjoint(*parameters, gradient=1.0)` returns one gradient for each of `wrt`, bare if there is one.
        "value and adjoint": `f_value_and_adjoint(...)` returns (output, gradients).
        "split": `f_forward(*parameters)` returns (output, residuals), `f_reverse(residuals, gradient)` the gradients.
        "tangent": `f_tangent(*parameters, *tangents)`, one tangent for each of `wrt`, returns (output, output_tangent).
    kinds : mapping of str to Kind, optional
        What is known of the parameters; a parameter that is not named is a real number or array.
    has_aux : bool
        The primal returns (output, aux); the first two forms return (gradients, aux) and ((output, aux), gradients).
    bound : mapping of str to object
        Parameters with a known value (`self` of a bound method, arguments of a partial).
    lean : frozenset of str, optional
        The lean passes to run; all by default, none for the naive text.
    compiled : bool
        The text is for Numba.
    """

    primal: Callable[..., Any]
    wrt: tuple[str, ...]
    form: Form = "adjoint"
    kinds: tuple[tuple[str, Kind], ...] = ()
    has_aux: bool = False
    bound: tuple[tuple[str, Any], ...] = ()
    lean: frozenset[str] | None = None
    compiled: bool = False


@dataclass(frozen=True)
class Generated:
    """What came of a request.

    Attributes
    ----------
    text : str
        The whole generated module.
    functions : dict
        The functions that the form names: "adjoint" (the first two forms), "forward" and "reverse", or "tangent".
    parameters : tuple of str
        The primal's parameters, in the order in which the functions take them.
    scalar : bool
        The output is proved a real number, so the text neither checks nor converts `gradient`.
    written : tuple of str
        Parameters that the primal writes into: sharing memory with another argument has to be refused.
    captured : tuple
        (namespace, name, object) for each global or captured name that the text was made from: the namespace is a
        dictionary of globals, a closure cell, or an object that has the attribute.
    reusable : bool
        `f_reverse` leaves the residuals as they are, so that it may be called on them again ("split" only).
    body : str
        The module without its imports.
    origins : tuple
        The line of the primal, or of a function that it calls, that each line of the text came from; None for others.
    objects : dict
        The objects that names at module level stand for.
    """

    text: str
    functions: dict[str, Callable[..., Any]]
    parameters: tuple[str, ...]
    scalar: bool
    written: tuple[str, ...] = ()
    captured: tuple[tuple[Any, str, Any], ...] = ()
    reusable: bool = False
    body: str = ""
    origins: tuple[int | None, ...] = ()
    objects: dict[str, Any] = field(default_factory=dict)
