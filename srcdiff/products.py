"""Jacobian-vector products: `vjp` and `jvp`, and the pullbacks and pushforwards that Jacobians are made of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from srcdiff.building import Builder, Specialisation
from srcdiff.cache import Recent, identity
from srcdiff.derivative import Derivative, finished_gradients
from srcdiff.errors import UnsupportedError
from srcdiff.ownership import owned
from srcdiff.request import Form
from srcdiff.seeds import explain, output_seed, template_of
from srcdiff.structures import (
    children,
    describe_value,
    has_floats,
    in_structure_of,
    is_array,
    is_container,
    is_float,
    mirror,
    rebuilt,
)
from srcdiff.tangents import zero_tangent

__all__ = ["Linearised", "Pushing", "bound_values", "jvp", "pushforward", "shared_builder", "tangent_like", "vjp"]

_builders: Recent[Builder] = Recent()


def shared_builder(fun: Any, entries: tuple[int | str, ...], form: Form) -> Builder:
    """The builder of a function: the same as before for the same function and options."""
    return _builders.get((identity(fun), entries, form), lambda: Builder(fun, entries, form))


def bound_values(builder: Builder, args: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """The arguments by parameter, defaults included."""
    bound = builder.callee.signature.bind(*args, **keywords)
    bound.apply_defaults()
    return dict(bound.arguments)


class Linearised:
    """One evaluation of a function, from which any number of pullbacks can be taken.

    Parameters
    ----------
    builder : Builder
        Of the form "split".
    values : dict
        The arguments by parameter; it is up to the caller that nobody writes into them.
    """

    def __init__(self, builder: Builder, values: dict[str, Any]) -> None:
        found = builder.prepare(values)
        raw, self._residuals = found.functions["forward"](*found.arguments(values))
        finish = found.callee.finish
        self.output = raw if finish is None else finish(values, raw)
        self._reverse = found.functions["reverse"]
        self._reusable = found.generated.reusable
        self._wrt, self._targets = builder.wrt, builder.targets
        self._values = {name: template_of(values[name]) for name in self._wrt}
        self._template = template_of(self.output)

    def pullback(self, gradient: Any) -> tuple[Any, ...]:
        """One gradient for each entry of `wrt`, for a cotangent in the output's structure."""
        seed = output_seed(gradient, self._template)
        residuals = self._residuals if self._reusable else owned(self._residuals)
        try:
            gradients = self._reverse(residuals, seed)
        except Exception as error:
            explain(error, gradient)
            raise
        return finished_gradients(gradients, self._wrt, self._targets, self._values)


def vjp(fun: Callable[..., Any], /, *primals: Any, **constants: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The output of a function, and its pullback: the product of any cotangent with the Jacobian.

    Parameters
    ----------
    fun : callable
        The function.
    *primals
        Its positional arguments. Those without floating parts are constants.
    **constants
        Its keyword arguments, which no derivative is taken by.

    Returns
    -------
    output : object
        What `fun` returns.
    pullback : callable
        `pullback(gradient)` returns a tuple with one gradient for each of `primals`, None for constants. It may be
        called any number of times, and later changes to the arguments or to the output don't reach it.

    Raises
    ------
    TypeError
        Where none of `primals`, or nothing in the output, has floating parts.
    """
    differentiated = _differentiated(primals)
    fun, constants = _with_seed(fun, constants)
    builder = shared_builder(fun, differentiated, "split")
    values: dict[str, Any] = owned(bound_values(builder, primals, constants))
    evaluated = Linearised(builder, values)
    output = owned(evaluated.output)
    if not has_floats(output):
        raise TypeError(f"the output is {describe_value(output)}, which has no floating parts")
    del evaluated.output

    def pullback(gradient: Any) -> tuple[Any, ...]:
        gradients: list[Any] = [None] * len(primals)
        for position, part in zip(differentiated, evaluated.pullback(gradient)):
            gradients[position] = part
        return tuple(gradients)

    return output, pullback


def _differentiated(primals: tuple[Any, ...]) -> tuple[int, ...]:
    positions = tuple(k for k, primal in enumerate(primals) if has_floats(primal) or _refused_later(primal))
    if not positions:
        listed = ", ".join(describe_value(primal) for primal in primals) or "none"
        raise TypeError(f"no argument has floating parts to differentiate by: {listed}; write 2.0 where 2 stands")
    return positions


def _with_seed(fun: Callable[..., Any], constants: dict[str, Any]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """A derivative with its own `gradient` bound, where that is among the constants."""
    if isinstance(fun, Derivative) and "gradient" in constants:
        rest = {name: value for name, value in constants.items() if name != "gradient"}
        return functools.partial(fun, gradient=constants["gradient"]), rest
    return fun, constants


def _refused_later(primal: Any) -> bool:
    """Whether a type is one that is named in a message of its own: see `structures.check_argument`."""
    return type(primal).__module__.partition(".")[0] == "pandas"


def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, /, **constants: Any) -> tuple[Any, Any]:
    """The output of a function, and its derivative along `tangents`.

    Parameters
    ----------
    fun : callable
        The function.
    primals : tuple or list
        Its positional arguments. Those without floating parts are constants.
    tangents : tuple or list
        One for each of `primals`, in its structure and shape; None for constants.
    **constants
        Its keyword arguments, which no derivative is taken by.

    Returns
    -------
    output, output_tangent : object
        The tangent has the output's structure, None for leaves without floating parts.

    Raises
    ------
    TypeError
        Where `tangents` do not fit `primals`.
    """
    for name, group in (("primals", primals), ("tangents", tangents)):
        if not isinstance(group, (tuple, list)):
            raise TypeError(f"`{name}` is {describe_value(group)}: pass a tuple with one entry for each argument")
    if len(primals) != len(tangents):
        raise TypeError(f"mismatched tangents: {len(primals)} primals, {len(tangents)} tangents")
    primals = tuple(primals)
    fun, constants = _with_seed(fun, constants)
    converted = tuple(tangent_like(p, t, f"tangents[{k}]") for k, (p, t) in enumerate(zip(primals, tangents)))
    builder = shared_builder(fun, _differentiated(primals), "tangent")
    values = bound_values(builder, primals, constants)
    directions = dict(builder.callee.signature.bind_partial(*converted).arguments)
    return pushforward(builder, values, directions)


class Pushing:
    """A function at a point, of which any number of derivatives along directions can be taken.

    Parameters
    ----------
    builder : Builder
        Of the form "tangent".
    values : dict
        The arguments by parameter.
    """

    def __init__(self, builder: Builder, values: dict[str, Any]) -> None:
        self._found = found = builder.prepare(values)
        self._function = _tangent_function(found)
        self._arguments = found.arguments(values)
        self._wrt, self._values = builder.wrt, values

    def __call__(self, directions: dict[str, Any]) -> tuple[Any, Any]:
        """The output, and its tangent in the output's structure, along directions that are given by parameter."""
        tangents = [_mirrored(directions[name], self._values[name]) for name in self._wrt]
        raw, tangent = self._function(*self._arguments, *tangents)
        finish = self._found.callee.finish
        output = raw if finish is None else finish(self._values, raw)
        if not has_floats(output):
            raise TypeError(f"the output is {describe_value(output)}, which has no floating parts")
        return output, in_structure_of(output, mirror(tangent), "output")


def pushforward(builder: Builder, values: dict[str, Any], directions: dict[str, Any]) -> tuple[Any, Any]:
    """The output and its tangent along `directions`, which are given by parameter."""
    output, tangent = Pushing(builder, values)(directions)
    return owned(output), tangent


def _mirrored(tangent: Any, primal: Any) -> Any:
    """A tangent as generated text takes it: integers have a floating zero, as they have inside the text."""
    if not is_container(primal):
        return zero_tangent(primal) if tangent is None else tangent
    parts = [_mirrored(part, item) for (_, part), (_, item) in zip(children(tangent), children(primal))]
    return mirror(rebuilt(tangent, parts))


def _tangent_function(found: Specialisation) -> Callable[..., Any]:
    function = found.functions.get("tangent")
    if function is None:
        raise UnsupportedError("forward mode", "Use `vjp`, `jacrev` or `hvp`, which work in reverse mode.")
    return function


def tangent_like(primal: Any, tangent: Any, where: str) -> Any:
    """A tangent in the structure, shapes and dtypes of its primal.

    Raises
    ------
    TypeError
        Where it does not fit.
    """
    if is_container(primal):
        ours, theirs = list(children(primal, where)), []
        if is_container(tangent) and isinstance(tangent, type(primal)):
            theirs = list(children(tangent, where))
        if [path for path, _ in ours] != [path for path, _ in theirs]:
            raise TypeError(
                f"mismatched tangents: `{where}` is {describe_value(tangent)}, its primal {describe_value(primal)}"
                f" with {len(ours)} items"
            )
        return rebuilt(primal, [tangent_like(p, t, path) for (path, p), (_, t) in zip(ours, theirs)])
    if not is_float(primal):
        if tangent is not None:
            raise TypeError(
                f"mismatched tangents: `{where}` is {describe_value(tangent)}, "
                f"its primal {describe_value(primal)} has no floating parts: pass None"
            )
        return None
    return _tangent_leaf(primal, tangent, where)


def _tangent_leaf(primal: Any, tangent: Any, where: str) -> Any:
    dtype = primal.dtype if is_array(primal) else np.asarray(primal).dtype
    array = tangent if is_array(tangent) else np.asarray(tangent)
    fits = array.dtype.kind in ("fciub" if dtype.kind == "c" else "fiub")
    if not fits or array.shape != np.shape(primal):
        raise TypeError(
            f"mismatched tangents: `{where}` is {describe_value(tangent)}, its primal {describe_value(primal)}"
        )
    array = array.astype(dtype)
    return array if is_array(primal) else array[()]
