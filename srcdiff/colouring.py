"""Greedy colourings: columns of one colour are computed together, by one derivative along their sum.

Curtis, Powell & Reid (1974) and Coleman & Moré (1983) for Jacobians; Coleman & Moré (1984) and Gebremedhin, Manne &
Pothen (2005), *What color is your Jacobian?*, for symmetric Hessians. Graphs come as compressed rows: the neighbours of
`k` are `indices[indptr[k]:indptr[k + 1]]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

__all__ = ["column_colouring", "star_colouring"]

Integers = np.ndarray[Any, np.dtype[np.integer[Any]]]
Lists = list[list[int]]


def column_colouring(rows: tuple[Integers, Integers], columns: tuple[Integers, Integers]) -> Integers:
    """Colours of the columns of a matrix, such that no two columns of one colour have an entry in the same row.

    That is a distance-2 colouring of the columns in the bipartite graph of rows and columns: each entry of the matrix
    can be read off the sum of the columns of its colour. Columns with many neighbours come first.

    Parameters
    ----------
    rows, columns : tuple of (indptr, indices)
        The pattern by rows, and by columns.

    Examples
    --------
    >>> tridiagonal = np.array([0, 2, 5, 7]), np.array([0, 1, 0, 1, 2, 1, 2])
    >>> column_colouring(tridiagonal, tridiagonal)
    array([1, 0, 2])
    """
    in_row, in_column = _lists(*rows), _lists(*columns)
    colours = [-1] * len(in_column)
    for column in _by_degree([sum(len(in_row[row]) for row in found) for found in in_column]):
        forbidden = {colours[other] for row in in_column[column] for other in in_row[row]}
        colours[column] = _smallest(forbidden)
    return np.array(colours, dtype=int)


def star_colouring(indptr: Integers, indices: Integers) -> Integers:
    """Colours of the columns of a symmetric matrix: neighbours differ, and no path of four vertices has two colours.

    Each entry, or its mirror image, can then be read off the sum of the columns of one colour.

    Parameters
    ----------
    indptr, indices : ndarray
        The pattern of the matrix; its diagonal does not matter.

    Examples
    --------
    >>> path = np.array([0, 1, 3, 5, 7, 8]), np.array([1, 0, 2, 1, 3, 2, 4, 3])
    >>> star_colouring(*path)
    array([0, 1, 0, 2, 0])
    """
    graph = [[other for other in found if other != vertex] for vertex, found in enumerate(_lists(indptr, indices))]
    colours = [-1] * len(graph)
    for vertex in range(len(graph)):
        colours[vertex] = _smallest(set(_forbidden(vertex, graph, colours)))
    return np.array(colours, dtype=int)


def _forbidden(vertex: int, graph: Lists, colours: list[int]) -> Iterator[int]:
    """The colours that a vertex may not have: those of its neighbours, and those that finish a path of two colours."""
    seen = Counter(colours[near] for near in graph[vertex])
    for near in graph[vertex]:
        colour = colours[near]
        if colour < 0:
            continue
        yield colour
        for far in graph[near]:
            if far == vertex or colours[far] < 0:
                continue
            if seen[colour] > 1 or any(colours[last] == colour for last in graph[far] if last != near):
                yield colours[far]


def _lists(indptr: Integers, indices: Integers) -> Lists:
    flat = indices.tolist()
    return [flat[start:end] for start, end in zip(indptr[:-1].tolist(), indptr[1:].tolist())]


def _by_degree(degrees: Sequence[int]) -> list[int]:
    """The vertices with the most neighbours first, otherwise in order."""
    return sorted(range(len(degrees)), key=lambda vertex: -degrees[vertex])


def _smallest(forbidden: set[int]) -> int:
    """The smallest colour that is not forbidden."""
    colour = 0
    while colour in forbidden:
        colour += 1
    return colour
