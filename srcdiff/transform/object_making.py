"""The making of objects, attribute by attribute."""

from __future__ import annotations

import dataclasses
import inspect
import types
from typing import Any

import gast

from srcdiff import runtime
from srcdiff.analysis.records import fields_of
from srcdiff.build import assign, attribute, constant, is_name, name
from srcdiff.transform.callees import is_users_function
from srcdiff.transform.object_classes import has_generated_init, keeps_attributes_plainly, title_of
from srcdiff.transform.object_knowledge import ObjectKnowledge

__all__ = ["ObjectMaking"]

Block = list[gast.stmt]


class ObjectMaking(ObjectKnowledge):
    """Constructors, and `dataclasses.replace`, as stores into a new object."""

    def constructed(self, node: gast.Call, target: str | None) -> Block | None:
        """`p = Class(...)`."""
        cls = self.object_of(node.func)
        if not isinstance(cls, type) or not keeps_attributes_plainly(cls) or target in self.module.whole:
            return None
        if any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
            return None
        made: Block = []
        target = target or self.names.fresh(cls.__name__.lower())
        owner = target
        if any(is_name(part, target) for a in [*node.args, *node.keywords] for part in gast.walk(a)):
            owner = self.names.fresh(target)
        made += self.new(owner, cls)
        if cls is types.SimpleNamespace:
            if node.args:
                return None
            made += [assign(gast.Attribute(name(owner), k.arg, gast.Store()), k.value) for k in node.keywords]
            return made if owner == target else [*made, assign(target, name(owner))]
        init = inspect.getattr_static(cls, "__init__", None)
        if is_users_function(init) and not has_generated_init(cls):
            self.module.inlined.add(init)
            made.append(
                gast.Expr(gast.Call(self.refer(init, title_of(init)), [name(owner), *node.args], node.keywords))
            )
        elif has_generated_init(cls):
            fields = self.fields(cls, node)
            if fields is None:
                return None
            made += [assign(gast.Attribute(name(owner), key, gast.Store()), value) for key, value in fields.items()]
            after = self.method(cls, "__post_init__", name(owner))
            if after is not None:
                made.append(gast.Expr(after()))
        elif init is not object.__init__ or node.args or node.keywords:
            return None
        return made if owner == target else [*made, assign(target, name(owner))]

    def replaced(self, node: gast.Call, target: str | None) -> Block | None:
        """`q = dataclasses.replace(p, a=x)`."""
        if self.object_of(node.func) is not dataclasses.replace or len(node.args) != 1 or target is None:
            return None
        original, given = node.args[0], {k.arg: k.value for k in node.keywords}
        cls = self.class_of(original)
        fields = fields_of(cls)
        if cls is None or fields is None or not set(given) <= set(fields):
            return None
        made: Block = []
        owner = target if not any(is_name(part, target) for part in gast.walk(node)) else self.names.fresh(target)
        values: dict[str, gast.expr] = {}
        for attr in fields:
            held = self.names.fresh(f"{target}_{attr}") if attr not in given else None
            if held is not None:
                made.append(assign(held, attribute(original, attr)))
            values[attr] = given[attr] if held is None else name(held)
        made += self.new(owner, cls)
        made += [assign(gast.Attribute(name(owner), attr, gast.Store()), value) for attr, value in values.items()]
        return made if owner == target else [*made, assign(target, name(owner))]

    def new(self, target: str, cls: type) -> Block:
        """`target`, an object without attributes."""
        return [assign(target, gast.Call(self.helper(runtime.new_object), [self.refer(cls, cls.__name__)], []))]

    def fields(self, cls: type, node: gast.Call) -> dict[str, gast.expr] | None:
        """What each field of a new dataclass gets."""
        try:
            bound = inspect.signature(cls).bind(*node.args, **{k.arg: k.value for k in node.keywords})
        except TypeError:
            return None
        values: dict[str, gast.expr] = {}
        for entry in dataclasses.fields(cls):
            if entry.name in bound.arguments:
                values[entry.name] = bound.arguments[entry.name]
            elif entry.default_factory is not dataclasses.MISSING:
                values[entry.name] = self.made_by(entry.default_factory)
            elif entry.default is not dataclasses.MISSING:
                plain = entry.default is None or isinstance(entry.default, (bool, int, float, complex, str))
                values[entry.name] = constant(entry.default) if plain else self.refer(entry.default, "default")
            else:
                return None
        return values

    def made_by(self, factory: Any) -> gast.expr:
        """What a factory of defaults gives."""
        if factory is list:
            return gast.List([], gast.Load())
        return gast.Dict([], []) if factory is dict else gast.Call(self.refer(factory, "default"), [], [])
