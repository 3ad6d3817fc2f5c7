"""Jacobians, Hessians and Hessian-vector products, from pullbacks and pushforwards."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np

from srcdiff.binding import Callee, Constants, Kinds, Resolved, Wrt, checked_wrt, take_apart
from srcdiff.building import Builder
from srcdiff.derivative import derivative_of
from srcdiff.errors import SeedError, UnsupportedError
from srcdiff.load import load
from srcdiff.names import Names
from srcdiff.products import Linearised, Pushing, bound_values, shared_builder, tangent_like
from srcdiff.structures import (
    children,
    describe_value,
    has_floats,
    is_container,
    is_float,
    leaves,
    map_structure,
    rebuilt,
)

__all__ = ["HessianProduct", "Jacobian"]

Array = np.ndarray[Any, Any]
Blocks = dict[tuple[int, int], Array]
JacobianMode = Literal["reverse", "forward", "cheaper", "forward first"]
WAY_OUT = "differentiate the real and the imaginary part as functions of their own"


class _Callable:
    """What an object that stands for a function has in common with it: name, docstring, module."""

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """What the object stands for."""
        raise NotImplementedError

    def __init__(self, fun: Callable[..., Any], wrt: Wrt) -> None:
        for attribute in functools.WRAPPER_ASSIGNMENTS:
            if hasattr(fun, attribute):
                setattr(self, attribute, getattr(fun, attribute))
        self.primal = fun
        self.wrt = wrt
        self._entries, self._single = checked_wrt(wrt)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    @property
    def __signature__(self) -> inspect.Signature:
        return take_apart(self.primal).signature


class Jacobian(_Callable):
    """The Jacobian of a function.

    Parameters
    ----------
    fun : callable
        The function.
    wrt : position, name, path or a sequence of these
        What to differentiate by.
    mode : str
        "reverse", "forward", the "cheaper" one, or "forward first": reverse where there is no forward rule.
    """

    def __init__(self, fun: Callable[..., Any], wrt: Wrt, mode: JacobianMode) -> None:
        super().__init__(fun, wrt)
        self.mode = mode

    def __repr__(self) -> str:
        return f"<srcdiff Jacobian of {getattr(self.primal, '__qualname__', self.primal)!s} ({self.mode} mode)>"

    def __reduce__(self) -> Any:
        return Jacobian, (self.primal, self.wrt, self.mode)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The Jacobian at these arguments."""
        if self.mode in ("forward", "forward first"):
            try:
                return self._forward(args, keywords)
            except UnsupportedError:
                if self.mode == "forward":
                    raise
        builder = shared_builder(self.primal, self._entries, "split")
        values = bound_values(builder, args, keywords)
        evaluated = Linearised(builder, values)
        parts = self._parts(builder, values)
        if self.mode == "cheaper" and _size(parts) < _size([evaluated.output]):
            try:
                return self._forward(args, keywords)
            except UnsupportedError:  # no forward rule: reverse mode gives the same
                pass
        blocks = _reverse_blocks(evaluated, parts)
        return _assembled(evaluated.output, parts, blocks, self._single)

    def _forward(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        builder = shared_builder(self.primal, self._entries, "tangent")
        values = bound_values(builder, args, keywords)
        output, blocks = _forward_blocks(builder, values, self._parts(builder, values))
        return _assembled(output, self._parts(builder, values), blocks, self._single)

    @staticmethod
    def _parts(builder: Builder, values: dict[str, Any]) -> list[Any]:
        return [target.of(values[target.parameter]) for target in builder.targets]

    def __srcdiff_callee__(self) -> Callee:
        """The Jacobian as the primal of a derivative: by one array or number, of one array or number."""
        callee = take_apart(self.primal)

        def resolve(kinds: Kinds, _constants: Constants) -> Resolved:
            builder = shared_builder(self.primal, self._entries, "split")
            found = builder.for_kinds(kinds)
            if not self._single or builder.targets[0].steps:
                raise UnsupportedError("the derivative of a Jacobian by several arguments", "Take it by one array.")
            forward, reverse = found.generated.functions["forward"], found.generated.functions["reverse"]
            parameters = ", ".join(found.generated.parameters)
            name = f"{callee.name.rpartition(' ')[2].strip('<>')}_jacobian"
            names = Names([*found.generated.parameters, forward.__name__, reverse.__name__, "np"])
            local = {key: names.word(key) for key in ("output", "residuals", "shape", "rows", "k", "seed")}
            text = JACOBIAN_TEXT.format(
                **local,
                name=name,
                parameters=parameters,
                forward=forward.__name__,
                reverse=reverse.__name__,
                x=builder.wrt[0],
            )
            namespace = {"np": np, forward.__name__: forward, reverse.__name__: reverse}
            bound = tuple((key, value) for key, value in found.bound.items() if key in found.generated.parameters)
            return Resolved(load(text, name, namespace)[name], bound, found.captured)

        return Callee(f"the Jacobian of {callee.name}", callee.function, callee.signature, resolve=resolve)


JACOBIAN_TEXT = """\
def {name}({parameters}):
    {output}, {residuals} = {forward}({parameters})
    {shape} = np.shape({output})
    {rows} = []
    for {k} in range(np.size({output})):
        {seed} = np.zeros(np.size({output}))
        {seed}[{k}] = 1.0
        {output}, {residuals} = {forward}({parameters})
        {rows}.append({reverse}({residuals}, np.reshape({seed}, {shape})))
    return np.reshape(np.stack({rows}), {shape} + np.shape({x}))
"""


class HessianProduct(_Callable):
    """The product of the Hessian of a function with a vector: forward mode over reverse mode.

    Where there is no forward rule it is reverse mode over reverse mode: the Hessian is symmetric with respect to the
    real inner product, so that the pullback of the gradient is it.
    """

    def __init__(self, fun: Callable[..., Any], wrt: Wrt) -> None:
        super().__init__(fun, wrt)
        self._gradient = derivative_of(fun, "grad", self._entries, self._single)
        self._product = derivative_of(self._gradient, "grad", self._entries, self._single)
        self._pushes = True

    def __repr__(self) -> str:
        return f"<srcdiff Hessian-vector product of {getattr(self.primal, '__qualname__', self.primal)!s}>"

    def __reduce__(self) -> Any:
        return HessianProduct, (self.primal, self.wrt)

    @property
    def source(self) -> str:
        """The generated text."""
        if self._pushes:
            try:
                return shared_builder(self._gradient, self._entries, "tangent").primary().generated.text
            except UnsupportedError:
                self._pushes = False
        return self._product.source

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """The product at the arguments before the last one, with the last one."""
        if not args:
            raise TypeError("the vector is missing: pass it as the last positional argument")
        *primals, v = args
        if v is None:
            raise TypeError("the vector is None: pass one in the structure of `wrt`")
        if self._pushes:
            try:
                return self._pushed(primals, keywords, v)
            except UnsupportedError:
                self._pushes = False
        try:
            return self._product(*primals, **keywords, gradient=v)
        except SeedError as error:
            raise TypeError(f"the vector does not fit what it is multiplied with: {error}") from None

    def _pushed(self, primals: Sequence[Any], keywords: dict[str, Any], v: Any) -> Any:
        """The derivative of the gradient along `v`."""
        builder = shared_builder(self._gradient, self._entries, "tangent")
        values = bound_values(builder, tuple(primals), keywords)
        parts = Jacobian._parts(builder, values)
        vectors = [v] if self._single else list(v) if isinstance(v, (tuple, list)) and len(v) == len(parts) else None
        try:
            if vectors is None:
                raise TypeError(f"{len(parts)} parts are differentiated by, the vector is {describe_value(v)}")
            tangents = [tangent_like(part, vector, "v") for part, vector in zip(parts, vectors)]
        except TypeError as error:
            raise TypeError(f"the vector does not fit what it is multiplied with: {error}") from None
        return Pushing(builder, values)(_directions(builder, values, tangents))[1]


def _size(parts: list[Any]) -> int:
    return sum(int(np.size(leaf)) for _, leaf in leaves(parts) if is_float(leaf))


def float_leaves(value: Any) -> list[Any]:
    return [leaf for _, leaf in leaves(value) if is_float(leaf)]


def _is_complex(leaf: Any) -> bool:
    return bool(np.asarray(leaf).dtype.kind == "c")


def _units(value: Any) -> Iterator[tuple[int, int, Any]]:
    """Each float leaf's number, each element's number, and the structure that is 1 there and 0 elsewhere."""
    for number, leaf in enumerate(float_leaves(value)):
        for element in range(np.size(leaf)):
            yield number, element, _unit(value, number, element)


def _unit(value: Any, number: int, element: int) -> Any:
    position = -1

    def entry(leaf: Any) -> Any:
        nonlocal position
        if not is_float(leaf):
            return None
        position += 1
        unit = np.zeros(np.shape(leaf), np.asarray(leaf).dtype)
        if position == number:
            unit.flat[element] = 1.0
        return unit if isinstance(leaf, np.ndarray) else unit[()]

    return map_structure(entry, value)


def _times(factor: complex, value: Any) -> Any:
    return map_structure(lambda leaf: None if leaf is None else factor * leaf, value)


def _empty_blocks(outputs: list[Any], inputs: list[Any]) -> Blocks:
    """One matrix for each pair of an output leaf and an input leaf."""
    blocks = {}
    for k, y in enumerate(outputs):
        for j, x in enumerate(inputs):
            if _is_complex(x) != _is_complex(y):
                raise TypeError(
                    f"a Jacobian from {_word(x)} to {_word(y)} numbers is no holomorphic function: {WAY_OUT}"
                )
            dtype = np.result_type(np.asarray(x).dtype, np.asarray(y).dtype)
            blocks[k, j] = np.zeros((np.size(y), np.size(x)), dtype)
    return blocks


def _word(leaf: Any) -> str:
    return "complex" if _is_complex(leaf) else "real"


def _reverse_blocks(evaluated: Linearised, parts: list[Any]) -> Blocks:
    output = evaluated.output
    if not has_floats(output):
        raise TypeError("the output has no floating parts")
    outputs, inputs = float_leaves(output), float_leaves(parts)
    blocks = _empty_blocks(outputs, inputs)
    for number, element, unit in _units(output):
        rows = float_leaves(list(evaluated.pullback(unit)))
        if _is_complex(outputs[number]):
            turned = float_leaves(list(evaluated.pullback(_times(1j, unit))))
            _check_holomorphic(rows, turned)
            rows = [np.conj(row) for row in rows]
        for j, row in enumerate(rows):
            blocks[number, j][element] = np.ravel(row)
    return blocks


def _forward_blocks(builder: Builder, values: dict[str, Any], parts: list[Any]) -> tuple[Any, Blocks]:
    inputs = float_leaves(parts)
    output: Any = None
    blocks: Blocks | None = None
    pushing = Pushing(builder, values)
    for number, element, unit in _units(parts):
        output, tangent = pushing(_directions(builder, values, unit))
        outputs, columns = float_leaves(output), float_leaves(tangent)
        blocks = blocks or _empty_blocks(outputs, inputs)
        if _is_complex(inputs[number]):
            turned = pushing(_directions(builder, values, _times(1j, unit)))[1]
            _check_holomorphic(columns, float_leaves(turned))
        for k, column in enumerate(columns):
            blocks[k, number][:, element] = np.ravel(column)
    if blocks is None:  # nothing but empty arrays
        output = pushing(_directions(builder, values, _times(1.0, parts)))[0]
        blocks = _empty_blocks(float_leaves(output), inputs)
    return output, blocks


def _directions(builder: Builder, values: dict[str, Any], tangents: list[Any]) -> dict[str, Any]:
    """Tangents of the targets as tangents of their parameters, zero elsewhere."""
    zero = {name: map_structure(_zero, values[name]) for name in builder.wrt}
    for target, tangent in zip(builder.targets, tangents):
        zero[target.parameter] = _replaced(zero[target.parameter], target.steps, tangent)
    return zero


def _zero(leaf: Any) -> Any:
    if not is_float(leaf):
        return None
    return np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else np.zeros_like(leaf)[()]


def _replaced(value: Any, steps: tuple[tuple[str, Any], ...], part: Any) -> Any:
    """A structure with the part at the end of a path replaced."""
    if not steps:
        return part
    (how, key), rest = steps[0], steps[1:]
    if how == "[" and isinstance(value, (list, tuple)):
        key %= len(value)
    wanted = f".{key}" if how == "." else f"[{key!r}]"
    names = {f"[{k}]": f".{name}" for k, name in enumerate(getattr(value, "_fields", ()))}
    wanted = names.get(wanted, wanted)
    return rebuilt(value, [_replaced(v, rest, part) if path == wanted else v for path, v in children(value)])


def _check_holomorphic(first: list[Any], turned: list[Any]) -> None:
    """The derivative of a holomorphic function is complex-linear: turning the direction by i turns the result by i."""
    for a, b in zip(first, turned):
        size = np.max(np.abs(a), initial=0.0) + np.max(np.abs(b), initial=0.0)
        tolerance = 1e4 * np.finfo(np.asarray(a).dtype).eps * size
        if np.any(np.abs(1j * np.asarray(a) - b) > tolerance):
            raise TypeError(f"the function is not holomorphic, so that it has no complex Jacobian: {WAY_OUT}")


def _assembled(output: Any, parts: list[Any], blocks: Blocks, single: bool) -> Any:
    """The blocks in the output's structure, each leaf in the structure of the arguments."""
    counter = iter(range(len(float_leaves(output))))

    def of_output(y: Any) -> Any:
        if not is_float(y):
            return None
        k = next(counter)
        inner = iter(range(len(float_leaves(parts))))

        def of_input(x: Any) -> Any:
            if not is_float(x):
                return None
            block = blocks[k, next(inner)].reshape(np.shape(y) + np.shape(x))
            numbers = not isinstance(x, np.ndarray) and not isinstance(y, np.ndarray)
            return block[()] if numbers else block

        results = tuple(map_structure(of_input, part) if is_container(part) else of_input(part) for part in parts)
        return results[0] if single else results

    return map_structure(of_output, output)
