"""Normalisation: any Python function to the core language of docs/design.md, one rewriting to a file."""

from __future__ import annotations

import builtins

import gast

from srcdiff import core
from srcdiff.names import Names
from srcdiff.normalize import (
    assignments,
    augmented,
    comprehensions,
    conditions,
    contexts,
    expressions,
    functions,
    loops,
    statements,
    trying,
)
from srcdiff.normalize.cells import make_cells
from srcdiff.normalize.exits import leave_at_the_end
from srcdiff.normalize.flatten import Flattener, Rewritings
from srcdiff.normalize.matching import expand_matches
from srcdiff.normalize.purity import purity_of
from srcdiff.normalize.refusals import refuse_unsupported
from srcdiff.normalize.scoping import separate_scopes
from srcdiff.normalize.trees import COMPREHENSIONS, FUNCTIONS, clone, names_in, walk
from srcdiff.scopes import parameter_names
from srcdiff.source import Source

__all__ = ["normalize"]

#: How each statement is taken apart. They all go in one sweep, because the parts of one are the work of another: what a
#: statement of Python does is done in Python's order only if all of it is taken out of it from left to right.
STATEMENTS = {
    gast.Assign: assignments.assignment,
    gast.AnnAssign: assignments.annotated,
    gast.AugAssign: augmented.augmented,
    gast.For: loops.for_loop,
    gast.While: conditions.while_loop,
    gast.If: conditions.branch,
    gast.With: contexts.context,
    gast.Try: trying.attempt,
    gast.FunctionDef: functions.definition,
    gast.Expr: statements.effect,
    gast.Return: statements.result,
    gast.Raise: statements.raising,
    gast.Assert: statements.assertion,
    gast.Delete: statements.deletion,
    gast.Pass: statements.keep,
    gast.Break: statements.keep,
    gast.Continue: statements.keep,
    gast.Import: statements.keep,
    gast.ImportFrom: statements.keep,
    gast.Global: statements.leave_out,
    gast.Nonlocal: statements.leave_out,
    comprehensions.Innermost: comprehensions.innermost,
}

#: How each expression is taken apart.
EXPRESSIONS = {
    gast.BinOp: expressions.binary,
    gast.UnaryOp: expressions.unary,
    gast.Attribute: expressions.attribute,
    gast.Subscript: expressions.subscript,
    gast.Call: comprehensions.call,
    gast.Tuple: expressions.sequence,
    gast.List: expressions.sequence,
    gast.Set: expressions.mutable_set,
    gast.Dict: expressions.dictionary,
    gast.JoinedStr: expressions.formatted,
    gast.IfExp: conditions.choice,
    gast.BoolOp: conditions.connective,
    gast.Compare: conditions.comparison,
    gast.NamedExpr: assignments.walrus,
    gast.Lambda: functions.function,
    gast.ListComp: comprehensions.list_comprehension,
    gast.SetComp: comprehensions.set_comprehension,
    gast.DictComp: comprehensions.dict_comprehension,
    gast.GeneratorExp: comprehensions.generator,
}


def normalize(source: Source) -> core.Function:
    """A function in the core language.

    Raises
    ------
    UnsupportedError
        It uses a construct that no derivative is made of.
    """
    tree = clone(source.tree)  # the source keeps its own
    refuse_unsupported(tree, source)  # first: messages point at what was written
    names = Names(names_in([tree]) | source.free_names | source.local_names | set(dir(builtins)))
    kinds = {type(node) for node in walk(tree.body)}
    if gast.Match in kinds:  # before names are told apart: what it captures is assigned from here on
        expand_matches(tree, names, source)
    if not kinds.isdisjoint(COMPREHENSIONS):  # so that loops may bind their variables
        separate_scopes(tree, names)
    cells: dict[gast.AST, list[str]] = {}
    if not kinds.isdisjoint(FUNCTIONS):  # while it shows which function is made before which assignment
        cells = make_cells(tree, names, source)
    parameters = parameter_names(tree.args)
    purity = purity_of(parameters, tree.body, source)
    flat = Flattener(source, names, purity, Rewritings(STATEMENTS, EXPRESSIONS), tree, cells)
    body = flat.block(tree.body)  # one operation per statement, from left to right
    body = leave_at_the_end(body, names, flat.output)  # last: by now every exit and every loop is written out
    return core.Function(source.tree.name, parameters, body, source)
