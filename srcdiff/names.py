"""Where every generated name is made: readable, deterministic, never one that the program uses already."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

__all__ = ["Names"]


class Names:
    """The names taken in one function, and new ones beside them.

    A clash is resolved by a number from 2 on for values (`r_exp_2`), by a trailing underscore for words with a
    meaning of their own (`x_bar_`).

    Examples
    --------
    >>> names = Names(["k", "lambda_"])
    >>> names.fresh("r_exp"), names.fresh("k"), names.fresh("k"), names.word("k"), names.fresh("lambda")
    ('r_exp', 'k_2', 'k_3', 'k_', 'lambda_2')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self._next: dict[str, int] = {}  # the first number that may be free: names are only ever added

    def reserve(self, *names: str) -> None:
        """Mark names as taken."""
        self.taken.update(names)

    def fresh(self, stem: str) -> str:
        """`stem`, numbered from 2 on if it is taken."""
        stem = f"n_{stem}" if stem[:1].isdigit() else stem
        name, number = stem, self._next.get(stem, 2)
        while name in self.taken or keyword.iskeyword(name):
            name, number = f"{stem}_{number}", number + 1
        self._next[stem] = number
        self.taken.add(name)
        return name

    def word(self, stem: str) -> str:
        """`stem`, with trailing underscores if it is taken."""
        name = stem
        while name in self.taken or keyword.iskeyword(name):
            name += "_"
        self.taken.add(name)
        return name
