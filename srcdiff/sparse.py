"""Sparse Jacobians and Hessians: as many products as the sparsity pattern has colours, instead of one for each column.

Needs SciPy. The pattern is given, or found by probing with NaN: a derivative along a direction that is NaN in one
element is NaN in whatever depends on that element, be the partial derivative zero there or not, while the branches that
the primal takes depend on its values alone. So a pattern that was found holds for all arguments at which the primal
takes the same branches. Every call checks what it returns against a product with a random vector, and raises where the
pattern lacks an entry.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcdiff.binding import Wrt
from srcdiff.building import Builder
from srcdiff.colouring import column_colouring, star_colouring
from srcdiff.derivative import derivative_of
from srcdiff.errors import SrcdiffError
from srcdiff.jacobians import Array, _Callable, _directions, float_leaves
from srcdiff.products import Linearised, Pushing, bound_values, shared_builder
from srcdiff.raveling import ravel
from srcdiff.structures import describe_value, has_floats, is_float, map_structure

__all__ = ["SparseHessian", "SparseJacobian", "hessian", "jacobian"]

Matrix = Any
"""A `scipy.sparse` array."""

Product = Callable[[Array], Array]


def jacobian(fun: Callable[..., Any], wrt: Wrt = 0, *, pattern: Any = None) -> SparseJacobian:
    """The Jacobian of a function as a `scipy.sparse.csr_array`: see `SparseJacobian`.

    Parameters
    ----------
    fun : callable
        Takes and returns real numbers, arrays, or structures of these, which are laid out as by `ravel`.
    wrt : position, name or path
        What to differentiate by.
    pattern : matrix, optional
        Where the Jacobian may differ from zero: anything that `scipy.sparse.csr_array` takes. Found if left out.
    """
    return SparseJacobian(fun, wrt, pattern)


def hessian(fun: Callable[..., Any], wrt: Wrt = 0, *, pattern: Any = None) -> SparseHessian:
    """The Hessian of a function as a `scipy.sparse.csr_array`: see `SparseHessian` and `jacobian`."""
    return SparseHessian(fun, wrt, pattern)


class _Compressed(_Callable):
    """A matrix that is computed by products with sums of its columns.

    Attributes
    ----------
    pattern : scipy.sparse.csr_array or None
        Where entries are; None before it is found.
    colours : ndarray or None
        The colour of each column (of each row, where products come from the left).
    """

    def __init__(self, fun: Callable[..., Any], wrt: Wrt, pattern: Any) -> None:
        super().__init__(fun, wrt)
        if not self._single:
            raise TypeError("a sparse matrix is taken by one argument: put several into one structure")
        self.pattern: Matrix = None
        self.colours: Array | None = None
        if pattern is not None:
            self._adopt(_csr(pattern))

    def _adopt(self, pattern: Matrix) -> None:
        """Take a pattern, and colour it."""
        raise NotImplementedError

    @functools.cached_property
    def _probe(self) -> Array:
        """The vector that results are checked with."""
        vector: Array = np.random.default_rng(0).uniform(0.5, 1.5, self.pattern.shape[1])
        return vector

    def __repr__(self) -> str:
        name = getattr(self.primal, "__qualname__", self.primal)
        return f"<srcdiff {type(self).__name__} of {name!s} with respect to {self.wrt}>"

    def __reduce__(self) -> Any:
        return type(self), (self.primal, self.wrt, self.pattern)

    @property
    def count(self) -> int:
        """The number of colours, and so of products that a call takes, beside the one that checks."""
        return 0 if self.colours is None else int(self.colours.max(initial=-1)) + 1

    def _fitting(self, shape: tuple[int, int], product: Product) -> None:
        """See to a pattern of this shape."""
        if self.pattern is None:
            self._adopt(_probed(product, shape))
        if self.pattern.shape != shape:
            raise TypeError(f"the matrix has shape {shape}, the sparsity pattern {self.pattern.shape}")

    def _checked(self, matrix: Matrix, product: Product) -> Matrix:
        """The matrix, if its product with a random vector is what it should be."""
        expected, found = product(self._probe), matrix @ self._probe
        scale = max(np.max(np.abs(expected), initial=0.0), np.max(np.abs(matrix.data), initial=0.0))
        wrong = np.flatnonzero(np.abs(found - expected) > 1e-6 * scale)
        if wrong.size:
            raise SrcdiffError(
                f"the sparsity pattern lacks entries in row {wrong[0]}: a product with a vector gives "
                f"{expected[wrong[0]]:.6g} there, the matrix {found[wrong[0]]:.6g}; leave `pattern` out, or make a new "
                f"object where the function takes other branches than before"
            )
        return matrix


class SparseJacobian(_Compressed):
    """The sparse Jacobian of a function.

    Columns that share no row are computed together in forward mode, or rows that share no column in reverse mode,
    whichever takes fewer products.
    """

    by_rows = False

    def _adopt(self, pattern: Matrix) -> None:
        rows = pattern.indptr, pattern.indices
        by_column = pattern.tocsc()
        columns = by_column.indptr, by_column.indices
        forward, reverse = column_colouring(rows, columns), column_colouring(columns, rows)
        self.by_rows = bool(reverse.max(initial=-1) < forward.max(initial=-1))
        self.pattern, self.colours = pattern, reverse if self.by_rows else forward

    def __call__(self, *args: Any, **keywords: Any) -> Matrix:
        """The Jacobian at these arguments."""
        builder = shared_builder(self.primal, self._entries, "tangent")
        product = _Products(builder, bound_values(builder, args, keywords))
        output = product.pushed(np.zeros(product.width))[0]
        _refuse_complex("an output", output)
        self._fitting((ravel(output)[0].size, product.width), product)
        assert self.colours is not None
        seeds = _indicators(self.colours)
        if self.by_rows:
            split = shared_builder(self.primal, self._entries, "split")
            evaluated = Linearised(split, bound_values(split, args, keywords))
            unravel = ravel(evaluated.output)[1]
            compressed = [ravel(evaluated.pullback(_floats_of(unravel(seed)))[0])[0] for seed in seeds]
        else:
            compressed = [product(seed) for seed in seeds]
        return self._checked(self._recovered(compressed), product)

    def _recovered(self, compressed: list[Array]) -> Matrix:
        """The entries, read off the products."""
        assert self.colours is not None
        rows, columns = _positions(self.pattern)
        table = np.array(compressed).reshape(self.count, -1)
        data = table[self.colours[rows], columns] if self.by_rows else table[self.colours[columns], rows]
        return _csr((data, self.pattern.indices, self.pattern.indptr), self.pattern.shape)


class SparseHessian(_Compressed):
    """The sparse Hessian of a function that returns a real number, by Hessian-vector products.

    A star colouring, so that each entry or its mirror image can be read off: a tridiagonal Hessian takes 3 products.
    """

    def _adopt(self, pattern: Matrix) -> None:
        symmetric = _csr(pattern + pattern.T)
        symmetric.sort_indices()
        self.pattern, self.colours = symmetric, star_colouring(symmetric.indptr, symmetric.indices)
        rows, columns = _positions(symmetric)
        direct = _read_directly(symmetric, self.colours)
        at = np.where(direct, self.colours[columns], self.colours[rows]), np.where(direct, rows, columns)
        self._seeds = list(_indicators(self.colours))
        self._gathered = at[0] * symmetric.shape[0] + at[1]

    def __call__(self, *args: Any, **keywords: Any) -> Matrix:
        """The Hessian at these arguments."""
        gradient = derivative_of(self.primal, "grad", self._entries, self._single)
        builder = shared_builder(gradient, self._entries, "tangent")
        product = _Products(builder, bound_values(builder, args, keywords))
        self._fitting((product.width, product.width), product)
        assert self.colours is not None
        products = [product(seed) for seed in self._seeds]
        data = np.concatenate([*products, np.zeros(0)])[self._gathered]
        matrix = _csr((data, self.pattern.indices, self.pattern.indptr), self.pattern.shape)
        return self._checked(matrix, product)


class _Products:
    """Products of a Jacobian at a point with vectors."""

    def __init__(self, builder: Builder, values: dict[str, Any]) -> None:
        target = builder.targets[0]
        self.part = target.of(values[target.parameter])
        if not has_floats(self.part):
            raise TypeError(f"`{target}` is {describe_value(self.part)}, which has no floating parts")
        vector, self.unravel = ravel(self.part)
        self.width = vector.size
        self.builder, self.values = builder, values
        self.pushing = Pushing(builder, values)
        _refuse_complex("an argument", self.part)

    def pushed(self, direction: Array) -> tuple[Any, Any]:
        """The output and its tangent."""
        part = self.part
        if isinstance(part, np.ndarray):
            tangent = direction.reshape(part.shape).astype(part.dtype, copy=False)
        else:
            tangent = _floats_of(self.unravel(direction))
        return self.pushing(_directions(self.builder, self.values, [tangent]))

    def __call__(self, direction: Array) -> Array:
        """The product as a vector."""
        tangent = self.pushed(direction)[1]
        return tangent.ravel() if isinstance(tangent, np.ndarray) else ravel(tangent)[0]


def _refuse_complex(what: str, tree: Any) -> None:
    if any(np.iscomplexobj(leaf) for leaf in float_leaves(tree)):
        raise TypeError(f"the sparse derivative of {what} with complex parts: take real and imaginary part apart")


def _floats_of(tree: Any) -> Any:
    """A structure as a tangent or a gradient: None for leaves without floating parts."""
    return map_structure(lambda leaf: leaf if is_float(leaf) else None, tree)


def _probed(product: Product, shape: tuple[int, int]) -> Matrix:
    """The pattern, column by column: the product with a vector that is NaN in one element is NaN in that column."""
    found: list[Array] = []
    for column in range(shape[1]):
        direction = np.zeros(shape[1])
        direction[column] = np.nan
        with np.errstate(all="ignore"):
            found.append(np.flatnonzero(np.isnan(product(direction))))
    columns = np.repeat(np.arange(shape[1]), [rows.size for rows in found])
    rows = np.concatenate([*found, np.zeros(0, dtype=int)])
    from scipy.sparse import coo_array

    return _csr(coo_array((np.ones(rows.size, dtype=bool), (rows, columns)), shape=shape))


def _csr(matrix: Any, shape: tuple[int, int] | None = None) -> Matrix:
    """A matrix by compressed rows."""
    try:
        from scipy.sparse import csr_array
    except ImportError:
        raise ImportError("sparse derivatives need SciPy: pip install scipy") from None
    made = csr_array(matrix) if shape is None else csr_array(matrix, shape=shape)
    made.sort_indices()
    return made


def _positions(pattern: Matrix) -> tuple[Array, Array]:
    """The row and the column of each entry."""
    return np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr)), pattern.indices


def _indicators(colours: Array) -> Iterator[Array]:
    """For each colour the vector that is 1 where it is."""
    for colour in range(int(colours.max(initial=-1)) + 1):
        yield (colours == colour).astype(float)


def _read_directly(pattern: Matrix, colours: Array) -> Array:
    """For each entry whether its column is the only one of its colour in its row; else its mirror image is."""
    rows, columns = _positions(pattern)
    keys = rows * (colours.max(initial=0) + 1) + colours[columns]
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    direct: Array = counts[inverse] == 1
    return direct
