"""The command line: `srcdiff dump`, `check`, `report` and `explain`.

Exit status 0 is success; 1 is a comparison that failed (a wrong adjoint, a checked-in file that is out of date); 2 is
something that could not be done, with the reason on standard error.
"""

from __future__ import annotations

import argparse
import copy
import difflib
import importlib
import inspect
import os
import re
import shlex
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from srcdiff import __version__, pipeline
from srcdiff.api import grad, value_and_grad
from srcdiff.binding import Callee, Wrt, checked_wrt, resolve_targets, take_apart
from srcdiff.check import check_adjoint
from srcdiff.errors import SrcdiffError
from srcdiff.explain import explain
from srcdiff.kinds import NeedsKind, kind_of
from srcdiff.request import Form, Request
from srcdiff.standalone import standalone
from srcdiff.structures import has_floats
from srcdiff.target import Target, TargetError, evaluate, load, one_line

__all__ = ["main"]

EPILOG = """\
TARGET is package.module:function or path/to/file.py:function; methods are Class.method.
EXPR is evaluated in the target's module, with `np`; a tuple is several arguments.
"""


class UsageError(Exception):
    """Options that do not go together or do not fit the target."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    options = _parser().parse_args(argv)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader of the pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except NeedsKind as error:
        return _failed(options.command, f"{error}\nHere: --args EXPR gives arguments to go by.")
    except (TargetError, UsageError, SrcdiffError) as error:
        return _failed(options.command, error)
    except OSError as error:
        if error.filename is None:
            raise
        return _failed(options.command, f"{error.filename}: {error.strerror}")
    except (TypeError, ValueError) as error:
        if not _is_said(error):
            raise
        return _failed(options.command, error)


def _failed(command: str, error: Exception | str) -> int:
    print(f"srcdiff {command}: error: {error}", file=sys.stderr)
    return 2


def _is_said(error: Exception) -> bool:
    """Whether this package raised an error to say something about its input, and did not stumble over it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Path(last.filename).parent == Path(__file__).parent and (last.line or "").startswith("raise ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="srcdiff",
        description="Derivatives of NumPy code as readable source code.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"srcdiff {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(run=run)
        added.add_argument("target", metavar="TARGET", help="the function to differentiate")
        added.add_argument("--wrt", metavar="NAMES", help="parameters to differentiate by, with commas between")
        return added

    dump = command("dump", _dump, "print the derivative's source code, or write it to a file")
    dump.add_argument("--args", metavar="EXPR", help="arguments whose kinds the code may be made for")
    dump.add_argument("--mode", choices=["reverse", "forward"], default="reverse", help="default: reverse")
    dump.add_argument("--standalone", action="store_true", help="a module that runs where srcdiff is not installed")
    dump.add_argument("--passes", action="store_true", help="the program after each pass")
    where = dump.add_mutually_exclusive_group()
    where.add_argument("-o", "--output", metavar="FILE", help="write to FILE")
    where.add_argument("--check", metavar="FILE", help="exit with status 1 if FILE differs from what would be written")

    check = command("check", _check, "compare the adjoint with finite differences")
    check.add_argument("--args", metavar="EXPR", required=True, help="where to compare")
    check.add_argument(
        "--directions", metavar="N", type=_positive, default=3, help="directions per argument; default: 3"
    )
    check.add_argument("--seed", metavar="N", type=int, default=0, help="seed of the random directions; default: 0")

    report = command("report", _report, "write a page with the primal and its adjoint side by side")
    report.add_argument("--args", metavar="EXPR", help="arguments to measure costs with")
    report.set_defaults(mode="reverse")
    report.add_argument("-o", "--output", metavar="FILE", required=True, help="the page to write")

    table = command("explain", _explain, "say of each variable whether it is active, what is stored of it, and why")
    table.add_argument("--args", metavar="EXPR", help="arguments whose kinds to go by")
    table.set_defaults(mode="reverse")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


# --- wrt and arguments ------------------------------------------------------------------------------------------------


def parse_wrt(text: str | None) -> Wrt | None:
    """`--wrt`: names, positions or paths, with commas between.

    Examples
    --------
    >>> parse_wrt("w, b"), parse_wrt("0"), parse_wrt("params['a,b']")
    (('w', 'b'), 0, "params['a,b']")
    """
    if text is None:
        return None
    parts = [part.strip() for part in re.findall(r"(?:\[[^\]]*\]|[^,\[])+", text)]
    if not parts or not all(parts):
        raise UsageError(f"--wrt {text!r}: names with commas between, such as --wrt w,b")
    items = tuple(int(part) if part.isdigit() else part for part in parts)
    return items if len(items) > 1 else items[0]


def _bound(callee: Callee, args: Sequence[Any]) -> dict[str, Any]:
    """The arguments by the names of their parameters."""
    try:
        return dict(callee.signature.bind(*args).arguments)
    except TypeError as error:
        raise UsageError(f"--args does not fit {callee.name}{callee.signature}: {error}") from error


def _wrt_names(callee: Callee, wrt: Wrt | None) -> tuple[str, ...]:
    """The names of the parameters that `wrt` means; the first one where it is left out."""
    targets = resolve_targets(checked_wrt(0 if wrt is None else wrt)[0], callee)
    for target in targets:
        if target.steps:
            raise UsageError(f"--wrt {target}: a path; name the whole parameter, {target.parameter}")
    return tuple(target.parameter for target in targets)


# --- dump -------------------------------------------------------------------------------------------------------------


def _dump(options: argparse.Namespace) -> int:
    target = load(options.target)
    text = _dump_text(target, options).rstrip("\n") + "\n"
    if options.check is not None:
        return _compare(Path(options.check), text, options)
    if options.output is not None:
        Path(options.output).write_text(text, encoding="utf-8")
        return 0
    sys.stdout.write(_coloured(text))
    return 0


def _dump_text(target: Target, options: argparse.Namespace) -> str:
    wrt = parse_wrt(options.wrt)
    if options.passes:
        return _passes_text(_request(target, wrt, options))
    if options.standalone:
        return standalone(_request(target, wrt, options), options.target, _command(options))
    if options.args is None and options.mode == "reverse":
        if target.is_derivative and wrt is None:
            return str(target.object.source)
        return str(grad(target.primal, 0 if wrt is None else wrt).source)
    return pipeline.generate(_request(target, wrt, options)).text


def _request(target: Target, wrt: Wrt | None, options: argparse.Namespace) -> Request:
    form: Form = "adjoint" if options.mode == "reverse" else "tangent"
    callee = take_apart(target.primal)
    if wrt is None and target.is_derivative:
        raise UsageError(f"{target.text} is a derivative of {callee.name}: say --wrt, by what else it should be")
    known = {} if options.args is None else _bound(callee, evaluate(options.args, target.module))
    kinds = tuple((name, kind_of(value)) for name, value in known.items())
    resolved = callee.resolved(kinds)
    parameters = inspect.signature(resolved.function).parameters
    bound = {name: value for name, value in (*callee.bound, *resolved.bound) if name in parameters}
    return Request(resolved.function, _wrt_names(callee, wrt), form, kinds, bound=tuple(bound.items()))


def _command(options: argparse.Namespace) -> str:
    """What writes the same module again."""
    words = ["srcdiff", "dump", options.target]
    for option in ("wrt", "args"):
        if getattr(options, option) is not None:
            words += [f"--{option}", getattr(options, option)]
    if options.mode != "reverse":
        words += ["--mode", options.mode]
    return shlex.join([*words, "--standalone"])


def _passes_text(request: Request) -> str:
    """The program after each pass, under a line that names the pass; passes that changed nothing have one line."""
    parts = []
    for name, text in pipeline.trace(request):
        parts.append(f"# {f' {name} ':-^100}\n" + (f"{text.rstrip()}\n" if text else "# as before\n"))
    return "\n".join(parts)


def _compare(path: Path, text: str, options: argparse.Namespace) -> int:
    """Whether a checked-in file is what would be written now; the difference goes to standard output."""
    checked_in = path.read_text(encoding="utf-8") if path.exists() else ""
    if checked_in == text:
        return 0
    lines = (checked_in.splitlines(keepends=True), text.splitlines(keepends=True))
    sys.stdout.writelines(difflib.unified_diff(*lines, fromfile=str(path), tofile=f"{options.target}, now"))
    state = "is out of date" if path.exists() else "does not exist"
    print(f"srcdiff dump: {path} {state}: write it again with -o {path}", file=sys.stderr)
    return 1


def _coloured(text: str) -> str:
    """The text with colours if somebody is watching and Pygments is there."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    try:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return text
    return str(highlight(text, PythonLexer(stripnl=False), TerminalFormatter()))


# --- check and report -------------------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    target = load(options.target)
    function = target.primal
    args = evaluate(options.args, target.module)
    callee = take_apart(function)
    names = _argument_names(callee, args)
    if options.wrt is None:
        wrt = [k for k, arg in enumerate(args) if has_floats(arg)]
    else:
        wrt = [names.index(name) for name in _wrt_names(callee, parse_wrt(options.wrt)) if name in names]
    if not wrt:
        raise UsageError("none of the arguments has a floating part: write 2.0 where 2 stands")
    try:
        function(*copy.deepcopy(args))
    except Exception as error:
        raise UsageError(f"{callee.name} raises there: {one_line(error)}") from error

    def gradients(values: tuple[Any, ...], cotangent: Any) -> tuple[Any, tuple[Any, ...]]:
        result: tuple[Any, tuple[Any, ...]] = value_and_grad(function, tuple(wrt))(*values, gradient=cotangent)
        return result

    result = check_adjoint(function, args, names, wrt, gradients, directions=options.directions, seed=options.seed)
    print(result.table())
    return 0 if result.agrees else 1


def _argument_names(callee: Callee, args: Sequence[Any]) -> list[str]:
    """What to call each positional argument; those that `*args` takes are numbered."""
    _bound(callee, args)
    names: list[str] = []
    for parameter in callee.signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{k}]" for k in range(len(args) - len(names))]
        else:
            names.append(parameter.name)
    return names[: len(args)]


def _report(options: argparse.Namespace) -> int:
    module = _optional("srcdiff.report", "srcdiff report")
    target = load(options.target)
    args = None if options.args is None else evaluate(options.args, target.module)
    page = module.report(_request(target, parse_wrt(options.wrt), options), args)
    Path(options.output).write_text(page, encoding="utf-8")
    return 0


def _explain(options: argparse.Namespace) -> int:
    print(explain(_request(load(options.target), parse_wrt(options.wrt), options)))
    return 0


def _optional(module: str, what: str) -> Any:
    """A module that needs something that may not be installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(f"{what} needs {error.name}: pip install 'srcdiff[report]'") from error
