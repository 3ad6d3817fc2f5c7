"""What the longer helpers of rules are in compiled code: Python's own way through lists and axes has no types there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from srcdiff.numba.overloads import Implementation, helper_overload, is_number, literal_value, made, plain
from srcdiff.rules import convolution, creation, joining, linalg, methods, products, reductions, scans

__all__: list[str] = []


@overload(np.ndim, strict=False)
def _ndim(a: Any) -> Any:
    rank = 0 if is_number(a) else getattr(a, "ndim", None)
    return None if rank is None else lambda a: rank


@overload(np.flip, strict=False)
def _flip(m: Any, axis: Any) -> Any:
    axes = literal_value(axis)
    if not isinstance(m, types.Array) or not (axes is None or isinstance(axes, int)):
        return None
    index = ["::-1" if axes is None or k == axes % m.ndim else ":" for k in range(m.ndim)]
    return made(f"def implementation(m, axis):\n    return m[{', '.join(index)}]\n")


@helper_overload(products.diagonal_transpose)
def _diagonal_transpose(gradient: Any, a: Any, offset: Any, axis1: Any, axis2: Any) -> Any:
    if getattr(a, "ndim", 0) != 2:
        return None

    def implementation(gradient: Any, a: Any, offset: Any, axis1: Any, axis2: Any) -> Any:
        a_bar = np.zeros(a.shape, a.dtype)
        for i in range(gradient.size):
            a_bar[i - min(offset, 0), i + max(offset, 0)] = gradient[i]
        return a_bar

    return implementation


@overload(np.concatenate, strict=False)
def _concatenate(arrays: Any, axis: Any = 0) -> Any:
    """A list of arrays, which Numba takes for nothing that could be joined."""
    if not isinstance(arrays, types.List) or not isinstance(arrays.dtype, types.Array) or arrays.dtype.ndim != 1:
        return None

    def implementation(arrays: Any, axis: Any = 0) -> Any:
        total = 0
        for array in arrays:
            total += array.size
        result = np.empty(total, arrays[0].dtype)
        start = 0
        for array in arrays:
            result[start : start + array.size] = array
            start += array.size
        return result

    return implementation


@overload(np.diagonal, strict=False)
def _diagonal(a: Any, offset: Any = 0) -> Any:
    if not isinstance(a, types.Array) or a.ndim != 2:
        return None
    return lambda a, offset=0: np.diag(a, offset)


# Joined arrays are cut again.


def _cut(gradient: Any, arrays: Any, axis: int, lengths: str) -> Implementation | None:
    """Each array's part of `gradient` along `axis`, in a tuple."""
    if not isinstance(arrays, types.BaseTuple) or not isinstance(gradient, types.Array):
        return None
    rank, lines = gradient.ndim, ["    stop = 0"]
    for k, item in enumerate(arrays.types):
        length = "1" if is_number(item) or item.ndim < rank else lengths.format(k=k)
        index = ", ".join(["start:stop" if d == axis % rank else ":" for d in range(rank)])
        part = f"gradient[{index}].copy()"
        if is_number(item):
            part = f"gradient[{', '.join(['start' if d == axis % rank else '0' for d in range(rank)])}]"
        elif item.ndim != rank:
            part += f".reshape(tup[{k}].shape)"
        lines += [f"    start, stop = stop, stop + {length}", f"    part{k} = {part}"]
    lines.append(f"    return ({''.join(f'part{k}, ' for k in range(len(arrays.types)))})\n")
    return made("\n".join(["def implementation(gradient, tup):", *lines]))


def _cut_flat(gradient: Any, arrays: Any) -> Implementation | None:
    """Each array's part of a vector that has all of them in a row."""
    if not isinstance(arrays, types.BaseTuple):
        return None
    lines = ["def implementation(gradient, tup, axis):", "    stop = 0"]
    for k, item in enumerate(arrays.types):
        length, part = (
            ("1", "gradient[start]")
            if is_number(item)
            else (f"tup[{k}].size", f"gradient[start:stop].copy().reshape(tup[{k}].shape)")
        )
        lines += [f"    start, stop = stop, stop + {length}", f"    part{k} = {part}"]
    lines.append(f"    return ({''.join(f'part{k}, ' for k in range(len(arrays.types)))})\n")
    return made("\n".join(lines))


@helper_overload(joining.concatenate_transpose)
def _concatenate_transpose(gradient: Any, tup: Any, axis: Any) -> Any:
    along = literal_value(axis)
    if along is None:
        return _cut_flat(gradient, tup)
    if not isinstance(along, int):
        return None
    rank = getattr(gradient, "ndim", 1)
    found = _cut(gradient, tup, along, f"tup[{{k}}].shape[{along % rank}]")
    return (
        None
        if found is None
        else made("def implementation(gradient, tup, axis):\n    return cut(gradient, tup)\n", cut=_jitted(found))
    )


@helper_overload(joining.vstack_transpose)
def _vstack_transpose(gradient: Any, tup: Any) -> Any:
    return _cut(gradient, tup, 0, "tup[{k}].shape[0]")


@helper_overload(joining.hstack_transpose)
def _hstack_transpose(gradient: Any, tup: Any) -> Any:
    axis = 1 if getattr(gradient, "ndim", 0) > 1 else 0
    return _cut(gradient, tup, axis, f"tup[{{k}}].shape[{axis}]")


def _jitted(function: Implementation) -> Any:
    from numba import njit

    return njit(function)


@helper_overload(creation.parts)
def _parts(gradient: Any, x: Any) -> Any:
    x = plain(x)
    if isinstance(x, types.BaseTuple):
        items = "".join(f"parts(gradient[{k}], x[{k}]), " for k in range(len(x)))
        return made(f"def implementation(gradient, x):\n    return ({items})\n", parts=creation.parts)
    if isinstance(x, types.List):
        return lambda gradient, x: [creation.parts(gradient[k], x[k]) for k in range(len(x))]
    if is_number(x) and isinstance(gradient, types.Array):
        return lambda gradient, x: gradient[()]
    return lambda gradient, x: gradient


# Products and determinants.


@helper_overload(linalg.adjugate)
def _adjugate(a: Any) -> Any:
    if not isinstance(a, types.Array) or a.ndim != 2:
        return None

    def implementation(a: Any) -> Any:
        u, s, vh = np.linalg.svd(a)
        sign = np.linalg.det(u) * np.linalg.det(vh)
        others = np.ones_like(s)
        for k in range(s.size):
            for j in range(s.size):
                if j != k:
                    others[k] *= s[j]
        right = np.conj(vh).T.copy()
        for k in range(s.size):
            right[:, k] *= others[k] * sign
        return right @ np.conj(u).T.copy()

    return implementation


@helper_overload(scans.cumprod_transpose)
def _cumprod_transpose(gradient: Any, a: Any, output: Any, axis: Any) -> Any:
    if literal_value(axis) is not None and getattr(a, "ndim", 0) != 1:
        return None

    def implementation(gradient: Any, a: Any, output: Any, axis: Any) -> Any:
        factors, after = np.conj(a).ravel(), gradient.copy().ravel()
        before = np.conj(output)
        for k in range(after.size - 2, -1, -1):
            after[k] += factors[k + 1] * after[k + 1]
        for k in range(1, after.size):
            after[k] *= before[k - 1]
        return after.reshape(a.shape)

    return implementation


@helper_overload(convolution.diff_transpose)
def _diff_transpose(gradient: Any, a: Any, n: Any, axis: Any) -> Any:
    if not isinstance(a, types.Array) or a.ndim != 1:
        return None

    def implementation(gradient: Any, a: Any, n: Any, axis: Any) -> Any:
        current = np.zeros(a.size, a.dtype)
        current[: gradient.size] = gradient
        for step in range(n):
            for k in range(gradient.size + step, -1, -1):
                if k < a.size:
                    before = current[k - 1] if k > 0 else current[0] * 0.0
                    current[k] = before - (current[k] if k < gradient.size + step else current[0] * 0.0)
        return current

    return implementation


@helper_overload(methods.ndarray_reshape)
def _ndarray_reshape(self: Any, shape: Any, order: Any = "C", gradient: Any = None) -> Any:
    return lambda self, shape, order="C", gradient=None: np.ascontiguousarray(gradient).reshape(self.shape)


@helper_overload(reductions.exclusive_products)
def _exclusive_products(x: Any) -> Any:
    def implementation(x: Any) -> Any:
        result = np.ones(x.shape, x.dtype)
        for k in range(1, x.shape[0]):
            result[k] = result[k - 1] * x[k - 1]
        return result

    return implementation


@helper_overload(reductions.product_of_others)
def _product_of_others(a: Any, axis: Any, output: Any, keepdims: Any = False) -> Any:
    if not isinstance(a, types.Array) or literal_value(axis) is not None:
        return None

    def implementation(a: Any, axis: Any, output: Any, keepdims: Any = False) -> Any:
        others = np.ones(a.shape, a.dtype)
        flat, result = a.ravel(), others.ravel()
        before = flat[0] if flat.size else 1.0
        for k in range(1, flat.size):
            result[k] = before
            before *= flat[k]
        after = flat[-1] if flat.size else 1.0
        for k in range(flat.size - 2, -1, -1):
            result[k] *= after
            after *= flat[k]
        return result.reshape(a.shape)

    return implementation
