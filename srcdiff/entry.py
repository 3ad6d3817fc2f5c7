"""The small function through which a derivative is called: binds the arguments, checks them, calls the adjoint.

Python binds the arguments, since the entry has the primal's own parameters; a guard of identity tests sees whether the
text at hand serves these arguments. Everything unusual goes to `slow`.
"""

from __future__ import annotations

import builtins
import inspect
import linecache
import types
import weakref
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from srcdiff.kinds import ArrayKind, Kind, NumberKind, OpaqueKind
from srcdiff.names import Names
from srcdiff.rules import registry

__all__ = ["PLAIN_TYPES", "Branch", "Entry", "define", "entry_function", "parameters_text"]

PLAIN_TYPES = frozenset(
    {float, int, bool, str, type(None), np.bool_, np.float64, np.float32, np.float16, np.longdouble}
    | {np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.longlong, np.ulonglong}
)
"""Types of constant arguments that one text serves; arrays of real numbers come besides."""

DIRECT_BRANCHES = 4
"""How many specialisations the entry tests itself; the others are found in a dictionary."""


def define(name: str, text: str, namespace: dict[str, Any], label: str) -> Callable[..., Any]:
    """The function `name` that `text` defines, with `namespace` itself as its globals and lines for tracebacks."""
    filename = f"<srcdiff {label} {zlib.crc32(text.encode()):08x}>"
    defined: dict[str, Any] = {}
    exec(compile(text, filename, "exec"), namespace, defined)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    function: Callable[..., Any] = defined[name]
    return function


def _forget_with(function: Callable[..., Any], filename: str) -> None:
    """Drop the lines of a text when the function made from it is collected."""
    weakref.finalize(function, linecache.cache.pop, filename, None).atexit = False


@dataclass(frozen=True)
class Branch:
    """One specialisation, as the entry sees it.

    Attributes
    ----------
    function : callable
        The generated function.
    call : tuple of str or (object,)
        Its arguments in order: names of the entry's parameters, or constants in a tuple.
    kinds : dict
        The kinds of the parameters that it was made for; a parameter that is not named is a real number or array.
    identities : tuple
        (parameter, object) for parameters that have to be this very object.
    written : tuple of str
        Parameters that the primal writes into.
    captured : tuple
        (namespace, name, object) of everything that the text was made from.
    scalar : bool
        The output is proved a real number, so that the text has no seed to refuse.
    version : int
        The version of the table of rules.
    seeded : bool
        The function takes `gradient` as its last argument.
    when : str
        When `finish` makes the function's result into the caller's: "always", for any "value" but a number, or never.
    finish : callable or None
        What makes it so.
    """

    function: Callable[..., Any]
    call: tuple[Any, ...]
    kinds: dict[str, Kind]
    identities: tuple[tuple[str, Any], ...]
    written: tuple[str, ...]
    captured: tuple[tuple[Any, str, Any], ...]
    scalar: bool
    version: int
    seeded: bool = True
    when: Literal["", "value", "always"] = ""
    finish: Callable[[Any], Any] | None = None


@dataclass
class Entry:
    """Text in the making: its lines, and the objects that it refers to by name."""

    names: Names
    globals_: dict[str, Any]
    objects: dict[str, Any] = field(default_factory=dict)

    def refer(self, stem: str, value: Any) -> str:
        """A name for an object, the same for the same object."""
        for name, known in self.objects.items():
            if known is value:
                return name
        name = self.names.fresh(stem)
        self.objects[name] = value
        return name


def parameters_text(signature: inspect.Signature, default: Callable[[str, Any], str], extra: Sequence[str] = ()) -> str:
    """Parameters as a `def` writes them; `extra` follows the positional ones, by keyword where these end in `*args`."""
    parts: list[str] = []
    positional_only = keywords = False
    for p in signature.parameters.values():
        if positional_only and p.kind is not p.POSITIONAL_ONLY:
            parts.append("/")
        positional_only = p.kind is p.POSITIONAL_ONLY
        if p.kind is p.VAR_KEYWORD:
            continue
        if p.kind is p.KEYWORD_ONLY and not keywords:
            parts.append("*")
        keywords = keywords or p.kind in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
        if p.kind is p.VAR_POSITIONAL:
            parts.append(f"*{p.name}")
        else:
            parts.append(p.name if p.default is p.empty else f"{p.name}={default(p.name, p.default)}")
    parts += ["/"] * positional_only
    parts += extra
    parts += [f"**{p.name}" for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD]
    return ", ".join(parts)


def entry_function(
    name: str,
    signature: inspect.Signature,
    wrt: Sequence[str],
    branches: Sequence[Branch],
    slow: Callable[..., Any],
    explain: Callable[..., Any],
    globals_: dict[str, Any],
) -> tuple[Callable[..., Any], str]:
    """The entry of a derivative and its text.

    Parameters
    ----------
    name : str
        What to call it: the primal's name, for Python's own messages about missing arguments.
    signature : inspect.Signature
        The parameters to bind, without `gradient` and `into`.
    wrt : sequence of str
        The parameters that are differentiated by.
    branches : sequence of Branch
        What was generated so far, the most general first.
    slow : callable
        `slow(values, gradient, into)`: everything that no branch takes.
    explain : callable
        `explain(error, gradient)` raises a SeedError if the text refused its seed; otherwise it returns, with a note on
        what of the primal the reverse sweep was at.
    globals_ : dict
        The primal's globals: captured globals are compared by name, which is the cheapest test that Python has.
    """
    parameters = list(signature.parameters)
    taken = {*parameters, "gradient", "into", "error", "result", *(n for b in branches for _, n, _ in b.captured)}
    entry = Entry(Names(taken), globals_)
    owner = entry.names.word("derivative")
    simple = (int, float, str, bool, type(None))

    def default(parameter: str, value: Any) -> str:
        plain = type(value) in simple and value == value and value not in (float("inf"), float("-inf"))
        return repr(value) if plain else entry.refer(f"default_{parameter}", value)

    header = parameters_text(signature, default, ("gradient=None", "into=None"))
    function = entry.names.word(name if name.isidentifier() else "derivative_of_lambda")
    slash = "" if any(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in signature.parameters.values()) else "/, "
    lines = [f"def {function}({owner}, {slash}{header}):"]
    tests: list[list[str]] = []
    for branch in branches[:DIRECT_BRANCHES]:
        conditions = _conditions(entry, parameters, wrt, branch)
        tests.append(conditions)
        lines += _branch_lines(entry, conditions, branch, explain)
    values = "".join(f"{parameter}, " for parameter in parameters)
    lines.append(f"    return {entry.refer('slow', slow)}(({values.rstrip() if values else ''}), gradient, into)")
    text = "\n".join(lines) + "\n"
    maker = f"def make({', '.join(entry.objects)}):\n" + "".join(
        f"    {line}\n" for line in [*lines, f"return {function}"]
    )
    make = define("make", maker, globals_, f"{name} entry")
    result = make(*entry.objects.values())
    result.__qualname__ = function
    _forget_with(result, result.__code__.co_filename)
    return result, text


def _branch_lines(entry: Entry, conditions: list[str], branch: Branch, explain: Callable[..., Any]) -> list[str]:
    lines = ["    if (", f"        {conditions[0]}", *(f"        and {test}" for test in conditions[1:]), "    ):"]
    arguments = [item if isinstance(item, str) else entry.refer("bound", item[0]) for item in branch.call]
    function = entry.refer(branch.function.__name__, branch.function)
    call = f"{function}({', '.join(arguments)})"
    if branch.seeded:
        call = f"{call} if gradient is None else {function}({', '.join([*arguments, 'gradient'])})"
    last = [f"return {call}"]
    if branch.when == "always":
        last = [f"return {entry.refer('finish', branch.finish)}({call})"]
    elif branch.when == "value":
        plain = f"result[0].__class__ in {entry.refer('plain_types', PLAIN_TYPES)}"
        last = [f"result = {call}", f"return result if {plain} else {entry.refer('finish', branch.finish)}(result)"]
    return [
        *lines,
        "        try:",
        *(f"            {line}" for line in last),
        f"        except {entry.refer('Exception', Exception)} as error:",
        f"            {entry.refer('explain', explain)}(error, gradient)",
        "            raise",
    ]


def _conditions(entry: Entry, parameters: list[str], wrt: Sequence[str], branch: Branch) -> list[str]:
    conditions = ["into is None and gradient is None"]
    if branch.seeded:  # a seed that the text takes as it is
        seed = entry.refer("float", float) if branch.scalar else entry.refer("ndarray", np.ndarray)
        conditions = [f"into is None and (gradient is None or gradient.__class__ is {seed})"]
    identities = dict(branch.identities)
    for parameter in parameters:
        if parameter in identities:
            value = identities[parameter]
            literal = repr(value) if value is None or isinstance(value, bool) else entry.refer("given", value)
            conditions.append(f"{parameter} is {literal}")
        elif parameter in branch.kinds:
            conditions.append(_kind_test(entry, parameter, branch.kinds[parameter], parameter in wrt))
        else:
            conditions.append(_real_test(entry, parameter, parameter in wrt))
    conditions += [_captured_test(entry, parameters, *captured) for captured in branch.captured]
    conditions.append(f"{entry.refer('registry', registry)}.version == {branch.version}")
    others = [parameter for parameter in parameters if not _never_array(branch.kinds.get(parameter))]
    conditions += [
        f"not ({_is_array(entry, name)} and {_is_array(entry, other)} and {_may_share(entry)}({name}, {other}))"
        for name in branch.written
        for other in others
        if name in parameters and name != other and not (other in branch.written and other < name)
    ]
    return conditions


def _never_array(kind: Kind | None) -> bool:
    return isinstance(kind, (NumberKind, OpaqueKind))


def _is_array(entry: Entry, name: str) -> str:
    """Whether an argument is an ndarray; reading `__class__` costs half of what calling `type` does."""
    return f"{name}.__class__ is {entry.refer('ndarray', np.ndarray)}"


def _may_share(entry: Entry) -> str:
    return entry.refer("may_share_memory", np.may_share_memory)


def _real_test(entry: Entry, name: str, differentiated: bool) -> str:
    """A real number or a real array; a plain constant too where no derivative is taken."""
    float64 = entry.refer("float64", np.dtype(float))
    array = _is_array(entry, name)
    if differentiated:
        number = _types_test(entry, name, float, np.float64)
        return f'({array} and ({name}.dtype is {float64} or {name}.dtype.kind == "f") and {name}.ndim or {number})'
    number = f"{name}.__class__ is {entry.refer('float', float)}"
    plain = f"{name}.__class__ in {entry.refer('plain_types', PLAIN_TYPES)}"
    return f'({number} or {array} and ({name}.dtype is {float64} or {name}.dtype.kind in "fiub") or {plain})'


def _kind_test(entry: Entry, name: str, kind: Kind, differentiated: bool) -> str:
    """One kind, exactly; containers are left to the slow path, which has to rebuild the gradient's structure."""
    if isinstance(kind, ArrayKind):
        tests = [_is_array(entry, name), f'{name}.dtype.kind == "{kind.dtype}"']
        if kind.dtype == "i":
            tests[1] = f'{name}.dtype.kind in "iu"'
        if kind.rank is None:
            return " and ".join([*tests, f"{name}.ndim"] if differentiated else tests)
        if kind.rank == 0 and differentiated:
            return "False"
        tests.append(f"{name}.ndim == {kind.rank}")
        if kind.unit_dims is None:
            return " and ".join(tests)
        dims = (f"{name}.shape[{k}] {'==' if k in kind.unit_dims else '!='} 1" for k in range(kind.rank))
        return " and ".join([*tests, *dims])
    if isinstance(kind, NumberKind):
        types_: dict[str, tuple[type, type]] = {
            "b": (bool, np.bool_),
            "i": (int, np.int64),
            "f": (float, np.float64),
            "c": (complex, np.complex128),
        }
        return f"({_types_test(entry, name, *types_[kind.dtype])})"
    if isinstance(kind, OpaqueKind):
        if kind.type is type(None):
            return f"{name} is None"
        return f"{name}.__class__ is {entry.refer(kind.type.__name__, kind.type)}"
    return "False"


def _types_test(entry: Entry, name: str, python: type, numpy: type) -> str:
    numpy_name = entry.refer(f"numpy_{numpy.__name__.rstrip('_')}", numpy)
    return f"{name}.__class__ is {entry.refer(python.__name__, python)} or {name}.__class__ is {numpy_name}"


def _captured_test(entry: Entry, parameters: list[str], namespace: Any, name: str, value: Any) -> str:
    """Whether a name that the text was made from still stands for the same object."""
    same = entry.refer("captured", value)
    hidden = name in (*parameters, "gradient", "into") or not name.isidentifier()
    if namespace is entry.globals_ and not hidden and (name in namespace or hasattr(builtins, name)):
        return f"{name} is {same}"
    if isinstance(namespace, types.CellType):
        return f"{entry.refer(f'{name}_cell', namespace)}.cell_contents is {same}"
    if isinstance(namespace, dict):
        return f"{entry.refer(f'{name}_namespace', namespace)}.get({name!r}) is {same}"
    return f"{entry.refer('owner', namespace)}.{name} is {same}"
