"""The object that `grad` and its relatives return: called like the primal, shown as the text that it runs."""

from __future__ import annotations

import functools
import html
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any, Literal, cast

import numpy as np

from srcdiff.binding import Callee, Kinds, Resolved, Target
from srcdiff.building import Builder, Specialisation
from srcdiff.cache import Recent, identity
from srcdiff.entry import Branch, entry_function
from srcdiff.errors import UnsupportedError
from srcdiff.kinds import MappingKind, NeedsKind, RecordKind, SequenceKind
from srcdiff.load import load
from srcdiff.names import Names
from srcdiff.ownership import arrays_in, owned
from srcdiff.request import Form
from srcdiff.seeds import explain, ones_for, output_seed, passed_seed
from srcdiff.structures import add_into, in_structure_of, in_tuples, mirror

__all__ = ["Derivative", "Mode", "derivative_of", "finished_gradients"]

Mode = Literal["grad", "value_and_grad", "elementwise_grad"]
FORMS: dict[Mode, Form] = {"grad": "adjoint", "value_and_grad": "value and adjoint", "elementwise_grad": "split"}


class Derivative:
    """The derivative of a function, built when it is first used.

    Every instance has a class of its own, so that its `__call__` can be a generated function that binds the arguments
    as the primal does: calling a derivative costs little more than calling the adjoint directly.

    Parameters
    ----------
    primal : callable
        The function.
    mode : str
        "grad", "value_and_grad" or "elementwise_grad".
    entries : tuple
        The entries of `wrt`.
    single : bool
        One gradient is returned, rather than a tuple.
    has_aux : bool
        The primal returns (output, aux).
    compile_function : callable, optional
        What the generated functions go through.
    """

    def __new__(cls, *_args: Any, **_options: Any) -> Derivative:  # noqa: PYI034
        """Make the instance and its class."""
        own = type(cls.__name__, (cls,), {"__module__": cls.__module__, "__doc__": cls.__doc__})
        return cast(Derivative, object.__new__(own))

    def __init__(
        self,
        primal: Callable[..., Any],
        mode: Mode,
        entries: tuple[int | str, ...] = (0,),
        single: bool = True,
        has_aux: bool = False,
        compile_function: Callable[..., Any] | None = None,
    ) -> None:
        named = primal
        while isinstance(named, functools.partial):
            named = named.func
        for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
            if hasattr(named, attribute):
                setattr(self, attribute, getattr(named, attribute))
        if not hasattr(self, "__name__"):
            self.__name__ = self.__qualname__ = type(named).__name__
        self._primal = primal
        self._mode: Mode = mode
        self._entries = entries
        self._single = single
        self._has_aux = has_aux
        self._compile = compile_function
        self._builder = Builder(primal, entries, FORMS[mode], has_aux, compile_function)
        self._installed: Any = None

    # --- calling -----------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The first call: makes the entry, which later calls reach directly."""
        self._install()
        return self(*args, **keywords)

    def _install(self) -> None:
        """Let calls go to an entry that knows what is generated so far."""
        builder = self._builder
        found = builder.specialisations
        if self._installed is found and "__call__" in vars(type(self)):
            return
        callee = builder.callee
        function = callee.function
        entry, text = entry_function(
            self.__name__,
            callee.signature,
            builder.wrt,
            [branch for branch in map(self._branch, self._ordered()) if branch is not None],
            self._slow,
            explain,
            getattr(function, "__globals__", {}),
        )
        self._entry_text = text
        self._installed = found
        type(self).__call__ = entry  # type: ignore[method-assign]

    def _ordered(self) -> list[Specialisation]:
        """The specialisations in an order that does not depend on the calls: the general text first."""
        return sorted(self._builder.specialisations.values(), key=lambda found: found.guard)

    def _branch(self, found: Specialisation) -> Branch | None:
        """What the entry has to know of a specialisation; None where only the slow path can serve it."""
        if any(target.steps for target in self._builder.targets):
            return None
        if any(isinstance(kind, (SequenceKind, MappingKind, RecordKind)) for _, kind in found.kinds):
            return None
        written = found.generated.written
        if written and any(True for _ in self._other_memory(found)):
            return None
        values = self._builder.callee.signature.parameters
        call = tuple(name if name in values else (found.bound[name],) for name in found.generated.parameters)
        return Branch(
            self._function(found),
            call,
            dict(found.kinds),
            found.identities,
            written,
            found.captured,
            found.generated.scalar and self._mode != "elementwise_grad",
            found.version,
            self._mode != "elementwise_grad",
            *self._finishing(),
        )

    @staticmethod
    def _other_memory(found: Specialisation) -> Any:
        """Arrays that the primal sees besides its arguments."""
        for name, value in found.bound.items():
            yield from arrays_in(value, name)
        for _, name, value in found.captured:
            if not isinstance(value, (types.ModuleType, types.FunctionType)):
                yield from arrays_in(value, name)

    def _finishing(self) -> tuple[Literal["", "value", "always"], Callable[[Any], Any] | None]:
        """When the function's result is not yet what the caller gets, and what makes it so."""
        bare = not self._single and len(self._builder.wrt) == 1

        def finish(result: Any) -> Any:
            gradients, value = self._unpacked(result)
            return self._packed((gradients,) if bare else gradients, value)

        if bare or self._has_aux:
            return "always", finish
        return ("value", finish) if self._mode == "value_and_grad" else ("", None)

    def _function(self, found: Specialisation) -> Callable[..., Any]:
        if self._mode != "elementwise_grad":
            return found.functions["adjoint"]
        forward, reverse = found.functions["forward"], found.functions["reverse"]

        def elementwise_adjoint(*arguments: Any) -> Any:
            output, residuals = forward(*arguments)
            return reverse(residuals, ones_for(output))

        return elementwise_adjoint

    def _slow(self, values: tuple[Any, ...], gradient: Any, into: Any) -> Any:
        """A call that no branch of the entry takes."""
        builder = self._builder
        by_name = dict(zip(builder.callee.signature.parameters, values))
        found = builder.prepare(by_name)
        self._install()
        result = self._evaluate(found, found.arguments(by_name), gradient)
        gradients, value = self._unpacked(result)
        gradients = finished_gradients(gradients, builder.wrt, builder.targets, by_name)
        final = gradients[0] if self._single else gradients
        if into is not None:
            final = add_into(into, final)
        return self._packed(final, value)

    def _evaluate(self, found: Specialisation, arguments: list[Any], gradient: Any) -> Any:
        """The generated function's own result for a seed that may be of any kind."""
        try:
            if self._mode == "elementwise_grad":
                output, residuals = found.functions["forward"](*arguments)
                seed = ones_for(output) if gradient is None else output_seed(gradient, output)
                return found.functions["reverse"](residuals, seed)
            if gradient is not None:
                seed = passed_seed(gradient, found.generated.scalar)
                arguments = [*arguments, in_tuples(seed) if self._builder.compiled else seed]
            return found.functions["adjoint"](*arguments)
        except Exception as error:
            explain(error, gradient)
            self._builder.explain_compilation(error, found, arguments)
            raise

    def _unpacked(self, result: Any) -> tuple[Any, Any]:
        """The gradients of a result, and what stands beside them: the value, aux, or both."""
        if self._mode == "value_and_grad":
            return result[1], result[0]
        return (result[0], result[1]) if self._has_aux else (result, None)

    def _packed(self, gradients: Any, value: Any) -> Any:
        """A result with gradients in their final form; what stands beside them shares no memory with arguments."""
        if self._mode == "value_and_grad":
            return owned(value), gradients
        return (gradients, owned(value)) if self._has_aux else gradients

    # --- looking -----------------------------------------------------------------------------------------------------

    @property
    def primal(self) -> Callable[..., Any]:
        """The function that this is the derivative of."""
        return self._primal

    @property
    def specializations(self) -> tuple[str, ...]:
        """What the arguments were in each text made so far, in words; empty for real numbers and arrays."""
        return tuple(found.guard for found in self._ordered())

    @property
    def source(self) -> str:
        """The generated text. Where the kinds of arguments matter: the guard, and every text made so far."""
        found = self._shown()
        if found is None:
            names = ", ".join(f"`{name}`" for name in self._needed)
            return f"# The text depends on the kind and rank of {names}: it is generated at the call.\n"
        if len(found) == 1 and not found[0].guard:
            return found[0].generated.text
        self._install()
        parts = [f"# What a call runs through: it chooses the text that fits the arguments.\n{self._entry_text}"]
        parts += [f"# Where {one.guard or 'the arguments are real'}:\n{one.generated.text}" for one in found]
        return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)

    def _shown(self) -> list[Specialisation] | None:
        """The specialisations to show; None where the first one needs a call."""
        self._builder.drop_outdated()
        if not self._builder.specialisations:
            try:
                self._builder.primary()
            except NeedsKind as error:
                self._needed = error.names
                return None
        return self._ordered()

    def __str__(self) -> str:
        return self.source

    def _repr_html_(self) -> str:
        """The primal and the generated text side by side, in a notebook."""
        texts = [inspect.getsource(self._builder.callee.function), self.source]
        columns = "".join(f'<td style="text-align: left"><pre>{html.escape(text)}</pre></td>' for text in texts)
        return f'<table><tr style="vertical-align: top">{columns}</tr></table>'

    def __repr__(self) -> str:
        wrt = [str(entry) for entry in self._entries]
        return f"<srcdiff.{self._mode} of {self.__qualname__} with respect to {', '.join(wrt)}>"

    @property
    def __signature__(self) -> inspect.Signature:
        """The primal's signature, with `gradient` and `into`."""
        signature = self._builder.callee.signature
        parameters = list(signature.parameters.values())
        kinds = {p.kind for p in parameters}
        keyword_only = bool(kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.KEYWORD_ONLY})
        kind = inspect.Parameter.KEYWORD_ONLY if keyword_only else inspect.Parameter.POSITIONAL_OR_KEYWORD
        added = [inspect.Parameter(name, kind, default=None) for name in ("gradient", "into")]
        at = len(parameters) - (inspect.Parameter.VAR_KEYWORD in kinds)
        parameters[at:at] = added
        return signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The generated function, so that `inspect.getsource` shows its lines."""
        try:
            found = self._shown()
        except Exception as error:  # whoever looks for an attribute expects no other exception
            raise AttributeError(f"there is no generated function: {error}") from error
        if not found:
            raise AttributeError("there is no generated function before a call")
        functions = found[0].generated.functions
        return functions["adjoint"] if "adjoint" in functions else functions["reverse"]

    # --- being a function --------------------------------------------------------------------------------------------

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A method of the instance, where a class has the derivative as an attribute."""
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        """By reference where a module has it under the primal's name, by the primal otherwise."""
        found: Any = sys.modules.get(getattr(self, "__module__", None) or "")
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__
        return _restored, (self._primal, self._mode, self._entries, self._single, self._has_aux, self._compile)

    def __copy__(self) -> Derivative:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Derivative:
        return self

    # --- in jitted functions -----------------------------------------------------------------------------------------

    @functools.cached_property
    def _typed(self) -> Any:
        from srcdiff.numba.dispatch import TypedDerivative

        return TypedDerivative(self)

    @property
    def _numba_type_(self) -> Any:
        """What Numba takes a derivative for: a jitted function."""
        from numba import types as numba_types

        return numba_types.Dispatcher(self._typed)

    def compiled_for(self, kinds: Kinds) -> Any:
        """The compiled function for arguments of these kinds, for calls from jitted functions."""
        builder = self._builder
        refused = None
        if not builder.compiled:
            refused = "a derivative of a plain function, called from a jitted one"
        elif not self._returns_as_generated or self._mode == "elementwise_grad":
            refused = f"{self!r}, called from a jitted function"
        if refused is None:
            found = builder.for_kinds(kinds)
            if set(found.generated.parameters) <= set(builder.callee.signature.parameters):
                return found.functions["adjoint"]
            refused = f"{self!r} with bound arguments, called from a jitted function"
        raise UnsupportedError(refused, "Decorate the primal with @numba.njit, and differentiate whole parameters.")

    # --- being a primal ----------------------------------------------------------------------------------------------

    def as_function(self, kinds: Kinds = (), gradient: Any = 1.0) -> Resolved:
        """A Python function with source that does what this derivative does, for arguments of these kinds.

        Its parameters are the primal's, some of them bound in the result: `gradient` is bound to the last one.
        Containers of gradients are mirrors (see `structures`).
        """
        builder = self._builder
        found = builder.for_kinds(kinds)
        bound = tuple((name, value) for name, value in found.bound.items() if name in found.generated.parameters)
        bound += found.identities
        if self._mode != "elementwise_grad" and self._returns_as_generated:
            function = found.generated.functions["adjoint"]
        else:
            text, name, namespace = self._wrapper(found)
            function = load(text, name, namespace)[name]
        seed = function.__code__.co_varnames[function.__code__.co_argcount - 1]
        if seed not in found.generated.parameters:
            bound += ((seed, mirror(gradient)),)
        elif not (isinstance(gradient, float) and gradient == 1.0):
            raise UnsupportedError(f"`gradient` bound in the primal {self!r}", "Bind it in a function of your own.")
        return Resolved(function, bound, found.captured)

    @property
    def _returns_as_generated(self) -> bool:
        """Whether calls return what the generated function does, but for the structure of containers."""
        targets = self._builder.targets
        return not any(target.steps for target in targets) and (self._single or len(targets) > 1)

    def _wrapper(self, found: Specialisation) -> tuple[str, str, dict[str, Any]]:
        """The text of a function that calls the generated ones and picks what is asked for."""
        if self._has_aux or self._mode == "value_and_grad":
            raise UnsupportedError(
                f"the derivative of a {self._mode} by parts of an argument",
                "Take the derivative by the whole argument.",
            )
        stem = "derivative" if "<" in self.__name__ else self.__name__
        parameters = ", ".join(found.generated.parameters)
        functions = found.generated.functions
        wrt = self._builder.wrt
        gradients = ", ".join(f"{name}_bar" for name in wrt)
        lines = []
        seed = ""
        if self._mode == "elementwise_grad":
            lines = [f"    output, residuals = {functions['forward'].__name__}({parameters})"]
            call = f"{functions['reverse'].__name__}(residuals, np.ones(np.shape(output)))"
        else:
            seed = Names(found.generated.parameters).word("gradient")
            call = f"{functions['adjoint'].__name__}({parameters}, {seed})"
            seed = f", {seed}=1.0"
        lines.append(f"    {gradients} = {call}")
        kinds = dict(found.kinds)
        parts = [_path_in_mirror(target, kinds.get(target.parameter)) for target in self._builder.targets]
        lines.append(f"    return {parts[0] if self._single else '(' + ', '.join(parts) + ',)'}")
        text = f"def {stem}_gradient({parameters}{seed}):\n" + "\n".join(lines) + "\n"
        return text, f"{stem}_gradient", {"np": np, **{f.__name__: f for f in functions.values()}}

    def __srcdiff_callee__(self) -> Callee:
        """The derivative as the primal of another one."""
        callee = self._builder.callee

        def seeded(gradient: Any) -> Callee:
            return Callee(
                f"the {self._mode} of {callee.name}",
                callee.function,
                callee.signature,
                constants_bound=callee.constants_bound,
                resolve=lambda kinds, _constants: self.as_function(kinds, gradient),
                finish=self._finish_output,
                with_seed=seeded,
            )

        return seeded(1.0)

    def _finish_output(self, values: dict[str, Any], output: Any) -> Any:
        """The output of the generated function in the structure that a call would return."""
        builder = self._builder
        if not self._returns_as_generated:
            parts = (output,) if self._single else tuple(output)
            final = tuple(in_structure_of(t.of(values[t.parameter]), g) for t, g in zip(builder.targets, parts))
            return final[0] if self._single else final
        gradients, value = self._unpacked(output)
        final = finished_gradients(gradients, builder.wrt, builder.targets, values)
        return self._packed(final[0] if self._single else final, value)


_derivatives: Recent[Derivative] = Recent()


def derivative_of(
    primal: Callable[..., Any],
    mode: Mode,
    entries: tuple[int | str, ...],
    single: bool,
    has_aux: bool = False,
    compile_function: Callable[..., Any] | None = None,
) -> Derivative:
    """A derivative; the same object as before for the same function and options."""
    key = (identity(primal), mode, entries, single, has_aux, id(compile_function))
    return _derivatives.get(key, lambda: Derivative(primal, mode, entries, single, has_aux, compile_function))


def finished_gradients(
    gradients: Any, wrt: tuple[str, ...], targets: tuple[Target, ...], values: dict[str, Any]
) -> tuple[Any, ...]:
    """The gradients of the targets, in the structure of their arguments."""
    raw = (gradients,) if len(wrt) == 1 else gradients
    whole = {name: in_structure_of(values[name], gradient, name) for name, gradient in zip(wrt, raw, strict=True)}
    return tuple(target.of(whole[target.parameter]) for target in targets)


def _path_in_mirror(target: Target, kind: Any) -> str:
    """The part of a gradient, in the mirror that it is: by position where a field is one of a named tuple."""
    path = f"{target.parameter}_bar"
    for how, key in target.steps:
        fields = list(getattr(kind, "fields", getattr(getattr(kind, "type", None), "_fields", ())))
        named = isinstance(kind, SequenceKind) and how == "."
        path += f"[{fields.index(key) if named else key!r}]"
        keys = fields if how == "." else list(getattr(kind, "keys", range(len(getattr(kind, "items", ())))))
        kind = kind.items[key if isinstance(kind, SequenceKind) and not named else keys.index(key)] if keys else None
    return path


def _restored(
    primal: Any, mode: Mode, entries: tuple[int | str, ...], single: bool, has_aux: bool, compile_function: Any
) -> Derivative:
    return Derivative(primal, mode, entries, single, has_aux, compile_function)
