"""A generated module through Numba: every function in it, and every helper that it calls."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any

import numba

from srcdiff.errors import Place, SeedError, UnsupportedError
from srcdiff.load import load
from srcdiff.numba.caching import STAMP, install, stamp_of
from srcdiff.numba.folding import register_helper
from srcdiff.numba.overloads import HELPERS

__all__ = ["compile_module", "compiled_helper", "is_numba", "options_of"]

Compile = Callable[..., Any]


def is_numba(compile_function: Compile | None) -> bool:
    """Whether functions go through Numba here: `numba.njit`, or something that ends there."""
    while compile_function is not None and hasattr(compile_function, "func"):  # a partial
        compile_function = compile_function.func
    if compile_function is None:
        return False
    return (getattr(compile_function, "__module__", None) or "").partition(".")[0] == "numba"


def options_of(dispatcher: Any) -> Compile:
    """What compiles a function as this dispatcher compiles its own."""
    options = {key: value for key, value in dispatcher.targetoptions.items() if key not in ("nopython", "inline")}
    cached = type(getattr(dispatcher, "_cache", None)).__name__ != "NullCache"
    compiler: Compile = numba.njit(cache=cached, **options)
    return compiler


def compile_module(
    text: str,
    title: str,
    namespace: Mapping[str, Any],
    compile_function: Compile,
    defaults: Mapping[str, Any] | None = None,
) -> dict[str, Callable[..., Any]]:
    """The functions of a generated text, compiled; they call each other compiled.

    Parameters
    ----------
    text : str
        The module.
    title : str
        What it is called in tracebacks.
    namespace : mapping
        Names that the text uses beside its own imports.
    compile_function : callable
        What every function goes through.
    defaults : mapping, optional
        Defaults of the primal's parameters, for calls from jitted functions.
    """
    from srcdiff.numba import templates  # noqa: F401  # they refer to rules, which are loaded by now

    install()
    functions = load(text, title, namespace, module=True)
    names = next(iter(functions.values())).__globals__
    names[STAMP] = stamp_of(text, namespace)
    for name, value in list(names.items()):
        if name in functions or not _needs_compiling(value):
            continue
        if value.__module__.startswith("srcdiff."):
            register_helper(value)
        else:
            names[name] = compiled_helper(value)
    for name, function in functions.items():
        _give_defaults(function, defaults or {})
        names[name] = compile_function(function)
    return {name: names[name] for name in functions}


def explain(error: Exception, callee: Any, arguments: list[Any], place: Place | None) -> None:
    """Raise Numba's own message where the primal does not compile; refuse where only its adjoint does not."""
    if "SeedError" in str(error) or "`gradient`" in str(error):
        raise SeedError("the output has several parts: pass `gradient` in its structure") from None
    primal = callee.dispatcher or compiled_helper(callee.function)
    count = len(callee.signature.parameters)
    if callee.bound or len(arguments) < count:
        return
    primal.compile(tuple(numba.typeof(argument) for argument in arguments[:count]))
    reasons = [line.strip() for line in str(error).splitlines() if line.strip() and "pipeline" not in line]
    raise UnsupportedError(
        f"the adjoint of `{callee.name}` under Numba ({reasons[0] if reasons else type(error).__name__})",
        f"Differentiate the plain function: grad({callee.name}.py_func), or what `compile` is given without it.",
        place,
    ) from error


def _give_defaults(function: Any, defaults: Mapping[str, Any]) -> None:
    """Give a generated function the defaults of its primal, before that of `gradient`."""
    own: tuple[Any, ...] = function.__defaults__ or ()
    parameters = function.__code__.co_varnames[: function.__code__.co_argcount - len(own)]
    given: list[Any] = []
    for parameter in reversed(parameters):
        if parameter not in defaults:
            break
        given.insert(0, defaults[parameter])
    function.__defaults__ = (*given, *own) or None


def _needs_compiling(value: Any) -> bool:
    return isinstance(value, types.FunctionType) and value not in HELPERS


def compiled_helper(function: Any, made: dict[types.FunctionType, Any] | None = None) -> Any:
    """A plain function that is called from compiled code, compiled with what it calls in turn."""
    made = {} if made is None else made
    if function in made:
        return made[function]
    names = dict(function.__globals__)
    own = types.FunctionType(
        function.__code__,
        names,
        function.__name__,
        function.__defaults__,
        _compiled_cells(function, made),
    )
    own.__module__ = function.__module__
    made[function] = numba.njit(own)
    for name in function.__code__.co_names:
        value = names.get(name)
        if isinstance(value, types.FunctionType) and value not in HELPERS:
            names[name] = compiled_helper(value, made)
    return made[function]


def _compiled_cells(
    function: types.FunctionType, made: dict[types.FunctionType, Any]
) -> tuple[types.CellType, ...] | None:
    cells = function.__closure__
    if cells is None:
        return None
    values = []
    for cell in cells:
        try:
            value = cell.cell_contents
        except ValueError:
            values.append(cell)
            continue
        compiled = compiled_helper(value, made) if _needs_compiling(value) else value
        values.append(types.CellType(compiled))
    return tuple(values)
