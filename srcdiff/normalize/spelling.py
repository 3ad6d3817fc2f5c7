"""Calls in other words: what says the same in the words that rules know.

>>> # np.array(a, copy=None, ndmin=1, subok=True)      np.atleast_1d(np.asanyarray(a))
>>> # f(*(g(v) for v in x))                            f(*[g(v) for v in x])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gast
import numpy as np

from srcdiff import build
from srcdiff.normalize.trees import is_number

if TYPE_CHECKING:
    from srcdiff.normalize.flatten import Flattener

__all__ = ["consumed", "respelled"]

_AT_LEAST = {1: np.atleast_1d, 2: np.atleast_2d}


def respelled(flat: Flattener, node: gast.Call) -> gast.Call:
    """A call as rules know it; the call itself, if it is that."""
    starred = any(isinstance(a, gast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords)
    if starred or not node.keywords or flat.purity.object_of(node.func) is not np.array:
        return node
    constants = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, gast.Constant)}
    if not {k.arg for k in node.keywords} & {"copy", "subok", "ndmin"} or len(node.args) != 1:
        return node
    if any(k.arg in ("copy", "subok", "ndmin") and k.arg not in constants for k in node.keywords):
        return node
    if not {"copy", "subok"} & constants.keys():
        return node
    copy, least = constants.get("copy", True), constants.get("ndmin", 0)
    kept = [k for k in node.keywords if k.arg not in ("copy", "subok", "ndmin")]
    if copy is True:
        ndmin = [k for k in node.keywords if k.arg == "ndmin"]
        return _call(node, node.func, node.args, [*kept, *ndmin])
    if copy is not None or not is_number(build.constant(least)) or least not in (0, *_AT_LEAST):
        return node
    function = np.asanyarray if constants.get("subok") else np.asarray
    made = _call(node, _beside(flat, node.func, function), node.args, kept)
    return made if least == 0 else _call(node, _beside(flat, node.func, _AT_LEAST[least]), [made], [])


def consumed(node: gast.expr) -> gast.expr:
    """A generator that is consumed where it stands, as a list."""
    if not isinstance(node, gast.GeneratorExp):
        return node
    return gast.copy_location(gast.ListComp(node.elt, node.generators), node)


def _call(node: gast.Call, function: gast.expr, arguments: list[gast.expr], keywords: list[gast.keyword]) -> gast.Call:
    return gast.copy_location(gast.Call(function, arguments, keywords), node)


def _beside(flat: Flattener, node: gast.expr, function: object) -> gast.expr:
    """Another function of the module that a function is named in: `np.asarray` for `np.array`."""
    title = function.__name__  # type: ignore[attr-defined]
    if isinstance(node, gast.Attribute):
        path = gast.copy_location(build.attribute(flat.again(node.value), title), node)
        if flat.purity.object_of(path) is function:
            return path
    return gast.copy_location(flat.read(flat.provided(title, function)), node)
