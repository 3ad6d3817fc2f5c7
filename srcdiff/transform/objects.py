"""Methods, properties and operators of objects as calls of the functions that they are.

>>> # p = Particle(x, v)     p = new_object(Particle);  Particle_init(p, x, v)
>>> # p.step(dt)             Particle_step(p, dt)
>>> # c = a * b              c = Dual_mul(a, b)
>>> # layer.norm             Layer_norm(layer)

A core-to-core pass, for objects whose class is known. What an object is then is what is stored in its attributes: the
calls are expanded in place (expand.py), and an object that stays in the function is taken apart (fields.py).
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

import gast
import numpy as np

from srcdiff import core
from srcdiff.analysis.facts import ANYTHING
from srcdiff.analysis.inference import Facts
from srcdiff.analysis.structure import blocks, statements
from srcdiff.build import assign, attribute, constant, index_argument, is_name, name, names_read, statement_like
from srcdiff.names import Names
from srcdiff.transform.callees import is_users_function
from srcdiff.transform.module import Module
from srcdiff.transform.object_classes import attributes_stored, has_more, inherited, is_sequence, title_of
from srcdiff.transform.object_making import ObjectMaking

__all__ = ["with_plain_calls"]

Block = list[gast.stmt]

_BINARY = {
    gast.Add: "add",
    gast.Sub: "sub",
    gast.Mult: "mul",
    gast.Div: "truediv",
    gast.FloorDiv: "floordiv",
    gast.Mod: "mod",
    gast.Pow: "pow",
    gast.MatMult: "matmul",
}
_UNARY = {gast.USub: "__neg__", gast.UAdd: "__pos__", gast.Invert: "__invert__"}
_COMPARED = {
    gast.Lt: "__lt__",
    gast.LtE: "__le__",
    gast.Gt: "__gt__",
    gast.GtE: "__ge__",
    gast.In: "__contains__",
}
_BUILTINS = {len: "__len__", abs: "__abs__", float: "__float__", int: "__int__", bool: "__bool__"}


def with_plain_calls(function: core.Function, facts: Facts, names: Names, module: Module) -> core.Function | None:
    """The function with what its objects do written as calls; None where nothing changes.

    Parameters
    ----------
    facts : Facts
        They tell the classes of objects.
    names : Names
        The names that are taken.
    module : Module
        Knows the functions under the names that stand for them; those to be expanded in place are noted there.
    """
    run = _PlainCalls(function, facts, names, module)
    body = run.block(function.body)
    return function.with_body(body) if run.changed else None


class _PlainCalls(ObjectMaking):
    """One run over a function."""

    # Statements.

    def block(self, body: Block) -> Block:
        """The statements of a block."""
        out: Block = []
        for statement in body:
            made: Block = []
            new = self.statement(statement, made)
            for one in (*made, *([new] if new is not None else [])):
                if one is not statement:
                    _place(one, statement)
                out.append(one)
        return out

    def statement(self, statement: gast.stmt, out: Block) -> gast.stmt | None:
        """What stands for a statement; what comes before it goes to `out`."""
        if isinstance(statement, gast.FunctionDef):
            return statement
        if isinstance(statement, gast.Assign) and is_name(statement.targets[0]):
            if statement.targets[0].id in self.supers and not self.is_super_needed(statement.targets[0].id):
                self.changed = True
                return None
        if isinstance(statement, (gast.Assign, gast.Expr, gast.AugAssign)):
            made = self.rewritten(statement)
            if made is not None:
                self.changed = True
                out += made
                return None
        statement = self.with_parts_out(statement, out)
        if not any(True for _ in blocks(statement)):
            return statement
        new = copy.copy(statement)
        for field in ("body", "orelse", "finalbody"):
            if getattr(statement, field, None):
                setattr(new, field, self.block(getattr(statement, field)))
        return new

    def with_parts_out(self, statement: gast.stmt, out: Block) -> gast.stmt:
        """A statement whose test, range, index or message reads objects: what runs their code comes before it."""
        if isinstance(statement, gast.While):
            return statement  # evaluated once per trip: it stays where it is
        field = {gast.If: "test", gast.For: "iter", gast.Assert: "test"}.get(type(statement), "value")
        node = getattr(statement, field, None)
        if not isinstance(node, gast.expr):
            return statement
        new_node = self.parts_out(node, out, whole=not isinstance(statement, (gast.If, gast.For, gast.Assert)))
        if new_node is node:
            return statement
        self.changed = True
        new = copy.copy(statement)
        setattr(new, field, new_node)
        return new

    def parts_out(self, node: gast.expr, out: Block, *, whole: bool) -> gast.expr:
        """An expression with names for its parts that run an object's code; `whole` itself is not taken for a part."""
        if isinstance(node, (gast.BoolOp, gast.IfExp, gast.Lambda)):
            return node  # not all of it is evaluated
        if not whole:
            value = self.value(node)
            if value is not None:
                made, result = value
                held = self.names.fresh("part")
                out += [*made, assign(held, result)]
                return gast.copy_location(name(held), node)
        new = None
        for field in node._fields:
            part = getattr(node, field, None)
            if isinstance(part, gast.expr):
                changed: Any = self.parts_out(part, out, whole=False)
            elif isinstance(part, list):
                changed = [self.parts_out(p, out, whole=False) if isinstance(p, gast.expr) else p for p in part]
                changed = part if all(a is b for a, b in zip(changed, part)) else changed
            else:
                continue
            if changed is not part:
                new = new or copy.copy(node)
                setattr(new, field, changed)
        return new or node

    def is_super_needed(self, variable: str) -> bool:
        """Whether `super()` is still read, by a call that was not told."""
        return any(variable in names_read(s) for s in statements(self.function.body))

    def rewritten(self, statement: gast.Assign | gast.Expr | gast.AugAssign) -> Block | None:
        """The statements in the place of one that runs an object's code as a whole."""
        if isinstance(statement, gast.AugAssign):
            return self.augmented(statement)
        target = statement.targets[0] if isinstance(statement, gast.Assign) else None
        if target is not None and not isinstance(target, gast.Name):
            return self.stored(target, statement.value)
        bound = target.id if target is not None else None
        if isinstance(statement.value, gast.Call):
            call = statement.value
            made = self.constructed(call, bound) or self.replaced(call, bound) or self.set_by_name(call)
            if made is not None:
                return made
            made = self.by_some_name(call, bound)
            if made is not None:
                return made
        value = self.value(statement.value)
        if value is None:
            return None
        made, result = value
        return [*made, gast.Expr(result) if bound is None else assign(bound, result)]

    # What objects do.

    def value(self, node: gast.expr) -> tuple[Block, gast.expr] | None:
        """The call that an expression is, and what comes before it; None for what runs no code of an object."""
        made: gast.expr | None = None
        if isinstance(node, gast.Call):
            made = self.called(node)
        elif isinstance(node, gast.Attribute) and isinstance(node.ctx, gast.Load):
            made = self.read(node)
        elif isinstance(node, gast.BinOp) and type(node.op) in _BINARY:
            made = self.operated(node.left, _BINARY[type(node.op)], node.right)
        elif isinstance(node, gast.UnaryOp) and type(node.op) in _UNARY:
            made = self.special(node.operand, _UNARY[type(node.op)])
        elif isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Load):
            made = self.special(node.value, "__getitem__", node.slice)
        elif isinstance(node, gast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
            sides = (node.left, node.comparators[0])
            owner, other = reversed(sides) if isinstance(node.ops[0], gast.In) else sides
            made = self.special(owner, _COMPARED[type(node.ops[0])], other)
        return None if made is None else ([], made)

    def special(self, owner: gast.expr, attr: str, *arguments: gast.expr) -> gast.expr | None:
        """A special method, which is the class's own."""
        cls = self.class_of(owner)
        method = self.method(cls, attr, owner) if cls is not None else None
        return method(*(index_argument(a) for a in arguments)) if method is not None else None

    def operated(self, left: gast.expr, stem: str, right: gast.expr) -> gast.expr | None:
        """`a + b`: by the left operand's class, or else by the right one's."""
        mine, other = self.class_of(left), self.class_of(right)
        if mine is not None and inspect.getattr_static(mine, f"__{stem}__", None) is not None:
            return self.special(left, f"__{stem}__", right)
        if other is not None and (self.fact(left).numeric or mine is not None):
            if mine is None and not isinstance(left, gast.Constant) and is_sequence(other):
                what = f"a number to the left of a `{other.__name__}`, which NumPy's numbers take for a sequence"
                way_out = f"Write the `{other.__name__}` first."
                raise self.function.source.unsupported(left, what, way_out)
            return self.special(right, f"__r{stem}__", left)
        return None

    def called(self, node: gast.Call) -> gast.expr | None:
        """A method, an object that is called, a builtin function of one, or a function that takes one."""
        function = self.object_of(node.func)
        if isinstance(node.func, gast.Attribute):
            made = self.method_called(node.func, node)
            if made is not None:
                return made
        cls = self.class_of(node.func)
        if cls is not None:
            method = self.method(cls, "__call__", node.func)
            return method(*node.args, keywords=node.keywords) if method is not None else None
        if function is getattr and len(node.args) >= 2:
            return self.read_by_name(node)
        if isinstance(function, types.MethodType) and isinstance(function.__self__, type):
            if is_users_function(function.__func__):
                self.module.inlined.add(function.__func__)
                first = self.refer(function.__self__, function.__self__.__name__)
                return gast.Call(
                    self.refer(function.__func__, title_of(function.__func__)), [first, *node.args], node.keywords
                )
        try:
            special = _BUILTINS.get(function)
        except TypeError:
            return None
        if special is not None and len(node.args) == 1:
            return self.special(node.args[0], special)
        self.note_callee(function, node)
        return None

    def note_callee(self, function: Any, node: gast.Call) -> None:
        """A function that is passed an object is expanded: it may do anything to it."""
        if is_users_function(function) and not isinstance(node.func, gast.Attribute):
            arguments = [*node.args, *(k.value for k in node.keywords)]
            classes = [self.class_of(a) for a in arguments]
            if any(cls is not None and not dataclasses.is_dataclass(cls) for cls in classes):
                if function not in self.module.inlined:
                    self.module.inlined.add(function)
                    self.changed = True

    def method_called(self, node: gast.Attribute, whole: gast.Call) -> gast.expr | None:
        """`object.method(...)`, `super().method(...)`."""
        owner = node.value
        if not isinstance(owner, gast.Name):
            return None
        fact = self.facts.of.get(owner.id, ANYTHING)
        if owner.id in self.supers:
            return self.inherited_method(*self.supers[owner.id], node.attr, whole)
        function = self.known(node)
        if isinstance(function, (types.FunctionType, np.ufunc)):  # kept in an attribute
            self.rely_on(node)
            return gast.Call(self.refer(function, node.attr), whole.args, whole.keywords)
        cls = self.class_of(owner)
        if cls is None or node.attr in fact.keys or node.attr in attributes_stored(cls):
            return None
        method = self.method(cls, node.attr, owner)
        return method(*whole.args, keywords=whole.keywords) if method is not None else None

    def inherited_method(self, after: gast.expr, instance: gast.expr, attr: str, whole: gast.Call) -> gast.expr | None:
        """`super(after, instance).attr(...)`."""
        fact = self.fact(instance)
        known, base = self.class_of(instance) or (fact.type if fact.value is not None else None), self.object_of(after)
        cls = instance_class = known if known is not None else self.object_of(instance)
        if not isinstance(cls, type) or not isinstance(base, type):
            return None
        if inherited(cls, attr, base) is object.__init__:
            return constant(None)
        method = self.method(instance_class, attr, instance if known is not None else None, base)
        return method(*whole.args, keywords=whole.keywords) if method is not None else None

    def read(self, node: gast.Attribute) -> gast.expr | None:
        """A property, or a bound method as a value."""
        cls = self.class_of(node.value)
        if cls is None:
            return None
        found = inspect.getattr_static(cls, node.attr, None)
        if isinstance(found, property) and is_users_function(found.fget):
            self.module.inlined.add(found.fget)
            return gast.Call(self.refer(found.fget, title_of(found.fget)), [node.value], [])
        fact = self.facts.of.get(node.value.id, ANYTHING)
        if node.attr in fact.keys or node.attr in attributes_stored(cls):
            return None
        method = self.method(cls, node.attr, node.value)
        if method is None:
            return None
        return gast.Call(self.refer(functools.partial, "partial"), [method.function, *method.first], [])

    def read_by_name(self, node: gast.Call) -> gast.expr | None:
        """`getattr(object, "attr")`."""
        attr = self.fact(node.args[1]).value
        if self.class_of(node.args[0]) is None or not isinstance(attr, str) or len(node.args) > 2:
            return None
        return attribute(node.args[0], attr)

    def by_some_name(self, node: gast.Call, target: str | None) -> Block | None:
        """`getattr(object, attr)`, `setattr(object, attr, value)` where `attr` is one of the object's attributes."""
        function = self.object_of(node.func) if isinstance(node.func, gast.Name) else None
        count = 2 if function is getattr else 3 if function is setattr else 0
        if not count or len(node.args) != count or not isinstance(node.args[0], gast.Name):
            return None
        owner, attr = node.args[:2]
        cls, fact = self.class_of(owner), self.facts.of.get(owner.id, ANYTHING)
        if cls is None or fact.items is None or not isinstance(attr, gast.Name) or has_more(cls, fact.keys):
            return None
        error = gast.Call(name("AttributeError"), [attr], [])
        made: gast.stmt = gast.Raise(error, None)
        for key in reversed(fact.keys):
            if count == 2 and target is not None:
                done = assign(target, attribute(owner, key))
            elif count == 3:
                done = assign(gast.Attribute(owner, key, gast.Store()), node.args[2])
            else:
                return None
            made = gast.If(gast.Compare(attr, [gast.Eq()], [constant(key)]), [done], [made])
        return [made]

    def set_by_name(self, node: gast.Call) -> Block | None:
        """`setattr(object, "attr", value)`, `object.__setattr__(self, "attr", value)`."""
        function = self.object_of(node.func)
        if function is not setattr and function is not object.__setattr__:
            return None
        if len(node.args) != 3 or self.class_of(node.args[0]) is None:
            return None
        attr = self.fact(node.args[1]).value
        if not isinstance(attr, str):
            return None
        return [assign(gast.Attribute(node.args[0], attr, gast.Store()), node.args[2])]

    def stored(self, target: gast.expr, value: gast.expr) -> Block | None:
        """`object[k] = v`, and `object.attr = v` where that is a property."""
        cls = self.class_of(target.value)
        if cls is None:
            return None
        if isinstance(target, gast.Subscript):
            made = self.special(target.value, "__setitem__", target.slice, value)
            return [gast.Expr(made)] if made is not None else None
        found = inspect.getattr_static(cls, target.attr, None)
        if not isinstance(found, property) or not is_users_function(found.fset):
            return None
        self.module.inlined.add(found.fset)
        return [gast.Expr(gast.Call(self.refer(found.fset, title_of(found.fset)), [target.value, value], []))]

    def augmented(self, statement: gast.AugAssign) -> Block | None:
        """`a += b` on an object, on an item of one, or on a property."""
        target = statement.target
        if isinstance(target, gast.Name):
            stem = _BINARY.get(type(statement.op), "")
            made = self.special(target, f"__i{stem}__", statement.value)
            made = made or self.operated(name(target.id), stem, statement.value)
            return [assign(target.id, made)] if made is not None else None
        cls = self.class_of(target.value)
        if cls is None:
            return None
        if isinstance(target, gast.Attribute) and not isinstance(
            inspect.getattr_static(cls, target.attr, None), property
        ):
            return None
        read = copy.copy(target)
        read.ctx = gast.Load()
        old, new = self.names.fresh(f"{target.value.id}_item"), self.names.fresh(f"{target.value.id}_item")
        return [
            assign(old, read),
            assign(new, gast.BinOp(name(old), statement.op, statement.value)),
            assign(target, name(new)),
        ]


def _place(statement: gast.stmt, origin: gast.stmt) -> None:
    if not hasattr(statement, "lineno"):
        statement_like(statement, origin)
    for node in _without_place(statement):
        gast.copy_location(node, origin)


def _without_place(statement: gast.stmt) -> Iterator[gast.AST]:
    return (n for n in gast.walk(statement) if isinstance(n, (gast.stmt, gast.expr)) and not hasattr(n, "lineno"))
