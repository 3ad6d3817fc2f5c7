"""Named tuples, dataclasses and other objects that are made in the text: which field gets what."""

from __future__ import annotations

import dataclasses
import dis
import inspect
from typing import TYPE_CHECKING, Any

import gast

from srcdiff import runtime
from srcdiff.analysis.facts import Fact, join_all

if TYPE_CHECKING:
    from srcdiff.analysis.inference import Facts

__all__ = ["fact_of_made", "fields_of", "is_always_there", "key_of", "made_record"]


def fields_of(cls: Any) -> tuple[str, ...] | None:
    """The fields of a named tuple or a dataclass that only stores what it is given; None for any other class."""
    if not isinstance(cls, type):
        return None
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        plain = (getattr(cls.__new__, "__module__", "") or "").startswith("namedtuple_")
        return tuple(cls._fields) if plain and "__init__" not in vars(cls) else None
    parameters = vars(cls).get("__dataclass_params__")
    if parameters is None or not parameters.init or hasattr(cls, "__post_init__"):
        return None
    fields = dataclasses.fields(cls)
    plain = parameters.frozen or cls.__setattr__ is object.__setattr__  # type: ignore[comparison-overlap]
    return tuple(field.name for field in fields) if plain and all(field.init for field in fields) else None


def made_record(node: gast.expr, facts: Facts) -> dict[str, gast.expr] | None:
    """What each field of a new record gets; None where an expression makes none.

    `State(x, v)`; `replace(p, a=x)` and `s._replace(x=v)`, whose other fields are attributes of the first operand.
    """
    if not isinstance(node, gast.Call) or any(isinstance(a, gast.Starred) for a in node.args):
        return None
    if any(k.arg is None for k in node.keywords):
        return None
    given = {str(k.arg): k.value for k in node.keywords}
    if isinstance(node.func, gast.Attribute) and node.func.attr == "_replace" and not node.args:
        return _replaced(node.func.value, given, facts)
    try:
        function = facts.object_of(node.func)
        hash(function)
    except (LookupError, TypeError):
        return None
    if function is dataclasses.replace and len(node.args) == 1:
        return _replaced(node.args[0], given, facts)
    if function in (runtime.new_object, runtime.made_object):
        return given
    return _constructed(function, node, given)


def _replaced(base: gast.expr, given: dict[str, gast.expr], facts: Facts) -> dict[str, gast.expr] | None:
    fact = facts(base)
    fields = fields_of(fact.type) if fact.kind in ("record", "tuple") else None
    if fields is None or not isinstance(base, gast.Name) or not set(given) <= set(fields):
        return None
    return {field: given.get(field, gast.Attribute(base, field, gast.Load())) for field in fields}


def _constructed(cls: Any, node: gast.Call, given: dict[str, gast.expr]) -> dict[str, gast.expr] | None:
    fields = fields_of(cls)
    if fields is None:
        return None
    try:
        bound = inspect.signature(cls).bind(*node.args, **given)
    except TypeError:
        return None
    made = {}
    for field in fields:
        if field in bound.arguments:
            made[field] = bound.arguments[field]
            continue
        default = _default(cls, field)
        if default is None:
            return None
        made[field] = default
    return made


def _default(cls: Any, field: str) -> gast.expr | None:
    """A default as an expression: a literal, or the empty container that a factory makes."""
    if dataclasses.is_dataclass(cls):
        (entry,) = (entry for entry in dataclasses.fields(cls) if entry.name == field)
        if entry.default_factory is list:
            return gast.List([], gast.Load())
        if entry.default_factory is dict:
            return gast.Dict([], [])
        value = entry.default
    else:
        value = cls._field_defaults.get(field, dataclasses.MISSING)
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return gast.Constant(value, None)
    return None


def fact_of_made(node: gast.expr, facts: Facts) -> Fact | None:
    """The fact of a new record."""
    made = made_record(node, facts)
    if made is None:
        return None
    cls = _class_of(node, facts)
    items = tuple(facts.item(part) for part in made.values())
    kind = "tuple" if issubclass(cls, tuple) else "record"
    return Fact(kind, items=items, keys=tuple(made), item=join_all(items), type=cls)


def _class_of(node: Any, facts: Facts) -> Any:
    if isinstance(node.func, gast.Attribute) and node.func.attr == "_replace":
        return facts(node.func.value).type
    function = facts.object_of(node.func)
    if function in (runtime.new_object, runtime.made_object):
        return facts(node.args[0]).value
    return facts(node.args[0]).type if function is dataclasses.replace else function


def key_of(fact: Fact, field: str) -> Any:
    """Where the mirror of a record keeps a field: by position for a named tuple, by name for a dataclass."""
    return fact.keys.index(field) if fact.kind == "tuple" else field


def is_always_there(cls: type | None, attr: str) -> bool:
    """Whether every object of a class has an attribute: a field, or what `__init__` stores."""
    if cls is None or attr in getattr(cls, "__dataclass_fields__", ()):
        return True
    init = inspect.getattr_static(cls, "__init__", None)
    code = getattr(init, "__code__", None)
    return code is not None and any(i.opname == "STORE_ATTR" and i.argval == attr for i in dis.get_instructions(code))
