"""What was made for a function before: so that `grad(f)(x)` and `vjp(f, x)` in a loop are built once."""

from __future__ import annotations

import threading
import types
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Recent", "identity"]

T = TypeVar("T")


class Recent(Generic[T]):
    """Objects by key, as long as somebody holds them, and the last few of them longer.

    Keys contain the identity of a function, so an object must hold the function that it was made for.

    Parameters
    ----------
    size : int
        How many to hold on to.
    """

    def __init__(self, size: int = 32) -> None:
        self._lock = threading.Lock()
        self._known: weakref.WeakValueDictionary[Any, T] = weakref.WeakValueDictionary()
        self._last: deque[T] = deque(maxlen=size)

    def get(self, key: Any, make: Callable[[], T]) -> T:
        """The object of this key, made if there is none."""
        with self._lock:
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = make()
                self._last.append(found)
            return found

    def clear(self) -> None:
        """Hold on to nothing."""
        with self._lock:
            self._last.clear()


def identity(fun: Any) -> tuple[int, ...]:
    """What makes two functions the same; a method is made anew each time that it is looked up."""
    if isinstance(fun, types.MethodType):
        return id(fun.__self__), id(fun.__func__)
    return (id(fun),)
