"""Room to work in: deep expressions need a deep stack, and many new trees no garbage collection."""

from __future__ import annotations

import contextvars
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["at_rest", "with_room"]

T = TypeVar("T")

_CALLS_A_LEVEL = 12
"""How many calls one level of an expression may take in a pass."""
_STACK = 512 * 2**20
_NAME = "srcdiff, deep expressions"
_changing = threading.Lock()


@contextmanager
def at_rest() -> Iterator[None]:
    """The garbage collector waits: trees of new nodes are no garbage yet."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def with_room(function: Any, work: Callable[[], T]) -> T:
    """Do work on a function with a stack for the deepest expression that its code may have.

    A level of an expression takes an instruction or more, so that the length of the code bounds the depth: short
    functions need nothing, long ones are worked on in a thread that has a large stack.
    """
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    needed = min(_CALLS_A_LEVEL * (len(code.co_code) // 4 if code is not None else 0), 400_000)
    if needed < sys.getrecursionlimit() // 2 or threading.current_thread().name == _NAME:
        return work()
    return _in_deep_thread(work, needed + sys.getrecursionlimit())


def _in_deep_thread(work: Callable[[], T], limit: int) -> T:
    results: list[T] = []
    problems: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as problem:  # it is raised again where the work was asked for
            problems.append(problem)

    context = contextvars.copy_context()
    with _changing:
        stack, recursion = threading.stack_size(_STACK), sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, recursion))
        try:
            thread = threading.Thread(target=context.run, args=(run,), name=_NAME)
            thread.start()
            threading.stack_size(stack)
            thread.join()
        finally:
            threading.stack_size(stack)
            sys.setrecursionlimit(recursion)
    if problems:
        raise problems[0]
    return results[0]
