"""The exceptions that srcdiff raises, and how a place in someone's source is shown."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass

__all__ = ["Place", "SeedError", "SourceError", "SrcdiffError", "UnsupportedError", "short_path"]


def short_path(filename: str) -> str:
    """The path as a reader wants it: relative to the working directory if it lies beneath it, else as it is.

    Examples
    --------
    >>> short_path(os.path.join(os.getcwd(), "models", "tanks.py")).replace(os.sep, "/")
    'models/tanks.py'
    >>> short_path("<stdin>")
    '<stdin>'
    """
    if not os.path.isabs(filename):
        return filename
    try:
        relative = os.path.relpath(filename)
    except (OSError, ValueError):  # no working directory any more, or another drive
        return filename
    return filename if relative.split(os.sep, 1)[0] == os.pardir else relative


@dataclass(frozen=True)
class Place:
    """A place in source text: what an error message points at.

    Lines and columns count from 1, columns in characters, as editors show them.
    """

    filename: str
    line: int
    column: int
    text: str = ""
    width: int = 1

    def __str__(self) -> str:
        return f"{short_path(self.filename)}:{self.line}:{self.column}"

    def excerpt(self) -> str:
        """The source line with carets under the construct; empty where the line is unknown."""
        text = self.text.rstrip()
        if not text.strip():
            return ""
        start = min(self.column - 1, len(text))
        gutter = f"  {self.line} | "
        padding = "".join("\t" if letter == "\t" else " " * _cells(letter) for letter in text[:start])
        carets = "^" * max(1, sum(_cells(letter) for letter in text[start : start + self.width]))
        return f"{gutter}{text}\n{' ' * (len(gutter) - 2)}| {padding}{carets}"


def _cells(letter: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


class SrcdiffError(Exception):
    """Base of every error that srcdiff itself raises."""


class UnsupportedError(SrcdiffError):
    """A construct, or a function without a rule, that has no right derivative here.

    Parameters
    ----------
    what : str
        The construct, in one clause.
    way_out : str
        What the reader can do about it.
    place : Place, optional
        Where it stands; filled in by the pass that knows.
    """

    def __init__(self, what: str, way_out: str = "", place: Place | None = None) -> None:
        self.what = what
        self.way_out = way_out
        self.place = place
        super().__init__(what, way_out, place)

    def __str__(self) -> str:
        head = f"{self.place}: {self.what}" if self.place else self.what
        excerpt = self.place.excerpt() if self.place else ""
        return "\n".join(part for part in (head, excerpt, self.way_out) if part)

    def at(self, place: Place) -> UnsupportedError:
        """The same error with its place, where none is known yet: the innermost pass that knows one wins."""
        return self if self.place is not None else type(self)(self.what, self.way_out, place)


class SeedError(SrcdiffError, TypeError):
    """The output cotangent is missing, or does not fit the output."""


class SourceError(SrcdiffError):
    """No source text is to be had for a function: why, and what to do."""
