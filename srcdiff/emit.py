"""Statements as readable text: what an expert would have typed, laid out as `ruff format` does at 100 columns.

Two statements stand for comments, so that passes may put them into any body: `Comment` on a line of its own, and
`Commented`, a statement with a comment behind it.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gast

from srcdiff.source import Source, to_gast
from srcdiff.unparse import BINARY, TEST, WALRUS, YIELD, bare, expression, operand, parameters
from srcdiff.wrap import WIDTH, Room, bracketed, layout

__all__ = ["Comment", "Commented", "Text", "emit", "emit_function", "header", "quote"]

_INDENT = "    "
_QUOTED = re.compile(r"\s*# line (\d+): ")
_DEFINITIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)
_IMPORTS = (gast.Import, gast.ImportFrom)


class Text(str):
    """The text of a function; `origins` has the primal's line of each of its lines, None where there is none."""

    origins: tuple[int | None, ...] = ()


class Comment(gast.stmt):  # type: ignore[misc]
    """A comment on a line of its own.

    Attributes
    ----------
    text : str
        Without `#`. Text that is too long for a line is wrapped, except a quoted line (`line 7: ...`).
    blank_before : bool
        Whether an empty line is left before it (not at the start of a block).
    """

    _fields = ("text", "blank_before")
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")

    def __init__(self, text: str, blank_before: bool = False) -> None:
        self.text = text
        self.blank_before = blank_before


class Commented(gast.stmt):  # type: ignore[misc]
    """A statement with a comment behind it: behind its header, if it is a compound statement."""

    _fields = ("statement", "text")
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")

    def __init__(self, statement: gast.stmt, text: str) -> None:
        self.statement = statement
        self.text = text
        gast.copy_location(self, statement)


def emit(statements: Sequence[gast.stmt], indent: int = 0) -> str:
    """The text of statements, each line ended, `indent` levels deep.

    Examples
    --------
    >>> print(emit([Comment("forward sweep"), *gast.parse("y = (x+1)**2").body]), end="")
    # forward sweep
    y = (x + 1) ** 2
    """
    writer = _Writer(indent)
    writer.block(statements)
    return writer.text()


def emit_function(name: str, parameters_text: str, docstring: str, body: Sequence[gast.stmt], indent: int = 0) -> Text:
    """The text of a function.

    Parameters
    ----------
    name : str
        Its name.
    parameters_text : str
        What stands between its parentheses; it is wrapped if it is too long.
    docstring : str
        Its docstring, "" for none; lines after the first are indented here.
    body : sequence of gast.stmt
        Its statements; `pass` is written if there are none.
    indent : int
        How many levels deep it stands.
    """
    writer = _Writer(indent)
    first = f"def {name}({parameters_text}):"
    if len(writer.indent) + len(first) > WIDTH:
        arguments = to_gast(ast.parse(f"def f({parameters_text}): pass").body[0]).args
        first = bracketed(f"def {name}(", parameters(arguments), "):", len(writer.indent))
    writer.line(first)
    writer.indent += _INDENT
    if docstring:
        padded = "\n".join([(writer.indent + line).rstrip(" ") for line in docstring.strip().split("\n")]).lstrip(" ")
        closing = f"\n{writer.indent}" if "\n" in padded else ""
        writer.line(_triple_quoted(padded + closing))
    if not docstring or any(not isinstance(statement, Comment) for statement in body):
        writer.block(body)
    else:
        writer.comments_only(body)
    return writer.text()


def header(name: str, parameters_texts: Sequence[str], returned: str | None = None) -> str:
    """The first line of a function; over several lines if it is too long."""
    closing = "):" if returned is None else f") -> {returned}:"
    plain = f"def {name}({', '.join(parameters_texts)}{closing}"
    return plain if len(plain) <= WIDTH else bracketed(f"def {name}(", list(parameters_texts), closing, 0)


def quote(source: Source, lineno: int) -> str:
    """A line of the primal as a comment quotes it: without its indentation and its own comment."""
    line = source.line(lineno)
    return line[: source.comments.get(lineno, len(line))].strip()


class _Writer:
    """Collects lines; one short method for each kind of statement."""

    def __init__(self, depth: int) -> None:
        self.lines: list[str] = []
        self.origins: dict[int, int] = {}
        self.indent = _INDENT * depth
        self.depth = depth

    def text(self) -> Text:
        text = Text("".join([f"{line}\n" for line in self.lines]))
        origins: list[int | None] = []
        for index, line in enumerate(self.lines):
            quoted = _QUOTED.match(line)
            origins += [int(quoted[1]) if quoted else self.origins.get(index)] * (line.count("\n") + 1)
        text.origins = tuple(origins)
        return text

    def line(self, text: str) -> None:
        """One line, or several where `text` has them: these are indented already."""
        self.lines.append(self.indent + text)

    def simple(self, head: str, node: gast.AST, level: int = TEST, *, tuples: bool = False, tail: str = "") -> None:
        """A statement that ends with an expression."""
        self.line(self.fitted(head, node, level, tuples=tuples, tail=tail))

    def fitted(self, head: str, node: gast.AST, level: int = TEST, *, tuples: bool = False, tail: str = "") -> str:
        """`head`, the expression, `tail`: broken inside the expression if they do not fit on the line.

        `tuples` says whether a tuple may go without parentheses as long as it is on one line.
        """
        start = len(self.indent) + len(head)
        plain = bare(node, level) if tuples else operand(node, level)
        if start + len(plain) + len(tail) <= WIDTH or "\n" in head:
            return f"{head}{plain}{tail}"
        return head + layout(node, level, Room(start, len(self.indent), len(tail))) + tail

    # blocks

    def block(self, statements: Sequence[gast.stmt]) -> None:
        """Statements, with the empty lines between them."""
        if all(isinstance(statement, Comment) for statement in statements):
            self.comments_only(statements)
            self.line("pass") if self.indent else None
            return
        pending = 0  # comments at the end of what is written, which belong to what follows
        previous: gast.stmt | None = None
        for statement in statements:
            plain = statement.statement if isinstance(statement, Commented) else statement
            if isinstance(plain, Comment):
                if plain.blank_before and previous is not None:
                    self.lines.append("")
                self.comment(plain)
                pending, last = pending + 1, previous
                previous = plain if last is None or isinstance(last, Comment) else previous
                continue
            if previous is not None and not isinstance(previous, Comment):
                self.space(self.gap(previous, plain), pending)
            self.statement(statement)
            previous, pending = plain, 0

    def comments_only(self, statements: Iterable[gast.stmt]) -> None:
        """A block without a statement."""
        for number, statement in enumerate(statements):
            if statement.blank_before and number:
                self.lines.append("")
            self.comment(statement)

    def gap(self, previous: gast.stmt, following: gast.stmt) -> int:
        """How many empty lines stand between two statements."""
        if isinstance(previous, _DEFINITIONS) or isinstance(following, _DEFINITIONS):
            return 1 if self.indent else 2
        return int(isinstance(previous, _IMPORTS) and not isinstance(following, _IMPORTS))

    def space(self, count: int, comments: int) -> None:
        """Leave empty lines before the comments that were written last."""
        position = len(self.lines) - comments
        present = 0
        while present < count and position > present and self.lines[position - present - 1] == "":
            present += 1
        self.lines[position:position] = [""] * (count - present)

    def comment(self, node: Comment) -> None:
        for line in node.text.splitlines() or [""]:
            room = WIDTH - len(self.indent) - 2
            wrapped = [line] if len(line) <= room or line.startswith("line ") else textwrap.wrap(line, max(room, 20))
            self.lines.append("\n".join(f"{self.indent}# {part}".rstrip() for part in wrapped))

    def statement(self, statement: gast.stmt) -> None:
        """A statement, and where its lines came from."""
        start = len(self.lines)
        if isinstance(statement, Commented):
            self.commented(statement)
        else:
            _WRITERS[type(statement)](self, statement)
        line = getattr(statement, "lineno", None)
        if line is not None:
            for index in range(start, len(self.lines)):
                self.origins.setdefault(index, line)

    def commented(self, statement: Commented) -> None:
        """A statement with its comment behind it, or above it where there is no room."""
        start = len(self.lines)
        self.statement(statement.statement)
        comment = f"# {statement.text}"
        first = self.lines[start]
        if "\n" in first or len(first) + 2 + len(comment) > WIDTH:
            self.lines.insert(start, self.indent + comment)
            self.origins = {index + (index >= start): line for index, line in self.origins.items()}
        else:
            self.lines[start] = f"{first}  {comment}"

    def inner(self, header: str, body: Sequence[gast.stmt]) -> None:
        """A header and the block under it."""
        self.line(header)
        if body and isinstance(body[0], _DEFINITIONS) and not header.startswith(("def ", "async def ", "class ")):
            self.lines.append("")
        outer, self.indent = self.indent, self.indent + _INDENT
        self.block(body)
        self.indent = outer

    def orelse(self, word: str, body: Sequence[gast.stmt]) -> None:
        if body:
            self.inner(f"{word}:", body)

    # definitions

    def function(self, node: gast.FunctionDef) -> None:
        self.decorators(node)
        word = "async def" if isinstance(node, gast.AsyncFunctionDef) else "def"
        opening = f"{word} {node.name}{_type_parameters(node)}("
        closing = f") -> {operand(node.returns, TEST)}:" if node.returns is not None else "):"
        texts = parameters(node.args)
        header = f"{opening}{', '.join(texts)}{closing}"
        if texts and len(self.indent) + len(header) > WIDTH:
            header = bracketed(opening, texts, closing, len(self.indent))
        self.definition(header, node.body)

    def class_(self, node: gast.ClassDef) -> None:
        self.decorators(node)
        opening = f"class {node.name}{_type_parameters(node)}"
        if node.bases or node.keywords:
            call = gast.Call(gast.Name(opening, gast.Load(), None, None), node.bases, node.keywords)
            self.definition(self.fitted("", call, tail=":"), node.body)
        else:
            self.definition(f"{opening}:", node.body)

    def decorators(self, node: Any) -> None:
        for decorator in node.decorator_list:
            self.simple("@", decorator)

    def definition(self, header: str, body: Sequence[gast.stmt]) -> None:
        first = body[0] if body else None
        value = getattr(first, "value", None)
        if not (isinstance(first, gast.Expr) and isinstance(value, gast.Constant) and isinstance(value.value, str)):
            self.inner(header, body)
            return
        self.line(header)
        outer, self.indent = self.indent, self.indent + _INDENT
        self.line(_triple_quoted(value.value))
        if len(body) > 1 and (header.startswith("class ") or isinstance(body[1], _DEFINITIONS)):
            self.lines.append("")
        self.block(body[1:]) if len(body) > 1 else None
        self.indent = outer

    # simple statements

    def assign(self, node: gast.Assign) -> None:
        self.simple("".join([f"{bare(target)} = " for target in node.targets]), node.value, YIELD, tuples=True)

    def augmented(self, node: gast.AugAssign) -> None:
        self.simple(f"{expression(node.target)} {BINARY[type(node.op)][0]}= ", node.value, YIELD, tuples=True)

    def annotated(self, node: gast.AnnAssign) -> None:
        target = expression(node.target)
        if isinstance(node.target, gast.Name) and not node.simple:
            target = f"({target})"
        head = f"{target}: {operand(node.annotation, TEST)}"
        if node.value is None:
            self.line(head)
        else:
            self.simple(f"{head} = ", node.value, YIELD)

    def return_(self, node: gast.Return) -> None:
        if node.value is None:
            self.line("return")
        else:
            self.simple("return ", node.value, tuples=True)

    def delete(self, node: gast.Delete) -> None:
        self.line(f"del {', '.join([expression(target) for target in node.targets])}")

    def expression(self, node: gast.Expr) -> None:
        value = node.value
        if isinstance(value, gast.Constant) and isinstance(value.value, str) and "\n" in value.value:
            self.line(_triple_quoted(value.value))
        else:
            self.simple("", value, YIELD, tuples=True)

    def assert_(self, node: gast.Assert) -> None:
        if node.msg is None:
            self.simple("assert ", node.test)
            return
        plain = f"assert {operand(node.test, TEST)}, "
        if len(self.indent) + len(plain) > WIDTH:
            plain = self.fitted("assert ", node.test, tail=", ")
        self.simple(plain, node.msg)

    def raise_(self, node: gast.Raise) -> None:
        if node.exc is None:
            self.line("raise")
            return
        cause = "" if node.cause is None else f" from {operand(node.cause, TEST)}"
        self.simple("raise ", node.exc, tail=cause)

    def import_(self, node: gast.Import) -> None:
        self.line(f"import {', '.join(map(_alias, node.names))}")

    def import_from(self, node: gast.ImportFrom) -> None:
        head, names = f"from {'.' * (node.level or 0)}{node.module or ''} import ", list(map(_alias, node.names))
        plain = head + ", ".join(names)
        if len(self.indent) + len(plain) > WIDTH:
            inner = "".join(f"{self.indent}{_INDENT}{name},\n" for name in names)
            plain = f"{head}(\n{inner}{self.indent})"
        self.line(plain)

    def names(self, node: Any) -> None:
        self.line(f"{type(node).__name__.lower()} {', '.join(node.names)}")

    def word(self, node: gast.stmt) -> None:
        self.line(type(node).__name__.lower())

    def type_alias(self, node: Any) -> None:
        self.simple(f"type {expression(node.name)}{_type_parameters(node)} = ", node.value)

    # compound statements

    def if_(self, node: gast.If) -> None:
        word = "if"
        while True:
            self.inner(self.fitted(f"{word} ", node.test, _test_level(node.test), tail=":"), node.body)
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], gast.If):
                break
            node, word = node.orelse[0], "elif"
        self.orelse("else", node.orelse)

    def for_(self, node: gast.For) -> None:
        word = "async for" if isinstance(node, gast.AsyncFor) else "for"
        self.inner(self.fitted(f"{word} {bare(node.target)} in ", node.iter, tuples=True, tail=":"), node.body)
        self.orelse("else", node.orelse)

    def while_(self, node: gast.While) -> None:
        self.inner(self.fitted("while ", node.test, _test_level(node.test), tail=":"), node.body)
        self.orelse("else", node.orelse)

    def with_(self, node: gast.With) -> None:
        word = "async with " if isinstance(node, gast.AsyncWith) else "with "
        texts = [_with_item(item, len(node.items)) for item in node.items]
        header = f"{word}{', '.join(texts)}:"
        if len(self.indent) + len(header) > WIDTH and len(node.items) == 1:
            item = node.items[0]
            tail = "" if item.optional_vars is None else f" as {expression(item.optional_vars)}"
            header = self.fitted(word, item.context_expr, tail=f"{tail}:")
        self.inner(header, node.body)

    def try_(self, node: gast.Try) -> None:
        self.inner("try:", node.body)
        star = "*" if type(node).__name__ == "TryStar" else ""
        for handler in node.handlers:
            name = getattr(handler.name, "id", handler.name)
            kind = "" if handler.type is None else f" {operand(handler.type, TEST)}"
            self.inner(f"except{star}{kind}{f' as {name}' if name else ''}:", handler.body)
        self.orelse("else", node.orelse)
        self.orelse("finally", node.finalbody)

    def match(self, node: Any) -> None:
        self.line(f"match {bare(node.subject)}:")
        outer, self.indent = self.indent, self.indent + _INDENT
        for case in node.cases:
            guard = "" if case.guard is None else f" if {operand(case.guard, TEST)}"
            self.inner(f"case {_pattern(case.pattern)}{guard}:", case.body)
        self.indent = outer


def _test_level(node: gast.AST) -> int:
    """A walrus that is the whole test needs no parentheses; a `yield` does."""
    return WALRUS if isinstance(node, gast.NamedExpr) else TEST


def _alias(node: gast.alias) -> str:
    return f"{node.name} as {node.asname}" if node.asname else str(node.name)


def _with_item(node: gast.withitem, count: int) -> str:
    text = operand(node.context_expr, TEST)
    if node.optional_vars is not None:
        return f"{text} as {expression(node.optional_vars)}"
    return f"({text})" if count == 1 and isinstance(node.context_expr, gast.Tuple) else text


def _type_parameters(node: Any) -> str:
    """`[T: int, *Ts, **P]` of Python 3.12."""
    texts = []
    for parameter in getattr(node, "type_params", None) or []:
        stars = {"TypeVarTuple": "*", "ParamSpec": "**"}.get(type(parameter).__name__, "")
        bound, default = getattr(parameter, "bound", None), getattr(parameter, "default_value", None)
        text = stars + parameter.name + ("" if bound is None else f": {operand(bound, TEST)}")
        texts.append(text if default is None else f"{text} = {operand(default, TEST)}")
    return f"[{', '.join(texts)}]" if texts else ""


def _pattern(node: Any, nested: bool = False) -> str:
    """A pattern of `case`; `|` and `as` inside another pattern have parentheses."""
    kind = type(node)
    if kind is gast.MatchValue:
        return expression(node.value)
    if kind is gast.MatchSingleton:
        return repr(node.value)
    if kind is gast.MatchStar:
        return f"*{node.name or '_'}"
    if kind is gast.MatchSequence:
        return f"[{', '.join(map(_pattern, node.patterns))}]"
    if kind is gast.MatchMapping:
        texts = [f"{expression(key)}: {_pattern(value)}" for key, value in zip(node.keys, node.patterns)]
        return f"{{{', '.join(texts + ([f'**{node.rest}'] if node.rest else []))}}}"
    if kind is gast.MatchClass:
        texts = [_pattern(pattern) for pattern in node.patterns]
        texts += [f"{name}={_pattern(pattern)}" for name, pattern in zip(node.kwd_attrs, node.kwd_patterns)]
        return f"{expression(node.cls)}({', '.join(texts)})"
    if kind is gast.MatchOr:
        text = " | ".join([_pattern(pattern, nested=True) for pattern in node.patterns])
    elif node.pattern is None:
        return node.name or "_"
    else:
        text = f"{_pattern(node.pattern, nested=isinstance(node.pattern, gast.MatchAs))} as {node.name}"
    return f"({text})" if nested else text


def _triple_quoted(text: str) -> str:
    """A docstring; what would end it, or would not come through as it is, is escaped."""
    letters = []
    for letter in text:
        if letter == "\\":
            letters.append("\\\\")
        elif letter in "\n\t" or letter.isprintable():
            letters.append(letter)
        else:
            letters.append(repr(letter)[1:-1])
    body = "".join(letters).replace('"""', '\\"\\"\\"')
    if body.endswith('"'):
        body = body[:-1] + '\\"'
    return f'"""{body}"""'


_WRITERS: dict[type, Callable[[_Writer, Any], None]] = {
    gast.FunctionDef: _Writer.function,
    gast.AsyncFunctionDef: _Writer.function,
    gast.ClassDef: _Writer.class_,
    gast.Return: _Writer.return_,
    gast.Delete: _Writer.delete,
    gast.Assign: _Writer.assign,
    gast.AugAssign: _Writer.augmented,
    gast.AnnAssign: _Writer.annotated,
    gast.For: _Writer.for_,
    gast.AsyncFor: _Writer.for_,
    gast.While: _Writer.while_,
    gast.If: _Writer.if_,
    gast.With: _Writer.with_,
    gast.AsyncWith: _Writer.with_,
    gast.Match: _Writer.match,
    gast.Raise: _Writer.raise_,
    gast.Try: _Writer.try_,
    gast.TryStar: _Writer.try_,
    gast.Assert: _Writer.assert_,
    gast.Import: _Writer.import_,
    gast.ImportFrom: _Writer.import_from,
    gast.Global: _Writer.names,
    gast.Nonlocal: _Writer.names,
    gast.Expr: _Writer.expression,
    gast.Pass: _Writer.word,
    gast.Break: _Writer.word,
    gast.Continue: _Writer.word,
    gast.TypeAlias: _Writer.type_alias,
}
