"""Derivatives inside jitted functions: as globals, captured variables and arguments; and `grad(f)` made in there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
from numba import types
from numba.core.errors import TypingError
from numba.extending import overload

import srcdiff
from srcdiff.errors import SrcdiffError
from srcdiff.kinds import ArrayKind, Kind, NumberKind, OpaqueKind, SequenceKind
from srcdiff.numba.overloads import literal_value

if TYPE_CHECKING:
    from srcdiff.derivative import Derivative

__all__ = ["TypedDerivative", "kind_of_type"]


class TypedDerivative:
    """What Numba takes for the dispatcher of a derivative: it finds the generated function for the argument types.

    Parameters
    ----------
    derivative : Derivative
        The derivative.
    """

    def __init__(self, derivative: Derivative) -> None:
        self.derivative = derivative
        self._dispatchers: dict[Any, Any] = {}

    is_compiling = False
    """A derivative is no function that could be calling itself."""

    def get_call_template(self, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        """The template of the call, as `numba.core.types.Dispatcher` asks for it."""
        dispatcher = self._dispatcher(args, kws)
        template, signature, folded, keywords = dispatcher.get_call_template(args, kws)
        self._dispatchers[tuple(folded)] = dispatcher
        return template, signature, folded, keywords

    def get_overload(self, args: tuple[Any, ...]) -> Any:
        """The entry point that was compiled for these types."""
        return self._dispatchers[tuple(args)].get_overload(args)

    @property
    def nopython_signatures(self) -> list[Any]:
        """The signatures that were compiled so far."""
        return [s for dispatcher in self._dispatchers.values() for s in dispatcher.nopython_signatures]

    def _dispatcher(self, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        try:
            kinds = self._kinds(args, kws)
            return self.derivative.compiled_for(kinds)
        except SrcdiffError as error:
            raise TypingError(str(error)) from error

    def _kinds(self, args: tuple[Any, ...], kws: dict[str, Any]) -> tuple[tuple[str, Kind], ...]:
        signature = self.derivative.__signature__
        try:
            bound = signature.bind(*args, **kws).arguments
        except TypeError as error:
            raise TypingError(f"{self.derivative!r}: {error}") from None
        parameters = [name for name in signature.parameters if name not in ("gradient", "into")]
        kinds = []
        for name in parameters:
            default = signature.parameters[name].default
            kinds.append((name, kind_of_type(bound[name] if name in bound else numba.typeof(default))))
        return tuple(kinds)


def kind_of_type(kind: Any) -> Kind:
    """The kind of the values of a Numba type."""
    kind = types.unliteral(kind.type if isinstance(kind, types.Optional) else kind)
    if isinstance(kind, types.Omitted):
        kind = numba.typeof(kind.value)
    if isinstance(kind, types.Array):
        return ArrayKind(_letter(kind.dtype), kind.ndim, None)
    if isinstance(kind, (types.Number, types.Boolean)):
        return NumberKind(_letter(kind))
    if isinstance(kind, types.BaseTuple):
        return SequenceKind(tuple, tuple(kind_of_type(item) for item in kind))
    if isinstance(kind, types.NoneType):
        return OpaqueKind(type(None))
    raise TypingError(f"a derivative called from a jitted function takes numbers, arrays and tuples, no {kind}")


def _letter(kind: Any) -> str:
    letters = {types.Boolean: "b", types.Integer: "i", types.Float: "f", types.Complex: "c"}
    return next((letter for base, letter in letters.items() if isinstance(kind, base)), "O")


@overload(srcdiff.grad, prefer_literal=True, strict=False)
def _grad(fun: Any, wrt: Any = 0) -> Any:
    return _maker(srcdiff.grad, fun, wrt)


@overload(srcdiff.value_and_grad, prefer_literal=True, strict=False)
def _value_and_grad(fun: Any, wrt: Any = 0) -> Any:
    return _maker(srcdiff.value_and_grad, fun, wrt)


def _maker(make: Any, fun: Any, wrt: Any) -> Any:
    """What a call in a jitted function stands for: a derivative that is made while that is compiled."""
    if not isinstance(fun, types.Dispatcher):
        return None
    primal = fun.dispatcher
    if isinstance(primal, TypedDerivative):
        primal = primal.derivative
    value = literal_value(wrt)
    if isinstance(value, types.BaseTuple):
        value = tuple(literal_value(item) for item in value.types)
    derivative = make(primal, value)
    return lambda fun, wrt=0: derivative
