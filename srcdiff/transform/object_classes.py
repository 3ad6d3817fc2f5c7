"""What is known of classes: how their objects keep attributes, which methods store some, how they are made."""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "attributes_changed",
    "attributes_stored",
    "has_generated_init",
    "has_more",
    "inherited",
    "is_sequence",
    "keeps_attributes_plainly",
    "title_of",
]

_HOOKS = frozenset(("__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__new__", "__slots__"))


@functools.lru_cache(maxsize=1024)
def keeps_attributes_plainly(cls: type) -> bool:
    """Whether the objects of a class have their attributes in a dictionary, and nothing else happens to these."""
    if cls is types.SimpleNamespace:
        return True
    if type(cls) is not type or issubclass(cls, (tuple, list, dict, set, str, np.ndarray, BaseException)):
        return False
    for base in cls.__mro__[:-1]:
        own = vars(base)
        hooks = set(own) & _HOOKS
        if "__dataclass_params__" in own and own["__dataclass_params__"].frozen:
            hooks -= {"__setattr__", "__delattr__"}
        if hooks or base.__module__ == "builtins" or not base.__flags__ & _HEAP_TYPE:
            return False
        if any(_is_other_descriptor(value) for key, value in own.items() if key not in ("__dict__", "__weakref__")):
            return False
    return True


_HEAP_TYPE = 1 << 9


def _is_other_descriptor(value: Any) -> bool:
    known = (types.FunctionType, staticmethod, classmethod, property, type)
    return hasattr(type(value), "__get__") and not isinstance(value, known)


@functools.lru_cache(maxsize=1024)
def attributes_stored(cls: type) -> frozenset[str]:
    """The attributes that some method of a class stores."""
    return _stored_by(cls, lambda function: True)


@functools.lru_cache(maxsize=1024)
def attributes_changed(cls: type) -> frozenset[str]:
    """The attributes that a method other than `__init__` stores."""
    return _stored_by(cls, lambda function: function.__name__ != "__init__")


def _stored_by(cls: type, counts: Callable[[types.FunctionType], bool]) -> frozenset[str]:
    found: set[str] = set()
    for base in cls.__mro__:
        for value in vars(base).values():
            function = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(function, types.FunctionType) and counts(function):
                found |= {i.argval for i in dis.get_instructions(function) if i.opname == "STORE_ATTR"}
    return frozenset(found)


def has_generated_init(cls: type) -> bool:
    """Whether `__init__` is the one that `dataclass` has written."""
    owner = next(base for base in cls.__mro__ if "__init__" in vars(base))
    parameters = vars(owner).get("__dataclass_params__")
    return parameters is not None and bool(parameters.init)


def is_sequence(cls: type) -> bool:
    """Whether NumPy's numbers make an array of an object before its own operators are asked."""
    return hasattr(cls, "__len__") and hasattr(cls, "__getitem__") and not hasattr(cls, "__array_ufunc__")


def has_more(cls: type, keys: tuple[Any, ...]) -> bool:
    """Whether an object of a class has attributes with a value besides those in its dictionary."""
    inside = {key: value for base in cls.__mro__[:-1] for key, value in vars(base).items() if key[:2] != "__"}
    return any(key not in keys and not isinstance(value, types.FunctionType) for key, value in inside.items())


def inherited(cls: type, attr: str, after: type) -> Any:
    """What `super(after, object).attr` finds for an object of a class; None for nothing."""
    order = list(cls.__mro__)
    rest = order[order.index(after) + 1 :] if after in order else []
    return next((vars(base)[attr] for base in rest if attr in vars(base)), None)


def title_of(function: Any) -> str:
    """`Particle_step` for `Particle.step`, `Dual_mul` for `Dual.__mul__`."""
    parts: list[str] = function.__qualname__.rpartition("<locals>.")[2].split(".")
    return "_".join(part.strip("_") or part for part in parts)
