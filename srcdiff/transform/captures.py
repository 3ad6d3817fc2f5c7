"""What inner functions capture, shown at each call: analyses and transforms then see it as arguments.

A call of an inner function, or one that an inner function is passed to, gets a keyword for each variable that is
captured: `g(z)` becomes `g(z, captured_w=w)`, under a name that no program can have. `without_captures` takes them out
again: they never reach the generated text.
"""

from __future__ import annotations

from collections import Counter

import gast

from srcdiff import core
from srcdiff.analysis.structure import bound_names, statements
from srcdiff.build import name, statement_like

__all__ = ["captured_arguments", "captures", "escaping", "free_names", "inner_functions", "shown_captures", "without_captures"]

_PREFIX = "captured "


def is_shown(keyword: gast.keyword) -> bool:
    """Whether a keyword only shows what a call captures."""
    return keyword.arg is not None and keyword.arg.startswith(_PREFIX)


def captured_arguments(node: gast.Call) -> list[gast.expr]:
    """The captured variables that a call shows."""
    return [k.value for k in node.keywords if is_shown(k)]


def parameters_of(definition: gast.FunctionDef) -> list[str]:
    """The names of the parameters."""
    found = definition.args
    every = [*found.posonlyargs, *found.args, found.vararg, *found.kwonlyargs, found.kwarg]
    return [a.id for a in every if a is not None]


def free_names(definition: gast.FunctionDef) -> set[str]:
    """The names that an inner function takes from outside."""
    own = {*parameters_of(definition), *(v for s in statements(definition.body) for v in bound_names(s))}
    return _reads(definition.body) - own


def _reads(nodes: list[gast.AST]) -> set[str]:
    found: set[str] = set()
    pending: list[gast.AST] = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, gast.FunctionDef):
            found |= free_names(node)
            pending.extend(d for d in [*node.args.defaults, *node.args.kw_defaults] if d is not None)
        elif isinstance(node, gast.Name):
            if isinstance(node.ctx, gast.Load):
                found.add(node.id)
        else:
            pending.extend(gast.iter_child_nodes(node))
    return found


def inner_functions(function: core.Function) -> dict[str, gast.FunctionDef]:
    """The inner functions whose name means nothing else."""
    every = list(statements(function.body))
    bound = Counter(v for s in every for v in bound_names(s)) + Counter(function.parameters)
    return {s.name: s for s in every if isinstance(s, gast.FunctionDef) and bound[s.name] == 1}


def captures(function: core.Function) -> dict[str, list[str]]:
    """For each inner function the variables of `function` that it captures, those of functions that it calls included."""
    inner = inner_functions(function)
    variables = set(function.parameters) | {v for s in statements(function.body) for v in bound_names(s)}
    free = {key: free_names(definition) & variables for key, definition in inner.items()}
    changed = True
    while changed:
        changed = False
        for names in free.values():
            more = set().union(*(free[n] for n in names if n in free)) if names else set()
            if not more <= names:
                names |= more
                changed = True
    return {key: sorted(n for n in names if n not in inner) for key, names in free.items()}


def shown_captures(function: core.Function) -> core.Function:
    """The function with what its inner functions capture shown at each call."""
    captured = captures(function)
    if not any(captured.values()):
        return function

    def rewritten(tree: gast.AST) -> gast.AST:
        if isinstance(tree, gast.FunctionDef):
            return tree
        fields = {}
        for field in tree._fields:
            value = getattr(tree, field, None)
            if isinstance(value, list):
                value = [rewritten(item) if isinstance(item, gast.AST) else item for item in value]
            elif isinstance(value, gast.AST):
                value = rewritten(value)
            fields[field] = value
        if isinstance(tree, (gast.Name, gast.Constant)) or not tree._fields:
            return tree
        new = type(tree)(**fields)
        if isinstance(new, gast.Call):
            new.keywords = [*new.keywords, *_shown(new, captured)]
        return statement_like(new, tree)

    return function.with_body([rewritten(statement) for statement in function.body])


def _shown(node: gast.Call, captured: dict[str, list[str]]) -> list[gast.keyword]:
    mentioned = [node.func, *node.args, *(k.value for k in node.keywords)]
    names = {n for m in mentioned if isinstance(m, gast.Name) for n in captured.get(m.id, ())}
    return [gast.keyword(f"{_PREFIX}{n}", name(n)) for n in sorted(names)]


def without_captures(body: list[gast.stmt]) -> list[gast.stmt]:
    """Statements without what calls capture."""
    for statement in body:
        for node in gast.walk(statement):
            if isinstance(node, gast.Call) and any(is_shown(k) for k in node.keywords):
                node.keywords = [k for k in node.keywords if not is_shown(k)]
    return body


def escaping(function: core.Function) -> set[str]:
    """The inner functions that are used otherwise than by calling them, or passing them to a call."""
    inner = inner_functions(function)
    found: set[str] = set()
    pending: list[gast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, gast.FunctionDef):
            continue
        if isinstance(node, gast.Name):
            if node.id in inner and isinstance(node.ctx, gast.Load):
                found.add(node.id)
        elif isinstance(node, gast.Call):
            parts = [node.func, *node.args, *node.keywords]
            pending.extend(p for p in parts if not (isinstance(getattr(p, "value", p), gast.Name) and _plain(p)))
        else:
            pending.extend(gast.iter_child_nodes(node))
    return found


def _plain(part: gast.AST) -> bool:
    return isinstance(part, (gast.Name, gast.keyword))

