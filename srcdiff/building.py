"""Building what a derivative calls: one text for real arguments, more where the kinds of the arguments matter.

A derivative is built when it is first used, and again when something that its text was made from has changed: a
captured function or global, or the table of rules.
"""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcdiff.binding import Callee, Captured, Kinds, Target, own_signature, place_of, resolve_targets, take_apart
from srcdiff.entry import PLAIN_TYPES
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import ArrayKind, Kind, NeedsKind, NumberKind, OpaqueKind, describe, kind_of, without_dims
from srcdiff.ownership import arrays_in, repeated_container, shared_pair
from srcdiff.request import Form, Generated, Request
from srcdiff.rules import registry
from srcdiff.structures import check_argument, describe_value, has_floats, is_array, is_container

__all__ = ["Builder", "Specialisation"]

LIMIT = 64
"""How many specialisations a derivative keeps; the one that was made first goes first."""

_building = threading.RLock()  # one for all: derivatives that are built from each other cannot lock each other out


@dataclass(frozen=True)
class Specialisation:
    """What was generated for arguments of certain kinds.

    Attributes
    ----------
    kinds : tuple
        (parameter, kind) of the parameters that are no real number or array, or whose kind was asked for.
    identities : tuple
        (parameter, object) of the arguments that the text was made for: callbacks, constants that choose a rule.
    bound : dict
        Parameters of the function that no caller gives, with their values.
    generated : Generated
        The text and what it defines.
    functions : dict
        The functions, compiled if that was asked for.
    captured : tuple
        (namespace, name, object) of everything that the text was made from.
    version : int
        The version of the table of rules.
    callee : Callee
        The primal, taken apart.
    """

    kinds: Kinds
    identities: tuple[tuple[str, Any], ...]
    bound: dict[str, Any]
    generated: Generated
    functions: dict[str, Callable[..., Any]]
    captured: Captured
    version: int
    callee: Callee

    @property
    def current(self) -> bool:
        """Whether everything that the text was made from is still what it was."""
        return self.version == registry.version and all(_same(*captured) for captured in self.captured)

    @property
    def guard(self) -> str:
        """What the arguments have to be, in words; empty for real numbers and arrays."""
        known = [f"{name} is {describe(kind)}" for name, kind in self.kinds]
        known += [f"{name} is {_short(value)}" for name, value in self.identities]
        return ", ".join(known)

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """The arguments of the generated functions."""
        return [values[name] if name in values else self.bound[name] for name in self.generated.parameters]


def _short(value: Any) -> str:
    return getattr(value, "__qualname__", None) or describe_value(value)


def _same(namespace: Any, name: str, value: Any) -> bool:
    missing = object()
    if isinstance(namespace, types.CellType):
        try:
            return bool(namespace.cell_contents is value)
        except ValueError:  # an empty cell
            return False
    if isinstance(namespace, dict):
        found = namespace.get(name, missing)
        if found is missing:
            found = vars(sys.modules["builtins"]).get(name, missing)
        return found is value
    return getattr(namespace, name, missing) is value


class Builder:
    """Generates what a derivative calls, and keeps it.

    Parameters
    ----------
    primal : callable
        What the derivative is of.
    entries : tuple
        The entries of `wrt`.
    form : str
        The form to generate.
    has_aux : bool
        Whether the primal returns (output, aux).
    compile_function : callable, optional
        What the generated functions go through.
    """

    def __init__(
        self,
        primal: Any,
        entries: tuple[int | str, ...],
        form: Form,
        has_aux: bool = False,
        compile_function: Callable[..., Any] | None = None,
    ) -> None:
        self.primal = primal
        self.entries = entries
        self.form = form
        self.has_aux = has_aux
        self._compile = compile_function
        self.specialisations: dict[Any, Specialisation] = {}
        self._asked: frozenset[str] = frozenset()
        self._apart: tuple[Callee, tuple[Target, ...], tuple[str, ...]] | None = None

    @property
    def callee(self) -> Callee:
        """The primal, taken apart on first use."""
        return self._take_apart()[0]

    @property
    def targets(self) -> tuple[Target, ...]:
        """What `wrt` means."""
        return self._take_apart()[1]

    @property
    def wrt(self) -> tuple[str, ...]:
        """The parameters that are differentiated by, each once."""
        return self._take_apart()[2]

    @property
    def compile_function(self) -> Callable[..., Any] | None:
        """What generated functions go through: what was asked for, or what the primal itself went through."""
        dispatcher = self.callee.dispatcher
        if self._compile is not None or dispatcher is None:
            return self._compile
        from srcdiff.numba.compiling import options_of

        return options_of(dispatcher)

    @property
    def compiled(self) -> bool:
        """Whether generated functions go through Numba, so that the text is for arguments of known kinds."""
        if self._compile is None:
            return self.callee.dispatcher is not None
        return goes_through_numba(self._compile)

    def _take_apart(self) -> tuple[Callee, tuple[Target, ...], tuple[str, ...]]:
        apart = self._apart
        if apart is None:
            callee = take_apart(self.primal)
            if self.form in ("adjoint", "value and adjoint"):
                _check_parameter_names(callee)
            targets = resolve_targets(self.entries, callee)
            wrt = tuple(dict.fromkeys(target.parameter for target in targets))
            apart = self._apart = (callee, targets, wrt)
        return apart

    def prepare(self, values: dict[str, Any]) -> Specialisation:
        """What serves these arguments, built if it has to be.

        Raises
        ------
        TypeError
            Where an argument under `wrt` has no floating parts.
        UnsupportedError
            Where there is no right derivative for these arguments.
        """
        self._check_arguments(values)
        found = self.specialisations.get(_key(*self._pattern(values)))
        if found is None or not found.current:
            with _building:
                self.drop_outdated()
                found = self._find_or_build(values)
        if found.generated.written:
            _check_sharing(found, values)
        return found

    def primary(self) -> Specialisation:
        """What serves real numbers and arrays: the text that is shown before there is a call."""
        values: dict[str, Any] = {}
        for p in self.callee.signature.parameters.values():
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                values[p.name] = () if p.kind is p.VAR_POSITIONAL else {}
            elif self.callee.constants_bound and p.default is not p.empty:
                values[p.name] = p.default
        kinds, identities = self._pattern({name: v for name, v in values.items() if name not in self.wrt})
        with _building:
            self.drop_outdated()
            return self._specialise(kinds, identities)

    def for_kinds(self, kinds: Kinds) -> Specialisation:
        """What serves arguments of these kinds, for a derivative of this derivative."""
        parameters = self.callee.signature.parameters
        identities: tuple[tuple[str, Any], ...] = ()
        if self.callee.constants_bound:
            identities = self._pattern({p.name: p.default for p in parameters.values() if p.default is not p.empty})[1]
        with _building:
            self.drop_outdated()
            return self._specialise(tuple(pair for pair in kinds if pair[0] in parameters), identities)

    def drop_outdated(self) -> None:
        """Forget everything if something that a text was made from has changed."""
        if not all(found.current for found in self.specialisations.values()):
            self.specialisations = {}
            self._asked = frozenset()
            self._apart = None

    def _find_or_build(self, values: dict[str, Any]) -> Specialisation:
        while True:
            kinds, identities = self._pattern(values)
            try:
                return self._specialise(kinds, identities)
            except NeedsKind as error:
                more = (set(error.names) & set(values)) - self._asked
                if not more:
                    raise
                self._asked |= more

    def _specialise(self, kinds: Kinds, identities: tuple[tuple[str, Any], ...]) -> Specialisation:
        key = _key(kinds, identities)
        found = self.specialisations.get(key)
        if found is None:
            found = self._build(kinds, identities)
            kept = list(self.specialisations.items())[-(LIMIT - 1) :]
            self.specialisations = dict([*kept, (key, found)])  # a new one: other threads may be reading
        return found

    def _build(self, kinds: Kinds, identities: tuple[tuple[str, Any], ...]) -> Specialisation:
        callee = self.callee
        _check_own_name(callee.function, self.primal)
        resolved = callee.resolved(kinds, identities)
        own = own_signature(resolved.function).parameters
        bound = {name: value for name, value in (*callee.bound, *resolved.bound) if name in own}
        known = {name: value for name, value in identities if name in own}
        request = Request(
            resolved.function,
            self.wrt,
            self.form,
            kinds=kinds,
            has_aux=self.has_aux,
            bound=tuple({**bound, **known}.items()),
            compiled=self.compiled,
        )
        from srcdiff import pipeline  # all the passes, which a program that only imports derivatives does not need

        generated = pipeline.generate(request)
        functions = self._compiled(generated)
        captured = (*generated.captured, *resolved.captured)
        return Specialisation(kinds, identities, bound, generated, functions, captured, registry.version, callee)

    def _compiled(self, generated: Generated) -> dict[str, Callable[..., Any]]:
        compile_function = self.compile_function
        if compile_function is None:
            return generated.functions
        if not self.compiled:
            return {role: compile_function(function) for role, function in generated.functions.items()}
        from srcdiff.numba.compiling import compile_module

        titles = {role: function.__name__ for role, function in generated.functions.items()}
        first = next(iter(titles.values()))
        parameters = self.callee.signature.parameters.values()
        defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
        compiled = compile_module(generated.text, first, generated.objects, compile_function, defaults)
        return {role: compiled[title] for role, title in titles.items()}

    def explain_compilation(self, error: Exception, found: Specialisation, arguments: list[Any]) -> None:
        """Raise what Numba says of the primal, or a refusal, if an error came from compiling an adjoint."""
        if not self.compiled or type(error).__module__ != "numba.core.errors":
            return
        from srcdiff.numba.compiling import explain

        explain(error, found.callee, arguments, place_of(found.callee.function))

    def _pattern(self, values: dict[str, Any]) -> tuple[Kinds, tuple[tuple[str, Any], ...]]:
        """The kinds that matter, and the arguments that a text is made for."""
        kinds: list[tuple[str, Kind]] = []
        identities: list[tuple[str, Any]] = []
        wrt = self.wrt
        for name, value in values.items():
            if name not in wrt and (_is_callback(value) or (self.callee.constants_bound and _is_constant(value))):
                identities.append((name, value))
                continue
            if self.callee.constants_bound and isinstance(value, tuple):  # the items of `*args`
                identities += [(f"{name}[{k}]", item) for k, item in enumerate(value) if _is_constant(item)]
            if self.compiled:
                kind: Kind | None = without_dims(kind_of(value))
            else:
                kind = kind_of(value) if name in self._asked else _distinct_kind(value)
            if kind is not None:
                kinds.append((name, kind))
        return tuple(kinds), tuple(identities)

    def _check_arguments(self, values: dict[str, Any]) -> None:
        wrt = self.wrt
        for name, value in values.items():
            if type(value) is not float:
                check_argument(value, name, name in wrt)
        for target in self.targets:
            part = target.of(values[target.parameter])
            if not has_floats(part):
                raise TypeError(_no_floats(str(target), part))


def goes_through_numba(compile_function: Callable[..., Any]) -> bool:
    """Whether this is `numba.njit` or made by it; what wraps it in a function of its own is told by what it makes."""
    if "numba" not in sys.modules:
        return False
    from srcdiff.numba.compiling import is_numba

    return is_numba(compile_function)


def _key(kinds: Kinds, identities: tuple[tuple[str, Any], ...]) -> Any:
    """What a specialisation is found by; constants by their text, since equal ones need not be one object."""
    return kinds, tuple((name, repr(value) if _is_constant(value) else _identity(value)) for name, value in identities)


def _no_floats(where: str, value: Any) -> str:
    problem = f"`{where}` is {describe_value(value)}, which has no floating parts to differentiate by"
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"{problem}: pass {float(value)!r}, or leave `{where}` out of `wrt`"
    if is_array(value) and value.dtype.kind in "iub":
        return f"{problem}: pass `{where}.astype(float)`, or leave `{where}` out of `wrt`"
    return f"{problem}: leave `{where}` out of `wrt`"


def _is_callback(value: Any) -> bool:
    """Whether a value is a function, or a list, tuple or dictionary of nothing but functions."""
    if type(value) in (list, tuple, dict) and value:
        return all(map(_is_callback, value.values() if isinstance(value, dict) else value))
    return callable(value) and not is_container(value)


def _identity(value: Any) -> Any:
    """What tells a callback from another one."""
    if type(value) is dict:
        return tuple((key, _identity(item)) for key, item in value.items())
    if type(value) in (list, tuple) and _is_callback(value):
        return type(value), tuple(map(_identity, value))
    return id(value)


def _is_constant(value: Any) -> bool:
    """Whether a value is one that a rule may be chosen by: an axis, a flag, a mode."""
    if isinstance(value, tuple):
        return all(_is_constant(item) for item in value)
    return value is None or isinstance(value, (bool, int, str, np.integer, np.bool_, np.dtype, slice))


def _distinct_kind(value: Any) -> Kind | None:
    """The kind of a value that the text for real numbers and arrays does not serve; None where that text does."""
    if type(value) in PLAIN_TYPES:
        return None
    kind = kind_of(value, exact=False)
    if isinstance(kind, (NumberKind, ArrayKind)):
        return kind if kind.dtype not in "fib" else None
    if isinstance(kind, OpaqueKind) and is_array(value):
        return ArrayKind("c") if value.dtype.kind == "c" else None
    return kind


def _check_parameter_names(callee: Callee) -> None:
    for name in ("gradient", "into"):
        if name in callee.signature.parameters:
            raise UnsupportedError(
                f"`{callee.name}` has a parameter named `{name}`, which a derivative has of its own",
                f"Use vjp({callee.name}, ...), or rename the parameter.",
                place_of(callee.function),
            )


def _check_own_name(function: Any, primal: Any) -> None:
    """Refuse a decorated function whose body calls its own name: that name now means the derivative."""
    code: types.CodeType | None = getattr(function, "__code__", None)
    if code is None or function is not primal:
        return
    name = code.co_name
    found = None
    if name in code.co_freevars and function.__closure__ is not None:
        cell = function.__closure__[code.co_freevars.index(name)]
        found = next((value for value in _contents(cell)), None)
    elif _reads_name(code, name):
        found = function.__globals__.get(name)
    if hasattr(type(found), "__srcdiff_callee__") and getattr(found, "primal", None) is primal:
        raise UnsupportedError(
            f"`{name}` calls its own name, which means its derivative since it is decorated",
            f"Leave `{name}` undecorated, and give the derivative a name of its own: d{name} = grad({name}).",
            place_of(function),
        )


def _contents(cell: types.CellType) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def _reads_name(code: types.CodeType, name: str) -> bool:
    return name in code.co_names or any(
        _reads_name(inner, name) for inner in code.co_consts if isinstance(inner, types.CodeType)
    )


def _check_sharing(found: Specialisation, values: dict[str, Any]) -> None:
    """Refuse a call in which what the primal writes into shares memory with anything else that it sees."""
    twice = repeated_container([n for n in found.generated.written if n in values], {**values, **dict(found.bound)})
    if twice is not None:
        raise UnsupportedError(
            f"{found.callee.name} writes into `{twice[0]}`, which is also `{twice[1]}`",
            f"Pass a copy: `copy.deepcopy({twice[1]})`.",
            place_of(found.callee.function),
        )
    written = [pair for name in found.generated.written if name in values for pair in arrays_in(values[name], name)]
    if not written:
        return
    others = [pair for name, value in {**values, **found.bound}.items() for pair in arrays_in(value, name)]
    for namespace, name, value in found.captured:
        if not isinstance(value, (types.ModuleType, types.FunctionType)) and namespace is not None:
            others += arrays_in(value, f"the captured `{name}`")
    pair = shared_pair(written, others)
    if pair is not None:
        raise UnsupportedError(
            f"{found.callee.name} writes into `{pair[0]}`, which shares memory with "
            + (pair[1] if pair[1].startswith("the captured") else f"`{pair[1]}`"),
            f"Pass a copy: `{pair[0]}.copy()`.",
            place_of(found.callee.function),
        )
