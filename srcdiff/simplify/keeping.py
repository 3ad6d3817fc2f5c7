"""How what is kept is written: a list for what a loop passes, a variable for what happens once."""

from __future__ import annotations

import gast

from srcdiff.analysis.structure import flags_of, statements
from srcdiff.build import assign, attribute, call, is_name, name, statement_like, subscript
from srcdiff.names import Names
from srcdiff.transform.marks import Restore, Save, Site

__all__ = ["appended_to", "write_kept"]

Block = list[gast.stmt]


class _Lowering:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.stacks: list[str] = []
        self.sites: dict[str, Site] = {}

    def variable(self, site: Site) -> str:
        if not site.variable:
            if site.in_loop:
                site.variable = self.names.fresh(f"{site.stem}_stack")
                self.stacks.append(site.variable)
            elif site.record:
                site.variable = site.stem
            else:
                site.variable = self.names.fresh(f"{site.stem}_old")
            self.sites[site.variable] = site
        return site.variable

    def block(self, body: Block) -> Block:
        out: Block = []
        for statement in body:
            if isinstance(statement, Save):
                out += [statement_like(s, statement) for s in self.save(statement)]
            elif isinstance(statement, Restore):
                out += [statement_like(s, statement) for s in self.restore(statement)]
            else:
                for field in ("body", "orelse", "finalbody"):
                    inner = getattr(statement, field, None)
                    if inner and not isinstance(statement, gast.FunctionDef):
                        setattr(statement, field, self.block(inner))
                if isinstance(statement, gast.Try) and flags_of(statement):
                    out += self.marks(statement)
                out.append(statement)
        return out

    def marks(self, statement: gast.Try) -> Block:
        """How much was kept when a `try` began; its handlers take off what was kept since."""
        appended = [appended_to(part) for part in statements(statement.body)]
        before: Block = []
        drops: Block = []
        for stack in dict.fromkeys(stack for stack in appended if stack in self.stacks):
            length = self.names.fresh(f"{stack}_length")
            before.append(statement_like(assign(length, call("len", name(stack))), statement))
            rest = subscript(name(stack), gast.Slice(name(length), None, None), gast.Del())
            drops.append(statement_like(gast.Delete([rest]), statement))
        handlers = [gast.ExceptHandler(h.type, h.name, [*h.body, *drops]) for h in statement.handlers]
        statement.handlers = [gast.copy_location(new, old) for new, old in zip(handlers, statement.handlers)]
        return before

    def save(self, statement: Save) -> Block:
        variable = self.variable(statement.site)
        if isinstance(statement.value, gast.Name):
            statement.site.refers_to = statement.value.id
        if statement.site.in_loop:
            return [gast.Expr(call(attribute(name(variable), "append"), statement.value))]
        if is_name(statement.value, variable):
            return []
        return [assign(variable, statement.value)]

    def restore(self, statement: Restore) -> Block:
        variable = self.variable(statement.site)
        value: gast.expr = name(variable)
        if statement.site.in_loop:
            value = call(attribute(value, "pop"))
        elif is_name(statement.target, variable):
            return []
        return [gast.Assign([statement.target], value, None)]


def appended_to(statement: gast.stmt) -> str | None:
    """The list that `x_stack.append(...)` appends to."""
    value = statement.value if isinstance(statement, gast.Expr) else None
    if isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "append":
        if isinstance(value.func.value, gast.Name):
            stack: str = value.func.value.id
            return stack
    return None


def write_kept(forward: Block, reverse: Block, names: Names) -> tuple[Block, Block, dict[str, Site]]:
    """Both sweeps without marks, and the variables that keep something; lists are made at the start."""
    lowering = _Lowering(names)
    forward = lowering.block(forward)
    reverse = lowering.block(reverse)
    start = _copies(forward)
    made = [assign(stack, gast.List([], gast.Load())) for stack in lowering.stacks]
    return [*forward[:start], *made, *forward[start:]], reverse, lowering.sites


def _copies(forward: Block) -> int:
    """How many statements at the start of the forward sweep copy parameters that the primal writes into."""
    count = 0
    for statement in forward:
        if not is_copy_of_itself(statement):
            break
        count += 1
    return count


def is_copy_of_itself(statement: gast.stmt) -> bool:
    """Whether a statement is `x = x.copy()` or `x = copy(x)`."""
    if not isinstance(statement, gast.Assign) or not isinstance(statement.targets[0], gast.Name):
        return False
    value = statement.value
    if not isinstance(value, gast.Call):
        return False
    owner = value.func.value if isinstance(value.func, gast.Attribute) and value.func.attr == "copy" else None
    if isinstance(value.func, gast.Name) and value.func.id.rstrip("_") in ("copy", "copy_in_layout"):
        owner = value.args[0]
    return is_name(owner, statement.targets[0].id)
