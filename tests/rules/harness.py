"""Check registered rules against finite differences, without the transform.

The templates and expressions of a rule are run as they stand, as the transform inlines them, and compared with
Richardson-extrapolated central differences in a random direction. A family's test file holds a list `CASES` of `Case`
(or makes it with `elementwise`) and runs `check(case)` for each; tests/rules/test_registry.py sees to it that every
registered rule with a derivative has a case.
"""

from __future__ import annotations

import cmath
import importlib
import importlib.util
import inspect
import math
import pathlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import srcdiff.rules
from srcdiff.rules.registry import Rule, Template, lookup
from srcdiff.runtime import unbroadcast
from tests.rules.structures import each, floating, inner, leaves, norm, random_like, shifted, widened, zero_of

__all__ = [
    "Case",
    "check",
    "check_dot_product",
    "check_forward",
    "check_reverse",
    "elementwise",
    "identifier",
    "load_rules",
]


@dataclass(frozen=True)
class Case:
    """One call of a function, at a point where it is differentiable.

    Attributes
    ----------
    function : object
        What the rule is registered for; an attribute (`np.ndarray.T`) is read from its only argument.
    args, kwargs :
        The call. Floating leaves, also those within lists, tuples and dictionaries, may be differentiated.
    wrt : sequence of str, optional
        Names of parameters, as the rule names them; by default all that are active and have floating leaves.
    step : float
        The largest step of the differences; smaller where the domain is close.
    rtol : float, optional
        The tolerance; by default 1e-7, or 2e-3 where float32 or complex64 takes part.
    modes : tuple of str
        "reverse" and "forward".
    evaluate : callable, optional
        What is differenced in place of the function, where the function alone can't be (it draws random numbers, it
        writes into its argument).
    """

    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    wrt: Sequence[str] | None = None
    step: float = 2e-3
    rtol: float | None = None
    modes: tuple[str, ...] = ("reverse", "forward")
    evaluate: Callable[..., Any] | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function."""
        if self.evaluate is not None:
            return self.evaluate(*args, **kwargs)
        if inspect.isdatadescriptor(self.function) and not callable(self.function):
            return self.function.__get__(args[0])
        return self.function(*args, **kwargs)


def identifier(case: Case) -> str:
    """A readable name of a case, for `pytest.mark.parametrize(..., ids=identifier)`."""
    rule = lookup(case.function)
    parts = [describe(arg) for arg in case.args] + [f"{name}={describe(arg)}" for name, arg in case.kwargs.items()]
    return f"{rule.name if rule else case.function}({', '.join(parts)})"


def describe(value: Any) -> str:
    """A short word for an argument."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.char}{list(value.shape)}".replace(" ", "")
    if isinstance(value, (list, tuple)):
        return f"[{' '.join(describe(item) for item in value)}]"
    if isinstance(value, (np.generic, float, complex)):
        return f"{type(value).__name__} {value:.3g}"
    return getattr(value, "__name__", None) or str(value)


# The rule, run as it stands.


def load_rules() -> None:
    """Import every rule file; those for SciPy only where it is installed."""
    scipy = importlib.util.find_spec("scipy") is not None
    for path in sorted(pathlib.Path(srcdiff.rules.__file__).parent.glob("*.py")):
        if path.stem != "__init__" and (scipy or "scipy" not in path.stem):
            importlib.import_module(f"srcdiff.rules.{path.stem}")


def registered_rule(function: Any) -> Rule:
    """The rule of a function, from whatever file."""
    if lookup(function) is None:
        load_rules()
    rule = lookup(function)
    assert rule is not None, f"{function} has no rule"
    return rule


@dataclass(frozen=True)
class Bound:
    """A call with its rule chosen and its arguments bound to the rule's parameters."""

    case: Case
    rule: Rule
    arguments: inspect.BoundArguments | None
    values: dict[str, Any]
    output: Any
    wrt: tuple[str, ...]


def bind(case: Case, args: tuple[Any, ...] | None = None) -> Bound:
    """Choose the rule and bind the arguments as the transform does."""
    args = case.args if args is None else args
    registered = registered_rule(case.function)
    output = case(*each(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, args), **case.kwargs)
    numbers = [*leaves((args, case.kwargs, output))]
    rule = registered.for_call(len(args), tuple(case.kwargs), in_complex=any(map(np.iscomplexobj, numbers)))
    given: Collection[str]
    if rule.expressions:
        assert len(args) == len(rule.expressions), f"{rule.name} takes {len(rule.expressions)} operands"
        assert not case.kwargs, f"{rule.name} takes no keywords"
        values, arguments, given = dict(zip(rule.parameters, args, strict=True)), None, rule.parameters
    else:
        template = rule.adjoints[0] if rule.adjoints else rule.tangent
        assert template is not None, f"{rule.name} is a constant"
        arguments = bind_template(template, args, case.kwargs)
        values = dict(arguments.arguments)
        given = arguments.signature.bind(*args, **case.kwargs).arguments
    moving = tuple(name for name in rule.active if name in given and [*leaves(values[name])])
    wrt = moving if case.wrt is None else tuple(case.wrt)
    assert set(wrt) <= set(rule.active), f"{set(wrt) - set(rule.active)} not active in {rule.name}: {rule.active}"
    return Bound(case, rule, arguments, values, output, wrt)


def bind_template(template: Template, args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments:
    """Bind a call to a template's own parameters, those that the transform supplies left out."""
    signature = inspect.signature(template.function)
    own = [p for p in signature.parameters.values() if not supplied(p)]
    bound = signature.replace(parameters=own).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound


def supplied(parameter: inspect.Parameter) -> bool:
    """Whether the transform supplies this parameter of a template."""
    known = parameter.name in ("output", "gradient") or parameter.name.endswith("_dot")
    return parameter.kind is inspect.Parameter.KEYWORD_ONLY and known


def run_template(bound: Bound, template: Template, **available: Any) -> Any:
    """Call a template with the arguments of the call and what it names of `available`."""
    parameters = inspect.signature(template.function).parameters
    wanted = {name: value for name, value in available.items() if name in parameters}
    arguments = bind_template(template, bound.case.args, bound.case.kwargs)
    return template.function(*arguments.args, **arguments.kwargs, **wanted)


def times_partial(bound: Bound, name: str, factor: Any, conjugate: bool) -> Any:
    """`factor` times the partial derivative of an elementwise rule with respect to one operand (or its conjugate)."""
    expression = bound.rule.expressions[bound.rule.parameters.index(name)]
    scope = {**bound.values, "output": bound.output, "gradient": factor}
    if isinstance(expression, str):
        modules: dict[str, Any] = {"np": np, "math": math, "cmath": cmath}
        if "special." in expression:
            from scipy import special

            modules["special"] = special
        value = eval(expression, {**modules, **scope})
    else:
        names = inspect.signature(expression.function).parameters
        value = expression.function(**{n: scope[n] for n in names})
        if "gradient" in names:
            return value
    return factor * (np.conj(value) if conjugate else value)


def gradients(bound: Bound, gradient: Any) -> dict[str, Any]:
    """What the reverse-mode rule returns for each parameter of `bound.wrt`."""
    rule = bound.rule
    if rule.expressions:
        contributions = {name: times_partial(bound, name, gradient, conjugate=True) for name in bound.wrt}
        return {name: unbroadcast(value, bound.values[name]) for name, value in contributions.items()}
    found: dict[str, Any] = {}
    for template in rule.adjoints:
        if template.wrt is not None:
            if template.wrt in bound.wrt:
                found[template.wrt] = run_template(bound, template, output=bound.output, gradient=gradient)
            continue
        result = run_template(bound, template, output=bound.output, gradient=gradient)
        results = result if isinstance(result, tuple) else (result,)
        names = [n for n, p in inspect.signature(template.function).parameters.items() if not supplied(p)]
        found |= dict(zip(names, results, strict=False))
    missing = [name for name in bound.wrt if found.get(name) is None]
    assert not missing, f"{rule.name}: no gradient for {missing}"
    return found


def tangent_of(bound: Bound, directions: dict[str, Any]) -> Any:
    """The output's tangent, as the forward-mode rule has it."""
    rule = bound.rule
    if rule.expressions:
        total = sum(times_partial(bound, name, directions[name], conjugate=False) for name in bound.wrt)
        return np.broadcast_to(total, np.shape(bound.output))
    dots = {name: directions.get(name, zero_of(bound.values.get(name))) for name in rule.active}
    if rule.tangent is not None:
        return run_template(bound, rule.tangent, output=bound.output, **{f"{n}_dot": v for n, v in dots.items()})
    assert rule.kind == "linear", f"{rule.name} has no forward-mode rule"
    if not rule.multilinear:
        return call_with(bound, dots)
    return sum(call_with(bound, {name: directions[name]}) for name in bound.wrt)


def call_with(bound: Bound, replaced: dict[str, Any]) -> Any:
    """Call the function itself with some parameters replaced."""
    assert bound.arguments is not None
    arguments = inspect.BoundArguments(bound.arguments.signature, bound.arguments.arguments | replaced)  # type: ignore[arg-type]
    given = set(bound.case.kwargs)
    keywords = {n: v for n, v in arguments.arguments.items() if n in given}
    positional = arguments.args[: len(bound.case.args)]
    return bound.case(*positional, **keywords)


# Differences.


def difference(function: Callable[[float], Any], step: float) -> Any:
    """d/dt function(t) at 0: central differences with steps h, h/2, h/4, extrapolated to sixth order."""

    def central(h: float) -> Any:
        def slope(plus: Any, minus: Any) -> Any:
            return (np.asarray(plus) - np.asarray(minus)) / (2 * h)

        return each(slope, function(h), function(-h))

    d1, d2, d4 = central(step), central(step / 2), central(step / 4)
    return each(lambda a, b, c: (64 * c - 20 * b + a) / 45, d1, d2, d4)


def reference(case: Case, wrt: tuple[str, ...], directions: dict[str, Any]) -> Any:
    """The directional derivative by differences, in double precision."""
    wide = Case(
        case.function, widened(case.args), widened(case.kwargs), case.wrt, evaluate=case.evaluate, modes=case.modes
    )
    bound = bind(wide)

    def along(t: float) -> Any:
        moved = {name: shifted(bound.values[name], widened(directions[name]), t) for name in wrt}
        if bound.arguments is None:
            return wide(*(bound.values | moved).values())
        return call_with(bound, moved)

    return difference(along, case.step)


def tolerance(case: Case) -> float:
    """The relative tolerance of a case."""
    if case.rtol is not None:
        return case.rtol
    narrow = any(np.asarray(x).dtype.char in "efF" for x in leaves((case.args, case.kwargs)))
    return 2e-3 if narrow else 1e-7


def assert_close(actual: float, expected: float, scale: float, rtol: float, what: str) -> None:
    """Two numbers agree; NaN never does."""
    assert abs(actual - expected) <= rtol * max(scale, abs(expected), 1e-3), f"{what}: {actual} is not {expected}"


def assert_same_form(actual: Any, expected: Any, what: str) -> None:
    """Same structure, shapes and dtypes: a number for a number, an array of one shape and dtype for an array."""
    if isinstance(expected, dict):
        assert actual.keys() >= {k for k, v in expected.items() if [*leaves(v)]}, what
        for key in actual:
            assert_same_form(actual[key], expected[key], f"{what}[{key!r}]")
    elif isinstance(expected, (list, tuple)):
        assert isinstance(actual, (list, tuple)), f"{what}: {actual} for {expected}"
        assert len(actual) == len(expected), f"{what}: {len(actual)} for {len(expected)}"
        for k, (a, b) in enumerate(zip(actual, expected, strict=True)):
            assert_same_form(a, b, f"{what}[{k}]")
    elif floating(expected) and actual is not None:
        assert np.shape(actual) == np.shape(expected), f"{what}: shape {np.shape(actual)}, not {np.shape(expected)}"
        if isinstance(expected, (np.ndarray, np.generic)):
            dtype = np.asarray(actual).dtype
            assert dtype == expected.dtype, f"{what}: dtype {dtype}, not {expected.dtype}"
        else:
            assert np.iscomplexobj(actual) <= np.iscomplexobj(expected), f"{what}: complex for a real number"


def prepare(case: Case, seed: int) -> tuple[Bound, dict[str, Any], Any]:
    """The bound call, a random direction for each parameter, and a random cotangent of the output."""
    rng = np.random.default_rng(seed)
    bound = bind(case)
    assert bound.wrt, f"{identifier(case)}: nothing to differentiate"
    directions = {name: random_like(bound.values[name], rng) for name in bound.wrt}
    return bound, directions, random_like(bound.output, rng)


def check_reverse(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, *, seed: int = 0, **options: Any
) -> None:
    """Compare the reverse-mode rule with differences: <gradient, J v> against <J^T gradient, v>."""
    case = Case(function, args, kwargs or {}, **options)
    bound, directions, gradient = prepare(case, seed)
    found = gradients(bound, gradient)
    slope = reference(case, bound.wrt, directions)
    for name in bound.wrt:
        assert_same_form(found[name], bound.values[name], f"{bound.rule.name}: gradient of {name}")
    actual = sum(inner(found[name], directions[name]) for name in bound.wrt)
    scale = norm(gradient) * norm(slope)
    assert_close(actual, inner(gradient, slope), scale, tolerance(case), f"{identifier(case)}: reverse mode")


def check_forward(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, *, seed: int = 0, **options: Any
) -> None:
    """Compare the forward-mode rule with differences."""
    case = Case(function, args, kwargs or {}, **options)
    bound, directions, _ = prepare(case, seed)
    found = tangent_of(bound, directions)
    slope = reference(case, bound.wrt, directions)
    for actual, expected in zip(leaves(found), leaves(slope), strict=True):
        assert np.shape(actual) == np.shape(expected), f"{identifier(case)}: tangent of shape {np.shape(actual)}"
        error = norm(np.asarray(actual) - expected)
        assert error <= tolerance(case) * max(norm(slope), 1e-3), f"{identifier(case)}: forward mode off by {error}"


def check_dot_product(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, *, seed: int = 0, **options: Any
) -> None:
    """The two modes against each other: <gradient, J v> = <J^T gradient, v>."""
    case = Case(function, args, kwargs or {}, **options)
    bound, directions, gradient = prepare(case, seed)
    found, slope = gradients(bound, gradient), tangent_of(bound, directions)
    backward = sum(inner(found[name], directions[name]) for name in bound.wrt)
    narrow = any(np.asarray(x).dtype.char in "efF" for x in leaves((args, kwargs)))
    rtol = 1e-4 if narrow else 1e-10
    assert_close(backward, inner(gradient, slope), norm(gradient) * norm(slope), rtol, f"{identifier(case)}: modes")


def check(case: Case, seed: int = 0) -> None:
    """All checks of a case, and that neither arguments nor cotangent were written into."""
    options = {"wrt": case.wrt, "step": case.step, "rtol": case.rtol, "modes": case.modes, "evaluate": case.evaluate}
    before = each(np.copy, (case.args, case.kwargs))
    if "reverse" in case.modes:
        check_reverse(case.function, case.args, case.kwargs, seed=seed, **options)
    if "forward" in case.modes:
        check_forward(case.function, case.args, case.kwargs, seed=seed, **options)
    if len(case.modes) == 2:
        check_dot_product(case.function, case.args, case.kwargs, seed=seed, **options)
    for a, b in zip(leaves((case.args, case.kwargs)), leaves(before), strict=True):
        assert np.array_equal(a, b, equal_nan=True), f"{identifier(case)}: an argument was written into"


# Elementwise functions: one line of a table makes all the cases.

PAIRS = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((), (2, 3)), ((2, 1), (1, 3))]


def elementwise(
    function: Any, *domains: tuple[float, float], in_complex: bool | str = False, arrays: bool = True, **options: Any
) -> list[Case]:
    """Cases of an elementwise function with operands in the open intervals `domains`.

    Python floats; and with `arrays`, NumPy scalars, 0-d, 1-D, 2-D, broadcast, empty, non-contiguous and float32
    operands; and with `in_complex`, complex ones with the same real parts (only arrays where it is "arrays").
    """
    rng = np.random.default_rng(len(domains))

    def sample(domain: tuple[float, float], shape: tuple[int, ...]) -> Any:
        low, high = domain
        margin = 0.05 * (high - low)
        return rng.uniform(low + margin, high - margin, shape)

    def operands(*shapes: tuple[int, ...]) -> tuple[Any, ...]:
        return tuple(np.asarray(sample(d, s)) for d, s in zip(domains, shapes, strict=True))

    count = len(domains)
    found = [tuple(float(sample(d, ())) for d in domains)]
    if arrays:
        found += [tuple(np.float64(sample(d, ())) for d in domains), tuple(np.float32(sample(d, ())) for d in domains)]
        found += [operands(*(((), (3,), (2, 3), (2, 3), (3,)) * 2)[k : k + count]) for k in range(3)]
        found += [operands(*((0,),) * count), tuple(x.astype(np.float32) for x in operands(*((2, 3),) * count))]
        found += [tuple(np.asarray(sample(d, (4, 3))).T[:, ::2] for d in domains)]
    if arrays and count == 2:
        found += [operands(*shapes) for shapes in PAIRS]
        found += [(float(sample(domains[0], ())), operands((3,), (3,))[1])]
    if in_complex:
        imaginary = [(-0.7, 0.7)] * count
        pairs = [[float(sample(d, ())) + 1j * float(sample(i, ())) for d, i in zip(domains, imaginary, strict=True)]]
        if arrays:
            real = operands(*((2, 3),) * count)
            pairs += [[x + 1j * sample((-0.7, 0.7), x.shape) for x in real]]
            pairs += [[x.astype(np.complex64) for x in pairs[-1]]]
            pairs += [[*pairs[1][:-1], real[-1]], [real[0], *pairs[1][1:]]] if count == 2 else []
        found += [tuple(pair) for pair in (pairs[1:] if in_complex == "arrays" else pairs)]
    return [Case(function, args, **options) for args in found]
