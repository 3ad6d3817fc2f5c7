"""What the helpers of `runtime` are in compiled code: each resolves on types, so that nothing is left of its tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from srcdiff import runtime
from srcdiff.errors import SeedError

__all__ = ["HELPERS", "Implementation", "helper_overload", "is_number", "literal_value", "made", "plain"]

HELPERS: set[Callable[..., Any]] = set()
"""The functions that compiled code may call although they are plain Python."""

Implementation = Callable[..., Any]


def helper_overload(function: Callable[..., Any]) -> Callable[[Implementation], Implementation]:
    """Say what a plain helper is in compiled code; divisions there are NumPy's."""
    HELPERS.add(function)
    decorate: Callable[[Implementation], Implementation] = overload(
        function, jit_options={"error_model": "numpy"}, prefer_literal=True, strict=False
    )
    return decorate


def made(text: str, **namespace: Any) -> Implementation:
    """The function `implementation` that a text defines: for what differs by rank or by length."""
    names = {"np": np, **namespace}
    exec(text, names)
    implementation: Implementation = names["implementation"]
    return implementation


def literal_value(kind: Any) -> Any:
    """The value of a literal or of an argument that is left out; the type itself where it does not tell one."""
    if isinstance(kind, types.Omitted):
        return kind.value
    if isinstance(kind, types.Literal):
        return kind.literal_value
    return None if isinstance(kind, types.NoneType) else kind


def plain(kind: Any) -> Any:
    """A type without what Numba knows of the value."""
    return types.unliteral(kind.type if isinstance(kind, types.Optional) else kind)


def is_number(kind: Any) -> bool:
    """Whether a type is one of numbers."""
    return isinstance(plain(kind), (types.Number, types.Boolean))


def _is_real(kind: Any) -> bool:
    return not isinstance(kind, types.Complex)


def _converted(value: Any, target: Any) -> str:
    """How text says that a number `value` takes the type `target`."""
    real = _is_real(target) and not _is_real(value)
    return "to_target(gradient.real)" if real else "to_target(gradient)"


def _caster(target: Any) -> Callable[..., Any]:
    """The conversion to a floating type; what has no floating type stays as it is."""
    name = str(plain(target))
    known: dict[str, Any] = {
        "float32": np.float32,
        "float64": np.float64,
        "complex64": np.complex64,
        "complex128": np.complex128,
    }
    found: Callable[..., Any] = known.get(name, _identity)
    return found


@register_jitable
def _identity(value: Any) -> Any:
    return value


def _loops(rank: int, extent: str, indent: int = 4) -> tuple[list[str], int]:
    """The heads of nested loops over `rank` dims, and the indentation of what is inside."""
    lines = [f"{' ' * (indent + 4 * k)}for i{k} in range({extent.format(k=k)}):" for k in range(rank)]
    return lines, indent + 4 * rank


def _element(name: str, indices: Sequence[str]) -> str:
    return f"{name}[{', '.join(indices)}]" if indices else f"{name}[()]"


# Summing over broadcast axes, and spreading.


@helper_overload(runtime.unbroadcast)
def _unbroadcast(gradient: Any, x: Any) -> Any:
    gradient, x = plain(gradient), plain(x)
    if is_number(x):
        if not isinstance(x, (types.Float, types.Complex)):
            return lambda gradient, x: gradient
        to_target = _caster(x)
        if is_number(gradient):
            return made(
                f"def implementation(gradient, x):\n    return {_converted(gradient, x)}\n", to_target=to_target
            )
        real = ".real" if _is_real(x) and not _is_real(gradient.dtype) else ""
        return made(
            f"def implementation(gradient, x):\n    return to_target(gradient.sum(){real})\n", to_target=to_target
        )
    if not isinstance(x, types.Array):
        return None
    if is_number(gradient):
        real = ".real" if _is_real(x.dtype) and not _is_real(gradient) else ""
        return made(f"def implementation(gradient, x):\n    return np.full_like(x, gradient{real})\n")
    return _summed(gradient, x)


def _summed(gradient: types.Array, x: types.Array) -> Implementation:
    """An array summed to the shape of another one; the array itself where the shapes are equal."""
    rank = max(gradient.ndim, x.ndim)
    target = x.dtype if isinstance(x.dtype, (types.Float, types.Complex)) else gradient.dtype
    real = ".real" if _is_real(target) and not _is_real(gradient.dtype) else ""
    lines = ["def implementation(gradient, x):"]
    if gradient.ndim == x.ndim:
        same = "gradient" if target == gradient.dtype else f"gradient{real}.astype(dtype)"
        lines += ["    if gradient.shape == x.shape:", f"        return {same}"]
    lines.append("    result = np.zeros(x.shape, dtype)")
    lead_x, lead_g = rank - x.ndim, rank - gradient.ndim
    for k in range(rank):
        ours, theirs = f"x.shape[{k - lead_x}]", f"gradient.shape[{k - lead_g}]"
        if k < lead_x:
            lines.append(f"    n{k} = {theirs}")
        elif k < lead_g:
            lines.append(f"    n{k} = {ours}")
        else:
            lines.append(f"    n{k} = max({ours}, {theirs})")
            lines.append(f"    if ({ours} != n{k} and {ours} != 1) or ({theirs} != n{k} and {theirs} != 1):")
            lines.append("        raise ValueError('shapes do not broadcast')")
    heads, indent = _loops(rank, "n{k}")
    lines += heads
    mine = [f"i{k} if x.shape[{k - lead_x}] != 1 else 0" for k in range(lead_x, rank)]
    given = [f"i{k} if gradient.shape[{k - lead_g}] != 1 else 0" for k in range(lead_g, rank)]
    lines.append(f"{' ' * indent}{_element('result', mine)} += {_element('gradient', given)}{real}")
    lines.append("    return result\n")
    return made("\n".join(lines), dtype=_dtype(target))


def _dtype(kind: Any) -> Any:
    """The NumPy dtype of a type of numbers."""
    from numba.np.numpy_support import as_dtype

    return as_dtype(kind)


@helper_overload(runtime.expand)
def _expand(gradient: Any, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
    gradient, x = plain(gradient), plain(x)
    if is_number(x):
        return lambda gradient, x, axis=None, keepdims=False: runtime.unbroadcast(gradient, x)
    if not isinstance(x, types.Array):
        return None
    axes, kept = _axes(axis, x.ndim), literal_value(keepdims)
    if axes is None or not isinstance(kept, bool):
        return None
    rank = 0 if is_number(gradient) else gradient.ndim
    lines = ["def implementation(gradient, x, axis=None, keepdims=False):", "    result = np.empty(x.shape, dtype)"]
    if rank and not kept:
        left = [k for k in range(x.ndim) if k not in axes]
        indices = [f"i{k}" for k in left]
    else:
        indices = ["0" if k in axes else f"i{k}" for k in range(x.ndim)][x.ndim - rank :]
    if rank and len(indices) != rank:
        return None
    heads, indent = _loops(x.ndim, "x.shape[{k}]")
    value = _element("gradient", indices) if not is_number(gradient) else "gradient"
    real = ".real" if _is_real(x.dtype) and not _is_real(getattr(gradient, "dtype", gradient)) else ""
    lines += [*heads, f"{' ' * indent}{_element('result', [f'i{k}' for k in range(x.ndim)])} = {value}{real}"]
    target = x.dtype if isinstance(x.dtype, (types.Float, types.Complex)) else getattr(gradient, "dtype", gradient)
    return made("\n".join([*lines, "    return result\n"]), dtype=_dtype(target))


def _axes(axis: Any, rank: int) -> set[int] | None:
    """The axes that an argument names, if that can be told from its type."""
    value = literal_value(axis)
    if value is None:
        return set(range(rank))
    if isinstance(value, bool) or not isinstance(value, (int, types.BaseTuple)):
        return None
    items = [value] if isinstance(value, int) else [literal_value(item) for item in value.types]
    if not all(isinstance(item, int) for item in items):
        return None
    return {item % rank for item in items}


# Zeros and copies.


@helper_overload(runtime.zeros_like)
def _zeros_like(x: Any) -> Any:
    x = plain(x)
    if isinstance(x, types.Array):
        if not isinstance(x.dtype, (types.Float, types.Complex)):
            return lambda x: None
        return lambda x: np.zeros(x.shape, x.dtype)
    if isinstance(x, (types.Float, types.Complex)):
        zero = _caster(x)(0.0)
        return lambda x: zero
    if isinstance(x, types.BaseTuple):
        return _item_by_item(len(x), "zeros_like(x[{k}])", zeros_like=runtime.zeros_like)
    if isinstance(x, types.List):
        return lambda x: [runtime.zeros_like(item) for item in x]
    return lambda x: None


def _item_by_item(length: int, item: str, **namespace: Any) -> Implementation:
    items = "".join(f"{item.format(k=k)}, " for k in range(length))
    return made(f"def implementation(x):\n    return ({items})\n", **namespace)


@helper_overload(runtime.copy)
def _copy(x: Any) -> Any:
    x = plain(x)
    if isinstance(x, types.Array):
        return lambda x: x.copy()
    if isinstance(x, types.BaseTuple):
        return _item_by_item(len(x), "copy(x[{k}])", copy=runtime.copy)
    if isinstance(x, types.List):
        return lambda x: [runtime.copy(item) for item in x]
    return lambda x: x


@helper_overload(runtime.copy_in_layout)
def _copy_in_layout(x: Any) -> Any:
    """Numba takes views of contiguous arrays only, and copies these in their order."""
    return lambda x: runtime.copy(x)


@helper_overload(runtime.empty_for)
def _empty_for(shape: Any, *operands: Any) -> Any:
    dtypes = [_dtype(getattr(plain(operand), "dtype", plain(operand))) for operand in operands]
    dtype = np.result_type(*dtypes)
    return lambda shape, *operands: np.empty(shape, dtype)


@helper_overload(runtime.clipped)
def _clipped(index: Any, length: Any) -> Any:
    return lambda index, length: min(max(index + length if index < 0 else index, 0), length)


# Scatters.


def _index_items(index: Any) -> list[Any] | None:
    """The parts of an index; None where it is of a type that is not known here."""
    items = list(index.types) if isinstance(index, types.BaseTuple) else [index]
    parts = [plain(item) for item in items]
    known = (types.Integer, types.SliceType, types.EllipsisType, types.NoneType, types.Array)
    return parts if all(isinstance(item, known) for item in parts) else None


@helper_overload(runtime.add_at)
def _add_at(x_bar: Any, index: Any, gradient: Any) -> Any:
    if isinstance(x_bar, types.List):
        return _add_at_slice_of_list if isinstance(index, types.SliceType) else _add_at_list
    items = _index_items(index)
    if not isinstance(x_bar, types.Array) or items is None:
        return None
    arrays = [k for k, item in enumerate(items) if isinstance(item, types.Array)]
    if not arrays:
        if x_bar.ndim == len(items) and all(isinstance(item, types.Integer) for item in items):
            return _add_at_element
        return _add_at_slice
    if len(arrays) == 1 and isinstance(items[arrays[0]].dtype, types.Boolean):
        return _add_at_mask(x_bar, items, gradient)
    return _add_at_arrays(x_bar, index, items, arrays, gradient)


def _add_at_list(x_bar: Any, index: Any, gradient: Any) -> Any:
    x_bar[index] = runtime.added(x_bar[index], gradient)


def _add_at_slice_of_list(x_bar: Any, index: Any, gradient: Any) -> Any:
    for k, part in zip(range(len(x_bar))[index], gradient):
        x_bar[k] = runtime.added(x_bar[k], part)


def _add_at_element(x_bar: Any, index: Any, gradient: Any) -> Any:
    x_bar[index] += gradient


def _add_at_slice(x_bar: Any, index: Any, gradient: Any) -> Any:
    part = x_bar[index]
    part += gradient


def _add_at_mask(x_bar: types.Array, items: list[Any], gradient: Any) -> Implementation | None:
    """A mask over the leading dims."""
    if len(items) != 1:
        return None
    mask = items[0]
    lines = ["def implementation(x_bar, index, gradient):", "    taken = 0"]
    heads, indent = _loops(mask.ndim, "index.shape[{k}]")
    lines += heads
    pad = " " * indent
    leading = ", ".join(f"i{k}" for k in range(mask.ndim))
    rest = x_bar.ndim - mask.ndim
    rank = 0 if is_number(gradient) else gradient.ndim
    value = "gradient" if rank <= rest else "gradient[taken]"
    target = f"x_bar[{leading}]"
    lines += [f"{pad}if index[{leading}]:"]
    if rest:
        lines += [f"{pad}    part = {target}", f"{pad}    part += {value}"]
    else:
        lines += [f"{pad}    {target} += {value}"]
    lines += [f"{pad}    taken += 1\n"]
    return made("\n".join(lines))


def _add_at_arrays(
    x_bar: types.Array, index: Any, items: list[Any], arrays: list[int], gradient: Any
) -> Implementation | None:
    """Arrays of positions that broadcast, among numbers and slices."""
    ranks = [items[k].ndim for k in arrays]
    spread = max(ranks)
    if any(isinstance(item, (types.EllipsisType, types.NoneType)) for item in items):
        return None
    if any(items[k].ndim not in (0, spread) or isinstance(items[k].dtype, types.Boolean) for k in arrays):
        return None
    advanced = [k for k, item in enumerate(items) if not isinstance(item, types.SliceType)]
    together = advanced == list(range(advanced[0], advanced[-1] + 1))
    slices_before = sum(isinstance(item, types.SliceType) for item in items[: advanced[0]]) if together else 0
    whole = x_bar.ndim - len(advanced)  # dims of each part that is added to
    rank = 0 if is_number(gradient) else gradient.ndim
    part_of = (lambda k: f"index[{k}]") if isinstance(index, types.BaseTuple) else (lambda k: "index")
    first = next(k for k in arrays if items[k].ndim == spread)
    lines = ["def implementation(x_bar, index, gradient):"]
    lines += [f"    a{k} = {part_of(k)}" for k in range(len(items))]
    heads, indent = _loops(spread, f"a{first}.shape[{{k}}]")
    lines += heads
    position = ", ".join(f"i{k}" for k in range(spread))
    indices = [
        f"a{k}[{position if item.ndim else '()'}]" if isinstance(item, types.Array) else f"a{k}"
        for k, item in enumerate(items)
    ]
    pad = " " * indent
    if rank == spread + whole:
        value = f"gradient[{', '.join([':'] * slices_before + [position] + [':'] * (whole - slices_before))}]"
    elif rank == 0 or rank <= whole:
        value = "gradient"
    else:
        return None
    target = f"x_bar[{', '.join(indices)}]"
    if whole:
        lines += [f"{pad}part = {target}", f"{pad}part += {value}\n"]
    else:
        lines += [f"{pad}{target} += {value}\n"]
    return made("\n".join(lines))


@helper_overload(runtime.last_written)
def _last_written(x_bar: Any, index: Any) -> Any:
    index = plain(index)
    if not isinstance(index, types.Array) or isinstance(index.dtype, types.Boolean) or index.ndim != 1:
        return lambda x_bar, index: x_bar[index].copy()

    def implementation(x_bar: Any, index: Any) -> Any:
        taken = x_bar[index].copy()
        writer = np.full(x_bar.shape[0], -1)
        for k in range(index.size):
            writer[index[k]] = k
        for k in range(index.size):
            if writer[index[k]] != k:
                taken[k] = 0.0
        return taken

    return implementation


# Seeds.


@helper_overload(runtime.seed)
def _seed(gradient: Any, output: Any) -> Any:
    gradient, output = plain(gradient), plain(output)
    if isinstance(output, types.BaseTuple):
        if not isinstance(gradient, types.BaseTuple) or len(gradient) != len(output):
            return _refusing(f"the output is a tuple of {len(output)}, `gradient` is not")
        items = "".join(f"seed(gradient[{k}], output[{k}]), " for k in range(len(output)))
        return made(f"def implementation(gradient, output):\n    return ({items})\n", seed=runtime.seed)
    if isinstance(output, types.Array):
        return _seed_for_array(gradient, output)
    if not isinstance(output, (types.Float, types.Complex)):
        return lambda gradient, output: None
    return _seed_for_number(gradient, output)


def _refusing(problem: str) -> Implementation:
    def implementation(gradient: Any, output: Any) -> Any:
        raise SeedError(problem)

    return implementation


def _seed_for_number(gradient: Any, output: Any) -> Implementation | None:
    to_target = _caster(output)
    if is_number(gradient):
        if _is_real(output) != _is_real(gradient):
            return _refusing(
                "the output is real, `gradient` is complex" if _is_real(output) else "the output is complex"
            )
        return lambda gradient, output: to_target(gradient)
    if not isinstance(gradient, types.Array):
        return None

    def implementation(gradient: Any, output: Any) -> Any:
        if gradient.size != 1 or gradient.ndim != 0:
            raise SeedError("the output is a number, `gradient` is an array")
        return to_target(gradient[()])

    if gradient.ndim:
        return _refusing("the output is a number, `gradient` is an array")
    return implementation


def _seed_for_array(gradient: Any, output: types.Array) -> Implementation | None:
    number = is_number(gradient) or (isinstance(gradient, types.Array) and gradient.ndim == 0)
    letters = getattr(gradient, "dtype", gradient)
    if not _is_real(output.dtype) and isinstance(letters, types.Float) and is_number(gradient):
        return _refusing("the output is complex")
    if _is_real(output.dtype) and not _is_real(letters):
        return _refusing("the output is real, `gradient` is complex")
    if number:
        value = "gradient" if is_number(gradient) else "gradient[()]"
        return made(
            "def implementation(gradient, output):\n"
            "    if output.size != 1:\n"
            "        raise SeedError('the output is an array: pass `gradient`, or see `jacobian`')\n"
            f"    return np.full(output.shape, {value}, dtype)\n",
            SeedError=SeedError,
            dtype=_dtype(output.dtype),
        )
    if not isinstance(gradient, types.Array):
        return None
    if gradient.ndim != output.ndim:
        return _refusing("`gradient` has another number of dimensions than the output")
    dtype = _dtype(output.dtype)

    def implementation(gradient: Any, output: Any) -> Any:
        if gradient.shape != output.shape:
            raise SeedError("`gradient` has another shape than the output")
        return gradient.astype(dtype)

    return implementation


# Lists.


@helper_overload(runtime.replace_items)
def _replace_items(items: Any, old: Any) -> Any:
    def implementation(items: Any, old: Any) -> Any:
        items.clear()
        items.extend(old)

    return implementation


@helper_overload(runtime.added)
def _added(x_bar: Any, gradient: Any) -> Any:
    if isinstance(x_bar, types.NoneType) or isinstance(gradient, types.NoneType):
        return lambda x_bar, gradient: x_bar
    if isinstance(x_bar, types.List):

        def implementation(x_bar: Any, gradient: Any) -> Any:
            for k in range(len(gradient)):
                x_bar[k] = runtime.added(x_bar[k], gradient[k])
            return x_bar

        return implementation

    def in_place(x_bar: Any, gradient: Any) -> Any:
        x_bar += gradient
        return x_bar

    return in_place


@helper_overload(runtime.add_into)
def _add_into(x_bar: Any, gradient: Any) -> Any:
    def implementation(x_bar: Any, gradient: Any) -> Any:
        runtime.added(x_bar, gradient)

    return implementation


@helper_overload(runtime.add_mirrors)
def _add_mirrors(x_bar: Any, gradient: Any) -> Any:
    if isinstance(x_bar, types.NoneType):
        return lambda x_bar, gradient: runtime.copy(gradient)
    return lambda x_bar, gradient: runtime.added(runtime.copy(x_bar), gradient)
