"""Room to work in: deep expressions need a deep stack, and many new trees no garbage collection."""

from __future__ import annotations

import contextvars
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["at_rest", "with_room"]

T = TypeVar("T")

_STACK, _DEPTH = 512 * 2**20, 200_000
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


def with_room(work: Callable[[], T]) -> T:
    """Do work again in a thread with a large stack, if it goes deeper than this one allows."""
    try:
        return work()
    except RecursionError:
        if threading.current_thread().name == _NAME:
            raise
    return _in_deep_thread(work)


def _in_deep_thread(work: Callable[[], T]) -> T:
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
        sys.setrecursionlimit(max(_DEPTH, recursion))
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
