"""`match` becomes a chain of `if`.

A pattern becomes a test on the subject, and assignments of what it captures. Where a guard follows captures, or
alternatives capture, the chain goes on by a flag: Python tries the next case if the guard fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast

from srcdiff import build
from srcdiff.names import Names
from srcdiff.normalize.trees import children, clone, locate
from srcdiff.source import Source

__all__ = ["expand_matches"]

#: Classes whose one positional pattern is for the subject itself (PEP 634).
_WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


def expand_matches(tree: gast.FunctionDef, names: Names, source: Source) -> None:
    """Rewrite, in place, every `match` in a tree."""
    matches = _Matches(names, source)
    pending: list[gast.AST] = [tree]
    while pending:
        node = pending.pop()
        for key, value in node.__dict__.items():
            if isinstance(value, list) and any(isinstance(item, gast.Match) for item in value):
                body: list[Any] = []
                for item in value:
                    body += matches.expand(item) if isinstance(item, gast.Match) else [item]
                node.__dict__[key] = body
        pending.extend(children(node))
    tree.body[:0] = matches.imports(tree)


@dataclass
class _Found:
    """What a pattern comes to: tests that all have to hold, and what it binds then."""

    tests: list[gast.expr] = field(default_factory=list)
    bindings: list[gast.stmt] = field(default_factory=list)


class _Matches:
    """Rewrites `match` statements; the abstract classes that they need are imported once."""

    def __init__(self, names: Names, source: Source) -> None:
        self.names = names
        self.source = source
        self._classes: dict[str, str] = {}

    def imports(self, tree: gast.AST) -> list[gast.stmt]:
        """The imports of the abstract classes."""
        aliases = [gast.alias(name, None if alias == name else alias) for name, alias in self._classes.items()]
        if not aliases:
            return []
        return [locate(gast.ImportFrom("collections.abc", aliases, 0), tree)]

    def expand(self, statement: gast.Match) -> list[gast.stmt]:
        """One `match`, as statements."""
        out: list[gast.stmt] = []
        subject = self._subject(statement, out)
        out += self._cases(statement, statement.cases, subject)
        return [part if hasattr(part, "lineno") else locate(part, statement) for part in out]

    def _subject(self, statement: gast.Match, out: list[gast.stmt]) -> gast.expr:
        """A name for the subject; a tuple that is written out stays one, of names."""
        node = statement.subject
        if isinstance(node, gast.Tuple) and not any(isinstance(item, gast.Starred) for item in node.elts):
            names = [self.names.fresh("subject") for _ in node.elts]
            targets = gast.Tuple([build.store(name) for name in names], gast.Store())
            out.append(locate(gast.Assign([targets], node, None), statement))
            subject: gast.expr = locate(build.display(build.name(name) for name in names), node)
            return subject
        name = self.names.fresh("subject")
        out.append(locate(build.assign(name, node), statement))
        subject = locate(build.name(name), node)
        return subject

    def _cases(self, statement: gast.Match, cases: list[gast.match_case], subject: gast.expr) -> list[gast.stmt]:
        if not cases:
            return []
        case, others = cases[0], cases[1:]
        found = self._pattern(case.pattern, subject)
        if case.guard is not None and not found.bindings:
            found.tests.append(case.guard)
            guard = None
        else:
            guard = case.guard
        if guard is None:
            body = [*found.bindings, *case.body]
            if not found.tests:
                return [locate(part, statement) for part in body]
            branch = gast.If(_all(found.tests), body, self._cases(statement, others, subject))
            return [locate(branch, case.pattern)]
        matched = self.names.fresh("matched")
        inner = gast.If(guard, [build.assign(matched, build.constant(True)), *case.body], [])
        body = [*found.bindings, inner]
        first = [gast.If(_all(found.tests), body, [])] if found.tests else body
        rest = self._cases(statement, others, subject)
        after = [gast.If(gast.UnaryOp(gast.Not(), build.name(matched)), rest, [])] if rest else []
        start = build.assign(matched, build.constant(False))
        return [locate(part, case.pattern) for part in (start, *first, *after)]

    def _pattern(self, pattern: Any, subject: gast.expr) -> _Found:
        """The tests and the bindings of a pattern."""
        kind = type(pattern)
        if kind is gast.MatchValue:
            return _Found([gast.Compare(clone(subject), [gast.Eq()], [pattern.value])])
        if kind is gast.MatchSingleton:
            return _Found([gast.Compare(clone(subject), [gast.Is()], [build.constant(pattern.value)])])
        if kind is gast.MatchAs:
            found = _Found() if pattern.pattern is None else self._pattern(pattern.pattern, subject)
            if pattern.name is not None:
                found.bindings.append(build.assign(pattern.name, clone(subject)))
            return found
        if kind is gast.MatchOr:
            return self._alternatives(pattern, subject)
        if kind is gast.MatchSequence:
            return self._sequence(pattern, subject)
        if kind is gast.MatchMapping:
            return self._mapping(pattern, subject)
        return self._class(pattern, subject)

    def _alternatives(self, pattern: Any, subject: gast.expr) -> _Found:
        """`a | b`; captures are bound by the alternative that matches."""
        alternatives = [self._pattern(part, subject) for part in pattern.patterns]
        tests = [_all(found.tests) if found.tests else build.constant(True) for found in alternatives]
        bindings: list[gast.stmt] = []
        for i, found in reversed(list(enumerate(alternatives))):
            if found.bindings:
                bindings = [gast.If(clone(tests[i]), found.bindings, bindings)]
        return _Found([tests[0] if len(tests) == 1 else gast.BoolOp(gast.Or(), tests)], bindings)

    def _sequence(self, pattern: Any, subject: gast.expr) -> _Found:
        patterns = pattern.patterns
        starred = next((i for i, part in enumerate(patterns) if isinstance(part, gast.MatchStar)), None)
        if isinstance(subject, gast.Tuple) and starred is None:
            if len(subject.elts) != len(patterns):
                return _Found([build.constant(False)])
            return _joined(self._pattern(part, item) for part, item in zip(patterns, subject.elts))
        found = self._is_sequence(subject)
        count = len(patterns) - (starred is not None)
        length = build.call("len", clone(subject))
        relation: gast.cmpop = gast.Eq() if starred is None else gast.GtE()
        found.tests.append(gast.Compare(length, [relation], [build.constant(count)]))
        for i, part in enumerate(patterns):
            after = len(patterns) - 1 - i
            if i == starred:
                if part.name is not None:
                    upper = gast.UnaryOp(gast.USub(), build.constant(after)) if after else None
                    rest = build.subscript(clone(subject), gast.Slice(build.constant(i), upper, None))
                    found.bindings.append(build.assign(part.name, build.call("list", rest)))
                continue
            from_end = starred is not None and i > starred
            index = gast.UnaryOp(gast.USub(), build.constant(after + 1)) if from_end else build.constant(i)
            found = _joined([found, self._pattern(part, build.subscript(clone(subject), index))])
        return found

    def _is_sequence(self, subject: gast.expr) -> _Found:
        """A sequence that is neither text nor bytes; an array is none."""
        is_sequence = build.call("isinstance", clone(subject), build.name(self._abstract("Sequence")))
        texts = build.display(build.name(name) for name in ("str", "bytes", "bytearray"))
        is_text = build.call("isinstance", clone(subject), texts)
        return _Found([is_sequence, gast.UnaryOp(gast.Not(), is_text)])

    def _mapping(self, pattern: Any, subject: gast.expr) -> _Found:
        found = _Found([build.call("isinstance", clone(subject), build.name(self._abstract("Mapping")))])
        for key, part in zip(pattern.keys, pattern.patterns):
            found.tests.append(gast.Compare(clone(key), [gast.In()], [clone(subject)]))
            found = _joined([found, self._pattern(part, build.subscript(clone(subject), clone(key)))])
        if pattern.rest is not None:
            found.bindings.append(build.assign(pattern.rest, build.call("dict", clone(subject))))
            for key in pattern.keys:
                place = build.subscript(build.name(pattern.rest), clone(key), gast.Del())
                found.bindings.append(gast.Delete([place]))
        return found

    def _class(self, pattern: Any, subject: gast.expr) -> _Found:
        """`Point(0, y=y)`: the class has to be known now, for the names of its positions."""
        try:
            known = self.source.resolve(pattern.cls)
        except LookupError:
            known = None
        if not isinstance(known, type):
            raise self.source.unsupported(
                pattern.cls, "a class pattern whose class is not known", "Write it as `if isinstance(...)`."
            )
        found = _Found([build.call("isinstance", clone(subject), clone(pattern.cls))])
        positions = getattr(known, "__match_args__", ())
        for i, part in enumerate(pattern.patterns):
            if known in _WHOLE:
                found = _joined([found, self._pattern(part, subject)])
                continue
            if i >= len(positions):
                way_out = f"`{known.__name__}` has {len(positions)} positions: name the attributes."
                raise self.source.unsupported(part, "a class pattern with too many positions", way_out)
            found = _joined([found, self._attribute(positions[i], part, subject)])
        for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns):
            found = _joined([found, self._attribute(name, part, subject)])
        return found

    def _attribute(self, name: str, pattern: Any, subject: gast.expr) -> _Found:
        has = build.call("hasattr", clone(subject), build.constant(name))
        return _joined([_Found([has]), self._pattern(pattern, build.attribute(clone(subject), name))])

    def _abstract(self, name: str) -> str:
        if name not in self._classes:
            self._classes[name] = self.names.word(name)
        return self._classes[name]


def _joined(parts: Any) -> _Found:
    whole = _Found()
    for part in parts:
        whole.tests += part.tests
        whole.bindings += part.bindings
    return whole


def _all(tests: list[gast.expr]) -> gast.expr:
    return tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)
