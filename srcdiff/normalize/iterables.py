"""What a loop goes over: a range, sequences side by side, or something that is evaluated once into a list.

A `Plan` says how many trips there are and what each trip gets. `enumerate`, `zip`, `reversed`, `map` and `range` are
taken apart. A name is taken for a sequence (an array, a list, a tuple) unless the function shows that it is none.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gast

from srcdiff import build
from srcdiff.normalize.trees import is_atom

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["Plan", "is_iterator", "is_unordered", "plan_of", "sequence_of", "unordered_names"]

#: Builtins whose results are no sequences.
ITERATORS = frozenset({"dict", "set", "frozenset", "zip", "map", "filter", "enumerate", "reversed", "iter", "open"})
UNORDERED_TYPES = frozenset(
    {"dict", "set", "frozenset", "Dict", "Set", "Mapping", "MutableMapping", "Iterable", "Iterator", "Generator"}
)
#: Methods that show that a variable holds a dictionary.
MAPPING_METHODS = frozenset({"items", "keys", "values", "get", "setdefault", "popitem"})
VIEWS = frozenset({"items", "keys", "values"})


@dataclass(frozen=True)
class Plan:
    """How a loop runs.

    Attributes
    ----------
    lengths : list of expressions
        The number of trips is the least of these; none at all for a loop without end.
    element : function
        From the counter to what the trip gets, as an expression of Python that is yet to be rewritten.
    sequences : tuple of expressions
        What is gone over, as it was written: if one of these grows on the way, the loop goes on.
    strict : list of lists of expressions
        Lengths that must be equal once the shortest is through.
    """

    lengths: list[gast.expr]
    element: Callable[[gast.expr], gast.expr]
    sequences: tuple[gast.expr, ...] = ()
    strict: tuple[list[gast.expr], ...] = ()


def plan_of(flat: Flattener, node: gast.expr, rebound: set[str]) -> Plan:
    """The plan of a loop over the value of an expression, which is evaluated once, here.

    `rebound` are the names that the loop binds: what it goes over is kept in another.
    """
    if isinstance(node, gast.Call) and not any(isinstance(a, gast.Starred) for a in node.args):
        function = flat.purity.object_of(node.func)
        taken_apart = _TAKEN_APART.get(function) if _hashable(function) else None
        plan = taken_apart(flat, node, rebound) if taken_apart is not None else None
        if plan is not None:
            return plan
    written = flat.again(node)
    name = sequence_of(flat, node, rebound)
    return Plan([_length(flat, name)], lambda k: build.subscript(flat.read(name), k), (written,))


def sequence_of(flat: Flattener, node: gast.expr, rebound: set[str]) -> str:
    """A variable that holds a sequence: the value of an expression, or a list of what it yields."""
    if isinstance(node, gast.GeneratorExp):
        node = flat.like(node, gast.ListComp(node.elt, node.generators))
    unordered = is_unordered(flat, node)
    atom = flat.atom(node, "items") if is_atom(node) else flat.value(node, "items")
    if unordered:
        if not is_atom(atom):
            atom = flat.name_for(atom, "items")
        return str(flat.name_for(flat.call("list", atom), "items").id)
    if isinstance(atom, gast.Name) and atom.id not in rebound:
        return str(atom.id)
    return str(flat.name_for(atom, "items").id)


def is_unordered(flat: Flattener, node: gast.expr) -> bool:
    """Whether an expression is known to give something that can be iterated over, but not indexed."""
    if isinstance(node, gast.Name):
        return node.id in flat.unordered
    if isinstance(node, (gast.Dict, gast.Set, gast.DictComp, gast.SetComp, gast.GeneratorExp)):
        return True
    if not isinstance(node, gast.Call):
        return False
    if isinstance(node.func, gast.Attribute) and node.func.attr in VIEWS and not node.args:
        return True
    function = flat.purity.object_of(node.func)
    if function is None:
        return False
    if isinstance(function, type):
        return hasattr(function, "__next__") or issubclass(function, Mapping) or not hasattr(function, "__getitem__")
    if inspect.isgeneratorfunction(function):
        return True
    name = getattr(function, "__name__", "")
    return name in ITERATORS or getattr(function, "__module__", "") == itertools.__name__


def is_iterator(flat: Flattener, node: gast.expr) -> bool:
    """Whether an expression gives something that is used up as it is gone over: `iter(x)`, `zip(x, y)`, a file."""
    if not isinstance(node, gast.Call) or not is_unordered(flat, node):
        return isinstance(node, gast.Name) and node.id in flat.iterators
    if isinstance(node.func, gast.Attribute) and node.func.attr in VIEWS:
        return False
    function = flat.purity.object_of(node.func)
    return not (isinstance(function, type) and issubclass(function, (Mapping, set, frozenset)))


def unordered_names(
    arguments: gast.arguments, nodes: Iterable[gast.AST], is_iterator: Callable[[gast.expr], bool]
) -> set[str]:
    """The variables that hold, at one place at least, something that can only be iterated over.

    That shows where they are assigned, in annotations, and in what is done with them: `d.items()`, `d["key"]`.
    """
    found = {parameter.id for parameter in arguments.args if _is_unordered_type(parameter.annotation)}
    for node in nodes:
        if isinstance(node, gast.Assign) and is_iterator(node.value):
            found.update(target.id for target in node.targets if isinstance(target, gast.Name))
        elif isinstance(node, gast.withitem) and isinstance(node.optional_vars, gast.Name):
            found.add(node.optional_vars.id)
        elif isinstance(node, gast.Attribute) and node.attr in MAPPING_METHODS and isinstance(node.value, gast.Name):
            found.add(node.value.id)
        elif isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name):
            if isinstance(node.slice, gast.Constant) and isinstance(node.slice.value, str):
                found.add(node.value.id)
    return found


def _is_unordered_type(annotation: gast.AST | None) -> bool:
    """Whether an annotation is `dict[str, float]` or the like."""
    if isinstance(annotation, gast.Subscript):
        annotation = annotation.value
    name = annotation.attr if isinstance(annotation, gast.Attribute) else getattr(annotation, "id", None)
    return name in UNORDERED_TYPES


def _length(flat: Flattener, name: str) -> gast.expr:
    return flat.call("len", flat.read(name))


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _range(flat: Flattener, node: gast.Call, rebound: set[str]) -> Plan | None:
    """`range` beside another sequence; on its own it is a loop already."""
    if node.keywords or not 1 <= len(node.args) <= 3:
        return None
    bounds = [flat.still(bound, "bound") for bound in node.args]
    length = flat.call("len", flat.like(node, gast.Call(node.func, bounds, [])))

    def element(k: gast.expr) -> gast.expr:
        if len(bounds) == 3:
            k = build.multiply(k, flat.again(bounds[2]))
        return k if len(bounds) == 1 else build.binary(flat.again(bounds[0]), gast.Add(), k)

    return Plan([length], element)


def _enumerate(flat: Flattener, node: gast.Call, rebound: set[str]) -> Plan | None:
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if set(keywords) - {"iterable", "start"} or not node.args:
        return None
    inner = plan_of(flat, node.args[0], rebound)
    start = node.args[1] if len(node.args) > 1 else keywords.get("start")
    if start is None or build.is_constant(start, 0):
        return _with_element(inner, lambda k: build.display([k, inner.element(flat.again(k))]))
    first = _kept(flat, start, "start", rebound)

    def element(k: gast.expr) -> gast.expr:
        count = build.binary(flat.again(k), gast.Add(), flat.again(first))
        return build.display([count, inner.element(flat.again(k))])

    return _with_element(inner, element)


def _zip(flat: Flattener, node: gast.Call, rebound: set[str]) -> Plan | None:
    strict = [keyword.value for keyword in node.keywords if keyword.arg == "strict"]
    if len(node.keywords) > len(strict) or not node.args:
        return None
    if strict and not isinstance(strict[0], gast.Constant):
        raise flat.refuse(
            strict[0], "`zip` with a `strict` that is not a constant", "Write `strict=True` or leave it out."
        )
    for argument in node.args:
        if isinstance(argument, gast.Name) and is_iterator(flat, argument) and flat.reads[argument.id] > 1:
            what = f"`zip` of the iterator `{argument.id}`, which is used elsewhere, too"
            raise flat.refuse(argument, what, f"Make a list of it first: `{argument.id} = list(...)`.")
    plans = [plan_of(flat, argument, rebound) for argument in node.args]
    checks = [check for plan in plans for check in plan.strict]
    if strict and strict[0].value:
        checks.append([length for plan in plans for length in plan.lengths])
    return Plan(
        [length for plan in plans for length in plan.lengths],
        lambda k: build.display([plan.element(flat.again(k)) for plan in plans]),
        tuple(name for plan in plans for name in plan.sequences),
        tuple(checks),
    )


def _reversed(flat: Flattener, node: gast.Call, rebound: set[str]) -> Plan | None:
    if node.keywords or len(node.args) != 1:
        return None
    argument = node.args[0]
    if isinstance(argument, gast.Call) and flat.purity.object_of(argument.func) is range:
        inner = _range(flat, argument, rebound)
        if inner is None:
            return None
        last = _kept(flat, build.binary(flat.again(inner.lengths[0]), gast.Sub(), build.constant(1)), "last", rebound)
        return Plan(inner.lengths, lambda k: inner.element(build.binary(flat.again(last), gast.Sub(), k)))
    name = sequence_of(flat, argument, rebound)

    def element(k: gast.expr) -> gast.expr:
        last = build.binary(_length(flat, name), gast.Sub(), build.constant(1))
        return build.subscript(flat.read(name), build.binary(last, gast.Sub(), k))

    return Plan([_length(flat, name)], element)


def _map(flat: Flattener, node: gast.Call, rebound: set[str]) -> Plan | None:
    if node.keywords or len(node.args) < 2:
        return None
    function = node.args[0]
    if not flat.purity.is_path(function):
        function = _kept(flat, function, "mapped", rebound)
    plans = [plan_of(flat, argument, rebound) for argument in node.args[1:]]
    return Plan(
        [length for plan in plans for length in plan.lengths],
        lambda k: gast.Call(flat.again(function), [plan.element(flat.again(k)) for plan in plans], []),
        tuple(name for plan in plans for name in plan.sequences),
        tuple(check for plan in plans for check in plan.strict),
    )


def _count(flat: Flattener, node: gast.Call, rebound: set[str]) -> Plan | None:
    """`itertools.count(start, step)`, without end."""
    if node.keywords or len(node.args) > 2:
        return None
    bounds = [_kept(flat, bound, "start", rebound) for bound in node.args]

    def element(k: gast.expr) -> gast.expr:
        if len(bounds) == 2:
            k = build.binary(flat.again(bounds[1]), gast.Mult(), k)
        return build.binary(flat.again(bounds[0]), gast.Add(), k) if bounds else k

    return Plan([], element)


def _with_element(plan: Plan, element: Callable[[gast.expr], gast.expr]) -> Plan:
    return Plan(plan.lengths, element, plan.sequences, plan.strict)


def _kept(flat: Flattener, node: gast.expr, stem: str, rebound: set[str]) -> gast.expr:
    """An atom that the loop does not rebind."""
    atom = flat.atom(flat.like(flat.at, node), stem)
    if isinstance(atom, gast.Name) and atom.id in rebound:
        return flat.name_for(atom, stem)
    return atom


_TAKEN_APART: dict[Any, Callable[[Flattener, gast.Call, set[str]], Plan | None]] = {
    range: _range,
    enumerate: _enumerate,
    zip: _zip,
    reversed: _reversed,
    map: _map,
    itertools.count: _count,
}
