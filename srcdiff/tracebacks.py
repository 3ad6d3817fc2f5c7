"""Exceptions in a reverse sweep: a note says which line of the primal it is the reverse of."""

from __future__ import annotations

import re
import types

from srcdiff.load import GeneratedLoader

__all__ = ["note_reverse"]

_QUOTED = re.compile(r"\s*# (line (\d+): .*)")
_PLACE = re.compile(r'\s*""".*\((.+):\d+\)')


def note_reverse(error: BaseException) -> None:
    """Add the note to an exception, if it came from a reverse sweep and exceptions take notes (Python 3.11)."""
    add_note = getattr(error, "add_note", None)
    if add_note is None:
        return
    found: tuple[str, int] | None = None
    traceback: types.TracebackType | None = error.__traceback__
    while traceback is not None:
        loader = traceback.tb_frame.f_globals.get("__loader__")
        if isinstance(loader, GeneratedLoader) and loader.filename == traceback.tb_frame.f_code.co_filename:
            found = loader.text, traceback.tb_lineno
        traceback = traceback.tb_next
    note = _note(*found) if found is not None else None
    if note is not None and note not in getattr(error, "__notes__", []):
        add_note(note)


def _note(text: str, lineno: int) -> str | None:
    """What stands above a line of generated text: the primal's line that it is the reverse of."""
    lines = text.splitlines()[:lineno]
    while lines:
        quoted = _QUOTED.fullmatch(lines[-1])
        if quoted:
            break
        if lines[-1].strip() in ("# forward sweep", "# reverse sweep") or lines[-1].startswith("def "):
            return None
        lines.pop()
    place = next((found for line in reversed(lines) if (found := _PLACE.match(line))), None)
    if not lines or place is None:
        return None
    code = _QUOTED.fullmatch(lines[-1])
    assert code is not None
    number, quote = code[2], code[1].partition(": ")[2]
    return f"in the reverse of {place[1]}:{number}: {quote}"
