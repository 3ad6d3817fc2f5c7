"""Parsed source files, and how a function is found in one: by its compiled code, not by its line alone.

The text that a file has now need not be the text that a function was made from. So the file is compiled, and a
definition counts as the function's own if it compiles to the same instructions. That also tells several lambdas on one
line apart, and finds a function again that has only moved.
"""

from __future__ import annotations
import __future__

import ast
import dis
import inspect
import linecache
import threading
import types
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Definition", "SourceFile", "locate"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_FUTURE_FLAGS = 0
for _feature in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _feature).compiler_flag

_SUSPENDED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_KIND_FLAGS = _SUSPENDED | inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_NOP = dis.opmap["NOP"]
_DISTINCT_LINES = 1 << 24  # beyond every real line: gives functions that start on the same line one each
_KEPT_FILES = 256


@dataclass
class Definition:
    """A function definition or a lambda in a file.

    Attributes
    ----------
    node : ast.AST
        Its tree; it is shared, so it must not be changed.
    owner : str or None
        The innermost class around it.
    name : str
        Its name; for a lambda, the name that it is assigned to, if any.
    codes : list of code
        What it compiles to: one object, more where the compiler repeats a block (`finally`), none where it drops it.
    """

    node: _Function
    owner: str | None
    name: str
    codes: list[types.CodeType] = field(default_factory=list)

    @property
    def first_line(self) -> int:
        """The line that the compiler notes for it: of the first decorator, if there is one."""
        decorators = getattr(self.node, "decorator_list", None)
        line: int = decorators[0].lineno if decorators else self.node.lineno
        return line

    @property
    def code_name(self) -> str:
        """The name that the compiler notes for it."""
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name


class AmbiguousError(Exception):
    """Functions on one line that compile to the same code, and differ in their defaults."""


class SourceFile:
    """A parsed file.

    Parameters
    ----------
    filename : str
        Its name, as code objects have it.
    raw : list of str
        Its lines, with line ends.
    flags : int
        The `from __future__` flags it is compiled under.

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        The text is not a Python program, or is nested too deeply for the compiler.
    """

    def __init__(self, filename: str, raw: list[str], flags: int) -> None:
        self.filename = filename
        self.raw = raw
        self.lines = tuple(line.rstrip("\r\n") for line in raw)
        self._flags = flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the first compilation has shown them
            self._text = "".join(raw)
            self._tree = ast.parse(self._text, filename)
            self.definitions = list(_definitions(self._tree))
            self._compile_each()

    def find(self, code: types.CodeType, defaults: tuple[Any, ...] | None) -> Definition | None:
        """The definition that compiles to `code`; None where the text is not what the function was made from.

        Several may: they mean the same then, and the one with the right line, columns and defaults is taken.
        """
        named = [d for d in self.definitions if d.code_name == code.co_name]
        named.sort(key=lambda d: abs(d.first_line - code.co_firstlineno))
        same = [d for d in named if any(_same_code(code, other) for other in d.codes)]
        if not same:
            here = [d for d in named if d.first_line == code.co_firstlineno]
            return here[0] if len(here) == 1 and self._same_but_asserts(code) else None
        nearest = [d for d in same if d.first_line == same[0].first_line]
        if len(nearest) > 1:
            nearest = [d for d in nearest if any(_same_columns(code, other) for other in d.codes)] or nearest
            nearest = [d for d in nearest if _may_have_defaults(d.node.args, defaults)] or nearest
        if any(ast.dump(d.node.args) != ast.dump(nearest[0].node.args) for d in nearest):
            raise AmbiguousError
        return nearest[0]

    def _compile_each(self) -> None:
        """Fill in what each definition compiles to."""
        where = Counter((d.code_name, d.first_line) for d in self.definitions)
        keys: dict[tuple[str, int], Definition] = {}
        moved: list[tuple[_Function, int, int | None]] = []
        for number, definition in enumerate(self.definitions, _DISTINCT_LINES):
            key, node = (definition.code_name, definition.first_line), definition.node
            if where[key] > 1:
                moved.append((node, node.lineno, node.end_lineno))
                node.lineno = node.end_lineno = number
                key = (definition.code_name, number)
            keys[key] = definition
        program_text = self._tree if moved else self._text  # text, where it will do, may be nested more deeply
        try:
            program = compile(program_text, self.filename, "exec", self._flags, dont_inherit=True)
        finally:
            for node, line, end_line in moved:
                node.lineno, node.end_lineno = line, end_line
        for code in _inner_codes(program):
            if (code.co_name, code.co_firstlineno) in keys:
                keys[code.co_name, code.co_firstlineno].codes.append(code)

    def _same_but_asserts(self, code: types.CodeType) -> bool:
        """Whether `code` is what stands on its line, after pytest has rewritten the assert statements.

        The rest of the function has to be there: what the text does without its asserts, `code` does as often.
        """
        if not any(name.startswith("@py") for name in (*code.co_names, *code.co_varnames)):
            return False
        program = compile(self._text, self.filename, "exec", self._flags, dont_inherit=True, optimize=1)
        key = code.co_name, code.co_firstlineno
        bare = [other for other in _inner_codes(program) if (other.co_name, other.co_firstlineno) == key]
        return any(_signature(code) == _signature(other) and _operations(other) <= _operations(code) for other in bare)


_files: dict[tuple[str, int], SourceFile] = {}
_lock = threading.RLock()


def locate(function: types.FunctionType) -> tuple[SourceFile, Definition] | str:
    """The file and the definition of a function, or why there is none.

    Several places are asked for the text: the lines that Python has cached (right even if the file was edited since),
    the file as it is now, the loader of the function's module, and `inspect`.
    """
    code = function.__code__
    reason = f"no text is kept of `{code.co_filename}`"
    for raw in _texts(function):
        try:
            with _lock:
                file = _parsed(code.co_filename, raw, code.co_flags & _FUTURE_FLAGS)
                definition = file.find(code, function.__defaults__)
        except AmbiguousError:
            return f"functions at {code.co_filename}:{code.co_firstlineno} differ only in their defaults"
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = f"`{code.co_filename}` does not compile: {error}"
            continue
        if definition is not None:
            return file, definition
        reason = f"the text at {code.co_filename}:{code.co_firstlineno} is not what the function was compiled from"
    return reason


def _texts(function: types.FunctionType) -> Iterator[list[str]]:
    """Texts that may hold the function, likelier ones first."""
    filename, names = function.__code__.co_filename, function.__globals__
    cached = linecache.getlines(filename, names)
    if cached:
        yield cached
    linecache.checkcache(filename)
    current = linecache.getlines(filename, names)
    if current and current != cached:
        yield current
    get_source = getattr(names.get("__loader__"), "get_source", None)
    if not current and get_source is not None:
        try:
            text = get_source(names.get("__name__"))
        except (ImportError, OSError, UnicodeDecodeError):
            text = None
        if text:
            yield text.splitlines(keepends=True)
    if not current:
        try:
            yield inspect.findsource(function)[0]
        except (OSError, TypeError, IndexError, SyntaxError):
            return


def _parsed(filename: str, raw: list[str], flags: int) -> SourceFile:
    """The file, parsed once for as long as its text is the same."""
    known = _files.get((filename, flags))
    if known is not None and (known.raw is raw or known.raw == raw):
        return known
    while len(_files) >= _KEPT_FILES:
        del _files[next(iter(_files))]
    _files[filename, flags] = file = SourceFile(filename, raw, flags)
    return file


def _definitions(tree: ast.Module) -> Iterator[Definition]:
    """Every function and lambda of a file."""
    names: dict[int, str] = {}
    stack: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while stack:
        node, owner = stack.pop()
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[id(node.value)] = node.targets[0].id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield Definition(node, owner, node.name)
        elif isinstance(node, ast.Lambda):
            yield Definition(node, owner, names.get(id(node), "function"))
        body = node.body if isinstance(node, ast.ClassDef) else []
        stack.extend((child, owner) for child in ast.iter_child_nodes(node) if child not in body)
        stack.extend((statement, node.name) for statement in body)  # type: ignore[attr-defined]


def _inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    stack = [code]
    while stack:
        inner = [constant for constant in stack.pop().co_consts if isinstance(constant, types.CodeType)]
        yield from inner
        stack.extend(inner)


def _signature(code: types.CodeType) -> tuple[Any, ...]:
    flags = code.co_flags & _KIND_FLAGS
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(flags & inspect.CO_VARARGS) + bool(flags & inspect.CO_VARKEYWORDS)
    return code.co_posonlyargcount, code.co_argcount, code.co_kwonlyargcount, flags, code.co_varnames[:count]


def _same_code(code: types.CodeType, other: types.CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand in their files."""
    return (
        (code.co_code == other.co_code or _without_nops(code) == _without_nops(other))
        and code.co_names == other.co_names
        and code.co_varnames == other.co_varnames
        and code.co_freevars == other.co_freevars
        and code.co_cellvars == other.co_cellvars
        and _signature(code) == _signature(other)
        and _same_constant(code.co_consts, other.co_consts)
    )


def _without_nops(code: types.CodeType) -> bytes:
    """The instructions, without those that only hold a line number (Python 3.12 leaves them in)."""
    pairs = code.co_code
    return b"".join(pairs[i : i + 2] for i in range(0, len(pairs), 2) if pairs[i] != _NOP)


def _same_constant(value: Any, other: Any) -> bool:
    if type(value) is not type(other):
        return False
    if isinstance(value, types.CodeType):
        return _same_code(value, other)
    if isinstance(value, tuple):
        return len(value) == len(other) and all(map(_same_constant, value, other))
    if isinstance(value, frozenset):
        return sorted(map(repr, value)) == sorted(map(repr, other))
    return value is other or repr(value) == repr(other)  # tells 0.0 from -0.0, and nan equals nan


def _same_columns(code: types.CodeType, other: types.CodeType) -> bool:
    """Whether the instructions stem from the same columns; True where Python does not note them (3.10)."""
    if not hasattr(code, "co_positions"):
        return True
    return {p[2:] for p in code.co_positions()} == {p[2:] for p in other.co_positions()}


def _may_have_defaults(arguments: ast.arguments, defaults: tuple[Any, ...] | None) -> bool:
    """Whether the defaults, as far as they are literals, are the function's."""
    values = defaults or ()
    if len(values) != len(arguments.defaults):
        return False
    for node, value in zip(arguments.defaults, values):
        try:
            literal = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        if type(literal) is not type(value) or repr(literal) != repr(value):
            return False
    return True


def _operations(code: types.CodeType) -> Counter[tuple[str, str]]:
    """How often the code does what: operations, names, constants; not how it moves values about."""
    counts: Counter[tuple[str, str]] = Counter()
    for instruction in dis.get_instructions(code):
        name = instruction.opname
        if name.startswith(("BINARY", "INPLACE", "UNARY", "COMPARE", "STORE_SUBSCR", "STORE_ATTR")):
            counts[name, repr(instruction.argval)] += 1
        elif name.startswith(("LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD", "LOAD_DEREF")):
            counts["LOAD", str(instruction.argval)] += 1
        elif name in ("LOAD_CONST", "RETURN_CONST") and instruction.argval is not None:
            constant = instruction.argval
            counts["CONSTANT", constant.co_name if isinstance(constant, types.CodeType) else repr(constant)] += 1
    return counts
