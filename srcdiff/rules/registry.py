"""The table of rules: what is known of each function, and how a rule is registered.

A rule is source. The body of a template is inlined into the generated text, so a template is an ordinary function with
the signature of the function that it belongs to; it can be called in a test and it lints. It names what it needs:
`output`, `gradient` and the tangents `x_dot` are keyword-only parameters, and what it does not name is not kept.

There are three kinds with a derivative, each as close to the mathematics as it goes:

- elementwise: one partial derivative for each operand (`partials`), serving both modes;
- linear: the function is its own tangent, the template is its transpose (`linear`, `multilinear`);
- general: one template for each mode (`adjoint`, `tangent`).

`constant` registers functions that carry no derivative, `same` a second name for a function.

A partial derivative is an expression (a string) over the operands (`x`, or `x1, x2, ...`), `output` and the modules of
`EXPRESSION_MODULES`; or, where it has cases or needs a helper, a template: a function of those of the operands and
`output` that it reads, by name. A template that also names `gradient` returns the product of `gradient` and the partial
(real, or selecting), so that zeros stay exact where `gradient` is infinite; forward mode passes the operand's tangent.

Text for complex numbers conjugates a partial in reverse mode, which is right for holomorphic functions. Others have a
second rule for complex text, registered with `when="complex"`; a function that takes several numbers of operands has
one registered with `when="otherwise"` for the calls that the partials do not fit. `Rule.for_call` chooses.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

__all__ = [
    "EXPRESSION_MODULES",
    "Rule",
    "Template",
    "adjoint",
    "all_rules",
    "constant",
    "effects",
    "linear",
    "literal",
    "lookup",
    "multilinear",
    "partials",
    "same",
    "tangent",
]

Kind = Literal["elementwise", "linear", "general", "constant"]
Result = Literal["fresh", "view", "views", "maybe view", "argument"]
When = Literal["complex", "otherwise"]
F = TypeVar("F", bound=Callable[..., Any])

EXPRESSION_MODULES = {"np": "numpy", "math": "math", "cmath": "cmath", "special": "scipy.special"}
"""The modules that expressions of partial derivatives may name."""


@dataclass(frozen=True)
class Template:
    """Source that computes gradients (reverse mode), the output's tangent (forward mode), or a partial derivative.

    Attributes
    ----------
    function : callable
        The template itself, a Python function with source.
    wrt : str or None
        The one parameter whose gradient it returns; None for a template that returns one gradient per parameter.
    inline : bool
        Whether its body is inlined; otherwise the generated text calls it (and standalone text carries it along).
    """

    function: Callable[..., Any]
    wrt: str | None = None
    inline: bool = True


@dataclass(frozen=True)
class Rule:
    """Everything that is known of one function.

    Attributes
    ----------
    function : callable
        What the rule is for: a function, a ufunc, a method descriptor (`numpy.ndarray.sum`), an attribute
        (`numpy.ndarray.T`) or a bound method (`numpy.add.reduce`).
    kind : str
        "elementwise", "linear", "general" or "constant".
    expressions : tuple of (str or Template)
        The partial derivatives of an elementwise function, one for each operand, in terms of `x` (one operand) or
        `x1, x2, ...`, and `output`. "0" stands for an operand without derivative, "refused" for one whose
        derivative is not known: it must not be active. A Template computes the partial
        from those of the operands and `output` that it has as parameters.
    active : tuple of str
        The parameters that carry a derivative.
    multilinear : bool
        Linear in each of `active` alone (a product), rather than in all of them together (a sum).
    adjoints : tuple of Template
        Reverse-mode templates.
    tangent : Template or None
        The forward-mode template; elementwise and linear functions need none.
    result : str
        What the result is in memory: "fresh", a "view" of the first parameter, "views" of it in a new sequence (of
        each of the parameters, for a function of any number), "maybe view" where that depends on
        the arguments, or "argument": the first parameter itself or a converted copy of it.
    writes : tuple of str
        Parameters that the function writes into.
    pure : bool
        It has no effect but its result, which depends on its arguments alone: it may be evaluated again.
    raises : bool
        It can raise on operands of valid types, so that an unused call must stay.
    shape : str or None
        The shape of the result in one word: "scalar", "same" (as the first parameter), "broadcast", "reduce" (by
        `axis` and `keepdims`); None where it is not known.
    returns : str
        "complex" where the result may be complex though the operands are real, "real" where it is real though they are
        complex; empty where it is of the kind that they have together.
    value : object
        What the function returns for NumPy's arrays, where that is always the same object: a module.
    converts : tuple of str or None
        The function makes an array of floating numbers of its only positional argument, and returns one that is so
        already as it is, whatever these keywords are; None for all other functions.
    source : str
        Where the formula is from, for the reference page.
    parameters : tuple of str
        The names of the parameters, in order.
    refused : tuple of str
        Parameters whose derivative is not known: a call in which one of them is active is refused.
    complex : Rule or None
        The rule that takes this one's place in text for complex numbers; None where this one serves both.
    otherwise : Rule or None
        The rule for calls that `expressions` do not fit: another number of operands, or keywords.
    """

    function: Any
    kind: Kind
    expressions: tuple[str | Template, ...] = ()
    active: tuple[str, ...] = ()
    multilinear: bool = False
    adjoints: tuple[Template, ...] = ()
    tangent: Template | None = None
    result: Result = "fresh"
    writes: tuple[str, ...] = ()
    pure: bool = True
    raises: bool = True
    shape: str | None = None
    returns: Literal["", "real", "complex"] = ""
    value: Any = None
    converts: tuple[str, ...] | None = None
    source: str = ""
    parameters: tuple[str, ...] = field(default=())
    refused: tuple[str, ...] = ()
    complex: Rule | None = None
    otherwise: Rule | None = None

    def for_call(self, operands: int, keywords: Collection[str] = (), *, in_complex: bool = False) -> Rule:
        """The rule for a call with so many positional operands and these keywords, in real or in complex text."""
        rule = self.complex if in_complex and self.complex is not None else self
        fits = len(rule.expressions) == operands and not keywords
        return rule.otherwise if not fits and rule.otherwise is not None else rule

    @property
    def name(self) -> str:
        """The dotted name under which people know the function."""
        return qualified_name(self.function)


_rules: dict[Any, Rule] = {}

version = 0
"""How often the table has changed: a derivative that was built at another version is built again."""


def _changed() -> None:
    global version
    version += 1


_aliases: dict[Any, Any] = {}


def literal(x: Any) -> bool:
    """Whether the call has a number written in this place: a test for templates, folded when the text is built."""
    return type(x) in (int, float)


def qualified_name(function: Any) -> str:
    """`numpy.linalg.inv` for `np.linalg.inv`; ufunc methods and descriptors included."""
    owner = getattr(function, "__self__", None)
    if owner is not None and not inspect.ismodule(owner) and not isinstance(owner, type):
        return f"{qualified_name(owner)}.{function.__name__}"
    if type(function).__name__ == "ufunc":
        return f"{getattr(function, '__module__', None) or 'numpy'}.{function.__name__}"
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function))
    if module is None and hasattr(function, "__objclass__"):
        return f"{function.__objclass__.__module__}.{function.__objclass__.__name__}.{function.__name__}"
    return str(name) if module in (None, "builtins") else f"{module}.{name}"


def lookup(function: Any) -> Rule | None:
    """The rule of a function; None where there is none."""
    try:
        rule = _rules.get(function)
        original = _aliases.get(function) if rule is None else None
    except TypeError:  # unhashable: nothing that could have been registered
        return None
    if original is not None and original in _rules:
        return replace(_rules[original], function=function)
    return rule


def all_rules() -> Iterator[Rule]:
    """Every registered rule, in the order of registration, and then the other names."""
    yield from list(_rules.values())
    for other in list(_aliases):
        rule = lookup(other)
        if rule is not None and other not in _rules:
            yield rule


def _known(function: Any, when: When | None) -> Rule | None:
    rule = _rules.get(function) or lookup(function)
    if rule is None or when is None:
        return rule
    return rule.complex if when == "complex" else rule.otherwise


def _update(function: Any, when: When | None, **changes: Any) -> Rule:
    known = _known(function, when)
    rule = Rule(function, **changes) if known is None else replace(known, **changes)
    beside: dict[str, Any] = {} if when is None else {when: rule}
    _rules[function] = replace(_rules[function], **beside) if beside else rule
    _changed()
    return rule


def partials(
    function: Any,
    *expressions: str | Callable[..., Any],
    raises: bool = False,
    shape: str = "broadcast",
    source: str = "",
    returns: Literal["", "real", "complex"] = "",
    when: When | None = None,
) -> None:
    """Register an elementwise function by its partial derivatives.

    Parameters
    ----------
    function : callable
        An elementwise function, of scalars or of broadcast arrays.
    *expressions : str or function
        One Python expression for each operand, over `x` (a single operand) or `x1, x2, ...`, and `output`; or a
        template with those of these names as parameters that it reads, and perhaps `gradient`.
    when : "complex" or "otherwise", optional
        Register for complex text, or for other numbers of operands, beside the rule that is there already.

    Examples
    --------
    >>> partials(np.sin, "np.cos(x)")
    >>> partials(np.arctan2, "x2 / (x1 ** 2 + x2 ** 2)", "-x1 / (x1 ** 2 + x2 ** 2)")
    """
    names = ("x",) if len(expressions) == 1 else tuple(f"x{i}" for i in range(1, len(expressions) + 1))
    active = tuple(name for name, text in zip(names, expressions, strict=True) if text not in ("0", "refused"))
    _update(
        function,
        when,
        kind="elementwise",
        expressions=tuple(text if isinstance(text, str) else Template(text) for text in expressions),
        parameters=names,
        active=active,
        refused=tuple(name for name, text in zip(names, expressions, strict=True) if text == "refused"),
        raises=raises,
        shape=shape,
        source=source,
        returns=returns,
    )


def _parameters(template: Callable[..., Any]) -> tuple[str, ...]:
    by_name = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    return tuple(p.name for p in inspect.signature(template).parameters.values() if p.kind not in by_name)


def adjoint(
    function: Any,
    *,
    wrt: str | None = None,
    inline: bool = True,
    kind: Kind = "general",
    when: When | None = None,
    **known: Any,
) -> Callable[[F], F]:
    """Register the reverse-mode rule of `function`; used as a decorator.

    The template has the function's own signature and then, keyword-only, `gradient` and (if it is read) `output`. It
    returns one gradient for each parameter in order, None for those without, trailing ones left out, as a tuple; bare
    if only the first has one. The gradient of `*values`, or of a parameter that is a sequence, is a list. Where the
    output is a tuple, so is `gradient`. With `wrt` it returns the gradient of that parameter alone, so that only what
    is needed is computed.

    Parameters
    ----------
    function : callable
        The function that the rule is for.
    wrt : str, optional
        The one parameter that this template is for; register one template for each.
    inline : bool
        False for a template that is long or branches on what only a run can tell: generated text then calls it.
    when : "complex" or "otherwise", optional
        Register for complex text, or for the calls that the partials do not fit, beside the rule that is there already.
    **known
        Fields of `Rule`: result, writes, pure, raises, shape, source.
    """

    def register(template: F) -> F:
        rule = _known(function, when)
        earlier = rule.adjoints if rule is not None and wrt is not None else ()
        kept = tuple(t for t in earlier if t.wrt is not None and t.wrt != wrt)
        changes: dict[str, Any] = {
            "kind": kind,
            "adjoints": (*kept, Template(template, wrt, inline)),
            "parameters": _parameters(template),
            **known,
        }
        if wrt is not None and "active" not in known:
            changes["active"] = (*(t.wrt for t in kept), wrt)
        elif "active" not in known and (rule is None or not rule.active):
            changes["active"] = changes["parameters"][:1]
        _update(function, when, **changes)
        return template

    return register


def linear(function: Any, *active: str, inline: bool = True, **known: Any) -> Callable[[F], F]:
    """Register a function that is linear in the parameters `active` together, by its transpose.

    The template returns gradients as in `adjoint`. Without names, `active` is the first parameter.
    """

    def register(template: F) -> F:
        names = active or _parameters(template)[:1]
        return adjoint(function, inline=inline, kind="linear", active=names, **known)(template)

    return register


def multilinear(function: Any, *active: str, wrt: str, inline: bool = True, **known: Any) -> Callable[[F], F]:
    """Register a product: linear in each of `active` alone, by one transpose for each (`wrt`)."""
    return adjoint(function, wrt=wrt, inline=inline, kind="linear", active=active, multilinear=True, **known)


def tangent(function: Any, *, inline: bool = True, when: When | None = None, **known: Any) -> Callable[[F], F]:
    """Register the forward-mode rule of `function`; used as a decorator.

    The template has the function's own signature and then, keyword-only, the tangents that it reads (`x_dot`, zero
    where x is inactive) and `output`; it returns the output's tangent.
    """

    def register(template: F) -> F:
        rule = _known(function, when)
        changes: dict[str, Any] = {"tangent": Template(template, None, inline), **known}
        if rule is None or rule.kind == "constant":
            names = _parameters(template)
            keywords = inspect.signature(template).parameters
            active = tuple(name for name in names if f"{name}_dot" in keywords)
            changes |= {"kind": "general", "parameters": names, "active": active}
        _update(function, when, **changes)
        return template

    return register


def constant(*functions: Any, when: When | None = None, **known: Any) -> None:
    """Register functions that carry no derivative: they pass through."""
    for function in functions:
        _update(function, when, kind="constant", **known)


def effects(function: Any, **known: Any) -> None:
    """Say more of a function that is registered already: result, writes, pure, raises, shape, converts."""
    if lookup(function) is None:
        raise LookupError(f"{qualified_name(function)} has no rule yet")
    _update(function, None, **known)


def same(original: Any, *others: Any) -> None:
    """Register other names of a function: `same(np.sum, np.ndarray.sum)`. Its rule may come later."""
    for other in others:
        _aliases[other] = original
    _changed()
