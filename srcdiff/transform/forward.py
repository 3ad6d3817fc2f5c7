"""Forward mode: each statement of the primal, and beside it the statement of its tangent.

Nothing is kept or restored. A tangent is in memory that is laid out and shared as its primal is, so that what the
primal does to memory (views, writes, lists that grow) is done to the tangents in step. The tangent of a statement comes
after it, except where the statement changes what the tangent reads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import gast
import numpy as np

from srcdiff import runtime, tangents
from srcdiff.analysis.facts import ANYTHING, Fact
from srcdiff.analysis.inference import infer_statements
from srcdiff.analysis.origins import origin_of
from srcdiff.analysis.structure import blocks, bound_names, root_name, statements
from srcdiff.build import (
    assign,
    call,
    constant,
    is_name,
    name,
    names_read,
    statement_like,
    subscript,
    substitute,
)
from srcdiff.rules import registry
from srcdiff.simplify.recompute import cheap_temporaries
from srcdiff.transform import attempts, forward_calls, forward_writes
from srcdiff.transform.forward_reading import TangentReading
from srcdiff.transform.forward_rules import OUTPUT, Tangent, expanded, tangent_of
from srcdiff.transform.scatter import ScatterAdd
from srcdiff.transform.setting import Setting

__all__ = ["Block", "Forward"]

Block = list[gast.stmt]


class Forward:
    """The forward transform of one function.

    Attributes
    ----------
    dots : dict
        Variable to the name of its tangent.
    narrow : set of str
        Variables whose tangent may have a narrower shape, which broadcasts to theirs.
    cheap : dict
        Temporaries that the text does without, with their expressions.
    aliases : set of (str, int)
        Tangents, with the lines at which they may be other tangents or parts of them, as their primals are.
    """

    def __init__(
        self, setting: Setting, calls: forward_calls.TangentCalls, varied: set[str], temporary: set[str] | None = None
    ) -> None:
        self.setting = setting
        self.calls = calls
        self.varied = varied
        self.reading = TangentReading(setting)
        self.dots: dict[str, str] = {}
        self.aliases: set[tuple[str, int]] = set()
        self.narrow: set[str] = set()
        self.cheap: dict[str, gast.expr] = {}
        self.bindings = Counter(v for s in statements(setting.function.body) for v in bound_names(s))
        setting.facts.helpers = setting.objects
        if temporary:
            self.cheap = cheap_temporaries(setting, self.reading, temporary)
        for variable in sorted(setting.active):
            self.settle(variable)

    # Names.

    def settle(self, variable: str) -> None:
        """Name a variable's tangent, and say of it what is known of the variable."""
        dot = self.dot_name(variable)
        self.setting.facts.of[dot] = tangent_fact(self.setting.fact(variable))
        _mirror_storage(self.setting, variable, dot)

    def dot_name(self, variable: str) -> str:
        """The name of a variable's tangent."""
        if variable not in self.dots:
            self.dots[variable] = self.setting.names.word(f"{variable}_dot")
        return self.dots[variable]

    @property
    def narrow_dots(self) -> set[str]:
        """The names of tangents that may be narrower than their primals."""
        return {self.dots[variable] for variable in self.narrow}

    def tangent_in_full(self, variable: str) -> gast.expr:
        """A variable's tangent, in the variable's shape."""
        dot = name(self.dot_name(variable))
        return expanded(self, dot, name(variable)) if variable in self.narrow else dot

    def zero(self, node: gast.expr) -> gast.expr:
        """A zero tangent for a value."""
        if isinstance(node, (gast.Tuple, gast.List)):
            return gast.List([self.zero(item) for item in node.elts], gast.Load())
        if isinstance(node, gast.Dict):
            return gast.Dict(list(node.keys), [self.zero(item) for item in node.values])
        if isinstance(node, gast.Starred):
            return gast.Starred(self.zero(node.value), gast.Load())
        fact = self.setting.facts(node)
        if isinstance(node, gast.Constant) or fact.kind == "number":
            return constant(None) if isinstance(node, gast.Constant) and _no_number(node.value) else constant(0.0)
        if fact.kind == "array" and fact.letter in "fc":
            return call(f"{self.setting.refer(np, 'np')}.zeros_like", node)
        return call(self.setting.helper(tangents.zero_tangent), node)

    # Blocks.

    def body(self) -> Block:
        """The statements, up to the `return`."""
        setting = self.setting
        start = forward_writes.copies(self)
        given = set(setting.wrt)
        for variable in sorted(setting.active):
            captured = variable not in self.bindings and variable not in setting.function.parameters
            if (captured or variable in setting.function.parameters) and variable not in given:
                start.append(assign(self.dot_name(variable), self.zero(name(variable))))
        return [*start, *self.block(setting.function.body)]

    def block(self, body: Block) -> Block:
        """Statements with their tangents."""
        out: Block = []
        for statement in body:
            method = getattr(self, f"_{type(statement).__name__.lower()}", None)
            if method is None:
                word = type(statement).__name__.lower()
                raise self.setting.unsupported(statement, f"`{word}` in a differentiated function", "Take it out.")
            for made in method(statement):
                if not hasattr(made, "lineno"):
                    statement_like(made, statement)
                out.append(made)
        return out

    # Simple statements.

    def _assign(self, statement: gast.Assign) -> Block:
        target = statement.targets[0]
        if isinstance(target, gast.Name):
            return self.bind(statement, target.id, statement.value)
        return forward_writes.store(self, statement, target)

    def bind(self, statement: gast.stmt, target: str, value: gast.expr) -> Block:
        """`target = value`."""
        setting = self.setting
        if isinstance(value, gast.Call):
            joint = self.calls.joint(self, statement, target, value)
            if joint is not None:
                return joint
            if self.is_written(value):
                raise setting.unsupported(value, "`out=` with a derivative", "Assign the result instead.")
        if target not in setting.active:
            tangent_of(self, target, value)  # what has no rule is refused, even where its result looks constant
            return [*forward_writes.lost_effect(self, value), statement]
        tangent = tangent_of(self, target, value)
        if tangent.value is None:
            dot_value = self.zero(value if isinstance(value, (gast.Tuple, gast.List, gast.Dict)) else name(target))
            self.note(target, None)
            return [statement, assign(self.dot_name(target), dot_value)]
        if origin_of(value, setting.facts, setting.effects).how != "fresh":
            self.aliases.add((self.dot_name(target), getattr(statement, "lineno", 0)))
        dot_value = self.fitted(target, value, tangent)
        return self.beside(statement, target, value, tangent.statements, dot_value)

    def is_written(self, node: gast.Call) -> bool:
        """Whether a call writes something that depends on the inputs into its `out`."""
        out = [n for k in node.keywords if k.arg == "out" for n in names_read(k.value)]
        return bool(out) and bool(self.varied & {*out, *names_read(node)})

    def fitted(self, target: str, value: gast.expr, tangent: Tangent) -> gast.expr:
        """A tangent in the shape that its variable needs, and in memory of its own where that is written into."""
        setting = self.setting
        assert tangent.value is not None
        fact = setting.fact(target)
        if fact.kind == "number":
            return tangent.value
        origin = origin_of(value, setting.facts, setting.effects)
        in_place = self.is_in_place(target)
        part = isinstance(value, (gast.Subscript, gast.Attribute))  # is to the tangent what it is to the primal
        if in_place and not fact.container and (origin.how == "fresh" or (origin.how == "unknown" and not part)):
            exact = (tangent.fresh or part) and tangent.full and self.holds(tangent.value, target)
            self.note(target, None)
            return tangent.value if exact else call(setting.helper(tangents.own_tangent), tangent.value, name(OUTPUT))
        if (
            origin.how == "fresh"
            and not (tangent.fresh or part or is_name(tangent.value))
            and self.sees_writes(tangent)
        ):
            return call(setting.helper(runtime.copy), tangent.value)
        if in_place and origin.how == "maybe view" and not isinstance(value, gast.Subscript):
            return self.guarded(tangent.value, origin.bases)
        if tangent.full:
            self.note(target, None)
            return tangent.value
        if self.bindings[target] == 1 and not in_place and fact.kind in ("array", "numeric", "anything"):
            self.note(target, tangent.value)
            return tangent.value
        return expanded(self, tangent.value, name(OUTPUT))

    def is_in_place(self, variable: str) -> bool:
        """Whether a variable's memory may be written into."""
        storage = self.setting.storage
        return variable in storage.parent and (storage.is_buffer(variable) or variable in storage.updated)

    def sees_writes(self, tangent: Tangent) -> bool:
        """Whether a tangent is computed from one that is written into."""
        assert tangent.value is not None
        read = names_read([tangent.value, *tangent.statements])
        return any(self.is_in_place(v) for v, dot in self.dots.items() if dot in read)

    def own_memory(self, body: Block) -> Block:
        """Copies of tangents that turned out to be others, or parts of them, where something is written into those.

        The derivative of `y = x[:2] * 1.0` is `y_dot = x_dot[:2]`: of what is no view in the primal, a view.
        """
        variables = {dot: variable for variable, dot in self.dots.items()}
        for statement in body:
            for block in blocks(statement):
                self.own_memory(block)
            if not isinstance(statement, gast.Assign) or not is_name(statement.targets[0]):
                continue
            dot = statement.targets[0].id
            if dot not in variables or self.setting.fact(variables[dot]).kind == "number":
                continue
            if (dot, getattr(statement, "lineno", 0)) in self.aliases or not self.may_share(statement.value):
                continue
            seen = {dot, *names_read(statement.value)} & variables.keys()
            if any(self.is_in_place(variables[n]) for n in seen):
                statement.value = call(self.setting.helper(runtime.copy), statement.value)
        return body

    def may_share(self, node: gast.expr) -> bool:
        """Whether the value of an expression over tangents may share memory with one of them."""
        if isinstance(node, (gast.Name, gast.Subscript, gast.Attribute, gast.IfExp)):
            return True
        if not isinstance(node, gast.Call) or any(c in self.setting.writing_calls for c in names_read(node.func)):
            return False
        function = self.setting.object_named(node.func)
        if function is None and isinstance(node.func, gast.Attribute):
            function = getattr(np.ndarray, node.func.attr, None)
        rule = registry.lookup(function) if function is not None else None
        return rule is not None and rule.result != "fresh"

    def guarded(self, value: gast.expr, bases: tuple[str, ...]) -> gast.expr:
        """A view of the tangent where the primal is a view, a copy where it is a copy."""
        base = next((b for b in bases if b in self.setting.active), None)
        if base is None:
            return value
        helper = self.setting.helper(tangents.same_view)
        return call(helper, value, name(self.dot_name(base)), name(OUTPUT), name(base))

    def holds(self, value: gast.expr, target: str) -> bool:
        """Whether a tangent can hold whatever is written into its primal."""
        own, fact = self.setting.facts(value), self.setting.fact(target)
        if not self.setting.storage.is_buffer(target):
            return own.letter == "c" or fact.letter != "c"
        if own.letter == "c" or (own.dtypes is not None and own.dtypes == fact.dtypes):
            return True
        return fact.letter != "c" and own.kind == fact.kind == "array" and own.dtypes == frozenset(["float64"])

    def note(self, target: str, value: gast.expr | None) -> None:
        """Say that a variable's tangent is `value`, which is narrower than it; or, for None, that it is not."""
        if value is not None:
            self.narrow.add(target)
            own = self.setting.facts(value)
            fact = tangent_fact(self.setting.fact(target))
            self.setting.facts.of[self.dot_name(target)] = replace(fact, kind="numeric", rank=None, shape=own.shape)

    def beside(self, statement: gast.stmt, target: str, value: gast.expr, before: Block, dot_value: gast.expr) -> Block:
        """A binding with its tangent: after it, or before it if it overwrites what the tangent reads."""
        if is_name(dot_value, self.dot_name(target)):
            return [*before, statement]
        made: Block = [*before, assign(self.dot_name(target), dot_value)]
        made = [substitute(s, self.cheap) for s in made]
        infer_statements(self.setting.facts, made[:-1])
        reads = names_read(made)
        if target not in reads:
            return [statement, *(substitute(s, {OUTPUT: name(target)}) for s in made)]
        if OUTPUT not in reads:
            return [*made, statement]
        new = self.setting.names.fresh(f"{target}_new")
        self.setting.facts.of[new] = self.setting.fact(target)
        computed = statement_like(assign(new, value), statement)
        made = [substitute(s, {OUTPUT: name(new)}) for s in made]
        return [computed, *made, statement_like(assign(target, name(new)), statement)]

    def _augassign(self, statement: gast.AugAssign) -> Block:
        target = statement.target
        if not isinstance(target, gast.Name):
            return forward_writes.augment_part(self, statement, target)
        if target.id not in self.setting.active:
            return [statement]
        return forward_writes.augment_variable(self, statement, target.id)

    def _scatteradd(self, statement: ScatterAdd) -> Block:
        return forward_writes.scatter(self, statement)

    def _expr(self, statement: gast.Expr) -> Block:
        value = statement.value
        if not isinstance(value, gast.Call):
            return [statement]
        joint = self.calls.joint(self, statement, None, value)
        if joint is not None:
            return joint
        return forward_writes.effect(self, statement, value)

    def _return(self, statement: gast.Return) -> Block:
        return []

    def plain(self, statement: gast.stmt) -> Block:
        """A statement without a tangent."""
        return [statement]

    _assert = _raise = _pass = _import = _importfrom = _break = _continue = plain

    def _functiondef(self, statement: gast.FunctionDef) -> Block:
        """An inner function: most calls of it were expanded; where one was not, it cannot carry a derivative."""
        captured = _free_names(statement) & self.varied
        if captured and statement.name in self.functions_used():
            raise self.setting.unsupported(
                statement,
                f"`{statement.name}` captures `{min(captured)}`, which carries a derivative, and is not just called",
                "Pass it as an argument, or call it here.",
            )
        return [statement]

    def functions_used(self) -> set[str]:
        """The names that are read by more than definitions of functions, and names for them that nothing reads."""
        used: set[str] = set()
        aliases: dict[str, set[str]] = {}
        for statement in statements(self.setting.function.body):
            if isinstance(statement, gast.FunctionDef):
                aliases.setdefault(statement.name, set()).update(_free_names(statement))
            elif isinstance(statement, gast.Assign) and is_name(statement.value) and is_name(statement.targets[0]):
                aliases.setdefault(statement.targets[0].id, set()).add(statement.value.id)
            else:
                parts = [p for p in gast.iter_child_nodes(statement) if isinstance(p, (gast.expr, gast.withitem))]
                used |= names_read(parts)
        pending = list(used)
        while pending:
            more = aliases.pop(pending.pop(), set()) - used
            used |= more
            pending.extend(more)
        return used

    def _delete(self, statement: gast.Delete) -> Block:
        made: Block = []
        for target in statement.targets:
            if isinstance(target, gast.Subscript):
                base = root_name(target)
                if base in self.setting.active:
                    assert isinstance(target.value, gast.Name)
                    dot = name(self.dot_name(target.value.id))
                    made.append(gast.Delete([subscript(dot, target.slice, gast.Del())]))
                made.append(gast.Delete([target]))
            elif not isinstance(target, gast.Name):
                raise self.setting.unsupported(statement, "`del` of an attribute", "Leave it.")
        return made  # a variable may still be read by a tangent: it is not deleted

    # Compound statements.

    def _if(self, statement: gast.If) -> Block:
        body, orelse = self.block(statement.body), self.block(statement.orelse)
        return [gast.If(statement.test, body or [gast.Pass()], orelse)]

    def _for(self, statement: gast.For) -> Block:
        return [gast.For(statement.target, statement.iter, self.block(statement.body), [], None)]

    def _while(self, statement: gast.While) -> Block:
        return [gast.While(statement.test, self.block(statement.body), [])]

    def _with(self, statement: gast.With) -> Block:
        return [gast.With(statement.items, self.block(statement.body), None)]

    def _try(self, statement: gast.Try) -> Block:
        return attempts.tangent_try(self, statement)


def _free_names(definition: gast.FunctionDef) -> set[str]:
    """The names that an inner function takes from outside."""
    arguments = definition.args
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    own = {a.id for a in every if a is not None} | {v for s in statements(definition.body) for v in bound_names(s)}
    return names_read(definition.body) - own


def _no_number(value: object) -> bool:
    return value is None or isinstance(value, (str, bytes))


def tangent_fact(fact: Fact) -> Fact:
    """What is known of a tangent, given what is known of its primal."""
    if fact.numeric:
        return replace(fact, letter="c" if fact.letter == "c" else "f", value=None)
    if fact.container:
        items = tuple(tangent_fact(item) for item in fact.items) if fact.items is not None else None
        item = tangent_fact(fact.item) if fact.item is not None else None
        kind = "dict" if fact.kind in ("dict", "record") else "list"
        return Fact(kind, items=items, keys=fact.keys if kind == "dict" else (), item=item)
    return ANYTHING


def _mirror_storage(setting: Setting, variable: str, dot: str) -> None:
    """Tangents share memory as their primals do."""
    storage = setting.storage
    if variable not in storage.parent:
        return

    def mirror(root: str) -> str:
        other = f"tangent of {root}"
        if other not in storage.parent:
            storage.parent[other] = other
            if root in storage.written:
                storage.written.add(other)
            if root in storage.contents:
                storage.contents[other] = mirror(storage.root(storage.contents[root]))
        return storage.root(other)

    if variable in storage.snapshots:
        storage.parent[dot] = dot
        storage.snapshots.add(dot)
        storage.viewed[dot] = {mirror(storage.root(root)) for root in storage.viewed.get(variable, set())}
    else:
        storage.parent[dot] = mirror(storage.root(variable))
    if variable in storage.updated:
        storage.updated.add(dot)
